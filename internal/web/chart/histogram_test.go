package chart_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
)

// The columns of a histogram stand side by side from left to right, the tallest is full,
// what lies beyond the value at risk is told apart, and the marks stand within the drawing.
func TestHistogram(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		size := math.Pow(10, float64(r.IntN(7)))
		low := -size * (0.2 + r.Float64())
		width := size * (0.05 + 0.1*r.Float64())
		h := chart.Histogram{Currency: "USD"}
		for i := range 41 {
			h.Bins = append(h.Bins, chart.Bin{Low: low + width*float64(i), High: low + width*float64(i+1), Count: 1 + r.IntN(500)})
		}
		h.Bins[0].Low -= 5 * size // all that lies beyond
		h.VaR = -low * (0.2 + 0.5*r.Float64())
		h.ES = h.VaR * (1 + 2*r.Float64())
		got := h.Draw(format.English)
		right, tallest := 0.0, 0.0
		for i, b := range got.Bars {
			if b.X < right-0.01 || b.X < 0 || b.X+b.Width > 100.01 {
				t.Fatalf("seed %d: column %d from %v to %v, the one before ends at %v", seed, i, b.X, b.X+b.Width, right)
			}
			right, tallest = b.X+b.Width, math.Max(tallest, b.Height)
			if i > 0 && b.Tail && !got.Bars[i-1].Tail {
				t.Errorf("seed %d: column %d is beyond the value at risk, the one on its left is not", seed, i)
			}
		}
		if tallest != 100 || !got.Bars[0].Tail || got.Bars[40].Tail {
			t.Errorf("seed %d: tallest %v, first %v, last %v", seed, tallest, got.Bars[0].Tail, got.Bars[40].Tail)
		}
		if es, vr := got.Marks[1].At(), got.Marks[0].At(); es < 0 || es > vr || vr > got.Zero {
			t.Errorf("seed %d: ES at %v, VaR at %v, zero at %v", seed, es, vr, got.Zero)
		}
		if len(got.Ticks) < 2 || len(got.Ticks) > 9 {
			t.Errorf("seed %d: %d ticks", seed, len(got.Ticks))
		}
	}
}
