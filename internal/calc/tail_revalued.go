package calc

import (
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
	"github.com/foliosight/foliosight/finance/volatility"
)

func init() { register("historical", typed(historical)) }

type historicalRequest struct {
	Positions []struct {
		ID     string          `json:"id"`
		Asset  string          `json:"asset"`
		Value  *float64        `json:"value"`
		Option *optionPosition `json:"option"`
	} `json:"positions"`
	Returns         namedSeries `json:"returns"`
	VolatilityMoves namedSeries `json:"volatility_moves"`
	Confidence      *float64    `json:"confidence"`
	Method          string      `json:"method"`
	Lambda          *float64    `json:"lambda"`
	ElapsedDays     float64     `json:"elapsed_days"`
	Profits         bool        `json:"profits"`
}

// historical puts a book, options included, into every period of history and
// prices it anew.
func historical(q historicalRequest) (*object, error) {
	level, err := confidence(q.Confidence)
	if err != nil {
		return nil, err
	}
	if !(q.ElapsedDays >= 0 && q.ElapsedDays <= 36525) {
		return nil, refuse("out_of_range", "elapsed_days: %v, want the calendar days that pass, 0 for an immediate move", q.ElapsedDays)
	}
	names, moves, err := q.moves()
	if err != nil {
		return nil, err
	}
	book, err := q.book(names, len(moves.Spot[0]))
	if err != nil {
		return nil, err
	}
	scenarios, reason, err := q.scenarios(&moves)
	if err != nil {
		return nil, err
	}
	if len(book) == 0 {
		reason = risk.NothingHeld
	}
	var o object
	if reason != "" {
		for _, key := range []string{"var", "es", "component_var", "component_es", "incremental_var", "incremental_es"} {
			o.missing(key, string(reason))
		}
		if q.Profits {
			o.missing("profits", string(reason))
		}
	} else if err := q.answer(&o, book, moves, scenarios, level); err != nil {
		return nil, err
	}
	o.set("confidence", level)
	o.set("scenarios", len(moves.Spot[0]))
	return &o, nil
}

// moves are the columns of the assets, in the order of the request.
func (q historicalRequest) moves() (at map[string]int, m risk.Moves, err error) {
	names, columns, err := q.Returns.columns("returns", false)
	if err != nil {
		return nil, m, err
	}
	m.Spot, at = columns, map[string]int{}
	for i, name := range names {
		at[name] = i
	}
	if !q.VolatilityMoves.given {
		return at, m, nil
	}
	names, columns, err = q.VolatilityMoves.columns("volatility_moves", false)
	if err != nil {
		return nil, m, err
	}
	m.Volatility = make([][]float64, len(m.Spot))
	for k, name := range names {
		i, ok := at[name]
		switch {
		case !ok:
			return nil, m, refuse("unknown_symbol", "volatility_moves: %q has no returns", name)
		case len(columns[k]) != len(m.Spot[i]):
			return nil, m, refuse("length_mismatch", "volatility_moves.%s: %d periods, its returns have %d", name, len(columns[k]), len(m.Spot[i]))
		}
		m.Volatility[i] = columns[k]
	}
	return at, m, nil
}

// book makes the positions; slow options times scenarios are bounded.
func (q historicalRequest) book(assets map[string]int, scenarios int) ([]risk.Claim, error) {
	book, ids, slow := make([]risk.Claim, len(q.Positions)), map[string]bool{}, 0
	for i, p := range q.Positions {
		if p.ID == "" || ids[p.ID] {
			return nil, refuse("bad_request", "positions: item %d needs an id of its own, has %q", i, p.ID)
		}
		ids[p.ID] = true
		name := p.Asset
		if name == "" {
			name = p.ID
		}
		at, ok := assets[name]
		if !ok {
			return nil, refuse("unknown_symbol", "positions: %q is on %q, which has no returns", p.ID, name)
		}
		book[i].Underlying = at
		switch {
		case p.Option != nil:
			var err error
			if book[i].Revalue, err = p.Option.underMoves(p.ID, q.ElapsedDays/365); err != nil {
				return nil, err
			}
			if p.Option.Style == "american" || len(p.Option.CashDividends.list) > 0 {
				slow++
			}
		case p.Value == nil:
			return nil, refuse("missing_field", "positions: %q has neither value nor option", p.ID)
		default:
			book[i].Value = *p.Value
		}
	}
	if slow*scenarios > mostRevaluations {
		return nil, refuse("out_of_range", "positions: %d american options in %d scenarios are more than %d pricings; give less history", slow, scenarios, mostRevaluations)
	}
	return book, nil
}

// underMoves is revaluation with the volatility moved by so much as it is. A
// volatility that falls to zero or below stays a hundredth of what it was.
func (p optionPosition) underMoves(id string, elapsed float64) (func(spot, change float64) float64, error) {
	one := 1.0
	p.VolatilityExposures = map[string]*float64{"volatility": &one}
	price, err := p.revaluation(id, map[string]int{"volatility": 0}, elapsed)
	if err != nil {
		return nil, err
	}
	now, move := *p.Volatility, make([]float64, 1)
	return func(spot, change float64) float64 {
		move[0] = 0
		if change != 0 {
			move[0] = math.Log(math.Max((now+change)/now, 0.01))
		}
		return price(spot, move)
	}, nil
}

// scenarios are how likely each period is; filtered history scales the moves.
func (q historicalRequest) scenarios(m *risk.Moves) (risk.Scenarios, risk.Reason, error) {
	lambda := ageDecay
	if q.Method == "filtered" {
		lambda = volatility.DailyDecay
	}
	if q.Lambda != nil {
		if lambda = *q.Lambda; !(lambda > 0 && lambda < 1) {
			return risk.Scenarios{}, "", refuse("out_of_range", "lambda: %v, want a decay between 0 and 1 such as 0.98", lambda)
		}
	}
	periods := len(m.Spot[0])
	switch q.Method {
	case "", "historical":
		return risk.Scenarios{}, "", nil
	case "age_weighted":
		if periods == 0 {
			return risk.Scenarios{}, risk.Empty, nil
		}
		s, err := risk.AgeWeighted(periods, lambda)
		return s, "", err
	case "filtered":
	default:
		return risk.Scenarios{}, "", refuse("unknown_choice", "method: %q, want historical, age_weighted or filtered", q.Method)
	}
	today := risk.Moves{Spot: make([][]float64, len(m.Spot)), Volatility: m.Volatility}
	for i, returns := range m.Spot {
		w, reason, err := volatility.EWMA(returns, lambda)
		if err != nil || reason != "" {
			return risk.Scenarios{}, reason, err
		}
		skip := w.WarmUp()
		s, reason := risk.Filtered(w.Path, w.Next, skip)
		if reason != "" {
			return s, reason, nil
		}
		if today.Spot[i] = s.Today(returns); series.FirstBad(today.Spot[i]) >= 0 {
			return s, risk.OutOfRange, nil
		}
		if m.Volatility != nil && m.Volatility[i] != nil {
			today.Volatility[i] = m.Volatility[i][skip:]
		}
	}
	*m = today
	return risk.Scenarios{}, "", nil
}

// answer adds VaR, ES and their parts by position.
func (q historicalRequest) answer(o *object, book []risk.Claim, moves risk.Moves, s risk.Scenarios, level float64) error {
	r, err := risk.Revalue(book, moves)
	if err != nil {
		return refuse("bad_request", "%v", err)
	}
	parts := r.Parts(s, level)
	o.tail(parts.Tail)
	why := string(parts.ES.Reason)
	q.byPosition(o, "component_var", parts.ComponentVaR, string(parts.NoComponentVaR))
	q.byPosition(o, "component_es", parts.ComponentES, why)
	vars, shortfalls := r.Incremental(s, level)
	q.changes(o, "incremental_var", vars, why)
	q.changes(o, "incremental_es", shortfalls, why)
	if q.Profits {
		o.list("profits", r.Total, string(risk.Empty))
	}
	return nil
}

// byPosition adds an object of one number for each position.
func (q historicalRequest) byPosition(o *object, key string, values []float64, why string) {
	if values == nil {
		o.missing(key, why)
		return
	}
	var parts object
	for i, v := range values {
		parts.figure(q.Positions[i].ID, v, "")
	}
	o.set(key, &parts)
}

func (q historicalRequest) changes(o *object, key string, values []risk.Figure, why string) {
	if why != "" {
		o.missing(key, why)
		return
	}
	var parts object
	for i, f := range values {
		parts.measure(q.Positions[i].ID, f)
	}
	o.set(key, &parts)
}
