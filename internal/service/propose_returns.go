package service

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/optimize"
)

// aversion is He and Litterman's risk aversion of the market portfolio (1999): the
// benchmark is then expected to return 2.5 times its variance over cash. tau scales the
// error of the equilibrium, as theirs.
const (
	aversion = 2.5
	tau      = 0.05
)

// expect fills the expected returns; without a source it says why there are none.
func (p *proposer) expect() (why string, err error) {
	m := p.model
	n := len(m.Assets)
	p.out.RiskFree = m.RiskFree
	if p.asked.Returns == PastMeans && len(p.asked.Views) == 0 {
		p.request.Expected = make([]float64, n)
		var short []string
		for i := range m.Assets {
			a := &m.Assets[i]
			switch {
			case a.Cash:
				p.request.Expected[i] = m.RiskFree
			case !math.IsNaN(a.Mean):
				p.request.Expected[i] = a.Mean
			default:
				p.request.Expected[i] = m.RiskFree
				if !p.request.Assets[i].Fixed {
					p.keep(i, fmt.Sprintf("a mean of the past needs a year of prices, it has %d days", a.MeanDays))
				}
				if a.Value != 0 {
					short = append(short, a.Symbol)
				}
			}
		}
		p.note("Expected returns are means of up to five years past, an estimate: their error is of the size of the differences between them.")
		if len(short) > 0 {
			p.note("Without a year of past returns, and expected to return what cash does: " + strings.Join(short, ", ") + ".")
		}
		return "", nil
	}
	if m.Benchmark < 0 {
		return "expected returns follow from a benchmark, and none is set", nil
	}
	variance := m.Covariance[m.Benchmark][m.Benchmark]
	if !(variance > 0) {
		return "the benchmark " + p.out.Benchmark + " is outside the model: " + m.Assets[m.Benchmark].Reason, nil
	}
	premium := aversion * variance
	if p.asked.Market == p.asked.Market {
		if premium = p.asked.Market - m.RiskFree; !(premium > 0) {
			return "", &ledger.Fault{Field: "market", Value: percentWords(p.asked.Market), Problem: "the benchmark is expected to return no more than cash, " + percentWords(m.RiskFree), Cure: "expect more of it, or leave it out"}
		}
	}
	p.out.MarketAt = m.RiskFree + premium
	p.request.Expected = make([]float64, n)
	for i := range m.Assets {
		p.request.Expected[i] = m.RiskFree
		if beta := m.Assets[i].Beta; beta == beta {
			p.request.Expected[i] += float64(beta * premium)
		}
	}
	if len(p.asked.Views) == 0 {
		return "", nil
	}
	return "", p.blend(premium / variance)
}

// blend moves the equilibrium by the views.
func (p *proposer) blend(aversion float64) error {
	m := p.model
	var in []int // what the views may speak of: what moves and is no derivative of something else
	at := map[string]int{}
	for i := range m.Assets {
		a := &m.Assets[i]
		if a.Reason == "" && !a.Cash && !a.Instrument.IsOption() && m.Covariance[i][i] > 0 {
			at[a.Symbol] = len(in)
			in = append(in, i)
		}
	}
	market := optimize.Market{Covariance: make([][]float64, len(in)), Weights: make([]float64, len(in)), Aversion: aversion, Tau: tau, RiskFree: m.RiskFree}
	for a, i := range in {
		market.Covariance[a] = make([]float64, len(in))
		for b, j := range in {
			market.Covariance[a][b] = m.Covariance[i][j]
		}
		if i == m.Benchmark {
			market.Weights[a] = 1
		}
	}
	var views []optimize.View
	for k, v := range p.asked.Views {
		view := optimize.View{Weights: make([]float64, len(in)), Return: v.Return, Uncertainty: math.NaN()}
		for _, side := range []struct {
			symbol string
			weight float64
		}{{v.Symbol, 1}, {v.Over, -1}} {
			if side.symbol == "" {
				continue
			}
			i, ok := at[side.symbol]
			if !ok {
				return &ledger.Fault{Row: k + 1, Field: "views", Value: side.symbol, Problem: "nothing that is modelled has this symbol", Cure: "name a holding, the benchmark, or something that is considered"}
			}
			view.Weights[i] += side.weight
		}
		if v.Confidence == v.Confidence {
			var err error
			if view.Uncertainty, err = optimize.Confident(market.Covariance, view.Weights, tau, v.Confidence); err != nil {
				return &ledger.Fault{Row: k + 1, Field: "views", Value: fmt.Sprint(v.Confidence), Problem: "a confidence lies between 0 and 1", Cure: "change it or leave it out", Err: err}
			}
		}
		views = append(views, view)
	}
	beliefs, err := optimize.BlackLitterman(market, views)
	if err != nil {
		problem := err.Error()
		if errors.Is(err, optimize.ErrSingular) {
			problem = "the views contradict each other, or what is held cannot be told apart"
		}
		return &ledger.Fault{Field: "views", Problem: problem, Cure: "be less certain of them, or leave one out", Err: err}
	}
	for a, i := range in {
		p.request.Expected[i] = beliefs.Expected[a]
	}
	p.note("Your views have moved the expected returns of everything that moves with what they speak of (Black–Litterman).")
	return nil
}

func percentWords(x float64) string { return fmt.Sprintf("%.1f%%", 100*x) }
