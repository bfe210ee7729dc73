package risk

import (
	"errors"
	"math"
	"testing"
)

// The standard error of the shortfall is what independent simulations show: of 300, the
// true shortfall of a linear normal book lies within 1.96 of it in 95 of 100 cases, but
// for a few that so many trials may miss by (binomial deviation 1.3 %; the tail's own
// spread is estimated, which costs another percent or two).
func TestErrorOfTheShortfall(t *testing.T) {
	const trials = 300
	m, book, weights, full := worked(3, 6)
	for _, confidence := range []float64{0.9, 0.975} {
		want, err := ComponentVaR(weights, full, confidence)
		if err != nil {
			t.Fatal(err)
		}
		inside := 0
		for seed := range uint64(trials) {
			got, err := MonteCarlo(m, book, Simulation{Paths: 4000, Seed: seed, Horizon: 1, Confidence: confidence, Independent: true})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.ES.Value-want.ES.Value) <= 1.96*got.ErrorES.Value {
				inside++
			}
		}
		if share := float64(inside) / trials; share < 0.90 || share > 0.985 {
			t.Errorf("confidence %v: the interval holds the shortfall in %v of the trials", confidence, share)
		}
	}
}

// A simulation that is told to stop draws no more than the paths between two questions.
func TestSimulationStops(t *testing.T) {
	m, book, _, _ := worked(1, 3)
	drawn := 0
	book[0].Revalue = func(r float64, _ []float64) float64 { drawn++; return r }
	asked := 0
	_, err := MonteCarlo(m, book, Simulation{Paths: 50000, Seed: 1, Horizon: 1, Confidence: 0.95, Stop: func() bool { asked++; return asked > 3 }})
	if !errors.Is(err, ErrStopped) {
		t.Fatalf("error %v", err)
	}
	if drawn != 3*pathsBetween {
		t.Errorf("%d paths were drawn, want %d", drawn, 3*pathsBetween)
	}
	// Nothing that is asked on the way changes what comes out.
	plain, err := MonteCarlo(m, book, Simulation{Paths: 3000, Seed: 1, Horizon: 1, Confidence: 0.95})
	if err != nil {
		t.Fatal(err)
	}
	watched, err := MonteCarlo(m, book, Simulation{Paths: 3000, Seed: 1, Horizon: 1, Confidence: 0.95, Stop: func() bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	if plain.ES != watched.ES || plain.ErrorES != watched.ErrorES {
		t.Errorf("%+v, watched %+v", plain.ES, watched.ES)
	}
}
