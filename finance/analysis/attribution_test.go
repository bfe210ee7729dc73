package analysis_test

import (
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

func mustAttribute(t testing.TB, in analysis.Input) *analysis.Attribution {
	t.Helper()
	a, err := analysis.Prepare(in).Attribution(in.Period)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// effectsAddUp holds a list of effects against the active return.
func effectsAddUp(t *testing.T, name string, l *analysis.AttributionList, active float64) {
	t.Helper()
	if l.Reason != "" {
		t.Errorf("%s: %s", name, l.Reason)
		return
	}
	sum, weights, bench := 0.0, 0.0, 0.0
	for i := range l.Rows {
		row := &l.Rows[i]
		parts := row.Allocation.Float64() + row.Selection.Float64() + row.Interaction.Float64() + row.Exchange.Float64()
		near(t, name+", "+row.Key, row.Total.Float64(), parts, 1e-12)
		sum += row.Total.Float64()
		weights += row.Weight.Float64()
		bench += row.Benchmark.Float64()
	}
	near(t, name, sum, active, 1e-8*(1+math.Abs(active)))
	near(t, name+", total", l.Total.Total.Float64(), active, 1e-8*(1+math.Abs(active)))
	near(t, name+", weights", weights, 1, 1e-9)
	near(t, name+", benchmark weights", bench, 1, 1e-9)
}

// On the demonstration's books every model and linking adds up to the active return that
// the analysis states, and so do currencies.
func TestAttributionAddsUp(t *testing.T) {
	for _, key := range []string{"saver", "fund", "family"} {
		for _, label := range []string{"3M", "1Y", "Max"} {
			in := demoInput(t, key)
			var err error
			if in.Period, err = analysis.NewPeriod(label, in.AsOf, in.Book.First()); err != nil {
				t.Fatal(err)
			}
			a, x := mustRun(t, in), mustAttribute(t, in)
			name := key + " " + label
			if x.Reason != "" || len(x.Splits) != 4 || x.Days < 20 {
				t.Errorf("%s: %q, %d splits, %d days", name, x.Reason, len(x.Splits), x.Days)
				continue
			}
			near(t, name+" active", x.Active.Float64(), a.Returns.Active.Float64(), 1e-9)
			near(t, name+" portfolio", x.Portfolio.Float64(), a.Returns.TimeWeighted.Float64(), 1e-9)
			for i := range x.Splits {
				effectsAddUp(t, name+" "+x.Splits[i].Model+" "+x.Splits[i].Linking, &x.Splits[i], x.Active.Float64())
			}
			effectsAddUp(t, name+" currency", &x.Currency, x.Active.Float64())
		}
	}
}

// Brinson–Fachler and BHB differ in allocation by group and not in all; selection and
// interaction are the same. A portfolio of the benchmark alone has no effect.
func TestAttributionModels(t *testing.T) {
	in := demoInput(t, "saver")
	x := mustAttribute(t, in)
	by := map[string]*analysis.AttributionList{}
	for i := range x.Splits {
		by[x.Splits[i].Model+" "+x.Splits[i].Linking] = &x.Splits[i]
	}
	fachler, hood := by["brinson_fachler carino"], by["brinson_hood_beebower carino"]
	other := map[string]*analysis.AttributionRow{}
	for i := range hood.Rows {
		other[hood.Rows[i].Key] = &hood.Rows[i]
	}
	for i := range fachler.Rows {
		row := &fachler.Rows[i]
		near(t, row.Key+" selection", row.Selection.Float64(), other[row.Key].Selection.Float64(), 1e-12)
		near(t, row.Key+" interaction", row.Interaction.Float64(), other[row.Key].Interaction.Float64(), 1e-12)
	}
	near(t, "allocation", fachler.Total.Allocation.Float64(), hood.Total.Allocation.Float64(), 1e-9)
}

// What is missing is said: a benchmark, its list, enough of the list.
func TestAttributionReasons(t *testing.T) {
	_, whole := demoMarket()
	book := func(panel *market.Panel) analysis.Input {
		return made(t, "USD", panel, map[money.Currency]int64{"USD": 1000}, piece{"MSFT", "100"}, piece{"XOM", "50"})
	}
	spy := func(change func(c *instrument.Composition)) *market.Panel {
		panel := whole.Clone()
		i, _ := panel.Instrument("SPY")
		c := *i.Composition
		change(&c)
		i.Composition = &c
		panel.SetInstrument(i)
		return panel
	}
	in := book(whole)
	in.Benchmark = ""
	if x := mustAttribute(t, in); !strings.Contains(x.Reason, "no benchmark") || x.Active.Known() || x.Currency.Reason == "" {
		t.Errorf("no benchmark: %q %v", x.Reason, x.Active)
	}
	in = book(whole)
	in.Benchmark = "MSFT"
	if x := mustAttribute(t, in); !strings.Contains(x.Reason, "import the list of its holdings") || x.Currency.Reason != "" || !x.Active.Known() {
		t.Errorf("no list: %q", x.Reason)
	}
	if x := mustAttribute(t, book(spy(func(c *instrument.Composition) { c.Sectors = nil }))); !strings.Contains(x.Reason, "of it, at least") {
		t.Errorf("half a list: %q", x.Reason)
	}
	// a sector without any price counts with the rest, and all adds up nevertheless
	panel := spy(func(*instrument.Composition) {})
	panel.SetPrices("XLU", nil)
	x := mustAttribute(t, book(panel))
	if x.Reason != "" || !strings.Contains(strings.Join(x.Notes, " "), "Utilities has no prices") {
		t.Fatalf("no utilities: %q %v", x.Reason, x.Notes)
	}
	effectsAddUp(t, "no utilities", &x.Splits[0], x.Active.Float64())
}

// The law holds for any ledger, in any node, with shorts and several currencies.
func TestAttributionOfRandomLedgers(t *testing.T) {
	known := 0
	for seed := range uint64(40) {
		in := randomInput(t, seed)
		for _, node := range []portfolio.Node{{}, {Accounts: in.Book.Accounts[:1]}} {
			in.Node = node
			x := mustAttribute(t, in)
			if !x.Active.Known() || x.Currency.Reason != "" {
				continue
			}
			known++
			effectsAddUp(t, "currency", &x.Currency, x.Active.Float64())
		}
	}
	if known == 0 {
		t.Error("none was attributed")
	}
}
