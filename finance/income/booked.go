package income

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// How far a booking may lie from the dates of a dividend and still be that dividend:
// brokers book on the pay date, on the ex-date, or when the money was worked through.
const (
	beforeEx    = 5  // days before the ex-date
	afterPay    = 21 // days after the pay date
	withoutPay  = 75 // days after the ex-date, where no pay date is known
	usualDelay  = 14 // days from ex-date to payment, to find the nearest where no pay date is known
	reinvestIn  = 5  // days within which a reinvested dividend is bought for
	lastWithout = 4  // how many of the last payments say what tax is kept back
)

// Booking is what a ledger says an account was paid on a symbol on one day.
type Booking struct {
	Account  string
	Symbol   string
	Date     date.Date
	Currency money.Currency
	Gross    money.Decimal  // negative: paid by a short position
	Taxes    money.Optional // kept back; not known where a booking of the day says nothing
	Net      money.Decimal  // the cash that moved
	Returned money.Decimal  // the part of Gross that is capital returned, no income
}

// Booked lists the dividends, coupons and returned capital of a book by account, symbol
// and day, in order of day. Bookings of one day are one payment, so that one and its
// reversal are none.
func Booked(b *portfolio.Book) []Booking {
	type key struct {
		account, symbol string
		day             date.Date
		currency        money.Currency
	}
	at := map[key]int{}
	var all []Booking
	for i := range b.Transactions {
		t := &b.Transactions[i]
		if t.Symbol == "" || t.Type != ledger.Dividend && t.Type != ledger.Coupon && t.Type != ledger.ReturnOfCapital {
			continue
		}
		k := key{t.Account, t.Symbol, t.Date, t.Currency}
		n, ok := at[k]
		if !ok {
			n = len(all)
			at[k] = n
			all = append(all, Booking{Account: t.Account, Symbol: t.Symbol, Date: t.Date, Currency: t.Currency, Taxes: money.Some(money.Zero)})
		}
		x := &all[n]
		x.Gross = x.Gross.Add(t.Amount.OrZero()).Add(t.Fees.OrZero()).Add(t.Taxes.OrZero())
		x.Net = x.Net.Add(t.Amount.OrZero())
		if t.Type == ledger.ReturnOfCapital {
			x.Returned = x.Returned.Add(t.Amount.OrZero()).Add(t.Fees.OrZero()).Add(t.Taxes.OrZero())
		}
		x.Taxes.Known = x.Taxes.Known && t.Taxes.Known
		x.Taxes.Decimal = x.Taxes.Decimal.Add(t.Taxes.OrZero())
	}
	all = slices.DeleteFunc(all, func(x Booking) bool { return x.Gross.IsZero() })
	slices.SortStableFunc(all, func(x, y Booking) int { return int(x.Date) - int(y.Date) })
	return all
}

// Unbooked are those of due that the book has no booking for, in their order.
//
// A booking is the payment of a dividend where symbol and account are the same, it has
// the same direction (received or owed), and it lies from five days before the ex-date
// to 21 days after the pay date, or 75 days after the ex-date where no pay date is
// known. Each booking is the payment of one dividend and the nearest pairs come first,
// so that a monthly payer's months are told apart; amounts are not compared, as taxes
// and exchange rates are booked in many ways. A booking in an account that did not hold
// the symbol then (an account for cash) is the payment of that ex-date in all accounts
// that are left.
func Unbooked(due []Due, b *portfolio.Book) []Due {
	booked := Booked(b)
	paid := make([]bool, len(due))
	used := make([]bool, len(booked))
	for _, elsewhere := range []bool{false, true} {
		for _, p := range pairs(due, booked, b, elsewhere) {
			if paid[p.due] || used[p.booking] {
				continue
			}
			used[p.booking] = true
			for i := range due {
				if i == p.due || elsewhere && due[i].Symbol == due[p.due].Symbol && due[i].ExDate == due[p.due].ExDate {
					paid[i] = true
				}
			}
		}
	}
	var left []Due
	for i := range due {
		if !paid[i] {
			left = append(left, due[i])
		}
	}
	return left
}

// pair is a dividend and a booking that may be its payment.
type pair struct{ due, booking, distance int }

func pairs(due []Due, booked []Booking, b *portfolio.Book, elsewhere bool) []pair {
	bySymbol := map[string][]int{}
	for k := range booked {
		bySymbol[booked[k].Symbol] = append(bySymbol[booked[k].Symbol], k)
	}
	var all []pair
	for i := range due {
		d := &due[i]
		for _, k := range bySymbol[d.Symbol] {
			x := &booked[k]
			if (x.Account != d.Account) != elsewhere || x.Gross.Sign() != d.Gross.Sign() {
				continue
			}
			if elsewhere && !b.Quantity(portfolio.Node{Accounts: []string{x.Account}}, x.Symbol, d.ExDate-1).IsZero() {
				continue
			}
			if distance, ok := d.distance(x.Date); ok {
				all = append(all, pair{i, k, distance})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y pair) int {
		return cmp.Or(cmp.Compare(x.distance, y.distance), cmp.Compare(x.due, y.due), cmp.Compare(x.booking, y.booking))
	})
	return all
}

// distance is how many days a booking lies from when the dividend was to be paid; ok is
// false where it lies too far away.
func (d *Due) distance(day date.Date) (days int, ok bool) {
	expected, last := d.PayDate, d.PayDate+afterPay
	if d.PayDate.IsNone() {
		expected, last = d.ExDate+usualDelay, d.ExDate+withoutPay
	}
	if day < d.ExDate-beforeEx || day > last {
		return 0, false
	}
	if day == d.ExDate { // booked on the ex-date: as good as on the pay date
		return 0, true
	}
	return max(int(day-expected), int(expected-day)), true
}

// Withholding is the tax that will be kept back of a payment of gross, where the last
// payments of the symbol in the account (at most four, at least two) all lost the same
// share of it, to the rounding of a cent or half a percent of the payment. Else it is
// not known, and neither is it of what is owed.
func Withholding(b *portfolio.Book, account, symbol string, gross money.Decimal, places int32) money.Optional {
	if gross.Sign() <= 0 {
		return money.Optional{}
	}
	var last []Booking
	for _, x := range Booked(b) {
		if x.Account == account && x.Symbol == symbol && x.Gross.Sign() > 0 {
			last = append(last, x)
		}
	}
	if len(last) > lastWithout {
		last = last[len(last)-lastWithout:]
	}
	if len(last) < 2 {
		return money.Optional{}
	}
	// The rate of the largest payment is the one that rounding has changed least.
	largest := slices.MaxFunc(last, func(a, b Booking) int { return a.Gross.Cmp(b.Gross) })
	for _, x := range last {
		if !x.Taxes.Known {
			return money.Optional{}
		}
		off := x.Taxes.Decimal.Sub(x.Gross.MulDiv(largest.Taxes.Decimal, largest.Gross, money.Places)).Abs()
		if off.Cmp(money.Max(money.New(2, 2), x.Gross.Mul(money.New(5, 3)))) > 0 {
			return money.Optional{}
		}
	}
	return money.Some(gross.MulDiv(largest.Taxes.Decimal, largest.Gross, money.Places).Round(places))
}

// Reinvests reports whether the last payment of the symbol in the account was reinvested:
// its net amount, to a hundredth, was spent on the symbol within five days.
func Reinvests(b *portfolio.Book, account, symbol string) bool {
	var last *Booking
	for _, x := range Booked(b) {
		if x.Account == account && x.Symbol == symbol {
			last = &x
		}
	}
	if last == nil || last.Net.Sign() <= 0 {
		return false
	}
	for i := range b.Transactions {
		t := &b.Transactions[i]
		if t.Type != ledger.Buy || t.Account != account || t.Symbol != symbol || t.Currency != last.Currency || t.Date < last.Date || t.Date > last.Date+reinvestIn {
			continue
		}
		if t.Amount.OrZero().Sub(last.Net).Abs().Cmp(last.Net.Mul(money.New(1, 2))) <= 0 {
			return true
		}
	}
	return false
}
