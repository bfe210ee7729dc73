package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// sums are the first and second moments of a window of one or two series about a centre.
// They move along with the window and are taken afresh, about the window's own mean, once
// a window and whenever what is left of the sums of squares is small beside what they
// were, so that rounding neither piles up nor outlives an outlier.
type sums struct {
	x, y          []float64 // y nil: one series
	window        int
	cx, cy        float64 // centres
	sx, sy        float64 // Σ (x − cx)
	xx, yy, xy    float64 // Σ (x − cx)², …
	mostXX, mostY float64 // largest sums of squares since they were taken
	age           int
}

// keptShare is the part of the largest sum of squares below which it is taken afresh: the
// moving sum is then still right to about ten digits.
const keptShare = 1e-6

// to moves the window to end with position i; windows are visited one after the other.
func (s *sums) to(i int) {
	if i+1 == s.window || s.age+1 >= s.window {
		s.afresh(i)
		return
	}
	s.age++
	in, gone := s.x[i]-s.cx, s.x[i-s.window]-s.cx
	s.sx += in - gone
	s.xx += float64(in*in) - float64(gone*gone)
	s.mostXX = math.Max(s.mostXX, s.xx)
	if s.y != nil {
		iny, goney := s.y[i]-s.cy, s.y[i-s.window]-s.cy
		s.sy += iny - goney
		s.yy += float64(iny*iny) - float64(goney*goney)
		s.xy += float64(in*iny) - float64(gone*goney)
		s.mostY = math.Max(s.mostY, s.yy)
	}
	if s.spread() < keptShare*s.mostXX || s.y != nil && s.spreadY() < keptShare*s.mostY {
		s.afresh(i)
	}
}

func (s *sums) afresh(i int) {
	inside := s.x[i+1-s.window : i+1]
	s.cx, s.age = series.Mean(inside), 0
	s.sx, s.xx, s.sy, s.yy, s.xy = 0, 0, 0, 0, 0
	var other []float64
	if s.y != nil {
		other = s.y[i+1-s.window : i+1]
		s.cy = series.Mean(other)
	}
	for k, v := range inside {
		d := v - s.cx
		s.sx += d
		s.xx += float64(d * d)
		if other != nil {
			e := other[k] - s.cy
			s.sy += e
			s.yy += float64(e * e)
			s.xy += float64(d * e)
		}
	}
	s.mostXX, s.mostY = s.xx, s.yy
}

// spread and spreadY are the sums of squares about the window's own means, together that
// of the products.
func (s *sums) spread() float64   { return s.xx - float64(s.sx*s.sx)/float64(s.window) }
func (s *sums) spreadY() float64  { return s.yy - float64(s.sy*s.sy)/float64(s.window) }
func (s *sums) together() float64 { return s.xy - float64(s.sx*s.sy)/float64(s.window) }

// mean is the mean of x.
func (s *sums) mean() float64 { return s.cx + s.sx/float64(s.window) }

// still reports whether a deviation is so small beside a mean that the window must be
// looked at by itself: it may not move at all.
func still(squares, mean float64) bool {
	return !(squares > 1e-24*mean*mean)
}

// RollingVolatility is the annualised sample deviation of each window of at least two
// periods.
func RollingVolatility(returns []float64, window int, periodsPerYear float64) []Figure {
	factor := periodsPerYear / float64(window-1)
	return rollingMoments(returns, window, func(squares, _ float64) Figure {
		return measured(math.Sqrt(squares * factor))
	}, func(inside []float64) Figure { return AnnualVolatility(inside, periodsPerYear) })
}

// RollingSharpe is the Sharpe ratio of each window. excess holds r − rf.
func RollingSharpe(excess []float64, window int, periodsPerYear float64) []Figure {
	factor := float64(window-1) * periodsPerYear
	return rollingMoments(excess, window, func(squares, mean float64) Figure {
		return measured(mean * math.Sqrt(factor/squares))
	}, func(inside []float64) Figure { return Sharpe(inside, periodsPerYear) })
}

// rollingMoments makes a figure of the moments of each window, or of the window itself
// where it hardly moves.
func rollingMoments(x []float64, window int, moving func(squares, mean float64) Figure, direct func([]float64) Figure) []Figure {
	if window < 2 {
		window = len(x) + 2
	}
	out := unfilled(len(x), window)
	s := sums{x: x, window: window}
	for i := window - 1; i < len(x); i++ {
		s.to(i)
		squares := s.spread()
		if mean := s.mean(); still(squares, mean) {
			out[i] = direct(x[i+1-window : i+1])
		} else {
			out[i] = moving(squares, mean)
		}
	}
	return out
}

// RollingBeta is the beta to a benchmark over each window.
func RollingBeta(returns, benchmark []float64, window int) []Figure {
	beta, _ := rollingPair(returns, benchmark, window)
	return beta
}

// RollingCorrelation is the correlation with a benchmark over each window.
func RollingCorrelation(returns, benchmark []float64, window int) []Figure {
	_, correlation := rollingPair(returns, benchmark, window)
	return correlation
}

func rollingPair(returns, benchmark []float64, window int) (beta, correlation []Figure) {
	n := len(returns)
	if window < 2 || len(benchmark) != n {
		window = n + 2
	}
	beta, correlation = unfilled(n, window), unfilled(n, window)
	s := sums{x: returns, y: benchmark, window: window}
	for i := window - 1; i < n; i++ {
		s.to(i)
		xx, yy, xy := s.spread(), s.spreadY(), s.together()
		if still(xx, s.mean()) || still(yy, s.cy+s.sy/float64(window)) {
			a := Compare(returns[i+1-window:i+1], benchmark[i+1-window:i+1], nil, 252)
			beta[i], correlation[i] = a.Beta, a.Correlation
			continue
		}
		beta[i] = measured(xy / yy)
		correlation[i] = measured(math.Max(-1, math.Min(1, xy/(math.Sqrt(xx)*math.Sqrt(yy)))))
	}
	return beta, correlation
}
