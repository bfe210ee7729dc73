package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// PortfoliosDue implements store.JobGate.
func (s *Store) PortfoliosDue(ctx context.Context, after string, limit int) (all []store.Due, err error) {
	if after == "" {
		after = shared // sorts before every id that was ever made
	}
	err = s.each(ctx, portfoliosDue, func(rows *sql.Rows) error {
		var d store.Due
		err := rows.Scan(textOf{&d.Tenant}, textOf{&d.Owner}, textOf{&d.Portfolio}, &d.Base)
		all = append(all, d)
		return err
	}, after, limit)
	return all, s.gateError("portfolios due", err)
}

var portfoliosDue = Question{Name: "portfolios_due", Arguments: []string{"id_text", "bigint"},
	Columns: `tenant_id id_text, owner_id id_text, id id_text, base text`,
	SQL: `SELECT p.tenant_id, p.owner_id, p.id, p.base FROM portfolios p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.owner_id
		WHERE p.id > $1 AND p.archived IS NULL AND p.version > 0 AND NOT u.disabled ORDER BY p.id LIMIT $2`}

const runColumns = `kind, day, job, attempt, state, reason, started, ended, ledger, market_shared, market_own, engine`

func scanRun(row interface{ Scan(...any) error }, portfolio string) (store.Run, error) {
	r := store.Run{Portfolio: portfolio}
	err := row.Scan(&r.Kind, dayOf{&r.Day}, &r.Job, &r.Attempt, &r.State, &r.Reason, timeOf{&r.Started}, timeOf{&r.Ended},
		&r.Ledger, &r.Market.Shared, &r.Market.Own, &r.Engine)
	return r, err
}

// Run implements store.JobReader.
func (t *tx) Run(ctx context.Context, portfolio, kind string, day date.Date) (store.Run, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return store.Run{}, err
	}
	what := fmt.Sprintf("run of %s on %s", kind, day)
	r, err := scanRun(t.row(ctx, `SELECT `+runColumns+` FROM job_runs WHERE tenant_id = $1 AND portfolio_id = $2 AND kind = $3 AND day = $4`,
		t.id.Tenant, portfolio, kind, day.String()), portfolio)
	if err != nil {
		return r, t.named(what, err)
	}
	err = t.each(ctx, func(rows *sql.Rows) error {
		var s store.Step
		err := rows.Scan(&s.Name, &s.Status, &s.Reason, timeOf{&s.Started}, timeOf{&s.Ended}, &s.Output)
		r.Steps = append(r.Steps, s)
		return err
	}, `SELECT name, status, reason, started, ended, output FROM job_steps
		WHERE tenant_id = $1 AND portfolio_id = $2 AND kind = $3 AND day = $4 ORDER BY position`, t.id.Tenant, portfolio, kind, day.String())
	return r, t.named(what, err)
}

// Runs implements store.JobReader.
func (t *tx) Runs(ctx context.Context, portfolio string, limit int) ([]store.Run, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	var all []store.Run
	err := t.each(ctx, func(rows *sql.Rows) error {
		r, err := scanRun(rows, portfolio)
		all = append(all, r)
		return err
	}, `SELECT `+runColumns+` FROM job_runs WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY day DESC, kind LIMIT $3`, t.id.Tenant, portfolio, limit)
	return all, t.named("runs", err)
}

// PutRun implements store.JobWriter.
func (t *tx) PutRun(ctx context.Context, r store.Run) error {
	return t.write(fmt.Sprintf("run of %s on %s", r.Kind, r.Day), func() error {
		if err := t.access(ctx, r.Portfolio, store.CanTrade); err != nil {
			return err
		}
		key := []any{t.id.Tenant, r.Portfolio, r.Kind, r.Day.String()}
		_, err := t.exec(ctx, `INSERT INTO job_runs (tenant_id, portfolio_id, `+runColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (tenant_id, portfolio_id, kind, day) DO UPDATE SET job = excluded.job, attempt = excluded.attempt, state = excluded.state,
				reason = excluded.reason, started = excluded.started, ended = excluded.ended, ledger = excluded.ledger,
				market_shared = excluded.market_shared, market_own = excluded.market_own, engine = excluded.engine`,
			append(key, r.Job, r.Attempt, string(r.State), r.Reason, formatTime(r.Started), timeOrNull(r.Ended), r.Ledger, r.Market.Shared, r.Market.Own, r.Engine)...)
		if err != nil {
			return err
		}
		if err := t.putSteps(ctx, key, r.Steps, r.State != store.RunDone); err != nil {
			return err
		}
		if r.State != store.RunDone {
			return nil
		}
		_, err = t.exec(ctx, `DELETE FROM job_steps WHERE tenant_id = $1 AND portfolio_id = $2 AND kind = $3 AND day = $4 AND position > $5`, append(key, len(r.Steps))...)
		return err
	})
}

// putSteps writes steps in one statement.
func (t *tx) putSteps(ctx context.Context, key []any, steps []store.Step, outputs bool) error {
	if len(steps) == 0 {
		return nil
	}
	var rows []string
	args := append([]any(nil), key...)
	for i := range steps {
		s := &steps[i]
		n := len(args)
		rows = append(rows, fmt.Sprintf("($1, $2, $3, $4, $%d, $%d, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6, n+7))
		var output []byte
		if outputs {
			output = s.Output
		}
		args = append(args, i+1, s.Name, s.Status, s.Reason, formatTime(s.Started), formatTime(s.Ended), output)
	}
	_, err := t.exec(ctx, `INSERT INTO job_steps (tenant_id, portfolio_id, kind, day, position, name, status, reason, started, ended, output)
		VALUES `+strings.Join(rows, ", ")+` ON CONFLICT (tenant_id, portfolio_id, kind, day, position) DO UPDATE SET name = excluded.name,
			status = excluded.status, reason = excluded.reason, started = excluded.started, ended = excluded.ended, output = excluded.output`, args...)
	return err
}

const draftBytes = `SELECT COALESCE(SUM(size), 0) FROM import_drafts WHERE tenant_id = $1 AND user_id = $2`

// Draft implements store.JobReader.
func (t *tx) Draft(ctx context.Context, id string, now time.Time) (store.Draft, error) {
	d := store.Draft{ID: id}
	err := t.row(ctx, `SELECT created, expires, body FROM import_drafts WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND expires > $4`,
		t.id.Tenant, t.id.User, id, formatTime(now)).Scan(timeOf{&d.Created}, timeOf{&d.Expires}, &d.Body)
	return d, t.named("draft "+id, err)
}

// KeepDraft implements store.JobWriter.
func (t *tx) KeepDraft(ctx context.Context, d store.Draft, most int) error {
	return t.write("draft "+d.ID, func() error {
		if err := t.member(); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO import_drafts (tenant_id, user_id, id, created, expires, size, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.id.Tenant, t.id.User, d.ID, formatTime(t.stamp()), formatTime(d.Expires), len(d.Body), bytesOf(d.Body))
		if err != nil {
			return err
		}
		var held int64
		if err := t.row(ctx, draftBytes, t.id.Tenant, t.id.User).Scan(&held); err != nil || held <= int64(most) {
			return err
		}
		return t.dropOldDrafts(ctx, d.ID, held-int64(most))
	})
}

// dropOldDrafts takes away the oldest drafts but one until so many bytes are free.
func (t *tx) dropOldDrafts(ctx context.Context, keep string, free int64) error {
	var old []string
	err := t.each(ctx, func(rows *sql.Rows) error {
		var id string
		var size int64
		if err := rows.Scan(textOf{&id}, &size); err != nil {
			return err
		}
		if free > 0 && id != keep {
			old, free = append(old, id), free-size
		}
		return nil
	}, `SELECT id, size FROM import_drafts WHERE tenant_id = $1 AND user_id = $2 ORDER BY created, id`, t.id.Tenant, t.id.User)
	if err != nil {
		return err
	}
	for _, id := range old {
		if _, err := t.exec(ctx, `DELETE FROM import_drafts WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
	}
	return nil
}

// DropDraft implements store.JobWriter.
func (t *tx) DropDraft(ctx context.Context, id string) error {
	return t.write("drop draft "+id, func() error {
		return t.must(ctx, `DELETE FROM import_drafts WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id)
	})
}
