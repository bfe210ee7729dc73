package scenario

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/option"
)

// Volatilities of 2 % and 1 %, correlation ½: given −10 % of the first factor, the
// second is expected to move ½ × 0.01/0.02 × −10 % = −2.5 %.
func TestPropagationByHand(t *testing.T) {
	m := &factor.Model{Factors: []string{"equity", "credit"}, Covariance: [][]float64{{0.0004, 0.0001}, {0.0001, 0.0001}}}
	e := mustEngine(t, &Book{Model: m, Assets: []Asset{{ID: "p", Known: true, Betas: []float64{1.2, 0.4}}}, Positions: []Position{{ID: "p", Value: 1000}}})
	r := mustRun(t, e, own(Shock{ShockFactor, "equity", -0.1}), Settings{})
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"credit moves", r.Moves[1], -0.025}, {"direct", r.Direct, -120}, {"propagated", r.Total, -130},
		{"by credit", r.ByFactor[1], -10}, {"distance", r.Distance, 5},
	} {
		if math.Abs(c.got-c.want) > 1e-12*math.Abs(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// A sector of two assets, of betas 1 and 2 to a factor of 1 % and 2 % specific each: its
// mean has beta 1.5 and specific variance 2 × (½ × 2 %)². Given −10 % of it, the factor
// is expected at 1.5 F/(1.5² F + N) × −10 %, and that moves the third asset.
func TestSectorByHand(t *testing.T) {
	m := &factor.Model{Factors: []string{"market"}, Covariance: [][]float64{{1e-4}}}
	asset := func(id, sector string, beta float64) Asset {
		return Asset{ID: id, Sector: sector, Betas: []float64{beta}, Specific: 0.02, Known: true}
	}
	e := mustEngine(t, &Book{Model: m, Assets: []Asset{asset("a", "x", 1), asset("b", "x", 2), asset("c", "y", 1)},
		Positions: []Position{{ID: "a", Asset: 0, Value: 100}, {ID: "b", Asset: 1, Value: -50}, {ID: "c", Asset: 2, Value: 1000}}})
	r := mustRun(t, e, own(Shock{ShockSector, "x", -0.1}), Settings{})
	f := -0.1 * 1.5e-4 / (2.25e-4 + 2e-4)
	if !same(r.Moves[0], f, 1) || !same(r.Total, -10+5+1000*f, 1) || !same(r.ByFactor[0], 1000*f, 1) || !same(r.Rest.Specific, -10-100*f+5+100*f, 1) {
		t.Errorf("moves %v, total %v, by factor %v, specific %v; want the factor at %v", r.Moves, r.Total, r.ByFactor, r.Rest.Specific, f)
	}
	if !same(r.Distance, 0.1/math.Sqrt(4.25e-4), 1) {
		t.Errorf("distance %v", r.Distance)
	}
	if alone := mustRun(t, e, own(Shock{ShockSector, "x", -0.1}), Settings{Mode: Direct}); !same(alone.Total, -5, 1) || !same(r.Direct, -5, 1) || alone.Moves[0] != 0 {
		t.Errorf("direct %v, with propagation %v", alone.Total, r.Direct)
	}
}

// Whatever the scenario: positions, factors with the rest, and groups add up.
func TestPartsAddUp(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		b := randomBook(rng, 6, 8, 3)
		b.Positions = append(b.Positions, Position{ID: "fund", Asset: -1, Value: 777, Reason: "no prices"})
		e := mustEngine(t, b)
		list := append(typed(), Sectors(b, -0.2)...)
		list = append(list, own(Shock{ShockSymbol, "S1", -0.4}, Shock{ShockCurve, "2", -0.01}, Shock{ShockCurve, "10", 0.02}, Shock{ShockVolatility, "S0", 1}), own(Shock{ShockSymbol, "B1", -0.3}))
		for _, mode := range []Mode{Propagated, Direct} {
			results, err := e.RunAll(list, Settings{Mode: mode, Horizon: 0.01 * float64(seed%2)})
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for _, r := range results {
				if r.Status == Unavailable {
					if len(r.Reasons) == 0 {
						t.Errorf("seed %d: %s is unavailable without a reason", seed, r.Scenario.ID)
					}
					continue
				}
				positions, direct, factors, groups := 0.0, 0.0, r.Rest.Sum(), 0.0
				for _, p := range r.ByPosition {
					positions += p.PnL
					direct += p.Direct
				}
				for _, x := range r.ByFactor {
					factors += x
				}
				for _, g := range r.ByGroup(b.Labels(BySector)) {
					groups += g.PnL
				}
				if !same(positions, r.Total, 1e5) || !same(factors, r.Total, 1e5) || !same(groups, r.Total, 1e5) || !same(direct, r.Direct, 1e5) || mode == Direct && r.Direct != r.Total {
					t.Errorf("seed %d: %s %s: total %v, positions %v, factors %v, groups %v, direct %v of %v", seed, mode, r.Scenario.ID, r.Total, positions, factors, groups, direct, r.Direct)
				}
				if r.Status != Partial || len(r.LeftOut) != 1 || r.LeftOut[0].Value != 777 || r.LeftOut[0].Reason.On != "no prices" {
					t.Errorf("seed %d: %s: %s, left out %+v", seed, r.Scenario.ID, r.Status, r.LeftOut)
				}
			}
		}
	}
}

// A book in proportion loses x′ F_s F_ss⁻¹ s, here of one factor, x′ F_k / F_kk × s; and
// the distance is s over that factor's deviation.
func TestLinearBook(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 2))
		b := randomBook(rng, 8, 0, 0)
		e := mustEngine(t, b)
		k := rng.IntN(len(names))
		move := deviations[k] * 3
		r := mustRun(t, e, own(Shock{ShockFactor, names[k], move}), Settings{})
		want, f := 0.0, b.Model.Covariance
		for i, p := range b.Positions {
			for j, beta := range b.Assets[i].Betas {
				want += p.Value * beta * f[j][k] / f[k][k] * move
			}
		}
		if !same(r.Total, want, 1e4) || !same(r.Distance, move/math.Sqrt(f[k][k]), 1) {
			t.Errorf("seed %d: %s: %v, want %v", seed, names[k], r.Total, want)
		}
		// every factor fixed where it is expected: nothing is left to propagate
		var all []Shock
		for j, name := range names {
			all = append(all, Shock{ShockFactor, name, r.Moves[j]})
		}
		for _, mode := range []Mode{Direct, Propagated} {
			if again := mustRun(t, e, own(all...), Settings{Mode: mode}); !same(again.Total, r.Total, 1e4) || !same(again.Distance, r.Distance, 10) {
				t.Errorf("seed %d: all factors fixed, %s: %v at %v, want %v at %v", seed, mode, again.Total, again.Distance, r.Total, r.Distance)
			}
		}
	}
}

// Short a share, long a call, short a put of one strike, and its present value in
// cash: parity says that nothing is gained or lost, whatever moves, in any currency.
func TestParity(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	m := randomModel(rng)
	terms := option.Terms{Kind: option.Call, Spot: 90, Strike: 100, Years: 0.5, Volatility: 0.3} // no interest: cash stays as it is
	put := terms
	put.Kind = option.Put
	const fx = 1.1
	euro := Asset{ID: "cash", Currency: "EUR", Known: true, Betas: []float64{0, 0, 0, 0, 0, 1, 0}}
	b := &Book{Model: m, Base: "USD", Assets: []Asset{{ID: "x", Currency: "EUR", Known: true, Betas: []float64{1.2, 0.3, -0.2, 0, 0, 1, 0}}, euro}, Positions: []Position{
		{ID: "share", Value: -10 * 90 * fx}, {ID: "cash", Asset: 1, Value: 10 * 100 * fx},
		{ID: "call", Option: &OptionTerms{Terms: terms, Units: 10 * fx}}, {ID: "put", Option: &OptionTerms{Terms: put, Units: -10 * fx}}}}
	e := mustEngine(t, b)
	shocks := [][]Shock{{{ShockFactor, "market", -0.4}, {ShockFactor, "rates", 0}}, {{ShockSymbol, "x", 0.9}, {ShockFactor, "rates", 0}}, {{ShockVolatility, "", 2}, {ShockCurrency, "EUR", -0.3}, {ShockCurve, "", 0}}}
	for i, list := range shocks {
		r := mustRun(t, e, own(list...), Settings{})
		if !same(r.Total, 0, 1000) || math.Abs(r.ByPosition[2].PnL) < 1 {
			t.Errorf("shocks %d: total %v, call %v", i, r.Total, r.ByPosition[2].PnL)
		}
	}
}

// No move, no profit; and a long option loses at most what it is worth.
func TestLimits(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 4))
		b := randomBook(rng, 4, 8, 2)
		e := mustEngine(t, b)
		if r := mustRun(t, e, own(Shock{ShockFactor, "market", 0}), Settings{}); r.Total != 0 || r.Distance != 0 {
			t.Errorf("seed %d: no move makes %v", seed, r.Total)
		}
		for _, move := range []float64{-0.9, -0.4, 0.6, 1.5} {
			r := mustRun(t, e, own(Shock{ShockFactor, "market", move}), Settings{})
			for i, p := range r.ByPosition {
				if o := b.Positions[i].Option; o != nil && o.Units > 0 {
					h := e.holdings[i].option
					if r.ByPosition[i].PnL < -h.units*h.now*(1+1e-12)-1e-9 && b.Assets[b.Positions[i].Asset].Currency == "USD" {
						t.Errorf("seed %d: %s loses %v of %v", seed, p.ID, p.PnL, h.units*h.now)
					}
				}
			}
		}
	}
	// a short share loses without limit, and a fall below nothing is said
	m := &factor.Model{Factors: []string{"market"}, Covariance: [][]float64{{1e-4}}}
	e := mustEngine(t, &Book{Model: m, Assets: []Asset{{ID: "a", Known: true, Betas: []float64{4}}}, Positions: []Position{{ID: "a", Value: -100}}})
	if r := mustRun(t, e, own(Shock{ShockFactor, "market", 1}), Settings{}); r.Total != -400 {
		t.Errorf("a short loses %v", r.Total)
	}
	if r := mustRun(t, e, own(Shock{ShockFactor, "market", -0.5}), Settings{}); r.Total > 100 || r.Total < 99 || !slices.Contains(r.Reasons, Reason{BeyondTotal, "a"}) {
		t.Errorf("a fall of 200%% in proportion: %v, %v", r.Total, r.Reasons)
	}
}

// Twice the book, or the same book counted in a currency worth half, makes twice as much.
func TestScale(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 5))
		b := randomBook(rng, 6, 6, 2)
		twice := *b
		twice.Positions = slices.Clone(b.Positions)
		for i := range twice.Positions {
			p := &twice.Positions[i]
			p.Value *= 2
			if p.Option != nil {
				o := *p.Option
				o.Units *= 2
				p.Option = &o
			}
			if p.Bond != nil {
				o := *p.Bond
				o.Units *= 2
				p.Bond = &o
			}
		}
		one, two := mustEngine(t, b), mustEngine(t, &twice)
		for _, s := range typed() {
			a, c := mustRun(t, one, s, Settings{}), mustRun(t, two, s, Settings{})
			if a.Status != Unavailable && !same(2*a.Total, c.Total, 1e5) {
				t.Errorf("seed %d: %s: %v and %v", seed, s.ID, a.Total, c.Total)
			}
		}
	}
}

// What a scenario asks of a model that does not have it is said, not dropped.
func TestMissing(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	e := mustEngine(t, randomBook(rng, 4, 2, 0))
	for _, c := range []struct {
		name   string
		s      Scenario
		status Status
		reason Reason
	}{
		{"no such factor", own(Shock{ShockFactor, factor.Momentum, 0.1}), Unavailable, Reason{MissingFactor, "momentum"}},
		{"one of two", own(Shock{ShockFactor, factor.Momentum, 0.1}, Shock{ShockFactor, "market", -0.1}), Partial, Reason{MissingFactor, "momentum"}},
		{"no such currency", own(Shock{ShockCurrency, "JPY", 0.1}), Unavailable, Reason{MissingFactor, "fx:JPY"}},
		{"no such sector", own(Shock{ShockSector, "Utilities", -0.2}), Unavailable, Reason{NothingHeld, "Utilities"}},
		{"no options on it", own(Shock{ShockVolatility, "S3", 0.5}), Unavailable, Reason{NoOptions, "S3"}},
		{"no past", Replays()[0], Unavailable, Reason{NoWindow, "replay_2008"}},
		{"dollar of a dollar book", own(Shock{ShockCurrency, "USD", 0.25}), Complete, Reason{}},
	} {
		r := mustRun(t, e, c.s, Settings{})
		if r.Status != c.status || c.reason != (Reason{}) && !slices.Contains(r.Reasons, c.reason) || (r.Status == Unavailable) != math.IsNaN(r.Total) {
			t.Errorf("%s: %s %v, total %v", c.name, r.Status, r.Reasons, r.Total)
		}
		if c.status == Complete && !same(r.Moves[5], -0.2, 1) {
			t.Errorf("%s: euro moves %v", c.name, r.Moves[5])
		}
	}
}

func TestRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	e := mustEngine(t, randomBook(rng, 2, 0, 0))
	for name, s := range map[string]Scenario{
		"nothing":          own(),
		"twice":            own(Shock{ShockFactor, "market", 1}, Shock{ShockFactor, "market", 2}),
		"twice otherwise":  own(Shock{ShockFactor, "rates", 1}, Shock{ShockCurve, "", 2}),
		"not a number":     own(Shock{ShockFactor, "market", math.NaN()}),
		"more than all":    own(Shock{ShockSymbol, "S0", -1.1}),
		"no currency left": own(Shock{ShockCurrency, "EUR", -1}),
		"kind":             own(Shock{"mood", "", 1}),
		"tenor":            own(Shock{ShockCurve, "ten", 1}),
		"tenors and all":   own(Shock{ShockCurve, "", 1}, Shock{ShockCurve, "5", 1}),
		"no name":          own(Shock{ShockSector, "", 1}),
		"side":             own(Shock{ShockSide, "left", 1}),
		"backwards":        {ID: "r", Replay: &Replay{From: 10, To: 5}},
	} {
		if _, err := e.Run(s, Settings{}); !errors.Is(err, ErrShock) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := e.Run(own(Shock{ShockFactor, "market", 1}), Settings{Horizon: -1}); !errors.Is(err, ErrShock) {
		t.Error("a horizon of less than nothing")
	}
	m := randomModel(rng)
	for name, b := range map[string]*Book{
		"no model":  {},
		"one beta":  {Model: m, Assets: []Asset{{Known: true, Betas: []float64{1}}}},
		"no asset":  {Model: m, Positions: []Position{{Asset: 1}}},
		"no value":  {Model: m, Assets: []Asset{{}}, Positions: []Position{{Value: math.Inf(1)}}},
		"both":      {Model: m, Assets: []Asset{{}}, Positions: []Position{{Option: &OptionTerms{}, Bond: &BondTerms{}}}},
		"deviation": {Model: m, Assets: []Asset{{Known: true, Betas: make([]float64, 7), Specific: -1}}},
	} {
		if _, err := New(b); !errors.Is(err, ErrBook) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// one position that cannot be priced does not fail the rest
	b := randomBook(rng, 2, 0, 0)
	b.Positions = append(b.Positions, Position{ID: "o", Option: &OptionTerms{Units: 1, Terms: option.Terms{Spot: 1, Strike: 1, Years: -1}}}, Position{ID: "b", Bond: &BondTerms{}})
	r := mustRun(t, mustEngine(t, b), own(Shock{ShockSymbol, "S0", -0.1}), Settings{})
	if r.Status != Partial || len(r.LeftOut) != 2 || r.LeftOut[0].Reason.Code != BadTerms || r.LeftOut[1].Reason.Code != BadTerms {
		t.Errorf("left out %+v", r.LeftOut)
	}
}
