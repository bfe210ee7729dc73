package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// The ends of the colour scale of correlations: what is beyond has the full colour.
const (
	coldest = -0.3
	warmest = 0.9
)

// Correlations draws the lower triangle of a matrix with an outline around each run of
// so many names; the runs are consecutive.
func Correlations(names []string, matrix [][]float64, runs []int, locale format.Locale) view.Heat {
	h := view.Heat{Size: len(names), Names: names, Low: locale.Float(coldest, 1), High: "+" + locale.Float(warmest, 1)}
	best, worst := math.Inf(-1), math.Inf(1)
	var closest, furthest string
	for y := range names {
		h.Under += fmt.Sprintf("M0 %dh%dv1H0z", y, y+1)
		for x := 0; x < y && y < len(matrix) && x < len(matrix[y]); x++ {
			r := matrix[y][x]
			cell := view.HeatCell{X: x, Y: y}
			pair := names[x] + " and " + names[y]
			switch {
			case math.IsNaN(r):
				cell.Unknown, cell.Title = true, pair+": too few common days"
			case r < 0:
				cell.Negative, cell.Strength = true, math.Min(1, r/coldest)
			default:
				cell.Strength = math.Min(1, r/warmest)
			}
			cell.Strength = hundredths(cell.Strength)
			if !cell.Unknown {
				cell.Title = pair + " " + locale.Float(r, 2)
				if r > best {
					best, closest = r, pair
				}
				if r < worst {
					worst, furthest = r, pair
				}
			}
			h.Cells = append(h.Cells, cell)
		}
	}
	at := 0
	for _, n := range runs {
		if n > 1 {
			h.Outline = append(h.Outline, fmt.Sprintf("M%d %dV%dH%d", at, at, at+n, at+n))
		}
		at += n
	}
	h.Summary = fmt.Sprintf("Correlation of %d holdings in %d clusters", len(names), len(runs))
	if closest != "" {
		h.Summary += fmt.Sprintf("; closest are %s with %s, furthest apart %s with %s", closest, locale.Float(best, 2), furthest, locale.Float(worst, 2))
	}
	h.Summary = strings.TrimSpace(h.Summary) + "."
	return h
}
