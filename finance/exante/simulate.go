package exante

import (
	"math"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/scenario"
)

// Simulation is the book as Monte Carlo takes it: the same factors, betas and specific
// deviations, every modelled holding a stake; at says which holding each stake is.
// Shares and funds move with their asset, options are priced anew at the moved spot,
// volatility, rate and exchange rate, bonds by their flows at the moved yield.
func (m *Model) Simulation() (model risk.FactorModel, stakes []risk.Stake, at []int) {
	model.Covariance = m.Factor.Covariance
	assets := map[string]int{}
	for i := range m.Exposures {
		e, h := &m.Exposures[i], &m.Book.Holdings[i]
		if e.Reason != "" {
			continue
		}
		id := h.Asset + " " + string(h.Currency)
		if h.Bond != nil {
			id = "bond " + h.Symbol
		}
		k, ok := assets[id]
		if !ok {
			k = len(model.Assets)
			assets[id] = k
			model.Assets = append(model.Assets, m.simulated(i))
		}
		stake := risk.Stake{Asset: k, Value: h.Value}
		switch {
		case h.Option != nil:
			stake.Revalue = m.repriceOption(h)
		case h.Bond != nil:
			stake.Revalue = m.repriceBond(h)
		}
		stakes, at = append(stakes, stake), append(at, i)
	}
	return model, stakes, at
}

// simulated is what holding i depends on; a bond without its answer to yields, which its
// flows give.
func (m *Model) simulated(i int) risk.Asset {
	a := m.shocked("", i)
	out := risk.Asset{Exposure: a.Betas, Specific: a.Specific}
	if k := m.Factor.Index(factor.Rates); k >= 0 && m.Book.Holdings[i].Bond != nil {
		out.Exposure[k] = 0
	}
	return out
}

func (m *Model) repriceOption(h *Holding) func(r float64, moves []float64) float64 {
	o := h.Option
	fx, index, rates := m.Factor.Index(factor.Currency(string(h.Currency))), m.Factor.Index(factor.ImpliedVolatility), m.Factor.Index(factor.Rates)
	elasticity := scenario.Elasticity(o.Years)
	var exercise option.Exercise
	if o.American {
		exercise = option.NewExercise(o.Terms)
	}
	return func(r float64, moves []float64) float64 {
		t, unit := o.Terms, 1.0
		if fx >= 0 {
			unit += moves[fx]
		}
		t.Spot *= math.Max((1+r)/unit, 0)
		early := 0.0
		if o.American {
			early = math.Max(exercise.Price(t.Spot)-option.European(t).Price, 0)
		}
		if rates >= 0 {
			t.Rate += moves[rates]
			if o.OnForward {
				t.DividendYield += moves[rates]
			}
		}
		if index >= 0 {
			if x := float64(elasticity * moves[index]); x < 0 {
				t.Volatility *= math.Exp(x)
			} else {
				t.Volatility *= 1 + x
			}
		}
		return o.Units * (float64((option.European(t).Price+early)*unit) - o.Value.Price)
	}
}

func (m *Model) repriceBond(h *Holding) func(r float64, moves []float64) float64 {
	rates, now := m.Factor.Index(factor.Rates), h.Bond.Reprice(0)
	return func(r float64, moves []float64) float64 {
		change := 0.0
		if rates >= 0 {
			change = h.Bond.Reprice(moves[rates]) - now
		}
		return float64(h.Value*r) + change
	}
}
