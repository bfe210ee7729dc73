package bond

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

// The faults of bonds, prices and yields.
var (
	ErrTerms     = errors.New("bond terms out of range")
	ErrMatured   = errors.New("bond has matured")
	ErrNotIssued = errors.New("bond is not issued yet")
	ErrPrice     = errors.New("price that no yield explains")
	ErrYield     = errors.New("yield out of range")
)

// Bond is a bullet bond with a fixed coupon; a zero coupon makes it a zero bond,
// whose frequency then only says how its yield compounds.
type Bond struct {
	Issue     date.Date // interest runs from here; date.None: the first period is whole
	Maturity  date.Date
	Coupon    float64 // fraction a year
	Frequency int     // coupons a year: 1, 2, 3, 4, 6 or 12
	Basis     Basis
}

// maxRate is the largest coupon or yield a year that is taken for one: ten
// thousand percent.
const maxRate = 100

// Check reports terms that make no bond, naming the one at fault.
func (b Bond) Check() error {
	if err := checkTerms(b.Issue, b.Maturity, b.Frequency, b.Basis); err != nil {
		return err
	}
	if !(b.Coupon >= 0 && b.Coupon <= maxRate) {
		return fmt.Errorf("coupon %v: want a fraction a year from 0 to %d: %w", b.Coupon, maxRate, ErrTerms)
	}
	return nil
}

// checkTerms checks what every kind of bond has.
func checkTerms(issue, maturity date.Date, frequency int, basis Basis) error {
	switch {
	case maturity.IsNone():
		return fmt.Errorf("maturity: want a date: %w", ErrTerms)
	case !issue.IsNone() && issue >= maturity:
		return fmt.Errorf("issue %s: want a date before the maturity, %s: %w", issue, maturity, ErrTerms)
	case frequency < 1 || frequency > 12 || 12%frequency != 0:
		return fmt.Errorf("frequency %d: want 1, 2, 3, 4, 6 or 12 coupons a year: %w", frequency, ErrTerms)
	case !basis.Known():
		return fmt.Errorf("day count %q: want 30/360, ActActICMA, Act/365F or Act/360: %w", string(basis), ErrTerms)
	}
	return nil
}

// Figures are what the price and the yield of a bond say together.
type Figures struct {
	Clean, Accrued, Dirty float64 // per 100 of face; dirty = clean + accrued
	Yield                 float64 // a year, compounded at the coupon frequency
	Macaulay              float64 // years, weighted by present value
	Modified              float64 // −(dP/dy)/P, in years
	Convexity             float64 // (d²P/dy²)/P, in years²
	DV01                  float64 // (P(y − 1 bp) − P(y + 1 bp)) / 2, per 100 of face; NaN where y − 1 bp is no yield
}

// FromYield prices the bond at a yield.
func (b Bond) FromYield(settle date.Date, yield float64) (Figures, error) {
	var room [128]Flow
	f, err := b.Flows(settle, room[:0])
	if err != nil {
		return Figures{}, err
	}
	return f.At(yield)
}

// FromClean finds the yield at which the bond costs clean plus what has accrued.
func (b Bond) FromClean(settle date.Date, clean float64) (Figures, error) {
	var room [128]Flow
	f, err := b.Flows(settle, room[:0])
	if err != nil {
		return Figures{}, err
	}
	return f.FromClean(clean)
}

// FromClean finds the yield at which the flows cost clean plus what has
// accrued. The clean price of the answer is the one given.
func (f Flows) FromClean(clean float64) (Figures, error) {
	yield, err := f.Yield(clean + f.Accrued)
	if err != nil {
		return Figures{}, err
	}
	v, err := f.At(yield)
	v.Clean, v.Dirty = clean, clean+f.Accrued
	return v, err
}

// BasisPoint is one hundredth of a percent, as a fraction.
const BasisPoint = 1e-4

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
