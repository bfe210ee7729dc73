package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// dbCommand looks after the database.
type dbCommand struct {
	Verify dbVerify `cmd:"" help:"Look through the whole database: schema, checksums, references, versions of ledgers, prices, audit trails."`
}

type dbVerify struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// Run verifies; what is not as it has to be is a finding.
func (c *dbVerify) Run(ctx context.Context, g *globals) error {
	d, _, err := g.whole()
	if err != nil {
		return err
	}
	defer d.Close()
	done := busy("looking")
	r, err := tend.Verify(ctx, d)
	done()
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	if c.JSON {
		if err := printJSON(r); err != nil {
			return err
		}
	} else {
		for _, f := range r.Findings {
			fmt.Printf("%s: %s\n", f.Object, f.Problem)
		}
		fmt.Printf("%s: %d migrations, %d tables, %d tenants, %d events, %d blocks of prices, %d findings\n",
			r.Database, r.Migrations, r.Tables, r.Tenants, r.Events, r.Blocks, len(r.Findings))
	}
	if len(r.Findings) > 0 {
		return &exitError{exitFinding, ""}
	}
	return nil
}

// moveCommand copies a whole database into another.
type moveCommand struct {
	From string `required:"" help:"Source: sqlite:PATH, or postgres://… of the owner." placeholder:"URL"`
	To   string `required:"" help:"Target, which has to be empty; its schema is made. The server's role is that of DATABASE_URL." placeholder:"URL"`
	JSON bool   `name:"json" help:"Print it as JSON."`
}

// Run moves, and says what arrived.
func (c *moveCommand) Run(ctx context.Context, g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	from, err := tend.Open(c.From)
	if err != nil {
		return &exitError{exitUnchecked, "source: " + err.Error()}
	}
	defer from.Close()
	to, err := tend.Open(c.To)
	if err != nil {
		return &exitError{exitUnchecked, "target: " + err.Error()}
	}
	defer to.Close()
	if _, err := to.Up(ctx, server(cfg), cfg.Password); err != nil {
		return schemaError(err)
	}
	moved, err := tend.Move(ctx, from, to, func(m tend.Moved) {
		if !c.JSON {
			fmt.Printf("%-22s %9d rows  %.16s\n", m.Table, m.Rows, m.SHA256)
		}
	})
	switch {
	case errors.Is(err, tend.ErrNotEmpty), errors.Is(err, tend.ErrDiffers):
		return err
	case errors.Is(err, store.ErrOlder):
		return &exitError{exitUnchecked, err.Error()}
	case err != nil:
		return &exitError{exitUnchecked, "nothing was moved: " + err.Error()}
	}
	if c.JSON {
		return printJSON(map[string]any{"from": from.Name, "to": to.Name, "tables": moved, "verified": true})
	}
	fmt.Printf("%s holds what %s held: rows, contents and audit trails were read back\n", to.Name, from.Name)
	return nil
}
