package portfolio

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Timeline is a node's value at the close of each day and what crossed its border.
// All slices run parallel to Days; amounts are in Base.
type Timeline struct {
	Base    money.Currency
	Days    []date.Date // ascending: every day with a booking or an observed price
	Value   []float64   // securities and cash at the close
	Cash    []float64   // the part of Value that is cash
	Inflow  []float64   // positive, taken as coming at the start of the day
	Outflow []float64   // positive, taken as leaving at its end
	Income  []float64   // dividends, coupons and interest of the day, gross; charges are negative
	Fees    []float64   // of the day, positive; refunds are negative
	Taxes   []float64
	// Unpriced is the part of Inflow less Outflow that never crossed the border: what went
	// between the cash and what has no price, and the value of that on the day it got one.
	// Without it they are what came from outside and went there: Payment.
	Unpriced []float64
	Gaps     []Gap     // what the values leave out
	Unsized  []Unsized // flows that nobody knows the size of; Unpriced of their days is NaN
}

// Unsized is what crossed the border while it had no price, so that nobody knows how much
// came in or went out with it.
type Unsized struct {
	Symbol string
	Day    date.Date
	Reason string // why it had none
}

// Payment is what came from outside on the day at position i, less what went there. What has
// no price and was delivered without an amount counts on the day it gets a price; NaN where
// something of unknown size came from another account or went there.
func (t *Timeline) Payment(i int) float64 {
	paid := t.Inflow[i] - t.Outflow[i] - t.Unpriced[i]
	if math.Abs(paid) <= 1e-9*(t.Inflow[i]+t.Outflow[i]) {
		return 0 // what is left over by rounding
	}
	return paid
}

// Gap is a position that the values leave out for want of a price or a rate.
type Gap struct {
	Symbol string    `json:"symbol"`
	From   date.Date `json:"from"` // first day that is left out
	To     date.Date `json:"to"`   // last one
	Reason string    `json:"reason"`
	Open   bool      `json:"open"` // still left out on the last day
}

// Timeline computes the timeline of a node.
func (v *View) Timeline(node Node) *Timeline { return v.timeline(node, newTimeline(v), 0) }

// TimelineFrom is Timeline where the days before a day are known: they are taken from a
// timeline of the same node over the same prices, computed before the bookings or
// prices of that day and later changed.
func (v *View) TimelineFrom(previous *Timeline, node Node, from date.Date) *Timeline {
	start := v.days.index(from)
	if start > len(previous.Days) || !sameDays(previous.Days[:start], v.Days[:start]) {
		return v.Timeline(node)
	}
	t := newTimeline(v)
	for k, old := range previous.columns() {
		copy((*t.columns()[k])[:start], (*old)[:start])
	}
	for _, x := range previous.Unsized {
		if x.Day < from {
			t.Unsized = append(t.Unsized, x)
		}
	}
	return v.timeline(node, t, start)
}

func newTimeline(v *View) *Timeline {
	n := len(v.Days)
	t := &Timeline{Base: v.Book.Base, Days: v.Days}
	block := make([]float64, len(t.columns())*n)
	for k, c := range t.columns() {
		*c = block[k*n : (k+1)*n : (k+1)*n]
	}
	return t
}

func (t *Timeline) columns() [8]*[]float64 {
	return [8]*[]float64{&t.Value, &t.Cash, &t.Inflow, &t.Outflow, &t.Income, &t.Fees, &t.Taxes, &t.Unpriced}
}

func sameDays(a, b []date.Date) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// timeline fills the days from position start on; the gaps are told whole.
func (v *View) timeline(node Node, t *Timeline, start int) *Timeline {
	p := &painter{View: v, t: t, pick: v.Book.pick(node), start: start}
	p.addCash()
	p.addSecurities()
	p.addFlows()
	return t
}

// painter fills one timeline.
type painter struct {
	*View
	t     *Timeline
	pick  picked
	start int
}

// each calls f for every stretch of days [from, to) from start on over which the line
// stands at something else than zero.
func (p *painter) each(l *line, f func(from, to int, after float64)) {
	for k := len(l.steps) - 1; k >= 0; k-- {
		to := len(p.Days)
		if k+1 < len(l.steps) {
			to = p.days.index(l.steps[k+1].day)
		}
		if to <= p.start {
			return
		}
		if after := l.after(k); !after.IsZero() {
			f(max(p.days.index(l.steps[k].day), p.start), to, after.Float64())
		}
	}
}

// addCash adds the balances.
func (p *painter) addCash() {
	if p.pick.holding {
		return
	}
	for k := range p.Book.cash {
		if l := &p.Book.cash[k]; p.pick.money(l.account) {
			p.addBalance(l)
		}
	}
	copy(p.t.Value[p.start:], p.t.Cash[p.start:])
}

// addBalance adds one balance.
func (p *painter) addBalance(l *line) {
	c := p.Book.Currencies[l.what]
	fx := p.rate(c)
	if fx.reason != "" {
		p.gap(string(c), l, fx.reason, fx.from)
		p.enters(l, fx.from, fx.at(fx.from))
	}
	p.each(l, func(from, to int, amount float64) {
		for i := max(from, fx.from); i < to; i++ {
			p.t.Cash[i] += float64(amount * fx.at(i))
		}
	})
}

// addSecurities adds the value of what is held: by symbol where no account is asked for.
func (p *painter) addSecurities() {
	lines := p.Book.totals
	if p.pick.accounts != nil {
		lines = p.Book.positions
	}
	for k := range lines {
		l := &lines[k]
		if !p.pick.symbol(l.what) || p.pick.accounts != nil && !p.pick.inAccount(l.account) {
			continue
		}
		p.addSecurity(l)
	}
}

// addSecurity adds the value of one line.
func (p *painter) addSecurity(l *line) {
	price := p.price(l.what)
	if price.from > 0 {
		name := p.Book.Symbols[l.what]
		p.gap(name, l, price.reason, price.from)
		if price.from < len(p.Days) {
			value := p.enters(l, price.from, price.at(price.from)*p.splitOn(name, price.from))
			if value != 0 && !p.pick.holding {
				p.t.Unpriced[price.from] += value * (1 - p.unstated(l, price.from))
			}
		}
	}
	value := p.t.Value
	p.each(l, func(from, to int, q float64) {
		from = max(from, price.from)
		if from >= to {
			return
		}
		prices := price.values[from-price.lead : to-price.lead]
		for i, x := range value[from:to] {
			value[from+i] = x + float64(q*prices[i])
		}
	})
}

// enters lets in, on the first day on which it can be valued, what was there before, and
// returns what that was worth.
func (p *painter) enters(l *line, from int, value float64) float64 {
	if from < p.start || from >= len(p.Days) || from == 0 {
		return 0
	}
	q := l.at(p.Days[from] - 1)
	if q.IsZero() {
		return 0
	}
	worth := q.Float64() * value
	p.in(from, worth)
	if math.IsNaN(worth) {
		return 0
	}
	return worth
}

// unstated is which part of what a line holds before a day came from outside without an
// amount, so that nobody knows what was paid in with it. What was sold since was not that.
// Splits since make more pieces of it.
func (p *painter) unstated(l *line, day int) float64 {
	held, came, split := math.Abs(l.at(p.Days[day]-1).Float64()), map[int32]float64{}, int32(-1)
	for k := range p.Book.events {
		e := &p.Book.events[k]
		if e.day >= p.Days[day] {
			break
		}
		if e.symbol != l.what {
			continue
		}
		switch t := &p.Book.Transactions[e.transaction]; {
		case t.Type == ledger.Split && t.Ratio != nil && e.transaction != split: // it has an event an account
			split = e.transaction
			for account := range came {
				if t.Account == "" || account == e.account {
					came[account] *= t.Ratio.Float64()
				}
			}
		case e.post == postDeliveryIn && !e.stated && p.pick.security(e.account, e.symbol) && (p.pick.accounts == nil || e.account == l.account):
			came[e.account] += math.Abs(e.moved)
		}
	}
	all := 0.0
	for _, pieces := range came {
		all += pieces
	}
	return min(all/held, 1)
}

// splitOn is how many pieces stand for one after the splits booked on a day.
func (p *painter) splitOn(symbol string, i int) float64 {
	pieces := 1.0
	if i < len(p.Days) {
		for k, s := range p.Book.splits[symbol] {
			if s.booked == p.Days[i] && (k == 0 || p.Book.splits[symbol][k-1].market != s.market) {
				pieces *= s.ratio.Float64()
			}
		}
	}
	return pieces
}

// in books a flow into the node: positive in, negative out.
func (p *painter) in(i int, amount float64) {
	switch {
	case math.IsNaN(amount):
	case amount >= 0:
		p.t.Inflow[i] += amount
	default:
		p.t.Outflow[i] -= amount
	}
}

// gap names what the line held on the days before position known.
func (p *painter) gap(symbol string, l *line, reason string, known int) {
	if len(l.steps) == 0 || p.days.index(l.steps[0].day) >= known {
		return
	}
	whole := *p
	whole.start = 0
	first, last := len(p.Days), -1
	whole.each(l, func(from, to int, _ float64) {
		if to = min(to, known); from < to {
			first, last = min(first, from), max(last, to-1)
		}
	})
	if last < 0 {
		return
	}
	g := Gap{Symbol: symbol, From: p.Days[first], To: p.Days[last], Reason: reason, Open: last == len(p.Days)-1}
	for i := range p.t.Gaps {
		if o := &p.t.Gaps[i]; o.Symbol == symbol { // in another account
			o.From, o.To, o.Open = min(o.From, g.From), max(o.To, g.To), o.Open || g.Open
			return
		}
	}
	p.t.Gaps = append(p.t.Gaps, g)
}
