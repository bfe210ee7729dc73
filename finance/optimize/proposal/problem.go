package proposal

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/series"
)

// still is the deviation a year that stands for none: the optimiser wants one of every
// asset. Against a volatility of a percent it is a thousandth.
const still = 1e-5

// written is the request as the optimiser takes it: the assets that move, and one for all
// that does not, which is cash and what is outside the model. Bounds that leave no choice
// keep what is fixed where it is.
type written struct {
	optimize.Problem
	request *Request
	moving  []int   // places in Assets
	rest    float64 // weight of what does not move
}

func (r *Request) write() written {
	out := written{request: r, rest: r.cash()}
	now := r.current()
	gross, changed := 0.0, math.Abs(out.rest-(1-series.Sum(now)))
	for i := range r.Assets {
		if r.Covariance[i][i] > 0 {
			out.moving = append(out.moving, i)
			continue
		}
		out.rest += now[i]
		if !r.Assets[i].Cash {
			gross += math.Abs(now[i])
		}
	}
	n := len(out.moving) + 1
	p := &out.Problem
	p.RiskFree, p.Covariance = r.RiskFree, make([][]float64, n)
	p.Lows, p.Highs, p.Current = make([]float64, n), make([]float64, n), make([]float64, n)
	for a, i := range out.moving {
		p.Covariance[a] = make([]float64, n)
		for b, j := range out.moving {
			p.Covariance[a][b] = r.Covariance[i][j]
		}
		p.Current[a], p.Lows[a], p.Highs[a] = now[i], r.Assets[i].Low, r.Assets[i].High
		if r.Assets[i].Fixed {
			p.Lows[a], p.Highs[a] = now[i], now[i]
		}
	}
	p.Covariance[n-1] = make([]float64, n)
	p.Covariance[n-1][n-1] = still * still
	p.Current[n-1], p.Lows[n-1], p.Highs[n-1] = out.rest, out.rest, out.rest
	if r.Objective == Limits && math.IsNaN(r.Cash) { // what is sold need not be spent, but nothing is borrowed for it
		cash := r.cash()
		p.Lows[n-1], p.Highs[n-1] = out.rest-math.Max(cash, 0), out.rest+r.widest()
	}
	if r.Expected != nil {
		// what does not move returns a constant; as weights sum to one, it may be added to all
		constant := float64(r.cash() * r.RiskFree)
		for i, mu := range r.Expected {
			if r.Covariance[i][i] == 0 {
				constant += float64(now[i] * mu)
			}
		}
		p.Expected = out.choose(r.Expected, 0)
		for a := range p.Expected {
			p.Expected[a] += constant
		}
	}
	for _, row := range r.Rows {
		// what does not move is in the row with its weight, a constant
		shift := 0.0
		for i := range r.Assets {
			if r.Covariance[i][i] == 0 {
				shift += float64(row.Weights[i] * now[i])
			}
		}
		p.Rows = append(p.Rows, optimize.Row{Name: row.Name, Weights: out.choose(row.Weights, 0), Low: row.Low - shift, High: row.High - shift})
	}
	if r.Gross > 0 {
		out.limitGross(r.Gross - gross)
	}
	if r.Turnover > 0 {
		p.Turnover = r.Turnover + changed/2
		p.Current[n-1] = out.rest - (r.cash() - (1 - series.Sum(now)))
	}
	return out
}

// limitGross bounds Σ |w| of what moves and is no cash. Where every asset stays on its side
// of zero that is a linear constraint.
func (x *written) limitGross(most float64) {
	p := &x.Problem
	row := optimize.Row{Name: optimize.GrossRow, Weights: make([]float64, len(p.Lows)), Low: math.Inf(-1), High: most}
	linear := true
	for a, i := range x.moving {
		switch {
		case x.request.Assets[i].Cash:
		case p.Lows[a] >= 0:
			row.Weights[a] = 1
		case p.Highs[a] <= 0:
			row.Weights[a] = -1
		default:
			linear = false
		}
	}
	if linear {
		p.Rows = append(p.Rows, row)
		return
	}
	for a, i := range x.moving {
		if x.request.Assets[i].Cash {
			most += math.Abs(p.Current[a])
		}
	}
	p.Gross = math.Max(most+math.Abs(x.rest), 1e-9)
}

// choose takes what the problem has of a number an asset; last is that of what does not
// move.
func (x *written) choose(list []float64, last float64) []float64 {
	out := make([]float64, 0, len(x.moving)+1)
	for _, i := range x.moving {
		out = append(out, list[i])
	}
	return append(out, last)
}

// weights writes a solution back.
func (x *written) weights(w []float64) []float64 {
	out := x.request.current()
	for a, i := range x.moving {
		if !x.request.Assets[i].Fixed {
			out[i] = w[a]
			if math.Abs(out[i]) < 1e-9 {
				out[i] = 0
			}
		}
	}
	return out
}

// optimise solves the objectives that know constraints.
func (r *Request) optimise() ([]float64, float64, error) {
	x := r.write()
	s, err := settled(x.Problem, func(p optimize.Problem) (*optimize.Solution, error) {
		switch r.Objective {
		case MinVolatility:
			return optimize.MinVolatility(p)
		case MaxSharpe:
			return optimize.MaxSharpe(p)
		case EfficientReturn:
			return optimize.EfficientReturn(p, r.Target)
		case EfficientRisk:
			return optimize.EfficientRisk(p, r.Target)
		}
		return optimize.MaxDiversification(p)
	})
	if err != nil {
		return nil, 0, x.named(err)
	}
	return x.weights(s.Weights), s.Ridge, nil
}

// settled solves a problem; where many constraints meet in one point, so that the search
// does not settle, limits that are tighter by a hair take them apart.
func settled[T any](p optimize.Problem, solve func(optimize.Problem) (T, error)) (out T, err error) {
	turnover, gross := p.Turnover, p.Gross
	for _, hair := range []float64{0, 1e-8, 1e-7, 1e-6} {
		p.Turnover, p.Gross = turnover*(1-hair), gross*(1-hair/3)
		if out, err = solve(p); !errors.Is(err, optimize.ErrNotSolved) {
			break
		}
	}
	return out, err
}

// Conflict is constraints that no weights satisfy together, in the words of the request.
// It is optimize.ErrInfeasible.
type Conflict struct {
	Constraints []string // those that contradict each other
	Assets      []string // whose bounds are among them
	Short       float64  // by how much at least; 0 where it is not known
	err         error
}

func (c *Conflict) Error() string { return c.err.Error() }

// Unwrap is the optimiser's own error.
func (c *Conflict) Unwrap() error { return c.err }

// named writes a conflict in the names of the assets.
func (x *written) named(err error) error {
	var found *optimize.Conflict
	if !errors.As(err, &found) {
		if !errors.Is(err, optimize.ErrInfeasible) {
			return err
		}
		// the bounds alone: nothing else was looked at
		out := &Conflict{Constraints: []string{optimize.BoundsName, optimize.SumRow}, err: err}
		least, most := series.Sum(x.Lows), series.Sum(x.Highs)
		out.Short = math.Max(least-1, 1-most)
		return out
	}
	out := &Conflict{Constraints: found.Constraints, Short: found.Short, err: err}
	for _, a := range found.Assets {
		if a < len(x.moving) && !x.request.Assets[x.moving[a]].Fixed {
			out.Assets = append(out.Assets, x.request.Assets[x.moving[a]].ID)
		}
	}
	return out
}

// sleeve weighs what is long and tradable by its risks alone; all else stays, and the
// sleeve is what the cash to be kept leaves for it.
func (r *Request) sleeve() ([]float64, error) {
	w := r.current()
	var in []int
	room := 1 - r.cash()
	for i, a := range r.Assets {
		if !a.Fixed && a.High > 0 && w[i] >= 0 && r.Covariance[i][i] > 0 {
			in = append(in, i)
			continue
		}
		room -= w[i]
	}
	if len(in) == 0 || !(room > 0) {
		return nil, fmt.Errorf("%.1f%% of the value is left for what is long: %w", 100*room, ErrNothing)
	}
	p := optimize.Problem{Covariance: make([][]float64, len(in)), High: 1}
	var budget []float64
	for a, i := range in {
		p.Covariance[a] = make([]float64, len(in))
		for b, j := range in {
			p.Covariance[a][b] = r.Covariance[i][j]
		}
		if r.Budget != nil {
			budget = append(budget, r.Budget[i])
		}
	}
	var s *optimize.Solution
	var err error
	if r.Objective == RiskParity {
		s, err = optimize.RiskParity(p, budget)
	} else {
		s, err = optimize.HierarchicalRiskParity(p, covariance.Single)
	}
	if err != nil {
		return nil, err
	}
	moved := 0.0
	for a, i := range in {
		next := s.Weights[a] * room
		moved += math.Abs(next-w[i]) / 2
		w[i] = next
	}
	if r.Turnover > 0 && moved > r.Turnover+1e-9 {
		return nil, fmt.Errorf("%s of %.1f%% is needed, at most %.1f%%: %w", optimize.TurnoverRow, 100*moved, 100*r.Turnover, ErrUnsupported)
	}
	return w, r.holds(w)
}

// Frontier is the efficient frontier within the constraints of the request, in figures of
// the whole portfolio.
func Frontier(r Request, points int) ([]Figures, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if r.Expected == nil {
		return nil, optimize.ErrExpected
	}
	x := r.write()
	f, err := settled(x.Problem, func(p optimize.Problem) (*optimize.Frontier, error) { return optimize.EfficientFrontier(p, points) })
	if err != nil {
		return nil, x.named(err)
	}
	out := make([]Figures, len(f.Points))
	for i, s := range f.Points {
		out[i] = r.Figures(x.weights(s.Weights))
	}
	return out, nil
}
