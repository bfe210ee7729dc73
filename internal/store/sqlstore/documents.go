package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

const documentColumns = `kind, symbol, source, doc_key, as_of, at, fetched, body`

func scanDocument(row interface{ Scan(...any) error }, more ...any) (store.Document, error) {
	var d store.Document
	var body string
	err := row.Scan(append([]any{&d.Kind, &d.Symbol, &d.Source, &d.Key, dayOf{&d.AsOf}, timeOf{&d.At}, timeOf{&d.Fetched}, textOf{&body}}, more...)...)
	d.Body = json.RawMessage(body)
	return d, err
}

// Documents implements store.ReferenceReader.
func (t *tx) Documents(ctx context.Context, q store.DocumentQuery) ([]store.Document, error) {
	c := &conditions{}
	c.add(`tenant_id = %s AND kind = %s`, shared, string(q.Kind))
	if q.Symbols != nil {
		c.args = append(c.args, t.store.dialect.list(q.Symbols))
		c.where = append(c.where, t.store.dialect.inTexts("symbol", len(c.args)))
	}
	if q.Source != "" {
		c.add(`source = %s`, q.Source)
	}
	newest := ``
	where := c.text()
	if q.Newest > 0 {
		c.args = append(c.args, q.Newest)
		newest = fmt.Sprintf(` WHERE place <= $%d`, len(c.args))
	}
	var all []store.Document
	err := t.each(ctx, func(rows *sql.Rows) error {
		var place int
		d, err := scanDocument(rows, &place)
		all = append(all, d)
		return err
	}, `SELECT `+documentColumns+`, place FROM (SELECT `+documentColumns+`,
			ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY COALESCE(as_of, '1583-01-01') DESC, fetched DESC, source, doc_key) AS place
		FROM documents WHERE `+where+`) ranked`+newest+` ORDER BY symbol, place`, c.args...)
	return all, t.named("documents", err)
}

// Articles implements store.ReferenceReader.
func (t *tx) Articles(ctx context.Context, q store.ArticleQuery) (store.ArticlePage, error) {
	var p store.ArticlePage
	c := &conditions{}
	from := `documents`
	c.add(`tenant_id = %s`, shared)
	if q.Symbols != nil {
		from = `mentions`
		c.args = append(c.args, t.store.dialect.list(q.Symbols))
		c.where = append(c.where, t.store.dialect.inTexts("symbol", len(c.args)))
	} else {
		c.add(`kind = %s AND at IS NOT NULL`, string(store.ArticleDocument))
	}
	if q.After != "" {
		at, err := splitCursor(q.After, 3)
		if err == nil {
			_, err = time.Parse(timeForm, at[0])
		}
		if err != nil {
			return p, badCursor(q.After)
		}
		c.add(`(at, source, doc_key) < (%s, %s, %s)`, at[0], at[1], at[2])
	}
	limit := orDefault(q.Limit, 50)
	hits := `SELECT DISTINCT at, source, doc_key FROM ` + from + ` WHERE ` + c.text() + ` ORDER BY at DESC, source DESC, doc_key DESC LIMIT ` + c.limit(limit)
	err := t.each(ctx, func(rows *sql.Rows) error {
		d, err := scanDocument(rows)
		p.Articles = append(p.Articles, d)
		return err
	}, `SELECT d.kind, d.symbol, d.source, d.doc_key, d.as_of, d.at, d.fetched, d.body FROM (`+hits+`) h JOIN documents d
		ON d.tenant_id = $1 AND d.kind = 'article' AND d.symbol = '' AND d.source = h.source AND d.doc_key = h.doc_key
		ORDER BY d.at DESC, d.source DESC, d.doc_key DESC`, c.args...)
	if len(p.Articles) > limit {
		p.Articles = p.Articles[:limit]
		last := p.Articles[limit-1]
		p.Next = cursorOf(formatTime(last.At), last.Source, last.Key)
	}
	return p, t.named("articles", err)
}

// Mentioned implements store.ReferenceReader.
func (t *tx) Mentioned(ctx context.Context, source string, keys []string) (map[string][]string, error) {
	all := map[string][]string{}
	c := &conditions{}
	c.add(`tenant_id = %s AND source = %s`, shared, source)
	c.args = append(c.args, t.store.dialect.list(keys))
	c.where = append(c.where, t.store.dialect.inTexts("doc_key", len(c.args)))
	err := t.each(ctx, func(rows *sql.Rows) error {
		var key, symbol string
		err := rows.Scan(&key, &symbol)
		all[key] = append(all[key], symbol)
		return err
	}, `SELECT doc_key, symbol FROM mentions WHERE `+c.text()+` ORDER BY doc_key, symbol`, c.args...)
	return all, t.named("mentions", err)
}

// PutDocuments implements store.ReferenceWriter.
func (t *tx) PutDocuments(ctx context.Context, all []store.Document) (changed int, err error) {
	err = t.writeQuietly("documents", func() error {
		if err := t.operator(); err != nil {
			return err
		}
		for i, d := range all {
			if f := checkDocument(d); f != nil {
				f.Row = i + 1
				return f
			}
		}
		key := func(d store.Document) string {
			return strings.Join([]string{string(d.Kind), d.Symbol, d.Source, d.Key}, "\x00")
		}
		for _, d := range sortedOnce(all, key) {
			did, err := t.putDocument(ctx, d)
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

// checkDocument refuses what a database would not take or no query would find.
func checkDocument(d store.Document) *ledger.Fault {
	bad := func(field, value, problem, cure string) *ledger.Fault {
		return &ledger.Fault{ID: clip(d.Key), Field: field, Value: clip(value), Problem: problem, Cure: cure}
	}
	switch {
	case d.Source == "":
		return bad("source", "", "is missing", "say who the document comes from")
	case d.Key == "" || plain(d.Key) != d.Key:
		return bad("key", d.Key, "is missing or no text", "name the document within its kind and symbol")
	case !json.Valid(d.Body):
		return bad("body", string(d.Body), "is not JSON", "write it as JSON")
	case bytes.Contains(d.Body, []byte(`\u0000`)) || plain(string(d.Body)) != string(d.Body):
		return bad("body", "", "has a character that cannot be kept", "leave NUL and broken UTF-8 out")
	case d.Kind == store.ArticleDocument && (d.At.IsZero() || d.Symbol != ""):
		return bad("at", "", "an article has a time and no symbol of its own", "give the time it was published, and its symbols in Symbols")
	case d.Kind != store.ArticleDocument && d.Symbol == "":
		return bad("symbol", "", "is missing", "say which instrument it is about")
	}
	return nil
}

func (t *tx) putDocument(ctx context.Context, d store.Document) (bool, error) {
	fetched := d.Fetched
	if fetched.IsZero() {
		fetched = t.stamp()
	}
	sum := digest(append([]byte(fmt.Sprint(dayOrNull(d.AsOf), timeOrNull(d.At), d.Symbols, "\x00")), d.Body...))
	var was []byte
	err := t.row(ctx, `SELECT digest FROM documents WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4 AND doc_key = $5`,
		shared, string(d.Kind), d.Symbol, d.Source, d.Key).Scan(&was)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if bytes.Equal(was, sum) {
		return false, nil
	}
	_, err = t.exec(ctx, `INSERT INTO documents (tenant_id, kind, symbol, source, doc_key, as_of, at, fetched, digest, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (tenant_id, kind, symbol, source, doc_key) DO UPDATE SET as_of = excluded.as_of, at = excluded.at, fetched = excluded.fetched, digest = excluded.digest, body = excluded.body`,
		shared, string(d.Kind), d.Symbol, d.Source, d.Key, dayOrNull(d.AsOf), timeOrNull(d.At), formatTime(fetched), sum, string(d.Body))
	if err != nil || d.Kind != store.ArticleDocument {
		return true, err
	}
	if was != nil {
		if _, err := t.exec(ctx, `DELETE FROM mentions WHERE tenant_id = $1 AND source = $2 AND doc_key = $3`, shared, d.Source, d.Key); err != nil {
			return true, err
		}
	}
	var rows [][]any
	for _, symbol := range sortedOnce(d.Symbols, func(s string) string { return s }) {
		rows = append(rows, []any{shared, symbol, d.Source, d.Key, formatTime(d.At)})
	}
	return true, t.insertRowsOn(ctx, "mentions", []string{"tenant_id", "symbol", "source", "doc_key", "at"}, rows, `ON CONFLICT (tenant_id, symbol, source, doc_key) DO UPDATE SET at = excluded.at`)
}

// DropDocuments implements store.ReferenceWriter.
func (t *tx) DropDocuments(ctx context.Context, kind store.DocumentKind, symbol, source string, after date.Date, but []string) (int, error) {
	dropped := 0
	err := t.writeQuietly("drop documents", func() error {
		if err := t.operator(); err != nil {
			return err
		}
		var gone []string
		err := t.each(ctx, func(rows *sql.Rows) error {
			var key string
			err := rows.Scan(&key)
			if err == nil && !slices.Contains(but, key) {
				gone = append(gone, key)
			}
			return err
		}, `SELECT doc_key FROM documents WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4 AND as_of > $5`, shared, string(kind), symbol, source, dayOrNull(after))
		if err != nil {
			return err
		}
		for _, key := range gone {
			if _, err := t.exec(ctx, `DELETE FROM documents WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4 AND doc_key = $5`, shared, string(kind), symbol, source, key); err != nil {
				return err
			}
		}
		dropped = len(gone)
		return nil
	})
	return dropped, err
}

// DropArticles implements store.ReferenceWriter.
func (t *tx) DropArticles(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := t.writeQuietly("drop articles", func() (err error) {
		if err := t.operator(); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM mentions WHERE tenant_id = $1 AND at < $2`, shared, formatTime(before)); err != nil {
			return err
		}
		n, err = t.exec(ctx, `DELETE FROM documents WHERE tenant_id = $1 AND kind = 'article' AND at < $2`, shared, formatTime(before))
		return err
	})
	return int(n), err
}
