package portfolio

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// EachHolding calls f with the timeline of every symbol of the node that has a booking,
// in order of first appearance: what Timeline gives of a node with these accounts and
// that symbol. Days before from stay zero, so that a short period of a long history is
// cheap. The timeline is used again for the next symbol; f must not keep it.
func (v *View) EachHolding(node Node, from date.Date, f func(symbol string, t *Timeline)) {
	b := v.Book
	pick := b.pick(node)
	pick.holding = true
	wanted := pick.symbols
	pick.symbols = make([]bool, len(b.Symbols))
	t := newTimeline(v)
	p := &painter{View: v, t: t, pick: pick, start: v.days.index(from)}
	if p.start >= len(v.Days) {
		return
	}
	flows := flow{painter: p, rates: make([]rate, len(b.Currencies))}
	for c := range flows.rates {
		flows.rates[c] = p.rate(b.Currencies[c])
	}
	events, lines := b.eventsBySymbol(v.Days[p.start], v.Days[len(v.Days)-1]), b.linesBySymbol(pick)
	for s := range b.Symbols {
		if wanted != nil && !wanted[s] {
			continue
		}
		pick.symbols[s] = true
		for _, l := range lines.of(s) {
			p.addSecurity(l)
		}
		for _, k := range events.of(s) {
			flows.event = &b.events[k]
			if flows.i = p.days.index(flows.day); p.Days[flows.i] == flows.day {
				flows.book()
			}
		}
		f(b.Symbols[s], t)
		pick.symbols[s] = false
		for _, c := range t.columns() {
			clear(*c)
		}
		t.Gaps = nil
	}
}

// EachCash calls f with every currency in which the accounts of the node held cash, in
// order of first appearance, and what its balance was worth at the close of each day from
// the position of from on (0 while its rate is unknown). f must not keep value.
func (v *View) EachCash(node Node, from date.Date, f func(c money.Currency, value []float64)) {
	b := v.Book
	t := newTimeline(v)
	p := &painter{View: v, t: t, pick: b.pick(node), start: v.days.index(from)}
	if p.pick.holding || p.start >= len(v.Days) {
		return
	}
	for c, name := range b.Currencies {
		any := false
		for k := range b.cash {
			if l := &b.cash[k]; int(l.what) == c && p.pick.money(l.account) {
				p.addBalance(l)
				any = true
			}
		}
		if any {
			f(name, t.Cash)
		}
		clear(t.Cash)
	}
}

// buckets are lists of one kind by symbol, in one piece.
type buckets[T any] struct {
	ends []int32
	all  []T
}

func (b *buckets[T]) of(s int) []T {
	from := int32(0)
	if s > 0 {
		from = b.ends[s-1]
	}
	return b.all[from:b.ends[s]]
}

// sortedBy puts n things that each belong to the symbols that each tells into buckets.
func sortedBy[T any](symbols int, each func(put func(s int32, x T))) *buckets[T] {
	b := &buckets[T]{ends: make([]int32, symbols)}
	each(func(s int32, _ T) { b.ends[s]++ })
	total := int32(0)
	next := make([]int32, symbols)
	for s, n := range b.ends {
		next[s] = total
		total += n
		b.ends[s] = total
	}
	b.all = make([]T, total)
	each(func(s int32, x T) {
		b.all[next[s]] = x
		next[s]++
	})
	return b
}

// eventsBySymbol are the positions of the events from first to last of each symbol that
// they move or bring.
func (b *Book) eventsBySymbol(first, last date.Date) *buckets[int32] {
	start := b.eventAt(first)
	return sortedBy(len(b.Symbols), func(put func(int32, int32)) {
		for k := start; k < len(b.events) && b.events[k].day <= last; k++ {
			e := &b.events[k]
			if e.symbol >= 0 {
				put(e.symbol, int32(k))
			}
			if e.toSymbol >= 0 && e.toSymbol != e.symbol {
				put(e.toSymbol, int32(k))
			}
		}
	})
}

// linesBySymbol are the lines of each symbol in the accounts picked.
func (b *Book) linesBySymbol(pick picked) *buckets[*line] {
	lines := b.totals
	if pick.accounts != nil {
		lines = b.positions
	}
	return sortedBy(len(b.Symbols), func(put func(int32, *line)) {
		for k := range lines {
			if l := &lines[k]; pick.accounts == nil || pick.inAccount(l.account) {
				put(l.what, l)
			}
		}
	})
}
