// Package store is the contract of the place where everything is kept.
//
// Model: a tenant is a household or a firm; its users share nothing with another
// tenant's. A portfolio belongs to one tenant and one owner; others see it through a
// grant. Everything a tenant owns is reached only through a View or a Tx that was
// opened for one Identity, and the store itself, not its callers, keeps each identity
// to its own rows: SQLite by carrying tenant and visible portfolios in every query,
// PostgreSQL by row-level security. What is not visible does not exist: ErrNotFound.
//
// The ledger is append-only and versioned (ledger.go). Market data are shared, with
// what a tenant brings itself on top, and versioned too (market.go).
//
// Units and forms: ids are UUIDv7 text made by the caller (NewID); times are UTC to
// the microsecond; days are date.Date; booked numbers are exact decimals of at most 20
// digits before and 18 after the point, others are refused as *ledger.Fault; measured
// series are float64 where NaN is "not known".
package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
)

// What a store answers besides data. Every error of a store that a caller can act on
// is one of these, wrapped with what was being done, or a *ledger.Fault.
var (
	ErrNotFound  = errors.New("not found")                                     // does not exist for this identity
	ErrForbidden = errors.New("not allowed")                                   // visible, but the role does not allow this
	ErrStale     = errors.New("changed meanwhile")                             // based on an older version
	ErrExists    = errors.New("exists already")                                // an id, name or e-mail address is taken
	ErrInUse     = errors.New("database is in use by another process")         // SQLite: one process a file
	ErrNewer     = errors.New("database was made by a newer version")          // refuses rather than guesses
	ErrDrift     = errors.New("a migration differs from the one that was run") // checksum of an applied migration
	ErrDamaged   = errors.New("stored data are damaged")                       // a checksum does not match
	ErrBusy      = errors.New("no connection to the database is free")         // too much at once
	ErrOlder     = errors.New("database has an older schema")                  // the server never migrates by itself
	// What keeps the database from working, until its cause is gone.
	ErrUnavailable = errors.New("the database does not answer")
	ErrUnsure      = errors.New("the connection broke while the change was committed") // whether it was made is not known
	ErrFull        = errors.New("there is no room for the database")
	ErrReadOnly    = errors.New("the database cannot be written")
	ErrNested      = errors.New("a write was begun inside a read or for another identity")
)

// Identity is on whose behalf something is read or written.
type Identity struct {
	Tenant string
	User   string
	// Operator may write what all tenants share (prices, instruments). It is set by the
	// command line, by sync and for administrators, never from what a request says.
	Operator bool
}

// Store keeps everything. It is safe for concurrent use.
type Store interface {
	Gate
	// As runs fn in one write transaction on behalf of id. It is committed, durably
	// (one fsync), when fn returns nil, and rolled back on an error or a panic. Within
	// fn, a nested As or Read of the same identity joins the transaction through the
	// context; nothing of it is visible to others before the commit.
	As(ctx context.Context, id Identity, fn func(context.Context, Tx) error) error
	// Read runs fn on one consistent snapshot: no write of others is seen in between.
	Read(ctx context.Context, id Identity, fn func(context.Context, View) error) error
	Close() error
}

// Gate is what is needed before there is a user. It gives ids and hashes, nothing else.
type Gate interface {
	// HasOwner reports whether anybody has been created yet.
	HasOwner(ctx context.Context) (bool, error)
	// Found creates a tenant and its first user. With first set it is refused with
	// ErrExists once there is any user: of two first visitors one wins.
	Found(ctx context.Context, t Tenant, owner User, first bool) error
	// Credentials are those of an e-mail address, in any case; else ErrNotFound.
	Credentials(ctx context.Context, email string) (Credentials, error)
	// SessionOf is the session of a token's SHA-256 that has not expired by now; else
	// ErrNotFound.
	SessionOf(ctx context.Context, tokenHash []byte, now time.Time) (Session, error)
	// Tenants lists the ids of all tenants, oldest first: for background work, which
	// then goes tenant by tenant.
	Tenants(ctx context.Context) ([]string, error)
	// OwnerOf is the id of a tenant's first user: for commands that act as the owner.
	OwnerOf(ctx context.Context, tenant string) (string, error)
	JobGate
	AccountGate
	SharingGate
	AlertGate
	ResearchGate
	SupplyGate
	OperationGate
	RequestGate
	MarkGate
	IncidentGate
}

// View reads what an identity may see.
type View interface {
	Identity() Identity
	PeopleReader
	PortfolioReader
	ClosingReader
	SharingReader
	LedgerReader
	MarketReader
	RecordReader
	JobReader
	AccountReader
	AlertReader
	SupplyReader
	ReferenceReader
	ResearchReader
	IncomeReader
}

// Tx reads and writes. Each write puts its row into the audit trail in the same transaction.
type Tx interface {
	View
	PeopleWriter
	PortfolioWriter
	ClosingWriter
	SharingWriter
	LedgerWriter
	MarketWriter
	RecordWriter
	JobWriter
	AccountWriter
	AlertWriter
	SupplyWriter
	ReferenceWriter
	ResearchWriter
	IncomeWriter
}

// SQLTx is implemented by the Tx of stores that are built on database/sql. It exists
// for one caller: internal/job, which enqueues work in the transaction that makes it
// needed. Nothing else may use it, for it goes past the identity's scope.
type SQLTx interface {
	SQL() *sql.Tx
}

// NewID returns a new id: a UUIDv7, so that ids sort by the time they were made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
