package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/store"
)

// Actions implements store.MarketReader.
func (t *tx) Actions(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) ([]store.Action, error) {
	wanted := symbolSet(symbols)
	var all []store.Action
	for _, o := range t.owners(v) {
		query, args := `SELECT symbol, source, body FROM blocks WHERE tenant_id = $1 AND kind = $2`, []any{o.id, actionsKind}
		if !o.latest() {
			query += ` AND version <= $3 UNION ALL
				SELECT symbol, source, body FROM blocks_history WHERE tenant_id = $1 AND kind = $2 AND version <= $3 AND until > $3`
			args = append(args, o.until)
		}
		var symbol, source, body sql.RawBytes
		err := t.each(ctx, func(rows *sql.Rows) error {
			if err := rows.Scan(&symbol, &source, &body); err != nil {
				return err
			}
			if wanted != nil && !wanted[string(symbol)] || (string(source) == store.Simulated) != simulated {
				return nil
			}
			some, err := readActions(body)
			if err != nil {
				return fmt.Errorf("%s of %s: %w", symbol, source, err)
			}
			for _, a := range some {
				a.Source, a.Own = string(source), o.own
				all = append(all, a)
			}
			return nil
		}, query, args...)
		if err != nil {
			return nil, t.named("actions", err)
		}
	}
	slices.SortStableFunc(all, func(a, b store.Action) int {
		return cmp.Or(preference(a.Symbol, b.Symbol, a.Own, b.Own, a.Source, b.Source), cmp.Compare(a.Date, b.Date), cmp.Compare(a.Kind, b.Kind))
	})
	return all, nil
}

func readActions(body []byte) ([]store.Action, error) {
	var all []store.Action
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, fmt.Errorf("actions: %w: %w", err, store.ErrDamaged)
	}
	return all, nil
}

// Instruments implements store.MarketReader.
func (t *tx) Instruments(ctx context.Context, symbols []string, v store.MarketVersion, simulated bool) (map[string]instrument.Instrument, error) {
	wanted := symbolSet(symbols)
	all := make(map[string]instrument.Instrument, len(symbols))
	owners := t.owners(v)
	slices.Reverse(owners[:]) // the tenant's own come last and win
	for _, o := range owners {
		query, args := `SELECT symbol, source, details FROM instruments WHERE tenant_id = $1`, []any{o.id}
		if !o.latest() {
			query += ` AND version <= $2 UNION ALL
				SELECT symbol, source, details FROM instruments_history WHERE tenant_id = $1 AND version <= $2 AND until > $2`
			args = append(args, o.until)
		}
		// Several sources may describe an instrument; the last in order counts, but for
		// what a fund holds where it does not say.
		query = `SELECT symbol, source, details FROM (` + query + `) held ORDER BY symbol, source`
		var symbol, source, written sql.RawBytes
		err := t.each(ctx, func(rows *sql.Rows) error {
			if err := rows.Scan(&symbol, &source, &written); err != nil {
				return err
			}
			if wanted != nil && !wanted[string(symbol)] || (string(source) == store.Simulated) != simulated {
				return nil
			}
			var i instrument.Instrument
			if err := json.Unmarshal(written, &i); err != nil {
				return fmt.Errorf("instrument %s: %w: %w", symbol, err, store.ErrDamaged)
			}
			all[string(symbol)] = i.Beside(all[string(symbol)])
			return nil
		}, query, args...)
		if err != nil {
			return nil, t.named("instruments", err)
		}
	}
	return all, nil
}
