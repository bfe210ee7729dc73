package attribution

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestBrinsonByHand(t *testing.T) {
	// Two groups, one period: 60/40 against 50/50. By hand: rb = 0.5×0.10 + 0.5×0.02 = 0.06.
	p := Period{
		PortfolioWeights: map[string]float64{"A": 0.6, "B": 0.4}, BenchmarkWeights: map[string]float64{"A": 0.5, "B": 0.5},
		PortfolioReturns: map[string]float64{"A": 0.12, "B": 0.01}, BenchmarkReturns: map[string]float64{"A": 0.10, "B": 0.02},
	}
	for _, c := range []struct {
		model Model
		want  Effects
	}{
		{BrinsonFachler, Effects{map[string]float64{"A": 0.1 * 0.04, "B": -0.1 * -0.04}, map[string]float64{"A": 0.01, "B": -0.005}, map[string]float64{"A": 0.002, "B": 0.001}}},
		{BrinsonHoodBeebower, Effects{map[string]float64{"A": 0.01, "B": -0.002}, map[string]float64{"A": 0.01, "B": -0.005}, map[string]float64{"A": 0.002, "B": 0.001}}},
	} {
		for _, link := range []Link{Carino, Menchero} {
			r, err := Brinson([]Period{p}, c.model, link)
			if err != nil {
				t.Fatal(err)
			}
			for _, pair := range []struct{ got, want map[string]float64 }{{r.Linked.Allocation, c.want.Allocation}, {r.Linked.Selection, c.want.Selection}, {r.Linked.Interaction, c.want.Interaction}} {
				for g, want := range pair.want {
					if math.Abs(pair.got[g]-want) > 1e-15 {
						t.Errorf("%s, %s, %s: got %v, want %v", c.model, link, g, pair.got[g], want)
					}
				}
			}
		}
	}
}

func TestLinkedEffectsSumToTheActiveReturn(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		periods := make([]Period, 1+rng.IntN(12))
		for i := range periods {
			periods[i] = randomPeriod(rng)
		}
		for _, model := range []Model{BrinsonFachler, BrinsonHoodBeebower} {
			for _, link := range []Link{Carino, Menchero} {
				r, err := Brinson(periods, model, link)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				sum := 0.0
				for _, m := range []map[string]float64{r.Linked.Allocation, r.Linked.Selection, r.Linked.Interaction} {
					for _, x := range m {
						sum += x
					}
				}
				if math.Abs(sum-r.ActiveTotal) > 1e-12 {
					t.Errorf("seed %d, %s, %s: effects sum to %v, the active return is %v", seed, model, link, sum, r.ActiveTotal)
				}
			}
		}
	}
}

func randomPeriod(rng *rand.Rand) Period {
	p := Period{map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}}
	names := []string{"A", "B", "C", "D", "E"}
	fill := func(weights, returns map[string]float64) {
		sum := 0.0
		for _, n := range names {
			weights[n] = rng.Float64()
			sum += weights[n]
			returns[n] = rng.Float64()*0.6 - 0.25
		}
		for _, n := range names {
			weights[n] /= sum
		}
	}
	fill(p.PortfolioWeights, p.PortfolioReturns)
	fill(p.BenchmarkWeights, p.BenchmarkReturns)
	return p
}

func TestGroupOfOneSideHasAnAllocationEffectOnly(t *testing.T) {
	p := Period{
		PortfolioWeights: map[string]float64{"A": 0.5, "ONLY": 0.5}, BenchmarkWeights: map[string]float64{"A": 1},
		PortfolioReturns: map[string]float64{"A": 0.1, "ONLY": 0.3}, BenchmarkReturns: map[string]float64{"A": 0.1},
	}
	r, err := Brinson([]Period{p}, BrinsonFachler, Carino)
	if err != nil {
		t.Fatal(err)
	}
	if r.Linked.Selection["ONLY"] != 0 || r.Linked.Interaction["ONLY"] != 0 || math.Abs(r.Linked.Allocation["ONLY"]-0.1) > 1e-15 {
		t.Errorf("got %+v", r.Linked)
	}
}

func TestBrinsonRefuses(t *testing.T) {
	good := randomPeriod(rand.New(rand.NewPCG(1, 1)))
	short := randomPeriod(rand.New(rand.NewPCG(2, 1)))
	short.PortfolioWeights["A"] = 0
	lost := randomPeriod(rand.New(rand.NewPCG(3, 1)))
	for n := range lost.PortfolioReturns {
		lost.PortfolioReturns[n] = -1.1
	}
	for name, f := range map[string]func() error{
		"no periods": func() error { _, err := Brinson(nil, BrinsonFachler, Carino); return err },
		"model":      func() error { _, err := Brinson([]Period{good}, "other", Carino); return err },
		"link":       func() error { _, err := Brinson([]Period{good}, BrinsonFachler, "other"); return err },
		"weights":    func() error { _, err := Brinson([]Period{short}, BrinsonFachler, Carino); return err },
		"lost":       func() error { _, err := Brinson([]Period{lost}, BrinsonFachler, Carino); return err },
	} {
		if f() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}
