package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/block"
)

// Rows of days are folded into the blocks of their series piece by piece, each piece in a
// transaction of its own. Nothing is remembered between pieces: a series is done when its
// block is not of an earlier version than the row, and a row when all its series are.
// Where nobody folds, deliveries do it themselves, a piece each, from unfoldedRows on.
const (
	unfoldedRows  = 40
	unfoldedPiece = 250
)

// FoldDays implements store.MarketWriter.
func (t *tx) FoldDays(ctx context.Context, own bool, keep, most int) (left bool, err error) {
	err = t.write("days into series", func() error {
		w, err := t.beginMarket(ctx, own, "days", "")
		if err != nil {
			return err
		}
		type group struct {
			kind   store.SeriesKind
			source string
		}
		waiting := map[group]int{}
		err = t.each(ctx, func(rows *sql.Rows) error {
			var g group
			err := rows.Scan(&g.kind, &g.source)
			waiting[g]++
			return err
		}, `SELECT kind, source FROM days WHERE tenant_id = $1 AND folded = 0 AND until = 0`, w.owner)
		if err != nil {
			return err
		}
		groups := slices.SortedFunc(maps.Keys(waiting), func(a, b group) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.source, b.source)) })
		for _, g := range groups {
			if waiting[g] <= keep {
				continue
			}
			w.source = g.source
			clear(w.rows)
			n, err := w.fold(ctx, g.kind, keep, most)
			if err != nil {
				return fmt.Errorf("%s of %s: %w", g.kind, g.source, err)
			}
			if most -= n; most <= 0 {
				left = true
				return nil
			}
		}
		return nil
	})
	return left && err == nil, err
}

// fold writes rows of the source into the blocks of at most so many series, unless there
// are no more rows than are to be kept, and returns how many series that were.
func (w *marketWrite) fold(ctx context.Context, kind store.SeriesKind, keep, most int) (int, error) {
	delete(w.rows, kind)
	rows, err := w.pendingOf(ctx, kind)
	if err != nil || len(rows) <= keep {
		return 0, err
	}
	lacking, done, err := w.unfolded(ctx, kind, rows)
	if err != nil {
		return 0, err
	}
	n := 0
	if len(rows)-len(done) > keep {
		n = min(most, len(lacking))
		if err := w.foldSome(ctx, kind, rows, lacking[:n]); err != nil {
			return 0, err
		}
		if n == len(lacking) {
			if _, done, err = w.unfolded(ctx, kind, rows); err != nil {
				return 0, err
			}
		}
	}
	delete(w.rows, kind)
	for _, r := range done {
		err := w.must(ctx, `UPDATE days SET folded = (SELECT MAX(version) FROM market_versions WHERE tenant_id = $1)
			WHERE tenant_id = $1 AND kind = $2 AND source = $3 AND day = $4 AND version = $5`, w.owner, string(kind), w.source, r.day.String(), r.version)
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// unfolded are the series whose blocks lack any of the rows, those that lack the oldest
// row first, and the rows that no series lacks.
func (w *marketWrite) unfolded(ctx context.Context, kind store.SeriesKind, rows []dayRow) (lacking []string, done []*dayRow, err error) {
	known, err := w.lastDays(ctx, kind)
	if err != nil {
		return nil, nil, err
	}
	years := map[int64]map[string]int64{} // versions of blocks by symbol
	from, to := spanOf(rows)
	err = w.each(ctx, func(read *sql.Rows) error {
		var symbol string
		var year, version int64
		err := read.Scan(&symbol, &year, &version)
		if years[year] == nil {
			years[year] = make(map[string]int64, len(known))
		}
		years[year][symbol] = version
		return err
	}, `SELECT symbol, year, version FROM blocks WHERE tenant_id = $1 AND kind = $2 AND source = $3 AND year >= $4 AND year <= $5`, w.owner, string(kind), w.source, from, to)
	if err != nil {
		return nil, nil, err
	}
	oldest := map[string]int64{} // the version of the oldest row that a series lacks
	for i := range rows {
		r, lacks := &rows[i], false
		versions := years[int64(r.day.Year())]
		for _, name := range r.Names {
			if _, there := known[name]; !there || versions[name] >= r.version {
				continue
			}
			lacks = true
			if v, there := oldest[name]; !there || r.version < v {
				oldest[name] = r.version
			}
		}
		if !lacks {
			done = append(done, r)
		}
	}
	lacking = make([]string, 0, len(oldest))
	for name := range oldest {
		lacking = append(lacking, name)
	}
	slices.SortFunc(lacking, func(a, b string) int { return cmp.Or(cmp.Compare(oldest[a], oldest[b]), cmp.Compare(a, b)) })
	return lacking, done, nil
}

// spanOf are the first and the last year of rows.
func spanOf(rows []dayRow) (from, to int64) {
	from, to = math.MaxInt32, math.MinInt32
	for i := range rows {
		year := int64(rows[i].day.Year())
		from, to = min(from, year), max(to, year)
	}
	return from, to
}

// foldSome writes rows into the blocks of some series, as of the last row's version.
func (w *marketWrite) foldSome(ctx context.Context, kind store.SeriesKind, rows []dayRow, symbols []string) error {
	into := *w
	into.version = rows[0].version
	for i := range rows {
		into.version = max(into.version, rows[i].version)
	}
	err := w.row(ctx, `SELECT committed FROM market_versions WHERE tenant_id = $1 AND version = $2`, w.owner, into.version).Scan(timeOf{&into.at})
	if err != nil {
		return err
	}
	from, to := spanOf(rows)
	blocks, err := w.blocksOf(ctx, kind, symbols, from, to)
	if err != nil {
		return err
	}
	metas, err := w.seriesMetas(ctx, w.reader(), kind, ` AND source = $3 AND `+w.store.dialect.inTexts("symbol", 4), w.source, w.store.dialect.list(symbols))
	if err != nil {
		return err
	}
	slices.SortFunc(metas, func(a, b seriesMeta) int { return cmp.Compare(a.symbol, b.symbol) })
	f := folding{marketWrite: &into, kind: kind}
	for i := range metas {
		if err := f.series(ctx, &metas[i], blocks[metas[i].symbol], from, to); err != nil {
			return fmt.Errorf("fold %s %s: %w", kind, metas[i].symbol, err)
		}
	}
	return f.write(ctx)
}

// blocksOf reads blocks of some series of the source in some years.
func (w *marketWrite) blocksOf(ctx context.Context, kind store.SeriesKind, symbols []string, from, to int64) (map[string]map[int64]yearBlock, error) {
	all := make(map[string]map[int64]yearBlock, len(symbols))
	for _, part := range []string{string(kind), string(kind) + restOf} {
		err := w.each(ctx, func(read *sql.Rows) error {
			var symbol string
			var year int64
			var b stored
			if err := read.Scan(&symbol, &year, &b.version, &b.body); err != nil {
				return err
			}
			if all[symbol] == nil {
				all[symbol] = map[int64]yearBlock{}
			}
			y := all[symbol][year]
			if part == string(kind) {
				y.closes = b
			} else {
				y.rest = b
			}
			all[symbol][year] = y
			return nil
		}, `SELECT symbol, year, version, body FROM blocks WHERE tenant_id = $1 AND kind = $2 AND source = $3 AND year >= $4 AND year <= $5 AND `+w.store.dialect.inTexts("symbol", 6),
			w.owner, part, w.source, from, to, w.store.dialect.list(symbols))
		if err != nil {
			return nil, err
		}
	}
	for symbol, years := range all {
		for year, y := range years {
			if y.closes.version == 0 {
				return nil, fmt.Errorf("%s in %d: columns without closes: %w", symbol, year, store.ErrDamaged)
			}
			if err := y.unpack(); err != nil {
				return nil, fmt.Errorf("%s in %d: %w: %w", symbol, year, err, store.ErrDamaged)
			}
			years[year] = y
		}
	}
	return all, nil
}

// folding collects what a piece writes.
type folding struct {
	*marketWrite
	kind                   store.SeriesKind
	history, blocks, metas [][]any
}

// series folds the rows into the blocks of a series.
func (f *folding) series(ctx context.Context, m *seriesMeta, years map[int64]yearBlock, from, to int64) error {
	if years == nil {
		years = map[int64]yearBlock{}
	}
	before := map[int64]stored{}
	for year, y := range years {
		before[year] = y.closes
	}
	s := &store.Series{Kind: f.kind, Symbol: m.symbol, Currency: m.currency}
	for year := from; year <= to; year++ {
		s.Dates = append(s.Dates, date.Must(int(year), 1, 1)) // the years that are looked at
	}
	added, first, last, err := f.takeAlong(ctx, s, years, false)
	if err != nil {
		return err
	}
	for year := from; year <= to; year++ {
		y, there := years[year]
		if !there || !y.pending {
			continue
		}
		f.put(m.symbol, string(f.kind), year, before[year], block.Append(nil, y.series.Dates, y.series.Close), true)
		if columns := restValues(&y.series); columns != nil {
			f.put(m.symbol, string(f.kind)+restOf, year, y.rest, block.Append(nil, y.series.Dates, columns...), false)
		}
	}
	if added > 0 {
		m.first, m.last, m.count = min(m.first, first), max(m.last, last), m.count+added
	}
	if m.version < f.version {
		m.version, m.updated = f.version, f.at
	}
	f.metas = append(f.metas, []any{f.owner, string(f.kind), m.symbol, f.source, string(m.currency), m.first.String(), m.last.String(), int64(m.count), m.version, formatTime(m.updated)})
	return nil
}

// put collects a block and the one that it replaces; always also where nothing changes
// but the version.
func (f *folding) put(symbol, kind string, year int64, old stored, body []byte, always bool) {
	if !always && old.version != 0 && bytes.Equal(old.body, body) {
		return
	}
	if old.version != 0 && old.version < f.version {
		f.history = append(f.history, []any{f.owner, kind, symbol, f.source, year, old.version, f.version, old.body})
	}
	f.blocks = append(f.blocks, []any{f.owner, kind, symbol, f.source, year, f.version, body})
}

func (f *folding) write(ctx context.Context) error {
	err := f.insertRows(ctx, "blocks_history", []string{"tenant_id", "kind", "symbol", "source", "year", "version", "until", "body"}, f.history)
	if err != nil {
		return err
	}
	err = f.insertRowsOn(ctx, "blocks", []string{"tenant_id", "kind", "symbol", "source", "year", "version", "body"}, f.blocks,
		`ON CONFLICT (tenant_id, kind, symbol, source, year) DO UPDATE SET version = excluded.version, body = excluded.body`)
	if err != nil {
		return err
	}
	return f.insertRowsOn(ctx, "series", []string{"tenant_id", "kind", "symbol", "source", "currency", "first", "last", "count", "version", "updated"}, f.metas,
		`ON CONFLICT (tenant_id, kind, symbol, source) DO UPDATE SET first = excluded.first, last = excluded.last, count = excluded.count,
			version = excluded.version, updated = excluded.updated`)
}
