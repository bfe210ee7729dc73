// Package importer reads what brokers, banks and other trackers export.
//
// Model: a format turns the bytes of one file into rows, and each row into the
// bookings it stands for, or into faults that name the place, or into a plain
// reason why it is no booking. Reading decides nothing about the portfolio: what is
// new, already present or impossible is found out by the service, so that a preview
// and the import itself go the same way. Reading never panics and never guesses a
// number.
package importer

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Format reads one kind of file.
type Format interface {
	// Name is the word used with --format, such as "ibkr-flex".
	Name() string
	// Label is what a person calls it, such as "Interactive Brokers Flex (XML)".
	Label() string
	// Detect says how sure it is that the file is of this format, 0 (not) to 100,
	// from its name and first bytes.
	Detect(name string, head []byte) int
	// Read reads the whole file. An error means that the file as a whole cannot be
	// read (usually ledger.Faults); faults of single rows are in the rows.
	Read(name string, content []byte, opts Options) (*File, error)
}

// Options are what the reader may be told.
type Options struct {
	BaseCurrency money.Currency // for formats whose rows have no currency
	Account      string         // the account of rows that name none
	AsOf         date.Date      // rows dated later are faults; None or unset: not checked
	// DateOrder settles dates that could be read in two ways: "dmy", "mdy" or "ymd".
	// Empty: the file must settle it.
	DateOrder string
	// Decimal settles numbers that could be read in two ways: "point" or "comma".
	Decimal string
	// Unfunded leaves out the bookings that pay for purchases in formats that keep no
	// cash (ghostfolio, positions-csv).
	Unfunded bool
}

// Late reports whether a day lies after the as-of date, where one is given.
func (o Options) Late(on date.Date) bool { return !o.AsOf.IsNone() && o.AsOf != 0 && on > o.AsOf }

// File is what was read.
type File struct {
	Format      string
	Accounts    []ledger.Account
	Instruments []instrument.Instrument // what the file says of what it holds
	Rows        []Row                   // in file order
	// Prices, FX and Policy are set where the file carries them (a native document,
	// Portfolio Performance).
	Prices map[string][]ledger.Point
	FX     map[string][]ledger.Point
	Policy *ledger.Policy
	// BaseCurrency and Name are set where the file states them.
	BaseCurrency money.Currency
	Name         string
	// Balances are closing positions and cash that the file states, to check the result with.
	Balances []Balance
	Notes    []string // what a person should know of the file as a whole
}

// Row is one row, element or entry of the file.
type Row struct {
	Number int    // line of a text file, ordinal of an element otherwise; from 1
	Place  string // "line 12", "FlexStatement 1, Trade 14"
	// Text is the row in a few words for the preview, such as "Sell 10 AAPL @ 203.92".
	Text string
	// Transactions are the bookings it stands for; a currency exchange within a trade may
	// make two.
	Transactions []ledger.Transaction
	Faults       ledger.Faults // why it is refused; then Transactions is empty
	Ignored      string        // why it is no booking: "a position, not a transaction"
}

// Balance is a closing figure that the file states.
type Balance struct {
	Date     date.Date
	Account  string
	Symbol   string // empty: cash
	Currency money.Currency
	Quantity money.Decimal
}
