// Command validation holds the engines of finance/ against real market data and writes
// what it finds as a page: docs/validation.md, with a plot a finding.
//
// Model: the page is a list of sections, each a question that data can answer. A section
// measures, says what was expected before the data were looked at, and whether it held.
// What does not hold stays on the page. The same data give the same bytes.
//
// The data are not part of the repository; see Needs for the folders and files.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// sections are the parts of the page, in order.
var sections = []struct {
	name string
	run  func(context.Context, *Data) (*Section, error)
}{
	{"betas", betas},
	{"options", chains},
	{"tails", tails},
	{"volatility", forecasts},
	{"covariance", covariances},
	{"model", reconciliation},
	{"replay", replays},
	{"curves", curves},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "validation:", err)
		os.Exit(1)
	}
}

// run makes the page. Verdicts go to out, progress to log.
func run(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("validation", flag.ContinueOnError)
	flags.SetOutput(log)
	from := flags.String("data", "", "folder with the market data")
	to := flags.String("out", "docs", "folder that the page is written to")
	only := flags.String("only", "", "sections to make, separated by commas, printed and not written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *from == "" {
		return errors.New("no data given: run make validation DATA=DIR\n\n" + Needs)
	}
	if info, err := os.Stat(*from); err != nil || !info.IsDir() {
		return fmt.Errorf("data %s: there is no such folder\n\n%s", *from, Needs)
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(*only, ",") {
		wanted[name] = true
	}
	data := NewData(os.DirFS(*from))
	page := Page{}
	for _, s := range sections {
		if *only != "" && !wanted[s.name] {
			continue
		}
		fmt.Fprintf(log, "%-12s", s.name)
		began := time.Now()
		section, err := s.run(ctx, data)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(log, "%6.1f s\n", time.Since(began).Seconds())
		page.Sections = append(page.Sections, section)
	}
	page.Verdicts(out)
	if *only != "" {
		return page.Write(out)
	}
	return page.Save(*to)
}

// Save writes the page and its plots below a folder; plots that it no longer has are
// removed.
func (p *Page) Save(folder string) error {
	plots := filepath.Join(folder, plotFolder)
	if err := os.MkdirAll(plots, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(plots, "*.svg"))
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, s := range p.Sections {
		for _, plot := range s.Plots {
			path := filepath.Join(plots, plot.File)
			kept[path] = true
			if err := os.WriteFile(path, plot.Render(), 0o644); err != nil {
				return err
			}
		}
	}
	for _, path := range old {
		if !kept[path] {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	var text strings.Builder
	if err := p.Write(&text); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "validation.md"), []byte(text.String()), 0o644)
}
