package scenario

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/bond"
)

// errBond reports terms that give a bond no value.
var errBond = errors.New("the bond has no value at its yield")

// pricedBond is a bond with today's value and what it gains for a change of its
// yield of one, in proportion.
type pricedBond struct {
	terms *BondTerms
	now   float64
	slope float64
}

func newPricedBond(t *BondTerms) (*pricedBond, error) {
	b := &pricedBond{terms: t}
	parallel := func(change float64) float64 { return b.value(curve{{math.NaN(), change}}, 0) }
	b.now = b.value(nil, 0)
	b.slope = (parallel(bond.BasisPoint) - parallel(-bond.BasisPoint)) / (2 * bond.BasisPoint)
	if !finite(b.now) || !finite(b.slope) {
		return nil, fmt.Errorf("yield %v: %w", t.Yield, errBond)
	}
	return b, nil
}

// value is the position's worth when the curve has changed and years have passed.
// Each flow is discounted at the bond's yield and the curve's change at its time;
// what was paid meanwhile counts as paid.
func (b *pricedBond) value(c curve, horizon float64) float64 {
	t := b.terms
	if t.Reprice != nil {
		return t.Reprice(c.at(t.Years))
	}
	frequency, sum := float64(t.Flows.Frequency), 0.0
	if !(frequency > 0) || len(t.Flows.List) == 0 {
		return math.NaN()
	}
	for _, f := range t.Flows.List {
		yield := t.Yield + c.at(f.Time)
		rate := frequency * math.Log1p(yield/frequency)
		sum += float64(f.Amount * math.Exp(-rate*math.Max(f.Time-horizon, 0)))
	}
	return t.Units * sum
}

func (b *pricedBond) profit(c curve, horizon float64) float64 { return b.value(c, horizon) - b.now }
