package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/foliosight/foliosight/internal/store/postgres"
)

// rlsCommand looks at what keeps one user from another in the database itself.
type rlsCommand struct {
	Check rlsCheck `cmd:"" help:"Read the live catalogue of PostgreSQL: policies, roles, grants, definer functions."`
}

type rlsCheck struct {
	Strict bool `help:"Warnings are findings too."`
	Fix    bool `help:"Make policies, functions and grants anew where something differs; says first what."`
	JSON   bool `name:"json" help:"Print it as JSON."`
	Quiet  bool `help:"Print nothing but findings."`
	Audit  bool `help:"List every table with its policies and grants, and every definer function."`
}

// Run checks. SQLite has no policies: there the store's own scope keeps identities
// apart, and `isolation test` tries it.
func (c *rlsCheck) Run(ctx context.Context, g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	if !cfg.PostgreSQL() {
		if c.JSON {
			return printJSON(map[string]any{"database": "sqlite:" + cfg.SQLite(), "policies": false, "findings": []string{}})
		}
		if !c.Quiet {
			fmt.Println("SQLite has no row-level security: the store's own scope keeps users apart; `foliosight isolation test` tries it")
		}
		return nil
	}
	role, err := postgres.Role(cfg.Database, cfg.Password)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	address, password := cfg.Database, cfg.Password
	if cfg.Admin != "" {
		address, password = cfg.Admin, ""
	}
	r, err := postgres.Check(ctx, address, password, role)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	if c.Fix && len(r.Findings) > 0 {
		if cfg.Admin == "" {
			return &exitError{exitUnchecked, "--fix needs the role that owns the schema: set DATABASE_ADMIN_URL"}
		}
		note("policies, functions and grants are made anew, because:")
		for _, f := range r.Findings {
			note("  %s: %s", f.Object, f.Problem)
		}
		if err := postgres.Secure(ctx, postgres.MigrateOptions{AdminURL: cfg.Admin, ServerURL: cfg.Database, PasswordFile: cfg.Password}); err != nil {
			return &exitError{exitUnchecked, err.Error()}
		}
		if r, err = postgres.Check(ctx, address, password, role); err != nil {
			return &exitError{exitUnchecked, err.Error()}
		}
	}
	if err := c.print(r); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if c.Strict || f.Severity == postgres.Critical {
			return &exitError{exitFinding, ""}
		}
	}
	return nil
}

func (c *rlsCheck) print(r postgres.Report) error {
	if c.JSON {
		return printJSON(r)
	}
	w := tabwriter.NewWriter(os.Stdout, 2, 8, 2, ' ', 0)
	if c.Audit {
		for _, t := range r.Tables {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.Name, t.Kind, protection(t), strings.Join(t.Policies, ", "), strings.Join(t.Server, ", "))
		}
		for _, d := range r.Definers {
			fmt.Fprintf(w, "%s()\tdefiner\tas %s\tsearch_path %s\t\n", d.Name, d.Owner, d.SearchPath)
		}
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", f.Severity, f.Object, f.Problem, f.Cure)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Printf("%s: %d tables, %d definer functions, role %s, %d findings\n", r.Database, len(r.Tables), len(r.Definers), r.Server, len(r.Findings))
	}
	return nil
}

func protection(t postgres.TableReport) string {
	switch {
	case t.Enabled && t.Forced:
		return "enabled, forced"
	case t.Enabled:
		return "enabled"
	}
	return "none"
}
