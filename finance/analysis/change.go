package analysis

import (
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
)

// change fills where the change in value came from.
func (r *runner) change(tally *performance.Tally) {
	c := &r.out.Change
	g, err := tally.Gains(r.Node, r.Period.Start, r.Period.End, performance.OrderOfBook(r.Book))
	if err != nil {
		for _, f := range []*Figure{&c.Initial, &c.Transfers, &c.Realised, &c.Unrealised, &c.Dividends, &c.Interest, &c.Fees, &c.Taxes, &c.Currency, &c.Final} {
			*f = Unknown(r.unit(), r.Period.End, "change", err.Error())
		}
		return
	}
	why := reasons(g.Missing)
	known := func(amount money.Decimal, method string) Figure {
		f := r.onEnd(amount, method)
		for _, m := range g.Unconverted {
			f = f.With(Partial, "without "+m.Symbol+" on "+m.Day.String()+": "+m.Reason)
		}
		return f
	}
	c.Initial = r.optional(g.Initial, "initial_value", why...)
	if c.Transfers = known(g.Transfers, "transfers"); len(g.Unsized) > 0 {
		c.Transfers = r.optional(money.Optional{}, "transfers", unsized(g.Unsized)...)
	}
	c.Realised = r.optional(g.Realised(), "period_realised", why...)
	c.Unrealised = r.optional(g.Unrealised(), "period_unrealised", why...)
	c.Dividends = known(g.Dividends, "dividends")
	c.Interest = known(g.Interest, "interest")
	c.Fees = known(g.Fees, "fees")
	c.Taxes = known(g.Taxes, "taxes")
	c.Currency = r.optional(g.Currency, "currency_gain", why...)
	c.Final = r.optional(g.Final, "final_value", why...)
	settleChange(c)
	r.doubtChange(c)
	for i := range g.Holdings {
		if row, moved := r.changeOf(&g.Holdings[i], g.Missing); moved {
			c.ByHolding = append(c.ByHolding, row)
		}
	}
}

// reasons says what could not be valued.
func reasons(missing []performance.Missing) []string {
	out := make([]string, 0, len(missing))
	for _, m := range missing {
		out = append(out, m.Symbol+" on "+m.Day.String()+": "+m.Reason)
	}
	return out
}

// unsized says which flows nobody knows the size of.
func unsized(crossed []performance.Missing) []string {
	out := make([]string, 0, len(crossed))
	for _, m := range crossed {
		out = append(out, m.Symbol+" moved on "+m.Day.String()+" at a value that is not known: "+m.Reason)
	}
	return out
}

// unsizedWithin are those of a span of the timeline.
func (r *runner) unsizedWithin(s performance.Span) (reasons []string) {
	for _, x := range r.timeline.Unsized {
		if x.Day > s.Start && x.Day <= s.End {
			reasons = append(reasons, unsized([]performance.Missing{{Symbol: x.Symbol, Day: x.Day, Reason: x.Reason}})...)
		}
	}
	return reasons
}

// changeOf is one holding's part; moved is false where nothing happened with it.
func (r *runner) changeOf(h *performance.HoldingGain, missing []performance.Missing) (row ChangeRow, moved bool) {
	if h.Quantity.IsZero() && h.Realised.Known && h.Realised.Decimal.IsZero() && h.Unrealised.Known && h.Unrealised.Decimal.IsZero() &&
		h.Dividends.IsZero() && h.Fees.IsZero() && h.Taxes.IsZero() {
		return row, false
	}
	var why []string
	for _, m := range missing {
		if m.Symbol == h.Symbol {
			why = append(why, m.Day.String()+": "+m.Reason)
		}
	}
	inst := r.Book.Instrument(h.Symbol)
	row = ChangeRow{Symbol: h.Symbol, Name: inst.Name, Group: groupOf(inst, h.Quantity),
		Realised: r.optional(h.Realised, "period_realised", why...), Unrealised: r.optional(h.Unrealised, "period_unrealised", why...),
		Dividends: r.onEnd(h.Dividends, "dividends"), Costs: r.onEnd(h.Fees.Add(h.Taxes), "costs")}
	if h.Realised.Known && h.Unrealised.Known {
		row.Total = r.onEnd(h.Realised.Decimal.Add(h.Unrealised.Decimal).Add(h.Dividends).Sub(h.Fees).Sub(h.Taxes), "holding_change")
		if why := r.doubtsOfEnds(h.Symbol); len(why) > 0 {
			row.Realised, row.Unrealised, row.Total = doubted(row.Realised, why...), doubted(row.Unrealised, why...), doubted(row.Total, why...)
		}
	} else {
		row.Total = Unknown(r.unit(), r.Period.End, "holding_change", why...)
	}
	return row, true
}

// onEnd makes an exact amount a figure of the end of the period.
func (r *runner) onEnd(amount money.Decimal, method string) Figure {
	return Money(amount, r.Book.Base, r.Period.End, method)
}

// optional makes an optional amount a figure of the end of the period; where it is
// unknown, why says it.
func (r *runner) optional(o money.Optional, method string, why ...string) Figure {
	if !o.Known {
		return Unknown(r.unit(), r.Period.End, method, why...)
	}
	return r.onEnd(o.Decimal, method)
}

// settleChange puts the cents that rounding each part left over into the largest
// part, so that the displayed parts add up to the displayed total.
func settleChange(c *Change) {
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
	if !c.Initial.Known() || !c.Final.Known() || !c.Transfers.Known() {
		return
	}
	rest := c.Final.Amount.Decimal.Sub(sum)
	if !rest.IsZero() && rest.Abs().Less(money.New(10, 2)) {
		largest.Amount.Decimal = largest.Amount.Decimal.Add(rest)
	}
}
