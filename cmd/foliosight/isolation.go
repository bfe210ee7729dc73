package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"github.com/foliosight/foliosight/internal/app"
)

// isolationCommand tries to reach other people's data.
type isolationCommand struct {
	Test isolationTest `cmd:"" help:"Make people, have each try every address and table of each other's, and take them away again."`
}

type isolationTest struct {
	Users int  `help:"How many people." default:"10"`
	JSON  bool `name:"json" help:"Print it as JSON."`
}

// Run tries on the configured database. Something found is a finding.
func (c *isolationTest) Run(ctx context.Context, g *globals) error {
	if c.Users < 2 {
		return &exitError{exitUsage, "--users: at least 2 are needed"}
	}
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	h, err := g.open(ctx)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	defer h.Close()
	var progress func(done, all int)
	if isatty.IsTerminal(os.Stderr.Fd()) {
		bar := progressbar.NewOptions(c.Users*(c.Users-1), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("trying"), progressbar.OptionClearOnFinish())
		progress = func(done, _ int) { _ = bar.Set(done) } // it is only a picture
	}
	report, err := h.Isolation(ctx, cfg, app.Outside{Version: version}, c.Users, progress)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	if c.JSON {
		if err := printJSON(report); err != nil {
			return err
		}
	} else {
		fmt.Printf("%d people, %d addresses, %d requests, %d tables, %s\n", report.Users, report.Routes, report.Requests, report.Tables, report.Took.Round(time.Millisecond))
		if report.NoTables != "" {
			fmt.Println(report.NoTables)
		}
		for _, route := range report.Unfilled {
			fmt.Printf("nobody had what %s asks for; it was asked with an id that nobody has\n", route)
		}
		for _, route := range report.Unanswered {
			fmt.Printf("%s could not be tried: it is switched off here (`foliosight features list`), or took too long\n", route)
		}
		for _, f := range report.Findings {
			fmt.Printf("person %s reached %s's: %s %d: %s\n", f.As, f.Of, f.What, f.Status, f.Says)
		}
	}
	if n := len(report.Findings); n > 0 {
		return &exitError{exitFinding, fmt.Sprintf("%d findings", n)}
	}
	return nil
}
