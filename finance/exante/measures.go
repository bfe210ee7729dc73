package exante

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/series"
)

// Volatility is the deviation of the book's value over a day, in money.
func (m *Model) Volatility() float64 { return m.Parts.Volatility() }

// Share is holding i's part of the variance: Σ is 1. Negative: it hedges.
func (m *Model) Share(i int) float64 { return m.Parts.ByHolding[i].Total() / m.Parts.Variance() }

// FactorShare is factor k's part of the variance; with SpecificShare Σ is 1.
func (m *Model) FactorShare(k int) float64 { return m.Parts.ByFactor[k] / m.Parts.Variance() }

// SpecificShare is the part of the variance that no factor explains.
func (m *Model) SpecificShare() float64 { return m.Parts.Whole.Specific / m.Parts.Variance() }

// Own is the deviation of holding i alone over a day, in money.
func (m *Model) Own(i int) float64 { return math.Sqrt(m.own2(i)) }

func (m *Model) own2(i int) float64 {
	e := &m.Exposures[i]
	if e.Reason != "" {
		return 0
	}
	total := 0.0
	for k, row := range m.Factor.Covariance {
		if e.Money[k] == 0 {
			continue
		}
		for l, c := range row {
			total += float64(e.Money[k] * c * e.Money[l])
		}
	}
	if e.Asset != nil {
		s := e.Amount * e.Asset.Specific
		total += float64(s * s)
	}
	return math.Max(total, 0)
}

// Without is the deviation of the book without holding i, its value in cash:
// √(σ² − 2 cov(i, book) + σᵢ²).
func (m *Model) Without(i int) float64 {
	return math.Sqrt(math.Max(m.Parts.Variance()-2*m.Parts.ByHolding[i].Total()+m.own2(i), 0))
}

// Alone is the deviation of some holdings together.
func (m *Model) Alone(keep func(i int) bool) float64 { return math.Sqrt(m.variance(keep)) }

// variance of a subset, from the same exposures and covariance.
func (m *Model) variance(keep func(i int) bool) float64 {
	exposure, specific := make([]float64, len(m.Factors)), map[*Asset]float64{}
	var order []*Asset // sums come out the same every time
	for i := range m.Exposures {
		e := &m.Exposures[i]
		if e.Reason != "" || !keep(i) {
			continue
		}
		for k, x := range e.Money {
			exposure[k] += x
		}
		if e.Asset != nil {
			if _, ok := specific[e.Asset]; !ok {
				order = append(order, e.Asset)
			}
			specific[e.Asset] += float64(e.Amount * e.Asset.Specific)
		}
	}
	total := 0.0
	for k, row := range m.Factor.Covariance {
		for l, c := range row {
			total += float64(exposure[k] * c * exposure[l])
		}
	}
	for _, a := range order {
		total += float64(specific[a] * specific[a])
	}
	return math.Max(total, 0)
}

// FactorsAlone is the deviation that some factors cause together.
func (m *Model) FactorsAlone(keep func(k int) bool) float64 {
	total := 0.0
	for k, row := range m.Factor.Covariance {
		for l, c := range row {
			if keep(k) && keep(l) {
				total += float64(m.Parts.Exposure[k] * c * m.Parts.Exposure[l])
			}
		}
	}
	return math.Sqrt(math.Max(total, 0))
}

// Errors are the standard errors of the book's exposures, in money: the regression of
// its history on the factors, robust to unequal variance and autocorrelation (Newey
// and West). NaN for currencies and the volatility index, which are not estimated.
func (m *Model) Errors() ([]float64, error) {
	out := make([]float64, len(m.Factors))
	for k := range out {
		out[k] = math.NaN()
	}
	history := make([]float64, len(m.Days())-1)
	for i := range m.Exposures {
		e := &m.Exposures[i]
		if e.Reason != "" || e.Asset == nil {
			continue
		}
		for t, r := range e.Asset.Returns {
			if r == r {
				history[t] += float64(e.Amount * r)
			}
		}
	}
	fit, err := m.Book.Market.Design.Fit(history, factor.HAC, -1)
	if err != nil {
		return out, err
	}
	if fit.SE != nil {
		copy(out, fit.SE[1:])
	}
	return out, nil
}

// TrackingError is the deviation a day of the book's value less that of as much money
// in its benchmark, and Beta how much the book moves with the benchmark, both by the
// model.
func (m *Model) TrackingError() (deviation, beta float64, err error) {
	b := m.Book
	if b.Benchmark == "" {
		return 0, 0, fmt.Errorf("there is no benchmark")
	}
	a := b.Market.Asset(b.Benchmark, nil)
	if !a.Fitted() {
		return 0, 0, fmt.Errorf("%s: %s", b.Benchmark, a.Reason)
	}
	if m, err = m.with(a.Currency); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", b.Benchmark, err)
	}
	unit := make([]float64, len(m.Factors))
	copy(unit, a.Betas)
	if k := m.Factor.Index(factor.Currency(string(a.Currency))); k >= 0 {
		unit[k] = 1
	}
	bench := factor.Holding{ID: b.Benchmark, Value: 1, Betas: unit, Specific: a.Specific, Issuer: a.Symbol}
	own, err := m.Factor.Decompose([]factor.Holding{bench})
	if err != nil {
		return 0, 0, err
	}
	short := bench
	short.Value = -b.Value
	active, err := m.Factor.Decompose(append(m.holdings(nil), short))
	if err != nil {
		return 0, 0, err
	}
	// Var(p − Vb) = Var(p) + V² Var(b) − 2 V Cov(p, b)
	covariance := (m.Parts.Variance() + float64(b.Value*b.Value*own.Variance()) - active.Variance()) / (2 * b.Value)
	return active.Volatility(), covariance / own.Variance() / b.Value, nil
}

// with is the model with the exchange rate of a currency that may not be held: the same
// covariance with one factor more, to which nothing of the book is exposed.
func (m *Model) with(c money.Currency) (*Model, error) {
	mk := m.Book.Market
	if c == mk.Base || c == "" || m.Factor.Index(factor.Currency(string(c))) >= 0 {
		return m, nil
	}
	column := mk.currency(c)
	if why := mk.unmovedBy(c); why != "" {
		return nil, errors.New(why)
	}
	switch {
	case column == nil:
		return nil, fmt.Errorf("there is no exchange rate between %s and %s", c, mk.Base)
	case series.Constant(column):
		return m, nil
	}
	out := &Model{Book: m.Book, Factors: append(slices.Clone(m.Factors), Factor{factor.Currency(string(c)), KindCurrency, string(c) + "/" + string(mk.Base), column}),
		Exposures: slices.Clone(m.Exposures), Parts: m.Parts}
	for i := range out.Exposures {
		out.Exposures[i].Money = append(slices.Clone(m.Exposures[i].Money), 0)
	}
	for _, f := range out.Factors {
		out.Factor.Factors = append(out.Factor.Factors, f.Name)
	}
	out.covary()
	return out, nil
}
