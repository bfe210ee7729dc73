package scenario

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/bond"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/option"
)

var names = []string{factor.Market, factor.Size, factor.Value, factor.Rates, factor.Credit, factor.Currency("EUR"), factor.ImpliedVolatility}

// daily deviations of the factors above
var deviations = []float64{0.01, 0.004, 0.004, 0.0006, 0.002, 0.005, 0.07}

// randomModel has volatilities of the usual size, and volatility against the market.
func randomModel(rng *rand.Rand) *factor.Model {
	n := len(names)
	loadings := make([][]float64, n)
	for i := range loadings {
		loadings[i] = make([]float64, n+3)
		for j := range loadings[i] {
			loadings[i][j] = 0.3 * rng.NormFloat64()
		}
		loadings[i][i]++
	}
	loadings[6][0] -= 1
	m := &factor.Model{Factors: names, Covariance: make([][]float64, n)}
	for i := range n {
		m.Covariance[i] = make([]float64, n)
		for j := range i + 1 {
			for k := range loadings[i] {
				m.Covariance[i][j] += loadings[i][k] * loadings[j][k]
			}
			m.Covariance[i][j] *= deviations[i] * deviations[j] / 1.5
			m.Covariance[j][i] = m.Covariance[i][j]
		}
	}
	return m
}

// randomBook has shares in two currencies, long and short; options on some of them and
// bonds where asked for.
func randomBook(rng *rand.Rand, shares, options, bonds int) *Book {
	b := &Book{Model: randomModel(rng), Base: "USD"}
	for i := range shares {
		a := Asset{ID: fmt.Sprintf("S%d", i), Sector: []string{"Energy", "Health", "Technology"}[i%3], Country: "US", Currency: "USD", Known: true, Specific: 0.015,
			Betas: []float64{1 + 0.3*rng.NormFloat64(), 0.5 * rng.NormFloat64(), 0.5 * rng.NormFloat64(), rng.NormFloat64(), 0.2 * rng.NormFloat64(), 0, 0}}
		if i%4 == 3 {
			a.Country, a.Currency, a.Betas[5] = "DE", "EUR", 1
		}
		b.Assets = append(b.Assets, a)
		b.Positions = append(b.Positions, Position{ID: a.ID, Asset: i, Class: "equity", Value: math.Round(10000 * (rng.NormFloat64() + 0.5))})
	}
	for i := range options {
		spot := 50 + 100*rng.Float64()
		t := &OptionTerms{Units: float64(100 * (rng.IntN(9) - 4)), American: i%2 == 0, Terms: option.Terms{Kind: option.Kind(rng.IntN(2) == 0), Spot: spot, Strike: spot * (0.8 + 0.4*rng.Float64()),
			Years: 0.05 + rng.Float64(), Rate: 0.04, DividendYield: 0.01 * float64(i%3), Volatility: 0.2 + 0.2*rng.Float64()}}
		b.Positions = append(b.Positions, Position{ID: fmt.Sprintf("O%d", i), Asset: i % shares, Class: "option", Value: t.Units * option.European(t.Terms).Price, Option: t})
	}
	for i := range bonds {
		issue := bond.Bond{Maturity: date.Must(2027+4*i, 5, 15), Coupon: 0.04, Frequency: 2, Basis: bond.Thirty360}
		flows, err := issue.Flows(date.Must(2025, 3, 3), nil)
		if err != nil {
			panic(err)
		}
		yield, units := 0.045, 50*float64(1+i)
		b.Assets = append(b.Assets, Asset{ID: fmt.Sprintf("B%d", i), Currency: "USD", Country: "US", Known: i%2 == 0, Reason: "too short a history", Betas: []float64{0, 0, 0, -5, 0.5, 0, 0}})
		b.Positions = append(b.Positions, Position{ID: fmt.Sprintf("B%d", i), Asset: len(b.Assets) - 1, Class: "bond", Value: units * flows.Dirty(yield),
			Bond: &BondTerms{Flows: flows, Yield: yield, Units: units}})
	}
	return b
}

func mustEngine(t testing.TB, b *Book) *Engine {
	t.Helper()
	e, err := New(b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func mustRun(t testing.TB, e *Engine, s Scenario, set Settings) *Result {
	t.Helper()
	r, err := e.Run(s, set)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func own(shocks ...Shock) Scenario { return Scenario{ID: "own", Kind: KindOwn, Shocks: shocks} }

func same(a, b, scale float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(scale), 1) }
