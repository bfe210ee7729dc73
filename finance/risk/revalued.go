package risk

import (
	"errors"
	"fmt"
)

// Moves are what happened to the underlyings in each scenario, a column an
// underlying: the simple return of its spot and, where options on it are held,
// the change of its implied volatility (0.02 is two points up). A nil column of
// Volatility, or no Volatility at all, is one that does not change.
type Moves struct {
	Spot, Volatility [][]float64
}

// Claim is a position. Its profit in a scenario is Value times the return of its
// underlying or, where the two are not proportional, what Revalue says for the
// moves of spot and volatility: an option priced anew, less its value now.
type Claim struct {
	Underlying int // column of the moves
	Value      float64
	Revalue    func(spot, volatility float64) float64
}

// Revalued is the profit of every position in every scenario, and of all of them
// together.
type Revalued struct {
	Total      []float64
	ByPosition [][]float64
}

// ErrMoves reports moves, or a book, that do not fit together.
var ErrMoves = errors.New("the scenarios do not fit together")

// Revalue values a book in every scenario in full. A profit that cannot be had is
// NaN, and makes the total of its scenario NaN: its tail is then OutOfRange, no
// scenario is left out in silence.
func Revalue(book []Claim, moves Moves) (Revalued, error) {
	scenarios, err := moves.check()
	if err != nil {
		return Revalued{}, err
	}
	out := Revalued{Total: make([]float64, scenarios), ByPosition: make([][]float64, len(book))}
	cells := make([]float64, len(book)*scenarios)
	for i, c := range book {
		if c.Underlying < 0 || c.Underlying >= len(moves.Spot) {
			return Revalued{}, fmt.Errorf("position %d is on underlying %d of %d: %w", i, c.Underlying, len(moves.Spot), ErrMoves)
		}
		own := cells[i*scenarios : (i+1)*scenarios : (i+1)*scenarios]
		c.revalue(own, moves)
		for t, p := range own {
			out.Total[t] += p
		}
		out.ByPosition[i] = own
	}
	return out, nil
}

// revalue writes the profits of one position.
func (c Claim) revalue(out []float64, moves Moves) {
	spot := moves.Spot[c.Underlying]
	if c.Revalue == nil {
		for t, r := range spot {
			out[t] = c.Value * r
		}
		return
	}
	var volatility []float64
	if moves.Volatility != nil {
		volatility = moves.Volatility[c.Underlying]
	}
	for t, r := range spot {
		v := 0.0
		if volatility != nil {
			v = volatility[t]
		}
		out[t] = c.Revalue(r, v)
	}
}

// check says how many scenarios there are.
func (m Moves) check() (scenarios int, err error) {
	if m.Volatility != nil && len(m.Volatility) != len(m.Spot) {
		return 0, fmt.Errorf("%d underlyings have spots, %d volatilities: %w", len(m.Spot), len(m.Volatility), ErrMoves)
	}
	for i, s := range m.Spot {
		if i == 0 {
			scenarios = len(s)
		}
		if len(s) != scenarios {
			return 0, fmt.Errorf("underlying %d has %d scenarios, the first %d: %w", i, len(s), scenarios, ErrMoves)
		}
		if m.Volatility != nil && m.Volatility[i] != nil && len(m.Volatility[i]) != scenarios {
			return 0, fmt.Errorf("underlying %d has %d scenarios and %d moves of volatility: %w", i, scenarios, len(m.Volatility[i]), ErrMoves)
		}
	}
	return scenarios, nil
}

// Today are the returns of an underlying as they would be at today's volatility,
// those of the skipped periods left out. Filtered history of a book with options
// scales the moves before the book is revalued, not the profits after; the tail is
// then that of plain history.
func (s Scenarios) Today(returns []float64) []float64 {
	out := make([]float64, 0, max(len(returns)-s.Skip, 0))
	for t := s.Skip; t < len(returns); t++ {
		out = append(out, s.scaled(t, returns[t]))
	}
	return out
}

// Parts is VaR and ES of the book with what each position adds to them, in money.
func (r Revalued) Parts(s Scenarios, confidence float64) TailParts {
	return s.Parts(r.ByPosition, r.ones(), confidence)
}

// Incremental is what VaR and ES of the book would fall by without each position.
func (r Revalued) Incremental(s Scenarios, confidence float64) (vars, shortfalls []Figure) {
	return Incremental(r.ByPosition, r.ones(), func(profits []float64) Tail { return s.Tail(profits, confidence) })
}

func (r Revalued) ones() []float64 {
	out := make([]float64, len(r.ByPosition))
	for i := range out {
		out[i] = 1
	}
	return out
}
