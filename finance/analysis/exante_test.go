package analysis_test

import (
	"math"
	"sync"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/cputime"
	"github.com/foliosight/foliosight/internal/demo"
)

// demoMarket is made once: the demonstration's market and books on one day.
var demoMarket = sync.OnceValues(func() (*demo.Demo, *market.Panel) {
	d := demo.New(date.MustParse("2026-06-30"))
	return d, d.Panel()
})

// demoBook is what one of its books is folded from.
func demoBook(t testing.TB, key string) portfolio.Input {
	t.Helper()
	d, panel := demoMarket()
	for i := range d.Books {
		b := &d.Books[i]
		if b.Key != key {
			continue
		}
		known := map[string]instrument.Instrument{}
		for _, x := range b.Instruments {
			known[x.Symbol] = x
		}
		return portfolio.Input{Base: b.BaseCurrency, Transactions: b.Transactions, Policy: b.Policy, Actions: panel.Actions,
			Through: d.AsOf, Given: true, Instrument: func(symbol string) instrument.Instrument {
				if x, ok := known[symbol]; ok {
					return x
				}
				x, _ := panel.Instrument(symbol)
				return x
			}}
	}
	t.Fatalf("no book %q", key)
	return portfolio.Input{}
}

// demoInput is the question about one of its books.
func demoInput(t testing.TB, key string) analysis.Input {
	t.Helper()
	d, panel := demoMarket()
	book, err := portfolio.Fold(demoBook(t, key))
	if err != nil {
		t.Fatal(err)
	}
	return analysis.Input{Name: key, Book: book, Panel: panel, AsOf: d.AsOf, Period: analysis.Period{Start: d.AsOf - 365, End: d.AsOf},
		Benchmark: "SPY", RiskFree: "USD-3M"}
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Volatility, value at risk, its parts, tracking error and scenarios of one portfolio
// reconcile, because they read one model.
func TestOneModelBehindAll(t *testing.T) {
	for _, key := range []string{"saver", "family", "fund"} {
		a := mustRun(t, demoInput(t, key))
		x := a.ExAnte
		if x.Model.Reason != "" {
			t.Fatalf("%s: %s", key, x.Model.Reason)
		}
		value := a.Summary.Value.Float64()
		sigma := x.Sources.Total.Float64() * value / math.Sqrt(252) // a day, in money
		shares := 0.0
		for _, s := range x.Sources.ByFactor {
			shares += s.Share.Float64()
		}
		near(t, key+": shares by factor", shares, 1, 1e-9)
		shares = 0
		for _, s := range x.Sources.BySector {
			shares += s.Share.Float64()
		}
		near(t, key+": shares by sector", shares, 1, 1e-9)
		shares, components, count := 0.0, 0.0, 0.0
		for _, p := range x.Positions {
			if p.Share.Known() {
				shares += p.Share.Float64()
				components += p.Component.Float64()
				count++
			}
		}
		near(t, key+": shares by position", shares, 1, 1e-9)
		for _, row := range x.Parametric {
			z := map[float64]float64{0.95: 1.6448536269514722, 0.99: 2.3263478740408408}[row.Confidence]
			near(t, key+": parametric VaR", row.VaR.Float64(), z*sigma*math.Sqrt(float64(row.Horizon)), 0.01)
			if row.ES.Float64() < row.VaR.Float64() {
				t.Errorf("%s: ES %v below VaR %v", key, row.ES.Float64(), row.VaR.Float64())
			}
			if row.Confidence == 0.95 && row.Horizon == 1 {
				near(t, key+": component VaR", components, row.VaR.Float64(), 0.01*(count+1))
			}
		}
		near(t, key+": expected volatility", x.Volatility.Model.Float64(), x.Sources.Total.Float64(), 1e-12)
		for _, s := range x.Scenarios {
			if !s.PnL.Known() {
				continue
			}
			byPosition, byFactor, bySector := 0.0, 0.0, 0.0
			for _, p := range s.Positions {
				byPosition += p.PnL
			}
			for _, p := range s.Factors {
				byFactor += p.PnL
			}
			for _, p := range s.Sectors {
				bySector += p.PnL
			}
			near(t, key+" "+s.ID+" by position", byPosition, s.PnL.Float64(), 0.02)
			near(t, key+" "+s.ID+" by factor", byFactor, s.PnL.Float64(), 0.02)
			near(t, key+" "+s.ID+" by sector", bySector, s.PnL.Float64(), 0.02)
		}
	}
}

// A small shock of one factor loses what the exposure says, and moves the others by
// their covariance: the same figures as the model's own.
func TestScenariosReadTheModel(t *testing.T) {
	for _, key := range []string{"fund", "saver"} { // with options, whose curvature shows last
		p := analysis.Prepare(demoInput(t, key))
		a, err := p.Run(analysis.Period{Start: p.AsOf - 365, End: p.AsOf})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.ExAnte.Factors {
			s, err := p.Scenario(scenario.Scenario{ID: "own", Name: "own", Kind: scenario.KindOwn,
				Shocks: []scenario.Shock{{Kind: scenario.ShockFactor, On: f.Key, Move: 1e-4}}}, true)
			if err != nil {
				t.Fatal(err)
			}
			near(t, key+" "+f.Key, s.PnL.Float64(), f.Money.Float64()*1e-4, 0.02+0.001*math.Abs(s.PnL.Float64()))
		}
	}
	p := analysis.Prepare(demoInput(t, "saver"))
	a, err := p.Run(analysis.Period{Start: p.AsOf - 365, End: p.AsOf})
	if err != nil {
		t.Fatal(err)
	}
	// The distance of a reverse stress is the loss in deviations of what factors explain.
	whole := a.ExAnte.Sources.Total.Float64() * a.Summary.Value.Float64() / math.Sqrt(252)
	systematic := whole * math.Sqrt(a.ExAnte.Model.R2.Float64())
	r, err := p.Reverse(3 * systematic)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "reverse stress", r.Distance.Float64(), 3, 0.02)
	near(t, "its loss", r.PnL.Float64(), -3*systematic, systematic*0.01)
}

// Holding only the benchmark has no tracking error and a beta of one.
func TestTheBenchmarkAgainstItself(t *testing.T) {
	in := demoInput(t, "family")
	in.Node = portfolio.Node{Symbols: []string{"SPY"}}
	a := mustRun(t, in)
	near(t, "tracking error", a.ExAnte.Active.TrackingError.Float64(), 0, 1e-6)
	near(t, "beta", a.ExAnte.Active.Beta.Float64(), 1, 1e-6)
}

// A model does not depend on the currency of account, beside the exchange rate.
func TestBetasInEveryCurrency(t *testing.T) {
	d, panel := demoMarket()
	dollars, euros := exante.NewMarket(panel, d.AsOf, "USD", ""), exante.NewMarket(panel, d.AsOf, "EUR", "")
	for _, symbol := range []string{"AAPL", "SAP", "BND"} {
		a, b := dollars.Asset(symbol, nil), euros.Asset(symbol, nil)
		if !a.Fitted() || !b.Fitted() {
			t.Fatal(a.Reason, b.Reason)
		}
		for k := range a.Betas {
			near(t, symbol+" "+dollars.Factors[k].Name, b.Betas[k], a.Betas[k], 0)
		}
	}
	// the market's own proxy has a beta of one and nothing of its own
	spy := dollars.Asset("SPY", nil)
	near(t, "beta of the proxy", spy.Betas[0], 1, 1e-9)
	near(t, "specific risk of the proxy", spy.Specific, 0, 1e-9)
	for k := 1; k < len(dollars.Factors); k++ {
		near(t, "proxy on "+dollars.Factors[k].Name, spy.Betas[k], 0, 1e-9)
	}
}

// Styles are what the factors before them leave, so that they do not correlate.
func TestStylesAreCleaned(t *testing.T) {
	d, panel := demoMarket()
	m := exante.NewMarket(panel, d.AsOf, "USD", "")
	var styles []exante.Factor
	for _, f := range m.Factors {
		if f.Kind == exante.KindStyle {
			styles = append(styles, f)
		}
	}
	if len(styles) < 5 || m.Factors[0].Name != factor.Market {
		t.Fatalf("%d styles, first factor %s", len(styles), m.Factors[0].Name)
	}
	for i, f := range styles {
		for _, g := range append([]exante.Factor{m.Factors[0]}, styles[:i]...) {
			if c := correlation(f.Column, g.Column); math.Abs(c) > 1e-9 {
				t.Errorf("%s and %s correlate at %v", f.Name, g.Name, c)
			}
		}
		// the same cleaning on the window's own days gives the column back
		moves := m.Moves(f.Name, m.Days)
		for k := range moves {
			near(t, f.Name, moves[k], f.Column[k], 1e-12)
		}
	}
}

func correlation(x, y []float64) float64 {
	var mx, my, xx, yy, xy float64
	for i := range x {
		mx += x[i] / float64(len(x))
		my += y[i] / float64(len(x))
	}
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
		xy += (x[i] - mx) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy)
}

// Without any price of the market's proxy there is no model, and everything that needs
// it says so; what does not need it is there.
func TestWithoutAMarket(t *testing.T) {
	in := demoInput(t, "fund")
	bare := market.NewPanel()
	for _, symbol := range in.Panel.Symbols() {
		if symbol != "SPY" {
			i, _ := in.Panel.Instrument(symbol)
			bare.SetInstrument(i)
			bare.SetPrices(symbol, in.Panel.Prices(symbol))
			if a := in.Panel.Actions(symbol); a != nil {
				bare.SetActions(symbol, a)
			}
		}
	}
	in.Panel, in.Benchmark = bare, ""
	x := mustRun(t, in).ExAnte
	if x.Model.Reason == "" || x.Sources.Total.Known() || x.Parametric[0].VaR.Known() || len(x.Scenarios) > 0 {
		t.Errorf("a model without a market: %+v", x.Model)
	}
	if x.Correlation.Reason != "" || len(x.Correlation.Clusters) < 3 || !x.Volatility.EWMA.Known() || x.Backtest.Reason != "" {
		t.Errorf("missing without need: %q, %q", x.Correlation.Reason, x.Backtest.Reason)
	}
}

// A bond with known terms moves by its cash flows, also without a price history; its
// exposure is its duration.
func TestBondsByTheirTerms(t *testing.T) {
	d, demoPanel := demoMarket()
	panel := demoPanel.Clone()
	inst := instrument.Instrument{Symbol: "UST36", Currency: "USD", Class: instrument.Bond, Multiplier: money.Some(money.MustParse("0.01")),
		Coupon: money.Some(money.MustParse("0.04")), CouponFrequency: 2, DayCount: "ActActICMA", Maturity: date.MustParse("2036-05-15")}
	panel.SetInstrument(inst)
	panel.SetPrices("UST36", market.NewSeries([]date.Date{d.AsOf - 1, d.AsOf}, []float64{98, 98}, "test"))
	cash := ledger.Transaction{Date: d.AsOf - 10, Account: "main", Type: ledger.Deposit, Amount: money.Some(money.Int(200000)), Currency: "USD"}
	buy := ledger.Transaction{Date: d.AsOf - 9, Account: "main", Type: ledger.Buy, Symbol: "UST36", Quantity: money.Some(money.Int(100000)), Price: money.Some(money.Int(98)), Currency: "USD"}
	book, err := portfolio.Fold(portfolio.Input{Base: "USD", Transactions: []ledger.Transaction{cash, buy}, Through: d.AsOf, Given: true,
		Instrument: func(string) instrument.Instrument { return inst }})
	if err != nil {
		t.Fatal(err)
	}
	p := analysis.Prepare(analysis.Input{Book: book, Panel: panel, AsOf: d.AsOf, RiskFree: "USD-3M"})
	a, err := p.Run(analysis.Period{Start: d.AsOf - 5, End: d.AsOf})
	if err != nil {
		t.Fatal(err)
	}
	if v := a.Summary.Holdings.Float64(); v != 98000 {
		t.Fatalf("100,000 of face at 98 are worth %v", v)
	}
	x := a.ExAnte
	if len(x.Rates.Rows) != 1 || x.Rates.Rows[0].Method != "cash_flows" {
		t.Fatalf("rates: %+v", x.Rates)
	}
	// A 4 % bond of about ten years at 98 yields 4.25 % and has a modified duration of 8.05.
	near(t, "duration", x.Rates.Rows[0].Duration.Float64(), 8.05, 0.05)
	near(t, "DV01", x.Rates.DV01.Float64(), 8.05*98000/1e4, 1)
	s, err := p.Scenario(scenario.Scenario{ID: "own", Name: "own", Kind: scenario.KindOwn, Shocks: []scenario.Shock{{Kind: scenario.ShockCurve, Move: 0.01}}}, true)
	if err != nil {
		t.Fatal(err)
	}
	// duration and convexity (about 77): −8.05 % + ½ × 0.77 %
	near(t, "yields one point higher", s.PnL.Float64()/98500, -0.0805+0.5*0.0077, 0.0015)
	if s.Positions[0].Method != "bond" {
		t.Errorf("method %s", s.Positions[0].Method)
	}
}

// Monte Carlo over the same model agrees with the parametric figures where the book is
// linear, and its parts add up to the shortfall.
func TestSimulationReadsTheModel(t *testing.T) {
	for _, key := range []string{"saver", "fund"} {
		p := analysis.Prepare(demoInput(t, key))
		a, err := p.Run(analysis.Period{Start: p.AsOf - 365, End: p.AsOf})
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.Simulate(analysis.SimulationAsked{Paths: 20000, Seed: 1, Horizon: 1, Confidence: 0.95})
		if err != nil {
			t.Fatal(err)
		}
		parts, paths := 0.0, 0
		for _, x := range s.Parts {
			parts += x.Component.Float64()
		}
		for _, b := range s.Histogram {
			paths += b.Paths
		}
		near(t, key+": parts", parts, s.ES.Float64(), 0.01*float64(len(s.Parts)+1))
		if paths != 20000 {
			t.Errorf("%s: the histogram holds %d paths", key, paths)
		}
		parametric := a.ExAnte.Parametric[0].VaR.Float64()
		within := 0.03 // of simulating
		if key == "fund" {
			within = 0.15 // options bend it
		}
		near(t, key+": simulated VaR", s.VaR.Float64()/parametric, 1, within)
		if !(s.Low.Float64() <= s.VaR.Float64() && s.VaR.Float64() <= s.High.Float64() && s.ES.Float64() >= s.VaR.Float64()) {
			t.Errorf("%s: %v in [%v, %v], ES %v", key, s.VaR.Float64(), s.Low.Float64(), s.High.Float64(), s.ES.Float64())
		}
	}
}

// Each model forecasts something, and says what.
func TestForecasts(t *testing.T) {
	for _, f := range analysis.Prepare(demoInput(t, "fund")).Forecasts() {
		if f.Says == "" || len(f.Terms) != 4 {
			t.Errorf("%s: %+v", f.Model, f)
		}
		for _, x := range f.Terms {
			if !x.Volatility.Known() || x.Volatility.Float64() < 0.05 || x.Volatility.Float64() > 1 {
				t.Errorf("%s over %d days: %v, %v", f.Model, x.Days, x.Volatility.Float64(), x.Volatility.Reasons)
			}
		}
	}
}

func BenchmarkLongShort(b *testing.B) {
	in := demoInput(b, "fund")
	in.Market = exante.NewMarket(in.Panel, in.AsOf, in.Book.Base, "")
	defer cputime.Report(b)()
	for b.Loop() {
		if _, err := analysis.Run(in); err != nil {
			b.Fatal(err)
		}
	}
}
