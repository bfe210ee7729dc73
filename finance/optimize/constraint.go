package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/series"
)

// Row is a linear constraint on the weights: Low ≤ Weights·w ≤ High. An infinite end is
// no bound; equal ends make an equality. A limit on a sector is a row of ones for its
// members and zeros for the rest: Group.
type Row struct {
	Name      string
	Weights   []float64
	Low, High float64
}

// Group bounds the sum of the weights of some of n assets.
func Group(name string, n int, members []int, low, high float64) Row {
	r := Row{Name: name, Weights: make([]float64, n), Low: low, High: high}
	for _, i := range members {
		r.Weights[i] = 1
	}
	return r
}

// The names of constraints that are not rows of the caller.
const (
	SumRow      = "weights sum to 1"
	BoundsName  = "bounds of the weights"
	TurnoverRow = "turnover"
	GrossRow    = "gross"
)

// ErrRow reports a constraint that says nothing.
var ErrRow = errors.New("a constraint needs one finite weight an asset, and an end of low ≤ high that is finite")

// Conflict is the error when no weights satisfy all constraints: the constraints that
// contradict each other, and by how much they do at least, added up. It is ErrInfeasible.
type Conflict struct {
	Constraints []string
	Short       float64
	Assets      []int // whose bounds are among them, ascending
}

func (c *Conflict) Error() string {
	return fmt.Sprintf("%s: they contradict each other by %.4g at least: %v", strings.Join(c.Constraints, "; "), c.Short, ErrInfeasible)
}

// Unwrap makes it an ErrInfeasible.
func (c *Conflict) Unwrap() error { return ErrInfeasible }

// variable is a weight, or a stretch of it between two of the places at which the limits
// on turnover and gross change direction.
type variable struct {
	asset           int
	sign            float64 // +1 where the weight grows with it
	width           float64
	turnover, gross float64 // what it adds to |w − current| and |w|
}

// model is a problem written as a program. Without limits on turnover and gross the
// variables are the weights. With them a weight is its base, and stretches above and
// below it: as |w| bends outwards, filling them out of their order only overstates it,
// so that the program and the problem have the same solutions.
type model struct {
	problem *Problem
	program program
	parts   []variable
	base    []float64
	offset  []float64 // Σ base, by variable: what the base adds to the gradient
}

func (p *Problem) model() (*model, error) {
	n := len(p.Covariance)
	m := &model{problem: p, base: make([]float64, n)}
	if p.Turnover == 0 && p.Gross == 0 {
		for i := range n {
			low, high := p.bound(i)
			m.program.low, m.program.high = append(m.program.low, low), append(m.program.high, high)
			m.parts = append(m.parts, variable{asset: i, sign: 1})
		}
	} else {
		for i := range n {
			m.split(i)
		}
		for _, v := range m.parts {
			m.program.low, m.program.high = append(m.program.low, 0), append(m.program.high, v.width)
			m.program.asset, m.program.upward = append(m.program.asset, v.asset), append(m.program.upward, v.sign > 0)
		}
	}
	m.program.hessian = m.expand(p.Covariance)
	pull := make([]float64, n)
	for i, row := range p.Covariance {
		pull[i] = series.Dot(row, m.base)
	}
	m.offset = m.expandVector(pull)
	m.program.linear = append([]float64(nil), m.offset...)
	m.row(SumRow, ones(n), 1, 1)
	for k, r := range p.Rows {
		if err := r.check(n); err != nil {
			return nil, fmt.Errorf("constraint %d %q: %w", k+1, r.Name, err)
		}
		if series.Largest(r.Weights) == 0 {
			if r.Low > 0 || r.High < 0 {
				return nil, &Conflict{Constraints: []string{r.name(k)}, Short: math.Max(r.Low, -r.High)}
			}
			continue
		}
		m.row(r.name(k), r.Weights, r.Low, r.High)
	}
	m.limit(TurnoverRow, 2*p.Turnover, p.Current, func(v variable) float64 { return v.turnover })
	m.limit(GrossRow, p.Gross, nil, func(v variable) float64 { return v.gross })
	return m, nil
}

func (r *Row) check(n int) error {
	if len(r.Weights) != n || series.FirstBad(r.Weights) >= 0 || !(r.Low <= r.High) || r.Low == math.Inf(1) || r.High == math.Inf(-1) || r.Low < r.High && math.IsInf(r.Low, 0) && math.IsInf(r.High, 0) {
		return ErrRow
	}
	return nil
}

func (r *Row) name(k int) string {
	if r.Name == "" {
		return fmt.Sprintf("constraint %d", k+1)
	}
	return r.Name
}

// bound is the least and the most of a weight.
func (p *Problem) bound(i int) (low, high float64) {
	low, high = p.Low, p.High
	if p.Lows != nil {
		low = p.Lows[i]
	}
	if p.Highs != nil {
		high = p.Highs[i]
	}
	return low, high
}

// split makes the stretches of a weight.
func (m *model) split(i int) {
	p := m.problem
	low, high := p.bound(i)
	now := 0.0
	if p.Turnover > 0 {
		now = p.Current[i]
	}
	base := math.Max(low, math.Min(high, now))
	m.base[i] = base
	bends := []float64{low, base, high}
	if p.Gross > 0 && 0 > low && 0 < high {
		bends = append(bends, 0)
	}
	slices.Sort(bends)
	bends = slices.Compact(bends)
	at := slices.Index(bends, base)
	stretch := func(from, to float64) {
		middle, sign := from/2+to/2, 1.0
		if to < from {
			sign = -1
		}
		m.parts = append(m.parts, variable{asset: i, sign: sign, width: math.Abs(to - from),
			turnover: math.Copysign(sign, sign*(middle-now)), gross: math.Copysign(sign, sign*middle)})
	}
	for k := at; k+1 < len(bends); k++ {
		stretch(bends[k], bends[k+1])
	}
	for k := at; k > 0; k-- {
		stretch(bends[k], bends[k-1])
	}
}

// expand writes a covariance of assets as one of variables.
func (m *model) expand(c [][]float64) [][]float64 {
	if m.program.asset == nil {
		return c
	}
	out := make([][]float64, len(m.parts))
	for a, x := range m.parts {
		out[a] = make([]float64, len(m.parts))
		for b, y := range m.parts {
			out[a][b] = float64(x.sign*y.sign) * c[x.asset][y.asset]
		}
	}
	return out
}

// expandVector writes one number an asset as one a variable.
func (m *model) expandVector(x []float64) []float64 {
	if m.program.asset == nil {
		return x
	}
	out := make([]float64, len(m.parts))
	for a, v := range m.parts {
		out[a] = v.sign * x[v.asset]
	}
	return out
}

// row adds a constraint, in units in which its largest weight is 1.
func (m *model) row(name string, weights []float64, low, high float64) {
	scale, shift := series.Largest(weights), series.Dot(weights, m.base)
	out := Row{Name: name, Weights: append([]float64(nil), m.expandVector(weights)...), Low: (low - shift) / scale, High: (high - shift) / scale}
	for i := range out.Weights {
		out.Weights[i] /= scale
	}
	m.program.rows = append(m.program.rows, out)
}

// limit adds Σ |w − from| ≤ most where most is not 0.
func (m *model) limit(name string, most float64, from []float64, slope func(variable) float64) {
	if most == 0 {
		return
	}
	out := Row{Name: name, Low: math.Inf(-1), High: most}
	for i, b := range m.base {
		if from != nil {
			b -= from[i]
		}
		out.High -= math.Abs(b)
	}
	for _, v := range m.parts {
		out.Weights = append(out.Weights, slope(v))
	}
	m.program.rows = append(m.program.rows, out)
}

// encode writes weights as variables, each weight's stretches filled in their order.
func (m *model) encode(w []float64) []float64 {
	if m.program.asset == nil {
		return append([]float64(nil), w...)
	}
	x, left := make([]float64, len(m.parts)), make([]float64, len(w))
	for i := range left {
		left[i] = w[i] - m.base[i]
	}
	for a, v := range m.parts {
		if part := math.Min(v.sign*left[v.asset], v.width); part > 0 {
			x[a] = part
			left[v.asset] -= float64(v.sign * part)
		}
	}
	return x
}

// weights is encode undone.
func (m *model) weights(x []float64) []float64 {
	if m.program.asset == nil {
		return append([]float64(nil), x...)
	}
	w := append([]float64(nil), m.base...)
	for a, v := range m.parts {
		w[v.asset] += float64(v.sign * x[a])
	}
	return w
}

// Violation is by how much weights breach the constraint they breach most, 0 for none.
func (p *Problem) Violation(w []float64) float64 {
	_, by := p.Breach(w)
	return by
}

// Breach names the constraint that weights breach most, and by how much.
func (p *Problem) Breach(w []float64) (name string, by float64) {
	worse := func(what string, much float64) {
		if much > by {
			name, by = what, much
		}
	}
	worse(SumRow, math.Abs(series.Sum(w)-1))
	turnover, gross := 0.0, 0.0
	for i, x := range w {
		low, high := p.bound(i)
		worse(BoundsName, math.Max(low-x, x-high))
		gross += math.Abs(x)
		if p.Turnover > 0 {
			turnover += math.Abs(x-p.Current[i]) / 2
		}
	}
	for k, r := range p.Rows {
		at := series.Dot(r.Weights, w)
		worse(r.name(k), math.Max(r.Low-at, at-r.High))
	}
	if p.Turnover > 0 {
		worse(TurnoverRow, turnover-p.Turnover)
	}
	if p.Gross > 0 {
		worse(GrossRow, gross-p.Gross)
	}
	return name, by
}

// unconstrained is the problem of methods whose weights are positive by themselves.
func (p Problem) unconstrained() Problem {
	return Problem{Expected: p.Expected, Covariance: p.Covariance, High: 1, RiskFree: p.RiskFree}
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
