package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// How many portfolios one piece of a night looks at: on SQLite fewer, as whoever books
// waits for as long as they are put into the queue.
const (
	handedOut       = 1000
	handedOutSQLite = 200
)

// handOut enqueues an analysis for each portfolio of the exchange, piece by piece; the
// piece after it is enqueued with them.
func handOut(ctx context.Context, t *task) error {
	most := handedOut
	if !t.workers.queue.Postgres {
		most = handedOutSQLite
	}
	due, next, err := t.workers.service.NightOf(ctx, t.Exchange, t.After, most)
	if err != nil {
		return err
	}
	var all []river.InsertManyParams
	for _, d := range due {
		all = append(all, params(service.WorkAnalysis, service.Work{Tenant: d.Tenant, User: d.Owner, Portfolio: d.Portfolio, Day: t.Day}))
	}
	if next != "" {
		w := t.Work
		w.After = next
		all = append(all, params(service.WorkNight, w))
	}
	if err := t.note(ctx, fmt.Sprintf("%d portfolios of %s on %s", len(due), t.Exchange, t.Day)); err != nil {
		return err
	}
	return t.pass(ctx, all)
}

func params(kind string, w service.Work) river.InsertManyParams {
	return river.InsertManyParams{Args: args{w, kind}, InsertOpts: kinds[kind].insertion()}
}

// pass enqueues what follows and completes the job, both or neither.
func (t *task) pass(ctx context.Context, all []river.InsertManyParams) error {
	tx, err := t.workers.queue.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	if len(all) > 0 {
		if _, err := t.workers.queue.client.InsertManyTx(ctx, tx, all); err != nil {
			return err
		}
	}
	if err := t.workers.queue.complete(ctx, tx, t.job); err != nil {
		return err
	}
	return tx.Commit()
}

// cleanTime is how long one piece of a clean-up works.
const cleanTime = 30 * time.Second

// cleanUp removes what has expired; what is left after a while is the next piece's.
func cleanUp(ctx context.Context, t *task) error {
	cleaned, next, err := t.workers.service.CleanUp(ctx, t.After, t.workers.now().Add(cleanTime))
	if err != nil {
		return err
	}
	if err := t.note(ctx, fmt.Sprintf("%d tenants", cleaned)); err != nil {
		return err
	}
	if next == "" {
		return t.pass(ctx, nil)
	}
	w := t.Work
	w.After = next
	return t.pass(ctx, []river.InsertManyParams{params(service.WorkCleanUp, w)})
}

// checkAlerts holds a portfolio against its rules.
func checkAlerts(ctx context.Context, t *task) error {
	found, err := t.workers.service.CheckAlertsFor(ctx, t.Work)
	if err != nil {
		return err
	}
	return t.note(ctx, found.String())
}

// findIncome looks for dividends that are not booked: of one portfolio, or of all, piece by
// piece.
func findIncome(ctx context.Context, t *task) error {
	if t.Portfolio != "" {
		found, err := t.workers.service.ProposeIncome(ctx, t.Work)
		if errors.Is(err, store.ErrNotFound) {
			return t.note(ctx, "the portfolio is gone")
		}
		if err != nil {
			return err
		}
		return t.note(ctx, found.String())
	}
	looked, found, next, err := t.workers.service.ProposeIncomeOfAll(ctx, t.After, t.workers.now().Add(cleanTime))
	if err != nil {
		return err
	}
	if err := t.note(ctx, fmt.Sprintf("%d portfolios: %s", looked, found)); err != nil {
		return err
	}
	if next == "" {
		return t.pass(ctx, nil)
	}
	w := t.Work
	w.After = next
	return t.pass(ctx, []river.InsertManyParams{params(service.WorkIncome, w)})
}

// roundsAtOnce is how often a job looks whether more is due.
const roundsAtOnce = 10

// deliver sends the messages that wait in the outbox until none is due. What cannot be
// sent now stays there with its reason and is claimed again when it is due.
func deliver(ctx context.Context, t *task) error {
	sent := 0
	for range roundsAtOnce {
		n, err := t.workers.service.DeliverDue(ctx)
		if sent += n; err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	return t.note(ctx, fmt.Sprintf("%d messages sent", sent))
}
