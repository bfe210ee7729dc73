package main

import (
	"fmt"
	"math"
	"strings"
)

// Chart is a picture with two axes. Axes show numbers as they are; an x axis of years
// takes decimal years.
type Chart struct {
	Title, X, Y string
	Lines       []Line
	Dots        []Dots
	Level       []float64 // horizontal lines to compare with
	Diagonal    bool      // the line of y = x
	YLow, YHigh float64   // both 0: as the data need
	Percent     bool      // y is written in percent
	XPercent    bool      // so is x
	Years       bool      // x is decimal years
	LogY        bool
}

// Line is points joined in order, broken where y is not known; Dots are points alone. Colour is 0 to 5.
type Line struct {
	Name   string
	X, Y   []float64
	Colour int
}

// Dots are points of one kind.
type Dots struct {
	Name   string
	X, Y   []float64
	Colour int
}

const (
	width, height         = 720, 320
	left, right, top, low = 64.0, 150.0, 42.0, 44.0
)

// head opens a picture. Colours follow the reader's scheme; the ground is painted, so
// that a page of the other scheme does not swallow the text.
func head(b *strings.Builder, title string, h float64) {
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %s" role="img" aria-label="%s">`, width, num(h), escape(title))
	b.WriteString(`<style>
svg{--g:#fff;--t:#1d2733;--a:#8a95a3;--0:#0067a5;--1:#c1440e;--2:#007a5a;--3:#a0458a;--4:#9a6b00;--5:#4f6272}
@media(prefers-color-scheme:dark){svg{--g:#14191f;--t:#e3e8ee;--a:#6d7986;--0:#5ab0ee;--1:#ff8a5c;--2:#3fc79a;--3:#e08fcb;--4:#e2b23c;--5:#a5b4c2}}
text{fill:var(--t);font:12px system-ui,sans-serif}.e{text-anchor:end}.m{text-anchor:middle}.h{font-weight:600}
.a{stroke:var(--a);stroke-width:.5}.d{stroke:var(--t);stroke-dasharray:4 3}
polyline{fill:none;stroke-width:1.4;stroke-linejoin:round}
.c0{stroke:var(--0);fill:var(--0)}.c1{stroke:var(--1);fill:var(--1)}.c2{stroke:var(--2);fill:var(--2)}.c3{stroke:var(--3);fill:var(--3)}.c4{stroke:var(--4);fill:var(--4)}.c5{stroke:var(--5);fill:var(--5)}
polyline.c0,polyline.c1,polyline.c2,polyline.c3,polyline.c4,polyline.c5{fill:none}circle{stroke:none;fill-opacity:.7}
</style>`)
	fmt.Fprintf(b, "\n<rect width=\"%d\" height=\"%s\" style=\"fill:var(--g)\"/>\n", width, num(h))
	fmt.Fprintf(b, "<text x=\"%s\" y=\"18\" class=\"h\">%s</text>\n", num(left-48), escape(title))
}

// Draw draws the chart.
func (c Chart) Draw() []byte {
	var b strings.Builder
	head(&b, c.Title, height)
	x0, x1, y0, y1 := c.bounds()
	px := func(x float64) float64 { return left + (x-x0)/(x1-x0)*(width-left-right) }
	py := func(y float64) float64 {
		y = math.Min(math.Max(c.scaled(y), y0), y1)
		return height - low - (y-y0)/(y1-y0)*(height-low-top)
	}
	for _, y := range c.yTicks(y0, y1) {
		fmt.Fprintf(&b, "<path class=\"a\" d=\"M%s %sH%s\"/><text class=\"e\" x=\"%s\" y=\"%s\">%s</text>\n", num(left), num(py(y)), num(width-right), num(left-6), num(py(y)+4), c.label(y))
	}
	at, labels := c.xTicks(x0, x1)
	for i, x := range at {
		fmt.Fprintf(&b, "<text class=\"m\" x=\"%s\" y=\"%s\">%s</text>\n", num(px(x)), num(height-low+16), labels[i])
	}
	fmt.Fprintf(&b, "<text class=\"m\" x=\"%s\" y=\"%s\">%s</text>\n", num((left+width-right)/2), num(height-8), escape(c.X))
	fmt.Fprintf(&b, "<text x=\"%s\" y=\"34\">%s</text>\n", num(left-48), escape(c.Y))
	for _, y := range c.Level {
		fmt.Fprintf(&b, "<path class=\"d\" d=\"M%s %sH%s\"/>\n", num(left), num(py(y)), num(width-right))
	}
	if c.Diagonal {
		from, to := math.Max(x0, y0), math.Min(x1, y1)
		fmt.Fprintf(&b, "<path class=\"d\" d=\"M%s %sL%s %s\"/>\n", num(px(from)), num(py(from)), num(px(to)), num(py(to)))
	}
	names, colours := []string{}, []int{}
	for _, d := range c.Dots {
		fmt.Fprintf(&b, "<g class=\"c%d\">", d.Colour)
		for i := range d.X {
			if d.X[i]-d.X[i] == 0 && d.Y[i]-d.Y[i] == 0 {
				fmt.Fprintf(&b, `<circle r="2.2" cx="%s" cy="%s"/>`, num(px(d.X[i])), num(py(d.Y[i])))
			}
		}
		b.WriteString("</g>\n")
		names, colours = append(names, d.Name), append(colours, d.Colour)
	}
	for _, l := range c.Lines {
		open := false
		for _, i := range thin(l.Y, 360) {
			known := l.Y[i]-l.Y[i] == 0
			if known && !open {
				fmt.Fprintf(&b, "<polyline class=\"c%d\" points=\"", l.Colour)
			} else if open && !known {
				b.WriteString("\"/>\n")
			}
			if open = known; known {
				fmt.Fprintf(&b, "%s,%s ", num(px(l.X[i])), num(py(l.Y[i])))
			}
		}
		if open {
			b.WriteString("\"/>\n")
		}
		names, colours = append(names, l.Name), append(colours, l.Colour)
	}
	legend(&b, names, colours)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func (c Chart) scaled(y float64) float64 {
	if c.LogY {
		return math.Log10(y)
	}
	return y
}

// bounds are the ends of the axes, y as it is drawn.
func (c Chart) bounds() (x0, x1, y0, y1 float64) {
	x0, y0 = math.Inf(1), math.Inf(1)
	x1, y1 = math.Inf(-1), math.Inf(-1)
	see := func(xs, ys []float64) {
		for i := range xs {
			if y := c.scaled(ys[i]); xs[i]-xs[i] == 0 && y-y == 0 {
				x0, x1 = math.Min(x0, xs[i]), math.Max(x1, xs[i])
				y0, y1 = math.Min(y0, y), math.Max(y1, y)
			}
		}
	}
	for _, l := range c.Lines {
		see(l.X, l.Y)
	}
	for _, d := range c.Dots {
		see(d.X, d.Y)
	}
	for _, y := range c.Level {
		y0, y1 = math.Min(y0, c.scaled(y)), math.Max(y1, c.scaled(y))
	}
	if c.YLow != 0 || c.YHigh != 0 {
		y0, y1 = c.scaled(c.YLow), c.scaled(c.YHigh)
	} else {
		room := 0.04 * (y1 - y0)
		y0, y1 = y0-room, y1+room
	}
	return x0, widen(x0, x1), y0, widen(y0, y1)
}

// widen is the upper end of an axis that has some length.
func widen(from, to float64) float64 {
	if !(to > from) {
		return from + 1
	}
	return to
}

func (c Chart) yTicks(y0, y1 float64) (out []float64) {
	if !c.LogY {
		return ticks(y0, y1, 6)
	}
	for k := math.Ceil(y0); k <= y1; k++ {
		out = append(out, math.Pow(10, k))
	}
	return out
}

// xTicks are the places of the x axis and their names: of a stretch below three years,
// months.
func (c Chart) xTicks(x0, x1 float64) (at []float64, names []string) {
	if c.Years && x1-x0 < 3 {
		step := 6
		for _, s := range []int{3, 1} {
			if (x1-x0)*12/float64(s) <= 8.5 {
				step = s
			}
		}
		for k := int(math.Ceil(x0 * 12)); float64(k) <= x1*12; k++ {
			if k%step == 0 {
				at, names = append(at, float64(k)/12), append(names, fmt.Sprintf("%d-%02d", k/12, k%12+1))
			}
		}
		return at, names
	}
	for _, x := range ticks(x0, x1, 8) {
		name := tick(x)
		if c.XPercent {
			name = tick(100*x) + " %"
		}
		at, names = append(at, x), append(names, name)
	}
	return at, names
}

func (c Chart) label(y float64) string {
	if c.Percent {
		return tick(100*y) + " %"
	}
	return tick(y)
}

func legend(b *strings.Builder, names []string, colours []int) {
	for i, name := range names {
		if name == "" {
			continue
		}
		y := top + 8 + 18*float64(i)
		fmt.Fprintf(b, "<circle class=\"c%d\" r=\"4\" cx=\"%s\" cy=\"%s\"/><text x=\"%s\" y=\"%s\">%s</text>\n", colours[i], num(width-right+16), num(y), num(width-right+25), num(y+4), escape(name))
	}
}

// thin picks at most about n places of a line, in each stretch its lowest and its
// highest, so that peaks stay.
func thin(y []float64, n int) (out []int) {
	if len(y) <= n {
		for i := range y {
			out = append(out, i)
		}
		return out
	}
	stretches := n / 2
	for s := range stretches {
		from, to := s*len(y)/stretches, (s+1)*len(y)/stretches
		least, most := from, from
		for i := from; i < to; i++ {
			if y[i] < y[least] || y[least] != y[least] {
				least = i
			}
			if y[i] > y[most] || y[most] != y[most] {
				most = i
			}
		}
		out = append(out, min(least, most))
		if least != most {
			out = append(out, max(least, most))
		}
	}
	return out
}

// ticks are round numbers from one end of an axis to the other, about n.
func ticks(from, to float64, n int) (out []float64) {
	if !(to > from) {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10((to-from)/float64(n))))
	for _, k := range []float64{1, 2, 5, 10} {
		if (to-from)/float64(step*k) <= float64(n) {
			step *= k
			break
		}
	}
	for i := math.Ceil(from/step - 1e-9); float64(i*step) <= to+1e-9*step; i++ {
		out = append(out, float64(i*step))
	}
	return out
}

// tick writes a number of an axis.
func tick(x float64) string { return fmt.Sprintf("%.4g", x+0) }

// num writes a coordinate.
func num(x float64) string {
	s := strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace
