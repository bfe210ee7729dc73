package money

import (
	"errors"
	"slices"
)

// ErrNoWeights reports a division among weights that are all zero or of mixed sign.
var ErrNoWeights = errors.New("no positive weights to divide by")

// Divide splits total into parts in proportion to weights, each rounded to so many
// places, so that the parts sum exactly to total (largest-remainder rounding). Ties
// go to the earlier part. Weights must not be negative and not all zero; total must
// have no more decimals than places.
func Divide(total Decimal, weights []Decimal, places int32) ([]Decimal, error) {
	sum := Zero
	for _, w := range weights {
		if w.Sign() < 0 {
			return nil, ErrNoWeights
		}
		sum = sum.Add(w)
	}
	if sum.IsZero() {
		return nil, ErrNoWeights
	}
	sign := Int(1)
	if total.Sign() < 0 {
		sign = Int(-1)
	}
	size := total.Abs()
	unit := New(1, places)
	parts := make([]Decimal, len(weights))
	type remainder struct {
		at   int
		rest Decimal
	}
	left, rests := size, make([]remainder, len(weights))
	for i, w := range weights {
		exact := size.Mul(w).DivRound(sum, places+12)
		floor := exact.truncated(places)
		parts[i], rests[i] = floor, remainder{i, exact.Sub(floor)}
		left = left.Sub(floor)
	}
	slices.SortStableFunc(rests, func(a, b remainder) int { return b.rest.Cmp(a.rest) })
	for i := 0; left.Sign() > 0; i++ {
		at := rests[i%len(rests)].at
		step := Min(unit, left)
		parts[at] = parts[at].Add(step)
		left = left.Sub(step)
	}
	for i := range parts {
		parts[i] = parts[i].Mul(sign)
	}
	return parts, nil
}

// truncated drops what lies beyond so many places.
func (d Decimal) truncated(places int32) Decimal {
	r := d.Round(places)
	if d.Sign() >= 0 && d.Less(r) {
		return r.Sub(New(1, places))
	}
	return r
}
