package calc

import (
	"bytes"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
	"github.com/foliosight/foliosight/finance/volatility"
)

func init() { register("tail", typed(tailDoor)) }

type tailRequest struct {
	Returns       bookReturns         `json:"returns"`
	Weights       map[string]*float64 `json:"weights"`
	Confidence    *float64            `json:"confidence"`
	Method        string              `json:"method"`
	Lambda        *float64            `json:"lambda"`
	Model         string              `json:"model"`
	Horizon       *float64            `json:"horizon"`
	HorizonMethod string              `json:"horizon_method"`
	Paths         *float64            `json:"paths"`
	Seed          uint64              `json:"seed"`
}

// bookReturns is one series, or one for each position.
type bookReturns struct {
	one  numbers
	many namedSeries
}

// UnmarshalJSON never fails: what is wrong is told when the series are taken.
func (r *bookReturns) UnmarshalJSON(b []byte) error {
	*r = bookReturns{}
	if b = bytes.TrimSpace(b); b[0] == '{' {
		return r.many.UnmarshalJSON(b)
	}
	return r.one.UnmarshalJSON(b)
}

// tailQuestion is a request made sense of.
type tailQuestion struct {
	names    []string // of the positions; nil for one series
	columns  [][]float64
	weights  []float64
	level    float64
	horizon  int
	by       string // how the horizon is reached
	method   string
	lambda   float64
	model    string
	paths    int
	seed     uint64
	monotone *bool
}

// ageDecay is the decay of Boudoukh, Richardson and Whitelaw's first example.
const ageDecay = 0.98

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

func (q tailRequest) question() (t tailQuestion, err error) {
	t = tailQuestion{method: q.Method, model: q.Model, by: q.HorizonMethod, horizon: 1, lambda: ageDecay, paths: 10000, seed: q.Seed}
	if t.level, err = confidence(q.Confidence); err != nil {
		return t, err
	}
	if err = t.choices(); err != nil {
		return t, err
	}
	if t.method == "filtered" {
		t.lambda = volatility.DailyDecay
	}
	if q.Lambda != nil {
		if t.lambda = *q.Lambda; !(t.lambda > 0 && t.lambda < 1) {
			return t, refuse("out_of_range", "lambda: %v, want a decay between 0 and 1 such as 0.98", t.lambda)
		}
	}
	if q.Horizon != nil {
		if t.horizon, err = wholePeriods("horizon", *q.Horizon); err != nil {
			return t, err
		}
	}
	if t.paths, err = trials("paths", q.Paths, 10000); err != nil {
		return t, err
	}
	if q.Returns.many.given {
		if t.names, t.columns, err = q.Returns.many.columns("returns", false); err != nil {
			return t, err
		}
		t.weights, err = bookWeights(q.Weights, t.names)
	} else {
		if q.Weights != nil {
			return t, refuse("missing_field", "returns: give a list of numbers for each name in weights")
		}
		var one []float64
		one, err = q.Returns.one.required("returns", 0)
		t.columns = [][]float64{one}
	}
	if err == nil && t.by == "overlapping" {
		for i, c := range t.columns {
			t.columns[i] = risk.Overlapping(c, t.horizon)
			if series.FirstBad(t.columns[i]) >= 0 {
				return t, refuse("out_of_range", "returns: compounded over %d periods they leave the range of float64", t.horizon)
			}
		}
	}
	return t, err
}

// choices fills in what was left open and refuses what does not go together.
func (t *tailQuestion) choices() error {
	switch t.method {
	case "":
		t.method = "historical"
	case "historical", "age_weighted", "filtered", "normal", "student_t", "cornish_fisher":
	default:
		return refuse("unknown_choice", "method: %q, want historical, age_weighted, filtered, normal, student_t or cornish_fisher", t.method)
	}
	switch t.model {
	case "":
		t.model = "ewma"
	case "ewma", "garch", "gjr":
	default:
		return refuse("unknown_choice", "model: %q, want ewma, garch or gjr", t.model)
	}
	switch t.by {
	case "", "square_root":
		t.by = "square_root"
	case "overlapping":
		if t.method == "filtered" {
			return refuse("unknown_choice", "horizon_method: overlapping stretches have no volatility of their own to filter by, want square_root or simulated")
		}
	case "simulated":
		if t.method != "filtered" || t.model == "ewma" {
			return refuse("unknown_choice", "horizon_method: simulated paths need method filtered and model garch or gjr")
		}
	default:
		return refuse("unknown_choice", "horizon_method: %q, want square_root, overlapping or simulated", t.by)
	}
	return nil
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
	why := "no_components" // of a distribution fitted to the sum, and of simulated paths
	var p risk.TailParts
	if t.by != "simulated" && (t.method == "historical" || t.method == "age_weighted" || t.method == "filtered") {
		s, reason := t.scenarios(book)
		if why = string(reason); reason == "" {
			if p = s.Parts(t.columns, t.weights, t.level); p.ComponentES == nil {
				why = string(p.VaR.Reason)
			}
		}
	}
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

// bookWeights are the weights in the order of names; who has none is not held.
func bookWeights(given map[string]*float64, names []string) ([]float64, error) {
	if given == nil {
		return nil, refuse("missing_field", "weights: give a number for each name in returns")
	}
	out, found := make([]float64, len(names)), 0
	for i, name := range names {
		if w, ok := given[name]; ok {
			found++
			if w == nil {
				return nil, refuse("gap", "weights.%s: null, give a number or leave it out", name)
			}
			out[i] = *w
		}
	}
	if found < len(given) {
		return nil, refuse("missing_field", "weights: a name is not in returns; give its series or leave its weight out")
	}
	return out, nil
}

// mostTrials bounds a simulation.
const mostTrials = 200_000

// trials is a number of simulated samples.
func trials(field string, given *float64, usual int) (int, error) {
	if given == nil {
		return usual, nil
	}
	if n := *given; n >= 2 && n <= mostTrials && n == float64(int(n)) {
		return int(n), nil
	}
	return 0, refuse("out_of_range", "%s: %v, want a whole number from 2 to %d", field, *given, mostTrials)
}
