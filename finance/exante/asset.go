package exante

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Asset is what a holding's value depends on, with its betas to the market's factors.
type Asset struct {
	Symbol   string
	Currency money.Currency // the major unit of what it is quoted in
	// Returns are total returns in its own currency on the window, NaN where it had no
	// price; Known how many it had.
	Returns []float64
	Known   int
	Betas   []float64 // in the order of Market.Factors
	T       []float64 // classical; NaN where the fit leaves nothing to judge by
	R2      float64   // NaN for a price that does not move
	// Specific is the deviation a day of what the factors leave.
	Specific float64
	Terms    bool   // a bond's terms stand in for a history: only its duration is known
	Reason   string // why it has no betas
}

// Fitted reports whether the asset has betas.
func (a *Asset) Fitted() bool { return a.Reason == "" }

// Moves reports whether the asset's price ever changed in the window: without that it
// has no correlation with anything.
func (a *Asset) Moves() bool {
	for _, r := range a.Returns {
		if r == r && r != 0 {
			return true
		}
	}
	return false
}

// Asset fits a symbol. own is its total-return series where it is not the panel's, as
// of a ledger that knows other splits; such a fit is not shared between books.
func (m *Market) Asset(symbol string, own *market.Series) *Asset {
	if own != nil {
		return m.fit(symbol, own)
	}
	m.lock.Lock()
	a, ok := m.assets[symbol]
	m.lock.Unlock()
	if ok {
		return a
	}
	a = m.fit(symbol, m.Panel.TotalReturn(symbol, m.AsOf))
	m.lock.Lock()
	m.assets[symbol] = a
	m.lock.Unlock()
	return a
}

func (m *Market) fit(symbol string, s *market.Series) *Asset {
	a := &Asset{Symbol: symbol}
	if i, ok := m.Panel.Instrument(symbol); ok {
		a.Currency, _ = i.Currency.Major()
	}
	if len(m.Days) < 2 {
		a.Reason = m.Reason
		return a
	}
	a.Returns = steps(s, m.Days)
	a.Known = len(a.Returns) - gaps(a.Returns)
	switch {
	case s == nil:
		a.Reason = "there is no price history"
	case m.Reason != "":
		a.Reason = m.Reason
	case a.Known < Least:
		a.Reason = fmt.Sprintf("it has prices on %d of the last %d days, at least %d are needed", a.Known, len(a.Returns), Least)
	default:
		m.regress(a, s)
	}
	return a
}

// regress fits an asset on the days on which it has a return of that day alone: what it
// did over several, as after a holiday of its own exchange, is not what the factors did
// on the last of them.
func (m *Market) regress(a *Asset, s *market.Series) {
	design, returns := m.Design, a.Returns
	if a.Known < len(a.Returns) {
		returns = singles(a.Returns)
		if s.Dates[max(s.Index(m.Days[0]), 0)] < m.Days[0]-fresh {
			returns[0] = math.NaN()
		}
		if n := len(returns) - gaps(returns); n < Least {
			a.Reason = fmt.Sprintf("it has prices on consecutive days on %d of the last %d days, at least %d are needed", n, len(returns), Least)
			return
		}
		var err error
		if design, returns, err = m.part(returns); err != nil {
			a.Reason = fmt.Sprintf("the factors cannot be told apart on its %d days: %v", a.Known, err)
			return
		}
	}
	fits, err := design.FitMany([][]float64{returns})
	if err != nil {
		a.Reason = err.Error()
		return
	}
	a.Betas, a.T, a.R2, a.Specific = fits.Params[0][1:], fits.T[0][1:], fits.R2[0], fits.ResidualSD[0]
}

// singles are the returns over one step; NaN for those over several.
func singles(returns []float64) []float64 {
	out := append([]float64(nil), returns...)
	for t := 1; t < len(out); t++ {
		if returns[t-1] != returns[t-1] {
			out[t] = math.NaN()
		}
	}
	return out
}

// part is the design on the days on which returns are known, and these.
func (m *Market) part(returns []float64) (*factor.Design, []float64, error) {
	key, known := make([]byte, len(returns)), make([]float64, 0, len(returns))
	for t, r := range returns {
		if r == r {
			key[t] = 1
			known = append(known, r)
		}
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	if d, ok := m.designs[string(key)]; ok {
		return d, known, nil
	}
	names, columns := make([]string, len(m.Factors)), make([][]float64, len(m.Factors))
	for k, f := range m.Factors {
		names[k] = f.Name
		for t, on := range key {
			if on == 1 {
				columns[k] = append(columns[k], f.Column[t])
			}
		}
	}
	d, err := factor.NewDesign(names, columns)
	if err == nil {
		m.designs[string(key)] = d
	}
	return d, known, err
}
