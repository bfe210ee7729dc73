package calc

import "github.com/foliosight/foliosight/finance/risk"

func init() { register("backtest_rolling", typed(backtestRolling)) }

type rollingBacktestRequest struct {
	Profits    numbers  `json:"profits"`
	Method     string   `json:"method"`
	Window     *float64 `json:"window"`
	Lambda     *float64 `json:"lambda"`
	Confidence *float64 `json:"confidence"`
	Days       *float64 `json:"days"`
	Trials     *float64 `json:"trials"`
	Seed       uint64   `json:"seed"`
}

// longestWindow is the most days a prediction may look back on, or be tested for:
// a century.
const longestWindow = 25_200

// backtestRolling holds the VaR of the day before against each day.
func backtestRolling(q rollingBacktestRequest) (*object, error) {
	profits, err := q.Profits.required("profits", 0)
	if err != nil {
		return nil, err
	}
	r, err := q.question()
	if err != nil {
		return nil, err
	}
	b, reason, err := r.Run(profits)
	if err != nil {
		return nil, refuse("bad_request", "%v", err)
	}
	var o object
	o.set("method", r.Method)
	o.set("confidence", r.Confidence)
	if reason != "" {
		for _, key := range []string{"first", "losses", "var", "es", "breaches", "exceptions", "kupiec_lr", "kupiec_p", "christoffersen_lr", "christoffersen_p", "traffic_light",
			"duration_shape", "duration_lr", "duration_p", "severity", "z1", "z1_p", "z2", "z2_p"} {
			o.missing(key, string(reason))
		}
		return &o, nil
	}
	o.set("first", b.First)
	o.set("losses", b.Losses)
	o.set("var", b.VaR)
	o.set("es", b.ES)
	o.set("breaches", append([]int{}, b.Breaches...))
	o.coverage(b.Coverage)
	o.durations(b.Durations)
	o.shortfall(b.Shortfall)
	return &o, nil
}

// question makes sense of the request.
func (q rollingBacktestRequest) question() (r risk.RollingBacktest, err error) {
	r = risk.RollingBacktest{Method: risk.RollingMethod(q.Method), Window: 252, Decay: 0.94, Days: 252, Null: risk.ESNull{Seed: q.Seed}}
	switch r.Method {
	case "":
		r.Method = risk.RollingHistorical
	case risk.RollingHistorical, risk.RollingNormal, risk.RollingFiltered:
	default:
		return r, refuse("unknown_choice", "method: %q, want historical, ewma_normal or filtered", q.Method)
	}
	if r.Confidence, err = confidence(q.Confidence); err != nil {
		return r, err
	}
	if q.Lambda != nil {
		if r.Decay = *q.Lambda; !(r.Decay > 0 && r.Decay < 1) {
			return r, refuse("out_of_range", "lambda: %v, want a decay between 0 and 1 such as 0.94", r.Decay)
		}
	}
	for _, field := range []struct {
		name  string
		given *float64
		least float64
		into  *int
	}{{"window", q.Window, 2, &r.Window}, {"days", q.Days, 1, &r.Days}} {
		if field.given == nil {
			continue
		}
		v := *field.given
		if !(v >= field.least && v <= longestWindow) || v != float64(int(v)) {
			return r, refuse("out_of_range", "%s: %v, want a whole number from %v to %d", field.name, v, field.least, longestWindow)
		}
		*field.into = int(v)
	}
	if q.Trials != nil {
		r.Null.Trials, err = trials("trials", q.Trials, 0)
	}
	return r, err
}
