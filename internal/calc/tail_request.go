package calc

import (
	"bytes"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
	"github.com/foliosight/foliosight/finance/volatility"
)

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
