package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
)

// How often PostgreSQL is asked whether it is there, how long it has to answer, and how
// many questions in a row it may leave unanswered. A connection that is refused or broken
// is an answer.
const (
	beat      = time.Second
	beatAway  = 250 * time.Millisecond
	answersIn = 2 * time.Second
	patiently = 2
)

// pulse knows whether the database is there, and ends what waits for one that is not: a
// server that was stopped in the middle leaves connections that say nothing. It implements
// api.Pulse.
type pulse struct {
	ask func(context.Context) error
	log *slog.Logger

	mu      sync.Mutex
	away    error
	since   time.Time
	waiting map[*context.CancelCauseFunc]bool
}

// newPulse returns the pulse of a database, and what asks it until its context ends; a
// file is always there.
func newPulse(cfg config.Config, o Outside) (p *pulse, run func(context.Context), err error) {
	p = &pulse{log: o.Log, waiting: map[*context.CancelCauseFunc]bool{}}
	if !cfg.PostgreSQL() {
		return p, func(context.Context) {}, nil
	}
	db, err := postgres.Pool(postgres.Options{URL: cfg.Database, PasswordFile: cfg.Password, PoolSize: 1})
	if err != nil {
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	p.ask = func(ctx context.Context) error { return answers(ctx, db) }
	return p, func(ctx context.Context) {
		defer db.Close()
		p.run(ctx)
	}, nil
}

func answers(ctx context.Context, db *sql.DB) error {
	var one int
	return db.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
}

// run asks until ctx ends.
func (p *pulse) run(ctx context.Context) {
	silent, wait := 0, beat
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		limited, cancel := context.WithTimeout(ctx, answersIn)
		err := p.ask(limited)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, context.DeadlineExceeded) {
			silent++
		}
		switch {
		case err == nil:
			silent, wait = 0, beat
			p.there()
		case silent > 0 && silent < patiently:
			wait = 0 // it may be busy: once more
		default:
			wait = beatAway
			p.gone(err)
		}
	}
}

// there notes that the database answers.
func (p *pulse) there() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away != nil {
		p.log.Warn("the database answers again", "after", time.Since(p.since).Round(time.Millisecond))
	}
	p.away = nil
}

// gone notes that it does not, and ends what waits for it.
func (p *pulse) gone(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away == nil {
		p.since = time.Now()
		p.log.Error("the database does not answer: requests are refused until it does", "error", err, "ended", len(p.waiting))
	}
	p.away = fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	for cancel := range p.waiting {
		(*cancel)(p.away)
	}
	clear(p.waiting)
}

// Away is why the database is not there; nil: it is.
func (p *pulse) Away() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away
}

// Watch has cancel called once the database goes away, until done is called.
func (p *pulse) Watch(cancel context.CancelCauseFunc) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away != nil {
		cancel(p.away)
		return func() {}
	}
	p.waiting[&cancel] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.waiting, &cancel)
	}
}
