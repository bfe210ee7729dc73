package optimize

import (
	"fmt"
	"math"
)

// MinVolatility minimises √(w'Σw).
func MinVolatility(p Problem) (*Solution, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	expected := p.Expected
	p.Expected = nil // no path is wanted
	f, err := p.follow()
	if err != nil {
		return nil, err
	}
	p.Expected = expected
	return f.solution()
}

// EfficientReturn minimises volatility among weights that return at least target.
func EfficientReturn(p Problem, target float64) (*Solution, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	f, err := p.follow()
	if err != nil {
		return nil, err
	}
	s, err := f.find(func(f *path) (float64, bool) { return toward(target-f.e, f.e1) })
	if err != nil {
		return nil, err
	}
	if s.Return < target-1e-9*math.Max(math.Abs(target), size(p.Expected)) {
		return nil, fmt.Errorf("return %v, at most %v: %w", target, s.Return, ErrTarget)
	}
	return s, nil
}

// toward is how far λ must move for the return to change by gap.
func toward(gap, rate float64) (float64, bool) {
	if rate > 0 {
		return gap / rate, gap > 0
	}
	if gap == 0 {
		return 0, false
	}
	return math.Inf(1) * gap, gap > 0
}

// EfficientRisk maximises the expected return among weights of at most that volatility.
func EfficientRisk(p Problem, volatility float64) (*Solution, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	f, err := p.follow()
	if err != nil {
		return nil, err
	}
	variance := volatility * volatility
	s, err := f.find(func(f *path) (float64, bool) {
		gap := variance - f.q
		if !(f.e1 > 0) {
			return toward(gap, 0)
		}
		root := float64(f.lambda*f.lambda) + gap/f.e1
		if root < 0 {
			return math.Inf(-1), false
		}
		return math.Sqrt(root) - f.lambda, gap > 0
	})
	if err != nil {
		return nil, err
	}
	if !(s.Volatility <= volatility*(1+1e-7)) {
		return nil, fmt.Errorf("volatility %v, at least %v: %w", volatility, s.Volatility, ErrTarget)
	}
	return s, nil
}

// MaxSharpe maximises (μ'w − r) / √(w'Σw). The ratio has one peak along the frontier,
// where λ is the variance over the excess return; on a piece of the frontier that is a
// linear equation.
func MaxSharpe(p Problem) (*Solution, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	f, err := p.follow()
	if err != nil {
		return nil, err
	}
	best, err := f.model.richest(f.solver.x, f.value)
	if err != nil {
		return nil, err
	}
	if top := p.solution(f.model.weights(best)); !(top.Return > p.RiskFree) {
		return nil, fmt.Errorf("at most %v, risk-free %v: %w", top.Return, p.RiskFree, ErrNoExcess)
	}
	return f.find(func(f *path) (float64, bool) {
		excess := f.e - p.RiskFree
		gap := f.q - float64(f.lambda*excess)
		if left := excess - float64(f.lambda*f.e1); left > 0 {
			return gap / left, gap > 0
		}
		return math.Inf(1), gap > 0
	})
}

// MaxDiversification maximises w'σ / √(w'Σw), the ratio of the weighted volatilities to
// the portfolio's own. A short weight counts against the first.
func MaxDiversification(p Problem) (*Solution, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	q := p
	q.RiskFree = 0
	q.Expected = make([]float64, len(p.Covariance))
	for i := range q.Expected {
		q.Expected[i] = math.Sqrt(p.Covariance[i][i])
	}
	s, err := MaxSharpe(q)
	if err != nil {
		return nil, err
	}
	out := p.solution(s.Weights)
	out.Stationarity, out.Ridge = s.Stationarity, s.Ridge
	return out, nil
}
