package job

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/riverqueue/river"

	"github.com/foliosight/foliosight/internal/service"
)

// How long one piece of a sync works, how long it waits for a limit to free, for how far
// ahead the following piece is put into the queue, and how many pieces a night waits for.
const (
	syncTime     = 40 * time.Second
	syncPatience = 15 * time.Second
	syncAhead    = time.Hour
	syncPieces   = 15
)

// syncMarket asks for the market data that are due, piece by piece: what is left after a
// while, or waits for a limit, is the next piece's.
func syncMarket(ctx context.Context, t *task) error {
	r, err := syncPiece(ctx, t, service.SyncOptions{})
	if errors.Is(err, service.ErrNoSources) {
		return t.note(ctx, err.Error())
	}
	if err != nil {
		return err
	}
	if err := t.note(ctx, r.String()); err != nil {
		return err
	}
	now := t.workers.now()
	if r.Left == 0 && (r.Next.IsZero() || r.Next.Sub(now) > syncAhead) {
		return t.pass(ctx, nil)
	}
	next := params(service.WorkSync, t.following())
	if r.Left == 0 {
		next.InsertOpts.ScheduledAt = r.Next
	}
	return t.pass(ctx, []river.InsertManyParams{next})
}

// syncPiece syncs for as long as a piece may take. That it was not enough is no error.
func syncPiece(ctx context.Context, t *task, o service.SyncOptions) (service.SyncReport, error) {
	within, cancel := context.WithTimeout(ctx, syncTime)
	defer cancel()
	o.Patience = syncPatience
	r, err := t.workers.service.SyncDue(within, o)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = nil
	}
	return r, err
}

// following is the piece of work after this one.
func (t *task) following() service.Work {
	w := t.Work
	w.After = strconv.Itoa(t.piece() + 1)
	return w
}

// piece counts the pieces of a work, from 0.
func (t *task) piece() int {
	n, err := strconv.Atoi(t.After)
	if err != nil {
		return 0
	}
	return n
}

// checkMarket is the shared job before a night: it brings in the day's market data, says
// how well they are known, and lets the night begin. What limits hold up for long comes
// without it.
func checkMarket(ctx context.Context, t *task) error {
	// A night waits for prices alone.
	r, err := syncPiece(ctx, t, service.SyncOptions{PricesOnly: true})
	if err != nil && !errors.Is(err, service.ErrNoSources) {
		return err
	}
	found, err := t.workers.service.Freshness(ctx, t.Day)
	if err != nil {
		return err
	}
	if len(r.Outcomes) > 0 {
		found = fmt.Sprintf("%s; %s", found, r)
	}
	if err := t.note(ctx, found); err != nil {
		return err
	}
	if r.Left > 0 && t.piece() < syncPieces {
		return t.pass(ctx, []river.InsertManyParams{params(service.WorkMarket, t.following())})
	}
	next := []river.InsertManyParams{params(service.WorkNight, service.Work{Exchange: t.Exchange, Day: t.Day})}
	if r.Left > 0 || !r.Next.IsZero() {
		next = append(next, params(service.WorkSync, service.Work{}))
	}
	return t.pass(ctx, next)
}
