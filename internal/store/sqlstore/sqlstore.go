// Package sqlstore is the store's contract in SQL that SQLite and PostgreSQL share.
//
// Model: one text of SQL for both, with $n parameters and the types of package
// migrations; what differs is a Dialect. Money crosses as text, is compared and sorted
// in memory and never computed with in SQL. Access is decided in one place (access.go):
// every method on a portfolio asks it first, and every statement carries the tenant.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
)

// Store implements store.Store over two pools of one database.
type Store struct {
	reader  *sql.DB
	writer  *sql.DB
	dialect Dialect
	now     func() time.Time
	onClose func() error
	looks   looks

	refusal refusal
	closed  chan struct{}
	closing sync.Once
}

var _ store.Store = (*Store)(nil)

// Options are what New needs. Reader and Writer may be one pool.
type Options struct {
	Reader  *sql.DB
	Writer  *sql.DB
	Dialect Dialect
	Now     func() time.Time // what commits are dated with
	OnClose func() error     // run last by Close
}

// New returns a store over a migrated database.
func New(o Options) *Store {
	return &Store{reader: o.Reader, writer: o.Writer, dialect: o.Dialect, now: o.Now, onClose: o.OnClose, closed: make(chan struct{})}
}

// Close waits for what is running and gives the database back.
func (s *Store) Close() error {
	s.closing.Do(func() { close(s.closed) })
	err := s.reader.Close()
	if s.writer != s.reader {
		err = errors.Join(err, s.writer.Close())
	}
	if s.onClose != nil {
		err = errors.Join(err, s.onClose())
	}
	return err
}

// inside is how a transaction travels in a context, for nested calls to join it.
type inside struct {
	store *Store
	tx    *tx
}

type insideKey struct{}

func (s *Store) joined(ctx context.Context) *tx {
	if in, ok := ctx.Value(insideKey{}).(inside); ok && in.store == s && !in.tx.ended {
		return in.tx
	}
	return nil
}

// As implements store.Store.
func (s *Store) As(ctx context.Context, id store.Identity, fn func(context.Context, store.Tx) error) error {
	if t := s.joined(ctx); t != nil {
		if !t.writes || t.id != id {
			return fmt.Errorf("write as %s: %w", id.User, store.ErrNested)
		}
		if err := s.trouble(fn(ctx, t)); err != nil {
			t.refuse(err)
			return err
		}
		return nil
	}
	return s.run(ctx, s.writer, id, true, func(ctx context.Context, t *tx) error { return fn(ctx, t) })
}

// Read implements store.Store.
func (s *Store) Read(ctx context.Context, id store.Identity, fn func(context.Context, store.View) error) error {
	if t := s.joined(ctx); t != nil && t.id == id {
		return s.trouble(fn(ctx, t))
	}
	return s.run(ctx, s.reader, id, false, func(ctx context.Context, t *tx) error { return fn(ctx, t) })
}

func (s *Store) run(ctx context.Context, db *sql.DB, id store.Identity, writes bool, fn func(context.Context, *tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer func() { err = s.trouble(err) }()
	options := s.dialect.ReadTx
	if writes {
		options = s.dialect.WriteTx
	}
	begun, done, err := s.begin(ctx, db, options)
	if err != nil {
		return err
	}
	defer done()
	t := &tx{sql: begun, ctx: ctx, store: s, id: id, writes: writes, roles: map[string]store.Role{}}
	defer func() {
		t.ended = true
		begun.Rollback() // does nothing after a commit
	}()
	if err := t.enter(ctx); err != nil {
		return err
	}
	err = fn(context.WithValue(ctx, insideKey{}, inside{s, t}), t)
	if err == nil {
		err = t.refused
	}
	if err != nil && len(t.missed) > 0 {
		t.ended = true
		begun.Rollback()
		if noteErr := s.noteLooks(ctx, t, refused, t.missed); noteErr != nil {
			return errors.Join(err, noteErr)
		}
		return err
	}
	if err != nil {
		return err
	}
	if !writes {
		t.ended = true // looks are noted in a transaction of their own, when this one's connection is free
		begun.Rollback()
		return s.noteLooks(ctx, t, looked, t.seen)
	}
	if err := begun.Commit(); err != nil {
		return t.named("commit", s.uncertain(err))
	}
	s.takes()
	return nil
}

// begin begins a transaction; where every connection is taken it waits for one as long
// as the dialect says. done is to be called when the transaction has ended.
func (s *Store) begin(ctx context.Context, db *sql.DB, options *sql.TxOptions) (begun *sql.Tx, done func(), err error) {
	limited, cancel := context.WithCancelCause(ctx)
	done = func() { cancel(nil) }
	if s.dialect.Acquire > 0 {
		waited := time.AfterFunc(s.dialect.Acquire, func() { cancel(store.ErrBusy) })
		defer waited.Stop()
	}
	if begun, err = db.BeginTx(limited, options); err != nil {
		if errors.Is(context.Cause(limited), store.ErrBusy) {
			err = fmt.Errorf("none was free for %s: %w", s.dialect.Acquire, store.ErrBusy)
		}
		done()
		return nil, nil, fmt.Errorf("begin: %w", s.trouble(err))
	}
	return begun, done, nil
}

// tx implements store.Tx, and store.View when writes is false.
type tx struct {
	sql    *sql.Tx
	ctx    context.Context // of the whole transaction
	store  *Store
	id     store.Identity
	writes bool
	ended  bool
	guest  bool // a user of another tenant, here by a grant
	admin  bool // an owner of the tenant
	// refused is the first error of a write. What came before it may be half of
	// something, so the transaction can only be rolled back.
	refused error
	roles   map[string]store.Role // of portfolios asked for so far
	head    *chainHead
	seen    []string // portfolios of others that were looked at
	missed  []string // portfolios asked for that are not visible
}

var _ store.SQLTx = (*tx)(nil)

// Identity implements store.View.
func (t *tx) Identity() store.Identity { return t.id }

// SQL implements store.SQLTx.
func (t *tx) SQL() *sql.Tx { return t.sql }

// refuse remembers the first error of a write.
func (t *tx) refuse(err error) {
	if err != nil && t.refused == nil {
		t.refused = err
	}
}

// write runs the body of a write method that the audit trail hears of. Where several
// write at once it waits for the tenant's other writers first: all take that lock before
// any other, so that none waits for one that waits for it.
func (t *tx) write(what string, fn func() error) error {
	return t.writeQuietly(what, func() error {
		if t.store.dialect.ForUpdate != "" {
			if err := t.lockChain(t.ctx); err != nil {
				return err
			}
		}
		return fn()
	})
}

// writeQuietly is write for what is no change of anything a person keeps, so that the
// audit trail does not hear of it.
func (t *tx) writeQuietly(what string, fn func() error) error {
	if !t.writes {
		return fmt.Errorf("%s: %w", what, store.ErrNested)
	}
	if t.refused != nil {
		return t.refused
	}
	if err := fn(); err != nil {
		err = t.named(what, err)
		t.refuse(err)
		return err
	}
	return nil
}

// named says what was being done and turns the driver's errors into the contract's.
func (t *tx) named(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", what, store.ErrNotFound)
	}
	return fmt.Errorf("%s: %w", what, t.store.dialect.named(err))
}

// stamp is the time of a write, to the microsecond that both databases keep.
func (t *tx) stamp() time.Time { return t.store.now().UTC().Truncate(time.Microsecond) }

// Schema lists the migrations that were run on the database, in order.
func (s *Store) Schema(ctx context.Context) ([]migrations.Applied, error) {
	return migrations.Status(ctx, s.reader)
}
