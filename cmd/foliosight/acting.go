package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// caller is on whose behalf a command works: the user of --as, else the owner, who is
// created where there is nobody yet; that is said where it lasts.
func (g *globals) caller(ctx context.Context, h *app.House, base money.Currency, lasting bool) (service.Caller, error) {
	if g.As != "" {
		return h.ByEmail(ctx, g.As)
	}
	c, created, err := h.LocalOwner(ctx, base)
	if created && lasting {
		note("created an owner without a password in %s; `foliosight serve` lets the first visitor set one", h.Path)
	}
	return c, err
}

// on runs a command on behalf of its user, with everything that it needs open.
func (g *globals) on(ctx context.Context, do func(*app.House, service.Caller) error) error {
	h, err := g.open(ctx)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	defer h.Close()
	c, err := g.caller(ctx, h, "", true)
	if err != nil {
		return err
	}
	return do(h, c)
}

// unanswered is an error of what could not be found out. One that has a status keeps it.
func unanswered(err error) error {
	var exit *exitError
	if err == nil || errors.As(err, &exit) {
		return err
	}
	return &exitError{exitUnchecked, err.Error()}
}

// columns writes a table to standard output, its columns separated by tabs; Flush ends it.
func columns() *tabwriter.Writer { return tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0) }

// printList prints a list as JSON: one without anything is empty, not null.
func printList[T any](all []T) error { return printJSON(append([]T{}, all...)) }

// target finds the portfolio that a command is about: the one named (by name or id),
// else the only one there is besides the simulated ones.
func target(ctx context.Context, h *app.House, c service.Caller, name string) (p store.Portfolio, found bool, err error) {
	all, err := h.Portfolios(ctx, c, name != "")
	if err != nil {
		return p, false, err
	}
	if name == "" {
		all = slices.DeleteFunc(all, func(p store.Portfolio) bool { return p.Simulated }) // nobody's files belong there
		if len(all) == 1 {
			return all[0], true, nil
		}
		if len(all) > 1 {
			return p, false, &exitError{exitUsage, "there are several portfolios; name one with --portfolio: " + names(all)}
		}
		return p, false, nil
	}
	for _, p := range all {
		if p.ID == name || p.Archived.IsZero() && strings.EqualFold(p.Name, name) {
			return p, true, nil
		}
	}
	return p, false, nil
}

func names(all []store.Portfolio) string {
	quoted := make([]string, len(all))
	for i, p := range all {
		quoted[i] = fmt.Sprintf("%q", p.Name)
	}
	return strings.Join(quoted, ", ")
}

// readFile reads what the command line names.
func readFile(path string) (service.File, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return service.File{}, &exitError{exitUnchecked, err.Error()}
	}
	return service.File{Name: baseName(path), Content: content}, nil
}

func baseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

// busy shows on a terminal that something is under way, once it takes over a second.
func busy(what string) (stop func()) {
	if !isatty.IsTerminal(os.Stderr.Fd()) {
		return func() {}
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-ended:
			return
		case <-time.After(time.Second):
		}
		bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what), progressbar.OptionSpinnerType(14), progressbar.OptionClearOnFinish())
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				_ = bar.Finish() // it is only a picture
				return
			case <-tick.C:
				_ = bar.Add(1) // it is only a picture
			}
		}
	}()
	return func() { close(ended); <-gone }
}
