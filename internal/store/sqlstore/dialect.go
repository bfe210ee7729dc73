package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Dialect is what the two databases do not share.
type Dialect struct {
	// ReadTx and WriteTx are how transactions begin. A reading one sees one state of the
	// database throughout.
	ReadTx, WriteTx *sql.TxOptions
	// Acquire is how long a transaction waits for a connection; 0: as long as it takes.
	Acquire time.Duration
	// Enter tells the database who is asking and says what they are to the tenant; nil:
	// it is found out by plain SQL, and the database is told nothing.
	Enter func(ctx context.Context, tx *sql.Tx, id store.Identity) (Standing, error)
	// Assume tells the database on whose behalf the gate writes where the user or the
	// tenant is only being made; nil: it is told nothing.
	Assume func(ctx context.Context, tx *sql.Tx, id store.Identity) error
	// Access is the query that tells who owns portfolio $3 of tenant $1 and which role
	// was granted on it to user $2; empty: one over the tables.
	Access string
	// Ask is the text that asks a question of the gate; nil: the question's own SQL.
	Ask func(Question) string

	// ForUpdate is appended to a SELECT that is read to be written: " FOR UPDATE", or
	// nothing where a write transaction has the database to itself.
	ForUpdate string
	// LockFounding and LockMarket are statements that wait for others who found the first
	// tenant or write the shared market data; empty where a writer is alone anyway.
	LockFounding, LockMarket string

	// Unique reports whether err is a violation of a primary key or unique index.
	Unique func(err error) bool
	// Conflict reports whether err says that another transaction was in the way (a
	// deadlock, a serialization failure): store.ErrStale. Nil: never.
	Conflict func(err error) bool
	// Malformed reports whether err says that a text is no id: there is nothing of that
	// name. Nil: ids are texts like others.
	Malformed func(err error) bool
	// Forbidden reports whether err is a refusal of the database's own policies. Nil: it
	// has none.
	Forbidden func(err error) bool

	// Trouble says what keeps the database from working where err is that:
	// store.ErrUnavailable, ErrFull or ErrReadOnly; nil: err is something else.
	Trouble func(err error) error
	// Probe makes a change that changes nothing, to find out whether the database takes
	// changes again. Nil: the next change shows it.
	Probe func(ctx context.Context, tx *sql.Tx) error

	// In is the condition that an id is among those of parameter n, which List makes.
	// Nil: SQLite's.
	In   func(column string, n int) string
	List func(ids []string) any
	// InTexts is In for texts that are no ids, of a List too. Nil: SQLite's, as In.
	InTexts func(column string, n int) string
	// Insert adds many rows at once; nil: one by one with a prepared statement.
	Insert func(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error
	// InsertOn is Insert with what is to be done on a conflict: "ON CONFLICT …". No two of
	// the rows may be in conflict with each other. Nil: one by one.
	InsertOn func(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any, conflict string) error

	// Unscoped is for tests of the database's own policies: every condition of this
	// package on tenant, owner and user is neutralised, so that nothing but the policies
	// keeps one from another.
	Unscoped bool
}

// Standing is what a user is to a tenant.
type Standing string

// The standings.
const (
	IsOwner    Standing = "owner"    // administers it
	IsMember   Standing = "member"   // one of its users
	IsGuest    Standing = "guest"    // of another tenant, with a grant in this one
	IsDisabled Standing = "disabled" // one of its users who may not come in
	IsNobody   Standing = ""
)

// named turns an error of the driver into one of the contract.
func (d *Dialect) named(err error) error {
	switch {
	case err == nil:
		return nil
	case d.Unique(err):
		return store.ErrExists
	case d.Conflict != nil && d.Conflict(err):
		return fmt.Errorf("%w; try again: %w", store.ErrStale, err)
	case d.Malformed != nil && d.Malformed(err):
		return store.ErrNotFound
	case d.Forbidden != nil && d.Forbidden(err):
		return fmt.Errorf("%w: %w", store.ErrForbidden, err)
	}
	return err
}

func (d *Dialect) in(column string, n int) string {
	if d.In != nil {
		return d.In(column, n)
	}
	return fmt.Sprintf("%s IN (SELECT value FROM json_each($%d))", column, n)
}

func (d *Dialect) inTexts(column string, n int) string {
	if d.InTexts != nil {
		return d.InTexts(column, n)
	}
	return d.in(column, n)
}

func (d *Dialect) list(ids []string) any {
	if d.List != nil {
		return d.List(ids)
	}
	b, _ := json.Marshal(ids) // texts always are JSON
	return string(b)
}
