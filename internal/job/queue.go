// Package job is the queue of work that happens later: on River, in the database that
// the books are in, so that work is enqueued in the transaction of the change that makes
// it needed and is completed in the transaction of its effect.
//
// Model: a job is a kind and ids (service.Work); work of one kind about the same things
// is in the queue once. It may run twice and has its effect once. An attempt takes at
// most a minute; what takes longer is cut into pieces, each a job that enqueues the
// next. An attempt whose process died is found after ninety seconds and tried again. A
// failed attempt keeps its reason and is tried again, later each time. What looks after
// the installation (Operations) takes as long as it does, one at a time.
//
// Every process may enqueue; those of the role worker also run jobs (Start). Schedules
// are registered in each of them and kept by the one that River elects.
//
// On PostgreSQL River's tables are in the schema "river", without row-level security:
// they hold ids only. On SQLite they are beside ours.
package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// How long an attempt may take, and when one that is not heard of again counts as dead.
const (
	attemptTime = 60 * time.Second
	stuckAfter  = 90 * time.Second
)

// keptJobs is how long the queue remembers a job that ended. Runs and snapshots stay.
const keptJobs = 7 * 24 * time.Hour

// Schema is where River's tables are on PostgreSQL.
const Schema = "river"

// Options say which database the queue is in.
type Options struct {
	DB       *sql.DB // a small pool of the queue's own; closed by Close
	Postgres bool
	Log      *slog.Logger // discarded unless given
	// Cooldown is the least time between two looks for work, Poll the time between them
	// where nothing was found; 50 ms and a second unless given.
	Cooldown, Poll time.Duration
}

// Queue implements service.Queue.
type Queue struct {
	Options
	client *river.Client[*sql.Tx]
}

var _ service.Queue = (*Queue)(nil)

// Open returns the queue in a migrated database.
func Open(o Options) (*Queue, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Cooldown == 0 {
		o.Cooldown = 50 * time.Millisecond
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	q := &Queue{Options: o}
	client, err := river.NewClient(q.driver(), q.config())
	if err != nil {
		return nil, fmt.Errorf("queue of jobs: %w", err)
	}
	q.client = client
	return q, nil
}

// Close gives the pool back.
func (q *Queue) Close() error { return q.DB.Close() }

func (o *Options) driver() riverdriver.Driver[*sql.Tx] {
	if o.Postgres {
		return riverdatabasesql.New(o.DB)
	}
	return riversqlite.New(o.DB)
}

func (o *Options) schema() string {
	if o.Postgres {
		return Schema
	}
	return ""
}

// table is River's table of jobs.
func (o *Options) table() string {
	if o.Postgres {
		return Schema + ".river_job"
	}
	return "river_job"
}

// config is what inserting and working clients share.
func (q *Queue) config() *river.Config {
	return &river.Config{Schema: q.schema(), Logger: slog.New(atLeast{q.Log.Handler(), slog.LevelWarn}), JobTimeout: attemptTime, RescueStuckJobsAfter: stuckAfter,
		CompletedJobRetentionPeriod: keptJobs, CancelledJobRetentionPeriod: keptJobs, DiscardedJobRetentionPeriod: keptJobs,
		FetchCooldown: q.Cooldown, FetchPollInterval: q.Poll, PollOnly: true, RetryPolicy: later{}, MaxAttempts: attempts}
}

// Migrate brings River's tables up to date. On PostgreSQL the pool is the owner's, who
// has created the schema.
func Migrate(ctx context.Context, o Options) error {
	m, err := rivermigrate.New(o.driver(), &rivermigrate.Config{Schema: o.schema(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("queue of jobs: %w", err)
	}
	done, err := m.ExistingVersions(ctx)
	if err == nil && len(done) == len(m.AllVersions()) {
		return nil
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue of jobs: %w", err)
	}
	return nil
}

// ErrOlder reports a database whose queue an older version of the program made, or none.
var ErrOlder = errors.New("the queue of jobs is not there in this version; run `foliosight migrate up`")

// Ready reports, with the server's role, whether the queue's tables are up to date.
func Ready(ctx context.Context, o Options) error {
	m, err := rivermigrate.New(o.driver(), &rivermigrate.Config{Schema: o.schema(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("queue of jobs: %w", err)
	}
	var may bool
	err = o.DB.QueryRowContext(ctx, `SELECT COALESCE(has_schema_privilege(to_regnamespace($1)::oid, 'USAGE'), false)`, Schema).Scan(&may)
	if err != nil {
		return fmt.Errorf("queue of jobs: %w", err)
	}
	if !may {
		return ErrOlder
	}
	done, err := m.ExistingVersions(ctx)
	if err != nil || len(done) < len(m.AllVersions()) {
		return errors.Join(ErrOlder, err)
	}
	return nil
}

// Install makes the queue's tables on PostgreSQL with the owner's connections, or brings
// them up to date, and lets a role work with them; an empty role: nobody.
func Install(ctx context.Context, db *sql.DB, role string) error {
	if _, err := db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+Schema); err != nil {
		return fmt.Errorf("queue of jobs: %w", err)
	}
	if err := Migrate(ctx, Options{DB: db, Postgres: true}); err != nil {
		return err
	}
	if role == "" {
		return nil
	}
	to := ` TO "` + strings.ReplaceAll(role, `"`, `""`) + `"`
	for _, grant := range []string{`USAGE ON SCHEMA ` + Schema, `SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ` + Schema,
		`USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ` + Schema, `EXECUTE ON ALL FUNCTIONS IN SCHEMA ` + Schema} {
		if _, err := db.ExecContext(ctx, `GRANT `+grant+to); err != nil {
			return fmt.Errorf("queue of jobs: %w", err)
		}
	}
	return nil
}

// attempts is how often work is tried.
const attempts = 8

// waits are the times between attempts; the last repeats.
var waits = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// later is when a failed attempt is followed by another.
type later struct{}

// NextRetry implements river.ClientRetryPolicy.
func (later) NextRetry(j *rivertype.JobRow) time.Time {
	return time.Now().Add(waits[min(len(j.Errors), len(waits)-1)]) // the failure at hand is not among them yet
}

// args are what a job is about, as River keeps it.
type args struct {
	service.Work
	kind string
}

// Kind implements river.JobArgs.
func (a args) Kind() string { return a.kind }

func (q *Queue) insert(ctx context.Context, tx store.Tx, kind string, w service.Work) (*rivertype.JobInsertResult, error) {
	k, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("job %q: there is no such kind", kind)
	}
	under, ok := tx.(store.SQLTx)
	if !ok {
		return nil, fmt.Errorf("job %s: the store has no SQL transaction", kind)
	}
	made, err := q.client.InsertTx(ctx, under.SQL(), args{w, kind}, k.insertion())
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", kind, err)
	}
	return made, nil
}

// Enqueue implements service.Queue.
func (q *Queue) Enqueue(ctx context.Context, tx store.Tx, kind string, w service.Work) error {
	_, err := q.insert(ctx, tx, kind, w)
	return err
}

// Again implements service.Queue.
func (q *Queue) Again(ctx context.Context, tx store.Tx, kind string, w service.Work) (int64, error) {
	made, err := q.insert(ctx, tx, kind, w)
	if err != nil {
		return 0, err
	}
	if made.UniqueSkippedAsDuplicate && stateOf(made.Job).Ended() {
		if _, err := q.retry(ctx, tx.(store.SQLTx).SQL(), made.Job.ID); err != nil {
			return 0, fmt.Errorf("job %s: %w", kind, err)
		}
	}
	return made.Job.ID, nil
}

// Hold keeps the workers of all processes from taking jobs, or lets them go on; each
// sees it within two seconds. What is under way is done to its end.
func (q *Queue) Hold(ctx context.Context, held bool) error {
	if held {
		return q.client.QueuePause(ctx, riverdriver.AllQueuesString, nil)
	}
	return q.client.QueueResume(ctx, riverdriver.AllQueuesString, nil)
}

// Job implements service.Queue.
func (q *Queue) Job(ctx context.Context, id int64) (service.Job, error) {
	row, err := q.client.JobGet(ctx, id)
	return jobOf(row, id, err)
}

// Retry implements service.Queue.
func (q *Queue) Retry(ctx context.Context, id int64) (service.Job, error) {
	tx, err := q.DB.BeginTx(ctx, nil)
	if err != nil {
		return service.Job{}, fmt.Errorf("job %d: %w", id, err)
	}
	defer tx.Rollback() // does nothing after a commit
	row, err := q.retry(ctx, tx, id)
	if err == nil {
		err = tx.Commit()
	}
	return jobOf(row, id, err)
}

// retry makes a job available and forgets that it was told to stop, which River keeps.
func (q *Queue) retry(ctx context.Context, tx *sql.Tx, id int64) (*rivertype.JobRow, error) {
	rest := `json_remove(metadata, '$.cancel_attempted_at')`
	if q.Postgres {
		rest = `metadata - 'cancel_attempted_at'`
	}
	if _, err := tx.ExecContext(ctx, `UPDATE `+q.table()+` SET metadata = `+rest+` WHERE id = $1 AND state <> 'running'`, id); err != nil {
		return nil, err
	}
	return q.client.JobRetryTx(ctx, tx, id)
}

// Cancel implements service.Queue.
func (q *Queue) Cancel(ctx context.Context, id int64) (service.Job, error) {
	row, err := q.client.JobCancel(ctx, id)
	return jobOf(row, id, err)
}

func jobOf(row *rivertype.JobRow, id int64, err error) (service.Job, error) {
	switch {
	case errors.Is(err, rivertype.ErrNotFound):
		return service.Job{}, fmt.Errorf("job %d: %w", id, store.ErrNotFound)
	case err != nil:
		return service.Job{}, fmt.Errorf("job %d: %w", id, err)
	}
	return read(row)
}

// beside is what River and we keep beside a job.
type beside struct {
	CancelAsked *time.Time `json:"cancel_attempted_at"`
	Output      string     `json:"output"`
	Began       *time.Time `json:"began"` // of an attempt that says since that it lives
}

func read(row *rivertype.JobRow) (service.Job, error) {
	j := service.Job{ID: row.ID, Kind: row.Kind, State: stateOf(row), Attempt: row.Attempt, Attempts: row.MaxAttempts, Created: row.CreatedAt.UTC(), Due: row.ScheduledAt.UTC()}
	if err := json.Unmarshal(row.EncodedArgs, &j.Work); err != nil {
		return j, fmt.Errorf("job %d: %w", row.ID, err)
	}
	var b beside
	if err := json.Unmarshal(row.Metadata, &b); err != nil {
		return j, fmt.Errorf("job %d: %w", row.ID, err)
	}
	j.Asked, j.Note = b.CancelAsked != nil && !j.State.Ended(), b.Output
	if row.AttemptedAt != nil {
		j.Started = row.AttemptedAt.UTC()
		if b.Began != nil && b.Began.Before(j.Started) {
			j.Started = b.Began.UTC()
		}
	}
	if row.FinalizedAt != nil {
		j.Ended = row.FinalizedAt.UTC()
	}
	if n := len(row.Errors); n > 0 && j.State != service.JobDone {
		j.Reason = row.Errors[n-1].Error
	}
	return j, nil
}

func stateOf(row *rivertype.JobRow) service.JobState {
	switch row.State {
	case rivertype.JobStateRunning:
		if row.AttemptedAt != nil && time.Since(*row.AttemptedAt) > stuckAfter {
			return service.JobStuck
		}
		return service.JobRunning
	case rivertype.JobStateCompleted:
		return service.JobDone
	case rivertype.JobStateCancelled:
		return service.JobCancelled
	case rivertype.JobStateDiscarded:
		return service.JobFailed
	case rivertype.JobStateRetryable:
		return service.JobWaiting
	}
	if row.Attempt > 0 { // River makes what is due within seconds available at once
		return service.JobWaiting
	}
	return service.JobQueued
}

// atLeast lets the more severe messages of a library through.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled implements slog.Handler.
func (a atLeast) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= a.level && a.Handler.Enabled(ctx, level)
}
