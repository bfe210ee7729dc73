package store

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// Latest asks for what is known now; AnyVersion skips the check for staleness.
const (
	Latest     int64 = -1
	AnyVersion int64 = -1
)

// Row is a booking as it is kept: what it says, and in which versions of the ledger it
// was in force. Transaction.ID is the row's id.
type Row struct {
	ledger.Transaction
	Origin     string // id of the first row of its history: the booking through all edits
	Replaces   string // the row it took the place of; empty for the first
	Sequence   int64  // entry order; an edit keeps the place of what it replaces
	Entered    int64  // the version it came in
	Superseded int64  // the version it went out in; 0: in force
	Import     string // the import it came with
}

// Entry is a booking to be written.
type Entry struct {
	ledger.Transaction // ID: the new row's id (NewID)
	// Replaces names a row that this one takes the place of: the row in force of its
	// history, which is thereby superseded, or the last row of a history that was
	// deleted, which is thereby restored. A row that was replaced meanwhile: ErrStale.
	Replaces string
}

// Change is one change of a ledger: all of it or nothing, and one version.
type Change struct {
	Portfolio string
	Expected  int64 // the version it is based on (ErrStale if it is not current), or AnyVersion
	Kind      Kind
	Reason    string
	Import    string   // the import all entries belong to (RecordImport first)
	Enter     []Entry  // in entry order
	Remove    []string // rows in force that are superseded without a successor
}

// Kind is what sort of change made a version.
type Kind string

// The kinds.
const (
	Booked   Kind = "book"
	Edited   Kind = "edit"
	Deleted  Kind = "delete"
	Imported Kind = "import"
	Undone   Kind = "undo"
	Restored Kind = "restore"
)

// Version is one committed change of a ledger. Versions count from 1 without gaps,
// and their times never go back.
type Version struct {
	Version   int64
	Committed time.Time
	User      string
	Kind      Kind
	Reason    string
	Import    string
	FirstDate date.Date // the earliest day that it affects: folds hold before it
	Entered   int       // rows that came in
	Removed   int       // rows that went out
}

// Import is one file that was booked.
type Import struct {
	ID        string
	Portfolio string
	File      string
	SHA256    string // of the content, hex
	Format    string
	Read      int // rows read
	Booked    int // bookings made
	Present   int // recognised as already there
	Refused   int
	Ignored   int
	Version   int64 // the ledger version it made; 0: it booked nothing
	Undone    int64 // the version that undid it; 0: it stands
	User      string
	Created   time.Time
}

// Filter selects rows. Empty fields select everything.
type Filter struct {
	From, To date.Date // inclusive; zero or None: open
	Types    []ledger.Type
	Symbols  []string
	Accounts []string
	Tags     []string // with any of them
	Tagged   bool     // with any tag at all
	Import   string
	Text     string // in symbol, note, account or source, in any case
	// All also gives the rows that are no longer in force.
	All bool
	// Oldest gives the oldest first; else the newest.
	Oldest bool
	// After is the Next of the page before; Limit at most so many rows, 0 for all.
	After string
	Limit int
}

// Page is a part of the rows that a filter selects.
type Page struct {
	Rows  []Row
	Next  string // cursor; empty: this was the last page
	Total int    // rows that the filter selects in all
}

// LedgerReader reads the ledgers of visible portfolios.
type LedgerReader interface {
	// Transactions are those in force in a version (or Latest), in entry order: what
	// folds read.
	Transactions(ctx context.Context, portfolio string, version int64) ([]ledger.Transaction, error)
	// Rows are those in force in a version, in entry order, with what is known of them.
	Rows(ctx context.Context, portfolio string, version int64) ([]Row, error)
	// History is every row ever written to a ledger, in entry order and, within one
	// booking, from the first to the last.
	History(ctx context.Context, portfolio string) ([]Row, error)
	// Find gives one page of rows by day and entry order.
	Find(ctx context.Context, portfolio string, f Filter) (Page, error)
	// Row is one row by id, and Booking all rows of its history, the first first.
	Row(ctx context.Context, portfolio, id string) (Row, error)
	Booking(ctx context.Context, portfolio, id string) ([]Row, error)
	// ChangedIn are the rows that came in and went out with a version.
	ChangedIn(ctx context.Context, portfolio string, version int64) (entered, removed []Row, err error)
	// LedgerVersion is the current version of a ledger.
	LedgerVersion(ctx context.Context, portfolio string) (int64, error)
	// VersionKnownOn is the last version committed at or before t; 0: none was.
	VersionKnownOn(ctx context.Context, portfolio string, t time.Time) (int64, error)
	// Versions are those after a version, in order.
	Versions(ctx context.Context, portfolio string, after int64) ([]Version, error)
	// Imports of a portfolio, newest first, and one of them.
	Imports(ctx context.Context, portfolio string) ([]Import, error)
	Import(ctx context.Context, portfolio, id string) (Import, error)
}

// LedgerWriter changes the ledgers that the identity may trade in.
type LedgerWriter interface {
	// Hold keeps others from changing a ledger until the transaction ends, so that what
	// is read of it from then on is still so when the change is written. A change that is
	// tried before it is written begins with it.
	Hold(ctx context.Context, portfolio string) error
	// Append commits a change and returns the version it makes. Numbers out of bounds
	// are refused as ledger.Faults whose Row counts the entries from 1.
	Append(ctx context.Context, c Change) (Version, error)
	// RecordImport notes an import; the Append that names it fills in its version.
	RecordImport(ctx context.Context, i Import) error
	// UndoImport supersedes every row of an import that is in force, edited ones too,
	// as a version of its own. An import that is undone already: ErrStale.
	UndoImport(ctx context.Context, portfolio, id string, expected int64, reason string) (Version, error)
}
