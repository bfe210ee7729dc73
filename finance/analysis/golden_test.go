package analysis_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/golden"
)

// TestGolden tells each story in testdata again: a sentence, the ledger, the prices, and
// the figures, which a portfolio manager can check by hand.
func TestGolden(t *testing.T) {
	golden.Stories(t, "testdata/*.txt", "-- figures --", func(t *testing.T, told string) string { return tell(t, readStory(t, told)) })
}

func (s *story) input(t *testing.T) analysis.Input {
	t.Helper()
	b, err := portfolio.Fold(portfolio.Input{Base: s.base, Transactions: s.transactions, Instrument: s.known, Policy: s.policy, Actions: s.panel.Actions, Through: s.to})
	if err != nil {
		t.Fatal(err)
	}
	to := s.to
	if to.IsNone() {
		to = b.Last()
		for _, x := range s.panel.Symbols() {
			to = max(to, s.panel.Prices(x).Last())
		}
	}
	from := s.from
	if from.IsNone() {
		from = b.First() - 1
	}
	return analysis.Input{Name: "story", Book: b, Panel: s.panel, AsOf: to, Period: analysis.Period{Label: "Story", Start: from, End: to}, Benchmark: s.benchmark, Doubts: s.against()}
}

func tell(t *testing.T, s *story) string {
	in := s.input(t)
	a, err := analysis.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	tellDays(&out, a)
	tellReturns(&out, a)
	tellChange(&out, a)
	tellHoldings(&out, a)
	if s.show == "weights" {
		tellWeights(&out, a)
	}
	for _, node := range s.nodes {
		in.Node = node
		a, err := analysis.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "-- %s --\n", strings.Join(append(node.Accounts, node.Symbols...), " "))
		tellDays(&out, a)
		tellReturns(&out, a)
		tellChange(&out, a)
	}
	return out.String()
}

// tellDays writes value and flow of the days on which either changed.
func tellDays(out *strings.Builder, a *analysis.Analysis) {
	for i, d := range a.Series.Days {
		value, flow := a.Series.Value[i], a.Series.Flow[i]
		last := i == len(a.Series.Days)-1
		if i > 0 && flow == 0 && value == a.Series.Value[i-1] && !last {
			continue
		}
		fmt.Fprintf(out, "%s  value %s", d, amount(value))
		if flow != 0 {
			fmt.Fprintf(out, ", paid in %s", amount(flow))
		}
		if i < len(a.Series.Benchmark) {
			fmt.Fprintf(out, ", in the benchmark %s", amount(a.Series.Benchmark[i]))
		}
		fmt.Fprintln(out)
	}
}

func amount(x float64) string {
	if math.IsNaN(x) {
		return "unknown"
	}
	d, err := money.FromFloat(math.Round(x*1e6) / 1e6)
	if err != nil {
		return err.Error()
	}
	return d.Fixed(2)
}

func tellReturns(out *strings.Builder, a *analysis.Analysis) {
	tellFigure(out, "time-weighted", a.Returns.TimeWeighted)
	tellFigure(out, "a year", a.Returns.TimeWeightedAnnual)
	tellFigure(out, "money-weighted", a.Returns.MoneyWeighted)
	if a.Benchmark != nil {
		tellFigure(out, "benchmark", a.Returns.Benchmark)
		tellFigure(out, "same flows", a.Returns.BenchmarkValue)
		tellFigure(out, "ahead by", a.Returns.AheadBy)
	}
}

func tellFigure(out *strings.Builder, name string, f analysis.Figure) {
	fmt.Fprintf(out, "%s: %s\n", name, inWords(f))
}

func inWords(f analysis.Figure) string {
	text := "unknown"
	switch {
	case !f.Known():
	case f.Amount.Known:
		text = f.Amount.Decimal.Fixed(2)
	case f.Unit == analysis.Fraction:
		text = fmt.Sprintf("%.4f %%", f.Measured*100)
	default:
		text = fmt.Sprintf("%.4f", f.Measured)
	}
	if f.Status != analysis.Complete && f.Known() {
		text += ", " + string(f.Status)
	}
	if len(f.Reasons) > 0 {
		text += " (" + strings.Join(f.Reasons, "; ") + ")"
	}
	return text
}

// tellChange writes the parts of the change in value that are not zero.
func tellChange(out *strings.Builder, a *analysis.Analysis) {
	c := &a.Change
	for _, part := range []struct {
		name string
		f    analysis.Figure
	}{{"initial", c.Initial}, {"transfers", c.Transfers}, {"realised", c.Realised}, {"unrealised", c.Unrealised}, {"dividends", c.Dividends},
		{"interest", c.Interest}, {"fees", c.Fees}, {"taxes", c.Taxes}, {"currency", c.Currency}, {"final", c.Final}} {
		if part.f.Known() && part.f.Amount.Decimal.IsZero() {
			continue
		}
		tellFigure(out, part.name, part.f)
	}
}

func tellHoldings(out *strings.Builder, a *analysis.Analysis) {
	for i := range a.Holdings {
		h := &a.Holdings[i]
		price := "no price"
		if h.Price.Known {
			price = h.Price.Decimal.String() + " " + string(h.Instrument.Currency)
		}
		fmt.Fprintf(out, "%s %s @ %s: value %s, cost %s, unrealised %s", h.Symbol, h.Quantity, price, inWords(h.Value), inWords(h.Cost), inWords(h.Unrealised))
		if c := h.CurrencyEffect; c.Known() && !c.Amount.Decimal.IsZero() {
			fmt.Fprintf(out, ", of that currency %s", inWords(c))
		}
		fmt.Fprintln(out)
	}
	for _, c := range a.Cash {
		fmt.Fprintf(out, "cash %s %s: %s\n", c.Account, money.Of(c.Amount, c.Currency), inWords(c.Value))
	}
	for _, c := range a.Closed {
		fmt.Fprintf(out, "closed %s: realised %s\n", c.Symbol, inWords(c.Realised))
	}
	fmt.Fprintf(out, "total %s\n", inWords(a.Summary.Value))
}

func tellWeights(out *strings.Builder, a *analysis.Analysis) {
	sum := money.Zero
	for _, s := range a.Allocation.Class {
		fmt.Fprintf(out, "%s: %s %%\n", s.Key, s.Weight.Mul(money.Int(100)).Fixed(2))
		sum = sum.Add(s.Weight)
	}
	fmt.Fprintf(out, "together: %s %%\n", sum.Mul(money.Int(100)).Fixed(2))
	_ = date.None
}
