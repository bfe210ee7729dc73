package simulated

import (
	"fmt"
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// The future on volatility is pulled from the index towards a long-run level:
// F = θ + (VIX − θ) · e^(−κτ), τ the time to its expiry in years.
const (
	longRunVolatility = 19.5
	pullOfVolatility  = 4.5
)

// volatilityIndex is a VIX-like index: what the market's volatility is about to
// be, in percent, jumping up on days of loss and fading afterwards.
func (m *Market) volatilityIndex() Listing {
	w := m.world
	rng := newStream(m.Seed, "VIX")
	level := make([]float64, len(w.axis.days))
	slow, noise := 0.0, 0.0
	for i := range level {
		target := 2.7 + float64(98*w.vol[i]) - float64(230*w.moves[market][i])
		if i == 0 {
			slow = target
		}
		slow = float64(0.86*slow) + float64(0.14*target)
		noise = float64(0.93*noise) + float64(0.035*rng.normal())
		level[i] = max(round(float64(slow*exp(noise)), 2), 9)
	}
	l := Listing{Instrument: instrument.Instrument{
		Symbol: "VIX", Currency: "USD", Class: instrument.Index, Name: "Volatility index",
		Exchange: "XCBO", Sector: volIndex, Country: "US", Simulated: true,
	}}
	at := w.axis.sessions("XCBO")
	l.Prices = flat(len(at))
	for k, i := range at {
		l.Prices.Dates[k] = w.axis.days[i]
		l.Prices.set(k, level[i])
	}
	return l
}

// flat makes room for a series of n days.
func flat(n int) Prices {
	return Prices{Dates: make([]date.Date, n), Open: make([]float64, n), High: make([]float64, n),
		Low: make([]float64, n), Close: make([]float64, n), Volume: make([]float64, n)}
}

func (p Prices) set(k int, x float64) { p.Open[k], p.High[k], p.Low[k], p.Close[k] = x, x, x, x }

// ListVolatilityFuture quotes the future on the volatility index that settles on
// a day, from nine months before, and returns its symbol: VX, the month's letter,
// the year. It is what options on the VIX are options on.
func (m *Market) ListVolatilityFuture(expiry date.Date) (string, error) {
	vix, _ := m.Get("VIX")
	y, month, _ := expiry.Civil()
	symbol := fmt.Sprintf("VX%c%02d", "FGHJKMNQUVXZ"[month-1], y%100)
	first, last := vix.Prices.Index(expiry.AddMonths(-9)-1)+1, vix.Prices.Index(expiry)
	if last < first {
		return "", fmt.Errorf("future %s: no day before %s: %w", symbol, expiry, ErrContract)
	}
	l := Listing{Instrument: instrument.Instrument{
		Symbol: symbol, Currency: "USD", Class: instrument.Future,
		Name:     fmt.Sprintf("VIX future %s %d", month, y),
		Exchange: "XCBF", Sector: volIndex, Country: "US", Multiplier: money.Some(money.Int(1000)),
		Underlying: "VIX", Expiry: expiry, Simulated: true,
	}}
	rng := newStream(m.Seed, "future "+symbol)
	l.Prices = flat(last - first + 1)
	for k := range l.Prices.Dates {
		d := vix.Prices.Dates[first+k]
		tau := float64(expiry-d) / 365
		spread := float64((vix.Prices.Close[first+k] - longRunVolatility) * exp(-float64(pullOfVolatility*tau)))
		c := round(longRunVolatility+spread, 2)
		l.Prices.Dates[k] = d
		l.Prices.set(k, c)
		l.Prices.Open[k] = round(c*(1+float64(0.02*(rng.uniform()-0.5))), 2)
		l.Prices.High[k] = round(max(c, l.Prices.Open[k])*(1+float64(0.015*rng.uniform())), 2)
		l.Prices.Low[k] = round(min(c, l.Prices.Open[k])*(1-float64(0.015*rng.uniform())), 2)
		l.Prices.Volume[k] = math.Floor(20000 + float64(60000*rng.uniform()))
	}
	m.add(l)
	return symbol, nil
}

// ThirdFriday is the day on which the month's options on shares expire, moved to
// the day before when it is no session.
func (m *Market) ThirdFriday(year int, month time.Month) date.Date {
	first := date.Must(year, month, 1)
	return m.world.axis.nyse.Last(first + date.Date((time.Friday-first.Weekday()+7)%7) + 14)
}

// VolatilityExpiry is the day on which a month's VIX futures and options settle:
// thirty days before the third Friday of the next month.
func (m *Market) VolatilityExpiry(year int, month time.Month) date.Date {
	next := date.Must(year, month, 1).AddMonths(1)
	third := next + date.Date((time.Friday-next.Weekday()+7)%7) + 14
	return m.world.axis.nyse.Last(third - 30)
}
