package service

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// endOfTime is a day after every booking.
var endOfTime = date.Must(9999, 12, 31)

// foldedDraft is what a ledger comes to: cash and holdings by account.
type foldedDraft struct {
	book     *portfolio.Book
	cash     map[cashKey]money.Decimal
	holdings map[holdingKey]money.Decimal
}

type cashKey struct {
	account  string
	currency money.Currency
}

type holdingKey struct{ account, symbol string }

func newFolded(b *portfolio.Book) *foldedDraft {
	if b == nil {
		return nil
	}
	f := foldedOn(b, endOfTime)
	return &f
}

func foldedOn(b *portfolio.Book, day date.Date) foldedDraft {
	f := foldedDraft{book: b, cash: map[cashKey]money.Decimal{}, holdings: map[holdingKey]money.Decimal{}}
	for _, c := range b.Balances(portfolio.Node{}, day) {
		f.cash[cashKey{c.Account, c.Cash.Currency}] = c.Cash.Amount
	}
	for _, h := range b.Holdings(portfolio.Node{}, day) {
		f.holdings[holdingKey{h.Account, h.Symbol}] = h.Quantity
	}
	return f
}

// compare fills what the new bookings change, and holds the result against the closing
// figures that the file states.
func (p *plan) compare(beforeBook *portfolio.Book, after *foldedDraft) {
	if after == nil {
		return
	}
	p.checks(after)
	p.lots(after)
	before := newFolded(beforeBook)
	if before == nil {
		return
	}
	for _, key := range keysOf(before.cash, after.cash) {
		if was, is := before.cash[key], after.cash[key]; !was.Equal(is) {
			p.Cash = append(p.Cash, CashChange{Account: key.account, Currency: key.currency, Before: was, After: is})
		}
	}
	slices.SortFunc(p.Cash, func(a, b CashChange) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	})
	for _, key := range keysOf(before.holdings, after.holdings) {
		was, held := before.holdings[key]
		if is := after.holdings[key]; !was.Equal(is) {
			p.Holdings = append(p.Holdings, HoldingChange{Account: key.account, Symbol: key.symbol, Before: was, After: is, New: !held})
		}
	}
	slices.SortFunc(p.Holdings, func(a, b HoldingChange) int {
		return cmp.Or(cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Account, b.Account))
	})
}

func keysOf[K comparable](a, b map[K]money.Decimal) []K {
	var keys []K
	for k := range a {
		keys = append(keys, k)
	}
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, k)
		}
	}
	return keys
}

// lots counts what the new bookings open and close and adds up what they realise.
func (p *plan) lots(after *foldedDraft) {
	added := make(map[string]bool, len(p.added))
	for i := range p.added {
		added[p.added[i].ID] = true
	}
	isNew := func(booking int) bool {
		return booking >= 0 && booking < len(after.book.Transactions) && added[after.book.Transactions[booking].ID]
	}
	for l := range after.book.Lots.Lots() {
		if isNew(l.Booking) {
			p.LotsOpened++
		}
	}
	realised := map[money.Currency]money.Decimal{}
	for i := range after.book.Disposals {
		d := &after.book.Disposals[i]
		if !isNew(d.Transaction) {
			continue
		}
		if !d.Quantity.IsZero() {
			p.LotsClosed++
		}
		if gain, ok := d.Gain(); ok {
			realised[d.PaidIn] = realised[d.PaidIn].Add(gain)
		}
	}
	for currency, gain := range realised {
		p.Realised = append(p.Realised, money.Of(gain, currency))
	}
	slices.SortFunc(p.Realised, func(a, b money.Money) int { return cmp.Compare(a.Currency, b.Currency) })
}

// checks compares the closing positions and balances of the file with ours of that day.
func (p *plan) checks(after *foldedDraft) {
	days := map[date.Date]foldedDraft{}
	for _, b := range p.file.Balances {
		day := b.Date
		if day == 0 || day.IsNone() {
			day = endOfTime
		}
		on, ok := days[day]
		if !ok {
			on = foldedOn(after.book, day)
			days[day] = on
		}
		found := on.cash[cashKey{b.Account, b.Currency}]
		if b.Symbol != "" {
			found = on.holdings[holdingKey{b.Account, b.Symbol}]
		}
		p.Checks = append(p.Checks, Check{Date: b.Date, Account: b.Account, Symbol: b.Symbol, Currency: b.Currency, Stated: b.Quantity, Found: found, Agrees: found.Equal(b.Quantity)})
	}
}
