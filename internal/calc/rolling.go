package calc

import (
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/risk"
)

func init() { register("rolling", typed(rolling)) }

type rollingRequest struct {
	metricsRequest
	Window   *int         `json:"window"`
	Measures []string     `json:"measures"`
	Dates    []*date.Date `json:"dates"`
}

// rollingMeasures are the measures in the order of the answer.
var rollingMeasures = []struct {
	name      string
	benchmark bool
	roll      func(s risk.Sample, window int) []risk.Figure
}{
	{"return", false, func(s risk.Sample, w int) []risk.Figure { return risk.RollingReturn(s.Returns, w) }},
	{"volatility", false, func(s risk.Sample, w int) []risk.Figure {
		return risk.RollingVolatility(s.Returns, w, s.PeriodsPerYear)
	}},
	{"sharpe", false, func(s risk.Sample, w int) []risk.Figure {
		return risk.RollingSharpe(risk.Excess(s.Returns, s.RiskFree), w, s.PeriodsPerYear)
	}},
	{"max_drawdown", false, func(s risk.Sample, w int) []risk.Figure { return risk.RollingMaxDrawdown(s.Returns, w) }},
	{"beta", true, func(s risk.Sample, w int) []risk.Figure { return risk.RollingBeta(s.Returns, s.Benchmark, w) }},
	{"correlation", true, func(s risk.Sample, w int) []risk.Figure { return risk.RollingCorrelation(s.Returns, s.Benchmark, w) }},
	{"tracking_error", true, func(s risk.Sample, w int) []risk.Figure {
		return risk.RollingVolatility(risk.Excess(s.Returns, s.Benchmark), w, s.PeriodsPerYear)
	}},
}

func rolling(q rollingRequest) (*object, error) {
	sample, err := q.sample()
	if err != nil {
		return nil, err
	}
	n := len(sample.Returns)
	switch {
	case q.Window == nil:
		return nil, refuse("missing_field", "window: give the number of periods of a window")
	case *q.Window < 2:
		return nil, refuse("out_of_range", "window: %d, want at least 2 periods", *q.Window)
	case q.Dates != nil && len(q.Dates) != n:
		return nil, refuse("length_mismatch", "dates: %d given, returns have %d", len(q.Dates), n)
	}
	for i, d := range q.Dates {
		if d == nil || d.IsNone() {
			return nil, refuse("bad_date", "dates: entry %d is empty, want YYYY-MM-DD", i)
		}
	}
	if err := knownMeasures(q.Measures, sample.Benchmark != nil); err != nil {
		return nil, err
	}
	from := min(*q.Window-1, n)
	var o object
	o.set("window", *q.Window)
	o.set("from", from)
	if q.Dates != nil {
		o.set("dates", q.Dates[from:])
	}
	for _, m := range rollingMeasures {
		if m.benchmark && sample.Benchmark == nil || len(q.Measures) > 0 && !slices.Contains(q.Measures, m.name) {
			continue
		}
		o.series(m.name, m.roll(sample, *q.Window)[from:])
	}
	return &o, nil
}

// knownMeasures refuses a measure that does not exist or lacks its benchmark.
func knownMeasures(asked []string, benchmark bool) error {
	names := make([]string, len(rollingMeasures))
	for i, m := range rollingMeasures {
		names[i] = m.name
	}
	for _, a := range asked {
		switch i := slices.Index(names, a); {
		case i < 0:
			return refuse("unknown_choice", "measures: %q, want some of %s", a, strings.Join(names, ", "))
		case rollingMeasures[i].benchmark && !benchmark:
			return refuse("missing_field", "benchmark: %s needs one", a)
		}
	}
	return nil
}

// series adds figures of consecutive periods, null where one does not exist; the reason is
// that of the first such one.
func (o *object) series(key string, figures []risk.Figure) {
	values := make([]*float64, len(figures))
	for i := range figures {
		if figures[i].Known() {
			values[i] = &figures[i].Value
		} else {
			o.note(key, string(figures[i].Reason))
		}
	}
	if len(values) == 0 {
		o.note(key, string(risk.TooShort))
	}
	o.set(key, values)
}
