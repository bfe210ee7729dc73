package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/risk"
)

// positions are the parts of each holding, the largest share of risk first, those
// outside the model last.
func (r *runner) positions(out *ExAnte) {
	m := r.model
	for i := range m.Exposures {
		h := r.holding(i)
		if h == nil && r.flat(i) {
			continue
		}
		out.Positions = append(out.Positions, r.position(i, h))
	}
	key := func(p *Position) float64 {
		if p.Share.Known() {
			return -p.Share.Float64()
		}
		return math.Inf(1)
	}
	slices.SortStableFunc(out.Positions, func(a, b Position) int { return cmp.Compare(key(&a), key(&b)) })
}

// flat reports cash that nothing moves.
func (r *runner) flat(i int) bool {
	for _, x := range r.model.Exposures[i].Money {
		if x != 0 {
			return false
		}
	}
	return r.model.Exposures[i].Reason == ""
}

func (r *runner) position(i int, h *Holding) Position {
	m := r.model
	e, b := &m.Exposures[i], &m.Book.Holdings[i]
	p := Position{Symbol: b.Symbol, Group: CashGroup, Value: r.behind(i), Weight: r.ofValue(r.behind(i), "weight"), Reason: e.Reason}
	if h != nil {
		p.Name, p.Group, p.Value, p.Weight = h.Instrument.Name, h.Group, h.Value, h.Weight
	}
	why := e.Reason
	if why == "" {
		why = m.Reason
	}
	if why != "" || m.Parts.Variance() == 0 {
		if why == "" {
			why = "the holdings do not vary"
		}
		p.Exposure, p.Share = Unknown(r.unit(), r.AsOf, "exposure", why), Unknown(Fraction, r.AsOf, "risk_share", why)
		p.Component, p.Marginal, p.Incremental = Unknown(r.unit(), r.AsOf, "component_var", why), Unknown(Ratio, r.AsOf, "marginal_var", why), Unknown(r.unit(), r.AsOf, "incremental_var", why)
		p.Volatility, p.MarketBeta, p.R2 = Unknown(Fraction, r.AsOf, "position_volatility", why), Unknown(Ratio, r.AsOf, "market_beta", why), Unknown(Fraction, r.AsOf, "position_r2", why)
		return p
	}
	put := func(x float64, unit Unit, method string) Figure {
		if unit == r.unit() {
			return r.measured(x, method)
		}
		return Measure(x, unit, r.AsOf, method)
	}
	z := risk.NormalTailOf(0, 1, 0.95).VaR.Value
	component := m.Share(i) * m.Volatility() * z
	p.Exposure, p.Share, p.Component = put(e.Amount, r.unit(), "exposure"), put(m.Share(i), Fraction, "risk_share"), put(component, r.unit(), "component_var")
	p.Incremental = put((m.Volatility()-m.Without(i))*z, r.unit(), "incremental_var")
	p.Marginal, p.Volatility, p.MarketBeta = Unknown(Ratio, r.AsOf, "marginal_var", "its value is zero"), Unknown(Fraction, r.AsOf, "position_volatility", "its value is zero"), Unknown(Ratio, r.AsOf, "market_beta", "its value is zero")
	if b.Value != 0 {
		p.Marginal = put(component/b.Value, Ratio, "marginal_var")
		p.Volatility = put(m.Own(i)/math.Abs(b.Value)*rootYear, Fraction, "position_volatility")
		if k := m.Factor.Index(factor.Market); k >= 0 {
			p.MarketBeta = put(e.Money[k]/b.Value, Ratio, "market_beta")
		}
	}
	p.R2 = Unknown(Fraction, r.AsOf, "position_r2", "cash is not fitted")
	switch {
	case e.Asset == nil:
	case e.Asset.Terms:
		why := "only its duration is known: it has too short a price history to be fitted"
		p.R2 = Unknown(Fraction, r.AsOf, "position_r2", why)
		p.Share, p.Volatility = p.Share.With(Estimated, why), p.Volatility.With(Estimated, why)
	default:
		p.R2, p.Days = put(e.Asset.R2, Fraction, "position_r2"), e.Asset.Known
	}
	return p
}

// sortBy orders names by a key, equal ones as they stood.
func sortBy(names []string, key func(string) float64) {
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(key(a), key(b)) })
}
