package proposal

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/series"
)

// ErrVolatility reports a limit on volatility that no weights within the others reach.
var ErrVolatility = errors.New("no weights within the other constraints are as calm as the limit on volatility asks")

// inside finds the least turnover within which the constraints and the limit on volatility
// can be satisfied, and of the weights it allows those of least volatility. A portfolio
// that is inside stays as it is. Unless a weight of cash is asked for, what is sold may stay
// cash; turnover is then the larger of purchases and sales, at least what it is elsewhere.
func (r *Request) inside() (w []float64, ridge float64, err error) {
	now := r.current()
	if r.holds(now) == nil && r.within(now) && r.fits(now) {
		return now, 0, nil
	}
	most := r.Turnover
	if most == 0 {
		most = r.widest()
	}
	try := func(turnover float64) (*optimize.Solution, *written, error) {
		q := *r
		q.Turnover = turnover
		x := q.write()
		s, err := settled(x.Problem, optimize.MinVolatility)
		return s, &x, err
	}
	s, x, err := try(most)
	if err != nil {
		return nil, 0, x.named(err)
	}
	best := x.weights(s.Weights)
	if !r.within(best) {
		return nil, 0, fmt.Errorf("%.1f%% a year at least, the limit is %.1f%%: %w", 100*r.Figures(best).Volatility, 100*r.Volatility, ErrVolatility)
	}
	ridge = s.Ridge
	low, high := 0.0, most
	for high-low > 1e-5 {
		middle := low + (high-low)/2
		s, x, err := try(middle)
		if err == nil {
			if next := x.weights(s.Weights); r.within(next) {
				best, high, ridge = next, middle, s.Ridge
				continue
			}
		}
		low = middle
	}
	return best, ridge, nil
}

// within reports whether weights keep the limit on volatility.
func (r *Request) within(w []float64) bool {
	return r.Volatility == 0 || r.Figures(w).Volatility <= r.Volatility*(1+1e-9)
}

// fits reports whether the cash wanted is there.
func (r *Request) fits(w []float64) bool {
	return math.IsNaN(r.Cash) || math.Abs(1-series.Sum(w)-r.Cash) <= 1e-9
}

// widest is a turnover that leaves everything open: from here to any corner of the bounds.
func (r *Request) widest() float64 {
	sum, now := 1.0, r.current()
	for i, a := range r.Assets {
		if !a.Fixed {
			sum += math.Max(math.Abs(a.Low-now[i]), math.Abs(a.High-now[i])) / 2
		}
	}
	return sum
}
