package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
)

// syncCommand asks the sources of market data for what is needed.
type syncCommand struct {
	Symbols  []string      `arg:"" optional:"" name:"symbol" help:"Only these, due or not (default: all that is due)."`
	Full     bool          `help:"Ask for whole histories again, also for days that are there."`
	DryRun   bool          `name:"dry-run" help:"Ask nobody; say what would be asked."`
	Search   string        `name:"search" help:"Ask the sources what a text may mean instead: a symbol, a name or an ISIN. What they name is kept, and found by searches." placeholder:"TEXT"`
	Patience time.Duration `help:"How long to wait for a limit of a source to free, for one subject." default:"2m"`
	JSON     bool          `name:"json" help:"Print the outcome as JSON."`
}

// Run syncs in the foreground. Interrupted, it stops between two subjects.
func (c *syncCommand) Run(ctx context.Context, g *globals) error {
	if c.Search != "" {
		return c.search(ctx, g)
	}
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		progress, done := syncBar()
		o := service.SyncOptions{Symbols: c.Symbols, Full: c.Full, DryRun: c.DryRun, Patience: c.Patience}
		if !c.DryRun {
			o.Progress = progress
		}
		r, err := h.Sync(ctx, who, o)
		done()
		if errors.Is(err, service.ErrNoSources) {
			return unanswered(err)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		return c.tell(r, err != nil)
	})
}

// tell prints what came of it and says how the program ends.
func (c *syncCommand) tell(r service.SyncReport, interrupted bool) error {
	if !c.JSON {
		printSync(r, c.DryRun)
	} else if err := printJSON(r); err != nil {
		return err
	}
	switch {
	case interrupted:
		return &exitError{exitUnchecked, "interrupted; what came is kept, and the next sync goes on"}
	case slices.ContainsFunc(r.Outcomes, func(o service.SyncOutcome) bool { return o.Reason != "" && !o.Optional() }):
		return &exitError{exitFinding, ""}
	}
	return nil
}

// syncBar shows a person how far it is, and nothing to a file.
func syncBar() (progress func(service.SyncProgress), done func()) {
	if !isatty.IsTerminal(os.Stderr.Fd()) {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	progress = func(p service.SyncProgress) {
		if bar == nil {
			bar = progressbar.NewOptions(p.Total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
		}
		bar.Describe(p.Last.Kind + " " + p.Last.Symbol)
		_ = bar.Set(p.Done) // it is only a picture
	}
	return progress, func() {
		if bar != nil {
			_ = bar.Finish() // it is only a picture
		}
	}
}

func printSync(r service.SyncReport, plan bool) {
	w := columns()
	for _, o := range r.Outcomes {
		if !o.Asked || o.Reason != "" {
			continue // why nothing came is said once for all of a reason
		}
		days := ""
		if !o.From.IsNone() && o.From != 0 {
			days = o.From.String() + " to " + o.To.String()
		}
		came := fmt.Sprintf("%d days, %d replaced, %d actions", o.Added, o.Replaced, o.Actions)
		if service.IsReference(o.Kind) {
			came = fmt.Sprintf("%d documents", o.Documents)
		}
		switch {
		case plan:
			came = ""
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
	for _, g := range r.Reasons {
		if len(r.Unreached) > 0 && g.Reason == string(marketdata.Unreached) {
			continue // the report ends with it
		}
		fmt.Println(refusals(g))
	}
	fmt.Println(r)
}

// mostNamed is how many series a reason names before it counts them.
const mostNamed = 6

// refusals is a reason in a line: whose, what, of which series, and when it is tried again.
func refusals(g service.Refusals) string {
	text := g.Says
	if g.Provider != "" {
		text = g.Provider + ": " + text
	}
	if n := len(g.Symbols); n <= mostNamed {
		text += " - " + strings.Join(g.Symbols, ", ")
	} else {
		text += fmt.Sprintf(" - %d series", n)
	}
	if !g.Next.IsZero() {
		text += ", again at " + g.Next.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	return text
}
