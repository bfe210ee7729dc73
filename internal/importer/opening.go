package importer

import (
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Opening is what must have been there before the first booking of the file for its
// stated closing figures to come out: the closing quantity with the bookings undone,
// latest first. A statement of one month thus tells what was held before it. Only what
// is not zero is given, dated the day before the file's first booking.
//
// Cash is undone for accounts that state it in that currency. Securities are undone for
// accounts that state any position; what is booked there and not stated is taken to be
// gone. Symbols with option events are left out, because those do not say which side
// was held.
func (f *File) Opening() []Balance {
	all := f.Transactions()
	if len(all) == 0 {
		return nil
	}
	first := all[0].Date
	for i := range all {
		first = min(first, all[i].Date)
	}
	open := map[place]*Balance{}
	stated := map[string]date.Date{} // accounts that state positions, and when
	for _, b := range f.Balances {
		copied := b
		open[place{b.Account, b.Symbol, cashOnly(b)}] = &copied
		if b.Symbol != "" {
			stated[b.Account] = max(stated[b.Account], b.Date)
		}
	}
	for i := range all {
		t := &all[i]
		if on, ok := stated[t.Account]; ok && t.Symbol != "" && t.Effect().Position != ledger.Untouched {
			if at := (place{t.Account, t.Symbol, ""}); open[at] == nil {
				open[at] = &Balance{Date: on, Account: t.Account, Symbol: t.Symbol, Currency: t.Currency}
			}
		}
	}
	order := ledger.Order(all)
	slices.Reverse(order)
	for _, i := range order {
		undo(open, &all[i])
	}
	var list []Balance
	for _, b := range open {
		if !b.Quantity.IsZero() {
			b.Date = first - 1
			list = append(list, *b)
		}
	}
	slices.SortFunc(list, func(a, b Balance) int {
		return strings.Compare(a.Account+"\x00"+a.Symbol+"\x00"+string(a.Currency), b.Account+"\x00"+b.Symbol+"\x00"+string(b.Currency))
	})
	return list
}

// place is where something is held; the currency counts for cash only.
type place struct {
	account, symbol string
	cash            money.Currency
}

func cashOnly(b Balance) money.Currency {
	if b.Symbol == "" {
		return b.Currency
	}
	return ""
}

// undo takes a booking back out of the closing figures dated on its day or later.
func undo(open map[place]*Balance, t *ledger.Transaction) {
	at := func(account, symbol string, cash money.Currency) *Balance {
		if b := open[place{account, symbol, cash}]; b != nil && t.Date <= b.Date {
			return b
		}
		return nil
	}
	effect := t.Effect()
	if b := at(t.PaidFrom(), "", t.Currency); b != nil && t.Amount.Known {
		switch effect.Cash {
		case 1:
			b.Quantity = b.Quantity.Sub(t.Amount.Decimal)
		case -1:
			b.Quantity = b.Quantity.Add(t.Amount.Decimal)
		}
	}
	b := at(t.Account, t.Symbol, "")
	if b == nil || t.Symbol == "" {
		return
	}
	switch effect.Position {
	case ledger.Opens, ledger.ClosesShort:
		b.Quantity = b.Quantity.Sub(t.Quantity.OrZero())
	case ledger.Closes, ledger.OpensShort:
		b.Quantity = b.Quantity.Add(t.Quantity.OrZero())
	case ledger.Moves:
		b.Quantity = b.Quantity.Add(t.Quantity.OrZero())
		if to := at(t.ToAccount, t.Symbol, ""); to != nil {
			to.Quantity = to.Quantity.Sub(t.Quantity.OrZero())
		}
	case ledger.Rewrites:
		if t.Type == ledger.Split && t.Ratio != nil {
			b.Quantity = b.Quantity.MulDiv(t.Ratio.Old, t.Ratio.New, money.Places)
		}
	case ledger.Ends:
		delete(open, place{t.Account, t.Symbol, ""})
	}
}
