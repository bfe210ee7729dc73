package exante

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Kind groups factors for a reader.
type Kind string

// The kinds of factors.
const (
	KindMarket     Kind = "market"
	KindStyle      Kind = "style"
	KindRates      Kind = "rates"
	KindCredit     Kind = "credit"
	KindCurrency   Kind = "currency"
	KindVolatility Kind = "volatility"
)

// Factor is one column of a model: its move on each day of the window.
type Factor struct {
	Name   string // as in package factor
	Kind   Kind
	Proxy  string // the series it is made of
	Column []float64
}

// Missing is a factor that the model goes without, and why.
type Missing struct{ Factor, Why string }

// Market is what the books of one panel, day and base currency have in common: the
// window, the factors and every asset's fit, made when it is first asked for. It may
// be used by several goroutines.
type Market struct {
	Panel *market.Panel
	Base  money.Currency
	AsOf  date.Date
	// Days are the closes of the window, ascending: one more than there are returns.
	Days []date.Date
	// Factors are those that assets are fitted on, jointly.
	Factors []Factor
	// Design is the factorised window; nil without a model.
	Design *factor.Design
	// Missing are the factors without a usable series; Note says what else is unusual;
	// Reason why there is no model.
	Missing []Missing
	Note    string
	Reason  string

	moves map[string]mover // how to know a factor's moves on any day
	order []string         // styles in the order of their cleaning

	lock        sync.Mutex
	assets      map[string]*Asset
	rates       map[money.Currency][]float64
	conversions map[money.Currency]*market.Conversion
	unmoved     map[money.Currency]string // why a rate's moves are not known
	designs     map[string]*factor.Design // on a part of the window, by its days
	volatility  *Factor
	looked      bool // for the volatility index
}

// mover is a factor before the window: the series behind it and, for a style, its
// betas to the factors before it.
type mover struct {
	move  func(days []date.Date) []float64
	clean []float64 // on the market and the styles before, in their order
}

// The series that factors are made of. A yield goes by the name of its currency and
// tenor, or by that of the Federal Reserve's data.
var (
	tenYear    = []string{"USD-10Y", "DGS10"}
	volIndices = []string{"VIX", "^VIX"}
)

// Symbols are the prices that a model of a book needs beside the book's own.
func Symbols() []string {
	out := factor.Style().Symbols()
	for _, p := range factor.RatesCredit().Proxies[1:] {
		out = append(out, p.Long, p.Short)
	}
	return append(out, volIndices...)
}

// Yields are the interest-rate series that a model needs.
func Yields() []string { return tenYear }

// NewMarket prepares the window that ends with the last close on or before asOf.
// Without prices of the usual market proxy, instead takes its place: a portfolio's
// benchmark.
func NewMarket(panel *market.Panel, asOf date.Date, base money.Currency, instead string) *Market {
	m := &Market{Panel: panel, AsOf: asOf, Base: base, moves: map[string]mover{}, assets: map[string]*Asset{},
		rates: map[money.Currency][]float64{}, conversions: map[money.Currency]*market.Conversion{}, unmoved: map[money.Currency]string{}, designs: map[string]*factor.Design{}}
	set := factor.Style()
	proxy := set.Proxies[0].Long
	if panel.TotalReturn(proxy, asOf) == nil && instead != "" {
		m.Note = fmt.Sprintf("the market factor is %s, as %s has no prices", instead, proxy)
		proxy = instead
	}
	s := panel.TotalReturn(proxy, asOf)
	if s == nil {
		m.Reason = fmt.Sprintf("there are no prices of %s, by which the market factor is measured", proxy)
		m.Days = window(m.densest(), asOf)
		return m
	}
	if m.Days = window(s, asOf); len(m.Days) < Least+1 {
		m.Reason = fmt.Sprintf("%s has %d closes in the window, at least %d are needed", proxy, len(m.Days), Least+1)
		return m
	}
	if last := m.Days[len(m.Days)-1]; last < asOf-fresh {
		m.Reason = fmt.Sprintf("the last close of %s, by which the market factor is measured, is of %s", proxy, last)
		return m
	}
	m.addMarket(proxy)
	for _, p := range set.Proxies[1:] {
		m.addStyle(p, set.Least)
	}
	m.addRates()
	for i, p := range factor.RatesCredit().Proxies[1:] {
		m.addSpread([]string{factor.Credit, factor.HighYield}[i], p)
	}
	m.design()
	return m
}

// densest is the series with the most closes in the window, which says what its days are
// where there is no market proxy.
func (m *Market) densest() (best *market.Series) {
	most := 0
	for _, symbol := range m.Panel.Symbols() {
		s := m.Panel.Prices(symbol)
		if n := s.Index(m.AsOf) - s.Index(m.AsOf-Window*7/5); n > most {
			best, most = s, n
		}
	}
	return best
}

// window are the days of the last Window+1 closes on weekdays.
func window(s *market.Series, asOf date.Date) []date.Date {
	if s == nil {
		return nil
	}
	var out []date.Date
	for i := s.Index(asOf); i >= 0 && len(out) < Window+1; i-- {
		if d := s.Dates[i]; !d.IsWeekend() {
			out = append(out, d)
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// design factorises the factors, leaving out by name what follows from the others.
func (m *Market) design() {
	for len(m.Factors) > 0 {
		names, columns := make([]string, len(m.Factors)), make([][]float64, len(m.Factors))
		for i, f := range m.Factors {
			names[i], columns[i] = f.Name, f.Column
		}
		var err error
		if m.Design, err = factor.NewDesign(names, columns); err == nil {
			return
		}
		last := m.Factors[len(m.Factors)-1]
		if len(m.Factors) == 1 || !errors.Is(err, factor.ErrCollinear) {
			m.Reason = fmt.Sprintf("the factors cannot be told apart: %v", err)
			return
		}
		m.leaveOut(last.Name, "it follows from the other factors in this window")
		m.Factors = m.Factors[:len(m.Factors)-1]
	}
}

func (m *Market) leaveOut(name, why string) {
	m.Missing = append(m.Missing, Missing{name, why})
}

// steps are the relative changes between consecutive days; NaN where a close is not
// known or was not observed since the day before.
func steps(s *market.Series, days []date.Date) []float64 {
	out := make([]float64, len(days)-1)
	if s == nil {
		for i := range out {
			out[i] = math.NaN()
		}
		return out
	}
	before := s.Index(days[0])
	for i := range out {
		at := before
		for at+1 < len(s.Dates) && s.Dates[at+1] <= days[i+1] {
			at++
		}
		out[i] = math.NaN()
		if at > before && before >= 0 && s.Values[before] > 0 {
			out[i] = s.Values[at]/s.Values[before] - 1
		}
		before = at
	}
	return out
}

// gaps counts what is not known.
func gaps(x []float64) (n int) {
	for _, v := range x {
		if v != v {
			n++
		}
	}
	return n
}

// still turns what is not known into no move, for a factor that lacks a few days.
func still(x []float64) []float64 {
	for i, v := range x {
		if v != v {
			x[i] = 0
		}
	}
	return x
}
