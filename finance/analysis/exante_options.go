package analysis

import (
	"github.com/foliosight/foliosight/finance/instrument"
)

// greeks are the options' sensitivities in the base currency.
func (r *runner) greeks(out *ExAnte) {
	g := &out.Greeks
	sums := [5]float64{}
	var without, marked []string
	any := false
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if h.Instrument.Class != instrument.Option {
			continue
		}
		any = true
		p := r.options[h.Symbol]
		row := GreekRow{Symbol: h.Symbol, Underlying: h.Instrument.Underlying, Expiry: h.Instrument.Expiry}
		if why := p.why; why != "" || p.expired {
			if p.expired {
				why = "it has expired"
			} else {
				without = append(without, h.Symbol)
			}
			row.Spot, row.Volatility = Unknown(Unit(h.Instrument.Currency), r.AsOf, "underlying_price", why), Unknown(Fraction, r.AsOf, "implied_volatility", why)
			row.set(func(k int) Figure { return Unknown(r.unit(), r.AsOf, greekMethods[k], why) })
			g.Rows = append(g.Rows, row)
			continue
		}
		row.Spot = Measure(p.Spot, Unit(h.Instrument.Currency), r.AsOf, "underlying_price")
		row.Volatility = Measure(p.Volatility, Fraction, r.AsOf, "implied_volatility")
		switch {
		case p.still != "":
			row.Volatility = Unknown(Fraction, r.AsOf, "implied_volatility", p.still)
		case p.marked != "":
			row.Volatility = row.Volatility.With(Estimated, p.marked)
			row.Volatility.Inputs = append(row.Volatility.Inputs, r.marks[h.Symbol].given...)
		case p.priced != 0:
			row.Volatility = row.Volatility.With(Stale, "implied by its last price, of "+p.priced.String())
		}
		v := p.Option.Value
		amounts := [5]float64{p.exposure(), p.Units * v.Gamma * p.Spot * p.Spot / 100, p.Units * v.Theta / 365, p.Units * v.Vega / 100, p.Units * v.Rho / 10000}
		row.set(func(k int) Figure {
			if p.marked != "" {
				return r.greek(amounts[k], k).With(Estimated, p.marked)
			}
			return r.greek(amounts[k], k)
		})
		if p.marked != "" {
			marked = append(marked, h.Symbol)
		}
		for k, x := range amounts {
			sums[k] += x
		}
		g.Rows = append(g.Rows, row)
	}
	total := GreekRow{}
	total.set(func(k int) Figure {
		f := r.greek(sums[k], k)
		if len(marked) > 0 {
			f = f.With(Estimated, list(marked)+" without a price: at the volatility between the quotes of other options")
		}
		if len(without) > 0 {
			f = f.With(Partial, "without "+list(without))
		}
		return f
	})
	if !any {
		g.Reason = "no options are held"
	}
	g.Delta, g.Gamma, g.Theta, g.Vega, g.Rho = total.Delta, total.Gamma, total.Theta, total.Vega, total.Rho
}

var greekMethods = [5]string{"delta", "gamma", "theta", "vega", "rho"}

// greek is a sensitivity in money.
func (r *runner) greek(x float64, k int) Figure {
	f := r.measured(x, greekMethods[k])
	if _, known := r.rateNow(); !known {
		f = f.With(Estimated, "without interest, as no risk-free rate is known")
	}
	return f
}

func (g *GreekRow) set(of func(k int) Figure) {
	for k, f := range []*Figure{&g.Delta, &g.Gamma, &g.Theta, &g.Vega, &g.Rho} {
		*f = of(k)
	}
}
