package risk

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// profitsOf are normal profits whose volatility doubles for a while.
func profitsOf(seed uint64, n int) []float64 {
	rng := rand.New(rand.NewPCG(seed, 51))
	out := make([]float64, n)
	for t := range out {
		out[t] = rng.NormFloat64() * 100
		if t%300 > 240 {
			out[t] *= 2
		}
	}
	return out
}

// Every prediction is the one that the days before it alone would have given.
func TestRollingBacktestLooksOnlyBack(t *testing.T) {
	profits := profitsOf(1, 700)
	for _, method := range []RollingMethod{RollingHistorical, RollingNormal, RollingFiltered} {
		r := RollingBacktest{Method: method, Window: 100, Days: 400, Confidence: 0.9}
		got, reason, err := r.Run(profits)
		if err != nil || reason != "" || got.First != 300 || len(got.VaR) != 400 {
			t.Fatalf("%s: %v %v, first %d of %d", method, reason, err, got.First, len(got.VaR))
		}
		breaches := 0
		for k := range got.VaR {
			day := 300 + k
			var want Tail
			switch method {
			case RollingHistorical:
				want = HistoricalTail(profits[day-100:day], 0.9)
			default:
				path, next := make([]float64, day), profits[0]*profits[0]
				for i, p := range profits[:day] {
					path[i] = next
					next = 0.94*next + 0.06*p*p
				}
				if want = NormalTailOf(0, math.Sqrt(next), 0.9); method == RollingFiltered {
					s, _ := Filtered(path, next, day-100)
					want = s.Tail(profits[:day], 0.9)
				}
			}
			if !near(got.VaR[k], want.VaR.Value, 1e-12) || !near(got.ES[k], want.ES.Value, 1e-12) {
				t.Fatalf("%s, day %d: %v and %v, want %+v", method, day, got.VaR[k], got.ES[k], want)
			}
			if got.Losses[k] != -profits[day] {
				t.Fatalf("%s, day %d: loss %v of profit %v", method, day, got.Losses[k], profits[day])
			}
			if got.Losses[k] > got.VaR[k] {
				if breaches >= len(got.Breaches) || got.Breaches[breaches] != k {
					t.Fatalf("%s: breach on %d is not in %v", method, k, got.Breaches)
				}
				breaches++
			}
		}
		if breaches != len(got.Breaches) || breaches != got.Coverage.Exceptions || breaches != got.Shortfall.Exceptions {
			t.Errorf("%s: %d breaches, listed %d, counted %+v", method, breaches, len(got.Breaches), got.Coverage)
		}
		if got.Coverage != RunBacktest(got.Losses, got.VaR, 0.9) || got.Durations != DurationTest(got.Losses, got.VaR) {
			t.Errorf("%s: other tests", method)
		}
		if got.Shortfall.P2.Reason != NotSimulated || !got.Shortfall.Z2.Known() {
			t.Errorf("%s: %+v", method, got.Shortfall)
		}
	}
}

// A change today moves predictions of later days only.
func TestRollingBacktestDoesNotForesee(t *testing.T) {
	profits := profitsOf(2, 500)
	changed := append([]float64(nil), profits...)
	changed[400] = -5000
	for _, method := range []RollingMethod{RollingHistorical, RollingNormal, RollingFiltered} {
		r := RollingBacktest{Method: method, Window: 60, Days: 200}
		a, _, _ := r.Run(profits)
		b, _, _ := r.Run(changed)
		for k := range a.VaR {
			if day := a.First + k; (day <= 400) && a.VaR[k] != b.VaR[k] {
				t.Fatalf("%s: day %d moved", method, day)
			}
		}
		if a.VaR[401-a.First] >= b.VaR[401-a.First] && method != RollingHistorical {
			t.Errorf("%s: the day after a loss of 5000 the VaR is %v, was %v", method, b.VaR[401-a.First], a.VaR[401-a.First])
		}
	}
}

// With changing volatility the methods that follow it are right about coverage and
// independence where plain history is not: breaches come in clusters.
func TestRollingBacktestCoverage(t *testing.T) {
	profits := profitsOf(3, 6000)
	for _, method := range []RollingMethod{RollingNormal, RollingFiltered} {
		got, _, err := RollingBacktest{Method: method, Window: 252, Days: 5000}.Run(profits)
		share := float64(len(got.Breaches)) / 5000
		if err != nil || math.Abs(share-0.05) > 0.01 || got.Durations.Shape.Value < 0.85 {
			t.Errorf("%s: share %v, %+v", method, share, got.Durations)
		}
	}
	plain, _, _ := RollingBacktest{Window: 252, Days: 5000}.Run(profits)
	if !(plain.Durations.Shape.Value < 0.85) || !(plain.Durations.P.Value < 1e-6) {
		t.Errorf("plain history: %+v", plain.Durations)
	}
}

func TestRollingBacktestReasons(t *testing.T) {
	still := make([]float64, 400)
	moved := append([]float64(nil), still...)
	moved[380] = 1
	for _, c := range []struct {
		name    string
		r       RollingBacktest
		profits []float64
		want    Reason
	}{
		{"nothing", RollingBacktest{}, nil, Empty},
		{"a day less than the window", RollingBacktest{Window: 50}, profitsOf(1, 50), TooShort},
		{"one day", RollingBacktest{Window: 50}, profitsOf(1, 51), ""},
		{"before the weights settle", RollingBacktest{Method: RollingNormal}, profitsOf(1, 49), TooShort},
		{"after", RollingBacktest{Method: RollingNormal}, profitsOf(1, 50), ""},
		{"a gap", RollingBacktest{Window: 2}, []float64{1, 2, math.NaN()}, OutOfRange},
		{"without bounds", RollingBacktest{Window: 2}, []float64{1, 2, math.Inf(-1)}, OutOfRange},
		{"squares beyond float64", RollingBacktest{Window: 2}, []float64{1, 2, 1e200}, OutOfRange},
		{"nothing moved", RollingBacktest{Method: RollingFiltered}, still, ""},
		{"out of nowhere", RollingBacktest{Method: RollingFiltered}, moved, NoVolatility},
	} {
		got, reason, err := c.r.Run(c.profits)
		if err != nil || reason != c.want {
			t.Errorf("%s: %q, %v", c.name, reason, err)
		}
		if reason == "" && (len(got.VaR) == 0 || bad(got.VaR) || bad(got.ES)) {
			t.Errorf("%s: %v", c.name, got.VaR)
		}
	}
	flat, _, _ := RollingBacktest{Method: RollingFiltered}.Run(still)
	if flat.VaR[0] != 0 || flat.Shortfall.Z2.Reason != NoLowerTail || flat.Coverage.Exceptions != 0 {
		t.Errorf("nothing moved: %+v", flat)
	}
	for _, r := range []RollingBacktest{{Method: "x"}, {Window: 1}, {Days: -1}, {Decay: 1}, {Confidence: -1}, {Confidence: math.NaN()}} {
		if _, _, err := r.Run(profitsOf(1, 600)); !errors.Is(err, ErrRolling) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func bad(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) || (v == 0 && math.Signbit(v)) {
			return true
		}
	}
	return false
}

func BenchmarkRollingBacktest504(b *testing.B) {
	profits := profitsOf(1, 504+301)
	for _, m := range []RollingMethod{RollingHistorical, RollingNormal, RollingFiltered} {
		b.Run(string(m), func(b *testing.B) {
			for range b.N {
				if got, reason, err := (RollingBacktest{Method: m, Days: 504}).Run(profits); len(got.VaR) != 504 || reason != "" || err != nil {
					b.Fatal(len(got.VaR), reason, err)
				}
			}
		})
	}
}

// A window that grows predicts as one of its size that day would, and the days from the
// one on that it is full as one that always was.
func TestRollingBacktestGrows(t *testing.T) {
	profits := profitsOf(3, 500)
	for _, method := range []RollingMethod{RollingHistorical, RollingFiltered} {
		grown, reason, err := RollingBacktest{Method: method, Window: 200, Least: 60, Days: 500, Confidence: 0.95}.Run(profits)
		if err != nil || reason != "" {
			t.Fatal(reason, err)
		}
		for _, size := range []int{60, 137, 200} {
			fixed, _, err := RollingBacktest{Method: method, Window: size, Days: 500, Confidence: 0.95}.Run(profits)
			if err != nil {
				t.Fatal(err)
			}
			k := fixed.First - grown.First
			if k != size-60 || grown.VaR[k] != fixed.VaR[0] || grown.ES[k] != fixed.ES[0] {
				t.Errorf("%s, %d days: %v and %v on day %d, want %v and %v on %d", method, size, grown.VaR[k], grown.ES[k], grown.First+k, fixed.VaR[0], fixed.ES[0], fixed.First)
			}
			for i := range fixed.VaR {
				if size == 200 && grown.VaR[k+i] != fixed.VaR[i] {
					t.Fatalf("%s, day %d: %v, want %v", method, fixed.First+i, grown.VaR[k+i], fixed.VaR[i])
				}
			}
		}
	}
	if _, _, err := (RollingBacktest{Window: 100, Least: 101}).Run(profits); !errors.Is(err, ErrRolling) {
		t.Errorf("a window that shrinks: %v", err)
	}
}
