package service

import (
	"context"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// Closings say through which days the books of a portfolio were closed, and opened
// again, the first first; the last one counts.
func (s *Service) Closings(ctx context.Context, c Caller, portfolio string) (all []store.Closing, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		all, err = v.Closings(ctx, portfolio)
		return err
	})
	return all, err
}

// CloseBooks closes the books of a portfolio through a day, for those who manage it.
// An earlier day than before, or date.None for none, opens what lies after it again,
// which takes a reason.
func (s *Service) CloseBooks(ctx context.Context, c Caller, portfolio string, through date.Date, reason string) (closing store.Closing, err error) {
	reason = strings.TrimSpace(reason)
	if len(reason) > 500 {
		return closing, &ledger.Fault{Field: "reason", Problem: "it is too long", Cure: "say it in 500 letters"}
	}
	if !through.IsNone() && through >= s.today() {
		return closing, &ledger.Fault{Field: "through", Value: through.String(), Problem: "the day is not over", Cure: "close a day that has passed"}
	}
	err = s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		before, err := tx.ClosedThrough(ctx, portfolio)
		if err != nil {
			return err
		}
		reopens := !before.IsNone() && (through.IsNone() || through < before)
		if reopens && reason == "" {
			return &ledger.Fault{Field: "reason", Problem: "closed books are opened again without a reason", Cure: "say why; the audit trail keeps it"}
		}
		closing, err = tx.PutClosing(ctx, store.Closing{Portfolio: portfolio, Through: through, Reason: reason})
		return err
	})
	return closing, err
}
