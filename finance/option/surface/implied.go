package surface

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/option"
)

// mostDeviation is the largest σ√T that is taken for one.
const mostDeviation = 20

// points chooses the quote of each strike and inverts it.
func (s *Surface) points(e *Slice, c *chain) {
	for i := 0; i < len(c.list); {
		j := i + 1
		for j < len(c.list) && c.list[j].strike == c.list[i].strike {
			j++
		}
		s.strike(e, c.list[i:j])
		i = j
	}
}

// strike takes the out-of-the-money option of one strike, or the other where that
// one is of no use.
func (s *Surface) strike(e *Slice, twins []quoted) {
	out := option.Put
	if twins[0].strike >= e.Forward {
		out = option.Call
	}
	for _, wanted := range []bool{true, false} {
		for i := range twins {
			q := &twins[i]
			if (q.kind == out) != wanted {
				continue
			}
			if n := len(e.Points); n > 0 && e.Points[n-1].Strike == q.strike {
				s.leave(q.at, InTheMoney)
				continue
			}
			p, reason := e.point(s.Market, q)
			if reason == "" && !wanted && p.Low == 0 {
				reason = WideSpread
			}
			if reason != "" {
				s.leave(q.at, reason)
				continue
			}
			p.InTheMoney = !wanted
			e.Points = append(e.Points, p)
		}
	}
}

// point inverts the middle, bid and ask of a quote.
func (e *Slice) point(m Market, q *quoted) (Point, Reason) {
	p := Point{Quote: q.at, Strike: q.strike, Kind: q.kind, Moneyness: math.Log(q.strike / e.Forward), FromLast: q.last}
	t := e.terms(m, q.kind, q.strike)
	v, err := implied(q.middle, t, m.American, 0)
	switch {
	case errors.Is(err, option.ErrBelowBound):
		return p, BelowBound
	case errors.Is(err, option.ErrAboveBound):
		return p, AboveBound
	case err != nil:
		return p, NoTimeValue
	case !(v*math.Sqrt(e.Years) <= mostDeviation):
		return p, OutOfReach
	case v < 1e-4:
		return p, NoTimeValue
	}
	p.Volatility, p.Low, p.High = v, v, v
	if q.low < q.middle {
		if p.Low, err = implied(q.low, t, m.American, v); err != nil {
			p.Low = 0
		}
	}
	if q.high > q.middle {
		if p.High, err = implied(q.high, t, m.American, v); err != nil {
			p.High = math.NaN()
		}
	}
	return p, ""
}

// implied inverts a price of either style. An American one is inverted as the
// European price that is left when the value of early exercise is taken off, which
// hardly depends on the volatility out of the money; where that does not settle, or
// there is no volatility to begin with, by bracketing.
func implied(price float64, t option.Terms, american bool, guess float64) (float64, error) {
	if !american {
		return option.ImpliedVolatility(price, t)
	}
	v := guess
	if v == 0 {
		var err error
		if v, err = option.ImpliedVolatility(price, t); err != nil {
			return option.Implied(price, t, true, nil)
		}
	}
	for range 8 {
		t.Volatility = v
		whole := option.AmericanPrice(t)
		if math.Abs(whole-price) < 1e-8*t.Strike {
			return v, nil
		}
		next, err := option.ImpliedVolatility(price-(whole-option.European(t).Price), t)
		if err != nil || !(next > 0) {
			break
		}
		v = next
	}
	return option.Implied(price, t, true, nil)
}
