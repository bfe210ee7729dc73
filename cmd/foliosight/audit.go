package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// auditCommand looks at how safe an installation is, and at what was recorded.
type auditCommand struct {
	Security auditSecurity `cmd:"" help:"Settings as in production, file modes, policies, certificate, failed sign-ins, ages of keys."`
	SQL      auditSQL      `cmd:"" name:"sql" help:"Look through the source for SQL that is built from strings."`
	Deps     auditDeps     `cmd:"" help:"The modules that this program was built of: checksums, licences, known vulnerabilities."`
	System   auditSystem   `cmd:"" help:"The checklist of a production installation: TLS, backups, alerts, headers, drills, policies."`
	Verify   auditVerify   `cmd:"" help:"Recompute the audit trail of every tenant: a changed, missing or added event is found."`
}

type auditVerify struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// trailLine is the audit trail of one tenant as it is printed.
type trailLine struct {
	Tenant string `json:"tenant"`
	Events int64  `json:"events"`
	Intact bool   `json:"intact"`
	Found  string `json:"found,omitempty"`
}

// Run verifies every chain. A broken one is a finding; one that could not be read is
// neither fine nor a finding.
func (c *auditVerify) Run(ctx context.Context, g *globals) error {
	h, err := g.open(ctx)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	defer h.Close()
	lines := []trailLine{}
	broken, unread := 0, 0
	done := busy("recomputing")
	err = h.VerifyTrails(ctx, func(t service.Trail) {
		line := trailLine{Tenant: t.Tenant, Events: t.Events, Intact: t.Err == nil}
		if t.Err != nil {
			line.Found = t.Err.Error()
			if errors.Is(t.Err, store.ErrDamaged) {
				broken++
			} else {
				unread++
			}
		}
		lines = append(lines, line)
	})
	done()
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	if c.JSON {
		if err := printJSON(map[string]any{"tenants": lines, "intact": broken+unread == 0}); err != nil {
			return err
		}
	} else {
		for _, l := range lines {
			said := "intact"
			if !l.Intact {
				said = l.Found
			}
			fmt.Printf("%s  %d events  %s\n", l.Tenant, l.Events, said)
		}
	}
	switch {
	case broken > 0:
		return &exitError{exitFinding, fmt.Sprintf("the audit trail of %d of %d tenants is broken", broken, len(lines))}
	case unread > 0:
		return &exitError{exitUnchecked, fmt.Sprintf("the audit trail of %d of %d tenants could not be read", unread, len(lines))}
	}
	return nil
}
