package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/block"
)

// A new day of thousands of series is one row of days, not a new block of each. It counts
// for a series where it is of a later version than the series' block of that year, so
// that whatever writes the block takes it along and is done with it. Rows are folded into
// the blocks later (market_fold.go), each block as of the last row's version: what was known
// in any version stays what it was, and nothing becomes a new version.

// manySeries is from how many series on a delivery is kept as a row.
const manySeries = 64

// dayRow is one row: values of series of a source on a day.
type dayRow struct {
	source  string
	day     date.Date
	version int64
	block.Row
}

// find is where a symbol is in a row; -1: it is not.
func (r *dayRow) find(symbol string) int {
	i := sort.SearchStrings(r.Names, symbol)
	if i < len(r.Names) && r.Names[i] == symbol {
		return i
	}
	return -1
}

// dayRows are the rows of an owner and kind that are not in the blocks of a version, by
// day and then by version.
func (t *tx) dayRows(ctx context.Context, o owner, kind, condition string, args ...any) ([]dayRow, error) {
	query, all := `SELECT source, day, version, body FROM days WHERE tenant_id = $1 AND kind = $2 AND folded = 0 AND until = 0`, []any{o.id, kind}
	if !o.latest() {
		query = `SELECT source, day, version, body FROM days WHERE tenant_id = $1 AND kind = $2 AND version <= $3 AND (folded = 0 OR folded > $3) AND (until = 0 OR until > $3)`
		all = append(all, o.until)
	}
	for _, a := range args {
		all = append(all, a)
		condition = strings.Replace(condition, "%s", "$"+strconv.Itoa(len(all)), 1)
	}
	var rows []dayRow
	err := t.each(ctx, func(read *sql.Rows) error {
		var r dayRow
		var body sql.RawBytes
		if err := read.Scan(&r.source, dayOf{&r.day}, &r.version, &body); err != nil {
			return err
		}
		var err error
		if r.Row, err = block.ReadRow(body); err == nil && len(r.Columns) != 6 {
			err = block.ErrDamaged
		}
		if err != nil {
			return fmt.Errorf("%s of %s on %s: %w: %w", kind, r.source, r.day, err, store.ErrDamaged)
		}
		rows = append(rows, r)
		return nil
	}, query+condition+` ORDER BY day, version`, all...)
	return rows, err
}

// pending are the values of a series in rows that count beside its blocks, of which
// versions are the versions by year (0: there is none).
func pending(rows []dayRow, key seriesKey, versions map[int64]int64) (over store.Series, last int64) {
	columns := []*[]float64{&over.Close, &over.Open, &over.High, &over.Low, &over.Volume, &over.Adjusted}
	var known [6]bool
	for i := range rows {
		r := &rows[i]
		if r.source != key.source || r.version <= versions[int64(r.day.Year())] {
			continue
		}
		at := r.find(key.symbol)
		if at < 0 {
			continue
		}
		last = max(last, r.version)
		n := len(over.Dates)
		again := n > 0 && over.Dates[n-1] == r.day // a correction, which says all of the day
		if !again {
			over.Dates = append(over.Dates, r.day)
		}
		for k, c := range columns {
			value := math.NaN()
			if len(r.Columns[k]) > 0 {
				value = r.Columns[k][at]
			}
			if !again {
				*c = append(*c, value)
			} else {
				(*c)[n-1] = value
			}
			known[k] = known[k] || !math.IsNaN(value)
		}
	}
	for k, c := range columns {
		if k > 0 && !known[k] {
			*c = nil
		}
	}
	return over, last
}

// lastDays are currency, last day and version of the series of the batch's owner and
// source, as far as they have any days.
func (w *marketWrite) lastDays(ctx context.Context, kind store.SeriesKind) (map[string]seriesMeta, error) {
	var lines string // one text: thousands of rows take several times as long to read
	err := w.row(ctx, `SELECT COALESCE(string_agg(symbol || '	' || currency || '	' || CAST(last AS text) || '	' || CAST(version AS text), '
'), '') FROM series WHERE tenant_id = $1 AND kind = $2 AND source = $3 AND count > 0`, w.owner, string(kind), w.source).Scan(&lines)
	if err != nil {
		return nil, err
	}
	all := make(map[string]seriesMeta, strings.Count(lines, "\n")+1)
	for line := range strings.SplitSeq(lines, "\n") {
		symbol, rest, _ := strings.Cut(line, "\t")
		parts := strings.Split(rest, "\t")
		if len(parts) != 3 { // none, or a symbol with a tab in it, which goes the other way
			continue
		}
		day, err := date.Parse(parts[1])
		if err != nil {
			return nil, fmt.Errorf("series %s: %w: %w", symbol, err, store.ErrDamaged)
		}
		version, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("series %s: %w: %w", symbol, err, store.ErrDamaged)
		}
		all[symbol] = seriesMeta{currency: money.Currency(parts[0]), last: day, version: version}
	}
	return all, nil
}

// newDay takes those series out of a batch that only have the same new day, if they are
// many, writes them as a row, and returns the others.
func (w *marketWrite) newDay(ctx context.Context, b store.Batch) ([]store.Series, error) {
	if b.Whole || len(b.Series) < manySeries {
		return b.Series, nil
	}
	first := slices.IndexFunc(b.Series, func(s store.Series) bool { return len(s.Dates) == 1 })
	if first < 0 {
		return b.Series, nil
	}
	kind, day := b.Series[first].Kind, b.Series[first].Dates[0]
	known, err := w.lastDays(ctx, kind)
	if err != nil {
		return nil, err
	}
	there, err := w.dayRows(ctx, w.reader(), string(kind), ` AND source = %s AND day = %s`, w.source, day.String())
	if err != nil {
		return nil, err
	}
	oldest := int64(math.MaxInt64)
	for _, r := range there {
		oldest = min(oldest, r.version)
	}
	var days []*store.Series
	var others []store.Series
	for i := range b.Series {
		s := &b.Series[i]
		meta, there := known[s.Symbol]
		if !there || s.Kind != kind || len(s.Dates) != 1 || s.Dates[0] != day || meta.last >= day || meta.version > oldest || s.Currency != "" && s.Currency != meta.currency || checkSeries(s) != nil {
			others = append(others, *s)
			continue
		}
		delete(known, s.Symbol) // named twice, the second comes after the first
		days = append(days, s)
	}
	if len(days) < manySeries {
		return b.Series, nil
	}
	return others, w.dayRow(ctx, kind, day, there, days, b.Each)
}

// dayRow writes what is new or other of a day as a row.
func (w *marketWrite) dayRow(ctx context.Context, kind store.SeriesKind, day date.Date, there []dayRow, series []*store.Series, each func(store.BatchPart)) error {
	slices.SortFunc(series, func(a, b *store.Series) int { return strings.Compare(a.Symbol, b.Symbol) })
	var names []string
	columns := make([][]float64, 6)
	for _, s := range series {
		old, _ := pending(there, seriesKey{s.Symbol, w.source}, nil)
		was, before := w.result, *s
		merged := w.merge(&old, &before, false)
		w.tell(each, kind, s.Symbol, was)
		if w.result.Same > was.Same {
			continue
		}
		names = append(names, s.Symbol)
		columns[0] = append(columns[0], merged.Close[0])
		for k, c := range restColumns(&merged) {
			value := math.NaN()
			if len(*c) > 0 {
				value = (*c)[0]
			}
			columns[1+k] = append(columns[1+k], value)
		}
	}
	if len(names) == 0 {
		return nil
	}
	for k := range columns {
		if !slices.ContainsFunc(columns[k], func(v float64) bool { return !math.IsNaN(v) }) && k > 0 {
			columns[k] = nil // none of them knows it
		}
	}
	if err := w.changed(ctx); err != nil {
		return err
	}
	_, err := w.exec(ctx, `INSERT INTO days (tenant_id, kind, source, day, version, folded, until, body) VALUES ($1, $2, $3, $4, $5, 0, 0, $6)`,
		w.owner, string(kind), w.source, day.String(), w.version, block.AppendRow(nil, names, columns...))
	if err != nil {
		return err
	}
	var rows int
	err = w.row(ctx, `SELECT COUNT(*) FROM days WHERE tenant_id = $1 AND kind = $2 AND source = $3 AND folded = 0 AND until = 0`, w.owner, string(kind), w.source).Scan(&rows)
	if err != nil || rows <= unfoldedRows {
		return err
	}
	_, err = w.fold(ctx, kind, unfoldedRows, unfoldedPiece)
	return err
}

// reader is the batch's owner, read as of now.
func (w *marketWrite) reader() owner { return owner{id: w.owner, until: math.MaxInt64} }

// pendingOf are the rows that count for the batch's source, read once a kind.
func (w *marketWrite) pendingOf(ctx context.Context, kind store.SeriesKind) ([]dayRow, error) {
	rows, read := w.rows[kind]
	if read {
		return rows, nil
	}
	rows, err := w.dayRows(ctx, w.reader(), string(kind), ` AND source = %s`, w.source)
	if w.rows == nil {
		w.rows = map[store.SeriesKind][]dayRow{}
	}
	w.rows[kind] = rows
	return rows, err
}

// waits reports whether rows that are not folded have days of a series in a year.
func (w *marketWrite) waits(ctx context.Context, s *store.Series, year int64) (bool, error) {
	rows, err := w.pendingOf(ctx, s.Kind)
	return slices.ContainsFunc(rows, func(r dayRow) bool { return int64(r.day.Year()) == year && r.find(s.Symbol) >= 0 }), err
}

// takeAlong lays the rows that count over the years that were read of a series, or over
// all of them, and says how many days and up to which the blocks did not have.
func (w *marketWrite) takeAlong(ctx context.Context, s *store.Series, years map[int64]yearBlock, all bool) (added int, first, last date.Date, err error) {
	rows, err := w.pendingOf(ctx, s.Kind)
	if err != nil || len(rows) == 0 {
		return 0, 0, 0, err
	}
	touched := map[int64]bool{}
	for _, d := range s.Dates {
		touched[int64(d.Year())] = true
	}
	versions := map[int64]int64{}
	for year, y := range years {
		versions[year] = y.closes.version
	}
	over, _ := pending(rows, seriesKey{s.Symbol, w.source}, versions)
	for from := 0; from < len(over.Dates); {
		to, year := from+1, int64(over.Dates[from].Year())
		for to < len(over.Dates) && int64(over.Dates[to].Year()) == year {
			to++
		}
		if all || touched[year] {
			y := years[year]
			before := len(y.series.Dates)
			y.series, y.pending = store.Overlay(y.series, part(&over, from, to)), true
			y.closes.body = nil // so that it is written whatever it comes to
			years[year] = y
			if added == 0 {
				first = over.Dates[from]
			}
			added, last = added+len(y.series.Dates)-before, over.Dates[to-1]
		}
		from = to
	}
	return added, first, last, nil
}

// withDays adds to what is known of series what rows say beside their blocks.
func (t *tx) withDays(ctx context.Context, o owner, kind store.SeriesKind, metas []seriesMeta) error {
	rows, err := t.dayRows(ctx, o, string(kind), ``)
	if err != nil || len(rows) == 0 {
		return err
	}
	from, to := int64(math.MaxInt32), int64(math.MinInt32)
	committed := map[int64]time.Time{}
	for _, r := range rows {
		from, to = min(from, int64(r.day.Year())), max(to, int64(r.day.Year()))
		var at time.Time
		if _, read := committed[r.version]; !read {
			if err := t.row(ctx, `SELECT committed FROM market_versions WHERE tenant_id = $1 AND version = $2`, o.id, r.version).Scan(timeOf{&at}); err != nil {
				return err
			}
			committed[r.version] = at
		}
	}
	versions := map[seriesKey]map[int64]int64{}
	err = t.each(ctx, func(read *sql.Rows) error {
		var key seriesKey
		var year, version int64
		if err := read.Scan(&key.symbol, &key.source, &year, &version); err != nil {
			return err
		}
		if versions[key] == nil {
			versions[key] = map[int64]int64{}
		}
		versions[key][year] = version
		return nil
	}, `SELECT symbol, source, year, version FROM blocks WHERE tenant_id = $1 AND kind = $2 AND year >= $3 AND year <= $4`, o.id, string(kind), from, to)
	if err != nil {
		return err
	}
	for i := range metas {
		m := &metas[i]
		over, version := pending(rows, m.seriesKey, versions[m.seriesKey])
		if len(over.Dates) > 0 { // none of which is in a block: it came after the block's last
			m.count += len(over.Dates)
			m.first, m.last = min(m.first, over.Dates[0]), max(m.last, over.Dates[len(over.Dates)-1])
		}
		if version > m.version {
			m.version, m.updated = version, committed[version]
		}
	}
	return nil
}
