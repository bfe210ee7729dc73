package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/factor"
)

// ratesRisk is what one basis point does: for a bond with known terms by its cash
// flows, for everything else by its fitted answer to the ten-year yield, how well that is
// told from chance beside it. The total is the exposure to the model's rates factor.
func (r *runner) ratesRisk(out *ExAnte) {
	m, total, fitted := r.model, 0.0, false
	k := m.Factor.Index(factor.Rates)
	rr := &out.Rates
	if m.Reason != "" || k < 0 {
		rr.Reason = m.Reason
		if rr.Reason == "" {
			rr.Reason = "the model has no interest-rate factor: there is no ten-year yield"
		}
		rr.DV01 = Unknown(r.unit(), r.AsOf, "dv01", rr.Reason)
		return
	}
	for i := range m.Exposures {
		e, b := &m.Exposures[i], &m.Book.Holdings[i]
		if e.Reason != "" || e.Asset == nil {
			continue
		}
		dv01 := -e.Money[k] / 10000
		total += dv01
		fitted = fitted || b.Bond == nil
		if b.Value == 0 {
			continue
		}
		row := RateRow{Symbol: b.Symbol, Method: "regression"}
		if b.Bond != nil {
			row.Method = "cash_flows"
			row.T = Unknown(Ratio, r.AsOf, "factor_t", "it is computed from the bond's cash flows")
			row.Duration, row.DV01 = Measure(b.Bond.Duration, Ratio, r.AsOf, "bond_duration"), r.measured(dv01, "dv01")
			rr.Rows = append(rr.Rows, row)
			continue
		}
		row.T = Unknown(Ratio, r.AsOf, "factor_t", "the regression leaves nothing to judge it by")
		if t := e.Asset.T[k]; !math.IsNaN(t) {
			row.T = Measure(t, Ratio, r.AsOf, "factor_t")
		}
		row.Duration = Measure(-e.Money[k]/b.Value, Ratio, r.AsOf, "regression_duration").With(Estimated, "fitted on the changes of the ten-year yield")
		row.DV01 = r.measured(dv01, "dv01").With(Estimated, "fitted on the changes of the ten-year yield")
		rr.Rows = append(rr.Rows, row)
	}
	if rr.DV01 = r.modelled(total, r.unit(), "dv01"); fitted {
		rr.DV01 = rr.DV01.With(Estimated, "fitted on the changes of the ten-year yield")
	}
	slices.SortStableFunc(rr.Rows, func(a, b RateRow) int {
		return cmp.Compare(math.Abs(b.DV01.Float64()), math.Abs(a.DV01.Float64()))
	})
}
