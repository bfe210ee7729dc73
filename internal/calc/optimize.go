package calc

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/series"
)

func init() { register("optimize", typed(optimizeDoor)) }

type optimizeQuestion struct {
	Symbols          []string           `json:"symbols"`
	Expected         numbers            `json:"expected_returns"`
	Covariance       matrix             `json:"covariance"`
	Objective        string             `json:"objective"`
	RiskFree         float64            `json:"risk_free"`
	Target           *float64           `json:"target_return"`
	TargetVolatility *float64           `json:"target_volatility"`
	Points           *int               `json:"points"`
	Linkage          covariance.Linkage `json:"linkage"`
	Budget           numbers            `json:"budget"`
	Returns          matrix             `json:"returns_matrix"`
	Confidence       *float64           `json:"confidence"`
	constraintsQuestion
}

// mostPoints bounds the points of a frontier that are answered.
const mostPoints = 10000

// optimizeDoor answers the weights that serve an objective best.
func optimizeDoor(q optimizeQuestion) (*object, error) {
	p, err := q.problem()
	if err != nil {
		return nil, err
	}
	switch q.Objective {
	case "efficient_frontier":
		return q.frontier(p)
	case "min_cvar":
		return q.shortfall(p)
	}
	s, err := q.solve(p)
	if err != nil {
		return nil, optimizeRefusal(err)
	}
	return q.answer(p, s)
}

func (q *optimizeQuestion) solve(p optimize.Problem) (*optimize.Solution, error) {
	switch q.Objective {
	case "min_volatility":
		return optimize.MinVolatility(p)
	case "max_sharpe":
		return optimize.MaxSharpe(p)
	case "max_diversification":
		return optimize.MaxDiversification(p)
	case "efficient_return":
		if q.Target == nil {
			return nil, refuse("missing_field", "target_return: efficient_return needs it")
		}
		return optimize.EfficientReturn(p, *q.Target)
	case "efficient_risk":
		if q.TargetVolatility == nil || !(*q.TargetVolatility > 0) || *q.TargetVolatility > 1e30 {
			return nil, refuse("missing_field", "target_volatility: efficient_risk needs one above 0")
		}
		return optimize.EfficientRisk(p, *q.TargetVolatility)
	case "risk_parity":
		budget, err := q.Budget.values("budget")
		if err != nil {
			return nil, err
		}
		if !q.Budget.given {
			budget = nil
		}
		return q.whole(p, func() (*optimize.Solution, error) { return optimize.RiskParity(p, budget) })
	case "hrp":
		if q.Linkage == "" {
			q.Linkage = covariance.Single
		}
		return q.whole(p, func() (*optimize.Solution, error) { return optimize.HierarchicalRiskParity(p, q.Linkage) })
	}
	return nil, refuse("unknown_objective", "objective %q: use min_volatility, max_sharpe, efficient_return, efficient_risk, efficient_frontier, risk_parity, hrp, max_diversification or min_cvar", q.Objective)
}

// whole is for methods that know no constraints: their weights are answered when they
// satisfy them all the same.
func (q *optimizeQuestion) whole(p optimize.Problem, solve func() (*optimize.Solution, error)) (*optimize.Solution, error) {
	s, err := solve()
	if err != nil {
		return nil, err
	}
	if name, by := p.Breach(s.Weights); by > 1e-9 {
		return nil, refuse("constraints_unsupported", "%s: its weights follow from the risks alone and breach %s by %.4g; leave that out, or ask for min_volatility or max_diversification", q.Objective, name, by)
	}
	return s, nil
}

func (q *optimizeQuestion) frontier(p optimize.Problem) (*object, error) {
	points := 20
	if q.Points != nil {
		points = *q.Points
	}
	if points > mostPoints {
		return nil, refuse("out_of_range", "points: %d, at most %d are answered", points, mostPoints)
	}
	f, err := optimize.EfficientFrontier(p, points)
	if err != nil {
		return nil, optimizeRefusal(err)
	}
	var o object
	for _, part := range []struct {
		key  string
		list []*optimize.Solution
	}{{"frontier", f.Points}, {"corners", f.Corners}} {
		rows := make([]*object, len(part.list))
		for i, s := range part.list {
			if rows[i], err = q.answer(p, s); err != nil {
				return nil, err
			}
		}
		o.set(part.key, rows)
	}
	return &o, nil
}

func (q *optimizeQuestion) shortfall(p optimize.Problem) (*object, error) {
	returns, err := q.Returns.table("returns_matrix", len(p.Covariance))
	if err != nil {
		return nil, err
	}
	confidence := 0.95
	if q.Confidence != nil {
		confidence = *q.Confidence
	}
	t, err := optimize.MinShortfall(p, returns, confidence)
	if err != nil {
		return nil, optimizeRefusal(err)
	}
	o, err := q.answer(p, &t.Solution)
	if err != nil {
		return nil, err
	}
	o.figure("cvar", t.Shortfall, "")
	o.figure("var", t.VaR, "")
	o.figure("cvar_bound", t.Bound, "")
	return o, nil
}

// answer writes a solution.
func (q *optimizeQuestion) answer(p optimize.Problem, s *optimize.Solution) (*object, error) {
	if series.FirstBad(s.Weights) >= 0 {
		return nil, refuse("not_solved", "the weights leave the range of float64: scale the input")
	}
	var o, check object
	o.set("weights", s.Weights)
	noReturns := unlessReason(!math.IsNaN(s.Return), "no_expected_returns")
	o.figure("return", s.Return, noReturns)
	o.figure("volatility", s.Volatility, "")
	o.figure("sharpe", s.Sharpe, first(noReturns, unlessReason(s.Volatility > 0, "no_volatility")))
	gross, turnover := 0.0, 0.0
	for i, w := range s.Weights {
		gross += math.Abs(w)
		if p.Current != nil {
			turnover += math.Abs(w-p.Current[i]) / 2
		}
	}
	o.figure("gross", gross, "")
	if p.Current != nil {
		o.figure("turnover", turnover, "")
	}
	check.figure("violation", s.Violation, "")
	check.figure("stationarity", s.Stationarity, unlessReason(!math.IsNaN(s.Stationarity), "no_first_order_conditions"))
	if s.Ridge > 0 {
		check.figure("ridge", s.Ridge, "")
		o.note("weights", "singular_covariance")
	}
	o.set("check", &check)
	return &o, nil
}

// problem reads the assets and the constraints.
func (q *optimizeQuestion) problem() (p optimize.Problem, err error) {
	p = optimize.Problem{Low: 0, High: 1, RiskFree: q.RiskFree}
	switch {
	case q.Covariance.given || q.Objective != "min_cvar":
		p.Covariance, err = q.Covariance.table("covariance", -1)
	default:
		p.Covariance, err = q.sample()
	}
	if err != nil {
		return p, err
	}
	if q.Expected.given {
		if p.Expected, err = q.Expected.values("expected_returns"); err != nil {
			return p, err
		}
	}
	names, err := newNames(q.Symbols, len(p.Covariance))
	if err != nil {
		return p, err
	}
	return p, q.constrain(&p, names)
}

// sample is the covariance of the returns of min_cvar.
func (q *optimizeQuestion) sample() ([][]float64, error) {
	rows, err := q.Returns.table("returns_matrix", -1)
	if err != nil {
		return nil, err
	}
	columns := make([][]float64, len(rows[0]))
	for i := range columns {
		columns[i] = make([]float64, len(rows))
		for t, row := range rows {
			columns[i][t] = row[i]
		}
	}
	c, err := covariance.Sample(columns)
	if err != nil {
		return nil, refuse("bad_request", "returns_matrix: %v", err)
	}
	return c, nil
}

// optimizeRefusal is a fault of the problem, with its code.
func optimizeRefusal(err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return refused
	}
	var conflict *optimize.Conflict
	if errors.As(err, &conflict) {
		return &Error{Code: "infeasible", Detail: err.Error(), Fields: map[string]any{"constraints": conflict.Constraints}}
	}
	return refuse(optimizeCode(err), "%v", err)
}

func optimizeCode(err error) string {
	for _, known := range []struct {
		err  error
		code string
	}{{optimize.ErrEmpty, "empty"}, {optimize.ErrShape, "not_a_covariance"}, {optimize.ErrIndefinite, "not_positive_semidefinite"}, {optimize.ErrExpected, "expected_returns"},
		{optimize.ErrBounds, "bad_bounds"}, {optimize.ErrRow, "bad_constraint"}, {optimize.ErrLimit, "out_of_range"}, {optimize.ErrScale, "out_of_range"}, {optimize.ErrPoints, "out_of_range"},
		{optimize.ErrPeriods, "too_short"}, {optimize.ErrInfeasible, "infeasible"},
		{optimize.ErrTarget, "target_unreachable"}, {optimize.ErrSingular, "singular"}, {optimize.ErrNoExcess, "no_excess_return"}, {optimize.ErrBudget, "bad_budget"},
		{covariance.ErrLinkage, "unknown_linkage"}} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return "not_solved"
}
