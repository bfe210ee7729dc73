package performance_test

import (
	"errors"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

var linkings = []performance.Linking{performance.Carino, performance.Frongello}

// Contributions add up to the time-weighted return, of the whole and of an account, by
// holding, by group and by currency.
func TestContributionsAddUpToTheReturn(t *testing.T) {
	split := 0
	for seed := range uint64(120) {
		r := workload.NewRandom(seed, 80)
		b, panel := mustFold(t, r.Input("FIFO")), r.Panel()
		v := portfolio.NewView(b, panel, b.Axis(panel, r.First, r.Last))
		for _, node := range []portfolio.Node{{}, {Accounts: b.Accounts[:1]}, {Symbols: b.Symbols[:min(2, len(b.Symbols))]}} {
			line := v.Timeline(node)
			for _, p := range periods(r) {
				s := performance.NewSpan(line, p[0], p[1])
				want, err := performance.TWR(line, s)
				if err != nil {
					continue
				}
				for _, linking := range linkings {
					c, err := performance.NewContributions(v, node, line, s, linking)
					if errors.Is(err, performance.ErrLost) && linking == performance.Carino {
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					sum, size, gain, weight := c.Rest.Contribution, math.Abs(c.Rest.Contribution), c.Rest.Gain, c.Rest.Weight
					for _, h := range c.Holdings {
						sum, gain, weight = sum+h.Contribution, gain+h.Gain, weight+h.Weight
						size += math.Abs(h.Contribution)
					}
					earned := s.Final - s.Initial
					for i := s.From; i <= s.To; i++ {
						earned += line.Outflow[i] - line.Inflow[i]
					}
					tolerance := 1e-11 * max(1, size)
					if math.Abs(sum-want) > tolerance || c.Return != want || !near(gain+c.Unlinked, earned, 1e-9) || !near(weight, 1, 1e-9) {
						t.Fatalf("seed %d, %v, %v, %s: contributions %v, return %v; gains %v + %v, earned %v; weights %v", seed, node, p, linking, sum, want, gain, c.Unlinked, earned, weight)
					}
					grouped := 0.0
					for _, g := range c.By(func(s string) string { return s[:1] }, "cash") {
						grouped += g.Contribution
					}
					if math.Abs(grouped-want) > tolerance {
						t.Fatalf("seed %d: groups %v, return %v", seed, grouped, want)
					}
					split++
					checkCurrencies(t, v, node, line, s, c)
				}
			}
		}
	}
	if split < 2000 {
		t.Fatalf("only %d periods were split", split)
	}
}

// The three parts of a holding are its contribution, and all parts the return.
func checkCurrencies(t *testing.T, v *portfolio.View, node portfolio.Node, line *portfolio.Timeline, s performance.Span, want *performance.Contributions) {
	t.Helper()
	c, err := performance.NewCurrencyContributions(v, node, line, s, want.Linking)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Holdings) != len(want.Holdings) {
		t.Fatalf("%d holdings by currency, %d without", len(c.Holdings), len(want.Holdings))
	}
	sum, size := c.Rest, 1.0
	for i, h := range c.Holdings {
		whole, parts := want.Holdings[i].Contribution, h.Local+h.FX+h.Cross
		if tolerance := 1e-11 * max(1, math.Abs(h.Local), math.Abs(h.FX)); math.Abs(parts-whole) > tolerance || h.Symbol != want.Holdings[i].Symbol {
			t.Fatalf("%s: parts %v, contribution %v", h.Symbol, parts, whole)
		}
		if h.Currency == v.Book.Base && (h.FX != 0 || h.Cross != 0) {
			t.Fatalf("%s is in the base currency: %+v", h.Symbol, h)
		}
		sum += parts
		size += math.Abs(h.Local) + math.Abs(h.FX) + math.Abs(h.Cross)
	}
	for _, h := range c.Cash {
		sum += h.FX
	}
	if math.Abs(sum-want.Return) > 1e-11*size {
		t.Fatalf("by currency %v, return %v", sum, want.Return)
	}
}

// story folds a ledger of a few lines in euros with a price a day.
func story(t *testing.T, document string) (*portfolio.View, *portfolio.Timeline, performance.Span) {
	t.Helper()
	doc, err := ledger.ParseDocument([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	panel, err := market.FromDocument(&doc)
	if err != nil {
		t.Fatal(err)
	}
	b := mustFold(t, portfolio.Input{Base: doc.BaseCurrency, Transactions: doc.Transactions, Instrument: doc.Instruments(), Policy: doc.Policy, Through: doc.Period.End})
	v := portfolio.NewView(b, panel, b.Axis(panel, doc.Period.Start, doc.Period.End))
	line := v.Timeline(portfolio.Node{})
	return v, line, performance.NewSpan(line, doc.Period.Start, doc.Period.End)
}

const twoDays = `{"base_currency":"EUR","on_oversold":"short","period":{"start":"2024-01-01","end":"2024-01-03"},
"symbols":{"UP":{"currency":"EUR"},"US":{"currency":"USD"},"SHORT":{"currency":"EUR"}},
"transactions":[
 {"date":"2023-12-29","type":"deposit","amount":"1000","currency":"EUR"},
 {"date":"2023-12-29","type":"buy","symbol":"UP","quantity":"4","price":"100","currency":"EUR"},
 {"date":"2023-12-29","type":"sell_short","symbol":"SHORT","quantity":"2","price":"50","currency":"EUR"},
 {"date":"2023-12-29","type":"buy","symbol":"US","quantity":"1","amount":"200","price":"200","currency":"EUR"},
 {"date":"2024-01-02","type":"fee","amount":"5","currency":"EUR"}],
"prices":{"UP":[["2023-12-29","100"],["2024-01-02","110"],["2024-01-03","99"]],
 "SHORT":[["2023-12-29","50"],["2024-01-02","45"],["2024-01-03","54"]],
 "US":[["2023-12-29","250"],["2024-01-02","275"],["2024-01-03","275"]]},
"fx":{"USD/EUR":[["2023-12-29","0.8"],["2024-01-02","0.8"],["2024-01-03","0.88"]]}}`

// Two days that can be followed with a pencil. Capital 1,000: UP 400, SHORT −100, US 200
// (250 dollars at 0.80), cash 500. The first day gains 40 + 10 + 20 − 5 = 65, the second
// on 1,065 −44 − 18 + 22 = −40; the dollar rises 10 % on the second day.
func TestContributionsByHand(t *testing.T) {
	v, line, s := story(t, twoDays)
	r1, r2 := 65/1000.0, -40/1065.0
	total := (1+r1)*(1+r2) - 1 // 1,025 / 1,000
	if got, _ := performance.TWR(line, s); !near(got, 0.025, 1e-14) || !near(total, 0.025, 1e-14) {
		t.Fatalf("return %v", got)
	}
	whole := math.Log1p(total) / total
	k1, k2 := math.Log1p(r1)/r1/whole, math.Log1p(r2)/r2/whole
	c, err := performance.NewContributions(v, portfolio.Node{}, line, s, performance.Carino)
	if err != nil {
		t.Fatal(err)
	}
	f, err := performance.NewContributions(v, portfolio.Node{}, line, s, performance.Frongello)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		symbol        string
		first, second float64 // gains
		weight, own   float64
	}{
		{"UP", 40, -44, (400/1000.0 + 440/1065.0) / 2, 0.99 - 1},
		{"SHORT", 10, -18, (-100/1000.0 - 90/1065.0) / 2, 1.1*(1-18/90.0) - 1},
		{"US", 20, 22, (200/1000.0 + 220/1065.0) / 2, 1.21 - 1},
		{"", -5, 0, (500/1000.0 + 495/1065.0) / 2, math.NaN()},
	} {
		got, other := c.Rest, f.Rest
		if i < 3 {
			got, other = c.Holdings[i], f.Holdings[i]
		}
		if got.Symbol != want.symbol || !near(got.Contribution, k1*want.first/1000+k2*want.second/1065, 1e-14) || !near(got.Weight, want.weight, 1e-14) ||
			!near(got.Gain, want.first+want.second, 1e-11) || !(near(got.Return, want.own, 1e-14) || math.IsNaN(got.Return) && math.IsNaN(want.own)) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if !near(other.Contribution, want.first/1000+want.second/1000, 1e-14) {
			t.Errorf("%s by growth: got %v, want %v", want.symbol, other.Contribution, (want.first+want.second)/1000)
		}
	}
	x, err := performance.NewCurrencyContributions(v, portfolio.Node{}, line, s, performance.Frongello)
	if err != nil {
		t.Fatal(err)
	}
	// US: 20 euros in local money on the first day, 10 % of 220 by the dollar on the second.
	if us := x.Holdings[2]; us.Currency != "USD" || !near(us.Local, 0.02, 1e-14) || !near(us.FX, 0.022, 1e-14) || !near(us.Cross, 0, 1e-14) || !near(x.Rest, -0.005, 1e-14) {
		t.Errorf("by currency: %+v, rest %v", us, x.Rest)
	}
}

func TestContributionsRefuse(t *testing.T) {
	v, line, s := story(t, twoDays)
	if _, err := performance.NewContributions(v, portfolio.Node{}, line, s, "grap"); !errors.Is(err, performance.ErrLinking) {
		t.Errorf("an unknown linking: %v", err)
	}
	before := performance.NewSpan(line, date.Must(2020, 1, 1), date.Must(2020, 2, 1))
	if _, err := performance.NewContributions(v, portfolio.Node{}, line, before, performance.Carino); !errors.Is(err, performance.ErrNoCapital) {
		t.Errorf("a period without capital: %v", err)
	}
	lost := &portfolio.Timeline{Days: line.Days, Value: make([]float64, len(line.Days)), Inflow: line.Inflow, Outflow: line.Outflow}
	lost.Value[0] = 100
	if _, err := performance.NewContributions(v, portfolio.Node{}, lost, performance.NewSpan(lost, s.Start, s.End), performance.Carino); !errors.Is(err, performance.ErrLost) {
		t.Errorf("everything lost: %v", err)
	}
}

func BenchmarkContributions(b *testing.B) {
	for _, size := range []workload.Size{{Name: "30", Transactions: 500, Instruments: 30, Days: 1_500}, workload.L} {
		b.Run(size.Name, func(b *testing.B) {
			w := workload.New(size, 1)
			book, panel := mustFold(b, w.Input()), w.Panel()
			v := portfolio.NewView(book, panel, book.Axis(panel, book.First()-1, book.Last()))
			line := v.Timeline(portfolio.Node{})
			s := performance.NewSpan(line, book.First()-1, book.Last())
			b.ReportAllocs() // workload L borrows until nothing is left, so that Carino does not exist
			for b.Loop() {
				if _, err := performance.NewContributions(v, portfolio.Node{}, line, s, performance.Frongello); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The return of a holding that never was short is the one of its own timeline.
func TestReturnOfAContributionIsTheHoldings(t *testing.T) {
	compared := 0
	for seed := range uint64(60) {
		r := workload.NewRandom(seed, 80)
		b, panel := mustFold(t, r.Input("FIFO")), r.Panel()
		v := portfolio.NewView(b, panel, b.Axis(panel, r.First, r.Last))
		line := v.Timeline(portfolio.Node{})
		c, err := performance.NewContributions(v, portfolio.Node{}, line, performance.NewSpan(line, r.First, r.Last), performance.Frongello)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range c.Holdings {
			own := v.Timeline(portfolio.Node{Symbols: []string{h.Symbol}})
			s := performance.NewSpan(own, r.First, r.Last)
			if !longThroughout(own, s) {
				continue
			}
			want, err := performance.TWR(own, s)
			if err == nil && !near(h.Return, want, 1e-11) || err != nil && !math.IsNaN(h.Return) {
				t.Errorf("seed %d, %s: got %v, its timeline %v (%v)", seed, h.Symbol, h.Return, want, err)
			}
			compared++
		}
	}
	if compared < 50 {
		t.Fatalf("only %d compared", compared)
	}
}

// longThroughout reports whether a holding was never short and nothing was paid for it
// while it was not held.
func longThroughout(t *portfolio.Timeline, s performance.Span) bool {
	previous := s.Initial
	for i := s.From; i <= s.To; i++ {
		if t.Value[i] < 0 || previous == 0 && t.Value[i] == 0 && (t.Inflow[i] != 0 || t.Outflow[i] != 0) {
			return false
		}
		previous = t.Value[i]
	}
	return previous >= 0
}
