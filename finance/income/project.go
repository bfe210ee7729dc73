package income

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Basis says how sure an expected payment is.
type Basis string

// The bases, the surest first.
const (
	Settled   Basis = "entitled"  // the ex-date is over: it only has to be paid
	Announced Basis = "announced" // declared, with an ex-date to come: for who holds until then
	Estimated Basis = "estimated" // a regular payment of the last year once more
)

// Expected is a payment of a symbol to come.
type Expected struct {
	Symbol   string
	ExDate   date.Date // date.None: not known
	Date     date.Date // when it is paid: the pay date, else the ex-date
	Paid     bool      // Date is a pay date
	PerShare money.Decimal
	Currency money.Currency
	Basis    Basis
	Special  bool
	Like     date.Date // ex-date of the payment that an estimate repeats
}

// Payer says what is known of who pays.
type Payer string

// The sorts of payers.
const (
	Pays    Payer = "pays"
	Once    Payer = "once"    // one regular payment is known: that is no rhythm
	Stopped Payer = "stopped" // paid, and is overdue
	Never   Payer = "never"   // it is known that there was none
	Unclear Payer = "unclear" // no dividends are known, which may be because nobody said any
)

// Projection is what a symbol may be expected to pay.
type Projection struct {
	Payer    Payer
	Payments []Expected // by day
	Reason   string     // why nothing is estimated; empty: something is
	// Open says that it is not known what it will pay, so that what no payment is listed
	// for is not nothing.
	Open bool
}

// Project says what a share of today is expected to pay in (asOf, until], which is at
// most a year. Announced payments stand as they are. Regular payments whose money came in
// the last year are repeated a year later, at the amount of a share of today, unless an
// announced one stands in their place (the nearest within half the payer's interval, at
// most 90 days). Special payments are not repeated, and those of a payer that is overdue
// by over half its interval and three weeks are not either. covered says that the list of
// dividends is known to be whole, so that none means none.
func Project(symbol string, a *market.Actions, asOf, until date.Date, covered bool) Projection {
	if a == nil {
		a = &market.Actions{}
	}
	all := Payments(a)
	if len(all) == 0 {
		if covered {
			return Projection{Payer: Never, Reason: "it has paid nothing"}
		}
		return Projection{Payer: Unclear, Reason: "no dividends of it are known", Open: true}
	}
	special := Specials(a)
	out := Projection{Payer: Pays}
	var firm []Expected
	for _, d := range all {
		e := expected(symbol, d, special[d.ExDate])
		switch {
		case e.Date <= asOf:
			continue
		case d.ExDate > asOf:
			e.Basis = Announced
		default:
			e.Basis = Settled
			e.PerShare = today(d.Amount, a, d.ExDate, asOf)
		}
		firm = append(firm, e)
		if e.Date <= until {
			out.Payments = append(out.Payments, e)
		}
	}
	known := slices.DeleteFunc(without(all, special), func(d market.DividendEvent) bool { return d.ExDate > asOf })
	usual := interval(without(all, special))
	switch {
	case len(known) == 0:
		out.Reason, out.Open = "no regular payment has been made yet", len(out.Payments) == 0
	case usual == 0:
		out.Payer, out.Reason = Once, fmt.Sprintf("one payment, of %s, is no rhythm", known[0].ExDate)
		out.Open = len(out.Payments) == 0
	case stopped(without(all, special), usual, asOf):
		out.Payer, out.Reason = Stopped, fmt.Sprintf("the last regular payment was of %s: it is overdue", known[len(known)-1].ExDate)
		out.Open = len(out.Payments) == 0 && !covered
	default:
		out.Payments = append(out.Payments, repeated(symbol, a, known, firm, usual, asOf, until)...)
	}
	slices.SortStableFunc(out.Payments, func(x, y Expected) int { return cmp.Compare(x.Date, y.Date) })
	return out
}

func expected(symbol string, d market.DividendEvent, special bool) Expected {
	e := Expected{Symbol: symbol, ExDate: d.ExDate, Date: d.ExDate, PerShare: d.Amount, Currency: d.Currency, Special: special, Like: date.None}
	if !d.PayDate.IsNone() {
		e.Date, e.Paid = d.PayDate, true
	}
	return e
}

// repeated are the regular payments of the last year once more, where no firm one stands
// in their place.
func repeated(symbol string, a *market.Actions, regular []market.DividendEvent, firm []Expected, usual float64, asOf, until date.Date) []Expected {
	near := date.Date(min(usual/2, 90))
	var list []Expected
	for _, d := range regular {
		e := expected(symbol, d, false)
		again := e.Date.AddYears(1)
		if again <= asOf || e.Date > asOf || again > until {
			continue
		}
		e.Basis, e.Like, e.PerShare = Estimated, d.ExDate, today(d.Amount, a, d.ExDate, asOf)
		e.ExDate, e.Date = d.ExDate.AddYears(1), again
		list = append(list, e)
	}
	for _, f := range firm {
		if f.Special {
			continue
		}
		nearest := -1
		for i, e := range list {
			if away(e.ExDate, f.ExDate) <= near && (nearest < 0 || away(e.ExDate, f.ExDate) < away(list[nearest].ExDate, f.ExDate)) {
				nearest = i
			}
		}
		if nearest >= 0 {
			list = slices.Delete(list, nearest, nearest+1)
		}
	}
	return list
}

func away(a, b date.Date) date.Date { return max(a-b, b-a) }
