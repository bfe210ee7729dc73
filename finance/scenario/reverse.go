package scenario

import (
	"fmt"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/series"
)

// Reverse is the likeliest way to lose an amount. Result is what it does to the book,
// everything priced in full; its Distance is the smallest found, and its Scenario the
// moves. Where no move loses as much, it is unavailable and Most says what is lost at
// most within furthest deviations.
//
// Linear and LinearDistance are the answer in proportion, as if options had no
// curvature; NaN where nothing depends on factors in proportion.
type Reverse struct {
	Loss           float64
	Result         *Result
	Linear         []float64
	LinearDistance float64
	Most           float64
}

// furthest is how far the search goes, in deviations of one period.
const furthest = 100

// Reverse finds, of all factor moves f in which the book loses an amount, the one
// nearest to nothing under the model's covariance F, which is the likeliest when
// moves are normal. In proportion, with exposures x in money,
//
//	f = −loss × F x / (x′ F x)
//
// Options bend that: from there, and from moves of the market and of volatility up
// and down, the way is followed until the loss is met in full revaluation, then the
// point is improved by Rackwitz and Fiessler's steps, which take the exposures of
// the point itself for x. What is specific to assets does not move. loss is positive.
func (e *Engine) Reverse(loss float64, set Settings) (*Reverse, error) {
	if !(loss > 0) || !finite(loss) {
		return nil, fmt.Errorf("loss %v: want an amount above zero: %w", loss, ErrShock)
	}
	n := len(e.book.Model.Factors)
	out := &Reverse{Loss: loss, Linear: nans(n), LinearDistance: math.NaN()}
	s := &search{e: e, loss: loss, horizon: set.Horizon, best: math.Inf(1)}
	exposures := e.Exposures()
	if along, size := s.along(exposures); size > 0 {
		out.LinearDistance = loss / size
		for k := range along {
			out.Linear[k] = -along[k] * (loss / size / size)
		}
	}
	if e.bends() {
		s.from(exposures, -1)
		s.from(exposures, 1)
		for _, name := range []string{factor.Market, factor.ImpliedVolatility} {
			if k := e.book.Model.Index(name); k >= 0 {
				unit := make([]float64, n)
				unit[k] = 1
				s.from(unit, -1)
				s.from(unit, 1)
			}
		}
	} else if !math.IsNaN(out.LinearDistance) {
		s.best, s.at, s.most = out.LinearDistance, out.Linear, loss
	}
	out.Most = s.most
	out.Result = e.reversed(s, set)
	return out, nil
}

// bends says whether anything in the book is not in proportion to the factors.
func (e *Engine) bends() bool {
	for i := range e.holdings {
		if h := &e.holdings[i]; !h.broken && (h.option != nil || h.bond != nil) {
			return true
		}
	}
	return false
}

// reversed is the result at the point that was found.
func (e *Engine) reversed(s *search, set Settings) *Result {
	names := e.book.Model.Factors
	out := &Result{Scenario: Scenario{ID: "reverse", Name: "Likeliest loss of " + strconv.FormatFloat(s.loss, 'f', -1, 64), Kind: KindOwn},
		Mode: Propagated, Status: Complete, Distance: math.NaN(), Fixed: make([]bool, len(names)), ByFactor: make([]float64, len(names))}
	if s.at == nil {
		code := NotReachable
		if s.most == 0 {
			code = NoExposure
		}
		out.Reasons = append(out.Reasons, Reason{Code: code})
		e.unavailable(out)
		return out
	}
	for k, name := range names {
		out.Fixed[k] = true
		out.Scenario.Shocks = append(out.Scenario.Shocks, Shock{ShockFactor, name, s.at[k]})
	}
	state := s.state(s.at)
	e.measure(out, state, state)
	out.Distance = s.best
	return out
}

// search looks for the nearest point at which a loss is met.
type search struct {
	e             *Engine
	loss, horizon float64
	at            []float64
	best          float64 // its distance
	most          float64 // the largest loss that was seen
}

func (s *search) state(moves []float64) *state {
	out := s.e.state(&fixing{factors: moves, volatility: math.NaN()}, nil, s.horizon)
	out.fixedIndex = false
	return out
}

func (s *search) profit(moves []float64) float64 {
	p := s.e.total(s.state(moves))
	if -p > s.most {
		s.most = -p
	}
	return p
}

// along is F x and √(x′ F x).
func (s *search) along(x []float64) (moves []float64, size float64) {
	moves = make([]float64, len(x))
	for k, row := range s.e.book.Model.Covariance {
		moves[k] = series.Dot(row, x)
	}
	return moves, math.Sqrt(math.Max(series.Dot(moves, x), 0))
}

// from follows sign × F x to where the loss is met, and improves that point.
func (s *search) from(x []float64, sign float64) {
	along, size := s.along(x)
	if !(size > 0) {
		return
	}
	for k := range along {
		along[k] *= sign / size // one deviation
	}
	moves, distance := s.meet(along, 0.25)
	for range 12 {
		if moves == nil || distance > 2*s.best { // a way that others have left far behind
			return
		}
		if distance < s.best {
			s.at, s.best = moves, distance
		}
		slope := s.slope(moves)
		next, size := s.along(slope)
		if !(size > 0) {
			return
		}
		// toward the loss on the tangent at the point; half the way when that overshoots
		step := -(s.loss + s.profit(moves) - series.Dot(slope, moves)) / size
		for k := range next {
			next[k] *= math.Copysign(1, step) / size
		}
		before := distance
		moves, distance = s.meet(next, before)
		if !(distance < before*(1-1e-7)) {
			if distance < s.best {
				s.at, s.best = moves, distance
			}
			return
		}
	}
}

// meet goes along a direction of one deviation, by steps from the first one given,
// until the loss is met; nil when it is not within reach.
func (s *search) meet(direction []float64, first float64) (moves []float64, distance float64) {
	at := make([]float64, len(direction))
	gap := func(t float64) float64 { // above zero when more is lost
		for k, d := range direction {
			at[k] = t * d
		}
		return -s.profit(at) - s.loss
	}
	low, high, below := 0.0, first, -s.loss
	above := gap(high)
	for above < 0 {
		if high >= furthest {
			return nil, math.NaN()
		}
		low, below = high, above
		high = math.Min(high*1.25, furthest)
		above = gap(high)
	}
	if math.IsNaN(above) {
		return nil, math.NaN()
	}
	for range 80 { // regula falsi, halving the end that stays (Illinois)
		t := low - below*(high-low)/(above-below)
		if !(t > low && t < high) {
			t = low + (high-low)/2
		}
		g := gap(t)
		switch {
		case math.Abs(g) <= 1e-11*s.loss:
			low, high = t, t
		case g < 0:
			low, below = t, g
			above /= 2
		default:
			high, above = t, g
			below /= 2
		}
		if high-low <= 1e-13*high {
			break
		}
	}
	for k, d := range direction {
		at[k] = high * d
	}
	return at, high
}

// slope is the book's profit for a move of one of each factor, at a point.
func (s *search) slope(moves []float64) []float64 {
	out := make([]float64, len(moves))
	at := append([]float64(nil), moves...)
	for k := range moves {
		step := 1e-3 * math.Sqrt(s.e.book.Model.Covariance[k][k])
		if step == 0 {
			continue
		}
		at[k] = moves[k] + step
		up := s.profit(at)
		at[k] = moves[k] - step
		out[k] = (up - s.profit(at)) / (2 * step)
		at[k] = moves[k]
	}
	return out
}
