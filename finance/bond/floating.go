package bond

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
)

// Floating is a note whose coupons are set at the start of their periods: the
// simple rate of the period read from a curve, plus a margin.
type Floating struct {
	Issue     date.Date // as in Bond
	Maturity  date.Date
	Margin    float64 // fraction a year, may be negative
	Fixing    float64 // the rate of the running period, without the margin
	Frequency int
	Basis     Basis
}

// Flows lists what the note pays after settle when every later period is set to
// the forward rate of the projection curve:
//
//	rate = (D(start)/D(end) − 1) / fraction
//
// A coupon below zero is paid as such: there is no floor. Flows.OnCurve and
// Flows.Spread value the list; Flows.KeyRates would hold its coupons fixed while
// the curve moves, so a note's key rates are those of KeyRatesOf.
func (n Floating) Flows(settle date.Date, projection *Curve, room []Flow) (Flows, error) {
	if err := checkTerms(n.Issue, n.Maturity, n.Frequency, n.Basis); err != nil {
		return Flows{}, err
	}
	for _, r := range []float64{n.Margin, n.Fixing} {
		if !(r >= -maxRate && r <= maxRate) {
			return Flows{}, fmt.Errorf("margin %v, fixing %v: want fractions a year within ±%d: %w", n.Margin, n.Fixing, maxRate, ErrTerms)
		}
	}
	walk, err := periodsFrom(settle, n.Issue, n.Maturity, n.Frequency)
	if err != nil {
		return Flows{}, err
	}
	if settle < projection.origin {
		return Flows{}, fmt.Errorf("settlement %s: want a day from the curve's own, %s, on: %w", settle, projection.origin, ErrTerms)
	}
	accrued := n.Basis.Fraction(walk.period, settle)
	f := Flows{Settle: settle, Frequency: n.Frequency, Accrued: 100 * (n.Fixing + n.Margin) * accrued, List: room[:0]}
	fraction := n.Basis.Fraction(walk.period, walk.period.End)
	index, at := n.Fixing*fraction, -accrued
	for {
		at += fraction
		f.List = append(f.List, Flow{On: walk.period.End, Time: at, Amount: 100 * (index + n.Margin*fraction)})
		if !walk.next() {
			break
		}
		fraction = n.Basis.Fraction(walk.period, walk.period.End)
		index = 1/projection.Between(walk.period.Start, walk.period.End) - 1
	}
	f.List[len(f.List)-1].Amount += 100
	return f, nil
}
