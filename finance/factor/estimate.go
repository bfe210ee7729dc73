package factor

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/foliosight/foliosight/finance/series"
)

// Covariance of the design's factors over its window, with n − 1.
func (d *Design) Covariance() [][]float64 {
	k, n := len(d.factors), d.Periods()
	out := table(k, k)
	for i := range k {
		for j := range i + 1 {
			// from the triangle: centred factors = q r, so their products are r′r
			sum := 0.0
			for m := range j + 1 {
				sum += float64(d.r[m][i] * d.r[m][j])
			}
			out[i][j] = sum / float64(n-1)
			out[j][i] = out[i][j]
		}
	}
	return out
}

// Estimate is one series explained by factors: its Fit, how many of the window's
// periods it has, and the deviation of its residuals with n − 1, so that
// β′Fβ + Specific² is its variance over the same periods. Design is the window it
// was fitted on. Err says why there is no fit.
type Estimate struct {
	Fit      Fit
	Design   *Design
	Periods  int
	Specific float64
	Err      error
}

// EstimateAll fits each series of returns on the design. NaN is a period without
// a return: such a series is fitted on the periods it has. One of less than
// minimum periods is not fitted at all (ErrTooShort).
func (d *Design) EstimateAll(returns [][]float64, minimum int) []Estimate {
	out := make([]Estimate, len(returns))
	for i, r := range returns {
		out[i] = d.estimate(r, minimum)
	}
	return out
}

func (d *Design) estimate(r []float64, minimum int) (out Estimate) {
	if len(r) != d.Periods() {
		out.Err = fmt.Errorf("returns have %d periods, the factors %d: %w", len(r), d.Periods(), ErrShape)
		return out
	}
	design, own := d, r
	if series.FirstBad(r) >= 0 {
		own = nil
		for _, v := range r {
			if v-v == 0 {
				own = append(own, v)
			}
		}
	}
	out.Periods = len(own)
	if len(own) < minimum {
		out.Err = fmt.Errorf("%d periods, at least %d wanted: %w", len(own), minimum, ErrTooShort)
		return out
	}
	if len(own) < len(r) {
		columns := table(len(d.factors), len(own))
		for j, f := range d.factors {
			at := 0
			for t, v := range r {
				if v-v == 0 {
					columns[j][at] = f[t]
					at++
				}
			}
		}
		if design, out.Err = NewDesign(d.Names, columns); out.Err != nil {
			return out
		}
	}
	out.Design = design
	if out.Fit, out.Err = design.Fit(own, OLS, 0); out.Err != nil {
		return out
	}
	out.Specific = math.Sqrt(floats.Dot(out.Fit.Residuals, out.Fit.Residuals) / float64(len(own)-1))
	return out
}

// SpecificCovariance is the covariance, with n − 1, of the residuals of fits over
// the same periods. With it the factor and the specific part of any portfolio add
// up to its variance over that window.
func SpecificCovariance(estimates []Estimate) ([][]float64, error) {
	out := table(len(estimates), len(estimates))
	for i, a := range estimates {
		if a.Err != nil {
			return nil, a.Err
		}
		if len(a.Fit.Residuals) != len(estimates[0].Fit.Residuals) {
			return nil, fmt.Errorf("series %d has %d periods, the first %d: %w", i, a.Periods, estimates[0].Periods, ErrShape)
		}
		for j := range i + 1 {
			out[i][j] = floats.Dot(a.Fit.Residuals, estimates[j].Fit.Residuals) / float64(a.Periods-1)
			out[j][i] = out[i][j]
		}
	}
	return out, nil
}
