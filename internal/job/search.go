package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/foliosight/foliosight/internal/service"
)

// searchPieces is how often a search is made again that only a limit or the network held up.
const searchPieces = 5

// searchSources asks the sources what a text may mean that a person asked for. Where they
// can be asked soon, it is the following piece that does.
func searchSources(ctx context.Context, t *task) error {
	within, cancel := context.WithTimeout(ctx, syncTime)
	defer cancel()
	a, err := t.workers.service.AnswerAsked(within, t.Work, syncPatience)
	if errors.Is(err, service.ErrNoSources) {
		return t.note(ctx, err.Error())
	}
	if err != nil {
		return err
	}
	found := a.Said
	if n := len(a.Candidates); n > 0 {
		found = fmt.Sprintf("%s named %d", a.Provider, n)
	}
	if err := t.note(ctx, found); err != nil {
		return err
	}
	if a.Next.IsZero() || a.Next.Sub(t.workers.now()) > syncAhead || t.piece() >= searchPieces {
		return t.pass(ctx, nil)
	}
	next := params(service.WorkSearch, t.following())
	next.InsertOpts.ScheduledAt = a.Next
	return t.pass(ctx, []river.InsertManyParams{next})
}
