package factor

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/foliosight/foliosight/finance/series"
)

// Test is a test statistic and the probability of at least its size when what it
// tests against is so. Both are NaN where there is nothing to test.
type Test struct{ Statistic, P float64 }

var untested = Test{math.NaN(), math.NaN()}

func chiSquared(statistic, degrees float64) Test {
	if !(statistic >= 0) || math.IsInf(statistic, 0) {
		return untested
	}
	return Test{statistic, distuv.ChiSquared{K: degrees}.Survival(statistic)}
}

// JarqueBera tests that residuals are normal, by their population skewness S and
// kurtosis K: n/6 (S² + (K − 3)²/4), two degrees (Jarque and Bera 1987).
func JarqueBera(residuals []float64) Test {
	n := float64(len(residuals))
	if n < 3 || series.Constant(residuals) {
		return untested
	}
	e := inUnits(residuals)
	second, third, fourth := series.Deviations(e, series.Mean(e))
	m2 := second / n
	s, k := third/n/math.Pow(m2, 1.5), fourth/n/(m2*m2)
	return chiSquared(n/6*(float64(s*s)+float64((k-3)*(k-3))/4), 2)
}

// LjungBox tests that residuals are not autocorrelated up to lags periods apart:
// n(n + 2) Σ ρₗ²/(n − l), as many degrees as lags (Ljung and Box 1978). lags below
// one means the lesser of 10 and a fifth of the periods.
func LjungBox(residuals []float64, lags int) Test {
	n := len(residuals)
	if lags < 1 {
		lags = min(10, n/5)
	}
	if lags < 1 || n <= lags || series.Constant(residuals) {
		return untested
	}
	e := inUnits(residuals)
	floats.AddConst(-series.Mean(e), e)
	squares, sum := floats.Dot(e, e), 0.0
	for l := 1; l <= lags; l++ {
		rho := floats.Dot(e[l:], e[:n-l]) / squares
		sum += float64(rho*rho) / float64(n-l)
	}
	return chiSquared(float64(n)*float64(n+2)*sum, float64(lags))
}

// BreuschPagan tests that the variance of residuals does not follow the factors,
// in Koenker's form, which does not lean on normality: n R² of the squared
// residuals on the factors, as many degrees as factors (Breusch and Pagan 1979,
// Koenker 1981).
func (d *Design) BreuschPagan(residuals []float64) Test {
	if len(residuals) != d.Periods() {
		return untested
	}
	squares := inUnits(residuals)
	for t, e := range squares {
		squares[t] = e * e
	}
	fit, err := d.Fit(squares, OLS, 0)
	if err != nil {
		return untested
	}
	return chiSquared(float64(fit.N)*math.Max(fit.R2, 0), float64(len(d.q)))
}

// inUnits is a copy in units of the largest, so that powers stay in range.
func inUnits(x []float64) []float64 {
	out := append([]float64(nil), x...)
	if most := series.Largest(x); most > 0 {
		for i := range out {
			out[i] /= most
		}
	}
	return out
}

// Concern is a reason to read an estimate with care. Value passed Limit.
type Concern struct {
	Code         string
	Factor       string // where it is one factor's
	Value, Limit float64
}

// Limits are where concerns begin.
type Limits struct {
	FullHistory  int     // fewer periods: limited_history
	VIF          float64 // above: collinear, of a factor
	Condition    float64 // above: ill_conditioned, of the set
	Significance float64 // p below: autocorrelated, heteroscedastic, not_normal
}

// CustomaryLimits are a year of trading days, a VIF of 10, a condition number of
// 30 (Belsley, Kuh and Welsch 1980), and 1 %: daily returns of many names fail a
// 5 % test somewhere by chance.
var CustomaryLimits = Limits{FullHistory: 252, VIF: 10, Condition: 30, Significance: 0.01}

// Concerns judges the set of factors.
func (d *Design) Concerns(l Limits) (out []Concern) {
	if n := d.Periods(); n < l.FullHistory {
		out = append(out, Concern{Code: "limited_history", Value: float64(n), Limit: float64(l.FullHistory)})
	}
	if d.Condition > l.Condition {
		out = append(out, Concern{Code: "ill_conditioned", Value: d.Condition, Limit: l.Condition})
	}
	for j, v := range d.VIF {
		if v > l.VIF {
			out = append(out, Concern{"collinear", d.Names[j], v, l.VIF})
		}
	}
	return out
}

// Concerns judges one estimate: its history, and whether its residuals are what
// classical errors assume. Where they are autocorrelated or of unequal variance,
// HAC errors are the ones to read.
func (e *Estimate) Concerns(l Limits) (out []Concern) {
	if e.Err != nil {
		return nil
	}
	if e.Periods < l.FullHistory {
		out = append(out, Concern{Code: "limited_history", Value: float64(e.Periods), Limit: float64(l.FullHistory)})
	}
	if e.Fit.T == nil { // nothing is left over
		return out
	}
	for _, c := range []struct {
		code string
		test Test
	}{{"autocorrelated", LjungBox(e.Fit.Residuals, 0)}, {"heteroscedastic", e.Design.BreuschPagan(e.Fit.Residuals)}, {"not_normal", JarqueBera(e.Fit.Residuals)}} {
		if c.test.P < l.Significance {
			out = append(out, Concern{Code: c.code, Value: c.test.P, Limit: l.Significance})
		}
	}
	return out
}
