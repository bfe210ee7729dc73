package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/series"
)

// scenarios are fat-tailed returns of n assets and their covariance.
func scenarios(seed uint64, periods, n int) (Problem, [][]float64) {
	rng := rand.New(rand.NewPCG(seed, 51))
	p := Problem{Low: 0, High: 1, Covariance: make([][]float64, n)}
	rows := make([][]float64, periods)
	for t := range rows {
		rows[t] = make([]float64, n)
		market := 0.01 * rng.NormFloat64()
		if rng.IntN(20) == 0 {
			market *= 4
		}
		for i := range n {
			rows[t][i] = 0.0004 + (0.5+float64(i)/float64(n))*market + 0.01*rng.NormFloat64()*(1+rng.ExpFloat64())
		}
	}
	for i := range n {
		p.Covariance[i] = make([]float64, n)
		for j := range n {
			for t := range rows {
				p.Covariance[i][j] += rows[t][i] * rows[t][j] / float64(periods)
			}
		}
	}
	return p, rows
}

func TestMinShortfall(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 52))
		n := 2 + rng.IntN(12)
		p, rows := scenarios(seed, 150+rng.IntN(300), n)
		if seed%3 == 1 {
			p.High = 0.6
			p.Rows = []Row{Group("first half", n, []int{0}, 0.1, 0.4)}
		}
		if seed%3 == 2 {
			p.Low, p.Gross = -0.5, 1.6
		}
		s, err := MinShortfall(p, rows, 0.95)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if s.Violation > 1e-9 || s.Shortfall-s.Bound > 1e-8 || s.Shortfall < s.VaR {
			t.Fatalf("seed %d: %+v", seed, s)
		}
		// no other weights do better, least of all those nearby
		measure := newWorst(rows, 0.05*float64(len(rows)))
		for range 300 {
			w := append([]float64(nil), s.Weights...)
			i, j, d := rng.IntN(n), rng.IntN(n), 0.2*rng.Float64()*rng.Float64()
			w[i] += d
			w[j] -= d
			if p.Violation(w) > 1e-12 {
				continue
			}
			if loss, _, _ := measure.of(w); loss < s.Shortfall-1e-8 {
				t.Fatalf("seed %d: moving %v from %d to %d lowers the shortfall from %v to %v", seed, d, j, i, s.Shortfall, loss)
			}
		}
	}
}

// TestShortfallOfTwoPeriods has an answer by hand: the worst half of two periods is the
// worse one, and equal losses, 3a − 1 = 1 − 2a at a = 0.4, are the least worst.
func TestShortfallOfTwoPeriods(t *testing.T) {
	p := Problem{Covariance: [][]float64{{1, 0}, {0, 1}}, High: 1}
	s, err := MinShortfall(p, [][]float64{{-2, 1}, {1, -1}}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(s.Weights[0]-0.4) > 1e-9 || math.Abs(s.Shortfall-0.2) > 1e-9 || math.Abs(series.Sum(s.Weights)-1) > 1e-12 {
		t.Errorf("got %+v", s)
	}
	if _, err := MinShortfall(p, [][]float64{{-2, 1}, {1, -1}}, 0.9); !errors.Is(err, ErrPeriods) {
		t.Errorf("got %v", err)
	}
	if _, err := MinShortfall(p, [][]float64{{-2, 1}, {1}}, 0.5); !errors.Is(err, ErrPeriods) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkMinShortfall50(b *testing.B) {
	p, rows := scenarios(1, 1260, 50)
	for b.Loop() {
		if _, err := MinShortfall(p, rows, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}
