package volatility

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/internal/cputime"
)

func near(a, b, tolerance float64) bool {
	return math.Abs(a-b) <= tolerance*math.Max(math.Abs(a), math.Abs(b))
}

// simulated returns of a GJR model.
func simulated(seed uint64, n int, g Garch) []float64 {
	rng := rand.New(rand.NewPCG(seed, 3))
	out, v := make([]float64, n), g.LongRun().Value
	for t := range out {
		e := math.Sqrt(v) * rng.NormFloat64()
		out[t] = g.Mu + e
		v = g.step(v, e)
	}
	return out
}

var truth = Garch{Mu: 0.0004, Omega: 2e-6, Alpha: 0.05, Gamma: 0.08, Beta: 0.88}

// pandas: Series([0.01, -0.02, 0.03]).pow(2).ewm(alpha=0.06, adjust=False).mean(),
// worked by hand: 1e-4; 0.94e-4 + 0.06·4e-4 = 1.18e-4; 0.94·1.18e-4 + 0.06·9e-4 = 1.6492e-4.
func TestEWMAByHand(t *testing.T) {
	w, reason, err := EWMA([]float64{0.01, -0.02, 0.03}, DailyDecay)
	if err != nil || reason != "" || !near(w.Next, 1.6492e-4, 1e-14) || !near(w.Path[2], 1.18e-4, 1e-14) || !near(w.Path[0], 1e-4, 1e-14) {
		t.Errorf("got %+v, %v, %v", w, reason, err)
	}
	if f := w.Forecast(10); len(f) != 10 || f[9] != w.Next || !near(f.Over(4).Value, 2*math.Sqrt(w.Next), 1e-14) {
		t.Errorf("a level without a home moved: %v", f)
	}
	if w.WarmUp() != 49 { // 0.94^48 = 0.0513, 0.94^49 = 0.0482
		t.Errorf("warm-up %d", w.WarmUp())
	}
	for _, bad := range []float64{0, 1, -1, math.NaN()} {
		if _, _, err := EWMA([]float64{1}, bad); !errors.Is(err, ErrDecay) {
			t.Errorf("decay %v: %v", bad, err)
		}
	}
}

// Parameters that `arch` (K. Sheppard) fitted to an equally weighted portfolio of
// 20 US stocks, 2017 to 2022 in percent, and its forecasts of the variance 1 to 10
// days ahead.
func TestForecastsOfArch(t *testing.T) {
	garch := Garch{Omega: 0.02689486905235087, Alpha: 0.16407276540608096, Beta: 0.8220338642005038, Next: 1.2767264258401827}
	gjr := Garch{Omega: 0.02371503004138281, Alpha: 0.0386359261797527, Gamma: 0.18792910505719246, Beta: 0.8519334953249653, Next: 1.4785942255451332}
	for _, c := range []struct {
		model Garch
		want  []float64
	}{
		{garch, []float64{1.2767264258401827, 1.2858832617672746, 1.2949128783811998, 1.303817043186997, 1.3125974991331038, 1.321255964952528}},
		{gjr, []float64{1.4785942255451332, 1.4794412789000433, 1.4802752317057712, 1.4810962865757509, 1.4819046429897913, 1.4827004973425417}},
	} {
		for i, v := range c.model.Forecast(6) {
			if !near(v, c.want[i], 1e-12) {
				t.Errorf("%d ahead: got %v, want %v", i+1, v, c.want[i])
			}
		}
	}
	if !near(garch.LongRun().Value, 1.9358059485046013, 1e-11) {
		t.Errorf("long run %v", garch.LongRun().Value)
	}
}

// The slope that the search climbs by is that of the likelihood.
func TestLikelihoodSlope(t *testing.T) {
	for _, asymmetric := range []bool{false, true} {
		returns := simulated(1, 300, truth)
		for i := range returns {
			returns[i] *= 100
		}
		l := newLikelihood(returns, asymmetric)
		x := []float64{0.03, -2, 0.3, 1.1, 2.2}[:l.dimensions()]
		slope := make([]float64, len(x))
		l.at(x, slope)
		for i := range x {
			up, down := slices.Clone(x), slices.Clone(x)
			up[i] += 1e-5
			down[i] -= 1e-5
			if want := (l.at(up, nil) - l.at(down, nil)) / 2e-5; !near(slope[i], want, 1e-6) {
				t.Errorf("asymmetric %v, %d: got %v, want %v", asymmetric, i, slope[i], want)
			}
		}
	}
}

// naive is the log-likelihood written out, without the search's shortcuts.
func naive(returns []float64, g Garch) float64 {
	v, sum := g.Omega+g.Persistence()*g.Backcast, 0.0
	for _, r := range returns {
		e := r - g.Mu
		sum -= 0.5 * (math.Log(2*math.Pi) + math.Log(v) + e*e/v)
		v = g.step(v, e)
	}
	return sum
}

// No neighbour of the summit is higher, nor are the parameters the returns were
// made with; those are found again within their sampling error.
func TestFitIsTheSummit(t *testing.T) {
	for seed := range uint64(6) {
		returns := simulated(seed, 3000, truth)
		g, reason := FitGJR(returns)
		if reason != "" {
			t.Fatalf("seed %d: %s", seed, reason)
		}
		if at := naive(returns, g); !near(at, g.LogLikelihood, 1e-11) {
			t.Errorf("seed %d: likelihood %v, written out %v", seed, g.LogLikelihood, at)
		}
		made := truth
		made.Backcast = g.Backcast
		if naive(returns, made) > g.LogLikelihood {
			t.Errorf("seed %d: the true parameters are likelier than the fitted", seed)
		}
		for i := range 10 {
			move := 1 + 0.01*float64(i%2*2-1)
			other := g
			*[]*float64{&other.Mu, &other.Omega, &other.Alpha, &other.Gamma, &other.Beta}[i/2] *= move
			if naive(returns, other) > g.LogLikelihood+1e-9*math.Abs(g.LogLikelihood) {
				t.Errorf("seed %d: a step of %v in parameter %d is higher", seed, move, i/2)
			}
		}
		if math.Abs(g.Persistence()-truth.Persistence()) > 0.04 || math.Abs(g.Gamma-truth.Gamma) > 0.07 {
			t.Errorf("seed %d: far from the truth: %+v", seed, [5]float64{g.Mu, g.Omega, g.Alpha, g.Gamma, g.Beta})
		}
		plain, _ := FitGARCH(returns)
		if plain.LogLikelihood > g.LogLikelihood+1e-6 {
			t.Errorf("seed %d: a special case is likelier than the general", seed)
		}
	}
}

// In another unit everything scales, and the likelihood moves by n ln of the unit.
func TestUnitsOfReturns(t *testing.T) {
	returns := simulated(9, 800, truth)
	g, _ := FitGARCH(returns)
	h, _ := FitHAR(returns)
	for _, unit := range []float64{100, 1e6, 1e-6} {
		scaled := slices.Clone(returns)
		for i := range scaled {
			scaled[i] *= unit
		}
		u, _ := FitGARCH(scaled)
		if !near(u.Alpha, g.Alpha, 1e-4) || !near(u.Next, g.Next*unit*unit, 1e-5) || math.Abs(u.LogLikelihood-g.LogLikelihood+800*math.Log(unit)) > 1e-5 {
			t.Errorf("unit %v: %v %v, want %v %v", unit, u.Alpha, u.Next, g.Alpha, g.Next)
		}
		k, _ := FitHAR(scaled)
		if !near(k.Week, h.Week, 1e-9) || !near(k.Constant, h.Constant*unit*unit, 1e-9) {
			t.Errorf("unit %v: HAR %+v, want %+v", unit, k, h)
		}
	}
}

// Forecasts approach the long-run level from the side they start on, and a
// stretch adds up.
func TestTermStructure(t *testing.T) {
	g, _ := FitGARCH(simulated(4, 1500, truth))
	f, level := g.Forecast(2000), g.LongRun().Value
	for i := 1; i < len(f); i++ {
		if math.Abs(f[i]-level) > math.Abs(f[i-1]-level)+1e-18 {
			t.Fatalf("period %d moves away from the level", i)
		}
	}
	if !near(f[1999], level, 1e-6) || f.Over(2001).Reason != risk.TooShort || f.Over(0).Reason != risk.TooShort {
		t.Errorf("far ahead %v, level %v", f[1999], level)
	}
	if over := f.Over(21).Value; !near(f.Annual(21, 252).Value, over*math.Sqrt(12), 1e-12) {
		t.Errorf("annual of a month: %v", f.Annual(21, 252))
	}
}

// The regression is solved by what it was made from: squares that follow an
// exact rule of their own past.
func TestHARFindsARule(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	squares := make([]float64, month)
	for i := range squares {
		squares[i] = 1e-4 * rng.ExpFloat64()
	}
	for range 200 {
		d, w, m := averages(squares)
		squares = append(squares, 1e-5+0.3*d+0.35*w+0.2*m)
	}
	returns := make([]float64, len(squares))
	for i, s := range squares {
		returns[i] = math.Sqrt(s) * float64(1-i%2*2)
	}
	h, reason := FitHAR(returns)
	if reason != "" || !near(h.Constant, 1e-5, 1e-6) || !near(h.Day, 0.3, 1e-6) || !near(h.Week, 0.35, 1e-6) || !near(h.Month, 0.2, 1e-6) || h.N != 200 {
		t.Fatalf("got %+v, %v", h, reason)
	}
	next, w, m := averages(squares)
	if want := 1e-5 + 0.3*next + 0.35*w + 0.2*m; !near(h.Forecast(1)[0], want, 1e-9) {
		t.Errorf("forecast %v, want %v", h.Forecast(1), want)
	}
	if f := (Forecast{1, -2}); f.Over(2).Reason != Negative || f.Over(1).Value != 1 {
		t.Errorf("a variance below zero: %v", f.Over(2))
	}
}

func TestRealised(t *testing.T) {
	// moves of ever larger size: volatility rises, the last reading is the highest
	up := make([]float64, 400)
	for i := range up {
		up[i] = 0.001 * math.Pow(1.01, float64(i)) * float64(1-i%2*2)
	}
	r := Realise(up, 21, 252)
	if r.Trend.Direction != Rising || r.Percentile.Value != 1 || r.Readings != 252 {
		t.Errorf("got %+v", r)
	}
	down := slices.Clone(up)
	slices.Reverse(down)
	if r := Realise(down, 63, 252); r.Trend.Direction != Falling || !near(r.Percentile.Value, 1.0/252, 1e-12) {
		t.Errorf("got %+v", r)
	}
	// ±1 % by turns over 20 days: variance 20/19 of a basis point squared
	even := make([]float64, 30)
	for i := range even {
		even[i] = 0.01 * float64(1-i%2*2)
	}
	if r := Realise(even, 20, 252); !near(r.Volatility.Value, math.Sqrt(252*1e-4*20/19), 1e-12) || r.Percentile.Reason != risk.TooShort || r.Trend.Slope.Reason != risk.TooShort {
		t.Errorf("got %+v", r)
	}
	if r := Realise(even, 5, 252); r.Trend.Direction != Steady {
		t.Errorf("got %+v", r)
	}
}

// Nothing to measure has a reason, whatever the model.
func TestReasons(t *testing.T) {
	constant, stale, spike := make([]float64, 300), make([]float64, 300), make([]float64, 300)
	for i := range constant {
		constant[i] = 0.01
		if i%3 == 0 {
			stale[i] = 0.01 * float64(i%2*2-1)
		}
		spike[i] = 1e200 * float64(i%2*2-1)
	}
	for _, c := range []struct {
		name             string
		returns          []float64
		garch, har, ewma risk.Reason
	}{
		{"none", nil, risk.Empty, risk.Empty, risk.Empty},
		{"one", []float64{0.1}, risk.TooShort, risk.TooShort, ""},
		{"constant", constant, risk.NoVolatility, risk.NoVolatility, ""},
		{"stale", stale, MostlyStill, "", ""},
		{"beyond float64", spike, risk.OutOfRange, risk.OutOfRange, risk.OutOfRange},
	} {
		if _, got := FitGARCH(c.returns); got != c.garch {
			t.Errorf("%s: GARCH %q, want %q", c.name, got, c.garch)
		}
		if _, got := FitGJR(c.returns); got != c.garch {
			t.Errorf("%s: GJR %q, want %q", c.name, got, c.garch)
		}
		if _, got := FitHAR(c.returns); c.name != "stale" && got != c.har {
			t.Errorf("%s: HAR %q, want %q", c.name, got, c.har)
		}
		if _, got, _ := EWMA(c.returns, 0.94); got != c.ewma {
			t.Errorf("%s: EWMA %q, want %q", c.name, got, c.ewma)
		}
	}
	if g := (Garch{Alpha: 0.1, Beta: 0.9}); g.LongRun().Reason != NotStationary || g.HalfLife().Reason != NotStationary {
		t.Error("a model without a level has one")
	}
	if _, reason := Sample([]float64{1}); reason != risk.TooShort {
		t.Error(reason)
	}
}

// Simulated paths of one period are the residuals at the next variance, and the
// spread over a longer stretch is what the forecast adds up to.
func TestSimulateAgreesWithForecast(t *testing.T) {
	g, _ := FitGARCH(simulated(5, 2000, truth))
	paths := g.Simulate(40000, 10, 7)
	if again := g.Simulate(100, 10, 7); !slices.Equal(again, paths[:100]) {
		t.Error("the same seed gives other paths")
	}
	mean, sum := 0.0, 0.0
	for _, p := range paths {
		mean += p / float64(len(paths))
	}
	for _, p := range paths {
		sum += (p - mean) * (p - mean)
	}
	if got, want := math.Sqrt(sum/float64(len(paths)-1)), g.Forecast(10).Over(10).Value; !near(got, want, 0.03) {
		t.Errorf("spread %v, forecast %v", got, want)
	}
}

func BenchmarkFitGARCH1500(b *testing.B) {
	returns := simulated(1, 1500, truth)
	defer cputime.Report(b)()
	for b.Loop() {
		FitGARCH(returns)
	}
}

func BenchmarkFitGJR1500(b *testing.B) {
	returns := simulated(1, 1500, truth)
	for b.Loop() {
		FitGJR(returns)
	}
}

func BenchmarkFitHAR1500(b *testing.B) {
	returns := simulated(1, 1500, truth)
	for b.Loop() {
		FitHAR(returns)
	}
}
