package series

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"
)

func random(seed uint64, n int) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Round(rng.NormFloat64()*20) / 10 // ties are common
	}
	return x
}

// Quantiles against sorting, and the partition that Quantile promises.
func TestQuantileAgainstSorting(t *testing.T) {
	for seed := range uint64(300) {
		x := random(seed, 1+int(seed))
		sorted := append([]float64(nil), x...)
		sort.Float64s(sorted)
		for _, p := range []float64{0, 0.01, 0.05, 0.3, 0.5, 0.95, 1} {
			at := float64(len(x)-1) * p
			low := int(at)
			want := sorted[low] + (at-float64(low))*(sorted[min(low+1, len(x)-1)]-sorted[low])
			work := append([]float64(nil), x...)
			if got := Quantile(work, p); math.Abs(got-want) > 1e-15 {
				t.Fatalf("seed %d, p %v: got %v, want %v", seed, p, got, want)
			}
			for i, v := range work {
				if (i < low && v > work[low]) || (i > low && v < work[low]) {
					t.Fatalf("seed %d, p %v: %v stands at %d on the wrong side", seed, p, v, i)
				}
			}
		}
	}
}

// numpy.quantile([1, 2, 3, 4], 0.4) = 2.2 (rule 7).
func TestQuantilePublished(t *testing.T) {
	if got := Quantile([]float64{4, 1, 3, 2}, 0.4); math.Abs(got-2.2) > 1e-15 {
		t.Error(got)
	}
}

func TestMoments(t *testing.T) {
	x := []float64{2, 4, 4, 4, 5, 5, 7, 9} // the textbook series of mean 5 and population deviation 2
	if Mean(x) != 5 || math.Abs(StdDev(x)-math.Sqrt(32.0/7)) > 1e-15 || Largest(x) != 9 {
		t.Error(Mean(x), StdDev(x), Largest(x))
	}
	second, third, fourth := Deviations(x, 5)
	if second != 32 || third != 42 || fourth != 356 {
		t.Error(second, third, fourth)
	}
	if Dot(x, x) != 232 || CrossDeviations(x, x, 5, 5) != 32 || CrossDeviations(x[:3], x[1:], 0, 0) != 8+16+16 {
		t.Error(Dot(x, x))
	}
	if !math.IsNaN(Variance([]float64{1})) || Variance([]float64{0.1, 0.1, 0.1}) != 0 {
		t.Error("one value has no variance, a constant series none at all")
	}
	if FirstBad([]float64{1, math.Inf(1)}) != 1 || FirstBad([]float64{1, math.NaN()}) != 1 || FirstBad(x) != -1 {
		t.Error("FirstBad")
	}
	if Sum(nil) != 0 || Sum([]float64{1, 2, 3, 4, 5, 6, 7}) != 28 {
		t.Error("Sum")
	}
}

func BenchmarkQuantile2520(b *testing.B) {
	x := random(1, 2520)
	for i := range x {
		x[i] += float64(i) * 1e-9
	}
	work := make([]float64, len(x))
	for b.Loop() {
		copy(work, x)
		Quantile(work, 0.05)
	}
}
