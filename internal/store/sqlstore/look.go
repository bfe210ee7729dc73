package sqlstore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/internal/store"
)

// lookEvery is how long a look at another's portfolio stands for those after it: each
// process puts one an hour of each user into the audit trail, not every request.
const lookEvery = time.Hour

// What a look comes to.
const (
	looked  = "portfolio.look"  // at another's portfolio, by a grant
	refused = "portfolio.probe" // at a portfolio that is not there for the user
)

// look is one user's at a portfolio that is not theirs.
type look struct{ action, tenant, user, portfolio string }

// looks remembers when each was last put into the audit trail.
type looks struct {
	mu   sync.Mutex
	last map[look]time.Time
}

// due are the portfolios whose look is to be noted now.
func (l *looks) due(action string, id store.Identity, portfolios []string, now time.Time) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(portfolios), func(p string) bool {
		at, noted := l.last[look{action, id.Tenant, id.User, p}]
		return noted && now.Sub(at) < lookEvery && !now.Before(at)
	})
}

func (l *looks) noted(action string, id store.Identity, portfolios []string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || len(l.last) > 100_000 { // forgetting notes a look once more, no harm
		l.last = map[look]time.Time{}
	}
	for _, p := range portfolios {
		l.last[look{action, id.Tenant, id.User, p}] = now
	}
}

// sees remembers that the identity looks at a portfolio of somebody else.
func (t *tx) sees(portfolio, owner string) {
	if owner != t.id.User && !slices.Contains(t.seen, portfolio) {
		t.seen = append(t.seen, portfolio)
	}
}

// misses remembers that the identity asked for a portfolio that it cannot see. What is
// no id names nothing of anybody's.
func (t *tx) misses(portfolio string) {
	if uuid.Validate(portfolio) == nil && !slices.Contains(t.missed, portfolio) {
		t.missed = append(t.missed, portfolio)
	}
}

// noteLooks puts the looks of a finished transaction into the audit trail, before what
// was read is handed out: those that a grant allowed into the trail of the portfolio,
// with it, and those at nothing visible into the trail of who asked.
func (s *Store) noteLooks(ctx context.Context, t *tx, action string, portfolios []string) error {
	now := s.now()
	due := s.looks.due(action, t.id, portfolios, now)
	if len(due) == 0 {
		return nil
	}
	err := s.run(ctx, s.writer, t.id, true, func(ctx context.Context, w *tx) error {
		for _, p := range due {
			e := store.Event{Action: action, Object: "portfolio/" + p}
			if action == looked {
				e.Portfolio = p
			}
			if err := w.Note(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.looks.noted(action, t.id, due, now)
	}
	return err
}
