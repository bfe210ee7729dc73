package ledger

import (
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// What Validate finds, for errors.Is.
var (
	ErrType      = errors.New("there is no such transaction type")
	ErrMissing   = errors.New("a value that this type needs is missing")
	ErrSign      = errors.New("the number has the wrong sign")
	ErrDate      = errors.New("the date cannot be")
	ErrSelf      = errors.New("it goes to where it comes from")
	ErrDuplicate = errors.New("the id is used twice")
)

// Readable checks what every engine needs of a booking before anything else: a type
// that exists, a date, and numbers that can be kept exactly. It returns the first fault,
// nil where there is none.
func Readable(t *Transaction) *Fault {
	c := checker{Transaction: t}
	if c.readable() {
		c.numbers()
	}
	if len(c.faults) > 0 {
		return c.faults[0]
	}
	return nil
}

// readable checks type and date.
func (c *checker) readable() bool {
	if _, ok := effects[c.Type]; !ok {
		c.add("type", string(c.Type), ErrType.Error(), "use one of "+typeNames(), ErrType)
		return false
	}
	if c.Date.IsNone() || c.Date == 0 {
		c.add("date", "", "no date is given", "give the day as YYYY-MM-DD", ErrDate)
		return false
	}
	return true
}

func typeNames() string {
	types := Types()
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// Validate finds what cannot be right about bookings taken one by one: the faults name
// row (from 1, in the given order), id, field, value and cure. Whether the lots cover a
// sale is not asked here. instruments describes the symbols, nil where nothing is known
// of them; bookings after asOf are faults unless it is date.None.
func Validate(transactions []Transaction, instruments func(symbol string) instrument.Instrument, asOf date.Date) Faults {
	if instruments == nil {
		instruments = func(symbol string) instrument.Instrument { return instrument.Instrument{Symbol: symbol} }
	}
	var all Faults
	ids := make(map[string]int, len(transactions))
	for i := range transactions {
		t := &transactions[i]
		c := checker{Transaction: t, row: i + 1}
		c.check(instruments, asOf)
		if first, used := ids[t.ID]; used && t.ID != "" {
			c.add("id", t.ID, fmt.Sprintf("row %d has the same id", first), "give every booking its own id, or leave it out", ErrDuplicate)
		} else {
			ids[t.ID] = i + 1
		}
		all = append(all, c.faults...)
	}
	return all
}

// checker collects the faults of one booking.
type checker struct {
	*Transaction
	row    int
	faults Faults
}

func (c *checker) add(field, value, problem, cure string, err error) {
	f := c.fault(field, value, problem, cure, err)
	f.Row = c.row
	c.faults = append(c.faults, f)
}

func (c *checker) check(instruments func(string) instrument.Instrument, asOf date.Date) {
	if !c.readable() {
		return // without type and date nothing else can be judged
	}
	if !asOf.IsNone() && c.Date > asOf {
		c.add("date", c.Date.String(), "it lies after "+asOf.String(), "correct the date, or book it when that day has come", ErrDate)
	}
	c.numbers()
	c.currencies()
	counted := c.holding()
	c.worth(instruments, counted)
	c.direction()
	c.actions(instruments)
	c.tags()
}

// numbers checks that every number can be kept exactly.
func (c *checker) numbers() {
	c.bounds("quantity", c.Quantity)
	c.bounds("price", c.Price)
	c.bounds("amount", c.Amount)
	c.bounds("fees", c.Fees)
	c.bounds("taxes", c.Taxes)
	c.bounds("to_amount", c.ToAmount)
	c.bounds("cost_fraction", c.CostFraction)
	if c.LotSpec != nil {
		c.bounds("lot_spec.cost", c.LotSpec.Cost)
	}
	if r := c.Ratio; r != nil {
		c.bounds("ratio", money.Some(r.New))
		c.bounds("ratio", money.Some(r.Old))
		if r.New.Sign() <= 0 || r.Old.Sign() <= 0 {
			c.add("ratio", r.String(), "both sides of a ratio are positive", `give it as new:old, such as "2:1"`, ErrRatio)
		}
	}
	if g := c.GrossForeign; g != nil {
		c.bounds("gross_foreign.amount", money.Some(g.Amount))
		c.bounds("gross_foreign.rate", money.Some(g.Rate))
	}
	if g := c.GrossForeign; g != nil && (g.Rate.Sign() <= 0 || g.Amount.Sign() < 0) {
		c.add("gross_foreign", g.Amount.String()+" × "+g.Rate.String(), "amount and rate are positive", "1 unit of the foreign currency = rate units of the booking's", ErrSign)
	}
}

// bounds checks one number.
func (c *checker) bounds(field string, n money.Optional) {
	if !n.Known {
		return
	}
	if err := n.Decimal.CheckBounds(); err != nil {
		c.add(field, n.Decimal.String(), fmt.Sprintf("it has more than %d digits before or %d after the point", money.MaxIntegerDigits, money.MaxPlaces), "write it shorter", err)
	}
}

func (c *checker) currencies() {
	given := []struct {
		field string
		code  money.Currency
	}{{"currency", c.Currency}, {"to_currency", c.ToCurrency}}
	if c.GrossForeign != nil {
		given = append(given, struct {
			field string
			code  money.Currency
		}{"gross_foreign.currency", c.GrossForeign.Currency})
	}
	for _, g := range given {
		if g.code == "" {
			continue
		}
		if code, err := money.ParseCurrency(string(g.code)); err != nil || code != g.code {
			c.add(g.field, string(g.code), "it is not a currency code", "use the ISO code in capitals, such as EUR", money.ErrCurrency)
		}
	}
	e := c.Effect()
	if c.Currency == "" && (e.Cash != 0 || e.Flow != 0) && (c.Amount.Known || c.Price.Known) {
		c.add("currency", "", "no currency is given", "give the currency of the amount, such as EUR", ErrMissing)
	}
}

// holding checks symbol and quantity; it reports whether the quantity is in order.
func (c *checker) holding() bool {
	e := c.Effect()
	needsSymbol := e.Security || e.Position == Rewrites || c.Type == ReturnOfCapital
	if c.Symbol == "" && needsSymbol {
		c.add("symbol", "", "no symbol is given", "name the security", ErrMissing)
	}
	if strings.ContainsFunc(c.Symbol, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(c.Symbol) > 100 {
		c.add("symbol", c.Symbol, "it has control characters or is too long", "use at most 100 letters, digits and signs", ErrMissing)
	}
	before := len(c.faults)
	needsQuantity := e.Security && c.Type != OptionExpiry || c.Type == InternalMove && c.Symbol != ""
	switch {
	case !c.Quantity.Known && needsQuantity:
		c.add("quantity", "", "no quantity is given", "give the number of pieces", ErrMissing)
	case c.Quantity.Known && c.Quantity.Decimal.Sign() < 0:
		c.add("quantity", c.Quantity.Decimal.String(), "quantities are positive", "the type says the direction: use sell, sell_short or transfer_out for what leaves", ErrSign)
	case c.Quantity.Known && needsQuantity && c.Quantity.Decimal.IsZero():
		c.add("quantity", "0", "nothing is booked", "give the number of pieces, or leave the row out", ErrSign)
	}
	return len(c.faults) == before
}

// worth checks price and amount; where the quantity is wrong, only what does not depend
// on it.
func (c *checker) worth(instruments func(string) instrument.Instrument, counted bool) {
	if c.Price.Known && c.Price.Decimal.Sign() < 0 {
		c.add("price", c.Price.Decimal.String(), "prices are not negative", "the type says the direction", ErrSign)
		return
	}
	if !counted {
		return
	}
	trade := c.Type == Buy || c.Type == Sell || c.Type == SellShort || c.Type == BuyToCover
	if trade && !c.Amount.Known && c.Price.Known && c.Price.Decimal.IsZero() {
		c.add("price", "0", "a price of 0 mostly means that it is missing", "give the price; if it was for nothing, say so with amount 0", ErrMissing)
	}
	completed := *c.Transaction
	inst := instruments(c.Symbol)
	if err := Complete(&completed, inst); err != nil {
		var f *Fault
		if errors.As(err, &f) {
			f.Row = c.row
			c.faults = append(c.faults, f)
		}
		return
	}
	if c.Type == TransferIn && !completed.Amount.Known {
		c.add("amount", "", "no value is given for what came in", "give amount or price: it is the cost of the lot and the inflow of the day", ErrNoAmount)
	}
	if gross, ok := Gross(&completed, inst.ContractSize()); ok && gross.Sign() < 0 && c.Effect().Security {
		c.add("amount", completed.Amount.Decimal.String(), "less its costs it is negative", "a purchase's amount includes fees and taxes, a sale's is net of them", ErrSign)
	}
	switch c.Type {
	case Deposit, Withdrawal, CashIn:
		if completed.Amount.Decimal.Sign() < 0 {
			c.add("amount", completed.Amount.Decimal.String(), "amounts are positive", "the type says the direction: use withdrawal for cash that leaves", ErrSign)
		}
	}
}

// direction checks where transfers go.
func (c *checker) direction() {
	if c.Effect().Position != Moves {
		return
	}
	converted := c.Type == InternalMove && c.Symbol == "" && c.ToCurrency != "" && c.ToCurrency != c.Currency
	switch {
	case c.ToAccount == "" && !converted:
		c.add("to_account", "", "it is not said where it goes", "name the account that receives it", ErrMissing)
	case c.ToAccount == c.Account && !converted:
		c.add("to_account", c.ToAccount, ErrSelf.Error(), "name another account, or leave the row out", ErrSelf)
	}
	if converted && !c.ToAmount.Known {
		c.add("to_amount", "", "it is converted, but what arrived is not given", "give to_amount in "+string(c.ToCurrency), ErrMissing)
	}
	for _, n := range []struct {
		field string
		value money.Optional
	}{{"amount", c.Amount}, {"to_amount", c.ToAmount}} {
		if n.value.Known && n.value.Decimal.Sign() < 0 {
			c.add(n.field, n.value.Decimal.String(), "amounts are positive", "turn account and to_account round", ErrSign)
		}
	}
}

// actions checks corporate actions and option events.
func (c *checker) actions(instruments func(string) instrument.Instrument) {
	switch c.Type {
	case Split:
		if c.Ratio == nil {
			c.add("ratio", "", "no ratio is given", `give it as new:old, such as "2:1"`, ErrMissing)
		}
	case SpinOff, Merger:
		c.receives()
	case OptionExercise, OptionAssigned:
		if c.Symbol == "" {
			return
		}
		if _, err := DeliveryOf(c.Transaction, instruments(c.Symbol)); err != nil {
			var f *Fault
			if errors.As(err, &f) {
				f.Row = c.row
				c.faults = append(c.faults, f)
			}
		}
	}
}

// receives checks what a spin-off or merger gives.
func (c *checker) receives() {
	switch {
	case c.ToSymbol == "" && c.Type == Merger && c.Amount.Known:
		return // bought out for cash
	case c.ToSymbol == "":
		c.add("to_symbol", "", "it is not said what is received", "name the symbol that is received", ErrMissing)
	case c.ToSymbol == c.Symbol:
		c.add("to_symbol", c.ToSymbol, ErrSelf.Error(), "name the symbol that is received", ErrSelf)
	case c.Ratio == nil && !c.Quantity.Known:
		c.add("ratio", "", "it is not said how many pieces are received", "give ratio as new:old, or the quantity received", ErrMissing)
	}
	if c.Type != SpinOff {
		return
	}
	if f := c.CostFraction; !f.Known || f.Decimal.Sign() < 0 || money.One.Less(f.Decimal) {
		value := ""
		if f.Known {
			value = f.Decimal.String()
		}
		c.add("cost_fraction", value, "it is not said which part of the cost moves", "give a number between 0 and 1; the company publishes it", ErrMissing)
	}
}
