package scenario

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/option"
)

var nan = math.NaN()

func replayOf(w *Window) (Scenario, Settings) {
	s := Scenario{ID: "then", Kind: KindReplay, Replay: &Replay{Name: "then", From: 10, To: 13}}
	return s, Settings{Window: func(r Replay) *Window { return w }}
}

// Three assets: one traded, one follows its beta day by day, one has neither.
func TestReplayByHand(t *testing.T) {
	m := &factor.Model{Factors: []string{"market", "value"}, Covariance: [][]float64{{1e-4, 0}, {0, 1e-5}}}
	b := &Book{Model: m, Assets: []Asset{
		{ID: "traded", Known: true, Betas: []float64{1, 0}}, {ID: "later", Known: true, Betas: []float64{2, 1}},
		{ID: "lost", Reason: "private"}, {ID: "cash", Known: true, Betas: []float64{0, 0}}, {ID: "old", Reason: "short history"}},
		Positions: []Position{{ID: "traded", Asset: 0, Value: 100}, {ID: "later", Asset: 1, Value: 1000}, {ID: "lost", Asset: 2, Value: 50}, {ID: "cash", Asset: 3, Value: 70}, {ID: "old", Asset: 4, Value: -10}}}
	e := mustEngine(t, b)
	s, set := replayOf(&Window{Days: []date.Date{11, 12},
		Returns: [][]float64{{-0.1, 0.05}, nil, nil, nil, {0.5, 0}}, Factors: [][]float64{{-0.1, -0.1}, nil}})
	r := mustRun(t, e, s, set)
	later := 0.8*0.8 - 1.0
	if !same(r.ByPosition[0].PnL, 100*(0.9*1.05-1), 1) || !same(r.ByPosition[1].PnL, 1000*later, 1) || r.ByPosition[3].PnL != 0 || !same(r.ByPosition[4].PnL, -5, 1) {
		t.Errorf("positions %+v", r.ByPosition)
	}
	for i, want := range []Method{Replayed, Proxied, NotMeasured, Proxied, Replayed} {
		if r.ByPosition[i].Method != want {
			t.Errorf("%s by %s, want %s", b.Positions[i].ID, r.ByPosition[i].Method, want)
		}
	}
	factors := 100*-0.19 + 1000*2*-0.19
	if !same(r.ByFactor[0], factors, 1) || !same(r.Rest.Replay, r.Total-factors, 1) || r.Rest.Specific != 0 || !math.IsNaN(r.Moves[1]) {
		t.Errorf("by factor %v, rest %+v, moves %v", r.ByFactor, r.Rest, r.Moves)
	}
	if r.Status != Partial || len(r.LeftOut) != 1 || r.LeftOut[0].Value != 50 || len(r.Proxies) != 1 || r.Proxies[0] != "later" || r.Reasons[0] != (Reason{MissingFactor, "value"}) {
		t.Errorf("%s, left out %+v, proxies %v, reasons %v", r.Status, r.LeftOut, r.Proxies, r.Reasons)
	}
	path, err := e.Path(s, set)
	if err != nil || len(path.PnL) != 2 || !same(path.PnL[1], r.Total, 1) || !same(path.PnL[0], -10-200-5, 1) {
		t.Errorf("path %+v, %v", path, err)
	}
	if on, worst := path.Worst(); on != 12 || worst != path.PnL[1] {
		t.Errorf("worst %v on %v", worst, on)
	}
	// without the market of the time there is no proxy
	s, set = replayOf(&Window{Days: []date.Date{11, 12}, Returns: [][]float64{{-0.1, nan}, nil, nil, nil, nil}, Factors: [][]float64{nil, {0, 0}}})
	if r := mustRun(t, e, s, set); len(r.LeftOut) != 4 || r.LeftOut[0].Reason.Code != NoProxy || r.Total != 0 {
		t.Errorf("left out %+v of %v", r.LeftOut, r.Total)
	}
	for name, w := range map[string]*Window{
		"assets":  {Days: []date.Date{11}, Returns: [][]float64{nil}, Factors: [][]float64{nil, nil}},
		"days":    {Days: []date.Date{11}, Returns: [][]float64{{1, 2}, nil, nil, nil, nil}, Factors: [][]float64{nil, nil}},
		"factors": {Days: []date.Date{11}, Returns: make([][]float64, 5), Factors: [][]float64{{1, 2}, nil}},
	} {
		s, set := replayOf(w)
		if _, err := e.Run(s, set); !errors.Is(err, ErrWindow) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := e.Path(own(Shock{ShockFactor, "market", 1}), set); !errors.Is(err, ErrShock) {
		t.Errorf("the path of shocks: %v", err)
	}
}

// What a book was worth at the end of a replay does not depend on the currency it is
// counted in: the two results differ by the move of the currencies alone. Options are
// priced in their own currency either way.
func TestReplayInEitherCurrency(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 8))
		days := []date.Date{11, 12, 13}
		local, fx := make([]float64, 3), make([]float64, 3) // of a share in euro; of the euro in dollars
		inDollars, inEuros, dollar := make([]float64, 3), make([]float64, 3), make([]float64, 3)
		for i := range days {
			local[i], fx[i] = 0.1*rng.NormFloat64(), 0.05*rng.NormFloat64()
			inDollars[i], inEuros[i], dollar[i] = (1+local[i])*(1+fx[i])-1, local[i], 1/(1+fx[i])-1
		}
		total := func(base, foreign string, rate float64, move, share []float64) (value, profit float64) {
			m := &factor.Model{Factors: []string{factor.Currency(foreign)}, Covariance: [][]float64{{1e-4}}}
			terms := option.Terms{Kind: option.Put, Spot: 50, Strike: 52, Years: 0.4, Rate: 0.03, Volatility: 0.3}
			b := &Book{Model: m, Base: base, Assets: []Asset{{ID: "s", Currency: "EUR", Known: true, Betas: []float64{1}}}, Positions: []Position{
				{ID: "s", Value: 1000 * rate}, {ID: "o", Option: &OptionTerms{Terms: terms, Units: -30 * rate, American: true}}}}
			e := mustEngine(t, b)
			s, set := replayOf(&Window{Days: days, Returns: [][]float64{share}, Factors: [][]float64{move}})
			r := mustRun(t, e, s, set)
			return 1000*rate - 30*rate*e.holdings[1].option.now, r.Total
		}
		const rate = 1.25
		valueUSD, profitUSD := total("USD", "EUR", rate, fx, inDollars)
		valueEUR, profitEUR := total("EUR", "USD", 1, dollar, inEuros)
		end := rate
		for _, x := range fx {
			end *= 1 + x
		}
		if !same(valueUSD+profitUSD, (valueEUR+profitEUR)*end, 1000) {
			t.Errorf("seed %d: %v dollars, %v euros at %v", seed, valueUSD+profitUSD, valueEUR+profitEUR, end)
		}
	}
}
