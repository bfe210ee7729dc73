package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/scenario"
)

// Scenarios writes what scenarios do, the worst first; one alone comes with its parts.
func Scenarios(w io.Writer, a *analysis.Analysis, list []analysis.Scenario) error {
	title := "Scenarios of " + a.AsOf.String()
	if a.ExAnte != nil && a.ExAnte.Model.Reason != "" {
		return write(w, []table{{title: title, notes: []string{"There is no factor model: " + a.ExAnte.Model.Reason + ". " + factorCure()}}})
	}
	list = slices.Clone(list)
	key := func(s *analysis.Scenario) float64 {
		if s.PnL.Known() {
			return s.PnL.Float64()
		}
		return math.Inf(1)
	}
	slices.SortStableFunc(list, func(x, y analysis.Scenario) int { return cmp.Compare(key(&x), key(&y)) })
	t := table{title: title, head: []string{"Scenario", "Id", "Gain or loss, " + string(a.Base), "of value", "Distance"}}
	for i := range list {
		s := &list[i]
		t.rows = append(t.rows, []string{s.Name, s.ID, amount(s.PnL), fraction(s.Share), ratio(s.Distance)})
		if !s.PnL.Known() {
			t.notes = append(t.notes, s.Name+": "+strings.Join(s.PnL.Reasons, "; "))
		}
	}
	tables := []table{t}
	if len(list) == 1 && list[0].PnL.Known() {
		tables = append(tables, scenarioParts(&list[0], string(a.Base))...)
	}
	return write(w, tables)
}

// scenarioParts are what moves, and whose gain or loss it is.
func scenarioParts(s *analysis.Scenario, base string) []table {
	moves := table{title: "What moves", head: []string{"Of", "Move", ""}}
	for _, x := range s.Shocks {
		how := "given"
		if x.Implied {
			how = "follows"
		}
		move := decimals(100*x.Move) + "%"
		if x.Unit == "yield" {
			move = decimals(10000*x.Move) + " bp"
		}
		moves.rows = append(moves.rows, []string{x.On, move, how})
	}
	positions := table{title: "By position", head: []string{"Position", "Value, " + base, "Gain or loss"}}
	for _, p := range s.Positions {
		positions.rows = append(positions.rows, []string{p.Symbol, Group(decimals(p.Value)), Group(decimals(p.PnL))})
	}
	for _, l := range s.LeftOut {
		positions.notes = append(positions.notes, "Without "+l.Symbol+": "+l.Reason)
	}
	factors := table{title: "By factor", head: []string{"Factor", "Gain or loss, " + base}}
	for _, p := range s.Factors {
		factors.rows = append(factors.rows, []string{p.Name, Group(decimals(p.PnL))})
	}
	return []table{moves, positions, factors}
}

// Tried is a portfolio before and after trades.
type Tried struct {
	Before, After *analysis.Analysis
	Trades        [][]string // side, symbol, quantity, price, cash that moves, account
	Short, Long   analysis.Figure
	Method        string
	Limits        [][]string // name, limit, before, after, whether it holds
	Pairs         []Pair     // further figures
}

// Pair is a figure before and after.
type Pair struct {
	Name          string
	Before, After analysis.Figure
}

// WhatIf writes it: the trades, and the figures of both sides.
func WhatIf(w io.Writer, t Tried) error {
	trades := table{title: "Trades, as if made at the close of " + t.Before.AsOf.String(), head: []string{"Side", "Symbol", "Quantity", "Price", "Cash", "Account"}, rows: t.Trades}
	if len(t.Trades) == 0 {
		trades.notes = []string{"Nothing needs to be traded."}
	} else {
		trades.notes = []string{fmt.Sprintf("They realise %s short-term and %s long-term %s by %s where no lot is named. Nothing is booked.", amount(t.Short), amount(t.Long), t.Before.Base, t.Method)}
	}
	figures := table{title: "Before and after", head: []string{"", "Now", "After"}}
	row := func(name string, before, after analysis.Figure) {
		written := fraction
		switch {
		case before.Amount.Known || after.Amount.Known:
			written = amount
		case before.Unit == analysis.Ratio:
			written = ratio
		}
		figures.rows = append(figures.rows, []string{name, written(before), written(after)})
	}
	b, a := t.Before, t.After
	row("Total value", b.Summary.Value, a.Summary.Value)
	row("Cash", b.Summary.Cash, a.Summary.Cash)
	row("Net exposure", b.Risk.Exposure.NetShare, a.Risk.Exposure.NetShare)
	row("Gross exposure", b.Risk.Exposure.GrossShare, a.Risk.Exposure.GrossShare)
	for _, p := range t.Pairs {
		row(p.Name, p.Before, p.After)
	}
	if b.ExAnte != nil && a.ExAnte != nil {
		row("Volatility expected, a year", b.ExAnte.Volatility.Model, a.ExAnte.Volatility.Model)
		row("Beta", b.ExAnte.Active.Beta, a.ExAnte.Active.Beta)
		for _, s := range worst(b.ExAnte, a.ExAnte) {
			row(s.Name, s.Before, s.After)
		}
		if why := b.ExAnte.Model.Reason; why != "" {
			figures.notes = append(figures.notes, "There is no factor model: "+why+". "+factorCure())
		}
	}
	all := []table{trades, figures}
	if len(t.Limits) > 0 {
		all = append(all, table{title: "Limits", head: []string{"Limit", "at most", "Now", "After", ""}, rows: t.Limits})
	}
	return write(w, all)
}

// mostCompared is how many scenarios stand before and after.
const mostCompared = 5

// worst are the scenarios that cost most as things are, but for the extreme ones.
func worst(before, after *analysis.ExAnte) (out []Pair) {
	then := map[string]analysis.Figure{}
	for i := range after.Scenarios {
		then[after.Scenarios[i].ID] = after.Scenarios[i].PnL
	}
	for i := range before.Scenarios {
		s := &before.Scenarios[i]
		if after, ok := then[s.ID]; ok && s.PnL.Known() && s.Severity != string(scenario.Extreme) {
			out = append(out, Pair{s.Name, s.PnL, after})
		}
	}
	slices.SortStableFunc(out, func(x, y Pair) int { return cmp.Compare(x.Before.Float64(), y.Before.Float64()) })
	return out[:min(len(out), mostCompared)]
}

// write writes tables for a terminal, with the signs they use explained.
func write(w io.Writer, list []table) error {
	for i, t := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, t.title)
		tw := tabwriter.NewWriter(w, 2, 8, 2, ' ', tabwriter.AlignRight)
		for _, row := range append([][]string{t.head}, t.rows...) {
			if len(row) > 0 {
				fmt.Fprintln(tw, strings.Join(row, "\t")+"\t")
			}
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		for _, n := range t.notes {
			fmt.Fprintln(w, "  "+n)
		}
	}
	for _, line := range legend(list) {
		fmt.Fprintln(w, "  "+line)
	}
	return nil
}
