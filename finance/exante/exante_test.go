package exante_test

import (
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/scenario"
)

// The market of these tests: 248 returns, whole periods of patterns of eight days whose
// means are zero and whose products sum to zero, so that every regression can be done by
// hand: the betas are those that a series is made with.
const (
	steps = 248
	asOf  = date.Date(20000) // 2024-10-04, a Friday
)

// pattern k of eight, rows of a Hadamard matrix: orthogonal to one another and to ones.
var patterns = [][8]float64{
	{1, -1, 1, -1, 1, -1, 1, -1},
	{1, 1, -1, -1, 1, 1, -1, -1},
	{1, -1, -1, 1, 1, -1, -1, 1},
	{1, 1, 1, 1, -1, -1, -1, -1},
	{1, -1, 1, -1, -1, 1, -1, 1},
}

// days are the weekdays that end with asOf.
func days() []date.Date {
	out := make([]date.Date, steps+1)
	for i, d := steps, asOf; i >= 0; d-- {
		if !d.IsWeekend() {
			out[i] = d
			i--
		}
	}
	return out
}

// moves is Σ weight × pattern on each day.
func moves(weights ...float64) []float64 {
	out := make([]float64, steps)
	for t := range out {
		for k, w := range weights {
			out[t] += w * patterns[k][t%8]
		}
	}
	return out
}

// grown is a series of prices with such returns.
func grown(start float64, returns []float64) *market.Series {
	values := []float64{start}
	for _, r := range returns {
		values = append(values, values[len(values)-1]*(1+r))
	}
	return market.NewSeries(days(), values, "test")
}

// levels is a series that changes by such differences.
func levels(start float64, changes []float64) *market.Series {
	values := []float64{start}
	for _, x := range changes {
		values = append(values, values[len(values)-1]+x)
	}
	return market.NewSeries(days(), values, "test")
}

// panel: the market moves by 1 %, ACME by 1.5 times that and 2 % of its own, the yield by 5
// basis points, the euro by 0.5 %, the volatility index by 4 %.
func panel() *market.Panel {
	p := market.NewPanel()
	for symbol, currency := range map[string]money.Currency{"SPY": "USD", "ACME": "USD", "EURO": "EUR", "LSE": "GBX", "VIX": "USD"} {
		p.SetInstrument(instrument.Instrument{Symbol: symbol, Currency: currency, Class: instrument.Equity})
	}
	p.SetPrices("SPY", grown(400, moves(0.01)))
	p.SetPrices("ACME", grown(100, moves(0.015, 0.02)))
	p.SetPrices("EURO", grown(50, moves(0.008)))
	p.SetPrices("LSE", grown(5000, moves(0.008)))
	p.SetRate("USD-10Y", levels(0.04, moves(0, 0, 0.0005)))
	p.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, grown(1.1, moves(0, 0, 0, 0.005)))
	p.SetPrices("VIX", grown(20, moves(0, 0, 0, 0, 0.04)))
	return p
}

// deviation is the sample deviation of a pattern of that size, n − 1.
func deviation(size float64) float64 { return size * math.Sqrt(float64(steps)/(steps-1)) }

// residual is that of a regression on two factors and a constant.
func residual(size float64) float64 { return size * math.Sqrt(float64(steps)/(steps-3)) }

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func model(t *testing.T, m *exante.Market, value float64, holdings ...exante.Holding) *exante.Model {
	t.Helper()
	x := exante.NewModel(&exante.Book{Market: m, Value: value, Holdings: holdings, Benchmark: "SPY"})
	if x.Reason != "" {
		t.Fatal(x.Reason)
	}
	return x
}

func share(symbol string, value float64, currency money.Currency) exante.Holding {
	return exante.Holding{Symbol: symbol, Asset: symbol, Value: value, Currency: currency}
}

// By hand: betas, specific deviation, variance and its parts of two shares, one short.
func TestByHand(t *testing.T) {
	m := exante.NewMarket(panel(), asOf, "USD", "")
	if len(m.Factors) != 2 || m.Factors[0].Name != factor.Market || m.Factors[1].Name != factor.Rates {
		t.Fatalf("factors %+v, notes %v", m.Factors, m.Missing)
	}
	a := m.Asset("ACME", nil)
	near(t, "beta", a.Betas[0], 1.5, 1e-12)
	near(t, "beta to the yield", a.Betas[1], 0, 1e-12)
	near(t, "specific", a.Specific, residual(0.02), 1e-12)
	near(t, "R²", a.R2, 0.015*0.015/(0.015*0.015+0.02*0.02), 1e-12)

	x := model(t, m, 7000, share("ACME", 10000, "USD"), share("SPY", -3000, "USD"))
	market, own := 12000*deviation(0.01), 10000*residual(0.02)
	sigma := math.Hypot(market, own)
	near(t, "volatility", x.Volatility(), sigma, 1e-8)
	near(t, "market", x.FactorShare(0), market*market/sigma/sigma, 1e-12)
	near(t, "specific", x.SpecificShare(), own*own/sigma/sigma, 1e-12)
	near(t, "the short hedges", x.Share(1), -3000*12000*deviation(0.01)*deviation(0.01)/sigma/sigma, 1e-12)
	near(t, "shares", x.Share(0)+x.Share(1), 1, 1e-12)
	near(t, "the short alone", x.Own(1), 3000*deviation(0.01), 1e-8)
	near(t, "without the short", x.Without(1), math.Hypot(15000*deviation(0.01), own), 1e-8)
	// against 7,000 of the market: 12,000 − 7,000 of beta are active
	te, beta, err := x.TrackingError()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "tracking error", te, math.Hypot(5000*deviation(0.01), own), 1e-8)
	near(t, "beta to the benchmark", beta, 12.0/7, 1e-12)
	// its history is what the shares did
	for s, got := range x.History() {
		near(t, "history", got, 10000*moves(0.015, 0.02)[s]-3000*moves(0.01)[s], 1e-9)
	}
}

// The value of a foreign share, and of foreign cash, lies in its currency with a beta of
// one; a price in pence has no currency of its own.
func TestCurrencies(t *testing.T) {
	p := panel()
	p.SetFX(market.Pair{Base: "GBP", Quote: "USD"}, grown(1.25, moves(0, 0, 0, 0.005)))
	m := exante.NewMarket(p, asOf, "USD", "")
	x := model(t, m, 3000, share("EURO", 1000, "EUR"), exante.Holding{Symbol: "EUR", Currency: "EUR", Value: -400, Cash: true}, share("LSE", 500, "GBP"))
	euro, pound := x.Factor.Index(factor.Currency("EUR")), x.Factor.Index(factor.Currency("GBP"))
	if euro < 0 || pound < 0 || m.Asset("LSE", nil).Currency != "GBP" {
		t.Fatalf("factors %v", x.Factor.Factors)
	}
	near(t, "euros", x.Parts.Exposure[euro], 600, 1e-9)
	near(t, "pounds", x.Parts.Exposure[pound], 500, 1e-9)
	near(t, "market", x.Parts.Exposure[0], 0.8*1500, 1e-9)
	near(t, "volatility", x.Volatility(), math.Hypot(1200*deviation(0.01), 1100*deviation(0.005)), 1e-8)
	r := x.Returns(0)[0]
	near(t, "return in dollars", r, 1.008*1.005-1, 1e-12)

	// A benchmark of a currency that is not held brings its exchange rate with it.
	y := exante.NewModel(&exante.Book{Market: m, Value: 1000, Benchmark: "EURO", Holdings: []exante.Holding{share("SPY", 1000, "USD")}})
	te, beta, err := y.TrackingError()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "tracking error", te, math.Hypot(200*deviation(0.01), 1000*deviation(0.005)), 1e-8)
	cov, v := 0.008*0.01, 0.008*0.008+0.005*0.005
	near(t, "beta", beta, cov/v, 1e-9)
	if len(y.Factors) != 2 {
		t.Errorf("the book's own factors changed: %v", y.Factor.Factors)
	}
}

// A rate without a history is no rate that stands still.
func TestCurrencyWithoutHistory(t *testing.T) {
	d := days()
	for name, s := range map[string]*market.Series{
		"one day":  market.NewSeries(d[steps:], []float64{1.1}, "test"),
		"long ago": market.NewSeries(d[:100], grown(1.1, moves(0.01)).Values[:100], "test"),
	} {
		p := panel()
		p.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, s)
		x := model(t, exante.NewMarket(p, asOf, "USD", ""), 1000, share("EURO", 1000, "EUR"))
		if len(x.Unmoved) != 1 || !strings.Contains(x.Unmoved[0], "EUR") || x.Factor.Index(factor.Currency("EUR")) >= 0 {
			t.Errorf("%s: unmoved %q, factors %v", name, x.Unmoved, x.Factor.Factors)
		}
		near(t, name+": the market all the same", x.Parts.Exposure[0], 800, 1e-9)
	}
	p := panel() // a peg is published every day
	p.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, grown(1.1, moves(0)))
	if x := model(t, exante.NewMarket(p, asOf, "USD", ""), 1000, share("EURO", 1000, "EUR")); len(x.Unmoved) != 0 {
		t.Errorf("a peg: %q", x.Unmoved)
	}
}

// An option counts by delta on its underlying's factors, by rho on the yield, by vega on
// the index, by value on its currency; its share and it have one specific return.
func TestOption(t *testing.T) {
	terms := option.Terms{Kind: option.Put, Spot: 100, Strike: 95, Years: 120.0 / 365, Rate: 0.04, Volatility: 0.3}
	v := option.European(terms)
	put := exante.Holding{Symbol: "ACME P95", Asset: "ACME", Value: 200 * v.Price, Currency: "USD", Option: &exante.Option{Terms: terms, Value: v, Units: 200}}
	m := exante.NewMarket(panel(), asOf, "USD", "")
	hedge := -200 * v.Delta * 100
	x := model(t, m, 10000, share("ACME", hedge, "USD"), put)
	index, rates := x.Factor.Index(factor.ImpliedVolatility), x.Factor.Index(factor.Rates)
	near(t, "amount", x.Exposures[1].Amount, -hedge, 1e-9)
	near(t, "market", x.Parts.Exposure[0], 0, 1e-9)
	// vega per 1.00 × 30 % × √(30/120): the index's move of one is one of the volatility's
	near(t, "implied volatility", x.Parts.Exposure[index], 200*v.Vega*0.3*0.5, 1e-9)
	near(t, "rho", x.Parts.Exposure[rates], 200*v.Rho, 1e-9)
	near(t, "volatility", x.Volatility(), math.Hypot(200*v.Vega*0.15*deviation(0.04), 200*v.Rho*deviation(0.0005)), 1e-8)
	near(t, "no specific risk", x.SpecificShare(), 0, 1e-12)
	for s, got := range x.History() {
		near(t, "history", got, 200*v.Vega*0.15*moves(0, 0, 0, 0, 0.04)[s]+200*v.Rho*moves(0, 0, 0.0005)[s], 1e-9)
	}
	// scenarios read the same exposures
	engine, err := scenario.New(x.Scenarios())
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range x.Parts.Exposure {
		near(t, x.Factor.Factors[k], engine.Exposures()[k], want, 1e-6)
	}
}

// An option on a future answers to rates by its discounting alone, in the model, in
// scenarios and in simulations alike.
func TestOptionOnAFuture(t *testing.T) {
	terms := option.Terms{Kind: option.Call, Spot: 100, Strike: 95, Years: 0.5, Rate: 0.04, DividendYield: 0.04, Volatility: 0.3}
	v := option.European(terms)
	v.Rho = -0.5 * v.Price // V = e^(−rT) × a function of the forward: ∂V/∂r = −T V
	call := exante.Holding{Symbol: "ACME C95", Asset: "ACME", Value: 10 * v.Price, Currency: "USD", Option: &exante.Option{Terms: terms, Value: v, Units: 10, OnForward: true}}
	x := model(t, exante.NewMarket(panel(), asOf, "USD", ""), 1000, call)
	k := x.Factor.Index(factor.Rates)
	near(t, "rho", x.Parts.Exposure[k], -5*v.Price, 1e-9)
	engine, err := scenario.New(x.Scenarios())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "of scenarios", engine.Exposures()[k], -5*v.Price, 1e-9)
	got, err := engine.Run(scenario.Scenario{ID: "own", Name: "own", Kind: scenario.KindOwn, Shocks: []scenario.Shock{{Kind: scenario.ShockFactor, On: factor.Rates, Move: 0.02}}}, scenario.Settings{Mode: scenario.Direct})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "two points more", got.Total, 10*v.Price*(math.Exp(-0.01)-1), 1e-9)
	_, stakes, _ := x.Simulation()
	moved := make([]float64, len(x.Factors))
	moved[k] = 0.02
	near(t, "in a simulation", stakes[0].Revalue(0, moved), 10*v.Price*(math.Exp(-0.01)-1), 1e-9)
}

// What an asset did over several days is not fitted to what the factors did on the last;
// its money is not lost. A series of every other day has no betas.
func TestHolidays(t *testing.T) {
	p := panel()
	full := p.Prices("ACME")
	keep := func(on func(i int) bool) *market.Series {
		var d []date.Date
		var v []float64
		for i := range full.Dates {
			if on(i) {
				d, v = append(d, full.Dates[i]), append(v, full.Values[i])
			}
		}
		return market.NewSeries(d, v, "test")
	}
	p.SetPrices("ACME", keep(func(i int) bool { return i%50 != 7 }))
	p.SetPrices("SLOW", keep(func(i int) bool { return i%2 == 0 }))
	m := exante.NewMarket(p, asOf, "USD", "")
	a := m.Asset("ACME", nil)
	if a.Known != steps-5 {
		t.Errorf("%d returns are known", a.Known)
	}
	whole := exante.NewMarket(panel(), asOf, "USD", "").Asset("ACME", nil)
	near(t, "beta", a.Betas[0], whole.Betas[0], 0.05) // the patterns are not whole any more
	near(t, "specific", a.Specific, whole.Specific, 0.0005)
	x := model(t, m, 1000, share("ACME", 1000, "USD"))
	growth := 1.0
	for _, got := range x.History() {
		growth *= 1 + got/1000
	}
	near(t, "history", growth, full.Values[steps]/full.Values[0], 1e-12)
	if slow := m.Asset("SLOW", nil); slow.Fitted() || !strings.Contains(slow.Reason, "consecutive") {
		t.Errorf("every other day: %+v", slow)
	}
}

func TestReasons(t *testing.T) {
	d := days()
	part := func(from, to int) *market.Panel {
		p := panel()
		s := p.Prices("SPY")
		p.SetPrices("SPY", market.NewSeries(d[from:to], s.Values[from:to], "test"))
		return p
	}
	none := panel()
	none.SetPrices("SPY", nil)
	for _, c := range []struct {
		name    string
		panel   *market.Panel
		asOf    date.Date
		instead string
		want    string
	}{
		{"no proxy", none, asOf, "", "no prices of SPY"},
		{"no proxy and no benchmark", none, asOf, "GONE", "no prices of GONE"},
		{"too few closes", part(steps-40, steps+1), asOf, "", "41 closes in the window"},
		{"a proxy that ended", part(0, steps-20), asOf, "", "last close of SPY"},
		{"before all data", panel(), d[0] - 1, "", "0 closes"},
	} {
		m := exante.NewMarket(c.panel, c.asOf, "USD", c.instead)
		if !strings.Contains(m.Reason, c.want) {
			t.Errorf("%s: %q", c.name, m.Reason)
		}
		x := exante.NewModel(&exante.Book{Market: m, Value: 1, Holdings: []exante.Holding{share("ACME", 1, "USD"), {Symbol: "EUR", Currency: "EUR", Value: 1, Cash: true}}})
		if x.Reason == "" || x.Parts != nil || x.Covered != 0 && c.panel == none {
			t.Errorf("%s: a model: %q", c.name, x.Reason)
		}
	}
	if m := exante.NewMarket(none, asOf, "USD", "ACME"); m.Reason != "" || m.Factors[0].Proxy != "ACME" || !strings.Contains(m.Note, "ACME") {
		t.Errorf("the benchmark instead: %q, %v", m.Reason, m.Note)
	}
	m := exante.NewMarket(panel(), asOf, "USD", "")
	x := exante.NewModel(&exante.Book{Market: m, Value: 1, Holdings: []exante.Holding{share("GONE", 100, "USD"), share("ACME", 300, "USD"), share("YEN", 100, "JPY")}})
	if x.Exposures[0].Reason != "there is no price history" || x.Gross != 500 || x.Covered != 300 {
		t.Errorf("%+v, %v of %v", x.Exposures[0], x.Covered, x.Gross)
	}
}

// A bond that is too young to be fitted has its duration, and nothing else.
func TestBond(t *testing.T) {
	p := panel()
	p.SetPrices("BUND", market.NewSeries(days()[steps-1:], []float64{98, 98}, "test"))
	m := exante.NewMarket(p, asOf, "USD", "")
	bond := share("BUND", 9800, "USD")
	bond.Bond = &exante.Bond{Duration: 8}
	x := model(t, m, 9800, bond)
	k := x.Factor.Index(factor.Rates)
	near(t, "rates", x.Parts.Exposure[k], -8*9800, 1e-9)
	near(t, "volatility", x.Volatility(), 8*9800*deviation(0.0005), 1e-8)
	if a := x.Exposures[0].Asset; !a.Terms || a.Specific != 0 {
		t.Errorf("%+v", a)
	}
}

// The deepest fall is from peak to trough, and nothing after the as-of day is replayed.
func TestPast(t *testing.T) {
	p, d := panel(), days()
	values := make([]float64, steps+1)
	for i := range values {
		values[i] = 100 + float64(i%2)
	}
	values[100], values[110], values[120] = 120, 84, 90
	p.SetPrices("SPY", market.NewSeries(d, values, "test"))
	m := exante.NewMarket(p, asOf, "USD", "")
	r, fall, ok := m.Deepest()
	near(t, "fall", fall, 84.0/120-1, 1e-12)
	if !ok || r.From != d[100] || r.To != d[110] {
		t.Errorf("from %s to %s", r.From, r.To)
	}
	x := model(t, m, 1000, share("ACME", 1000, "USD"))
	w := x.Past(x.Scenarios())(r)
	if w == nil || len(w.Days) != 10 {
		t.Fatalf("window %+v", w)
	}
	growth := 1.0
	for _, y := range w.Factors[0] {
		growth *= 1 + y
	}
	near(t, "the market in it", growth-1, fall, 1e-12)
	early := exante.NewMarket(p, d[105], "USD", "")
	y := exante.NewModel(&exante.Book{Market: early, Value: 1000, Holdings: []exante.Holding{share("ACME", 1000, "USD")}})
	if y.Reason != "" {
		t.Fatal(y.Reason)
	}
	if w := y.Past(y.Scenarios())(r); w != nil {
		t.Errorf("a replay of days to come: %v", w.Days)
	}
}
