package web

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// How many positions are shown one by one unless all are asked for.
const (
	losersShown  = 9
	winnersShown = 6
)

// methodWords say how a position was valued where it is not in proportion.
var methodWords = map[string]string{string(scenario.OptionPriced): "priced anew", string(scenario.BondPriced): "priced anew", string(scenario.Proxied): "by betas"}

// part is a line on its way: what is displayed is rounded so that it adds up.
type part struct {
	name, note, kind string
	value, move      float64
	pnl, actual      float64
}

// byPosition splits a result by position; the smaller ones stand together.
func (p *scenariosPage) byPosition(s *analysis.Scenario, c *view.ChosenScenario) view.ScenarioParts {
	w := p.w
	list := make([]part, 0, len(s.Positions))
	for _, x := range s.Positions {
		list = append(list, part{name: w.short(x.Symbol), kind: w.kindOf(x), note: methodWords[x.Method], value: x.Value, move: x.Move, pnl: x.PnL, actual: x.PnL})
	}
	out := p.parts(list, s, "scenario_part")
	out.Label, out.Head, out.Values = "Position", "Position", true
	if n := len(out.Rows); n > losersShown+winnersShown+2 {
		if p.Form.Get("positions") == "all" {
			return out
		}
		c.More = &view.Link{Label: "All " + w.Count(n), Href: p.at("show", p.show, "id", s.ID, "positions", "all")}
		out = p.parts(w.shortened(list, s.PnL.Float64()), s, "scenario_part")
		out.Label, out.Head, out.Values = "Position", "Position", true
	}
	return out
}

// kindOf is the side of a position in a word.
func (w *writer) kindOf(x analysis.ScenarioPosition) string {
	switch x.Group {
	case analysis.Options:
		if x.Value < 0 {
			return "option, short"
		}
		return "option"
	case analysis.CashGroup:
		return "cash"
	}
	return string(x.Group)
}

// shortened keeps the largest losers and winners and puts the others together.
func (w *writer) shortened(list []part, total float64) []part {
	slices.SortStableFunc(list, func(x, y part) int { return cmp.Compare(x.actual, y.actual) })
	last := len(list) - winnersShown
	rest := part{move: math.NaN(), name: w.Count(last-losersShown) + " smaller positions"}
	for _, x := range list[losersShown:last] {
		rest.value, rest.pnl = rest.value+x.value, rest.pnl+x.pnl
	}
	rest.actual = rest.pnl
	kept := append(slices.Clone(list[:losersShown]), rest)
	return append(kept, list[last:]...)
}

// byName splits a result by sector or factor.
func (p *scenariosPage) byName(label string, parts []analysis.ScenarioPart, s *analysis.Scenario) view.ScenarioParts {
	list := make([]part, 0, len(parts))
	for _, x := range parts {
		list = append(list, part{name: named(x.Name), pnl: x.PnL, actual: x.PnL})
	}
	method := "scenario_group"
	if label == "Factor" {
		method = "scenario_factor"
	}
	out := p.parts(list, s, method)
	out.Label, out.Head = label, label
	if label == "Factor" {
		out.Note = "Betas times the moves of the factors; what options and replays add beyond that stands apart."
	}
	return out
}

// parts writes lines that add up to the scenario's total, worst first; what stands for
// several stays between losses and gains. method is how a line is explained.
func (p *scenariosPage) parts(list []part, s *analysis.Scenario, method string) view.ScenarioParts {
	w := p.w
	total := s.PnL.Float64()
	pnl, shares := make([]float64, len(list)), make([]float64, len(list))
	net := 0.0
	for i, x := range list {
		pnl[i], net = x.actual, net+zeroOf(x.value)
		if shares[i] = math.NaN(); s.Share.Known() {
			shares[i] = 100 * x.actual / w.a.Summary.Value.Float64()
		}
	}
	pnl = format.PartsOf(total, pnl, 0)
	if s.Share.Known() {
		shares = format.PartsOf(100*s.Share.Float64(), shares, 2)
	}
	values := make([]float64, len(list))
	for i, x := range list {
		values[i] = x.value
	}
	values = format.Parts(values, 0)
	axis := scaleOf(pnl)
	out := view.ScenarioParts{Zero: axis.at(0)}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	if !slices.ContainsFunc(list, func(x part) bool { return math.IsNaN(x.move) }) {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(list[a].actual, list[b].actual) })
	}
	for _, i := range order {
		x := &list[i]
		of := x.name + " in " + s.Name
		row := view.PartRow{Name: x.name, Note: x.note, Kind: x.kind, Bar: axis.bar(pnl[i]), Quiet: math.IsNaN(x.move)}
		row.Value = w.told(x.name+", value", w.Float(values[i], 0), w.derived(x.value, w.base(), "scenario_value"))
		if !math.IsNaN(x.move) {
			row.Move = w.told(of+", move", w.movePercent(x.move), w.derived(x.move, analysis.Fraction, "scenario_move"))
		}
		row.PnL = w.told(of, w.SignedFloat(pnl[i], 0), w.derived(x.actual, w.base(), method).With(s.PnL.Status, s.PnL.Reasons...))
		row.PnL.Tone = toneOf(row.PnL.Text)
		row.Share = w.told(of+", of value", w.shareOf(shares[i]), w.derived(shares[i]/100, analysis.Fraction, "scenario_share"))
		row.PnL.Mark = view.Complete // the card has it
		out.Rows = append(out.Rows, row)
	}
	sum := w.change("Total", s.PnL, whole)
	sum.Mark = view.Complete
	out.Total = view.PartRow{Name: "Total", PnL: sum, Value: w.told("Value of all that is covered", w.Float(math.Round(net), 0), w.derived(net, w.base(), "scenario_value")),
		Share: w.told("Total, of value", w.shareOf(100*s.Share.Float64()), s.Share)}
	return out
}

// shareOf writes a share that is in percent already.
func (w *writer) shareOf(x float64) string {
	if math.IsNaN(x) {
		return format.Unknown
	}
	return w.SignedFloat(x, 2) + w.percentSign()
}
