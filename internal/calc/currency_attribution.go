package calc

import (
	"errors"

	"github.com/foliosight/foliosight/finance/attribution"
)

func init() { register("currency_attribution", typed(currencyAttribution)) }

type currencyAttributionQuestion struct {
	Base       string            `json:"base_currency"`
	Currencies map[string]string `json:"currencies"`
	Periods    []struct {
		WP   map[string]float64 `json:"wp"`
		WB   map[string]float64 `json:"wb"`
		LP   map[string]float64 `json:"lp"`
		LB   map[string]float64 `json:"lb"`
		FX   map[string]float64 `json:"fx"`
		Cash map[string]float64 `json:"cash"`
		HP   map[string]float64 `json:"hp"`
		HB   map[string]float64 `json:"hb"`
	} `json:"periods"`
	Model   attribution.Model `json:"model"`
	Linking attribution.Link  `json:"linking"`
}

type currencyParts struct {
	Local    map[string]float64 `json:"local"`
	Currency map[string]float64 `json:"currency"`
	Cross    map[string]float64 `json:"cross"`
	Hedging  map[string]float64 `json:"hedging,omitempty"`
}

type currencyEffects struct {
	Allocation  map[string]float64 `json:"allocation"`
	Selection   map[string]float64 `json:"selection"`
	Interaction map[string]float64 `json:"interaction"`
	Cross       map[string]float64 `json:"cross"`
	Currency    map[string]float64 `json:"currency"`
	Hedging     map[string]float64 `json:"hedging,omitempty"`
}

type currencyAttributionAnswer struct {
	Return  float64         `json:"return"` // of the portfolio in the base currency, compounded
	Periods []currencyParts `json:"periods"`
	Linked  currencyParts   `json:"linked"`
	Active  *currencyActive `json:"active,omitempty"`
}

type currencyActive struct {
	Return  float64           `json:"return"`
	Periods []currencyEffects `json:"periods"`
	Linked  currencyEffects   `json:"linked"`
}

func currencyAttribution(q currencyAttributionQuestion) (*currencyAttributionAnswer, error) {
	if q.Base == "" {
		return nil, refuse("missing_field", "base_currency: give the currency that the return is wanted in")
	}
	if q.Model == "" {
		q.Model = attribution.BrinsonFachler
	}
	if q.Linking == "" {
		q.Linking = attribution.Carino
	}
	in := attribution.Currencies{Base: q.Base, Of: q.Currencies}
	periods, compared := make([]attribution.CurrencyPeriod, len(q.Periods)), false
	for i, p := range q.Periods {
		periods[i] = attribution.CurrencyPeriod{PortfolioWeights: p.WP, BenchmarkWeights: p.WB, PortfolioLocal: p.LP, BenchmarkLocal: p.LB,
			FX: p.FX, Cash: p.Cash, PortfolioHedges: p.HP, BenchmarkHedges: p.HB}
		compared = compared || p.WB != nil
	}
	split, err := attribution.SplitCurrencies(periods, in, q.Linking)
	if err != nil {
		return nil, refuse(attributionCode(err), "%v", err)
	}
	out := &currencyAttributionAnswer{Return: split.Total, Linked: currencyParts(split.Linked)}
	for _, p := range split.Periods {
		out.Periods = append(out.Periods, currencyParts(p))
	}
	if !compared {
		return out, nil
	}
	r, err := attribution.AttributeCurrencies(periods, in, q.Model, q.Linking)
	if err != nil {
		return nil, refuse(attributionCode(err), "%v", err)
	}
	out.Active = &currencyActive{Return: r.ActiveTotal, Linked: currencyEffects(r.Linked)}
	for _, e := range r.Periods {
		out.Active.Periods = append(out.Active.Periods, currencyEffects(e))
	}
	return out, nil
}

// attributionCode is the code of a refused attribution.
func attributionCode(err error) string {
	for _, known := range []struct {
		err  error
		code string
	}{{attribution.ErrModel, "unknown_choice"}, {attribution.ErrLink, "unknown_choice"}, {attribution.ErrPeriods, "empty"},
		{attribution.ErrWeights, "weights_not_one"}, {attribution.ErrReturn, "missing_return"}, {attribution.ErrLost, "capital_lost"},
		{attribution.ErrCurrency, "missing_currency"}, {attribution.ErrFX, "missing_fx"}, {attribution.ErrCash, "missing_cash_rate"},
		{attribution.ErrRange, "out_of_range"}} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return "bad_request"
}
