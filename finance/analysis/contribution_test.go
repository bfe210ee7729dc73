package analysis_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/portfolio"
)

func mustContribute(t testing.TB, in analysis.Input) *analysis.Contribution {
	t.Helper()
	c, err := analysis.Prepare(in).Contribution(in.Period)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Holdings, sectors, classes and currencies each add up to the time-weighted return that
// the analysis states, and the three effects of each line to its contribution.
func TestContributionsAddUp(t *testing.T) {
	checked, frongello := 0, 0
	for seed := range uint64(60) {
		in := randomInput(t, seed)
		for _, node := range []portfolio.Node{{}, {Accounts: in.Book.Accounts[:1]}, {Symbols: in.Book.Symbols[:1]}} {
			in.Node = node
			a, c := mustRun(t, in), mustContribute(t, in)
			if !a.Returns.TimeWeighted.Known() {
				if c.Reason == "" || c.Effects.Contribution.Known() {
					t.Errorf("seed %d %v: no return, but contributions: %q", seed, node, c.Reason)
				}
				continue
			}
			if c.Reason != "" {
				t.Fatalf("seed %d %v: %s", seed, node, c.Reason)
			}
			checked++
			if c.Linking == "frongello" {
				frongello++
				if c.LinkNote == "" {
					t.Errorf("seed %d %v: it is not said why days are linked after Frongello", seed, node)
				}
			}
			total := a.Returns.TimeWeighted.Float64()
			within := 1e-9 * (1 + math.Abs(total))
			near(t, "all", c.Effects.Contribution.Float64(), total, within)
			for name, rows := range map[string][]analysis.ContributionRow{"holdings": append([]analysis.ContributionRow{c.Rest}, c.Holdings...),
				"sector": c.Sector, "class": c.Class, "currency": c.Currency} {
				sum, weights := 0.0, 0.0
				for i := range rows {
					row := &rows[i]
					sum += row.Contribution.Float64()
					weights += row.Weight.Float64()
					near(t, name+" "+row.Key, row.Local.Float64()+row.FX.Float64()+row.Cross.Float64(), row.Contribution.Float64(), within)
				}
				near(t, name, sum, total, within)
				near(t, name+" weights", weights, 1, 1e-6)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d checked", checked)
	}
}

// Two days of two shares, worked out by hand: A rises from 100 to 110, then to 121; B
// falls from 100 to 90 and stays. 200 are invested, half in each.
//
//	day 1: A +10/200 = +5 %, B −10/200 = −5 %, together 0 %; k = 1
//	day 2: A +11/200 = +5.5 %, B 0 %, together 5.5 %; k = ln 1.055 / 0.055
//	the period: 5.5 %, K = ln 1.055 / 0.055
func TestContributionByHand(t *testing.T) {
	in := byHand(t, "EUR", nil)
	c := mustContribute(t, in)
	k := math.Log(1.055) / 0.055
	near(t, "return", c.Return.Float64(), 0.055, 1e-12)
	near(t, "A", c.Holdings[0].Contribution.Float64(), 0.05/k+0.055, 1e-12)
	near(t, "B", c.Holdings[1].Contribution.Float64(), -0.05/k, 1e-12)
	near(t, "A's own return", c.Holdings[0].Return.Float64(), 0.21, 1e-12)
	near(t, "B's own return", c.Holdings[1].Return.Float64(), -0.1, 1e-12)
	near(t, "A's gain", c.Holdings[0].Gain.Float64(), 21, 0)
	near(t, "A's weight", c.Holdings[0].Weight.Float64(), (0.5+0.5+110.0/200)/3, 1e-12) // the day of the purchase counts too
	if c.Linking != "carino" || c.Holdings[0].Key != "A" {
		t.Errorf("linked by %s, first %s", c.Linking, c.Holdings[0].Key)
	}
}

// The same shares in dollars, and the dollar rises by a tenth on the second day: nothing
// of that is their own.
func TestContributionOfCurrency(t *testing.T) {
	in := byHand(t, "USD", []string{"1", "1", "1.1"})
	c := mustContribute(t, in)
	near(t, "return", c.Return.Float64(), 211*1.1/200-1, 1e-12)
	e := c.Effects
	near(t, "the parts", e.Local.Float64()+e.FX.Float64()+e.Cross.Float64(), c.Return.Float64(), 1e-12)
	// On the second day alone: local 5.5 %, currency 10 %, cross 0.55 %.
	in.Period = analysis.Period{Start: in.AsOf - 1, End: in.AsOf}
	e = mustContribute(t, in).Effects
	near(t, "local", e.Local.Float64(), 0.055, 1e-12)
	near(t, "currency", e.FX.Float64(), 0.1, 1e-12)
	near(t, "cross", e.Cross.Float64(), 0.0055, 1e-12)
}

// byHand is 200 in two shares over two days; rates, where given, are EUR for one dollar.
func byHand(t *testing.T, currency string, rates []string) analysis.Input {
	t.Helper()
	doc, err := ledger.ParseDocument([]byte(strings.ReplaceAll(`{"base_currency":"EUR","symbols":{"A":{"currency":"CCY"},"B":{"currency":"CCY"}},"transactions":[
		{"date":"2024-01-02","type":"deposit","amount":"200","currency":"CCY"},
		{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"100","currency":"CCY"},
		{"date":"2024-01-02","type":"buy","symbol":"B","quantity":"1","price":"100","currency":"CCY"}],
		"prices":{"A":[["2024-01-02","100"],["2024-01-03","110"],["2024-01-04","121"]],"B":[["2024-01-02","100"],["2024-01-03","90"],["2024-01-04","90"]]}}`, "CCY", currency)))
	if err != nil {
		t.Fatal(err)
	}
	panel := market.NewPanel()
	for symbol, points := range doc.Prices {
		panel.SetPrices(symbol, market.FromPoints(points, "test"))
	}
	if rates != nil {
		days, values := []date.Date{}, []float64{}
		for i, r := range rates {
			var x float64
			if err := json.Unmarshal([]byte(r), &x); err != nil {
				t.Fatal(err)
			}
			days, values = append(days, date.MustParse("2024-01-02")+date.Date(i)), append(values, x)
		}
		panel.SetFX(market.Pair{Base: "USD", Quote: "EUR"}, market.NewSeries(days, values, "test"))
	}
	asOf := date.MustParse("2024-01-04")
	b, err := portfolio.Fold(portfolio.Input{Base: "EUR", Transactions: doc.Transactions, Through: asOf, Instrument: doc.Instruments()})
	if err != nil {
		t.Fatal(err)
	}
	return analysis.Input{Book: b, Panel: panel, AsOf: asOf, Period: analysis.Period{Start: b.First() - 1, End: asOf}}
}

// Every method is explained, the same question has the same bytes, and a period that
// ends before it begins is refused.
func TestContributionAnswers(t *testing.T) {
	in := randomInput(t, 7)
	prepared := analysis.Prepare(in)
	if _, err := prepared.Run(in.Period); err != nil {
		t.Fatal(err)
	}
	first, err := prepared.Contribution(in.Period)
	if err != nil {
		t.Fatal(err)
	}
	one, err1 := json.Marshal(first)
	two, err2 := json.Marshal(mustContribute(t, in))
	if err1 != nil || err2 != nil || !bytes.Equal(one, two) {
		t.Error("two answers to one question", err1, err2)
	}
	for _, m := range methodsIn(one) {
		if _, ok := analysis.Explain(m); !ok {
			t.Errorf("%q is not explained", m)
		}
	}
	if _, err := prepared.Contribution(analysis.Period{Start: in.AsOf, End: in.AsOf - 3}); err == nil {
		t.Error("a period that ends before it begins was split")
	}
}

func methodsIn(raw []byte) (out []string) {
	for part := range strings.SplitSeq(string(raw), `"method":"`) {
		if name, rest, ok := strings.Cut(part, `"`); ok && strings.HasPrefix(rest, `,"status"`) {
			out = append(out, name)
		}
	}
	return out
}

// BenchmarkContribution is the split of one year and of the whole life of workload L.
func BenchmarkContribution(b *testing.B) {
	_, in := large(b)
	prepared := analysis.Prepare(in)
	for _, label := range []string{"1Y", "Max"} {
		period, err := analysis.NewPeriod(label, in.AsOf, in.Book.First())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(label, func(b *testing.B) {
			for b.Loop() {
				if _, err := prepared.Contribution(period); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
