package exante

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/finance/series"
)

// Holding is a position of today's book, in the base currency. Asset is what its value
// depends on: itself, or an option's underlying. Cash has no asset.
type Holding struct {
	Symbol, Asset   string
	Series          *market.Series // its asset's total returns where they are not the panel's
	Value           float64
	Currency        money.Currency // the major unit
	Sector, Country string
	Class           string
	Option          *Option
	Bond            *Bond
	Cash            bool
	Reason          string // why it cannot be modelled, where that is known before
}

// Option is an option holding: its terms at the volatility that its price implies, what
// it is worth by them, and its units: contracts × contract size × base currency for one
// of its currency, a short negative.
type Option struct {
	option.Terms
	Value    option.Value
	Units    float64
	American bool
	// OnForward is an option on a future: its dividend yield is the rate and moves with it.
	OnForward bool
}

// Bond is a bond holding with known terms: how it answers to yields, and its modified
// duration. It takes its exposure to rates from its cash flows, not from a regression.
type Bond struct {
	scenario.BondTerms
	Duration float64
}

// Book is what is measured: today's holdings and cash, and what all of it is worth.
type Book struct {
	Market    *Market
	Value     float64
	Holdings  []Holding
	Benchmark string // compared with; empty for none
}

// Exposure is one holding as the model sees it.
type Exposure struct {
	Asset  *Asset
	Amount float64   // money that moves with the asset: the value, or delta × underlying
	Money  []float64 // in each factor of the model
	Reason string    // why it is outside the model
}

// Model is the factor model of one book: the market's factors, the currencies it holds
// and, with options, the volatility index.
type Model struct {
	Book      *Book
	Factors   []Factor
	Factor    factor.Model // names and covariance a day
	Exposures []Exposure   // of each holding
	Parts     *factor.Decomposition
	// Gross is Σ |amount| of what was to be modelled, Covered that of what is.
	Gross, Covered float64
	// Unmoved says which exchange rates have no history to tell their risk from, and why.
	Unmoved []string
	Reason  string

	own map[string]*Asset // fitted on a series of the book's own
}

// NewModel measures a book. Without a market model, or without anything in it, Reason
// says why and Parts is nil.
func NewModel(b *Book) *Model {
	m := &Model{Book: b, Exposures: make([]Exposure, len(b.Holdings))}
	m.choose()
	for i := range b.Holdings {
		m.expose(i)
	}
	m.Reason = b.Market.Reason
	if m.Reason == "" && m.Covered == 0 && !m.exposed() {
		m.Reason = "no holding can be modelled"
	}
	if m.Reason != "" {
		return m
	}
	m.covary()
	parts, err := m.Factor.Decompose(m.holdings(nil))
	if err != nil {
		m.Reason = err.Error()
		return m
	}
	m.Parts = parts
	return m
}

// exposed reports whether anything depends on a factor: foreign cash does on its rate.
func (m *Model) exposed() bool {
	for i := range m.Exposures {
		for _, x := range m.Exposures[i].Money {
			if x != 0 {
				return true
			}
		}
	}
	return false
}

// choose lists the factors of this book.
func (m *Model) choose() {
	mk := m.Book.Market
	m.Factors = append(m.Factors, mk.Factors...)
	options, seen := false, map[money.Currency]bool{mk.Base: true, "": true}
	for i := range m.Book.Holdings {
		h := &m.Book.Holdings[i]
		options = options || h.Option != nil
		if seen[h.Currency] || h.Reason != "" || len(mk.Days) < 2 {
			continue
		}
		seen[h.Currency] = true
		column := mk.currency(h.Currency)
		if why := mk.unmovedBy(h.Currency); why != "" {
			m.Unmoved = append(m.Unmoved, why)
			continue
		}
		if column != nil && !series.Constant(column) {
			m.Factors = append(m.Factors, Factor{factor.Currency(string(h.Currency)), KindCurrency, string(h.Currency) + "/" + string(mk.Base), column})
		}
	}
	if options && len(mk.Days) > 1 {
		if f := mk.implied(); f != nil {
			m.Factors = append(m.Factors, *f)
		}
	}
	for _, f := range m.Factors {
		m.Factor.Factors = append(m.Factor.Factors, f.Name)
	}
}

func (m *Model) covary() {
	k := len(m.Factors)
	m.Factor.Covariance = make([][]float64, k)
	means := make([]float64, k)
	for i, f := range m.Factors {
		m.Factor.Covariance[i] = make([]float64, k)
		means[i] = series.Mean(f.Column)
		for j := range i + 1 {
			c := series.CrossDeviations(f.Column, m.Factors[j].Column, means[i], means[j]) / float64(len(f.Column)-1)
			m.Factor.Covariance[i][j], m.Factor.Covariance[j][i] = c, c
		}
	}
}

// expose finds one holding's exposure.
func (m *Model) expose(i int) {
	h, e, mk := &m.Book.Holdings[i], &m.Exposures[i], m.Book.Market
	e.Money = make([]float64, len(m.Factors))
	if h.Cash {
		e.Amount = 0
		if e.Reason = h.Reason; e.Reason == "" && !m.exchange(h, e) {
			e.Reason = fmt.Sprintf("there is no exchange rate between %s and %s", h.Currency, mk.Base)
		}
		return
	}
	e.Amount = h.Value
	if h.Option != nil {
		e.Amount = h.Option.Units * h.Option.Value.Delta * h.Option.Spot
	}
	m.Gross += math.Abs(e.Amount)
	if h.Reason != "" {
		e.Reason = h.Reason
		return
	}
	e.Asset = m.asset(h)
	if h.Bond != nil && !e.Asset.Fitted() && mk.Reason == "" {
		e.Asset = mk.bond(h, e.Asset)
	}
	switch {
	case !e.Asset.Fitted():
		e.Reason = e.Asset.Reason
		return
	case !m.exchange(h, e):
		e.Reason = fmt.Sprintf("there is no exchange rate between %s and %s", h.Currency, mk.Base)
		return
	}
	for k, beta := range e.Asset.Betas {
		e.Money[k] = e.Amount * beta
	}
	if k := m.Factor.Index(factor.Rates); k >= 0 && h.Bond != nil {
		e.Money[k] = -h.Value * h.Bond.Duration
	}
	if h.Option != nil {
		if k := m.Factor.Index(factor.Rates); k >= 0 {
			e.Money[k] += h.Option.Units * h.Option.Value.Rho
		}
		if k := m.Factor.Index(factor.ImpliedVolatility); k >= 0 {
			e.Money[k] = h.Option.Units * h.Option.Value.Vega * h.Option.Volatility * scenario.Elasticity(h.Option.Years)
		}
	}
	m.Covered += math.Abs(e.Amount)
}

// asset is what a holding depends on: one for a share and the options on it.
func (m *Model) asset(h *Holding) *Asset {
	if h.Series == nil {
		return m.Book.Market.Asset(h.Asset, nil)
	}
	a, ok := m.own[h.Asset]
	if !ok {
		a = m.Book.Market.Asset(h.Asset, h.Series)
		if m.own == nil {
			m.own = map[string]*Asset{}
		}
		m.own[h.Asset] = a
	}
	return a
}

// bond is the model of a bond without enough history: its duration, and nothing else
// that is known.
func (m *Market) bond(h *Holding, without *Asset) *Asset {
	a := &Asset{Symbol: h.Asset, Currency: h.Currency, Returns: without.Returns, Known: without.Known,
		Betas: make([]float64, len(m.Factors)), T: make([]float64, len(m.Factors)), R2: math.NaN(), Terms: true}
	for k, f := range m.Factors {
		a.T[k] = math.NaN()
		if f.Name == factor.Rates {
			a.Betas[k] = -h.Bond.Duration
		}
	}
	return a
}

// exchange puts the holding's value on its currency's factor; false without a rate.
func (m *Model) exchange(h *Holding, e *Exposure) bool {
	if h.Currency == m.Book.Market.Base || h.Currency == "" {
		return true
	}
	if k := m.Factor.Index(factor.Currency(string(h.Currency))); k >= 0 {
		e.Money[k] = h.Value
		return true
	}
	return m.Book.Market.currency(h.Currency) != nil // a rate that does not move
}

// holdings are the exposures as the split of risk takes them; only those of a subset
// where keep is given.
func (m *Model) holdings(keep func(i int) bool) []factor.Holding {
	out := make([]factor.Holding, 0, len(m.Exposures))
	for i := range m.Exposures {
		if keep != nil && !keep(i) {
			continue
		}
		out = append(out, m.holding(i))
	}
	return out
}

// holding is exposure i: a value of one with its money as betas, so that an option's
// parts need not be proportional.
func (m *Model) holding(i int) factor.Holding {
	e := &m.Exposures[i]
	h := factor.Holding{ID: m.Book.Holdings[i].Symbol, Value: 1, Betas: e.Money}
	if e.Reason != "" || e.Asset == nil {
		return h
	}
	if h.Issuer, h.Specific = e.Asset.Symbol, math.Abs(e.Amount)*e.Asset.Specific; e.Amount < 0 {
		h.Value = -1
		h.Betas = make([]float64, len(e.Money))
		for k, x := range e.Money {
			h.Betas[k] = -x
		}
	}
	return h
}

// History is what today's book would have gained or lost on each day of the window, by
// the linear exposures of the model; days on which an asset had no price count nothing
// for it.
func (m *Model) History() []float64 {
	if len(m.Book.Market.Days) < 2 {
		return nil
	}
	out := make([]float64, len(m.Book.Market.Days)-1)
	for i := range m.Exposures {
		e := &m.Exposures[i]
		if e.Reason != "" {
			continue
		}
		if e.Asset != nil {
			for t, r := range e.Asset.Returns {
				if r == r {
					out[t] += float64(e.Amount * r)
				}
			}
		}
		if o, k := m.Book.Holdings[i].Option, m.Factor.Index(factor.Rates); o != nil && k >= 0 {
			for t, y := range m.Factors[k].Column {
				out[t] += float64(o.Units * o.Value.Rho * y)
			}
		}
		for k := len(m.Book.Market.Factors); k < len(m.Factors); k++ {
			if x := e.Money[k]; x != 0 {
				for t, f := range m.Factors[k].Column {
					out[t] += float64(x * f)
				}
			}
		}
	}
	return out
}

// Days are the closes of the window.
func (m *Model) Days() []date.Date { return m.Book.Market.Days }

// Returns are those of holding i's asset in the base currency on the days of the window,
// NaN where it had no price.
func (m *Model) Returns(i int) []float64 {
	a, h := m.Exposures[i].Asset, &m.Book.Holdings[i]
	k := m.Factor.Index(factor.Currency(string(h.Currency)))
	if k < 0 {
		return a.Returns
	}
	out := make([]float64, len(a.Returns))
	for t, r := range a.Returns {
		out[t] = float64((1+r)*(1+m.Factors[k].Column[t])) - 1
	}
	return out
}
