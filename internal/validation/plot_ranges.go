package main

import (
	"fmt"
	"math"
	"strings"
)

// Ranges is a picture of intervals, a row each, with a point in it.
type Ranges struct {
	Title, X  string
	Rows      []Range
	At        []float64 // vertical lines to compare with
	Low, High float64   // of the axis; both 0: as the data need
	Names     []string  // of the colours used
}

// Range is an interval with a point. A Low above High is no interval.
type Range struct {
	Label          string
	Low, Mid, High float64
	Colour         int
}

// Draw draws the intervals.
func (r Ranges) Draw() []byte {
	var b strings.Builder
	const step = 17.0
	h := top + 8 + step*float64(len(r.Rows)) + low
	head(&b, r.Title, h)
	x0, x1 := r.Low, r.High
	if x0 == 0 && x1 == 0 {
		x0, x1 = math.Inf(1), math.Inf(-1)
		for _, row := range r.Rows {
			for _, x := range []float64{row.Low, row.Mid, row.High} {
				if x-x == 0 {
					x0, x1 = math.Min(x0, x), math.Max(x1, x)
				}
			}
		}
		room := 0.04 * (x1 - x0)
		x0, x1 = x0-room, x1+room
	}
	const begin = 240.0
	px := func(x float64) float64 {
		return begin + (math.Min(math.Max(x, x0), x1)-x0)/(widen(x0, x1)-x0)*(width-begin-right)
	}
	for _, x := range ticks(x0, x1, 8) {
		fmt.Fprintf(&b, "<path class=\"a\" d=\"M%s %sV%s\"/><text class=\"m\" x=\"%s\" y=\"%s\">%s</text>\n", num(px(x)), num(top), num(h-low+4), num(px(x)), num(h-low+18), tick(x))
	}
	for _, x := range r.At {
		fmt.Fprintf(&b, "<path class=\"d\" d=\"M%s %sV%s\"/>\n", num(px(x)), num(top), num(h-low+4))
	}
	for i, row := range r.Rows {
		y := top + 14 + step*float64(i)
		fmt.Fprintf(&b, "<text class=\"e\" x=\"%s\" y=\"%s\">%s</text><g class=\"c%d\">", num(begin-8), num(y+4), escape(row.Label), row.Colour)
		if row.Low <= row.High {
			fmt.Fprintf(&b, `<path stroke-width="2" d="M%s %sH%s"/>`, num(px(row.Low)), num(y), num(px(row.High)))
		}
		if row.Mid-row.Mid == 0 {
			fmt.Fprintf(&b, `<circle r="3.6" cx="%s" cy="%s"/>`, num(px(row.Mid)), num(y))
		}
		b.WriteString("</g>\n")
	}
	fmt.Fprintf(&b, "<text class=\"m\" x=\"%s\" y=\"%s\">%s</text>\n", num((begin+width-right)/2), num(h-8), escape(r.X))
	colours := make([]int, len(r.Names))
	for i := range colours {
		colours[i] = i
	}
	legend(&b, r.Names, colours)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}
