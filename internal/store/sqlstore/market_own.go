package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// actions merges the batch's actions into the block of each symbol: those of a kind
// and day replace what was there of that kind and day.
func (w *marketWrite) actions(ctx context.Context, b store.Batch) error {
	bySymbol := map[string][]store.Action{}
	var symbols []string
	for _, a := range b.Actions {
		if _, seen := bySymbol[a.Symbol]; !seen {
			symbols = append(symbols, a.Symbol)
		}
		bySymbol[a.Symbol] = append(bySymbol[a.Symbol], a)
	}
	if b.Whole {
		// A symbol of the batch without actions has none, says the source.
		for i := range b.Series {
			if _, seen := bySymbol[b.Series[i].Symbol]; !seen && b.Series[i].Kind == store.Prices {
				symbols, bySymbol[b.Series[i].Symbol] = append(symbols, b.Series[i].Symbol), nil
			}
		}
	}
	for _, symbol := range symbols {
		before := w.result
		if err := w.symbolActions(ctx, symbol, bySymbol[symbol], b.Whole); err != nil {
			return fmt.Errorf("actions of %s: %w", symbol, err)
		}
		w.tell(b.Each, "", symbol, before)
	}
	return nil
}

func (w *marketWrite) symbolActions(ctx context.Context, symbol string, given []store.Action, whole bool) error {
	if faults := checkActions(given); len(faults) > 0 {
		return faults
	}
	var old stored
	err := w.row(ctx, `SELECT version, body FROM blocks WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4 AND year = 0`,
		w.owner, actionsKind, symbol, w.source).Scan(&old.version, &old.body)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var before []store.Action
	if old.version != 0 {
		if before, err = readActions(old.body); err != nil {
			return err
		}
	}
	merged := slices.Clone(given)
	for _, a := range before {
		replaced := slices.ContainsFunc(given, func(g store.Action) bool { return g.Kind == a.Kind && g.Date == a.Date })
		if !replaced && !whole {
			merged = append(merged, a)
		}
	}
	slices.SortStableFunc(merged, func(a, b store.Action) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Kind, b.Kind)) })
	w.result.Actions += newActions(before, merged)
	var body []byte
	if len(merged) > 0 {
		if body, err = json.Marshal(merged); err != nil {
			return err
		}
	}
	return w.put(ctx, &store.Series{Symbol: symbol}, actionsKind, 0, old, body)
}

func checkActions(given []store.Action) ledger.Faults {
	var faults ledger.Faults
	for i, a := range given {
		bad := func(field, value, problem, cure string) {
			faults = append(faults, &ledger.Fault{Row: i + 1, ID: a.Symbol, Field: field, Value: value, Problem: problem, Cure: cure})
		}
		switch {
		case a.Kind == store.SplitAction && a.Ratio == nil:
			bad("ratio", "", "a split has none", `give new pieces for old, such as "2:1"`)
		case a.Kind == store.DividendAction && !a.Amount.Known:
			bad("amount", "", "a dividend has none", "give the amount per share")
		case a.Kind == store.DividendAction && a.Amount.Decimal.CheckBounds() != nil:
			bad("amount", clip(a.Amount.Decimal.String()), "has more digits than are kept", "give the number with fewer digits")
		case a.Kind != store.SplitAction && a.Kind != store.DividendAction:
			bad("kind", string(a.Kind), "is neither split nor dividend", "give one of the two")
		}
	}
	return faults
}

// newActions counts those that were not there as they are.
func newActions(before, after []store.Action) int {
	known := map[string]bool{}
	for _, a := range before {
		b, _ := json.Marshal(a)
		known[string(b)] = true
	}
	n := 0
	for _, a := range after {
		if b, _ := json.Marshal(a); !known[string(b)] {
			n++
		}
	}
	return n
}

const ownPriceColumns = `symbol, date, price, currency, valuation, note, user_id, entered, superseded`

func (t *tx) ownPrices(ctx context.Context, condition string, args ...any) ([]store.OwnPrice, error) {
	var all []store.OwnPrice
	err := t.each(ctx, func(rows *sql.Rows) error {
		var p store.OwnPrice
		var price money.Optional
		err := rows.Scan(&p.Symbol, dayOf{&p.Date}, decimalOf{&price}, &p.Currency, &p.Valuation, &p.Note, textOf{&p.User}, &p.Entered, &p.Superseded)
		p.Price = price.Decimal
		all = append(all, p)
		return err
	}, `SELECT `+ownPriceColumns+` FROM own_prices WHERE tenant_id = $1`+condition+` ORDER BY symbol, date, entered`, append([]any{t.id.Tenant}, args...)...)
	return all, t.named("own prices", err)
}

// OwnPrices implements store.MarketReader.
func (t *tx) OwnPrices(ctx context.Context, symbols []string, v store.MarketVersion) ([]store.OwnPrice, error) {
	condition, args := ` AND superseded = 0`, []any(nil)
	if v.Own != store.Latest {
		condition, args = ` AND entered <= $2 AND (superseded = 0 OR superseded > $2)`, []any{v.Own}
	}
	all, err := t.ownPrices(ctx, condition, args...)
	if wanted := symbolSet(symbols); wanted != nil {
		all = slices.DeleteFunc(all, func(p store.OwnPrice) bool { return !wanted[p.Symbol] })
	}
	return all, err
}

// OwnPriceHistory implements store.MarketReader.
func (t *tx) OwnPriceHistory(ctx context.Context, symbol string, day date.Date) ([]store.OwnPrice, error) {
	return t.ownPrices(ctx, ` AND symbol = $2 AND date = $3`, symbol, day.String())
}

// SetOwnPrices implements store.MarketWriter.
func (t *tx) SetOwnPrices(ctx context.Context, prices []store.OwnPrice) (v store.MarketVersion, err error) {
	err = t.write("own prices", func() error {
		w, err := t.beginMarket(ctx, true, "own", "")
		if err != nil {
			return err
		}
		given := map[string]bool{}
		for i, p := range prices {
			day := p.Symbol + " " + p.Date.String()
			if given[day] {
				return &ledger.Fault{Row: i + 1, ID: p.Symbol, Field: "date", Value: p.Date.String(), Problem: "has two prices", Cure: "give one price a day"}
			}
			given[day] = true
			if err := w.ownPrice(ctx, i+1, p); err != nil {
				return err
			}
		}
		v, err = t.MarketVersion(ctx)
		return err
	})
	return v, err
}

func (w *marketWrite) ownPrice(ctx context.Context, row int, p store.OwnPrice) error {
	if p.Price.CheckBounds() != nil {
		return &ledger.Fault{Row: row, ID: p.Symbol, Field: "price", Value: clip(p.Price.String()), Problem: "has more digits than are kept",
			Cure: "give the number with fewer digits", Err: money.ErrRange}
	}
	now, err := w.ownPrices(ctx, ` AND symbol = $2 AND date = $3 AND superseded = 0`, p.Symbol, p.Date.String())
	if err != nil {
		return err
	}
	if len(now) == 1 {
		old := now[0]
		if old.Price.Equal(p.Price) && old.Currency == p.Currency && old.Valuation == p.Valuation && old.Note == p.Note {
			return nil
		}
	}
	if err := w.changed(ctx); err != nil {
		return err
	}
	var before any
	if len(now) == 1 {
		before = now[0]
		if err := w.retireOwnPrice(ctx, p.Symbol, p.Date); err != nil {
			return err
		}
	}
	_, err = w.exec(ctx, `INSERT INTO own_prices (tenant_id, symbol, date, entered, price, currency, valuation, note, user_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		w.owner, p.Symbol, p.Date.String(), w.version, p.Price.String(), string(p.Currency), p.Valuation, p.Note, w.id.User)
	if err != nil {
		return err
	}
	return w.note(ctx, "price.set", "price/"+p.Symbol+"/"+p.Date.String(), "", before, p)
}

func (w *marketWrite) retireOwnPrice(ctx context.Context, symbol string, day date.Date) error {
	return w.must(ctx, `UPDATE own_prices SET superseded = $4 WHERE tenant_id = $1 AND symbol = $2 AND date = $3 AND superseded = 0`,
		w.owner, symbol, day.String(), w.version)
}

// DeleteOwnPrice implements store.MarketWriter.
func (t *tx) DeleteOwnPrice(ctx context.Context, symbol string, day date.Date) (v store.MarketVersion, err error) {
	err = t.write(fmt.Sprintf("delete own price of %s on %s", symbol, day), func() error {
		w, err := t.beginMarket(ctx, true, "own", "")
		if err != nil {
			return err
		}
		now, err := w.ownPrices(ctx, ` AND symbol = $2 AND date = $3 AND superseded = 0`, symbol, day.String())
		if err != nil {
			return err
		}
		if len(now) == 0 {
			return sql.ErrNoRows
		}
		if err := w.changed(ctx); err != nil {
			return err
		}
		if err := w.retireOwnPrice(ctx, symbol, day); err != nil {
			return err
		}
		if err := w.note(ctx, "price.delete", "price/"+symbol+"/"+day.String(), "", now[0], nil); err != nil {
			return err
		}
		v, err = t.MarketVersion(ctx)
		return err
	})
	return v, err
}

// DropSource implements store.MarketWriter.
func (t *tx) DropSource(ctx context.Context, source string, own bool) (v store.MarketVersion, err error) {
	err = t.write("drop market data of "+source, func() error {
		w, err := t.beginMarket(ctx, own, source, "dropped")
		if err != nil {
			return err
		}
		var n int
		err = t.row(ctx, `SELECT (SELECT COUNT(*) FROM blocks WHERE tenant_id = $1 AND source = $2) + (SELECT COUNT(*) FROM instruments WHERE tenant_id = $1 AND source = $2)`,
			w.owner, source).Scan(&n)
		if err != nil {
			return err
		}
		if n > 0 {
			if err := w.drop(ctx); err != nil {
				return err
			}
		}
		v, err = t.MarketVersion(ctx)
		return err
	})
	return v, err
}

func (w *marketWrite) drop(ctx context.Context) error {
	if err := w.changed(ctx); err != nil {
		return err
	}
	if err := w.retireInstruments(ctx, ``); err != nil {
		return err
	}
	_, err := w.exec(ctx, `INSERT INTO blocks_history (tenant_id, kind, symbol, source, year, version, until, body)
		SELECT tenant_id, kind, symbol, source, year, version, $3, body FROM blocks WHERE tenant_id = $1 AND source = $2`, w.owner, w.source, w.version)
	if err != nil {
		return err
	}
	if _, err := w.exec(ctx, `UPDATE days SET until = $3 WHERE tenant_id = $1 AND source = $2 AND until = 0`, w.owner, w.source, w.version); err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM instruments WHERE tenant_id = $1 AND source = $2`,
		`DELETE FROM blocks WHERE tenant_id = $1 AND source = $2`,
	} {
		if _, err := w.exec(ctx, statement, w.owner, w.source); err != nil {
			return err
		}
	}
	_, err = w.exec(ctx, `UPDATE series SET count = 0, version = $3, updated = $4 WHERE tenant_id = $1 AND source = $2`,
		w.owner, w.source, w.version, formatTime(w.at))
	return err
}
