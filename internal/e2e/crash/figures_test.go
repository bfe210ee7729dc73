package crash

import (
	"context"
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
)

// figures are what the program shows of the file.
type figures struct {
	asOf     date.Date
	cash     money.Optional
	value    money.Optional
	quantity map[string]money.Decimal
	valued   int // 1 where the value could be compared
}

func figuresOf(ctx context.Context, svc *service.Service, caller service.Caller, portfolio string) (f figures, err error) {
	a, err := svc.Analysis(ctx, caller, service.Question{Portfolios: []string{portfolio}})
	if err != nil {
		return f, fmt.Errorf("the figures cannot be computed: %w", err)
	}
	f = figures{asOf: a.AsOf, cash: a.Summary.Cash.Amount, value: a.Summary.Value.Amount, quantity: map[string]money.Decimal{}}
	for _, h := range a.Holdings {
		if h.Group != "cash" {
			f.quantity[h.Symbol] = h.Quantity
		}
	}
	return f, nil
}

// check adds the bookings up again, in the plainest way, and compares.
func (f *figures) check(all *found) error {
	if len(all.rows) == 0 {
		return nil
	}
	cash, quantity := money.Decimal{}, map[string]money.Decimal{}
	for i := range all.rows {
		t := &all.rows[i].Transaction
		trade := t.Quantity.Decimal.Mul(t.Price.Decimal)
		switch t.Type {
		case ledger.Deposit, ledger.Interest:
			cash = cash.Add(t.Amount.Decimal)
		case ledger.Withdrawal, ledger.Fee:
			cash = cash.Sub(t.Amount.Decimal)
		case ledger.Buy:
			cash = cash.Sub(trade).Sub(t.Fees.Decimal)
			quantity[t.Symbol] = quantity[t.Symbol].Add(t.Quantity.Decimal)
		case ledger.Sell:
			cash = cash.Add(trade).Sub(t.Fees.Decimal)
			quantity[t.Symbol] = quantity[t.Symbol].Sub(t.Quantity.Decimal)
		default:
			return fmt.Errorf("nobody booked a %s", t.Type)
		}
	}
	if !f.cash.Known || !f.cash.Decimal.Equal(cash) {
		return fmt.Errorf("the cash shown is %v, the bookings leave %s", f.cash, cash)
	}
	value, priced := cash, true
	for symbol, held := range quantity {
		if !held.Equal(f.quantity[symbol]) {
			return fmt.Errorf("%s of %s are shown, %s are held", f.quantity[symbol], symbol, held)
		}
		price, ok := all.price(symbol, f.asOf)
		priced = priced && (ok || held.IsZero())
		value = value.Add(held.Mul(price))
	}
	if !priced {
		return nil
	}
	f.valued = 1
	if !f.value.Known || !f.value.Decimal.Equal(value) {
		return fmt.Errorf("the value shown is %v, the bookings and prices make %s", f.value, value)
	}
	return nil
}

// price is the last one known on a day.
func (f *found) price(symbol string, on date.Date) (price money.Decimal, ok bool) {
	last := date.None
	for _, p := range f.own {
		if p.Symbol == symbol && p.Date <= on && p.Date > last {
			last, price, ok = p.Date, p.Price, true
		}
	}
	for i := range f.series {
		s := &f.series[i]
		for k, d := range s.Dates {
			if s.Symbol == symbol && d <= on && d > last {
				last, ok = d, true
				price, _ = money.FromFloat(s.Close[k])
			}
		}
	}
	return price, ok
}
