package importer

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// settle applies what holds for every format: bookings dated after the as-of date and
// numbers with more digits than are kept are refused, faults name the file, a refused
// row books nothing, and every booking has a Source.
func (f *File) settle(name string, opts Options) {
	for i := range f.Rows {
		row := &f.Rows[i]
		for k := range row.Transactions {
			row.Faults = append(row.Faults, bounds(row, &row.Transactions[k], opts)...)
		}
		for _, fault := range row.Faults {
			nameFault(name, fault)
			if fault.Row == 0 {
				fault.Row = row.Number
			}
		}
		if len(row.Faults) > 0 {
			row.Transactions, row.Ignored = nil, ""
		}
	}
	f.identify()
}

func bounds(row *Row, t *ledger.Transaction, opts Options) ledger.Faults {
	var faults ledger.Faults
	if opts.Late(t.Date) {
		faults = append(faults, &ledger.Fault{Row: row.Number, ID: t.ID, Field: "date", Value: t.Date.String(),
			Problem: "it lies after " + opts.AsOf.String(), Cure: "correct the date, or import it when that day has come"})
	}
	for _, n := range []struct {
		field string
		value money.Optional
	}{{"quantity", t.Quantity}, {"price", t.Price}, {"amount", t.Amount}, {"fees", t.Fees}, {"taxes", t.Taxes}, {"to_amount", t.ToAmount}} {
		if !n.value.Known {
			continue
		}
		if err := n.value.Decimal.CheckBounds(); err != nil {
			faults = append(faults, &ledger.Fault{Row: row.Number, ID: t.ID, Field: n.field, Value: n.value.Decimal.String(),
				Problem: fmt.Sprintf("it has more than %d digits before or %d after the point", money.MaxIntegerDigits, money.MaxPlaces),
				Cure:    "write it shorter", Err: err})
		}
	}
	return faults
}

// identify gives every booking a Source by which the same file, read again, is
// recognised. A booking without a reference of its own gets one that follows from what
// it says; rows that say the same are told apart by how many there are before them. A
// reference that the file uses twice in an account is completed in the same way, and a
// row that repeats both reference and content is no second booking.
func (f *File) identify() {
	type key struct{ account, source string }
	uses := map[key]int{}
	for i := range f.Rows {
		for k := range f.Rows[i].Transactions {
			if t := &f.Rows[i].Transactions[k]; t.Source != "" {
				uses[key{t.Account, t.Source}]++
			}
		}
	}
	seen := map[key]int{} // the row of the first booking with that reference
	for i := range f.Rows {
		row := &f.Rows[i]
		repeated := ""
		for k := range row.Transactions {
			t := &row.Transactions[k]
			own := t.Source != ""
			if own && uses[key{t.Account, t.Source}] == 1 {
				continue
			}
			print := Fingerprint(t)
			if own {
				print = t.Source + "/" + print
			}
			at := key{t.Account, print}
			if first, ok := seen[at]; ok && own {
				repeated = fmt.Sprintf("the same booking with the same reference as %s", f.Rows[first].Place)
				break
			}
			n := seen[at] + 1
			if own {
				n = i
			}
			seen[at] = n
			if !own && n > 1 {
				print += "." + strconv.Itoa(n)
			}
			t.Source = print
		}
		if repeated != "" {
			row.Transactions, row.Ignored = nil, repeated
		}
	}
}

// Fingerprint is a short text that follows from what a booking says: equal bookings
// have equal fingerprints, however their numbers were written.
func Fingerprint(t *ledger.Transaction) string {
	b := make([]byte, 0, 160)
	field := func(s string) { b = append(append(b, s...), '|') }
	number := func(o money.Optional) {
		if o.Known {
			b = o.Decimal.AppendTo(b)
		}
		b = append(b, '|')
	}
	b = append(t.Date.AppendTo(b), '|')
	field(t.Time.String())
	for _, s := range []string{string(t.Type), t.Account, t.CashAccount, t.ToAccount, t.Symbol, t.ToSymbol, string(t.Currency), string(t.ToCurrency)} {
		field(s)
	}
	for _, o := range []money.Optional{t.Quantity, t.Price, t.Amount, t.Fees, t.Taxes, t.ToAmount} {
		number(o)
	}
	if t.Ratio != nil {
		field(t.Ratio.String())
	}
	h := fnv.New128a()
	h.Write(b)
	return fmt.Sprintf("row-%x", h.Sum(nil)[:12])
}
