package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Frontier is the efficient frontier and portfolios in the plane of volatility and
// expected return, both fractions a year.
type Frontier struct {
	Volatility, Return []float64 // of the frontier, from its calmest portfolio
	Marks              []FrontierMark
}

// FrontierMark is a portfolio that is marked; the first ones are labelled first.
type FrontierMark struct {
	Kind, Label        string
	Volatility, Return float64
}

// room is the part of the axes beyond what is drawn on them.
const room = 0.06

// Draw draws the line and the marks.
func (f Frontier) Draw(locale format.Locale) *view.FrontierPlot {
	var across, up []float64
	across, up = append(across, f.Volatility...), append(up, f.Return...)
	for _, m := range f.Marks {
		across, up = append(across, m.Volatility), append(up, m.Return)
	}
	left, right, known := bounds(across)
	low, high, also := bounds(up)
	if !known || !also {
		return nil
	}
	wide, tall := math.Max(right-left, 0.01)*room, math.Max(high-low, 0.01)*room
	x, y := niceScale(math.Max(left-wide, 0), right+wide), niceScale(low-tall, high+tall)
	atX := func(v float64) float64 { return hundredths(100 * (v - x.low) / (x.high - x.low)) }
	atY := func(v float64) float64 { return hundredths(100 * (y.high - v) / (y.high - y.low)) }
	out := &view.FrontierPlot{}
	for i, label := range x.labels(func(v float64) string { return locale.Percent(v, percentPlaces(x.step)) }) {
		out.Across = append(out.Across, view.Tick{At: atX(x.low + float64(i)*x.step), Label: label, Second: i%2 == 1})
	}
	for i, label := range y.labels(func(v float64) string { return locale.Percent(v, percentPlaces(y.step)) }) {
		out.Up = append(out.Up, view.Tick{At: atY(y.low + float64(i)*y.step), Label: label})
	}
	var line strings.Builder
	for i := range f.Volatility {
		pen := "L"
		if i == 0 {
			pen = "M"
		}
		fmt.Fprintf(&line, "%s%s %s", pen, short(10*atX(f.Volatility[i])), short(10*atY(f.Return[i])))
	}
	out.Line = line.String()
	var said []string
	for _, m := range f.Marks {
		if math.IsNaN(m.Volatility) || math.IsNaN(m.Return) {
			continue
		}
		words := fmt.Sprintf("%s: volatility %s, expected return %s", m.Label, locale.Percent(m.Volatility, 1), locale.Percent(m.Return, 1))
		said = append(said, words)
		mark := view.FrontierMark{X: atX(m.Volatility), Y: atY(m.Return), Kind: m.Kind, Label: m.Label, Title: words}
		out.Marks = append(out.Marks, mark)
	}
	label(out.Marks)
	out.Summary = strings.Join(said, "; ") + "."
	return out
}

// The room that a label takes, in percent of the plane.
const labelWide, labelTall = 24.0, 7.0

// label puts each label to the side of its mark that is free, the right above first; a
// mark under another one, and one without room, has none.
func label(marks []view.FrontierMark) {
	type spot struct{ x, y float64 } // middle of a label
	var taken []spot
	for i := range marks {
		m := &marks[i]
		found := false
		for _, side := range []struct{ left, below bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
			at := spot{m.X + labelWide/2 + 2, m.Y - labelTall/2}
			if side.left {
				at.x = m.X - labelWide/2 - 2
			}
			if side.below {
				at.y = m.Y + labelTall/2
			}
			if at.x+labelWide/2 > 104 || at.x-labelWide/2 < 0 || at.y < 0 || at.y > 100 {
				continue
			}
			free := true
			for _, t := range taken {
				free = free && (math.Abs(t.x-at.x) >= labelWide || math.Abs(t.y-at.y) >= labelTall)
			}
			for k := range marks {
				over := math.Abs(marks[k].X-at.x) < labelWide/2+2 && math.Abs(marks[k].Y-at.y) < labelTall/2+1.5
				free = free && (k == i || !over)
			}
			for k := range marks[:i] {
				free = free && math.Hypot(marks[k].X-m.X, marks[k].Y-m.Y) >= 1.5
			}
			if free {
				m.Left, m.Below, found, taken = side.left, side.below, true, append(taken, at)
				break
			}
		}
		if !found {
			m.Label = ""
		}
	}
}
