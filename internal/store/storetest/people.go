package storetest

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

func firstOwner(t *testing.T, s store.Store) {
	has, err := s.HasOwner(ctx)
	check(t, err)
	wantEqual(t, has, false, "owner of an empty store")

	// Of many first visitors one wins.
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() {
			errs[i] = s.Found(ctx, store.Tenant{ID: store.NewID(), Name: "home"}, user(store.NewID(), string(rune('a'+i))+"@example.org"), true)
		})
	}
	wait.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantError(t, err, store.ErrExists, "a second first owner")
		}
	}
	wantEqual(t, won, 1, "owners founded")
	has, err = s.HasOwner(ctx)
	check(t, err)
	wantEqual(t, has, true, "owner")
	tenants, err := s.Tenants(ctx)
	check(t, err)
	wantEqual(t, len(tenants), 1, "tenants")
}

func people(t *testing.T, s store.Store) {
	h := build(t, s, "Ada")
	c, err := s.Credentials(ctx, " ADA@example.org ")
	check(t, err)
	wantEqual(t, c.Identity, h.owner, "identity of the address in another case")
	wantEqual(t, c.PasswordHash, "hash of Ada@example.org", "hash")
	_, err = s.Credentials(ctx, "nobody@example.org")
	wantError(t, err, store.ErrNotFound, "credentials of nobody")
	owner, err := s.OwnerOf(ctx, h.tenant)
	check(t, err)
	wantEqual(t, owner, h.owner.User, "owner of the tenant")

	token := bytes.Repeat([]byte{7}, 32)
	session := store.Session{ID: store.NewID(), TokenHash: token, Created: epoch, LastSeen: epoch, Expires: epoch.Add(time.Hour), Agent: "a browser"}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.CreateSession(ctx, session)) })
	got, err := s.SessionOf(ctx, token, epoch.Add(59*time.Minute))
	check(t, err)
	wantEqual(t, got.Identity, h.owner, "identity of the session")
	wantEqual(t, got.Expires, session.Expires, "end of the session")
	_, err = s.SessionOf(ctx, token, epoch.Add(time.Hour))
	wantError(t, err, store.ErrNotFound, "an expired session")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.TouchSession(ctx, session.ID, epoch.Add(time.Minute), epoch.Add(2*time.Hour)))
	})
	_, err = s.SessionOf(ctx, token, epoch.Add(time.Hour))
	check(t, err)

	// Another user neither sees nor ends it.
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		all, err := v.Sessions(ctx)
		check(t, err)
		wantEqual(t, len(all), 0, "sessions of another user")
	})
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.DeleteSession(ctx, session.ID) })
	wantError(t, err, store.ErrNotFound, "ending another's session")

	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.SetPassword(ctx, h.owner.User, "new hash"))
		check(t, tx.DeleteSessions(ctx, h.owner.User, ""))
		u, err := tx.User(ctx, h.owner.User)
		check(t, err)
		wantEqual(t, u.PasswordHash, "", "hash given out")
		u.Name, u.Locale = "Ada L.", "en-GB"
		check(t, tx.UpdateUser(ctx, u))
	})
	c, err = s.Credentials(ctx, "ada@example.org")
	check(t, err)
	wantEqual(t, c.PasswordHash, "new hash", "hash after the change")
	_, err = s.SessionOf(ctx, token, epoch)
	wantError(t, err, store.ErrNotFound, "session after signing out everywhere")

	// Members change themselves, not others and not what they may do.
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.SetPassword(ctx, h.owner.User, "mine") })
	wantError(t, err, store.ErrForbidden, "a member setting another's password")
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, h.member.User)
		check(t, err)
		u.Role = store.Owner
		return tx.UpdateUser(ctx, u)
	})
	wantError(t, err, store.ErrForbidden, "a member making itself owner")
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateUser(ctx, user(store.NewID(), "x@example.org"))
	})
	wantError(t, err, store.ErrForbidden, "a member creating users")

	// A disabled user is out at once.
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		u, err := tx.User(ctx, h.member.User)
		check(t, err)
		u.Disabled = true
		check(t, tx.UpdateUser(ctx, u))
	})
	err = s.Read(ctx, h.member, func(context.Context, store.View) error { return nil })
	wantError(t, err, store.ErrForbidden, "a disabled user")

	err = s.Found(ctx, store.Tenant{ID: store.NewID(), Name: "other"}, user(store.NewID(), "ADA@EXAMPLE.ORG"), false)
	wantError(t, err, store.ErrExists, "an address that is taken")
}

func portfolios(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	var p store.Portfolio
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.Portfolios(ctx, false)
		check(t, err)
		wantEqual(t, len(all), 1, "portfolios")
		p = all[0]
		wantEqual(t, p.Role, store.CanManage, "role of the owner")
		wantEqual(t, p.Owner, h.owner.User, "owner")
		wantEqual(t, string(p.Settings), "{}", "settings")
	})
	p.Policy.Method, p.Name = "HIFO", "Renamed"
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		revision, err := tx.UpdatePortfolio(ctx, p)
		check(t, err)
		wantEqual(t, revision, p.Revision+1, "revision")
	})
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.UpdatePortfolio(ctx, p)
		return err
	})
	wantError(t, err, store.ErrStale, "an update of an older revision")
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		return tx.CreatePortfolio(ctx, store.Portfolio{ID: store.NewID(), Name: "Renamed", Base: "EUR"})
	})
	wantError(t, err, store.ErrExists, "two portfolios of one name")

	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutAccount(ctx, p.ID, store.Account{Name: "depot", Label: "Depot", Currency: "EUR"}))
		check(t, tx.PutAccount(ctx, p.ID, store.Account{Name: "spare", Currency: "USD"}))
		check(t, tx.PutAccount(ctx, p.ID, store.Account{Name: "depot", Label: "Depot at the bank", Currency: "EUR", Institution: "Bank"}))
	})
	book(t, s, h.owner, p.ID, buy("2025-01-02", "ACME", "1", "10"))
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.DeleteAccount(ctx, p.ID, "depot") })
	wantError(t, err, store.ErrExists, "deleting an account with bookings")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.DeleteAccount(ctx, p.ID, "spare"))
		accounts, err := tx.Accounts(ctx, p.ID)
		check(t, err)
		if len(accounts) != 1 || accounts[0] != (store.Account{Name: "depot", Label: "Depot at the bank", Currency: "EUR", Institution: "Bank"}) {
			t.Errorf("accounts: %+v", accounts)
		}
	})

	// Archived: out of the list, its name free, its books there.
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		p, err := tx.Portfolio(ctx, p.ID)
		check(t, err)
		p.Archived = epoch
		_, err = tx.UpdatePortfolio(ctx, p)
		check(t, err)
		check(t, tx.CreatePortfolio(ctx, store.Portfolio{ID: store.NewID(), Name: "Renamed", Base: "EUR"}))
		listed, err := tx.Portfolios(ctx, false)
		check(t, err)
		wantEqual(t, len(listed), 1, "portfolios listed")
		all, err := tx.Portfolios(ctx, true)
		check(t, err)
		wantEqual(t, len(all), 2, "portfolios with archived ones")
	})
	wantEqual(t, len(ledgerOf(t, s, h.owner, p.ID, store.Latest)), 1, "bookings of the archived one")

	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeletePortfolio(ctx, p.ID)) })
	err = s.Read(ctx, h.owner, func(ctx context.Context, v store.View) error {
		_, err := v.Transactions(ctx, p.ID, store.Latest)
		return err
	})
	wantError(t, err, store.ErrNotFound, "the ledger of a deleted portfolio")
}
