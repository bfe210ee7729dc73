package attribution

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

var inCurrencies = Currencies{Base: "EUR", Of: map[string]string{"A": "EUR", "B": "USD", "C": "USD", "D": "JPY", "E": "GBP"}}

func sumOf(maps ...map[string]float64) float64 {
	sum := 0.0
	for _, m := range maps {
		for _, x := range m {
			sum += x
		}
	}
	return sum
}

// One period by hand: half in euros at 2 %, half in dollars at 10 % while the dollar falls
// by 5 %. Cash earns 1 % in euros and 3 % in dollars; half of the dollars are sold forward.
func TestSplitCurrenciesByHand(t *testing.T) {
	in := Currencies{Base: "EUR", Of: map[string]string{"HOME": "EUR", "US": "USD"}}
	p := CurrencyPeriod{PortfolioWeights: map[string]float64{"HOME": 0.5, "US": 0.5}, PortfolioLocal: map[string]float64{"HOME": 0.02, "US": 0.10}, FX: map[string]float64{"USD": -0.05}}
	plain, err := SplitCurrencies([]CurrencyPeriod{p}, in, Carino)
	if err != nil {
		t.Fatal(err)
	}
	p.Cash, p.PortfolioHedges = map[string]float64{"EUR": 0.01, "USD": 0.03}, map[string]float64{"USD": -0.25}
	rates, err := SplitCurrencies([]CurrencyPeriod{p}, in, Menchero)
	if err != nil {
		t.Fatal(err)
	}
	dollars := 1.03*0.95 - 1 // dollar cash in euros: −2.15 %
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"local", plain.Linked.Local["US"], 0.05}, {"currency", plain.Linked.Currency["US"], -0.025}, {"cross", plain.Linked.Cross["US"], -0.0025},
		{"at home", plain.Linked.Local["HOME"], 0.01}, {"no currency at home", plain.Linked.Currency["HOME"] + plain.Linked.Cross["HOME"], 0},
		{"return", plain.Total, 0.5*0.02 + 0.5*(1.1*0.95-1)},
		{"premium", rates.Linked.Local["US"], 0.5 * 0.07}, {"currency with its interest", rates.Linked.Currency["US"], 0.5 * dollars},
		{"cross of the premium", rates.Linked.Cross["US"], 0.5 * 0.07 * -0.05}, {"euro cash", rates.Linked.Currency["HOME"], 0.005},
		{"forwards", rates.Linked.Hedging["USD"], -0.25 * (dollars - 0.01)},
		{"hedged return", rates.Total, 0.5*0.02 + 0.5*(1.1*0.95-1) - 0.25*(dollars-0.01)},
	} {
		if math.Abs(c.got-c.want) > 1e-15 {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// A forward priced by covered parity earns what the spot market did: selling the present
// value of n (1 + c) dollars at F = S (1 + c_eur)/(1 + c) and delivering them.
func TestAForwardIsPricedByParity(t *testing.T) {
	const n, x, home, away = 0.3, 0.08, 0.01, 0.04
	forward := (1 + home) / (1 + away)              // of a spot of 1
	earned := -n * (1 + away) * ((1 + x) - forward) // per unit of portfolio
	p := CurrencyPeriod{PortfolioWeights: map[string]float64{"A": 1}, PortfolioLocal: map[string]float64{"A": 0}, FX: map[string]float64{"USD": x},
		Cash: map[string]float64{"EUR": home, "USD": away}, PortfolioHedges: map[string]float64{"USD": -n}}
	got, err := SplitCurrencies([]CurrencyPeriod{p}, inCurrencies, Carino)
	if err != nil || math.Abs(got.Periods[0].Hedging["USD"]-earned) > 1e-15 || math.Abs(got.Total-earned) > 1e-15 {
		t.Errorf("got %+v, want %v (%v)", got, earned, err)
	}
}

func randomCurrencyPeriod(rng *rand.Rand, rates bool) CurrencyPeriod {
	p := randomPeriod(rng)
	c := CurrencyPeriod{PortfolioWeights: p.PortfolioWeights, BenchmarkWeights: p.BenchmarkWeights, PortfolioLocal: p.PortfolioReturns, BenchmarkLocal: p.BenchmarkReturns, FX: map[string]float64{}}
	for _, currency := range []string{"USD", "JPY", "GBP"} {
		c.FX[currency] = rng.Float64()*0.3 - 0.15
	}
	if rates {
		c.Cash, c.PortfolioHedges, c.BenchmarkHedges = map[string]float64{}, map[string]float64{}, map[string]float64{}
		for _, currency := range []string{"EUR", "USD", "JPY", "GBP"} {
			c.Cash[currency] = rng.Float64()*0.05 - 0.01
			c.PortfolioHedges[currency] = rng.Float64()*0.4 - 0.3
		}
		c.BenchmarkHedges["USD"] = -0.2
	}
	if rng.IntN(3) == 0 { // held on one side only
		c.PortfolioWeights["A"] += c.PortfolioWeights["E"]
		delete(c.PortfolioWeights, "E")
		delete(c.PortfolioLocal, "E")
	}
	return c
}

// Parts sum to the compounded return, effects to the compounded active return, with and
// without cash rates and forwards; forwards on all that is held leave no currency.
func TestCurrencyEffectsAddUp(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 7))
		periods := make([]CurrencyPeriod, 1+rng.IntN(10))
		for i := range periods {
			periods[i] = randomCurrencyPeriod(rng, seed%2 == 0)
		}
		for _, link := range []Link{Carino, Menchero} {
			s, err := SplitCurrencies(periods, inCurrencies, link)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if sum := sumOf(s.Linked.Local, s.Linked.Currency, s.Linked.Cross, s.Linked.Hedging); math.Abs(sum-s.Total) > 1e-12*max(1, math.Abs(s.Total)) {
				t.Errorf("seed %d, %s: parts %v, return %v", seed, link, sum, s.Total)
			}
			if seed%2 == 1 { // without forwards the return is that of the holdings in base
				want := 1.0
				for _, p := range periods {
					r := 0.0
					for g, w := range p.PortfolioWeights {
						r += w * ((1+p.PortfolioLocal[g])*(1+p.FX[inCurrencies.Of[g]]) - 1)
					}
					want *= 1 + r
				}
				if math.Abs(s.Total-want+1) > 1e-12 {
					t.Errorf("seed %d: return %v, of the holdings %v", seed, s.Total, want-1)
				}
			}
			for _, model := range []Model{BrinsonFachler, BrinsonHoodBeebower} {
				r, err := AttributeCurrencies(periods, inCurrencies, model, link)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if sum := sumOf(r.Linked.maps()...); math.Abs(sum-r.ActiveTotal) > 1e-11 || math.Abs(r.PortfolioTotal-s.Total) > 1e-12*max(1, math.Abs(s.Total)) {
					t.Errorf("seed %d, %s, %s: effects %v, active return %v; return %v and %v", seed, model, link, sum, r.ActiveTotal, r.PortfolioTotal, s.Total)
				}
			}
		}
		hedged := randomCurrencyPeriod(rng, true)
		hedged.PortfolioHedges = map[string]float64{}
		for g, w := range hedged.PortfolioWeights {
			hedged.PortfolioHedges[inCurrencies.Of[g]] -= w
		}
		s, err := SplitCurrencies([]CurrencyPeriod{hedged}, inCurrencies, Carino)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sumOf(s.Linked.Currency, s.Linked.Hedging); math.Abs(sum-hedged.Cash["EUR"]) > 1e-14 {
			t.Errorf("seed %d: fully hedged, currencies earned %v and not the euro's %v", seed, sum, hedged.Cash["EUR"])
		}
	}
}

// Interaction told with selection changes no sum, and is selection at the own weight.
func TestWithSelection(t *testing.T) {
	p := randomPeriod(rand.New(rand.NewPCG(4, 4)))
	r, err := Brinson([]Period{p}, BrinsonFachler, Carino)
	if err != nil {
		t.Fatal(err)
	}
	joined := r.Linked.WithSelection()
	for g, x := range joined.Selection {
		if want := p.PortfolioWeights[g] * (p.PortfolioReturns[g] - p.BenchmarkReturns[g]); math.Abs(x-want) > 1e-13 {
			t.Errorf("%s: got %v, want %v", g, x, want)
		}
	}
	if sum := sumOf(joined.Allocation, joined.Selection, joined.Interaction); math.Abs(sum-r.ActiveTotal) > 1e-14 || len(r.Linked.Interaction) != 5 {
		t.Errorf("effects %v, active return %v", sum, r.ActiveTotal)
	}
}

func TestCurrencyAttributionRefuses(t *testing.T) {
	good := func() CurrencyPeriod { return randomCurrencyPeriod(rand.New(rand.NewPCG(1, 1)), true) }
	for name, c := range map[string]struct {
		change func(p *CurrencyPeriod)
		want   error
	}{
		"no move":              {func(p *CurrencyPeriod) { delete(p.FX, "USD") }, ErrFX},
		"no rate":              {func(p *CurrencyPeriod) { delete(p.Cash, "JPY") }, ErrCash},
		"hedges without rates": {func(p *CurrencyPeriod) { p.Cash = nil }, ErrCash},
		"no currency":          {func(p *CurrencyPeriod) { p.PortfolioWeights["Z"], p.PortfolioLocal["Z"] = 0, 0.1 }, ErrCurrency},
		"no return":            {func(p *CurrencyPeriod) { delete(p.PortfolioLocal, "B") }, ErrReturn},
		"weights":              {func(p *CurrencyPeriod) { p.PortfolioWeights["B"] += 1 }, ErrWeights},
		"lost": {func(p *CurrencyPeriod) {
			for g := range p.PortfolioLocal {
				p.PortfolioLocal[g] = -1.5
			}
		}, ErrLost},
	} {
		p := good()
		c.change(&p)
		if _, err := SplitCurrencies([]CurrencyPeriod{p}, inCurrencies, Carino); !errors.Is(err, c.want) {
			t.Errorf("%s: split says %v", name, err)
		}
		if _, err := AttributeCurrencies([]CurrencyPeriod{p}, inCurrencies, BrinsonFachler, Carino); !errors.Is(err, c.want) {
			t.Errorf("%s: attribution says %v", name, err)
		}
	}
	if _, err := SplitCurrencies(nil, inCurrencies, Carino); !errors.Is(err, ErrPeriods) {
		t.Errorf("no periods: %v", err)
	}
	if _, err := AttributeCurrencies([]CurrencyPeriod{good()}, inCurrencies, "other", Carino); !errors.Is(err, ErrModel) {
		t.Errorf("model: %v", err)
	}
}
