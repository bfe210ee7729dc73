package service

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// realised adds up what the trades' disposals gain: proceeds less cost at the rate of
// the purchase, as in the realised gains of an analysis.
func (t *trial) realised() RealisedGain {
	tried := map[string]bool{}
	for i := range t.added {
		tried[t.added[i].ID] = true
	}
	valuer := portfolio.NewValuer(t.book, t.panel)
	short, long := money.Zero, money.Zero
	var unknown []string
	out := RealisedGain{}
	for i := range t.book.Disposals {
		d := &t.book.Disposals[i]
		if !tried[t.book.Transactions[d.Transaction].ID] || d.Quantity.IsZero() {
			continue
		}
		out.Lots++
		gain, why := realisedGain(valuer, d)
		switch {
		case why != "":
			unknown = append(unknown, d.Symbol+": "+why)
		case d.LongTerm():
			long = long.Add(gain)
		default:
			short = short.Add(gain)
		}
	}
	figure := func(amount money.Decimal) analysis.Figure {
		f := analysis.Money(amount, t.book.Base, t.asOf, "realised")
		if len(unknown) > 0 {
			f = f.With(analysis.Partial, unknown...)
		}
		return f
	}
	out.Short, out.Long = figure(short), figure(long)
	return out
}

func realisedGain(v *portfolio.Valuer, d *lot.Disposal) (gain money.Decimal, why string) {
	if !d.Priced {
		return money.Zero, "a booking states no value"
	}
	in := v.Booked(d.Transaction, d.Value(), d.PaidIn)
	if !in.Known {
		return money.Zero, in.Reason
	}
	cost := v.Booked(d.Booking, d.Cost(), d.Currency)
	if !cost.Known {
		return money.Zero, cost.Reason
	}
	return in.Amount.Sub(cost.Amount), ""
}

// cashChanges is what the trades do to the cash of the accounts they touch.
func (t *trial) cashChanges(before *portfolio.Book) []CashChange {
	was, is := foldedOn(before, t.asOf), foldedOn(t.book, t.asOf)
	var out []CashChange
	for _, k := range keysOf(was.cash, is.cash) {
		if a, b := was.cash[k], is.cash[k]; !a.Equal(b) {
			out = append(out, CashChange{Account: k.account, Currency: k.currency, Before: a, After: b})
		}
	}
	slices.SortFunc(out, func(a, b CashChange) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}
