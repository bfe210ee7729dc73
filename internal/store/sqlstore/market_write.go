package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/block"
)

// WriteMarket implements store.MarketWriter.
func (t *tx) WriteMarket(ctx context.Context, b store.Batch) (result store.BatchResult, err error) {
	err = t.write("market data of "+b.Source, func() error {
		w, err := t.beginMarket(ctx, b.Own, b.Source, b.Reason)
		if err != nil {
			return err
		}
		for _, i := range b.Instruments {
			if err := w.instrument(ctx, i); err != nil {
				return fmt.Errorf("instrument %s: %w", i.Symbol, err)
			}
		}
		series, err := w.newDay(ctx, b)
		if err != nil {
			return err
		}
		for _, one := range series {
			before := w.result
			if err := w.series(ctx, &one, b.Whole); err != nil {
				return fmt.Errorf("%s %s: %w", one.Kind, one.Symbol, err)
			}
			w.tell(b.Each, one.Kind, one.Symbol, before)
		}
		if err := w.actions(ctx, b); err != nil {
			return err
		}
		if b.Raise {
			if err := w.changed(ctx); err != nil {
				return err
			}
		}
		result = w.result
		result.Version, err = t.MarketVersion(ctx)
		return err
	})
	return result, err
}

// marketWrite is one batch under way. Its version is raised with the first change.
type marketWrite struct {
	*tx
	owner   string
	source  string
	reason  string
	version int64
	at      time.Time
	result  store.BatchResult
	rows    map[store.SeriesKind][]dayRow // of the source that count, as far as they were read
}

func (t *tx) beginMarket(ctx context.Context, own bool, source, reason string) (*marketWrite, error) {
	if source == "" {
		return nil, &ledger.Fault{Field: "source", Problem: "is missing", Cure: "say who the data come from"}
	}
	w := &marketWrite{tx: t, owner: shared, source: source, reason: reason}
	if own {
		w.owner = t.id.Tenant
		return w, t.member()
	}
	if !t.id.Operator {
		return nil, fmt.Errorf("shared market data are for operators to write: %w", store.ErrForbidden)
	}
	if lock := t.store.dialect.LockMarket; lock != "" {
		if _, err := t.exec(ctx, lock); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// tell says what changed since the result was what it was before.
func (w *marketWrite) tell(each func(store.BatchPart), kind store.SeriesKind, symbol string, before store.BatchResult) {
	if each != nil {
		each(store.BatchPart{Kind: kind, Symbol: symbol, Added: w.result.Added - before.Added, Replaced: w.result.Replaced - before.Replaced, Actions: w.result.Actions - before.Actions})
	}
}

// changed raises the market version, once a batch.
func (w *marketWrite) changed(ctx context.Context) error {
	if w.version != 0 {
		return nil
	}
	if err := w.raise(ctx); err != nil {
		return err
	}
	whose := "shared"
	if w.owner != shared {
		whose = "own"
	}
	return w.note(ctx, "market.write", fmt.Sprintf("market/%s/%d", whose, w.version), "", nil, map[string]string{"source": w.source, "reason": w.reason})
}

// raise raises the market version.
func (w *marketWrite) raise(ctx context.Context) error {
	var last time.Time
	err := w.row(ctx, `SELECT version, committed FROM market_versions WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1`, w.owner).Scan(&w.version, timeOf{&last})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	w.version++
	if w.at = w.stamp(); w.at.Before(last) {
		w.at = last
	}
	w.result.Changed = true
	_, err = w.exec(ctx, `INSERT INTO market_versions (tenant_id, version, committed, user_id, source, reason) VALUES ($1, $2, $3, $4, $5, $6)`,
		w.owner, w.version, formatTime(w.at), w.id.User, w.source, w.reason)
	return err
}

func (w *marketWrite) instrument(ctx context.Context, i instrument.Instrument) error {
	written, err := toJSON(i)
	if err != nil {
		return err
	}
	var before string
	err = w.row(ctx, `SELECT details FROM instruments WHERE tenant_id = $1 AND symbol = $2 AND source = $3`, w.owner, i.Symbol, w.source).Scan(textOf{&before})
	exists := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if exists && sameInstrument(before, i) {
		return nil
	}
	if err := w.changed(ctx); err != nil {
		return err
	}
	if exists {
		if err := w.retireInstruments(ctx, ` AND symbol = $4`, i.Symbol); err != nil {
			return err
		}
	}
	w.result.Instruments++
	_, err = w.exec(ctx, `INSERT INTO instruments (tenant_id, source, symbol, details, version) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, symbol, source) DO UPDATE SET details = excluded.details, version = excluded.version`,
		w.owner, w.source, i.Symbol, written, w.version)
	return err
}

// sameInstrument compares by meaning: a database may write JSON in another order.
func sameInstrument(before string, i instrument.Instrument) bool {
	var old instrument.Instrument
	if json.Unmarshal([]byte(before), &old) != nil {
		return false
	}
	a, err1 := toJSON(old)
	b, err2 := toJSON(i)
	return err1 == nil && err2 == nil && a == b
}

// retireInstruments moves rows of the source to the history.
func (w *marketWrite) retireInstruments(ctx context.Context, condition string, args ...any) error {
	_, err := w.exec(ctx, `INSERT INTO instruments_history (tenant_id, source, symbol, details, version, until)
		SELECT tenant_id, source, symbol, details, version, $3 FROM instruments WHERE tenant_id = $1 AND source = $2 AND version < $3`+condition,
		append([]any{w.owner, w.source, w.version}, args...)...)
	return err
}

// series merges one series into what is there.
func (w *marketWrite) series(ctx context.Context, s *store.Series, whole bool) error {
	if err := checkSeries(s); err != nil {
		return err
	}
	meta, err := w.meta(ctx, s)
	if err != nil {
		return err
	}
	if s.Currency == "" {
		s.Currency = meta.currency // not said: what it was
	}
	if meta.count > 0 && meta.currency != "" && meta.currency != s.Currency && !whole {
		return &ledger.Fault{Field: "currency", Value: string(s.Currency), Problem: fmt.Sprintf("the series is kept in %s", meta.currency),
			Cure: "import it with that currency, or replace the whole series"}
	}
	old := map[int64]yearBlock{}
	if meta.version > 0 {
		if old, err = w.years(ctx, s, whole); err != nil {
			return err
		}
		added, first, last, err := w.takeAlong(ctx, s, old, whole)
		if err != nil {
			return err
		}
		if added > 0 {
			meta.count, meta.first, meta.last = meta.count+added, min(meta.first, first), max(meta.last, last)
		}
	}
	touched, added := false, w.result.Added
	for from := 0; from < len(s.Dates); {
		to := from + 1
		for to < len(s.Dates) && s.Dates[to].Year() == s.Dates[from].Year() {
			to++
		}
		year := int64(s.Dates[from].Year())
		change, err := w.year(ctx, part(s, from, to), year, old[year], whole)
		if err != nil {
			return err
		}
		touched = touched || change
		delete(old, year)
		from = to
	}
	if whole {
		for year, b := range old {
			w.result.Removed += len(b.series.Dates)
			touched = true
			var nothing []byte
			if waits, err := w.waits(ctx, s, year); err != nil {
				return err
			} else if waits { // a block of no days, for rows that are not to count any more
				nothing = block.Append(nil, nil, []float64{})
			}
			if err := w.put(ctx, s, string(s.Kind), year, b.closes, nothing); err != nil {
				return err
			}
			if err := w.put(ctx, s, string(s.Kind)+restOf, year, b.rest, nil); err != nil {
				return err
			}
		}
	}
	if !touched {
		return nil
	}
	count := len(s.Dates)
	if !whole {
		count = meta.count + w.result.Added - added
	}
	return w.putMeta(ctx, s, meta, count)
}

func checkSeries(s *store.Series) error {
	n := len(s.Dates)
	if s.Symbol == "" || len(s.Close) != n {
		return fmt.Errorf("series of %q: %d days, %d closes", s.Symbol, n, len(s.Close))
	}
	for _, c := range restColumns(s) {
		if len(*c) != 0 && len(*c) != n {
			return fmt.Errorf("series of %q: a column of %d values for %d days", s.Symbol, len(*c), n)
		}
	}
	for i := 1; i < n; i++ {
		if s.Dates[i] <= s.Dates[i-1] {
			return &ledger.Fault{Row: i + 1, Field: "date", Value: s.Dates[i].String(), Problem: "does not come after " + s.Dates[i-1].String(),
				Cure: "give each day once, in order"}
		}
	}
	return nil
}

func (w *marketWrite) meta(ctx context.Context, s *store.Series) (seriesMeta, error) {
	var m seriesMeta
	err := w.row(ctx, `SELECT currency, first, last, count, version FROM series WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4`,
		w.owner, string(s.Kind), s.Symbol, w.source).Scan(&m.currency, dayOf{&m.first}, dayOf{&m.last}, &m.count, &m.version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return m, err
}

func (w *marketWrite) putMeta(ctx context.Context, s *store.Series, before seriesMeta, count int) error {
	first, last := before.first, before.last
	if n := len(s.Dates); n > 0 {
		first, last = s.Dates[0], s.Dates[n-1]
		if before.count > 0 && count > n { // days of before are kept
			first, last = min(before.first, first), max(before.last, last)
		}
	}
	_, err := w.exec(ctx, `INSERT INTO series (tenant_id, kind, symbol, source, currency, first, last, count, version, updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (tenant_id, kind, symbol, source) DO UPDATE SET currency = excluded.currency, first = excluded.first, last = excluded.last,
			count = excluded.count, version = excluded.version, updated = excluded.updated`,
		w.owner, string(s.Kind), s.Symbol, w.source, string(s.Currency), first.String(), last.String(), count, w.version, formatTime(w.at))
	return err
}
