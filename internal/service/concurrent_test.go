package service

import (
	"fmt"
	"sync"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// Readers beside a writer always see a whole version: the deposits of the one they are
// told they see.
func TestQuestionsBesideWrites(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 100")
	done := make(chan struct{})
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				a, err := w.s.Analysis(ctx, w.owner, Question{Portfolios: []string{w.portfolio}})
				if err != nil {
					t.Error(err)
					return
				}
				if got, want := a.Summary.Value.Amount.Decimal.String(), fmt.Sprint(100*a.LedgerVersion); got != want {
					t.Errorf("version %d is worth %s, want %s", a.LedgerVersion, got, want)
					return
				}
			}
		})
	}
	for range 60 {
		if _, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-01 deposit 100")}); err != nil {
			t.Error(err)
			break
		}
	}
	close(done)
	wait.Wait()
	if got := w.value(Question{}); got != "6100 complete" {
		t.Errorf("in the end: %s", got)
	}
}
