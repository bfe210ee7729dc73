package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

const targetColumns = `symbol, sequence, price, currency, horizon, note, set_at`

func scanTarget(row interface{ Scan(...any) error }) (store.Target, error) {
	var g store.Target
	err := row.Scan(&g.Symbol, &g.Sequence, decimalOf{&g.Price}, &g.Currency, dayOf{&g.Horizon}, &g.Note, timeOf{&g.Set})
	return g, err
}

func (t *tx) targets(ctx context.Context, condition string, args ...any) ([]store.Target, error) {
	if err := t.member(); err != nil {
		return nil, err
	}
	var all []store.Target
	err := t.each(ctx, func(rows *sql.Rows) error {
		g, err := scanTarget(rows)
		all = append(all, g)
		return err
	}, `SELECT `+targetColumns+` FROM targets g WHERE g.tenant_id = $1 AND g.user_id = $2 AND `+condition, append([]any{t.id.Tenant, t.id.User}, args...)...)
	return all, t.named("targets", err)
}

// Targets implements store.ResearchReader.
func (t *tx) Targets(ctx context.Context, symbols []string) ([]store.Target, error) {
	all, err := t.targets(ctx, `g.price IS NOT NULL AND g.sequence = (SELECT MAX(l.sequence) FROM targets l WHERE l.tenant_id = $1 AND l.user_id = $2 AND l.symbol = g.symbol) ORDER BY g.symbol`)
	if wanted := symbolSet(symbols); wanted != nil {
		all = slices.DeleteFunc(all, func(g store.Target) bool { return !wanted[g.Symbol] })
	}
	return all, err
}

// TargetHistory implements store.ResearchReader.
func (t *tx) TargetHistory(ctx context.Context, symbol string) ([]store.Target, error) {
	return t.targets(ctx, `g.symbol = $3 ORDER BY g.sequence DESC`, symbol)
}

// AllTargets implements store.ResearchReader.
func (t *tx) AllTargets(ctx context.Context) ([]store.Target, error) {
	return t.targets(ctx, `true ORDER BY g.symbol, g.sequence DESC`)
}

// SetTarget implements store.ResearchWriter.
func (t *tx) SetTarget(ctx context.Context, g store.Target) (store.Target, error) {
	err := t.write("target of "+g.Symbol, func() error {
		bad := func(field, value, problem, cure string) error {
			return &ledger.Fault{ID: g.Symbol, Field: field, Value: clip(value), Problem: problem, Cure: cure}
		}
		switch {
		case g.Symbol == "":
			return bad("symbol", "", "is missing", "say what the target is of")
		case !g.Price.Known || g.Price.Decimal.Sign() <= 0:
			return bad("price", g.Price.Decimal.String(), "is no price", "give one above zero")
		case g.Price.Decimal.CheckBounds() != nil:
			return &ledger.Fault{ID: g.Symbol, Field: "price", Value: clip(g.Price.Decimal.String()), Problem: "has more digits than are kept", Cure: "give the number with fewer digits", Err: money.ErrRange}
		case g.Currency == "":
			return bad("currency", "", "is missing", "say what the price is in")
		}
		return t.putTarget(ctx, &g, "target.set")
	})
	return g, err
}

// DropTarget implements store.ResearchWriter.
func (t *tx) DropTarget(ctx context.Context, symbol string) error {
	return t.write("target of "+symbol, func() error {
		g := store.Target{Symbol: symbol}
		return t.putTarget(ctx, &g, "target.drop")
	})
}

// putTarget adds a row to a target's history, if it says something new.
func (t *tx) putTarget(ctx context.Context, g *store.Target, action string) error {
	if err := t.member(); err != nil {
		return err
	}
	last, err := scanTarget(t.row(ctx, `SELECT `+targetColumns+` FROM targets WHERE tenant_id = $1 AND user_id = $2 AND symbol = $3 ORDER BY sequence DESC LIMIT 1`, t.id.Tenant, t.id.User, g.Symbol))
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case !g.Price.Known && !last.Price.Known:
		return fmt.Errorf("there is none: %w", store.ErrNotFound)
	case g.Price.Known && last.Price.Known && g.Price.Decimal.Equal(last.Price.Decimal) && g.Currency == last.Currency && dayOrNull(g.Horizon) == dayOrNull(last.Horizon) && g.Note == last.Note:
		*g = last
		return nil
	}
	g.Sequence, g.Set = last.Sequence+1, t.stamp()
	_, err = t.exec(ctx, `INSERT INTO targets (tenant_id, user_id, symbol, sequence, price, currency, horizon, note, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.id.Tenant, t.id.User, g.Symbol, g.Sequence, decimalOrNull(g.Price), string(g.Currency), dayOrNull(g.Horizon), g.Note, formatTime(g.Set))
	if err != nil {
		return err
	}
	return t.note(ctx, action, "target/"+t.id.User+"/"+g.Symbol, "", targetNote(last), targetNote(*g))
}

// targetNote is what the audit trail keeps of a target.
func targetNote(g store.Target) any {
	if !g.Price.Known {
		return nil
	}
	kept := map[string]any{"symbol": g.Symbol, "price": g.Price.Decimal.String(), "currency": g.Currency, "note": g.Note}
	if day := dayOrNull(g.Horizon); day != nil {
		kept["horizon"] = day
	}
	return kept
}

const noteColumns = `id, user_id, symbol, body, shared, revision, created, edited`

func scanNote(row interface{ Scan(...any) error }) (store.ResearchNote, error) {
	var n store.ResearchNote
	err := row.Scan(textOf{&n.ID}, textOf{&n.User}, &n.Symbol, &n.Text, &n.Shared, &n.Revision, timeOf{&n.Created}, timeOf{&n.Edited})
	return n, err
}

// ResearchNotes implements store.ResearchReader.
func (t *tx) ResearchNotes(ctx context.Context, symbol string) ([]store.ResearchNote, error) {
	if err := t.member(); err != nil {
		return nil, err
	}
	condition, args := ``, []any{t.id.Tenant, t.id.User}
	if symbol != "" {
		condition, args = ` AND symbol = $3`, append(args, symbol)
	}
	var all []store.ResearchNote
	err := t.each(ctx, func(rows *sql.Rows) error {
		n, err := scanNote(rows)
		all = append(all, n)
		return err
	}, `SELECT `+noteColumns+` FROM research_notes WHERE `+shownTo+condition+` ORDER BY edited DESC, id DESC`, args...)
	return all, t.named("notes", err)
}

// ResearchNote implements store.ResearchReader.
func (t *tx) ResearchNote(ctx context.Context, id string) (store.ResearchNote, error) {
	if err := t.member(); err != nil {
		return store.ResearchNote{}, err
	}
	if uuid.Validate(id) != nil {
		return store.ResearchNote{}, t.named("note "+id, store.ErrNotFound)
	}
	n, err := scanNote(t.row(ctx, `SELECT `+noteColumns+` FROM research_notes WHERE `+shownTo+` AND id = $3`, t.id.Tenant, t.id.User, id))
	return n, t.named("note "+id, err)
}

// ownNote is a note that the identity may change: its own.
func (t *tx) ownNote(ctx context.Context, id string) (store.ResearchNote, error) {
	n, err := t.ResearchNote(ctx, id)
	if err == nil && n.User != t.id.User {
		err = store.ErrForbidden
	}
	return n, err
}

// PutResearchNote implements store.ResearchWriter.
func (t *tx) PutResearchNote(ctx context.Context, n store.ResearchNote) (store.ResearchNote, error) {
	err := t.write("note "+n.ID, func() error {
		if err := t.member(); err != nil {
			return err
		}
		if n.Symbol == "" || n.Text == "" {
			return &ledger.Fault{ID: n.ID, Field: "text", Problem: "a note needs a symbol and a text", Cure: "give both"}
		}
		n.User, n.Edited, n.Text = t.id.User, t.stamp(), plain(n.Text)
		if n.Revision == 0 {
			n.Revision, n.Created = 1, n.Edited
			_, err := t.exec(ctx, `INSERT INTO research_notes (tenant_id, user_id, id, symbol, body, shared, revision, created, edited) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				t.id.Tenant, n.User, n.ID, n.Symbol, n.Text, n.Shared, n.Revision, formatTime(n.Created), formatTime(n.Edited))
			if err != nil {
				return err
			}
			return t.note(ctx, "research-note.create", "research-note/"+n.ID, "", nil, noteNote(n))
		}
		was, err := t.ownNote(ctx, n.ID)
		if err != nil {
			return err
		}
		if was.Revision != n.Revision {
			return store.ErrStale
		}
		n.Revision, n.Created, n.Symbol = was.Revision+1, was.Created, was.Symbol
		changed, err := t.exec(ctx, `UPDATE research_notes SET body = $4, shared = $5, revision = $6, edited = $7 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revision = $8`,
			t.id.Tenant, t.id.User, n.ID, n.Text, n.Shared, n.Revision, formatTime(n.Edited), was.Revision)
		if err == nil && changed == 0 {
			err = store.ErrStale
		}
		if err != nil {
			return err
		}
		return t.note(ctx, "research-note.change", "research-note/"+n.ID, "", noteNote(was), noteNote(n))
	})
	return n, err
}

// DeleteResearchNote implements store.ResearchWriter.
func (t *tx) DeleteResearchNote(ctx context.Context, id string) error {
	return t.write("delete note "+id, func() error {
		was, err := t.ownNote(ctx, id)
		if err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM research_notes WHERE tenant_id = $1 AND user_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
		return t.note(ctx, "research-note.delete", "research-note/"+id, "", noteNote(was), nil)
	})
}

func noteNote(n store.ResearchNote) map[string]any {
	return map[string]any{"symbol": n.Symbol, "text": n.Text, "shared": n.Shared}
}
