// Package schedule is the built-in schedule of what has to be run to look after an
// installation: what is due when, one after the other, recorded and told like the same
// commands run by hand.
//
// Model: a task is a command with its times. It is due when its latest time has come and
// nobody has run it since: the schedule or a person. So a time that was missed is made up
// for once, whatever slept or was stopped, and two processes agree from what they both
// read. Times before the installation began are not missed.
//
// A run is recorded as store.Operation with By "schedule@host". Of a task that runs
// through the day only what says something new is: another outcome, an alarm that went
// out, the first of each day. The record is never thinned out afterwards, so that the
// server needs no right to delete from it: five-minute checks would be 100,000 rows a
// year, this way they are some hundreds.
//
// When the next run is due is the business of the queue of jobs (internal/job), which
// sees to it that there is one at a time in the whole installation.
package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/ops/alarm"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// By is how the record names the schedule; after it comes the machine.
const By = "schedule@"

// Task is something that is run at its times.
type Task struct {
	Command string // as it is typed and recorded; the first words where Typed says more
	When    When
	// Owner is set where PostgreSQL's owner has to do it. Where that one's address is not
	// given and somebody else ran it well within Within, it is left to them.
	Owner  bool
	Within time.Duration
	// First is set where it is due at once in an installation that is new.
	First  bool
	Severe []string // names of checks that make an alarm critical
	// Typed is the whole command for a run of some time; nil: Command.
	Typed func(at time.Time, c Clock) string
	Do    func(ctx context.Context, r *check.Report) error
}

// typed is the command as it is recorded.
func (t *Task) typed(at time.Time, c Clock) string {
	if t.Typed == nil {
		return t.Command
	}
	return t.Typed(at, c)
}

// Run is what is known of a run.
type Run struct {
	At      time.Time
	Outcome string // of check.State; "running", "cancelled", "interrupted"; empty: not known
	By      string
}

// Record is what runs are recorded in.
type Record interface {
	RecordOperation(ctx context.Context, o store.Operation) error
	Operations(ctx context.Context, f store.OperationFilter) ([]store.Operation, error)
}

// Options are what a schedule needs.
type Options struct {
	Clock
	Tasks  []Task // in the order in which they are run where several are due
	Record Record
	// Seen are the latest runs that the queue remembers, by command; nil: none.
	Seen func(ctx context.Context) (map[string]Run, error)
	// Began is when the installation began.
	Began    func(ctx context.Context) (time.Time, error)
	Channels alarm.Channels
	Link     string // to the pages, for alarms
	Host     string
	Owner    bool // PostgreSQL's owner can be had, or is not needed
	Now      func() time.Time
}

// Schedule knows what is due and runs it.
type Schedule struct {
	Options
	mu    sync.Mutex
	known map[string]time.Time // the latest run that was heard of, by command
	began time.Time
}

// New makes one.
func New(o Options) *Schedule { return &Schedule{Options: o, known: map[string]time.Time{}} }

// Due is the first command that is due; empty: none is. It asks the record only where a
// time has come since it last heard of a run.
func (s *Schedule) Due(ctx context.Context) (command string, err error) {
	now := s.Now()
	var seen map[string]Run
	for i := range s.Tasks {
		t := &s.Tasks[i]
		if s.heard(t.Command, t.When.Last(now, s.Clock)) {
			continue
		}
		if seen == nil {
			if seen, err = s.seen(ctx); err != nil {
				return "", err
			}
		}
		due, err := s.due(ctx, t, seen, now)
		if err != nil {
			return "", fmt.Errorf("schedule: %s: %w", t.Command, err)
		}
		if due {
			return t.Command, nil
		}
	}
	return "", nil
}

// heard reports whether a run since a time is known here.
func (s *Schedule) heard(command string, since time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.known[command].Before(since)
}

func (s *Schedule) hear(command string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.known[command]) {
		s.known[command] = at
	}
}

func (s *Schedule) seen(ctx context.Context) (map[string]Run, error) {
	if s.Seen == nil {
		return map[string]Run{}, nil
	}
	return s.Seen(ctx)
}

func (s *Schedule) due(ctx context.Context, t *Task, seen map[string]Run, now time.Time) (bool, error) {
	slot := t.When.Last(now, s.Clock)
	last, err := s.last(ctx, t, seen)
	if err != nil {
		return false, err
	}
	if !last.At.Before(slot) {
		s.hear(t.Command, last.At)
		return false, nil
	}
	if t.Owner && !s.Owner && !strings.HasPrefix(last.By, By) && last.Outcome == string(check.Fine) && now.Sub(last.At) < t.Within {
		return false, nil // whoever has the owner's address does it
	}
	began, err := s.beginning(ctx)
	if err != nil {
		return false, err
	}
	if slot.Before(began) && !(t.First && last.At.IsZero()) {
		s.hear(t.Command, began)
		return false, nil
	}
	return true, nil
}

func (s *Schedule) beginning(ctx context.Context) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.began.IsZero() || s.Began == nil {
		return s.began, nil
	}
	var err error
	s.began, err = s.Began(ctx)
	return s.began, err
}

// last is the latest run of a task: from the record, or the queue where that knows of a
// later one.
func (s *Schedule) last(ctx context.Context, t *Task, seen map[string]Run) (Run, error) {
	all, err := s.Record.Operations(ctx, store.OperationFilter{Command: t.Command, Limit: 1})
	if err != nil {
		return Run{}, err
	}
	run := seen[t.Command]
	if len(all) > 0 && !all[0].Began.Before(run.At) {
		run = Run{At: all[0].Began, Outcome: all[0].Outcome, By: all[0].By}
	}
	return run, nil
}

// ErrUnknown reports a command that is not on the schedule, as after an upgrade.
var ErrUnknown = errors.New("it is not on the schedule of this version")

func (s *Schedule) task(command string) (*Task, error) {
	for i := range s.Tasks {
		if s.Tasks[i].Command == command {
			return &s.Tasks[i], nil
		}
	}
	return nil, fmt.Errorf("%s: %w", command, ErrUnknown)
}

// Run runs a command that was found due at a time, unless somebody has run it since, and
// says what came of it. A run whose context ends is not recorded: it is taken up again.
func (s *Schedule) Run(ctx context.Context, command string, found time.Time) (says string, err error) {
	t, err := s.task(command)
	if err != nil {
		return "", err
	}
	now := s.Now()
	before, err := s.Record.Operations(ctx, store.OperationFilter{Command: command, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(before) > 0 && !before[0].Began.Before(t.When.Last(now, s.Clock)) {
		s.hear(command, before[0].Began)
		return fmt.Sprintf("nothing was due: %s ran it at %s; `foliosight %s` runs it again", before[0].By, before[0].Began.Format(time.RFC3339), command), nil
	}
	r := check.Begin(t.typed(t.When.Last(now, s.Clock), s.Clock), now)
	err = gently(func() error { return t.Do(ctx, r) })
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		r.Unknown(r.Command, err.Error(), "")
	}
	return s.conclude(ctx, t, r)
}

// Abandon records a run that did not come to its end and is left to the next time; as a
// finding where somebody has to look into it.
func (s *Schedule) Abandon(ctx context.Context, command, why string, finding bool) error {
	t, err := s.task(command)
	if err != nil {
		return err
	}
	now := s.Now()
	r := check.Begin(t.typed(t.When.Last(now, s.Clock), s.Clock), now)
	if finding {
		r.Find("run", why, "see the log of that time; run `foliosight "+command+"` by hand and watch its memory")
	} else {
		r.Unknown("run", why, "`foliosight "+command+"` runs it; else it is run at its next time")
	}
	_, err = s.conclude(ctx, t, r)
	return err
}

// told is for how long alarms that went out are looked for.
const told = 2 * alarm.Repeat

// mostBefore is how many runs are looked through for what was told.
const mostBefore = 200

// conclude tells what was found and records the run.
func (s *Schedule) conclude(ctx context.Context, t *Task, r *check.Report) (says string, err error) {
	since := r.Began.Add(-told)
	if t.When.Every == 0 { // what is run once a month was told a month ago
		since = time.Time{}
	}
	before, err := s.Record.Operations(ctx, store.OperationFilter{Command: t.Command, Since: since, Limit: mostBefore})
	if err != nil {
		return "", err
	}
	s.Channels.Tell(ctx, r, before, r.Began, s.Link, t.Severe...)
	r.End(s.Now())
	s.hear(t.Command, r.Began)
	says = string(r.State())
	if t.When.Every > 0 && !s.news(r, before) {
		return says, nil
	}
	report, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	return says, s.Record.RecordOperation(ctx, store.Operation{ID: store.NewID(), Command: r.Command, Began: r.Began, Ended: r.Began.Add(r.Took), Outcome: says, By: By + s.Host, Report: report})
}

// news reports whether a run says something that the one recorded last does not: it is the
// first of its day, its checks have other states, or an alarm went out.
func (s *Schedule) news(r *check.Report, before []store.Operation) bool {
	if len(before) == 0 {
		return true
	}
	last := before[0]
	day := func(t time.Time) string { return t.In(s.Zone).Format(time.DateOnly) }
	if day(last.Began) != day(r.Began) {
		return true
	}
	var was check.Report
	if json.Unmarshal(last.Report, &was) != nil {
		return true
	}
	return alarm.Told(r) || !slices.EqualFunc(r.Checks, was.Checks, func(a, b check.Check) bool {
		return a.Name == b.Name && (a.State == b.State || a.Name == alarm.CheckName)
	})
}
