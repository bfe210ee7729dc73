package service

import (
	"context"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

// SyncWish says what is to be asked for at once.
type SyncWish struct {
	// Portfolio is one in which the caller books; who runs the installation needs none.
	Portfolio string
	// Symbols are asked for whether they are due or not; nil: only what is due.
	Symbols []string
}

// SyncNow has the sources asked in the background, and returns the job that does it. It is
// one for all: where one is under way it is that one. Naming symbols is for who runs the
// installation; what a job under way has asked for already is the next one's.
func (s *Service) SyncNow(ctx context.Context, c Caller, w SyncWish) (Job, error) {
	if err := c.Require(ScopeTrade); err != nil {
		return Job{}, err
	}
	if w.Portfolio != "" && (!c.Operator || len(w.Symbols) == 0) {
		return s.syncFor(ctx, c, w)
	}
	switch {
	case !c.Operator:
		return Job{}, fmt.Errorf("sync without a portfolio: %w", ErrForbidden)
	case s.queue == nil:
		return Job{}, ErrNoQueue
	}
	if why := s.nobodyAsked(false); why != "" {
		return Job{}, fmt.Errorf("%w: %s", ErrNoSources, why)
	}
	if len(w.Symbols) > 0 {
		if err := s.hurry(ctx, c, w.Symbols); err != nil {
			return Job{}, err
		}
	}
	return s.RunJob(ctx, c, WorkSync, Work{})
}

// syncFor asks for what is due on behalf of who books in a portfolio.
func (s *Service) syncFor(ctx context.Context, c Caller, w SyncWish) (Job, error) {
	if len(w.Symbols) > 0 {
		return Job{}, fmt.Errorf("sync of symbols: %w", ErrForbidden)
	}
	f, err := s.FetchNow(ctx, c, w.Portfolio)
	switch {
	case err != nil:
		return Job{}, err
	case s.queue == nil:
		return Job{}, ErrNoQueue
	case f.Why != "":
		return Job{}, fmt.Errorf("%w: %s", ErrNoSources, f.Why)
	}
	jobs, err := s.queue.Jobs(ctx, JobFilter{Kind: WorkSync, Limit: 1})
	if err != nil {
		return Job{}, err
	}
	if len(jobs) == 0 {
		return Job{}, fmt.Errorf("sync for portfolio %s: the job is gone: %w", w.Portfolio, ErrNotFound)
	}
	return jobs[0], nil
}

// hurry has symbols that somebody needs due now.
func (s *Service) hurry(ctx context.Context, c Caller, symbols []string) error {
	as := store.Identity{Tenant: c.Tenant, User: c.User, Operator: true}
	y := &syncing{s: s, as: as, options: SyncOptions{Symbols: symbols, DryRun: true}, now: s.now(), rows: map[subjectKey]store.Supply{}}
	list, err := y.prepare(ctx)
	if err != nil {
		return err
	}
	var due []store.Need
	for _, x := range list {
		due = append(due, store.Need{Kind: string(x.kind), Symbol: x.symbol, Due: y.now})
	}
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.NeedSupplies(ctx, due) })
}
