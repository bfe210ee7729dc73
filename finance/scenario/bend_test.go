package scenario

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Returns are linear down to a fall of four fifths, end above nothing, and a larger move
// is always a larger fall; the two pieces meet in value and in slope.
func TestBend(t *testing.T) {
	last := math.Inf(-1)
	for r := -6.0; r <= 3; r += 0.001 {
		got := bend(r)
		if r >= linearTo && got != r || got < -1 || r > -5 && got <= last || got < r-1e-12 {
			t.Fatalf("%v becomes %v after %v", r, got, last)
		}
		last = got
	}
	const step = 1e-6
	if slope := (bend(linearTo) - bend(linearTo-step)) / step; math.Abs(slope-1) > 1e-5 {
		t.Errorf("slope %v where the pieces meet", slope)
	}
}

// However large the shock, no long share loses more than it is worth, parts and positions
// add up, and a small shock is the linear one exactly.
func TestLongSharesLoseTheirValueAtMost(t *testing.T) {
	bent := 0
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 77))
		b := randomBook(rng, 8, 2, 1)
		e := mustEngine(t, b)
		size := math.Exp(6*rng.Float64() - 5)
		r := mustRun(t, e, own(Shock{ShockFactor, "market", -math.Min(size, 0.99)}, Shock{ShockFactor, "value", -size}), Settings{})
		sum, factors := 0.0, 0.0
		for i, p := range r.ByPosition {
			sum += p.PnL
			position := &b.Positions[i]
			if position.Option == nil && position.Bond == nil && position.Value > 0 && p.PnL < -position.Value {
				t.Errorf("seed %d: %s loses %v of %v", seed, p.ID, p.PnL, position.Value)
			}
			if position.Option == nil && position.Bond == nil && position.Value < 0 && p.PnL > -position.Value {
				t.Errorf("seed %d: %s gains %v short of %v", seed, p.ID, p.PnL, position.Value)
			}
		}
		for _, x := range r.ByFactor {
			factors += x
		}
		within := 1e-9 * (1 + math.Abs(r.Total) + math.Abs(factors))
		if math.Abs(sum-r.Total) > within || math.Abs(factors+r.Rest.Sum()-r.Total) > within {
			t.Errorf("seed %d: positions %v, factors and rest %v, total %v", seed, sum, factors+r.Rest.Sum(), r.Total)
		}
		if r.Rest.Bent != 0 {
			bent++
		}
		if size < 0.05 && r.Rest.Bent != 0 {
			t.Errorf("seed %d: a shock of %v is bent by %v", seed, size, r.Rest.Bent)
		}
	}
	if bent == 0 {
		t.Error("no shock was large enough")
	}
}
