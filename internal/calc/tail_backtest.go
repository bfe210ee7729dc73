package calc

import "github.com/foliosight/foliosight/finance/risk"

func init() { register("backtest_es", typed(backtestES)) }

type backtestESRequest struct {
	Losses     numbers   `json:"losses"`
	VaR        oneOrMany `json:"var"`
	ES         oneOrMany `json:"es"`
	Confidence *float64  `json:"confidence"`
	Degrees    *float64  `json:"degrees"`
	Trials     *float64  `json:"trials"`
	Seed       uint64    `json:"seed"`
}

func backtestES(q backtestESRequest) (*object, error) {
	level := 0.975 // the level of Basel's market risk rules
	if q.Confidence != nil {
		var err error
		if level, err = confidence(q.Confidence); err != nil {
			return nil, err
		}
	}
	losses, err := q.Losses.required("losses", 0)
	if err != nil {
		return nil, err
	}
	limits, err := q.VaR.each("var", len(losses))
	if err != nil {
		return nil, err
	}
	shortfalls, err := q.ES.each("es", len(losses))
	if err != nil {
		return nil, err
	}
	for i, es := range shortfalls {
		if !(es > 0) {
			return nil, refuse("out_of_range", "es: day %d has %v, an expected shortfall must be a loss above zero", i, es)
		}
		if es < limits[i] {
			return nil, refuse("out_of_range", "es: day %d has %v below its var %v; the mean of what lies beyond cannot be smaller", i, es, limits[i])
		}
	}
	null := risk.ESNull{Seed: q.Seed}
	if q.Degrees != nil {
		if null.Degrees = *q.Degrees; !(null.Degrees > 1 && null.Degrees <= 1e6) {
			return nil, refuse("out_of_range", "degrees: %v, want degrees of freedom above 1; leave it out for the normal distribution", null.Degrees)
		}
	}
	if null.Trials, err = trials("trials", q.Trials, 10000); err != nil {
		return nil, err
	}
	b := risk.RunESBacktest(losses, limits, shortfalls, level, null)
	var o object
	o.set("exceptions", b.Exceptions)
	o.shortfall(b)
	o.set("trials", b.Trials)
	o.durations(risk.DurationTest(losses, limits))
	return &o, nil
}

// durations adds the test of the days between exceptions.
func (o *object) durations(d risk.Durations) {
	o.measure("duration_shape", d.Shape)
	o.measure("duration_lr", d.LR)
	o.measure("duration_p", d.P)
}

// shortfall adds the tests of how large the losses above VaR were.
func (o *object) shortfall(b risk.ESBacktest) {
	o.measure("severity", b.Severity)
	o.measure("z1", b.Z1)
	o.measure("z1_p", b.P1)
	o.measure("z2", b.Z2)
	o.measure("z2_p", b.P2)
}
