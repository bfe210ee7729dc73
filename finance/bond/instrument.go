package bond

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
)

// OfInstrument is the bond that an instrument describes. ErrTerms names the terms
// that are missing, by their keys, or the one that makes no bond.
func OfInstrument(i instrument.Instrument) (Bond, error) {
	if i.Class != instrument.Bond {
		return Bond{}, fmt.Errorf("%s: type %q, want bond: %w", i.Symbol, string(i.Class), ErrTerms)
	}
	if missing := i.MissingTerms(); len(missing) > 0 {
		return Bond{}, fmt.Errorf("%s: describe %s of the bond: %w", i.Symbol, strings.Join(missing, ", "), ErrTerms)
	}
	b := Bond{Issue: date.None, Maturity: i.Maturity, Coupon: i.Coupon.Decimal.Float64(), Frequency: i.CouponFrequency, Basis: Basis(i.DayCount)}
	if i.IssueDate != 0 {
		b.Issue = i.IssueDate
	}
	if err := b.Check(); err != nil {
		return Bond{}, fmt.Errorf("%s: %w", i.Symbol, err)
	}
	return b, nil
}

// Valuation is a bond of the house at its market price.
type Valuation struct {
	Bond
	Figures           // per 100 of face
	Units     float64 // the instrument's multiplier: hundreds of face in one unit of quantity
	Settle    date.Date
	Spread    float64   // over the curve, continuous, at which it gives the price; 0 without a curve
	KeyRates  []float64 // per 100 of face, gain when one node of the curve falls by 1 bp; nil without a curve
	Parallel  float64   // per 100 of face, gain when the whole curve falls by 1 bp; 0 without a curve
	remaining Flows
}

// Value measures the bond that an instrument describes at a market price, in
// percent of par as the instrument quotes it, for a settlement day, which is the
// caller's to choose (one business day after the trade in most markets). The curve
// may be nil: there are no key rates then.
//
// Errors: ErrTerms (the instrument does not describe a bond, or settles in no known
// way), ErrMatured, ErrNotIssued, ErrPrice (no yield explains the price).
func Value(i instrument.Instrument, price float64, settle date.Date, curve *Curve) (Valuation, error) {
	b, err := OfInstrument(i)
	if err != nil {
		return Valuation{}, err
	}
	v := Valuation{Bond: b, Units: i.ContractSize().Float64(), Settle: settle}
	if err := v.measure(i.PriceQuote, price, curve); err != nil {
		return Valuation{}, fmt.Errorf("%s: %w", i.Symbol, err)
	}
	return v, nil
}

func (v *Valuation) measure(quote instrument.PriceQuote, price float64, curve *Curve) (err error) {
	if v.remaining, err = v.Bond.flows(v.Settle, nil); err != nil {
		return err
	}
	clean := price
	switch quote {
	case instrument.CleanPrice, "":
	case instrument.DirtyPrice:
		clean = price - v.remaining.Accrued
	default:
		return fmt.Errorf("price quote %q: want clean or dirty: %w", string(quote), ErrTerms)
	}
	if v.Figures, err = v.remaining.FromClean(clean); err != nil {
		return err
	}
	if !finite(v.DV01) || !finite(v.Convexity) || !finite(v.Macaulay) {
		return fmt.Errorf("price %v, yield %v: the figures leave the range of numbers: %w", price, v.Yield, ErrPrice)
	}
	if curve == nil {
		return nil
	}
	if v.Spread, err = v.remaining.Spread(curve, v.Dirty); err != nil {
		return err
	}
	v.KeyRates = v.remaining.KeyRates(curve, v.Spread)
	v.Parallel = v.remaining.Parallel(curve, v.Spread)
	return nil
}

// Reprice is the dirty price, per 100 of face, when the yield moves by shift (a
// fraction a year: 0.01 is one percentage point up), every cash flow discounted
// anew. ErrYield where no yield is left to discount with.
func (v Valuation) Reprice(shift float64) (float64, error) {
	if shift == 0 {
		return v.Dirty, nil
	}
	price := v.remaining.Dirty(v.Yield + shift)
	if !finite(price) || !finite(shift) {
		return 0, fmt.Errorf("yield %v moved by %v: %w", v.Yield, shift, ErrYield)
	}
	return price, nil
}

// RepriceOn is the dirty price, per 100 of face, on another curve with the spread
// that the bond has over today's: what a curve that moves or turns does to it. The
// valuation must have been made with a curve; ErrCurve otherwise.
func (v Valuation) RepriceOn(curve *Curve) (float64, error) {
	if v.KeyRates == nil {
		return 0, fmt.Errorf("value the bond on a curve first: its spread is not known: %w", ErrCurve)
	}
	price := v.remaining.OnCurve(curve, v.Spread)
	if !finite(price) {
		return 0, fmt.Errorf("the price on the curve leaves the range of numbers: %w", ErrCurve)
	}
	return price, nil
}

// Exposure is what interest rates do to a quantity as the ledger counts it, in the
// instrument's currency; short quantities are negative.
func (v Valuation) Exposure(quantity float64) Exposure {
	units := quantity * v.Units
	e := Exposure{
		Value: float64(units * v.Dirty), DV01: float64(units * v.DV01), Parallel: float64(units * v.Parallel),
		Modified: float64(units * v.Dirty * v.Figures.Modified), Convexity: float64(units * v.Dirty * v.Figures.Convexity),
	}
	for _, gain := range v.KeyRates {
		e.KeyRates = append(e.KeyRates, float64(units*gain))
	}
	return e
}

// AccruedOf is the accrued interest of a quantity as the ledger counts it, in the
// instrument's currency: what clean market values leave out.
func (v Valuation) AccruedOf(quantity float64) float64 { return quantity * v.Units * v.Accrued }

// Face is the face value of a quantity as the ledger counts it; short is negative.
func (v Valuation) Face(quantity float64) float64 { return quantity * v.Units * 100 }
