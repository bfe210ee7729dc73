package main

import (
	"context"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/series"
)

// estimator makes a covariance matrix of columns of returns.
type estimator struct {
	name string
	of   func([][]float64) ([][]float64, error)
}

func shrunk(f func([][]float64) (covariance.Shrunk, error)) func([][]float64) ([][]float64, error) {
	return func(columns [][]float64) ([][]float64, error) {
		out, err := f(columns)
		return out.Matrix, err
	}
}

var estimators = []estimator{
	{"sample", covariance.Sample},
	{"EWMA 0.97", func(c [][]float64) ([][]float64, error) { return covariance.EWMA(c, 0.97) }},
	{"Ledoit–Wolf, identity", shrunk(covariance.LedoitWolf)},
	{"Ledoit–Wolf, constant correlation", shrunk(covariance.LedoitWolfConstantCorrelation)},
	{"Ledoit–Wolf, single index", shrunk(covariance.LedoitWolfSingleIndex)},
	{"OAS", shrunk(covariance.OAS)},
	{"factors (3 principal components)", components},
}

// components keeps the three largest principal components and each name's own variance.
func components(columns [][]float64) ([][]float64, error) {
	sample, err := covariance.Sample(columns)
	if err != nil {
		return nil, err
	}
	pca, err := covariance.PCA(sample)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(sample))
	for i := range out {
		out[i] = make([]float64, len(sample))
		for j := range out {
			for k := range 3 {
				out[i][j] += float64(pca.Values[k] * float64(pca.Loadings[k][i]*pca.Loadings[k][j]))
			}
		}
		out[i][i] = sample[i][i]
	}
	return out, nil
}

// minimum is what a strategy of least expected volatility did.
type minimum struct {
	returns  []float64
	expected []float64 // deviation a day, by holding period
	turnover float64   // a year
}

// leastVolatile holds, for 21 days at a time, the weights of least expected volatility
// given the window days before.
func leastVolatile(ctx context.Context, r *Returns, window int, low float64, of func([][]float64) ([][]float64, error)) (*minimum, error) {
	out := &minimum{}
	var before []float64
	periods := 0
	for t := window; t+21 <= len(r.Days); t += 21 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		past := make([][]float64, len(r.Columns))
		for i, c := range r.Columns {
			past[i] = c[t-window : t]
		}
		weights := even(len(r.Names))
		if of != nil {
			matrix, err := of(past)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Days[t], err)
			}
			best, err := optimize.MinVolatility(optimize.Problem{Covariance: matrix, Low: low, High: 1})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Days[t], err)
			}
			weights = best.Weights
			out.expected = append(out.expected, best.Volatility)
		}
		for i := range before {
			out.turnover += math.Abs(weights[i]-before[i]) / 2
		}
		before = weights
		periods++
		for k := t; k < t+21; k++ {
			x := 0.0
			for i, w := range weights {
				x += float64(w * r.Columns[i][k])
			}
			out.returns = append(out.returns, x)
		}
	}
	out.turnover *= 12 / float64(max(periods-1, 1))
	return out, nil
}

// bias is the deviation of each period's returns over what was expected: 1 is right.
func (m *minimum) bias() float64 {
	z := make([]float64, 0, len(m.returns))
	for t, x := range m.returns {
		z = append(z, x/m.expected[t/21])
	}
	return series.StdDev(z)
}

func covariances(ctx context.Context, d *Data) (*Section, error) {
	older, err := d.prices("us_stocks_2008_2016")
	if err != nil {
		return nil, err
	}
	newer, err := d.prices("us_large_caps_2014_2021")
	if err != nil {
		return nil, err
	}
	s := &Section{Title: "Estimates of covariance",
		Question: "Does shrinkage find portfolios that turn out calmer than those of the sample covariance, and is the volatility that they promise kept?",
		Method:   "Every 21 days the weights of least volatility (`finance/optimize`) are found from the days before by each estimator of `finance/covariance`, and held for 21 days at constant weights: once with short positions (each weight from −1 to 1), once without. Volatility is what the portfolio then had, a year; bias is the deviation of its returns over the deviation promised: above 1 the promise was too low. Turnover is a year, half of purchases and sales, drift left out.",
	}
	t := Table{Caption: "Out of sample", Head: []string{"companies, window, weights", "estimator", "volatility", "bias", "turnover"}}
	plot := Ranges{Title: "Volatility out of sample, short positions allowed, 126 days of history", X: "% a year"}
	volatilities, biases := map[string]float64{}, map[string]float64{}
	var cases []string
	for _, set := range []struct {
		name     string
		prices   Prices
		from, to date.Date
	}{{"A", older, date.Must(2008, 1, 2), date.Must(2016, 12, 30)}, {"B", newer, date.Must(2014, 1, 2), date.Must(2021, 12, 31)}} {
		r, err := companies(set.prices, set.from, set.to)
		if err != nil {
			return nil, err
		}
		if s.Data != "" {
			s.Data += "; "
		}
		s.Data += fmt.Sprintf("%s: %d companies, %s to %s", set.name, len(r.Names), r.Days[0], r.Days[len(r.Days)-1])
		for _, c := range []struct {
			window int
			low    float64
			words  string
		}{{126, -1, "long and short"}, {252, -1, "long and short"}, {126, 0, "long only"}} {
			label := fmt.Sprintf("%s, %d days, %s", set.name, c.window, c.words)
			cases = append(cases, label)
			equal, err := leastVolatile(ctx, r, c.window, c.low, nil)
			if err != nil {
				return nil, err
			}
			volatilities[label+"equal"] = series.StdDev(equal.returns) * math.Sqrt(252)
			t.add(label, "equal weights", percent(volatilities[label+"equal"], 2), "–", "–")
			for _, e := range estimators {
				m, err := leastVolatile(ctx, r, c.window, c.low, e.of)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", label, e.name, err)
				}
				v, b := series.StdDev(m.returns)*math.Sqrt(252), m.bias()
				volatilities[label+e.name], biases[label+e.name] = v, b
				t.add(label, e.name, percent(v, 2), fixed(b, 2), percent(m.turnover, 0))
				if c.window == 126 && c.low < 0 {
					plot.Rows = append(plot.Rows, Range{Label: set.name + " " + e.name, Low: 1, Mid: 100 * v, High: 0})
				}
			}
		}
	}
	s.Data += "; daily total returns of those that traded throughout."
	s.Tables = append(s.Tables, t)
	s.Plots = append(s.Plots, Plot{"covariance.svg", "Volatility of minimum-variance portfolios out of sample by estimator", plot.Draw})
	wins, equal, honest := 0, 0, 0
	for _, c := range cases {
		if volatilities[c+"sample"] < volatilities[c+"equal"] {
			equal++
		}
	}
	short := []string{cases[0], cases[1], cases[3], cases[4]}
	for _, c := range short {
		worst := 0.0
		for _, e := range estimators[2:6] {
			worst = math.Max(worst, volatilities[c+e.name])
		}
		if worst < volatilities[c+"sample"] {
			wins++
		}
		if biases[c+"sample"] > 1.2 {
			honest++
		}
	}
	s.check(wins == len(short), "with short positions each of the four shrinkages turns out calmer than the sample covariance", "%d of %d cases", wins, len(short))
	s.check(equal == len(cases), "least volatility by any estimate turns out calmer than equal weights", "the sample covariance in %d of %d cases", equal, len(cases))
	s.argue("the sample covariance of 67 companies from 126 days, with short positions, fits noise: its inverse is nearly singular. This is the case for shrinkage, which every one of the four passes; `calc covariance` offers all four beside the sample.")
	s.check(honest == len(short), "the sample covariance promises too little: with short positions its bias is above 1.2", "%d of %d cases", honest, len(short))
	closer := 0
	for _, c := range short {
		if math.Abs(biases[c+estimators[4].name]-1) < math.Abs(biases[c+"sample"]-1) {
			closer++
		}
	}
	s.check(closer == len(short), "shrinkage towards the single index keeps its promise better", "%d of %d cases", closer, len(short))
	s.read("With half as many names as days and short positions the sample covariance mistakes noise for hedges: it turns more than ten times a year and can end up more volatile than equal weights, as in B. Exponential weights make it worse: λ 0.97 leaves some 65 days' worth of history.")
	s.read("The shorter the window beside the number of names, the more shrinkage brings; with 252 days less is left of the difference, and without short positions next to nothing, since the bounds shrink too.")
	s.read("No estimate keeps its promise entirely: the optimiser picks what looks calmest, and volatility itself changes. Companies that did not live through the stretch are missing, which flatters all of them alike.")
	return s, nil
}
