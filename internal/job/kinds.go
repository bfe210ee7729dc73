package job

import (
	"context"

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
}

// kinds are all there are, by name.
var kinds map[string]kind

func init() { // the functions enqueue work themselves, so that a literal would refer to itself
	kinds = map[string]kind{
		service.WorkAnalysis: {nights, 3, analyse},
		service.WorkMarket:   {soon, 2, checkMarket},
		service.WorkNight:    {soon, 2, handOut},
		service.WorkCleanUp:  {soon, 4, cleanUp},
	}
}

func (k kind) insertion() *river.InsertOpts {
	return &river.InsertOpts{Queue: k.queue, Priority: k.priority, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: rivertype.JobStates()}}
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
