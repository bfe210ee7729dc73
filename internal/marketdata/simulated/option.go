package simulated

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// ErrContract reports an option the market cannot quote.
var ErrContract = errors.New("cannot quote this contract")

// Contract is an option to list.
type Contract struct {
	Underlying string // symbol of a listing; for options on the VIX its future
	Root       string // OCC root where it is not the underlying: VIX
	Right      instrument.Right
	Strike     money.Decimal
	Expiry     date.Date
	From       date.Date // first day quoted
}

// ListOption quotes a contract on every day of its underlying from its first day
// to its expiry, or to the market's end, and returns its OCC symbol.
//
// The price is that of Black, Scholes and Merton, for a future that of Black
// (1976), with a volatility that follows the simulated one and is higher for low
// strikes, lower for high ones (the reverse for the VIX). A contract is quoted at
// a cent at least, as exchanges do. One whose underlying splits during its life
// is refused: its terms would have to change.
func (m *Market) ListOption(c Contract) (string, error) {
	root := c.Root
	if root == "" {
		root = c.Underlying
	}
	symbol := instrument.OCC(root, c.Expiry, c.Right, c.Strike)
	under, ok := m.Get(c.Underlying)
	if !ok {
		return "", fmt.Errorf("option %s: no listing %q: %w", symbol, c.Underlying, ErrContract)
	}
	for _, s := range under.Splits {
		if s.Date > c.From && s.Date <= c.Expiry {
			return "", fmt.Errorf("option %s: %s splits on %s: %w", symbol, c.Underlying, s.Date, ErrContract)
		}
	}
	first, last := under.Prices.Index(c.From-1)+1, under.Prices.Index(c.Expiry)
	if last < first || first < 0 {
		return "", fmt.Errorf("option %s: no day from %s to %s: %w", symbol, c.From, c.Expiry, ErrContract)
	}
	l := Listing{Instrument: instrument.Instrument{
		Symbol: symbol, Currency: under.Currency, Class: instrument.Option, Exchange: "XCBO",
		Name:   fmt.Sprintf("%s %s %s %s", root, c.Expiry, c.Strike, c.Right),
		Sector: under.Sector, Country: under.Country, Multiplier: money.Some(money.Int(100)),
		Underlying: c.Underlying, Strike: money.Some(c.Strike), Expiry: c.Expiry, Right: c.Right, Simulated: true,
	}}
	l.Prices = m.quote(c, under, first, last, newStream(m.Seed, "option "+symbol))
	m.add(l)
	return symbol, nil
}

// quote prices the contract at the underlying's four prices of each day.
func (m *Market) quote(c Contract, under *Listing, first, last int, rng stream) Prices {
	n := last - first + 1
	p := Prices{Dates: under.Prices.Dates[first : last+1], Volume: make([]float64, n)}
	p.Open, p.High, p.Low, p.Close = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	strike := c.Strike.Float64()
	sigma := m.implied(c.Underlying, p.Dates)
	dividends := m.dividendYield(c.Underlying)
	for k := range n {
		i, _ := slices.BinarySearch(m.world.axis.days, p.Dates[k])
		t := float64(c.Expiry-p.Dates[k]) / 365
		rate := m.world.yields.zero(i, t)
		carry := rate - dividends // growth of the forward
		if under.Class == instrument.Future {
			carry = 0
		}
		price := func(spot float64) float64 {
			forward := spot * exp(float64(carry*t))
			vol := smile(under.Class, sigma[k], forward, strike, t)
			return max(round(exp(-float64(rate*t))*black(c.Right, forward, strike, vol, t), 2), 0.01)
		}
		u := under.Prices
		low, high := price(u.Low[first+k]), price(u.High[first+k])
		p.Open[k], p.Close[k] = price(u.Open[first+k]), price(u.Close[first+k])
		p.Low[k], p.High[k] = min(low, high), max(low, high)
		p.Volume[k] = math.Floor(50 + float64(900*rng.uniform()))
	}
	return p
}

// smile bends the volatility with the strike's distance from the forward,
// measured in standard deviations.
func smile(class instrument.Class, sigma, forward, strike, t float64) float64 {
	x := log(strike/forward) / float64(sigma*math.Sqrt(max(t, 1.0/12)))
	slope := -0.09
	if class == instrument.Future {
		sigma, slope = sigma+float64(0.35*exp(-float64(3*t))), 0.10
	}
	return sigma * min(max(1+float64(slope*x), 0.75), 1.45)
}

// implied is the at-the-money volatility of a listing on some days: what its
// factors and its own noise amount to on average these weeks, and a premium.
func (m *Market) implied(symbol string, days []date.Date) []float64 {
	sigma := make([]float64, len(days))
	s, known := m.spec(symbol)
	average := m.world.slow(m.world.vol)
	stress := m.world.slow(m.world.stress)
	for k, d := range days {
		if !known { // a future on volatility
			sigma[k] = 0.60
			continue
		}
		i, _ := slices.BinarySearch(m.world.axis.days, d)
		variance := float64(float64(s.own*s.own) * 1.2)
		for _, l := range s.loads {
			v := styles[l.on].volatility
			if l.on == market {
				v = average[i] / stress[i]
			}
			v = float64(v * l.by)
			variance += float64(v * v)
		}
		sigma[k] = 1.07 * stress[i] * math.Sqrt(variance)
	}
	return sigma
}

// slow is an average that forgets within some weeks.
func (w *world) slow(daily []float64) []float64 {
	s := make([]float64, len(daily))
	for i, x := range daily {
		if i == 0 {
			s[i] = x
			continue
		}
		s[i] = float64(0.92*s[i-1]) + float64(0.08*x)
	}
	return s
}

func (m *Market) spec(symbol string) (*spec, bool) {
	i, ok := slices.BinarySearchFunc(m.specs, symbol, func(s spec, name string) int {
		switch {
		case s.symbol < name:
			return -1
		case s.symbol > name:
			return 1
		}
		return 0
	})
	if !ok {
		return nil, false
	}
	return &m.specs[i], true
}

func (m *Market) dividendYield(symbol string) float64 {
	if s, ok := m.spec(symbol); ok {
		return s.yield
	}
	return 0
}

// black is the undiscounted price of an option on a forward (Black, The pricing
// of commodity contracts, Journal of Financial Economics 3, 1976). It stands here,
// beside the one of the finance packages, because quotes must be the same bytes on
// every platform and so may use nothing of package math that rounds.
func black(right instrument.Right, forward, strike, sigma, t float64) float64 {
	sign := 1.0
	if right == instrument.Put {
		sign = -1
	}
	deviation := float64(sigma * math.Sqrt(t))
	if deviation <= 0 {
		return max(float64(sign*(forward-strike)), 0)
	}
	d1 := log(forward/strike)/deviation + float64(deviation/2)
	d2 := d1 - deviation
	return max(float64(sign*(float64(forward*cumulative(float64(sign*d1)))-float64(strike*cumulative(float64(sign*d2))))), 0)
}

// cumulative is the standard normal distribution function (Hart 1968, after West,
// Better approximations to cumulative normal functions, Wilmott, 2005).
func cumulative(x float64) float64 {
	z := math.Abs(x)
	if z > 37 {
		if x > 0 {
			return 1
		}
		return 0
	}
	tail := 0.0
	e := exp(-float64(z*z) / 2)
	if z < 7.07106781186547 {
		tail = float64(e*horner(z, hartNumerator[:])) / horner(z, hartDenominator[:])
	} else {
		c := z + 0.65
		for n := 4.0; n >= 1; n-- {
			c = z + n/c
		}
		tail = e / c / 2.506628274631
	}
	if x > 0 {
		return 1 - tail
	}
	return tail
}

var (
	hartNumerator = [...]float64{220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383,
		6.37396220353165, 0.700383064443688, 3.52624965998911e-02}
	hartDenominator = [...]float64{440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674,
		86.7807322029461, 16.064177579207, 1.75566716318264, 8.83883476483184e-02}
)
