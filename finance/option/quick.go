package option

import "math"

// The quick scheme: as boundaryOf, with fewer nodes, points and one sweep.
const (
	quickNodes, quickPoints, quickPriced = 5, 7, 10
	quickSweeps                          = 1
)

// quickRules are the rules of the quick scheme.
var quickRules = makeQuickRules()

type quickRule struct {
	share     [quickNodes]float64
	y, weight [quickPoints]float64
	at        [quickNodes][quickPoints][quickNodes]float64
	py, pw    [quickPriced]float64
	pat       [quickPriced][quickNodes]float64
}

func makeQuickRules() *quickRule {
	r := &quickRule{}
	var z, bary [quickNodes + 1]float64 // node 0 is expiry, where b is 0
	for j := range z {
		z[j] = -math.Cos(float64(j) * math.Pi / quickNodes)
		bary[j] = 1 - 2*float64(j%2)
	}
	bary[0] /= 2
	bary[quickNodes] /= 2
	interpolate := func(x float64) (w [quickNodes]float64) {
		at, sum := 2*x-1, 0.0
		for j := range z {
			if math.Abs(at-z[j]) < 1e-15 {
				w = [quickNodes]float64{}
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
	for i := range quickNodes {
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

// AmericanQuick is AmericanPrice in a fifth of the time.
func AmericanQuick(t Terms) float64 {
	european := European(t).Price
	floor := math.Max(european, t.Intrinsic())
	if t.Spot == 0 || t.Years == 0 {
		return floor
	}
	put := t
	if t.Kind == Call {
		put.Spot, put.Strike, put.Rate, put.DividendYield = t.Strike, t.Spot, t.DividendYield, t.Rate
		put.Kind = Put
	}
	r, q, sigma := put.Rate, put.DividendYield, put.Volatility
	if r <= 0 && q >= r {
		return floor
	}
	if r <= 0 || sigma*math.Sqrt(t.Years) < 1e-4 {
		return AmericanPrice(t)
	}
	top := put.Strike
	if q > r {
		top = put.Strike * (r / q)
	}
	toStrike := math.Log(top / put.Strike)
	var logs, h [quickNodes]float64
	start := top
	rule := quickRules
	for i := range quickNodes {
		start = quadraticBoundary(put, rule.share[i]*rule.share[i]*put.Years, start)
		logs[i] = math.Min(math.Log(start/top), 0)
		h[i] = logs[i] * logs[i]
	}
	inner := func(w *[quickNodes]float64) float64 {
		sum := 0.0
		for j := range w {
			sum += float64(w[j] * h[j])
		}
		return sum
	}
	drift := (r - q - float64(sigma*sigma)/2) / sigma
	for range quickSweeps {
		for i := range quickNodes {
			tau := float64(rule.share[i] * rule.share[i] * put.Years)
			deviation := float64(sigma * math.Sqrt(tau))
			root := math.Sqrt(tau)
			at := logs[i]
			d := (at+toStrike)/deviation + float64(drift*root)
			n, dn := normal(d), density(d)/deviation
			m, dm := normal(d+deviation), density(d+deviation)/deviation
			for k, y := range rule.y {
				half := (1 + y) / 2
				s := float64(root * half)
				u := tau - float64(s*s)
				v := float64(sigma * s)
				depth := math.Sqrt(math.Max(inner(&rule.at[i][k]), 0))
				d := (at+depth)/v + float64(drift*s)
				own := 1.0
				if depth > 0 {
					own += float64(rule.at[i][k][i]*at) / depth
				}
				weight := rule.weight[k] * tau * half
				rw, qw := r*weight*math.Exp(r*u), q*weight*math.Exp(q*u)
				n += float64(rw * normal(d))
				dn += float64(rw * density(d) / v * own)
				if q != 0 {
					m += float64(qw * normal(d+v))
					dm += float64(qw * density(d+v) / v * own)
				}
			}
			if !(n > 0) || !(m > 0) {
				return AmericanPrice(t)
			}
			g := at + toStrike + float64((r-q)*tau) - math.Log(n/m)
			next := at - g/(1-(dn/n-dm/m))
			if !(math.Abs(next) < 700) {
				return AmericanPrice(t)
			}
			logs[i] = math.Min(next, 0)
			h[i] = logs[i] * logs[i]
		}
	}
	// value
	s := put.Spot
	if s <= top*math.Exp(logs[quickNodes-1]) {
		return math.Max(floor, put.Strike-s)
	}
	price := european
	above := math.Log(s / top)
	root := math.Sqrt(put.Years)
	for k, y := range rule.py {
		half := (1 + y) / 2
		x := root * half
		w, v := x*x, float64(sigma*x)
		depth := math.Sqrt(math.Max(inner(&rule.pat[k]), 0))
		d := (above+depth)/v + float64(drift*x)
		weight := rule.pw[k] * put.Years * half
		price += float64(r * put.Strike * weight * math.Exp(-r*w) * normal(-d))
		if q != 0 {
			price -= float64(q * s * weight * math.Exp(-q*w) * normal(-d-v))
		}
	}
	return math.Max(price, floor)
}
