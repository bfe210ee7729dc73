package option

import "math"

// impliedDeviation inverts black: the s > 0 at which the price is beta, for
// 0 < beta < e^(x/2) and x ≤ 0. The function bends differently below and above
// its inflection at s = √(2|x|), so each side has its own guess and its own
// transform of the price that is nearly a straight line there; Householder's
// third-order steps then make four digits of one (the idea of Jäckel, Let's Be
// Rational, 2015; the guesses here are other ones).
func impliedDeviation(beta, x float64) float64 {
	if x == 0 || beta > atInflection(x) {
		return impliedAbove(beta, x)
	}
	return impliedBelow(beta, x)
}

// atInflection is the price at s = √(2|x|), where h + t = 0.
func atInflection(x float64) float64 {
	return 0.5 * (math.Exp(x/2) - float64(math.Exp(-x/2)*math.Erfc(math.Sqrt(-x))))
}

// maxSteps is never needed: the guesses are within a tenth, and two steps do.
const maxSteps = 8

// impliedBelow works on 1/ln b, which is nearly −2s²/x² for small s.
func impliedBelow(beta, x float64) float64 {
	target := math.Log(beta)
	s := bachelierGuess(beta, x)
	top := math.Sqrt(-2 * x)
	for range maxSteps {
		if !(s > 0) || s > top {
			s = top
		}
		c, _ := black(x, s)
		l := logPrice(c, x, s)
		p := inverseRoot2Pi / c // b'/b
		bend, slope := bends(x, s)
		newton := l * (target - l) / (target * p)
		// f″/f′ of f = 1/ln b, and its derivative
		a := bend - float64(p*(1+2/l))
		rise := slope - float64(float64(p*(bend-p))*(1+2/l)) + 2*float64(p*p)/float64(l*l)
		step := householder(newton, a, rise+float64(a*a))
		s += step
		if math.Abs(step) < 1e-4*s {
			break
		}
	}
	return s
}

// logPrice is the logarithm of c times the scale of black.
func logPrice(c, x, s float64) float64 {
	h, t := x/s, s/2
	return math.Log(c) - 0.5*(float64(h*h)+float64(t*t))
}

// bends are b″/b′ and its derivative.
func bends(x, s float64) (bend, slope float64) {
	h := x / s
	q := float64(h*h) / s
	return q - s/4, -3*q/s - 0.25
}

// householder is the third-order step to the root of f, given −f/f′, f″/f′ and f‴/f′.
func householder(newton, second, third float64) float64 {
	return newton * (1 + float64(0.5*second*newton)) / (1 + float64(newton*(second+float64(third*newton)/6)))
}

// impliedAbove works on b itself, and in its upper half on ln(e^(x/2) − b).
func impliedAbove(beta, x float64) float64 {
	most := math.Exp(x / 2)
	rest := most - beta
	s := 2 * math.Sqrt2 * math.Erfcinv(2*rest/(most+1/most)) // exact at x = 0
	low := math.Sqrt(-2 * x)
	upper, logRest := beta > most/2, math.Log(rest)
	for range maxSteps {
		if !(s > low) {
			s = low
		}
		if s == 0 {
			return beta / inverseRoot2Pi
		}
		bend, slope := bends(x, s)
		var newton, a, rise float64
		if upper {
			h, t := x/s, s/2
			c := 0.5 * (erfcx((h+t)/math.Sqrt2) + erfcx((t-h)/math.Sqrt2))
			p := inverseRoot2Pi / c
			newton = (logPrice(c, x, s) - logRest) / p
			a = bend + p
			rise = slope + float64(p*(bend+p))
		} else {
			c, scale := black(x, s)
			newton = (beta/scale - c) / inverseRoot2Pi
			a, rise = bend, slope
		}
		step := householder(newton, a, rise+float64(a*a))
		s += step
		if math.Abs(step) < 1e-4*s {
			break
		}
	}
	return s
}

// bachelierGuess takes the price for one of the normal model, whose inverse d
// has a single argument, m = b / (2 sinh(|x|/2)) = φ(d)/d − Φ(−d), and corrects
// its deviation |x|/d to the lognormal one in first order.
func bachelierGuess(beta, x float64) float64 {
	width := 2 * math.Sinh(-x/2)
	e := math.Log1p(width / beta)
	if math.IsInf(e, 0) {
		e = math.Log(width) - math.Log(beta)
	}
	s := -x / bachelierDistance(e)
	return s * (1 + float64(s*s)/24)
}

// bachelierDistance is d as a function of e = ln(1 + 1/m): a form with the right
// limits (e·φ(0) for small e, √(2e) for large) times a Chebyshev series in
// (e − 4)/(e + 4). It is good to three or four digits.
func bachelierDistance(e float64) float64 {
	z := (e - bachelierMiddle) / (e + bachelierMiddle)
	var a, b float64
	for i := len(bachelierSeries) - 1; i > 0; i-- {
		a, b = bachelierSeries[i]+float64(2*z*a)-b, a
	}
	return bachelierForm(e) * (bachelierSeries[0] + float64(z*a) - b)
}

const bachelierMiddle = 4

func bachelierForm(e float64) float64 {
	return e * math.Sqrt2 / math.Sqrt(e+2/(inverseRoot2Pi*inverseRoot2Pi))
}

var bachelierSeries = fitBachelier()

// fitBachelier solves for d at the Chebyshev nodes by bisection.
func fitBachelier() (series [12]float64) {
	n := len(series)
	for k := range n {
		angle := math.Pi * (float64(k) + 0.5) / float64(n)
		z := math.Cos(angle)
		e := bachelierMiddle * (1 + z) / (1 - z)
		low, high := 1e-9, 60.0
		for range 100 {
			if d := low + (high-low)/2; bachelierArgument(d) < e {
				low = d
			} else {
				high = d
			}
		}
		w := low / bachelierForm(e)
		for j := range n {
			series[j] += float64(w*math.Cos(float64(j)*angle)) * 2 / float64(n)
		}
	}
	series[0] /= 2
	return series
}

// bachelierArgument is ln(1 + 1/m) of d.
func bachelierArgument(d float64) float64 {
	c := inverseRoot2Pi/d - 0.5*erfcx(d/math.Sqrt2) // m / e^(−d²/2)
	if d > 10 {
		return float64(d*d)/2 - math.Log(c)
	}
	return math.Log1p(math.Exp(d*d/2) / c)
}
