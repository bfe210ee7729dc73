package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// saveEvery is how long steps that are done wait before they are saved: an analysis that
// takes less is committed once, at its end.
const saveEvery = time.Second

// analyse is the nightly analysis of one portfolio. It goes on after the steps that an
// attempt before it has saved.
func analyse(ctx context.Context, t *task) error {
	select {
	case t.workers.slots <- struct{}{}:
		defer func() { <-t.workers.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	n, err := t.workers.service.BeginAnalysis(ctx, t.Work, t.ID, t.Attempt)
	if errors.Is(err, store.ErrNotFound) {
		if noteErr := t.note(ctx, "the portfolio is gone"); noteErr != nil {
			return noteErr
		}
		return t.pass(ctx, nil)
	}
	if err != nil {
		return err
	}
	if err := t.steps(ctx, n); err != nil {
		// The attempt's context may have ended: that is what is to be written down.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		cancelled := errors.Is(context.Cause(ctx), errAsked)
		reason := err.Error()
		if cancelled {
			reason = errAsked.Error()
		}
		return errors.Join(err, n.Failed(last, reason, cancelled))
	}
	return nil
}

func (t *task) steps(ctx context.Context, n *service.NightlyAnalysis) error {
	if n.Resumed() > 0 {
		if err := t.note(ctx, fmt.Sprintf("went on after %d steps of an attempt before", n.Resumed())); err != nil {
			return err
		}
	}
	saved := time.Now()
	for _, name := range n.Sections() {
		if err := n.Make(ctx, name); err != nil {
			return err
		}
		if time.Since(saved) > saveEvery {
			if err := n.Save(ctx); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	return n.Finish(ctx, t.complete)
}
