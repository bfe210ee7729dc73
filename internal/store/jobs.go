package store

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// Run is what was done about one portfolio and day by one kind of job, through all its
// attempts. The queue forgets a job after some days; its run stays.
type Run struct {
	Portfolio string
	Kind      string
	Day       date.Date
	Job       int64 // id in the queue
	Attempt   int   // from 1
	State     RunState
	Reason    string // why it failed; empty otherwise
	Started   time.Time
	Ended     time.Time // zero while it runs
	Basis
	Steps []Step // in the order of their work; those that were begun
}

// Basis is what a run and its snapshot rest on.
type Basis struct {
	Ledger int64 // version of the ledger
	Market MarketVersion
	Engine string
}

// RunState is how far a run has come.
type RunState string

// The states of a run.
const (
	RunRunning   RunState = "running"
	RunDone      RunState = "done"
	RunFailed    RunState = "failed" // it is tried again while the queue says so
	RunCancelled RunState = "cancelled"
)

// Step is one part of a run.
type Step struct {
	Name    string
	Status  string // of the figures: complete, estimated, stale, partial, unavailable; or failed
	Reason  string
	Started time.Time
	Ended   time.Time
	Output  []byte // kept until the run is done, so that an interrupted one goes on from here
}

// Snapshot is what was shown of a portfolio on a day. It is never changed.
type Snapshot struct {
	Portfolio string
	Day       date.Date
	Revision  int // from 1; the last one counts
	Taken     time.Time
	Basis
	Settings int64  // revision of the portfolio's settings
	Format   string // of the document and its compression
	SHA256   []byte // of the document before compression
	Size     int    // bytes of Body
	Body     []byte // compressed; empty in lists
}

// Due is a portfolio that background work goes to: ids, and the currency by which its
// exchange is chosen.
type Due struct {
	Tenant    string
	Owner     string
	Portfolio string
	Base      string
}

// Draft is a file that was uploaded and is not booked yet: its user's alone.
type Draft struct {
	ID      string
	Created time.Time
	Expires time.Time
	Body    []byte // compressed
}

// JobGate is what background work asks before it works on anybody's behalf.
type JobGate interface {
	// PortfoliosDue lists the portfolios of all tenants that are not archived and have
	// bookings, in the order of their ids, after one of them ("" for the first), at most
	// limit. The work then goes to each on its owner's behalf.
	PortfoliosDue(ctx context.Context, after string, limit int) ([]Due, error)
}

// JobReader reads what jobs left.
type JobReader interface {
	// Run is the run of a kind about a day, with its steps; else ErrNotFound.
	Run(ctx context.Context, portfolio, kind string, day date.Date) (Run, error)
	// Runs of a portfolio, the newest day first, without steps, at most limit.
	Runs(ctx context.Context, portfolio string, limit int) ([]Run, error)
	// Snapshots of a portfolio before a day (None: all), the newest first, without their
	// bodies, at most limit.
	Snapshots(ctx context.Context, portfolio string, before date.Date, limit int) ([]Snapshot, error)
	// Snapshot is a day's; revision 0 asks for the last.
	Snapshot(ctx context.Context, portfolio string, day date.Date, revision int) (Snapshot, error)
	// Draft is the identity's own draft that has not expired by now; else ErrNotFound.
	Draft(ctx context.Context, id string, now time.Time) (Draft, error)
}

// JobWriter writes it. Runs and snapshots are derived, so that the audit trail has the
// changes that they rest on and not them.
type JobWriter interface {
	// PutRun writes a run and those of its steps that are given; with State RunDone the
	// outputs of all its steps are dropped.
	PutRun(ctx context.Context, r Run) error
	// KeepSnapshot adds a snapshot and returns its revision; one of the same basis and
	// settings is there already and keeps the revision it has.
	KeepSnapshot(ctx context.Context, s Snapshot) (int, error)
	// KeepDraft keeps a draft of the identity's own. When the user has more bytes than
	// most in drafts, the oldest go.
	KeepDraft(ctx context.Context, d Draft, most int) error
	DropDraft(ctx context.Context, id string) error
}
