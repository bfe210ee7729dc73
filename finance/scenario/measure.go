package scenario

import "math"

// measure fills a result from the state with everything moved and the one in which
// only the shocked moves.
func (e *Engine) measure(out *Result, whole, alone *state) {
	out.Moves = whole.moves
	out.ByPosition = make([]PositionResult, len(e.holdings))
	for i := range e.holdings {
		h, p := &e.holdings[i], &e.book.Positions[i]
		row := &out.ByPosition[i]
		row.ID = p.ID
		if !e.covers(i, whole) {
			e.leave(out, i)
			continue
		}
		row.Move, row.Reason = whole.returns[p.Asset], h.note
		full, linear, method := e.profit(i, whole)
		row.PnL, row.Direct, row.Method = full, full, method
		if alone != whole {
			row.Direct, _, _ = e.profit(i, alone)
		}
		out.Total += row.PnL
		out.Direct += row.Direct
		e.attribute(out, i, whole, full, linear)
	}
	e.beyond(out, whole)
}

// attribute splits a position's profit into factors, specific and what is left.
func (e *Engine) attribute(out *Result, i int, s *state, full, linear float64) {
	h := &e.holdings[i]
	for k, slope := range h.slope {
		if slope != 0 && !math.IsNaN(s.moves[k]) {
			out.ByFactor[k] += float64(slope * s.moves[k])
		}
	}
	asset := e.book.Positions[i].Asset
	switch {
	case h.option != nil:
		out.Rest.Options += full - linear
	case h.bond != nil && s.given[asset]: // it takes the return it is given
		out.Rest.Specific += full - linear
		return
	case h.bond != nil:
		out.Rest.Bonds += full - linear
	}
	out.Rest.Specific += float64(h.own * s.specific[asset])
	if s.bent != nil && h.option == nil && h.bond == nil {
		out.Rest.Bent += float64(h.own * s.bent[asset])
	}
}

// profit is what a position gains in a state, priced in full, and in proportion.
func (e *Engine) profit(i int, s *state) (full, linear float64, method Method) {
	h, p := &e.holdings[i], &e.book.Positions[i]
	for k, slope := range h.slope {
		if slope != 0 && !math.IsNaN(s.moves[k]) {
			linear += float64(slope * s.moves[k])
		}
	}
	r, fx := s.returns[p.Asset], 0.0
	if k := e.currency[p.Asset]; k >= 0 && s.moves[k] > -1 {
		fx = s.moves[k]
	}
	if h.bond != nil && s.given[p.Asset] {
		return p.Value * r, linear, Linear
	}
	linear += float64(h.own * s.specific[p.Asset])
	switch {
	case h.option != nil:
		return h.option.profit(r, fx, e.volatilityFactor(h.option, p.Asset, s), s.curve, s.horizon), linear, OptionPriced
	case h.bond != nil:
		other := fx // all that is known of a bond without betas
		if a := &e.book.Assets[p.Asset]; a.Known && !math.IsNaN(r) {
			if other = r; e.rates >= 0 && !math.IsNaN(s.moves[e.rates]) {
				other -= float64(a.Betas[e.rates] * s.moves[e.rates])
			}
		}
		return float64(p.Value*other) + h.bond.profit(s.curve, s.horizon), linear, BondPriced
	}
	if s.given[p.Asset] {
		return p.Value * r, linear, Linear // exactly as given, not up to rounding
	}
	if s.bent != nil {
		return linear + float64(h.own*s.bent[p.Asset]), linear, Linear
	}
	return linear, linear, Linear
}

// covers says whether a state says enough of a position to measure it: the return of
// its asset, or a bond's yield.
func (e *Engine) covers(i int, s *state) bool {
	h := &e.holdings[i]
	return !h.broken && (h.bond != nil || !math.IsNaN(s.returns[e.book.Positions[i].Asset]))
}

// leave notes a position that the result does not cover.
func (e *Engine) leave(out *Result, i int) {
	p, why := &e.book.Positions[i], Reason{NoProxy, e.book.Positions[i].ID}
	if e.holdings[i].left != nil {
		why = *e.holdings[i].left
	}
	out.ByPosition[i].Method, out.ByPosition[i].Reason = NotMeasured, why.String()
	out.LeftOut = append(out.LeftOut, LeftOut{i, p.ID, p.Value, why})
	out.Status = Partial
}

// beyond notes assets that a linear move would take below nothing.
func (e *Engine) beyond(out *Result, s *state) {
	for i, r := range s.returns {
		if s.bent != nil {
			r -= s.bent[i]
		}
		if r < -1 && e.held[i] != 0 {
			out.Reasons = append(out.Reasons, Reason{BeyondTotal, e.book.Assets[i].ID})
		}
	}
}
