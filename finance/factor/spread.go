package factor

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/foliosight/foliosight/finance/series"
)

// ErrProxy reports a proxy whose series is not there.
var ErrProxy = errors.New("the returns of a proxy are missing")

// Spread is the return of long less that of short, period by period: what a
// portfolio of both earns on the money in one of them.
func Spread(long, short []float64) ([]float64, error) {
	if len(long) != len(short) {
		return nil, fmt.Errorf("%d periods long, %d short: %w", len(long), len(short), ErrShape)
	}
	out := make([]float64, len(long))
	for t, r := range long {
		out[t] = r - short[t]
	}
	return out, nil
}

// Orthogonal is a set of factors of which each is what the ones before it do not
// explain. Columns are uncorrelated over the window; each keeps its own mean
// beyond its predecessors'. Own is the share of variance that a factor has left:
// the first 1, one that follows from the others 0. LeftOut lists factors with
// less than the share asked for; the later ones are not cleaned of them.
type Orthogonal struct {
	Names   []string
	Columns [][]float64
	Own     []float64
	LeftOut []Dropped
}

// Dropped is a factor that has too little of its own.
type Dropped struct {
	Name string
	Own  float64
}

// Orthogonalise cleans factors of the ones before them, in the order given: the
// first, usually the market, stays as it is, each other becomes its return less
// its betas times the factors before. Betas on such factors are told apart even
// where the raw ones move as one. A factor that keeps less than least of its
// variance is left out, since betas on so little would be noise; least 0 refuses
// only one that has nothing left.
func Orthogonalise(names []string, columns [][]float64, least float64) (*Orthogonal, error) {
	if len(columns) == 0 || len(names) != len(columns) {
		return nil, fmt.Errorf("%d factors, %d names: %w", len(columns), len(names), ErrShape)
	}
	n := len(columns[0])
	if n < len(columns)+2 {
		return nil, fmt.Errorf("%d periods for %d factors, at least %d needed: %w", n, len(columns), len(columns)+2, ErrTooShort)
	}
	out := &Orthogonal{}
	var centred [][]float64
	var squares []float64
	for j, column := range columns {
		if len(column) != n {
			return nil, fmt.Errorf("factor %s has %d periods, %s %d: %w", names[j], len(column), names[0], n, ErrShape)
		}
		left, mean := append([]float64(nil), column...), series.Mean(column)
		rest := make([]float64, n)
		for t, r := range column {
			rest[t] = r - mean
		}
		whole := floats.Dot(rest, rest)
		if !(whole > 0) || math.IsInf(whole, 0) || series.Constant(column) {
			return nil, fmt.Errorf("factor %s does not move: %w", names[j], ErrCollinear)
		}
		for range 2 { // the second round takes what rounding left
			for i, f := range centred {
				beta := floats.Dot(f, rest) / squares[i]
				floats.AddScaled(rest, -beta, f)
				floats.AddScaled(left, -beta, out.Columns[i])
			}
		}
		own := floats.Dot(rest, rest)
		if share := own / whole; share < math.Max(least, 1e-18) {
			out.LeftOut = append(out.LeftOut, Dropped{names[j], share})
			continue
		}
		out.Names, out.Columns, out.Own = append(out.Names, names[j]), append(out.Columns, left), append(out.Own, own/whole)
		centred, squares = append(centred, rest), append(squares, own)
	}
	return out, nil
}
