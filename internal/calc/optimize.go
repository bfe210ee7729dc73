package calc

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/optimize"
)

func init() { register("optimize", typed(optimizeDoor)) }

type optimizeQuestion struct {
	Expected   numbers            `json:"expected_returns"`
	Covariance matrix             `json:"covariance"`
	Objective  string             `json:"objective"`
	RiskFree   float64            `json:"risk_free"`
	Target     *float64           `json:"target_return"`
	Linkage    covariance.Linkage `json:"linkage"`
	Bounds     numbers            `json:"bounds"`
	Budget     numbers            `json:"budget"`
}

func optimizeDoor(q optimizeQuestion) (any, error) {
	p, err := q.problem()
	if err != nil {
		return nil, err
	}
	budget, err := q.Budget.values("budget")
	if err != nil {
		return nil, err
	}
	if !q.Budget.given {
		budget = nil
	}
	if q.Linkage == "" {
		q.Linkage = covariance.Single
	}
	var s *optimize.Solution
	switch q.Objective {
	case "min_volatility":
		s, err = optimize.MinVolatility(p)
	case "max_sharpe":
		s, err = optimize.MaxSharpe(p)
	case "efficient_return":
		if q.Target == nil {
			return nil, refuse("missing_field", "target_return: efficient_return needs it")
		}
		s, err = optimize.EfficientReturn(p, *q.Target)
	case "risk_parity":
		s, err = optimize.RiskParity(p, budget)
	case "hrp":
		s, err = optimize.HierarchicalRiskParity(p, q.Linkage)
	case "max_diversification":
		s, err = optimize.MaxDiversification(p)
	default:
		return nil, refuse("unknown_objective", "objective %q: use min_volatility, max_sharpe, efficient_return, risk_parity, hrp or max_diversification", q.Objective)
	}
	if err != nil {
		return nil, refuse(optimizeCode(err), "%v", err)
	}
	var out object
	out.set("weights", s.Weights)
	if math.IsNaN(s.Return) {
		out.missing("return", "no_expected_returns")
	} else {
		out.figure("return", s.Return, "")
	}
	out.figure("volatility", s.Volatility, "")
	if math.IsNaN(s.Sharpe) {
		out.missing("sharpe", "no_expected_returns")
	} else {
		out.figure("sharpe", s.Sharpe, "")
	}
	return &out, nil
}

func (q *optimizeQuestion) problem() (p optimize.Problem, err error) {
	p = optimize.Problem{Low: 0, High: 1, RiskFree: q.RiskFree}
	if p.Covariance, err = q.Covariance.table("covariance", -1); err != nil {
		return p, err
	}
	if q.Expected.given {
		if p.Expected, err = q.Expected.values("expected_returns"); err != nil {
			return p, err
		}
	}
	if !q.Bounds.given {
		return p, nil
	}
	bounds, err := q.Bounds.values("bounds")
	if err != nil {
		return p, err
	}
	if len(bounds) != 2 {
		return p, refuse("bad_request", "bounds: want [low, high]")
	}
	p.Low, p.High = bounds[0], bounds[1]
	return p, nil
}

func optimizeCode(err error) string {
	for _, known := range []struct {
		err  error
		code string
	}{{optimize.ErrEmpty, "empty"}, {optimize.ErrShape, "not_a_covariance"}, {optimize.ErrExpected, "expected_returns"}, {optimize.ErrInfeasible, "infeasible"},
		{optimize.ErrTarget, "target_unreachable"}, {optimize.ErrSingular, "singular"}, {optimize.ErrNoExcess, "no_excess_return"}, {optimize.ErrBudget, "bad_budget"},
		{covariance.ErrLinkage, "unknown_linkage"}} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return "not_solved"
}
