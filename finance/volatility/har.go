package volatility

import (
	"errors"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
)

// The stretches of the HAR regression, a day, a week and a month of trading, and
// how many returns it needs: two months more than the longest.
const (
	week     = 5
	month    = 22
	LeastHAR = 3 * month
)

// Har is the regression of the squared return of a period on the means of the
// squared returns of the 1, 5 and 22 periods before it:
//
//	rₜ² = c + d rₜ₋₁² + w mean(rₜ₋₁²…rₜ₋₅²) + m mean(rₜ₋₁²…rₜ₋₂₂²) + error
//
// It forecasts a mean squared return, by least squares; SE are robust to
// autocorrelation (HAC), in the order constant, day, week, month.
type Har struct {
	Constant, Day, Week, Month float64
	SE                         []float64 // nil when nothing is left to judge by
	R2                         float64
	N                          int // equations
	recent                     []float64
}

// FitHAR estimates the regression.
func FitHAR(returns []float64) (Har, risk.Reason) {
	if reason := usable(returns, LeastHAR); reason != "" {
		return Har{}, reason
	}
	squares := make([]float64, len(returns))
	largest := series.Largest(returns)
	for i, r := range returns {
		squares[i] = (r / largest) * (r / largest)
	}
	n := len(squares) - month
	day, weekly, monthly := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		day[i], weekly[i], monthly[i] = averages(squares[:i+month])
	}
	unit := largest * largest
	design, err := factor.NewDesign([]string{"day", "week", "month"}, [][]float64{day, weekly, monthly})
	if err != nil {
		if errors.Is(err, factor.ErrCollinear) {
			return Har{}, Collinear
		}
		return Har{}, risk.TooShort
	}
	f, err := design.Fit(squares[month:], factor.HAC, -1)
	if err != nil {
		return Har{}, risk.NoVolatility
	}
	out := Har{
		Constant: f.Params[0] * unit, Day: f.Params[1], Week: f.Params[2], Month: f.Params[3],
		R2: f.R2, N: n, SE: f.SE,
		recent: make([]float64, month),
	}
	if f.SE != nil {
		f.SE[0] *= unit
	}
	for i, s := range squares[len(squares)-month:] {
		out.recent[i] = s * unit
	}
	if series.FirstBad(out.recent) >= 0 || series.FirstBad(f.Params) >= 0 || series.FirstBad(f.SE) >= 0 || !figure(f.R2).Known() {
		return Har{}, risk.OutOfRange
	}
	return out, ""
}

// averages are the means of the last 1, 5 and 22 values of x.
func averages(x []float64) (day, weekly, monthly float64) {
	n := len(x)
	return x[n-1], series.Mean(x[n-week:]), series.Mean(x[n-month:])
}

// Forecast repeats the regression with its own forecasts in the place of squares
// yet to come. A least-squares line can fall below zero: such a value is left as
// it is and volatilities over it are refused (Negative).
func (m Har) Forecast(h int) Forecast {
	known := append([]float64(nil), m.recent...)
	for range max(h, 0) {
		day, weekly, monthly := averages(known)
		known = append(known, m.Constant+float64(m.Day*day)+float64(m.Week*weekly)+float64(m.Month*monthly))
	}
	return known[len(m.recent):]
}
