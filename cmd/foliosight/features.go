package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
)

// featuresCommand switches what is not critical.
type featuresCommand struct {
	List    featuresList    `cmd:"" help:"What can be switched, and how it stands."`
	Enable  featuresEnable  `cmd:"" help:"Switch a feature on, for a part of the users if asked."`
	Disable featuresDisable `cmd:"" help:"Switch a feature off for everybody."`
}

type featuresList struct{ asJSON }

// Run lists.
func (l *featuresList) Run(ctx context.Context, g *globals) error {
	return g.with(ctx, func(h *app.House, c service.Caller) error { return l.list(ctx, h, c) })
}

func (a asJSON) list(ctx context.Context, h *app.House, c service.Caller) error {
	all, err := h.Features(ctx, c)
	if err != nil {
		return err
	}
	if a.JSON {
		return printJSON(map[string]any{"features": all})
	}
	w := tabwriter.NewWriter(os.Stdout, 2, 8, 2, ' ', 0)
	for _, f := range all {
		state := "off"
		if f.Enabled {
			state = fmt.Sprintf("on for %d %%", f.Percent)
		}
		origin := "as configured"
		if !f.Changed.IsZero() {
			origin = "switched " + f.Changed.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Name, state, origin, f.Means)
	}
	return w.Flush()
}

type featuresEnable struct {
	Name    string `arg:"" help:"Name of the feature."`
	Percent int    `help:"For how many of a hundred users." default:"100"`
	asJSON
}

// Run enables.
func (f *featuresEnable) Run(ctx context.Context, g *globals) error {
	return g.with(ctx, func(h *app.House, c service.Caller) error {
		if err := h.SwitchFeature(ctx, c, f.Name, true, f.Percent); err != nil {
			return err
		}
		return f.list(ctx, h, c)
	})
}

type featuresDisable struct {
	Name        string `arg:"" optional:"" help:"Name of the feature."`
	NonCritical bool   `help:"All of them: what can be switched is not critical; books and figures stay."`
	asJSON
}

// Run disables.
func (f *featuresDisable) Run(ctx context.Context, g *globals) error {
	if (f.Name == "") == !f.NonCritical {
		return &exitError{exitUsage, "name a feature, or give --non-critical"}
	}
	return g.with(ctx, func(h *app.House, c service.Caller) error {
		names := []string{f.Name}
		if f.NonCritical {
			all, err := h.Features(ctx, c)
			if err != nil {
				return err
			}
			names = nil
			for _, one := range all {
				names = append(names, one.Name)
			}
		}
		for _, name := range names {
			if err := h.SwitchFeature(ctx, c, name, false, 100); err != nil {
				return err
			}
		}
		return f.list(ctx, h, c)
	})
}
