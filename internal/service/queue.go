package service

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// The kinds of work. A kind is stable: it stands in queues and in histories.
const (
	WorkAnalysis = "analysis" // one portfolio and day
	WorkMarket   = "market"   // are the market data of an exchange's day there; then the night
	WorkNight    = "night"    // hands out an analysis for each portfolio of an exchange's day
	WorkCleanUp  = "clean-up" // what has expired, tenant by tenant
	WorkSync     = "sync"     // asks sources for the market data that are due; one for all
	WorkSearch   = "search"   // asks sources what a text may mean: ID is its sum, Day when it was asked
	WorkDeliver  = "deliver"  // messages and alerts that wait
	WorkIncome   = "income"   // looks for income that is not booked: of one portfolio, or of all
	WorkAlerts   = "alerts"   // holds a portfolio against its rules, after a booking or new prices
	// WorkOperation is what looks after the installation: ID is the command, After when it
	// was found due. The schedule of operations puts it into the queue.
	WorkOperation = "operation"
)

// Work is what a job is about: ids, so that the queue holds nothing that a person said.
type Work struct {
	Tenant    string    `json:"tenant,omitempty"`
	User      string    `json:"user,omitempty"` // on whose behalf
	Portfolio string    `json:"portfolio,omitempty"`
	Exchange  string    `json:"exchange,omitempty"`
	Day       date.Date `json:"day,omitzero"`
	ID        string    `json:"id,omitempty"` // of what else it is about
	// After is where a long piece of work goes on.
	After string `json:"after,omitempty"`
}

// Queue takes work that must happen later and tells what became of it.
type Queue interface {
	// Enqueue puts work into the queue in the transaction of the change that makes it
	// needed. Work of the same kind about the same things that is there already is not
	// added again.
	Enqueue(ctx context.Context, tx store.Tx, kind string, w Work) error
	// Again puts work into the queue like Enqueue; where the same work was done, failed
	// or was cancelled it is done once more. It returns the job's id.
	Again(ctx context.Context, tx store.Tx, kind string, w Work) (int64, error)
	// Jobs are those that a filter selects, the newest first.
	Jobs(ctx context.Context, f JobFilter) ([]Job, error)
	// Job is one of them; ErrNotFound where there is none.
	Job(ctx context.Context, id int64) (Job, error)
	// Retry lets a job that ended, or waits for its next attempt, run at once.
	Retry(ctx context.Context, id int64) (Job, error)
	// Cancel ends a job: at once where it waits, soon where it runs.
	Cancel(ctx context.Context, id int64) (Job, error)
	// Count says how many jobs are in each state.
	Count(ctx context.Context) (map[JobState]int, error)
}

// JobState is how far a job has come.
type JobState string

// The states of a job.
const (
	JobQueued    JobState = "queued"
	JobRunning   JobState = "running"
	JobStuck     JobState = "stuck"    // runs for longer than any job may: whoever ran it is gone
	JobWaiting   JobState = "retrying" // failed, and waits for its next attempt
	JobDone      JobState = "done"
	JobFailed    JobState = "failed" // no attempts are left
	JobCancelled JobState = "cancelled"
)

// JobStates lists them.
func JobStates() []JobState {
	return []JobState{JobQueued, JobRunning, JobStuck, JobWaiting, JobDone, JobFailed, JobCancelled}
}

// Ended reports whether nothing more happens by itself.
func (s JobState) Ended() bool { return s == JobDone || s == JobFailed || s == JobCancelled }

// Job is one piece of work in the queue.
type Job struct {
	ID       int64
	Kind     string
	Work     Work
	State    JobState
	Attempt  int
	Attempts int    // how many there are at most
	Reason   string // of the last failure
	Created  time.Time
	Due      time.Time // when it runs next, or ran last
	Started  time.Time // of the last attempt; zero: none yet
	Ended    time.Time // zero: not yet
	Note     string    // what was done, in a sentence
	// Asked is set where a running job was told to stop.
	Asked bool
}

// JobFilter selects jobs.
type JobFilter struct {
	State      JobState // empty: all
	Kind       string   // empty: all
	Portfolios []string // nil: all, those about no portfolio too
	Before     int64    // ids below; 0: all
	Limit      int
}
