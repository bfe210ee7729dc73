package simulated

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

func list(t *testing.T, m *Market, c Contract) *Listing {
	t.Helper()
	symbol, err := m.ListOption(c)
	if err != nil {
		t.Fatal(err)
	}
	l, ok := m.Get(symbol)
	if !ok {
		t.Fatalf("%s is not listed", symbol)
	}
	return l
}

// A call less a put of the same terms is the discounted forward less the strike,
// whatever the volatility.
func TestPutCallParity(t *testing.T) {
	m := New(asOf, Seed)
	for _, symbol := range []string{"SPY", "QQQ", "AAPL", "TSLA"} {
		under, _ := m.Get(symbol)
		strike := money.Int(int64(under.Prices.Close[len(under.Prices.Close)-100]))
		c := Contract{Underlying: symbol, Strike: strike, Expiry: m.ThirdFriday(2027, 3), From: asOf - 200}
		c.Right = instrument.Call
		call := list(t, m, c).Prices
		c.Right = instrument.Put
		put := list(t, m, c).Prices
		for k, d := range call.Dates {
			i, _ := m.world.axis.days, 0
			at := lastOn(i, d)
			years := float64(c.Expiry-d) / 365
			rate := m.world.yields.zero(at, years)
			spot, _ := under.Prices.CloseOn(d)
			want := spot*math.Exp(-m.dividendYield(symbol)*years) - strike.Float64()*math.Exp(-rate*years)
			if got := call.Close[k] - put.Close[k]; math.Abs(got-want) > 0.0101 {
				t.Fatalf("%s %s: call %v − put %v = %.4f, forward says %.4f", symbol, d, call.Close[k], put.Close[k], got, want)
			}
		}
	}
}

func TestOptionEndsAtWhatItIsWorth(t *testing.T) {
	m := New(asOf, Seed)
	under, _ := m.Get("MSFT")
	for _, right := range []instrument.Right{instrument.Call, instrument.Put} {
		for _, off := range []float64{0.9, 1.1} {
			expiry := m.ThirdFriday(2026, 6)
			spot, _ := under.Prices.CloseOn(expiry)
			strike := money.Int(int64(spot * off))
			l := list(t, m, Contract{Underlying: "MSFT", Right: right, Strike: strike, Expiry: expiry, From: expiry - 120})
			n := len(l.Prices.Dates)
			if l.Prices.Dates[n-1] != expiry {
				t.Fatalf("%s: last quoted on %s", l.Symbol, l.Prices.Dates[n-1])
			}
			want := spot - strike.Float64()
			if right == instrument.Put {
				want = -want
			}
			if want = max(want, 0.01); math.Abs(l.Prices.Close[n-1]-want) > 0.0051 {
				t.Errorf("%s ends at %v, worth %v", l.Symbol, l.Prices.Close[n-1], want)
			}
		}
	}
}

func TestVolatilityFutureSettlesAtTheIndex(t *testing.T) {
	m := New(asOf, Seed)
	expiry := m.VolatilityExpiry(2026, time.September)
	symbol, err := m.ListVolatilityFuture(expiry)
	if err != nil {
		t.Fatal(err)
	}
	if symbol != "VXU26" {
		t.Errorf("symbol %s, want VXU26", symbol)
	}
	f, _ := m.Get(symbol)
	vix, _ := m.Get("VIX")
	spot, _ := vix.Prices.CloseOn(expiry)
	if got := f.Prices.Close[len(f.Prices.Close)-1]; got != spot {
		t.Errorf("settles at %v, index %v", got, spot)
	}
	var wildest, wildestFuture float64
	for k, d := range f.Prices.Dates[:40] {
		v, _ := vix.Prices.CloseOn(d)
		wildest = max(wildest, math.Abs(v-longRunVolatility))
		wildestFuture = max(wildestFuture, math.Abs(f.Prices.Close[k]-longRunVolatility))
	}
	if wildestFuture > wildest/3 {
		t.Errorf("eight months out the future strays %.2f from its mean, the index %.2f", wildestFuture, wildest)
	}
	call := list(t, m, Contract{Underlying: symbol, Root: "VIX", Right: instrument.Call, Strike: money.Int(25), Expiry: expiry, From: expiry - 120})
	if call.Symbol != "VIX260916C00025000" || call.Underlying != "VXU26" {
		t.Errorf("option %s on %s", call.Symbol, call.Underlying)
	}
}

func TestExpiryDays(t *testing.T) {
	m := New(asOf, Seed)
	for _, tt := range []struct {
		year  int
		month time.Month
		third string
		vix   string
		why   string
	}{
		{2025, time.September, "2025-09-19", "2025-09-17", "expiries of sigmasight's own SPY calls"},
		{2025, time.July, "2025-07-18", "2025-07-16", "and of its VIX calls"},
		{2022, time.April, "2022-04-14", "2022-04-20", "the third Friday was Good Friday"},
	} {
		if got := m.ThirdFriday(tt.year, tt.month); got != date.MustParse(tt.third) {
			t.Errorf("%d-%02d: third Friday %s, want %s (%s)", tt.year, tt.month, got, tt.third, tt.why)
		}
		if got := m.VolatilityExpiry(tt.year, tt.month); got != date.MustParse(tt.vix) {
			t.Errorf("%d-%02d: VIX expires %s, want %s (%s)", tt.year, tt.month, got, tt.vix, tt.why)
		}
	}
}

func TestRefusedContracts(t *testing.T) {
	m := New(asOf, Seed)
	nvda, _ := m.Get("NVDA")
	on := nvda.Splits[0].Date
	for what, c := range map[string]Contract{
		"unknown underlying":  {Underlying: "NONE", Right: instrument.Call, Strike: money.Int(1), Expiry: asOf + 30, From: asOf - 30},
		"over a split":        {Underlying: "NVDA", Right: instrument.Call, Strike: money.Int(800), Expiry: on + 30, From: on - 30},
		"before the market":   {Underlying: "SPY", Right: instrument.Call, Strike: money.Int(300), Expiry: m.First - 30, From: m.First - 90},
		"begins after expiry": {Underlying: "SPY", Right: instrument.Call, Strike: money.Int(300), Expiry: asOf - 30, From: asOf - 10},
	} {
		if symbol, err := m.ListOption(c); !errors.Is(err, ErrContract) {
			t.Errorf("%s: listed as %q, %v", what, symbol, err)
		}
	}
}
