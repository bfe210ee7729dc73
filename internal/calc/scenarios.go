package calc

import (
	"errors"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/scenario"
)

func init() { register("scenarios", typed(scenarios)) }

type scenariosRequest struct {
	Base        string                   `json:"base_currency"`
	Positions   []scenarioPosition       `json:"positions"`
	Assets      map[string]scenarioAsset `json:"assets"`
	Covariance  covarianceOfFactors      `json:"factor_covariance"`
	Scenarios   []string                 `json:"scenarios"`
	Sectors     *float64                 `json:"sectors"`
	Shocks      []shockRequest           `json:"shocks"`
	Alone       bool                     `json:"alone"`
	Windows     map[string]windowRequest `json:"windows"`
	Mode        string                   `json:"mode"`
	ElapsedDays float64                  `json:"elapsed_days"`
	ReverseLoss *float64                 `json:"reverse_loss"`
}

type covarianceOfFactors struct {
	Factors []string `json:"factors"`
	Matrix  matrix   `json:"matrix"`
}

type shockRequest struct {
	Kind string   `json:"kind"`
	On   string   `json:"on"`
	Move *float64 `json:"move"`
}

// windowRequest is the past of a replay.
type windowRequest struct {
	Days    []string           `json:"days"`
	Returns map[string]numbers `json:"returns"`
	Factors map[string]numbers `json:"factors"`
}

// mostScenarios bounds the repricings of one request.
const mostScenarios = 500

func scenarios(q scenariosRequest) (*object, error) {
	set := scenario.Settings{Horizon: q.ElapsedDays / 365}
	switch q.Mode {
	case "", "propagated":
	case "direct":
		set.Mode = scenario.Direct
	default:
		return nil, refuse("unknown_choice", "mode: %q, want propagated or direct", q.Mode)
	}
	if !(q.ElapsedDays >= 0 && q.ElapsedDays <= 36525) {
		return nil, refuse("out_of_range", "elapsed_days: %v, want the calendar days that pass, 0 for an immediate move", q.ElapsedDays)
	}
	book, err := q.book()
	if err != nil {
		return nil, err
	}
	engine, err := scenario.New(book)
	if err != nil {
		return nil, refuse("bad_request", "%v", err)
	}
	list, err := q.list(book)
	if err != nil {
		return nil, err
	}
	windows, err := q.windows(book)
	if err != nil {
		return nil, err
	}
	set.Window = func(r scenario.Replay) *scenario.Window { return windows[r.Name] }
	answers := make([]*object, len(list))
	for i, s := range list {
		r, err := engine.Run(s, set)
		if err != nil {
			return nil, scenarioFault(err)
		}
		answers[i] = scenarioAnswer(book, r)
		if s.Replay == nil || r.Status == scenario.Unavailable {
			continue
		}
		path, err := engine.Path(s, set)
		if err != nil {
			return nil, scenarioFault(err)
		}
		answers[i].set("path", pathAnswer(path))
	}
	var o object
	o.set("scenarios", answers)
	exposures := engine.Exposures()
	o.set("exposures", named(book.Model.Factors, exposures))
	if q.ReverseLoss == nil {
		return &o, nil
	}
	reverse, err := engine.Reverse(*q.ReverseLoss, set)
	if err != nil {
		return nil, refuse("out_of_range", "reverse_loss: %v, want an amount above zero", *q.ReverseLoss)
	}
	o.set("reverse", reverseAnswer(book, reverse))
	return &o, nil
}

func scenarioFault(err error) *Error {
	if errors.Is(err, scenario.ErrShock) {
		return refuse("out_of_range", "%v", err)
	}
	return refuse("bad_request", "%v", err)
}

// list is what the request asks for: the library, or what it names of it; then
// sectors, then its own shocks.
func (q *scenariosRequest) list(book *scenario.Book) (list []scenario.Scenario, err error) {
	library := scenario.Library()
	if q.Scenarios == nil && q.Shocks == nil && q.Sectors == nil && q.ReverseLoss == nil {
		list = library
	}
	for i, id := range q.Scenarios {
		at := slices.IndexFunc(library, func(s scenario.Scenario) bool { return s.ID == id })
		if at < 0 {
			return nil, refuse("unknown_choice", "scenarios[%d]: %q is not in the library", i, id)
		}
		list = append(list, library[at])
	}
	if q.Sectors != nil {
		list = append(list, scenario.Sectors(book, *q.Sectors)...)
	}
	if q.Shocks != nil {
		own := scenario.Scenario{ID: "own", Name: "Own shocks", Kind: scenario.KindOwn, Alone: q.Alone}
		for i, s := range q.Shocks {
			if s.Move == nil {
				return nil, refuse("missing_field", "shocks[%d].move: give a number", i)
			}
			own.Shocks = append(own.Shocks, scenario.Shock{Kind: scenario.ShockKind(s.Kind), On: s.On, Move: *s.Move})
		}
		list = append(list, own)
	}
	if len(list) > mostScenarios {
		return nil, refuse("out_of_range", "scenarios: %d, want at most %d in one request", len(list), mostScenarios)
	}
	return list, nil
}

// windows are the pasts of replays, in the book's order.
func (q *scenariosRequest) windows(book *scenario.Book) (map[string]*scenario.Window, error) {
	out := map[string]*scenario.Window{}
	for id, given := range q.Windows {
		w := &scenario.Window{Returns: make([][]float64, len(book.Assets)), Factors: make([][]float64, len(book.Model.Factors))}
		label := "windows." + id
		for i, text := range given.Days {
			day, err := date.Parse(text)
			if err != nil {
				return nil, refuse("bad_date", "%s.days[%d]: %v", label, i, err)
			}
			if i > 0 && day <= w.Days[i-1] {
				return nil, refuse("bad_date", "%s.days[%d]: %s is not after %s", label, i, day, w.Days[i-1])
			}
			w.Days = append(w.Days, day)
		}
		fill := func(name string, lists map[string]numbers, key string, row *[]float64) (err error) {
			list, ok := lists[key]
			if !ok {
				return nil
			}
			if list.given {
				list.gaps = false // a day that is not known
				if *row, err = list.required(label+"."+name+"."+key, 0); err == nil && len(*row) != len(w.Days) {
					err = refuse("length_mismatch", "%s.%s.%s: %d moves, want one for each of %d days", label, name, key, len(*row), len(w.Days))
				}
			}
			return err
		}
		for i, a := range book.Assets {
			if err := fill("returns", given.Returns, a.ID, &w.Returns[i]); err != nil {
				return nil, err
			}
		}
		for k, f := range book.Model.Factors {
			if err := fill("factors", given.Factors, f, &w.Factors[k]); err != nil {
				return nil, err
			}
		}
		out[id] = w
	}
	return out, nil
}
