package risk

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/foliosight/foliosight/finance/covariance"
)

var levels = []float64{0.9, 0.95, 0.975, 0.99}

// Standard normal tails as printed in Jorion, Value at Risk, 3rd ed., and in
// McNeil, Frey and Embrechts, Quantitative Risk Management, table 2.1.
func TestNormalTailPublished(t *testing.T) {
	for _, c := range []struct{ level, quantile, shortfall float64 }{
		{0.90, 1.2816, 1.755}, {0.95, 1.6449, 2.063}, {0.975, 1.9600, 2.338}, {0.99, 2.3263, 2.665},
	} {
		got := NormalTailOf(0, 1, c.level)
		if math.Abs(got.VaR.Value-c.quantile) > 5e-5 || math.Abs(got.ES.Value-c.shortfall) > 5e-4 {
			t.Errorf("%v: got %+v", c.level, got)
		}
	}
}

// ES is never below VaR, and both rise with confidence, where they exist.
func TestTailLaws(t *testing.T) {
	methods := map[string]func([]float64, float64) Tail{
		"historical": HistoricalTail, "normal": NormalTail, "student_t": StudentTail,
		"cornish_fisher": func(r []float64, c float64) Tail { return CornishFisherTail(r, c).Tail },
	}
	for seed := range uint64(25) {
		r := random(seed, 60+int(seed)*20)
		monotone := CornishFisherTail(r, 0.95).Monotone
		for name, f := range methods {
			last := Tail{VaR: measured(math.Inf(-1)), ES: measured(math.Inf(-1))}
			for i, level := range levels {
				got := f(r, level)
				if got.ES.Known() && got.ES.Value < got.VaR.Value {
					t.Fatalf("seed %d, %s at %v: ES %v below VaR %v", seed, name, level, got.ES.Value, got.VaR.Value)
				}
				if i > 0 && (name != "cornish_fisher" || monotone) && (got.VaR.Value < last.VaR.Value || got.ES.Value < last.ES.Value) {
					t.Fatalf("seed %d, %s at %v falls: %+v after %+v", seed, name, level, got, last)
				}
				last = got
			}
		}
	}
}

// Scaling returns scales VaR and ES; adding a constant moves them the other way.
func TestTailsAreHomogeneousAndTranslate(t *testing.T) {
	r := random(5, 300)
	moved := make([]float64, len(r))
	for i, v := range r {
		moved[i] = 3*v + 0.01
	}
	for name, f := range map[string]func([]float64, float64) Tail{
		"historical": HistoricalTail, "normal": NormalTail, "student_t": StudentTail,
		"cornish_fisher": func(r []float64, c float64) Tail { return CornishFisherTail(r, c).Tail },
	} {
		a, b := f(r, 0.95), f(moved, 0.95)
		if math.Abs(b.VaR.Value-(3*a.VaR.Value-0.01)) > 1e-6 || (a.ES.Known() && math.Abs(b.ES.Value-(3*a.ES.Value-0.01)) > 1e-6) {
			t.Errorf("%s: %+v became %+v", name, a, b)
		}
	}
}

// Cornish-Fisher ES is the mean of its own quantiles beyond the level.
func TestCornishFisherShortfall(t *testing.T) {
	known := 0
	for seed := range uint64(40) {
		r := random(seed, 2000)
		for i := range r {
			r[i] = math.Max(-0.03, math.Min(0.03, r[i])) // lighter tails, inside the domain
		}
		got := CornishFisherTail(r, 0.95)
		if !got.ES.Known() {
			continue
		}
		known++
		sum := 0.0
		const steps = 20000
		quantile := cornishFisherQuantile(r)
		for i := range steps {
			sum += quantile(0.05 * (float64(i) + 0.5) / steps)
		}
		if mean := -sum / steps; math.Abs(mean-got.ES.Value) > 1e-5 {
			t.Fatalf("seed %d: ES %v, mean of the quantiles beyond %v", seed, got.ES.Value, mean)
		}
	}
	if known == 0 {
		t.Fatal("no sample was inside the domain")
	}
}

// cornishFisherQuantile is written from the formula, term by term.
func cornishFisherQuantile(r []float64) func(p float64) float64 {
	s, k := Skewness(r).Value, ExcessKurtosis(r).Value
	m, squares := mean(r), 0.0
	for _, v := range r {
		squares += (v - m) * (v - m)
	}
	deviation := math.Sqrt(squares / float64(len(r)-1))
	return func(p float64) float64 {
		z := distuv.UnitNormal.Quantile(p)
		return m + deviation*(z+(z*z-1)*s/6+(z*z*z-3*z)*k/24-(2*z*z*z-5*z)*s*s/36)
	}
}

func TestCornishFisherOutsideItsDomain(t *testing.T) {
	r := append(random(1, 100), -0.9) // one crash: skewness near -10
	got := CornishFisherTail(r, 0.95)
	if got.Monotone || got.ES.Reason != OutsideDomain || !got.VaR.Known() {
		t.Errorf("got %+v", got)
	}
}

// Observations at the quantiles of a t distribution give its degrees back.
func TestStudentFit(t *testing.T) {
	for _, degrees := range []float64{2.5, 5, 12} {
		r := make([]float64, 4000)
		unit := distuv.StudentsT{Mu: 0.001, Sigma: 0.01, Nu: degrees}
		for i := range r {
			r[i] = unit.Quantile((float64(i) + 0.5) / float64(len(r)))
		}
		fit, ok := FitStudentT(r)
		if !ok || math.Abs(fit.Degrees/degrees-1) > 0.02 || math.Abs(fit.Location-0.001) > 1e-6 || math.Abs(fit.Scale/0.01-1) > 0.005 {
			t.Errorf("%v degrees: %+v", degrees, fit)
		}
	}
	if _, ok := FitStudentT([]float64{0.1, 0.1, 0.1, 0.1, 0.1}); ok {
		t.Error("a constant series was fitted")
	}
	if got := StudentTail([]float64{1, 2, 3}, 0.95); got.VaR.Reason != TooShort {
		t.Errorf("three observations: %+v", got)
	}
}

// With many degrees of freedom the t tail is the normal one.
func TestStudentTailNearsNormal(t *testing.T) {
	got, want := StudentT{0.001, 0.02, 1e7}.Tail(0.99), NormalTailOf(0.001, 0.02, 0.99)
	if !near(got.VaR.Value, want.VaR.Value, 1e-6) || !near(got.ES.Value, want.ES.Value, 1e-6) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if heavy := (StudentT{0, 1, 0.9}).Tail(0.95); heavy.ES.Reason != NoSecondMoment {
		t.Errorf("without a mean there is no shortfall: %+v", heavy)
	}
}

// Two positions of 1 with volatilities 3 and 4, uncorrelated: σ = 5.
func TestComponentsByHand(t *testing.T) {
	c, err := ComponentVaR([]float64{1, 1}, [][]float64{{9, 0}, {0, 16}}, 0.95)
	k := 1.6448536269514722
	if err != nil || !near(c.VaR.Value, 5*k, 1e-12) || !near(c.Component[0], 9.0/5*k, 1e-12) || !near(c.Percent[1], 16.0/25, 1e-12) {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := ComponentVaR([]float64{1, 1}, [][]float64{{1, -3}, {-3, 1}}, 0.95); err == nil {
		t.Error("a matrix of negative variance was accepted")
	}
	if c, err := ComponentVaR([]float64{1, -1}, [][]float64{{4, 4}, {4, 4}}, 0.95); err != nil || c.VaR.Value != 0 || c.Component != nil {
		t.Errorf("a perfect hedge: %+v, %v", c, err)
	}
}

func TestComponentsAddUp(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 9))
		columns := make([][]float64, 2+rng.IntN(8))
		weights := make([]float64, len(columns))
		for i := range columns {
			columns[i], weights[i] = random(seed*100+uint64(i), 40), rng.NormFloat64()
		}
		matrix, err := covariance.Sample(columns)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ComponentVaR(weights, matrix, 0.99)
		if err != nil {
			t.Fatal(err)
		}
		sum, share := 0.0, 0.0
		for i := range weights {
			sum += c.Component[i]
			share += c.Percent[i]
		}
		if !near(sum, c.VaR.Value, 1e-12) || !near(share, 1, 1e-12) {
			t.Fatalf("seed %d: components %v, VaR %v, share %v", seed, sum, c.VaR.Value, share)
		}
	}
}

func days(n, exceptions int) (losses, limits []float64) {
	losses, limits = make([]float64, n), make([]float64, n)
	for i := range losses {
		limits[i] = 1
		if exceptions > 0 && i%(n/exceptions) == 0 && i/(n/exceptions) < exceptions {
			losses[i] = 2
		}
	}
	return losses, limits
}

// Zones of the Basel Committee (1996) for 250 days at 99 %.
func TestTrafficLightIsBasels(t *testing.T) {
	for x, want := range []string{"green", "green", "green", "green", "green", "yellow", "yellow", "yellow", "yellow", "yellow", "red", "red"} {
		losses, limits := days(250, x)
		if got := RunBacktest(losses, limits, 0.99); got.TrafficLight != want || got.Exceptions != x {
			t.Errorf("%d exceptions: %+v", x, got)
		}
	}
}

// Non-rejection regions of Kupiec (1995), table 3 in Jorion: at 5 % test level.
func TestKupiecRegions(t *testing.T) {
	for _, c := range []struct {
		confidence float64
		n          int
		low, high  int // both inside
	}{
		{0.99, 510, 2, 10}, {0.99, 1000, 5, 16}, {0.95, 255, 7, 20}, {0.95, 510, 17, 35}, {0.95, 1000, 38, 64},
	} {
		for x := c.low - 1; x <= c.high+1; x++ {
			losses, limits := days(c.n, x)
			inside := x >= c.low && x <= c.high
			if p := RunBacktest(losses, limits, c.confidence).KupiecP.Value; (p > 0.05) != inside {
				t.Errorf("%d of %d at %v: p = %v", x, c.n, c.confidence, p)
			}
		}
	}
}

func TestIndependenceNoticesClusters(t *testing.T) {
	spread, limits := days(1000, 50)
	bunched := make([]float64, 1000)
	for i := range 50 {
		bunched[i+300] = 2
	}
	a, b := RunBacktest(spread, limits, 0.95), RunBacktest(bunched, limits, 0.95)
	if !near(a.KupiecLR.Value, 0, 1e-9) || b.KupiecLR != a.KupiecLR || b.ChristoffersenP.Value > 1e-10 || a.ChristoffersenP.Value < 0.05 {
		t.Errorf("spread %+v, bunched %+v", a, b)
	}
	if none := RunBacktest(nil, nil, 0.95); none.KupiecP.Reason != Empty || none.TrafficLight != "" {
		t.Errorf("no days: %+v", none)
	}
}

func BenchmarkStudentFit(b *testing.B) {
	r := random(1, 1500)
	for b.Loop() {
		FitStudentT(r)
	}
}
