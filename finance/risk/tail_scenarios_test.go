package risk

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Five days with λ = 1/2: weights 16, 8, 4, 2 and 1 of 31, the last day first.
func TestAgeWeightedByHand(t *testing.T) {
	s, err := AgeWeighted(5, 0.5)
	if err != nil || !near(s.Probability[4], 16.0/31, 1e-14) || !near(s.Probability[0], 1.0/31, 1e-13) {
		t.Fatalf("got %v, %v", s, err)
	}
	// worst first: −5 % (weight 2), −4 % (1), −1 % (16), 2 %, 3 %. Below a tenth of
	// the probability, 3.1 of 31, lie the first two whole and 0.1 of the third.
	returns := []float64{-0.04, -0.05, 0.02, 0.03, -0.01}
	got := s.Tail(returns, 0.9)
	if want := (2*0.05 + 1*0.04 + 0.1*0.01) / 3.1; !near(got.VaR.Value, 0.01, 1e-12) || !near(got.ES.Value, want, 1e-12) {
		t.Errorf("got %+v, want 0.01 and %v", got, want)
	}
	if got := s.Tail(returns, 0.95); !near(got.VaR.Value, 0.05, 1e-12) || !near(got.ES.Value, 0.05, 1e-12) {
		t.Errorf("got %+v", got)
	}
	// the weight at the edge is exactly reached: 3 of 31
	if got := s.Tail(returns, 28.0/31); !near(got.VaR.Value, 0.04, 1e-12) {
		t.Errorf("got %+v", got)
	}
	for _, bad := range []float64{0, 1, math.NaN()} {
		if _, err := AgeWeighted(5, bad); !errors.Is(err, ErrDecay) {
			t.Errorf("decay %v: %v", bad, err)
		}
	}
}

// With history at half of today's volatility, filtered tails are twice the plain.
func TestFilteredByHand(t *testing.T) {
	returns, variances := random(3, 200), make([]float64, 200)
	for i := range variances {
		variances[i] = 1e-4
	}
	s, reason := Filtered(variances, 4e-4, 20)
	plain, got := HistoricalTail(returns[20:], 0.95), s.Tail(returns, 0.95)
	if reason != "" || !near(got.VaR.Value, 2*plain.VaR.Value, 1e-12) || !near(got.ES.Value, 2*plain.ES.Value, 1e-12) {
		t.Errorf("got %+v, plain %+v", got, plain)
	}
	if _, reason := Filtered(variances, 1, 180); reason != TooShort {
		t.Error(reason)
	}
	variances[100] = 0
	if _, reason := Filtered(variances, 1, 0); reason != NoVolatility {
		t.Error(reason)
	}
}

// kinds are scenarios of n periods of every sort.
func kinds(n int, seed uint64) []Scenarios {
	aged, _ := AgeWeighted(n, 0.98)
	variances := make([]float64, n)
	rng := rand.New(rand.NewPCG(seed, 8))
	for i := range variances {
		variances[i] = 1e-4 * (0.5 + rng.Float64())
	}
	filtered, _ := Filtered(variances, 2e-4, 10)
	return []Scenarios{{}, aged, filtered}
}

func TestScenarioLaws(t *testing.T) {
	for seed := range uint64(40) {
		n := 50 + int(seed)*13
		columns, weights := make([][]float64, 4), []float64{0.5, -0.3, 0.7, 0.1}
		for i := range columns {
			columns[i] = random(seed*10+uint64(i), n)
		}
		book := Weigh(columns, weights)
		for k, s := range kinds(n, seed) {
			last := math.Inf(-1)
			for _, level := range levels {
				p := s.Parts(columns, weights, level)
				if p.ES.Value < p.VaR.Value || p.VaR.Value < last {
					t.Fatalf("seed %d, kind %d: %+v after VaR %v", seed, k, p.Tail, last)
				}
				last = p.VaR.Value
				es, v := 0.0, 0.0
				for i := range weights {
					es += p.ComponentES[i]
				}
				for _, c := range p.ComponentVaR {
					v += c
				}
				if !near(es, p.ES.Value, 1e-12) || (p.NoComponentVaR == "" && !near(v, p.VaR.Value, 1e-12)) {
					t.Fatalf("seed %d, kind %d at %v: parts %v of ES %v, %v of VaR %v", seed, k, level, es, p.ES.Value, v, p.VaR.Value)
				}
				// a share of the tail moves ES by its part: the slope of a coherent measure
				bumped := slices.Clone(weights)
				bumped[2] *= 1 + 1e-7
				slope := (s.Tail(Weigh(columns, bumped), level).ES.Value - p.ES.Value) / 1e-7
				if math.Abs(slope-p.ComponentES[2]) > 1e-5*math.Abs(p.ES.Value) {
					t.Fatalf("seed %d, kind %d at %v: slope %v, part %v", seed, k, level, slope, p.ComponentES[2])
				}
			}
		}
		// cash is what every position leaves behind: of one position all is incremental
		one := make([]float64, n)
		vars, shortfalls := Incremental([][]float64{book, one}, []float64{1, 3}, func(r []float64) Tail { return HistoricalTail(r, 0.95) })
		whole := HistoricalTail(book, 0.95)
		if vars[0] != whole.VaR || shortfalls[0] != whole.ES || vars[1].Value != 0 {
			t.Fatalf("seed %d: incremental %v %v of %v", seed, vars, shortfalls, whole)
		}
	}
}

func TestHorizons(t *testing.T) {
	if got := Overlapping([]float64{0.1, -0.1, 0.2}, 2); len(got) != 2 || !near(got[0], -0.01, 1e-12) || !near(got[1], 0.08, 1e-12) {
		t.Errorf("got %v", got)
	}
	if Overlapping([]float64{1}, 2) != nil || Overlapping([]float64{1}, 0) != nil {
		t.Error("a stretch longer than history")
	}
	got := Tail{0.95, measured(0.02), missing(OutsideDomain)}.OverHorizon(4)
	if got.VaR.Value != 0.04 || got.ES.Reason != OutsideDomain {
		t.Errorf("got %+v", got)
	}
	if got := (Scenarios{}).Tail(nil, 0.9); got.VaR.Reason != Empty {
		t.Errorf("got %+v", got)
	}
	if got := (Scenarios{}).Tail([]float64{math.Inf(1)}, 0.9); got.VaR.Reason != OutOfRange {
		t.Errorf("got %+v", got)
	}
}

func BenchmarkAgeWeightedTail1260(b *testing.B) {
	r := random(1, 1260)
	s, _ := AgeWeighted(1260, 0.98)
	for b.Loop() {
		s.Tail(r, 0.95)
	}
}
