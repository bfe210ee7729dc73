package demo

import (
	"math"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// splits divides what is held of a symbol that splits today.
func (d *desk) splits() {
	var done []string
	for _, h := range d.held {
		l, public := d.find(h.symbol)
		if !public || h.quantity.IsZero() || contains(done, h.symbol) {
			continue
		}
		for _, s := range l.Splits {
			if s.Date != d.today {
				continue
			}
			ratio := ledger.Ratio{New: money.Int(s.New), Old: money.Int(s.Old)}
			d.write(ledger.Transaction{Type: ledger.Split, Symbol: h.symbol, Ratio: &ratio, Currency: l.Currency, Note: l.Name + " splits " + ratio.String()})
			for i := range d.held {
				if d.held[i].symbol == h.symbol {
					d.held[i].quantity = ratio.Apply(d.held[i].quantity)
				}
			}
			done = append(done, h.symbol)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// goEx notes the dividends that go ex today: whoever holds at the opening, before
// any trade of the day, is entitled.
func (d *desk) goEx() {
	for _, h := range d.held {
		l, public := d.find(h.symbol)
		if !public || h.quantity.IsZero() {
			continue
		}
		for _, div := range l.Dividends {
			if div.Ex == d.today {
				gross := h.quantity.Mul(div.Amount).Round(2)
				d.due = append(d.due, payment{div.Pay, h.account, h.symbol, gross, d.terms(h.account).reinvest && l.Class == instrument.Fund})
			}
		}
	}
}

// pay books the dividends that are paid today; a short position owes them.
func (d *desk) pay() {
	kept := d.due[:0]
	for _, p := range d.due {
		if p.day != d.today {
			kept = append(kept, p)
			continue
		}
		if p.gross.IsZero() {
			continue
		}
		t := d.terms(p.account)
		booked := ledger.Transaction{Type: ledger.Dividend, Account: p.account, Symbol: p.symbol, Currency: d.listing(p.symbol).Currency}
		net := p.gross
		if t.withheld != "" && p.gross.Sign() > 0 {
			tax := p.gross.Mul(money.MustParse(t.withheld)).Round(2)
			net = net.Sub(tax)
			booked.Taxes = money.Some(tax)
		}
		if p.gross.Sign() < 0 {
			booked.Note = "dividend owed on borrowed shares"
		}
		booked.Amount = money.Some(net)
		d.write(booked)
		d.credit(p.account, net)
		if p.reinvest {
			d.invest(p.account, p.symbol, net, "dividend reinvested")
		}
	}
	d.due = kept
}

// expire ends the options that expire today: worthless ones lapse, a written one
// that is not is assigned, a bought one is sold in the last minute.
func (d *desk) expire() {
	for i := 0; i < len(d.held); i++ {
		h := d.held[i]
		l, public := d.find(h.symbol)
		if !public || l.Class != instrument.Option || l.Expiry != d.today || h.quantity.IsZero() {
			continue
		}
		count := h.quantity.Abs()
		switch short := h.quantity.Sign() < 0; {
		case d.close(h.symbol) <= 0.01:
			d.write(ledger.Transaction{Type: ledger.OptionExpiry, Account: h.account, Symbol: h.symbol, Quantity: money.Some(count), Currency: l.Currency, Note: "expired worthless"})
			d.held[i].quantity = money.Zero
		case short:
			d.assign(i)
		default:
			d.tradeAt(ledger.Sell, h.account, h.symbol, count, amount(d.close(h.symbol)), "sold on its last day")
		}
	}
}

// assign uses a written put against its writer: the shares come in at the strike.
func (d *desk) assign(i int) {
	h := d.held[i]
	l := d.listing(h.symbol)
	if l.Right != instrument.Put {
		panic("demo: only puts are planned to be assigned, not " + h.symbol)
	}
	count := h.quantity.Abs()
	d.write(ledger.Transaction{Type: ledger.OptionAssigned, Account: h.account, Symbol: h.symbol, Quantity: money.Some(count), Currency: l.Currency, Note: "assigned at the strike"})
	shares := count.Mul(l.ContractSize())
	d.credit(h.account, shares.Mul(l.Strike.Decimal).Neg())
	d.held[i].quantity = money.Zero
	d.move(h.account, l.Underlying, shares)
}

// interest books a month's interest on cash at the bill's rate less a margin, or
// plus one on debts, and the fee on borrowed shares.
func (d *desk) interest() {
	bill := 0.0
	for _, c := range d.market.Curve {
		if c.Tenor == "3M" {
			for k, day := range c.Dates {
				if day <= d.today {
					bill = c.Yields[k]
				}
			}
		}
	}
	for _, b := range d.cash {
		t := d.terms(b.account)
		rate := math.Max(bill-0.0075, 0)
		if t.currency == "EUR" {
			rate = math.Max(bill-0.0200, 0)
		}
		month := amount(float64(b.amount.Float64()*rate) / 12)
		switch {
		case month.Sign() > 0:
			d.cashBooking(ledger.Interest, b.account, month, "interest on cash")
		case b.amount.Sign() < 0 && t.borrows:
			d.cashBooking(ledger.InterestCharge, b.account, amount(float64(-b.amount.Float64()*(bill+0.015))/12), "interest on margin")
		}
		if t.borrows {
			d.borrow(b.account)
		}
	}
}

// borrow charges half a percent a year on the value of what is sold short.
func (d *desk) borrow(account string) {
	short := 0.0
	for _, h := range d.held {
		if l, public := d.find(h.symbol); public && h.account == account && h.quantity.Sign() < 0 && l.Class != instrument.Option {
			short -= float64(h.quantity.Float64() * d.close(h.symbol))
		}
	}
	if charge := amount(float64(short*0.005) / 12); charge.Sign() > 0 {
		d.cashBooking(ledger.InterestCharge, account, charge, "fee for borrowed shares")
	}
}
