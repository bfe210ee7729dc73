package calc

import (
	"encoding/json"
	"math"

	"github.com/foliosight/foliosight/finance/risk"
)

func init() { register("metrics", typed(metrics)) }

type metricsRequest struct {
	Returns        numbers   `json:"returns"`
	Benchmark      numbers   `json:"benchmark"`
	RiskFree       oneOrMany `json:"risk_free"`
	PeriodsPerYear *float64  `json:"periods_per_year"`

	Detail          bool    `json:"detail"`
	Minimum         float64 `json:"minimum"`
	SharpeAbove     float64 `json:"sharpe_above"`
	Trials          float64 `json:"trials"`
	TrialsDeviation float64 `json:"trials_deviation"`
	RuinLevel       float64 `json:"ruin_level"`
}

func metrics(q metricsRequest) (*object, error) {
	sample, err := q.sample()
	if err != nil {
		return nil, err
	}
	if q.Detail {
		return q.detail(sample)
	}
	m, err := risk.Measure(sample)
	if err != nil {
		return nil, refuse("bad_request", "%v", err)
	}
	var o object
	o.standard(&m)
	return &o, nil
}

// detail answers with the standard figures and all others.
func (q metricsRequest) detail(sample risk.Sample) (*object, error) {
	if !(q.Minimum > -1) {
		return nil, refuse("out_of_range", "minimum: %v, a return a year must be above -1", q.Minimum)
	}
	choices := risk.Choices{Minimum: risk.PeriodicRate(q.Minimum, sample.PeriodsPerYear), Sharpe: q.SharpeAbove,
		Trials: risk.Trials{Number: q.Trials, Deviation: q.TrialsDeviation}, RuinLevel: q.RuinLevel}
	d, err := risk.MeasureDetail(sample, choices)
	if err != nil {
		return nil, refuse("out_of_range", "%v", err)
	}
	var o object
	o.standard(&d.Standard)
	for _, f := range d.Figures() {
		o.measure(f.Name, f.Figure)
	}
	return &o, nil
}

// standard adds the standard set.
func (o *object) standard(m *risk.Metrics) {
	for _, f := range []struct {
		name   string
		figure risk.Figure
	}{
		{"total_return", m.TotalReturn}, {"annual_return", m.AnnualReturn}, {"annual_volatility", m.AnnualVolatility},
		{"downside_deviation", m.DownsideDeviation}, {"sharpe", m.Sharpe}, {"sortino", m.Sortino},
		{"max_drawdown", m.MaxDrawdown}, {"calmar", m.Calmar}, {"omega", m.Omega}, {"ulcer_index", m.UlcerIndex},
		{"pain_index", m.PainIndex}, {"tail_ratio", m.TailRatio}, {"skewness", m.Skewness},
		{"excess_kurtosis", m.ExcessKurtosis}, {"best", m.Best}, {"worst", m.Worst}, {"win_rate", m.WinRate},
		{"stability", m.Stability}, {"var_historical_95", m.Tail95.VaR}, {"es_historical_95", m.Tail95.ES},
	} {
		o.measure(f.name, f.figure)
	}
	if !m.HasBenchmark {
		return
	}
	a := m.Against
	for _, f := range []struct {
		name   string
		figure risk.Figure
	}{
		{"beta", a.Beta}, {"alpha", a.Alpha}, {"tracking_error", a.TrackingError}, {"information_ratio", a.Information},
		{"capture", a.Capture}, {"up_capture", a.UpCapture}, {"down_capture", a.DownCapture},
		{"correlation", a.Correlation}, {"r_squared", a.RSquared}, {"treynor", a.Treynor}, {"m_squared", a.MSquared},
	} {
		o.measure(f.name, f.figure)
	}
}

// sample reads the request; a risk-free number is a rate per year and becomes
// the rate per period that compounds to it.
func (q metricsRequest) sample() (risk.Sample, error) {
	s := risk.Sample{PeriodsPerYear: 252}
	if q.PeriodsPerYear != nil {
		s.PeriodsPerYear = *q.PeriodsPerYear
	}
	if !(s.PeriodsPerYear > 0) {
		return s, refuse("out_of_range", "periods_per_year: %v, want a positive number such as 252", s.PeriodsPerYear)
	}
	var err error
	if s.Returns, err = q.Returns.required("returns", 0); err != nil {
		return s, err
	}
	if q.Benchmark.given {
		if s.Benchmark, err = q.Benchmark.required("benchmark", 0); err != nil {
			return s, err
		}
		if len(s.Benchmark) != len(s.Returns) {
			return s, refuse("length_mismatch", "benchmark: %d periods, returns have %d", len(s.Benchmark), len(s.Returns))
		}
	}
	s.RiskFree, err = q.RiskFree.perPeriod("risk_free", len(s.Returns), s.PeriodsPerYear)
	return s, err
}

// measure adds a figure of package risk.
func (o *object) measure(key string, f risk.Figure) { o.figure(key, f.Value, string(f.Reason)) }

// oneOrMany is one number or a list of them.
type oneOrMany struct {
	one  *float64
	many numbers
	bad  bool
}

// UnmarshalJSON never fails: what is wrong is told by perPeriod.
func (v *oneOrMany) UnmarshalJSON(b []byte) error {
	*v = oneOrMany{}
	switch {
	case string(b) == "null":
	case b[0] == '[':
		return v.many.UnmarshalJSON(b)
	default:
		v.bad = json.Unmarshal(b, &v.one) != nil
	}
	return nil
}

// perPeriod is a rate for each of n periods, nil when none was given.
func (v oneOrMany) perPeriod(field string, n int, periodsPerYear float64) ([]float64, error) {
	switch {
	case v.bad:
		return nil, refuse("bad_request", "%s: want a number per year, or a list with one per period", field)
	case v.one != nil && !(*v.one > -1):
		return nil, refuse("out_of_range", "%s: %v, a rate must be above -1", field, *v.one)
	case v.one != nil:
		rate := risk.PeriodicRate(*v.one, periodsPerYear)
		list := make([]float64, n)
		for i := range list {
			list[i] = rate
		}
		if math.IsInf(rate, 0) {
			return nil, refuse("out_of_range", "%s: %v a year is beyond float64 per period", field, *v.one)
		}
		return list, nil
	case v.many.given:
		list, err := v.many.values(field)
		if err == nil && len(list) != n {
			err = refuse("length_mismatch", "%s: %d periods, returns have %d", field, len(list), n)
		}
		return list, err
	}
	return nil, nil
}
