package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/audit"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/keys"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// input is what the configuration of a command is made from.
func (g *globals) input() config.Input {
	return config.Input{Environ: os.Environ(), Flags: g.flags(), File: g.Config}
}

// installation runs a command that looks at an installation beside its server.
func (g *globals) installation(ctx context.Context, command string, json asJSON, look func(context.Context, audit.Installation, *check.Report) error) error {
	return g.operate(ctx, command, json, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		i := audit.Installation{Inspection: config.Inspect(g.input()), Now: time.Now()}
		kept, closing, err := app.Record(ctx, cfg)
		if err != nil {
			i.Why = err
			return look(ctx, i, r)
		}
		i.Kept = kept
		return errors.Join(look(ctx, i, r), closing())
	})
}

type auditSQL struct {
	Source string `help:"Directory of the source, where go.mod is." default:"." type:"existingdir"`
	asJSON
}

// Run looks through the source.
func (c *auditSQL) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "audit sql", c.asJSON, func(_ context.Context, _ config.Config, r *check.Report) error {
		return audit.SQL(c.Source, r)
	})
}

type auditDeps struct {
	DB      string `name:"db" help:"Advisories of the OSV database: a directory of entries, or the zip of them (https://osv-vulnerabilities.storage.googleapis.com/Go/all.zip)." placeholder:"PATH"`
	Modules string `help:"Directory of the module cache, for licences (default: the usual one)." placeholder:"DIR"`
	asJSON
}

// Run looks at what this program was built of.
func (c *auditDeps) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "audit deps", c.asJSON, func(_ context.Context, _ config.Config, r *check.Report) error {
		c.look(r)
		return nil
	})
}

func (c *auditDeps) look(r *check.Report) {
	build, _ := debug.ReadBuildInfo() // nil is said by the audit
	audit.Deps(audit.DepsOptions{Build: build, Cache: c.Modules, Database: c.DB, Now: time.Now()}, r)
}

type auditSystem struct {
	URL string `name:"url" help:"Address of the running server (default: where people find the pages)." placeholder:"URL"`
	asJSON
}

// Run goes through the checklist of a production installation.
func (c *auditSystem) Run(ctx context.Context, g *globals) error {
	return g.installation(ctx, "audit system", c.asJSON, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		address := c.URL
		if address == "" {
			address = i.PublicURL("http://" + i.Listen)
		}
		i.System(ctx, http.DefaultClient, address, r)
		return nil
	})
}

type auditSecurity struct {
	Full   bool   `help:"Also the source (audit sql), the modules (audit deps) and the audit trail (audit verify, which needs SQLite's server to be stopped)."`
	Source string `help:"Directory of the source, for --full." default:"." type:"existingdir"`
	DB     string `name:"db" help:"Advisories of the OSV database, for --full." placeholder:"PATH"`
	asJSON
}

// Run looks at everything that keeps an installation safe.
func (c *auditSecurity) Run(ctx context.Context, g *globals) error {
	command := "audit security"
	if c.Full {
		command += " --full"
	}
	return g.installation(ctx, command, c.asJSON, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		i.Security(ctx, g.upkeep(i.Config).Settings(ctx, i.Now), r)
		if !c.Full {
			return nil
		}
		part := check.Begin("", i.Now)
		if err := audit.SQL(c.Source, part); err != nil {
			part.Unknown("source", err.Error(), "run it where the source is, or give --source")
		}
		r.Take("audit sql", *part)
		part = check.Begin("", i.Now)
		(&auditDeps{DB: c.DB}).look(part)
		r.Take("audit deps", *part)
		trails(ctx, g, r)
		return nil
	})
}

// trails recomputes the audit trail of every tenant.
func trails(ctx context.Context, g *globals, r *check.Report) {
	const what = "audit trail"
	h, err := g.open(ctx)
	if err != nil {
		r.Unknown(what, err.Error(), "run `foliosight audit verify` when the server is stopped")
		return
	}
	defer h.Close()
	tenants, events := 0, int64(0)
	err = h.VerifyTrails(ctx, func(t service.Trail) {
		tenants, events = tenants+1, events+t.Events
		switch {
		case t.Err == nil:
		case errors.Is(t.Err, store.ErrDamaged):
			r.Find(what+" of "+t.Tenant, t.Err.Error(), "restore the database from before, or find out who changed it")
		default:
			r.Unknown(what+" of "+t.Tenant, t.Err.Error(), "see that the database answers")
		}
	})
	if err != nil {
		r.Unknown(what, err.Error(), "see that the database answers")
		return
	}
	r.Fine(what, fmt.Sprintf("%d events of %d tenants were recomputed", events, tenants))
}

// monitorCommand looks at what changes by itself.
type monitorCommand struct {
	Security monitorSecurity `cmd:"" help:"Policies, the certificate's end, failed sign-ins, the age of keys."`
}

type monitorSecurity struct{ asJSON }

// Run looks once; a schedule runs it again.
func (c *monitorSecurity) Run(ctx context.Context, g *globals) error {
	return g.installation(ctx, "monitor security", c.asJSON, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		i.Monitor(ctx, r)
		return nil
	})
}

// keysCommand looks after the keys of an installation.
type keysCommand struct {
	Ages   keysAges   `cmd:"" help:"How old the keys are that sign and seal."`
	Rotate keysRotate `cmd:"" help:"Let a new key sign access tokens; tokens signed before stay good until they end."`
	Reseal keysReseal `cmd:"" help:"Seal with the current encryption key what an earlier one sealed, beside a running server."`
}

type keysAges struct{ asJSON }

// Run reports ages.
func (c *keysAges) Run(ctx context.Context, g *globals) error {
	return g.installation(ctx, "keys ages", c.asJSON, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		var kept keys.Signing
		if i.Kept != nil {
			kept = i.Kept
		}
		keys.Ages(ctx, i.Inspection, kept, i.Now, r)
		app.Sealed(ctx, i.Config, r)
		return nil
	})
}

type keysRotate struct {
	Emergency bool `help:"What was signed before is good no more: everybody's access tokens end at once."`
	asJSON
}

// Run rotates the signing key that the database keeps.
func (c *keysRotate) Run(ctx context.Context, g *globals) error {
	command := "keys rotate"
	if c.Emergency {
		command += " --emergency"
	}
	return g.operate(ctx, command, c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		err := g.with(ctx, func(h *app.House, who service.Caller) error {
			if err := h.RotateSigningKey(ctx, who, c.Emergency); err != nil {
				return err
			}
			said := "a new one signs; tokens signed before stay good until they end"
			if c.Emergency {
				said = "a new one signs; tokens signed before are good no more, at the latest in a minute in other processes"
			}
			r.Fine("signing key", said)
			return nil
		})
		if err != nil && !c.Emergency {
			return err
		}
		if err != nil { // the other key may still be in need
			r.Unknown("signing key", "it was not changed: "+err.Error(), "cure it, and run this again")
		}
		if c.Emergency {
			app.Emergency(ctx, cfg, r)
		} else if len(cfg.Accounts.EncryptBefore) > 0 {
			app.Sealed(ctx, cfg, r)
		}
		return nil
	})
}
