package surface

import (
	"math"
	"slices"
)

// minimise finds a low place of a function of two numbers by the simplex of Nelder
// and Mead (1965), from a start and with first steps, until its corners differ by the
// tolerance.
func minimise(f func(x, y float64) float64, x, y, stepX, stepY, tolerance float64) (float64, float64) {
	type corner struct{ x, y, value float64 }
	at := func(x, y float64) corner { return corner{x, y, f(x, y)} }
	c := []corner{at(x, y), at(x+stepX, y), at(x, y+stepY)}
	for range 150 {
		slices.SortStableFunc(c, func(a, b corner) int {
			switch {
			case a.value < b.value:
				return -1
			case a.value > b.value:
				return 1
			}
			return 0
		})
		if spread := c[2].value - c[0].value; spread <= tolerance+1e-6*math.Abs(c[0].value) && !math.IsInf(c[0].value, 1) {
			break
		}
		mx, my := (c[0].x+c[1].x)/2, (c[0].y+c[1].y)/2
		along := func(t float64) corner { return at(mx+t*(mx-c[2].x), my+t*(my-c[2].y)) }
		turned := along(1)
		switch {
		case turned.value < c[0].value:
			if further := along(2); further.value < turned.value {
				turned = further
			}
			c[2] = turned
		case turned.value < c[1].value:
			c[2] = turned
		default:
			closer := along(-0.5)
			if turned.value < c[2].value {
				closer = along(0.5)
			}
			if closer.value < math.Min(turned.value, c[2].value) {
				c[2] = closer
				continue
			}
			c[1] = at((c[0].x+c[1].x)/2, (c[0].y+c[1].y)/2)
			c[2] = at((c[0].x+c[2].x)/2, (c[0].y+c[2].y)/2)
		}
	}
	return c[0].x, c[0].y
}
