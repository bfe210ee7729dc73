package service

import (
	"context"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
)

// TestWhatWasSharedEndsWithTheAccount: who deletes their account leaves no grant of
// another tenant behind, and that tenant's trail says when it ended; a deletion that is
// refused ends nothing.
func TestWhatWasSharedEndsWithTheAccount(t *testing.T) {
	w, _ := accounts(t)
	const password = "another sentence here"
	eve, err := w.s.Register(ctx, NewOwner{Email: "eve@example.org", Password: password, Name: "Eve", BaseCurrency: "EUR"})
	w.must(err)
	_, _, err = w.s.AddUser(ctx, eve.Caller, NewOwner{Email: "bob@example.org", Name: "Bob"}, store.Member)
	w.must(err)
	err = w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		return tx.PutGrant(ctx, store.Grant{Portfolio: w.portfolio, User: eve.Caller.User, Role: store.CanView})
	})
	w.must(err)
	grants := func() (all []store.Grant) {
		t.Helper()
		w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) (err error) {
			all, err = v.Grants(ctx, w.portfolio)
			return err
		}))
		return all
	}
	wantFault(t, w.s.DeleteMe(ctx, eve.Caller, password, false), 0, "everybody", "leaving others behind")
	if len(grants()) != 1 {
		t.Error("a deletion that was refused ended a grant")
	}
	w.must(w.s.DeleteMe(ctx, eve.Caller, password, true))
	if all := grants(); len(all) != 0 {
		t.Errorf("left behind: %+v", all)
	}
	events, err := w.s.FindEvents(ctx, w.owner, store.EventFilter{Portfolio: w.portfolio, Action: "grant.delete", Limit: 5})
	w.must(err)
	if len(events) != 1 || events[0].User != eve.Caller.User {
		t.Errorf("the trail has %+v", events)
	}
	if _, err := w.s.VerifyEvents(ctx, w.owner); err != nil {
		t.Error(err)
	}
}
