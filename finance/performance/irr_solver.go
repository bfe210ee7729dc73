package performance

import "math"

// npv is the net present value as a function of the force of interest
// x = ln(1 + rate), kept as two sums of positive terms:
//
//	P(x) = Σ aᵢ e^(−x tᵢ) over inflows, N(x) the same over outflows
//
// Roots are those of φ(x) = ln P − ln N, which scales with nothing and is close
// to a straight line. Its slope is D_N − D_P, the difference of the two
// durations, and each duration falls as x grows. So on any interval the slope
// lies between D_N(b) − D_P(a) and D_N(a) − D_P(b): this proves an interval
// free of roots, or monotone, and bisection of the rest finds every root.
type npv struct {
	t, a     []float64 // times ascending and distinct, net amounts
	pos, neg leg
	raw      [2]bool // an inflow, an outflow was given
	bad      bool
	store    [2 * 64]float64
}

func (s *npv) reset(n int) {
	if n <= 64 {
		s.t, s.a = s.store[0:0:64], s.store[64:64:128]
		return
	}
	s.t, s.a = make([]float64, 0, n), make([]float64, 0, n)
}

// add takes flows in ascending order of time and nets those of one day.
func (s *npv) add(t, amount float64) {
	if math.IsNaN(amount) || math.IsInf(amount, 0) {
		s.bad = true
	}
	if amount > 0 {
		s.raw[0] = true
	} else if amount < 0 {
		s.raw[1] = true
	}
	if n := len(s.t); n > 0 && s.t[n-1] == t {
		s.a[n-1] += amount
		return
	}
	s.t, s.a = append(s.t, t), append(s.a, amount)
}

func (s *npv) solve() (Rates, error) {
	switch {
	case s.bad:
		return Rates{}, ErrNotFinite
	case !s.raw[0] || !s.raw[1]:
		return Rates{}, ErrNoSignChange
	case len(s.t) == 1:
		return Rates{}, ErrAllSameDay
	}
	var buffer [128]float64
	work := buffer[:]
	if 2*len(s.t) > len(work) {
		work = make([]float64, 2*len(s.t))
	}
	if !s.split(work) {
		return Rates{}, ErrNoRoot
	}
	if x, ok := s.newton(); ok && s.unique(x) {
		return Rates{Rate: math.Expm1(x)}, nil
	}
	return s.all()
}

// split scales the amounts (so that nothing overflows) and parts them by sign.
// It reports whether both signs are left once flows of one day are netted.
func (s *npv) split(work []float64) bool {
	largest := 0.0
	for _, a := range s.a {
		largest = math.Max(largest, math.Abs(a))
	}
	if largest == 0 || math.IsInf(largest, 0) {
		return false
	}
	n := len(s.t)
	inflows := 0
	for _, a := range s.a {
		if a > 0 {
			inflows++
		}
	}
	s.pos = leg{work[:0:inflows], work[inflows:inflows:n]}
	s.neg = leg{work[n : n : 2*n-inflows], work[2*n-inflows : 2*n-inflows]}
	for i, a := range s.a {
		s.a[i] = a / largest
		switch a = s.a[i]; {
		case a > 0:
			s.pos.t, s.pos.a = append(s.pos.t, s.t[i]), append(s.pos.a, a)
		case a < 0:
			s.neg.t, s.neg.a = append(s.neg.t, s.t[i]), append(s.neg.a, -a)
		}
	}
	return len(s.pos.t) > 0 && len(s.neg.t) > 0
}

// leg is a sum of positive terms a·e^(−x·t), times ascending.
type leg struct{ t, a []float64 }

// at returns the logarithm of the sum and its duration at x. Times are counted
// from the term that dominates at the far end, so that it cannot vanish.
func (l leg) at(x float64) (ln, duration float64) {
	origin := l.t[0]
	if x < 0 {
		origin = l.t[len(l.t)-1]
	}
	sum, moment := 0.0, 0.0
	for i, t := range l.t {
		t -= origin
		v := float64(l.a[i] * math.Exp(-x*t))
		sum += v
		moment += float64(v * t)
	}
	return math.Log(sum) - float64(x*origin), origin + moment/sum
}

// point is φ and the two durations at x.
type point struct{ x, phi, dp, dn float64 }

func (s *npv) at(x float64) point {
	lp, dp := s.pos.at(x)
	ln, dn := s.neg.at(x)
	return point{x, lp - ln, dp, dn}
}

// Roots are looked for where 1 + rate is a normal float64. A root below −36.7,
// a loss of all but 10⁻¹⁶, is a rate that rounds to −1.
const lowest, highest = -708.0, 709.0

// newton looks for one root from rate zero. Most histories need four or five steps.
func (s *npv) newton() (float64, bool) {
	x := 0.0
	for range 30 {
		p := s.at(x)
		if p.phi == 0 {
			return x, true
		}
		step := -p.phi / (p.dn - p.dp)
		if !(math.Abs(step) < 50) {
			return 0, false
		}
		x += step
		if x < lowest || x > highest {
			return 0, false
		}
		if math.Abs(step) < 1e-9 {
			return x, true
		}
	}
	return 0, false
}

// unique proves that the root x is the only one: the balance that the flows
// have built up never changes sign at that rate (a pure investment in the sense
// of Teichroew, Robichek and Montalbano, 1965).
func (s *npv) unique(x float64) bool {
	origin := s.t[0]
	if x < 0 {
		origin = s.t[len(s.t)-1]
	}
	balance, sign := 0.0, math.Signbit(s.a[0])
	for i := range len(s.t) - 1 {
		balance += float64(s.a[i] * math.Exp(-x*(s.t[i]-origin)))
		if balance == 0 || math.Signbit(balance) != sign {
			return false
		}
	}
	return true
}

// all finds every root by bisection.
func (s *npv) all() (Rates, error) {
	a, m, b := s.at(lowest), s.at(0), s.at(highest)
	var roots []float64
	if a.phi == 0 {
		roots = append(roots, a.x)
	}
	roots = s.isolate(a, m, roots)
	roots = s.merge(s.isolate(m, b, roots))
	rates := roots[:0]
	for _, x := range roots {
		rate := math.Expm1(x)
		if len(rates) == 0 || rate > rates[len(rates)-1] {
			rates = append(rates, rate)
		}
	}
	if len(rates) == 0 {
		return Rates{}, ErrNoRoot
	}
	nearest := rates[0]
	for _, r := range rates {
		if math.Abs(r) < math.Abs(nearest) {
			nearest = r
		}
	}
	if len(rates) == 1 {
		rates = nil
	}
	return Rates{Rate: nearest, Roots: rates}, nil
}

// φ may be off by rounding alone by a tenth of noise; below flat it counts as
// zero. The band between keeps the search from dithering at the edge.
const noise, flat = 1e-14, 4e-14

// plateau is the width below which a stretch of flat φ counts as one root: near
// a root of order k, φ is flat over about flat^(1/k).
const plateau = 0.05

// merge makes one root of neighbours between which φ does not leave zero: a
// multiple root that rounding has torn apart.
func (s *npv) merge(roots []float64) []float64 {
	kept := roots[:0]
	for i := 0; i < len(roots); {
		last := i
		for last+1 < len(roots) && roots[last+1]-roots[last] < plateau && math.Abs(s.at(roots[last]+(roots[last+1]-roots[last])/2).phi) < 2*flat {
			last++
		}
		kept = append(kept, roots[i]+(roots[last]-roots[i])/2)
		i = last + 1
	}
	return kept
}

// isolate appends the roots in (a.x, b.x] in ascending order.
func (s *npv) isolate(a, b point, roots []float64) []float64 {
	low, high := b.dn-a.dp, a.dn-b.dp // bounds of the slope between a and b
	width := b.x - a.x
	monotone := low >= 0 || high <= 0
	middle := a.x + width/2
	switch {
	case b.phi == 0 && monotone:
		return append(roots, b.x)
	case !monotone && width < plateau && math.Abs(a.phi) < flat && math.Abs(b.phi) < flat:
		return append(roots, middle)
	case monotone || width < 1e-9*(1+math.Abs(middle)):
		if a.phi != 0 && math.Signbit(a.phi) != math.Signbit(b.phi) {
			return append(roots, s.refine(a, b))
		}
		return roots
	case a.phi != 0 && b.phi != 0 && math.Signbit(a.phi) == math.Signbit(b.phi):
		// Two lines of the steepest slopes, one from each end, meet here at the least.
		left, right := math.Abs(a.phi), math.Abs(b.phi)
		down, up := low, high
		if a.phi < 0 {
			down, up = -high, -low
		}
		if s := (right - left - float64(up*width)) / (down - up); left+float64(down*s) > noise {
			return roots
		}
	}
	m := s.at(middle)
	return s.isolate(m, b, s.isolate(a, m, roots))
}

// refine narrows a bracket by Newton steps, bisecting whenever one leaves it.
func (s *npv) refine(a, b point) float64 {
	x := a.x + (b.x-a.x)/2
	for range 100 {
		p := s.at(x)
		if p.phi == 0 {
			return x
		}
		if math.Signbit(p.phi) == math.Signbit(a.phi) {
			a = p
		} else {
			b = p
		}
		next := x - p.phi/(p.dn-p.dp)
		if !(next > a.x && next < b.x) {
			next = a.x + (b.x-a.x)/2
		}
		if math.Abs(next-x) <= 1e-15*(1+math.Abs(x)) || next == a.x || next == b.x {
			return next
		}
		x = next
	}
	return x
}
