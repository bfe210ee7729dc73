package scenario

import (
	"math"
	"math/rand/v2"
	"testing"
)

func randomModel(rng *rand.Rand, n int) *Model {
	m := &Model{}
	loadings := make([][]float64, n)
	for i := range n {
		m.Factors = append(m.Factors, string(rune('A'+i)))
		loadings[i] = make([]float64, n+2)
		for j := range loadings[i] {
			loadings[i][j] = rng.NormFloat64() * 0.01
		}
	}
	for i := range n {
		row := make([]float64, n)
		for j := range n {
			for k := range loadings[i] {
				row[j] += loadings[i][k] * loadings[j][k]
			}
		}
		m.Covariance = append(m.Covariance, row)
	}
	for i := range n {
		for j := range i {
			m.Covariance[i][j] = m.Covariance[j][i]
		}
	}
	return m
}

func randomPositions(rng *rand.Rand, n, factors int) []Position {
	out := make([]Position, n)
	for i := range out {
		out[i] = Position{ID: string(rune('a' + i)), Value: rng.NormFloat64() * 1000, Exposure: make([]float64, factors)}
		for k := range out[i].Exposure {
			out[i].Exposure[k] = rng.NormFloat64()
		}
	}
	return out
}

func TestPropagationByHand(t *testing.T) {
	// Two factors of volatility 2 % and 1 %, correlation 0.5: given −10 % of the first the
	// second is expected to move 0.5 × 0.01/0.02 × −10 % = −2.5 %.
	m := &Model{Factors: []string{"equity", "credit"}, Covariance: [][]float64{{0.0004, 0.0001}, {0.0001, 0.0001}}}
	got, err := m.Stress([]Position{{"p", 1000, []float64{1.2, 0.4}}}, map[string]float64{"equity": -0.1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"credit moves", got.Moves[1], -0.025}, {"direct", got.Direct, -120}, {"propagated", got.Propagated, -130},
		{"by credit", got.ByFactor[1], -10}, {"distance", got.Distance, 5},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestImpactAddsUp(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 7))
		m := randomModel(rng, 2+rng.IntN(6))
		got, err := m.Stress(randomPositions(rng, 1+rng.IntN(20), len(m.Factors)), map[string]float64{"A": -0.2, "B": 0.1})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		byPosition, byFactor := 0.0, 0.0
		for _, x := range got.ByPosition {
			byPosition += x
		}
		for _, x := range got.ByFactor {
			byFactor += x
		}
		if math.Abs(byPosition-got.Propagated) > 1e-9 || math.Abs(byFactor-got.Propagated) > 1e-9 {
			t.Errorf("seed %d: positions %v, factors %v, total %v", seed, byPosition, byFactor, got.Propagated)
		}
	}
}

func TestReverseStress(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 11))
		m := randomModel(rng, 3)
		positions := randomPositions(rng, 5, 3)
		moves, distance, err := m.Reverse(positions, 500)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		shocks := map[string]float64{}
		for i, f := range m.Factors {
			shocks[f] = moves[i]
		}
		got, err := m.Stress(positions, shocks)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if math.Abs(got.Propagated+500) > 1e-6 || math.Abs(got.Distance-distance) > 1e-6*distance {
			t.Errorf("seed %d: loses %v at distance %v, want −500 at %v", seed, got.Propagated, got.Distance, distance)
		}
		// Any other scenario with that loss lies farther out.
		for range 20 {
			other := map[string]float64{}
			for i, f := range m.Factors {
				other[f] = moves[i] + rng.NormFloat64()*0.01
			}
			worse, err := m.Stress(positions, other)
			if err != nil || worse.Propagated >= 0 {
				continue
			}
			scale := -500 / worse.Propagated
			if worse.Distance*scale < distance*(1-1e-9) && scale > 0 {
				t.Errorf("seed %d: a nearer scenario loses as much: %v < %v", seed, worse.Distance*scale, distance)
			}
		}
	}
}

func TestStressRefuses(t *testing.T) {
	m := &Model{Factors: []string{"x", "y"}, Covariance: [][]float64{{1, 1}, {1, 1}}}
	p := []Position{{"p", 1, []float64{1, 1}}}
	for name, f := range map[string]func() error{
		"singular":  func() error { _, err := m.Stress(p, map[string]float64{"x": 1, "y": 2}); return err },
		"unknown":   func() error { _, err := m.Stress(p, map[string]float64{"z": 1}); return err },
		"nothing":   func() error { _, err := m.Stress(p, nil); return err },
		"exposures": func() error { _, err := m.Stress([]Position{{"p", 1, nil}}, map[string]float64{"x": 1}); return err },
		"not square": func() error {
			_, err := (&Model{Factors: []string{"x"}}).Stress(p, map[string]float64{"x": 1})
			return err
		},
		"not a value": func() error {
			_, _, err := (&Model{Factors: []string{"x"}, Covariance: [][]float64{{math.NaN()}}}).Reverse(p, 1)
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}
