package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/finance/series"
)

// fall is a stretch that is replayed, and the set of companies that lived through it.
type fall struct {
	name, file string
	from, to   date.Date
	begin, end date.Date // of the set
}

// replayed is what companies returned and what the model says in the place of them.
type replayed struct {
	names           []string
	actual, proxied []float64
	market          float64
}

// replay plays a stretch over even amounts of each company with the betas of a day: once
// by their own returns, once as if none of them had traded.
func replay(market *exante.Market, r *Returns, from, to date.Date) (*replayed, error) {
	names := r.Names
	b := &exante.Book{Market: market, Value: float64(len(names))}
	for _, name := range names {
		b.Holdings = append(b.Holdings, exante.Holding{Symbol: name, Asset: name, Value: 1, Currency: "USD"})
	}
	m := exante.NewModel(b)
	if m.Reason != "" {
		return nil, fmt.Errorf("%s: %s", market.AsOf, m.Reason)
	}
	stage := m.Scenarios()
	engine, err := scenario.New(stage)
	if err != nil {
		return nil, err
	}
	what := scenario.Scenario{ID: "replay", Name: "replay", Kind: scenario.KindReplay, Replay: &scenario.Replay{Name: "replay", From: from, To: to}}
	traded, untraded := r.window(m, stage, from, to)
	own, err := engine.Run(what, scenario.Settings{Window: func(scenario.Replay) *scenario.Window { return traded }})
	if err != nil {
		return nil, err
	}
	bare, err := engine.Run(what, scenario.Settings{Window: func(scenario.Replay) *scenario.Window { return untraded }})
	if err != nil {
		return nil, err
	}
	out := &replayed{}
	for i := range own.ByPosition {
		a, p := own.ByPosition[i], bare.ByPosition[i]
		if a.Method == scenario.Replayed && p.Method == scenario.Proxied {
			out.names = append(out.names, names[i])
			out.actual, out.proxied = append(out.actual, a.PnL), append(out.proxied, p.PnL)
		}
	}
	if len(out.actual) < len(names)/2 {
		return nil, fmt.Errorf("only %d of %d companies can be replayed from %s to %s", len(out.actual), len(names), from, to)
	}
	out.market = own.Moves[0]
	return out, nil
}

// window is the past of a replay, with the returns of the companies and without. A model
// of the evening before knows no later day, so the days are put together here.
func (r *Returns) window(m *exante.Model, stage *scenario.Book, from, to date.Date) (traded, untraded *scenario.Window) {
	first, _ := slices.BinarySearch(r.Days, from)
	last, found := slices.BinarySearch(r.Days, to)
	if found {
		last++
	}
	first++ // the return to the close of from is no part of it
	days := r.Days[first:last]
	traded = &scenario.Window{Days: days, Returns: make([][]float64, len(stage.Assets))}
	for _, f := range m.Factors {
		traded.Factors = append(traded.Factors, m.Book.Market.Moves(f.Name, r.Days[first-1:last]))
	}
	untraded = &scenario.Window{Days: days, Returns: make([][]float64, len(stage.Assets)), Factors: traded.Factors}
	for i, p := range stage.Positions {
		if p.Asset >= 0 {
			traded.Returns[p.Asset] = r.Columns[i][first:last]
		}
	}
	return traded, untraded
}

// errors are the mean, the mean size and the correlation of what the model says.
func (r *replayed) errors() (mean, size, correlation, naive float64) {
	n := float64(len(r.actual))
	for i, a := range r.actual {
		mean += (r.proxied[i] - a) / n
		size += math.Abs(r.proxied[i]-a) / n
		naive += math.Abs(r.market-a) / n
	}
	ma, mp := series.Mean(r.actual), series.Mean(r.proxied)
	correlation = series.CrossDeviations(r.actual, r.proxied, ma, mp) /
		math.Sqrt(series.CrossDeviations(r.actual, r.actual, ma, ma)*series.CrossDeviations(r.proxied, r.proxied, mp, mp))
	return mean, size, correlation, naive
}

func replays(ctx context.Context, d *Data) (*Section, error) {
	funds, err := d.funds()
	if err != nil {
		return nil, err
	}
	a, b := "us_stocks_2008_2016", "us_large_caps_2014_2021"
	a0, a1, b0, b1 := date.Must(2008, 1, 2), date.Must(2016, 12, 30), date.Must(2014, 1, 2), date.Must(2021, 12, 31)
	falls := []fall{
		{"autumn 2008", a, date.Must(2008, 9, 12), date.Must(2008, 11, 20), a0, a1},
		{"to March 2009", a, date.Must(2008, 9, 12), date.Must(2009, 3, 9), a0, a1},
		{"summer 2011", a, date.Must(2011, 7, 22), date.Must(2011, 8, 8), a0, a1},
		{"August 2015", b, date.Must(2015, 8, 17), date.Must(2015, 8, 25), b0, b1},
		{"end of 2018", b, date.Must(2018, 9, 20), date.Must(2018, 12, 24), b0, b1},
		{"early 2020", b, date.Must(2020, 2, 19), date.Must(2020, 3, 23), b0, b1},
	}
	s := &Section{Title: "Replays by proxy against the actual returns",
		Question: "When a share did not trade in a crash that is replayed, the program moves it by its betas and the factors of the time. How far is that from what shares did that traded?",
		Method:   "Companies that did trade are replayed twice by `finance/scenario`: by their own returns, and as if they had none. The betas are those of the evening before the fall, and again those of the last day of the set (years later, as for a replay of the past over what is held today). The comparison is a guess that every share moves as the market. Error is proxied less actual return, in points.",
		Data:     "Companies that lived through the whole of 2008 to 2016 or 2014 to 2021; the market, styles, rates and credit by funds.",
	}
	t := Table{Caption: "Proxied against actual returns of companies", Head: []string{"stretch", "market", "companies", "betas of", "book, actual", "book, proxied", "mean size of error", "of the market guess", "correlation"}}
	dots := Chart{Title: "Each company from 2020-02-19 to 2020-03-23: actual return and by proxy", X: "by proxy, betas of the evening before", Y: "actual", Percent: true, XPercent: true, Diagonal: true}
	books, beats, related, late := 0, 0, 0, 0
	var sizes []float64
	far := ""
	for _, f := range falls {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		own, err := d.prices(f.file)
		if err != nil {
			return nil, err
		}
		c, err := companies(own, f.begin, f.end)
		if err != nil {
			return nil, err
		}
		panel, err := d.panel(merged(funds, own))
		if err != nil {
			return nil, err
		}
		for k, asOf := range []date.Date{f.from, f.end} {
			r, err := replay(exante.NewMarket(panel, asOf, "USD", ""), c, f.from, f.to)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.name, err)
			}
			mean, size, correlation, naive := r.errors()
			actual := series.Mean(r.actual)
			t.add(fmt.Sprintf("%s (%s to %s)", f.name, f.from, f.to), percent(r.market, 1), fmt.Sprint(len(r.actual)), asOf.String(), percent(actual, 1), percent(actual+mean, 1), percent(size, 1), percent(naive, 1), fixed(correlation, 2))
			if k == 1 {
				if size < naive {
					late++
				}
				continue
			}
			if math.Abs(mean) < 0.05 {
				books++
			}
			if size < naive {
				beats++
			}
			if correlation > 0.3 {
				related++
			}
			sizes = append(sizes, size)
			if f.from == date.Must(2020, 2, 19) {
				far = r.farthest(4)
				dots.Dots = append(dots.Dots, Dots{"a company", r.proxied, r.actual, 0})
			}
		}
	}
	s.Tables = append(s.Tables, t)
	s.Plots = append(s.Plots, Plot{"replay-2020.svg", "Actual and proxied return of each company in early 2020", dots.Draw})
	n := len(falls)
	s.check(books >= n-1, "a diversified book by proxy, with the betas of the evening before, is within 5 points of what it did, but for one stretch at most", "%d of %d", books, n)
	s.check(beats == n, "company by company the proxy is nearer than the market's return", "%d of %d", beats, n)
	s.argue("in the stretch of August 2015 the two are equal to a tenth of a point, and in early 2020 the betas of the calm year before knew nothing of an epidemic. A proxy stands for a book, not for a company: a replay names every holding that it moves by proxy and is marked as estimated.")
	s.check(related == n, "the proxy tells companies apart: correlation with what they did above 0.3", "%d of %d", related, n)
	s.argue("early 2020 again (0.14): what hit one company and spared another was none of the factors. No estimate from the year before could have known.")
	s.check(late >= n/2, "with the betas of years later it is nearer than the market's return for half of the stretches at least", "%d of %d", late, n)
	s.read("For a whole book a proxy is worth having; for one company it is a rough guide: the mean size of its error runs from %s in the mildest stretch to %s in the worst.", percent(minimumOf(sizes), 1), percent(maximumOf(sizes), 1))
	s.read("A proxy has nothing specific in it. In early 2020 it hardly told companies apart: the betas of the calm year before knew nothing of an epidemic, and were farthest from %s; a plain guess of the market did better there. In short stretches there is little to gain over that guess.", far)
	s.read("Companies that failed are not in the sets, which flatters the result.")
	return s, nil
}

// farthest names the companies whose proxy is farthest off.
func (r *replayed) farthest(count int) string {
	order := make([]int, len(r.names))
	for i := range order {
		order[i] = i
	}
	off := func(i int) float64 { return math.Abs(r.proxied[i] - r.actual[i]) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(off(b), off(a)) })
	var out []string
	for _, i := range order[:min(count, len(order))] {
		out = append(out, fmt.Sprintf("%s (%s, not %s)", r.names[i], percent(r.actual[i], 0), percent(r.proxied[i], 0)))
	}
	return strings.Join(out, ", ")
}

func minimumOf(x []float64) float64 {
	out := math.Inf(1)
	for _, v := range x {
		out = math.Min(out, v)
	}
	return out
}

func maximumOf(x []float64) float64 {
	out := math.Inf(-1)
	for _, v := range x {
		out = math.Max(out, v)
	}
	return out
}
