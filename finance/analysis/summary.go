package analysis

import (
	"math"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
)

// summary fills the answers to "how am I doing?".
func (r *runner) summary() {
	s := &r.out.Summary
	holdings, cash := money.Zero, money.Zero
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
	total := holdings.Add(cash)
	s.Value = r.money(total, "value").With(status, reasons...)
	s.Holdings = r.held(r.money(holdings, "holdings_value").With(status, reasons...))
	s.Cash = r.money(cash, "cash")
	unrealised := []string(nil)
	for i := range r.out.Cash {
		if c := &r.out.Cash[i]; !c.Value.Known() {
			s.Cash = s.Cash.With(Partial, "without "+string(c.Currency)+" cash: "+first(c.Value.Reasons))
		}
		s.Cash = doubted(s.Cash, named(string(r.out.Cash[i].Currency)+" cash", r.out.Cash[i].doubts)...)
	}
	if s.Cash.Status == Partial && cash.IsZero() { // all there is was left out
		s.Cash = Unknown(r.unit(), r.AsOf, "cash", s.Cash.Reasons...)
	}
	for i := range r.out.Holdings {
		unrealised = append(unrealised, named(r.out.Holdings[i].Symbol, r.out.Holdings[i].doubts)...)
	}
	r.dayChange()
	r.sinceStart(total, status, reasons)
	s.Unrealised = doubted(s.Unrealised, unrealised...)
}

// held is a figure about what is held; where nothing of it has a value the figure is
// unavailable for the same reasons, as a sum of nothing is not zero.
func (r *runner) held(f Figure) Figure {
	if !r.worthless() {
		return f
	}
	return Unknown(f.Unit, f.AsOf, f.Method, f.Reasons...)
}

// worthless reports whether something is held and no value of anything held is known.
func (r *runner) worthless() bool {
	for i := range r.out.Holdings {
		if r.out.Holdings[i].Value.Known() {
			return false
		}
	}
	return len(r.out.Holdings) > 0
}

// neverPriced reports whether something was booked and nothing of it ever had a price:
// then cash alone was measured, which is not what was asked.
func (r *runner) neverPriced() bool {
	if !r.worthless() {
		return false
	}
	for _, symbol := range r.nodeSymbols() {
		if s := r.Panel.Prices(symbol); s != nil && len(s.Dates) > 0 {
			return false
		}
	}
	return true
}

// measuredAll is a figure about how all that was booked did; where nothing of it ever had
// a price it is unavailable.
func (r *runner) measuredAll(f Figure) Figure {
	if !f.Known() || !r.neverPriced() {
		return f
	}
	return Unknown(f.Unit, f.AsOf, f.Method, nothingPriced)
}

// nothingPriced is why nothing can be said of how a portfolio did that was never priced.
const nothingPriced = "nothing held has a price"

func first(reasons []string) string {
	if len(reasons) == 0 {
		return "unknown"
	}
	return reasons[0]
}

// dayChange measures the last day with prices, flows taken out.
func (r *runner) dayChange() {
	s, i, from := &r.out.Summary, r.valued, r.dayBefore()
	if from < 0 || len(r.days) == 0 {
		s.DayChange = Unknown(r.unit(), r.AsOf, "day_change", "there is no day before with a value")
		s.DayReturn = Unknown(Fraction, r.AsOf, "day_return", "there is no day before with a value")
		return
	}
	t := r.timeline
	span := performance.Span{Start: r.days[from], End: r.days[i], From: from + 1, To: i, Initial: t.Value[from], Final: t.Value[i]}
	change := span.Final - span.Initial
	for k := span.From; k <= span.To; k++ {
		change += t.Outflow[k] - t.Inflow[k]
	}
	s.DayChange = r.measuredAll(r.measured(change, "day_change"))
	s.DayChange.AsOf = r.days[i]
	ret, err := performance.TWR(t, span)
	if err != nil {
		ret = math.NaN()
	}
	s.DayReturn = r.measuredAll(Measure(ret, Fraction, r.days[i], "day_return"))
	s.DayChange, s.DayReturn = r.over(s.DayChange, span), r.over(s.DayReturn, span)
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
	if s.PaidIn.Known() && len(r.days) > 0 {
		whole := performance.Span{Start: r.days[0], End: r.AsOf}
		if s.PaidIn = r.gaps(s.PaidIn, whole); len(r.timeline.Unsized) > 0 {
			s.PaidIn = Unknown(r.unit(), r.AsOf, "paid_in", r.unsizedWithin(whole)...)
		}
	}
	if s.PaidIn.Known() {
		s.Gain = r.measuredAll(r.money(total.Sub(s.PaidIn.Amount.Decimal), "gain").With(status, reasons...))
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
	s.Unrealised = r.held(r.money(unrealised, "unrealised").With(costStatus, costReasons...))
	realised, income := money.Zero, money.Zero
	realisedStatus, realisedReasons := Complete, []string(nil)
	incomeStatus, incomeReasons := Complete, []string(nil)
	receive := func(name string, c *costs) {
		income = income.Add(c.income)
		if c.incomeWhy != "" {
			incomeStatus = Partial
			incomeReasons = append(incomeReasons, "a payment of "+name+" is left out: "+c.incomeWhy)
		}
	}
	for _, symbol := range r.nodeSymbols() {
		c := r.costs[symbol]
		if c == nil {
			continue
		}
		if !c.realisedKnown {
			realisedStatus = Partial
			realisedReasons = append(realisedReasons, "without "+symbol+": "+c.why)
		}
		realised = realised.Add(c.realised)
		receive(symbol, c)
	}
	if c := r.costs[""]; c != nil && !r.Node.IsHolding() {
		receive("cash", c)
	}
	s.Realised = r.money(realised, "realised").With(realisedStatus, realisedReasons...)
	s.Income = r.money(income, "income").With(incomeStatus, incomeReasons...)
}

// plain writes a float64 amount with two decimals, for the inputs of an explanation.
func plain(x float64) string {
	d, err := money.FromFloat(x)
	if err != nil {
		return "unknown"
	}
	return d.Fixed(2)
}
