package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
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
	// Next is when it goes on by itself, where it waits for a limit, for a network or for its
	// next attempt; zero: it does not wait.
	Next time.Time
	// Of is how many series it was to see to, Done how many it has, and Got how many of
	// those came. Series that others need are not counted.
	Of, Done, Got int
	// Own is how many of those are of what is booked, exchanged or compared with, which are
	// asked for first, and OwnDone how many of them it has seen to.
	Own, OwnDone int
	// Lacking are the series of which nothing is stored: of what is booked first, then what it
	// is compared and exchanged with. Of what only the risk model needs it is said how many
	// there are.
	Lacking []Feed
	Model   int
	// Reasons are why series got nothing, each once; Unreached the hosts that were tried where
	// no provider could be reached.
	Reasons   []Refusals
	Unreached []string
}

// Running reports whether the work goes on now. What waits for a limit does not.
func (f Fetching) Running() bool {
	return f.State != "" && !f.State.Ended() && !f.Asked && f.Next.IsZero()
}

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
	if !slices.ContainsFunc(f.Reasons, func(r Refusals) bool { return r.Reason == string(marketdata.Unreached) }) || f.Got > 0 {
		return f, nil
	}
	f.Unreached, err = s.unreached(ctx)
	return f, err
}

// unreached are the hosts of the sources that are asked and could not be reached.
func (s *Service) unreached(ctx context.Context) (hosts []string, err error) {
	if s.sources == nil {
		return nil, nil
	}
	all, err := s.sources.Status(ctx)
	for i := range all {
		if one := &all[i]; one.Unreached && (one.KeyPresent || !one.NeedsKey) {
			hosts = append(hosts, one.Host)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts), err
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

// mostPieces is how many pieces of one fetch are looked through for its beginning.
const mostPieces = 50

// soonEnough is how far off a piece of work may be that counts as under way.
const soonEnough = 3 * time.Second

// work is how far the newest fetch of the installation is. It is one for all, and may be in
// pieces: it began with the first of them.
func (f *Fetching) work(ctx context.Context, s *Service) error {
	jobs, err := s.queue.Jobs(ctx, JobFilter{Kind: WorkSync, Limit: mostPieces})
	if err != nil || len(jobs) == 0 {
		return err
	}
	j := jobs[0]
	for _, other := range jobs[1:] { // what waits for later stands behind what works now
		if (j.State == JobQueued || j.State == JobWaiting) && (other.State == JobRunning || other.State == JobQueued && other.Due.Before(j.Due)) {
			j = other
		}
	}
	if j.State.Ended() && s.now().Sub(j.Ended) > lately {
		return nil
	}
	f.State, f.Asked, f.Note, f.Began = j.State, j.Asked, cmp.Or(j.Reason, j.Note), j.Created
	if (j.State == JobQueued || j.State == JobWaiting) && j.Due.Sub(s.now()) > soonEnough {
		f.Next = j.Due
	}
	for _, before := range jobs { // the newest first
		if before.ID >= j.ID {
			continue
		}
		if j.Work.After == "" {
			break
		}
		j, f.Began = before, before.Created
	}
	return nil
}

// count says how many series were seen to since it began, and which are lacking.
func (f *Fetching) count(feeds []Feed, now time.Time) {
	var refused []Feed
	// Once a sync has looked at what is needed, what it left out is not asked for.
	looked := slices.ContainsFunc(feeds, func(one Feed) bool { return one.Needed })
	for i := range feeds {
		one := &feeds[i]
		if one.Valued {
			continue
		}
		done := !f.Began.IsZero() && !one.Asked.Before(f.Began)
		due := one.Kept.Count == 0 && one.Asked.IsZero() && (one.Needed || one.Booked || !looked) && f.State != JobDone || one.Needed && !one.Due.IsZero() && !one.Due.After(now)
		own := one.ofPeople()
		if done || due {
			f.Of++
			if own {
				f.Own++
			}
		}
		if done {
			f.Done++
			if own {
				f.OwnDone++
			}
			if one.Reason == "" {
				f.Got++
			}
		}
		if one.Reason != "" && (done || one.Kept.Count == 0) {
			refused = append(refused, *one)
		}
		switch {
		case one.Kept.Count > 0:
		case own:
			f.Lacking = append(f.Lacking, *one)
		default:
			f.Model++
		}
	}
	f.Reasons = FeedReasons(refused)
	rank := func(one *Feed) int {
		return slices.Index([]bool{one.Booked && one.Use != FeedFX, one.Compared, one.Use == FeedFX, true}, true)
	}
	slices.SortStableFunc(f.Lacking, func(a, b Feed) int { return rank(&a) - rank(&b) })
}

// ofPeople reports whether a series is of what people booked, are paid in, or compare with,
// and not of the risk model alone.
func (one *Feed) ofPeople() bool { return one.Booked || one.Compared || one.Use == FeedFX }

// FetchNow lets what is due be fetched at once, in the background: for who books in the
// portfolio. It is the same work for all, so that asking twice asks nobody twice.
func (s *Service) FetchNow(ctx context.Context, c Caller, id string) (Fetching, error) {
	before, err := s.Fetching(ctx, c, id)
	if err != nil {
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
		if before.Why != "" {
			return nil
		}
		_, err = s.queue.Again(ctx, tx, WorkSync, Work{})
		return err
	})
	if err != nil || before.Why != "" {
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
