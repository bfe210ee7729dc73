package calc

import (
	"errors"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/factor"
)

func init() { register("factor_risk", typed(factorRisk)) }

type factorRiskRequest struct {
	Positions  []riskPosition `json:"positions"`
	Capital    *float64       `json:"capital"`
	Covariance *struct {
		Factors []string `json:"factors"`
		Matrix  matrix   `json:"matrix"`
	} `json:"factor_covariance"`
	Factors        namedSeries `json:"factors"`
	Set            string      `json:"set"`
	Proxies        namedSeries `json:"proxies"`
	Orthogonalise  *bool       `json:"orthogonalise"`
	MinimumHistory *int        `json:"minimum_history"`
	Specific       string      `json:"specific"`
	PeriodsPerYear *float64    `json:"periods_per_year"`
}

type riskPosition struct {
	ID       string              `json:"id"`
	Value    *float64            `json:"value"`
	Issuer   string              `json:"issuer"`
	Betas    map[string]*float64 `json:"betas"`
	Specific *float64            `json:"specific"`
	Returns  numbers             `json:"returns"`
}

// riskModel is what the request comes down to: the factors, and each position's
// holding or the reason why it has none.
type riskModel struct {
	model     factor.Model
	holdings  []factor.Holding
	reasons   []string          // "" where the holding is known
	estimates []factor.Estimate // nil where betas were given
	design    *factor.Design
	ordered   *factor.Orthogonal
}

// factorRisk splits a portfolio's variance by factors and positions.
func factorRisk(q factorRiskRequest) (*object, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	var m *riskModel
	var err error
	if q.Covariance != nil {
		m, err = q.given()
	} else {
		m, err = q.estimated()
	}
	if err != nil {
		return nil, err
	}
	known := make([]int, 0, len(q.Positions))
	var holdings []factor.Holding
	for i, reason := range m.reasons {
		if reason == "" {
			known, holdings = append(known, i), append(holdings, m.holdings[i])
		}
	}
	if q.Specific == "sample" {
		if err := m.sample(known); err != nil {
			return nil, err
		}
	}
	d, err := m.model.Decompose(holdings)
	if err != nil {
		return nil, riskFault(err)
	}
	return q.answer(m, d, known), nil
}

func riskFault(err error) *Error {
	if errors.Is(err, factor.ErrIndefinite) {
		return refuse("not_positive_semidefinite", "factor_covariance: %v", err)
	}
	return refuse("bad_request", "%v", err)
}

// check refuses what no model could answer and fills what was not given.
func (q *factorRiskRequest) check() error {
	if len(q.Positions) == 0 {
		return refuse("missing_field", "positions: give at least one, {id, value, …}")
	}
	seen := map[string]bool{}
	for i, p := range q.Positions {
		switch {
		case p.ID == "":
			return refuse("missing_field", "positions[%d].id: give a name", i)
		case seen[p.ID]:
			return refuse("bad_request", "positions[%d].id: %q is given twice", i, p.ID)
		case p.Value == nil:
			return refuse("missing_field", "positions[%d].value: %q has no value", i, p.ID)
		}
		seen[p.ID] = true
	}
	switch q.Specific {
	case "", "diagonal":
	case "sample":
		if q.Covariance != nil {
			return refuse("bad_request", "specific: sample needs returns, and factors as series")
		}
	default:
		return refuse("unknown_choice", "specific: %q, want diagonal or sample", q.Specific)
	}
	if q.MinimumHistory != nil && *q.MinimumHistory < 3 {
		return refuse("out_of_range", "minimum_history: %d, want three or more", *q.MinimumHistory)
	}
	if q.PeriodsPerYear == nil {
		days := 252.0
		q.PeriodsPerYear = &days
	}
	if !(*q.PeriodsPerYear > 0) {
		return refuse("out_of_range", "periods_per_year: %v, want more than 0", *q.PeriodsPerYear)
	}
	if q.Capital == nil {
		net := 0.0
		for _, p := range q.Positions {
			net += *p.Value
		}
		q.Capital = &net
	}
	return nil
}

// answer says the decomposition.
func (q *factorRiskRequest) answer(m *riskModel, d *factor.Decomposition, known []int) *object {
	var o object
	names := m.model.Factors
	o.set("factors", names)
	if m.design != nil {
		o.set("periods", m.design.Periods())
	}
	o.figure("capital", *q.Capital, "")
	o.set("portfolio", q.portfolio(names, d, len(known)))
	positions := make([]*object, len(q.Positions))
	explained, gross := 0.0, 0.0
	for i, p := range q.Positions {
		positions[i] = new(object)
		positions[i].set("id", p.ID)
		positions[i].set("value", *p.Value)
		gross += math.Abs(*p.Value)
		at := slices.Index(known, i)
		if at < 0 {
			for _, key := range []string{"betas", "exposures", "factor_variance", "specific_variance", "share"} {
				positions[i].missing(key, m.reasons[i])
			}
		} else {
			explained += math.Abs(*p.Value)
			riskOf(positions[i], names, m.holdings[i], d.ByHolding[at], d)
		}
		if m.estimates != nil {
			m.judged(positions[i], i)
		}
	}
	o.set("positions", positions)
	o.figure("coverage", explained/gross, unlessReason(gross > 0, "no_value"))
	if m.design != nil {
		o.set("quality", m.quality())
	}
	if m.ordered != nil {
		o.set("orthogonal", orthogonal(m.ordered))
	}
	return &o
}

func unlessReason(ok bool, reason string) string {
	if ok {
		return ""
	}
	return reason
}

func (q *factorRiskRequest) portfolio(names []string, d *factor.Decomposition, known int) *object {
	var o object
	if known == 0 {
		for _, key := range []string{"exposures", "betas", "variance", "volatility", "annual_volatility", "by_factor", "specific_variance", "factor_share"} {
			o.missing(key, "no_position_explained")
		}
		return &o
	}
	o.set("exposures", named(names, d.Exposure))
	capital, variance := *q.Capital, d.Variance()
	if capital > 0 {
		betas := make([]float64, len(names))
		for j, x := range d.Exposure {
			betas[j] = x / capital
		}
		o.set("betas", named(names, betas))
	} else {
		o.missing("betas", "no_capital")
	}
	o.figure("variance", variance, "")
	o.figure("volatility", d.Volatility(), "")
	o.figure("annual_volatility", d.Volatility()*math.Sqrt(*q.PeriodsPerYear)/capital, unlessReason(capital > 0, "no_capital"))
	byFactor := make([]*object, len(names))
	for j, name := range names {
		byFactor[j] = new(object)
		byFactor[j].set("factor", name)
		byFactor[j].figure("variance", d.ByFactor[j], "")
		byFactor[j].figure("share", d.ByFactor[j]/variance, unlessReason(variance > 0, "no_volatility"))
		byFactor[j].figure("volatility", d.ByFactor[j]/d.Volatility(), unlessReason(variance > 0, "no_volatility"))
	}
	o.set("by_factor", byFactor)
	o.figure("specific_variance", d.Whole.Specific, "")
	o.figure("factor_share", d.Whole.Factor/variance, unlessReason(variance > 0, "no_volatility"))
	return &o
}

func riskOf(o *object, names []string, h factor.Holding, part factor.Part, d *factor.Decomposition) {
	exposures := make([]float64, len(names))
	for j, b := range h.Betas {
		exposures[j] = h.Value * b
	}
	o.set("betas", named(names, h.Betas))
	o.set("exposures", named(names, exposures))
	o.figure("specific", h.Specific, "")
	o.figure("factor_variance", part.Factor, "")
	o.figure("specific_variance", part.Specific, "")
	o.figure("share", part.Total()/d.Variance(), unlessReason(d.Variance() > 0, "no_volatility"))
}
