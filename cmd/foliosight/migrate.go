package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// migrateCommand changes the schema.
type migrateCommand struct {
	Plan   migratePlan   `cmd:"" help:"Say which migrations are missing; change nothing."`
	Up     migrateUp     `cmd:"" help:"Run what is missing; on PostgreSQL also policies, and the grants of the user of DATABASE_URL."`
	Down   migrateDown   `cmd:"" help:"Take migrations back, with what their tables hold."`
	Status migrateStatus `cmd:"" help:"List the migrations with their checksums, and what differs."`
}

type (
	migratePlan struct {
		JSON bool `name:"json" help:"Print it as JSON."`
	}
	migrateUp struct {
		JSON bool `name:"json" help:"Print it as JSON."`
	}
	migrateDown struct {
		To  string `help:"Keep everything up to this migration, such as 0005_events.sql." placeholder:"NAME"`
		All bool   `help:"Take all of them back."`
		Yes bool   `help:"Do it: the data of the tables are gone afterwards."`
	}
	migrateStatus struct {
		JSON bool `name:"json" help:"Print it as JSON."`
	}
)

// whole opens the whole database of the configuration: as the owner on PostgreSQL.
func (g *globals) whole() (*tend.Database, config.Config, error) {
	cfg, err := g.load(g.flags())
	if err != nil {
		return nil, cfg, err
	}
	address := "sqlite:" + cfg.SQLite()
	if cfg.PostgreSQL() {
		if address = cfg.Admin; address == "" {
			return nil, cfg, &exitError{exitUnchecked, "this needs the role that owns the schema: set DATABASE_ADMIN_URL"}
		}
	}
	d, err := tend.Open(address)
	if err != nil {
		return nil, cfg, &exitError{exitUnchecked, err.Error()}
	}
	return d, cfg, nil
}

// server is the address whose role is granted what the server needs.
func server(cfg config.Config) string {
	if cfg.PostgreSQL() {
		return cfg.Database
	}
	return ""
}

// Run says what is missing; that is a finding.
func (c *migratePlan) Run(ctx context.Context, g *globals) error {
	d, _, err := g.whole()
	if err != nil {
		return err
	}
	defer d.Close()
	missing, err := d.Plan(ctx)
	if err != nil {
		return schemaError(err)
	}
	if c.JSON {
		if missing == nil {
			missing = []string{}
		}
		if err := printJSON(map[string]any{"missing": missing}); err != nil {
			return err
		}
	} else if len(missing) == 0 {
		fmt.Println("nothing to do: the schema is up to date")
	} else {
		for _, name := range missing {
			fmt.Println(name)
		}
	}
	if len(missing) > 0 {
		return &exitError{exitFinding, ""}
	}
	return nil
}

// Run brings the schema up to date.
func (c *migrateUp) Run(ctx context.Context, g *globals) error {
	d, cfg, err := g.whole()
	if err != nil {
		return err
	}
	defer d.Close()
	did, err := d.Up(ctx, server(cfg), cfg.Password)
	if err != nil {
		return schemaError(err)
	}
	if cfg.PostgreSQL() { // on SQLite the server makes the queue's tables itself
		if err := app.InstallQueue(ctx, cfg); err != nil {
			return &exitError{exitUnchecked, err.Error()}
		}
	}
	if c.JSON {
		if did.Ran == nil {
			did.Ran = []string{}
		}
		return printJSON(map[string]any{"ran": did.Ran, "created_role": did.Created, "secured": did.Secured})
	}
	for _, name := range did.Ran {
		fmt.Println("ran", name)
	}
	if did.Created != "" {
		fmt.Println("made the server's role", did.Created)
	}
	if did.Secured {
		fmt.Println("made policies, functions and grants anew")
	}
	if len(did.Ran) == 0 && !did.Secured {
		fmt.Println("nothing to do: the schema is up to date")
	}
	return nil
}

// Run takes migrations back.
func (c *migrateDown) Run(ctx context.Context, g *globals) error {
	if (c.To == "") == !c.All {
		return &exitError{exitUsage, "say how far: --to NAME keeps everything up to that migration, --all keeps nothing"}
	}
	if !c.Yes {
		return &exitError{exitUsage, "this takes away tables with what they hold; back up first, then add --yes"}
	}
	d, cfg, err := g.whole()
	if err != nil {
		return err
	}
	defer d.Close()
	undone, err := d.Down(ctx, c.To, server(cfg), cfg.Password)
	for _, name := range undone {
		fmt.Println("took back", name)
	}
	if err == nil && len(undone) == 0 {
		fmt.Println("nothing to do")
	}
	return schemaError(err)
}

// migrationLine is one migration as it is printed.
type migrationLine struct {
	Name    string    `json:"name"`
	SHA256  string    `json:"sha256,omitempty"`
	Applied time.Time `json:"applied,omitzero"`
	State   string    `json:"state"` // applied or missing
}

// Run lists them. Drift, and a schema of a later program, are findings.
func (c *migrateStatus) Run(ctx context.Context, g *globals) error {
	d, _, err := g.whole()
	if err != nil {
		return err
	}
	defer d.Close()
	applied, err := d.Applied(ctx)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	lines := []migrationLine{}
	for _, a := range applied {
		lines = append(lines, migrationLine{Name: a.Name, SHA256: a.SHA256, Applied: a.At, State: "applied"})
	}
	missing, drift := d.Plan(ctx)
	for _, name := range missing {
		lines = append(lines, migrationLine{Name: name, State: "missing"})
	}
	problem := ""
	if drift != nil {
		problem = drift.Error()
	}
	if c.JSON {
		if err := printJSON(map[string]any{"database": d.Name, "migrations": lines, "drift": problem}); err != nil {
			return err
		}
		return schemaError(drift)
	}
	w := tabwriter.NewWriter(os.Stdout, 2, 8, 2, ' ', 0)
	for _, l := range lines {
		at := ""
		if !l.Applied.IsZero() {
			at = l.Applied.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%.12s\t%s\n", l.Name, l.State, l.SHA256, at)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return schemaError(drift)
}

// schemaError gives errors about the schema their status: what differs is a finding,
// the rest kept the command from looking.
func schemaError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrDrift), errors.Is(err, store.ErrNewer), errors.Is(err, store.ErrNotFound):
		return err
	}
	return &exitError{exitUnchecked, err.Error()}
}
