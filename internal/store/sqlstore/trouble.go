package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// probeEvery is how often a database that takes no changes is tried again; patience is how
// long such a trial may take.
const (
	probeEvery = 2 * time.Second
	patience   = 2 * time.Second
)

// refusal is that the database takes no changes: since when it is known, and why.
type refusal struct {
	mu     sync.Mutex
	err    error
	trying bool
}

// trouble names what keeps the database from working, and notes that it takes no changes.
func (s *Store) trouble(err error) error {
	if err == nil {
		return nil
	}
	named := s.dialect.troubled(err)
	if errors.Is(named, store.ErrFull) || errors.Is(named, store.ErrReadOnly) {
		s.refuses(named)
	}
	return named
}

// troubled puts the kind of trouble before an error that is one.
func (d *Dialect) troubled(err error) error {
	if d.Trouble == nil || err == nil {
		return err
	}
	kind := d.Trouble(err)
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// uncertain is trouble while a change was committed: whether it was made is not known.
func (s *Store) uncertain(err error) error {
	named := s.trouble(err)
	if errors.Is(named, store.ErrUnavailable) {
		return fmt.Errorf("%w: %w", store.ErrUnsure, named)
	}
	return named
}

// refuses notes that the database takes no changes, and tries it until it does again.
func (s *Store) refuses(err error) {
	r := &s.refusal
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	if !r.trying {
		r.trying = true
		go s.tryAgain()
	}
}

// takes notes that a change was committed.
func (s *Store) takes() {
	s.refusal.mu.Lock()
	defer s.refusal.mu.Unlock()
	s.refusal.err = nil
}

// tryAgain writes something small until the database takes it, or is closed.
func (s *Store) tryAgain() {
	for {
		select {
		case <-s.closed:
			return
		case <-time.After(probeEvery):
		}
		r := &s.refusal
		r.mu.Lock()
		done := r.err == nil
		if done {
			r.trying = false
		}
		r.mu.Unlock()
		if done {
			return
		}
		if s.probe() == nil {
			s.takes()
		}
	}
}

// probe makes a change that changes nothing, as durable as any.
func (s *Store) probe() error {
	if s.dialect.Probe == nil {
		return nil // the next change says
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tx, err := s.writer.BeginTx(ctx, s.dialect.WriteTx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	if err := s.dialect.Probe(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Writable is why the database takes no changes, as the last one that was tried has
// shown; nil: it does. It asks nobody.
func (s *Store) Writable() error {
	s.refusal.mu.Lock()
	defer s.refusal.mu.Unlock()
	return s.refusal.err
}

// Ping asks the database on a connection of the readers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	err := s.reader.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
	if errors.Is(err, sql.ErrConnDone) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return s.dialect.troubled(err)
}
