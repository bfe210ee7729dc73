package chart

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Histogram is how many paths ended with which profit, in the currency. VaR and ES are
// losses, positive. The first and the last bin hold all that lies beyond.
type Histogram struct {
	Bins     []Bin
	VaR, ES  float64
	Currency string
}

// Bin counts the paths with a profit from Low up to High.
type Bin struct {
	Low, High float64
	Count     int
}

// Draw lays losses to the left and gains to the right. The outer bins are drawn as wide
// as the others, whatever they reach to.
func (h Histogram) Draw(locale format.Locale) view.Histogram {
	n := len(h.Bins)
	width := h.Bins[1].High - h.Bins[1].Low
	if n == 2 {
		width = math.Max(h.Bins[0].High-h.Bins[0].Low, h.Bins[1].High-h.Bins[1].Low)
	}
	left := h.Bins[0].High - width
	right := left + width*float64(n)
	low, high := math.Min(left, -1.04*h.ES), math.Max(right, 0)
	if !(high > low) {
		low, high = low-1, high+1
	}
	at := func(x float64) float64 { return math.Round(10000*(x-low)/(high-low)) / 100 }
	most, all := 1, 0
	for _, b := range h.Bins {
		most, all = max(most, b.Count), all+b.Count
	}
	out := view.Histogram{Zero: at(0)}
	for i, b := range h.Bins {
		from, to := left+width*float64(i), left+width*float64(i+1)
		words := locale.SignedFloat(b.Low, 0) + " to " + locale.SignedFloat(b.High, 0)
		switch i {
		case 0:
			words = "below " + locale.SignedFloat(b.High, 0)
		case n - 1:
			words = "above " + locale.SignedFloat(b.Low, 0)
		}
		out.Bars = append(out.Bars, view.PathsBar{X: at(from), Width: math.Max(0.1, at(to)-at(from)-0.15), Height: math.Round(10000*float64(b.Count)/float64(most)) / 100,
			Tail: (from+to)/2 <= -h.VaR, Title: fmt.Sprintf("%s %s: %s of %s paths", words, h.Currency, locale.Count(b.Count), locale.Count(all))})
	}
	out.Marks = []view.Place{
		{X: at(-h.VaR), Y: 14, Label: "VaR " + locale.Compact(h.VaR), Kind: "var", End: at(-h.VaR) > 78},
		{X: at(-h.ES), Y: 30, Label: "ES " + locale.Compact(h.ES), Kind: "es", End: at(-h.ES) > 78},
	}
	// The words of the farther mark stand behind the nearer one where there is no room between.
	if es, nearer := &out.Marks[1], out.Marks[0].X; nearer-es.X < 14 && es.X > 0 {
		es.From, es.X = es.X, nearer
	}
	axis := niceScale(low, high)
	write := axis.compact(locale)
	for x := axis.low; x <= high; x += axis.step {
		if x < low {
			continue
		}
		if math.Abs(x) < axis.step*1e-6 {
			x = 0
		}
		label := write(x)
		if x > 0 {
			label = "+" + label
		}
		out.Ticks = append(out.Ticks, view.Tick{At: at(x), Label: label, Second: len(out.Ticks)%2 == 1})
	}
	out.Summary = fmt.Sprintf("%s paths. Value at risk %s %s, expected shortfall %s %s.", locale.Count(all), locale.Float(h.VaR, 0), h.Currency, locale.Float(h.ES, 0), h.Currency)
	return out
}
