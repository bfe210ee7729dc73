package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/series"
	"github.com/foliosight/foliosight/internal/cputime"
)

func randomProblem(rng *rand.Rand, n int) Problem {
	p := Problem{Low: 0, High: 1, RiskFree: 0.01}
	loadings := make([][]float64, n)
	for i := range loadings {
		loadings[i] = make([]float64, 4)
		for k := range loadings[i] {
			loadings[i][k] = rng.NormFloat64() * 0.08
		}
		loadings[i][0] += 0.15
	}
	for i := range n {
		row := make([]float64, n)
		for j := range n {
			row[j] = series.Dot(loadings[i], loadings[j])
		}
		row[i] += 0.002 + rng.Float64()*0.05
		p.Covariance = append(p.Covariance, row)
		p.Expected = append(p.Expected, 0.02+rng.Float64()*0.15)
	}
	return p
}

// TestTwoAssets has the closed form w = (σ₂² − σ₁₂) / (σ₁² + σ₂² − 2σ₁₂).
func TestTwoAssets(t *testing.T) {
	p := Problem{Covariance: [][]float64{{0.04, 0.006}, {0.006, 0.01}}, Low: -1, High: 2}
	s, err := MinVolatility(p)
	if err != nil {
		t.Fatal(err)
	}
	want := (0.01 - 0.006) / (0.04 + 0.01 - 2*0.006)
	if math.Abs(s.Weights[0]-want) > 1e-12 {
		t.Errorf("got %v, want %v", s.Weights[0], want)
	}
}

// TestNoFeasibleStepIsBetter holds the first-order conditions: moving weight from any
// asset that may give to any that may take does not lower the volatility.
func TestNoFeasibleStepIsBetter(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		p := randomProblem(rng, 2+rng.IntN(25))
		if seed%3 == 1 {
			p.Low, p.High = -0.2, 0.7
		}
		s, err := MinVolatility(p)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		feasible(t, seed, &p, s.Weights)
		gradient := make([]float64, len(s.Weights))
		for i := range gradient {
			gradient[i] = series.Dot(p.Covariance[i], s.Weights)
		}
		for i := range gradient {
			for j := range gradient {
				if s.Weights[i] > p.Low+1e-9 && s.Weights[j] < p.High-1e-9 && gradient[j]-gradient[i] < -1e-9 {
					t.Fatalf("seed %d: moving from %d to %d lowers the volatility", seed, i, j)
				}
			}
		}
	}
}

func feasible(t *testing.T, seed uint64, p *Problem, w []float64) {
	t.Helper()
	if sum := series.Sum(w); math.Abs(sum-1) > 1e-10 {
		t.Errorf("seed %d: weights sum to %v", seed, sum)
	}
	for i, x := range w {
		if x < p.Low-1e-12 || x > p.High+1e-12 {
			t.Errorf("seed %d: weight %d is %v", seed, i, x)
		}
	}
}

func TestFrontierRisesAndSharpeIsItsBest(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 5))
		p := randomProblem(rng, 3+rng.IntN(15))
		best, err := MaxSharpe(p)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		feasible(t, seed, &p, best.Weights)
		low, err := MinVolatility(p)
		if err != nil {
			t.Fatal(err)
		}
		top := p.solution(p.fill(func(a, b int) bool { return p.Expected[a] > p.Expected[b] })).Return
		previous := low.Volatility
		for k := range 21 {
			target := low.Return + (top-low.Return)*float64(k)/20
			s, err := EfficientReturn(p, target)
			if err != nil {
				t.Fatalf("seed %d, target %v: %v", seed, target, err)
			}
			feasible(t, seed, &p, s.Weights)
			if s.Return < target-1e-9 || s.Volatility < previous-1e-9 {
				t.Errorf("seed %d: return %v for target %v, volatility %v after %v", seed, s.Return, target, s.Volatility, previous)
			}
			if s.Sharpe > best.Sharpe+1e-9 {
				t.Errorf("seed %d: the frontier has a Sharpe ratio of %v, the best is %v", seed, s.Sharpe, best.Sharpe)
			}
			previous = s.Volatility
		}
	}
}

func TestRiskParityContributionsAreEqual(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 9))
		p := randomProblem(rng, 2+rng.IntN(40))
		var budget []float64
		if seed%2 == 1 {
			for range p.Covariance {
				budget = append(budget, 0.2+rng.Float64())
			}
		}
		s, err := RiskParity(p, budget)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		variance, total := s.Volatility*s.Volatility, float64(len(s.Weights))
		if budget != nil {
			total = series.Sum(budget)
		}
		for i, w := range s.Weights {
			share := w * series.Dot(p.Covariance[i], s.Weights) / variance
			want := 1 / total
			if budget != nil {
				want = budget[i] / total
			}
			if math.Abs(share-want) > 1e-10 {
				t.Fatalf("seed %d: asset %d bears %v of the variance, want %v", seed, i, share, want)
			}
		}
	}
}

func TestMaxDiversificationBeatsOthers(t *testing.T) {
	ratio := func(p *Problem, w []float64) float64 {
		sum := 0.0
		for i := range w {
			sum += w[i] * math.Sqrt(p.Covariance[i][i])
		}
		return sum / math.Sqrt(quadratic(p.Covariance, w))
	}
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 13))
		p := randomProblem(rng, 8)
		s, err := MaxDiversification(p)
		if err != nil {
			t.Fatal(err)
		}
		best := ratio(&p, s.Weights)
		for range 200 {
			w, sum := make([]float64, 8), 0.0
			for i := range w {
				w[i] = rng.ExpFloat64()
				sum += w[i]
			}
			for i := range w {
				w[i] /= sum
			}
			if got := ratio(&p, w); got > best+1e-9 {
				t.Fatalf("seed %d: random weights reach %v, the best is %v", seed, got, best)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	good := randomProblem(rand.New(rand.NewPCG(1, 1)), 4)
	change := func(f func(*Problem)) Problem { p := good; f(&p); return p }
	for name, c := range map[string]struct {
		p    Problem
		want error
	}{
		"empty":         {Problem{High: 1}, ErrEmpty},
		"not square":    {change(func(p *Problem) { p.Covariance = p.Covariance[:3] }), ErrShape},
		"bounds":        {change(func(p *Problem) { p.High = 0.2 }), ErrInfeasible},
		"crossed":       {change(func(p *Problem) { p.Low, p.High = 1, 0 }), ErrInfeasible},
		"no variance":   {Problem{Covariance: [][]float64{{0}}, High: 1}, ErrShape},
		"not a number":  {Problem{Covariance: [][]float64{{math.NaN()}}, High: 1}, ErrShape},
		"wrong returns": {change(func(p *Problem) { p.Expected = p.Expected[:2] }), ErrExpected},
	} {
		if _, err := MinVolatility(c.p); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if _, err := EfficientReturn(good, 9); !errors.Is(err, ErrTarget) {
		t.Errorf("unreachable target: got %v", err)
	}
	if _, err := MaxSharpe(change(func(p *Problem) { p.RiskFree = 1 })); !errors.Is(err, ErrNoExcess) {
		t.Errorf("no excess return: got %v", err)
	}
}

func BenchmarkMinVolatility500(b *testing.B) {
	p := randomProblem(rand.New(rand.NewPCG(1, 500)), 500)
	defer cputime.Report(b)()
	for b.Loop() {
		if _, err := MinVolatility(p); err != nil {
			b.Fatal(err)
		}
	}
}
