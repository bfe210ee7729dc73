package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// at is on whose behalf a user sees a portfolio.
func at(t *testing.T, s store.Store, portfolio, user string) store.Identity {
	t.Helper()
	id, err := s.PortfolioAt(ctx, portfolio, user)
	check(t, err)
	return id
}

func nowhere(t *testing.T, s store.Store, portfolio, user, what string) {
	t.Helper()
	_, err := s.PortfolioAt(ctx, portfolio, user)
	wantError(t, err, store.ErrNotFound, "where a portfolio is, for "+what)
}

// shares are made for an address, taken up by whoever has it, and end at once.
func shares(t *testing.T, s store.Store) {
	ada, bob, eve := build(t, s, "ada"), build(t, s, "bob"), build(t, s, "eve")
	furnish(t, s, ada)
	wantEqual(t, at(t, s, ada.portfolio, ada.owner.User), ada.owner, "an owner's portfolio")
	nowhere(t, s, ada.portfolio, bob.owner.User, "a stranger")
	nowhere(t, s, "no id", bob.owner.User, "anybody, of what is no id")

	share := store.Share{ID: store.NewID(), Portfolio: ada.portfolio, Email: "Bob@Example.org", Role: store.CanView}
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		put, err := tx.PutShare(ctx, share)
		check(t, err)
		wantEqual(t, put.User, "", "who took it up")
	})
	offered := func(h house, verified bool) []store.Offer {
		_, open, err := s.SharedWith(ctx, h.owner, verified)
		check(t, err)
		return open
	}
	wantEqual(t, len(offered(eve, false)), 0, "offers to another address")
	wantEqual(t, len(offered(bob, true)), 0, "offers to an address that was not proved")
	open := offered(bob, false)
	wantEqual(t, len(open), 1, "offers")
	wantEqual(t, open[0], store.Offer{By: ada.owner, Portfolio: ada.portfolio, Share: share.ID}, "offer")
	nowhere(t, s, ada.portfolio, bob.owner.User, "somebody who has not taken it up")

	guest := store.Identity{Tenant: ada.tenant, User: bob.owner.User}
	take := func() error {
		return s.As(ctx, open[0].By, func(ctx context.Context, tx store.Tx) error {
			return tx.TakeShare(ctx, ada.portfolio, share.ID, bob.owner.User)
		})
	}
	check(t, take())
	wantError(t, take(), store.ErrStale, "taking up what was taken up")
	wantEqual(t, len(offered(bob, false)), 0, "offers afterwards")
	wantEqual(t, at(t, s, ada.portfolio, bob.owner.User), guest, "a guest's portfolio")
	tenants, _, err := s.SharedWith(ctx, bob.owner, true)
	check(t, err)
	wantEqual(t, len(tenants), 1, "tenants that shared something")
	wantEqual(t, tenants[0], ada.tenant, "which")
	role := func(want store.Role) {
		t.Helper()
		read(t, s, guest, func(ctx context.Context, v store.View) {
			p, err := v.Portfolio(ctx, ada.portfolio)
			check(t, err)
			wantEqual(t, p.Role, want, "role")
		})
	}
	role(store.CanView)
	share.Role, share.ID = store.CanTrade, store.NewID() // for an address that is there
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		put, err := tx.PutShare(ctx, share)
		check(t, err)
		wantEqual(t, put.ID, open[0].Share, "the share that stands")
		all, err := tx.Shares(ctx, ada.portfolio)
		check(t, err)
		wantEqual(t, len(all), 1, "shares")
		share = all[0]
	})
	role(store.CanTrade)
	_, err = s.PortfolioAt(ctx, ada.portfolio, eve.owner.User)
	wantError(t, err, store.ErrNotFound, "a third person")
	for what, call := range map[string]func(context.Context, store.Tx) error{
		"PutShare": func(ctx context.Context, tx store.Tx) error { _, err := tx.PutShare(ctx, share); return err },
		"ChangeShare": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.ChangeShare(ctx, ada.portfolio, share.ID, store.CanManage)
			return err
		},
		"DeleteShare": func(ctx context.Context, tx store.Tx) error { return tx.DeleteShare(ctx, ada.portfolio, share.ID) },
		"Shares":      func(ctx context.Context, tx store.Tx) error { _, err := tx.Shares(ctx, ada.portfolio); return err },
		"Links":       func(ctx context.Context, tx store.Tx) error { _, err := tx.Links(ctx, ada.portfolio); return err },
		"CreateLink":  func(ctx context.Context, tx store.Tx) error { return tx.CreateLink(ctx, link(ada.portfolio)) },
		"Contribute": func(ctx context.Context, tx store.Tx) error {
			return tx.Contribute(ctx, store.Contribution{Household: store.NewID(), Portfolio: ada.portfolio, Shows: store.Together})
		},
	} {
		wantError(t, s.As(ctx, guest, call), store.ErrForbidden, what+" by a guest who may trade")
		wantError(t, s.As(ctx, eve.owner, call), store.ErrNotFound, what+" by a stranger")
	}
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.ChangeShare(ctx, ada.portfolio, share.ID, store.CanManage)
		check(t, err)
	})
	// Who may manage may give it back; afterwards there is nothing.
	as(t, s, guest, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteShare(ctx, ada.portfolio, share.ID)) })
	nowhere(t, s, ada.portfolio, bob.owner.User, "somebody whose share ended")
	wantError(t, s.Read(ctx, guest, func(context.Context, store.View) error { return nil }), store.ErrNotFound, "a guest whose share ended")
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		_, err := v.VerifyEvents(ctx)
		check(t, err)
	})
}

func link(portfolio string) store.Link {
	id := store.NewID()
	return store.Link{ID: id, Portfolio: portfolio, TokenHash: []byte(id)[4:36], Label: "For the bank", Shows: store.Everything, Expires: epoch.Add(time.Hour)}
}

// links let look until they expire or are revoked, or their maker may not manage.
func links(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	furnish(t, s, ada)
	made, other := link(ada.portfolio), link(ada.portfolio)
	manager := store.Identity{Tenant: ada.tenant, User: bob.owner.User}
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.CreateLink(ctx, made))
		check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: manager.User, Role: store.CanManage}))
	})
	as(t, s, manager, func(ctx context.Context, tx store.Tx) { check(t, tx.CreateLink(ctx, other)) })
	good := func(l store.Link, now time.Time) error { _, err := s.LinkOf(ctx, l.TokenHash, now); return err }
	found, err := s.LinkOf(ctx, made.TokenHash, epoch)
	check(t, err)
	wantEqual(t, found.ID, made.ID, "link")
	wantEqual(t, found.Tenant, ada.tenant, "its tenant")
	wantError(t, good(made, epoch.Add(time.Hour)), store.ErrNotFound, "an expired link")
	wantError(t, good(link(ada.portfolio), epoch), store.ErrNotFound, "a token of no link")

	looker := at(t, s, ada.portfolio, made.ID)
	wantEqual(t, looker, store.Identity{Tenant: ada.tenant, User: made.ID}, "a link's portfolio")
	read(t, s, looker, func(ctx context.Context, v store.View) {
		p, err := v.Portfolio(ctx, ada.portfolio)
		check(t, err)
		wantEqual(t, p.Role, store.CanView, "role of a link")
	})
	wantError(t, s.As(ctx, looker, func(ctx context.Context, tx store.Tx) error {
		return tx.PutAccount(ctx, ada.portfolio, store.Account{Name: "x", Currency: "EUR"})
	}), store.ErrForbidden, "a link that writes")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.TouchLink(ctx, ada.portfolio, made.ID, epoch))
		check(t, tx.RevokeLink(ctx, ada.portfolio, made.ID))
		all, err := tx.Links(ctx, ada.portfolio)
		check(t, err)
		wantEqual(t, len(all), 2, "links")
		wantEqual(t, all[0].Views, 1, "visits")
		wantEqual(t, all[0].LastUsed, epoch, "last visit")
		wantEqual(t, all[0].Revoked.IsZero(), false, "revoked")
	})
	wantError(t, good(made, epoch), store.ErrNotFound, "a revoked link")
	nowhere(t, s, ada.portfolio, made.ID, "a revoked link")
	wantError(t, s.Read(ctx, looker, func(context.Context, store.View) error { return nil }), store.ErrNotFound, "a revoked link that looks")
	check(t, good(other, epoch))
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteGrant(ctx, ada.portfolio, manager.User)) })
	wantError(t, good(other, epoch), store.ErrNotFound, "the link of somebody who may not manage any more")
}

// households show members, and nobody else, what members bring.
func households(t *testing.T, s store.Store) {
	ada, bob, eve := build(t, s, "ada"), build(t, s, "bob"), build(t, s, "eve")
	furnish(t, s, ada)
	furnish(t, s, bob)
	id, first, second := store.NewID(), store.NewID(), store.NewID()
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.CreateHousehold(ctx, store.Household{ID: id, Name: "Us"}, store.HouseholdPerson{ID: first, Email: "ada@example.org", Name: "Ada"}))
		check(t, tx.InviteToHousehold(ctx, id, store.HouseholdPerson{ID: second, Email: "Bob@example.org"}))
	})
	wantError(t, s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		return tx.InviteToHousehold(ctx, id, store.HouseholdPerson{ID: store.NewID(), Email: "bob@example.org"})
	}), store.ErrExists, "inviting somebody twice")
	of := func(h house, verified bool) []store.Membership {
		all, err := s.Memberships(ctx, h.owner, verified)
		check(t, err)
		return all
	}
	wantEqual(t, len(of(eve, false)), 0, "households of a stranger")
	wantEqual(t, len(of(bob, true)), 0, "invitations to an address that was not proved")
	wantEqual(t, of(bob, false)[0], store.Membership{Household: id, Founder: ada.owner, Person: second}, "invitation")
	wantEqual(t, of(ada, true)[0], store.Membership{Household: id, Founder: ada.owner, Person: first, Joined: true}, "the founder's place")

	contribute := func(h house, shows store.Shows) {
		as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
			check(t, tx.Contribute(ctx, store.Contribution{Household: id, Portfolio: h.portfolio, Shows: shows}))
		})
	}
	contribute(ada, store.Together)
	_, err := s.Contributions(ctx, id, bob.owner.User)
	wantError(t, err, store.ErrNotFound, "what a household has, for somebody invited")
	join := func() error {
		return s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
			return tx.JoinHousehold(ctx, id, second, bob.owner.User, "Bob")
		})
	}
	check(t, join())
	wantError(t, join(), store.ErrStale, "joining twice")
	contribute(bob, store.Everything)
	for _, h := range []house{ada, bob} {
		all, err := s.Contributions(ctx, id, h.owner.User)
		check(t, err)
		wantEqual(t, len(all), 2, "contributions")
		for _, c := range all {
			read(t, s, store.Identity{Tenant: c.Tenant, User: id}, func(ctx context.Context, v store.View) {
				p, err := v.Portfolio(ctx, c.Portfolio)
				check(t, err)
				wantEqual(t, p.Role, store.CanView, "role of a household")
			})
		}
	}
	_, err = s.Contributions(ctx, id, eve.owner.User)
	wantError(t, err, store.ErrNotFound, "what a household has, for a stranger")
	wantEqual(t, at(t, s, bob.portfolio, ada.owner.User), store.Identity{Tenant: bob.tenant, User: id}, "a portfolio of which everything is shown")
	nowhere(t, s, ada.portfolio, bob.owner.User, "a member, of what is shown together only")
	nowhere(t, s, bob.portfolio, eve.owner.User, "a stranger")
	for what, call := range map[string]func(context.Context, store.Tx) error{
		"Household":       func(ctx context.Context, tx store.Tx) error { _, _, err := tx.Household(ctx, id); return err },
		"DeleteHousehold": func(ctx context.Context, tx store.Tx) error { return tx.DeleteHousehold(ctx, id) },
		"LeaveHousehold":  func(ctx context.Context, tx store.Tx) error { return tx.LeaveHousehold(ctx, id, first) },
		"InviteToHousehold": func(ctx context.Context, tx store.Tx) error {
			return tx.InviteToHousehold(ctx, id, store.HouseholdPerson{ID: store.NewID(), Email: "e"})
		},
		"JoinHousehold": func(ctx context.Context, tx store.Tx) error {
			return tx.JoinHousehold(ctx, id, second, eve.owner.User, "Eve")
		},
	} {
		for _, h := range []house{bob, eve} {
			wantError(t, s.As(ctx, h.owner, call), store.ErrNotFound, what+" by "+h.tenant)
		}
		wantError(t, s.As(ctx, ada.member, call), store.ErrNotFound, what+" by another of the tenant")
	}
	as(t, s, bob.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.Withdraw(ctx, id, bob.portfolio)) })
	nowhere(t, s, bob.portfolio, ada.owner.User, "a member, of what was withdrawn")
	wantError(t, s.Read(ctx, store.Identity{Tenant: bob.tenant, User: id}, func(context.Context, store.View) error { return nil }), store.ErrNotFound, "a household that looks at what was withdrawn")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.LeaveHousehold(ctx, id, second))
		h, people, err := tx.Household(ctx, id)
		check(t, err)
		wantEqual(t, h.Name, "Us", "name")
		wantEqual(t, len(people), 1, "people")
		check(t, tx.DeleteHousehold(ctx, id))
	})
	wantEqual(t, len(of(ada, false)), 0, "households afterwards")
	_, err = s.Contributions(ctx, id, ada.owner.User)
	wantError(t, err, store.ErrNotFound, "what a household had")
}
