package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
)

// providersCommand shows where market data come from.
type providersCommand struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists them. It asks none.
func (c *providersCommand) Run(ctx context.Context, g *globals) error {
	return g.on(ctx, func(h *app.House, who service.Caller) error {
		all, err := h.MarketProviders(ctx, who)
		if err != nil {
			return err
		}
		if c.JSON {
			return printList(all)
		}
		return printProviders(all)
	})
}

func printProviders(all []service.MarketProvider) error {
	w := columns()
	fmt.Fprintln(w, "SOURCE\tKEY\tUSED\tSERIES\tLAST SUCCESS\tSTATE")
	for _, p := range all {
		key := "needs none"
		if p.NeedsKey {
			key = "none set"
			if p.KeyPresent {
				key = "set"
			}
			if p.KeyFrom != "" {
				key += " (" + p.KeyFrom + ")"
			}
		}
		if !p.Asked {
			key = ""
		}
		var used []string
		for _, x := range p.Windows {
			text := fmt.Sprintf("%d of %s", x.Used, x.Name)
			if !x.Resets.IsZero() {
				text += ", until " + x.Resets.UTC().Format("15:04 UTC")
			}
			used = append(used, text)
		}
		series := fmt.Sprint(p.Series)
		if p.Series > 0 && p.Last != 0 && p.Last != date.None {
			series += ", to " + p.Last.String()
		}
		last := ""
		if !p.LastSuccess.IsZero() {
			last = p.LastSuccess.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Provider, key, strings.Join(used, "; "), series, last, p.Says)
	}
	return w.Flush()
}
