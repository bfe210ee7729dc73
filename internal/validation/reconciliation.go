package main

import (
	"context"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/series"
)

// outcome is what a book did on the days after a prediction, over what was predicted.
type outcome struct {
	day            date.Date
	total, active  float64 // return over the deviation expected
	loss, limit    float64
	first          bool    // first day of a holding period
	shares, within float64 // Σ of the parts of risk; the model over the history of its window
}

// reconciled follows a book through a set of companies: every 21 days the model is made
// of what was known, and the next 21 days are held against it.
func reconciled(ctx context.Context, d *Data, p Prices, r *Returns, choose map[string]func(t int) []float64, names []string) (map[string][]outcome, error) {
	panel, err := d.panel(p)
	if err != nil {
		return nil, err
	}
	out := map[string][]outcome{}
	spy := r.Columns[len(r.Columns)-1]
	k := risk.NormalTailOf(0, 1, 0.95).VaR.Value
	for t := 273; t+21 <= len(r.Days); t += 21 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		market := exante.NewMarket(panel, r.Days[t-1], "USD", "")
		for _, name := range names {
			weights := choose[name](t)
			b := &exante.Book{Market: market, Value: 1, Benchmark: "SPY"}
			for i, w := range weights {
				if w != 0 {
					b.Holdings = append(b.Holdings, exante.Holding{Symbol: r.Names[i], Asset: r.Names[i], Value: w, Currency: "USD"})
				}
			}
			m := exante.NewModel(b)
			if m.Reason != "" {
				return nil, fmt.Errorf("%s on %s: %s", name, market.AsOf, m.Reason)
			}
			te, _, err := m.TrackingError()
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", name, market.AsOf, err)
			}
			shares := m.SpecificShare()
			for f := range m.Factors {
				shares += m.FactorShare(f)
			}
			for day := t; day < t+21; day++ {
				x := 0.0
				for i, w := range weights {
					x += float64(w * r.Columns[i][day])
				}
				out[name] = append(out[name], outcome{day: r.Days[day], total: x / m.Volatility(), active: (x - spy[day]) / te, loss: -x, limit: k * m.Volatility(),
					first: day == t, shares: shares, within: m.Volatility() / series.StdDev(m.History())})
			}
		}
	}
	return out, nil
}

func reconciliation(ctx context.Context, d *Data) (*Section, error) {
	funds, err := d.funds()
	if err != nil {
		return nil, err
	}
	s := &Section{Title: "The factor model against what happened",
		Question: "Are the volatility, the tracking error and the parametric value at risk of the one factor model what the next month brings, year by year?",
		Method:   "Every 21 days the model of `finance/exante` is made from the 252 days before (market, styles, the ten-year yield and credit, as far as their funds existed), and the next 21 daily returns of the book are divided by the deviation it expects. Their deviation over a year is the bias statistic: 1 is right, above it risk was understated. With 250 independent normal days it lies between 0.91 and 1.09 in 95 of 100 years; real days are neither. Active returns are those over SPY, divided by the tracking error.",
	}
	yearly := Table{Caption: "Bias statistic by year: volatility / tracking error", Head: []string{"book"}}
	whole := Table{Caption: "Over all days", Head: []string{"book", "days", "bias of volatility", "bias of tracking error", "model over history of the same window", "breaches of 95 % VaR", "band", "Kupiec p"}}
	plot := Chart{Title: "Bias statistic of volatility by year", X: "year", Y: "deviation of returns / deviation expected", Level: []float64{1}}
	var good, goodActive, all, calm, calmAll, colour int
	gap, worstGap := 0.0, 1.0
	var rough []string
	rows := [][]string{}
	for _, set := range []struct {
		name, file string
		from, to   date.Date
	}{{"A", "us_stocks_2008_2016", date.Must(2008, 1, 2), date.Must(2016, 12, 30)}, {"B", "us_large_caps_2014_2021", date.Must(2014, 1, 2), date.Must(2021, 12, 31)}} {
		own, err := d.prices(set.file)
		if err != nil {
			return nil, err
		}
		c, err := companies(own, set.from, set.to)
		if err != nil {
			return nil, err
		}
		p := merged(funds, own)
		r, err := align(p, append(append([]string{}, c.Names...), "SPY"), set.from, set.to)
		if err != nil {
			return nil, err
		}
		if s.Data != "" {
			s.Data += "; "
		}
		s.Data += fmt.Sprintf("%s: %d companies, predictions from %s to %s", set.name, len(c.Names), r.Days[272], r.Days[len(r.Days)-1])
		n := len(c.Names)
		bare := &Returns{Days: r.Days, Names: c.Names, Columns: r.Columns[:n]}
		names := []string{"equal weight", "momentum", "long/short"}
		choose := map[string]func(int) []float64{
			"equal weight": func(int) []float64 { return even(n) },
			"momentum":     func(t int) []float64 { return bare.best(t, 252, 21, 10) },
			"long/short": func(t int) []float64 {
				w := bare.best(t, 252, 21, 10)
				for i, v := range bare.best(t, 252, 21, -10) {
					w[i] -= v
				}
				return w
			},
		}
		results, err := reconciled(ctx, d, p, r, choose, names)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			list := results[name]
			label := set.name + " " + name
			days := make([]date.Date, len(list))
			total, active, losses, limits := make([]float64, len(list)), make([]float64, len(list)), make([]float64, len(list)), make([]float64, len(list))
			var within []float64
			for i, o := range list {
				days[i], total[i], active[i], losses[i], limits[i] = o.day, o.total, o.active, o.loss, o.limit
				gap = math.Max(gap, math.Abs(o.shares-1))
				if o.first {
					within = append(within, o.within)
				}
			}
			line := Line{Name: label, Colour: colour}
			colour++
			row := []string{label}
			cells := map[int]string{}
			for _, y := range yearSpans(days) {
				b, a := series.StdDev(total[y.from:y.to]), series.StdDev(active[y.from:y.to])
				line.X, line.Y = append(line.X, float64(y.year)), append(line.Y, b)
				cells[y.year] = fixed(b, 2) + " / " + fixed(a, 2)
				if stormy := y.year == 2011 || y.year == 2018 || y.year == 2020; !stormy {
					calmAll++
					if b > 0.6 && b < 1.35 {
						calm++
					} else {
						rough = append(rough, fmt.Sprintf("%s %d: %.2f", label, y.year, b))
					}
				}
			}
			for y := 2009; y <= 2021; y++ {
				row = append(row, cells[y])
			}
			rows = append(rows, row)
			plot.Lines = append(plot.Lines, line)
			test := risk.RunBacktest(losses, limits, 0.95)
			low, high := band(len(losses), 0.05)
			b, a, w := series.StdDev(total), series.StdDev(active), median(within)
			all++
			if b > 0.85 && b < 1.2 {
				good++
			}
			if a > 0.85 && a < 1.2 {
				goodActive++
			}
			if math.Abs(w-1) > math.Abs(worstGap-1) {
				worstGap = w
			}
			whole.add(label, fmt.Sprint(len(losses)), fixed(b, 2), fixed(a, 2), fixed(w, 3), fmt.Sprint(test.Exceptions), fmt.Sprintf("%d to %d", low, high), likely(test.KupiecP))
		}
	}
	for y := 2009; y <= 2021; y++ {
		yearly.Head = append(yearly.Head, fmt.Sprint(y))
	}
	yearly.Rows = rows
	s.Data += "; funds for the factors, the ten-year yield."
	s.Tables = append(s.Tables, whole, yearly)
	s.Plots = append(s.Plots, Plot{"model-bias.svg", "Bias statistic of the factor model by year", plot.Draw})
	s.check(gap < 1e-9, "the shares of factors and of what is specific add up to one in every prediction", "within %.0e", math.Max(gap, 1e-15))
	s.check(math.Abs(worstGap-1) < 0.1, "the model's volatility is within 10 % of that of the same holdings over the same window (median of a book's predictions)", "farthest %.3f", worstGap)
	s.check(good == all, "over all years the bias of volatility lies between 0.85 and 1.2", "%d of %d books", good, all)
	s.argue("the two long/short books lie above, as does equal weight B, whose seven years include 2020 (2.27 in that year, below 1 in the years around it). The model looks a year back and has no factor for industries; both are named with the figures. Value at risk by filtered history does not share the lateness.")
	s.check(goodActive == all, "so does that of the tracking error", "%d of %d books", goodActive, all)
	s.argue("the long/short book of set B (1.26): ten names a side against SPY, and again 2020.")
	found := ""
	for i, r := range rough {
		if i < 4 {
			found += "; " + r
		}
	}
	s.check(calm >= calmAll*9/10, "in years without a crash (all but 2011, 2018, 2020) the bias of volatility lies between 0.6 and 1.35, nine times of ten", "%d of %d%s", calm, calmAll, found)
	s.read("Over the whole stretch the promise is kept roughly; in single years it is not. The window of a year makes the model late: too low when a crash comes, too high in the year after, which shows as a statistic below one.")
	s.read("What is specific is taken as unrelated between companies. For spread-out books the model's volatility is that of the holdings' own history; for ten long against ten short it lies below it, by a tenth at worst: what such names share beyond the factors, an industry for one, the model does not see. These books show the largest bias, and momentum by winners and losers changes its exposures as it goes. An industry factor would help; until there is one, history is the better guide for them.")
	s.read("The parametric value at risk inherits the lateness, and a bell curve: see the section on value at risk for what does better.")
	return s, nil
}
