package calc

import (
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/risk"
)

func init() { register("monte_carlo", typed(monteCarlo)) }

type monteCarloRequest struct {
	Positions []struct {
		ID     string          `json:"id"`
		Asset  string          `json:"asset"`
		Value  *float64        `json:"value"`
		Option *optionPosition `json:"option"`
	} `json:"positions"`
	Exposures  map[string]map[string]*float64 `json:"exposures"`
	Specific   map[string]*float64            `json:"specific"`
	Covariance struct {
		Factors []string `json:"factors"`
		Matrix  matrix   `json:"matrix"`
	} `json:"factor_covariance"`
	Confidence  *float64 `json:"confidence"`
	Horizon     *float64 `json:"horizon"`
	ElapsedDays float64  `json:"elapsed_days"`
	Paths       *float64 `json:"paths"`
	Seed        uint64   `json:"seed"`
	Antithetic  *bool    `json:"antithetic"`
}

// optionPosition is so many options, a contract's multiplier included. Its
// volatility may move with factors: σ becomes σ e^(Σ exposure · move).
type optionPosition struct {
	optionsRequest
	Quantity            *float64            `json:"quantity"`
	VolatilityExposures map[string]*float64 `json:"volatility_exposures"`
}

// mostRevaluations bounds the pricings of American options, which take
// microseconds each.
const mostRevaluations = 500_000

func monteCarlo(q monteCarloRequest) (*object, error) {
	s := risk.Simulation{Seed: q.Seed, Horizon: 1, Independent: q.Antithetic != nil && !*q.Antithetic}
	var err error
	if s.Confidence, err = confidence(q.Confidence); err != nil {
		return nil, err
	}
	if q.Horizon != nil {
		if s.Horizon, err = wholePeriods("horizon", *q.Horizon); err != nil {
			return nil, err
		}
	}
	if s.Paths, err = trials("paths", q.Paths, 10000); err != nil {
		return nil, err
	}
	if !(q.ElapsedDays >= 0 && q.ElapsedDays <= 36525) {
		return nil, refuse("out_of_range", "elapsed_days: %v, want the calendar days that pass, 0 for an immediate move", q.ElapsedDays)
	}
	model, book, err := q.model(s.Paths)
	if err != nil {
		return nil, err
	}
	out, err := risk.MonteCarlo(model, book, s)
	switch {
	case errors.Is(err, risk.ErrNegativeVariance):
		return nil, refuse("not_positive_semidefinite", "factor_covariance: %v", err)
	case err != nil:
		return nil, refuse("bad_request", "%v", err)
	}
	var o, parts object
	o.tail(out.Tail)
	o.measure("var_low", out.Low)
	o.measure("var_high", out.High)
	o.measure("mean", out.Mean)
	o.measure("deviation", out.Deviation)
	if out.ComponentES == nil {
		o.missing("component_es", string(out.ES.Reason))
	} else {
		for i, p := range q.Positions {
			parts.figure(p.ID, out.ComponentES[i], "")
		}
		o.set("component_es", &parts)
	}
	o.set("confidence", s.Confidence)
	o.set("horizon", s.Horizon)
	o.set("paths", s.Paths)
	o.set("seed", s.Seed)
	o.set("antithetic", !s.Independent)
	return &o, nil
}

// model makes the factor model and the book of the request.
func (q monteCarloRequest) model(paths int) (m risk.FactorModel, book []risk.Stake, err error) {
	factors := map[string]int{}
	for k, name := range q.Covariance.Factors {
		if _, twice := factors[name]; twice {
			return m, nil, refuse("bad_request", "factor_covariance.factors: %q is given twice", name)
		}
		factors[name] = k
	}
	if m.Covariance, err = q.Covariance.Matrix.square("factor_covariance.matrix", len(factors)); err != nil {
		return m, nil, err
	}
	assets, ids, slow := map[string]int{}, map[string]bool{}, 0
	book = make([]risk.Stake, len(q.Positions))
	for i, p := range q.Positions {
		if p.ID == "" || ids[p.ID] {
			return m, nil, refuse("bad_request", "positions: item %d needs an id of its own, has %q", i, p.ID)
		}
		ids[p.ID] = true
		name := p.Asset
		if name == "" {
			name = p.ID
		}
		at, known := assets[name]
		if !known {
			asset, err := q.asset(name, factors)
			if err != nil {
				return m, nil, err
			}
			at = len(m.Assets)
			assets[name], m.Assets = at, append(m.Assets, asset)
		}
		book[i].Asset = at
		switch {
		case p.Option != nil:
			if book[i].Revalue, err = p.Option.revaluation(p.ID, factors, q.ElapsedDays/365); err != nil {
				return m, nil, err
			}
			if p.Option.Style == "american" || len(p.Option.CashDividends.list) > 0 {
				slow++
			}
		case p.Value == nil:
			return m, nil, refuse("missing_field", "positions: %q has neither value nor option", p.ID)
		default:
			book[i].Value = *p.Value
		}
	}
	if slow*paths > mostRevaluations {
		return m, nil, refuse("out_of_range", "paths: %d paths of %d american options are more than %d pricings; ask for fewer paths", paths, slow, mostRevaluations)
	}
	return m, book, nil
}

// asset is the row of exposures of one name; a factor it does not list has none.
func (q monteCarloRequest) asset(name string, factors map[string]int) (risk.Asset, error) {
	betas, ok := q.Exposures[name]
	if !ok {
		return risk.Asset{}, refuse("missing_exposure", "exposures: none for %q", name)
	}
	row, err := exposureRow("exposures."+name, betas, factors)
	if err != nil {
		return risk.Asset{}, err
	}
	specific := q.Specific[name]
	if specific == nil {
		return risk.Asset{}, refuse("missing_field", "specific: no deviation for %q; give 0 where the factors explain all", name)
	}
	if !(*specific >= 0) {
		return risk.Asset{}, refuse("out_of_range", "specific.%s: %v, a deviation is not negative", name, *specific)
	}
	return risk.Asset{Exposure: row, Specific: *specific}, nil
}

func exposureRow(field string, betas map[string]*float64, factors map[string]int) ([]float64, error) {
	row := make([]float64, len(factors))
	for _, f := range slices.Sorted(maps.Keys(betas)) {
		k, ok := factors[f]
		beta := betas[f]
		switch {
		case !ok:
			return nil, refuse("unknown_factor", "%s: %q is not in factor_covariance.factors", field, f)
		case beta == nil:
			return nil, refuse("gap", "%s.%s: null, give a number or leave it out", field, f)
		}
		row[k] = *beta
	}
	return row, nil
}

// revaluation prices the options anew where the underlying returned r and the
// factors moved, elapsed years later. A return of −100 % or less leaves the
// smallest spot there is. What cannot be priced is NaN, which MonteCarlo reports.
func (p optionPosition) revaluation(id string, factors map[string]int, elapsed float64) (func(float64, []float64) float64, error) {
	if p.Quantity == nil {
		return nil, refuse("missing_field", "positions: %q needs a quantity of options", id)
	}
	if p.Volatility == nil {
		return nil, refuse("missing_field", "positions: %q needs the volatility of its option; the options engine implies it from a price", id)
	}
	terms, err := p.terms()
	if err != nil {
		return nil, within(id, err)
	}
	dividends, err := p.CashDividends.values()
	if err != nil {
		return nil, within(id, err)
	}
	if elapsed >= terms.Years {
		return nil, refuse("expired", "positions: %q expires within elapsed_days", id)
	}
	sway, err := exposureRow("positions: "+id+": volatility_exposures", p.VolatilityExposures, factors)
	if err != nil {
		return nil, err
	}
	var price func(option.Terms, []option.CashDividend) (float64, error)
	switch {
	case p.Style != "" && p.Style != "european" && p.Style != "american":
		return nil, refuse("unknown_choice", "positions: %q: style: %q, want european or american", id, p.Style)
	case len(dividends) > 0:
		full := option.EuropeanCash
		if p.Style == "american" {
			full = option.AmericanCash
		}
		price = func(t option.Terms, d []option.CashDividend) (float64, error) {
			v, err := full(t, d)
			return v.Price, err
		}
	case p.Style == "american":
		price = func(t option.Terms, _ []option.CashDividend) (float64, error) { return option.AmericanPrice(t), nil }
	default:
		price = func(t option.Terms, _ []option.CashDividend) (float64, error) { return option.European(t).Price, nil }
	}
	now, err := price(terms, dividends)
	if err != nil {
		return nil, within(id, optionFault(err))
	}
	var later []option.CashDividend
	for _, d := range dividends {
		if d.Years > elapsed {
			d.Years -= elapsed
			later = append(later, d)
		}
	}
	quantity := *p.Quantity
	return func(r float64, moves []float64) float64 {
		t := terms
		t.Years -= elapsed
		t.Spot = math.Max(t.Spot*(1+r), t.Spot*1e-9)
		log := 0.0
		for k, s := range sway {
			log += float64(s * moves[k])
		}
		t.Volatility *= math.Exp(log)
		if t.Check() != nil || t.Volatility*math.Sqrt(t.Years) > 200 {
			return math.NaN()
		}
		v, err := price(t, later)
		if err != nil {
			return math.NaN()
		}
		return quantity * (v - now)
	}, nil
}

// within names the position in a refusal of its option.
func within(id string, err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return refuse(refused.Code, "positions: %q: %s", id, refused.Detail)
	}
	return err
}
