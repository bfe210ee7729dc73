package series

import (
	"math"
	"math/rand/v2"
	"slices"
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

// LowTail against sorting, on series that a sample of every 16th value misleads too.
func TestLowTailAgainstSorting(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 5))
		x := random(seed, 1+rng.IntN(2000))
		for i := range x {
			switch {
			case seed%4 == 1:
				x[i] = float64(rng.IntN(5)) // ties
			case seed%4 == 2 && i%16 != 0:
				x[i] += 50 // what is sampled lies below all else
			case seed%4 == 3 && i%16 == 0:
				x[i] += 50
			}
		}
		before := slices.Clone(x)
		for _, p := range []float64{0, 0.01, 0.05, 0.5, 0.99, 1} {
			want := Quantile(slices.Clone(x), p)
			sum, count := 0.0, 0.0
			for _, v := range x {
				if v <= want {
					sum, count = sum+v, count+1
				}
			}
			quantile, mean := LowTail(x, p, make([]float64, 2*len(x)))
			if quantile != want || mean != sum/count {
				t.Fatalf("seed %d, share %v of %d: %v and %v, want %v and %v", seed, p, len(x), quantile, mean, want, sum/count)
			}
		}
		if !slices.Equal(x, before) {
			t.Fatalf("seed %d: the series was changed", seed)
		}
	}
}

func BenchmarkLowTail1260(b *testing.B) {
	x, work := random(1, 1260), make([]float64, 2520)
	for range b.N {
		LowTail(x, 0.05, work)
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
