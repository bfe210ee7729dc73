package option

import "math"

// profile prices one option at many spots and one volatility. What does not depend
// on the spot is worked out once: the exercise boundary of an American option with
// its quadrature, or the whole mesh where there is no boundary.
type profile struct {
	terms    Terms // the spot is only where the mesh is centred
	american bool
	list     []dividend // before expiry, ascending
	escrow   float64    // of a European option with cash dividends
	mesh     *mesh
	put      Terms // the put that the boundary is of
	points   *[priced]point
	last     float64 // below it the put is exercised at once
}

// point is a quadrature point of the early exercise premium, as in boundary.value.
type point struct {
	depth, deviation, shift float64 // d = (ln(S/X) + depth)/deviation + shift
	interest, paid          float64 // weights, interest per unit of strike
	top                     float64 // ln X
}

func newProfile(t Terms, american bool, list []dividend) *profile {
	p := &profile{terms: t, american: american, list: list, put: t}
	deviation := t.Volatility * math.Sqrt(t.Years)
	switch {
	case t.Years == 0 || american && !(deviation >= 1e-4):
		return p
	case !american:
		for _, d := range list {
			p.escrow += float64(d.amount * math.Exp(-t.Rate*d.years))
		}
		return p
	case len(list) > 0:
		p.mesh = solved(t, list)
		return p
	}
	if t.Kind == Call { // the put with spot and strike, rate and yield exchanged; its strike scales
		p.put = Terms{Kind: Put, Spot: t.Strike, Strike: t.Spot, Years: t.Years, Rate: t.DividendYield, DividendYield: t.Rate, Volatility: t.Volatility}
	}
	if p.put.Rate <= 0 && p.put.DividendYield >= p.put.Rate {
		return p
	}
	if b, ok := boundaryOf(p.put); ok && p.put.Rate > 0 {
		p.prepare(&b)
	} else {
		p.mesh = solved(t, nil)
	}
	return p
}

// prepare takes from the boundary what every spot needs.
func (p *profile) prepare(b *boundary) {
	t := p.put
	p.last = b.top * math.Exp(-math.Sqrt(b.h[nodes-1]))
	drift := (t.Rate - t.DividendYield - float64(t.Volatility*t.Volatility)/2) / t.Volatility
	root := math.Sqrt(t.Years)
	p.points = new([priced]point)
	for k, y := range rule.py {
		half := (1 + y) / 2
		x := root * half
		weight := rule.pw[k] * t.Years * half
		p.points[k] = point{
			depth: math.Sqrt(math.Max(dot(&rule.pat[k], &b.h), 0)), deviation: t.Volatility * x, shift: drift * x, top: math.Log(b.top),
			interest: weight * t.Rate * t.Strike * math.Exp(-t.Rate*x*x), paid: weight * t.DividendYield * math.Exp(-t.DividendYield*x*x),
		}
	}
}

// at is the price and the delta at a spot above zero; they are those of European,
// American, EuropeanCash and AmericanCash.
func (p *profile) at(spot float64) (price, delta float64) {
	t := p.terms
	t.Spot = spot
	if t.Years == 0 {
		v := exercised(t)
		return v.Price, v.Delta
	}
	if !p.american {
		if t.Spot -= p.escrow; t.Spot <= 0 { // the dividends will not be paid in full
			t.Spot = 0
		}
		v := European(t)
		return v.Price, v.Delta
	}
	var v Value
	european := Value{}
	switch {
	case p.mesh != nil && len(p.list) > 0:
		price, delta = p.mesh.at(spot)
		return price, delta
	case p.mesh != nil:
		v.Price, v.Delta = p.mesh.at(spot)
		european = European(t)
	case p.points != nil:
		european = European(t)
		v.Price, v.Delta = p.early(t)
	case len(p.list) > 0:
		v = cashPrice(t, p.list)
	default:
		v = american(t)
	}
	v = better(t, european, v)
	return v.Price, v.Delta
}

// early is European plus the early exercise premium, as boundary.value has it.
func (p *profile) early(t Terms) (price, delta float64) {
	put, scale := p.put, 1.0
	if t.Kind == Call {
		scale = t.Spot / p.put.Strike // the mirrored put is struck at the spot: price it at the strike of the boundary
		put.Spot = t.Strike / scale
	} else {
		put.Spot = t.Spot
	}
	if put.Spot <= p.last {
		v := exercised(t)
		return v.Price, v.Delta
	}
	european := European(put)
	price, delta = european.Price, european.Delta
	s, above := put.Spot, math.Log(put.Spot)
	for k := range p.points {
		q := &p.points[k]
		v := q.deviation
		d := (above-q.top+q.depth)/v + q.shift
		price += float64(q.interest * normal(-d))
		delta -= float64(q.interest*density(d)) / (s * v)
		if q.paid != 0 {
			n1, high := normal(-d-v), density(d+v)
			price -= float64(q.paid * s * n1)
			delta += float64(q.paid*high)/v - float64(q.paid*n1)
		}
	}
	if t.Kind == Call {
		price *= scale
		delta = (price - float64(t.Strike*delta)) / t.Spot
	}
	return price, delta
}

// solved is the mesh of an American option, stepped back to today.
func solved(t Terms, dividends []dividend) *mesh {
	g := newMesh(t)
	g.run(dividends)
	return g
}

// at reads price and delta off the mesh at any spot; beyond its ends the option is
// exercised now or surely later.
func (g *mesh) at(spot float64) (price, delta float64) {
	n := len(g.spots)
	if spot <= g.spots[1] || spot >= g.spots[n-2] {
		t := g.terms
		t.Spot = spot
		v := exercised(t)
		if later := g.later(spot, t.Years, g.ahead); later > v.Price {
			v = Value{Price: later, Delta: math.Exp(-t.DividendYield * t.Years)}
			if t.Kind == Put {
				v.Delta = -v.Delta
			}
		}
		return v.Price, v.Delta
	}
	t := g.terms
	t.Spot = spot
	price = math.Max(g.value(spot), t.Intrinsic())
	h := g.step
	up, down := g.value(spot*math.Exp(h)), g.value(spot*math.Exp(-h))
	return price, (up - down) / (2 * h * spot)
}
