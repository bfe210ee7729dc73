package proposal

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/optimize"
)

// Of 100 in A, 20 % a year, to A and B, 10 %, without correlation: least volatility has a
// fifth in A, √(0.2² 0.04 + 0.8² 0.01) = 0.0894. Selling 80 at a gain of half is 40.
func TestSuggestByHand(t *testing.T) {
	r := Request{
		Holdings:   []Holding{{ID: "A", Price: 10, Lots: []optimize.TaxLot{{ID: "a", Quantity: 10, Cost: 5, LongTerm: true}}}, {ID: "B", Price: 2}},
		Covariance: [][]float64{{0.04, 0}, {0, 0.01}}, Objective: MinVolatility, CashWanted: math.NaN(), Rules: optimize.Rules{LongRate: 0.25},
	}
	p, err := Suggest(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Plan.Orders) != 2 || math.Abs(p.Plan.Orders[0].Quantity+8) > 1e-9 || math.Abs(p.Plan.Orders[1].Quantity-40) > 1e-9 || math.Abs(p.Plan.Tax-10) > 1e-9 {
		t.Errorf("got %+v", p.Plan)
	}
	if want := math.Sqrt(0.2*0.2*0.04 + 0.8*0.8*0.01); math.Abs(p.Before.Volatility-0.2) > 1e-12 || math.Abs(p.After.Volatility-want) > 1e-9 || math.Abs(p.Wished.Volatility-want) > 1e-9 {
		t.Errorf("got %+v", p)
	}
	r.Turnover = 0.3
	if p, err = Suggest(r); err != nil || math.Abs(p.Plan.Turnover-0.3) > 1e-9 || math.Abs(p.After.Weights[0]-0.7) > 1e-9 {
		t.Errorf("got %+v, %v", p, err)
	}
	r.Turnover, r.CashWanted = 0, 0.5
	if p, err = Suggest(r); err != nil || math.Abs(p.Plan.Cash-50) > 1e-9 || math.Abs(p.After.Cash-0.5) > 1e-12 || math.Abs(p.After.Weights[1]-0.4) > 1e-9 {
		t.Errorf("got %+v, %v", p, err)
	}
}

// Laws: money is kept, what is fixed stays, no order goes beyond the wish, and the least
// volatility is no higher than before when nothing but holding stands in its way.
func TestSuggestLaws(t *testing.T) {
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 71))
		n := 3 + rng.IntN(10)
		betas, specific := make([][]float64, n), make([]float64, n)
		r := Request{Objective: MinVolatility, CashWanted: math.NaN(), Rules: optimize.Rules{Cash: 50 * rng.Float64(), ShortRate: 0.4, LongRate: 0.2}}
		for i := range n {
			betas[i], specific[i] = []float64{1 + 0.3*rng.NormFloat64(), rng.NormFloat64()}, 0.01+0.05*rng.Float64()
			h := Holding{ID: fmt.Sprint(i), Price: 1 + 9*rng.Float64()}
			if i == 0 && seed%2 == 0 {
				h.Fixed, h.Value = true, -20*rng.Float64() // a short
			} else {
				h.Lots = []optimize.TaxLot{{ID: "x", Quantity: 10 * rng.Float64(), Cost: 10 * rng.Float64()}, {ID: "y", Quantity: 5, Cost: 3, LongTerm: true}}
			}
			r.Holdings, r.Expected = append(r.Holdings, h), append(r.Expected, 0.1*rng.Float64())
		}
		if seed%3 == 1 {
			r.Turnover = 0.05 + 0.3*rng.Float64()
		}
		var err error
		if r.Covariance, err = FactorCovariance(betas, [][]float64{{0.04, 0.001}, {0.001, 0.01}}, specific); err != nil {
			t.Fatal(err)
		}
		p, err := Suggest(r)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if p.After.Volatility > p.Before.Volatility+1e-9 {
			t.Errorf("seed %d: %v before, %v after", seed, p.Before.Volatility, p.After.Volatility)
		}
		for i, h := range r.Holdings {
			if h.Fixed && p.After.Weights[i] != p.Before.Weights[i] {
				t.Errorf("seed %d: what is fixed moved from %v to %v", seed, p.Before.Weights[i], p.After.Weights[i])
			}
			if math.Abs(p.After.Weights[i]-p.Wished.Weights[i]) > 1e-7 {
				t.Errorf("seed %d: %s wished at %v, is %v", seed, h.ID, p.Wished.Weights[i], p.After.Weights[i])
			}
		}
		if math.Abs(p.After.Cash-p.Before.Cash) > 1e-7 {
			t.Errorf("seed %d: cash %v before, %v after", seed, p.Before.Cash, p.After.Cash)
		}
		if r.Turnover > 0 && p.Plan.Turnover*(1+1e-9) > r.Turnover*1.0000001*math.Max(1, totalOver(r)) {
			t.Errorf("seed %d: turnover %v of %v", seed, p.Plan.Turnover, r.Turnover)
		}
		r.Objective = MaxSharpe
		best, err := Suggest(r)
		if err != nil && !errors.Is(err, optimize.ErrNoExcess) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err == nil && best.Solution.Sharpe < p.Solution.Sharpe-1e-9 {
			t.Errorf("seed %d: Sharpe %v, of least volatility %v", seed, best.Solution.Sharpe, p.Solution.Sharpe)
		}
	}
}

// totalOver is the whole over what the plan sees, which leaves out what is fixed.
func totalOver(r Request) float64 {
	b, _ := r.measure()
	return b.total / (b.total - b.fixed)
}

func TestSuggestRefuses(t *testing.T) {
	one := []Holding{{ID: "A", Price: 1, Lots: []optimize.TaxLot{{Quantity: 1}}}}
	c := [][]float64{{0.04}}
	for name, x := range map[string]struct {
		r    Request
		want error
	}{
		"no covariance": {Request{Holdings: one, Objective: MinVolatility}, ErrShape},
		"no objective":  {Request{Holdings: one, Covariance: c}, ErrObjective},
		"no price":      {Request{Holdings: []Holding{{ID: "A"}}, Covariance: c, Objective: MinVolatility}, ErrHolding},
		"only cash":     {Request{Holdings: one, Covariance: c, Objective: MinVolatility, CashWanted: 1}, ErrNothing},
		"all fixed":     {Request{Holdings: []Holding{{ID: "A", Fixed: true, Value: 5}}, Covariance: c, Objective: MinVolatility, CashWanted: math.NaN()}, ErrNothing},
		"parity capped": {Request{Holdings: one, Covariance: c, Objective: RiskParity, Highest: 0.5, CashWanted: math.NaN()}, ErrUnsupported},
		"no returns":    {Request{Holdings: one, Covariance: c, Objective: MaxSharpe}, optimize.ErrExpected},
	} {
		if _, err := Suggest(x.r); !errors.Is(err, x.want) {
			t.Errorf("%s: got %v, want %v", name, err, x.want)
		}
	}
	two := []Holding{one[0], {ID: "B", Price: 1}}
	if _, err := Suggest(Request{Holdings: two, Covariance: [][]float64{{0.04, 0}, {0, 0.01}}, Objective: RiskParity, Highest: 0.6, CashWanted: math.NaN()}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	if _, err := FactorCovariance([][]float64{{1}}, [][]float64{{1, 0}, {0, 1}}, []float64{1}); !errors.Is(err, ErrShape) {
		t.Errorf("got %v", err)
	}
}
