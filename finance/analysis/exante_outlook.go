package analysis

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/volatility"
)

// outlook is how much today's holdings move: by the model, and on their own history.
func (r *runner) outlook(out *ExAnte) {
	o := &out.Volatility
	if o.Model = r.unmodelled(Fraction, "model_volatility"); r.model.Reason == "" {
		o.Model = r.ofTotal(r.model.Volatility()*rootYear, "model_volatility")
	}
	value := r.totalValue()
	why := ""
	switch {
	case value <= 0:
		why = "the total value is not positive"
	case len(r.pnl) < tailMinimum:
		why = fmt.Sprintf("%d days of history, at least %d are needed", len(r.pnl), tailMinimum)
	}
	if why != "" {
		o.EWMA, o.Realised21, o.Realised63, o.Percentile = Unknown(Fraction, r.AsOf, "ewma_volatility", why), Unknown(Fraction, r.AsOf, "realised21", why), Unknown(Fraction, r.AsOf, "realised63", why), Unknown(Fraction, r.AsOf, "volatility_percentile", why)
		return
	}
	returns := make([]float64, len(r.pnl))
	for i, x := range r.pnl {
		returns[i] = x / value
	}
	weighted, reason, err := volatility.EWMA(returns, volatility.DailyDecay)
	if err != nil { // the decay is a constant
		panic("analysis: " + err.Error())
	}
	o.EWMA = r.historical(risk.Figure{Value: math.Sqrt(weighted.Next) * rootYear, Reason: reason}, "ewma_volatility")
	month, quarter := volatility.Realise(returns, 21, tradingDays), volatility.Realise(returns, 63, tradingDays)
	o.Realised21, o.Realised63 = r.historical(month.Volatility, "realised21"), r.historical(quarter.Volatility, "realised63")
	o.Percentile = r.historical(month.Percentile, "volatility_percentile")
	o.Trend = string(quarter.Trend.Direction)
}

// historical is a fraction measured on the history of today's holdings, with what that
// leaves out.
func (r *runner) historical(f risk.Figure, method string) Figure {
	if !f.Known() {
		return Unknown(Fraction, r.AsOf, method, riskReason(f.Reason))
	}
	return r.windowed(Measure(f.Value, Fraction, r.AsOf, method))
}
