package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"github.com/foliosight/foliosight/internal/service"
)

// syncCommand asks the sources of market data for what is needed.
type syncCommand struct {
	Symbols  []string      `arg:"" optional:"" name:"symbol" help:"Only these, due or not (default: all that is due)."`
	Full     bool          `help:"Ask for whole histories again, also for days that are there."`
	DryRun   bool          `name:"dry-run" help:"Ask nobody; say what would be asked."`
	Patience time.Duration `help:"How long to wait for a limit of a source to free, for one subject." default:"2m"`
	JSON     bool          `name:"json" help:"Print the outcome as JSON."`
}

// Run syncs in the foreground. Interrupted, it stops between two subjects.
func (c *syncCommand) Run(ctx context.Context, g *globals) error {
	h, err := g.open(ctx)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	defer h.Close()
	caller, err := g.caller(ctx, h, "", true)
	if err != nil {
		return err
	}
	o := service.SyncOptions{Symbols: c.Symbols, Full: c.Full, DryRun: c.DryRun, Patience: c.Patience}
	var bar *progressbar.ProgressBar
	if isatty.IsTerminal(os.Stderr.Fd()) && !c.DryRun {
		o.Progress = func(p service.SyncProgress) {
			if bar == nil {
				bar = progressbar.NewOptions(p.Total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
			}
			bar.Describe(p.Last.Kind + " " + p.Last.Symbol)
			_ = bar.Set(p.Done) // it is only a picture
		}
	}
	r, err := h.Sync(ctx, caller, o)
	if bar != nil {
		_ = bar.Finish() // it is only a picture
	}
	if errors.Is(err, service.ErrNoSources) {
		return &exitError{exitUnchecked, err.Error()}
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if c.JSON {
		if err := printJSON(r); err != nil {
			return err
		}
	} else {
		printSync(r, c.DryRun)
	}
	if err != nil {
		return &exitError{exitUnchecked, "interrupted; what came is kept, and the next sync goes on"}
	}
	for _, o := range r.Outcomes {
		if o.Reason != "" {
			return &exitError{exitFinding, ""}
		}
	}
	return nil
}

func printSync(r service.SyncReport, plan bool) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, o := range r.Outcomes {
		if !o.Asked && o.Reason == "" {
			continue
		}
		days := ""
		if !o.From.IsNone() && o.From != 0 {
			days = o.From.String() + " to " + o.To.String()
		}
		came := fmt.Sprintf("%d days, %d replaced, %d actions", o.Added, o.Replaced, o.Actions)
		switch {
		case plan:
			came = ""
		case o.Reason != "":
			came = o.Reason + ": " + o.Said
		case o.Held > 0:
			came += fmt.Sprintf(", %d held back", o.Held)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.Kind, o.Symbol, o.Provider, days, came)
	}
	_ = w.Flush() // standard output
	if plan {
		fmt.Printf("%d subjects would be asked for; nobody was\n", len(r.Outcomes))
		return
	}
	fmt.Println(r)
}
