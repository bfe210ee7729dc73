package simulated

import (
	"math"
	"math/rand/v2"
)

// The market must be the same to the last byte on every platform. The functions
// of package math are not: some processors have their own exponential, and some
// fuse a product and a sum into one rounding. What the paths need is therefore
// written out here, every product rounded before it is added.

// exp is e^x for |x| below about 700: 2^k · e^r with |r| ≤ ln 2 / 2, and
// thirteen terms of the series for e^r.
func exp(x float64) float64 {
	const log2e = 1.4426950408889634
	k := math.Floor(float64(x*log2e) + 0.5)
	// ln 2 in two parts, the first exact in few bits, so that x − k·ln 2 keeps its digits.
	const hi, lo = 6.93147180369123816490e-01, 1.90821492927058770002e-10
	r := (x - float64(k*hi)) - float64(k*lo)
	sum := 1.0
	for n := 13; n >= 1; n-- {
		sum = 1 + float64(float64(r*sum)/float64(n))
	}
	return math.Ldexp(sum, int(k))
}

// log is the natural logarithm of a positive x: x = m · 2^k with m near 1, and
// ln m = 2 artanh((m−1)/(m+1)).
func log(x float64) float64 {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	s := (m - 1) / (m + 1)
	s2 := float64(s * s)
	sum := 0.0
	for n := 25; n >= 1; n -= 2 {
		sum = 1/float64(n) + float64(s2*sum)
	}
	return float64(2*float64(s*sum)) + float64(float64(k)*math.Ln2)
}

// stream is one series of random numbers, named by the market's seed and what
// the series is for, so that a new instrument changes none of the others.
type stream struct{ pcg *rand.PCG }

func newStream(seed uint64, name string) stream {
	// FNV-1a of the name.
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return stream{rand.NewPCG(seed, h)}
}

// uniform is a number in (0, 1).
func (s stream) uniform() float64 {
	return (float64(s.pcg.Uint64()>>11) + 0.5) / (1 << 53)
}

// normal is a standard normal number: the inverse of the distribution function
// at a uniform one (Wichura, Algorithm AS 241, Applied Statistics 37, 1988).
func (s stream) normal() float64 {
	p := s.uniform()
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return float64(q*horner(r, centreNumerator[:])) / horner(r, centreDenominator[:])
	}
	r := min(p, 1-p)
	r = math.Sqrt(-log(r))
	var x float64
	if r <= 5 {
		x = horner(r-1.6, tailNumerator[:]) / horner(r-1.6, tailDenominator[:])
	} else {
		x = horner(r-5, farNumerator[:]) / horner(r-5, farDenominator[:])
	}
	if q < 0 {
		return -x
	}
	return x
}

// shock is a standardised daily move with fat tails: one day in seventeen is
// more than twice as wild as the others.
func (s stream) shock() float64 {
	z := s.normal()
	if s.uniform() < 0.06 {
		return 2.1 * z
	}
	return 0.885 * z
}

func horner(x float64, c []float64) float64 {
	sum := 0.0
	for i := len(c) - 1; i >= 0; i-- {
		sum = float64(sum*x) + c[i]
	}
	return sum
}

// Coefficients of AS 241, routine PPND16.
var (
	centreNumerator = [...]float64{3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
		1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3}
	centreDenominator = [...]float64{1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
		2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}
	tailNumerator = [...]float64{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
		3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4}
	tailDenominator = [...]float64{1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}
	farNumerator = [...]float64{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
		2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7}
	farDenominator = [...]float64{1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}
)

// round rounds half away from zero to so many decimals, and gives the float64
// nearest to that decimal.
func round(x float64, places int) float64 {
	unit := 1.0
	for range places {
		unit *= 10
	}
	return math.Round(float64(x*unit)) / unit
}
