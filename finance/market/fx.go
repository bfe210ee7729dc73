package market

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// ErrNoRate reports that two currencies cannot be converted: no rate is known for the
// pair, its inverse, or through a third currency. A missing rate is never 1.
var ErrNoRate = errors.New("no exchange rate")

// ParsePair reads "EUR/USD" (or "EURUSD"): one EUR costs so many USD.
func ParsePair(s string) (Pair, error) {
	base, quote, cut := strings.Cut(s, "/")
	if !cut && len(s) == 6 {
		base, quote = s[:3], s[3:]
	}
	b, err1 := money.ParseCurrency(base)
	q, err2 := money.ParseCurrency(quote)
	if err1 != nil || err2 != nil || b == q {
		return Pair{}, fmt.Errorf("currency pair %q: want two codes such as EUR/USD", s)
	}
	return Pair{b, q}, nil
}

// String is "EUR/USD".
func (p Pair) String() string { return string(p.Base) + "/" + string(p.Quote) }

// leg is one step of a conversion: a series, read as it is or inverted.
type leg struct {
	series   *Series
	pair     Pair
	inverted bool
}

// Conversion is how one currency is turned into another: through which rates.
type Conversion struct {
	From, To money.Currency
	legs     []leg
	// units is what one unit of From is in its major currency times what one major unit
	// of To is in To: GBX to GBP is 1/100.
	num, den int64
	backward bool
}

// Conversion finds the way from one currency to another: none if they are the same
// (or a minor unit of one another), the pair, its inverse, or through one pivot (EUR
// first, then USD, then the others in order of the alphabet).
func (p *Panel) Conversion(from, to money.Currency) (*Conversion, error) {
	a, per := from.Major()
	b, per2 := to.Major()
	c := &Conversion{From: from, To: to, num: per2, den: per, backward: p.backward}
	if a == b {
		return c, nil
	}
	if l, ok := p.leg(a, b); ok {
		c.legs = []leg{l}
		return c, nil
	}
	for _, pivot := range p.pivots() {
		first, ok1 := p.leg(a, pivot)
		second, ok2 := p.leg(pivot, b)
		if ok1 && ok2 {
			c.legs = []leg{first, second}
			return c, nil
		}
	}
	return nil, fmt.Errorf("%s to %s: %w", from, to, ErrNoRate)
}

func (p *Panel) leg(a, b money.Currency) (leg, bool) {
	if s := p.fx[Pair{a, b}]; s != nil && len(s.Dates) > 0 {
		return leg{series: s, pair: Pair{a, b}}, true
	}
	if s := p.fx[Pair{b, a}]; s != nil && len(s.Dates) > 0 {
		return leg{series: s, pair: Pair{b, a}, inverted: true}, true
	}
	return leg{}, false
}

func (p *Panel) pivots() []money.Currency {
	out := []money.Currency{"EUR", "USD"}
	seen := map[money.Currency]bool{"EUR": true, "USD": true}
	for _, pair := range p.Pairs() {
		for _, c := range []money.Currency{pair.Base, pair.Quote} {
			if !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	return out
}

// Path says through which rates: "USD/EUR", "USD/JPY via EUR", empty where none is needed.
func (c *Conversion) Path() string {
	names := make([]string, len(c.legs))
	for i, l := range c.legs {
		names[i] = l.pair.String()
		if l.inverted {
			names[i] = "1 ÷ " + names[i]
		}
	}
	return strings.Join(names, " × ")
}

// Identity reports whether no rate is needed.
func (c *Conversion) Identity() bool { return len(c.legs) == 0 && c.num == c.den }

// index is the observation of a leg that holds on day, −1 if none.
func (c *Conversion) index(s *Series, day date.Date) int {
	i := s.Index(day)
	if i < 0 && c.backward && len(s.Dates) > 0 {
		return 0
	}
	return i
}

// Rate is what one unit of From costs in To on day, to 18 places where it is not
// exact, and the day of the older of the rates used (date.None where none is).
func (c *Conversion) Rate(day date.Date) (rate money.Decimal, observed date.Date, err error) {
	rate, observed = money.One, date.None
	if c.num != c.den {
		rate = money.Int(c.num).DivRound(money.Int(c.den), money.Places)
	}
	for _, l := range c.legs {
		i := c.index(l.series, day)
		if i < 0 {
			return money.Zero, date.None, fmt.Errorf("%s on %s, first known on %s: %w", l.pair, day, l.series.First(), ErrNoRate)
		}
		r := l.series.Exact(i)
		if l.inverted {
			rate = rate.DivRound(r, money.Places)
		} else {
			rate = rate.Mul(r).Round(money.Places)
		}
		if observed.IsNone() || l.series.Dates[i] < observed {
			observed = l.series.Dates[i]
		}
	}
	return rate, observed, nil
}

// Convert turns an amount of From into To on day. An inverted rate divides, so that
// 100 USD at 1.25 USD a EUR are exactly 80 EUR.
func (c *Conversion) Convert(amount money.Decimal, day date.Date) (money.Decimal, error) {
	if c.num != c.den {
		amount = amount.MulDiv(money.Int(c.num), money.Int(c.den), money.Places)
	}
	for _, l := range c.legs {
		i := c.index(l.series, day)
		if i < 0 {
			return money.Zero, fmt.Errorf("%s on %s, first known on %s: %w", l.pair, day, l.series.First(), ErrNoRate)
		}
		if r := l.series.Exact(i); l.inverted {
			amount = amount.DivRound(r, money.Places)
		} else {
			amount = amount.Mul(r).Round(money.Places)
		}
	}
	return amount, nil
}

// Filled writes the rate onto an axis: on each day the last known, NaN before the
// first (or the first, where the panel fills backwards).
func (c *Conversion) Filled(axis []date.Date) []float64 {
	out := make([]float64, len(axis))
	for i := range out {
		out[i] = float64(c.num) / float64(c.den)
	}
	for _, l := range c.legs {
		filled := l.series.Filled(axis)
		for i, r := range filled {
			if math.IsNaN(r) && c.backward {
				r = l.series.Values[0]
			}
			if l.inverted {
				out[i] /= r
			} else {
				out[i] *= r
			}
		}
	}
	return out
}

// Days are the days on which the rates used were observed, a list a rate.
func (c *Conversion) Days() [][]date.Date {
	out := make([][]date.Date, len(c.legs))
	for i, l := range c.legs {
		out[i] = l.series.Dates
	}
	return out
}

// Pairs are those whose rates are used, as they are stored.
func (c *Conversion) Pairs() []Pair {
	out := make([]Pair, len(c.legs))
	for i, l := range c.legs {
		out[i] = l.pair
	}
	return out
}

// First is the day from which all rates used are known, date.None where none is needed.
func (c *Conversion) First() date.Date {
	first := date.None
	for _, l := range c.legs {
		if d := l.series.First(); first.IsNone() || d > first {
			first = d
		}
	}
	return first
}
