package attribution

import "fmt"

// CurrencyEffects are the effects on the active return, by group and by currency.
type CurrencyEffects struct {
	Allocation, Selection, Interaction map[string]float64 // of local premiums, by group
	Cross                              map[string]float64 // difference of the cross products, by group
	Currency                           map[string]float64 // from what is held in a currency, by currency
	Hedging                            map[string]float64 // from forwards, by currency
}

// CurrencyResult is the attribution of each period and of all of them linked.
type CurrencyResult struct {
	Periods                     []CurrencyEffects
	Linked                      CurrencyEffects
	Portfolio, Benchmark        []float64
	PortfolioTotal, ActiveTotal float64
}

// AttributeCurrencies attributes the active return in the base currency. Local premiums
// L − c are attributed like returns in Brinson; the decision for a currency, whether by
// what is held or by forwards, is measured against the benchmark's currency return:
//
//	currency  (Wp − Wb) (k − kb)   W what is held in the currency, k its cash in base
//	hedging   (hp − hb) (k − kb)   h forwards, which sum to zero with the base's side
//	cross     wp Lp x − wb Lb x
//
// All effects add up to the active return, linked ones to the compounded one.
func AttributeCurrencies(periods []CurrencyPeriod, in Currencies, model Model, link Link) (*CurrencyResult, error) {
	if err := asked(len(periods), model, link); err != nil {
		return nil, err
	}
	out := &CurrencyResult{Linked: newCurrencyEffects()}
	for i := range periods {
		e, rp, rb, err := periods[i].attribute(in, model)
		if err != nil {
			return nil, fmt.Errorf("period %d: %w", i+1, err)
		}
		out.Periods = append(out.Periods, e)
		out.Portfolio, out.Benchmark = append(out.Portfolio, rp), append(out.Benchmark, rb)
	}
	factors, err := linking(out.Portfolio, out.Benchmark, link)
	if err != nil {
		return nil, err
	}
	for i := range out.Periods {
		into, from := out.Linked.maps(), out.Periods[i].maps()
		for k := range into {
			scaled(into[k], from[k], factors[i])
		}
	}
	out.PortfolioTotal = compound(out.Portfolio)
	out.ActiveTotal = out.PortfolioTotal - compound(out.Benchmark)
	return out, inRange(out.ActiveTotal, append(out.Periods, out.Linked), func(e CurrencyEffects) []map[string]float64 { return e.maps() })
}

func newCurrencyEffects() CurrencyEffects {
	m := func() map[string]float64 { return map[string]float64{} }
	return CurrencyEffects{m(), m(), m(), m(), m(), m()}
}

func (e *CurrencyEffects) maps() []map[string]float64 {
	return []map[string]float64{e.Allocation, e.Selection, e.Interaction, e.Cross, e.Currency, e.Hedging}
}

func (p *CurrencyPeriod) attribute(in Currencies, model Model) (e CurrencyEffects, rp, rb float64, err error) {
	own := CurrencyPeriod{PortfolioWeights: p.PortfolioWeights, PortfolioLocal: p.PortfolioLocal, FX: p.FX, Cash: p.Cash, PortfolioHedges: p.PortfolioHedges}
	other := CurrencyPeriod{PortfolioWeights: p.BenchmarkWeights, PortfolioLocal: p.BenchmarkLocal, FX: p.FX, Cash: p.Cash, PortfolioHedges: p.BenchmarkHedges}
	portfolio, err := own.portfolio(in)
	if err != nil {
		return e, 0, 0, fmt.Errorf("portfolio: %w", err)
	}
	benchmark, err := other.portfolio(in)
	if err != nil {
		return e, 0, 0, fmt.Errorf("benchmark: %w", err)
	}
	premiums := Period{PortfolioWeights: p.PortfolioWeights, BenchmarkWeights: p.BenchmarkWeights, PortfolioReturns: portfolio.premiums(), BenchmarkReturns: benchmark.premiums()}
	local, _, _, err := single(&premiums, model)
	if err != nil {
		return e, 0, 0, err
	}
	e = newCurrencyEffects()
	e.Allocation, e.Selection, e.Interaction = local.Allocation, local.Selection, local.Interaction
	for _, h := range portfolio.held {
		e.Cross[h.name] += float64(h.weight * h.premium * h.move)
	}
	for _, h := range benchmark.held {
		e.Cross[h.name] -= float64(h.weight * h.premium * h.move)
	}
	kb := benchmark.currencyReturn()
	for _, c := range portfolio.union(benchmark) {
		over := portfolio.cash(c) - kb
		e.Currency[c] = (portfolio.weight[c] - benchmark.weight[c]) * over
		if hedge := portfolio.hedges[c] - benchmark.hedges[c]; hedge != 0 {
			e.Hedging[c] = hedge * over
		}
	}
	return e, portfolio.total(), benchmark.total(), nil
}
