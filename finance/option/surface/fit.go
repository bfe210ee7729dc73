package surface

import (
	"math"
	"slices"
)

// checks is how many places of a smile are held against the laws.
const checks = 61

// target is one point of a fit: total variance w at moneyness k, that of bid and ask.
type target struct{ k, w, weight, low, high float64 }

// fitting is the search for one smile.
type fitting struct {
	list      []target
	before    *Smile // of the expiry before, nil for the first
	low, high float64
	unit      float64 // weighted mean of the squared tolerances is 1/unit
	mean      float64 // of w
	strict    float64 // how much more than usual breaking a law costs
}

// fit finds the smile of a slice whose points are known.
func fit(e *Slice, before *Slice) Smile {
	f := newFitting(e, before)
	var best Smile
	switch n := len(f.list); {
	case n >= 5:
		best = f.svi()
		if f.usable(best) {
			best = f.corrected(best)
		}
		if !f.lawful(best) { // quotes that no lawful smile fits: the laws first
			f.strict = 1e4
			if again := f.svi(); f.usable(again) {
				best = f.corrected(again)
			}
		}
	case n >= 3:
		best, _ = f.best(0, math.Max((f.high-f.low)/2, 0.01))
		best.Method = SVIThree
	}
	if best.Method == "" || !f.usable(best) {
		best = f.flat()
	}
	best.Low, best.High = f.low, f.high
	return best
}

// usable reports a variance above zero everywhere between the quotes.
func (f *fitting) usable(v Smile) bool {
	for i := range checks {
		if w := v.raw(f.at(i)); !(w > 0) || math.IsInf(w, 0) {
			return false
		}
	}
	return true
}

// at is a place to check, from the first quoted strike to the last.
func (f *fitting) at(i int) float64 {
	return f.low + float64((f.high-f.low)*float64(i)/float64(checks-1))
}

// newFitting weighs the points: a quote counts by the inverse of its spread squared,
// in total variance, a locked one no more than one of a fifth of the median spread.
func newFitting(e *Slice, before *Slice) *fitting {
	f := &fitting{strict: 1, low: e.Points[0].Moneyness, high: e.Points[len(e.Points)-1].Moneyness}
	if before != nil {
		f.before = &before.Smile
	}
	halves := make([]float64, len(e.Points))
	for i, p := range e.Points {
		high := p.High
		if math.IsNaN(high) {
			high = 2 * p.Volatility
		}
		halves[i] = (high - p.Low) / 2
	}
	sorted := slices.Clone(halves)
	slices.Sort(sorted)
	least := math.Max(sorted[len(sorted)/2]/5, 1e-4)
	weights := 0.0
	for i, p := range e.Points {
		w := float64(p.Volatility * p.Volatility * e.Years)
		half := 2 * p.Volatility * math.Max(halves[i], least) * e.Years
		t := target{p.Moneyness, w, 1 / float64(half*half), float64(p.Low * p.Low * e.Years), float64(p.High * p.High * e.Years)}
		if math.IsNaN(p.High) {
			t.high = math.Inf(1)
		}
		f.list = append(f.list, t)
		weights += t.weight
		f.mean += float64(t.weight * w)
	}
	f.mean /= weights
	f.unit = weights / float64(len(f.list))
	return f
}

func (f *fitting) flat() Smile {
	return Smile{Method: FlatFit, A: f.mean, S: 1}
}

// svi searches m and s by Nelder and Mead from the best of a raster; for given m and
// s the rest is a small convex problem (the quasi-explicit calibration).
func (f *fitting) svi() Smile {
	width := f.high - f.low
	type start struct{ m, s, miss float64 }
	var starts []start
	for i := range 7 {
		for j := range 6 {
			m, s := f.low+float64(width*(float64(i)-1)/4), math.Max(width, 0.01)*math.Pow(2, float64(1-j))
			_, miss := f.best(m, s)
			starts = append(starts, start{m, s, miss})
		}
	}
	slices.SortStableFunc(starts, func(a, b start) int {
		switch {
		case a.miss < b.miss:
			return -1
		case a.miss > b.miss:
			return 1
		}
		return 0
	})
	var out Smile
	least := math.Inf(1)
	for _, s := range starts[:3] {
		m, logS := minimise(func(m, logS float64) float64 {
			if !(math.Abs(m-(f.low+f.high)/2) <= 1.5*width) || logS < math.Log(width)-7 || logS > math.Log(width)+3 {
				return math.Inf(1)
			}
			_, miss := f.best(m, math.Exp(logS))
			return miss
		}, s.m, math.Log(s.s), width/8, 0.3, 1e-4)
		if smile, miss := f.best(m, math.Exp(logS)); miss < least {
			out, least = smile, miss
		}
	}
	out.Method = SVI
	return out
}

// best is the smile of least misfit for a given m and s, and its misfit. With
// y = (k − m)/s and z = √(y² + 1) it is w = a + d y + c z, linear in a, c and d; the
// wings are no steeper than Lee's bound while |d| ≤ c and c + |d| ≤ 2s. The misfit
// adds to the weighted squares what the smile does against the laws.
func (f *fitting) best(m, s float64) (Smile, float64) {
	var q normalEquations
	for _, t := range f.list {
		y := (t.k - m) / s
		q.add(y, math.Sqrt(float64(y*y)+1), t.w, t.weight/f.unit)
	}
	a, d, c := q.within(s)
	v := Smile{A: a, B: c / s, M: m, S: s}
	if c > 0 {
		v.Rho = math.Min(math.Max(d/c, -1), 1)
	}
	miss := 0.0
	for _, t := range f.list {
		gap := v.raw(t.k) - t.w
		miss += float64(t.weight * gap * gap)
	}
	return v, miss + f.penalty(v)
}

// penalty is what a smile owes for negative densities and for variance that falls
// below that of the expiry before, in units of squared spreads.
func (f *fitting) penalty(v Smile) float64 {
	sum := 0.0
	for i := range checks {
		k := f.at(i)
		w := v.raw(k)
		if !(w > 0) {
			return math.Inf(1)
		}
		if g := v.Density(k); g < 1e-3 {
			sum += float64((1e-3-g)*(1e-3-g)) * 1e6
		}
		if f.before != nil && f.before.Within(k) {
			if short := f.before.raw(k) - w; short > 0 {
				sum += float64(short*short) * f.unit * 100
			}
		}
	}
	return f.strict * sum * float64(len(f.list)) / checks
}

// normalEquations collect the weighted sums of a fit on 1, y and z.
type normalEquations struct {
	n, y, z, w, yy, yz, zz, yw, zw float64
}

func (q *normalEquations) add(y, z, w, weight float64) {
	q.n += weight
	q.y += float64(weight * y)
	q.z += float64(weight * z)
	q.w += float64(weight * w)
	q.yy += float64(weight * y * y)
	q.yz += float64(weight * y * z)
	q.zz += float64(weight * z * z)
	q.yw += float64(weight * y * w)
	q.zw += float64(weight * z * w)
}

// within solves for a, d and c in the diamond |d| ≤ c ≤ 2s − |d|: the free minimum
// where it lies inside, else the least of the minima on the four edges.
func (q *normalEquations) within(s float64) (a, d, c float64) {
	// a taken out: the sums about the weighted means
	yy, yz, zz := q.yy-q.y*q.y/q.n, q.yz-q.y*q.z/q.n, q.zz-q.z*q.z/q.n
	yw, zw := q.yw-q.y*q.w/q.n, q.zw-q.z*q.w/q.n
	rest := func(d, c float64) float64 { return (q.w - d*q.y - c*q.z) / q.n }
	if det := yy*zz - yz*yz; det > 1e-14*yy*zz {
		d, c = (yw*zz-zw*yz)/det, (zw*yy-yw*yz)/det
		if math.Abs(d) <= c && c+math.Abs(d) <= 2*s {
			return rest(d, c), d, c
		}
	}
	least := math.Inf(1)
	corners := [5][2]float64{{0, 0}, {s, s}, {0, 2 * s}, {-s, s}, {0, 0}}
	for i := range 4 {
		d0, c0 := corners[i][0], corners[i][1]
		dd, dc := corners[i+1][0]-d0, corners[i+1][1]-c0
		curve := dd*dd*yy + 2*dd*dc*yz + dc*dc*zz
		along := dd*(yw-d0*yy-c0*yz) + dc*(zw-d0*yz-c0*zz)
		t := 0.0
		if curve > 0 {
			t = math.Min(math.Max(along/curve, 0), 1)
		}
		x, y := d0+t*dd, c0+t*dc
		if value := x*x*yy + 2*x*y*yz + y*y*zz - 2*x*yw - 2*y*zw; value < least {
			least, d, c = value, x, y
		}
	}
	return rest(d, c), d, c
}
