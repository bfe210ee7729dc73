package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// operate runs a command that looks after the installation: work fills the report, which
// is recorded, printed and turned into the exit status. An error of work is what kept
// the whole from being checked.
func (g *globals) operate(ctx context.Context, command string, json asJSON, work func(context.Context, config.Config, *check.Report) error) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	r := check.Begin(command, time.Now())
	if err := work(ctx, cfg, r); err != nil {
		var exit *exitError
		if errors.As(err, &exit) && exit.status == exitUsage {
			return err
		}
		r.Unknown(command, err.Error(), "")
	}
	r.End(time.Now())
	record(ctx, cfg, *r)
	return conclude(*r, json)
}

// conclude prints a report and gives the command its exit status.
func conclude(r check.Report, json asJSON) error {
	if json.JSON {
		if err := printJSON(r); err != nil {
			return err
		}
	} else {
		fmt.Print(r.Text())
	}
	if status := r.Exit(); status != check.ExitFine {
		return &exitError{status, ""}
	}
	return nil
}

// record appends a run to the installation's record; where that cannot be, it is said
// beside the result: what was found is worth more than that it was noted.
func record(ctx context.Context, cfg config.Config, r check.Report) {
	report, err := json.Marshal(r)
	if err == nil {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer stop()
		err = app.RecordRun(ctx, cfg, store.Operation{ID: store.NewID(), Command: r.Command, Began: r.Began, Ended: r.Began.Add(r.Took), Outcome: string(r.State()), By: operator(), Report: report})
	}
	switch {
	case err == nil:
	case errors.Is(err, store.ErrNotFound):
		note("not recorded: there is no database yet; `foliosight migrate up` makes one")
	default:
		note("not recorded: %v", err)
	}
}

// operator is who runs a command: account and machine.
func operator() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}

// operationsCommand shows what was run.
type operationsCommand struct {
	Command string        `help:"Only runs whose command begins so, as in \"audit\"." placeholder:"WORDS"`
	Since   time.Duration `help:"Only runs of so long ago at most, as 24h." placeholder:"DURATION"`
	Limit   int           `help:"At most so many." default:"20"`
	Reports bool          `help:"With what each found (in JSON they always are)."`
	asJSON
}

// operationLine is one run as it is printed.
type operationLine struct {
	ID      string          `json:"id"`
	Command string          `json:"command"`
	Began   time.Time       `json:"began"`
	Ended   time.Time       `json:"ended"`
	Outcome string          `json:"outcome"`
	By      string          `json:"by"`
	Report  json.RawMessage `json:"report"`
}

// Run lists, the latest first.
func (c *operationsCommand) Run(ctx context.Context, g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	kept, closing, err := app.Record(ctx, cfg)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	defer closing()
	filter := store.OperationFilter{Command: c.Command, Limit: c.Limit}
	if c.Since > 0 {
		filter.Since = time.Now().Add(-c.Since)
	}
	all, err := kept.Operations(ctx, filter)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	lines := make([]operationLine, 0, len(all))
	for _, o := range all {
		lines = append(lines, operationLine{o.ID, o.Command, o.Began, o.Ended, o.Outcome, o.By, o.Report})
	}
	if c.JSON {
		return printJSON(map[string]any{"operations": lines})
	}
	if c.Reports {
		for _, l := range lines {
			var r check.Report
			if err := json.Unmarshal(l.Report, &r); err != nil {
				return &exitError{exitUnchecked, fmt.Sprintf("report of %s: %v", l.ID, err)}
			}
			fmt.Printf("%s  by %s\n%s\n", l.Began.Format(time.RFC3339), l.By, r.Text())
		}
		return nil
	}
	w := columns()
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Began.Format(time.RFC3339), l.Ended.Sub(l.Began).Round(time.Millisecond), l.Outcome, l.Command, l.By)
	}
	return w.Flush()
}
