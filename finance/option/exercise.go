package option

import "math"

// The scheme of Exercise: the one of boundaryOf with fewer nodes and points, and one
// sweep. What it loses is measured by its test: prices are within 3e-4 of the strike
// of AmericanPrice, 99 in 100 of them within 1e-4. Where rates are negative and there
// are two boundaries, the price is the European one, not below intrinsic: what that
// loses is no more than interest on the strike over the option's life. The same goes
// for terms so extreme that the scheme finds no boundary.
const quickNodes, quickPoints, quickPriced, quickGuessed = 3, 5, 8, 4

// Exercise is the exercise boundary of an American option, found quickly, for many
// revaluations that need not be exact: scenarios, in which spot, volatility and rate
// all move. It takes a fifth of AmericanPrice's time, and a price at another spot a
// fraction of that.
type Exercise struct {
	terms     Terms // the spot is not used
	put       Terms // of strike 1, by the symmetry of calls and puts; spot not used
	regime    regime
	top, last float64 // boundary at expiry and today, of strike 1
	h         [quickNodes]float64
}

// regime is what is known of exercise before any boundary is.
type regime uint8

const (
	followed regime = iota // there is a boundary
	never                  // not exercised early, or no boundary to be found: see above
	certain                // next to no volatility: priced by AmericanPrice
)

// NewExercise finds the boundary of terms that pass Check; their spot does not matter.
func NewExercise(t Terms) Exercise {
	x := Exercise{terms: t, put: t}
	x.put.Kind, x.put.Strike = Put, 1
	if t.Kind == Call {
		x.put.Rate, x.put.DividendYield = t.DividendYield, t.Rate
	}
	switch r := x.put.Rate; {
	case t.Years == 0 || r <= 0:
		x.regime = never
	case t.Volatility*math.Sqrt(t.Years) < 1e-4:
		x.regime = certain
	case !x.solve():
		x.regime = never
	}
	return x
}

// Price is the American price at a spot, never below intrinsic or European value.
func (x *Exercise) Price(spot float64) float64 {
	t := x.terms
	t.Spot = spot
	european := European(t).Price
	floor := math.Max(european, t.Intrinsic())
	switch {
	case x.regime == never || spot == 0:
		return floor
	case x.regime == certain:
		return AmericanPrice(t)
	}
	strike, s := t.Strike, spot/t.Strike // in units of the put's strike
	if t.Kind == Call {
		strike, s = spot, t.Strike/spot
	}
	if s <= x.last {
		return math.Max(floor, strike*(1-s))
	}
	return math.Max(european+float64(strike*x.earned(s)), floor)
}

// earned is what early exercise adds at a spot above the boundary, as boundary.value.
func (x *Exercise) earned(s float64) (sum float64) {
	r, q, sigma := x.put.Rate, x.put.DividendYield, x.put.Volatility
	drift := (r - q - float64(sigma*sigma)/2) / sigma
	above, root := math.Log(s/x.top), math.Sqrt(x.put.Years)
	for k, y := range quick.py {
		half := (1 + y) / 2
		a := root * half
		w, v := a*a, float64(sigma*a)
		d := (above+x.depth(&quick.pat[k]))/v + float64(drift*a)
		weight := quick.pw[k] * x.put.Years * half
		sum += float64(r * weight * math.Exp(-r*w) * normal(-d))
		if q != 0 {
			sum -= float64(q * s * weight * math.Exp(-q*w) * normal(-d-v))
		}
	}
	return sum
}

// depth is −ln(B/X) interpolated from the nodes.
func (x *Exercise) depth(w *[quickNodes]float64) float64 {
	sum := 0.0
	for j := range w {
		sum += float64(w[j] * x.h[j])
	}
	return math.Sqrt(math.Max(sum, 0))
}

// solve is boundaryOf with this scheme and strike 1.
func (x *Exercise) solve() bool {
	r, q, sigma := x.put.Rate, x.put.DividendYield, x.put.Volatility
	x.top = 1.0
	if q > r {
		x.top = r / q
	}
	toStrike, start := math.Log(x.top), x.top
	var logs [quickNodes]float64
	for i := range quickNodes {
		start = quadraticBoundary(x.put, quick.share[i]*quick.share[i]*x.put.Years, start, quickGuessed)
		logs[i] = math.Min(math.Log(start/x.top), 0)
		x.h[i] = logs[i] * logs[i]
	}
	drift := (r - q - float64(sigma*sigma)/2) / sigma
	for i := range quickNodes {
		tau := float64(quick.share[i] * quick.share[i] * x.put.Years)
		root, at := math.Sqrt(tau), logs[i]
		deviation := float64(sigma * root)
		d := (at+toStrike)/deviation + float64(drift*root)
		n, dn := bell(d)
		m, dm := bell(d + deviation)
		dn, dm = dn/deviation, dm/deviation
		for k, y := range quick.y {
			half := (1 + y) / 2
			s := float64(root * half) // √(τ−u)
			u, v := tau-float64(s*s), float64(sigma*s)
			depth := x.depth(&quick.at[i][k])
			d, own := (at+depth)/v+float64(drift*s), 1.0
			if depth > 0 {
				own += float64(quick.at[i][k][i]*at) / depth
			}
			weight := quick.weight[k] * tau * half
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
			return false
		}
		g := at + toStrike + float64((r-q)*tau) - math.Log(n/m)
		next := at - g/(1-(dn/n-dm/m))
		if !(math.Abs(next) < 700) {
			return false
		}
		logs[i] = math.Min(next, 0)
		x.h[i] = logs[i] * logs[i]
	}
	x.last = x.top * math.Exp(logs[quickNodes-1])
	return true
}

// quick is to Exercise what rule is to boundaryOf.
var quick = makeQuick()

type quickRules struct {
	share     [quickNodes]float64
	y, weight [quickPoints]float64
	at        [quickNodes][quickPoints][quickNodes]float64
	py, pw    [quickPriced]float64
	pat       [quickPriced][quickNodes]float64
}

func makeQuick() *quickRules {
	r := &quickRules{}
	var z [quickNodes + 1]float64 // node 0 is expiry, where b is 0
	for j := range z {
		z[j] = (1 - math.Cos(float64(j)*math.Pi/quickNodes)) / 2
	}
	// the Lagrange weights of the nodes after expiry, at a share x of √T
	interpolate := func(x float64) (w [quickNodes]float64) {
		for j := range w {
			w[j] = 1
			for i, other := range z {
				if i != j+1 {
					w[j] *= (x - other) / (z[j+1] - other)
				}
			}
		}
		return w
	}
	legendre(r.y[:], r.weight[:])
	legendre(r.py[:], r.pw[:])
	for i := range quickNodes {
		r.share[i] = z[i+1]
		for k, y := range r.y {
			r.at[i][k] = interpolate(r.share[i] * math.Sqrt(1-float64((1+y)*(1+y))/4))
		}
	}
	for k, y := range r.py {
		r.pat[k] = interpolate(math.Sqrt(1 - float64((1+y)*(1+y))/4))
	}
	return r
}
