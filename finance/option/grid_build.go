package option

import "math"

// build fills the grid and refines it, first in the spot at all levels, then in the
// volatility. The middles between nodes, which the grid is held against, become
// nodes of the finer grid.
func (g *Grid) build() {
	rows := make([]*gridRow, g.levels)
	for l := range rows {
		rows[l] = g.row(g.volatility(l))
	}
	spotError := g.refineSpots(rows)
	levelError := 0.0
	for g.levels > 1 {
		middles := make([]*gridRow, g.levels-1)
		for l := range middles {
			middles[l] = g.row(math.Exp(g.bottom + (float64(l)+0.5)*g.rise))
			for i := 0; i < g.spots; i++ {
				middles[l].fill(g, i)
			}
		}
		g.flatten(rows)
		levelError = 0
		for l, m := range middles {
			for i := range m.prices {
				k, u := place(float64(i), g.spots)
				seen := g.floor(g.spot(float64(i)), g.between(float64(l)+0.5, k, u))
				levelError = math.Max(levelError, math.Abs(seen-m.prices[i]))
			}
		}
		if levelError <= g.span.Tolerance || 2*g.levels-1 > mostLevels {
			break
		}
		finer := make([]*gridRow, 0, 2*g.levels-1)
		for l, m := range middles {
			finer = append(finer, rows[l], m)
		}
		rows = append(finer, rows[g.levels-1])
		g.levels = len(rows)
		g.rise /= 2
	}
	g.flatten(rows)
	g.maxError = spotError + levelError
}

// gridRow is one volatility of a grid under construction.
type gridRow struct {
	of             *profile
	prices, slopes []float64 // slopes are d price / d ln spot
}

func (g *Grid) volatility(level int) float64 {
	switch {
	case g.levels == 1:
		return g.span.VolatilityLow
	case level == g.levels-1:
		return g.span.VolatilityHigh
	}
	return math.Exp(g.bottom + float64(level)*g.rise)
}

func (g *Grid) row(volatility float64) *gridRow {
	r := &gridRow{of: g.at(volatility, math.Sqrt(g.span.SpotLow)*math.Sqrt(g.span.SpotHigh))}
	r.prices, r.slopes = make([]float64, g.spots), make([]float64, g.spots)
	return r
}

// spot is the spot at a place of the grid, in steps from its lowest.
func (g *Grid) spot(at float64) float64 { return math.Exp(g.low + at*g.step) }

// fill prices node i of the row.
func (r *gridRow) fill(g *Grid, i int) {
	s := g.spot(float64(i))
	price, delta := r.of.at(s)
	r.prices[i], r.slopes[i] = price, s*delta
}

// refineSpots halves the steps until the middles agree, and tells by how much they miss.
func (g *Grid) refineSpots(rows []*gridRow) (worst float64) {
	for _, r := range rows {
		for i := range r.prices {
			r.fill(g, i)
		}
	}
	for {
		worst = 0
		middle := make([]*gridRow, len(rows))
		for l, r := range rows {
			m := &gridRow{prices: make([]float64, g.spots-1), slopes: make([]float64, g.spots-1)}
			for i := range m.prices {
				s := g.spot(float64(i) + 0.5)
				price, delta := r.of.at(s)
				m.prices[i], m.slopes[i] = price, s*delta
				seen := (r.prices[i]+r.prices[i+1])/2 + g.step*(r.slopes[i]-r.slopes[i+1])/8
				worst = math.Max(worst, math.Abs(g.floor(s, seen)-price))
			}
			middle[l] = m
		}
		if worst <= g.span.Tolerance || 2*g.spots-1 > mostSpots {
			return worst
		}
		for l, r := range rows {
			r.prices, r.slopes = woven(r.prices, middle[l].prices), woven(r.slopes, middle[l].slopes)
		}
		g.spots = 2*g.spots - 1
		g.step /= 2
	}
}

// woven is a list with another one in its gaps.
func woven(nodes, gaps []float64) []float64 {
	out := make([]float64, 0, len(nodes)+len(gaps))
	for i, v := range gaps {
		out = append(out, nodes[i], v)
	}
	return append(out, nodes[len(nodes)-1])
}

// flatten lays the rows out for Price.
func (g *Grid) flatten(rows []*gridRow) {
	n := len(rows) * g.spots
	cells := make([]float64, 2*n)
	g.prices, g.slopes = cells[:n:n], cells[n:]
	for l, r := range rows {
		copy(g.prices[l*g.spots:], r.prices)
		for i, slope := range r.slopes {
			g.slopes[l*g.spots+i] = slope * g.step
		}
	}
}
