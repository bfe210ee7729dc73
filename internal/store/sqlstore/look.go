package sqlstore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// lookEvery is how long a look at another's portfolio stands for those after it: each
// process puts one an hour of each user into the audit trail, not every request.
const lookEvery = time.Hour

// look is one user's at a portfolio of somebody else.
type look struct{ tenant, user, portfolio string }

// looks remembers when each was last put into the audit trail.
type looks struct {
	mu   sync.Mutex
	last map[look]time.Time
}

// due are the portfolios whose look is to be noted now.
func (l *looks) due(id store.Identity, portfolios []string, now time.Time) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(portfolios), func(p string) bool {
		at, noted := l.last[look{id.Tenant, id.User, p}]
		return noted && now.Sub(at) < lookEvery && !now.Before(at)
	})
}

func (l *looks) noted(id store.Identity, portfolios []string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || len(l.last) > 100_000 { // forgetting notes a look once more, no harm
		l.last = map[look]time.Time{}
	}
	for _, p := range portfolios {
		l.last[look{id.Tenant, id.User, p}] = now
	}
}

// sees remembers that the identity looks at a portfolio of somebody else.
func (t *tx) sees(portfolio, owner string) {
	if owner != t.id.User && !slices.Contains(t.seen, portfolio) {
		t.seen = append(t.seen, portfolio)
	}
}

// noteLooks puts the looks of a finished read into the audit trail before what was read
// is handed out.
func (s *Store) noteLooks(ctx context.Context, t *tx) error {
	now := s.now()
	due := s.looks.due(t.id, t.seen, now)
	if len(due) == 0 {
		return nil
	}
	err := s.run(ctx, s.writer, t.id, true, func(ctx context.Context, w *tx) error {
		for _, p := range due {
			if err := w.Note(ctx, store.Event{Action: "portfolio.look", Object: "portfolio/" + p, Portfolio: p}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.looks.noted(t.id, due, now)
	}
	return err
}
