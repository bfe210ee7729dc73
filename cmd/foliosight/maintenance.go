package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/standing"
	"github.com/foliosight/foliosight/internal/store"
)

// holdCommand holds requests off, in all processes.
type holdCommand struct {
	On     maintenanceOn     `cmd:"" help:"Answer everybody but administrators with 503 and when to come back; workers take no new jobs."`
	Off    maintenanceOff    `cmd:"" help:"Let everybody in again."`
	Status maintenanceStatus `cmd:"" help:"Say whether there is maintenance, and which processes follow."`
}

type maintenanceOn struct {
	Reason   string        `help:"Why; everybody is told." placeholder:"TEXT"`
	Until    string        `help:"When it ends by itself: 2026-07-17T22:00:00Z, a time of today as 22:00, or after how long, as 45m." placeholder:"TIME"`
	ReadOnly bool          `help:"Go on answering what only looks; refuse what changes something."`
	Wait     time.Duration `help:"Wait so long for the processes to say that they follow." default:"2.5s" placeholder:"DURATION"`
	asJSON
}

// Run sets it.
func (c *maintenanceOn) Run(ctx context.Context, g *globals) error {
	now := time.Now()
	m := standing.Maintenance{On: true, ReadOnly: c.ReadOnly, Reason: c.Reason, Since: now.UTC().Truncate(time.Second), By: operator()}
	if c.Until != "" {
		until, err := momentOf(c.Until, now)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		m.Until = until
	}
	return g.maintenance(ctx, "maintenance on", c.asJSON, m, c.Wait)
}

// momentOf reads a moment to come.
func momentOf(text string, now time.Time) (time.Time, error) {
	var at time.Time
	if lasts, err := time.ParseDuration(text); err == nil {
		at = now.Add(lasts)
	} else if whole, err := time.Parse(time.RFC3339, text); err == nil {
		at = whole
	} else if day, err := time.ParseInLocation("2006-01-02 15:04", text, now.Location()); err == nil {
		at = day
	} else if clock, err := time.ParseInLocation("15:04", text, now.Location()); err == nil {
		at = time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, now.Location())
	} else {
		return at, fmt.Errorf("--until %q: it is no time; use 2026-07-17T22:00:00Z, 22:00 or 45m", text)
	}
	if !at.After(now) {
		return at, fmt.Errorf("--until %q: that is past; it is %s", text, now.Format("2006-01-02 15:04 MST"))
	}
	return at.UTC().Truncate(time.Second), nil
}

type maintenanceOff struct {
	Wait time.Duration `help:"Wait so long for the processes to say that they follow." default:"2.5s" placeholder:"DURATION"`
	asJSON
}

// Run ends it.
func (c *maintenanceOff) Run(ctx context.Context, g *globals) error {
	return g.maintenance(ctx, "maintenance off", c.asJSON, standing.Maintenance{By: operator()}, c.Wait)
}

// maintenance sets what holds, and says who follows.
func (g *globals) maintenance(ctx context.Context, command string, json asJSON, m standing.Maintenance, wait time.Duration) error {
	var processes []process
	return g.told(ctx, command, json, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		return beside(ctx, cfg, func(kept store.Upkeep) error {
			mark, err := standing.SetMaintenance(ctx, kept, m, time.Now())
			if err != nil {
				return err
			}
			r.Fine("maintenance", heldSays(m))
			all, err := standing.Answers(ctx, kept, mark, wait)
			if err != nil {
				return err
			}
			processes = followers(r, all, fmt.Sprintf("within %s", wait))
			return nil
		})
	}, func() map[string]any { return map[string]any{"maintenance": m, "processes": processes} })
}

type maintenanceStatus struct{ asJSON }

// Run says how it stands.
func (c *maintenanceStatus) Run(ctx context.Context, g *globals) error {
	var m standing.Maintenance
	var processes []process
	return g.told(ctx, "maintenance status", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		return beside(ctx, cfg, func(kept store.Upkeep) error {
			set, mark, err := standing.ReadMaintenance(ctx, kept)
			if err != nil {
				return err
			}
			if set.Active(time.Now()) {
				m = set
			}
			r.Fine("maintenance", heldSays(m))
			if mark.Version == 0 {
				return nil
			}
			all, err := kept.MarkAnswers(ctx, mark.Name, mark.Version)
			if err != nil {
				return err
			}
			processes = followers(r, all, "so far")
			return nil
		})
	}, func() map[string]any { return map[string]any{"maintenance": m, "processes": processes} })
}

func heldSays(m standing.Maintenance) string {
	if !m.On {
		return "there is none: everybody is let in"
	}
	text := m.Says()
	if !m.ReadOnly {
		text += " Administrators are let in."
	}
	return text + " Workers take no new jobs. Set by " + m.By + " at " + m.Since.Format(time.RFC3339) + "; `foliosight maintenance off` ends it."
}

// process is one that follows a mark.
type process struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

func followers(r *check.Report, all []store.MarkAnswer, when string) []process {
	out, names := []process{}, []string{}
	for _, a := range all {
		out, names = append(out, process{a.Process, a.At}), append(names, a.Process)
	}
	if len(all) == 0 {
		r.Fine("processes", "none said "+when+" that it follows; one that starts sees it before it serves anybody")
		return out
	}
	r.Fine("processes", fmt.Sprintf("%d follow: %s", len(all), strings.Join(names, ", ")))
	return out
}

// beside works on what is kept of the installation, beside its server.
func beside(ctx context.Context, cfg config.Config, work func(store.Upkeep) error) error {
	kept, closing, err := app.Record(ctx, cfg)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w; `foliosight migrate up` makes the database", err)
	}
	if err != nil {
		return err
	}
	return errors.Join(work(kept), closing())
}

// told is operate for commands whose JSON has more than their report.
func (g *globals) told(ctx context.Context, command string, asked asJSON, work func(context.Context, config.Config, *check.Report) error, more func() map[string]any) error {
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
	if !asked.JSON {
		return conclude(*r, asked)
	}
	report, err := json.Marshal(r)
	if err != nil {
		return err
	}
	all := more()
	all["report"] = json.RawMessage(report)
	if err := printJSON(all); err != nil {
		return err
	}
	if status := r.Exit(); status != check.ExitFine {
		return &exitError{status, ""}
	}
	return nil
}
