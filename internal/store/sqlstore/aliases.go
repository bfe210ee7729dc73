package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// ever stands for "since ever" in a key, where NULL cannot.
var ever = date.Must(1583, 1, 1)

const aliasColumns = `scheme, value, symbol, first, until, source`

func (t *tx) aliases(ctx context.Context, condition string, args ...any) ([]store.Alias, error) {
	var all []store.Alias
	err := t.each(ctx, func(rows *sql.Rows) error {
		var a store.Alias
		err := rows.Scan(&a.Scheme, &a.Value, &a.Symbol, dayOf{&a.From}, dayOf{&a.Until}, &a.Source)
		if a.From == ever {
			a.From = date.None
		}
		all = append(all, a)
		return err
	}, `SELECT `+aliasColumns+` FROM aliases WHERE tenant_id = $1 AND `+condition, append([]any{shared}, args...)...)
	// Sorted by the database, SQLite would read all names to have them in this order.
	slices.SortFunc(all, func(a, b store.Alias) int {
		return cmp.Or(cmp.Compare(a.Scheme, b.Scheme), cmp.Compare(a.From, b.From), cmp.Compare(a.Value, b.Value))
	})
	return all, err
}

// Resolve implements store.ReferenceReader.
func (t *tx) Resolve(ctx context.Context, scheme, value string, on date.Date) (string, error) {
	var symbol string
	err := t.row(ctx, `SELECT symbol FROM aliases WHERE tenant_id = $1 AND scheme = $2 AND value = $3 AND first <= $4 AND (until IS NULL OR until > $4) ORDER BY first DESC LIMIT 1`,
		shared, scheme, value, on.String()).Scan(&symbol)
	return symbol, t.named(fmt.Sprintf("%s %s on %s", scheme, clip(value), on), err)
}

// Meanings implements store.ReferenceReader.
func (t *tx) Meanings(ctx context.Context, scheme, value string) ([]store.Alias, error) {
	all, err := t.aliases(ctx, `scheme = $2 AND value = $3`, scheme, value)
	return all, t.named("meanings of "+clip(value), err)
}

// Aliases implements store.ReferenceReader.
func (t *tx) Aliases(ctx context.Context, symbol string) ([]store.Alias, error) {
	all, err := t.aliases(ctx, `symbol = $2`, symbol)
	return all, t.named("names of "+symbol, err)
}

// PutAliases implements store.ReferenceWriter.
func (t *tx) PutAliases(ctx context.Context, all []store.Alias) (changed int, err error) {
	err = t.write("names of instruments", func() error {
		if err := t.lockReference(ctx); err != nil {
			return err
		}
		for i, a := range all {
			if a.Scheme == "" || a.Value == "" || a.Symbol == "" {
				return &ledger.Fault{Row: i + 1, ID: a.Symbol, Field: "value", Value: clip(a.Value), Problem: "a name needs a scheme, a value and a symbol", Cure: "give all three"}
			}
			did, err := t.putAlias(ctx, a)
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
		return nil
	})
	return changed, err
}

// lockReference lets one operator at a time change what instruments are called.
func (t *tx) lockReference(ctx context.Context) error {
	if err := t.operator(); err != nil {
		return err
	}
	if lock := t.store.dialect.LockMarket; lock != "" {
		_, err := t.exec(ctx, lock)
		return err
	}
	return nil
}

// bounds are the days of a name as they are compared: from the first to before the last.
func bounds(a store.Alias) (from, until date.Date) {
	from, until = a.From, a.Until
	if from == 0 || from.IsNone() {
		from = ever
	}
	if until == 0 || until.IsNone() {
		until = date.Must(9999, 12, 31)
	}
	return from, until
}

// putAlias enters one name among those of its value: the ones before it end where it
// begins, and it ends where a later one begins.
func (t *tx) putAlias(ctx context.Context, a store.Alias) (bool, error) {
	others, err := t.aliases(ctx, `scheme = $2 AND value = $3`, a.Scheme, a.Value)
	if err != nil {
		return false, err
	}
	from, until := bounds(a)
	if until <= from {
		return false, &ledger.Fault{ID: a.Symbol, Field: "until", Value: until.String(), Problem: "does not come after " + from.String(), Cure: "give a day after the first"}
	}
	for _, o := range others {
		first, end := bounds(o)
		switch {
		case o.Symbol == a.Symbol && first <= from && end >= until:
			return false, nil // it is known already
		case first > from && first < until:
			until = first
		case first < from && end > from:
			if _, err := t.exec(ctx, `UPDATE aliases SET until = $5 WHERE tenant_id = $1 AND scheme = $2 AND value = $3 AND first = $4`,
				shared, a.Scheme, a.Value, first.String(), from.String()); err != nil {
				return false, err
			}
		}
	}
	var end any
	if until != date.Must(9999, 12, 31) {
		end = until.String()
	}
	_, err = t.exec(ctx, `INSERT INTO aliases (tenant_id, scheme, value, first, until, symbol, source) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, scheme, value, first) DO UPDATE SET until = excluded.until, symbol = excluded.symbol, source = excluded.source`,
		shared, a.Scheme, a.Value, from.String(), end, a.Symbol, a.Source)
	return true, err
}

// RenameSymbol implements store.ReferenceWriter.
func (t *tx) RenameSymbol(ctx context.Context, old, name string, on date.Date, source string) error {
	return t.write("rename "+old, func() error {
		if err := t.lockReference(ctx); err != nil {
			return err
		}
		if old == "" || name == "" || old == name {
			return &ledger.Fault{Field: "symbol", Value: clip(name), Problem: "is not another than before", Cure: "give the old and the new symbol"}
		}
		done, err := t.aliases(ctx, `scheme = 'ticker' AND value = $2 AND symbol = $3 AND until = $4`, old, name, on.String())
		if err != nil || len(done) > 0 {
			return err
		}
		was, err := t.aliases(ctx, `symbol = $2`, old)
		if err != nil {
			return err
		}
		// The name given up, as far as nothing said so yet, and until that day.
		named := false
		for _, a := range was {
			named = named || a.Scheme == store.TickerScheme && a.Value == old
		}
		if !named {
			if _, err := t.putAlias(ctx, store.Alias{Scheme: store.TickerScheme, Value: old, Symbol: old, Until: on, Source: source}); err != nil {
				return err
			}
		}
		_, err = t.exec(ctx, `UPDATE aliases SET until = $4 WHERE tenant_id = $1 AND scheme = 'ticker' AND value = $2 AND symbol = $3 AND first < $4 AND (until IS NULL OR until > $4)`,
			shared, old, old, on.String())
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE aliases SET symbol = $3 WHERE tenant_id = $1 AND symbol = $2`, shared, old, name); err != nil {
			return err
		}
		if _, err := t.putAlias(ctx, store.Alias{Scheme: store.TickerScheme, Value: name, Symbol: name, From: on, Source: source}); err != nil {
			return err
		}
		return t.note(ctx, "instrument.rename", "instrument/"+name, "", nil, map[string]string{"old": old, "new": name, "on": on.String(), "source": source})
	})
}
