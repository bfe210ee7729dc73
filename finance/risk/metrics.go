package risk

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Sample is what Measure works on: returns and, of the same periods, a
// benchmark and a risk-free rate per period, both optional.
type Sample struct {
	Returns, Benchmark, RiskFree []float64
	PeriodsPerYear               float64
}

// Metrics is the standard set of figures of one return series.
type Metrics struct {
	TotalReturn, AnnualReturn, AnnualVolatility, DownsideDeviation Figure
	Sharpe, Sortino, MaxDrawdown, Calmar, Omega                    Figure
	UlcerIndex, PainIndex, TailRatio, Skewness, ExcessKurtosis     Figure
	Best, Worst, WinRate, Stability                                Figure
	Tail95                                                         Tail // historical, at 95 %
	Against                                                        Against
	HasBenchmark                                                   bool
}

// Measure computes every figure of the sample. Each one is what the function of
// its name gives; here the series is read as few times as possible. It refuses
// values that are not finite and series of different lengths.
func Measure(s Sample) (Metrics, error) {
	if err := s.check(); err != nil {
		return Metrics{}, err
	}
	return NewMeter().Measure(s), nil
}

func (s Sample) check() error {
	for _, x := range []struct {
		name   string
		values []float64
	}{{"returns", s.Returns}, {"benchmark", s.Benchmark}, {"risk_free", s.RiskFree}} {
		if i := series.FirstBad(x.values); i >= 0 {
			return fmt.Errorf("%s: value %d is %v, want a finite number", x.name, i, x.values[i])
		}
		if x.values != nil && len(x.values) != len(s.Returns) {
			return fmt.Errorf("%s: %d periods, returns have %d", x.name, len(x.values), len(s.Returns))
		}
	}
	if !(s.PeriodsPerYear > 0) || math.IsInf(s.PeriodsPerYear, 0) {
		return fmt.Errorf("periods per year: %v, want a positive number", s.PeriodsPerYear)
	}
	return nil
}

// Meter measures many samples with one work space. It is not for concurrent use.
type Meter struct{ work []float64 }

// NewMeter returns a Meter.
func NewMeter() *Meter { return &Meter{} }

// Measure is Measure for a sample that is known to be finite and aligned.
func (m *Meter) Measure(s Sample) Metrics {
	out := m.own(s)
	if s.Benchmark != nil {
		out.HasBenchmark = true
		out.Against = Compare(s.Returns, s.Benchmark, s.RiskFree, s.PeriodsPerYear)
	} else {
		out.Against = against(NoBenchmark)
	}
	return out
}

// path is what one pass over a series gathers.
type path struct {
	sum, growth, peak, deepest  float64
	squaresDown, gains, losses  float64
	depthSum, depthSquares      float64
	best, worst                 float64
	wins, moves                 int
	logSum, logSquares, logTime float64
	positive                    bool // growth stayed above zero
}

func walk(returns []float64) path {
	p := path{growth: 1, peak: 1, positive: true, best: returns[0], worst: returns[0]}
	at := -float64(len(returns)-1) / 2
	for _, r := range returns {
		p.sum += r
		p.growth *= 1 + r
		if p.growth > p.peak {
			p.peak = p.growth
		} else {
			depth := p.growth/p.peak - 1
			p.depthSum -= depth
			p.depthSquares += float64(depth * depth)
			if depth < p.deepest {
				p.deepest = depth
			}
		}
		switch {
		case r > 0:
			p.gains += r
			p.wins++
			p.moves++
		case r < 0:
			p.losses -= r
			p.squaresDown += float64(r * r)
			p.moves++
		}
		if r > p.best {
			p.best = r
		}
		if r < p.worst {
			p.worst = r
		}
		if p.growth > 0 {
			y := math.Log(p.growth)
			p.logSum += y
			p.logSquares += float64(y * y)
			p.logTime += float64(at * y)
		} else {
			p.positive = false
		}
		at++
	}
	return p
}

// own are the figures that need no benchmark.
func (m *Meter) own(s Sample) Metrics {
	n, ppy := len(s.Returns), s.PeriodsPerYear
	if n == 0 {
		e := missing(Empty)
		return Metrics{e, e, e, e, e, e, e, e, e, e, e, e, e, e, e, e, e, e, Tail{0.95, e, e}, Against{}, false}
	}
	p := walk(s.Returns)
	count, root := float64(n), math.Sqrt(ppy)
	mean := p.sum / count
	scale := math.Max(math.Abs(p.best), math.Abs(p.worst))
	out := Metrics{
		TotalReturn:       measured(p.growth - 1),
		DownsideDeviation: measured(math.Sqrt(p.squaresDown/count) * root),
		MaxDrawdown:       measured(p.deepest),
		Omega:             ratio(p.gains, p.losses, 0, NoDownside),
		UlcerIndex:        measured(math.Sqrt(p.depthSquares / count)),
		PainIndex:         measured(p.depthSum / count),
		Best:              measured(p.best),
		Worst:             measured(p.worst),
		WinRate:           ratio(float64(p.wins), float64(p.moves), 0, NoMovement),
		Stability:         p.stability(n),
	}
	out.AnnualReturn = out.TotalReturn
	if out.TotalReturn.Known() {
		out.AnnualReturn = annualised(out.TotalReturn.Value, n, ppy)
	}
	out.Sortino = out.DownsideDeviation
	if out.Sortino.Known() {
		out.Sortino = ratio(mean*ppy, out.DownsideDeviation.Value, 0, NoDownside)
	}
	out.Calmar = out.AnnualReturn
	if out.Calmar.Known() {
		out.Calmar = ratio(out.AnnualReturn.Value, -out.MaxDrawdown.Value, 0, NoDrawdown)
	}
	out.spread(s, mean, scale)
	m.tails(s.Returns, &out)
	return out
}

func (p path) stability(n int) Figure {
	if n < 2 {
		return missing(TooShort)
	}
	if !p.positive {
		return missing(CapitalLost)
	}
	count := float64(n)
	time := count * (float64(count*count) - 1) / 12
	deviation := p.logSquares - float64(p.logSum*p.logSum)/count
	if deviation <= 1e-14*p.logSquares {
		return missing(NoMovement)
	}
	return measured(float64(p.logTime*p.logTime) / (time * deviation))
}

// spread fills the figures of second and higher moments.
func (out *Metrics) spread(s Sample, mean, scale float64) {
	n := len(s.Returns)
	if n < 2 {
		short := missing(TooShort)
		out.AnnualVolatility, out.Sharpe, out.Skewness, out.ExcessKurtosis = short, short, short, short
		return
	}
	second, third, fourth := series.Deviations(s.Returns, mean)
	if out.Best == out.Worst {
		second = 0
	}
	sd, root := math.Sqrt(second/float64(n-1)), math.Sqrt(s.PeriodsPerYear)
	out.AnnualVolatility = measured(sd * root)
	out.Skewness, out.ExcessKurtosis = standardised(second, third, fourth, n, scale)
	if s.RiskFree == nil {
		out.Sharpe = ratio(mean, sd, scale, NoVolatility)
		if out.Sharpe.Known() {
			out.Sharpe = measured(out.Sharpe.Value * root)
		}
		return
	}
	out.Sharpe = Sharpe(Excess(s.Returns, s.RiskFree), s.PeriodsPerYear)
}

// tails fills the figures that need order statistics.
func (m *Meter) tails(returns []float64, out *Metrics) {
	m.work = append(m.work[:0], returns...)
	out.Tail95 = historicalTail(m.work, 0.95)
	out.TailRatio = out.Tail95.VaR
	if out.TailRatio.Known() {
		upper := series.Quantile(m.work, 0.95)
		out.TailRatio = ratio(math.Abs(upper), math.Abs(out.Tail95.VaR.Value), 0, NoLowerTail)
	}
}
