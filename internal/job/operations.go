package job

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Operations is what has to be run to look after the installation (internal/ops/schedule).
// One of them is in the queue at a time, whoever put it there, so that they run one after
// the other; each that ends puts the next one that is due in its place.
//
// A backup may take an hour. So an operation has no time limit, and instead of being taken
// for dead after ninety seconds it says every twenty that it lives: one whose process died
// is found as soon as any other job, and one that lives is left alone.
type Operations interface {
	// Due is the first command that is due; empty: none is.
	Due(ctx context.Context) (command string, err error)
	// Run runs it, unless it was run since it was found due.
	Run(ctx context.Context, command string, found time.Time) (says string, err error)
	// Abandon notes that it is left to its next time, as a finding where it is one.
	Abandon(ctx context.Context, command, why string, finding bool) error
}

// operations is the queue of its own for them.
const operations = "operations"

// operationAttempts is how often one is begun that does not come to an end: what killed
// its process twice is left to its next time.
const operationAttempts = 3

// How often a process looks what is due, and how long it waits after it has started: who
// comes first is not to wait for a backup.
const (
	looksEvery = 30 * time.Second
	looksAfter = time.Minute
)

// beatsEvery is how often an operation under way says that it lives.
var beatsEvery = 20 * time.Second

// operationStates are those of which there is one at most.
var operationStates = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled}

// operation is one that is put into the queue.
func (w *Workers) operation(command string) river.InsertManyParams {
	about := service.Work{ID: command, After: w.now().UTC().Format(time.RFC3339)}
	return river.InsertManyParams{Args: args{about, service.WorkOperation}, InsertOpts: &river.InsertOpts{Queue: operations, Priority: 2, MaxAttempts: operationAttempts,
		UniqueOpts: river.UniqueOpts{ByQueue: true, ByState: operationStates}}}
}

// Look puts what is due into the queue, unless an operation is there already.
func (w *Workers) Look(ctx context.Context) error {
	command, err := w.operations.Due(ctx)
	if err != nil || command == "" {
		return err
	}
	p := w.operation(command)
	_, err = w.client.Insert(ctx, p.Args, p.InsertOpts)
	return err
}

// lookOn looks until ctx ends.
func (w *Workers) lookOn(ctx context.Context) {
	for wait := looksAfter; ; wait = looksEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := w.Look(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("schedule of operations", "error", err)
		}
	}
}

// forgetAfter is how long the queue remembers a run at least that another came after: River
// looks once more at a job that ended, and breaks where it is gone.
const forgetAfter = 10 * time.Minute

// lastWords is how long what an operation that was ended leaves behind may take.
const lastWords = 10 * time.Second

// operate runs one operation and puts the next into the queue.
func operate(ctx context.Context, t *task) error {
	o := t.workers.operations
	found, err := time.Parse(time.RFC3339, t.After)
	if err != nil || o == nil { // the queue of operations is worked where there are some
		return river.JobCancel(fmt.Errorf("operation %q found due at %q cannot be run here", t.Work.ID, t.After))
	}
	if deaths(t.job.Errors) >= operationAttempts-1 {
		if err := o.Abandon(ctx, t.Work.ID, fmt.Sprintf("the process that ran it ended %d times before it had", operationAttempts-1), true); err != nil {
			return err
		}
		return t.follow(ctx, "left to its next time")
	}
	says, err := o.Run(ctx, t.Work.ID, found)
	switch {
	case err == nil:
		return t.follow(ctx, says)
	case errors.Is(context.Cause(ctx), errAsked):
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		defer cancel()
		return errors.Join(err, o.Abandon(last, t.Work.ID, errAsked.Error(), false))
	case errors.Is(context.Cause(ctx), errOvertaken):
		t.workers.yield(ctx, t.job)
		return err
	case ctx.Err() != nil: // the process stops: another goes on, or this one when it is back
		return river.JobSnooze(0)
	}
	return err
}

// rescued is how River says that it took an attempt for dead.
const rescued = "rescued"

// deaths is how many attempts ended with their process.
func deaths(all []rivertype.AttemptError) (n int) {
	for _, e := range all {
		if strings.Contains(e.Error, rescued) {
			n++
		}
	}
	return n
}

// follow completes an operation and puts the next one into the queue. Of one that is run
// through the day the queue remembers the latest run that went so.
func (t *task) follow(ctx context.Context, says string) error {
	if err := t.note(ctx, says); err != nil {
		return err
	}
	next, err := t.workers.operations.Due(ctx)
	if err != nil {
		return err
	}
	q := t.workers.queue
	tx, err := q.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	if err := q.complete(ctx, tx, t.job); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM `+q.table()+` WHERE kind = $1 AND state = 'completed' AND id < $2 AND `+q.argument("id")+` = $3 AND finalized_at < $4`, service.WorkOperation, t.ID, t.Work.ID, q.instant(time.Now().Add(-forgetAfter))); err != nil {
		return err
	}
	if next != "" {
		if _, err := t.workers.client.InsertManyTx(ctx, tx, []river.InsertManyParams{t.workers.operation(next)}); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// argument is one of those of a job, in SQL.
func (q *Queue) argument(name string) string {
	if q.Postgres {
		return `args->>'` + name + `'`
	}
	return `json_extract(CAST(args AS TEXT), '$.` + name + `')`
}

// beat says that an attempt lives, and the first time since when. It is errOvertaken where
// another attempt has the job.
func (q *Queue) beat(ctx context.Context, j *river.Job[args], began time.Time) error {
	rest := `json_set(metadata, '$.began', CAST($2 AS TEXT))`
	if q.Postgres {
		rest = `jsonb_set(metadata, '{began}', to_jsonb($2::text))`
	}
	done, err := q.DB.ExecContext(ctx, `UPDATE `+q.table()+` SET attempted_at = $1, metadata = `+rest+` WHERE id = $3 AND state = 'running' AND attempt = $4`,
		q.instant(time.Now()), began.UTC().Format(time.RFC3339), j.ID, j.Attempt)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err == nil && n == 0 {
		return errOvertaken
	}
	return nil
}

// yield waits until whoever overtook an attempt has ended: River would end theirs with it.
func (w *Workers) yield(ctx context.Context, j *river.Job[args]) {
	last := context.WithoutCancel(ctx)
	for {
		if now, err := w.queue.Job(last, j.ID); errors.Is(err, store.ErrNotFound) || err == nil && now.State != service.JobRunning {
			return
		}
		select {
		case <-w.stopping:
			return
		case <-time.After(asksEvery):
		}
	}
}

// keepAlive beats until the attempt ends, and ends it where another has the job.
func (w *Workers) keepAlive(ctx context.Context, j *river.Job[args], stop context.CancelCauseFunc, ended <-chan struct{}) {
	began := time.Now()
	for {
		if err := w.queue.beat(ctx, j, began); errors.Is(err, errOvertaken) {
			select {
			case <-ended: // it has just completed
			default:
				stop(errOvertaken)
			}
			return
		}
		select {
		case <-ended:
			return
		case <-time.After(beatsEvery):
		}
	}
}

// Ran is what the queue remembers of operations: the latest of each command.
type Ran struct {
	Found time.Time // when it was found due, by the clock of who found it
	State service.JobState
	Note  string
}

// mostOperations is how many of them are looked through.
const mostOperations = 200

// Operations are the latest runs of commands that the queue remembers.
func (q *Queue) Operations(ctx context.Context) (map[string]Ran, error) {
	all, err := q.Jobs(ctx, service.JobFilter{Kind: service.WorkOperation, Limit: mostOperations})
	if err != nil {
		return nil, err
	}
	latest := map[string]Ran{}
	for _, j := range all { // the newest first
		found, err := time.Parse(time.RFC3339, j.Work.After)
		if _, there := latest[j.Work.ID]; there || err != nil {
			continue
		}
		latest[j.Work.ID] = Ran{Found: found, State: j.State, Note: j.Note}
	}
	return latest, nil
}
