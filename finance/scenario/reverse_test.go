package scenario

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/option"
)

// A book in proportion: the loss is met, at loss / √(x′Fx), and any other scenario
// with that loss lies farther out.
func TestReverseLinear(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		e := mustEngine(t, randomBook(rng, 5, 0, 0))
		got, err := e.Reverse(200, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		r := got.Result
		if !same(r.Total, -200, 200) || r.Distance != got.LinearDistance {
			t.Errorf("seed %d: loses %v at %v, in proportion %v", seed, r.Total, r.Distance, got.LinearDistance)
		}
		again := mustRun(t, e, own(r.Scenario.Shocks...), Settings{})
		if !same(again.Total, -200, 200) || !same(again.Distance, r.Distance, 10) {
			t.Errorf("seed %d: run as a scenario it loses %v at %v", seed, again.Total, again.Distance)
		}
		for range 20 {
			shocks := append([]Shock(nil), r.Scenario.Shocks...)
			for k := range shocks {
				shocks[k].Move += deviations[k] * rng.NormFloat64()
			}
			other := mustRun(t, e, own(shocks...), Settings{})
			if scale := -200 / other.Total; scale > 0 && other.Distance*scale < r.Distance*(1-1e-9) {
				t.Errorf("seed %d: nearer at %v, found %v", seed, other.Distance*scale, r.Distance)
			}
		}
	}
}

// With options the loss is met in full revaluation, nearer than or as near as the
// straight way, and no random move of that distance loses more.
func TestReverseWithOptions(t *testing.T) {
	bent := 0
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 12))
		e := mustEngine(t, randomBook(rng, 4, 6, 1))
		got, err := e.Reverse(4000, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		r := got.Result
		if r.Status == Unavailable {
			if got.Most >= 4000 {
				t.Errorf("seed %d: not reached, though %v is lost", seed, got.Most)
			}
			continue
		}
		if !same(r.Total, -4000, 4e5) {
			t.Errorf("seed %d: loses %v", seed, r.Total)
		}
		if math.Abs(r.Distance/got.LinearDistance-1) > 0.02 {
			bent++
		}
		s := &search{e: e, loss: 4000, best: math.Inf(1)}
		for range 200 {
			x := make([]float64, len(names))
			for k := range x {
				x[k] = rng.NormFloat64() / deviations[k]
			}
			moves, size := s.along(x)
			for k := range moves {
				moves[k] *= r.Distance * 0.98 / size
			}
			if loss := -s.profit(moves); loss > 4000 {
				t.Errorf("seed %d: at 98 %% of the distance %v is lost", seed, loss)
			}
		}
	}
	if bent < 3 {
		t.Errorf("options bend the way in %d books: the test looks at straight ones", bent)
	}
}

// A long straddle, hedged, loses its value at most; a loss of more is not reachable.
// A short one loses it either way.
func TestReverseOutOfReach(t *testing.T) {
	m := &factor.Model{Factors: []string{"market"}, Covariance: [][]float64{{1e-4}}}
	terms := option.Terms{Spot: 100, Strike: 100, Years: 0.25, Volatility: 0.2}
	book := func(units float64) *Book {
		put := terms
		put.Kind = option.Put
		return &Book{Model: m, Assets: []Asset{{ID: "a", Known: true, Betas: []float64{1}}}, Positions: []Position{
			{ID: "call", Option: &OptionTerms{Terms: terms, Units: units}}, {ID: "put", Option: &OptionTerms{Terms: put, Units: units}}}}
	}
	worth := 2 * option.European(terms).Price
	got, err := mustEngine(t, book(1)).Reverse(worth, Settings{})
	if err != nil || got.Result.Status != Unavailable || got.Result.Reasons[0].Code != NotReachable || !(got.Most < worth) {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = mustEngine(t, book(-1)).Reverse(2*worth, Settings{})
	if err != nil || !same(got.Result.Total, -2*worth, 10) || got.Result.Distance > got.LinearDistance {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = mustEngine(t, &Book{Model: m}).Reverse(1, Settings{})
	if err != nil || got.Result.Reasons[0].Code != NoExposure {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, loss := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := mustEngine(t, book(1)).Reverse(loss, Settings{}); !errors.Is(err, ErrShock) {
			t.Errorf("loss %v: %v", loss, err)
		}
	}
}
