package chart

import (
	"math"
	"strconv"
	"strings"
)

// Spark draws values as an SVG path in a box of 54 × 18, with the place of the
// last point. It shows shape, not size: each fills its own box.
func Spark(values []float64) (path string, end [2]float64) {
	const width, height, edge = 50.0, 16.0, 1.0
	low, high, known := bounds(values)
	if !known || len(values) < 2 {
		return "", end
	}
	span := high - low
	if span == 0 {
		span, low = 1, low-0.5
	}
	var out strings.Builder
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		x := edge + width*float64(i)/float64(len(values)-1)
		y := edge + height*(1-(v-low)/span)
		if out.Len() == 0 {
			out.WriteByte('M')
		} else {
			out.WriteByte('L')
		}
		out.WriteString(short(x))
		out.WriteByte(' ')
		out.WriteString(short(y))
		end = [2]float64{math.Round(x*10) / 10, math.Round(y*10) / 10}
	}
	return out.String(), end
}

func short(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }
