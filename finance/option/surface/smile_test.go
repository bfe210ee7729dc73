package surface

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
)

// vogt is Axel Vogt's smile, which looks sound and is not: Gatheral and Jacquier,
// Arbitrage-free SVI volatility surfaces (2014), example 3.1, figure 2.
var vogt = Smile{A: -0.0410, B: 0.1331, Rho: 0.3060, M: 0.3586, S: 0.4153, Low: -1.5, High: 1.5}

func TestDensityOfVogt(t *testing.T) {
	least, where := math.Inf(1), 0.0
	for k := -1.5; k <= 1.5; k += 0.01 {
		if !(vogt.Variance(k) > 0) {
			t.Fatalf("variance %v at %v", vogt.Variance(k), k)
		}
		if g := vogt.Density(k); g < least {
			least, where = g, k
		}
	}
	if !(least < -0.005) || where < 0.5 || where > 1.2 {
		t.Errorf("the least g is %v at %v; the figure has it below zero around 0.8", least, where)
	}
	if g := vogt.Density(0); g < 0.3 {
		t.Errorf("g at the money is %v", g)
	}
}

// g(k) is the density: the second derivative of European call prices in the strike,
// in units of n(d₋)/(K√w).
func TestDensityIsThatOfPrices(t *testing.T) {
	for _, v := range []Smile{vogt, gentle(false).smile} {
		for _, k := range []float64{-0.8, -0.2, 0, 0.4, 0.8} {
			call := func(strike float64) float64 {
				return option.European(option.Terms{Spot: 1, Strike: strike, Years: 1, Volatility: math.Sqrt(v.raw(math.Log(strike)))}).Price
			}
			strike, h := math.Exp(k), 1e-3*math.Exp(k)
			second := (call(strike+h) - 2*call(strike) + call(strike-h)) / (h * h)
			w := v.raw(k)
			d := -k/math.Sqrt(w) - math.Sqrt(w)/2
			want := second * strike * math.Sqrt(2*math.Pi*w) * math.Exp(d*d/2)
			if got := v.Density(k); !near(got, want, 2e-3*(1+math.Abs(want))) {
				t.Errorf("g(%v) is %v, by prices %v", k, got, want)
			}
		}
	}
}

// Quotes of an arbitrageable smile are fitted by one that is none.
func TestFitOfVogtIsLawful(t *testing.T) {
	m := model{market: Market{On: today, Spot: 1, Rate: Flat(0), DividendYield: 0}, smile: vogt}
	var ks []float64
	for k := -1.2; k <= 1.2; k += 0.1 {
		ks = append(ks, math.Exp(k))
	}
	var quotes []Quote
	for _, k := range ks {
		for _, kind := range []option.Kind{option.Call, option.Put} {
			quotes = append(quotes, m.quote(kind, k, today+365, 0.01))
		}
	}
	s := must(t, m.market, quotes)
	e := s.Slices[0]
	for _, f := range s.Findings {
		if f.Violation == Butterfly {
			t.Errorf("%+v", f)
		}
	}
	if e.Error > 0.02 || e.Inside < len(e.Points)/3 {
		t.Errorf("error %v, %d of %d inside, %s", e.Error, e.Inside, len(e.Points), e.Smile.Method)
	}
}

// Noise within the spreads of lawful quotes: the fit keeps the laws and stays inside.
func TestFitLaws(t *testing.T) {
	inside, used := 0, 0
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 61))
		m := gentle(false)
		m.smile.A, m.smile.B, m.smile.Rho = 0.005+0.04*rng.Float64(), 0.02+0.15*rng.Float64(), 1.2*rng.Float64()-0.8
		m.smile.S = 0.05 + 0.3*rng.Float64()
		quotes := m.chain([]int{30, 91, 365}, strikes, 0)
		for i := range quotes {
			half := 0.02 + 0.03*quotes[i].Bid*rng.Float64()
			middle := quotes[i].Bid + 0.8*half*(2*rng.Float64()-1)
			quotes[i].Bid, quotes[i].Ask = math.Max(middle-half, 0), middle+half
		}
		s := must(t, m.market, quotes)
		for _, f := range s.Findings {
			if f.Violation == Butterfly && f.Size < -1e-3 || f.Violation == Calendar && f.Size > 1e-6 {
				t.Errorf("seed %d: %+v", seed, f)
			}
		}
		u, n := s.Quotes()
		used, inside = used+u, inside+n
	}
	if share := float64(inside) / float64(used); share < 0.93 {
		t.Errorf("%d of %d inside", inside, used)
	}
}

// The spline goes through its knots with the derivatives that it states.
func TestCorrection(t *testing.T) {
	c := &correction{k: []float64{-1, -0.4, 0, 0.1, 0.7}, value: []float64{0.2, -0.1, 0.05, 0.04, -0.3}}
	c.spline()
	for i, k := range c.k {
		if v, _, second := c.at(k); !near(v, c.value[i], 1e-15) || !near(second, c.curve[i], 1e-12) {
			t.Errorf("at %v: %v, %v", k, v, second)
		}
	}
	if c.curve[0] != 0 || c.curve[4] != 0 {
		t.Errorf("second derivatives at the ends are %v", c.curve)
	}
	for _, k := range []float64{-0.9, -0.4, -0.2, 0.05, 0.3} {
		h := 1e-5
		up, slopeUp, _ := c.at(k + h)
		down, slopeDown, _ := c.at(k - h)
		_, slope, second := c.at(k)
		if !near(slope, (up-down)/(2*h), 1e-8) || !near(second, (slopeUp-slopeDown)/(2*h), 2e-4) {
			t.Errorf("at %v: slope %v, second %v", k, slope, second)
		}
	}
}

// Without a penalty the smoothing gives the targets back, with a large one a line.
func TestSmooth(t *testing.T) {
	k, target := []float64{0, 1, 2.5, 3, 5, 6}, []float64{1, 3, 2, 5, 4, 8}
	weight, none, much := make([]float64, 6), make([]float64, 6), make([]float64, 6)
	for i := range weight {
		weight[i], much[i] = 1+float64(i), 1e9
	}
	for i, r := range smooth(k, target, weight, none) {
		if !near(r, target[i], 1e-14) {
			t.Errorf("without a penalty %d is %v", i, r)
		}
	}
	line := smooth(k, target, weight, much)
	slope := (line[5] - line[0]) / 6
	for i, r := range line {
		if !near(r, line[0]+slope*k[i], 1e-5) {
			t.Errorf("with a large penalty %d is %v, off the line from %v by %v", i, r, line[0], slope)
		}
	}
	if !(slope > 0.8 && slope < 1.2) { // weighted least squares gives 0.98
		t.Errorf("slope %v", slope)
	}
}

func TestMinimise(t *testing.T) {
	// Rosenbrock's valley
	x, y := minimise(func(x, y float64) float64 { return 100*(y-x*x)*(y-x*x) + (1-x)*(1-x) }, -1.2, 1, 0.5, 0.5, 1e-12)
	if !near(x, 1, 1e-3) || !near(y, 1, 1e-3) {
		t.Errorf("got %v, %v", x, y)
	}
}

// Each law broken in the quotes is found, with its place and size.
func TestQuotedFindings(t *testing.T) {
	m := gentle(true)
	base := m.chain([]int{91, 182}, strikes, 0.01)
	change := func(kind option.Kind, strike float64, days int, by float64) []Quote {
		list := append([]Quote(nil), base...)
		for i := range list {
			if q := &list[i]; q.Kind == kind && q.Strike == strike && q.Expiry == today+date.Date(days) {
				q.Bid, q.Ask = q.Bid+by, q.Ask+by
			}
		}
		return list
	}
	if s := must(t, m.market, base); len(s.Findings) > 0 {
		t.Fatalf("sound quotes: %+v", s.Findings)
	}
	for _, c := range []struct {
		want   Violation
		kind   option.Kind
		strike float64
		days   int
		by     float64
	}{{QuotedButterfly, option.Put, 85, 182, 1.5}, {QuotedVertical, option.Call, 110, 91, 4}, {QuotedCalendar, option.Call, 120, 91, 3}, {Parity, option.Call, 80, 182, 3}} {
		found := false
		for _, f := range must(t, m.market, change(c.kind, c.strike, c.days, c.by)).Findings {
			found = found || f.Violation == c.want && f.Strike == c.strike && f.Size > 0 && f.Size < c.by
			if f.Size == 0 || math.IsNaN(f.Size) {
				t.Errorf("%+v", f)
			}
		}
		if !found {
			t.Errorf("%s at %v is not found", c.want, c.strike)
		}
	}
}
