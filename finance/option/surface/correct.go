package surface

import (
	"math"
	"sort"
)

// correction is a natural cubic spline that is added to SVI: values and second
// derivatives at the quoted moneyness.
type correction struct{ k, value, curve []float64 }

// at is the value and the first two derivatives.
func (c *correction) at(k float64) (value, first, second float64) {
	n := len(c.k)
	if n == 0 {
		return 0, 0, 0
	}
	i := min(max(sort.SearchFloat64s(c.k, k), 1), n-1)
	h := c.k[i] - c.k[i-1]
	a, b := (c.k[i]-k)/h, (k-c.k[i-1])/h
	p, q := c.curve[i-1], c.curve[i]
	value = float64(a*c.value[i-1]) + float64(b*c.value[i]) + h*h/6*(float64((a*a*a-a)*p)+float64((b*b*b-b)*q))
	first = (c.value[i]-c.value[i-1])/h + h/6*(float64((3*b*b-1)*q)-float64((3*a*a-1)*p))
	return value, first, float64(a*p) + float64(b*q)
}

// spline fills in the second derivatives: zero at both ends.
func (c *correction) spline() {
	n := len(c.k)
	c.curve = make([]float64, n)
	ratio := make([]float64, n)
	for i := 1; i < n-1; i++ {
		before, after := c.k[i]-c.k[i-1], c.k[i+1]-c.k[i]
		bend := 6 * ((c.value[i+1]-c.value[i])/after - (c.value[i]-c.value[i-1])/before)
		pivot := 2*(before+after) - before*ratio[i-1]
		ratio[i] = after / pivot
		c.curve[i] = (bend - before*c.curve[i-1]) / pivot
	}
	for i := n - 2; i > 0; i-- {
		c.curve[i] -= ratio[i] * c.curve[i+1]
	}
}

// How finely the correction is searched: scales from the width of the smile down by
// √2, and rounds in which it is held back where it breaks a law.
const (
	scales = 16
	rounds = 20
)

// corrected adds to an SVI smile what the quotes say beyond it, as smooth as can be.
// The residuals r are fitted by
//
//	Σ weight (r − residual)² + Σ λ h (r″)²
//
// at scales of λ from smooth to fine. Where the density would be negative λ is raised
// on the spot, where variance would fall below that of the expiry before, it is
// pulled up. Of the scales that keep the laws the one with most quotes within their
// spreads is taken, and of those within a hundredth of it the smoothest; SVI alone is
// the smoothest of all. Where nothing is lawful SVI stays, and the checks say so.
func (f *fitting) corrected(base Smile) Smile {
	n := len(f.list)
	alone, lawful := f.inside(base), f.lawful(base)
	if lawful && alone == n {
		return base
	}
	type candidate struct {
		smile  Smile
		inside int
	}
	var found []candidate // from smooth to fine
	most := 0
	if lawful {
		found, most = append(found, candidate{base, alone}), alone
	}
	width := f.high - f.low
	for j := range scales {
		scale := width * math.Pow(2, -float64(j)/2)
		lambda := f.unit * float64(n) / width * math.Pow(scale, 4)
		if smile, ok := f.heldBack(base, lambda); ok {
			inside := f.inside(smile)
			found, most = append(found, candidate{smile, inside}), max(most, inside)
		}
		if scale < width/float64(n-1) {
			break
		}
	}
	for _, c := range found {
		if c.inside >= most-n/100 {
			return c.smile
		}
	}
	return base
}

// inside counts the points whose variance lies within that of bid and ask.
func (f *fitting) inside(v Smile) (n int) {
	for _, t := range f.list {
		if w := v.raw(t.k); w >= t.low && w <= t.high {
			n++
		}
	}
	return n
}

// heldBack is the correction at one smoothness, kept within the laws; false where
// that does not succeed.
func (f *fitting) heldBack(base Smile, lambda float64) (Smile, bool) {
	n := len(f.list)
	c := &correction{k: make([]float64, n)}
	rough, target, weight := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, t := range f.list {
		c.k[i], rough[i], target[i], weight[i] = t.k, lambda, t.w-base.raw(t.k), t.weight
	}
	v := base
	v.Method, v.correction = SVISpline, c
	for range rounds {
		c.value = smooth(c.k, target, weight, rough)
		c.spline()
		lawful := true
		for i := 1; i < n; i++ {
			worst, short := f.between(v, c.k[i-1], c.k[i])
			if worst < 0 {
				lawful = false
				for j := max(i-2, 0); j <= min(i+1, n-1); j++ {
					rough[j] *= 8
				}
			}
			if short > 0 {
				lawful = false
				for _, j := range [2]int{i - 1, i} {
					target[j], weight[j] = c.value[j]+1.2*short+1e-4*f.list[j].w, math.Max(weight[j], f.unit)*2
				}
			}
		}
		if lawful {
			return v, true
		}
	}
	return base, false
}

// between looks at a stretch between two strikes: the least density, and by how much
// the variance is short of that of the expiry before.
func (f *fitting) between(v Smile, from, to float64) (density, short float64) {
	density = math.Inf(1)
	const steps = 5
	at := func(i int, from, to float64) float64 { return from + float64((to-from)*float64(i)/steps) }
	for i := range steps + 1 {
		density = math.Min(density, v.Density(at(i, from, to)))
	}
	if f.before == nil {
		return density, 0
	}
	if from, to = math.Max(from, f.before.Low), math.Min(to, f.before.High); from <= to {
		for i := range steps + 1 {
			k := at(i, from, to)
			short = math.Max(short, f.before.raw(k)-v.raw(k))
		}
	}
	return density, short
}

// lawful reports a smile that keeps the laws between all strikes.
func (f *fitting) lawful(v Smile) bool {
	for i := 1; i < len(f.list); i++ {
		if density, short := f.between(v, f.list[i-1].k, f.list[i].k); density < 0 || short > 0 {
			return false
		}
	}
	return true
}

// smooth minimises Σ weight (r − target)² + Σ rough h (r″)², with r″ by second
// differences: a system of bandwidth two, by Cholesky's method.
func smooth(k, target, weight, rough []float64) []float64 {
	n := len(k)
	diagonal, one, two := make([]float64, n), make([]float64, n), make([]float64, n) // one and two below the diagonal
	r := make([]float64, n)
	for i := range n {
		diagonal[i], r[i] = weight[i], weight[i]*target[i]
	}
	for i := 1; i < n-1; i++ {
		before, after := k[i]-k[i-1], k[i+1]-k[i]
		h := (before + after) / 2
		a, b := 1/(before*h), 1/(after*h)
		m := -a - b
		p := rough[i] * h
		diagonal[i-1] += float64(p * a * a)
		diagonal[i] += float64(p * m * m)
		diagonal[i+1] += float64(p * b * b)
		one[i] += float64(p * a * m)
		one[i+1] += float64(p * m * b)
		two[i+1] += float64(p * a * b)
	}
	for i := range n { // L D L'
		if i > 1 {
			two[i] /= diagonal[i-2]
			one[i] -= float64(two[i] * diagonal[i-2] * one[i-1])
		}
		if i > 0 {
			one[i] /= diagonal[i-1]
			diagonal[i] -= float64(one[i] * one[i] * diagonal[i-1])
			r[i] -= float64(one[i] * r[i-1])
		}
		if i > 1 {
			diagonal[i] -= float64(two[i] * two[i] * diagonal[i-2])
			r[i] -= float64(two[i] * r[i-2])
		}
	}
	for i := range n {
		r[i] /= diagonal[i]
	}
	for i := n - 2; i >= 0; i-- {
		r[i] -= float64(one[i+1] * r[i+1])
		if i < n-2 {
			r[i] -= float64(two[i+2] * r[i+2])
		}
	}
	return r
}
