package main

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
)

// loading is a beta to one of Fama and French's factors whose sign the fund's rule says.
type loading struct {
	symbol, factor string
	low, high      float64
}

var loadings = []loading{
	{"SPY", factor.MarketExcess, 0.95, 1.03}, {"SPY", factor.SmallMinusBig, -0.25, 0},
	{"IWM", factor.SmallMinusBig, 0.6, 1.05}, {"IWD", factor.HighMinusLow, 0.1, 0.6}, {"IWF", factor.HighMinusLow, -0.6, -0.05},
	{"VLUE", factor.HighMinusLow, 0.1, 0.7}, {"MTUM", factor.WinnersMinusLosers, 0.1, 0.6}, {"QUAL", factor.RobustMinusWeak, 0.02, 0.4},
	{"USMV", factor.MarketExcess, 0.6, 0.9}, {"USMV", factor.ConservativeMinusAggressive, 0, 0.5}, {"XLE", factor.HighMinusLow, 0.2, 1.5}, {"XLK", factor.HighMinusLow, -0.8, -0.05},
}

// frenchColumns are the library's factors on given days, as fractions.
func (d *Data) frenchColumns(days []date.Date) (map[string][]float64, error) {
	g, err := d.grid("factors/fama_french_5_mom_daily.csv.gz", 0.01)
	if err != nil {
		return nil, err
	}
	at := map[date.Date]int{}
	for i, day := range g.Days {
		at[day] = i
	}
	out := map[string][]float64{}
	for _, day := range days {
		i, ok := at[day]
		if !ok {
			return nil, fmt.Errorf("factors/fama_french_5_mom_daily.csv.gz: %s, a day of trading, is missing", day)
		}
		for _, name := range g.Names {
			out[name] = append(out[name], g.Columns[name][i])
		}
	}
	return out, nil
}

func (s *Section) famaFrench(d *Data, r *Returns) error {
	french, err := d.frenchColumns(r.Days)
	if err != nil {
		return err
	}
	set := factor.FamaFrench()
	names, columns, err := set.Columns(french)
	if err != nil {
		return err
	}
	design, err := factor.NewDesign(names, columns)
	if err != nil {
		return err
	}
	t := Table{Caption: "Fama and French's five factors with momentum: betas (t by HAC errors)", Head: append([]string{"fund"}, append(append([]string{}, names...), "R²")...)}
	fits := map[string]factor.Fit{}
	for i, symbol := range r.Names {
		over, err := factor.Excess(r.Columns[i], french[set.RiskFree])
		if err != nil {
			return err
		}
		fit, err := design.Fit(over, factor.HAC, -1)
		if err != nil {
			return fmt.Errorf("%s: %w", symbol, err)
		}
		fits[symbol] = fit
		row := []string{symbol}
		for k := range names {
			row = append(row, fmt.Sprintf("%s (%s)", fixed(fit.Params[k+1], 2), fixed(fit.T[k+1], 0)))
		}
		t.add(append(row, fixed(fit.R2, 3))...)
	}
	s.Tables = append(s.Tables, t)
	inside, outside := 0, ""
	for _, l := range loadings {
		fit := fits[l.symbol]
		beta := math.NaN()
		for k, name := range names {
			if name == l.factor {
				beta = fit.Params[k+1]
			}
		}
		if beta >= l.low && beta <= l.high {
			inside++
		} else {
			outside += fmt.Sprintf("; %s on %s %.2f, not %.2f to %.2f", l.symbol, l.factor, beta, l.low, l.high)
		}
	}
	s.check(inside == len(loadings), fmt.Sprintf("%d loadings that a fund's rule says have its sign and size", len(loadings)), "%d of %d%s", inside, len(loadings), outside)
	s.check(fits["SPY"].R2 > 0.98, "the six factors explain SPY", "R² %.4f", fits["SPY"].R2)
	return nil
}
