package importer

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// settle applies what holds for every format: bookings that the ledger cannot take
// (ledger.Validate) are refused, faults name the file and the row, a refused row books
// nothing, and every booking has a Source.
func (f *File) settle(name string, opts Options) {
	f.validate(opts)
	for i := range f.Rows {
		row := &f.Rows[i]
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

// validate adds to each row what the ledger finds wrong with its bookings.
func (f *File) validate(opts Options) {
	all := f.Transactions()
	rows := make([]int, 0, len(all))
	for i := range f.Rows {
		for range f.Rows[i].Transactions {
			rows = append(rows, i)
		}
	}
	for _, fault := range f.check(all, opts) {
		row := &f.Rows[rows[fault.Row-1]]
		fault.Row = row.Number
		row.Faults = append(row.Faults, fault)
	}
}

// check is what the ledger finds wrong with bookings of the file.
func (f *File) check(all []ledger.Transaction, opts Options) ledger.Faults {
	bySymbol := make(map[string]instrument.Instrument, len(f.Instruments))
	for _, i := range f.Instruments {
		bySymbol[i.Symbol] = i
	}
	known := func(symbol string) instrument.Instrument {
		if i, ok := bySymbol[symbol]; ok {
			return i
		}
		return instrument.Instrument{Symbol: symbol}
	}
	asOf := opts.AsOf
	if asOf == 0 {
		asOf = date.None
	}
	// Bookings are checked one by one but for their ids, so without ids the list can be
	// cut and the parts checked side by side.
	const large = 20_000
	whole := len(all) < large
	for i := range all {
		whole = whole || all[i].ID != ""
	}
	if whole {
		return ledger.Validate(all, known, asOf)
	}
	half := len(all) / 2
	var second ledger.Faults
	done := make(chan struct{})
	go func() {
		second = ledger.Validate(all[half:], known, asOf)
		close(done)
	}()
	first := ledger.Validate(all[:half], known, asOf)
	<-done
	for _, fault := range second {
		fault.Row += half
	}
	return append(first, second...)
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

// made begins the references that are made here for bookings without one of their own.
const made = "row-"

// Made reports whether a reference was made here from what the booking says, or is
// missing, so that it says nothing that the booking does not.
func Made(source string) bool { return source == "" || strings.HasPrefix(source, made) }

// Fingerprint is a short text that follows from everything that a booking says but its
// reference, time of recording and note: equal bookings have equal fingerprints,
// however their numbers were written. (ledger.Fingerprint, by which bookings of
// different files are compared, goes by the reference first.)
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
	return fmt.Sprintf("%s%x", made, h.Sum(nil)[:12])
}
