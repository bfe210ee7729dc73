package importer

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
)

// Bookings is a file read for computing at once: without the rows, their texts and the
// references that a preview and a repeated import need.
type Bookings struct {
	File         *File // everything but Rows
	Transactions []ledger.Transaction
	Counts       Counts
	Faults       ledger.Faults // of the refused rows, whose bookings are left out
}

// Quick is a format that can read straight into bookings.
type Quick interface {
	// Bookings reads decoded text; the sources stay empty where the file has none.
	Bookings(name string, content []byte, opts Options) (*Bookings, error)
}

// Bookings reads a file for computing: the same bookings as Read, in a fraction of the
// time for formats that are Quick.
func (r *Registry) Bookings(name string, content []byte, format string, opts Options) (*Bookings, error) {
	name = filepath.Base(name)
	text, charset, err := Decode(content)
	if err != nil {
		return nil, named(name, err)
	}
	chosen, err := r.choose(name, text, format)
	if err != nil {
		return nil, named(name, err)
	}
	quick, ok := chosen.(Quick)
	if !ok {
		file, err := r.Read(name, content, chosen.Name(), opts)
		if err != nil {
			return nil, err
		}
		b := &Bookings{File: file, Transactions: file.Transactions(), Counts: file.Counts(), Faults: file.Faults()}
		file.Rows = nil
		return b, nil
	}
	b, err := quick.Bookings(name, text, opts)
	if err != nil {
		return nil, named(name, err)
	}
	b.File.Format = chosen.Name()
	if charset != "" {
		b.File.Notes = append(b.File.Notes, "The text was read as "+charset+".")
	}
	for _, f := range b.Faults {
		nameFault(name, f)
	}
	if found := b.File.check(b.Transactions, opts); len(found) > 0 {
		// Rare: what the reader took and the ledger cannot. The full way tells the rows.
		file, err := r.Read(name, content, chosen.Name(), opts)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		b = &Bookings{File: file, Transactions: file.Transactions(), Counts: file.Counts(), Faults: file.Faults()}
	}
	b.File.Rows = nil
	b.Transactions = slices.Clip(b.Transactions)
	return b, nil
}
