package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// operator refuses everybody but operators: what all tenants share is theirs to write.
func (t *tx) operator() error {
	if err := t.member(); err != nil {
		return err
	}
	if !t.id.Operator && !t.store.dialect.Unscoped {
		return fmt.Errorf("what all tenants share is for operators: %w", store.ErrForbidden)
	}
	return nil
}

// plain is a text of others as both databases take it: valid UTF-8 without NUL.
func plain(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "") }

// dayOrNull keeps a day that is not known as NULL.
func dayOrNull(d date.Date) any {
	if d == 0 || d.IsNone() {
		return nil
	}
	return d.String()
}

// Allowances implements store.SupplyReader.
func (t *tx) Allowances(ctx context.Context) ([]store.Allowance, error) {
	var all []store.Allowance
	err := t.each(ctx, func(rows *sql.Rows) error {
		var a store.Allowance
		err := rows.Scan(&a.Provider, &a.Name, timeOf{&a.Begun}, timeOf{&a.Until}, &a.Used)
		all = append(all, a)
		return err
	}, `SELECT provider, name, MIN(begun), MAX(until), CAST(SUM(used) AS bigint) FROM allowances WHERE tenant_id = $1 AND until > $2 AND used > 0
		GROUP BY provider, name ORDER BY provider, name`, shared, formatTime(t.stamp()))
	return all, t.named("allowances", err)
}

// TakeAllowance implements store.SupplyWriter. The provider's row is the lock: it is there
// before it is locked, so that of several first calls at once each counts.
func (t *tx) TakeAllowance(ctx context.Context, provider string, windows []store.Window) (ok bool, free time.Time, err error) {
	err = t.writeQuietly("allowance of "+provider, func() error {
		if err := t.operator(); err != nil {
			return err
		}
		if err := checkWindows(windows); err != nil {
			return err
		}
		if err := t.lockProvider(ctx, provider); err != nil {
			return err
		}
		now := t.stamp()
		counts, err := t.counts(ctx, provider, now)
		if err != nil {
			return err
		}
		for _, w := range windows {
			if at := freeAt(w, counts[w.Name]); at.After(free) {
				free = at
			}
		}
		if !free.IsZero() {
			return nil
		}
		ok = true
		if _, err := t.exec(ctx, `DELETE FROM allowances WHERE tenant_id = $1 AND provider = $2 AND until <= $3`, shared, provider, formatTime(now)); err != nil {
			return err
		}
		for _, w := range windows {
			if err := t.count(ctx, provider, w); err != nil {
				return err
			}
		}
		return nil
	})
	return ok && err == nil, free, err
}

// count writes down what is taken of a window.
func (t *tx) count(ctx context.Context, provider string, w store.Window) error {
	if w.Cost == 0 {
		return nil
	}
	_, err := t.exec(ctx, `INSERT INTO allowances (tenant_id, provider, name, begun, until, used) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, provider, name, begun, until) DO UPDATE SET used = allowances.used + excluded.used`,
		shared, provider, w.Name, formatTime(w.Begun), formatTime(w.Until), w.Cost)
	return err
}

// SettleAllowance implements store.SupplyWriter.
func (t *tx) SettleAllowance(ctx context.Context, provider string, was, now []store.Window) error {
	return t.writeQuietly("allowance of "+provider, func() error {
		if err := t.operator(); err != nil {
			return err
		}
		if len(was) != len(now) {
			return &ledger.Fault{Field: "windows", Value: fmt.Sprint(len(now)), Problem: fmt.Sprintf("%d were taken", len(was)), Cure: "give one for each"}
		}
		if err := t.lockProvider(ctx, provider); err != nil {
			return err
		}
		for i, w := range was {
			n, err := t.exec(ctx, `UPDATE allowances SET used = used - $6 WHERE tenant_id = $1 AND provider = $2 AND name = $3 AND begun = $4 AND until = $5 AND used >= $6`,
				shared, provider, w.Name, formatTime(w.Begun), formatTime(w.Until), w.Cost)
			if err != nil {
				return err
			}
			if n == 1 && now[i].Cost > 0 {
				moved := w
				moved.Until = now[i].Until
				if err := t.count(ctx, provider, moved); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func checkWindows(windows []store.Window) error {
	for i, w := range windows {
		bad := func(field, value, problem, cure string) error {
			return &ledger.Fault{Row: i + 1, ID: w.Name, Field: field, Value: value, Problem: problem, Cure: cure}
		}
		switch {
		case w.Cost < 0:
			return bad("cost", fmt.Sprint(w.Cost), "is less than nothing", "give what the call costs")
		case w.Cost > w.Most:
			return bad("cost", fmt.Sprint(w.Cost), fmt.Sprintf("is more than the window ever has (%d)", w.Most), "ask for less at once")
		case !w.Until.After(w.Begun):
			return bad("until", formatTime(w.Until), "does not come after "+formatTime(w.Begun), "give a window that lasts")
		}
	}
	return nil
}

// counted is what still counts of a limit, and until when.
type counted struct {
	until time.Time
	used  int64
}

// counts are what counts now of each limit of a provider, the first to end first.
//
// Windows that begin further ahead were written while the clock was wrong.
func (t *tx) counts(ctx context.Context, provider string, now time.Time) (map[string][]counted, error) {
	all := map[string][]counted{}
	err := t.each(ctx, func(rows *sql.Rows) error {
		var name string
		var c counted
		err := rows.Scan(&name, timeOf{&c.until}, &c.used)
		all[name] = append(all[name], c)
		return err
	}, `SELECT name, until, used FROM allowances WHERE tenant_id = $1 AND provider = $2 AND until > $3 AND begun < $4 ORDER BY until`, shared, provider, formatTime(now), formatTime(now.Add(clockAhead)))
	return all, err
}

// freeAt is when a window has room for what it is to give; zero: it has now.
func freeAt(w store.Window, counts []counted) (at time.Time) {
	used := w.Cost
	for _, c := range counts {
		used += c.used
	}
	for _, c := range counts {
		if used <= w.Most {
			break
		}
		used, at = used-c.used, c.until
	}
	return at
}

const providerColumns = `name, succeeded, refused, endpoint, reason, words, failures, open_until, lacks`

func scanProvider(row interface{ Scan(...any) error }) (store.Provider, error) {
	var p store.Provider
	err := row.Scan(&p.Name, timeOf{&p.Succeeded}, timeOf{&p.Refused}, &p.Endpoint, &p.Reason, &p.Words, &p.Failures, timeOf{&p.OpenUntil}, jsonOf{&p.Lacks})
	return p, err
}

// Providers implements store.SupplyReader.
func (t *tx) Providers(ctx context.Context) ([]store.Provider, error) {
	var all []store.Provider
	err := t.each(ctx, func(rows *sql.Rows) error {
		p, err := scanProvider(rows)
		all = append(all, p)
		return err
	}, `SELECT `+providerColumns+` FROM providers WHERE tenant_id = $1 ORDER BY name`, shared)
	return all, t.named("providers", err)
}

func (t *tx) lockProvider(ctx context.Context, name string) error {
	_, err := t.exec(ctx, `INSERT INTO providers (tenant_id, name, endpoint, reason, words, failures, lacks) VALUES ($1, $2, '', '', '', 0, '[]')
		ON CONFLICT (tenant_id, name) DO NOTHING`, shared, name)
	if err != nil || t.store.dialect.ForUpdate == "" {
		return err
	}
	return t.row(ctx, `SELECT name FROM providers WHERE tenant_id = $1 AND name = $2`+t.store.dialect.ForUpdate, shared, name).Scan(&name)
}

// UpdateProvider implements store.SupplyWriter.
func (t *tx) UpdateProvider(ctx context.Context, name string, change func(*store.Provider)) (p store.Provider, err error) {
	err = t.writeQuietly("provider "+name, func() error {
		if err := t.operator(); err != nil {
			return err
		}
		if err := t.lockProvider(ctx, name); err != nil {
			return err
		}
		if p, err = scanProvider(t.row(ctx, `SELECT `+providerColumns+` FROM providers WHERE tenant_id = $1 AND name = $2`, shared, name)); err != nil {
			return err
		}
		change(&p)
		p.Name = name
		return t.putProvider(ctx, p)
	})
	return p, err
}

func (t *tx) putProvider(ctx context.Context, p store.Provider) error {
	if p.Lacks == nil {
		p.Lacks = []store.Lack{}
	}
	lacks, err := toJSON(p.Lacks)
	if err != nil {
		return err
	}
	return t.must(ctx, `UPDATE providers SET succeeded = $3, refused = $4, endpoint = $5, reason = $6, words = $7, failures = $8, open_until = $9, lacks = $10
		WHERE tenant_id = $1 AND name = $2`,
		shared, p.Name, timeOrNull(p.Succeeded), timeOrNull(p.Refused), plain(p.Endpoint), p.Reason, plain(p.Words), p.Failures, timeOrNull(p.OpenUntil), plain(lacks))
}

// ProviderKeys implements store.SupplyReader.
func (t *tx) ProviderKeys(ctx context.Context) ([]store.ProviderKey, error) {
	if err := t.operator(); err != nil {
		return nil, err
	}
	var all []store.ProviderKey
	err := t.each(ctx, func(rows *sql.Rows) error {
		var k store.ProviderKey
		err := rows.Scan(&k.Provider, &k.Sealed, &k.Fingerprint, &k.Plan, textOf{&k.SetBy}, timeOf{&k.SetAt})
		all = append(all, k)
		return err
	}, `SELECT name, sealed, fingerprint, plan, set_by, set_at FROM provider_keys WHERE tenant_id = $1 ORDER BY name`, shared)
	return all, t.named("keys of providers", err)
}

// SetProviderKey implements store.SupplyWriter.
func (t *tx) SetProviderKey(ctx context.Context, k store.ProviderKey) error {
	return t.write("key of "+k.Provider, func() error {
		if err := t.operator(); err != nil {
			return err
		}
		if err := t.lockProvider(ctx, k.Provider); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO provider_keys (tenant_id, name, sealed, fingerprint, plan, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (tenant_id, name) DO UPDATE SET sealed = excluded.sealed, fingerprint = excluded.fingerprint, plan = excluded.plan, set_by = excluded.set_by, set_at = excluded.set_at`,
			shared, k.Provider, bytesOf(k.Sealed), k.Fingerprint, k.Plan, t.id.User, formatTime(t.stamp()))
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE providers SET failures = 0, open_until = NULL WHERE tenant_id = $1 AND name = $2`, shared, k.Provider); err != nil {
			return err
		}
		return t.note(ctx, "provider.key", "provider/"+k.Provider, "", nil, map[string]string{"fingerprint": k.Fingerprint, "plan": k.Plan})
	})
}

// DropProviderKey implements store.SupplyWriter.
func (t *tx) DropProviderKey(ctx context.Context, provider string) error {
	return t.write("key of "+provider, func() error {
		if err := t.operator(); err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM provider_keys WHERE tenant_id = $1 AND name = $2`, shared, provider); err != nil {
			return err
		}
		return t.note(ctx, "provider.drop-key", "provider/"+provider, "", nil, nil)
	})
}

// sortedOnce sorts rows by their key and keeps the last of each: several that write at
// once then wait for each other in one order, and none is met twice in a statement.
func sortedOnce[T any](all []T, key func(T) string) []T {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	out := all[:0]
	for i := range all {
		if i+1 == len(all) || key(all[i]) != key(all[i+1]) {
			out = append(out, all[i])
		}
	}
	return out
}

// clockAhead is how far ahead a window may begin: the clock may have been put back by a day.
const clockAhead = 25 * time.Hour
