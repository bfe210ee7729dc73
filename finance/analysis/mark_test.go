package analysis_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/option"
)

// chained is the demonstration's market with a chain on AAPL at a volatility that depends
// on strike over spot, and a call on it without a price.
func chained(t *testing.T, strikes []float64, expiries []date.Date, on date.Date, volatility func(moneyness float64) float64, strike float64, expiry date.Date) (*market.Panel, string, option.Terms) {
	t.Helper()
	d, whole := demoMarket()
	panel := whole.Clone()
	spot, _, _ := panel.Price("AAPL", on)
	annual, _, _ := panel.Rate("USD-3M").At(on)
	terms := func(k float64, e date.Date, kind option.Kind) option.Terms {
		return option.Terms{Kind: kind, Spot: spot.Float64(), Strike: k, Years: float64(e-on) / 365, Rate: math.Log1p(annual), Volatility: volatility(k / spot.Float64())}
	}
	contract := func(k float64, e date.Date, right instrument.Right) instrument.Instrument {
		i := instrument.Instrument{Currency: "USD", Class: instrument.Option, Underlying: "AAPL", Strike: money.Some(money.MustParse(text(k))), Expiry: e, Right: right, Multiplier: money.Some(money.Int(100))}
		i.Symbol = instrument.OCC("AAPL", e, right, i.Strike.Decimal)
		return i
	}
	for _, e := range expiries {
		for _, k := range strikes {
			if k == strike && e == expiry {
				continue
			}
			for kind, right := range map[option.Kind]instrument.Right{option.Call: instrument.Call, option.Put: instrument.Put} {
				quoted(panel, contract(k, e, right), on, option.AmericanPrice(terms(k, e, kind)))
			}
		}
	}
	held := contract(strike, expiry, instrument.Call)
	panel.SetInstrument(held)
	today := terms(strike, expiry, option.Call)
	today.Years = float64(expiry-d.AsOf) / 365
	return panel, held.Symbol, today
}

func text(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// A chain that knows one volatility marks every option between its quotes at it, and the
// holding is worth what that makes of it.
func TestUnpricedOptionIsMarkedFromItsChain(t *testing.T) {
	d, whole := demoMarket()
	price, _, _ := whole.Price("AAPL", d.AsOf)
	spot := price.Float64()
	rng := rand.New(rand.NewPCG(7, 7))
	for range 8 {
		sigma := 0.15 + 0.4*rng.Float64()
		var strikes []float64
		for k := 0.8; k < 1.21; k += 0.05 {
			strikes = append(strikes, math.Round(spot*k))
		}
		strike := math.Round(spot * (0.85 + 0.3*rng.Float64()))
		expiry := d.AsOf + 40 + date.Date(rng.IntN(100))
		panel, symbol, terms := chained(t, strikes, []date.Date{d.AsOf + 35, d.AsOf + 90, d.AsOf + 150}, d.AsOf, func(float64) float64 { return sigma }, strike, expiry)
		a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000}, piece{symbol, "2"}, piece{"MSFT", "10"}))
		sound(t, a)
		row := optionRow(t, a, symbol)
		near(t, "volatility", row.Volatility.Float64(), sigma, 2e-3)
		h := holdingOf(t, a, symbol)
		want := option.AmericanPrice(terms)
		if h.Value.Status != analysis.Estimated || !strings.Contains(strings.Join(h.Value.Reasons, " "), "other options of AAPL") {
			t.Errorf("value %s %v", h.Value.Status, h.Value.Reasons)
		}
		near(t, "value", h.Value.Float64(), 200*want, 200*want*0.02+1)
		if row.Delta.Status != analysis.Estimated || !row.Vega.Known() || a.Summary.Value.Status == analysis.Complete {
			t.Errorf("delta %s, vega %v, total %s", row.Delta.Status, row.Vega.Known(), a.Summary.Value.Status)
		}
		if last := a.Series.Value[len(a.Series.Value)-1]; math.Abs(last-a.Summary.Value.Float64()) > 0.01 {
			t.Errorf("the series ends at %v, the value is %v", last, a.Summary.Value.Float64())
		}
	}
}

// A smile is followed: lower strikes are dearer, and so is what lies between them.
func TestUnpricedOptionFollowsTheSmile(t *testing.T) {
	d, whole := demoMarket()
	price, _, _ := whole.Price("AAPL", d.AsOf)
	spot := price.Float64()
	smile := func(m float64) float64 { return 0.25 - 0.2*math.Log(m) }
	var strikes []float64
	for k := 0.8; k < 1.21; k += 0.04 {
		strikes = append(strikes, math.Round(spot*k))
	}
	for _, k := range []float64{0.9, 1, 1.1} {
		panel, symbol, terms := chained(t, strikes, []date.Date{d.AsOf + 60, d.AsOf + 120}, d.AsOf-2, smile, math.Round(spot*k), d.AsOf+90)
		a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000}, piece{symbol, "-1"}))
		near(t, "volatility", optionRow(t, a, symbol).Volatility.Float64(), terms.Volatility, 0.006)
	}
}

// Without enough quotes, or beyond them, no volatility is invented.
func TestUnpricedOptionStaysUnknown(t *testing.T) {
	d, whole := demoMarket()
	price, _, _ := whole.Price("AAPL", d.AsOf)
	s := math.Round(price.Float64())
	few, many := []float64{s}, []float64{s * 0.9, s * 0.95, s, s * 1.05, s * 1.1}
	for i := range many {
		many[i] = math.Round(many[i])
	}
	near := []date.Date{d.AsOf + 30, d.AsOf + 60}
	for _, c := range []struct {
		name     string
		strikes  []float64
		expiries []date.Date
		on       date.Date
		strike   float64
		expiry   date.Date
		why      string
	}{
		{"no chain", nil, nil, d.AsOf, s, d.AsOf + 45, "1 of 1 prices of other options"},
		{"few quotes", few, near[:1], d.AsOf, s + 1, d.AsOf + 45, "at least 3"},
		{"old quotes", many, near, d.AsOf - 12, s, d.AsOf + 45, "1 of 1 prices of other options"},
		{"strike outside", many, near, d.AsOf, s * 2, d.AsOf + 45, "outside of the"},
		{"expiry outside", many, near, d.AsOf, s, d.AsOf + 200, "outside of the"},
	} {
		panel, symbol, _ := chained(t, c.strikes, c.expiries, c.on, func(float64) float64 { return 0.3 }, c.strike, c.expiry)
		a := mustRun(t, made(t, "USD", panel, map[money.Currency]int64{"USD": 100000}, piece{symbol, "1"}, piece{"MSFT", "10"}))
		sound(t, a)
		h, row := holdingOf(t, a, symbol), optionRow(t, a, symbol)
		if h.Value.Known() || row.Volatility.Known() || row.Delta.Known() || !strings.Contains(strings.Join(h.Value.Reasons, " "), c.why) || !strings.Contains(strings.Join(row.Delta.Reasons, " "), c.why) {
			t.Errorf("%s: value %v, volatility %v", c.name, h.Value, row.Volatility)
		}
	}
}

func holdingOf(t *testing.T, a *analysis.Analysis, symbol string) *analysis.Holding {
	t.Helper()
	for i := range a.Holdings {
		if a.Holdings[i].Symbol == symbol {
			return &a.Holdings[i]
		}
	}
	t.Fatalf("%s is not held", symbol)
	return nil
}
