package analysis_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/finance/scenario"
)

// piece is a holding of a made-up book: so much of a symbol.
type piece struct {
	symbol   string
	quantity string
}

// made is a book of pieces and cash, bought free of charge ten days before the as-of day
// of the demonstration's market, with instruments known beside the market's.
func made(t testing.TB, base money.Currency, panel *market.Panel, cash map[money.Currency]int64, pieces ...piece) analysis.Input {
	t.Helper()
	d, _ := demoMarket()
	var booked []ledger.Transaction
	for _, c := range slices.Sorted(mapKeys(cash)) {
		booked = append(booked, ledger.Transaction{Date: d.AsOf - 11, Account: "main", Type: ledger.Deposit, Amount: money.Some(money.Int(cash[c])), Currency: c})
	}
	known := func(symbol string) instrument.Instrument {
		i, _ := panel.Instrument(symbol)
		return i
	}
	for _, p := range pieces {
		q := money.MustParse(p.quantity)
		kind := ledger.Buy
		if q.Sign() < 0 {
			kind, q = ledger.Sell, q.Neg()
		}
		booked = append(booked, ledger.Transaction{Date: d.AsOf - 10, Account: "main", Type: kind, Symbol: p.symbol, Quantity: money.Some(q), Price: money.Some(money.Int(1)), Currency: known(p.symbol).Currency})
	}
	book, err := portfolio.Fold(portfolio.Input{Base: base, Transactions: booked, Through: d.AsOf, Given: true, Actions: panel.Actions,
		Policy: ledger.Policy{OnOversold: ledger.GoShort}, Instrument: known})
	if err != nil {
		t.Fatal(err)
	}
	return analysis.Input{Book: book, Panel: panel, AsOf: d.AsOf, Period: analysis.Period{Start: d.AsOf - 5, End: d.AsOf}, RiskFree: "USD-3M", Benchmark: "SPY"}
}

func mapKeys[V any](m map[money.Currency]V) func(func(money.Currency) bool) {
	return func(yield func(money.Currency) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// sound checks that an analysis marshals without anything that is not a number, and that
// whatever is unknown has its reason.
func sound(t testing.TB, a *analysis.Analysis) {
	t.Helper()
	raw, err := json.Marshal(a)
	if err != nil { // of what is not a number, too
		t.Fatal(err)
	}
	var whole any
	if err := json.Unmarshal(raw, &whole); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, x any)
	walk = func(path string, x any) {
		switch x := x.(type) {
		case map[string]any:
			if x["status"] == "unavailable" && x["reasons"] == nil {
				t.Errorf("%s is unknown without a reason", path)
			}
			for k, v := range x {
				walk(path+"."+k, v)
			}
		case []any:
			for _, v := range x {
				walk(path, v)
			}
		}
	}
	walk("", whole)
}

// quoted adds an instrument with one price to a panel.
func quoted(p *market.Panel, i instrument.Instrument, on date.Date, price float64) {
	p.SetInstrument(i)
	p.SetPrices(i.Symbol, market.NewSeries([]date.Date{on}, []float64{price}, "test"))
}

func optionRow(t *testing.T, a *analysis.Analysis, symbol string) analysis.GreekRow {
	t.Helper()
	for _, row := range a.ExAnte.Greeks.Rows {
		if row.Symbol == symbol {
			return row
		}
	}
	t.Fatalf("no greeks of %s", symbol)
	return analysis.GreekRow{}
}

// An option's price of last week implies the volatility with last week's price of the
// underlying, and in the currency of the option.
func TestOptionPricesOfAnotherDay(t *testing.T) {
	d, market := demoMarket()
	panel := market.Clone()
	call := instrument.Instrument{Symbol: "AAPL C", Currency: "USD", Class: instrument.Option, Underlying: "AAPL", Strike: money.Some(money.Int(260)),
		Expiry: d.AsOf + 100, Right: instrument.Call, Multiplier: money.Some(money.Int(100))}
	then := d.AsOf - 20
	spot, _, _ := panel.Price("AAPL", then)
	rate, _, _ := panel.Rate("USD-3M").At(d.AsOf)
	price := option.European(option.Terms{Kind: option.Call, Spot: spot.Float64(), Strike: 260, Years: 120.0 / 365, Rate: math.Log1p(rate), Volatility: 0.3}).Price
	quoted(panel, call, then, price)
	pence := call
	pence.Symbol, pence.Underlying, pence.Currency, pence.Strike = "LON C", "LON", "GBP", money.Some(money.Int(50))
	panel.SetInstrument(instrument.Instrument{Symbol: "LON", Currency: "GBX", Class: instrument.Equity})
	panel.SetPrices("LON", panel.Prices("AAPL"))
	london := panel.Prices("LON").Values[panel.Prices("LON").Index(d.AsOf)] / 100 // pounds
	pence.Strike = money.Some(money.Int(3))
	worth := option.European(option.Terms{Kind: option.Call, Spot: london, Strike: 3, Years: 100.0 / 365, Rate: math.Log1p(rate), Volatility: 0.4}).Price
	quoted(panel, pence, d.AsOf, worth)
	a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000, "GBP": 1000}, piece{"AAPL C", "5"}, piece{"LON C", "10"}))
	sound(t, a)
	row := optionRow(t, a, "AAPL C")
	near(t, "volatility", row.Volatility.Float64(), 0.3, 1e-6)
	if row.Volatility.Status != analysis.Stale {
		t.Errorf("status %s", row.Volatility.Status)
	}
	row = optionRow(t, a, "LON C")
	near(t, "spot in pounds", row.Spot.Float64(), london, 1e-9)
	near(t, "volatility in pounds", row.Volatility.Float64(), 0.4, 1e-6)
}

// A price that no volatility gives leaves an option unknown; one below what exercising is
// worth, or of zero, leaves its volatility so.
func TestOptionPricesOutOfRange(t *testing.T) {
	d, whole := demoMarket()
	for _, c := range []struct {
		name       string
		strike     int64
		price      float64
		delta      float64 // NaN: not known
		why        string
		underlying float64
	}{
		{name: "more than the share", strike: 100, price: 5000, delta: math.NaN(), why: "higher than any volatility"},
		{name: "below intrinsic", strike: 100, price: 10, delta: 1, why: "below what exercising"},
		{name: "nothing, out of the money", strike: 100000, price: 0, delta: 0, why: "no time value"},
		{name: "an underlying worth nothing", strike: 100, price: 3, underlying: -1, delta: math.NaN(), why: "make no sense"},
	} {
		panel := whole.Clone()
		quoted(panel, instrument.Instrument{Symbol: "C", Currency: "USD", Class: instrument.Option, Underlying: "AAPL", Strike: money.Some(money.Int(c.strike)),
			Expiry: d.AsOf + 100, Right: instrument.Call, Multiplier: money.Some(money.Int(100))}, d.AsOf, c.price)
		if c.underlying != 0 {
			quoted(panel, instrument.Instrument{Symbol: "AAPL", Currency: "USD", Class: instrument.Equity}, d.AsOf, 0)
		}
		a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000}, piece{"C", "1"}, piece{"MSFT", "100"}))
		sound(t, a)
		row := optionRow(t, a, "C")
		if row.Volatility.Known() || !strings.Contains(strings.Join(row.Volatility.Reasons, " "), c.why) {
			t.Errorf("%s: volatility %+v", c.name, row.Volatility)
		}
		if known := row.Delta.Known(); known == math.IsNaN(c.delta) {
			t.Errorf("%s: delta %+v", c.name, row.Delta)
		} else if known {
			spot, _, _ := panel.Price("AAPL", d.AsOf)
			near(t, c.name, row.Delta.Float64(), c.delta*100*spot.Float64(), 0.01)
		}
	}
}

// What stopped trading has no history since: it is not at rest.
func TestStoppedTrading(t *testing.T) {
	d, whole := demoMarket()
	panel := whole.Clone()
	s := panel.Prices("AAPL")
	at := s.Index(d.AsOf - 150)
	panel.SetPrices("AAPL", market.NewSeries(s.Dates[:at], s.Values[:at], "test"))
	a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000}, piece{"AAPL", "100"}, piece{"MSFT", "100"}))
	sound(t, a)
	w := a.Risk.Window
	if !slices.Contains(w.Partial, "AAPL") || !(w.Covered.Float64() < 0.99) {
		t.Errorf("partial %v, covered %v", w.Partial, w.Covered.Float64())
	}
	if !slices.Contains(a.ExAnte.Model.Limited, "AAPL") {
		t.Errorf("limited: %v", a.ExAnte.Model.Limited)
	}
}

// Cash without an exchange rate is named by the model, and is not zero.
func TestCashWithoutARate(t *testing.T) {
	_, panel := demoMarket()
	a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000, "NOK": 5000, "EUR": 1000}, piece{"MSFT", "100"}))
	sound(t, a)
	x := a.ExAnte
	if len(x.Model.LeftOut) != 1 || x.Model.LeftOut[0].Symbol != "NOK" || x.Model.LeftOut[0].Value.Known() {
		t.Errorf("left out: %+v", x.Model.LeftOut)
	}
	if f := x.Sources.Total; f.Status != analysis.Partial || !strings.Contains(strings.Join(f.Reasons, " "), "NOK") {
		t.Errorf("volatility: %s %v", f.Status, f.Reasons)
	}
	if f := a.Risk.Tail[0].VaR; f.Status != analysis.Partial || !strings.Contains(strings.Join(f.Reasons, " "), "NOK") {
		t.Errorf("value at risk on history: %s %v", f.Status, f.Reasons)
	}
	last := x.Positions[len(x.Positions)-1]
	if last.Symbol != "NOK" || last.Value.Known() || last.Reason == "" {
		t.Errorf("position: %+v", last)
	}
	for _, s := range x.Scenarios {
		if s.PnL.Known() && s.PnL.Status != analysis.Partial {
			t.Errorf("%s: %s", s.ID, s.PnL.Status)
		}
	}
}

// Twice the book is twice the money; betas, shares and volatilities stay.
func TestTwice(t *testing.T) {
	_, panel := demoMarket()
	once := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000, "EUR": 10000}, piece{"AAPL", "100"}, piece{"TSLA", "-40"}, piece{"SAP", "60"}, piece{"TSLA260821C00360000", "3"}))
	twice := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 200000, "EUR": 20000}, piece{"AAPL", "200"}, piece{"TSLA", "-80"}, piece{"SAP", "120"}, piece{"TSLA260821C00360000", "6"}))
	a, b := once.ExAnte, twice.ExAnte
	// money of the first is rounded to cents
	money := func(what string, x, y analysis.Figure) {
		t.Helper()
		near(t, what, y.Float64(), 2*x.Float64(), 0.02+1e-7*math.Abs(y.Float64()))
	}
	same := func(what string, x, y analysis.Figure) {
		t.Helper()
		near(t, what, y.Float64(), x.Float64(), 1e-6+1e-6*math.Abs(x.Float64()))
	}
	if len(a.Factors) == 0 || len(a.Scenarios) == 0 {
		t.Fatal(a.Model.Reason)
	}
	for i, f := range a.Factors {
		money(f.Key, f.Money, b.Factors[i].Money)
		same(f.Key, f.Beta, b.Factors[i].Beta)
		same(f.Key, f.Share, b.Factors[i].Share)
	}
	for i, p := range a.Positions {
		money(p.Symbol, p.Component, b.Positions[i].Component)
		money(p.Symbol, p.Incremental, b.Positions[i].Incremental)
		same(p.Symbol, p.Volatility, b.Positions[i].Volatility)
		same(p.Symbol, p.MarketBeta, b.Positions[i].MarketBeta)
	}
	for i, s := range a.Scenarios {
		if s.PnL.Known() {
			money(s.ID, s.PnL, b.Scenarios[i].PnL)
		}
	}
	for i, row := range once.Risk.Tail {
		money(row.Method, row.VaR, twice.Risk.Tail[i].VaR)
		money(row.Method, row.ES, twice.Risk.Tail[i].ES)
	}
	same("tracking error", a.Active.TrackingError, b.Active.TrackingError)
	same("beta", a.Active.Beta, b.Active.Beta)
	money("vega", a.Greeks.Vega, b.Greeks.Vega)
	money("DV01", a.Rates.DV01, b.Rates.DV01)
}

// Kept in another currency of account, a scenario that leaves exchange rates alone costs
// the same; so do delta and the exposures to everything but currencies.
func TestCurrencyOfAccount(t *testing.T) {
	_, panel := demoMarket()
	pieces := []piece{{"AAPL", "1000"}, {"TSLA", "-400"}, {"SAP", "600"}, {"TSLA260821C00360000", "30"}}
	cash := map[money.Currency]int64{"USD": 1000000, "EUR": 100000}
	run := func(base money.Currency) (*analysis.Analysis, analysis.Scenario) {
		p := analysis.Prepare(made(t, base, panel, cash, pieces...))
		a, err := p.Run(analysis.Period{Start: p.AsOf - 5, End: p.AsOf})
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.Scenario(scenario.Scenario{ID: "own", Name: "own", Kind: scenario.KindOwn,
			Shocks: []scenario.Shock{{Kind: scenario.ShockFactor, On: "market", Move: -0.2}, {Kind: scenario.ShockFactor, On: "rates", Move: 0.01}}}, true)
		if err != nil {
			t.Fatal(err)
		}
		return a, s
	}
	dollars, inDollars := run("USD")
	euros, inEuros := run("EUR")
	rate := dollars.Summary.Value.Float64() / euros.Summary.Value.Float64()
	if !(rate > 1.01 || rate < 0.99) || !inDollars.PnL.Known() {
		t.Fatalf("rate %v, %v", rate, inDollars.PnL.Reasons)
	}
	near(t, "scenario", inEuros.PnL.Float64()*rate, inDollars.PnL.Float64(), 0.05)
	near(t, "delta", euros.ExAnte.Greeks.Delta.Float64()*rate, dollars.ExAnte.Greeks.Delta.Float64(), 0.05)
	for i, f := range dollars.ExAnte.Factors {
		if f.Kind == "currency" {
			continue
		}
		if g := euros.ExAnte.Factors[i]; g.Key != f.Key {
			t.Errorf("%s and %s", f.Key, g.Key)
		} else {
			near(t, f.Key, g.Money.Float64()*rate, f.Money.Float64(), 0.05+1e-7*math.Abs(f.Money.Float64()))
		}
	}
	// what is in dollars for one is in euros for the other: all of the value lies in one or the other
	held := 0.0
	for _, f := range dollars.ExAnte.Factors {
		if f.Key == "fx:EUR" {
			held += f.Money.Float64()
		}
	}
	for _, f := range euros.ExAnte.Factors {
		if f.Key == "fx:USD" {
			held += f.Money.Float64() * rate
		}
	}
	near(t, "value in either currency", held, dollars.Summary.Value.Float64(), 0.1)
}

// A holding without a price is left out by name of all that is said of today's holdings.
func TestUnpriced(t *testing.T) {
	_, whole := demoMarket()
	panel := whole.Clone()
	panel.SetInstrument(instrument.Instrument{Symbol: "BLANK", Currency: "USD", Class: instrument.Equity})
	a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000}, piece{"MSFT", "100"}, piece{"BLANK", "10"}))
	sound(t, a)
	for what, f := range map[string]analysis.Figure{"historical": a.Risk.Tail[0].VaR, "EWMA": a.ExAnte.Volatility.EWMA, "model": a.ExAnte.Sources.Total,
		"parametric": a.ExAnte.Parametric[0].VaR, "coverage": a.ExAnte.Model.Covered, "scenario": a.ExAnte.Scenarios[0].PnL} {
		if f.Status != analysis.Partial || !strings.Contains(strings.Join(f.Reasons, " "), "BLANK") {
			t.Errorf("%s: %s %v", what, f.Status, f.Reasons)
		}
	}
}

// An exchange rate of long ago leaves the share's own moves, and says what is missing.
func TestRateOfLongAgo(t *testing.T) {
	d, whole := demoMarket()
	panel := whole.Clone()
	pair := market.Pair{Base: "EUR", Quote: "USD"}
	s := panel.FX(pair)
	at := s.Index(d.AsOf - 600)
	panel.SetFX(pair, market.NewSeries(s.Dates[:at], s.Values[:at], "test"))
	a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000, "EUR": 50000}, piece{"SAP", "100"}))
	sound(t, a)
	for what, f := range map[string]analysis.Figure{"historical": a.Risk.Tail[0].VaR, "model": a.ExAnte.Sources.Total} {
		if !f.Known() || !(f.Float64() > 0) || f.Status != analysis.Partial {
			t.Errorf("%s: %v, %s %v", what, f.Float64(), f.Status, f.Reasons)
		}
	}
	if w := a.Risk.Window; !slices.Contains(w.Partial, "SAP") || !slices.Contains(w.Partial, "EUR") {
		t.Errorf("partial: %v", w.Partial)
	}
}

// Books at the edge: what is unknown says why, what is known is what it should be.
func TestBooksAtTheEdge(t *testing.T) {
	d, whole := demoMarket()
	panel := whole.Clone()
	aapl, msft := panel.Prices("AAPL"), panel.Prices("MSFT")
	panel.SetInstrument(instrument.Instrument{Symbol: "COIN", Currency: "USD", Class: instrument.Crypto})
	var days []date.Date // of every day of the week
	var values []float64
	for on := d.AsOf - 800; on <= d.AsOf; on++ {
		price, _, _ := msft.At(on)
		days, values = append(days, on), append(values, price)
	}
	panel.SetPrices("COIN", market.NewSeries(days, values, "test"))
	panel.SetInstrument(instrument.Instrument{Symbol: "HOME", Currency: "USD", Class: instrument.Private})
	panel.SetPrices("HOME", aapl)
	panel.SetInstrument(instrument.Instrument{Symbol: "PENCE", Currency: "GBX", Class: instrument.Equity})
	panel.SetPrices("PENCE", aapl)
	panel.SetInstrument(instrument.Instrument{Symbol: "FUT", Currency: "USD", Class: instrument.Future, Multiplier: money.Some(money.Int(50))})
	panel.SetPrices("FUT", aapl)
	panel.SetInstrument(instrument.Instrument{Symbol: "STILL", Currency: "USD", Class: instrument.Equity})
	flat := make([]float64, len(aapl.Dates))
	for i := range flat {
		flat[i] = 10
	}
	panel.SetPrices("STILL", market.NewSeries(aapl.Dates, flat, "test"))
	quoted(panel, instrument.Instrument{Symbol: "ZERO", Currency: "USD", Class: instrument.Equity}, d.AsOf, 0)
	quoted(panel, instrument.Instrument{Symbol: "YOUNG", Currency: "USD", Class: instrument.Equity}, d.AsOf, 5)
	quoted(panel, instrument.Instrument{Symbol: "OLD C", Currency: "USD", Class: instrument.Option, Underlying: "AAPL", Strike: money.Some(money.Int(100)),
		Expiry: d.AsOf, Right: instrument.Call, Multiplier: money.Some(money.Int(100))}, d.AsOf, 5)
	run := func(cash map[money.Currency]int64, pieces ...piece) *analysis.ExAnte {
		t.Helper()
		a := mustRun(t, made(t, "USD", panel, cash, pieces...))
		sound(t, a)
		return a.ExAnte
	}
	position := func(x *analysis.ExAnte, symbol string) analysis.Position {
		t.Helper()
		for _, p := range x.Positions {
			if p.Symbol == symbol {
				return p
			}
		}
		t.Fatalf("no position %s", symbol)
		return analysis.Position{}
	}
	rich, dollars := map[money.Currency]int64{"USD": 10_000_000, "GBP": 10_000}, map[money.Currency]int64{"USD": 1000}

	x := run(rich, piece{"COIN", "10"}, piece{"MSFT", "-10"})
	near(t, "a coin that moves with a share", position(x, "COIN").MarketBeta.Float64(), position(x, "MSFT").MarketBeta.Float64(), 0.02)
	if n := position(x, "COIN").Days; n != 252 {
		t.Errorf("a price of every day of the week has %d of 252 returns", n)
	}
	x = run(rich, piece{"HOME", "10"}, piece{"MSFT", "10"})
	if p := position(x, "HOME"); !strings.Contains(p.Reason, "private") || p.Share.Known() {
		t.Errorf("a private asset: %+v", p)
	}
	x = run(rich, piece{"PENCE", "1000"}, piece{"AAPL", "10"})
	near(t, "a price in pence", position(x, "PENCE").MarketBeta.Float64(), position(x, "AAPL").MarketBeta.Float64(), 0.01) // without dividends
	pounds := 0.0
	for _, f := range x.Factors {
		if f.Key == "fx:GBP" {
			pounds = f.Money.Float64()
		}
	}
	rate, _, _ := panel.FX(market.Pair{Base: "GBP", Quote: "USD"}).At(d.AsOf)
	price, _, _ := aapl.At(d.AsOf)
	// ten thousand pounds, and a thousand shares, bought at a pound in all
	near(t, "pounds in dollars", pounds, (10000-10+10*price)*rate, 1)
	x = run(rich, piece{"FUT", "-2"})
	near(t, "a future moves with its contract", position(x, "FUT").Exposure.Float64(), -2*50*price, 0.01)
	x = run(rich, piece{"STILL", "100"})
	if x.Sources.Total.Known() && x.Sources.Total.Float64() != 0 && len(x.Factors) == 0 {
		t.Errorf("a price that stands still: %+v", x.Sources.Total)
	}
	near(t, "nothing of its own", position(x, "STILL").Volatility.Float64(), 0, 1e-12)
	x = run(rich, piece{"ZERO", "100"}, piece{"YOUNG", "100"})
	if !strings.Contains(position(x, "YOUNG").Reason, "prices on") {
		t.Errorf("one day of history: %q", position(x, "YOUNG").Reason)
	}
	x = run(rich, piece{"OLD C", "1"}, piece{"MSFT", "10"})
	if p := position(x, "OLD C"); !strings.Contains(p.Reason, "expired") {
		t.Errorf("an option on its last day: %+v", p)
	}
	x = run(dollars, piece{"MSFT", "-100"}) // worth less than nothing
	if x.Sources.Total.Known() || x.Active.TrackingError.Known() || !x.Parametric[0].VaR.Known() || !(x.Parametric[0].VaR.Float64() > 0) {
		t.Errorf("a value below zero: %+v, %+v", x.Sources.Total, x.Parametric[0].VaR)
	}
	x = run(dollars)
	if x.Model.Reason == "" || x.Parametric[0].VaR.Known() {
		t.Errorf("cash alone: %+v", x.Model)
	}
	x = run(map[money.Currency]int64{"GBP": 1000})
	sum := 0.0
	for _, p := range x.Positions {
		if p.Share.Known() {
			sum += p.Share.Float64()
		}
	}
	if x.Model.Reason == "" {
		near(t, "foreign cash alone", sum, 1, 1e-9)
	} else {
		t.Errorf("foreign cash alone moves with its rate: %s", x.Model.Reason)
	}
}
