package importer

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/ledger"
)

// Counts is the reconciliation of a file: Rows = Booked + Ignored + Refused.
type Counts struct {
	Rows         int `json:"rows"`
	Booked       int `json:"booked"`  // rows that stand for at least one booking
	Ignored      int `json:"ignored"` // rows that are no bookings, each with its reason
	Refused      int `json:"refused"` // rows with faults
	Transactions int `json:"transactions"`
}

// String is one line for people.
func (c Counts) String() string {
	return fmt.Sprintf("%d rows read: %d booked (%d transactions), %d no bookings, %d refused",
		c.Rows, c.Booked, c.Transactions, c.Ignored, c.Refused)
}

// Outcome is what became of a row.
type Outcome string

// The three outcomes.
const (
	Booked  Outcome = "booked"
	Ignored Outcome = "ignored"
	Refused Outcome = "refused"
)

// Outcome says what became of the row.
func (r *Row) Outcome() Outcome {
	switch {
	case len(r.Faults) > 0:
		return Refused
	case len(r.Transactions) > 0:
		return Booked
	}
	return Ignored
}

// Counts adds up what became of the rows.
func (f *File) Counts() Counts {
	c := Counts{Rows: len(f.Rows)}
	for i := range f.Rows {
		switch f.Rows[i].Outcome() {
		case Refused:
			c.Refused++
		case Booked:
			c.Booked++
			c.Transactions += len(f.Rows[i].Transactions)
		default:
			c.Ignored++
		}
	}
	return c
}

// Transactions are the bookings of all rows, in file order. They are copies.
func (f *File) Transactions() []ledger.Transaction {
	n := 0
	for i := range f.Rows {
		n += len(f.Rows[i].Transactions)
	}
	all := make([]ledger.Transaction, 0, n)
	for i := range f.Rows {
		all = append(all, f.Rows[i].Transactions...)
	}
	return all
}

// Faults are the faults of all rows, in file order.
func (f *File) Faults() ledger.Faults {
	var all ledger.Faults
	for i := range f.Rows {
		all = append(all, f.Rows[i].Faults...)
	}
	return all
}
