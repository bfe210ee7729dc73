package risk

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/series"
)

// skewed is returns of names with common crashes.
func skewed(seed uint64, names, periods int) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 71))
	out := panelOf(seed, names, periods)
	for t := range periods {
		if rng.IntN(20) == 0 {
			for i := range out {
				out[i][t] -= 0.02 * rng.Float64() * float64(1+i%3)
			}
		}
	}
	return out
}

type parted func(columns [][]float64, weights []float64, confidence float64) TailParts

var partings = map[string]struct {
	parts parted
	whole func(returns []float64, confidence float64) Tail
}{
	"normal":         {NormalParts, NormalTail},
	"student_t":      {StudentParts, StudentTail},
	"cornish_fisher": {CornishFisherParts, func(r []float64, level float64) Tail { return CornishFisherTail(r, level).Tail }},
}

func TestParametricPartsAddUp(t *testing.T) {
	for name, m := range partings {
		for seed := range uint64(12) {
			columns := skewed(seed, 2+int(seed)%5, 300)
			rng := rand.New(rand.NewPCG(seed, 72))
			weights := make([]float64, len(columns))
			for i := range weights {
				weights[i] = 1000 * rng.NormFloat64()
			}
			for _, level := range []float64{0.6, 0.95, 0.99} {
				whole := m.whole(Weigh(columns, weights), level)
				p := m.parts(columns, weights, level)
				if p.VaR != whole.VaR || p.ES != whole.ES {
					t.Fatalf("%s, seed %d: %+v, want %+v", name, seed, p.Tail, whole)
				}
				if !near(series.Sum(p.ComponentVaR), p.VaR.Value, 1e-9) {
					t.Fatalf("%s, seed %d at %v: parts %v of VaR %v", name, seed, level, p.ComponentVaR, p.VaR)
				}
				if whole.ES.Known() != (p.ComponentES != nil) || whole.ES.Known() && !near(series.Sum(p.ComponentES), p.ES.Value, 1e-9) {
					t.Fatalf("%s, seed %d at %v: parts %v of ES %v", name, seed, level, p.ComponentES, p.ES)
				}
			}
		}
	}
}

// Part is weight times the slope: against a small change of each weight.
func TestParametricPartsAreSlopes(t *testing.T) {
	columns, weights := skewed(3, 4, 400), []float64{2, -1, 3, 0.5}
	for _, name := range []string{"normal", "cornish_fisher"} {
		m := partings[name]
		p := m.parts(columns, weights, 0.95)
		for i := range weights {
			step := 1e-4
			at := func(h float64) Tail {
				w := append([]float64(nil), weights...)
				w[i] += h
				return m.whole(Weigh(columns, w), 0.95)
			}
			up, down := at(step), at(-step)
			if want := weights[i] * (up.VaR.Value - down.VaR.Value) / (2 * step); math.Abs(p.ComponentVaR[i]-want) > 1e-7 {
				t.Errorf("%s: part %d of VaR is %v, slope %v", name, i, p.ComponentVaR[i], want)
			}
			if want := weights[i] * (up.ES.Value - down.ES.Value) / (2 * step); math.Abs(p.ComponentES[i]-want) > 1e-7 {
				t.Errorf("%s: part %d of ES is %v, slope %v", name, i, p.ComponentES[i], want)
			}
		}
	}
}

// Normal parts with the means taken out are those of the covariance matrix.
func TestNormalPartsAreThoseOfTheCovariance(t *testing.T) {
	columns, weights := panelOf(5, 3, 200), []float64{1, 2, -0.5}
	for _, c := range columns {
		mean := series.Mean(c)
		for i := range c {
			c[i] -= mean
		}
	}
	s := make([][]float64, 3)
	for i := range s {
		s[i] = make([]float64, 3)
		for j := range s {
			s[i][j] = series.Dot(columns[i], columns[j]) / 199
		}
	}
	want, err := ComponentVaR(weights, s, 0.99)
	got := NormalParts(columns, weights, 0.99)
	for i := range weights {
		if err != nil || math.Abs(got.ComponentVaR[i]-want.Component[i]) > 1e-12 {
			t.Errorf("part %d is %v, want %v", i, got.ComponentVaR[i], want.Component[i])
		}
	}
}

func TestParametricPartsReasons(t *testing.T) {
	still := [][]float64{{0.01, 0.01, 0.01, 0.01}, {0, 0, 0, 0}}
	for name, m := range partings {
		p := m.parts(still, []float64{1, 1}, 0.95)
		if p.ComponentVaR != nil || p.ComponentES != nil || p.NoComponentVaR == "" {
			t.Errorf("%s: nothing moves: %+v", name, p)
		}
		p = m.parts([][]float64{{0.01}}, []float64{1}, 0.95)
		if p.ComponentVaR != nil || p.NoComponentVaR == "" {
			t.Errorf("%s: one period: %+v", name, p)
		}
	}
}
