// Package income says which dividends a book was entitled to, which of them it has
// booked, and what its holdings may be expected to pay.
//
// Model: whoever holds a share at the close of the day before the ex-date is entitled to
// the dividend, whatever is sold on the ex-date or later; a short position owes it. What
// is due is compared with what the ledger says was paid (Unbooked). What is to come is
// what has been announced and, apart from that and marked as an estimate, the regular
// payments of the last year once more (Project).
//
// Units: quantities are exact, short ones negative; amounts are exact and before tax, in
// the major unit of their currency (a dividend of 15 GBX is 0.15 GBP). What is owed is
// negative. A day that is not known is date.None.
//
// Sources: entitlement after the exchanges' ex-date rule (trades on or after the ex-date
// settle without the dividend); the projection is the forward dividend that data vendors
// state, from the payments themselves.
package income

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Due is a dividend that an account is entitled to, or owes.
type Due struct {
	Account  string
	Symbol   string
	ExDate   date.Date
	PayDate  date.Date      // date.None: not known
	PerShare money.Decimal  // in Currency, per share as traded on the ex-date
	Currency money.Currency // a major unit
	Quantity money.Decimal  // held at the close before, in shares of the ex-date; short negative
	Gross    money.Decimal  // Quantity × PerShare; negative: owed
	Special  bool           // not one of the payer's regular payments
}

// Paid is when the money moves, as far as that is known: the pay date, else the ex-date.
func (d *Due) Paid() date.Date {
	if d.PayDate.IsNone() {
		return d.ExDate
	}
	return d.PayDate
}

// Entitled lists what the accounts of a book are entitled to by the ex-dates in
// (from, to], in order of ex-date; those of one day in the order in which symbols and
// accounts first appear. Long and short of one symbol in one account are taken together. actions says what is known of a symbol; nil: nothing.
func Entitled(b *portfolio.Book, actions func(symbol string) *market.Actions, from, to date.Date) []Due {
	var all []Due
	for _, symbol := range b.Symbols {
		known := actions(symbol)
		if known == nil || len(known.Dividends) == 0 {
			continue
		}
		dividends := Payments(known)
		special := Specials(known)
		clean := &market.Actions{Dividends: dividends}
		for _, account := range b.Accounts {
			node := portfolio.Node{Accounts: []string{account}}
			held := func(day date.Date) money.Decimal {
				q := b.Quantity(node, symbol, day)
				for _, s := range b.Splits(symbol) {
					if s.Date == day+1 { // the dividend is per share as traded on the ex-date
						q = s.Ratio.Apply(q)
					}
				}
				return q
			}
			for _, e := range clean.Entitled(from, to, held) {
				all = append(all, Due{Account: account, Symbol: symbol, ExDate: e.Event.ExDate, PayDate: e.Event.PayDate, PerShare: e.Event.Amount, Currency: e.Event.Currency,
					Quantity: e.Quantity, Gross: e.Gross.Amount, Special: special[e.Event.ExDate]})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Due) int { return int(a.ExDate) - int(b.ExDate) })
	return all
}

// Payments are the dividends of an instrument in order of their ex-dates, in major units
// of their currency. Several of one ex-date and currency are one payment; those without
// an amount are left out.
func Payments(a *market.Actions) []market.DividendEvent {
	var out []market.DividendEvent
	if a == nil {
		return nil
	}
	for _, d := range a.Dividends {
		if d.Amount.Sign() <= 0 || d.ExDate == 0 || d.ExDate.IsNone() {
			continue
		}
		if d.PayDate == 0 || d.PayDate < d.ExDate {
			d.PayDate = date.None
		}
		major, parts := d.Currency.Major()
		if parts > 1 {
			d.Currency, d.Amount = major, d.Amount.DivRound(money.Int(parts), money.Places)
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(x, y market.DividendEvent) int { return int(x.ExDate) - int(y.ExDate) })
	merged := out[:0]
	for _, d := range out {
		if last := len(merged) - 1; last >= 0 && merged[last].ExDate == d.ExDate && merged[last].Currency == d.Currency {
			merged[last].Amount = merged[last].Amount.Add(d.Amount)
			merged[last].PayDate = max(merged[last].PayDate, d.PayDate)
			continue
		}
		merged = append(merged, d)
	}
	return merged
}
