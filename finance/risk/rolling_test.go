package risk

import (
	"math"
	"testing"
)

// Every rolling figure is what its measure gives of the window alone, over ordinary
// series, a quiet stretch after an outlier, one that stands still, and a total loss.
func TestRollIsEachWindowAlone(t *testing.T) {
	for seed := range uint64(12) {
		n := 300
		s := Sample{Returns: random(seed, n), Benchmark: random(seed+100, n), RiskFree: random(seed+200, n), PeriodsPerYear: 252}
		s.Returns[60], s.Benchmark[61] = 3, -0.9 // outliers
		for i := 70; i < 110; i++ {
			s.Returns[i] *= 1e-5
			s.Benchmark[i] = 0.0002
		}
		for i := 130; i < 170; i++ {
			s.Returns[i], s.RiskFree[i] = 0.1, 0.0001
		}
		if seed%3 == 2 {
			s.Returns[200], s.Returns[240] = -1, -1.5
		}
		for _, window := range []int{2, 3, 20, 63, 299, 300} {
			got, err := Roll(s, window)
			if err != nil {
				t.Fatal(err)
			}
			for i := range n {
				if i+1 < window {
					for _, f := range []Figure{got.Return[i], got.Volatility[i], got.Sharpe[i], got.MaxDrawdown[i], got.Beta[i], got.Correlation[i], got.TrackingError[i]} {
						if f.Reason != TooShort {
							t.Fatalf("period %d of a window of %d: %+v", i, window, f)
						}
					}
					continue
				}
				r, b, e := s.Returns[i+1-window:i+1], s.Benchmark[i+1-window:i+1], Excess(s.Returns, s.RiskFree)[i+1-window:i+1]
				against := Compare(r, b, nil, 252)
				for name, pair := range map[string][2]Figure{
					"return": {got.Return[i], TotalReturn(r)}, "volatility": {got.Volatility[i], AnnualVolatility(r, 252)}, "sharpe": {got.Sharpe[i], Sharpe(e, 252)},
					"max drawdown": {got.MaxDrawdown[i], MaxDrawdown(r)}, "beta": {got.Beta[i], against.Beta}, "correlation": {got.Correlation[i], against.Correlation},
					"tracking error": {got.TrackingError[i], against.TrackingError},
				} {
					if pair[0].Reason != pair[1].Reason || math.Abs(pair[0].Value-pair[1].Value) > 1e-12+1e-8*math.Abs(pair[1].Value) {
						t.Fatalf("seed %d, window %d, period %d, %s: rolled %+v, alone %+v", seed, window, i, name, pair[0], pair[1])
					}
				}
			}
		}
	}
}

func TestRollRefuses(t *testing.T) {
	if _, err := Roll(Sample{Returns: pencil, PeriodsPerYear: 252}, 1); err == nil {
		t.Error("a window of one period was taken")
	}
	if _, err := Roll(Sample{Returns: []float64{math.Inf(1)}, PeriodsPerYear: 252}, 2); err == nil {
		t.Error("an infinite return was taken")
	}
	long, err := Roll(Sample{Returns: pencil, PeriodsPerYear: 252}, 9)
	if err != nil || long.Return[3].Reason != TooShort || long.Beta != nil {
		t.Errorf("a window longer than the series: %+v, %v", long, err)
	}
}

func BenchmarkRoll(b *testing.B) {
	s := Sample{Returns: random(1, 2520), Benchmark: random(2, 2520), RiskFree: random(3, 2520), PeriodsPerYear: 252}
	for b.Loop() {
		if _, err := Roll(s, 252); err != nil {
			b.Fatal(err)
		}
	}
}
