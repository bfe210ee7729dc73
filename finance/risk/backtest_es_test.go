package risk

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Acerbi and Székely (2014) put the 5 % critical value of their second test at
// −0.70 and the 0.01 % one at −1.8, for 250 days at 97.5 % and normal losses; at
// −0.82 for Student-t with three degrees.
func TestSecondTestsCriticalValues(t *testing.T) {
	at := func(z2 float64, degrees float64) float64 {
		// three exceptions whose size makes Z2 what is asked for
		losses, ones := make([]float64, 250), make([]float64, 250)
		for i := range ones {
			ones[i] = 1
		}
		for i := range 3 {
			losses[i*50] = (1 - z2) * 6.25 / 3
		}
		b := RunESBacktest(losses, ones, ones, 0.975, ESNull{Degrees: degrees, Trials: 8000, Seed: 1})
		if !near(b.Z2.Value, z2, 1e-12) || b.Exceptions != 3 || b.Trials != 8000 {
			t.Fatalf("got %+v", b)
		}
		return b.P2.Value
	}
	if p := at(-0.70, 0); p < 0.040 || p > 0.060 {
		t.Errorf("normal, −0.70: p %v", p)
	}
	if p := at(-1.8, 0); p > 0.001 {
		t.Errorf("normal, −1.8: p %v", p)
	}
	if p := at(-0.82, 3); p < 0.038 || p > 0.062 {
		t.Errorf("three degrees, −0.82: p %v", p)
	}
}

// Predictions that are right are kept, half as much as they should be is refused.
func TestESBacktestTellsRightFromWrong(t *testing.T) {
	right := NormalTailOf(0, 1, 0.975)
	refused := 0
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 4))
		losses, limits, es := make([]float64, 1000), make([]float64, 1000), make([]float64, 1000)
		low, half := make([]float64, 1000), make([]float64, 1000)
		for i := range losses {
			losses[i], limits[i], es[i] = rng.NormFloat64(), right.VaR.Value, right.ES.Value
			low[i], half[i] = limits[i]/2, es[i]/2
		}
		good := RunESBacktest(losses, limits, es, 0.975, ESNull{Trials: 500, Seed: seed})
		if good.P2.Value < 0.05 {
			refused++
		}
		if math.Abs(good.Severity.Value-1) > 0.1 || !near(good.Z1.Value, 1-good.Severity.Value, 1e-9) {
			t.Errorf("seed %d: %+v", seed, good)
		}
		if bad := RunESBacktest(losses, limits, half, 0.975, ESNull{Trials: 500, Seed: seed}); bad.P1.Value > 0.01 {
			t.Errorf("seed %d: exceptions twice as large pass: %+v", seed, bad)
		}
		if bad := RunESBacktest(losses, low, half, 0.975, ESNull{Trials: 500, Seed: seed}); bad.P2.Value > 0.01 {
			t.Errorf("seed %d: half of the risk passes: %+v", seed, bad)
		}
	}
	if refused > 4 { // of 20 at 5 %: more than 4 has a probability below one in a hundred
		t.Errorf("%d of 20 right models refused", refused)
	}
}

func TestESBacktestReasons(t *testing.T) {
	null := ESNull{Trials: 10}
	if b := RunESBacktest(nil, nil, nil, 0.95, null); b.Z2.Reason != Empty {
		t.Errorf("got %+v", b)
	}
	if b := RunESBacktest([]float64{1}, []float64{0}, []float64{0}, 0.95, null); b.Z2.Reason != NoLowerTail {
		t.Errorf("got %+v", b)
	}
	if b := RunESBacktest([]float64{0}, []float64{1}, []float64{1}, 0.95, null); b.Z1.Reason != NoExceptions || b.Z2.Value != 1 || b.P2.Value != 1 {
		t.Errorf("got %+v", b)
	}
	if b := RunESBacktest([]float64{2}, []float64{1}, []float64{1}, 0.95, ESNull{Degrees: 1, Trials: 10}); b.Z2.Reason != NoSecondMoment {
		t.Errorf("got %+v", b)
	}
}

// What is spread by chance keeps shape 1, what comes in clusters falls below, what
// comes like a clock rises above.
func TestDurationShapes(t *testing.T) {
	limits := make([]float64, 3000)
	chance, clustered, clock := make([]float64, 3000), make([]float64, 3000), make([]float64, 3000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range chance {
		if rng.Float64() < 0.05 {
			chance[i] = 1
		}
		if i%500 < 60 && i%2 == 0 {
			clustered[i] = 1
		}
		if i%20 == 10 {
			clock[i] = 1
		}
	}
	a, b, c := DurationTest(chance, limits), DurationTest(clustered, limits), DurationTest(clock, limits)
	if math.Abs(a.Shape.Value-1) > 0.15 || a.P.Value < 0.05 {
		t.Errorf("by chance: %+v", a)
	}
	if b.Shape.Value > 0.8 || b.P.Value > 1e-6 {
		t.Errorf("in clusters: %+v", b)
	}
	if c.Shape.Value < 5 || c.P.Value > 1e-6 {
		t.Errorf("like a clock: %+v", c)
	}
	for _, hits := range [][]float64{{}, {0, 0}, {0, 1, 0}, {1, 1}} {
		if d := DurationTest(hits, make([]float64, len(hits))); d.P.Known() {
			t.Errorf("%v: %+v", hits, d)
		}
	}
}

// By hand: exceptions on days 2 and 4 of 5 leave 2 days between them, ended, and
// 2 before and 1 after, open. The exponential rate is 1/5: ln L = −ln 5 − 1.
func TestDurationByHand(t *testing.T) {
	d := weibull{ended: []float64{2}, open: []float64{2, 1}}
	if !near(d.at(1), -math.Log(5)-1, 1e-14) {
		t.Error(d.at(1))
	}
	got := DurationTest([]float64{0, 1, 1, 0, 0, 0, 0, 0, 1, 0}, make([]float64, 10))
	d = weibull{ended: []float64{1, 6}, open: []float64{2, 1}}
	best := math.Inf(-1)
	for s := leastShape; s < mostShape; s *= 1.001 {
		best = math.Max(best, d.at(s))
	}
	if !near(got.LR.Value, 2*(best-d.at(1)), 1e-4) {
		t.Errorf("got %+v, want LR %v", got, 2*(best-d.at(1)))
	}
}

func BenchmarkESBacktest(b *testing.B) {
	losses, ones := make([]float64, 250), make([]float64, 250)
	for i := range ones {
		losses[i], ones[i] = float64(i%40)/20, 1
	}
	for b.Loop() {
		RunESBacktest(losses, ones, ones, 0.975, ESNull{Trials: 10000})
	}
}
