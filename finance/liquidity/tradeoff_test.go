package liquidity

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// 40 000 of 100 000 a day, 2 % a day, 10 bp: over four days a tenth of the volume each.
func TestOverByHand(t *testing.T) {
	p := Position{"", 40_000, 8e6, 1e5, 0.02, 0.001}
	s, err := p.Over(4, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !near(s.Participation, 0.1) || !near(s.Spread, 4000) || !near(s.Impact, 8e6*0.02*math.Sqrt(0.1)) {
		t.Errorf("got %+v", s)
	}
	// mornings with all, three quarters, a half and a quarter: 1 + 9/16 + 4/16 + 1/16 = 1.875
	if !near(s.Risk, 8e6*0.02*math.Sqrt(1.875)) {
		t.Errorf("risk %v", s.Risk)
	}
	one, err := p.Over(1, 1)
	if err != nil || !near(one.Impact, p.Cost(1).Impact) || !near(one.Risk, 8e6*0.02) {
		t.Errorf("one day: %+v, %v", one, err)
	}
	for _, days := range []int{0, -1, 10001} {
		if _, err := p.Over(days, 1); !errors.Is(err, ErrDays) {
			t.Errorf("%d days: %v", days, err)
		}
	}
	if s, err := (Position{Volume: unknown, Volatility: unknown, Spread: unknown}).Over(3, 1); err != nil || s.Total() != 0 || s.Risk != 0 {
		t.Errorf("nothing to sell: %+v, %v", s, err)
	}
}

// Laws: slower costs less and risks more; both double with the value; the best time is
// no worse than its neighbours; a portfolio's risk lies below the sum of its parts, and
// without correlation is the root of their squares.
func TestTradeoffLaws(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 4))
		var book []Position
		for range 1 + rng.IntN(6) {
			book = append(book, Position{"", 1000 * rng.NormFloat64(), 1000 * rng.NormFloat64(), 500 * rng.ExpFloat64(), 0.02 * rng.ExpFloat64(), 0.01 * rng.Float64()})
		}
		same, apart := make([][]float64, len(book)), make([][]float64, len(book))
		for i := range book {
			same[i], apart[i] = make([]float64, len(book)), make([]float64, len(book))
			apart[i][i] = 1
			for j := range book {
				same[i][j] = math.Copysign(1, book[i].Value*book[j].Value)
			}
		}
		before := &Tradeoff{Cost: Cost{0, math.Inf(1)}}
		for _, days := range []int{1, 2, 3, 7, 20} {
			a, err := Over(book, days, 1, 0.2, same)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Over(book, days, 1, 0.2, apart)
			if err != nil {
				t.Fatal(err)
			}
			if a.Cost.Impact > before.Cost.Impact || a.Together < before.Together || a.Feasible < before.Feasible {
				t.Errorf("seed %d: %+v after %+v", seed, a, before)
			}
			if math.Abs(a.Risk-a.Together) > 1e-9*a.Together || math.Abs(b.Risk-b.Apart) > 1e-9*b.Apart || b.Apart > b.Together*(1+1e-12) {
				t.Errorf("seed %d: %+v, %+v", seed, a, b)
			}
			before = a
		}
		p, aversion := book[0], 0.1*rng.Float64()
		worth := func(days int) float64 {
			s, err := p.Over(days, 1)
			if err != nil {
				return math.Inf(1)
			}
			return s.Impact + aversion*s.Risk
		}
		if best := p.Best(1, aversion, 500); worth(best) > worth(best-1) || worth(best) > worth(best+1) && best < 500 {
			t.Errorf("seed %d: %d days cost %v, %v before, %v after", seed, best, worth(best), worth(best-1), worth(best+1))
		}
	}
	if got := (Position{Quantity: 1, Value: 1, Volume: unknown, Volatility: 1}).Best(1, 1, 9); got != 0 {
		t.Errorf("best of what is not known: %d", got)
	}
	short := []Position{{"", 1, 100, 10, 0.1, 0}, {"", -1, -100, 10, 0.1, 0}}
	if got, err := Over(short, 1, 1, 1, [][]float64{{1, 1}, {1, 1}}); err != nil || got.Risk > 1e-9 {
		t.Errorf("a hedge that is unwound with what it hedges: %+v, %v", got, err)
	}
}

// 17 CFR 270.22e-4(a): three business days into cash, seven calendar days to sell.
func TestClassify(t *testing.T) {
	for _, c := range []struct {
		days       float64
		settlement int
		want       Class
	}{
		{0, 1, HighlyLiquid}, {0.2, 1, HighlyLiquid}, {2, 1, HighlyLiquid}, {2, 2, ModeratelyLiquid}, {2.1, 1, ModeratelyLiquid},
		{4, 1, ModeratelyLiquid}, {4.5, 1, LessLiquid}, {5, 1, LessLiquid}, {5.1, 1, Illiquid}, {1, 10, LessLiquid},
		{math.Inf(1), 1, Illiquid}, {unknown, 1, Unclassified},
	} {
		if got := Classify(c.days, c.settlement); got != c.want {
			t.Errorf("%v days, T+%d: %s, want %s", c.days, c.settlement, got, c.want)
		}
	}
}
