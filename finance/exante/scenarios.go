package exante

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/scenario"
)

// Scenarios is the book as scenarios take it: the same model, the same betas.
func (m *Model) Scenarios() *scenario.Book {
	out := &scenario.Book{Model: &m.Factor, Base: string(m.Book.Market.Base), Positions: make([]scenario.Position, len(m.Exposures))}
	at := map[string]int{}
	for i := range m.Exposures {
		e, h := &m.Exposures[i], &m.Book.Holdings[i]
		p := &out.Positions[i]
		*p = scenario.Position{ID: h.Symbol, Asset: -1, Value: h.Value, Class: h.Class, Reason: e.Reason}
		if e.Reason != "" && e.Asset == nil {
			continue
		}
		id := h.Asset
		if h.Cash {
			id = string(h.Currency)
		}
		k, ok := at[id]
		if !ok {
			k = len(out.Assets)
			at[id] = k
			out.Assets = append(out.Assets, m.shocked(id, i))
		}
		p.Asset = k
		if h.Bond != nil {
			p.Bond = &h.Bond.BondTerms
		}
		if o := h.Option; o != nil {
			p.Option = &scenario.OptionTerms{Terms: o.Terms, Units: o.Units, American: o.American, OnForward: o.OnForward}
		}
	}
	return out
}

// shocked is what holding i depends on, with betas of its return in the base currency.
func (m *Model) shocked(id string, i int) scenario.Asset {
	e, h := &m.Exposures[i], &m.Book.Holdings[i]
	a := scenario.Asset{ID: id, Sector: h.Sector, Country: h.Country, Currency: string(h.Currency), Known: e.Reason == "", Reason: e.Reason}
	if h.Cash {
		a.Sector = "" // not a sector that could fall
	}
	if !a.Known {
		return a
	}
	a.Betas = make([]float64, len(m.Factors))
	if e.Asset != nil {
		copy(a.Betas, e.Asset.Betas)
		a.Specific = e.Asset.Specific
	}
	if k := m.Factor.Index(factor.Currency(string(h.Currency))); k >= 0 {
		a.Betas[k] = 1
	}
	return a
}

// Past supplies the days of a replay: the total returns of the book's assets in the
// base currency and the moves of its factors, as far as they are known; nil where the
// market has no day of it.
func (m *Model) Past(book *scenario.Book) func(scenario.Replay) *scenario.Window {
	mk := m.Book.Market
	return func(r scenario.Replay) *scenario.Window {
		proxy := mk.Panel.TotalReturn(mk.Factors[0].Proxy, mk.AsOf)
		if r.To > mk.AsOf { // nobody knew it then
			return nil
		}
		days := between(proxy, r.From, r.To)
		if len(days) < 2 {
			return nil
		}
		w := &scenario.Window{Days: days[1:], Returns: make([][]float64, len(book.Assets)), Factors: make([][]float64, len(m.Factors))}
		for k, f := range m.Factors {
			w.Factors[k] = mk.Moves(f.Name, days)
		}
		for i := range m.Exposures {
			h := &m.Book.Holdings[i]
			k := book.Positions[i].Asset
			if k < 0 || w.Returns[k] != nil {
				continue
			}
			w.Returns[k] = m.past(h, days)
		}
		return w
	}
}

// past is what a holding's asset returned in the base currency; nil where it did not
// trade through the whole of the days.
func (m *Model) past(h *Holding, days []date.Date) []float64 {
	mk := m.Book.Market
	out := make([]float64, len(days)-1)
	if !h.Cash {
		s := h.Series
		if s == nil {
			s = mk.Panel.TotalReturn(h.Asset, mk.AsOf)
		}
		if s == nil || len(s.Dates) == 0 || s.First() > days[0] || s.Last() < days[len(days)-1] {
			return nil
		}
		out = still(steps(s, days))
	}
	if h.Currency == mk.Base || h.Currency == "" {
		return out
	}
	rates := mk.Moves(factor.Currency(string(h.Currency)), days)
	if rates == nil || gaps(rates) > 0 {
		return nil
	}
	for t, x := range rates {
		out[t] = float64((1+out[t])*(1+x)) - 1
	}
	return out
}

// Deepest is the market's deepest fall in its stored prices, from peak to trough; ok is
// false where it never fell by a tenth.
func (mk *Market) Deepest() (r scenario.Replay, fall float64, ok bool) {
	if len(mk.Factors) == 0 {
		return r, 0, false
	}
	s := mk.Panel.TotalReturn(mk.Factors[0].Proxy, mk.AsOf)
	peak := 0
	for i := 0; i < len(s.Dates) && s.Dates[i] <= mk.AsOf; i++ {
		if s.Values[i] >= s.Values[peak] {
			peak = i
		}
		if x := s.Values[i]/s.Values[peak] - 1; x < fall {
			fall = x
			r.From, r.To = s.Dates[peak], s.Dates[i]
		}
	}
	return r, fall, fall <= -0.1 && !math.IsNaN(fall)
}

// between are the days of a series' closes from one day to another; the first is the
// last close on or before from. Nothing where the series does not cover both.
func between(s *market.Series, from, to date.Date) []date.Date {
	if s == nil {
		return nil
	}
	i, j := s.Index(from), s.Index(to)
	if i < 0 || j <= i || s.Dates[i] < from-fresh || s.Last() < to {
		return nil
	}
	return s.Dates[i : j+1]
}
