package performance

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/cputime"
)

func flow(day string, amount float64) Flow { return Flow{date.MustParse(day), amount} }

// The worked example of Microsoft's XIRR page: 37.3362535 %.
func TestXIRRPublishedExample(t *testing.T) {
	got, err := XIRR([]Flow{
		flow("2008-01-01", -10000), flow("2008-03-01", 2750), flow("2008-10-30", 4250),
		flow("2009-02-15", 3250), flow("2009-04-01", 2750),
	})
	if err != nil || math.Abs(got.Rate-0.373362535) > 5e-9 || got.Roots != nil {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestIRR(t *testing.T) {
	for _, c := range []struct {
		name    string
		amounts []float64
		rate    float64
		roots   []float64
		err     error
		within  float64
	}{
		{"numpy-financial's first example", []float64{-100, 39, 59, 55, 20}, 0.2809484211599611, nil, nil, 0},
		{"a year at ten percent", []float64{-100, 110}, 0.1, nil, nil, 0},
		{"what is paid back is all there was", []float64{-100, 50, 50}, 0, nil, nil, 0},
		{"nothing comes back but a thousandth", []float64{-1000, 1}, -0.999, nil, nil, 0},
		{"pump and pit: two rates, 0.25 and 4 (Lorie and Savage, 1955)", []float64{-1600, 10000, -10000}, 0.25, []float64{0.25, 4}, nil, 0},
		{"three rates, 0, 1 and 2", []float64{-1, 6, -11, 6}, 0, []float64{0, 1, 2}, nil, 0},
		{"two rates fall together at 100 %", []float64{-1, 4, -4}, 1, nil, nil, 1e-6},
		{"nine rates fall together at zero", []float64{-1, 9, -36, 84, -126, 126, -84, 36, -9, 1}, 0, nil, nil, 0.05},
		{"no rate: 1 - 2v + 2v² is never zero", []float64{1, -2, 2}, 0, nil, ErrNoRoot, 0},
		{"only outflows", []float64{-1, -2}, 0, nil, ErrNoSignChange, 0},
		{"zeros", []float64{0, 0}, 0, nil, ErrNoSignChange, 0},
		{"nothing", nil, 0, nil, ErrNoFlows, 0},
		{"not a number", []float64{-1, math.NaN(), 2}, 0, nil, ErrNotFinite, 0},
		{"infinite", []float64{-1, math.Inf(1)}, 0, nil, ErrNotFinite, 0},
	} {
		got, err := IRR(c.amounts)
		if !errors.Is(err, c.err) || math.Abs(got.Rate-c.rate) > c.within+1e-7 || len(got.Roots) != len(c.roots) {
			t.Errorf("%s: got %v, %v; want %v %v, %v", c.name, got, err, c.rate, c.roots, c.err)
			continue
		}
		for i, r := range c.roots {
			if math.Abs(got.Roots[i]-r) > 1e-9 {
				t.Errorf("%s: roots %v, want %v", c.name, got.Roots, c.roots)
			}
		}
	}
}

func TestXIRRReasons(t *testing.T) {
	for _, c := range []struct {
		flows  []Flow
		reason string
	}{
		{nil, "empty"},
		{[]Flow{flow("2024-01-01", 5)}, "no_sign_change"},
		{[]Flow{flow("2024-01-01", 5), flow("2024-01-01", -4)}, "all_same_day"},
		{[]Flow{flow("2024-01-01", 5), flow("2024-01-01", -4), flow("2025-01-01", 1)}, "no_root"},
		{[]Flow{flow("2024-01-01", 5), flow("2024-01-01", -5), flow("2025-01-01", 0)}, "no_root"},
		{[]Flow{flow("2024-01-01", 5), flow("2025-01-01", math.Inf(-1))}, "not_finite"},
	} {
		if _, err := XIRR(c.flows); Reason(err) != c.reason {
			t.Errorf("%v: got %v, want %s", c.flows, err, c.reason)
		}
	}
	if Reason(errors.New("other")) != "" || Reason(nil) != "" {
		t.Error("an unknown error has no reason")
	}
}

// A polynomial with chosen roots: every one of them is found, and nothing else.
func TestIRRFindsEveryRoot(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		want := make([]float64, 1+rng.IntN(5))
		at := -0.9
		for i := range want {
			at += 0.15 + rng.Float64()
			want[i] = at
		}
		// Π (1 - v (1 + rateᵢ)) in powers of v = 1 / (1 + rate)
		amounts := []float64{-1}
		for _, r := range want {
			next := make([]float64, len(amounts)+1)
			for i, a := range amounts {
				next[i] += a
				next[i+1] -= a * (1 + r)
			}
			amounts = next
		}
		got, err := IRR(amounts)
		roots := got.Roots
		if roots == nil {
			roots = []float64{got.Rate}
		}
		if err != nil || len(roots) != len(want) {
			t.Fatalf("seed %d: want %v, got %v, %v", seed, want, got, err)
		}
		for i := range want {
			if math.Abs(roots[i]-want[i]) > 1e-7*(1+want[i]) {
				t.Fatalf("seed %d: want %v, got %v", seed, want, roots)
			}
		}
	}
}

// Random histories: the present value at every root is zero, order and scale of
// the flows do not matter, and a dense grid shows no sign change that was missed.
func TestXIRRLaws(t *testing.T) {
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 2))
		flows := randomFlows(rng, 2+rng.IntN(40))
		got, err := XIRR(flows)
		roots := got.Roots
		if err == nil && roots == nil {
			roots = []float64{got.Rate}
		}
		size := 0.0
		for _, f := range flows {
			size += math.Abs(f.Amount)
		}
		for _, r := range roots {
			if r < -0.9 || r > 1e3 {
				continue // amounts discounted at such a rate lose the digits of the others
			}
			if v, _ := XNPV(r, flows); math.Abs(v) > 1e-7*size*(1+math.Pow(1+r, -10)) {
				t.Fatalf("seed %d: present value at %v is %v", seed, r, v)
			}
		}
		rng.Shuffle(len(flows), func(i, j int) { flows[i], flows[j] = flows[j], flows[i] })
		for i := range flows {
			flows[i].Amount *= -1024
		}
		again, errAgain := XIRR(flows)
		if Reason(err) != Reason(errAgain) || math.Abs(again.Rate-got.Rate) > 1e-8*(1+math.Abs(got.Rate)) || len(again.Roots) != len(got.Roots) {
			t.Fatalf("seed %d: %v, %v; shuffled and scaled %v, %v", seed, got, err, again, errAgain)
		}
		changes, previous := 0, 0.0
		for x := -2.0; x < 3; x += 1e-3 {
			v, _ := XNPV(math.Expm1(x), flows)
			if previous*v < 0 {
				changes++
			}
			previous = v
		}
		if inside := count(roots, math.Expm1(-2), math.Expm1(3)); changes > inside {
			t.Fatalf("seed %d: %d sign changes on the grid, roots %v", seed, changes, roots)
		}
	}
}

func count(roots []float64, low, high float64) (n int) {
	for _, r := range roots {
		if r >= low && r <= high {
			n++
		}
	}
	return n
}

func randomFlows(rng *rand.Rand, n int) []Flow {
	flows := make([]Flow, n)
	for i := range flows {
		flows[i] = Flow{date.Date(18000 + rng.IntN(3650)), math.Round(rng.NormFloat64() * 1e5)}
	}
	return flows
}

func TestXNPV(t *testing.T) {
	flows := []Flow{flow("2025-01-01", 110), flow("2024-01-02", -100)} // 365 days
	if v, err := XNPV(0.1, flows); err != nil || math.Abs(v) > 1e-12 {
		t.Errorf("at ten percent: %v, %v", v, err)
	}
	if v, err := XNPV(0, flows); err != nil || v != 10 {
		t.Errorf("undiscounted: %v, %v", v, err)
	}
	for _, rate := range []float64{-1, -2, math.NaN(), math.Inf(1)} {
		if _, err := XNPV(rate, flows); !errors.Is(err, ErrRate) {
			t.Errorf("rate %v: %v", rate, err)
		}
	}
	if _, err := XNPV(0.1, nil); !errors.Is(err, ErrNoFlows) {
		t.Errorf("no flows: %v", err)
	}
}

// saver pays in every month and holds the sum at the end: the usual history.
func saver(n int) []Flow {
	flows := make([]Flow, n)
	for i := range n - 1 {
		flows[i] = Flow{date.Date(18000 + 30*i), -500 - float64(i%7)}
	}
	flows[n-1] = Flow{date.Date(18000 + 30*n), 600 * float64(n)}
	return flows
}

func BenchmarkXIRR(b *testing.B) {
	b.Run("50 flows of a saver", func(b *testing.B) {
		flows := saver(50)
		b.ReportAllocs()
		defer cputime.Report(b)()
		for b.Loop() {
			if _, err := XIRR(flows); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("50 random flows", func(b *testing.B) {
		flows := randomFlows(rand.New(rand.NewPCG(7, 7)), 50)
		b.ReportAllocs()
		defer cputime.Report(b)()
		for b.Loop() {
			_, _ = XIRR(flows) // any of rate, roots and reason: the work is the same
		}
	})
	b.Run("20000 random flows", func(b *testing.B) {
		flows := randomFlows(rand.New(rand.NewPCG(7, 7)), 20000)
		defer cputime.Report(b)()
		for b.Loop() {
			_, _ = XIRR(flows)
		}
	})
	b.Run("1000 random flows", func(b *testing.B) {
		flows := randomFlows(rand.New(rand.NewPCG(7, 7)), 1000)
		b.ReportAllocs()
		defer cputime.Report(b)()
		for b.Loop() {
			_, _ = XIRR(flows)
		}
	})
}
