package proposal_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
	"github.com/foliosight/foliosight/finance/series"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// two is 100 in A, 20 % a year, and nothing in B, 10 %, without correlation.
func two(o proposal.Objective) proposal.Request {
	return proposal.Request{Assets: []proposal.Asset{{ID: "A", Value: 100, High: 1}, {ID: "B", High: 1}},
		Covariance: [][]float64{{0.04, 0}, {0, 0.01}}, Total: 100, Objective: o, Cash: math.NaN()}
}

// Least volatility has the weights 1/σ² : a fifth and four fifths, √(0.2²·0.04 + 0.8²·0.01)
// = 0.0894. Equal risk has 1/σ: a third and two thirds. Halves by inverse variance are
// HRP's for two. The most diversified has 1/σ too, without correlation.
func TestObjectivesByHand(t *testing.T) {
	for o, want := range map[proposal.Objective]float64{proposal.MinVolatility: 0.2, proposal.RiskParity: 1.0 / 3, proposal.Hierarchical: 0.2, proposal.MaxDiversification: 1.0 / 3} {
		p, err := proposal.Suggest(two(o))
		if err != nil {
			t.Fatalf("%s: %v", o, err)
		}
		near(t, string(o), p.Wished.Weights[0], want, 1e-7)
		near(t, string(o)+", turnover", p.Turnover, 1-want, 1e-7)
		near(t, string(o)+", before", p.Before.Volatility, 0.2, 1e-12)
	}
	p, err := proposal.Suggest(two(proposal.MinVolatility))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "volatility", p.Wished.Volatility, math.Sqrt(0.2*0.2*0.04+0.8*0.8*0.01), 1e-7)
}

// With returns of 8 and 5 % over cash of 2 % the best ratio has weights (μ−r)/σ²: 1.5 to 3,
// whatever part is cash.
func TestMaxSharpeByHand(t *testing.T) {
	for _, cash := range []float64{0, 0.5} {
		r := two(proposal.MaxSharpe)
		r.Expected, r.RiskFree, r.Cash = []float64{0.08, 0.05}, 0.02, cash
		p, err := proposal.Suggest(r)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "A", p.Wished.Weights[0], (1-cash)/3, 1e-6)
		near(t, "B", p.Wished.Weights[1], (1-cash)*2/3, 1e-6)
		near(t, "cash", p.Wished.Cash, cash, 1e-9)
		near(t, "Sharpe", p.Wished.Sharpe, math.Sqrt(0.06*0.06/0.04+0.03*0.03/0.01), 1e-6)
		near(t, "return", p.Wished.Return, 0.02+(1-cash)*(0.06/3+0.03*2/3), 1e-7)
	}
}

// Budgets of 3 : 1 without correlation: w²σ² in that ratio, so w σ as √3 : 1.
func TestOwnBudgets(t *testing.T) {
	r := two(proposal.RiskParity)
	r.Budget = []float64{3, 1}
	p, err := proposal.Suggest(r)
	if err != nil {
		t.Fatal(err)
	}
	a, b := math.Sqrt(3)/0.2, 1/0.1
	near(t, "A", p.Wished.Weights[0], a/(a+b), 1e-9)
}

// A limit of 60 % on A, of 100: the least that must be sold is 40; a limit of 15 % on the
// volatility: w²·0.04 + (1−w)²·0.01 = 0.0225 at w = (2 + √(4 + 4·5·1.25)) / 10 = 0.738516.
func TestLimitsByHand(t *testing.T) {
	r := two(proposal.Limits)
	r.Assets[0].High = 0.6
	p, err := proposal.Suggest(r)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "A", p.Wished.Weights[0], 0.6, 1e-4)
	r = two(proposal.Limits)
	r.Volatility = 0.15
	if p, err = proposal.Suggest(r); err != nil {
		t.Fatal(err)
	}
	// What is sold may stay cash, and 75 % of A alone have 15 %: less is traded.
	near(t, "A calm", p.Wished.Weights[0], 0.75, 1e-4)
	r.Cash = 0
	if p, err = proposal.Suggest(r); err != nil {
		t.Fatal(err)
	}
	near(t, "A calm, nothing in cash", p.Wished.Weights[0], 0.738516, 1e-4)
	if p.Wished.Volatility > 0.15+1e-9 {
		t.Errorf("volatility %v", p.Wished.Volatility)
	}
	r.Volatility = 0.3
	if p, err = proposal.Suggest(r); err != nil || p.Turnover != 0 {
		t.Errorf("inside already: turnover %v, %v", p.Turnover, err)
	}
	r.Volatility = 0.05
	if _, err = proposal.Suggest(r); !errors.Is(err, proposal.ErrVolatility) || !strings.Contains(err.Error(), "8.9%") {
		t.Errorf("%v", err)
	}
}

// random is a book of longs, shorts, something fixed and something outside the model.
func random(rng *rand.Rand) proposal.Request {
	n := 4 + rng.IntN(8)
	r := proposal.Request{Objective: proposal.MinVolatility, Cash: math.NaN()}
	betas := make([][2]float64, n)
	for i := range n {
		betas[i] = [2]float64{1 + 0.3*rng.NormFloat64(), rng.NormFloat64()}
		a := proposal.Asset{ID: fmt.Sprint(i), Value: 5 + 20*rng.Float64(), High: 2}
		switch {
		case i == 0:
			a.Fixed, a.Value = true, 10*rng.NormFloat64()
		case i == 1:
			a.Value, a.Low, a.High = -5*rng.Float64(), -0.5, 0
		}
		r.Total += a.Value
		r.Assets = append(r.Assets, a)
	}
	r.Total += 10 * rng.Float64()
	r.Covariance = make([][]float64, n)
	for i := range n {
		r.Covariance[i] = make([]float64, n)
		for j := range n {
			if i != 2 && j != 2 {
				r.Covariance[i][j] = 0.04*betas[i][0]*betas[j][0] + 0.01*betas[i][1]*betas[j][1]
			}
		}
		if i != 2 {
			r.Covariance[i][i] += 0.01 + 0.05*rng.Float64()
		}
		r.Expected = append(r.Expected, 0.02+0.1*rng.Float64())
	}
	r.Assets[2].Fixed = true
	return r
}

// Laws: the cash stays, so does what is fixed, bounds, gross, turnover and rows hold, the
// least volatility is no higher than before, the best ratio no lower than any other's, and
// the frontier rises with risk through both.
func TestLaws(t *testing.T) {
	for seed := range uint64(120) {
		r := random(rand.New(rand.NewPCG(seed, 71)))
		now := make([]float64, len(r.Assets))
		gross := 0.0
		for i, a := range r.Assets {
			now[i] = a.Value / r.Total
			gross += math.Abs(now[i])
		}
		if seed%2 == 0 {
			r.Gross = gross
		}
		if seed%3 == 0 {
			r.Turnover = 0.1
		}
		group := optimize.Group("pair", len(r.Assets), []int{1, 3}, math.Inf(-1), now[1]+now[3]+0.01)
		r.Rows = []optimize.Row{group}
		calm, err := proposal.Suggest(r)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if calm.Wished.Volatility > calm.Before.Volatility+1e-7 {
			t.Errorf("seed %d: %v before, %v wished", seed, calm.Before.Volatility, calm.Wished.Volatility)
		}
		near(t, "cash", calm.Wished.Cash, calm.Before.Cash, 1e-7)
		for i, a := range r.Assets {
			w := calm.Wished.Weights[i]
			if a.Fixed && w != now[i] || !a.Fixed && (w < a.Low-1e-7 || w > a.High+1e-7) {
				t.Errorf("seed %d: %s at %v", seed, a.ID, w)
			}
		}
		if r.Gross > 0 && calm.Wished.Gross > gross+1e-6 || r.Turnover > 0 && calm.Turnover > 0.1+1e-6 || series.Dot(group.Weights, calm.Wished.Weights) > group.High+1e-6 {
			t.Errorf("seed %d: gross %v of %v, turnover %v", seed, calm.Wished.Gross, gross, calm.Turnover)
		}
		r.Objective = proposal.MaxSharpe
		best, err := proposal.Suggest(r)
		if err != nil && !errors.Is(err, optimize.ErrNoExcess) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		line, ferr := proposal.Frontier(r, 20)
		if ferr != nil {
			t.Fatalf("seed %d: %v", seed, ferr)
		}
		near(t, "frontier begins", line[0].Volatility, calm.Wished.Volatility, 1e-6)
		for k, f := range line {
			if err == nil && f.Sharpe > best.Wished.Sharpe+1e-6 {
				t.Errorf("seed %d: Sharpe %v at %d, best %v", seed, f.Sharpe, k, best.Wished.Sharpe)
			}
			if k > 0 && (f.Return < line[k-1].Return-1e-9 || f.Volatility < line[k-1].Volatility-1e-7) {
				t.Errorf("seed %d: the frontier falls at %d", seed, k)
			}
		}
	}
}

// The least trading that satisfies a limit: any of less turnover breaks it.
func TestLimitsTradeLeast(t *testing.T) {
	for seed := range uint64(30) {
		r := random(rand.New(rand.NewPCG(seed, 5)))
		r.Objective = proposal.MinVolatility
		calm, err := proposal.Suggest(r)
		if err != nil {
			t.Fatal(err)
		}
		r.Objective, r.Volatility = proposal.Limits, (calm.Before.Volatility+calm.Wished.Volatility)/2
		p, err := proposal.Suggest(r)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if p.Wished.Volatility > r.Volatility*(1+1e-6) {
			t.Errorf("seed %d: %v over %v", seed, p.Wished.Volatility, r.Volatility)
		}
		r.Objective, r.Turnover = proposal.MinVolatility, p.Turnover-1e-3
		if less, err := proposal.Suggest(r); r.Turnover > 0 && err == nil && less.Wished.Volatility < r.Volatility*(1-1e-4) {
			t.Errorf("seed %d: %v would do, %v was taken", seed, less.Turnover, p.Turnover)
		}
	}
}

func TestConflictsAreNamed(t *testing.T) {
	r := two(proposal.MinVolatility)
	r.Assets[0].High, r.Assets[1].High = 0.3, 0.3
	_, err := proposal.Suggest(r)
	var c *proposal.Conflict
	if !errors.As(err, &c) || !errors.Is(err, optimize.ErrInfeasible) || !slices.Contains(c.Constraints, optimize.BoundsName) {
		t.Fatalf("bounds: %v", err)
	}
	near(t, "short by", c.Short, 0.4, 1e-9)
	r = two(proposal.MinVolatility)
	r.Assets[1].High = 0.5
	r.Rows = []optimize.Row{optimize.Group("Technology", 2, []int{0}, math.Inf(-1), 0.2)}
	if _, err = proposal.Suggest(r); !errors.As(err, &c) || !slices.Contains(c.Constraints, "Technology") || !slices.Contains(c.Assets, "B") || slices.Contains(c.Assets, "A") {
		t.Fatalf("%v: %+v", err, c)
	}
	r = two(proposal.Hierarchical)
	r.Assets[1].High = 0.5
	if _, err = proposal.Suggest(r); !errors.Is(err, proposal.ErrUnsupported) || !strings.Contains(err.Error(), "B would be 80.0%") {
		t.Errorf("%v", err)
	}
	r = two(proposal.Targets)
	r.Weights = []float64{math.NaN(), 0.2}
	if _, err = proposal.Suggest(r); !errors.Is(err, proposal.ErrCash) {
		t.Errorf("%v", err)
	}
	r.Weights = []float64{0.5, 0.3}
	if p, err := proposal.Suggest(r); err != nil || math.Abs(p.Wished.Cash-0.2) > 1e-12 {
		t.Errorf("%+v, %v", p, err)
	}
	for name, spoil := range map[string]func(*proposal.Request){
		"no total": func(r *proposal.Request) { r.Total = 0 }, "shape": func(r *proposal.Request) { r.Covariance = r.Covariance[:1] },
		"fixed": func(r *proposal.Request) { r.Assets[0].Fixed, r.Assets[1].Fixed = true, true }, "bounds": func(r *proposal.Request) { r.Assets[0].Low = 2 },
		"objective": func(r *proposal.Request) { r.Objective = "luck" }, "returns": func(r *proposal.Request) { r.Objective = proposal.MaxSharpe },
	} {
		r := two(proposal.MinVolatility)
		spoil(&r)
		if p, err := proposal.Suggest(r); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
