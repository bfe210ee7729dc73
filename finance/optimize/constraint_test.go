package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/series"
	"github.com/foliosight/foliosight/internal/cputime"
)

// constrained is a random problem with groups, bounds of their own, turnover and gross,
// all of which a known portfolio satisfies.
func constrained(seed uint64) (Problem, []float64) {
	rng := rand.New(rand.NewPCG(seed, 77))
	n := 3 + rng.IntN(20)
	p := randomProblem(rng, n)
	known, sum := make([]float64, n), 0.0
	for i := range known {
		known[i] = rng.ExpFloat64()
		if seed%2 == 1 && i%3 == 0 {
			known[i] = -0.3 * known[i]
		}
		sum += known[i]
	}
	p.Lows, p.Highs = make([]float64, n), make([]float64, n)
	gross := 0.0
	for i := range known {
		known[i] /= sum
		gross += math.Abs(known[i])
		p.Lows[i], p.Highs[i] = known[i]-rng.Float64()*0.5, known[i]+rng.Float64()*0.5
		if seed%2 == 0 {
			p.Lows[i] = math.Max(p.Lows[i], 0)
		}
	}
	for g := range rng.IntN(4) {
		row := make([]float64, n)
		for i := range row {
			if i%4 == g {
				row[i] = 1
			} else if seed%5 == 0 {
				row[i] = rng.NormFloat64()
			}
		}
		at := series.Dot(row, known)
		r := Row{Weights: row, Low: at - 0.1*rng.Float64(), High: at + 0.1*rng.Float64()}
		switch rng.IntN(4) {
		case 0:
			r.Low = math.Inf(-1)
		case 1:
			r.High = math.Inf(1)
		case 2:
			r.Low, r.High = at, at
		}
		p.Rows = append(p.Rows, r)
	}
	if seed%3 > 0 {
		p.Current = make([]float64, n)
		for i := range p.Current {
			p.Current[i] = known[i] + 0.1*rng.NormFloat64()
			p.Turnover += math.Abs(p.Current[i]-known[i]) / 2
		}
		p.Turnover *= 1 + rng.Float64()
	}
	if seed%7 > 3 {
		p.Gross = gross * (1 + 0.2*rng.Float64())
	}
	return p, known
}

// No mixture with other weights that satisfy the constraints has a lower objective.
func TestConstrainedOptimaAreOptimal(t *testing.T) {
	for seed := range uint64(60) {
		p, known := constrained(seed)
		s, err := MinVolatility(p)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if s.Violation > 1e-9 || !(s.Stationarity < 1e-7) {
			t.Fatalf("seed %d: violation %v, stationarity %v", seed, s.Violation, s.Stationarity)
		}
		f, err := EfficientFrontier(p, 9)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		top := f.Corners[len(f.Corners)-1]
		pool := [][]float64{known, s.Weights, top.Weights}
		if top.Return <= p.RiskFree {
			p.RiskFree = top.Return - 0.01
		}
		sharpe, err := MaxSharpe(p)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, c := range slices.Concat(f.Corners, f.Points, []*Solution{sharpe}) {
			if c.Violation > 1e-9 || !(c.Stationarity < 1e-7) {
				t.Fatalf("seed %d: violation %v, stationarity %v at return %v", seed, c.Violation, c.Stationarity, c.Return)
			}
			if (c.Return-p.RiskFree)/c.Volatility > sharpe.Sharpe+1e-9 {
				t.Fatalf("seed %d: Sharpe %v above the best %v", seed, c.Sharpe, sharpe.Sharpe)
			}
		}
		rng := rand.New(rand.NewPCG(seed, 78))
		for range 50 {
			w := make([]float64, len(known))
			a, b := rng.Float64(), rng.Float64()
			for i := range w {
				w[i] = a*pool[0][i] + (1-a)*(b*pool[1][i]+(1-b)*pool[2][i])
			}
			v := p.solution(w)
			if v.Violation > 1e-8 {
				t.Fatalf("seed %d: a mixture breaches by %v", seed, v.Violation)
			}
			if v.Volatility < s.Volatility*(1-1e-9) || v.Return > top.Return+1e-9 || v.Sharpe > sharpe.Sharpe+1e-9 {
				t.Fatalf("seed %d: a mixture beats an optimum", seed)
			}
			least, err := EfficientReturn(p, v.Return)
			if err != nil || least.Volatility > v.Volatility*(1+1e-9) || least.Return < v.Return-1e-9 {
				t.Fatalf("seed %d: return %v: %v, %v", seed, v.Return, least, err)
			}
			most, err := EfficientRisk(p, v.Volatility)
			if err != nil || most.Return < v.Return-1e-8 || most.Volatility > v.Volatility*(1+1e-7) {
				t.Fatalf("seed %d: volatility %v return %v: %+v, %v", seed, v.Volatility, v.Return, most, err)
			}
		}
	}
}

func TestConflictsAreNamed(t *testing.T) {
	base := randomProblem(rand.New(rand.NewPCG(4, 4)), 6)
	for name, c := range map[string]struct {
		change func(*Problem)
		named  []string
		short  float64
	}{
		"two groups ask for more than there is": {func(p *Problem) {
			p.Rows = []Row{Group("tech", 6, []int{0, 1}, 0.6, 1), Group("banks", 6, []int{2, 3}, 0.5, 1)}
		}, []string{"tech", "banks", SumRow, BoundsName}, 0.1},
		"a group cannot hold so much": {func(p *Problem) {
			p.High = 0.3
			p.Rows = []Row{Group("tech", 6, []int{0, 1}, 0.7, 1)}
		}, []string{"tech", BoundsName}, 0.1},
		"too far to go": {func(p *Problem) {
			p.Current = []float64{1, 0, 0, 0, 0, 0}
			p.Turnover = 0.2
			p.Rows = []Row{Group("first", 6, []int{0}, 0, 0.5)}
		}, []string{"first", TurnoverRow}, 0},
		"gross below net": {func(p *Problem) { p.Gross = 0.9; p.Low = -1 }, []string{GrossRow, SumRow}, 0.1},
	} {
		p := base
		c.change(&p)
		_, err := MinVolatility(p)
		var conflict *Conflict
		if !errors.As(err, &conflict) || !errors.Is(err, ErrInfeasible) {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		for _, want := range c.named {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not name %s", name, err, want)
			}
		}
		if c.short > 0 && math.Abs(conflict.Short-c.short) > 1e-6 {
			t.Errorf("%s: short by %v, want %v", name, conflict.Short, c.short)
		}
	}
}

// The names of assets and the unit of variance do not matter.
func TestOrderAndScaleDoNotMatter(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 21))
		n := 2 + rng.IntN(15)
		p := randomProblem(rng, n)
		order := rng.Perm(n)
		q := p
		q.Covariance, q.Expected = make([][]float64, n), make([]float64, n)
		for a, i := range order {
			q.Expected[a] = p.Expected[i]
			q.Covariance[a] = make([]float64, n)
			for b, j := range order {
				q.Covariance[a][b] = 250 * p.Covariance[i][j]
			}
		}
		for name, solve := range map[string]func(Problem) (*Solution, error){
			"minimum volatility": MinVolatility, "Sharpe": MaxSharpe, "diversification": MaxDiversification,
			"parity": func(p Problem) (*Solution, error) { return RiskParity(p, nil) },
		} {
			a, err := solve(p)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, name, err)
			}
			b, err := solve(q)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, name, err)
			}
			for k, i := range order {
				if math.Abs(a.Weights[i]-b.Weights[k]) > 1e-8 {
					t.Fatalf("seed %d: %s: weight %v, in another order and unit %v", seed, name, a.Weights[i], b.Weights[k])
				}
			}
		}
	}
}

func TestFrontierIsMonotoneAndConvex(t *testing.T) {
	for seed := range uint64(40) {
		p, _ := constrained(seed)
		f, err := EfficientFrontier(p, 33)
		if err != nil {
			t.Fatal(err)
		}
		least, err := MinVolatility(p)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(f.Points[0].Volatility-least.Volatility) > 1e-9 {
			t.Errorf("seed %d: the left end has volatility %v, the least is %v", seed, f.Points[0].Volatility, least.Volatility)
		}
		for k := 1; k < len(f.Points); k++ {
			a, b := f.Points[k-1], f.Points[k]
			if b.Return < a.Return-1e-12 || b.Volatility < a.Volatility-1e-10 {
				t.Errorf("seed %d: from (%v, %v) to (%v, %v)", seed, a.Volatility, a.Return, b.Volatility, b.Return)
			}
			// the volatility of the middle is at most the mean of its neighbours'
			if k+1 < len(f.Points) && b.Volatility > (a.Volatility+f.Points[k+1].Volatility)/2+1e-9 {
				t.Errorf("seed %d: point %d bends the wrong way", seed, k)
			}
			direct, err := EfficientReturn(p, b.Return)
			if err != nil || math.Abs(direct.Volatility-b.Volatility) > 1e-8 {
				t.Errorf("seed %d: point %d has volatility %v, the least for its return is %+v (%v)", seed, k, b.Volatility, direct, err)
			}
		}
	}
}

// Assets that are combinations of others have many optima, of one volatility.
func TestSingularCovariance(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 31))
		p := randomProblem(rng, 6)
		q := p
		q.Covariance = make([][]float64, 7)
		for i := range 6 {
			q.Covariance[i] = append(slices.Clone(p.Covariance[i]), p.Covariance[i][2])
		}
		q.Covariance[6] = append(slices.Clone(p.Covariance[2]), p.Covariance[2][2])
		q.Expected = append(slices.Clone(p.Expected), p.Expected[2])
		p.Low, p.High, q.Low, q.High = -1, 1, -1, 1
		a, err := MinVolatility(p)
		if err != nil {
			t.Fatal(err)
		}
		b, err := MinVolatility(q)
		if err != nil || math.Abs(a.Volatility-b.Volatility) > 1e-7 || b.Violation > 1e-9 {
			t.Errorf("seed %d: %v alone, %+v doubled (%v)", seed, a.Volatility, b, err)
		}
	}
	// fewer observations than assets: some long/short portfolio does not move at all
	rng := rand.New(rand.NewPCG(5, 5))
	few := Problem{Covariance: make([][]float64, 12), Low: -2, High: 2}
	days := make([][]float64, 12)
	for i := range days {
		days[i] = []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		few.Expected = append(few.Expected, rng.Float64())
	}
	for i := range days {
		for j := range days {
			few.Covariance[i] = append(few.Covariance[i], series.Dot(days[i], days[j]))
		}
	}
	still, err := MinVolatility(few)
	if err != nil || still.Ridge == 0 || still.Volatility > 1e-4 || still.Violation > 1e-9 {
		t.Errorf("got %+v (%v)", still, err)
	}
	if f, err := EfficientFrontier(few, 5); err != nil || f.Points[4].Violation > 1e-9 {
		t.Errorf("got %v", err)
	}
	if _, err := MinVolatility(Problem{Covariance: [][]float64{{1, 2}, {2, 1}}, High: 1}); !errors.Is(err, ErrIndefinite) {
		t.Errorf("got %v", err)
	}
}

func TestHierarchicalWeightsArePositive(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 33))
		s, err := HierarchicalRiskParity(randomProblem(rng, 1+rng.IntN(40)), "average")
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(series.Sum(s.Weights)-1) > 1e-12 || slices.Min(s.Weights) <= 0 {
			t.Errorf("seed %d: %v", seed, s.Weights)
		}
	}
}

func BenchmarkHierarchical500(b *testing.B) {
	p := randomProblem(rand.New(rand.NewPCG(1, 500)), 500)
	defer cputime.Report(b)()
	for b.Loop() {
		if _, err := HierarchicalRiskParity(p, "single"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMaxSharpe100(b *testing.B) {
	p := randomProblem(rand.New(rand.NewPCG(1, 100)), 100)
	for b.Loop() {
		if _, err := MaxSharpe(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFrontier100(b *testing.B) {
	p := randomProblem(rand.New(rand.NewPCG(1, 100)), 100)
	for b.Loop() {
		if _, err := EfficientFrontier(p, 50); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkConstrained200 has twelve groups and a turnover limit.
func BenchmarkConstrained200(b *testing.B) {
	const n = 200
	p := randomProblem(rand.New(rand.NewPCG(1, n)), n)
	p.High, p.Turnover, p.Current = 0.05, 0.3, make([]float64, n)
	for i := range p.Current {
		p.Current[i] = 1.0 / n
	}
	for g := range 12 {
		var members []int
		for i := g; i < n; i += 12 {
			members = append(members, i)
		}
		p.Rows = append(p.Rows, Group("", n, members, 0.05, 0.15))
	}
	for b.Loop() {
		if _, err := MinVolatility(p); err != nil {
			b.Fatal(err)
		}
	}
}
