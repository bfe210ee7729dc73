package calc

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
)

func init() { register("lots", lotsDoor) }

// lotLine is an open lot, or the part of a lot that was sold.
type lotLine struct {
	Account  string         `json:"account,omitempty"`
	Symbol   string         `json:"symbol"`
	Quantity money.Decimal  `json:"quantity"`
	Cost     money.Decimal  `json:"cost"` // per unit
	Currency money.Currency `json:"currency"`
	Date     date.Date      `json:"date"`
	Label    string         `json:"label,omitempty"`
}

func lineOf(l *lot.Lot) lotLine {
	return lotLine{l.Account, l.Symbol, l.Quantity, l.UnitCost(), l.Currency, l.Opened, l.Label}
}

// lotsDoor answers what is left of every lot and what was realised.
func lotsDoor(raw json.RawMessage) (any, error) {
	doc, transactions, err := bookings(raw)
	if err != nil {
		return nil, err
	}
	k := lot.NewKeeper(doc.Policy, doc.Instruments())
	d := disposed{policy: doc.Policy}
	for i := range transactions {
		t := &transactions[i]
		disposals, err := k.Apply(t)
		if err != nil {
			return nil, refusedBooking(err, map[string]any{"remaining_lots": openLots(k)})
		}
		d.add(t, disposals)
	}
	return d.answer(k), nil
}

// bookings reads a ledger document and puts its transactions into the order in which
// they take effect, refusing what no ledger engine can read.
func bookings(raw json.RawMessage) (*ledger.Document, []ledger.Transaction, error) {
	doc, err := ledger.ParseDocument(raw)
	if err != nil {
		return nil, nil, refuse("bad_document", "%v", err)
	}
	for i := range doc.Transactions {
		if f := ledger.Readable(&doc.Transactions[i]); f != nil {
			f.Row = i + 1
			return nil, nil, refuse("bad_transaction", "%v", f)
		}
	}
	ledger.Sort(doc.Transactions)
	return &doc, doc.Transactions, nil
}

// refusedBooking turns the error of a booking that cannot have happened into a refusal.
func refusedBooking(err error, fields map[string]any) *Error {
	code := lot.Code(err)
	if code == "" && errors.Is(err, ledger.ErrNoTerms) {
		code = "unknown_option"
	}
	if code == "" {
		code = "bad_transaction"
	}
	return &Error{Code: code, Detail: err.Error(), Fields: fields}
}

// openLots lists what is held: an account after the other, in each the oldest first.
func openLots(k *lot.Keeper) []lotLine {
	var open []*lot.Lot
	accounts := map[string]int{}
	for l := range k.Lots() {
		if _, seen := accounts[l.Account]; !seen {
			accounts[l.Account] = len(accounts)
		}
		open = append(open, l)
	}
	slices.SortStableFunc(open, func(a, b *lot.Lot) int {
		if a.Account != b.Account {
			return accounts[a.Account] - accounts[b.Account]
		}
		return int(a.Opened) - int(b.Opened)
	})
	lines := make([]lotLine, len(open))
	for i, l := range open {
		lines[i] = lineOf(l)
	}
	return lines
}

// disposed collects what the sales of a ledger disposed of.
type disposed struct {
	policy     ledger.Policy
	reductions []lotLine
	gains      []*money.Decimal
	unknown    string // why some gain is unknown
	long       term
	short      term
	missing    money.Decimal
	expensed   money.Decimal
	mixed      bool // costs of what was sold are in several currencies
	currency   money.Currency
}

// term is what was sold after one holding period.
type term struct{ cost, quantity money.Decimal }

func (d *disposed) add(t *ledger.Transaction, disposals []lot.Disposal) {
	position := t.Effect().Position
	if !d.policy.CostsInBasis() && t.Symbol != "" && position != ledger.Untouched {
		d.expensed = d.expensed.Add(t.Fees.OrZero()).Add(t.Taxes.OrZero())
	}
	gain, realised := money.Zero, false
	why := ""
	for i := range disposals {
		x := &disposals[i]
		d.reduce(x)
		if x.Rolled || t.Type == ledger.Spend {
			continue
		}
		realised = true
		g, ok := x.Gain()
		switch {
		case ok:
			gain = gain.Add(g)
		case !x.Priced:
			why = "no_price"
		default:
			why = "mixed_currency"
		}
	}
	sale := position == ledger.Closes && t.Type != ledger.Spend || position == ledger.ClosesShort
	if !sale && !realised {
		return
	}
	if sale && !realised && t.Quantity.OrZero().Sign() > 0 {
		why = "no_lot_closed" // it opened a position, or is not matched by method NONE
	}
	if why != "" {
		d.gains, d.unknown = append(d.gains, nil), why
		return
	}
	d.gains = append(d.gains, &gain)
}

// reduce notes one part of a lot that was closed.
func (d *disposed) reduce(x *lot.Disposal) {
	if x.Missing {
		d.missing = d.missing.Add(x.Quantity.Abs())
		return
	}
	if x.Quantity.IsZero() {
		return // only cost was taken out
	}
	line := lineOf(&x.Lot)
	line.Quantity = line.Quantity.Abs()
	d.reductions = append(d.reductions, line)
	if x.Rolled {
		return
	}
	if d.currency == "" {
		d.currency = x.Currency
	}
	d.mixed = d.mixed || d.currency != x.Currency
	held := &d.short
	if x.LongTerm() {
		held = &d.long
	}
	held.cost = held.cost.Add(x.Cost().Abs())
	held.quantity = held.quantity.Add(x.Quantity.Abs())
}

func (d *disposed) answer(k *lot.Keeper) *object {
	var o object
	open := openLots(k)
	o.set("remaining_lots", open)
	o.set("reductions", orEmpty(d.reductions))
	o.set("realised_gains", orEmpty(d.gains))
	if d.unknown != "" {
		o.note("realised_gains", d.unknown)
	}
	d.remaining(&o, k, open)
	for _, t := range []struct {
		name string
		term term
	}{{"long_term", d.long}, {"short_term", d.short}} {
		if d.mixed {
			o.missing(t.name+"_cost", "mixed_cost_currency")
		} else {
			o.set(t.name+"_cost", t.term.cost)
		}
		o.set(t.name+"_quantity", t.term.quantity)
	}
	o.set("missing_quantity", d.missing)
	o.set("oversold", !d.missing.IsZero())
	o.set("fees_expensed", d.expensed)
	return &o
}

// remaining adds up what is held. Costs in two currencies and pieces of two symbols do
// not add up.
func (d *disposed) remaining(o *object, k *lot.Keeper, open []lotLine) {
	cost, quantity := money.Zero, money.Zero
	costReason, quantityReason := "", ""
	for l := range k.Lots() {
		cost, quantity = cost.Add(l.Cost()), quantity.Add(l.Quantity)
		if l.Currency != open[0].Currency {
			costReason = "mixed_cost_currency"
		}
		if l.Symbol != open[0].Symbol {
			quantityReason = "several_symbols"
		}
	}
	figure := func(key string, v money.Decimal, reason string) {
		if reason != "" {
			o.missing(key, reason)
			return
		}
		o.set(key, v)
	}
	figure("remaining_cost", cost, costReason)
	figure("remaining_quantity", quantity, quantityReason)
	switch {
	case quantity.IsZero() && quantityReason == "":
		o.missing("average_cost", "nothing_held")
	case costReason != "" || quantityReason != "":
		o.missing("average_cost", costReason+quantityReason)
	default:
		o.set("average_cost", cost.DivRound(quantity, money.Places))
	}
}

// orEmpty makes an empty list [] instead of null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
