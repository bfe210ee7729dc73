package scenario

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/series"
)

// past is a window being played over a book: how far everything has come.
//
// An asset follows its own returns. On a day without one it follows its betas times
// the factors of that day, with nothing specific; then it counts as proxied. Factors
// that are not known are taken not to move, and are named; an asset whose market, or
// whose every factor, is unknown is left out. Returns compound; a yield adds up.
type past struct {
	e       *Engine
	w       *Window
	known   []bool // factors
	growth  []float64
	moves   []float64
	proxied []bool
	lost    []bool // neither returns nor factors
}

func (e *Engine) newPast(r Replay, w *Window) (*past, error) {
	factors, assets, days := len(e.book.Model.Factors), len(e.book.Assets), len(w.Days)
	if len(w.Factors) != factors || len(w.Returns) != assets {
		return nil, fmt.Errorf("%s: %d factors of %d, %d assets of %d: %w", r.Name, len(w.Factors), factors, len(w.Returns), assets, ErrWindow)
	}
	p := &past{e: e, w: w, known: make([]bool, factors), growth: make([]float64, assets), moves: make([]float64, factors), proxied: make([]bool, assets), lost: make([]bool, assets)}
	for k, row := range w.Factors {
		if row != nil && len(row) != days {
			return nil, fmt.Errorf("%s: factor %s has %d of %d days: %w", r.Name, e.book.Model.Factors[k], len(row), days, ErrWindow)
		}
		if p.known[k] = row != nil && series.FirstBad(row) < 0; !p.known[k] {
			p.moves[k] = math.NaN()
		}
	}
	market := e.book.Model.Index(factor.Market)
	for i, row := range w.Returns {
		if row != nil && len(row) != days {
			return nil, fmt.Errorf("%s: %s has %d of %d days: %w", r.Name, e.book.Assets[i].ID, len(row), days, ErrWindow)
		}
		p.growth[i] = 1
		p.proxied[i] = row == nil || series.FirstBad(row) >= 0
		p.lost[i] = p.proxied[i] && !p.hasProxy(&e.book.Assets[i], market)
	}
	return p, nil
}

// hasProxy says whether an asset's betas have factors to follow.
func (p *past) hasProxy(a *Asset, market int) bool {
	if !a.Known || market >= 0 && a.Betas[market] != 0 && !p.known[market] {
		return false
	}
	some, found := false, false
	for k, beta := range a.Betas {
		some = some || beta != 0
		found = found || beta != 0 && p.known[k]
	}
	return found || !some // what depends on nothing, as cash, does not move
}

// day moves everything by one day.
func (p *past) day(t int) {
	for k, row := range p.w.Factors {
		switch {
		case !p.known[k]:
		case k == p.e.rates:
			p.moves[k] += row[t]
		default:
			p.moves[k] += float64((1 + p.moves[k]) * row[t])
		}
	}
	for i, row := range p.w.Returns {
		if p.lost[i] {
			continue
		}
		r := math.NaN()
		if row != nil {
			r = row[t]
		}
		if r-r != 0 {
			r = 0
			for k, beta := range p.e.book.Assets[i].Betas {
				if p.known[k] {
					r += float64(beta * p.w.Factors[k][t])
				}
			}
		}
		p.growth[i] *= 1 + r
	}
}

// state is where everything stands after the days played so far.
func (p *past) state(horizon float64) *state {
	n := len(p.growth)
	s := &state{moves: p.moves, returns: nans(n), specific: make([]float64, n), given: make([]bool, n), volatility: math.NaN(), fixedIndex: true, horizon: horizon}
	for i := range p.growth {
		if p.lost[i] {
			continue
		}
		s.given[i] = !p.proxied[i]
		s.returns[i] = p.growth[i] - 1
		s.specific[i] = s.returns[i]
		if a := &p.e.book.Assets[i]; a.Known {
			for k, beta := range a.Betas {
				if p.known[k] {
					s.specific[i] -= float64(beta * p.moves[k])
				}
			}
		}
	}
	p.e.settle(s)
	return s
}

// open finds the past of a replay; nil when there is none.
func (e *Engine) open(s *Scenario, set Settings) (*past, error) {
	if set.Window == nil {
		return nil, nil
	}
	w := set.Window(*s.Replay)
	if w == nil || len(w.Days) == 0 {
		return nil, nil
	}
	return e.newPast(*s.Replay, w)
}

// replay plays a stretch of the past over today's book.
func (e *Engine) replay(out *Result, set Settings) error {
	p, err := e.open(&out.Scenario, set)
	if err != nil {
		return err
	}
	if p == nil {
		out.Reasons = append(out.Reasons, Reason{NoWindow, out.Scenario.Replay.Name})
		e.unavailable(out)
		return nil
	}
	for t := range p.w.Days {
		p.day(t)
	}
	s := p.state(set.Horizon)
	var c factor.Conditions
	n := len(p.known)
	for k, known := range p.known {
		if out.Fixed[k] = known; known {
			row := make([]float64, n)
			row[k] = 1
			c.Fix(row, 0, p.moves[k])
		}
	}
	switch _, distance, err := e.book.Model.Expect(c); {
	case err == nil:
		out.Distance = distance
	case !errors.Is(err, factor.ErrSingular):
		return err
	}
	e.measure(out, s, s)
	out.Rest.Replay, out.Rest.Specific = out.Rest.Specific, 0
	p.judge(out)
	return nil
}

// judge names what the replay stands on: own returns, proxies, missing factors.
func (p *past) judge(out *Result) {
	needed, stand := make([]bool, len(p.known)), make([]bool, len(p.proxied))
	for i, row := range out.ByPosition {
		if asset := p.e.book.Positions[i].Asset; row.Method == Linear || row.Method == OptionPriced {
			stand[asset] = p.proxied[asset]
		}
	}
	for i, a := range p.e.book.Assets {
		follows := false
		for k, beta := range a.Betas {
			follows = follows || stand[i] && beta != 0
			needed[k] = needed[k] || stand[i] && beta != 0
		}
		if follows {
			out.Proxies = append(out.Proxies, a.ID)
		}
	}
	for i := range out.ByPosition {
		row, asset := &out.ByPosition[i], p.e.book.Positions[i].Asset
		switch {
		case row.Method == NotMeasured:
		case !p.proxied[asset]:
			if row.Method == Linear {
				row.Method = Replayed
			}
		case row.Method == Linear:
			row.Method = Proxied
		case row.Method == OptionPriced:
			row.Reason = ProxiedAssets
		}
	}
	for _, k := range []int{p.e.rates, p.e.volatility} { // bonds and options need these themselves
		if k >= 0 && p.e.priced {
			needed[k] = true
		}
	}
	for k, need := range needed {
		if need && !p.known[k] {
			out.Status = Partial
			out.Reasons = append(out.Reasons, Reason{MissingFactor, p.e.book.Model.Factors[k]})
		}
	}
	if len(out.Proxies) > 0 {
		out.Reasons = append(out.Reasons, Reason{ProxiedAssets, fmt.Sprintf("%d", len(out.Proxies))})
		if out.Status == Complete {
			out.Status = Estimated
		}
	}
}

// Path is a replay day by day: what the book would have gained or lost since its
// start, in the base currency, at each close. It covers what the result covers.
type Path struct {
	Days []date.Date
	PnL  []float64
}

// Worst is the lowest point of a path, 0 on its start when it never falls below it.
func (p *Path) Worst() (on date.Date, pnl float64) {
	for i, x := range p.PnL {
		if x < pnl {
			on, pnl = p.Days[i], x
		}
	}
	return on, pnl
}

// Path plays a replay day by day. It is nil where the past is not there. Options and
// bonds are priced anew on every day.
func (e *Engine) Path(s Scenario, set Settings) (*Path, error) {
	if s.Replay == nil {
		return nil, fmt.Errorf("%s: no replay: %w", s.ID, ErrShock)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	p, err := e.open(&s, set)
	if p == nil || err != nil {
		return nil, err
	}
	out := &Path{Days: p.w.Days, PnL: make([]float64, len(p.w.Days))}
	for t := range p.w.Days {
		p.day(t)
		out.PnL[t] = e.total(p.state(set.Horizon))
	}
	return out, nil
}

// total is the book's profit in a state, over what can be measured.
func (e *Engine) total(s *state) (sum float64) {
	for i := range e.holdings {
		if e.covers(i, s) {
			full, _, _ := e.profit(i, s)
			sum += full
		}
	}
	return sum
}
