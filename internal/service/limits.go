package service

import (
	"encoding/json"
	"math"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Limits are what an owner does not want to exceed: kept with the portfolio's settings
// under "limits", as fractions of the value. Zero: none is set.
type Limits struct {
	Net        money.Decimal `json:"net_exposure,omitzero"`
	Gross      money.Decimal `json:"gross_exposure,omitzero"`
	Beta       money.Decimal `json:"beta,omitzero"`
	Volatility money.Decimal `json:"volatility,omitzero"`
	VaR        money.Decimal `json:"var,omitzero"`
	Largest    money.Decimal `json:"largest_position,omitzero"`
}

// ReadLimits takes them out of a portfolio's settings; settings that cannot be read
// hold none.
func ReadLimits(settings json.RawMessage) Limits {
	var s struct {
		Limits Limits `json:"limits"`
	}
	if len(settings) > 0 && json.Unmarshal(settings, &s) != nil {
		return Limits{}
	}
	return s.Limits
}

// LimitCheck is one limit that is set, and what stands against it.
type LimitCheck struct {
	Name  string          `json:"name"`  // as in the settings
	Limit money.Decimal   `json:"limit"` // a fraction of the value; of beta a ratio
	Value analysis.Figure `json:"value"`
	Met   bool            `json:"met"` // false where the value is not known
}

// Check holds an analysis against the limits that are set. Beta and volatility are those
// expected of today's holdings where a model knows them, else those of the period.
func (l Limits) Check(a *analysis.Analysis) []LimitCheck {
	beta, volatility := ExpectedBeta(a), ExpectedVolatility(a)
	var out []LimitCheck
	for _, c := range []LimitCheck{
		{Name: "net_exposure", Limit: l.Net, Value: a.Risk.Exposure.NetShare},
		{Name: "gross_exposure", Limit: l.Gross, Value: a.Risk.Exposure.GrossShare},
		{Name: "beta", Limit: l.Beta, Value: beta},
		{Name: "volatility", Limit: l.Volatility, Value: volatility},
		{Name: "var", Limit: l.VaR, Value: tail95(a).VaRShare},
		{Name: "largest_position", Limit: l.Largest, Value: LargestWeight(a)},
	} {
		if c.Limit.Sign() > 0 {
			c.Met = c.Value.Known() && math.Abs(c.Value.Float64()) <= c.Limit.Float64()
			out = append(out, c)
		}
	}
	return out
}

// List are the limits that are set, by their names in the settings.
func (l Limits) List() (all []LimitCheck) {
	for _, c := range []LimitCheck{{Name: "net_exposure", Limit: l.Net}, {Name: "gross_exposure", Limit: l.Gross}, {Name: "beta", Limit: l.Beta}, {Name: "volatility", Limit: l.Volatility},
		{Name: "var", Limit: l.VaR}, {Name: "largest_position", Limit: l.Largest}} {
		if c.Limit.Sign() > 0 {
			all = append(all, c)
		}
	}
	return all
}

// ExpectedBeta is the beta of today's holdings to the benchmark where a model knows it,
// else that of the period's returns.
func ExpectedBeta(a *analysis.Analysis) analysis.Figure {
	if a.ExAnte != nil && a.ExAnte.Active.Beta.Known() {
		return a.ExAnte.Active.Beta
	}
	return a.Risk.Realised.Beta
}

// ExpectedVolatility is that of today's holdings where a model knows it, else that of
// the period's returns.
func ExpectedVolatility(a *analysis.Analysis) analysis.Figure {
	if a.ExAnte != nil && a.ExAnte.Volatility.Model.Known() {
		return a.ExAnte.Volatility.Model
	}
	return a.Risk.Realised.Volatility
}

// LargestWeight is the weight of the holding that is largest in size, with its sign.
func LargestWeight(a *analysis.Analysis) analysis.Figure {
	out := analysis.Unknown(analysis.Fraction, a.AsOf, "weight", "nothing is held")
	for i := range a.Holdings {
		if w := a.Holdings[i].Weight; w.Known() && (!out.Known() || math.Abs(w.Float64()) > math.Abs(out.Float64())) {
			out = w
		}
	}
	return out
}

// tail95 is the historical value at risk of one day at 95 %.
func tail95(a *analysis.Analysis) analysis.TailRow {
	for _, t := range a.Risk.Tail {
		if t.Method == "historical" && t.Confidence == 0.95 && t.Horizon == 1 {
			return t
		}
	}
	why := "there is no history"
	on := a.AsOf
	if on == 0 {
		on = date.None
	}
	return analysis.TailRow{VaR: analysis.Unknown(analysis.Unit(a.Base), on, "var_historical", why), ES: analysis.Unknown(analysis.Unit(a.Base), on, "es_historical", why),
		VaRShare: analysis.Unknown(analysis.Fraction, on, "var_historical", why)}
}
