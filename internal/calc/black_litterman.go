package calc

import (
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/series"
)

func init() { register("black_litterman", typed(blackLitterman)) }

type blackLittermanRequest struct {
	Symbols    []string `json:"symbols"`
	Covariance matrix   `json:"covariance"`
	Weights    numbers  `json:"market_weights"`
	Caps       numbers  `json:"market_caps"`
	Aversion   *float64 `json:"risk_aversion"`
	Tau        *float64 `json:"tau"`
	RiskFree   float64  `json:"risk_free"`
	Views      []struct {
		Weights     map[string]*float64 `json:"weights"`
		Return      *float64            `json:"return"`
		Confidence  *float64            `json:"confidence"`
		Uncertainty *float64            `json:"uncertainty"`
	} `json:"views"`
}

// blackLitterman answers the expected returns that the market and views make.
func blackLitterman(q blackLittermanRequest) (*object, error) {
	m, err := q.market()
	if err != nil {
		return nil, err
	}
	views := make([]optimize.View, len(q.Views))
	for k := range q.Views {
		if views[k], err = q.view(k, m); err != nil {
			return nil, err
		}
	}
	b, err := optimize.BlackLitterman(m, views)
	if err != nil {
		return nil, refuse(beliefCode(err), "%v", err)
	}
	var o object
	o.set("symbols", q.Symbols)
	o.set("equilibrium_returns", named(q.Symbols, b.Equilibrium))
	o.set("expected_returns", named(q.Symbols, b.Expected))
	covariance, unknown := nullable(b.Covariance)
	o.set("covariance", covariance)
	if unknown {
		o.because("covariance", "not_finite")
	}
	o.set("weights", named(q.Symbols, b.Weights))
	o.figure("cash", 1-series.Sum(b.Weights), "")
	rows := make([]*object, len(b.Uncertainty))
	for k, u := range b.Uncertainty {
		rows[k] = new(object)
		rows[k].figure("uncertainty", u, unlessReason(!math.IsInf(u, 1), "ignored"))
		rows[k].figure("equilibrium", series.Dot(views[k].Weights, b.Equilibrium), "")
		rows[k].figure("expected", series.Dot(views[k].Weights, b.Expected), "")
	}
	o.set("views", rows)
	return &o, nil
}

// market reads the prior.
func (q *blackLittermanRequest) market() (m optimize.Market, err error) {
	if len(q.Symbols) == 0 {
		return m, refuse("missing_field", "symbols: give the names in the order of covariance")
	}
	for i, s := range q.Symbols {
		if slices.Contains(q.Symbols[:i], s) {
			return m, refuse("bad_request", "symbols: %q is given twice", s)
		}
	}
	m = optimize.Market{Aversion: 2.5, Tau: 0.05, RiskFree: q.RiskFree}
	if q.Aversion != nil {
		m.Aversion = *q.Aversion
	}
	if q.Tau != nil {
		m.Tau = *q.Tau
	}
	if m.Covariance, err = q.Covariance.square("covariance", len(q.Symbols)); err != nil {
		return m, err
	}
	if q.Weights.given {
		m.Weights, err = q.Weights.required("market_weights", len(q.Symbols))
		return m, err
	}
	caps, err := q.Caps.required("market_caps", len(q.Symbols))
	if err != nil {
		return m, err
	}
	m.Weights = make([]float64, len(caps))
	total := series.Sum(caps)
	for i, c := range caps {
		if !(c >= 0) || !(total > 0) {
			return m, refuse("out_of_range", "market_caps: %v for observation %d, want none or more and some above 0", c, i)
		}
		m.Weights[i] = c / total
	}
	return m, nil
}

// view reads one view.
func (q *blackLittermanRequest) view(k int, m optimize.Market) (v optimize.View, err error) {
	given := q.Views[k]
	v = optimize.View{Weights: make([]float64, len(q.Symbols)), Uncertainty: math.NaN()}
	for _, name := range slices.Sorted(maps.Keys(given.Weights)) {
		at := slices.Index(q.Symbols, name)
		switch {
		case at < 0:
			return v, refuse("unknown_symbol", "views[%d].weights: %q is not among symbols", k, name)
		case given.Weights[name] == nil:
			return v, refuse("gap", "views[%d].weights: %q is null", k, name)
		}
		v.Weights[at] = *given.Weights[name]
	}
	if given.Return == nil {
		return v, refuse("missing_field", "views[%d].return: give what the view expects", k)
	}
	v.Return = *given.Return
	switch {
	case given.Uncertainty != nil:
		v.Uncertainty = *given.Uncertainty
	case given.Confidence != nil:
		v.Uncertainty, err = optimize.Confident(m.Covariance, v.Weights, m.Tau, *given.Confidence)
	}
	if err != nil {
		return v, refuse("out_of_range", "views[%d].confidence: %v", k, err)
	}
	return v, nil
}

func beliefCode(err error) string {
	for _, known := range []struct {
		err  error
		code string
	}{{optimize.ErrMarket, "bad_weights"}, {optimize.ErrView, "bad_view"}, {optimize.ErrAversion, "out_of_range"}} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return optimizeCode(err)
}
