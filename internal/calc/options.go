package calc

import (
	"encoding/json"
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/option"
)

func init() { register("options", typed(options)) }

type optionsRequest struct {
	Spot          *float64      `json:"spot"`
	Strike        *float64      `json:"strike"`
	Days          *float64      `json:"days"`
	Rate          float64       `json:"rate"`
	DividendYield float64       `json:"dividend_yield"`
	Volatility    *float64      `json:"volatility"`
	Price         *float64      `json:"price"`
	Type          string        `json:"type"`
	Style         string        `json:"style"`
	CashDividends cashDividends `json:"cash_dividends"`
}

func options(q optionsRequest) (*object, error) {
	terms, err := q.terms()
	if err != nil {
		return nil, err
	}
	dividends, err := q.CashDividends.values()
	if err != nil {
		return nil, err
	}
	switch q.Style {
	case "european", "american", "":
	default:
		return nil, refuse("unknown_choice", "style: %q, want european or american", q.Style)
	}
	var o object
	reason := ""
	if q.Volatility == nil {
		implied, err := option.Implied(*q.Price, terms, q.Style == "american", dividends)
		if errors.Is(err, option.ErrTerms) || errors.Is(err, option.ErrExpired) {
			return nil, optionFault(err)
		}
		if reason = impliedReason(err); reason == "" {
			terms.Volatility = implied
		}
	}
	if reason != "" {
		o.figure("price", *q.Price, "")
		for _, key := range []string{"delta", "gamma", "vega", "theta", "rho", "implied_volatility"} {
			o.missing(key, reason)
		}
		return &o, nil
	}
	v, stage, err := option.Appraise(terms, q.Style == "american", dividends)
	if err != nil {
		return nil, optionFault(err)
	}
	if q.Volatility == nil {
		v.Price = *q.Price
	}
	o.figure("price", v.Price, "")
	o.figure("delta", v.Delta, "")
	o.figure("gamma", v.Gamma, "")
	o.figure("vega", v.Vega, "")
	o.figure("theta", v.Theta, "")
	o.figure("rho", v.Rho, "")
	o.figure("implied_volatility", terms.Volatility, "")
	if stage == option.AtExpiry {
		o.set("stage", string(stage))
	}
	return &o, nil
}

func impliedReason(err error) string {
	switch {
	case errors.Is(err, option.ErrBelowBound):
		return "price_below_bound"
	case errors.Is(err, option.ErrAboveBound):
		return "price_above_bound"
	case err != nil:
		return "no_time_value"
	}
	return ""
}

func optionFault(err error) *Error {
	if errors.Is(err, option.ErrExpired) {
		return refuse("expired", "days: %v", err)
	}
	return refuse("out_of_range", "%v", err)
}

// terms reads the request; what must be given and is not is refused by name.
func (q optionsRequest) terms() (option.Terms, error) {
	t := option.Terms{Rate: q.Rate, DividendYield: q.DividendYield}
	for _, f := range []struct {
		name string
		from *float64
		to   *float64
	}{{"spot", q.Spot, &t.Spot}, {"strike", q.Strike, &t.Strike}, {"days", q.Days, &t.Years}} {
		if f.from == nil {
			return t, refuse("missing_field", "%s: give a number", f.name)
		}
		*f.to = *f.from
	}
	t.Years /= 365
	switch q.Type {
	case "call":
	case "put":
		t.Kind = option.Put
	case "":
		return t, refuse("missing_field", "type: give call or put")
	default:
		return t, refuse("unknown_choice", "type: %q, want call or put", q.Type)
	}
	switch {
	case q.Volatility == nil && q.Price == nil:
		return t, refuse("missing_field", "volatility or price: give one of them")
	case q.Volatility != nil:
		t.Volatility = *q.Volatility
	}
	if err := t.Check(); err != nil {
		return t, optionFault(err)
	}
	// beyond these nothing is an option any more, and exponentials leave float64
	for _, growth := range []float64{t.Rate * t.Years, t.DividendYield * t.Years, t.Volatility * math.Sqrt(t.Years) / 2} {
		if math.Abs(growth) > 100 {
			return t, refuse("out_of_range", "rate, dividend yield or volatility over the life of the option is beyond reason: are they fractions a year?")
		}
	}
	return t, nil
}

// cashDividends is a list of [day, amount].
type cashDividends struct {
	list    []option.CashDividend
	problem *Error
}

// UnmarshalJSON never fails: what is wrong is told by values.
func (c *cashDividends) UnmarshalJSON(b []byte) error {
	*c = cashDividends{}
	var rows []numbers
	if json.Unmarshal(b, &rows) != nil {
		c.problem = refuse("bad_request", "cash_dividends: want a list of [day, amount]")
		return nil
	}
	for i, row := range rows {
		if row.problem != nil || row.gaps || len(row.list) != 2 {
			c.problem = refuse("bad_request", "cash_dividends: entry %d: want [day, amount]", i)
			return nil
		}
		c.list = append(c.list, option.CashDividend{Years: row.list[0] / 365, Amount: row.list[1]})
	}
	return nil
}

func (c cashDividends) values() ([]option.CashDividend, error) {
	if c.problem != nil {
		return nil, c.problem
	}
	return c.list, nil
}
