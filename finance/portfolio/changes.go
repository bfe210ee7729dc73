package portfolio

import "math"

// Change is what prices and exchange rates did to a holding between two days.
type Change struct {
	Symbol string
	Amount float64 // in the base currency, what was traded and received taken out; NaN unknown
}

// Changes are those of the symbols that node held at the close of Days[to] or, before,
// of Days[from], in the order in which they first appeared.
func (v *View) Changes(node Node, from, to int) []Change {
	b := v.Book
	pick := b.pick(node)
	amounts, held := make([]float64, len(b.Symbols)), make([]bool, len(b.Symbols))
	lines := b.totals
	if pick.accounts != nil {
		lines = b.positions
	}
	for k := range lines {
		l := &lines[k]
		if !pick.symbol(l.what) || pick.accounts != nil && !pick.inAccount(l.account) {
			continue
		}
		before, after := l.at(v.Days[from]), l.at(v.Days[to])
		if before.IsZero() && after.IsZero() {
			continue
		}
		held[l.what] = true
		price := v.price(l.what)
		if price.from > from {
			amounts[l.what] = math.NaN()
			continue
		}
		amounts[l.what] += float64(after.Float64()*price.at(to)) - float64(before.Float64()*price.at(from))
	}
	v.takeFlows(node, from, to, amounts)
	var out []Change
	for s, yes := range held {
		if yes {
			out = append(out, Change{b.Symbols[s], amounts[s]})
		}
	}
	return out
}

// takeFlows takes what crossed the border of each symbol out of its change.
func (v *View) takeFlows(node Node, from, to int, amounts []float64) {
	b := v.Book
	last := v.Days[to]
	var between *View
	done := map[int32]bool{-1: true}
	for k := b.eventAt(v.Days[from] + 1); k < len(b.events) && b.events[k].day <= last; k++ {
		for _, s := range []int32{b.events[k].symbol, b.events[k].toSymbol} {
			if done[s] {
				continue
			}
			done[s] = true
			if between == nil {
				between = NewView(b, v.Panel, v.Days[from:to+1])
			}
			t := between.Timeline(Node{Accounts: node.Accounts, Symbols: []string{b.Symbols[s]}})
			for i := 1; i < len(t.Days); i++ {
				amounts[s] += t.Outflow[i] - t.Inflow[i]
			}
		}
	}
}
