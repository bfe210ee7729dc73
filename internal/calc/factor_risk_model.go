package calc

import (
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/factor"
)

// minimumHistory is how few periods a beta may rest on, unless told otherwise.
const minimumHistory = 60

// given is the model of a request that brings betas and a covariance.
func (q *factorRiskRequest) given() (*riskModel, error) {
	names := q.Covariance.Factors
	rows, err := q.Covariance.Matrix.square("factor_covariance.matrix", len(names))
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, refuse("bad_request", "factor_covariance.factors: %q is given twice", name)
		}
	}
	m := &riskModel{model: factor.Model{Factors: names, Covariance: rows}, holdings: make([]factor.Holding, len(q.Positions)), reasons: make([]string, len(q.Positions))}
	for i, p := range q.Positions {
		switch {
		case p.Betas == nil:
			return nil, refuse("missing_field", "positions[%d].betas: %q has none; give one a factor", i, p.ID)
		case p.Specific == nil:
			return nil, refuse("missing_field", "positions[%d].specific: %q has none; give the deviation that its factors leave, 0 if there is none", i, p.ID)
		case !(*p.Specific >= 0):
			return nil, refuse("out_of_range", "positions[%d].specific: %v, want none or more", i, *p.Specific)
		}
		h := factor.Holding{ID: p.ID, Value: *p.Value, Betas: make([]float64, len(names)), Specific: *p.Specific, Issuer: p.Issuer}
		for _, name := range slices.Sorted(maps.Keys(p.Betas)) {
			if !slices.Contains(names, name) {
				return nil, refuse("unknown_factor", "positions[%d].betas: %q is not in factor_covariance", i, name)
			}
		}
		for j, name := range names {
			b := p.Betas[name]
			if b == nil {
				return nil, refuse("missing_exposure", "positions[%d].betas: %q has none to %q", i, p.ID, name)
			}
			h.Betas[j] = *b
		}
		m.holdings[i] = h
	}
	return m, nil
}

// estimated is the model of a request that brings series.
func (q *factorRiskRequest) estimated() (*riskModel, error) {
	names, columns, ordered, minimum, least, err := q.columns()
	if err != nil {
		return nil, err
	}
	m := &riskModel{holdings: make([]factor.Holding, len(q.Positions)), reasons: make([]string, len(q.Positions))}
	if ordered {
		if m.ordered, err = factor.Orthogonalise(names, columns, least); err != nil {
			return nil, factorFault(err)
		}
		names, columns = m.ordered.Names, m.ordered.Columns
	}
	if m.design, err = factor.NewDesign(names, columns); err != nil {
		return nil, factorFault(err)
	}
	m.model = factor.Model{Factors: names, Covariance: m.design.Covariance()}
	riskFree, err := q.riskFree()
	if err != nil {
		return nil, err
	}
	returns := make([][]float64, len(q.Positions))
	for i, p := range q.Positions {
		label := "positions." + p.ID + ".returns"
		list := p.Returns
		list.gaps = false // a period without a return is allowed here
		if returns[i], err = list.required(label, 0); err != nil {
			return nil, err
		}
		if len(returns[i]) != m.design.Periods() {
			return nil, refuse("length_mismatch", "%s: %d periods, the factors have %d", label, len(returns[i]), m.design.Periods())
		}
		if riskFree != nil {
			if returns[i], err = factor.Excess(returns[i], riskFree); err != nil {
				return nil, refuse("length_mismatch", "proxies: %v", err)
			}
		}
	}
	m.estimates = m.design.EstimateAll(returns, minimum)
	for i, e := range m.estimates {
		switch {
		case errors.Is(e.Err, factor.ErrTooShort):
			m.reasons[i] = "too_short"
		case errors.Is(e.Err, factor.ErrCollinear):
			m.reasons[i] = "factors_collinear_in_its_history"
		case e.Err != nil:
			return nil, refuse("bad_request", "positions.%s: %v", q.Positions[i].ID, e.Err)
		default:
			m.holdings[i] = factor.Holding{ID: q.Positions[i].ID, Value: *q.Positions[i].Value, Betas: e.Fit.Params[1:], Specific: e.Specific, Issuer: q.Positions[i].Issuer}
		}
	}
	return m, nil
}

// columns are the factors' series, and how they are to be treated.
func (q *factorRiskRequest) columns() (names []string, columns [][]float64, ordered bool, minimum int, least float64, err error) {
	minimum = minimumHistory
	if q.Set == "" {
		names, columns, err = q.Factors.columns("factors", false)
	} else {
		sets := factor.Sets()
		at := slices.IndexFunc(sets, func(s factor.Set) bool { return s.Name == q.Set })
		if at < 0 {
			return nil, nil, false, 0, 0, refuse("unknown_choice", "set: %q, want style, spreads, rates or fama_french", q.Set)
		}
		ordered, minimum, least = sets[at].Ordered, sets[at].Minimum, sets[at].Least
		names, columns, err = q.proxies(sets[at])
	}
	if q.Orthogonalise != nil {
		ordered = *q.Orthogonalise
	}
	if q.MinimumHistory != nil {
		minimum = *q.MinimumHistory
	}
	return names, columns, ordered, minimum, least, err
}

// riskFree is the series that the set takes returns over; nil where it has none.
func (q *factorRiskRequest) riskFree() ([]float64, error) {
	for _, set := range factor.Sets() {
		if set.Name != q.Set || set.RiskFree == "" {
			continue
		}
		symbols, lists, err := q.Proxies.columns("proxies", false)
		if err != nil {
			return nil, err
		}
		at := slices.Index(symbols, set.RiskFree)
		if at < 0 {
			return nil, refuse("missing_proxy", "proxies: %s is missing; the set needs %v", set.RiskFree, set.Symbols())
		}
		return lists[at], nil
	}
	return nil, nil
}

func (q *factorRiskRequest) proxies(set factor.Set) ([]string, [][]float64, error) {
	symbols, lists, err := q.Proxies.columns("proxies", false)
	if err != nil {
		return nil, nil, err
	}
	returns := map[string][]float64{}
	for i, s := range symbols {
		returns[s] = lists[i]
	}
	names, columns, err := set.Columns(returns)
	if err != nil {
		return nil, nil, refuse("missing_proxy", "proxies: %v; the set needs %v", err, set.Symbols())
	}
	return names, columns, nil
}

// sample gives the model the covariance of the residuals themselves.
func (m *riskModel) sample(known []int) (err error) {
	estimates := make([]factor.Estimate, len(known))
	for k, i := range known {
		if estimates[k] = m.estimates[i]; estimates[k].Periods != m.design.Periods() {
			return refuse("gap", "specific: sample needs every position over all periods; %q has %d of %d", m.holdings[i].ID, estimates[k].Periods, m.design.Periods())
		}
	}
	if m.model.Specific, err = factor.SpecificCovariance(estimates); err != nil {
		return refuse("bad_request", "%v", err)
	}
	return nil
}

// judged adds what is to be known of an estimate.
func (m *riskModel) judged(o *object, i int) {
	e := m.estimates[i]
	o.set("periods", e.Periods)
	if e.Err != nil {
		o.missing("quality", m.reasons[i])
		return
	}
	quality := "full_history"
	concerns := e.Concerns(factor.CustomaryLimits)
	for _, c := range concerns {
		if c.Code == "limited_history" {
			quality = c.Code
		}
	}
	o.set("quality", quality)
	o.figure("r2", e.Fit.R2, unless(e.Fit.R2, "dependent_constant"))
	if e.Fit.T == nil {
		o.missing("t", "perfect_fit")
	} else {
		o.set("t", named(m.model.Factors, e.Fit.T[1:]))
	}
	o.figure("durbin_watson", e.Fit.DurbinWatson, unless(e.Fit.DurbinWatson, "perfect_fit"))
	tests := map[string]factor.Test{"jarque_bera": {Statistic: math.NaN()}, "ljung_box": {Statistic: math.NaN()}, "breusch_pagan": {Statistic: math.NaN()}}
	if e.Fit.T != nil {
		tests["jarque_bera"], tests["ljung_box"] = factor.JarqueBera(e.Fit.Residuals), factor.LjungBox(e.Fit.Residuals, 0)
		tests["breusch_pagan"] = e.Design.BreuschPagan(e.Fit.Residuals)
	}
	for _, key := range slices.Sorted(maps.Keys(tests)) {
		if t := tests[key]; t.Statistic != t.Statistic {
			o.missing(key, "perfect_fit")
		} else {
			var both object
			both.figure("statistic", t.Statistic, "")
			both.figure("p", t.P, "")
			o.set(key, &both)
		}
	}
	o.set("concerns", concernList(concerns))
}

// quality is what is to be known of the set of factors.
func (m *riskModel) quality() *object {
	var o object
	o.figure("condition_number", m.design.Condition, "")
	o.set("vif", named(m.model.Factors, m.design.VIF))
	o.set("concerns", concernList(m.design.Concerns(factor.CustomaryLimits)))
	return &o
}

func concernList(concerns []factor.Concern) []*object {
	out := make([]*object, len(concerns))
	for i, c := range concerns {
		out[i] = new(object)
		out[i].set("code", c.Code)
		if c.Factor != "" {
			out[i].set("factor", c.Factor)
		}
		out[i].figure("value", c.Value, "")
		out[i].set("limit", c.Limit)
	}
	return out
}

func orthogonal(f *factor.Orthogonal) *object {
	var o, out object
	o.set("own_share", named(f.Names, f.Own))
	for _, d := range f.LeftOut {
		out.figure(d.Name, d.Own, "")
	}
	o.set("left_out", &out)
	return &o
}
