// Package liquidity asks how long it takes to sell a portfolio, and what the
// selling costs.
//
// Model: a position is sold at a fixed part of its usual daily volume, the
// participation, from the first day on, each position by itself and all at the
// same time. Usual is the median of the last weeks, which one busy day does not
// move. The cost is half the spread, and an impact that grows with the root of
// the quantity over a day's volume.
//
// Units: quantities and volumes are in the same units (shares, adjusted for the
// same splits; contracts); values and costs are money, costs positive whichever
// way is traded. Spreads, volatilities and cost fractions are fractions of the
// price. Days are trading days and may be broken. NaN is what is not known.
//
// Sources: Almgren, Thum, Hauptmann and Li, Direct estimation of equity market
// impact, Risk 18 (2005), and Tóth and others, Physical Review X 1 (2011) for the
// square root; Almgren and Chriss, Optimal execution of portfolio transactions,
// Journal of Risk 3 (2000), for cost against risk over time; rule 22e-4 of the SEC
// (17 CFR 270.22e-4) for classes by days.
package liquidity

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// The faults of input.
var (
	ErrTooShort      = errors.New("too few days with a known volume")
	ErrVolume        = errors.New("a volume must not be negative")
	ErrParticipation = errors.New("the participation must lie above 0 and not above 1")
	ErrLimits        = errors.New("the limits of buckets must be positive and rise")
)

// MedianVolume is the median of the last window days' volumes, oldest first. Days
// of NaN are not known and left out; a day of 0 counts, since nothing was traded.
// At least minimum days must be known.
func MedianVolume(volumes []float64, window, minimum int) (float64, error) {
	from := max(0, len(volumes)-max(window, 0))
	var known []float64
	for day, v := range volumes[from:] {
		switch {
		case math.IsNaN(v):
		case v < 0 || math.IsInf(v, 0):
			return 0, fmt.Errorf("day %d is %v: %w", from+day, v, ErrVolume)
		default:
			known = append(known, v)
		}
	}
	if len(known) < max(minimum, 1) {
		return 0, fmt.Errorf("%d, at least %d wanted: %w", len(known), max(minimum, 1), ErrTooShort)
	}
	slices.Sort(known)
	middle := len(known) / 2
	if len(known)%2 == 1 {
		return known[middle], nil
	}
	return known[middle-1]/2 + known[middle]/2, nil
}

// Position is what is to be sold, or bought back where Quantity is negative.
type Position struct {
	ID         string
	Quantity   float64
	Value      float64 // market value in money; only its size counts
	Volume     float64 // usual units a day; NaN unknown, 0 is no market
	Volatility float64 // standard deviation of a day's return; NaN unknown
	Spread     float64 // ask less bid over the mid price; NaN unknown
}

// Days is how long selling takes at a participation in the usual volume:
//
//	|quantity| / (participation × volume)
//
// It is NaN where the volume is not known, and +Inf where there is no market.
// Nothing to sell takes no time.
func (p Position) Days(participation float64) float64 {
	if p.Quantity == 0 {
		return 0
	}
	return math.Abs(p.Quantity) / participation / p.Volume
}

// Cost is what selling costs, in money: half the spread, and the impact. A part
// that is not known is NaN, and so is their sum.
type Cost struct{ Spread, Impact float64 }

// Total is both parts.
func (c Cost) Total() float64 { return c.Spread + c.Impact }

// Cost of selling the whole position as one order:
//
//	spread/2 + coefficient × σ √(|quantity| / volume)
//
// times its value. coefficient is about one in most markets. The square root has
// been seen to hold up to about a tenth to a third of a day's volume an order;
// beyond, read it as the least that is to be expected.
func (p Position) Cost(coefficient float64) Cost {
	size := math.Abs(p.Value)
	out := Cost{Spread: size * p.Spread / 2, Impact: math.NaN()}
	switch {
	case p.Quantity == 0:
		out.Spread, out.Impact = 0, 0
	case p.Volume > 0:
		out.Impact = size * coefficient * p.Volatility * math.Sqrt(math.Abs(p.Quantity)/p.Volume)
	}
	return out
}
