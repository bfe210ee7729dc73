package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// dividend is a proposal that was found: 0.50 a share on ten shares.
func dividend(portfolio string) store.Proposal {
	return store.Proposal{Portfolio: portfolio, Account: "depot", Symbol: "ACME", ExDate: date.MustParse("2025-03-03"), PayDate: date.MustParse("2025-03-20"),
		Amount: money.MustParse("0.50"), Currency: "EUR", Quantity: money.Int(10), Gross: money.MustParse("5.00"), Source: "fmp", Kind: store.ProposedDividend}
}

func propose(t *testing.T, s store.Store, id store.Identity, all ...store.Proposal) (done store.Proposed) {
	t.Helper()
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		var err error
		done, err = tx.Propose(ctx, all)
		check(t, err)
	})
	return done
}

func proposalsOf(t *testing.T, s store.Store, id store.Identity, f store.ProposalFilter) (all []store.Proposal) {
	t.Helper()
	read(t, s, id, func(ctx context.Context, v store.View) {
		for range 20 {
			p, err := v.Proposals(ctx, f)
			check(t, err)
			all = append(all, p.Proposals...)
			if f.After = p.Next; p.Next == "" {
				return
			}
		}
		t.Error("the pages do not end")
	})
	return all
}

func proposals(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	d := dividend(ada.portfolio)
	later := d
	later.ExDate, later.Withholding, later.PayDate = date.MustParse("2025-06-03"), some("0.75"), date.None
	wantEqual(t, propose(t, s, ada.owner, d, later), store.Proposed{Added: 2}, "found")
	wantEqual(t, propose(t, s, ada.owner, d, later), store.Proposed{Same: 2}, "found again")
	more := d
	more.Quantity, more.Gross = money.Int(12), money.MustParse("6.000000000000000001")
	wantEqual(t, propose(t, s, ada.owner, more), store.Proposed{Changed: 1}, "found with other terms")
	elsewhere := d
	elsewhere.Account = "other"
	wantEqual(t, propose(t, s, ada.owner, elsewhere), store.Proposed{Added: 1}, "found in another account")

	for _, limit := range []int{0, 1, 2} {
		var lines []string
		for _, p := range proposalsOf(t, s, ada.owner, store.ProposalFilter{Limit: limit, Portfolio: ada.portfolio}) {
			lines = append(lines, fmt.Sprint(p.ExDate, " ", p.Account, " ", p.Gross, " ", p.Status))
		}
		wantEqual(t, strings.Join(lines, ", "), "2025-06-03 depot 5 open, 2025-03-03 other 5 open, 2025-03-03 depot 6.000000000000000001 open", "proposals")
	}
	wantEqual(t, len(proposalsOf(t, s, bob.owner, store.ProposalFilter{})), 0, "proposals that another tenant sees")
	wantEqual(t, len(proposalsOf(t, s, ada.owner, store.ProposalFilter{Symbol: "ACME", From: date.MustParse("2025-03-04"), To: date.MustParse("2025-06-03"), Statuses: []store.ProposalStatus{store.ProposalOpen, store.ProposalEdited}})), 1, "proposals of some days")
	june := proposalsOf(t, s, ada.owner, store.ProposalFilter{})[0]
	if !june.PayDate.IsNone() || june.Withholding.Decimal.String() != "0.75" || june.Amount.String() != "0.5" || june.Quantity.String() != "10" || june.Source != "fmp" || june.Kind != store.ProposedDividend || june.Proposed.IsZero() || june.Transaction != "" {
		t.Errorf("proposal read back: %+v", june)
	}
	// Rejected it stays so, however often it is found; then it is opened again.
	reject := func(id store.Identity) error {
		return s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.RejectProposal(ctx, june.ID, "not mine")
			return err
		})
	}
	wantError(t, reject(bob.owner), store.ErrNotFound, "another tenant's proposal")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: ada.member.User, Role: store.CanView}))
	})
	wantError(t, reject(ada.member), store.ErrForbidden, "a proposal of who may only look")
	wantEqual(t, len(proposalsOf(t, s, ada.member, store.ProposalFilter{})), 3, "proposals of who may look")
	check(t, reject(ada.owner))
	check(t, reject(ada.owner))
	later.Gross = money.Int(9)
	wantEqual(t, propose(t, s, ada.owner, later), store.Proposed{Same: 1}, "found after it was rejected")
	err := s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		_, _, err := tx.ConfirmProposal(ctx, june.ID, store.NewID(), false)
		return err
	})
	wantError(t, err, store.ErrStale, "confirming what was rejected")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		p, err := tx.ReopenProposal(ctx, june.ID)
		check(t, err)
		wantEqual(t, p.Status == store.ProposalOpen && p.Note == "", true, "opened again")
	})
	// What no longer stands goes, what was decided stays.
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		n, err := tx.DropProposals(ctx, ada.portfolio, date.MustParse("2025-03-03"), []string{june.ID})
		check(t, err)
		wantEqual(t, n, 2, "dropped")
	})
	wantEqual(t, len(proposalsOf(t, s, ada.owner, store.ProposalFilter{})), 1, "proposals left")
	for _, bad := range []func(*store.Proposal){
		func(p *store.Proposal) { p.Amount = money.MustParse("0.1234567890123456789") }, func(p *store.Proposal) { p.Kind = "gift" }, func(p *store.Proposal) { p.ExDate = date.None },
	} {
		p := d
		bad(&p)
		err := s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Propose(ctx, []store.Proposal{p})
			return err
		})
		var faults ledger.Faults
		if !errors.As(err, &faults) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// confirm books a proposal as the service does: in one transaction, and only if nobody
// has.
func confirm(s store.Store, id store.Identity, proposal string) (first bool, err error) {
	err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		b := ledger.Transaction{ID: store.NewID(), Type: ledger.Dividend, Account: "depot", Currency: "EUR"}
		p, mine, err := tx.ConfirmProposal(ctx, proposal, b.ID, false)
		if err != nil || !mine {
			return err
		}
		first, b.Date, b.Symbol, b.Amount = true, p.PayDate, p.Symbol, money.Some(p.Gross)
		_, err = tx.Append(ctx, store.Change{Portfolio: p.Portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(b)})
		return err
	})
	return first && err == nil, err
}

// confirmTwice is golden vector 17.
func confirmTwice(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	propose(t, s, h.owner, dividend(h.portfolio))
	id := proposalsOf(t, s, h.owner, store.ProposalFilter{})[0].ID
	for i, want := range []bool{true, false, false} {
		first, err := confirm(s, h.owner, id)
		check(t, err)
		wantEqual(t, first, want, fmt.Sprintf("confirmed %d times: booked now", i+1))
		wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), "[2025-03-20 ACME 0]", "bookings")
	}
	got := proposalsOf(t, s, h.owner, store.ProposalFilter{Statuses: []store.ProposalStatus{store.ProposalConfirmed}})
	if len(got) != 1 || got[0].DecidedBy != h.owner.User || got[0].Decided.IsZero() {
		t.Fatalf("confirmed: %+v", got)
	}
	wantEqual(t, propose(t, s, h.owner, dividend(h.portfolio)), store.Proposed{Same: 1}, "found after it was booked")
	reopen := func() error {
		return s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { _, err := tx.ReopenProposal(ctx, id); return err })
	}
	wantError(t, reopen(), store.ErrStale, "opening what is booked")
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { _, err := tx.RejectProposal(ctx, id, ""); return err })
	wantError(t, err, store.ErrStale, "rejecting what is booked")

	// An edited booking still is it; one that was taken out gives the proposal free.
	row := got[0].Transaction
	edit := ledger.Transaction{ID: store.NewID(), Date: date.MustParse("2025-03-21"), Type: ledger.Dividend, Account: "depot", Symbol: "ACME", Amount: some("4.25"), Currency: "EUR"}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Edited, Enter: []store.Entry{{Transaction: edit, Replaces: row}}})
		check(t, err)
	})
	wantError(t, reopen(), store.ErrStale, "opening what is booked and edited")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Deleted, Remove: []string{edit.ID}})
		check(t, err)
	})
	check(t, reopen())
	first, err := confirm(s, h.owner, id)
	check(t, err)
	wantEqual(t, first, true, "booked anew")
	wantEqual(t, len(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), 1, "bookings in the end")

	// A booking that is refused leaves the proposal open.
	later := dividend(h.portfolio)
	later.ExDate = date.MustParse("2025-06-03")
	propose(t, s, h.owner, later)
	open := proposalsOf(t, s, h.owner, store.ProposalFilter{Statuses: []store.ProposalStatus{store.ProposalOpen}})[0].ID
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		b := buy("2025-06-03", "ACME", "0.1234567890123456789", "1")
		if _, _, err := tx.ConfirmProposal(ctx, open, b.ID, true); err != nil {
			return err
		}
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(b)})
		return err
	})
	wantError(t, err, money.ErrRange, "a booking of too many digits")
	wantEqual(t, len(proposalsOf(t, s, h.owner, store.ProposalFilter{Statuses: []store.ProposalStatus{store.ProposalOpen}})), 1, "proposals open after that")
}

// confirmTogether: of several who confirm at the same moment, one books.
func confirmTogether(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutGrant(ctx, store.Grant{Portfolio: h.portfolio, User: h.member.User, Role: store.CanTrade}))
	})
	propose(t, s, h.owner, dividend(h.portfolio))
	id := proposalsOf(t, s, h.owner, store.ProposalFilter{})[0].ID
	booked := make([]bool, 8)
	var wait sync.WaitGroup
	for i := range booked {
		wait.Go(func() {
			first, err := confirm(s, []store.Identity{h.owner, h.member}[i%2], id)
			if err != nil {
				t.Error(err)
			}
			booked[i] = first
		})
	}
	wait.Wait()
	n := 0
	for _, b := range booked {
		if b {
			n++
		}
	}
	wantEqual(t, n, 1, "confirmations that booked")
	wantEqual(t, len(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), 1, "bookings")
}
