package calc

import (
	"errors"

	"github.com/foliosight/foliosight/finance/factor"
)

func init() { register("factors", typed(factors)) }

type factorsRequest struct {
	Dependent numbers     `json:"dependent"`
	Factors   namedSeries `json:"factors"`
	Errors    string      `json:"errors"`
	HACLags   *int        `json:"hac_lags"`
	Ridge     *float64    `json:"ridge"`
}

func factors(q factorsRequest) (*object, error) {
	dependent, err := q.Dependent.required("dependent", 0)
	if err != nil {
		return nil, err
	}
	names, columns, err := q.Factors.columns("factors", false)
	if err != nil {
		return nil, err
	}
	if len(columns[0]) != len(dependent) {
		return nil, refuse("length_mismatch", "factors: %d periods, dependent has %d", len(columns[0]), len(dependent))
	}
	if q.Ridge != nil && *q.Ridge != 0 {
		return ridge(names, columns, dependent, *q.Ridge)
	}
	kind, lags := factor.Errors(q.Errors), -1
	switch kind {
	case "":
		kind = factor.OLS
	case factor.OLS, factor.HC1, factor.HC3, factor.HAC:
	default:
		return nil, refuse("unknown_choice", "errors: %q, want ols, hac, hc1 or hc3", q.Errors)
	}
	if q.HACLags != nil {
		if lags = *q.HACLags; lags < 0 {
			return nil, refuse("out_of_range", "hac_lags: %d, want none or more", lags)
		}
	}
	design, err := factor.NewDesign(names, columns)
	if err != nil {
		return nil, factorFault(err)
	}
	fit, err := design.Fit(dependent, kind, lags)
	if err != nil {
		return nil, factorFault(err)
	}
	o := fitted(names, fit, "perfect_fit")
	o.set("vif", named(names, design.VIF))
	o.figure("condition_number", design.Condition, "")
	return o, nil
}

func ridge(names []string, columns [][]float64, dependent []float64, penalty float64) (*object, error) {
	if !(penalty > 0) {
		return nil, refuse("out_of_range", "ridge: %v, want a penalty above zero", penalty)
	}
	fit, err := factor.Ridge(names, columns, dependent, penalty)
	if err != nil {
		return nil, factorFault(err)
	}
	return fitted(names, fit, "ridge"), nil
}

func factorFault(err error) *Error {
	switch {
	case errors.Is(err, factor.ErrCollinear):
		return refuse("collinear", "%v", err)
	case errors.Is(err, factor.ErrTooShort):
		return refuse("too_short", "%v", err)
	}
	return refuse("bad_request", "%v", err)
}

// fitted is what a regression answers; errors that do not exist carry the reason.
func fitted(names []string, fit factor.Fit, without string) *object {
	var o object
	labels := append([]string{"alpha"}, names...)
	o.set("params", named(labels, fit.Params))
	for _, x := range []struct {
		key    string
		values []float64
	}{{"se", fit.SE}, {"t", fit.T}, {"p", fit.P}} {
		if x.values == nil {
			o.missing(x.key, without)
		} else {
			o.set(x.key, named(labels, x.values))
		}
	}
	o.figure("r2", fit.R2, unless(fit.R2, "dependent_constant"))
	o.figure("r2_adj", fit.AdjustedR2, unless(fit.AdjustedR2, "dependent_constant"))
	o.figure("f", fit.F, unless(fit.F, without))
	o.figure("residual_sd", fit.ResidualSD, "")
	o.figure("durbin_watson", fit.DurbinWatson, unless(fit.DurbinWatson, without))
	o.set("n", fit.N)
	return &o
}

// unless is the reason when the figure is NaN.
func unless(v float64, reason string) string {
	if v != v {
		return reason
	}
	return ""
}

// named is an object of numbers in the order of the names; what float64 cannot hold is null.
func named(names []string, values []float64) *object {
	var o object
	for i, name := range names {
		o.set(name, finite(values[i]))
	}
	return &o
}
