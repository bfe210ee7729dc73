package main

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/risk"
)

// warm is how many days lie before the first day tested, the same for every method:
// what filtered history needs.
const warm = 301

// method predicts the tail of each day of a series from the days before it.
type method struct {
	name    string
	degrees float64 // of the distribution that its ES test takes for right
	run     func(returns []float64, confidence float64) (limits, shortfalls []float64, err error)
}

var methods = []method{
	{"historical", 5, rolling(risk.RollingHistorical, 252)},
	{"normal", 0, windowed(risk.NormalTail)},
	{"Student-t", 5, student},
	{"EWMA normal", 0, rolling(risk.RollingNormal, 252)},
	{"filtered", 5, rolling(risk.RollingFiltered, 1000)},
}

// rolling is a method of the program's own backtest, with so many days of history as
// soon as there are, from 252 on.
func rolling(m risk.RollingMethod, most int) func([]float64, float64) ([]float64, []float64, error) {
	return func(returns []float64, confidence float64) ([]float64, []float64, error) {
		out, reason, err := risk.RollingBacktest{Method: m, Window: most, Least: 252, Confidence: confidence, Days: len(returns) - warm}.Run(returns)
		if err == nil && reason != "" {
			err = fmt.Errorf("%s: %s", m, reason)
		}
		return out.VaR, out.ES, err
	}
}

// windowed fits a tail to the last 252 days.
func windowed(tail func([]float64, float64) risk.Tail) func([]float64, float64) ([]float64, []float64, error) {
	return func(returns []float64, confidence float64) (limits, shortfalls []float64, err error) {
		for t := warm; t < len(returns); t++ {
			fit := tail(returns[t-252:t], confidence)
			if !fit.VaR.Known() || !fit.ES.Known() {
				return nil, nil, fmt.Errorf("day %d: %s%s", t, fit.VaR.Reason, fit.ES.Reason)
			}
			limits, shortfalls = append(limits, fit.VaR.Value), append(shortfalls, fit.ES.Value)
		}
		return limits, shortfalls, nil
	}
}

// student fits Student's t to the last 252 days, anew every fifth day.
func student(returns []float64, confidence float64) (limits, shortfalls []float64, err error) {
	var tail risk.Tail
	for t := warm; t < len(returns); t++ {
		if (t-warm)%5 == 0 {
			if tail = risk.StudentTail(returns[t-252:t], confidence); !tail.VaR.Known() || !tail.ES.Known() {
				return nil, nil, fmt.Errorf("day %d: %s%s", t, tail.VaR.Reason, tail.ES.Reason)
			}
		}
		limits, shortfalls = append(limits, tail.VaR.Value), append(shortfalls, tail.ES.Value)
	}
	return limits, shortfalls, nil
}

// tested is one method on one portfolio at one confidence.
type tested struct {
	coverage   risk.Backtest
	shortfall  risk.ESBacktest
	durations  risk.Durations
	low, high  int
	limits     []float64
	losses     []float64
	confidence float64
}

func (t *tested) inside() bool {
	return t.coverage.Exceptions >= t.low && t.coverage.Exceptions <= t.high
}

func (m method) test(returns []float64, confidence float64) (*tested, error) {
	limits, shortfalls, err := m.run(returns, confidence)
	if err != nil {
		return nil, err
	}
	out := &tested{limits: limits, losses: make([]float64, len(limits)), confidence: confidence}
	for i := range out.losses {
		out.losses[i] = -returns[warm+i]
	}
	out.coverage = risk.RunBacktest(out.losses, limits, confidence)
	out.durations = risk.DurationTest(out.losses, limits)
	out.shortfall = risk.RunESBacktest(out.losses, limits, shortfalls, confidence, risk.ESNull{Degrees: m.degrees, Trials: 1000, Seed: 1})
	out.low, out.high = band(len(limits), 1-confidence)
	return out, nil
}

// band is where a binomial count lies in 95 of 100 cases: the 2.5 % and 97.5 % quantiles.
func band(n int, p float64) (low, high int) {
	sum, low := 0.0, -1
	for k := range n + 1 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		sum += math.Exp(a - b - c + float64(float64(k)*math.Log(p)) + float64(float64(n-k)*math.Log1p(-p)))
		if low < 0 && sum >= 0.025 {
			low = k
		}
		if sum >= 0.975 {
			return low, k
		}
	}
	return low, n
}
