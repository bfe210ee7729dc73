package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// He and Litterman, The intuition behind Black-Litterman model portfolios (1999),
// tables 1 to 4: Australia, Canada, France, Germany, Japan, UK, USA, with risk
// aversion 2.5 and τ 0.05, and the view that Germany returns 5 % over the rest of
// Europe by capitalisation. Figures in percent to one decimal.
func heLitterman() Market {
	deviations := []float64{0.160, 0.203, 0.248, 0.271, 0.210, 0.200, 0.187}
	lower := [][]float64{{}, {0.488}, {0.478, 0.664}, {0.515, 0.655, 0.861}, {0.439, 0.310, 0.355, 0.354},
		{0.512, 0.608, 0.783, 0.777, 0.405}, {0.491, 0.779, 0.668, 0.653, 0.306, 0.652}}
	c := make([][]float64, 7)
	for i := range c {
		c[i] = make([]float64, 7)
		c[i][i] = deviations[i] * deviations[i]
		for j := range i {
			c[i][j] = lower[i][j] * deviations[i] * deviations[j]
			c[j][i] = c[i][j]
		}
	}
	return Market{Covariance: c, Weights: []float64{0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615}, Aversion: 2.5, Tau: 0.05}
}

var germany = View{Weights: []float64{0, 0, -0.052 / 0.176, 1, 0, -0.124 / 0.176, 0}, Return: 0.05, Uncertainty: math.NaN()}

func TestHeLitterman(t *testing.T) {
	b, err := BlackLitterman(heLitterman(), []View{germany})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"equilibrium", b.Equilibrium, []float64{3.9, 6.9, 8.4, 9.0, 4.3, 6.8, 7.6}},
		{"expected", b.Expected, []float64{4.3, 7.6, 9.3, 11.0, 4.5, 7.0, 8.1}},
		{"weights", b.Weights, []float64{1.5, 2.1, -4.0, 35.4, 11.0, -9.5, 58.6}},
	} {
		for i, want := range c.want {
			if math.Abs(100*c.got[i]-want) > 0.06 {
				t.Errorf("%s %d: %.2f, want %v", c.name, i, 100*c.got[i], want)
			}
		}
	}
	if math.Abs(b.Uncertainty[0]/0.05-0.021) > 5e-4 {
		t.Errorf("ω/τ is %v, want 0.021", b.Uncertainty[0]/0.05)
	}
}

// Laws: without views the weights are the market's over 1 + τ; a certain view
// comes true, one without confidence changes nothing, and half a confidence goes
// half the way; views do not depend on their scale; the covariance stays above Σ.
func TestBlackLittermanLaws(t *testing.T) {
	m := heLitterman()
	m.RiskFree = 0.02
	none, err := BlackLitterman(m, nil)
	for i, w := range none.Weights {
		if err != nil || math.Abs(w-m.Weights[i]/1.05) > 1e-12 {
			t.Fatalf("got %v, %v", none.Weights, err)
		}
	}
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 6))
		v := View{Weights: make([]float64, 7), Return: 0.05 * rng.NormFloat64()}
		for i := range v.Weights {
			v.Weights[i] = rng.NormFloat64()
		}
		at := func(confidence, scale float64) *Beliefs {
			w := View{Weights: make([]float64, 7), Return: v.Return * scale}
			for i := range w.Weights {
				w.Weights[i] = v.Weights[i] * scale
			}
			if w.Uncertainty, err = Confident(m.Covariance, w.Weights, m.Tau, confidence); err != nil {
				t.Fatal(err)
			}
			b, err := BlackLitterman(m, []View{w})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		certain, half, double, ignored := at(1, 1), at(0.5, 1), at(0.5, 2), at(0, 1)
		told := 0.0
		for i, w := range v.Weights {
			told += w * certain.Expected[i]
			if ignored.Expected[i] != none.Expected[i] || math.Abs(double.Expected[i]-half.Expected[i]) > 1e-12 {
				t.Fatalf("seed %d: ignored %v, twice %v, once %v", seed, ignored.Expected[i], double.Expected[i], half.Expected[i])
			}
			if middle := (none.Expected[i] + certain.Expected[i]) / 2; math.Abs(half.Expected[i]-middle) > 1e-12 {
				t.Fatalf("seed %d: half the confidence %v, half the way %v", seed, half.Expected[i], middle)
			}
			if half.Covariance[i][i] < m.Covariance[i][i] || half.Covariance[i][i] > none.Covariance[i][i] {
				t.Fatalf("seed %d: variance %v", seed, half.Covariance[i][i])
			}
		}
		if math.Abs(told-v.Return) > 1e-12 {
			t.Fatalf("seed %d: certain of %v, expects %v", seed, v.Return, told)
		}
	}
}

func TestBlackLittermanRefuses(t *testing.T) {
	certain := germany
	certain.Uncertainty = 0
	other := certain
	other.Return = 0.1
	short := heLitterman()
	short.Weights = short.Weights[1:]
	calm := heLitterman()
	calm.Aversion = 0
	for _, c := range []struct {
		name  string
		m     Market
		views []View
		want  error
	}{
		{"contradiction", heLitterman(), []View{certain, other}, ErrSingular},
		{"weights", short, nil, ErrMarket},
		{"aversion", calm, nil, ErrAversion},
		{"no view", heLitterman(), []View{{Weights: make([]float64, 7)}}, ErrView},
		{"a view of nothing known", heLitterman(), []View{{Weights: germany.Weights, Return: math.NaN()}}, ErrView},
		{"no covariance", Market{}, nil, ErrEmpty},
	} {
		if _, err := BlackLitterman(c.m, c.views); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := Confident(nil, nil, 1, 1.1); !errors.Is(err, ErrConfidence) {
		t.Error(err)
	}
}

func BenchmarkBlackLitterman(b *testing.B) {
	m := heLitterman()
	for b.Loop() {
		if _, err := BlackLitterman(m, []View{germany}); err != nil {
			b.Fatal(err)
		}
	}
}
