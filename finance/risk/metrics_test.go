package risk

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

func near(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance*math.Max(1, math.Max(math.Abs(a), math.Abs(b)))
}

func random(seed uint64, n int) []float64 {
	rng := rand.New(rand.NewPCG(seed, 3))
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.0004 + 0.011*rng.NormFloat64()*math.Exp(0.5*rng.NormFloat64())
	}
	return x
}

// Four periods that can be followed with a pencil: growth 1.1, 0.99, 1.188, 1.188.
var pencil = []float64{0.1, -0.1, 0.2, 0}

func TestMetricsByHand(t *testing.T) {
	m, err := Measure(Sample{Returns: pencil, PeriodsPerYear: 4})
	if err != nil {
		t.Fatal(err)
	}
	sd := math.Sqrt((0.0025 + 0.0225 + 0.0225 + 0.0025) / 3) // around the mean of 0.05
	for _, c := range []struct {
		name string
		got  Figure
		want float64
	}{
		{"total return", m.TotalReturn, 0.188},
		{"annual return of one year", m.AnnualReturn, 0.188},
		{"annual volatility", m.AnnualVolatility, sd * 2},
		{"downside deviation", m.DownsideDeviation, math.Sqrt(0.01/4) * 2},
		{"sharpe", m.Sharpe, 0.05 / sd * 2},
		{"sortino", m.Sortino, 0.2 / 0.1},
		{"max drawdown", m.MaxDrawdown, -0.1},
		{"calmar", m.Calmar, 1.88},
		{"omega", m.Omega, 3},
		{"ulcer index", m.UlcerIndex, 0.05},
		{"pain index", m.PainIndex, 0.025},
		{"best", m.Best, 0.2},
		{"worst", m.Worst, -0.1},
		{"win rate of the three that moved", m.WinRate, 2.0 / 3},
		{"skewness of a symmetric series", m.Skewness, 0},
		{"excess kurtosis", m.ExcessKurtosis, (2*math.Pow(0.05, 4)+2*math.Pow(0.15, 4))/4/(0.0125*0.0125) - 3},
		{"historical VaR: 15 % of the way from -0.1 to 0", m.Tail95.VaR, 0.085},
		{"historical ES: only -0.1 is not above", m.Tail95.ES, 0.1},
		{"tail ratio: 0.185 / 0.085", m.TailRatio, 0.185 / 0.085},
	} {
		if !c.got.Known() || !near(c.got.Value, c.want, 1e-14) {
			t.Errorf("%s: got %+v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestFiguresThatDoNotExist(t *testing.T) {
	measure := func(returns ...float64) Metrics {
		m, err := Measure(Sample{Returns: returns, PeriodsPerYear: 252})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	empty, one, flat, zero := measure(), measure(0.1), measure(0.1, 0.1, 0.1), measure(0, 0)
	ruin, worse := measure(0.5, -1, 0.3), measure(0.5, -3)
	for _, c := range []struct {
		name string
		got  Figure
		want Reason
	}{
		{"nothing has no return", empty.TotalReturn, Empty},
		{"nothing has no VaR", empty.Tail95.VaR, Empty},
		{"one period has no volatility", one.AnnualVolatility, TooShort},
		{"one period has no skewness", one.Skewness, TooShort},
		{"one period has no stability", one.Stability, TooShort},
		{"a constant series has no Sharpe ratio", flat.Sharpe, NoVolatility},
		{"a constant series has no kurtosis", flat.ExcessKurtosis, NoVolatility},
		{"gains only: no Sortino", flat.Sortino, NoDownside},
		{"gains only: no Omega", flat.Omega, NoDownside},
		{"gains only: no Calmar", flat.Calmar, NoDrawdown},
		{"nothing moved: no win rate", zero.WinRate, NoMovement},
		{"nothing moved: no stability", zero.Stability, NoMovement},
		{"nothing moved: no tail ratio", zero.TailRatio, NoLowerTail},
		{"all was lost: no stability", ruin.Stability, CapitalLost},
		{"more than all was lost: no annual return", worse.AnnualReturn, CapitalLost},
		{"no benchmark, no beta", flat.Against.Beta, NoBenchmark},
	} {
		if c.got.Reason != c.want {
			t.Errorf("%s: got %+v", c.name, c.got)
		}
	}
	if ruin.AnnualReturn.Value != -1 || ruin.MaxDrawdown.Value != -1 {
		t.Errorf("all was lost: %+v %+v", ruin.AnnualReturn, ruin.MaxDrawdown)
	}
	if !near(worse.MaxDrawdown.Value, -3, 1e-15) {
		t.Errorf("a loss of three times the peak is not clipped: %+v", worse.MaxDrawdown)
	}
	if flat.AnnualVolatility.Value != 0 || !flat.AnnualVolatility.Known() {
		t.Errorf("a constant series has volatility zero: %+v", flat.AnnualVolatility)
	}
}

func TestMeasureRefuses(t *testing.T) {
	for _, s := range []Sample{
		{Returns: []float64{math.NaN()}, PeriodsPerYear: 252},
		{Returns: []float64{1, 2}, Benchmark: []float64{1}, PeriodsPerYear: 252},
		{Returns: []float64{1, 2}, RiskFree: []float64{1, math.Inf(1)}, PeriodsPerYear: 252},
		{Returns: []float64{1, 2}},
	} {
		if _, err := Measure(s); err == nil {
			t.Errorf("%+v was measured", s)
		}
	}
}

// The fused pass gives what each measure gives by itself.
func TestMeasureAgreesWithEachMeasure(t *testing.T) {
	for seed := range uint64(50) {
		r, b, free := random(seed, 2+int(seed)*7), random(seed+1000, 2+int(seed)*7), random(seed+2000, 2+int(seed)*7)
		m, err := Measure(Sample{Returns: r, Benchmark: b, RiskFree: free, PeriodsPerYear: 252})
		if err != nil {
			t.Fatal(err)
		}
		best, worst := Extremes(r)
		for i, pair := range [][2]Figure{
			{m.TotalReturn, TotalReturn(r)}, {m.AnnualReturn, AnnualReturn(r, 252)}, {m.AnnualVolatility, AnnualVolatility(r, 252)},
			{m.DownsideDeviation, DownsideDeviation(r, 252)}, {m.Sharpe, Sharpe(Excess(r, free), 252)}, {m.Sortino, Sortino(r, 252)},
			{m.MaxDrawdown, MaxDrawdown(r)}, {m.Calmar, Calmar(r, 252)}, {m.Omega, Omega(r)}, {m.UlcerIndex, UlcerIndex(r)},
			{m.PainIndex, PainIndex(r)}, {m.TailRatio, TailRatio(r)}, {m.Skewness, Skewness(r)}, {m.ExcessKurtosis, ExcessKurtosis(r)},
			{m.Best, best}, {m.Worst, worst}, {m.WinRate, WinRate(r)}, {m.Stability, Stability(r)},
			{m.Tail95.VaR, HistoricalTail(r, 0.95).VaR}, {m.Tail95.ES, HistoricalTail(r, 0.95).ES},
		} {
			if pair[0].Reason != pair[1].Reason || !near(pair[0].Value, pair[1].Value, 1e-11) {
				t.Fatalf("seed %d, figure %d: fused %+v, alone %+v", seed, i, pair[0], pair[1])
			}
		}
		deepest := 0.0
		for _, d := range Drawdowns(r) {
			deepest = math.Min(deepest, d)
		}
		if deepest != m.MaxDrawdown.Value {
			t.Fatalf("seed %d: drawdown series %v, maximum %v", seed, deepest, m.MaxDrawdown.Value)
		}
	}
}

// Laws of the comparison: a series is its own benchmark with beta one; a leveraged
// copy has the leverage as beta, correlation one and no alpha but rounding.
func TestCompareLaws(t *testing.T) {
	for seed := range uint64(50) {
		b := random(seed, 100)
		twice := make([]float64, len(b))
		for i, v := range b {
			twice[i] = 2 * v
		}
		self, lever := Compare(b, b, nil, 252), Compare(twice, b, nil, 252)
		if !near(self.Beta.Value, 1, 1e-12) || self.TrackingError.Value != 0 || self.Information.Reason != NoVolatility || !near(self.Capture.Value, 1, 1e-12) {
			t.Fatalf("seed %d: against itself %+v", seed, self)
		}
		if !near(lever.Beta.Value, 2, 1e-12) || !near(lever.RSquared.Value, 1, 1e-12) || !near(lever.Alpha.Value, 0, 1e-12) {
			t.Fatalf("seed %d: twice itself %+v", seed, lever)
		}
		if want := Sharpe(b, 252).Value * AnnualVolatility(b, 252).Value; !near(self.MSquared.Value, want, 1e-12) || !near(lever.MSquared.Value, want, 1e-12) {
			t.Fatalf("seed %d: M² %v and %v, want %v", seed, self.MSquared, lever.MSquared, want)
		}
		if want := 252 * mean(b); !near(lever.Treynor.Value, want, 1e-12) {
			t.Fatalf("seed %d: Treynor %v, want %v", seed, lever.Treynor, want)
		}
	}
	flat := Compare([]float64{0.1, 0.2, 0.1}, []float64{0, 0, 0}, nil, 252)
	if flat.Beta.Reason != BenchmarkFlat || flat.Correlation.Reason != BenchmarkFlat || flat.UpCapture.Reason != NoUpPeriods || flat.DownCapture.Reason != NoDownPeriods || flat.Capture.Reason != BenchmarkFlat {
		t.Errorf("against a benchmark that stands still: %+v", flat)
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Up and down capture by hand: two periods up, one down.
func TestSidedCapture(t *testing.T) {
	a := Compare([]float64{0.02, -0.02, 0.01, 0.5}, []float64{0.01, -0.01, 0.01, 0}, nil, 2)
	up := (1.02*1.01 - 1) / (1.01*1.01 - 1)
	down := (0.98*0.98 - 1) / (0.99*0.99 - 1)
	if !near(a.UpCapture.Value, up, 1e-12) || !near(a.DownCapture.Value, down, 1e-12) {
		t.Errorf("got %v and %v, want %v and %v", a.UpCapture, a.DownCapture, up, down)
	}
}

func TestPeriodicRate(t *testing.T) {
	if r := PeriodicRate(0.05, 252); !near(math.Pow(1+r, 252), 1.05, 1e-13) {
		t.Error(r)
	}
}

func TestEpisodes(t *testing.T) {
	start := date.Must(2024, 1, 1)
	day := func(n int) date.Date { return start + date.Date(n) }
	returns := []float64{-0.1, -0.1, 0.3, 0.1, -0.05, 0.02}
	dates := []date.Date{day(1), day(2), day(5), day(6), day(7), day(8)}
	got := Episodes(start, dates, returns)
	if len(got) != 2 {
		t.Fatalf("got %+v", got)
	}
	if e := got[0]; e.Peak != start || e.Trough != day(2) || e.Recovery != day(5) || e.Days != 5 || !near(e.Depth, -0.19, 1e-14) || e.Open() {
		t.Errorf("first: %+v", e)
	}
	if e := got[1]; e.Peak != day(6) || e.Trough != day(7) || !e.Open() || e.Days != 2 || !near(e.Depth, -0.05, 1e-14) {
		t.Errorf("second: %+v", e)
	}
}

func BenchmarkMeasure(b *testing.B) {
	returns, m := random(1, 2520), NewMeter()
	b.ReportAllocs()
	for b.Loop() {
		m.Measure(Sample{Returns: returns, PeriodsPerYear: 252})
	}
}

func BenchmarkMeasureWithBenchmark(b *testing.B) {
	s := Sample{Returns: random(1, 2520), Benchmark: random(2, 2520), RiskFree: random(3, 2520), PeriodsPerYear: 252}
	m := NewMeter()
	for b.Loop() {
		m.Measure(s)
	}
}
