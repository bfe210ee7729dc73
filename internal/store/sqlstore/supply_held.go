package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// heldFigures are the numbers of a held value; nil is not known.
type heldFigures struct {
	Open      *float64 `json:"open,omitempty"`
	High      *float64 `json:"high,omitempty"`
	Low       *float64 `json:"low,omitempty"`
	Close     *float64 `json:"close,omitempty"`
	Volume    *float64 `json:"volume,omitempty"`
	Adjusted  *float64 `json:"adjusted,omitempty"`
	Expected  *float64 `json:"expected,omitempty"`
	Corrected *float64 `json:"corrected,omitempty"`
}

// known is a number, nil where it is none that can be written.
func known(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}

func orNaN(f *float64) float64 {
	if f == nil {
		return math.NaN()
	}
	return *f
}

func figuresOf(h store.HeldValue) heldFigures {
	b := h.Bar
	return heldFigures{known(b.Open), known(b.High), known(b.Low), known(b.Close), known(b.Volume), known(b.Adjusted), known(h.Expected), known(h.Corrected)}
}

func (f heldFigures) into(h *store.HeldValue) {
	h.Bar = store.Bar{Open: orNaN(f.Open), High: orNaN(f.High), Low: orNaN(f.Low), Close: orNaN(f.Close), Volume: orNaN(f.Volume), Adjusted: orNaN(f.Adjusted)}
	h.Expected, h.Corrected = orNaN(f.Expected), orNaN(f.Corrected)
}

// sameBar compares bars in which NaN is not known.
func sameBar(a, b store.Bar) bool {
	same := func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
	return same(a.Open, b.Open) && same(a.High, b.High) && same(a.Low, b.Low) && same(a.Close, b.Close) && same(a.Volume, b.Volume) && same(a.Adjusted, b.Adjusted)
}

const heldColumns = `tenant_id, id, kind, symbol, source, day, figures, finding, reason, found, decision, decided, user_id, note`

func scanHeld(row interface{ Scan(...any) error }) (store.HeldValue, error) {
	var h store.HeldValue
	var f heldFigures
	var tenant string
	err := row.Scan(textOf{&tenant}, textOf{&h.ID}, &h.Kind, &h.Symbol, &h.Source, dayOf{&h.Day}, jsonOf{&f}, &h.Finding, &h.Reason, timeOf{&h.Found},
		&h.Decision, timeOf{&h.Decided}, textOf{&h.By}, &h.Note)
	h.Own = tenant != shared
	f.into(&h)
	return h, err
}

// HeldValues implements store.SupplyReader.
func (t *tx) HeldValues(ctx context.Context, f store.HeldFilter) ([]store.HeldValue, error) {
	c := &conditions{}
	c.add(`tenant_id IN (%s, %s)`, t.id.Tenant, shared)
	for _, one := range []struct{ column, value string }{{"kind", string(f.Kind)}, {"symbol", f.Symbol}, {"source", f.Source}, {"decision", string(f.Decision)}} {
		if one.value != "" {
			c.add(one.column+` = %s`, one.value)
		}
	}
	if f.Before != "" {
		if uuid.Validate(f.Before) != nil {
			return nil, t.named("held value "+f.Before, store.ErrNotFound)
		}
		c.add(`id < %s`, f.Before)
	}
	c.args = append(c.args, orDefault(f.Limit, 100))
	var all []store.HeldValue
	err := t.each(ctx, func(rows *sql.Rows) error {
		h, err := scanHeld(rows)
		all = append(all, h)
		return err
	}, `SELECT `+heldColumns+` FROM held_values WHERE `+c.text()+` ORDER BY id DESC LIMIT `+fmt.Sprintf("$%d", len(c.args)), c.args...)
	return all, t.named("held values", err)
}

// HeldValue implements store.SupplyReader.
func (t *tx) HeldValue(ctx context.Context, id string) (store.HeldValue, error) {
	if uuid.Validate(id) != nil {
		return store.HeldValue{}, t.named("held value "+id, store.ErrNotFound)
	}
	h, err := scanHeld(t.row(ctx, `SELECT `+heldColumns+` FROM held_values WHERE tenant_id IN ($1, $2) AND id = $3`, t.id.Tenant, shared, id))
	return h, t.named("held value "+id, err)
}

// holder is the tenant that a held value is kept under, if the identity may write it.
func (t *tx) holder(own bool) (string, error) {
	if own {
		return t.id.Tenant, t.member()
	}
	return shared, t.operator()
}

// HoldValues implements store.SupplyWriter.
func (t *tx) HoldValues(ctx context.Context, all []store.HeldValue) (open []store.HeldValue, err error) {
	if len(all) == 0 {
		return nil, nil
	}
	err = t.write("hold values back", func() error {
		own := !slices.ContainsFunc(all, func(h store.HeldValue) bool { return !h.Own })
		if err := t.lockHeld(ctx, own); err != nil {
			return err
		}
		key := func(h store.HeldValue) string {
			return string(h.Kind) + "\x00" + h.Symbol + "\x00" + h.Source + "\x00" + h.Day.String()
		}
		raised := map[bool]bool{}
		for _, h := range sortedOnce(all, key) {
			kept, changed, err := t.holdValue(ctx, h)
			if err != nil {
				return err
			}
			if kept.Decision == store.HeldOpen {
				open = append(open, kept)
			}
			if changed && !raised[h.Own] {
				raised[h.Own] = true
				if err := t.judged(ctx, h, "values are held back"); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return open, err
}

// lockHeld waits for others who write the market data that held values are of. Whoever
// writes market data has this lock before any row; so has whoever writes held values,
// which raise its version.
func (t *tx) lockHeld(ctx context.Context, own bool) error {
	lock := t.store.dialect.LockMarket
	if own || lock == "" || !t.id.Operator { // who may not is told so where it is written
		return nil
	}
	_, err := t.exec(ctx, lock)
	return err
}

// judged raises the version of the market data that a held value is of: figures that rest
// on its series are others, though the series is the same.
func (t *tx) judged(ctx context.Context, h store.HeldValue, reason string) error {
	w, err := t.beginMarket(ctx, h.Own, h.Source, reason)
	if err != nil {
		return err
	}
	return w.raise(ctx)
}

// holdValue keeps one back; changed is false where it was there already.
func (t *tx) holdValue(ctx context.Context, h store.HeldValue) (kept store.HeldValue, changed bool, err error) {
	owner, err := t.holder(h.Own)
	if err != nil {
		return h, false, err
	}
	h.Decision, h.Corrected = store.HeldOpen, math.NaN()
	figures, err := toJSON(figuresOf(h))
	if err != nil {
		return h, false, err
	}
	if h.ID == "" {
		h.ID = store.NewID()
	}
	if h.Found.IsZero() {
		h.Found = t.stamp()
	}
	h.Finding, h.Reason = plain(h.Finding), plain(h.Reason)
	// The row is there before it is locked and compared.
	n, err := t.exec(ctx, `INSERT INTO held_values (tenant_id, id, kind, symbol, source, day, figures, finding, reason, found, decision, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '') ON CONFLICT (tenant_id, kind, symbol, source, day) DO NOTHING`,
		owner, h.ID, string(h.Kind), h.Symbol, h.Source, h.Day.String(), figures, h.Finding, h.Reason, formatTime(h.Found))
	if err != nil || n == 1 {
		return h, err == nil, err
	}
	was, err := scanHeld(t.row(ctx, `SELECT `+heldColumns+` FROM held_values WHERE tenant_id = $1 AND kind = $2 AND symbol = $3 AND source = $4 AND day = $5`+t.store.dialect.ForUpdate,
		owner, string(h.Kind), h.Symbol, h.Source, h.Day.String()))
	if err != nil {
		return h, false, err
	}
	if sameBar(was.Bar, h.Bar) && (was.Decision != store.HeldOpen || was.Finding == h.Finding && was.Reason == h.Reason) {
		return was, false, nil
	}
	h.ID, h.Found = was.ID, t.stamp()
	return h, true, t.must(ctx, `UPDATE held_values SET figures = $3, finding = $4, reason = $5, found = $6, decision = 'open', decided = NULL, user_id = NULL, note = ''
		WHERE tenant_id = $1 AND id = $2`, owner, h.ID, figures, h.Finding, h.Reason, formatTime(h.Found))
}

// DecideHeld implements store.SupplyWriter.
func (t *tx) DecideHeld(ctx context.Context, id string, v store.Verdict) (h store.HeldValue, err error) {
	err = t.write("held value "+id, func() error {
		if h, err = t.HeldValue(ctx, id); err != nil {
			return err
		}
		owner, err := t.holder(h.Own)
		if err != nil {
			return err
		}
		if err := t.lockHeld(ctx, h.Own); err != nil {
			return err
		}
		before := h
		if h, err = verdict(h, v); err != nil {
			return err
		}
		figures, err := toJSON(figuresOf(h))
		if err != nil {
			return err
		}
		h.By, h.Decided, h.Note = t.id.User, t.stamp(), plain(v.Note)
		if v.Decision == store.HeldOpen {
			h.By, h.Decided = "", time.Time{}
		}
		n, err := t.exec(ctx, `UPDATE held_values SET figures = $3, decision = $4, decided = $5, user_id = $6, note = $7 WHERE tenant_id = $1 AND id = $2 AND decision = $8`,
			owner, id, figures, string(v.Decision), timeOrNull(h.Decided), orNull(h.By), h.Note, string(before.Decision))
		if err == nil && n == 0 {
			err = store.ErrStale
		}
		if err != nil {
			return err
		}
		if err := t.judged(ctx, h, "held value "+string(h.Decision)); err != nil {
			return err
		}
		return t.note(ctx, "held-value.decide", "held-value/"+id, "", heldNote(before), heldNote(h))
	})
	return h, err
}

// verdict is a held value as it is decided.
func verdict(h store.HeldValue, v store.Verdict) (store.HeldValue, error) {
	bad := func(field, value, problem, cure string) error {
		return &ledger.Fault{ID: h.ID, Field: field, Value: value, Problem: problem, Cure: cure}
	}
	switch {
	case v.Decision == store.HeldOpen && h.Decision == store.HeldOpen, v.Decision != store.HeldOpen && h.Decision != store.HeldOpen:
		return h, store.ErrStale
	case v.Decision == store.HeldCorrected && known(v.Corrected) == nil:
		return h, bad("corrected", "", "is missing", "give the close that is to stand")
	case v.Decision != store.HeldOpen && v.Decision != store.HeldAccepted && v.Decision != store.HeldCorrected && v.Decision != store.HeldDropped:
		return h, bad("decision", clip(string(v.Decision)), "is none", "give accepted, corrected, dropped or open")
	}
	h.Decision, h.Corrected = v.Decision, math.NaN()
	if v.Decision == store.HeldCorrected {
		h.Corrected = v.Corrected
	}
	return h, nil
}

// heldNote is what the audit trail keeps of a held value.
func heldNote(h store.HeldValue) map[string]any {
	kept := map[string]any{"kind": h.Kind, "symbol": h.Symbol, "source": h.Source, "day": h.Day, "decision": h.Decision, "finding": h.Finding}
	if c := known(h.Bar.Close); c != nil {
		kept["close"] = *c
	}
	if c := known(h.Corrected); c != nil {
		kept["corrected"] = *c
	}
	if h.Note != "" {
		kept["note"] = h.Note
	}
	return kept
}
