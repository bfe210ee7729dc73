package job

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// The queues: what somebody may wait for, and what has the whole night.
const (
	soon   = "soon"
	nights = "nights"
)

// kind is how one sort of work is done. To add one: a constant in package service, a
// line here, and the function.
type kind struct {
	queue    string
	priority int // 1 comes first, 4 last
	do       func(ctx context.Context, t *task) error
	// often lets the same work be done again once it ended; else it is done once, and once
	// more only where somebody asks for that.
	often bool
	// after is how long it waits, so that what is needed many times at once is done once.
	after time.Duration
	// long lets an attempt take as long as it does; it says meanwhile that it lives.
	long bool
}

// kinds are all there are, by name.
var kinds map[string]kind

func init() { // the functions enqueue work themselves, so that a literal would refer to itself
	kinds = map[string]kind{
		service.WorkAnalysis: {queue: nights, priority: 3, do: analyse},
		service.WorkMarket:   {queue: soon, priority: 2, do: checkMarket},
		service.WorkNight:    {queue: soon, priority: 2, do: handOut},
		service.WorkCleanUp:  {queue: soon, priority: 4, do: cleanUp},
		service.WorkAlerts:   {queue: soon, priority: 3, do: checkAlerts, often: true, after: service.AlertsDebounce},
		service.WorkIncome:   {queue: soon, priority: 3, do: findIncome, often: true, after: service.IncomeDebounce},
		service.WorkSync:     {queue: soon, priority: 2, do: syncMarket, often: true},
		service.WorkSearch:   {queue: soon, priority: 1, do: searchSources},
		service.WorkDeliver:  {queue: soon, priority: 1, do: deliver, often: true},

		service.WorkOperation: {queue: operations, priority: 2, do: operate, often: true, long: true},
	}
}

func (k kind) insertion() *river.InsertOpts {
	states := rivertype.JobStates()
	if k.often {
		states = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled}
	}
	var due time.Time // now
	if k.after > 0 {
		due = time.Now().Add(k.after)
	}
	return &river.InsertOpts{ScheduledAt: due, Queue: k.queue, Priority: k.priority, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: states}}
}

// task is one attempt under way.
type task struct {
	service.Work
	ID      int64
	Attempt int
	workers *Workers
	job     *river.Job[args]
}

// complete marks the job as done in the transaction of its effect.
func (t *task) complete(ctx context.Context, tx store.Tx) error {
	return t.workers.queue.complete(ctx, tx.(store.SQLTx).SQL(), t.job)
}

// note keeps a sentence about what was done, for who looks at the job.
func (t *task) note(ctx context.Context, sentence string) error {
	return river.RecordOutput(ctx, sentence)
}
