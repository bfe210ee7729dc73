package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/internal/ops/tracing"
	"github.com/foliosight/foliosight/internal/service"
)

// Workers run the jobs of one process.
type Workers struct {
	queue   *Queue
	service *service.Service
	client  *river.Client[*sql.Tx]
	now     func() time.Time
	log     *slog.Logger
	slots   chan struct{} // one for each analysis that computes

	operations Operations // nil: this process runs none
	stopping   <-chan struct{}
	stop       context.CancelFunc // closes it
}

// WorkOptions say how a process works.
type WorkOptions struct {
	Service *service.Service
	Now     func() time.Time // time.Now unless given
	// Computing is how many analyses are under way at once: two a core unless given, as one
	// waits for the database while another computes. A process that answers people too
	// has fewer, so that a core is free for them.
	Computing int
	// NoSchedules leaves the periodic jobs out: for tests, and where a process works only
	// what others put into the queue.
	NoSchedules bool
	// Operations are those that this process may run; nil: none. ByHand lets only Look
	// look for what is due, which is for tests.
	Operations Operations
	ByHand     bool
}

// How many jobs of each queue are fetched at once. Analyses that wait for a core hold
// nothing; there are enough of them for the next look into the queue to come in time.
const (
	soonAtOnce  = 4
	nightsAhead = 16
)

// Start runs jobs until Stop.
func (q *Queue) Start(ctx context.Context, o WorkOptions) (*Workers, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Computing == 0 {
		o.Computing = 2 * runtime.GOMAXPROCS(0)
	}
	w := &Workers{queue: q, service: o.Service, now: o.Now, log: q.Log, slots: make(chan struct{}, o.Computing), operations: o.Operations}
	looking, stop := context.WithCancel(context.WithoutCancel(ctx))
	w.stopping, w.stop = looking.Done(), stop
	all := river.NewWorkers()
	for name, k := range kinds {
		river.AddWorkerArgs(all, args{kind: name}, &worker{workers: w, kind: k})
	}
	config := q.config()
	config.Workers = all
	config.Queues = map[string]river.QueueConfig{soon: {MaxWorkers: soonAtOnce}, nights: {MaxWorkers: nightsAhead, FetchPollInterval: 2 * q.Poll}}
	if o.Operations != nil {
		config.Queues[operations] = river.QueueConfig{MaxWorkers: 1}
	}
	if !o.NoSchedules {
		config.PeriodicJobs = schedules(o.Now)
	}
	var err error
	if w.client, err = river.NewClient(q.driver(), config); err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	// River's context ends its work at once; ours is ended by Stop, in order.
	if err := w.client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	if o.Operations != nil && !o.ByHand {
		go w.lookOn(looking)
	}
	return w, nil
}

// Stop takes no more jobs and waits for those under way until ctx ends; then they are
// cancelled, and go on elsewhere or later.
func (w *Workers) Stop(ctx context.Context) error {
	w.stop()
	err := w.client.Stop(ctx)
	if err == nil || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return err
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return w.client.StopAndCancel(hard)
}

// worker does the work of one kind.
type worker struct {
	river.WorkerDefaults[args]
	workers *Workers
	kind    kind
}

// errAsked is why a job that was told to stop ends.
var errAsked = errors.New("it was cancelled")

// Timeout implements river.Worker. -1 is none: River then leaves an attempt alone for as
// long as it was begun, or said that it lives, less than stuckAfter ago.
func (k *worker) Timeout(*river.Job[args]) time.Duration {
	if k.kind.long {
		return -1
	}
	return 0 // as all jobs
}

// Work implements river.Worker.
func (k *worker) Work(ctx context.Context, j *river.Job[args]) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan struct{})
	defer close(ended)
	go k.listen(ctx, j.ID, stop, ended)
	if k.kind.long {
		go k.workers.keepAlive(ctx, j, stop, ended)
	}
	j.Args.kind = j.Kind
	ctx, traced := tracing.Job(ctx, j.Kind, j.ID, j.Attempt)
	err := k.kind.do(ctx, &task{Work: j.Args.Work, ID: j.ID, Attempt: j.Attempt, workers: k.workers, job: j})
	traced(err)
	if err != nil && errors.Is(context.Cause(ctx), errAsked) {
		return river.JobCancel(errAsked)
	}
	if err != nil {
		k.workers.log.Warn("job", "id", j.ID, "kind", j.Kind, "attempt", j.Attempt, "error", err)
	}
	return err
}

// asksEvery is how often a running job looks whether it was told to stop.
const asksEvery = time.Second

// listen ends a job that was told to stop: River tells nobody where the database has no
// listener.
func (k *worker) listen(ctx context.Context, id int64, stop context.CancelCauseFunc, ended chan struct{}) {
	for tick := time.NewTicker(asksEvery); ; {
		select {
		case <-ended:
			tick.Stop()
			return
		case <-tick.C:
			if j, err := k.workers.queue.Job(ctx, id); err == nil && j.Asked {
				stop(errAsked)
			}
		}
	}
}

// errOvertaken reports an attempt that lost its job: it was taken for dead, and another
// attempt has it or has done it. It is a failure to River, which then has the work done
// once more where it was not done yet: rather an attempt too many than no effect.
var errOvertaken = errors.New("another attempt has the job")

// complete marks a job as done in the transaction of its effect, if this attempt still
// has it: River itself would complete it whoever has it.
func (q *Queue) complete(ctx context.Context, tx *sql.Tx, j *river.Job[args]) error {
	query := `SELECT attempt FROM ` + q.table() + ` WHERE id = $1 AND state = 'running'`
	if q.Postgres {
		query += ` FOR UPDATE`
	}
	var attempt int
	err := tx.QueryRowContext(ctx, query, j.ID).Scan(&attempt)
	if errors.Is(err, sql.ErrNoRows) || err == nil && attempt != j.Attempt {
		err = errOvertaken
	}
	if err == nil {
		// The type only says that the transaction is of database/sql, whichever database is
		// under it.
		_, err = river.JobCompleteTx[*riverdatabasesql.Driver](ctx, tx, j)
	}
	if err != nil {
		return fmt.Errorf("complete job %d: %w", j.ID, err)
	}
	return nil
}

// schedules are the periodic jobs: the nights of the exchanges, and every hour a clean-up
// and a look at which market data are due. All processes register them; the leader keeps them. What a process that was not
// running missed is done when it starts: work that was done already is not added again.
func schedules(now func() time.Time) []*river.PeriodicJob {
	var all []*river.PeriodicJob
	for _, code := range service.Exchanges() {
		c, ok := calendar.For(code)
		if !ok {
			panic("job: no calendar " + code) // the list is ours
		}
		all = append(all, river.NewPeriodicJob(nightly{c}, func() (river.JobArgs, *river.InsertOpts) {
			day, err := service.NightBefore(c, now())
			if err != nil { // a zone of ours that is not embedded
				return nil, nil
			}
			return args{service.Work{Exchange: c.Code, Day: day}, service.WorkMarket}, kinds[service.WorkMarket].insertion()
		}, &river.PeriodicJobOpts{ID: "night-" + strings.ToLower(code), RunOnStart: true}))
	}
	hourly := func() (river.JobArgs, *river.InsertOpts) {
		return args{service.Work{ID: now().UTC().Format("2006-01-02T15")}, service.WorkCleanUp}, kinds[service.WorkCleanUp].insertion()
	}
	due := func() (river.JobArgs, *river.InsertOpts) {
		return args{service.Work{}, service.WorkSync}, kinds[service.WorkSync].insertion()
	}
	all = append(all, river.NewPeriodicJob(river.PeriodicInterval(time.Hour), due, &river.PeriodicJobOpts{ID: service.WorkSync, RunOnStart: true}))
	return append(all, river.NewPeriodicJob(river.PeriodicInterval(time.Hour), hourly, &river.PeriodicJobOpts{ID: service.WorkCleanUp, RunOnStart: true}))
}

// nightly runs when prices of a session are final.
type nightly struct{ calendar.Calendar }

// Next implements river.PeriodicSchedule.
func (n nightly) Next(t time.Time) time.Time {
	begins, _, err := service.NightAfter(n.Calendar, t)
	if err != nil { // a zone of ours that is not embedded
		return t.Add(time.Hour)
	}
	return begins
}
