package scenario

import (
	"fmt"
	"math"
	"slices"
)

// curve is changes of yields at points of time, ascending: straight between them,
// flat outside. A point at NaN years is a change of all yields alike, and alone.
type curve []point

type point struct{ years, change float64 }

func (c *curve) add(years, change float64) error {
	if len(*c) > 0 && (math.IsNaN(years) || math.IsNaN((*c)[0].years)) {
		return fmt.Errorf("curve: all yields and single ones are shocked together: %w", ErrShock)
	}
	i := 0
	for i < len(*c) && (*c)[i].years < years {
		i++
	}
	if i < len(*c) && (*c)[i].years == years {
		return fmt.Errorf("curve: the yield of %v years is shocked twice: %w", years, ErrShock)
	}
	*c = slices.Insert(*c, i, point{years, change})
	return nil
}

// at is the change of the yield of so many years.
func (c curve) at(years float64) float64 {
	last := len(c) - 1
	switch {
	case last < 0:
		return 0
	case last == 0 || years <= c[0].years:
		return c[0].change
	case years >= c[last].years:
		return c[last].change
	}
	i := 1
	for c[i].years < years {
		i++
	}
	a, b := c[i-1], c[i]
	return a.change + float64((b.change-a.change)*((years-a.years)/(b.years-a.years)))
}
