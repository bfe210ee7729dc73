package attribution

import (
	"errors"
	"fmt"
)

// The errors of currency attribution.
var (
	ErrCurrency = errors.New("a holding with a weight has no currency")
	ErrFX       = errors.New("a currency in use has no move against the base currency")
	ErrCash     = errors.New("cash rates of every currency in use are needed, the base currency's too")
)

// Currencies say what the names of a currency attribution are in.
type Currencies struct {
	Base string
	Of   map[string]string // currency of each holding or group
}

// CurrencyPeriod is one period's weights at its start and local returns over it, by
// holding or group, and what the currencies did.
type CurrencyPeriod struct {
	PortfolioWeights, BenchmarkWeights map[string]float64
	PortfolioLocal, BenchmarkLocal     map[string]float64 // returns in the currency of each
	FX                                 map[string]float64 // move of a currency against the base currency; the base's own is 0
	// Cash is what cash of each currency earned over the period; nil is none, which makes
	// Karnosky and Singer's split the plain one.
	Cash map[string]float64
	// Hedges are forwards by currency as shares of the portfolio, sold ones negative: the
	// present value of what is delivered. The other side is in the base currency.
	PortfolioHedges, BenchmarkHedges map[string]float64
}

// CurrencyParts split a return by holding, and by currency for forwards.
type CurrencyParts struct {
	Local    map[string]float64 // weight × (local return − cash rate of its currency)
	Currency map[string]float64 // weight × return of that currency's cash in the base currency
	Cross    map[string]float64 // weight × (local return − cash rate) × move of the currency
	Hedging  map[string]float64 // by currency: forwards × (its cash − the base's)
}

// CurrencySplit is the split of each period and of all of them linked.
type CurrencySplit struct {
	Periods   []CurrencyParts
	Linked    CurrencyParts
	Portfolio []float64 // return of each period in the base currency
	Total     float64   // compounded
}

// SplitCurrencies splits the portfolio's return in the base currency exactly. With L the
// local return, x the move of the currency, c its cash rate and
// k = (1 + c)(1 + x) − 1 the return of its cash in the base currency:
//
//	(1 + L)(1 + x) − 1 = (L − c) + k + (L − c) x
//
// A forward earns k − k_base, as covered interest parity prices it. Without cash rates
// c is 0: local return, move of the currency, and both. Periods are linked like active
// returns over a benchmark that stands still.
func SplitCurrencies(periods []CurrencyPeriod, in Currencies, link Link) (*CurrencySplit, error) {
	if err := asked(len(periods), BrinsonFachler, link); err != nil {
		return nil, err
	}
	out := &CurrencySplit{Linked: CurrencyParts{map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}}}
	for i := range periods {
		side, err := periods[i].portfolio(in)
		if err != nil {
			return nil, fmt.Errorf("period %d: %w", i+1, err)
		}
		parts := CurrencyParts{map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}}
		for _, h := range side.held {
			parts.Local[h.name] = h.weight * h.premium
			parts.Currency[h.name] = h.weight * h.cash
			parts.Cross[h.name] = h.weight * h.premium * h.move
		}
		for _, c := range side.hedged {
			parts.Hedging[c] = side.hedges[c] * (side.cash(c) - side.cash(in.Base))
		}
		out.Periods = append(out.Periods, parts)
		out.Portfolio = append(out.Portfolio, side.total())
	}
	factors, err := linking(out.Portfolio, make([]float64, len(periods)), link)
	if err != nil {
		return nil, err
	}
	for i, p := range out.Periods {
		scaled(out.Linked.Local, p.Local, factors[i])
		scaled(out.Linked.Currency, p.Currency, factors[i])
		scaled(out.Linked.Cross, p.Cross, factors[i])
		scaled(out.Linked.Hedging, p.Hedging, factors[i])
	}
	out.Total = compound(out.Portfolio)
	return out, inRange(out.Total, append(out.Periods, out.Linked), func(p CurrencyParts) []map[string]float64 {
		return []map[string]float64{p.Local, p.Currency, p.Cross, p.Hedging}
	})
}
