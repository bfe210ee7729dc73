package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/block"
)

// Closes and the other columns of a series lie in blocks of their own, because nearly
// every reader wants the closes alone. Actions have one block a symbol and source.
const (
	restOf      = ".rest"
	actionsKind = "actions"
)

// owner is whose market data: all tenants' or this one's.
type owner struct {
	id    string
	own   bool
	until int64 // the version to read; MaxInt64: the latest
}

func (t *tx) owners(v store.MarketVersion) [2]owner {
	limit := func(version int64) int64 {
		if version == store.Latest {
			return math.MaxInt64
		}
		return version
	}
	return [2]owner{{t.id.Tenant, true, limit(v.Own)}, {shared, false, limit(v.Shared)}}
}

func (o owner) latest() bool { return o.until == math.MaxInt64 }

// MarketVersion implements store.MarketReader.
func (t *tx) MarketVersion(ctx context.Context) (store.MarketVersion, error) {
	return t.marketVersion(ctx, ``)
}

// MarketKnownOn implements store.MarketReader.
func (t *tx) MarketKnownOn(ctx context.Context, at time.Time) (store.MarketVersion, error) {
	return t.marketVersion(ctx, ` AND committed <= $3`, formatTime(at))
}

func (t *tx) marketVersion(ctx context.Context, condition string, args ...any) (store.MarketVersion, error) {
	var v store.MarketVersion
	err := t.each(ctx, func(rows *sql.Rows) error {
		var id string
		var version int64
		err := rows.Scan(textOf{&id}, &version)
		if id == shared {
			v.Shared = version
		} else {
			v.Own = version
		}
		return err
	}, `SELECT tenant_id, MAX(version) FROM market_versions WHERE tenant_id IN ($1, $2)`+condition+` GROUP BY tenant_id`,
		append([]any{t.id.Tenant, shared}, args...)...)
	return v, t.named("market version", err)
}

// seriesKey names a series of an owner.
type seriesKey struct{ symbol, source string }

// seriesMeta is a row of the table series.
type seriesMeta struct {
	seriesKey
	currency    money.Currency
	first, last date.Date
	count       int
	version     int64
	updated     time.Time
}

// metasWanted are the series that a query may be about, and how many there are in all.
func (t *tx) metasWanted(ctx context.Context, o owner, q store.SeriesQuery) (metas []seriesMeta, total int, err error) {
	const atOnce = 1000 // names in a query
	if q.Symbols == nil || len(q.Symbols) > atOnce || len(q.OptionsOn) > 0 {
		metas, err = t.seriesMetas(ctx, o, q.Kind, ``)
		return metas, len(metas), err
	}
	if err = t.row(ctx, `SELECT COUNT(*) FROM series WHERE tenant_id = $1 AND kind = $2`, o.id, string(q.Kind)).Scan(&total); err != nil || total == 0 {
		return nil, total, err
	}
	metas, err = t.seriesMetas(ctx, o, q.Kind, ` AND `+t.store.dialect.inTexts("symbol", 3), t.store.dialect.list(q.Symbols))
	return metas, total, err
}

func (t *tx) seriesMetas(ctx context.Context, o owner, kind store.SeriesKind, condition string, args ...any) ([]seriesMeta, error) {
	var all []seriesMeta
	err := t.each(ctx, func(rows *sql.Rows) error {
		var m seriesMeta
		err := rows.Scan(&m.symbol, &m.source, &m.currency, dayOf{&m.first}, dayOf{&m.last}, &m.count, &m.version, timeOf{&m.updated})
		all = append(all, m)
		return err
	}, `SELECT symbol, source, currency, first, last, count, version, updated FROM series WHERE tenant_id = $1 AND kind = $2`+condition, append([]any{o.id, string(kind)}, args...)...)
	return all, err
}

// SeriesInfo implements store.MarketReader.
func (t *tx) SeriesInfo(ctx context.Context, kind store.SeriesKind, simulated bool) ([]store.SeriesInfo, error) {
	var all []store.SeriesInfo
	for _, o := range t.owners(store.LatestMarket) {
		metas, err := t.seriesMetas(ctx, o, kind, ``)
		if err != nil {
			return nil, t.named("series", err)
		}
		if err := t.withDays(ctx, o, kind, metas); err != nil {
			return nil, t.named("series", err)
		}
		for _, m := range metas {
			if m.count > 0 && (m.source == store.Simulated) == simulated {
				all = append(all, store.SeriesInfo{Kind: kind, Symbol: m.symbol, Source: m.source, Own: o.own, Currency: m.currency,
					First: m.first, Last: m.last, Count: m.count, Version: m.version, Updated: m.updated})
			}
		}
	}
	slices.SortFunc(all, func(a, b store.SeriesInfo) int {
		return preference(a.Symbol, b.Symbol, a.Own, b.Own, a.Source, b.Source)
	})
	return all, nil
}

// preference sorts by symbol, the tenant's own first, then by source.
func preference(symbolA, symbolB string, ownA, ownB bool, sourceA, sourceB string) int {
	if c := cmp.Compare(symbolA, symbolB); c != 0 {
		return c
	}
	if ownA != ownB {
		if ownA {
			return -1
		}
		return 1
	}
	return cmp.Compare(sourceA, sourceB)
}

// Series implements store.MarketReader.
func (t *tx) Series(ctx context.Context, q store.SeriesQuery) ([]store.Series, error) {
	if q.From == 0 {
		q.From = date.None
	}
	var all []store.Series
	for _, o := range t.owners(q.Version) {
		got, err := t.ownersSeries(ctx, o, q)
		if err != nil {
			return nil, t.named("series", err)
		}
		all = append(all, got...)
	}
	slices.SortFunc(all, func(a, b store.Series) int { return preference(a.Symbol, b.Symbol, a.Own, b.Own, a.Source, b.Source) })
	return all, nil
}

// isOptionOn reports whether a symbol is an OCC symbol of an option on one of these.
func isOptionOn(symbol string, underlyings map[string]bool) bool {
	if len(underlyings) == 0 {
		return false
	}
	o, err := instrument.ParseOCC(symbol)
	return err == nil && underlyings[o.Underlying]
}

func (t *tx) ownersSeries(ctx context.Context, o owner, q store.SeriesQuery) ([]store.Series, error) {
	metas, total, err := t.metasWanted(ctx, o, q)
	if err != nil {
		return nil, err
	}
	wanted, underlyings := symbolSet(q.Symbols), symbolSet(q.OptionsOn)
	metas = slices.DeleteFunc(metas, func(m seriesMeta) bool {
		return (m.source == store.Simulated) != q.Simulated || wanted != nil && !wanted[m.symbol] && !isOptionOn(m.symbol, underlyings)
	})
	if len(metas) == 0 {
		return nil, nil
	}
	l := &loader{tx: t, owner: o, query: q, scan: len(metas)*3 > total, found: make(map[seriesKey]*block.Block, len(metas))}
	days, err := t.dayRows(ctx, o, string(q.Kind), ``)
	if err != nil {
		return nil, err
	}
	if len(days) > 0 {
		l.versions = make(map[seriesKey]map[int64]int64, len(metas))
	}
	for _, m := range metas {
		n := m.count + len(days)
		l.found[m.seriesKey] = &block.Block{Days: make([]date.Date, 0, n), Columns: [][]float64{make([]float64, 0, n)}}
	}
	if err := l.load(ctx, string(q.Kind), metas); err != nil {
		return nil, err
	}
	versions := l.versions
	l.versions = nil
	rest := map[seriesKey]*block.Block{}
	if q.Full {
		closes := l.found
		for _, m := range metas {
			rest[m.seriesKey] = &block.Block{}
		}
		l.found = rest
		if err := l.load(ctx, string(q.Kind)+restOf, metas); err != nil {
			return nil, err
		}
		l.found = closes
	}
	var all []store.Series
	for _, m := range metas {
		s := store.Series{Kind: q.Kind, Symbol: m.symbol, Source: m.source, Own: o.own, Currency: m.currency}
		if err := fillSeries(&s, l.found[m.seriesKey], rest[m.seriesKey], q); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", m.symbol, m.source, err)
		}
		if over, _ := pending(days, m.seriesKey, versions[m.seriesKey]); len(over.Dates) > 0 {
			s = withPending(s, over, q)
		}
		if len(s.Dates) > 0 {
			all = append(all, s)
		}
	}
	return all, nil
}

// withPending lays days of rows over a series, as far as they are asked for.
func withPending(s, over store.Series, q store.SeriesQuery) store.Series {
	from := sort.Search(len(over.Dates), func(i int) bool { return over.Dates[i] >= q.From })
	to := len(over.Dates)
	if q.To != 0 && q.To != date.None {
		to = sort.Search(to, func(i int) bool { return over.Dates[i] > q.To })
	}
	if from >= to {
		return s
	}
	over = part(&over, from, to)
	if !q.Full {
		over.Open, over.High, over.Low, over.Volume, over.Adjusted = nil, nil, nil, nil, nil
	}
	if n := len(s.Dates); !q.Full && n > 0 && s.Dates[n-1] < over.Dates[0] { // nearly always
		s.Dates, s.Close = append(s.Dates, over.Dates...), append(s.Close, over.Close...)
		return s
	}
	over.Kind, over.Symbol, over.Source, over.Own, over.Currency = s.Kind, s.Symbol, s.Source, s.Own, s.Currency
	return store.Overlay(s, over)
}

func symbolSet(symbols []string) map[string]bool {
	if symbols == nil {
		return nil
	}
	set := make(map[string]bool, len(symbols))
	for _, s := range symbols {
		set[s] = true
	}
	return set
}

// fillSeries cuts what was read to the days asked for.
func fillSeries(s *store.Series, closes, rest *block.Block, q store.SeriesQuery) error {
	from := sort.Search(len(closes.Days), func(i int) bool { return closes.Days[i] >= q.From })
	to := len(closes.Days)
	if q.To != 0 && q.To != date.None {
		to = sort.Search(len(closes.Days), func(i int) bool { return closes.Days[i] > q.To })
	}
	if from >= to {
		return nil
	}
	s.Dates, s.Close = closes.Days[from:to], closes.Columns[0][from:to]
	if rest == nil || len(rest.Days) == 0 {
		return nil
	}
	at, err := positions(rest.Days, closes.Days)
	if err != nil {
		return err
	}
	for i, column := range restColumns(s) {
		if i < len(rest.Columns) && len(rest.Columns[i]) > 0 {
			*column = spread(rest.Columns[i], at, len(closes.Days))[from:to]
		}
	}
	return nil
}

// positions finds days among all; years in which only closes are known have no other
// columns, so that they are fewer.
func positions(days, all []date.Date) ([]int, error) {
	at, next := make([]int, len(days)), 0
	for i, d := range days {
		for next < len(all) && all[next] < d {
			next++
		}
		if next == len(all) || all[next] != d {
			return nil, fmt.Errorf("columns of %s, which has no close: %w", d, store.ErrDamaged)
		}
		at[i] = next
	}
	return at, nil
}

// spread puts values at their positions among n, the others not known.
func spread(values []float64, at []int, n int) []float64 {
	if len(values) == n {
		return values
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	for i, v := range values {
		out[at[i]] = v
	}
	return out
}

// restColumns are the columns beside the closes, in the order of their block.
func restColumns(s *store.Series) []*[]float64 {
	return []*[]float64{&s.Open, &s.High, &s.Low, &s.Volume, &s.Adjusted}
}

// loader reads blocks of one owner.
type loader struct {
	*tx
	owner owner
	query store.SeriesQuery
	scan  bool // read all of a kind and leave out what is not wanted: cheaper from a third on
	found map[seriesKey]*block.Block
	// versions are those of the blocks that were read, by year; nil: nobody asks.
	versions map[seriesKey]map[int64]int64
}

// load appends the blocks of a kind to what found holds, in the order of years.
func (l *loader) load(ctx context.Context, kind string, metas []seriesMeta) error {
	firstYear, lastYear := int64(math.MinInt32), int64(math.MaxInt32)
	if l.query.From != date.None {
		firstYear = int64(l.query.From.Year())
	}
	if l.query.To != 0 && l.query.To != date.None {
		lastYear = int64(l.query.To.Year())
	}
	if !l.owner.latest() {
		return l.loadPast(ctx, kind, metas, firstYear, lastYear)
	}
	if l.scan {
		return l.read(ctx, `SELECT symbol, source, year, version, body FROM blocks WHERE tenant_id = $1 AND kind = $2 AND year >= $3 AND year <= $4
			ORDER BY symbol, source, year`, l.owner.id, kind, firstYear, lastYear)
	}
	for _, m := range metas {
		err := l.read(ctx, `SELECT symbol, source, year, version, body FROM blocks WHERE tenant_id = $1 AND kind = $2 AND year >= $3 AND year <= $4
			AND symbol = $5 AND source = $6 ORDER BY year`, l.owner.id, kind, firstYear, lastYear, m.symbol, m.source)
		if err != nil {
			return err
		}
	}
	return nil
}

// loadPast reads the blocks that held in an earlier version, current or replaced.
func (l *loader) loadPast(ctx context.Context, kind string, metas []seriesMeta, firstYear, lastYear int64) error {
	const past = `SELECT symbol, source, year, version, body FROM (
		SELECT symbol, source, year, version, body FROM blocks WHERE tenant_id = $1 AND kind = $2 AND version <= $5
		UNION ALL
		SELECT symbol, source, year, version, body FROM blocks_history WHERE tenant_id = $1 AND kind = $2 AND version <= $5 AND until > $5
	) held WHERE year >= $3 AND year <= $4`
	args := []any{l.owner.id, kind, firstYear, lastYear, l.owner.until}
	if l.scan {
		return l.read(ctx, past+` ORDER BY symbol, source, year`, args...)
	}
	for _, m := range metas {
		if err := l.read(ctx, past+` AND symbol = $6 AND source = $7 ORDER BY year`, append(args, m.symbol, m.source)...); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) read(ctx context.Context, query string, args ...any) error {
	var symbol, source, body sql.RawBytes
	var year, version int64
	return l.each(ctx, func(rows *sql.Rows) error {
		if err := rows.Scan(&symbol, &source, &year, &version, &body); err != nil {
			return err
		}
		key := seriesKey{string(symbol), string(source)}
		into := l.found[key]
		if into == nil {
			return nil
		}
		if l.versions != nil {
			if l.versions[key] == nil {
				l.versions[key] = map[int64]int64{}
			}
			l.versions[key][year] = version
		}
		if err := block.Read(into, body); err != nil {
			return fmt.Errorf("%s of %s: %w: %w", symbol, source, err, store.ErrDamaged)
		}
		return nil
	}, query, args...)
}
