// Package lot keeps tax lots: what was bought when and for how much, which of it a
// sale took, and what was gained by it.
//
// Model: a lot is what one booking opened. It holds its total cost, exact, not a cost
// per unit: a part that is sold takes cost × part / quantity rounded to money.Places
// and the rest keeps what is left, so that quantities and costs are conserved to the
// last digit through any sequence of sales, splits and transfers.
//
// Signs: a short lot has a negative quantity and a negative cost, for it brought cash.
// Closing it has negative proceeds, for covering costs cash. So for both sides
//
//	unrealised gain = value − cost        realised gain = proceeds − cost
//
// Units: amounts are in the currency of the booking that made them. Nothing is
// converted here: a gain between two currencies is unknown, not zero.
//
// Costs: fees and taxes are kept apart from the gross value on both ends. Whether they
// count in cost and proceeds is the policy's fees_in_cost_basis.
//
// Sources: matching rules after beancount's booking methods (STRICT, STRICT_WITH_SIZE,
// FIFO, LIFO, HIFO, NONE) and hledger's lots (…ALL, averages that keep their dates);
// the options rules are those of IRS Publication 550 (the premium of an exercised
// option becomes part of the underlying's cost or proceeds).
package lot

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Lot is what is still open of one opening booking.
type Lot struct {
	Account  string
	Symbol   string
	Quantity money.Decimal // negative for a short lot
	Gross    money.Decimal // paid for it without costs; negative for a short lot
	Fees     money.Decimal // of the opening booking; positive on both sides
	Taxes    money.Decimal // of the opening booking; positive on both sides
	Currency money.Currency
	Opened   date.Date // what the holding period counts from
	Label    string
	Booking  int   // index of the opening booking
	ID       int32 // unlike in one Keeper, rising in the order of opening; parts keep it
	expensed bool  // fees and taxes do not count in cost
}

// Short reports whether the lot is a short one.
func (l *Lot) Short() bool { return l.Quantity.Sign() < 0 }

// Cost is the total cost: gross, and fees and taxes where the policy counts them.
func (l *Lot) Cost() money.Decimal {
	if l.expensed {
		return l.Gross
	}
	c := l.Gross
	if !l.Fees.IsZero() {
		c = c.Add(l.Fees)
	}
	if !l.Taxes.IsZero() {
		c = c.Add(l.Taxes)
	}
	return c
}

// UnitCost is the cost of one piece, positive on both sides, rounded to money.Places.
func (l *Lot) UnitCost() money.Decimal {
	if l.Quantity.IsZero() {
		return money.Zero
	}
	return l.Cost().DivRound(l.Quantity, money.Places)
}

// Disposal is a part of a lot that was closed, and what it brought.
type Disposal struct {
	// Lot is the part that was closed. Its quantity is zero where only cost was taken
	// out (return of capital).
	Lot
	Transaction int // index of the closing booking
	Closed      date.Date
	Type        ledger.Type    // of the closing booking
	Proceeds    Proceeds       // negative where closing cost cash
	PaidIn      money.Currency // the currency of the proceeds
	// Priced is false where the closing booking states no value: then proceeds and gain
	// are unknown.
	Priced bool
	// Missing marks the shortfall of an oversold position: no lot stands behind it and
	// its cost is zero by policy.
	Missing bool
	// Rolled marks an option whose premium became part of the underlying's cost or
	// proceeds: its own gain is zero.
	Rolled bool
}

// Proceeds is what a disposal brought, its costs apart.
type Proceeds struct {
	Gross money.Decimal // before costs; negative where closing cost cash
	Fees  money.Decimal // positive on both sides
	Taxes money.Decimal
}

// Net is gross less fees and taxes.
func (p Proceeds) Net() money.Decimal {
	n := p.Gross
	if !p.Fees.IsZero() {
		n = n.Sub(p.Fees)
	}
	if !p.Taxes.IsZero() {
		n = n.Sub(p.Taxes)
	}
	return n
}

// Value is what the proceeds count for: net of costs, or gross where the policy
// expenses them.
func (d *Disposal) Value() money.Decimal {
	if d.expensed {
		return d.Proceeds.Gross
	}
	return d.Proceeds.Net()
}

// Gain is proceeds less cost. ok is false where the proceeds are unknown or in
// another currency than the cost.
func (d *Disposal) Gain() (gain money.Decimal, ok bool) {
	if !d.Priced || d.PaidIn != d.Currency {
		return money.Zero, false
	}
	return d.Value().Sub(d.Cost()), true
}

// GrossGain is the gain without fees and taxes on either end, under the same conditions.
func (d *Disposal) GrossGain() (gain money.Decimal, ok bool) {
	if !d.Priced || d.PaidIn != d.Currency {
		return money.Zero, false
	}
	return d.Proceeds.Gross.Sub(d.Gross), true
}

// Days is how long the part was held.
func (d *Disposal) Days() int { return int(d.Closed - d.Opened) }

// LongTerm reports whether it was held more than 365 days.
func (d *Disposal) LongTerm() bool { return !d.Missing && d.Days() > 365 }
