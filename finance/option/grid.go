package option

import (
	"fmt"
	"math"
)

// Span is where a Grid holds prices: from a lowest to a highest spot and from a
// lowest to a highest volatility. Two equal volatilities make a grid of one.
type Span struct {
	SpotLow, SpotHigh             float64 // prices of the underlying, above zero
	VolatilityLow, VolatilityHigh float64 // fractions a year
	// Tolerance is the error of a price that the grid is refined to reach, in the
	// unit of prices; 0 means 1e-5 of the strike, about the error of an American
	// price itself.
	Tolerance float64
}

// Grid gives the price of one option at any spot and volatility in some tens of
// nanoseconds, for the thousand revaluations of a historical value at risk. It
// holds full prices on a mesh even in ln spot and ln volatility, joined by cubics:
// in the spot through prices and deltas (Hermite), in the volatility through the
// four nearest prices (Lagrange). Beyond its span it prices in full.
//
// It is made finer until the full prices in the middle between its nodes agree
// with it within the tolerance; MaxError states what remains. A grid in the spot
// alone takes microseconds to make; one of an American option in volatility too a
// millisecond or two, less with a tolerance of 1e-4 of the strike.
type Grid struct {
	terms     Terms
	american  bool
	dividends []dividend
	span      Span
	low, step float64 // ln spot of the first node, and between nodes
	spots     int
	bottom    float64 // ln volatility of the first level, and between levels
	rise      float64
	levels    int
	prices    []float64 // a row of spots for each level
	slopes    []float64 // d price / d ln spot × step
	maxError  float64
}

// The sizes between which a grid is refined, and the levels it begins with.
const (
	fewestSpots, mostSpots   = 9, 1025
	fewestLevels, mostLevels = 5, 33
)

// smallestVolatility is where the levels begin when a span reaches down to zero.
const smallestVolatility = 1e-3

// NewGrid prices an option over a span. The spot and the volatility of the terms
// are where a mesh is centred; years, rate and yield stay what they are. At expiry
// the grid is the payoff. Errors are those of Terms.Check, and ErrTerms for a span
// that is none.
func NewGrid(t Terms, american bool, dividends []CashDividend, span Span) (*Grid, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	list, err := before(t, dividends)
	if err != nil {
		return nil, err
	}
	if err := span.check(); err != nil {
		return nil, err
	}
	if total := sumOf(list); total >= span.SpotLow {
		return nil, fmt.Errorf("dividends of %v on a spot of %v: %w", total, span.SpotLow, ErrTerms)
	}
	if span.Tolerance == 0 {
		span.Tolerance = 1e-5 * t.Strike
	}
	g := &Grid{terms: t, american: american, dividends: list, span: span, low: math.Log(span.SpotLow), spots: fewestSpots, levels: 1}
	if t.Years == 0 {
		return g, nil // the payoff needs no nodes
	}
	g.bottom = math.Log(span.VolatilityLow)
	if span.VolatilityHigh > span.VolatilityLow {
		g.bottom = math.Log(math.Max(span.VolatilityLow, math.Min(smallestVolatility, span.VolatilityHigh/2)))
		g.levels = fewestLevels
		g.rise = (math.Log(span.VolatilityHigh) - g.bottom) / float64(g.levels-1)
	}
	g.step = (math.Log(span.SpotHigh) - g.low) / float64(g.spots-1)
	g.build()
	return g, nil
}

func (s Span) check() error {
	switch {
	case !(s.SpotLow > 0 && s.SpotHigh > s.SpotLow && s.SpotHigh <= math.MaxFloat64):
		return fmt.Errorf("spots from %v to %v: want two prices above zero, the higher last: %w", s.SpotLow, s.SpotHigh, ErrTerms)
	case !(s.VolatilityLow >= 0 && s.VolatilityHigh >= s.VolatilityLow && s.VolatilityHigh <= math.MaxFloat64):
		return fmt.Errorf("volatilities from %v to %v: want two fractions a year, the higher last: %w", s.VolatilityLow, s.VolatilityHigh, ErrTerms)
	case !(s.Tolerance >= 0):
		return fmt.Errorf("tolerance %v: want a price, 0 for the usual one: %w", s.Tolerance, ErrTerms)
	}
	return nil
}

// MaxError is the largest difference between the grid and a full price that was
// seen in the middle between nodes: the worst between spots plus the worst between
// volatilities, in the unit of prices. The error elsewhere is of this size; it is
// not a bound.
func (g *Grid) MaxError() float64 { return g.maxError }

// Size is how many spots and how many volatilities the grid holds.
func (g *Grid) Size() (spots, volatilities int) { return g.spots, g.levels }

// Within reports whether a spot and a volatility lie in the span, where a price
// is interpolated.
func (g *Grid) Within(spot, volatility float64) bool {
	if !(spot >= g.span.SpotLow && spot <= g.span.SpotHigh) {
		return false
	}
	if g.levels == 1 {
		return volatility == g.span.VolatilityLow
	}
	return volatility >= math.Max(g.span.VolatilityLow, math.Exp(g.bottom)) && volatility <= g.span.VolatilityHigh
}

// Price is the value of one option at a spot and a volatility.
func (g *Grid) Price(spot, volatility float64) float64 {
	if g.terms.Years == 0 {
		t := g.terms
		t.Spot = spot
		return t.Intrinsic()
	}
	if !g.Within(spot, volatility) {
		return g.full(spot, volatility)
	}
	price := 0.0
	i, u := place((math.Log(spot)-g.low)/g.step, g.spots)
	if g.levels == 1 {
		price = g.across(0, i, u)
	} else {
		price = g.between((math.Log(volatility)-g.bottom)/g.rise, i, u)
	}
	return g.floor(spot, price)
}

// floor keeps rounding below zero, or below exercise, out.
func (g *Grid) floor(spot, price float64) float64 {
	if !g.american {
		return math.Max(price, 0)
	}
	t := g.terms
	t.Spot = spot
	return math.Max(price, t.Intrinsic())
}

// place is the node below a point and how far the point is to the next one.
func place(at float64, n int) (i int, u float64) {
	i = min(max(int(at), 0), n-2)
	return i, at - float64(i)
}

// across is the cubic in ln spot at one level: through two prices and their slopes.
func (g *Grid) across(level, i int, u float64) float64 {
	k := level*g.spots + i
	p0, p1, m0, m1 := g.prices[k], g.prices[k+1], g.slopes[k], g.slopes[k+1]
	rise := p1 - p0
	return p0 + float64(u*(m0+float64(u*(3*rise-2*m0-m1+float64(u*(m0+m1-2*rise))))))
}

// between is the cubic in ln volatility through the four levels around.
func (g *Grid) between(at float64, i int, u float64) float64 {
	j := min(max(int(at)-1, 0), g.levels-4)
	v := at - float64(j) // 0 at level j, 3 at level j+3
	w0 := -(v - 1) * (v - 2) * (v - 3) / 6
	w1 := v * (v - 2) * (v - 3) / 2
	w2 := -v * (v - 1) * (v - 3) / 2
	w3 := v * (v - 1) * (v - 2) / 6
	return float64(w0*g.across(j, i, u)) + float64(w1*g.across(j+1, i, u)) + float64(w2*g.across(j+2, i, u)) + float64(w3*g.across(j+3, i, u))
}

// full prices one point without the grid.
func (g *Grid) full(spot, volatility float64) float64 {
	if !(spot > 0) {
		spot = math.SmallestNonzeroFloat64
	}
	price, _ := g.at(math.Max(volatility, 0), spot).at(spot)
	return price
}

// at is the profile at a volatility; a mesh is centred where it is asked for.
func (g *Grid) at(volatility, centre float64) *profile {
	t := g.terms
	t.Volatility, t.Spot = volatility, centre
	return newProfile(t, g.american, g.dividends)
}
