package performance

import (
	"errors"
	"fmt"
	"math"
)

// ErrRate reports a discount rate of −1 or below, at which nothing has a present value.
var ErrRate = errors.New("a discount rate must be above -1")

// XNPV is the net present value of dated flows at an annual rate, on the day of
// the earliest one:
//
//	Σ amountᵢ · (1 + rate)^(−tᵢ),  tᵢ = days from the earliest flow / 365
func XNPV(rate float64, flows []Flow) (float64, error) {
	if len(flows) == 0 {
		return 0, ErrNoFlows
	}
	if !(rate > -1) || math.IsInf(rate, 0) {
		return 0, fmt.Errorf("rate %v: %w", rate, ErrRate)
	}
	first := flows[0].Date
	for _, f := range flows {
		first = min(first, f.Date)
	}
	force, sum := math.Log1p(rate), 0.0
	for _, f := range flows {
		sum += float64(f.Amount * math.Exp(-force*float64(int(f.Date)-int(first))/365))
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return 0, ErrNotFinite
	}
	return sum, nil
}
