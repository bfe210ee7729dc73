package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/environment"
	"github.com/foliosight/foliosight/internal/ops/keys"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
)

// Installation is what is looked at, and when. Kept is nil where the database could not
// be opened, and Why says the reason.
type Installation struct {
	config.Inspection
	Kept store.Upkeep
	Why  error
	Now  time.Time
}

// How many failures in a day are worth a look: on all accounts, and on one.
const (
	manyFailures = 200
	manyOnOne    = 20
)

// Monitor adds what changes by itself: policies, the certificate's end, failed sign-ins,
// the age of keys.
func (i Installation) Monitor(ctx context.Context, r *check.Report) {
	i.Policies(ctx, r)
	i.certificate(r)
	i.failures(ctx, r)
	keys.Ages(ctx, i.Inspection, i.keptKeys(), i.Now, r)
}

// keptKeys is nil, and not an interface that holds nil, where there is no database.
func (i Installation) keptKeys() keys.Signing {
	if i.Kept == nil {
		return nil
	}
	return i.Kept
}

// Policies reads the live catalogue of PostgreSQL, as `rls check --strict` does.
func (i Installation) Policies(ctx context.Context, r *check.Report) {
	const what = "policies"
	if !i.PostgreSQL() {
		r.Fine(what, "SQLite has none: the store's own scope keeps users apart (`foliosight isolation test` tries it)")
		return
	}
	role, err := postgres.Role(i.Database, i.Password)
	if err != nil {
		r.Unknown(what, err.Error(), "correct DATABASE_URL")
		return
	}
	address, password := i.Database, i.Password
	if i.Admin != "" {
		address, password = i.Admin, ""
	}
	found, err := postgres.Check(ctx, address, password, role)
	if err != nil {
		r.Unknown(what, err.Error(), "see that the database answers")
		return
	}
	for _, f := range found.Findings {
		r.Find(what+" of "+f.Object, f.Severity+": "+f.Problem, f.Cure)
	}
	if len(found.Findings) == 0 {
		r.Fine(what, fmt.Sprintf("%d tables, %d definer functions, role %s: as they were made", len(found.Tables), len(found.Definers), found.Server))
	}
}

func (i Installation) certificate(r *check.Report) {
	if !i.TLS() {
		r.Fine("certificate", "this server speaks no TLS itself; of a proxy before it, look there")
		return
	}
	environment.Own(r, i.Config, "", i.Now)
}

func (i Installation) failures(ctx context.Context, r *check.Report) {
	const what = "failed sign-ins"
	if i.Kept == nil {
		r.Unknown(what, i.Why.Error(), "see that the database answers")
		return
	}
	f, err := i.Kept.FailedAttempts(ctx, i.Now.Add(-24*time.Hour), i.Now)
	if err != nil {
		r.Unknown(what, err.Error(), "see that the database answers")
		return
	}
	said := fmt.Sprintf("%d failures on %d accounts and addresses in the last day, %d at most on one; %d are made to wait", f.Failures, f.Keys, f.Most, f.Waiting)
	if f.Failures >= manyFailures || f.Most >= manyOnOne {
		r.Find(what, said, "see which addresses are answered 401 or 429 on /api/v1/auth/login and /login; lower FOLIOSIGHT_LOGIN_LIMIT, or keep them out at the proxy")
		return
	}
	r.Fine(what, said)
}
