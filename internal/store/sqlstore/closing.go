package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// Closings implements store.ClosingReader.
func (t *tx) Closings(ctx context.Context, portfolio string) ([]store.Closing, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return nil, err
	}
	var all []store.Closing
	err := t.each(ctx, func(rows *sql.Rows) error {
		c := store.Closing{Portfolio: portfolio}
		err := rows.Scan(&c.Sequence, dayOf{&c.Through}, &c.Reason, textOf{&c.User}, timeOf{&c.At})
		all = append(all, c)
		return err
	}, `SELECT sequence, through, reason, user_id, at FROM closings WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY sequence`, t.id.Tenant, portfolio)
	return all, t.named("closings", err)
}

// ClosedThrough implements store.ClosingReader.
func (t *tx) ClosedThrough(ctx context.Context, portfolio string) (date.Date, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return date.None, err
	}
	last, err := t.lastClosing(ctx, portfolio)
	return last.Through, t.named("closings", err)
}

// lastClosing is the one that counts; the caller has asked for access.
func (t *tx) lastClosing(ctx context.Context, portfolio string) (store.Closing, error) {
	c := store.Closing{Portfolio: portfolio, Through: date.None}
	err := t.row(ctx, `SELECT sequence, through FROM closings WHERE tenant_id = $1 AND portfolio_id = $2 ORDER BY sequence DESC LIMIT 1`, t.id.Tenant, portfolio).
		Scan(&c.Sequence, dayOf{&c.Through})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// PutClosing implements store.ClosingWriter.
func (t *tx) PutClosing(ctx context.Context, c store.Closing) (store.Closing, error) {
	err := t.write("close the books of "+c.Portfolio, func() error {
		if err := t.access(ctx, c.Portfolio, store.CanManage); err != nil {
			return err
		}
		if _, err := t.lockLedger(ctx, c.Portfolio, store.AnyVersion); err != nil { // no booking slips in between
			return err
		}
		before, err := t.lastClosing(ctx, c.Portfolio)
		if err != nil {
			return err
		}
		if before.Through == c.Through {
			return store.ErrExists
		}
		c.Sequence, c.User, c.At = before.Sequence+1, t.id.User, t.stamp()
		through := ""
		if !c.Through.IsNone() {
			through = c.Through.String()
		}
		_, err = t.exec(ctx, `INSERT INTO closings (tenant_id, portfolio_id, sequence, through, reason, user_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.id.Tenant, c.Portfolio, c.Sequence, orNull(through), c.Reason, c.User, formatTime(c.At))
		if err != nil {
			return err
		}
		action := "books.close"
		if c.Through.IsNone() || !before.Through.IsNone() && c.Through < before.Through {
			action = "books.reopen"
		}
		return t.note(ctx, action, "closing/"+c.Portfolio, c.Portfolio, closed(before), closed(c))
	})
	return c, err
}

// closed is what the audit trail keeps of a closing.
func closed(c store.Closing) any {
	if c.Sequence == 0 {
		return nil
	}
	kept := map[string]string{"reason": c.Reason}
	if !c.Through.IsNone() {
		kept["through"] = c.Through.String()
	}
	return kept
}

// closedDays collects what a change would do to closed days.
type closedDays struct {
	through date.Date
	faults  ledger.Faults
}

// meet holds a booking of the change against the closed period. row counts the entries
// from 1; 0 with an id is one that stands already.
func (c *closedDays) meet(row int, id string, day date.Date) {
	if c.through.IsNone() || day > c.through {
		return
	}
	c.faults = append(c.faults, &ledger.Fault{Row: row, ID: id, Field: "date", Value: day.String(), Err: store.ErrClosed,
		Problem: fmt.Sprintf("the books are closed through %s", c.through), Cure: "book it on a later day, or have the period opened again by somebody who manages the portfolio"})
}
