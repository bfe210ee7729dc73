package web

import (
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// suggested shows what is suggested.
func (w *writer) suggested(p *service.Proposal) *view.Suggested {
	v := &view.Suggested{Title: objectiveWord(p.Asked.Objective), Notes: p.Notes, Unmarked: p.Unmarked,
		Note: "by the factor model of " + format.Date(p.From) + " to " + format.Date(p.To)}
	if len(p.Trades) > 0 {
		v.Note = counted(w, len(p.Trades), "trade", "trades") + ", " + v.Note
	}
	v.Plot = w.frontier(p)
	v.Points = w.pointsTable(p)
	v.Weights, v.Why = w.weightsTable(p)
	w.lotsTables(p, v)
	if p.MarketAt == p.MarketAt {
		v.Notes = append(append([]string{}, v.Notes...), benchmarkName(p.Before)+" is expected to return "+w.Percent(p.MarketAt, 1)+" a year, cash "+w.Percent(p.RiskFree, 1)+". A model’s estimate, not advice.")
	}
	return v
}

// frontier draws the frontier with the portfolios on it.
func (w *writer) frontier(p *service.Proposal) *view.FrontierPlot {
	if len(p.Frontier) == 0 {
		return nil
	}
	var f chart.Frontier
	for _, x := range p.Frontier {
		f.Volatility, f.Return = append(f.Volatility, x.Volatility.Float64()), append(f.Return, x.Return.Float64())
	}
	for _, m := range []struct {
		kind, label string
		at          service.ProposedPoint
	}{{"now", "Now", p.Points.Now}, {"wished", "Suggested", p.Points.After}, {"calm", "Least volatility", p.Points.MinVolatility}, {"best", "Best ratio", p.Points.MaxSharpe}} {
		if m.at.Volatility.Known() && m.at.Return.Known() {
			f.Marks = append(f.Marks, chart.FrontierMark{Kind: m.kind, Label: m.label, Volatility: m.at.Volatility.Float64(), Return: m.at.Return.Float64()})
		}
	}
	return f.Draw(w.Locale)
}

// pointsTable has the portfolios in numbers.
func (w *writer) pointsTable(p *service.Proposal) view.Table {
	t := view.Table{Caption: "Portfolios in figures", Head: []string{"A year", "Volatility", "Expected return", "Sharpe", "Gross", "Cash"}}
	for _, x := range []struct {
		name string
		at   service.ProposedPoint
	}{{"Now", p.Points.Now}, {"Suggested", p.Points.After}, {"Best weights", p.Points.Wished}, {"Least volatility", p.Points.MinVolatility}, {"Best ratio", p.Points.MaxSharpe}} {
		if x.at.Volatility.Status == "" {
			continue
		}
		addRow(&t, x.name, w.figure(x.name+", volatility", x.at.Volatility, percent1), w.figure(x.name+", expected return", x.at.Return, percent1), w.figure(x.name+", Sharpe", x.at.Sharpe, ratio),
			w.figure(x.name+", gross", x.at.Gross, percent1), w.figure(x.name+", cash", x.at.Cash, percent1))
	}
	return t
}

// weightsTable has every name, those that are traded first.
func (w *writer) weightsTable(p *service.Proposal) (view.Table, []view.Row) {
	t := view.Table{Caption: "Weights before and after", Head: []string{"Name", "Now", "Best", "After", "Expected return", "Share of risk", "After"}}
	var why []view.Row
	for _, traded := range []bool{true, false} {
		for i := range p.Names {
			n := &p.Names[i]
			if n.Traded != traded {
				continue
			}
			name := n.Symbol
			if n.Candidate {
				name += " (new)"
			}
			if n.Why != "" {
				why = append(why, view.Row{Name: name, Value: capital(n.Why)})
			}
			addRow(&t, name, w.figure(name+", weight", n.Now, percent1), w.figure(name+", best weight", n.Wished, percent1), w.figure(name+", weight after", n.After, percent1),
				w.figure(name+", expected return", n.Expected, percent1), w.figure(name+", share of risk", n.Risk, percent1), w.figure(name+", share of risk after", n.RiskAfter, percent1))
		}
	}
	return t, why
}

// lotsTables have what the trades realise by either choice of lots, and the lots.
func (w *writer) lotsTables(p *service.Proposal, v *view.Suggested) {
	base := string(p.Before.Base)
	v.Choices = view.Table{Caption: "What is realised, by the choice of lots", Head: []string{base, "Short-term", "Long-term", "Tax"}}
	method := methodWord(p.Method)
	if method == "" {
		method = "The portfolio’s method"
	}
	for _, x := range []struct {
		name string
		gain service.RealisedGain
		tax  analysis.Figure
	}{{method, p.Realised.Method, p.Tax.Method}, {"Least tax", p.Realised.LeastTax, p.Tax.LeastTax}} {
		addRow(&v.Choices, x.name, w.figure(x.name+", short-term", x.gain.Short, whole), w.figure(x.name+", long-term", x.gain.Long, whole), w.figure(x.name+", tax", x.tax, whole))
	}
	chosen := "the portfolio’s method, " + strings.ToLower(method)
	if p.Asked.Lots == service.ByLeastTax && len(p.Lots) > 0 {
		chosen = "least tax"
	}
	v.ChosenBy = "The trades below take their lots by " + chosen + ". Turnover " + w.text(p.Turnover, percent1, false) + "; costs " + w.text(p.Costs, whole, false) + " " + base + "."
	if v.LotsEmpty = "No lot is closed."; len(p.Lots) == 0 {
		return
	}
	t := view.Table{Caption: "Lots that are taxed least", Head: []string{"Lots taxed least", "Pieces", "Gain, " + base, "Tax, " + base}}
	for _, l := range p.Lots {
		term := "short-term"
		if l.LongTerm {
			term = "long-term"
		}
		name := l.Symbol + ", " + format.Date(l.Opened) + ", " + term
		addRow(&t, name, view.Figure{Text: w.Quantity(l.Quantity)}, w.figure(name+", gain", l.Gain, whole), w.figure(name+", tax", l.Tax, whole))
	}
	v.Lots = &t
}
