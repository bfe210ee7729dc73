package risk

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/internal/cputime"
)

// panelOf is returns of names that share a market.
func panelOf(seed uint64, names, periods int) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 31))
	out := make([][]float64, names)
	for i := range out {
		out[i] = make([]float64, periods)
	}
	for t := range periods {
		market := rng.NormFloat64() * 0.01
		for i := range out {
			out[i][t] = market + rng.NormFloat64()*0.012
		}
	}
	return out
}

// booksOf are long and short books of some of the names.
func booksOf(seed uint64, count, size, names int) []Held {
	rng := rand.New(rand.NewPCG(seed, 32))
	out := make([]Held, count)
	for b := range out {
		for _, i := range rng.Perm(names)[:size] {
			out[b].Names = append(out[b].Names, int32(i))
			out[b].Amounts = append(out[b].Amounts, 1000*rng.NormFloat64())
		}
	}
	return out
}

// Each of many books has the tail that it has alone, and its profit is the plain sum.
func TestTailsOfManyBooks(t *testing.T) {
	for seed := range uint64(20) {
		periods := 1 + int(seed)*37
		columns := panelOf(seed, 12, periods)
		h, err := NewHistory(columns)
		if err != nil || h.Periods() != periods {
			t.Fatal(err)
		}
		books := booksOf(seed, 70, 1+int(seed)%11, 12)
		tails, err := h.Tails(books, 0.975)
		if err != nil {
			t.Fatal(err)
		}
		for b, book := range books {
			profits, err := h.ProfitLoss(book)
			if err != nil || len(profits) != periods {
				t.Fatal(err)
			}
			for p, got := range profits {
				want := 0.0
				for k, i := range book.Names {
					want += book.Amounts[k] * columns[i][p]
				}
				if math.Abs(got-want) > 1e-10 {
					t.Fatalf("seed %d, book %d, period %d: %v, want %v", seed, b, p, got, want)
				}
			}
			if want := HistoricalTail(profits, 0.975); tails[b] != want {
				t.Fatalf("seed %d, book %d: %+v, alone %+v", seed, b, tails[b], want)
			}
		}
	}
}

func TestTailsOfManyReasonsAndFaults(t *testing.T) {
	h, err := NewHistory([][]float64{{0.1, -0.2}, {0.3, 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	books := []Held{{}, {[]int32{0}, []float64{math.NaN()}}, {[]int32{0, 1}, []float64{math.MaxFloat64, math.MaxFloat64}}, {[]int32{0}, []float64{10}}}
	tails, err := h.Tails(books, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	for b, want := range []Reason{NothingHeld, OutOfRange, OutOfRange, ""} {
		if tails[b].VaR.Reason != want || tails[b].ES.Reason != want {
			t.Errorf("book %d: %+v, want %q", b, tails[b], want)
		}
	}
	if !near(tails[3].VaR.Value, 0.5, 1e-15) || !near(tails[3].ES.Value, 2, 1e-15) {
		t.Errorf("10 times 0.1 and −0.2: %+v", tails[3])
	}
	for _, bad := range []Held{{[]int32{2}, []float64{1}}, {[]int32{-1}, []float64{1}}, {[]int32{0}, nil}} {
		if _, err := h.Tails([]Held{bad}, 0.5); !errors.Is(err, ErrHeld) {
			t.Errorf("%v: %v", bad, err)
		}
		if _, err := h.ProfitLoss(bad); !errors.Is(err, ErrHeld) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	for _, bad := range [][][]float64{{{1}, {1, 2}}, {{math.NaN()}}, {{1}, {math.Inf(1)}}} {
		if _, err := NewHistory(bad); !errors.Is(err, ErrHistory) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if h, err = NewHistory(nil); err != nil {
		t.Fatal(err)
	}
	if tails, err = h.Tails([]Held{{}}, 0.95); err != nil || tails[0].VaR.Reason != NothingHeld {
		t.Errorf("without names: %+v, %v", tails, err)
	}
}

// numpy takes 351 ms on one core: P = X W, partition and mean.
func BenchmarkTails10000x50x1260(b *testing.B) {
	h, err := NewHistory(panelOf(1, 500, 1260))
	if err != nil {
		b.Fatal(err)
	}
	books := booksOf(1, 10000, 50, 500)
	defer cputime.Report(b)()
	for b.Loop() {
		if _, err := h.Tails(books, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}
