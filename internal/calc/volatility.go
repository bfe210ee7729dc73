package calc

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/volatility"
)

func init() { register("volatility", typed(volatilities)) }

type volatilityRequest struct {
	Returns        numbers  `json:"returns"`
	Model          string   `json:"model"`
	Lambda         *float64 `json:"lambda"`
	Horizons       numbers  `json:"horizons"`
	PeriodsPerYear *float64 `json:"periods_per_year"`
	Path           bool     `json:"path"`
}

// furthest is the longest horizon a forecast is given for: four years of trading.
const furthest = 1008

func volatilities(q volatilityRequest) (*object, error) {
	returns, err := q.Returns.required("returns", 0)
	if err != nil {
		return nil, err
	}
	perYear, err := periodsPerYear(q.PeriodsPerYear)
	if err != nil {
		return nil, err
	}
	horizons, longest, err := horizonsOf(q.Horizons)
	if err != nil {
		return nil, err
	}
	var o object
	m, err := q.fit(returns, perYear, longest)
	if err != nil {
		return nil, err
	}
	o.set("model", m.name)
	o.set("forecasts", m.forecasts)
	o.expected(m, horizons, perYear)
	for i, key := range m.details.keys {
		o.set(key, m.details.values[i])
	}
	for key, reason := range m.details.reasons {
		o.because(key, reason)
	}
	if q.Path {
		o.path(m)
	}
	realised := make([]*object, 0, 2)
	for _, window := range []int{21, 63} {
		realised = append(realised, realisedObject(volatility.Realise(returns, window, perYear)))
	}
	o.set("realised", realised)
	return &o, nil
}

// volatilityModel is one model of a series as the door shows it.
type volatilityModel struct {
	name, forecasts string
	reason          risk.Reason
	forecast        volatility.Forecast
	path            []float64 // variances; nil when the model has none
	details         object
}

func (q volatilityRequest) fit(returns []float64, perYear float64, longest int) (volatilityModel, error) {
	m := volatilityModel{name: q.Model, forecasts: "variance of the return of a period"}
	d := &m.details
	switch q.Model {
	case "sample", "":
		c, reason := volatility.Sample(returns)
		m.name, m.reason, m.forecast = "sample", reason, c.Forecast(longest)
	case "ewma":
		decay := volatility.DailyDecay
		if q.Lambda != nil {
			decay = *q.Lambda
		}
		w, reason, err := volatility.EWMA(returns, decay)
		if err != nil {
			return m, refuse("out_of_range", "lambda: %v", err)
		}
		m.reason, m.forecast, m.path = reason, w.Forecast(longest), w.Path
		d.set("lambda", decay)
	case "garch", "gjr":
		estimate := volatility.FitGARCH
		if q.Model == "gjr" {
			estimate = volatility.FitGJR
		}
		g, reason := estimate(returns)
		m.reason, m.forecast, m.path = reason, g.Forecast(longest), g.Path
		d.garch(g, reason, perYear)
	case "har":
		h, reason := volatility.FitHAR(returns)
		m.reason, m.forecasts = reason, "mean squared return of a period"
		if reason == "" {
			m.forecast = h.Forecast(longest)
		}
		d.har(h, reason)
	default:
		return m, refuse("unknown_choice", "model: %q, want sample, ewma, garch, gjr or har", q.Model)
	}
	return m, nil
}

// garch adds parameters and what follows from them.
func (o *object) garch(g volatility.Garch, reason risk.Reason, perYear float64) {
	why := string(reason)
	if why != "" {
		for _, key := range []string{"parameters", "log_likelihood", "persistence", "half_life", "long_run_annual_volatility"} {
			o.missing(key, why)
		}
		return
	}
	parameters := map[string]float64{"mu": g.Mu, "omega": g.Omega, "alpha": g.Alpha, "beta": g.Beta}
	if g.Asymmetric {
		parameters["gamma"] = g.Gamma
	}
	o.set("parameters", parameters)
	o.figure("log_likelihood", g.LogLikelihood, "")
	o.figure("persistence", g.Persistence(), "")
	o.measure("half_life", g.HalfLife())
	level := g.LongRun()
	o.figure("long_run_annual_volatility", math.Sqrt(level.Value)*math.Sqrt(perYear), string(level.Reason))
}

// har adds the regression.
func (o *object) har(h volatility.Har, reason risk.Reason) {
	if reason != "" {
		for _, key := range []string{"parameters", "se", "r2", "n"} {
			o.missing(key, string(reason))
		}
		return
	}
	o.set("parameters", map[string]float64{"constant": h.Constant, "day": h.Day, "week": h.Week, "month": h.Month})
	if h.SE == nil {
		o.missing("se", "perfect_fit")
	} else {
		o.set("se", map[string]float64{"constant": h.SE[0], "day": h.SE[1], "week": h.SE[2], "month": h.SE[3]})
	}
	o.figure("r2", h.R2, "")
	o.set("n", h.N)
}

// expected adds the next period's volatility and the term structure.
func (o *object) expected(m volatilityModel, horizons []int, perYear float64) {
	if m.reason != "" {
		for _, key := range []string{"volatility", "annual_volatility", "term_structure"} {
			o.missing(key, string(m.reason))
		}
		return
	}
	o.measure("volatility", m.forecast.Over(1))
	o.measure("annual_volatility", m.forecast.Annual(1, perYear))
	terms := make([]*object, len(horizons))
	for i, h := range horizons {
		terms[i] = &object{}
		terms[i].set("horizon", h)
		terms[i].measure("volatility", m.forecast.Over(h))
		terms[i].measure("annual_volatility", m.forecast.Annual(h, perYear))
	}
	o.set("term_structure", terms)
}

// path adds the volatility that the model expected for each period.
func (o *object) path(m volatilityModel) {
	switch {
	case m.reason != "":
		o.missing("path", string(m.reason))
	case m.path == nil:
		o.missing("path", "no_path")
	default:
		path := make([]float64, len(m.path))
		for i, v := range m.path {
			path[i] = math.Sqrt(v)
		}
		o.set("path", path)
	}
}

func realisedObject(r volatility.Realised) *object {
	var o object
	o.set("window", r.Window)
	o.measure("annual_volatility", r.Volatility)
	if r.Trend.Direction == "" {
		o.missing("trend", string(r.Trend.Slope.Reason))
	} else {
		o.set("trend", r.Trend.Direction)
	}
	o.measure("slope", r.Trend.Slope)
	o.measure("r2", r.Trend.R2)
	o.measure("percentile", r.Percentile)
	o.set("readings", r.Readings)
	return &o
}

// horizonsOf are whole numbers of periods; 1, 5, 10, 21 and 63 unless given.
func horizonsOf(given numbers) (horizons []int, longest int, err error) {
	list, err := given.values("horizons")
	if err != nil {
		return nil, 0, err
	}
	if !given.given {
		list = []float64{1, 5, 10, 21, 63}
	}
	longest = 1
	for i, h := range list {
		n, err := wholePeriods(fmt.Sprintf("horizons: item %d", i), h)
		if err != nil {
			return nil, 0, err
		}
		horizons, longest = append(horizons, n), max(longest, n)
	}
	return horizons, longest, nil
}

// wholePeriods is a number of periods ahead.
func wholePeriods(field string, h float64) (int, error) {
	if h != math.Trunc(h) || h < 1 || h > furthest {
		return 0, refuse("out_of_range", "%s: %v, want a whole number of periods from 1 to %d", field, h, furthest)
	}
	return int(h), nil
}

// periodsPerYear is 252 unless given.
func periodsPerYear(given *float64) (float64, error) {
	if given == nil {
		return 252, nil
	}
	if !(*given > 0) {
		return 0, refuse("out_of_range", "periods_per_year: %v, want a positive number such as 252", *given)
	}
	return *given, nil
}
