package calc

import (
	"math"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
)

func init() {
	register("var", typed(valueAtRisk))
	register("backtest", typed(backtest))
}

type varRequest struct {
	Returns       numbers  `json:"returns"`
	Confidence    *float64 `json:"confidence"`
	Method        string   `json:"method"`
	Weights       numbers  `json:"weights"`
	Covariance    matrix   `json:"covariance"`
	ReturnsMatrix matrix   `json:"returns_matrix"`
}

// confidence is the level of a VaR, strictly between 0 and 1 and 0.95 unless given.
func confidence(given *float64) (float64, error) {
	if given == nil {
		return 0.95, nil
	}
	if !(*given > 0 && *given < 1) {
		return 0, refuse("out_of_range", "confidence: %v, want a fraction between 0 and 1 such as 0.95", *given)
	}
	return *given, nil
}

func valueAtRisk(q varRequest) (*object, error) {
	level, err := confidence(q.Confidence)
	if err != nil {
		return nil, err
	}
	if q.Weights.given {
		return q.components(level)
	}
	returns, err := q.Returns.required("returns", 0)
	if err != nil {
		return nil, err
	}
	var o object
	switch q.Method {
	case "historical", "":
		o.tail(risk.HistoricalTail(returns, level))
	case "normal":
		o.tail(risk.NormalTail(returns, level))
	case "student_t":
		o.tail(risk.StudentTail(returns, level))
	case "cornish_fisher":
		t := risk.CornishFisherTail(returns, level)
		o.tail(t.Tail)
		if t.VaR.Known() {
			o.set("monotone", t.Monotone)
		}
	default:
		return nil, refuse("unknown_choice", "method: %q, want historical, normal, cornish_fisher or student_t", q.Method)
	}
	return &o, nil
}

func (o *object) tail(t risk.Tail) {
	o.measure("var", t.VaR)
	o.measure("es", t.ES)
}

func (q varRequest) components(level float64) (*object, error) {
	if q.Method != "" && q.Method != "normal" {
		return nil, refuse("unknown_choice", "method: %q, components are of the normal model", q.Method)
	}
	weights, err := q.Weights.required("weights", 1)
	if err != nil {
		return nil, err
	}
	cov, err := q.covariance(len(weights))
	if err != nil {
		return nil, err
	}
	parts, err := risk.ComponentVaR(weights, cov, level)
	if err != nil {
		return nil, refuse("not_positive_semidefinite", "covariance: %v", err)
	}
	var o object
	o.measure("var", parts.VaR)
	o.measure("es", parts.ES)
	o.list("marginal", parts.Marginal, string(risk.NoVolatility))
	o.list("component", parts.Component, string(risk.NoVolatility))
	o.list("component_percent", parts.Percent, string(risk.NoVolatility))
	return &o, nil
}

// list adds figures, or null with the reason when there are none or one of them
// is beyond float64.
func (o *object) list(key string, values []float64, reason string) {
	switch {
	case values == nil:
		o.missing(key, reason)
	case series.FirstBad(values) >= 0:
		o.missing(key, "not_finite")
	default:
		o.set(key, values)
	}
}

// covariance is the matrix given, or the sample covariance of returns_matrix.
func (q varRequest) covariance(n int) ([][]float64, error) {
	if q.Covariance.given {
		return q.Covariance.square("covariance", n)
	}
	days, err := q.ReturnsMatrix.table("returns_matrix", n)
	if err != nil {
		return nil, err
	}
	columns := make([][]float64, n)
	for j := range columns {
		columns[j] = make([]float64, len(days))
		for t, day := range days {
			columns[j][t] = day[j]
		}
	}
	m, err := covariance.Sample(columns)
	if err != nil {
		return nil, refuse("too_short", "returns_matrix: %v", err)
	}
	return m, nil
}

type backtestRequest struct {
	Losses     numbers   `json:"losses"`
	VaR        oneOrMany `json:"var"`
	Confidence *float64  `json:"confidence"`
}

func backtest(q backtestRequest) (*object, error) {
	level, err := confidence(q.Confidence)
	if err != nil {
		return nil, err
	}
	losses, err := q.Losses.required("losses", 0)
	if err != nil {
		return nil, err
	}
	limits, err := q.VaR.each("var", len(losses))
	if err != nil {
		return nil, err
	}
	var o object
	o.coverage(risk.RunBacktest(losses, limits, level))
	o.durations(risk.DurationTest(losses, limits))
	return &o, nil
}

// coverage adds how often the losses were above VaR, and what that says.
func (o *object) coverage(b risk.Backtest) {
	o.set("exceptions", b.Exceptions)
	o.measure("kupiec_lr", b.KupiecLR)
	o.measure("kupiec_p", b.KupiecP)
	o.measure("christoffersen_lr", b.ChristoffersenLR)
	o.measure("christoffersen_p", b.ChristoffersenP)
	if b.TrafficLight == "" {
		o.missing("traffic_light", string(risk.Empty))
	} else {
		o.set("traffic_light", b.TrafficLight)
	}
}

// each is a limit for each of n days.
func (v oneOrMany) each(field string, n int) ([]float64, error) {
	switch {
	case v.bad || (v.one != nil && math.IsNaN(*v.one)):
		return nil, refuse("bad_request", "%s: want a number, or a list with one per day", field)
	case v.one != nil:
		list := make([]float64, n)
		for i := range list {
			list[i] = *v.one
		}
		return list, nil
	}
	list, err := v.many.required(field, 0)
	if err == nil && len(list) != n {
		err = refuse("length_mismatch", "%s: %d days, losses have %d", field, len(list), n)
	}
	return list, err
}
