package pricefile

import (
	"slices"
	"strings"
)

// percent are the beginnings of the names under which central banks publish interest
// rates in percent a year.
var percent = []string{"DGS", "DTB", "TB3MS", "DFF", "FEDFUNDS", "SOFR", "EFFR", "ESTR", "ECBESTR", "SONIA", "EURIBOR", "DFII"}

// InPercent reports whether the series is an interest rate that is published in percent.
func (r *Rate) InPercent() bool {
	return slices.ContainsFunc(percent, func(p string) bool { return strings.HasPrefix(strings.ToUpper(r.Series), p) })
}

// Fractions are the values as they are kept: an interest rate as a fraction a year.
func (r *Rate) Fractions() []float64 {
	if !r.InPercent() {
		return r.Values
	}
	values := make([]float64, len(r.Values))
	for i, v := range r.Values {
		values[i] = v / 100
	}
	return values
}
