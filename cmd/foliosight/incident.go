package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/incident"
	"github.com/foliosight/foliosight/internal/store"
)

// incidentCommand answers what went wrong with the installation.
type incidentCommand struct {
	Respond incidentRespond `cmd:"" help:"Go through the playbook of a kind of incident, do what is safe, and record all of it."`
	List    incidentList    `cmd:"" help:"List incidents, the latest first."`
	Show    incidentShow    `cmd:"" help:"Show one with its timeline and what remains."`
	Note    incidentNote    `cmd:"" help:"Add to the timeline; say that people are served again."`
	Close   incidentClose   `cmd:"" help:"Close it with its cause."`
	Report  incidentReport  `cmd:"" help:"Write the review, filled in from the record, as Markdown."`
}

// keeping gives a command the incidents that are kept: in the database, which first takes
// in those that waited for it, or else in files.
func (g *globals) keeping(ctx context.Context, cfg config.Config, work func(*incident.Keeper, store.Upkeep) error) error {
	k := &incident.Keeper{Dir: incident.Files(filepath.Dir(cfg.SQLite()))}
	kept, closing, err := app.Record(ctx, cfg)
	if err != nil {
		k.Away = err
		return work(k, nil)
	}
	k.Gate = kept
	taken, err := k.TakeIn(ctx)
	for _, id := range taken {
		note("%s was kept in a file while the database was away; it is in the database now", id)
	}
	if err != nil {
		note("%v", err)
	}
	return errors.Join(work(k, kept), closing())
}

type incidentRespond struct {
	Kind    string `arg:"" enum:"service-down,database-issue,security-breach,performance-degradation" help:"service-down, database-issue, security-breach or performance-degradation."`
	DryRun  bool   `help:"Say what would be looked at and done; look at and do nothing."`
	Confirm bool   `help:"Also do what locks people out or changes what they can do."`
	Note    string `help:"What you see." placeholder:"TEXT"`
	Into    string `help:"Go on with an incident that is open (default: open one)." placeholder:"ID"`
	URL     string `name:"url" help:"Address of the server (default: where this configuration has it listen)." placeholder:"URL"`
	asJSON
}

// Run responds. The exit status is that of the checks.
func (c *incidentRespond) Run(ctx context.Context, g *globals) error {
	if c.DryRun {
		return c.rehearse()
	}
	var got incident.Record
	command := "incident respond " + c.Kind
	if c.Confirm {
		command += " --confirm"
	}
	return g.told(ctx, command, asJSON{c.JSON}, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		return g.keeping(ctx, cfg, func(k *incident.Keeper, kept store.Upkeep) (err error) {
			h := g.hands(cfg, c.URL, kept, k.Away)
			got, err = incident.Respond(ctx, incident.Options{Kind: c.Kind, Note: c.Note, Confirm: c.Confirm, Into: c.Into, By: operator(), Now: time.Now, Hands: h.all(), Keeper: k}, r)
			if !c.JSON && got.ID != "" {
				fmt.Printf("%s %s, %s, %s\n", got.ID, got.Kind, got.Severity, got.State)
				if k.Gate == nil {
					fmt.Printf("kept in %s: the database is away (%v)\n", k.Dir, k.Away)
				}
				printRemains(got.Remains())
			}
			return err
		})
	}, func() map[string]any { return map[string]any{"incident": got, "remains": got.Remains()} })
}

// rehearse says what would be done. It reads not even the settings.
func (c *incidentRespond) rehearse() error {
	plan, after := incident.Rehearse(c.Kind, c.Confirm), incident.Afterwards(c.Kind)
	if c.JSON {
		return printJSON(map[string]any{"kind": c.Kind, "dry_run": true, "parts": plan, "remains": after})
	}
	w := columns()
	for _, p := range plan {
		does := map[string]string{incident.DoesLook: "would look at", incident.DoesAct: "would do", incident.DoesLeave: "needs --confirm"}[p.Does]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", does, p.Part, p.Says, p.Command)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	printRemains(after)
	fmt.Println("nothing was looked at, done or recorded")
	return nil
}

func printRemains(all []incident.Remaining) {
	if len(all) == 0 {
		return
	}
	fmt.Println("remains to be done by a person:")
	for _, one := range all {
		fmt.Println("  - " + one.What)
		if one.Command != "" {
			fmt.Println("      " + one.Command)
		}
	}
}

type incidentList struct {
	Limit int `help:"At most so many." default:"20"`
	asJSON
}

// Run lists.
func (c *incidentList) Run(ctx context.Context, g *globals) error {
	return g.incidents(ctx, func(k *incident.Keeper, _ store.Upkeep) error {
		all, err := k.List(ctx, c.Limit)
		if err != nil {
			return err
		}
		if c.JSON {
			type line struct {
				incident.Record
				Timeline *struct{} `json:"timeline,omitempty"` // of one: incident show
			}
			lines := make([]line, len(all))
			for i, r := range all {
				lines[i].Record = r
			}
			return printJSON(map[string]any{"incidents": lines, "database_away": k.Gate == nil})
		}
		w := columns()
		for _, r := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Opened.Format(time.RFC3339), r.Kind, r.Severity, r.State, r.Cause)
		}
		return w.Flush()
	})
}

// incidents runs a command that only reads what is kept.
func (g *globals) incidents(ctx context.Context, work func(*incident.Keeper, store.Upkeep) error) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	err = g.keeping(ctx, cfg, work)
	if errors.Is(err, store.ErrNotFound) {
		return &exitError{exitFinding, err.Error()}
	}
	return unanswered(err)
}

type incidentShow struct {
	ID string `arg:"" help:"Id of the incident: INC-…"`
	asJSON
}

// Run shows one.
func (c *incidentShow) Run(ctx context.Context, g *globals) error {
	return g.incidents(ctx, func(k *incident.Keeper, _ store.Upkeep) error {
		r, err := k.Get(ctx, c.ID)
		if err != nil {
			return err
		}
		return tellIncident(r, c.JSON)
	})
}

func tellIncident(r incident.Record, asJSON bool) error {
	if asJSON {
		return printJSON(map[string]any{"incident": r, "remains": r.Remains()})
	}
	fmt.Printf("%s %s, %s, %s, opened %s by %s\n", r.ID, r.Kind, r.Severity, r.State, r.Opened.Format(time.RFC3339), r.By)
	if r.Closed != nil {
		fmt.Printf("closed %s: %s\n", r.Closed.Format(time.RFC3339), r.Cause)
	}
	w := columns()
	for _, l := range r.Timeline {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.At.Format(time.TimeOnly), l.Does, l.Part, l.State, l.Says)
		for _, one := range l.Checks {
			if one.State != check.Fine || l.Does == incident.DoesAct {
				fmt.Fprintf(w, "\t\t\t%s\t%s: %s\n", one.State, one.Name, one.Says)
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	printRemains(r.Remains())
	return nil
}

type incidentNote struct {
	ID    string `arg:"" help:"Id of the incident: INC-…"`
	Text  string `arg:"" help:"What was seen or done."`
	State string `help:"open, or mitigated: people are served again." enum:",open,mitigated" default:"" placeholder:"STATE"`
	asJSON
}

// Run notes.
func (c *incidentNote) Run(ctx context.Context, g *globals) error {
	return g.amend(ctx, "incident note", c.asJSON, c.ID, func(r *incident.Record, now time.Time) (string, error) {
		return "noted", r.Note(c.Text, c.State, operator(), now)
	})
}

type incidentClose struct {
	ID    string `arg:"" help:"Id of the incident: INC-…"`
	Cause string `required:"" help:"What it came from." placeholder:"TEXT"`
	asJSON
}

// Run closes.
func (c *incidentClose) Run(ctx context.Context, g *globals) error {
	return g.amend(ctx, "incident close", c.asJSON, c.ID, func(r *incident.Record, now time.Time) (string, error) {
		return "closed; `foliosight incident report " + c.ID + "` writes the review", r.Close(c.Cause, operator(), now)
	})
}

// amend changes one incident in the database.
func (g *globals) amend(ctx context.Context, command string, json asJSON, id string, change func(*incident.Record, time.Time) (string, error)) error {
	var got incident.Record
	return g.told(ctx, command, json, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		return g.keeping(ctx, cfg, func(k *incident.Keeper, _ store.Upkeep) error {
			one, err := k.Get(ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				return &exitError{exitUsage, err.Error()}
			}
			if err != nil {
				return err
			}
			said, err := change(&one, time.Now())
			if err != nil {
				return &exitError{exitUsage, err.Error()}
			}
			if err := k.Save(ctx, one); err != nil {
				return err
			}
			got = one
			r.Fine(id, said)
			return nil
		})
	}, func() map[string]any { return map[string]any{"incident": got, "remains": got.Remains()} })
}

type incidentReport struct {
	ID    string    `arg:"" help:"Id of the incident: INC-…"`
	Out   string    `help:"Write it into this file, which must not be there yet (default: print it)." placeholder:"FILE"`
	Since time.Time `help:"From when on the impact is counted, as 2026-07-17T09:00:00Z (default: from when it was opened)." placeholder:"TIME" format:"2006-01-02T15:04:05Z07:00"`
	asJSON
}

// Run writes the review.
func (c *incidentReport) Run(ctx context.Context, g *globals) error {
	return g.incidents(ctx, func(k *incident.Keeper, kept store.Upkeep) error {
		r, err := k.Get(ctx, c.ID)
		if err != nil {
			return err
		}
		since := c.Since
		if since.IsZero() {
			since = r.Opened
		}
		var hours []store.RequestHour
		if gate, ok := kept.(store.RequestGate); ok {
			if hours, err = gate.RequestHours(ctx, since.Truncate(time.Hour)); err != nil {
				return err
			}
		}
		text := incident.Review(r, hours, since, time.Now())
		if c.Out != "" {
			f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, os.ErrExist) {
				return &exitError{exitUsage, c.Out + " is there already; a review that people filled in is not overwritten"}
			}
			if err != nil {
				return err
			}
			if _, err := f.WriteString(text); err != nil {
				return errors.Join(err, f.Close())
			}
			if err := f.Close(); err != nil {
				return err
			}
			note("written to %s", c.Out)
		}
		if c.JSON {
			return printJSON(map[string]any{"incident": r, "review": text, "file": c.Out})
		}
		if c.Out == "" {
			fmt.Print(strings.TrimRight(text, "\n") + "\n")
		}
		return nil
	})
}
