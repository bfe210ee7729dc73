package option

import "math"

// The mesh for American options that the integral equation does not cover: nodes
// in ln S, and time steps a life.
const meshNodes, meshSteps = 801, 240

// meshWidth is how many standard deviations the mesh reaches to either side.
const meshWidth = 6.5

// mesh solves the Black-Scholes equation backwards in time on ln S by
// Crank-Nicolson steps, damped by implicit half steps where the values have
// just got a kink (Rannacher). Early exercise is solved for within each step,
// not put on top of it (Brennan and Schwartz 1977).
type mesh struct {
	terms                   Terms
	spots, payoff           []float64
	values, next            []float64
	factor, ratio           []float64 // of the elimination
	low, step               float64   // ln of the first node, distance of nodes
	below, centre, above    float64   // the operator's three coefficients
	ahead                   []dividend
	lastBefore, lastBetween float64 // the spot's value one step before today, and that step
}

// onMesh prices an American option; volatility and years must be above zero.
// Dividends are in years from today, ascending, each before expiry.
func onMesh(t Terms, dividends []dividend) Value {
	g := newMesh(t)
	g.run(dividends)
	return g.read()
}

// run steps the payoff back from expiry to today, through the dividends.
func (g *mesh) run(dividends []dividend) {
	t := g.terms
	g.ahead = dividends
	at := t.Years // remaining years are Years − at
	for i := len(dividends) - 1; i >= 0; i-- {
		g.back(at-dividends[i].years, t.Years-at, dividends[i+1:])
		at = dividends[i].years
		g.drop(dividends[i].amount)
	}
	g.back(at, t.Years-at, dividends)
}

func newMesh(t Terms) *mesh {
	n := meshNodes
	cells := make([]float64, 6*n)
	cut := func(i int) []float64 { return cells[i*n : (i+1)*n : (i+1)*n] }
	g := &mesh{terms: t, spots: cut(0), payoff: cut(1), values: cut(2), next: cut(3), factor: cut(4), ratio: cut(5)}
	reach := float64(meshWidth * t.Volatility * math.Sqrt(t.Years))
	drift := (t.Rate - t.DividendYield - float64(t.Volatility*t.Volatility)/2) * t.Years
	// The nodes cover where the spot may go; today's spot is one of them.
	from, to := math.Min(0, float64(drift))-reach, math.Max(0, float64(drift))+reach
	g.step = (to - from) / float64(n-1)
	centre := math.Round(-from / g.step)
	g.low = math.Log(t.Spot) - float64(centre*g.step)
	for i := range n {
		u := t
		u.Spot = math.Exp(g.low + float64(float64(i)*g.step))
		if i == int(centre) {
			u.Spot = t.Spot
		}
		g.spots[i], g.payoff[i] = u.Spot, u.Intrinsic()
	}
	copy(g.values, g.payoff)
	variance := float64(t.Volatility * t.Volatility)
	diffusion := variance / (2 * g.step * g.step)
	advection := (t.Rate - t.DividendYield - variance/2) / (2 * g.step)
	g.below, g.centre, g.above = diffusion-advection, -2*diffusion-t.Rate, diffusion+advection
	return g
}

// back steps over a span of years that starts when the option has elapsed years
// behind it in backward time; later are the dividends still to come then.
func (g *mesh) back(span, elapsed float64, later []dividend) {
	if span <= 0 {
		return
	}
	steps := max(6, int(math.Ceil(meshSteps*span/g.terms.Years)))
	dt := span / float64(steps)
	for i := range steps {
		if i < 2 {
			g.advance(dt/2, 1, elapsed+dt/2, later)
			g.advance(dt/2, 1, elapsed+dt, later)
		} else {
			g.advance(dt, 0.5, elapsed+dt, later)
		}
		elapsed += dt
	}
}

// advance takes one step: weight 1 is implicit, ½ is Crank-Nicolson. remaining
// is the option's remaining life at the new time.
func (g *mesh) advance(dt, weight, remaining float64, later []dividend) {
	n := len(g.values)
	explicit := dt * (1 - weight)
	v, rhs := g.values, g.next
	for i := 1; i < n-1; i++ {
		rhs[i] = v[i] + float64(explicit*(float64(g.below*v[i-1])+float64(g.centre*v[i])+float64(g.above*v[i+1])))
	}
	rhs[0], rhs[n-1] = g.edge(0, remaining, later), g.edge(n-1, remaining, later)
	centre := g.node()
	g.lastBefore, g.lastBetween = v[centre], dt
	implicit := -dt * weight
	a, b, c := implicit*g.below, 1+float64(implicit*g.centre), implicit*g.above
	if g.terms.Kind == Put {
		g.solveUpwards(rhs, a, b, c)
	} else {
		g.solveDownwards(rhs, a, b, c)
	}
	g.values, g.next = g.next, g.values
}

// solveUpwards eliminates from the top, so that the substitution starts at low
// spots, where a put is exercised.
func (g *mesh) solveUpwards(rhs []float64, a, b, c float64) {
	n := len(rhs)
	g.factor[n-1], g.ratio[n-1] = 1, rhs[n-1]
	above := 0.0 // what the row above says of this row's value, as a coefficient
	for i := n - 2; i > 0; i-- {
		pivot := b
		right := rhs[i]
		if i == n-2 {
			right -= float64(c * rhs[n-1])
		} else {
			pivot -= float64(c * above)
			right -= float64(c * g.ratio[i+1])
		}
		above = a / pivot
		g.factor[i], g.ratio[i] = above, right/pivot
	}
	rhs[0] = math.Max(rhs[0], g.payoff[0])
	for i := 1; i < n-1; i++ {
		rhs[i] = math.Max(g.ratio[i]-float64(g.factor[i]*rhs[i-1]), g.payoff[i])
	}
	rhs[n-1] = math.Max(rhs[n-1], g.payoff[n-1])
}

// solveDownwards is solveUpwards turned round, for a call.
func (g *mesh) solveDownwards(rhs []float64, a, b, c float64) {
	n := len(rhs)
	below := 0.0
	for i := 1; i < n-1; i++ {
		pivot := b
		right := rhs[i]
		if i == 1 {
			right -= float64(a * rhs[0])
		} else {
			pivot -= float64(a * below)
			right -= float64(a * g.ratio[i-1])
		}
		below = c / pivot
		g.factor[i], g.ratio[i] = below, right/pivot
	}
	rhs[n-1] = math.Max(rhs[n-1], g.payoff[n-1])
	for i := n - 2; i > 0; i-- {
		rhs[i] = math.Max(g.ratio[i]-float64(g.factor[i]*rhs[i+1]), g.payoff[i])
	}
	rhs[0] = math.Max(rhs[0], g.payoff[0])
}

// edge is the value at an end of the mesh: exercised now, or surely later.
func (g *mesh) edge(i int, remaining float64, later []dividend) float64 {
	return math.Max(g.payoff[i], g.later(g.spots[i], remaining, later))
}

// later is the value of surely exercising at expiry; below zero where that costs.
func (g *mesh) later(spot, remaining float64, later []dividend) float64 {
	t := g.terms
	forward := float64(spot*math.Exp(-t.DividendYield*remaining)) - float64(t.Strike*math.Exp(-t.Rate*remaining))
	for _, d := range later {
		forward -= float64(d.amount * math.Exp(-t.Rate*(remaining-(t.Years-d.years))))
	}
	if t.Kind == Put {
		forward = -forward
	}
	return forward
}

// drop lets the spot fall by a cash dividend: just before, the option is worth
// what it will be at the lower spot, or what exercising brings.
func (g *mesh) drop(amount float64) {
	for i, s := range g.spots {
		g.next[i] = math.Max(g.value(s-amount), g.payoff[i])
	}
	g.values, g.next = g.next, g.values
}

// value interpolates between nodes with a cubic in ln S.
func (g *mesh) value(spot float64) float64 {
	n := len(g.values)
	if spot <= g.spots[0] {
		if g.terms.Kind == Put && spot < g.spots[0] {
			return g.values[0] + (g.spots[0] - math.Max(spot, 0))
		}
		return g.values[0]
	}
	at := (math.Log(spot) - g.low) / g.step
	i := min(max(int(at), 1), n-3)
	u := at - float64(i)
	v := g.values[i-1 : i+3]
	w0 := -u * (u - 1) * (u - 2) / 6
	w1 := (u + 1) * (u - 1) * (u - 2) / 2
	w2 := -(u + 1) * u * (u - 2) / 2
	w3 := (u + 1) * u * (u - 1) / 6
	return float64(w0*v[0]) + float64(w1*v[1]) + float64(w2*v[2]) + float64(w3*v[3])
}

// node is the index of today's spot.
func (g *mesh) node() int { return int(math.Round((math.Log(g.terms.Spot) - g.low) / g.step)) }

// read takes price, delta, gamma and theta off the mesh at today's spot.
func (g *mesh) read() Value {
	i, h := g.node(), g.step
	v := g.values
	first := (8*(v[i+1]-v[i-1]) - (v[i+2] - v[i-2])) / (12 * h)
	second := (16*(v[i+1]+v[i-1]) - (v[i+2] + v[i-2]) - float64(30*v[i])) / (12 * h * h)
	s := g.terms.Spot
	out := Value{Price: v[i], Delta: first / s, Gamma: (second - first) / (s * s), Theta: (g.lastBefore - v[i]) / g.lastBetween}
	if v[i] <= g.payoff[i] {
		out = exercised(g.terms)
	}
	return out
}

// exercised is the value of an option that is best exercised now.
func exercised(t Terms) Value {
	out := Value{Price: t.Intrinsic()}
	if out.Price > 0 {
		out.Delta = 1
		if t.Kind == Put {
			out.Delta = -1
		}
	}
	return out
}
