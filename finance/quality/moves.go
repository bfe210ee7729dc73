package quality

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/series"
)

// moves are the usable closes of a series and the steps between them.
type moves struct {
	s       *Series
	c       *Context
	row     []int32     // of the series; nil where every row is usable
	dates   []date.Date // of the usable closes
	close   []float64
	raw     []float64 // logarithm of the ratio to the close before; 0 for the first
	step    []float64 // raw over the splits and dividends listed in between
	planned []float64 // logarithm of the split ratio listed in between; nil where there is none
	calm    []float64 // scale of the quietest of three blocks around, to pass over ordinary days
	work    []float64
}

// The windows of the scale.
const (
	side     = 60 // moves before and after a day: a quarter of a year, in which volatility holds
	leastOf  = 20 // moves that make a scale
	block    = 64
	untested = 0.03  // the scale of what has fewer: the daily move of a lively share
	floor    = 0.002 // no price is quieter than this to the checks: rounding and bid-ask bounce
)

// newMoves works out the steps. Values that are not positive are left out: they have a
// finding of their own.
func newMoves(s *Series, c *Context) *moves {
	m := &moves{s: s, c: c, dates: s.Dates, close: s.Close}
	for i, v := range s.Close {
		if !(v > 0) || math.IsInf(v, 1) {
			m.usable(i)
			break
		}
	}
	n := len(m.close)
	m.raw, m.work = make([]float64, n), make([]float64, 0, 2*side+block)
	for i := 1; i < n; i++ {
		m.raw[i] = logRatio(m.close[i], m.close[i-1])
	}
	m.step = m.raw
	m.takeOut()
	return m
}

// logRatio is ln(a÷b), by its series where the two are near, as they nearly always are:
// ln((1+y)÷(1−y)) = 2(y + y³/3 + y⁵/5 + …), here right to 1e-12.
func logRatio(a, b float64) float64 {
	y := (a - b) / (a + b)
	if y > 0.02 || y < -0.02 {
		return math.Log(a / b)
	}
	q := float64(y * y)
	return 2 * y * (1 + float64(q*(1.0/3+float64(q*(0.2+q/7)))))
}

// usable keeps the rows with a positive close, of which those before first are.
func (m *moves) usable(first int) {
	s := m.s
	m.row, m.dates, m.close = make([]int32, 0, len(s.Close)), make([]date.Date, 0, len(s.Close)), make([]float64, 0, len(s.Close))
	for i, v := range s.Close {
		if i < first || v > 0 && !math.IsInf(v, 1) {
			m.row, m.dates, m.close = append(m.row, int32(i)), append(m.dates, s.Dates[i]), append(m.close, v)
		}
	}
}

// rowOf is the row of the series that usable close i stands in.
func (m *moves) rowOf(i int) int {
	if m.row == nil {
		return i
	}
	return int(m.row[i])
}

// takeOut removes listed splits from the moves of prices as traded, and listed dividends
// of a size that matters from those of prices that still show them.
func (m *moves) takeOut() {
	a, basis := m.c.Actions, m.s.Basis
	if a == nil || m.s.quantity() != Price || basis == TotalReturn || basis == UnknownBasis || len(m.close) < 2 {
		return
	}
	own := false
	edit := func() {
		if !own {
			m.step, own = append([]float64(nil), m.raw...), true
		}
	}
	last := m.s.adjustedThrough()
	for _, sp := range a.Splits {
		i := m.from(sp.Date)
		if i < 1 || i >= len(m.close) {
			continue
		}
		edit()
		if m.planned == nil {
			m.planned = make([]float64, len(m.close))
		}
		k := math.Log(sp.Ratio.Float64())
		m.planned[i] += k
		if basis == Traded {
			m.step[i] += k
		}
	}
	for _, d := range a.Dividends {
		i := m.from(d.ExDate)
		if i < 1 || i >= len(m.close) || d.Currency != "" && d.Currency != m.s.Currency {
			continue
		}
		paid := d.Amount.Float64()
		if basis == SplitAdjusted {
			paid /= a.SplitFactor(d.ExDate, last)
		}
		// An ordinary dividend is within the usual moves; a special one is a jump.
		if share := paid / m.close[i]; share > 0.01 && share < 1 {
			edit()
			m.step[i] += math.Log1p(share)
		}
	}
}

// from is the first usable close on or after a day.
func (m *moves) from(d date.Date) int {
	lo, hi := 0, len(m.dates)
	for lo < hi {
		mid := (lo + hi) / 2
		if m.dates[mid] < d {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// size turns a sum of sizes of moves, reordering them, into a scale: the larger of what
// the median and the upper quartile say of a normal distribution.
func size(abs []float64) float64 {
	n := len(abs)
	if n == 0 {
		return 0
	}
	half, upper := n/2, min(n-1, 3*n/4)
	series.Select(abs, upper)
	q75 := abs[upper]
	series.Select(abs[:upper+1], half)
	return max(1.4826*abs[half], 0.8693*q75)
}

// blocks works out the scale of each block of moves, and for each block that of the
// quietest among it and its neighbours.
func (m *moves) blocks() {
	n := len(m.step)
	count := (n + block - 1) / block
	own := make([]float64, count)
	for b := range own {
		m.work = m.work[:0]
		for _, x := range m.step[b*block : min(n, (b+1)*block)] {
			m.work = append(m.work, math.Abs(x))
		}
		own[b] = size(m.work)
	}
	m.calm = make([]float64, count)
	for b := range own {
		m.calm[b] = min(own[b], own[max(0, b-1)], own[min(count-1, b+1)])
	}
}

// scale is the usual size of a move about close i, without those from i to end. What came
// after counts because news comes before the uproar it makes; of a day on which hardly
// anything was traded that cannot be said, so that there only what was before counts.
func (m *moves) scale(i, end int) float64 {
	s := m.sized(max(1, i-side), i)
	if s == 0 || !m.thin(i) {
		s = max(s, m.sized(min(end+1, len(m.step)), min(len(m.step), end+1+side)))
	}
	if s == 0 {
		s = m.sized(1, len(m.step))
		if len(m.step) < leastOf {
			s = max(s, untested)
		}
	}
	return max(s*m.uproar(i), floor)
}

// thin reports whether the volume of the day of close i is known to be a fifth of the
// usual at most.
func (m *moves) thin(i int) bool {
	if len(m.s.Volume) == 0 {
		return false
	}
	return 5*at(m.s.Volume, m.rowOf(i)) <= m.usual(i, func(r int) float64 { return at(m.s.Volume, r) })
}

// sized is the scale of the moves in [from, to), 0 where they are too few.
func (m *moves) sized(from, to int) float64 {
	if to-from < leastOf && !(from == 1 && to == len(m.step)) {
		return 0
	}
	m.work = m.work[:0]
	for _, x := range m.step[from:to] {
		m.work = append(m.work, math.Abs(x))
	}
	return size(m.work)
}

// uproar is how much wider than usual the members of the market were spread on the day
// of close i, at least 1: then single moves say less.
func (m *moves) uproar(i int) float64 {
	now := m.c.Market.Spread(m.dates[i])
	if !known(now) {
		return 1
	}
	m.work = m.work[:0]
	for k := max(1, i-side); k < min(len(m.dates), i+side); k++ {
		if x := m.c.Market.Spread(m.dates[k]); known(x) && k != i {
			m.work = append(m.work, x)
		}
	}
	if len(m.work) < leastOf {
		return 1
	}
	series.Select(m.work, len(m.work)/2)
	return max(1, now/max(m.work[len(m.work)/2], binWidth))
}

// strange is what of a move the market does not explain: a share may move with it up to
// twice as far, or not at all.
func strange(move, market float64) float64 {
	if market > 0 {
		return move - max(0, min(move, 2*market))
	}
	return move - min(0, max(move, 2*market))
}

// moved is the strange part of the way from close i to close j.
func (m *moves) moved(i, j int) float64 {
	sum := 0.0
	for k := i + 1; k <= j; k++ {
		sum += m.step[k]
	}
	return strange(sum, m.c.Market.Move(m.dates[i], m.dates[j]))
}
