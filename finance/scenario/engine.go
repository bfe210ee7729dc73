package scenario

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/factor"
)

// Engine runs scenarios on one book. It prepares once what all of them need: today's
// option prices and what each position loses or gains in proportion to each factor.
type Engine struct {
	book       *Book
	holdings   []holding
	held       []float64       // of each asset: what its positions gain for a return of one
	currency   []int           // of each asset: the factor of its currency, −1 without one
	optionsOn  map[string]bool // underlyings of options
	priced     bool            // some position is priced anew when yields move
	rates      int             // places of factors in the model, −1 without one
	volatility int
}

// holding is a position prepared. slope is its linear profit for a move of one of
// each factor, own that for a specific return of one of its asset.
type holding struct {
	left   *Reason // it is left out, unless its asset is given a return
	broken bool    // and then, too
	slope  []float64
	own    float64
	note   string // how its results are to be read
	option *pricedOption
	bond   *pricedBond
}

// New prepares a book. The book must not change while the engine is in use; engines
// may be shared by goroutines. Errors are faults of the book's shape (ErrBook, and
// those of the model); a position that cannot be measured is left out by results.
func New(book *Book) (*Engine, error) {
	if err := book.check(); err != nil {
		return nil, err
	}
	e := &Engine{book: book, holdings: make([]holding, len(book.Positions)), held: make([]float64, len(book.Assets)),
		currency: make([]int, len(book.Assets)), optionsOn: map[string]bool{},
		rates: book.Model.Index(factor.Rates), volatility: book.Model.Index(factor.ImpliedVolatility)}
	for i, a := range book.Assets {
		e.currency[i] = -1
		if a.Currency != "" && a.Currency != book.Base {
			e.currency[i] = book.Model.Index(factor.Currency(a.Currency))
		}
	}
	cells := make([]float64, len(book.Positions)*len(book.Model.Factors))
	for i := range book.Positions {
		k := len(book.Model.Factors)
		e.holdings[i].slope = cells[i*k : (i+1)*k : (i+1)*k]
		e.prepare(i)
	}
	return e, nil
}

// prepare fills a holding.
func (e *Engine) prepare(i int) {
	p, h := &e.book.Positions[i], &e.holdings[i]
	if p.Asset < 0 {
		h.left, h.broken = &Reason{NoAsset, orElse(p.Reason, p.ID)}, true
		return
	}
	a := &e.book.Assets[p.Asset]
	if !a.Known {
		h.left = &Reason{NoBeta, orElse(a.Reason, a.ID)}
	}
	var err error
	switch {
	case p.Option != nil:
		if h.option, err = newPricedOption(p.Option); err == nil {
			e.optionsOn[a.ID], e.priced = true, true
			h.own = h.option.units * h.option.delta * h.option.terms.Spot
			h.option.slopes(h.slope, e.currency[p.Asset], e.rates, e.volatility)
		}
	case p.Bond != nil:
		if h.bond, err = newPricedBond(p.Bond); err == nil {
			e.priced = true
			h.own = p.Value
			if e.rates >= 0 {
				h.slope[e.rates] = h.bond.slope
			}
			if !a.Known { // yields and its currency move it all the same
				h.note, h.left = h.left.String(), nil
				if k := e.currency[p.Asset]; k >= 0 {
					h.slope[k] += p.Value
				}
			}
		}
	default:
		h.own = p.Value
	}
	if err != nil {
		h.left, h.broken = &Reason{BadTerms, p.ID + ": " + err.Error()}, true
		return
	}
	e.held[p.Asset] += h.own
	if a.Known {
		for k, beta := range a.Betas {
			if k != e.rates || h.bond == nil { // duration says what rates do to a bond, not a regression
				h.slope[k] += float64(h.own * beta)
			}
		}
	}
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// Exposures is the book's linear profit for a move of one of each factor, in the
// model's order: shares by their betas, options by delta, vega and rho, bonds by
// duration. It covers what results cover.
func (e *Engine) Exposures() []float64 {
	out := make([]float64, len(e.book.Model.Factors))
	for i := range e.holdings {
		if e.holdings[i].left == nil {
			for k, x := range e.holdings[i].slope {
				out[k] += x
			}
		}
	}
	return out
}

// RunAll runs scenarios in their order.
func (e *Engine) RunAll(list []Scenario, set Settings) ([]Result, error) {
	out := make([]Result, len(list))
	for i, s := range list {
		r, err := e.Run(s, set)
		if err != nil {
			return nil, err
		}
		out[i] = *r
	}
	return out, nil
}

// Run runs one scenario. Errors are a scenario that Check refuses (ErrShock), and a
// past that does not fit the book (ErrWindow). What the model or the book lacks is
// no error: the result says it.
func (e *Engine) Run(s Scenario, set Settings) (*Result, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if !(set.Horizon >= 0) || math.IsInf(set.Horizon, 0) {
		return nil, fmt.Errorf("horizon %v: want years, none or more: %w", set.Horizon, ErrShock)
	}
	out := &Result{Scenario: s, Mode: set.Mode, Status: Complete, Distance: math.NaN(),
		Fixed: make([]bool, len(e.book.Model.Factors)), ByFactor: make([]float64, len(e.book.Model.Factors))}
	if s.Alone || set.Mode == Direct {
		out.Mode = Direct
	} else {
		out.Mode = Propagated
	}
	if s.Replay != nil {
		return out, e.replay(out, set)
	}
	f, err := e.resolve(&s)
	if err != nil {
		return nil, err
	}
	out.Reasons = f.reasons
	if f.found == 0 {
		e.unavailable(out)
		return out, nil
	}
	if len(f.reasons) > 0 {
		out.Status = Partial
	}
	conditions := e.conditions(f, out)
	expected, distance, err := e.book.Model.Expect(conditions)
	switch {
	case err == nil:
		out.Distance = distance
	case out.Mode == Direct && errors.Is(err, factor.ErrSingular):
	case errors.Is(err, factor.ErrSingular):
		out.Reasons = append(out.Reasons, Reason{Singular, err.Error()})
		e.unavailable(out)
		return out, nil
	default:
		return nil, fmt.Errorf("%s: %w", s.ID, err)
	}
	alone := e.state(f, nil, set.Horizon)
	whole := alone
	if out.Mode == Propagated {
		whole = e.state(f, expected, set.Horizon)
	}
	e.measure(out, whole, alone)
	return out, nil
}

// conditions are what the scenario fixes, for the model.
func (e *Engine) conditions(f *fixing, out *Result) (c factor.Conditions) {
	n := len(f.factors)
	units := make([]float64, n*n)
	for k, move := range f.factors {
		if !math.IsNaN(move) {
			row := units[k*n : (k+1)*n : (k+1)*n]
			row[k] = 1
			c.Fix(row, 0, move)
			out.Fixed[k] = true
		}
	}
	for _, g := range f.groups {
		mean, noise, known := make([]float64, n), 0.0, 0
		for _, i := range g.assets {
			a := &e.book.Assets[i]
			if a.Known {
				known++
				for k, beta := range a.Betas {
					mean[k] += beta
				}
				noise += float64(a.Specific * a.Specific)
			}
		}
		if known == 0 {
			if out.Mode == Propagated {
				out.Reasons = append(out.Reasons, Reason{NoPropagation, e.book.Assets[g.assets[0]].ID})
				out.Status = Partial
			}
			continue
		}
		for k := range mean {
			mean[k] /= float64(known)
		}
		c.Fix(mean, noise/float64(known*known), g.move)
	}
	return c
}

// unavailable marks a result that says nothing.
func (e *Engine) unavailable(out *Result) {
	out.Status = Unavailable
	out.Moves = nans(len(e.book.Model.Factors))
	out.Total, out.Direct = math.NaN(), math.NaN()
	out.ByPosition = nil
	for k := range out.ByFactor {
		out.ByFactor[k] = math.NaN()
	}
}
