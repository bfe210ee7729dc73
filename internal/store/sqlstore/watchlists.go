package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// watchers are asked for by background work that fetches what people watch.
var watchers = Question{Name: "watchers", Columns: `tenant_id id_text, user_id id_text`,
	SQL: `SELECT tenant_id, user_id FROM watchlist_entries UNION SELECT tenant_id, user_id FROM targets ORDER BY tenant_id, user_id`}

// Watchers implements store.ResearchGate.
func (s *Store) Watchers(ctx context.Context) (all []store.Identity, err error) {
	err = s.each(ctx, watchers, func(rows *sql.Rows) error {
		var id store.Identity
		err := rows.Scan(textOf{&id.Tenant}, textOf{&id.User})
		all = append(all, id)
		return err
	})
	return all, s.gateError("watchers", err)
}

// shownTo is the condition that a row is the user's own or shown to the tenant's members.
const shownTo = `tenant_id = $1 AND (user_id = $2 OR shared)`

const watchlistColumns = `id, user_id, name, shared, position, revision, created, changed`

func scanWatchlist(row interface{ Scan(...any) error }) (store.Watchlist, error) {
	var w store.Watchlist
	err := row.Scan(textOf{&w.ID}, textOf{&w.User}, &w.Name, &w.Shared, &w.Position, &w.Revision, timeOf{&w.Created}, timeOf{&w.Changed})
	return w, err
}

// Watchlists implements store.ResearchReader.
func (t *tx) Watchlists(ctx context.Context) ([]store.Watchlist, error) {
	if err := t.member(); err != nil {
		return nil, err
	}
	var all []store.Watchlist
	err := t.each(ctx, func(rows *sql.Rows) error {
		w, err := scanWatchlist(rows)
		all = append(all, w)
		return err
	}, `SELECT `+watchlistColumns+` FROM watchlists WHERE `+shownTo+` ORDER BY CASE WHEN user_id = $2 THEN 0 ELSE 1 END, position, id`, t.id.Tenant, t.id.User)
	if err != nil {
		return nil, t.named("watchlists", err)
	}
	at := map[string]int{}
	for i, w := range all {
		at[w.ID] = i
	}
	err = t.each(ctx, func(rows *sql.Rows) error {
		var list string
		var e store.WatchEntry
		err := rows.Scan(textOf{&list}, &e.Symbol, &e.Note, timeOf{&e.Added})
		if i, ok := at[list]; ok {
			all[i].Entries = append(all[i].Entries, e)
		}
		return err
	}, `SELECT watchlist_id, symbol, note, added FROM watchlist_entries WHERE `+shownTo+` ORDER BY watchlist_id, position, symbol`, t.id.Tenant, t.id.User)
	return all, t.named("watchlists", err)
}

// Watchlist implements store.ResearchReader.
func (t *tx) Watchlist(ctx context.Context, id string) (store.Watchlist, error) {
	if err := t.member(); err != nil {
		return store.Watchlist{}, err
	}
	if uuid.Validate(id) != nil {
		return store.Watchlist{}, t.named("watchlist "+id, store.ErrNotFound)
	}
	w, err := scanWatchlist(t.row(ctx, `SELECT `+watchlistColumns+` FROM watchlists WHERE `+shownTo+` AND id = $3`, t.id.Tenant, t.id.User, id))
	if err != nil {
		return w, t.named("watchlist "+id, err)
	}
	err = t.each(ctx, func(rows *sql.Rows) error {
		var e store.WatchEntry
		err := rows.Scan(&e.Symbol, &e.Note, timeOf{&e.Added})
		w.Entries = append(w.Entries, e)
		return err
	}, `SELECT symbol, note, added FROM watchlist_entries WHERE `+shownTo+` AND watchlist_id = $3 ORDER BY position, symbol`, t.id.Tenant, t.id.User, id)
	return w, t.named("watchlist "+id, err)
}

// PutWatchlist implements store.ResearchWriter.
func (t *tx) PutWatchlist(ctx context.Context, w store.Watchlist) (store.Watchlist, error) {
	err := t.write("watchlist "+w.Name, func() error {
		if err := t.member(); err != nil {
			return err
		}
		if w.Name == "" {
			return &ledger.Fault{Field: "name", Problem: "is missing", Cure: "give the list a name"}
		}
		w.User, w.Changed = t.id.User, t.stamp()
		if w.Revision == 0 {
			w.Revision, w.Created = 1, w.Changed
			_, err := t.exec(ctx, `INSERT INTO watchlists (tenant_id, user_id, id, name, shared, position, revision, created, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				t.id.Tenant, w.User, w.ID, w.Name, w.Shared, w.Position, w.Revision, formatTime(w.Created), formatTime(w.Changed))
			if err != nil {
				return err
			}
			return t.note(ctx, "watchlist.create", "watchlist/"+w.ID, "", nil, listNote(w))
		}
		was, err := t.ownWatchlist(ctx, w.ID)
		if err != nil {
			return err
		}
		if was.Revision != w.Revision {
			return store.ErrStale
		}
		w.Revision, w.Created, w.Entries = was.Revision+1, was.Created, was.Entries
		n, err := t.exec(ctx, `UPDATE watchlists SET name = $4, shared = $5, position = $6, revision = $7, changed = $8 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revision = $9`,
			t.id.Tenant, t.id.User, w.ID, w.Name, w.Shared, w.Position, w.Revision, formatTime(w.Changed), was.Revision)
		if err == nil && n == 0 {
			err = store.ErrStale
		}
		if err != nil {
			return err
		}
		if w.Shared != was.Shared {
			if _, err := t.exec(ctx, `UPDATE watchlist_entries SET shared = $4 WHERE tenant_id = $1 AND user_id = $2 AND watchlist_id = $3`, t.id.Tenant, t.id.User, w.ID, w.Shared); err != nil {
				return err
			}
		}
		return t.note(ctx, "watchlist.change", "watchlist/"+w.ID, "", listNote(was), listNote(w))
	})
	return w, err
}

// ownWatchlist is a list that the identity may change: its own.
func (t *tx) ownWatchlist(ctx context.Context, id string) (store.Watchlist, error) {
	w, err := t.Watchlist(ctx, id)
	if err == nil && w.User != t.id.User {
		err = fmt.Errorf("watchlist %s: %w", id, store.ErrForbidden)
	}
	return w, err
}

func listNote(w store.Watchlist) map[string]any {
	return map[string]any{"name": w.Name, "shared": w.Shared, "position": w.Position}
}

// DeleteWatchlist implements store.ResearchWriter.
func (t *tx) DeleteWatchlist(ctx context.Context, id string) error {
	return t.write("delete watchlist "+id, func() error {
		was, err := t.ownWatchlist(ctx, id)
		if err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM watchlists WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
		symbols := []string{}
		for _, e := range was.Entries {
			symbols = append(symbols, e.Symbol)
		}
		return t.note(ctx, "watchlist.delete", "watchlist/"+id, "", map[string]any{"name": was.Name, "symbols": symbols}, nil)
	})
}

// PutWatchEntry implements store.ResearchWriter.
func (t *tx) PutWatchEntry(ctx context.Context, list string, e store.WatchEntry) error {
	return t.write("watchlist "+list, func() error {
		w, err := t.ownWatchlist(ctx, list)
		if err != nil {
			return err
		}
		if e.Symbol == "" {
			return &ledger.Fault{Field: "symbol", Problem: "is missing", Cure: "say what is to be watched"}
		}
		var before any
		if i := slices.IndexFunc(w.Entries, func(o store.WatchEntry) bool { return o.Symbol == e.Symbol }); i >= 0 {
			if w.Entries[i].Note == e.Note {
				return nil
			}
			before = map[string]string{"symbol": e.Symbol, "note": w.Entries[i].Note}
		}
		var last int64
		err = t.row(ctx, `SELECT COALESCE(MAX(position), 0) FROM watchlist_entries WHERE tenant_id = $1 AND user_id = $2 AND watchlist_id = $3`, t.id.Tenant, t.id.User, list).Scan(&last)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO watchlist_entries (tenant_id, user_id, watchlist_id, symbol, shared, position, note, added) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (tenant_id, watchlist_id, symbol) DO UPDATE SET note = excluded.note`,
			t.id.Tenant, t.id.User, list, e.Symbol, w.Shared, last+1, e.Note, formatTime(t.stamp()))
		if err != nil {
			return err
		}
		return t.note(ctx, "watchlist.watch", "watchlist/"+list, "", before, map[string]string{"symbol": e.Symbol, "note": e.Note})
	})
}

// DropWatchEntry implements store.ResearchWriter.
func (t *tx) DropWatchEntry(ctx context.Context, list, symbol string) error {
	return t.write("watchlist "+list, func() error {
		if _, err := t.ownWatchlist(ctx, list); err != nil {
			return err
		}
		err := t.must(ctx, `DELETE FROM watchlist_entries WHERE tenant_id = $1 AND user_id = $2 AND watchlist_id = $3 AND symbol = $4`, t.id.Tenant, t.id.User, list, symbol)
		if err != nil {
			return err
		}
		return t.note(ctx, "watchlist.unwatch", "watchlist/"+list, "", map[string]string{"symbol": symbol}, nil)
	})
}

// OrderWatchlist implements store.ResearchWriter.
func (t *tx) OrderWatchlist(ctx context.Context, list string, symbols []string) error {
	return t.write("watchlist "+list, func() error {
		w, err := t.ownWatchlist(ctx, list)
		if err != nil {
			return err
		}
		there := map[string]bool{}
		for _, e := range w.Entries {
			there[e.Symbol] = true
		}
		var order []string
		for _, s := range symbols {
			if !there[s] {
				return fmt.Errorf("%s is not in the list, or named twice: %w", clip(s), store.ErrNotFound)
			}
			delete(there, s)
			order = append(order, s)
		}
		for _, e := range w.Entries {
			if there[e.Symbol] {
				order = append(order, e.Symbol)
			}
		}
		for i, s := range order {
			err := t.must(ctx, `UPDATE watchlist_entries SET position = $5 WHERE tenant_id = $1 AND user_id = $2 AND watchlist_id = $3 AND symbol = $4`, t.id.Tenant, t.id.User, list, s, i+1)
			if err != nil {
				return err
			}
		}
		return t.note(ctx, "watchlist.order", "watchlist/"+list, "", nil, order)
	})
}
