package risk

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/covariance"
)

// worked is a model of three factors and a book of linear positions in it, with
// the full covariance matrix of its assets.
func worked(seed uint64, assets int) (FactorModel, []Stake, []float64, [][]float64) {
	rng := rand.New(rand.NewPCG(seed, 6))
	columns := [][]float64{random(seed, 300), random(seed+100, 300), random(seed+200, 300)}
	f, err := covariance.Sample(columns)
	if err != nil {
		panic(err)
	}
	m := FactorModel{Covariance: f}
	book, weights, full := make([]Stake, assets), make([]float64, assets), make([][]float64, assets)
	for i := range book {
		m.Assets = append(m.Assets, Asset{[]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}, 0.02 * rng.Float64()})
		book[i] = Stake{Asset: i, Value: 1000 * rng.NormFloat64()}
		weights[i], full[i] = book[i].Value, make([]float64, assets)
	}
	for i, a := range m.Assets {
		for j, b := range m.Assets {
			for k, row := range f {
				for l, v := range row {
					full[i][j] += a.Exposure[k] * v * b.Exposure[l]
				}
			}
		}
		full[i][i] += a.Specific * a.Specific
	}
	return m, book, weights, full
}

// One model behind both: a linear book's simulated tail is the parametric one,
// position by position, within what so many paths can tell.
func TestSimulationReconcilesWithParametric(t *testing.T) {
	inside := 0
	for seed := range uint64(12) {
		m, book, weights, full := worked(seed, 6)
		want, err := ComponentVaR(weights, full, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		got, err := MonteCarlo(m, book, Simulation{Paths: 20000, Seed: seed, Horizon: 4, Confidence: 0.95})
		if err != nil {
			t.Fatal(err)
		}
		if !near(got.VaR.Value, 2*want.VaR.Value, 0.04) || !near(got.ES.Value, 2*want.ES.Value, 0.04) || math.Abs(got.Mean.Value) > 1e-9*got.Deviation.Value {
			t.Errorf("seed %d: got %+v, want twice %+v", seed, got.Tail, want)
		}
		if got.Low.Value <= 2*want.VaR.Value && 2*want.VaR.Value <= got.High.Value {
			inside++
		}
		sum := 0.0
		for i, c := range got.ComponentES {
			sum += c
			if math.Abs(c-2*want.Percent[i]*want.ES.Value) > 0.06*got.ES.Value {
				t.Errorf("seed %d, position %d: part %v, parametric %v", seed, i, c, 2*want.Percent[i]*want.ES.Value)
			}
		}
		if !near(sum, got.ES.Value, 1e-10) {
			t.Errorf("seed %d: parts %v of %v", seed, sum, got.ES.Value)
		}
	}
	if inside < 9 {
		t.Errorf("the true VaR lay in the band only %d times of 12", inside)
	}
}

// A position revalued in proportion is the linear one; a put on what is held
// takes away what lies below its strike, whichever asset moved.
func TestRevaluation(t *testing.T) {
	m, book, _, _ := worked(3, 4)
	s := Simulation{Paths: 4000, Seed: 1, Horizon: 1, Confidence: 0.99}
	plain, err := MonteCarlo(m, book, s)
	if err != nil {
		t.Fatal(err)
	}
	again := slices.Clone(book)
	value := again[2].Value
	again[2].Revalue = func(r float64, _ []float64) float64 { return value * r }
	same, err := MonteCarlo(m, again, s)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range plain.ProfitLoss { // summed in another order
		if math.Abs(same.ProfitLoss[i]-want) > 1e-12*plain.Deviation.Value {
			t.Fatalf("path %d: a linear revaluation makes %v, the linear position %v", i, same.ProfitLoss[i], want)
		}
	}
	held := []Stake{{Asset: 0, Value: 100}, {Asset: 0, Revalue: func(r float64, _ []float64) float64 { return 100 * math.Max(0, -0.01-r) }}}
	hedged, err := MonteCarlo(m, held, s)
	if err != nil || !near(hedged.VaR.Value, 1, 1e-9) || !near(hedged.ES.Value, 1, 1e-9) {
		t.Errorf("a stock with its put: %+v, %v", hedged.Tail, err)
	}
	seen := 0.0
	factors := []Stake{{Asset: 0, Revalue: func(r float64, moves []float64) float64 { seen += math.Abs(moves[1]); return moves[1] }}}
	if f, _ := MonteCarlo(m, factors, s); seen == 0 || !near(f.Deviation.Value, math.Sqrt(m.Covariance[1][1]), 0.05) {
		t.Errorf("a position on a factor: %+v", f.Deviation)
	}
}

// Paths depend on the seed and their number alone, and come in mirrored pairs.
func TestPathsAreDetermined(t *testing.T) {
	m, book, _, _ := worked(5, 3)
	run := func(paths int, seed uint64, independent bool) []float64 {
		out, err := MonteCarlo(m, book, Simulation{Paths: paths, Seed: seed, Horizon: 1, Confidence: 0.9, Independent: independent})
		if err != nil {
			t.Fatal(err)
		}
		return out.ProfitLoss
	}
	few, many := run(10, 7, false), run(100, 7, false)
	if !slices.Equal(few, many[:10]) || slices.Equal(few, run(10, 8, false)) {
		t.Error("paths depend on more than the seed, or on less")
	}
	for i := 0; i < 10; i += 2 {
		if few[i] != -few[i+1] {
			t.Errorf("path %d is not mirrored: %v, %v", i, few[i], few[i+1])
		}
	}
	if free := run(10, 7, true); free[0] != few[0] || free[1] == few[1] {
		t.Errorf("independent paths %v, mirrored %v", free, few)
	}
}

func TestFactorise(t *testing.T) {
	// the second factor is twice the first, the third is still
	root, err := factorise([][]float64{{4, 8, 0, 2}, {8, 16, 0, 4}, {0, 0, 0, 0}, {2, 4, 0, 10}})
	if err != nil || root[0][0] != 2 || root[1][0] != 4 || root[1][1] != 0 || root[3][0] != 1 || root[3][3] != 3 {
		t.Errorf("got %v, %v", root, err)
	}
	for _, bad := range [][][]float64{{{-1}}, {{1, 2}, {2, 1}}, {{0, 1}, {1, 1}}, {{1, 1, 0}, {1, 1, 1}, {0, 1, 5}}} {
		if _, err := factorise(bad); !errors.Is(err, ErrNegativeVariance) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestMonteCarloRefusesAndExplains(t *testing.T) {
	m := FactorModel{Covariance: [][]float64{{1}}, Assets: []Asset{{[]float64{1}, 0}}}
	good := Simulation{Paths: 10, Horizon: 1, Confidence: 0.9}
	if out, err := MonteCarlo(m, nil, good); err != nil || out.VaR.Reason != NothingHeld {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := MonteCarlo(m, []Stake{{}}, Simulation{Horizon: 1, Confidence: 0.9}); err != nil || out.VaR.Reason != Empty {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := MonteCarlo(m, []Stake{{Value: math.MaxFloat64}, {Value: math.MaxFloat64}}, Simulation{Paths: 100, Horizon: 9, Confidence: 0.9}); err != nil || out.VaR.Reason != OutOfRange || out.ComponentES != nil {
		t.Errorf("%+v, %v", out, err)
	}
	for name, f := range map[string]func() error{
		"asset":      func() error { _, err := MonteCarlo(m, []Stake{{Asset: 1}}, good); return err },
		"horizon":    func() error { _, err := MonteCarlo(m, nil, Simulation{Paths: 1, Confidence: 0.9}); return err },
		"confidence": func() error { _, err := MonteCarlo(m, nil, Simulation{Paths: 1, Horizon: 1}); return err },
		"exposure": func() error {
			_, err := MonteCarlo(FactorModel{Covariance: m.Covariance, Assets: []Asset{{}}}, nil, good)
			return err
		},
		"specific": func() error {
			_, err := MonteCarlo(FactorModel{Covariance: m.Covariance, Assets: []Asset{{[]float64{1}, -1}}}, nil, good)
			return err
		},
	} {
		if err := f(); !errors.Is(err, ErrModel) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkMonteCarlo30x10000(b *testing.B) {
	m, book, _, _ := worked(1, 30)
	for b.Loop() {
		if _, err := MonteCarlo(m, book, Simulation{Paths: 10000, Seed: 1, Horizon: 1, Confidence: 0.99}); err != nil {
			b.Fatal(err)
		}
	}
}

// 100,000 paths of 500 assets; numpy takes 610 ms for the product alone with
// normals drawn beside it.
func BenchmarkMonteCarlo500x100000(b *testing.B) {
	m, book, _, _ := worked(1, 500)
	for b.Loop() {
		if _, err := MonteCarlo(m, book, Simulation{Paths: 100000, Seed: 1, Horizon: 1, Confidence: 0.99}); err != nil {
			b.Fatal(err)
		}
	}
}

// The total of a path is the sum of its positions, proportional or not.
func TestTotalsAreSums(t *testing.T) {
	m, book, _, _ := worked(4, 12)
	for p := 0; p < len(book); p += 3 {
		value := book[p].Value
		book[p].Revalue = func(r float64, moves []float64) float64 { return value*r + 50*r*r + 10*moves[1] }
	}
	for _, independent := range []bool{false, true} {
		w, err := newDrawing(m, book, Simulation{Paths: 50, Seed: 9, Horizon: 5, Confidence: 0.9, Independent: independent})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			total, sum, size := w.total(i), 0.0, 0.0
			w.draw(i)
			for p := range book {
				sum += w.profit(p)
				size += math.Abs(w.profit(p))
			}
			if math.Abs(total-sum) > 1e-13*size {
				t.Fatalf("path %d: %v, positions make %v", i, total, sum)
			}
		}
	}
}
