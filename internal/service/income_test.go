package service

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// GOLDEN VECTOR 17, raced: of many confirmations at once one books, and all say the same.
func TestADividendConfirmedAtOnceIsBookedOnce(t *testing.T) {
	w := newWorld(t)
	w.market("ACME 0.50 EUR ex 2026-03-02 pay 2026-03-16")
	w.book("2026-01-05 buy 10 ACME @ 100")
	w.look()
	p := w.proposal("ACME", "2026-03-02", "depot")
	const n = 12
	answers := make([]ConfirmedIncome, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			var err error
			if answers[i], err = w.s.ConfirmIncome(ctx, w.owner, w.portfolio, p.ID, IncomeTerms{}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	booked := 0
	for _, a := range answers {
		if !a.Repeated {
			booked++
		}
		if a.Version.Version != answers[0].Version.Version || fmt.Sprint(a.IDs) != fmt.Sprint(answers[0].IDs) || a.Proposal != answers[0].Proposal {
			t.Errorf("answers differ: %+v and %+v", a, answers[0])
		}
	}
	if booked != 1 {
		t.Errorf("%d of %d booked", booked, n)
	}
	w.wantLedger("2026-01-05 buy 10 ACME @ 100", "2026-03-16 dividend 0 ACME @ 0")
	w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
		_, err := v.VerifyEvents(ctx)
		return err
	}))
}

// Who may only look confirms, rejects and looks for nothing; who is not let in finds
// nothing; and a proposal is one of its own portfolio.
func TestIncomeIsDecidedByWhoMayTrade(t *testing.T) {
	w := newWorld(t)
	w.market("ACME 0.50 EUR ex 2026-03-02 pay 2026-03-16")
	w.book("2026-01-05 buy 10 ACME @ 100")
	w.look()
	p := w.proposal("ACME", "2026-03-02", "depot")
	guest, trader, nobody := w.another("guest@example.org"), w.another("trader@example.org"), w.another("nobody@example.org")
	w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutGrant(ctx, store.Grant{Portfolio: w.portfolio, User: guest.User, Role: store.CanView}); err != nil {
			return err
		}
		return tx.PutGrant(ctx, store.Grant{Portfolio: w.portfolio, User: trader.User, Role: store.CanTrade})
	}))
	if n, err := w.s.IncomeWaiting(ctx, guest, w.portfolio); n != 1 || err != nil {
		t.Errorf("a guest sees %d, %v", n, err)
	}
	tries := func(c Caller) map[string]error {
		_, confirm := w.s.ConfirmIncome(ctx, c, w.portfolio, p.ID, IncomeTerms{})
		_, reject := w.s.RejectIncome(ctx, c, w.portfolio, p.ID, "no")
		_, reopen := w.s.ReopenIncome(ctx, c, w.portfolio, p.ID)
		_, find := w.s.FindIncome(ctx, c, w.portfolio)
		return map[string]error{"confirm": confirm, "reject": reject, "reopen": reopen, "find": find}
	}
	for what, err := range tries(guest) {
		wantError(t, err, ErrForbidden, "a guest, "+what)
	}
	for what, err := range tries(nobody) {
		wantError(t, err, ErrNotFound, "a stranger, "+what)
	}
	reading := w.owner
	reading.Scope = ScopeRead
	for what, err := range tries(reading) {
		wantError(t, err, ErrScope, "a token that reads, "+what)
	}
	w.wantLedger("2026-01-05 buy 10 ACME @ 100")
	other := w.create("Other")
	_, err := w.s.ConfirmIncome(ctx, w.owner, other, p.ID, IncomeTerms{})
	wantError(t, err, ErrNotFound, "of another portfolio")
	done, err := w.s.ConfirmIncome(ctx, trader, w.portfolio, p.ID, IncomeTerms{})
	if err != nil || done.Repeated || done.Proposal.DecidedBy != trader.User {
		t.Errorf("a trader: %+v, %v", done, err)
	}
}

// Terms that cannot be are refused by name and nothing is decided.
func TestTermsOfIncomeThatCannotBe(t *testing.T) {
	w := newWorld(t)
	w.market("ACME 0.50 EUR ex 2026-03-02 pay 2026-03-16")
	w.book("2026-01-05 buy 10 ACME @ 100")
	w.look()
	p := w.proposal("ACME", "2026-03-02", "depot")
	some := func(s string) money.Optional { return money.Some(money.MustParse(s)) }
	for field, terms := range map[string]IncomeTerms{
		"gross":       {Gross: some("0")},
		"withholding": {Withholding: some("5.01")},
		"fees":        {Fees: some("-1")},
		"currency":    {Currency: "euro"},
		"price":       {Reinvest: &Reinvest{Price: some("0")}},
		"quantity":    {Reinvest: &Reinvest{Quantity: some("-1")}},
		"reinvest":    {Gross: some("-5"), Reinvest: &Reinvest{}},
	} {
		_, err := w.s.ConfirmIncome(ctx, w.owner, w.portfolio, p.ID, terms)
		wantFault(t, err, 0, field, field)
	}
	_, err := w.s.ConfirmIncome(ctx, w.owner, w.portfolio, p.ID, IncomeTerms{Date: date.MustParse("2026-07-01")})
	wantFault(t, err, 1, "date", "a day to come")
	_, err = w.s.RejectIncome(ctx, w.owner, w.portfolio, p.ID, " ")
	wantFault(t, err, 0, "reason", "no reason")
	if w.proposal("ACME", "2026-03-02", "depot").Status != store.ProposalOpen {
		t.Error("it was decided")
	}
	w.wantLedger("2026-01-05 buy 10 ACME @ 100")
}

// What has changed since is proposed as it is now, in the portfolios of everybody and
// again and again without writing anything.
func TestProposalsFollowTheLedger(t *testing.T) {
	w := newWorld(t)
	w.market("ACME 0.50 EUR ex 2026-03-02 pay 2026-03-16")
	w.book("2026-01-05 buy 10 ACME @ 100")
	w.look()
	w.book("2026-02-27 buy 5 ACME @ 100")
	looked, found, next, err := w.s.ProposeIncomeOfAll(ctx, "", w.clock)
	if err != nil || looked != 1 || next != "" || found.Changed != 1 || found.Added != 0 {
		t.Fatalf("%d looked at, %s, next %q, %v", looked, found, next, err)
	}
	if p := w.proposal("ACME", "2026-03-02", "depot"); p.Gross.String() != "7.5" {
		t.Errorf("gross %s", p.Gross)
	}
	events := func() (n int) {
		w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
			all, err := v.Events(ctx, 0, 1000)
			n = len(all)
			return err
		}))
		return n
	}
	before := events()
	if found := w.look(); found.Same != 1 || found.Added+found.Changed+found.Dropped != 0 || events() != before {
		t.Errorf("looking again: %s, %d events after %d", found, events(), before)
	}
	w.must(w.s.ArchivePortfolio(ctx, w.owner, w.portfolio, true))
	if found := w.look(); found.Dropped != 1 {
		t.Errorf("archived: %s", found)
	}
}

// What was received is the ledger's, what is expected of the stored dividends, and a
// holding without any is unknown.
func TestIncomeOfAPortfolio(t *testing.T) {
	w := newWorld(t)
	for _, d := range []string{"2025-06-16", "2025-09-15", "2025-12-15", "2026-03-16"} {
		w.market("ACME 0.50 EUR ex " + d + " pay " + d)
	}
	w.market("ACME costs 100 EUR on 2026-05-29")
	w.market("MUTE costs 10 EUR on 2026-05-29")
	w.book("2025-01-06 buy 10 ACME @ 80", "2025-01-06 buy 10 MUTE @ 10")
	_, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{{Date: date.MustParse("2025-09-15"), Type: ledger.Dividend, Account: "depot", Symbol: "ACME", Amount: money.Some(money.Int(5)), Currency: "EUR"}})
	w.must(err)
	for _, q := range []Question{{Portfolios: []string{w.portfolio}}, {}} {
		in, err := w.s.Income(ctx, w.owner, q)
		w.must(err)
		if got := in.Received.Amount.Decimal.String() + " " + in.Expected.Amount.Decimal.String() + " " + string(in.Expected.Status); got != "5 20 partial" {
			t.Errorf("received, expected: %s (%v)", got, in.Expected.Reasons)
		}
		for _, h := range in.Holdings {
			if h.Symbol == "MUTE" && h.Expected.Known() {
				t.Errorf("nobody says what MUTE pays, and it is expected to pay %s", h.Expected.Amount.Decimal)
			}
		}
	}
}
