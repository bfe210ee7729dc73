package analysis_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

func randomInput(t testing.TB, seed uint64) analysis.Input {
	t.Helper()
	r := workload.NewRandom(seed, 80)
	b, err := portfolio.Fold(r.Input("FIFO"))
	if err != nil {
		t.Fatal(err)
	}
	panel := r.Panel()
	in := analysis.Input{Name: "random", Book: b, Panel: panel, AsOf: r.Last, Benchmark: "ACME"}
	if seed%4 == 1 { // something has no price, something no rate
		panel.SetPrices("CRUX", nil)
		panel.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, nil)
	}
	if in.Period, err = analysis.NewPeriod("Max", r.Last, b.First()); err != nil {
		t.Fatal(err)
	}
	return in
}

func mustRun(t testing.TB, in analysis.Input) *analysis.Analysis {
	t.Helper()
	a, err := analysis.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The same input gives the same bytes, from a fresh run and from what was prepared for
// another question.
func TestSameBytes(t *testing.T) {
	for seed := range uint64(25) {
		in := randomInput(t, seed)
		prepared := analysis.Prepare(in)
		third := in.Period
		third.Start += date.Date(third.Days() / 3)
		for _, period := range []analysis.Period{in.Period, third} {
			for _, node := range []portfolio.Node{{}, {Accounts: in.Book.Accounts[:1]}, {Symbols: in.Book.Symbols[:1]}} {
				in.Period, in.Node = period, node
				first, err1 := json.Marshal(mustRun(t, in))
				second, err2 := json.Marshal(mustRun(t, in))
				a, err3 := prepared.Node(node).Run(period)
				third, err4 := json.Marshal(a)
				if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
					t.Fatal(err1, err2, err3, err4)
				}
				if !bytes.Equal(first, second) || !bytes.Equal(first, third) {
					t.Fatalf("seed %d, %v: two answers to one question", seed, node)
				}
				if err := json.Unmarshal(first, new(any)); err != nil { // as NaN or Inf in it would be
					t.Fatal(err)
				}
			}
		}
	}
}

// Holdings and cash are the total, weights of every allocation are one, the parts of the
// change are the change.
func TestPartsAddUp(t *testing.T) {
	for seed := range uint64(60) {
		in := randomInput(t, seed)
		a := mustRun(t, in)
		sum := money.Zero
		for i := range a.Holdings {
			sum = sum.Add(a.Holdings[i].Value.Amount.Decimal)
		}
		for i := range a.Cash {
			sum = sum.Add(a.Cash[i].Value.Amount.Decimal)
		}
		cents := money.New(int64(len(a.Holdings)+len(a.Cash)), 2)
		if d := sum.Sub(a.Summary.Value.Amount.Decimal).Abs(); cents.Less(d) {
			t.Errorf("seed %d: parts %s, total %s", seed, sum, a.Summary.Value.Amount.Decimal)
		}
		for name, slices := range map[string][]analysis.Slice{"class": a.Allocation.Class, "sector": a.Allocation.Sector, "currency": a.Allocation.Currency,
			"country": a.Allocation.Country, "account": a.Allocation.Account, "group": a.Allocation.Group} {
			weights := money.Zero
			for _, s := range slices {
				weights = weights.Add(s.Weight)
			}
			if len(slices) > 0 && a.Summary.Value.Amount.Decimal.Sign() > 0 && !weights.Equal(money.One) {
				t.Errorf("seed %d, %s: weights sum to %s", seed, name, weights)
			}
		}
		c := &a.Change
		if c.Final.Known() && c.Initial.Known() && c.Realised.Known() && c.Unrealised.Known() && c.Currency.Known() {
			total := c.Initial.Amount.Decimal.Add(c.Transfers.Amount.Decimal).Add(c.Realised.Amount.Decimal).Add(c.Unrealised.Amount.Decimal).
				Add(c.Dividends.Amount.Decimal).Add(c.Interest.Amount.Decimal).Sub(c.Fees.Amount.Decimal).Sub(c.Taxes.Amount.Decimal).Add(c.Currency.Amount.Decimal)
			if !total.Equal(c.Final.Amount.Decimal) {
				t.Errorf("seed %d: the change adds up to %s, the value is %s", seed, total, c.Final.Amount.Decimal)
			}
			if !c.Final.Amount.Decimal.Equal(a.Summary.Value.Amount.Decimal) {
				t.Errorf("seed %d: final %s, value %s", seed, c.Final.Amount.Decimal, a.Summary.Value.Amount.Decimal)
			}
		}
	}
}

// The changes of the holdings over the last day are the change of the portfolio, but for
// what rates did to cash, for income and for costs.
func TestDayChangesAddUp(t *testing.T) {
	checked := 0
	for seed := range uint64(60) {
		in := randomInput(t, seed)
		a := mustRun(t, in)
		from := in.Book.After(a.ValuedOn - 5)
		if from < len(in.Book.Transactions) || len(a.Data.Unpriced) > 0 { // costs and income would differ
			continue
		}
		checked++
		sum := 0.0
		for i := range a.Holdings {
			sum += a.Holdings[i].DayChange.Float64()
		}
		cash := 0.0
		for _, c := range a.Cash {
			if c.Currency != a.Base {
				cash += math.Abs(c.Value.Float64()) * 0.05
			}
		}
		if got := a.Summary.DayChange.Float64(); math.Abs(got-sum) > cash+0.01*float64(len(a.Holdings)) {
			t.Errorf("seed %d: holdings %v, portfolio %v", seed, sum, got)
		}
	}
	if checked < 10 {
		t.Fatalf("only %d checked", checked)
	}
}

// Every method that a figure names is explained.
func TestEveryFigureIsExplained(t *testing.T) {
	for seed := range uint64(10) {
		raw, err := json.Marshal(mustRun(t, randomInput(t, seed)))
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(string(raw), `"method":"`) {
			name, rest, ok := strings.Cut(part, `"`)
			if !ok || !strings.HasPrefix(rest, `,"status"`) {
				continue
			}
			if _, ok := analysis.Explain(name); !ok {
				t.Fatalf("%q is not explained", name)
			}
		}
	}
}

// An empty ledger, one of cash alone, one that begins after the period: figures or
// reasons, never a panic.
func TestEdges(t *testing.T) {
	r := workload.NewRandom(3, 40)
	for _, n := range []int{0, 1, 2, 4} {
		in := r.Input("FIFO")
		in.Transactions = in.Transactions[:n]
		b, err := portfolio.Fold(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, period := range []analysis.Period{{Start: r.First - 400, End: r.First - 300}, {Start: r.Last, End: r.Last}, {Start: r.First - 1, End: r.Last}} {
			for _, panel := range []*market.Panel{market.NewPanel(), r.Panel()} {
				a := mustRun(t, analysis.Input{Book: b, Panel: panel, AsOf: r.Last, Period: period, Benchmark: "ACME", RiskFree: "none"})
				if _, err := json.Marshal(a); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Where nothing that is held has a price, what is said of it is unavailable: a sum of
// nothing is not zero, and cash alone is not the portfolio.
func TestNothingPricedIsNotZero(t *testing.T) {
	asOf := date.MustParse("2024-06-28")
	day := date.MustParse("2024-01-02")
	book, err := portfolio.Fold(portfolio.Input{Base: "USD", Through: asOf, Transactions: []ledger.Transaction{
		{ID: "1", Date: day, Type: ledger.Deposit, Account: "depot", Amount: money.Some(money.Int(10000)), Currency: "USD"},
		{ID: "2", Date: day + 1, Type: ledger.Buy, Account: "depot", Symbol: "ZZTOP", Quantity: money.Some(money.Int(10)), Price: money.Some(money.Int(100)), Currency: "USD"}},
		Instrument: func(symbol string) instrument.Instrument {
			return instrument.Instrument{Symbol: symbol, Currency: "USD"}
		}})
	if err != nil {
		t.Fatal(err)
	}
	panel := market.NewPanel() // of the benchmark only
	panel.SetPrices("SPY", market.NewSeries([]date.Date{day - 1, day, day + 1, asOf}, []float64{100, 101, 102, 110}, "made up"))
	in := analysis.Input{AsOf: asOf, Book: book, Panel: panel, Benchmark: "SPY"}
	in.Period = analysis.Period{Label: "Max", Start: date.MustParse("2024-01-01"), End: in.AsOf}
	prepared := analysis.Prepare(in)
	a, err := prepared.Run(in.Period)
	if err != nil {
		t.Fatal(err)
	}
	c, err := prepared.Contribution(in.Period)
	if err != nil {
		t.Fatal(err)
	}
	to, err := prepared.Attribution(in.Period)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Months) == 0 || len(a.Years) == 0 || len(a.Periods) == 0 || !a.Returns.Benchmark.Known() {
		t.Fatalf("%d months, %d years, %d periods, benchmark %v", len(a.Months), len(a.Years), len(a.Periods), a.Returns.Benchmark)
	}
	held := a.Risk.Concentration
	x := a.Risk.Exposure
	for name, f := range map[string]analysis.Figure{
		"holdings": a.Summary.Holdings, "gain": a.Summary.Gain, "unrealised": a.Summary.Unrealised, "day change": a.Summary.DayChange, "day return": a.Summary.DayReturn,
		"time-weighted": a.Returns.TimeWeighted, "money-weighted": a.Returns.MoneyWeighted,
		"long": x.Long, "gross": x.Gross, "net": x.Net, "net share": x.NetShare, "delta-adjusted": x.DeltaAdjusted, "at notional": x.AtNotional.Gross,
		"weight of cash": a.Cash[0].Weight, "month": a.Months[0].Return, "year": a.Years[0].Return, "active": a.Returns.Active, "ahead by": a.Returns.AheadBy,
		"period": a.Periods[0].Return, "active in a period": a.Periods[0].Active,
		"concentration": held.HHI, "largest": held.LargestShare, "net behind funds": held.LookThrough.Net, "gross behind funds": held.LookThrough.Gross, "names": held.LookThrough.Through.HHI,
		"contribution": c.Rest.Contribution, "contributing weight": c.Rest.Weight, "gained": c.Rest.Gain, "return to split": c.Return, "return to attribute": to.Portfolio, "active to attribute": to.Active,
	} {
		if f.Known() || f.Status != analysis.Unavailable || len(f.Reasons) == 0 {
			t.Errorf("%s is %v (%s, %v)", name, f.Float64(), f.Status, f.Reasons)
		}
		for _, why := range f.Reasons { // the reason is the price, not something else that may be missing
			if !strings.Contains(why, "price") && !strings.Contains(why, "value") && why != "without ZZTOP" {
				t.Errorf("%s is not known as %q", name, why)
			}
		}
	}
	if c.Reason == "" || len(c.Sector) > 0 || len(a.Allocation.Class) > 0 || len(a.Allocation.Account) > 0 {
		t.Errorf("cash is all there is to split: %q, %v, %v", c.Reason, c.Sector, a.Allocation)
	}
	for i, x := range a.Series.Return {
		if !math.IsNaN(x) || !math.IsNaN(a.Series.Drawdown[i]) {
			t.Errorf("the line of returns is at %v, of drawdowns at %v", x, a.Series.Drawdown[i])
		}
	}
	if got := a.Summary.Cash.Amount.Decimal.String(); got != "9000" {
		t.Errorf("cash is %s", got)
	}
}
