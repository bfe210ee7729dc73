package service

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Fetching is bringing in what the figures of a portfolio lack: how far it has come, and
// what is missing still.
type Fetching struct {
	// Why says why nobody can be asked; empty: somebody can.
	Why string
	// State is that of the work in the background; empty: there was none lately.
	State JobState
	Asked bool // it was told to stop
	Note  string
	Began time.Time
	// Of is how many series it was to see to, Done how many it has, and Got how many of
	// those came. Series that others need are not counted.
	Of, Done, Got int
	// Lacking are the series of which nothing is stored, or whose last attempt gave nothing.
	Lacking []Feed
}

// Running reports whether the work goes on by itself.
func (f Fetching) Running() bool { return f.State != "" && !f.State.Ended() && !f.Asked }

// lately is how long the outcome of a fetch is told.
const lately = 24 * time.Hour

// Fetching says what a portfolio lacks and what is done about it.
func (s *Service) Fetching(ctx context.Context, c Caller, id string) (f Fetching, err error) {
	var feeds []Feed
	simulated := false
	err = s.read(ctx, c.about(id), func(ctx context.Context, v store.View) error {
		set, err := gather(ctx, v, Question{Portfolios: []string{id}})
		if err != nil {
			return err
		}
		simulated = set.simulated
		n, err := needsOf(ctx, v, set, nil)
		if err != nil {
			return err
		}
		if feeds, err = n.feeds(ctx, v, set); err != nil {
			return err
		}
		return s.describeFeeds(ctx, v, set, feeds, s.now())
	})
	if err != nil {
		return f, err
	}
	if f.Why = s.nobodyAsked(simulated); f.Why == "" {
		if err := f.work(ctx, s); err != nil {
			return f, err
		}
	}
	f.count(feeds, s.now())
	return f, nil
}

// nobodyAsked says why no source is asked; empty: one is.
func (s *Service) nobodyAsked(simulated bool) string {
	switch {
	case simulated:
		return "this portfolio lives in the simulated market, which makes its prices itself: nobody is asked for them"
	case s.sources == nil:
		return cmp.Or(s.market.Off, "no source of market data is set up; prices come by file and by hand")
	case s.queue == nil:
		return "there is no queue of jobs here; `foliosight sync` on the command line brings them in"
	}
	return ""
}

// work is how far the newest fetch of the installation is. It is one for all.
func (f *Fetching) work(ctx context.Context, s *Service) error {
	jobs, err := s.queue.Jobs(ctx, JobFilter{Kind: WorkSync, Limit: 1})
	if err != nil || len(jobs) == 0 {
		return err
	}
	j := jobs[0]
	if j.State.Ended() && s.now().Sub(j.Ended) > lately {
		return nil
	}
	f.State, f.Asked, f.Note, f.Began = j.State, j.Asked, cmp.Or(j.Reason, j.Note), j.Created
	return nil
}

// count says how many series were seen to since it began, and which are lacking.
func (f *Fetching) count(feeds []Feed, now time.Time) {
	for i := range feeds {
		one := &feeds[i]
		if one.Valued {
			continue
		}
		done := !f.Began.IsZero() && !one.Asked.Before(f.Began)
		due := one.Kept.Count == 0 && one.Asked.IsZero() || one.Needed && !one.Due.IsZero() && !one.Due.After(now)
		switch {
		case done:
			f.Of, f.Done = f.Of+1, f.Done+1
			if one.Reason == "" {
				f.Got++
			}
		case due:
			f.Of++
		}
		if one.Kept.Count == 0 {
			f.Lacking = append(f.Lacking, *one)
		}
	}
}

// FetchNow lets what is due be fetched at once, in the background: for who books in the
// portfolio. It is the same work for all, so that asking twice asks nobody twice.
func (s *Service) FetchNow(ctx context.Context, c Caller, id string) (Fetching, error) {
	before, err := s.Fetching(ctx, c, id)
	if err != nil || before.Why != "" {
		return before, err
	}
	err = s.as(ctx, c.about(id), func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Portfolio(ctx, id)
		if err != nil {
			return err
		}
		if !p.Role.Allows(store.CanTrade) {
			return fmt.Errorf("fetch for portfolio %s: %w", id, ErrForbidden)
		}
		_, err = s.queue.Again(ctx, tx, WorkSync, Work{})
		return err
	})
	if err != nil {
		return before, err
	}
	return s.Fetching(ctx, c, id)
}

// StopFetch tells the fetch that is under way to stop, which it does between two series.
// What came is kept. As it works for all, it is for who runs the installation.
func (s *Service) StopFetch(ctx context.Context, c Caller, id string) error {
	if err := operator(c); err != nil {
		return err
	}
	if s.queue == nil {
		return ErrNoQueue
	}
	jobs, err := s.queue.Jobs(ctx, JobFilter{Kind: WorkSync, Limit: 1})
	if err != nil {
		return err
	}
	if len(jobs) == 0 || jobs[0].State.Ended() {
		return nil // there is nothing to stop
	}
	_, err = s.CancelJob(ctx, c, jobs[0].ID)
	return err
}
