package performance

import (
	"errors"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
)

// Flow is money that moves on a day, seen from the investor: what is paid in is
// negative, what comes back (and the final value) is positive. The signs may
// also all be turned round; the rate is the same.
type Flow struct {
	Date   date.Date
	Amount float64
}

// The reasons why there is no money-weighted rate.
var (
	ErrNoFlows      = errors.New("no flows")
	ErrNoSignChange = errors.New("the flows do not change sign")
	ErrAllSameDay   = errors.New("all flows are on one day")
	ErrNoRoot       = errors.New("no rate above -1 makes the net present value zero")
	ErrNotFinite    = errors.New("a flow is not a finite number")
)

// Rates is the solution of NPV(rate) = 0. Rate is the root nearest zero; Roots
// holds all of them in ascending order when there are several, else it is nil.
type Rates struct {
	Rate  float64
	Roots []float64
}

// XIRR is the money-weighted annual rate of dated flows:
//
//	Σ amountᵢ · (1 + rate)^(−tᵢ) = 0,  tᵢ = days from the earliest flow / 365
//
// Every root on (−1, ∞) is looked for; one that float64 cannot tell from −1 is
// given as −1. The order of the flows does not matter; those of one day add up.
func XIRR(flows []Flow) (Rates, error) {
	if len(flows) == 0 {
		return Rates{}, ErrNoFlows
	}
	var buffer [64]Flow
	sorted := append(buffer[:0], flows...)
	byDate := func(a, b Flow) int { return int(a.Date) - int(b.Date) }
	if !slices.IsSortedFunc(sorted, byDate) {
		slices.SortStableFunc(sorted, byDate)
	}
	var s npv
	s.reset(len(sorted))
	first := sorted[0].Date
	for _, f := range sorted {
		s.add(float64(int(f.Date)-int(first))/365, f.Amount)
	}
	return s.solve()
}

// IRR is the rate per period of equally spaced flows, the first at time zero.
// What is said of XIRR holds for it.
func IRR(amounts []float64) (Rates, error) {
	if len(amounts) == 0 {
		return Rates{}, ErrNoFlows
	}
	var s npv
	s.reset(len(amounts))
	for i, a := range amounts {
		s.add(float64(i), a)
	}
	return s.solve()
}

// Reason is the short code of an error of XIRR, IRR or XNPV: empty,
// no_sign_change, all_same_day, no_root, not_finite; "" for any other error.
func Reason(err error) string {
	for _, known := range reasons {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return ""
}

var reasons = []struct {
	err  error
	code string
}{
	{ErrNoFlows, "empty"}, {ErrNoSignChange, "no_sign_change"}, {ErrAllSameDay, "all_same_day"},
	{ErrNoRoot, "no_root"}, {ErrNotFinite, "not_finite"}, {ErrRate, "rate_out_of_range"},
}
