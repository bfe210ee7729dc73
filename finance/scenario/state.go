package scenario

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// state is where everything stands in a scenario: moves of factors, the return of
// each asset and what of it is specific, the curve and volatilities.
type state struct {
	moves      []float64
	returns    []float64 // NaN where unknown
	specific   []float64
	bent       []float64 // of each asset: what its return is above the linear one, see bend; nil for none
	given      []bool    // the return is not the model's
	curve      curve
	volatility float64 // what all volatilities are multiplied by; NaN where the index decides
	index      float64 // its move
	fixedIndex bool
	names      map[string]float64
	horizon    float64
}

// state moves the free factors to what is expected, or, where that is nil, leaves
// them where they are.
func (e *Engine) state(f *fixing, expected []float64, horizon float64) *state {
	n := len(f.factors)
	s := &state{moves: make([]float64, n), returns: make([]float64, len(e.book.Assets)), specific: make([]float64, len(e.book.Assets)), given: make([]bool, len(e.book.Assets)),
		curve: f.curve, volatility: 1 + f.volatility, names: f.names, horizon: horizon}
	for k, move := range f.factors {
		switch {
		case !math.IsNaN(move):
			s.moves[k] = move // exactly as asked, not up to rounding
		case expected != nil:
			s.moves[k] = expected[k]
		}
	}
	for i := range e.book.Assets {
		a, explained := &e.book.Assets[i], math.NaN()
		if a.Known {
			explained = series.Dot(a.Betas, s.moves)
		}
		s.returns[i] = bend(explained)
		if s.returns[i] != explained && a.Known {
			if s.bent == nil {
				s.bent = make([]float64, len(e.book.Assets))
			}
			s.bent[i] = s.returns[i] - explained
		}
		if f.given != nil && !math.IsNaN(f.given[i]) {
			s.returns[i], s.given[i] = f.given[i], true
			if s.bent != nil {
				s.bent[i] = 0
			}
			if s.specific[i] = f.given[i]; a.Known {
				s.specific[i] -= explained
			}
		}
	}
	e.settle(s)
	if e.volatility >= 0 {
		s.fixedIndex = !math.IsNaN(f.factors[e.volatility])
	}
	return s
}

// settle reads curve and index off the factors where nothing else says them.
func (e *Engine) settle(s *state) {
	if len(s.curve) == 0 && e.rates >= 0 && !math.IsNaN(s.moves[e.rates]) {
		s.curve = curve{{math.NaN(), s.moves[e.rates]}}
	}
	if e.volatility >= 0 && !math.IsNaN(s.moves[e.volatility]) {
		s.index = s.moves[e.volatility]
	}
}

// linearTo is the fall down to which a price moves in proportion.
const linearTo = -0.8

// bend keeps a price above nothing. Betas are of small moves: carried on in proportion
// they would take a price below zero, and nobody loses more than a share is worth. Down to
// a fall of 80 % the return is the linear one; beyond, what is left shrinks by the same
// proportion for each further part of the move, as falls that compound do:
//
//	r ≥ −0.8   r
//	r < −0.8   −1 + 0.2 e^((r + 0.8)/0.2)
//
// The two meet in value and in slope. A larger shock is always a larger fall, and a rise
// has no bound.
func bend(r float64) float64 {
	if !(r < linearTo) {
		return r
	}
	const left = 1 + linearTo
	return left*math.Exp((r-linearTo)/left) - 1
}
