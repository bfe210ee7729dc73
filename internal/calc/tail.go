package calc

import (
	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
	"github.com/foliosight/foliosight/finance/volatility"
)

func init() { register("tail", typed(tailDoor)) }

func tailDoor(q tailRequest) (*object, error) {
	t, err := q.question()
	if err != nil {
		return nil, err
	}
	var o object
	book := t.columns[0]
	if t.names != nil {
		book = risk.Weigh(t.columns, t.weights)
	}
	measure := t.measure()
	o.tail(measure(book))
	if t.names != nil {
		t.parts(&o, book, measure)
	}
	t.describe(&o)
	return &o, nil
}

// measure is the tail of a series by the chosen method and horizon.
func (t *tailQuestion) measure() func([]float64) risk.Tail {
	plain := map[string]func([]float64, float64) risk.Tail{
		"historical": risk.HistoricalTail, "normal": risk.NormalTail, "student_t": risk.StudentTail,
		"cornish_fisher": func(r []float64, level float64) risk.Tail {
			c := risk.CornishFisherTail(r, level)
			if t.monotone == nil && c.VaR.Known() {
				t.monotone = &c.Monotone
			}
			return c.Tail
		},
	}[t.method]
	return func(returns []float64) risk.Tail {
		if t.by == "simulated" {
			return t.simulated(returns)
		}
		var out risk.Tail
		if plain != nil {
			out = plain(returns, t.level)
		} else if s, reason := t.scenarios(returns); reason != "" {
			out = noTail(t.level, reason)
		} else {
			out = s.Tail(returns, t.level)
		}
		if t.by == "square_root" {
			out = out.OverHorizon(t.horizon)
		}
		return out
	}
}

// scenarios are how history stands for the next period of a series.
func (t *tailQuestion) scenarios(returns []float64) (risk.Scenarios, risk.Reason) {
	switch {
	case t.method == "age_weighted":
		s, err := risk.AgeWeighted(len(returns), t.lambda)
		if err != nil || len(returns) == 0 {
			return s, risk.Empty
		}
		return s, ""
	case t.method != "filtered":
		return risk.Scenarios{}, ""
	case t.model == "ewma":
		w, reason, err := volatility.EWMA(returns, t.lambda)
		if err != nil || reason != "" {
			return risk.Scenarios{}, reason
		}
		return risk.Filtered(w.Path, w.Next, w.WarmUp())
	}
	g, reason := t.garch(returns)
	if reason != "" {
		return risk.Scenarios{}, reason
	}
	return risk.Filtered(g.Path, g.Next, 0)
}

func (t *tailQuestion) garch(returns []float64) (volatility.Garch, risk.Reason) {
	if t.model == "gjr" {
		return volatility.FitGJR(returns)
	}
	return volatility.FitGARCH(returns)
}

// simulated is the tail of paths of filtered history.
func (t *tailQuestion) simulated(returns []float64) risk.Tail {
	g, reason := t.garch(returns)
	if reason != "" {
		return noTail(t.level, reason)
	}
	paths := g.Simulate(t.paths, t.horizon, t.seed)
	if series.FirstBad(paths) >= 0 {
		return noTail(t.level, risk.OutOfRange)
	}
	return risk.HistoricalTail(paths, t.level)
}

func noTail(level float64, reason risk.Reason) risk.Tail {
	f := risk.Figure{Reason: reason}
	return risk.Tail{Confidence: level, VaR: f, ES: f}
}

// parts adds the components, where the method has them, and the incremental figures.
func (t *tailQuestion) parts(o *object, book []float64, measure func([]float64) risk.Tail) {
	p, why := t.split(book)
	scale := risk.Tail{VaR: risk.Figure{Value: 1}}
	if t.by == "square_root" {
		scale = scale.OverHorizon(t.horizon)
	}
	for _, list := range [][]float64{p.ComponentES, p.ComponentVaR} {
		for i := range list {
			list[i] *= scale.VaR.Value
		}
	}
	noVaR := string(p.NoComponentVaR)
	if noVaR == "" {
		noVaR = why
	}
	o.list("component_var", p.ComponentVaR, noVaR)
	o.list("component_es", p.ComponentES, why)
	vars, shortfalls := risk.Incremental(t.columns, t.weights, measure)
	o.figures("incremental_var", vars)
	o.figures("incremental_es", shortfalls)
}

// split is the tail with its parts, and why there are none.
func (t *tailQuestion) split(book []float64) (p risk.TailParts, why string) {
	switch {
	case t.by == "simulated":
		return p, "no_components" // of paths that are drawn for the sum
	case t.method == "normal":
		p = risk.NormalParts(t.columns, t.weights, t.level)
	case t.method == "student_t":
		p = risk.StudentParts(t.columns, t.weights, t.level)
	case t.method == "cornish_fisher":
		p = risk.CornishFisherParts(t.columns, t.weights, t.level)
	default:
		s, reason := t.scenarios(book)
		if reason != "" {
			return p, string(reason)
		}
		p = s.Parts(t.columns, t.weights, t.level)
	}
	if why = string(p.ES.Reason); why == "" {
		why = string(p.NoComponentVaR)
	}
	return p, why
}

// figures adds a list of figures; the first reason stands for those that are null.
func (o *object) figures(key string, list []risk.Figure) {
	out, reason := make([]*float64, len(list)), ""
	for i, f := range list {
		if f.Known() {
			out[i] = finite(f.Value)
		} else if reason == "" {
			reason = string(f.Reason)
		}
	}
	o.set(key, out)
	if reason != "" {
		o.because(key, reason)
	}
}

// describe adds by what the figures were made.
func (t *tailQuestion) describe(o *object) {
	if t.names != nil {
		o.set("symbols", t.names)
	}
	if t.monotone != nil {
		o.set("monotone", *t.monotone)
	}
	o.set("method", t.method)
	o.set("confidence", t.level)
	o.set("horizon", t.horizon)
	if t.horizon > 1 {
		o.set("horizon_method", t.by)
	}
	n := len(t.columns[0])
	o.set("observations", n)
	if t.by == "overlapping" {
		o.set("independent_observations", (n+t.horizon-1)/t.horizon)
	}
}
