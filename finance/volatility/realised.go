package volatility

import (
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
)

// Direction is where volatility has been going.
type Direction string

// The directions of a trend.
const (
	Rising  Direction = "rising"
	Falling Direction = "falling"
	Steady  Direction = "steady"
)

// Realised is the volatility that was: the sample deviation of the last window
// of returns, a year; how that figure has moved; and how high it stands.
type Realised struct {
	Window     int
	Volatility risk.Figure // annual
	Trend      Trend
	Percentile risk.Figure // share of the readings of the past year not above the last one, in (0, 1]
	Readings   int         // how many readings that is
}

// Trend is the straight line through the last readings of a rolling volatility,
// as many as its window is long. Slope is its rise a period in annual volatility.
// Readings of neighbouring periods share most of their returns, so R2 describes
// the line and tests nothing.
type Trend struct {
	Slope, R2 risk.Figure
	Direction Direction // "" when there is no trend to be had
}

// A trend is rising or falling when its line moved by a tenth of the mean
// reading over its length and explains a third of what the readings did.
const (
	trendMove = 0.10
	trendFit  = 1.0 / 3
)

// A percentile is taken among the readings of a year of trading, of which a
// quarter must be there.
const (
	yearReadings  = 252
	leastReadings = 63
)

// Realise measures the volatility of the last window of returns, with trend and
// percentile among the rolling readings before.
func Realise(returns []float64, window int, periodsPerYear float64) Realised {
	out := Realised{Window: window}
	none := func(r risk.Reason) risk.Figure { return risk.Figure{Reason: r} }
	if len(returns) < window || window < 2 {
		reason := risk.TooShort
		if len(returns) == 0 {
			reason = risk.Empty
		}
		out.Volatility, out.Percentile = none(reason), none(reason)
		out.Trend = Trend{Slope: none(reason), R2: none(reason)}
		return out
	}
	var readings []float64
	recent := returns[max(0, len(returns)-yearReadings-window+1):]
	for _, f := range risk.RollingVolatility(recent, window, periodsPerYear)[window-1:] {
		if !f.Known() {
			out.Volatility, out.Percentile = f, f
			out.Trend = Trend{Slope: f, R2: f}
			return out
		}
		readings = append(readings, f.Value)
	}
	last := readings[len(readings)-1]
	out.Volatility, out.Readings = risk.Figure{Value: last}, len(readings)
	out.Percentile = none(risk.TooShort)
	if len(readings) >= leastReadings {
		below := 0
		for _, v := range readings {
			if v <= last {
				below++
			}
		}
		out.Percentile = risk.Figure{Value: float64(below) / float64(len(readings))}
	}
	out.Trend = trendOf(readings, window)
	return out
}

// trendOf fits a line to the last n readings.
func trendOf(readings []float64, n int) Trend {
	if len(readings) < n {
		f := risk.Figure{Reason: risk.TooShort}
		return Trend{Slope: f, R2: f}
	}
	y := readings[len(readings)-n:]
	mean, middle := series.Mean(y), float64(n-1)/2
	var xx, xy, yy float64
	for i, v := range y {
		dx, dy := float64(i)-middle, v-mean
		xx += float64(dx * dx)
		xy += float64(dx * dy)
		yy += float64(dy * dy)
	}
	out := Trend{Slope: figure(xy / xx), Direction: Steady}
	if !out.Slope.Known() {
		return Trend{Slope: out.Slope, R2: out.Slope}
	}
	if !(math.Sqrt(yy) > 1e-12*math.Abs(mean)) {
		out.Slope, out.R2 = risk.Figure{}, risk.Figure{Reason: risk.NoVolatility}
		return out
	}
	out.R2 = figure(xy / xx * (xy / yy))
	if out.R2.Known() && out.R2.Value >= trendFit && math.Abs(out.Slope.Value*float64(n-1)) >= trendMove*mean {
		if out.Direction = Rising; out.Slope.Value < 0 {
			out.Direction = Falling
		}
	}
	return out
}
