package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// jobsCommand looks at the queue of work in the background.
type jobsCommand struct {
	List   jobsList   `cmd:"" help:"List jobs, the newest first."`
	Show   jobsShow   `cmd:"" help:"Show one job with its steps."`
	Run    jobsRun    `cmd:"" help:"Do a piece of work now, or again."`
	Cancel jobsCancel `cmd:"" help:"Cancel a job."`
	Retry  jobsRetry  `cmd:"" help:"Try a job again, at once."`
	Verify jobsVerify `cmd:"" help:"Compute snapshots again: each must come out to the same bytes."`
}

// jobLine is a job as it is printed.
type jobLine struct {
	ID        int64      `json:"id"`
	Kind      string     `json:"kind"`
	State     string     `json:"state"`
	Portfolio string     `json:"portfolio,omitempty"`
	Exchange  string     `json:"exchange,omitempty"`
	Operation string     `json:"operation,omitempty"` // the command that looks after the installation
	Day       string     `json:"day,omitempty"`
	Attempt   int        `json:"attempt"`
	Attempts  int        `json:"attempts"`
	Reason    string     `json:"reason,omitempty"`
	Note      string     `json:"note,omitempty"`
	Created   time.Time  `json:"created"`
	Started   *time.Time `json:"started,omitempty"`
	Ended     *time.Time `json:"ended,omitempty"`
	Steps     []stepLine `json:"steps,omitempty"`
}

type stepLine struct {
	Name    string    `json:"name"`
	Status  string    `json:"status"`
	Reason  string    `json:"reason,omitempty"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
}

func lineOf(j service.Job) jobLine {
	l := jobLine{ID: j.ID, Kind: j.Kind, State: string(j.State), Portfolio: j.Work.Portfolio, Exchange: j.Work.Exchange, Attempt: j.Attempt, Attempts: j.Attempts,
		Reason: j.Reason, Note: j.Note, Created: j.Created}
	if j.Kind == service.WorkOperation {
		l.Operation = j.Work.ID
	}
	if j.Work.Day != 0 {
		l.Day = j.Work.Day.String()
	}
	for _, x := range []struct {
		at   time.Time
		into **time.Time
	}{{j.Started, &l.Started}, {j.Ended, &l.Ended}} {
		if !x.at.IsZero() {
			*x.into = &x.at
		}
	}
	return l
}

// about is what a job is about, in a word.
func (l *jobLine) about() string {
	if l.Portfolio != "" {
		return l.Portfolio
	}
	if l.Operation != "" {
		return l.Operation
	}
	return l.Exchange
}

// said is why a job failed, or what it did.
func (l *jobLine) said() string {
	if l.Reason != "" {
		return l.Reason
	}
	return l.Note
}

type jobsList struct {
	State string `help:"Those in this state: queued, running, stuck, retrying, done, failed, cancelled." placeholder:"STATE"`
	Kind  string `help:"Those of this kind." placeholder:"KIND"`
	Limit int    `help:"At most so many." default:"50"`
	JSON  bool   `name:"json" help:"Print it as JSON."`
}

// Run lists jobs.
func (c *jobsList) Run(ctx context.Context, g *globals) error {
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		all, err := h.Jobs(ctx, who, service.JobFilter{State: service.JobState(c.State), Kind: c.Kind, Limit: c.Limit})
		if err != nil {
			return err
		}
		lines := make([]jobLine, len(all))
		for i, j := range all {
			lines[i] = lineOf(j)
		}
		if c.JSON {
			return printJSON(map[string]any{"jobs": lines})
		}
		table := columns()
		fmt.Fprintln(table, "ID\tKIND\tDAY\tABOUT\tSTATE\tATTEMPT\tSAID")
		for i := range lines {
			l := &lines[i]
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%d/%d\t%s\n", l.ID, l.Kind, l.Day, l.about(), l.State, l.Attempt, l.Attempts, l.said())
		}
		return table.Flush()
	})
}

type jobsShow struct {
	ID   int64 `arg:"" help:"Id of the job."`
	JSON bool  `name:"json" help:"Print it as JSON."`
}

// Run shows one job.
func (c *jobsShow) Run(ctx context.Context, g *globals) error {
	return g.on(ctx, func(h *app.House, who service.Caller) error { return show(ctx, h, who, c.ID, c.JSON) })
}

func show(ctx context.Context, h *app.House, who service.Caller, id int64, asJSON bool) error {
	d, err := h.Job(ctx, who, id)
	if err != nil {
		return err
	}
	l := lineOf(d.Job)
	if d.Run != nil {
		for _, s := range d.Run.Steps {
			l.Steps = append(l.Steps, stepLine{s.Name, s.Status, s.Reason, s.Started, s.Ended})
		}
	}
	if asJSON {
		return printJSON(l)
	}
	fmt.Printf("job %d: %s %s %s, %s, attempt %d of %d\n", l.ID, l.Kind, l.about(), l.Day, l.State, l.Attempt, l.Attempts)
	if l.said() != "" {
		fmt.Println(l.said())
	}
	table := columns()
	for _, s := range l.Steps {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", s.Name, s.Status, s.Ended.Sub(s.Started).Round(time.Microsecond), s.Reason)
	}
	return table.Flush()
}

type jobsRun struct {
	Kind      string `arg:"" help:"What to do: analysis, market, night, clean-up."`
	Portfolio string `help:"Of an analysis: name or id of the portfolio." placeholder:"NAME"`
	Exchange  string `help:"Of market and night: the exchange (default: XNYS)." placeholder:"CODE"`
	Day       string `help:"The day (default: the last one that is over)." placeholder:"DATE"`
	Queue     bool   `help:"Only put it into the queue; a server that works does it."`
	JSON      bool   `name:"json" help:"Print it as JSON."`
}

// Run puts work into the queue and does it in this process: no server holds the database
// of a command on SQLite, and on PostgreSQL whoever is first does it.
func (c *jobsRun) Run(ctx context.Context, g *globals) error {
	w := service.Work{Exchange: c.Exchange}
	if c.Day != "" {
		day, err := date.Parse(c.Day)
		if err != nil {
			return &exitError{exitUsage, fmt.Sprintf("--day %q: it is not a day; use YYYY-MM-DD", c.Day)}
		}
		w.Day = day
	}
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		if c.Kind == service.WorkAnalysis {
			p, found, err := target(ctx, h, who, c.Portfolio)
			if err != nil {
				return err
			}
			if !found {
				return &exitError{exitUsage, "there is no such portfolio; name one with --portfolio"}
			}
			w.Portfolio = p.ID
		}
		j, err := h.RunJob(ctx, who, c.Kind, w)
		if err != nil {
			return err
		}
		if c.Queue {
			return show(ctx, h, who, j.ID, c.JSON)
		}
		stop, err := h.Work(ctx, app.Outside{}, false, false)
		if err != nil {
			return err
		}
		defer stop()
		if err := settled(ctx, h, who, j.ID); err != nil {
			return err
		}
		if err := show(ctx, h, who, j.ID, c.JSON); err != nil {
			return err
		}
		if j, err = jobNow(ctx, h, who, j.ID); err == nil && j.State != service.JobDone {
			err = &exitError{exitFinding, fmt.Sprintf("job %d: %s", j.ID, j.State)}
		}
		return err
	})
}

func jobNow(ctx context.Context, h *app.House, who service.Caller, id int64) (service.Job, error) {
	d, err := h.Job(ctx, who, id)
	return d.Job, err
}

// settled waits until a job has ended or failed for the first time, and until no job is
// left that it put into the queue.
func settled(ctx context.Context, h *app.House, who service.Caller, id int64) error {
	for {
		j, err := jobNow(ctx, h, who, id)
		if err != nil {
			return err
		}
		if j.State == service.JobWaiting && j.Reason != "" {
			return nil
		}
		if j.State.Ended() {
			counts, err := h.JobCounts(ctx, who)
			if errors.Is(err, store.ErrForbidden) || err == nil && counts[service.JobQueued]+counts[service.JobRunning] == 0 {
				return nil
			}
			if err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

type jobsCancel struct {
	ID   int64 `arg:"" help:"Id of the job."`
	JSON bool  `name:"json" help:"Print the job as JSON."`
}

// Run cancels a job.
func (c *jobsCancel) Run(ctx context.Context, g *globals) error {
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		j, err := h.CancelJob(ctx, who, c.ID)
		return became(j, err, c.JSON)
	})
}

// became says what a job is now.
func became(j service.Job, err error, asJSON bool) error {
	switch {
	case err != nil:
		return err
	case asJSON:
		return printJSON(lineOf(j))
	}
	note("job %d is %s", j.ID, j.State)
	return nil
}

type jobsRetry struct {
	ID   int64 `arg:"" help:"Id of the job."`
	JSON bool  `name:"json" help:"Print the job as JSON."`
}

// Run lets a job run again; a server that works does it.
func (c *jobsRetry) Run(ctx context.Context, g *globals) error {
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		j, err := h.RetryJob(ctx, who, c.ID)
		return became(j, err, c.JSON)
	})
}

type jobsVerify struct {
	Portfolio string `help:"Name or id of a portfolio (default: all)." placeholder:"NAME"`
	Limit     int    `help:"The newest so many of each." default:"30"`
	JSON      bool   `name:"json" help:"Print it as JSON."`
}

// verified is one snapshot that was computed again.
type verified struct {
	Portfolio string `json:"portfolio"`
	Day       string `json:"day"`
	Revision  int    `json:"revision"`
	Same      bool   `json:"same"`
	Found     string `json:"found,omitempty"`
}

// Run computes snapshots again. One that comes out otherwise is a finding; one of another
// engine is said and is none.
func (c *jobsVerify) Run(ctx context.Context, g *globals) error {
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		all, err := h.Portfolios(ctx, who, true)
		if err != nil {
			return err
		}
		if c.Portfolio != "" {
			p, found, err := target(ctx, h, who, c.Portfolio)
			if err != nil {
				return err
			}
			if !found {
				return &exitError{exitUsage, "there is no portfolio " + c.Portfolio}
			}
			all = []store.Portfolio{p}
		}
		lines, differ := []verified{}, 0
		for _, p := range all {
			shots, err := h.Snapshots(ctx, who, p.ID, date.None, c.Limit)
			if err != nil {
				return err
			}
			for _, s := range shots {
				again, err := h.Recompute(ctx, who, p.ID, s.Day, s.Revision)
				l := verified{Portfolio: p.Name, Day: s.Day.String(), Revision: s.Revision, Same: again.Same}
				switch {
				case errors.Is(err, service.ErrEngine):
					l.Found = err.Error()
				case err != nil:
					l.Found, differ = err.Error(), differ+1
				case !again.Same:
					l.Found, differ = "other bytes come out", differ+1
				}
				lines = append(lines, l)
			}
		}
		if c.JSON {
			if err := printJSON(map[string]any{"snapshots": lines, "differ": differ}); err != nil {
				return err
			}
		} else {
			for _, l := range lines {
				said := "the same bytes"
				if !l.Same {
					said = l.Found
				}
				fmt.Printf("%s  %s  revision %d  %s\n", l.Portfolio, l.Day, l.Revision, said)
			}
		}
		if differ > 0 {
			return &exitError{exitFinding, fmt.Sprintf("%d of %d snapshots differ", differ, len(lines))}
		}
		return nil
	})
}
