package risk

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/series"
)

// hedged is a stock, another one short, and puts on the first, priced in full.
func hedged(t testing.TB, seed uint64, scenarios int) ([]Claim, Moves) {
	rng := rand.New(rand.NewPCG(seed, 61))
	moves := Moves{Spot: panelOf(seed, 2, scenarios), Volatility: [][]float64{make([]float64, scenarios), nil}}
	for s := range scenarios {
		moves.Volatility[0][s] = -2*moves.Spot[0][s] + 0.005*rng.NormFloat64()
	}
	put := option.Terms{Kind: option.Put, Spot: 100, Strike: 95, Years: 0.25, Rate: 0.03, Volatility: 0.25}
	now := option.European(put).Price
	return []Claim{
		{Underlying: 0, Value: 100_000},
		{Underlying: 1, Value: -5_000},
		{Underlying: 0, Revalue: func(spot, volatility float64) float64 {
			p := put
			p.Spot *= 1 + spot
			p.Volatility = math.Max(0.01, p.Volatility+volatility)
			return 500 * (option.European(p).Price - now)
		}},
	}, moves
}

// Parts add up to the whole for every kind of history; a put makes losses smaller.
func TestRevaluedPartsAddUp(t *testing.T) {
	for seed := range uint64(10) {
		book, moves := hedged(t, seed, 260)
		whole, err := Revalue(book, moves)
		if err != nil {
			t.Fatal(err)
		}
		age, err := AgeWeighted(260, 0.99)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []Scenarios{{}, age} {
			for _, level := range []float64{0.9, 0.975} {
				p := whole.Parts(s, level)
				if alone := s.Tail(whole.Total, level); !near(p.VaR.Value, alone.VaR.Value, 1e-12) || !near(p.ES.Value, alone.ES.Value, 1e-12) {
					t.Fatalf("seed %d: %+v, alone %+v", seed, p.Tail, alone)
				}
				if !near(series.Sum(p.ComponentES), p.ES.Value, 1e-10) || !near(series.Sum(p.ComponentVaR), p.VaR.Value, 1e-10) {
					t.Fatalf("seed %d: parts %v and %v of %+v", seed, p.ComponentES, p.ComponentVaR, p.Tail)
				}
				vars, shortfalls := whole.Incremental(s, level)
				if vars[2].Value >= 0 || shortfalls[2].Value >= 0 || p.ComponentES[2] >= 0 {
					t.Fatalf("seed %d: the put adds %v and %v, part %v", seed, vars[2], shortfalls[2], p.ComponentES[2])
				}
			}
		}
	}
}

// A linear book revalued is the book weighed.
func TestRevaluedLinear(t *testing.T) {
	_, moves := hedged(t, 1, 50)
	linear := func(value float64) func(float64, float64) float64 {
		return func(spot, _ float64) float64 { return value * spot }
	}
	got, err := Revalue([]Claim{{Underlying: 0, Value: 3}, {Underlying: 1, Revalue: linear(-2)}}, moves)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range Weigh(moves.Spot, []float64{3, -2}) {
		if got.Total[i] != want {
			t.Fatalf("scenario %d: %v, want %v", i, got.Total[i], want)
		}
	}
}

// Filtered history scales the moves, then revalues: the put still has its floor.
func TestTodayScalesMoves(t *testing.T) {
	s := Scenarios{Scale: []float64{0, 0, 3, 0.5}, Skip: 2}
	got := s.Today([]float64{9, 9, 0.1, -0.2})
	if len(got) != 2 || !near(got[0], 0.3, 1e-15) || got[1] != -0.1 {
		t.Errorf("got %v", got)
	}
}

func TestRevalueRefusesAndExplains(t *testing.T) {
	spot := [][]float64{{0.1, 0.2}, {0.1, -0.2}}
	for name, c := range map[string]struct {
		book  []Claim
		moves Moves
	}{
		"another underlying":   {[]Claim{{Underlying: 2}}, Moves{Spot: spot}},
		"none":                 {[]Claim{{Underlying: -1}}, Moves{Spot: spot}},
		"lengths":              {nil, Moves{Spot: [][]float64{{1}, {1, 2}}}},
		"volatilities":         {nil, Moves{Spot: spot, Volatility: [][]float64{{1, 2}}}},
		"volatility too short": {nil, Moves{Spot: spot, Volatility: [][]float64{{1}, nil}}},
	} {
		if _, err := Revalue(c.book, c.moves); !errors.Is(err, ErrMoves) {
			t.Errorf("%s: %v", name, err)
		}
	}
	nan := func(float64, float64) float64 { return math.NaN() }
	r, err := Revalue([]Claim{{Value: 1}, {Revalue: nan}}, Moves{Spot: spot})
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Parts(Scenarios{}, 0.9); p.VaR.Reason != OutOfRange || p.ComponentES != nil || p.NoComponentVaR != OutOfRange {
		t.Errorf("a profit that cannot be had: %+v", p)
	}
	r, err = Revalue(nil, Moves{})
	if p := r.Parts(Scenarios{}, 0.9); err != nil || p.VaR.Reason != Empty {
		t.Errorf("nothing: %+v, %v", p, err)
	}
}

func BenchmarkRevalue30x504(b *testing.B) {
	_, moves := hedged(b, 1, 504)
	book := make([]Claim, 30)
	for i := range book {
		book[i] = Claim{Underlying: i % 2, Value: float64(i)}
	}
	for range b.N {
		r, err := Revalue(book, moves)
		if err != nil || !r.Parts(Scenarios{}, 0.95).VaR.Known() {
			b.Fatal(err)
		}
	}
}
