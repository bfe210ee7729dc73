package service

import (
	"errors"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
)

// frontierPoints is how many portfolios of the frontier are drawn.
const frontierPoints = 41

// frontier finds the efficient frontier within the constraints, but that of turnover, and
// marks the portfolios on it.
func (p *proposer) frontier() {
	points := &p.out.Points
	points.Now, points.Wished, points.After = p.point(p.wished.Before), p.point(p.wished.Wished), p.point(p.after)
	if p.request.Expected == nil {
		p.out.Unmarked = p.unmarked
		return
	}
	r := p.request
	r.Turnover, r.Objective = 0, proposal.MinVolatility
	line, err := proposal.Frontier(r, frontierPoints)
	if err != nil {
		var conflict *Infeasible
		p.out.Unmarked = "the frontier cannot be followed: " + err.Error()
		if refused := p.refused(err); errors.As(refused, &conflict) {
			p.out.Unmarked = conflict.Error()
		}
		return
	}
	for _, f := range line {
		p.out.Frontier = append(p.out.Frontier, p.point(f))
	}
	points.MinVolatility = p.out.Frontier[0]
	r.Objective = proposal.MaxSharpe
	best, err := proposal.Suggest(r)
	switch {
	case errors.Is(err, optimize.ErrNoExcess):
		p.out.Unmarked = "nothing within the constraints is expected to return more than cash"
	case err != nil:
		p.out.Unmarked = "the best ratio was not found: " + err.Error()
	default:
		points.MaxSharpe = p.point(best.Wished)
	}
}

// point makes figures of a portfolio in the plane.
func (p *proposer) point(f proposal.Figures) ProposedPoint {
	on := p.before.AsOf
	out := ProposedPoint{Volatility: analysis.Measure(f.Volatility, analysis.Fraction, on, "model_volatility"), Gross: analysis.Measure(f.Gross, analysis.Fraction, on, "proposed_gross"), Cash: analysis.Measure(f.Cash, analysis.Fraction, on, "proposed_cash")}
	if p.request.Expected == nil {
		out.Return = analysis.Unknown(analysis.Fraction, on, "expected_return", p.unmarked)
		out.Sharpe = analysis.Unknown(analysis.Ratio, on, "expected_sharpe", p.unmarked)
		return out
	}
	why := p.estimate()
	out.Return = analysis.Measure(f.Return, analysis.Fraction, on, "expected_return").With(analysis.Estimated, why)
	if math.IsNaN(f.Sharpe) {
		out.Sharpe = analysis.Unknown(analysis.Ratio, on, "expected_sharpe", "nothing in it moves")
	} else {
		out.Sharpe = analysis.Measure(f.Sharpe, analysis.Ratio, on, "expected_sharpe").With(analysis.Estimated, why)
	}
	return out
}

// estimate says what expected returns are.
func (p *proposer) estimate() string {
	switch {
	case len(p.asked.Views) > 0:
		return "an equilibrium and your views"
	case p.asked.Returns == PastMeans:
		return "means of the past, with a large error"
	}
	return "an equilibrium: the beta to " + p.out.Benchmark + " times what that is expected to return over cash"
}

// names lists what is held or considered with its weights, and fills the totals of the
// trades.
func (p *proposer) names() {
	on := p.before.AsOf
	measure := func(x float64, method string) analysis.Figure {
		return analysis.Measure(x, analysis.Fraction, on, method)
	}
	before, after := p.riskShares(p.wished.Before.Weights), p.riskShares(p.orders.After)
	traded := map[int]bool{}
	for _, o := range p.orders.List {
		traded[o.Position] = true
	}
	for i := range p.model.Assets {
		a := &p.model.Assets[i]
		if a.Holding == nil && !a.Candidate && !a.Cash {
			continue // the benchmark
		}
		row := ProposedName{Symbol: a.Symbol, Name: a.Instrument.Name, Candidate: a.Candidate, Traded: traded[i], Why: p.why[i],
			Now: measure(p.wished.Before.Weights[i], "weight"), Wished: measure(p.wished.Wished.Weights[i], "proposed_weight"), After: measure(p.orders.After[i], "proposed_weight")}
		if a.Cash {
			row.Symbol, row.Name = a.Symbol, "Cash in "+a.Symbol
		}
		if a.Holding != nil && !a.Holding.Value.Known() {
			why := a.Holding.Value.Reasons
			row.Now, row.Wished, row.After = analysis.Unknown(analysis.Fraction, on, "weight", why...), analysis.Unknown(analysis.Fraction, on, "weight", why...), analysis.Unknown(analysis.Fraction, on, "weight", why...)
		}
		row.Expected = analysis.Unknown(analysis.Fraction, on, "expected_return", p.unmarked)
		if p.request.Expected != nil {
			row.Expected = measure(p.request.Expected[i], "expected_return").With(analysis.Estimated, p.estimate())
			if p.asked.Returns == PastMeans && len(p.asked.Views) == 0 && a.Mean == a.Mean {
				row.Expected = row.Expected.From("Standard error", percentWords(a.MeanError)).From("Days", strconv.Itoa(a.MeanDays))
			}
		}
		row.Risk, row.RiskAfter = before(i), after(i)
		p.out.Names = append(p.out.Names, row)
	}
	p.out.Costs = analysis.Money(exactly(p.orders.Cost).Round(2), p.before.Base, on, "trading_costs")
	p.out.Turnover = measure(p.orders.Turnover, "proposed_turnover")
	if len(p.orders.Dropped) > 0 && known(p.asked.MinTrade) > 0 {
		p.note(strconv.Itoa(len(p.orders.Dropped)) + " trades are smaller than the least that you want and are left out.")
	}
}

// riskShares are the parts of the variance of weights.
func (p *proposer) riskShares(w []float64) func(i int) analysis.Figure {
	pulls, variance := make([]float64, len(w)), 0.0
	for i, row := range p.request.Covariance {
		for j, c := range row {
			pulls[i] += float64(c * w[j])
		}
		variance += float64(w[i] * pulls[i])
	}
	return func(i int) analysis.Figure {
		switch {
		case p.model.Assets[i].Reason != "":
			return analysis.Unknown(analysis.Fraction, p.before.AsOf, "risk_share", "it is outside the model: "+p.model.Assets[i].Reason)
		case !(variance > 0):
			return analysis.Unknown(analysis.Fraction, p.before.AsOf, "risk_share", "nothing moves")
		}
		return analysis.Measure(w[i]*pulls[i]/variance, analysis.Fraction, p.before.AsOf, "risk_share")
	}
}
