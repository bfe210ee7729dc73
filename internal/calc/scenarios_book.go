package calc

import (
	"maps"
	"slices"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/scenario"
)

type scenarioAsset struct {
	Betas    map[string]*float64 `json:"betas"`
	Specific *float64            `json:"specific"`
	Sector   string              `json:"sector"`
	Country  string              `json:"country"`
	Currency string              `json:"currency"`
}

// scenarioPosition is a value, an option or a bond. Quantities of options include the
// contract's multiplier; fx is units of base currency for one of the position's.
type scenarioPosition struct {
	ID     string          `json:"id"`
	Asset  string          `json:"asset"`
	Class  string          `json:"class"`
	Value  *float64        `json:"value"`
	Option *optionPosition `json:"option"`
	Bond   *bondPosition   `json:"bond"`
	FX     *float64        `json:"fx"`
}

type bondPosition struct {
	bondsRequest
	Face *float64 `json:"face"`
}

// book is the request in the engine's terms.
func (q *scenariosRequest) book() (*scenario.Book, error) {
	names := q.Covariance.Factors
	rows, err := q.Covariance.Matrix.square("factor_covariance.matrix", len(names))
	if err != nil {
		return nil, err
	}
	factors := map[string]int{}
	for k, name := range names {
		if _, twice := factors[name]; twice {
			return nil, refuse("bad_request", "factor_covariance.factors: %q is given twice", name)
		}
		factors[name] = k
	}
	book := &scenario.Book{Base: q.Base, Model: &factor.Model{Factors: names, Covariance: rows}}
	if err := book.Model.Check(); err != nil {
		return nil, refuse("not_positive_semidefinite", "factor_covariance: %v", err)
	}
	places := map[string]int{}
	for _, id := range slices.Sorted(maps.Keys(q.Assets)) {
		a := q.Assets[id]
		asset := scenario.Asset{ID: id, Sector: a.Sector, Country: a.Country, Currency: a.Currency, Known: a.Betas != nil}
		if asset.Known {
			if asset.Betas, err = exposureRow("assets."+id+".betas", a.Betas, factors); err != nil {
				return nil, err
			}
		}
		if a.Specific != nil {
			if asset.Specific = *a.Specific; !(asset.Specific >= 0) {
				return nil, refuse("out_of_range", "assets.%s.specific: %v, a deviation is not negative", id, asset.Specific)
			}
		}
		places[id] = len(book.Assets)
		book.Assets = append(book.Assets, asset)
	}
	seen := map[string]bool{}
	for i, p := range q.Positions {
		if p.ID == "" || seen[p.ID] {
			return nil, refuse("bad_request", "positions: item %d needs an id of its own, has %q", i, p.ID)
		}
		seen[p.ID] = true
		position := scenario.Position{ID: p.ID, Class: p.Class, Asset: -1}
		name := p.Asset
		if name == "" {
			name = p.ID
		}
		if at, ok := places[name]; ok {
			position.Asset = at
		} else {
			position.Reason = name
		}
		if err := p.fill(&position); err != nil {
			return nil, within(p.ID, err)
		}
		book.Positions = append(book.Positions, position)
	}
	return book, nil
}

// fill says what the position is worth and how that is found.
func (p *scenarioPosition) fill(out *scenario.Position) (err error) {
	rate := 1.0
	if p.FX != nil {
		if rate = *p.FX; !(rate > 0) {
			return refuse("out_of_range", "fx: %v, want the price of the position's currency in the base currency", rate)
		}
	}
	switch {
	case p.Option != nil && p.Bond != nil:
		return refuse("bad_request", "option and bond: give one of them")
	case p.Option != nil:
		if out.Option, err = p.Option.scenarioTerms(rate); err != nil {
			return err
		}
		out.Value = out.Option.Units * option.European(out.Option.Terms).Price
		if out.Option.American {
			out.Value = out.Option.Units * option.AmericanPrice(out.Option.Terms)
		}
	case p.Bond != nil:
		if out.Bond, err = p.Bond.scenarioTerms(rate); err != nil {
			return err
		}
		out.Value = out.Bond.Units * out.Bond.Flows.Dirty(out.Bond.Yield)
	case p.Value == nil:
		return refuse("missing_field", "value, option or bond: give one of them")
	}
	if p.Value != nil {
		out.Value = *p.Value
	}
	if finite(out.Value) == nil {
		return refuse("out_of_range", "its value leaves the range of numbers")
	}
	return nil
}

func (p *optionPosition) scenarioTerms(rate float64) (*scenario.OptionTerms, error) {
	if p.Quantity == nil {
		return nil, refuse("missing_field", "option.quantity: give a number of options, multiplier included")
	}
	if p.Volatility == nil {
		return nil, refuse("missing_field", "option.volatility: give it; the options engine implies it from a price")
	}
	if len(p.CashDividends.list) > 0 || p.CashDividends.problem != nil {
		return nil, refuse("bad_request", "option.cash_dividends: scenarios take a dividend_yield")
	}
	terms, err := p.terms()
	if err != nil {
		return nil, err
	}
	switch p.Style {
	case "", "european", "american":
	default:
		return nil, refuse("unknown_choice", "option.style: %q, want european or american", p.Style)
	}
	return &scenario.OptionTerms{Terms: terms, Units: *p.Quantity * rate, American: p.Style == "american"}, nil
}

func (p *bondPosition) scenarioTerms(rate float64) (*scenario.BondTerms, error) {
	settle, terms, err := p.terms()
	if err != nil {
		return nil, err
	}
	flows, err := terms.Flows(settle, nil)
	if err != nil {
		return nil, bondFault(err)
	}
	out := &scenario.BondTerms{Flows: flows}
	switch {
	case p.Face == nil:
		return nil, refuse("missing_field", "bond.face: give the face value, a short negative")
	case (p.Yield == nil) == (p.Clean == nil):
		return nil, refuse("missing_field", "bond.yield or bond.clean: give one of them")
	case p.Yield != nil:
		out.Yield = *p.Yield
	default:
		v, err := flows.FromClean(*p.Clean)
		if err != nil {
			return nil, bondFault(err)
		}
		out.Yield = v.Yield
	}
	if _, err := flows.At(out.Yield); err != nil {
		return nil, bondFault(err)
	}
	out.Units = *p.Face / 100 * rate
	return out, nil
}
