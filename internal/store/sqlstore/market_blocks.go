package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/block"
)

// stored is a block as it lies in the database; version 0: there is none.
type stored struct {
	version int64
	body    []byte
}

// yearBlock is what is there of one year of a series.
type yearBlock struct {
	series store.Series
	closes stored
	rest   stored
	// pending says that series has days of rows, which the block does not have.
	pending bool
}

// years reads what is there of a series in the years that s touches, or of all years.
func (w *marketWrite) years(ctx context.Context, s *store.Series, all bool) (map[int64]yearBlock, error) {
	found := map[int64]yearBlock{}
	first, last := int64(math.MinInt32), int64(math.MaxInt32)
	if !all {
		if len(s.Dates) == 0 {
			return found, nil
		}
		first, last = int64(s.Dates[0].Year()), int64(s.Dates[len(s.Dates)-1].Year())
	}
	for _, kind := range []string{string(s.Kind), string(s.Kind) + restOf} {
		err := w.each(ctx, func(rows *sql.Rows) error {
			var year int64
			var b stored
			if err := rows.Scan(&year, &b.version, &b.body); err != nil {
				return err
			}
			y := found[year]
			if kind == string(s.Kind) {
				y.closes = b
			} else {
				y.rest = b
			}
			found[year] = y
			return nil
		}, `SELECT year, version, body FROM blocks WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4 AND year >= $5 AND year <= $6`,
			w.owner, kind, s.Symbol, w.source, first, last)
		if err != nil {
			return nil, err
		}
	}
	for year, y := range found {
		if err := y.unpack(); err != nil {
			return nil, fmt.Errorf("%d: %w: %w", year, err, store.ErrDamaged)
		}
		found[year] = y
	}
	return found, nil
}

func (y *yearBlock) unpack() error {
	var closes, rest block.Block
	if err := block.Read(&closes, y.closes.body); err != nil {
		return err
	}
	if y.rest.version != 0 {
		if err := block.Read(&rest, y.rest.body); err != nil {
			return err
		}
	}
	if len(closes.Columns) != 1 {
		return errors.New("not a block of closes")
	}
	return fillSeries(&y.series, &closes, &rest, store.SeriesQuery{From: date.None})
}

// part is the days from..to of a series.
func part(s *store.Series, from, to int) store.Series {
	p := *s
	p.Dates, p.Close = s.Dates[from:to], s.Close[from:to]
	for i, c := range restColumns(s) {
		if len(*c) > 0 {
			*restColumns(&p)[i] = (*c)[from:to]
		}
	}
	return p
}

// year merges one year of a series and writes its blocks if they differ.
func (w *marketWrite) year(ctx context.Context, s store.Series, year int64, old yearBlock, whole bool) (bool, error) {
	merged := w.merge(&old.series, &s, whole)
	closes := block.Append(nil, merged.Dates, merged.Close)
	var rest []byte
	if columns := restValues(&merged); columns != nil {
		rest = block.Append(nil, merged.Dates, columns...)
	}
	if bytes.Equal(closes, old.closes.body) && bytes.Equal(rest, old.rest.body) {
		return false, nil
	}
	if err := w.put(ctx, &s, string(s.Kind), year, old.closes, closes); err != nil {
		return true, err
	}
	return true, w.put(ctx, &s, string(s.Kind)+restOf, year, old.rest, rest)
}

// restValues are the columns beside the closes; nil where there are none.
func restValues(s *store.Series) [][]float64 {
	var columns [][]float64
	any := false
	for _, c := range restColumns(s) {
		columns = append(columns, *c)
		any = any || len(*c) > 0
	}
	if !any {
		return nil
	}
	return columns
}

// merge lays new days over old ones and counts what that changes.
func (w *marketWrite) merge(old, s *store.Series, whole bool) store.Series {
	if len(old.Dates) == 0 {
		w.result.Added += len(s.Dates)
		return *s
	}
	for i, j := 0, 0; i < len(old.Dates) || j < len(s.Dates); {
		switch {
		case j == len(s.Dates) || i < len(old.Dates) && old.Dates[i] < s.Dates[j]:
			if whole {
				w.result.Removed++
			}
			i++
		case i == len(old.Dates) || s.Dates[j] < old.Dates[i]:
			w.result.Added++
			j++
		default:
			if sameDay(old, i, s, j) {
				w.result.Same++
			} else {
				w.result.Replaced++
			}
			i++
			j++
		}
	}
	if whole {
		return *s
	}
	return store.Overlay(*old, *s)
}

func sameDay(a *store.Series, i int, b *store.Series, j int) bool {
	same := func(x, y []float64) bool {
		vx, vy := math.NaN(), math.NaN()
		if len(x) > 0 {
			vx = x[i]
		}
		if len(y) > 0 {
			vy = y[j]
		}
		return math.Float64bits(vx) == math.Float64bits(vy) || math.IsNaN(vx) && math.IsNaN(vy)
	}
	for k, c := range restColumns(a) {
		if !same(*c, *restColumns(b)[k]) {
			return false
		}
	}
	return same(a.Close, b.Close)
}

// put writes one block and moves the one it replaces to the history; a nil body takes
// the block away.
func (w *marketWrite) put(ctx context.Context, s *store.Series, kind string, year int64, old stored, body []byte) error {
	if old.version == 0 && body == nil || old.version != 0 && bytes.Equal(old.body, body) {
		return nil
	}
	if err := w.changed(ctx); err != nil {
		return err
	}
	key := []any{w.owner, kind, s.Symbol, w.source, year}
	const ofKey = ` WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4 AND year = $5`
	if old.version == 0 {
		_, err := w.exec(ctx, `INSERT INTO blocks (tenant_id, kind, symbol, source, year, version, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			slices.Concat(key, []any{w.version, body})...)
		return err
	}
	if old.version < w.version {
		_, err := w.exec(ctx, `INSERT INTO blocks_history (tenant_id, kind, symbol, source, year, version, until, body)
			SELECT tenant_id, kind, symbol, source, year, version, $6, body FROM blocks`+ofKey, slices.Concat(key, []any{w.version})...)
		if err != nil {
			return err
		}
	}
	if body == nil {
		return w.must(ctx, `DELETE FROM blocks`+ofKey, key...)
	}
	return w.must(ctx, `UPDATE blocks SET version = $6, body = $7`+ofKey, slices.Concat(key, []any{w.version, body})...)
}
