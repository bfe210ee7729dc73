package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

func invitations(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	invite := func(b byte, founds bool) store.Invite {
		return store.Invite{ID: store.NewID(), Email: "new@example.org", Role: store.Member, Founds: founds, TokenHash: hash(b), Created: epoch, Expires: epoch.Add(time.Hour)}
	}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.CreateInvite(ctx, invite(1, false))) })
	err := s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.CreateInvite(ctx, invite(2, false)) })
	wantError(t, err, store.ErrForbidden, "a member inviting")
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.CreateInvite(ctx, invite(2, true)) })
	wantError(t, err, store.ErrForbidden, "an owner letting others found tenants")
	err = s.Read(ctx, h.member, func(ctx context.Context, v store.View) error { _, err := v.Invites(ctx); return err })
	wantError(t, err, store.ErrForbidden, "a member looking at invitations")
	got, err := s.InviteOf(ctx, hash(1), epoch)
	check(t, err)
	if got.Tenant != h.tenant || got.Email != "new@example.org" || got.Role != store.Member {
		t.Errorf("%+v", got)
	}
	_, err = s.InviteOf(ctx, hash(1), epoch.Add(time.Hour))
	wantError(t, err, store.ErrNotFound, "an expired invitation")

	// Of several who accept it at once one is let in.
	var wait sync.WaitGroup
	errs, ids := make([]error, 5), make([]store.Identity, 5)
	for i := range errs {
		wait.Go(func() {
			ids[i], errs[i] = s.Accept(ctx, hash(1), epoch, store.Tenant{}, user(store.NewID(), string(rune('a'+i))+"@new.example"))
		})
	}
	wait.Wait()
	var joined store.Identity
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			joined = ids[i]
		} else {
			wantError(t, err, store.ErrNotFound, "an invitation used again")
		}
	}
	wantEqual(t, won, 1, "people let in")
	wantEqual(t, joined.Tenant, h.tenant, "tenant joined")
	read(t, s, joined, func(ctx context.Context, v store.View) {
		u, err := v.User(ctx, joined.User)
		check(t, err)
		wantEqual(t, u.Role, store.Member, "role, whatever the user says")
		all, err := v.Portfolios(ctx, true)
		check(t, err)
		wantEqual(t, len(all), 0, "portfolios seen by who joined")
	})
	// An address that is taken uses nothing up.
	as(t, s, operator(h.owner), func(ctx context.Context, tx store.Tx) { check(t, tx.CreateInvite(ctx, invite(3, true))) })
	_, err = s.Accept(ctx, hash(3), epoch, store.Tenant{ID: store.NewID(), Name: "x"}, user(store.NewID(), "ADA@example.org"))
	wantError(t, err, store.ErrExists, "an address that is taken")
	own := store.Tenant{ID: store.NewID(), Name: "own"}
	id, err := s.Accept(ctx, hash(3), epoch, own, user(store.NewID(), "own@example.org"))
	check(t, err)
	wantEqual(t, id.Tenant, own.ID, "tenant founded")
	read(t, s, id, func(ctx context.Context, v store.View) {
		_, err := v.Invites(ctx)
		check(t, err) // an owner
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.Invites(ctx)
		check(t, err)
		wantEqual(t, len(all), 2, "invitations")
		for _, i := range all {
			if i.Accepted.IsZero() {
				t.Errorf("still open: %+v", i)
			}
		}
	})
}

func deletion(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	furnish(t, s, ada)
	furnish(t, s, bob)
	memberOwns := store.NewID()
	as(t, s, ada.member, func(ctx context.Context, tx store.Tx) {
		check(t, tx.CreatePortfolio(ctx, store.Portfolio{ID: memberOwns, Name: "Member's", Base: "EUR"}))
		check(t, tx.PutSetting(ctx, store.OfUser, "theme", []byte(`"dark"`)))
	})
	err := s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, ada.owner.User) })
	wantError(t, err, store.ErrForbidden, "the last owner going alone")
	err = s.As(ctx, ada.member, func(ctx context.Context, tx store.Tx) error { return tx.DeleteTenant(ctx) })
	wantError(t, err, store.ErrForbidden, "a member deleting the tenant")
	err = s.As(ctx, bob.owner, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, ada.member.User) })
	wantError(t, err, store.ErrNotFound, "another tenant's owner deleting a user")

	// What was granted ends with whoever it was granted to, here and in other tenants, and
	// the trail of the portfolio says so.
	granted := func(user string) {
		t.Helper()
		as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
			check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: user, Role: store.CanView}))
		})
	}
	ended := func(user string, want int) {
		t.Helper()
		read(t, s, ada.owner, func(ctx context.Context, v store.View) {
			all, err := v.Grants(ctx, ada.portfolio)
			check(t, err)
			wantEqual(t, len(all), 0, "grants left")
			events, err := v.FindEvents(ctx, store.EventFilter{Portfolio: ada.portfolio, Action: "grant.delete", Limit: 10})
			check(t, err)
			wantEqual(t, len(events), want, "grants that the trail says have ended")
			wantEqual(t, events[0].Object, "grant/"+ada.portfolio+"/"+user, "which")
		})
	}
	granted(bob.owner.User)
	guest := store.Identity{Tenant: ada.tenant, User: bob.owner.User}
	as(t, s, guest, func(ctx context.Context, tx store.Tx) { check(t, tx.LeaveGrants(ctx)) })
	ended(bob.owner.User, 1)
	err = s.As(ctx, guest, func(ctx context.Context, tx store.Tx) error { return tx.LeaveGrants(ctx) })
	wantError(t, err, store.ErrNotFound, "leaving again")
	granted(ada.member.User)
	as(t, s, ada.member, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteUser(ctx, ada.member.User)) })
	ended(ada.member.User, 2)
	err = s.Read(ctx, ada.member, func(context.Context, store.View) error { return nil })
	wantError(t, err, store.ErrNotFound, "a deleted user")
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		_, err := v.VerifyEvents(ctx)
		check(t, err)
		events, err := v.Events(ctx, 0, 1000)
		check(t, err)
		gone := false
		for _, e := range events {
			gone = gone || e.Action == "user.delete"
			if (e.User == ada.member.User || e.Object == "user/"+ada.member.User) && (e.Before != nil || e.After != nil) {
				t.Errorf("event %s of the deleted user says %s %s", e.Action, e.Before, e.After)
			}
		}
		if !gone {
			t.Error("the trail does not say that the user went")
		}
	})

	as(t, s, operator(bob.owner), func(ctx context.Context, tx store.Tx) {
		_, err := tx.SetOwnPrices(ctx, []store.OwnPrice{{Symbol: "X", Date: date.MustParse("2025-01-02"), Price: money.One, Currency: "EUR"}})
		check(t, err)
	})
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteTenant(ctx)) })
	err = s.Read(ctx, ada.owner, func(context.Context, store.View) error { return nil })
	wantError(t, err, store.ErrNotFound, "the owner of a deleted tenant")
	_, err = s.Credentials(ctx, "ada@example.org")
	wantError(t, err, store.ErrNotFound, "an address of a deleted tenant")
	tenants, err := s.Tenants(ctx)
	check(t, err)
	wantEqual(t, len(tenants), 1, "tenants left")
	watch, err := s.Watchers(ctx)
	check(t, err)
	wantEqual(t, len(watch) == 1 && watch[0] == bob.owner, true, "who watches anything still")
	read(t, s, bob.owner, func(ctx context.Context, v store.View) { // the other is whole
		all, err := v.Portfolios(ctx, true)
		check(t, err)
		wantEqual(t, len(all), 1, "portfolios of the other")
		_, err = v.VerifyEvents(ctx)
		check(t, err)
	})
	wantEqual(t, len(ledgerOf(t, s, bob.owner, bob.portfolio, store.Latest)), 1, "bookings of the other")
}
