package analysis

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// ErrEmptyPeriod reports a period that ends before it begins.
var ErrEmptyPeriod = errors.New("the period ends before it begins")

// runner holds what the parts of one analysis share.
type runner struct {
	Input
	out      *Analysis
	valuer   *portfolio.Valuer
	view     *portfolio.View
	timeline *portfolio.Timeline // from before the first booking through AsOf
	days     []date.Date
	valued   int       // position of the last day with an observed price
	index    []float64 // benchmark, total return in the base currency, on days; nil without
	session  []bool    // days on which a held price was observed, no weekends
	costs    map[string]*costs
}

// Run computes the analysis. The error is about the question (an impossible period),
// never about missing data.
func Run(in Input) (*Analysis, error) {
	if in.Period.End == 0 {
		in.Period.End = in.AsOf
	}
	if in.Period.End < in.Period.Start {
		return nil, fmt.Errorf("%s to %s: %w", in.Period.Start, in.Period.End, ErrEmptyPeriod)
	}
	r := &runner{Input: in, out: &Analysis{
		Name: in.Name, Base: in.Book.Base, AsOf: in.AsOf, First: in.Book.First(), Bookings: len(in.Book.Transactions) - in.Book.MarketSplits,
		Period: in.Period, LedgerVersion: in.LedgerVersion, MarketVersion: in.Panel.Version(), Engine: Engine,
	}}
	r.prepare()
	r.holdings()
	r.cash()
	r.summary()
	r.change()
	r.returns()
	r.series()
	r.months()
	r.periods()
	r.drawdowns()
	r.allocation()
	r.movers()
	r.risk()
	r.dataStatus()
	return r.out, nil
}

// prepare lays the axis and computes the timeline of the node.
func (r *runner) prepare() {
	r.valuer = portfolio.NewValuer(r.Book, r.Panel)
	from := r.Period.Start
	if first := r.Book.First(); !first.IsNone() && first <= from {
		from = first - 1
	}
	from = min(from, r.AsOf-1)
	r.days = r.Book.Axis(r.Panel, from, r.AsOf)
	r.view = portfolio.NewView(r.Book, r.Panel, r.days)
	r.timeline = r.view.Timeline(r.Node)
	r.findSessions()
	r.findBenchmark()
	r.gatherCosts()
}

// findSessions marks the days on which a price of something held was observed. Weekend
// prices (crypto-currencies) count into the next session.
func (r *runner) findSessions() {
	r.session = make([]bool, len(r.days))
	r.valued = len(r.days) - 1
	last := -1
	for _, symbol := range r.nodeSymbols() {
		s := r.Panel.Prices(symbol)
		if s == nil {
			continue
		}
		i := 0
		for _, d := range s.Dates {
			for i < len(r.days) && r.days[i] < d {
				i++
			}
			if i == len(r.days) {
				break
			}
			if r.days[i] == d {
				last = max(last, i)
				if !d.IsWeekend() {
					r.session[i] = true
				}
			}
		}
		if inst := r.Book.Instrument(symbol); inst.Simulated {
			r.out.Simulated = true
		}
	}
	if last >= 0 {
		r.valued = last
	}
	if len(r.days) > 0 {
		r.out.ValuedOn = r.days[r.valued]
	}
}

// nodeSymbols are the symbols of the node, held or not.
func (r *runner) nodeSymbols() []string {
	if r.Node.IsHolding() {
		return r.Node.Symbols
	}
	return r.Book.Symbols
}

func (r *runner) findBenchmark() {
	if r.Benchmark == "" {
		return
	}
	s := r.Panel.TotalReturn(r.Benchmark, r.AsOf)
	inst, ok := r.Panel.Instrument(r.Benchmark)
	if s == nil || len(s.Dates) == 0 {
		return
	}
	if !ok {
		inst = instrument.Instrument{Symbol: r.Benchmark, Currency: r.Book.Base}
	}
	filled := slices.Clone(s.Filled(r.days))
	if inst.Currency != "" && inst.Currency != r.Book.Base {
		c, err := r.Panel.Conversion(inst.Currency, r.Book.Base)
		if err != nil {
			return
		}
		for i, fx := range c.Filled(r.days) {
			filled[i] *= fx
		}
	}
	basis := "price"
	if a := r.Panel.Actions(r.Benchmark); r.Panel.Prices(r.Benchmark) == nil || a != nil && len(a.Dividends) > 0 {
		basis = "total return"
	}
	r.index = filled
	r.out.Benchmark = &Benchmark{Symbol: r.Benchmark, Name: inst.Name, Basis: basis}
}

// money makes an exact amount in the base currency a figure.
func (r *runner) money(amount money.Decimal, method string) Figure {
	return Money(amount, r.Book.Base, r.AsOf, method)
}

// unit is the base currency as a unit.
func (r *runner) unit() Unit { return Unit(r.Book.Base) }

// optional makes an optional amount a figure; where it is unknown, why says it.
func (r *runner) optional(o money.Optional, method string, why ...string) Figure {
	if !o.Known {
		return Unknown(r.unit(), r.AsOf, method, why...)
	}
	return r.money(o.Decimal, method)
}

// measured makes a daily float64 in the base currency a figure.
func (r *runner) measured(x float64, method string) Figure {
	d, err := money.FromFloat(x)
	if err != nil {
		return Unknown(r.unit(), r.AsOf, method, "it cannot be computed from these inputs")
	}
	return r.money(d, method)
}

// summary fills the answers to "how am I doing?".
func (r *runner) summary() {
	s := &r.out.Summary
	total, holdings, cash := money.Zero, money.Zero, money.Zero
	status, reasons := Complete, []string(nil)
	add := func(name string, f Figure, worth money.Decimal, into *money.Decimal) {
		if !f.Known() {
			status = Worse(status, Partial)
			reasons = append(reasons, "without "+name+": "+first(f.Reasons))
			return
		}
		if f.Status != Complete {
			if weight[f.Status] > weight[status] || f.Status == status {
				reasons = append(reasons, name+": "+first(f.Reasons))
			}
			status = Worse(status, f.Status)
		}
		*into = into.Add(worth)
	}
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		add(h.Symbol, h.Value, h.worth, &holdings)
	}
	for i := range r.out.Cash {
		c := &r.out.Cash[i]
		add(string(c.Currency)+" cash", c.Value, c.worth, &cash)
	}
	total = holdings.Add(cash)
	s.Value = r.money(total, "value").With(status, reasons...)
	s.Holdings = r.money(holdings, "holdings_value").With(status, reasons...)
	s.Cash = r.money(cash, "cash")
	r.dayChange()
	r.sinceStart(total, status, reasons)
}

func first(reasons []string) string {
	if len(reasons) == 0 {
		return "unknown"
	}
	return reasons[0]
}

// dayChange measures the last day with prices, flows taken out.
func (r *runner) dayChange() {
	s, i := &r.out.Summary, r.valued
	if i <= 0 || len(r.days) == 0 {
		s.DayChange = Unknown(r.unit(), r.AsOf, "day_change", "there is no day before with a value")
		s.DayReturn = Unknown(Fraction, r.AsOf, "day_return", "there is no day before with a value")
		return
	}
	t := r.timeline
	from := i - 1
	for from > 0 && !r.session[from] {
		from--
	}
	span := performance.Span{Start: r.days[from], End: r.days[i], From: from + 1, To: i, Initial: t.Value[from], Final: t.Value[i]}
	change := span.Final - span.Initial
	for k := span.From; k <= span.To; k++ {
		change += t.Outflow[k] - t.Inflow[k]
	}
	s.DayChange = r.measured(change, "day_change")
	s.DayChange.AsOf = r.days[i]
	ret, err := performance.TWR(t, span)
	if err != nil {
		ret = math.NaN()
	}
	s.DayReturn = Measure(ret, Fraction, r.days[i], "day_return")
}

// sinceStart adds up paid-in money, gains and income of the whole ledger.
func (r *runner) sinceStart(total money.Decimal, status Status, reasons []string) {
	s := &r.out.Summary
	in, out := 0.0, 0.0
	for i := range r.days {
		in += r.timeline.Inflow[i]
		out += r.timeline.Outflow[i]
	}
	s.PaidIn = r.measured(in-out, "paid_in").From("Paid in", plain(in)).From("Paid out", plain(out))
	if s.PaidIn.Known() {
		s.Gain = r.money(total.Sub(s.PaidIn.Amount.Decimal), "gain").With(status, reasons...)
	} else {
		s.Gain = Unknown(r.unit(), r.AsOf, "gain", s.PaidIn.Reasons...)
	}
	cost, unrealised := money.Zero, money.Zero
	costStatus, costReasons := Complete, []string(nil)
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if h.Cost.Known() {
			cost = cost.Add(h.Cost.Amount.Decimal)
		}
		if h.Unrealised.Known() {
			unrealised = unrealised.Add(h.Unrealised.Amount.Decimal)
		}
		if !h.Cost.Known() || !h.Unrealised.Known() {
			costStatus = Partial
			costReasons = append(costReasons, "without "+h.Symbol)
		}
	}
	s.Cost = r.money(cost, "cost").With(costStatus, costReasons...)
	s.Unrealised = r.money(unrealised, "unrealised").With(costStatus, costReasons...)
	realised, income := money.Zero, money.Zero
	realisedStatus, realisedReasons := Complete, []string(nil)
	for _, symbol := range r.nodeSymbols() {
		c := r.costs[symbol]
		if c == nil {
			continue
		}
		if !c.realisedKnown {
			realisedStatus = Partial
			realisedReasons = append(realisedReasons, "without "+symbol+": "+c.why)
		}
		realised, income = realised.Add(c.realised), income.Add(c.income)
	}
	if c := r.costs[""]; c != nil && !r.Node.IsHolding() {
		income = income.Add(c.income)
	}
	s.Realised = r.money(realised, "realised").With(realisedStatus, realisedReasons...)
	s.Income = r.money(income, "income")
}

// plain writes a float64 amount with two decimals, for the inputs of an explanation.
func plain(x float64) string {
	d, err := money.FromFloat(x)
	if err != nil {
		return "unknown"
	}
	return d.Fixed(2)
}

// change fills where the change in value came from.
func (r *runner) change() {
	c := &r.out.Change
	g, err := performance.NewGains(r.Book, r.Panel, r.Period.Start, r.Period.End, r.order())
	if err != nil || r.Node.IsHolding() || len(r.Node.Accounts) > 0 {
		why := "it is given for the whole portfolio only"
		if err != nil {
			why = err.Error()
		}
		for _, f := range []*Figure{&c.Initial, &c.Transfers, &c.Realised, &c.Unrealised, &c.Dividends, &c.Interest, &c.Fees, &c.Taxes, &c.Currency, &c.Final} {
			*f = Unknown(r.unit(), r.AsOf, "change", why)
		}
		return
	}
	why := make([]string, 0, len(g.Missing))
	for _, m := range g.Missing {
		why = append(why, m.Symbol+" on "+m.Day.String()+": "+m.Reason)
	}
	c.Initial = r.optional(g.Initial, "initial_value", why...)
	c.Transfers = r.money(g.Transfers, "transfers")
	c.Realised = r.optional(g.Realised(), "period_realised", why...)
	c.Unrealised = r.optional(g.Unrealised(), "period_unrealised", why...)
	c.Dividends = r.money(g.Dividends, "dividends")
	c.Interest = r.money(g.Interest, "interest")
	c.Fees = r.money(g.Fees, "fees")
	c.Taxes = r.money(g.Taxes, "taxes")
	c.Currency = r.optional(g.Currency, "currency_gain", why...)
	c.Final = r.optional(g.Final, "final_value", why...)
	r.settleChange(c)
	for i := range g.Holdings {
		h := &g.Holdings[i]
		inst := r.Book.Instrument(h.Symbol)
		row := ChangeRow{Symbol: h.Symbol, Name: inst.Name, Group: groupOf(inst, h.Quantity),
			Realised: r.optional(h.Realised, "period_realised", why...), Unrealised: r.optional(h.Unrealised, "period_unrealised", why...),
			Dividends: r.money(h.Dividends, "dividends"), Costs: r.money(h.Fees.Add(h.Taxes), "costs")}
		if h.Realised.Known && h.Unrealised.Known {
			row.Total = r.money(h.Realised.Decimal.Add(h.Unrealised.Decimal).Add(h.Dividends).Sub(h.Fees).Sub(h.Taxes), "holding_change")
		} else {
			row.Total = Unknown(r.unit(), r.AsOf, "holding_change", why...)
		}
		if !row.Total.Known() || !row.Total.Amount.Decimal.IsZero() || !h.Quantity.IsZero() {
			c.ByHolding = append(c.ByHolding, row)
		}
	}
}

// settleChange puts the cents that rounding each part left over into the largest
// part, so that the displayed parts add up to the displayed total.
func (r *runner) settleChange(c *Change) {
	parts := []*Figure{&c.Realised, &c.Unrealised, &c.Currency}
	sum := c.Initial.Amount.Decimal.Add(c.Transfers.Amount.Decimal).Add(c.Dividends.Amount.Decimal).Add(c.Interest.Amount.Decimal).
		Sub(c.Fees.Amount.Decimal).Sub(c.Taxes.Amount.Decimal)
	largest := parts[0]
	for _, p := range parts {
		if !p.Known() {
			return
		}
		sum = sum.Add(p.Amount.Decimal)
		if largest.Amount.Decimal.Abs().Less(p.Amount.Decimal.Abs()) {
			largest = p
		}
	}
	if !c.Initial.Known() || !c.Final.Known() {
		return
	}
	rest := c.Final.Amount.Decimal.Sub(sum)
	if !rest.IsZero() && rest.Abs().Less(money.New(10, 2)) {
		largest.Amount.Decimal = largest.Amount.Decimal.Add(rest)
	}
}
