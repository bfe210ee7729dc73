package sqlstore

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

const supplyColumns = `kind, symbol, provider, asked, succeeded, failures, reason, words, due, first, last, score, parts, needed`

func scanSupply(row interface{ Scan(...any) error }) (store.Supply, error) {
	var s store.Supply
	var parts string
	err := row.Scan(&s.Kind, &s.Symbol, &s.Provider, timeOf{&s.Asked}, timeOf{&s.Succeeded}, &s.Failures, &s.Reason, &s.Words, timeOf{&s.Due},
		dayOf{&s.First}, dayOf{&s.Last}, &s.Score, textOf{&parts}, &s.Needed)
	s.Parts = []byte(parts)
	return s, err
}

func (t *tx) supplies(ctx context.Context, query string, args ...any) ([]store.Supply, error) {
	var all []store.Supply
	err := t.each(ctx, func(rows *sql.Rows) error {
		s, err := scanSupply(rows)
		all = append(all, s)
		return err
	}, query, args...)
	return all, t.named("supplies", err)
}

// conditions are the parts of a WHERE that a filter asks for, with their values.
type conditions struct {
	where []string
	args  []any
}

// add puts a condition in which each %s stands for the next value.
func (c *conditions) add(condition string, values ...any) {
	marks := make([]any, len(values))
	for i, v := range values {
		c.args = append(c.args, v)
		marks[i] = fmt.Sprintf("$%d", len(c.args))
	}
	c.where = append(c.where, fmt.Sprintf(condition, marks...))
}

func (c *conditions) text() string { return strings.Join(c.where, " AND ") }

// limit is the mark of how many rows are read: one more than are given, to see whether
// there are more.
func (c *conditions) limit(n int) string {
	c.args = append(c.args, n+1)
	return fmt.Sprintf("$%d", len(c.args))
}

// cursorOf writes the key of the last row of a page; splitCursor reads it.
func cursorOf(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
}

func splitCursor(cursor string, parts int) ([]string, error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if got := strings.Split(string(b), "\x00"); err == nil && utf8.Valid(b) && len(got) == parts {
		return got, nil
	}
	return nil, badCursor(cursor)
}

// badCursor refuses a cursor that no page gave.
func badCursor(cursor string) error {
	return &ledger.Fault{Field: "after", Value: clip(cursor), Problem: "is no cursor of this list", Cure: "give the one of the page before"}
}

func orDefault(limit, usual int) int {
	if limit <= 0 {
		return usual
	}
	return limit
}

// Supplies implements store.SupplyReader.
func (t *tx) Supplies(ctx context.Context, f store.SupplyFilter) (store.SupplyPage, error) {
	c := &conditions{}
	c.add(`tenant_id = %s`, shared)
	if f.Kind != "" {
		c.add(`kind = %s`, f.Kind)
	}
	switch f.Status {
	case "":
	case store.SupplyGood:
		c.add(`asked IS NOT NULL AND reason = ''`)
	case store.SupplyRefused:
		c.add(`reason <> ''`)
	case store.SupplyNever:
		c.add(`asked IS NULL`)
	default:
		return store.SupplyPage{}, &ledger.Fault{Field: "status", Value: clip(string(f.Status)), Problem: "is none", Cure: "give good, refused or never"}
	}
	if f.Prefix != "" {
		c.add(`substr(symbol, 1, %s) = %s`, len([]rune(f.Prefix)), f.Prefix)
	}
	if len(f.Symbols) > 0 {
		values := make([]any, len(f.Symbols))
		for i, symbol := range f.Symbols {
			values[i] = symbol
		}
		c.add(`symbol IN (`+strings.TrimSuffix(strings.Repeat("%s, ", len(values)), ", ")+`)`, values...)
	}
	if f.Needed {
		c.add(`needed`)
	}
	if f.After != "" {
		at, err := splitCursor(f.After, 2)
		if err != nil {
			return store.SupplyPage{}, err
		}
		c.add(`(kind, symbol) > (%s, %s)`, at[0], at[1])
	}
	limit := orDefault(f.Limit, 100)
	mark := c.limit(limit)
	all, err := t.supplies(ctx, `SELECT `+supplyColumns+` FROM supplies WHERE `+c.text()+` ORDER BY kind, symbol LIMIT `+mark, c.args...)
	p := store.SupplyPage{Supplies: all}
	if len(all) > limit {
		p.Supplies = all[:limit]
		p.Next = store.SupplyCursor(all[limit-1].Kind, all[limit-1].Symbol)
	}
	return p, err
}

// Supply implements store.SupplyReader.
func (t *tx) Supply(ctx context.Context, kind, symbol string) (store.Supply, error) {
	s, err := scanSupply(t.row(ctx, `SELECT `+supplyColumns+` FROM supplies WHERE tenant_id = $1 AND kind = $2 AND symbol = $3`, shared, kind, symbol))
	return s, t.named("supply of "+kind+" "+symbol, err)
}

// SuppliesDue implements store.SupplyReader.
func (t *tx) SuppliesDue(ctx context.Context, at time.Time, limit int) ([]store.Supply, error) {
	return t.supplies(ctx, `SELECT `+supplyColumns+` FROM supplies WHERE tenant_id = $1 AND needed AND due <= $2 ORDER BY due, kind, symbol LIMIT $3`,
		shared, formatTime(at), limit)
}

var supplyWritten = strings.Split("tenant_id, "+supplyColumns, ", ")

// onSupply keeps whether a subject is needed.
const onSupply = `ON CONFLICT (tenant_id, kind, symbol) DO UPDATE SET provider = excluded.provider, asked = excluded.asked, succeeded = excluded.succeeded,
	failures = excluded.failures, reason = excluded.reason, words = excluded.words, due = excluded.due, first = excluded.first, last = excluded.last,
	score = excluded.score, parts = excluded.parts`

// PutSupplies implements store.SupplyWriter.
func (t *tx) PutSupplies(ctx context.Context, all []store.Supply) error {
	return t.writeQuietly("supplies", func() error {
		if err := t.operator(); err != nil {
			return err
		}
		var rows [][]any
		for _, s := range sortedOnce(all, func(s store.Supply) string { return s.Kind + "\x00" + s.Symbol }) {
			var score any
			if s.Score != nil {
				score = int64(*s.Score)
			}
			rows = append(rows, []any{shared, s.Kind, s.Symbol, s.Provider, timeOrNull(s.Asked), timeOrNull(s.Succeeded), int64(s.Failures), s.Reason, plain(s.Words), timeOrNull(s.Due),
				dayOrNull(s.First), dayOrNull(s.Last), score, object(s.Parts), false})
		}
		return t.insertRowsOn(ctx, "supplies", supplyWritten, rows, onSupply)
	})
}

// onNeed hurries what is due later, and wakes what was not needed.
const onNeed = `ON CONFLICT (tenant_id, kind, symbol) DO UPDATE SET needed = true,
	due = CASE WHEN supplies.due IS NULL OR excluded.due < supplies.due THEN excluded.due ELSE supplies.due END`

// onNeedStill leaves what was needed already when it is due.
const onNeedStill = onNeed + ` WHERE NOT supplies.needed`

// NeedSupplies implements store.SupplyWriter.
func (t *tx) NeedSupplies(ctx context.Context, all []store.Need) error {
	return t.writeQuietly("needs", func() error {
		if err := t.operator(); err != nil {
			return err
		}
		now := t.stamp()
		var still, by [][]any
		for _, n := range sortedOnce(all, needKey) {
			row := func(due time.Time) []any {
				return []any{shared, n.Kind, n.Symbol, "", int64(0), "", "", formatTime(due), "{}", true}
			}
			if n.Due.IsZero() {
				still = append(still, row(now))
			} else {
				by = append(by, row(n.Due))
			}
		}
		columns := []string{"tenant_id", "kind", "symbol", "provider", "failures", "reason", "words", "due", "parts", "needed"}
		if err := t.insertRowsOn(ctx, "supplies", columns, still, onNeedStill); err != nil {
			return err
		}
		return t.insertRowsOn(ctx, "supplies", columns, by, onNeed)
	})
}

func needKey(n store.Need) string { return n.Kind + "\x00" + n.Symbol }

// UnneedSupplies implements store.SupplyWriter.
func (t *tx) UnneedSupplies(ctx context.Context, all []store.Need) error {
	return t.writeQuietly("needs", func() error {
		if err := t.operator(); err != nil {
			return err
		}
		for _, n := range sortedOnce(all, needKey) {
			if _, err := t.exec(ctx, `UPDATE supplies SET needed = false WHERE tenant_id = $1 AND kind = $2 AND symbol = $3`, shared, n.Kind, n.Symbol); err != nil {
				return err
			}
		}
		return nil
	})
}
