// Package transactioncsv reads transactions from delimited text of any layout that
// names its columns.
//
// Model: the header says what each column is (columns.go: English and German words,
// in any order, after any number of title lines); the separator, the decimal mark and
// the order of day and month are settled over the whole file and refused, with the
// option that settles them, where they could be read in two ways. A row becomes one
// booking of finance/ledger, or two where its fee is in another currency or belongs to
// a deposit.
//
// Signs: the type gives the direction. Quantities and amounts may carry the sign of
// the cash as well; a row whose sign contradicts its type is refused. Where the file
// writes what goes out with a minus, a fee or tax with a plus was given back. Without
// a type column the sign alone decides: quantities between buy and sell (the file must
// have both), amounts between deposit and withdrawal.
//
// Amount and fee: a column "net amount" is the cash that moved, "gross amount" is
// quantity × price. A plain "amount" is compared with quantity × price (× multiplier):
// where it equals that, it is gross, and the cash is amount plus costs for purchases
// and amount less costs for sales; where it equals that with the costs, it is the cash.
// Equal means within what the written decimals allow. Where costs are smaller than that
// or quantity or price is missing, the row follows the majority of the file, and
// without one is the cash. Anything else is refused, because one of the figures is
// wrong. A missing amount stays missing: the ledger derives it.
//
// Several currencies (foreign.go): a column or header may say the currency of one other
// ("Currency (Total)", "Stamp duty (GBP)"). The booking is in the currency of the amount;
// a price in another is converted at the exchange rate of the row, in the direction in
// which quantity × price gives the amount, and kept as the gross foreign value. Costs in
// the currency of the price are converted where the amount holds them, and are bookings
// of their own where it does not. Without a rate nothing is converted: the note of the
// booking says what the file said.
package transactioncsv

import (
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/table"
)

// ErrHeader reports text without a header that names the columns needed; ErrPrices a
// file of prices.
var (
	ErrHeader = errors.New("no header of a transactions file")
	ErrPrices = errors.New("a file of prices")
)

// Format is the format for the registry.
var Format importer.Format = format{}

type format struct{}

func (format) Name() string  { return "transactions-csv" }
func (format) Label() string { return "Transactions (CSV with a header)" }

func (format) Detect(_ string, head []byte) int {
	c, err := findHeader(head)
	if errors.Is(err, ErrPrices) {
		return 10 // to say what it is
	}
	if err != nil {
		return 0
	}
	// Prices have a date, a symbol and a volume, but no quantity, type or amount.
	if !c.has(roleType) && !c.has(roleSide) {
		return 20
	}
	return min(40+5*c.found, 80)
}

func (format) Read(name string, content []byte, opts importer.Options) (*importer.File, error) {
	r, err := read(name, content, opts)
	if err != nil {
		return nil, err
	}
	file := &importer.File{Instruments: r.instruments, Accounts: r.accounts(), Rows: make([]importer.Row, len(r.lines)), Notes: r.allNotes()}
	for i := range r.lines {
		row := &file.Rows[i]
		row.Number = int(r.lines[i])
		row.Place = fmt.Sprintf("line %d", row.Number)
		booked := r.booked(i)
		if n := r.remarks[i]; n != nil {
			row.Text, row.Ignored, row.Faults = n.text, n.ignored, n.faults
			if row.Ignored != "" || len(row.Faults) > 0 {
				continue
			}
		}
		row.Transactions = booked
		row.Text = importer.Describe(&booked[0])
	}
	return file, nil
}

// Bookings reads decoded text straight into bookings, without the rows and texts of a
// preview.
func (format) Bookings(name string, content []byte, opts importer.Options) (*importer.Bookings, error) {
	r, err := read(name, content, opts)
	if err != nil {
		return nil, err
	}
	b := &importer.Bookings{File: &importer.File{Instruments: r.instruments, Accounts: r.accounts(), Notes: r.allNotes()}, Transactions: r.transactions}
	b.Counts.Rows = len(r.lines)
	for _, n := range r.remarks {
		switch {
		case len(n.faults) > 0:
			b.Counts.Refused++
		case n.ignored != "":
			b.Counts.Ignored++
		}
	}
	b.Counts.Booked = b.Counts.Rows - b.Counts.Ignored - b.Counts.Refused
	if b.Counts.Refused > 0 {
		b.Transactions = nil
		for i := range r.lines {
			if n := r.remarks[i]; n != nil && len(n.faults) > 0 {
				b.Faults = append(b.Faults, n.faults...)
				continue
			}
			b.Transactions = append(b.Transactions, r.booked(i)...)
		}
	}
	b.Counts.Transactions = len(b.Transactions)
	return b, nil
}

// allNotes are the notes of the file as a whole.
func (r *reader) allNotes() []string {
	if r.cols.line > 1 {
		return append(r.notes, fmt.Sprintf("The header was found in line %d; what stands before it was not read.", r.cols.line))
	}
	return r.notes
}

// read settles how the file is written and reads it. Most files are written plainly;
// only those that are not are looked through twice.
func read(name string, content []byte, opts importer.Options) (*reader, error) {
	order, err := table.ParseOrder(opts.DateOrder)
	if err != nil {
		return nil, err
	}
	cols, err := findHeader(content)
	if err != nil {
		return nil, err
	}
	r := newReader(name, content, cols, opts)
	r.order, r.mark = order, table.Point
	if r.hasNoTypes() {
		if err := r.typesFromSigns(); err != nil {
			return nil, err
		}
	}
	if cols.sep == ',' && opts.Decimal == "" && r.rows(true) {
		return r, r.finish()
	}
	r = newReader(name, content, cols, opts)
	if err := r.survey(order); err != nil {
		return nil, err
	}
	if r.hasNoTypes() {
		if err := r.typesFromSigns(); err != nil {
			return nil, err
		}
	}
	r.rows(false)
	return r, r.finish()
}
