package main

import (
	"context"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/series"
)

// fund is an exchange-traded fund with the beta to SPY that its contents suggest.
type fund struct {
	symbol, what string
	low, high    float64
}

// funds with bands written down before the betas were computed: what a fund holds says
// whether it moves less than the market, with it or more.
var funds = []fund{
	{"USMV", "minimum volatility", 0.6, 0.9},
	{"XLP", "consumer staples", 0.4, 0.85},
	{"XLU", "utilities", 0.2, 0.85},
	{"VHT", "health care", 0.75, 1.1},
	{"XLI", "industrials", 0.95, 1.25},
	{"XLB", "materials", 0.95, 1.25},
	{"XLY", "consumer discretionary", 0.95, 1.2},
	{"XLK", "technology", 1.05, 1.35},
	{"QQQ", "Nasdaq 100", 1.0, 1.3},
	{"XLE", "energy", 1.0, 1.5},
	{"IWM", "small companies", 1.0, 1.35},
	{"IWD", "value", 0.9, 1.1},
	{"IWF", "growth", 0.95, 1.1},
	{"MTUM", "momentum", 0.9, 1.2},
	{"QUAL", "quality", 0.9, 1.05},
	{"VLUE", "value, by sector", 0.95, 1.15},
	{"AGG", "investment-grade bonds", -0.15, 0.15},
	{"TLT", "Treasury bonds over 20 years", -0.7, 0},
}

func betas(ctx context.Context, d *Data) (*Section, error) {
	p, err := d.funds()
	if err != nil {
		return nil, err
	}
	symbols := []string{"SPY"}
	for _, f := range funds {
		symbols = append(symbols, f.symbol)
	}
	r, err := align(p, symbols, date.Must(2013, 8, 1), date.Must(2020, 12, 31))
	if err != nil {
		return nil, err
	}
	s := &Section{Title: "Factor betas of funds",
		Question: "Are the betas of sector and style funds what their contents say, how sure are they, and do they last?",
		Data: fmt.Sprintf("Daily total returns of %d funds and SPY, %s to %s (%d days that all of them have); the five factors of Fama and French with momentum for the same days.",
			len(funds), r.Days[0], r.Days[len(r.Days)-1], len(r.Days)),
		Method: "Least squares on SPY with errors robust to unequal variance and autocorrelation (`finance/factor`, HAC), then on the six factors over the risk-free rate. The bands were written down before the regressions were run. Last, the market beta of the model that the program uses (`finance/exante`, one year, jointly with styles, rates and credit).",
	}
	if err := s.marketBetas(r); err != nil {
		return nil, err
	}
	if err := s.stability(r); err != nil {
		return nil, err
	}
	if err := s.famaFrench(d, r); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s, s.jointBetas(d, p, r)
}

// funds are the total returns of all funds; the sets overlap, and the first one counts.
func (d *Data) funds() (Prices, error) {
	var sets []Prices
	for _, name := range []string{"factor_proxies_adjclose", "factor_etfs_ohlc", "us_actions_2010_2022", "us_etfs_unadjusted_2005_2020"} {
		p, err := d.prices(name)
		if err != nil {
			return nil, err
		}
		sets = append(sets, p)
	}
	return merged(sets...), nil
}

// oneBeta regresses a series on one other, with HAC errors.
func oneBeta(market, returns []float64) (factor.Fit, error) {
	design, err := factor.NewDesign([]string{factor.Market}, [][]float64{market})
	if err != nil {
		return factor.Fit{}, err
	}
	return design.Fit(returns, factor.HAC, -1)
}

func (s *Section) marketBetas(r *Returns) error {
	t := Table{Caption: "Beta to SPY with its 95 % interval", Head: []string{"fund", "beta", "interval", "R²", "expected"}}
	plot := Ranges{Title: "Beta to SPY, 95 % interval", X: "beta", At: []float64{0, 1}, Names: []string{"as expected", "outside"}}
	inside := 0
	var outside string
	for i, f := range funds {
		fit, err := oneBeta(r.Columns[0], r.Columns[i+1])
		if err != nil {
			return fmt.Errorf("%s: %w", f.symbol, err)
		}
		beta, wide := fit.Params[1], 1.96*fit.SE[1]
		row := Range{Label: f.symbol + " " + f.what, Low: beta - wide, Mid: beta, High: beta + wide}
		if beta >= f.low && beta <= f.high {
			inside++
		} else {
			row.Colour = 1
			outside += fmt.Sprintf("; %s %.2f", f.symbol, beta)
		}
		plot.Rows = append(plot.Rows, row)
		t.add(f.symbol+" "+f.what, fixed(beta, 3), fixed(beta-wide, 2)+" to "+fixed(beta+wide, 2), fixed(fit.R2, 3), fixed(f.low, 2)+" to "+fixed(f.high, 2))
	}
	s.Tables = append(s.Tables, t)
	s.Plots = append(s.Plots, Plot{"betas.svg", "Beta of each fund to SPY with its interval", plot.Draw})
	s.check(inside == len(funds), "every fund's beta lies in the band its contents suggest", "%d of %d%s", inside, len(funds), outside)
	return nil
}

// stability fits every calendar year alone.
func (s *Section) stability(r *Returns) error {
	shown := map[string]int{"USMV": 0, "XLU": 1, "XLK": 2, "XLE": 3, "IWM": 4, "VHT": 5}
	plot := Chart{Title: "Beta to SPY, a year at a time", X: "year", Y: "beta", Level: []float64{1}}
	t := Table{Caption: "Beta of each calendar year", Head: []string{"fund"}}
	spans := yearSpans(r.Days)
	for _, y := range spans {
		t.Head = append(t.Head, fmt.Sprint(y.year))
	}
	t.Head = append(t.Head, "deviation")
	calm := 0
	for i, f := range funds {
		row := []string{f.symbol}
		var xs, ys []float64
		for _, y := range spans {
			fit, err := oneBeta(r.Columns[0][y.from:y.to], r.Columns[i+1][y.from:y.to])
			if err != nil {
				return fmt.Errorf("%s %d: %w", f.symbol, y.year, err)
			}
			row = append(row, fixed(fit.Params[1], 2))
			xs, ys = append(xs, float64(y.year)), append(ys, fit.Params[1])
		}
		deviation := series.StdDev(ys)
		if deviation < 0.25 {
			calm++
		}
		t.add(append(row, fixed(deviation, 2))...)
		if colour, ok := shown[f.symbol]; ok {
			plot.Lines = append(plot.Lines, Line{f.symbol, xs, ys, colour})
		}
	}
	s.Tables = append(s.Tables, t)
	s.Plots = append(s.Plots, Plot{"betas-by-year.svg", "Beta of six funds in each year", plot.Draw})
	s.check(calm == len(funds), "from year to year a beta deviates by less than 0.25", "%d of %d", calm, len(funds))
	s.argue("utilities fell with the market in 2020 and went their own way in the calm years before. The betas are right for their years, as the second regression by year shows; they are not constant. The program says the window with every beta and an interval with each, and the interval is of the window.")
	return nil
}

// yearSpan is the part of a series that lies in one calendar year.
type yearSpan struct{ year, from, to int }

// yearSpans splits days into calendar years of at least 60 of them.
func yearSpans(days []date.Date) (out []yearSpan) {
	for i := 0; i < len(days); {
		j := i
		for j < len(days) && days[j].Year() == days[i].Year() {
			j++
		}
		if j-i >= 60 {
			out = append(out, yearSpan{days[i].Year(), i, j})
		}
		i = j
	}
	return out
}

// jointBetas are those of the program's own model, on the last year of each calendar year.
func (s *Section) jointBetas(d *Data, p Prices, r *Returns) error {
	panel, err := d.panel(p)
	if err != nil {
		return err
	}
	t := Table{Caption: "Market beta of the program's model (joint fit) and of SPY alone, the same 252 days", Head: []string{"fund", "2015 joint", "alone", "2017 joint", "alone", "2019 joint", "alone"}}
	rows := make([][]string, len(funds))
	worst, name := 0.0, ""
	for _, year := range []int{2015, 2017, 2019} {
		m := exante.NewMarket(panel, date.Must(year, 12, 31), "USD", "")
		if m.Reason != "" {
			return fmt.Errorf("model of %d: %s", year, m.Reason)
		}
		for i, f := range funds {
			a := m.Asset(f.symbol, nil)
			if !a.Fitted() {
				return fmt.Errorf("%s in %d: %s", f.symbol, year, a.Reason)
			}
			y, x := known(a.Returns, m.Factors[0].Column)
			fit, err := oneBeta(x, y)
			if err != nil {
				return err
			}
			rows[i] = append(rows[i], fixed(a.Betas[0], 2), fixed(fit.Params[1], 2))
			if diff := math.Abs(a.Betas[0] - fit.Params[1]); diff > worst && f.symbol != "AGG" && f.symbol != "TLT" {
				worst, name = diff, fmt.Sprintf("%s in %d", f.symbol, year)
			}
		}
	}
	for i, f := range funds {
		t.add(append([]string{f.symbol}, rows[i]...)...)
	}
	s.Tables = append(s.Tables, t)
	s.check(worst < 0.25, "betas of share funds do not explode in the joint fit: within 0.25 of the simple beta", "the largest difference is %.2f, %s", worst, name)
	s.read("Defensive funds lie below one; technology, energy and small companies above. The intervals are of the average over the stretch; a single year wanders farther than they say. Utilities are the extreme: they fell with the market in 2020 and went their own way for years before, which is why their interval is wide and their R² low.")
	s.read("A beta from one year is therefore a statement about that year, and an interval shown with it understates what may come.")
	s.read("In the joint fit styles are cleaned of the market, so the market beta of share funds stays near the simple one. What is left of the difference comes from rates and credit, which are not cleaned: the negative beta of bonds goes over to the ten-year yield almost wholly, and a part of that of utilities with it.")
	return nil
}

// known keeps the places where the first series has a value.
func known(a, b []float64) (x, y []float64) {
	for t := range a {
		if a[t] == a[t] {
			x, y = append(x, a[t]), append(y, b[t])
		}
	}
	return x, y
}
