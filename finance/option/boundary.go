package option

import "math"

// The scheme: Chebyshev nodes of the boundary, quadrature points of its integral
// equation and of the price, and sweeps. With these a price is within 1e-5 of
// the strike, mostly within 1e-6; more of each gains digits.
const (
	nodes, points, priced = 8, 12, 24
	sweeps                = 2
	guessed               = 3 // steps to the first guess of a node
)

// boundary is the exercise boundary B(τ) of an American put, τ years before
// expiry, kept as bᵢ = ln(Bᵢ/X) at nodes of √τ, with X the boundary at expiry.
// b² is smooth in √τ, which is what is interpolated.
type boundary struct {
	years, top float64 // T and X
	h          [nodes]float64
}

// rules holds what does not depend on the option: quadrature points as shares
// of a node's time, and the weights that interpolate b² there from the nodes.
type rules struct {
	share     [nodes]float64                // √(τᵢ/T)
	y, weight [points]float64               // of the integral, on [−1, 1]
	at        [nodes][points][nodes]float64 // interpolation to u = τᵢ (1 − (1+y)²/4)
	py, pw    [priced]float64
	pat       [priced][nodes]float64
}

var rule = makeRules()

func makeRules() *rules {
	r := &rules{}
	var z, bary [nodes + 1]float64 // node 0 is expiry, where b is 0
	for j := range z {
		z[j] = -math.Cos(float64(j) * math.Pi / nodes)
		bary[j] = 1 - 2*float64(j%2)
	}
	bary[0] /= 2
	bary[nodes] /= 2
	// weights of the value at x (a share of √T) on the nodes, by the barycentric formula
	interpolate := func(x float64) (w [nodes]float64) {
		at, sum := 2*x-1, 0.0
		for j := range z {
			if math.Abs(at-z[j]) < 1e-15 {
				w = [nodes]float64{}
				if j > 0 {
					w[j-1] = 1
				}
				return w
			}
			c := bary[j] / (at - z[j])
			sum += c
			if j > 0 {
				w[j-1] = c
			}
		}
		for j := range w {
			w[j] /= sum
		}
		return w
	}
	legendre(r.y[:], r.weight[:])
	legendre(r.py[:], r.pw[:])
	for i := range nodes {
		r.share[i] = (1 + z[i+1]) / 2
		for k, y := range r.y {
			r.at[i][k] = interpolate(r.share[i] * math.Sqrt(1-float64((1+y)*(1+y))/4))
		}
	}
	for k, y := range r.py {
		r.pat[k] = interpolate(math.Sqrt(1 - float64((1+y)*(1+y))/4))
	}
	return r
}

// legendre fills points and weights of Gauss-Legendre quadrature on [−1, 1].
func legendre(x, w []float64) {
	n := len(x)
	for i := range n {
		z := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		for range 100 {
			p, previous := 1.0, 0.0
			for j := range n {
				p, previous = (float64((2*float64(j)+1)*z*p)-float64(float64(j)*previous))/float64(j+1), p
			}
			slope := float64(n) * (float64(z*p) - previous) / (float64(z*z) - 1)
			step := p / slope
			z -= step
			w[i] = 2 / ((1 - float64(z*z)) * slope * slope)
			if math.Abs(step) < 1e-16 {
				break
			}
		}
		x[n-1-i] = z
	}
}

// boundaryOf solves for the boundary of an American put of positive rate by the
// fixed-point system of Andersen, Lake and Offengenden (their FP-B),
//
//	B(τ) = K e^(−(r−q)τ) N/D
//	N = Φ(d₋(τ, B/K)) + r ∫ e^(ru) Φ(d₋(τ−u, B(τ)/B(u))) du
//	D = Φ(d₊(τ, B/K)) + q ∫ e^(qu) Φ(d₊(τ−u, B(τ)/B(u))) du
//
// Node after node from expiry takes one step of Newton in its own bᵢ, with the
// newest values of the others: the slope counts that the boundary between the
// nodes moves along with bᵢ. Two sweeps settle it, where the plain fixed point
// takes ten. ok is false when it leaves the range of sense.
func boundaryOf(t Terms) (b boundary, ok bool) {
	r, q, sigma := t.Rate, t.DividendYield, t.Volatility
	b = boundary{years: t.Years, top: t.Strike}
	if q > r {
		b.top = t.Strike * (r / q)
	}
	toStrike := math.Log(b.top / t.Strike)
	start := b.top
	var logs [nodes]float64
	for i := range nodes {
		start = quadraticBoundary(t, rule.share[i]*rule.share[i]*t.Years, start, guessed)
		logs[i] = math.Min(math.Log(start/b.top), 0)
		b.h[i] = logs[i] * logs[i]
	}
	for range sweeps {
		for i := range nodes {
			tau := float64(rule.share[i] * rule.share[i] * t.Years)
			deviation := float64(sigma * math.Sqrt(tau))
			drift := (r - q - float64(sigma*sigma)/2) / sigma // of d₋, times √w
			root := math.Sqrt(tau)
			at := logs[i]
			d := (at+toStrike)/deviation + float64(drift*root)
			n, dn := bell(d)
			m, dm := bell(d + deviation)
			dn, dm = dn/deviation, dm/deviation
			for k, y := range rule.y {
				half := (1 + y) / 2
				s := float64(root * half) // √(τ−u)
				u := tau - float64(s*s)
				v := float64(sigma * s)
				depth := math.Sqrt(math.Max(dot(&rule.at[i][k], &b.h), 0)) // −ln(B(u)/X)
				d := (at+depth)/v + float64(drift*s)
				own := 1.0
				if depth > 0 {
					own += float64(rule.at[i][k][i]*at) / depth
				}
				weight := rule.weight[k] * tau * half
				own /= v
				rw := r * weight * math.Exp(r*u)
				below, slope := bell(d)
				n += float64(rw * below)
				dn += float64(rw * slope * own)
				if q != 0 {
					qw := q * weight * math.Exp(q*u)
					below, slope = bell(d + v)
					m += float64(qw * below)
					dm += float64(qw * slope * own)
				}
			}
			if !(n > 0) || !(m > 0) {
				return b, false
			}
			g := at + toStrike + float64((r-q)*tau) - math.Log(n/m)
			next := at - g/(1-(dn/n-dm/m))
			if !(math.Abs(next) < 700) {
				return b, false
			}
			logs[i] = math.Min(next, 0)
			b.h[i] = logs[i] * logs[i]
		}
	}
	return b, true
}

func dot(w, h *[nodes]float64) float64 {
	sum := 0.0
	for j := range w {
		sum += float64(w[j] * h[j])
	}
	return sum
}

// quadraticBoundary is a first guess of B(τ): the quadratic approximation of
// Barone-Adesi and Whaley (1987), solved by steps of Newton from the boundary at a
// shorter time. There are always as many steps: a number that depended on the terms
// would make the price jump from one volatility to the next.
func quadraticBoundary(t Terms, tau, start float64, steps int) float64 {
	r, q, sigma := t.Rate, t.DividendYield, t.Volatility
	deviation := float64(sigma * math.Sqrt(tau))
	discount, carry := math.Exp(-r*tau), math.Exp(-q*tau)
	m := 2 * r / (sigma * sigma * -math.Expm1(-r*tau))
	k := 2*(r-q)/(sigma*sigma) - 1
	lambda := (-k - math.Sqrt(float64(k*k)+4*m)) / 2
	s := start
	for range steps {
		d1 := math.Log(s/t.Strike)/deviation + float64((r-q)*tau)/deviation + deviation/2
		below, high := bell(-d1)
		above := float64(carry * below)
		european := float64(t.Strike*discount*normal(deviation-d1)) - float64(s*above)
		f := float64((1-above)*s) + float64(lambda*(t.Strike-s-european))
		slope := float64((1-lambda)*(1-above)) + float64(carry*high)/deviation
		next := math.Min(math.Max(s-f/slope, s/4), start)
		if !(next > 0) {
			return start
		}
		s = next
	}
	return s
}

// value adds to the European put what early exercise earns: the interest on the
// strike less the dividends given up, wherever the spot is below the boundary.
//
//	∫ r K e^(−rw) Φ(−d₋(w, S/B(T−w))) − q S e^(−qw) Φ(−d₊(w, S/B(T−w))) dw
func (b *boundary) value(t Terms) Value {
	r, q, sigma, s := t.Rate, t.DividendYield, t.Volatility, t.Spot
	last := b.top * math.Exp(-math.Sqrt(b.h[nodes-1]))
	if s <= last {
		return exercised(t)
	}
	european := European(t)
	price, delta, gamma := european.Price, european.Delta, european.Gamma
	drift := (r - q - float64(sigma*sigma)/2) / sigma
	above := math.Log(s / b.top)
	root := math.Sqrt(t.Years)
	for k, y := range rule.py {
		half := (1 + y) / 2
		x := root * half
		w, v := x*x, float64(sigma*x)
		d := (above+math.Sqrt(math.Max(dot(&rule.pat[k], &b.h), 0)))/v + float64(drift*x)
		weight := rule.pw[k] * t.Years * half
		interest, paid := weight*r*t.Strike*math.Exp(-r*w), weight*q*math.Exp(-q*w)
		n2, low := bell(-d)
		n1, high := bell(-d - v)
		price += float64(interest*n2) - float64(paid*s*n1)
		delta += float64(paid*high)/v - float64(paid*n1) - float64(interest*low)/(s*v)
		gamma += float64(interest*low*(1+d/v))/(s*s*v) + float64(paid*high)/(s*v) - float64(paid*high*(d+v))/(s*v*v)
	}
	theta := float64(r*price) - float64((r-q)*s*delta) - float64(0.5*sigma*sigma*s*s*gamma)
	return Value{Price: price, Delta: delta, Gamma: gamma, Theta: theta}
}
