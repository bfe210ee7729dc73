package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
)

// search asks the sources what a text may mean and prints what they name.
func (c *syncCommand) search(ctx context.Context, g *globals) error {
	if len(c.Symbols) > 0 || c.Full || c.DryRun {
		return &exitError{exitUsage, "--search asks for a text alone: leave symbols, --full and --dry-run out"}
	}
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		a, err := h.SearchSources(ctx, who, c.Search, c.Patience)
		if errors.Is(err, service.ErrNoSources) {
			return unanswered(err)
		}
		if err != nil {
			return err
		}
		switch {
		case c.JSON:
			if err := printJSON(a); err != nil {
				return err
			}
		case len(a.Candidates) == 0:
			fmt.Println(a.Said)
		default:
			printCandidates(a)
		}
		if a.Reason != "" {
			return &exitError{exitFinding, ""}
		}
		return nil
	})
}

func printCandidates(a service.SourceSearch) {
	w := columns()
	for _, one := range a.Candidates {
		i := &one.Instrument
		class := string(i.Class)
		if i.Class == instrument.Unknown {
			class = "not said"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", i.Symbol, class, cmp.Or(i.Exchange, one.Listed), i.Currency, i.Name)
	}
	_ = w.Flush() // standard output
	fmt.Printf("%s named %d on %s; nobody holds what is not stored yet\n", a.Provider, len(a.Candidates), a.Day)
}
