package storetest

import (
	"context"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
)

// Unscoped holds a database's own policies alone against every method: bare is a store
// on the same database as s whose conditions on tenant, owner and user are neutralised.
// Strangers still see nothing and change nothing.
func Unscoped(t *testing.T, s, bare store.Store) {
	var houses []house
	var rows, imports []string
	for _, word := range []string{"ada", "bob", "cleo", "dan", "eve"} { // two users each
		h := build(t, s, word)
		row, imported := furnish(t, s, h)
		houses, rows, imports = append(houses, h), append(rows, row), append(imports, imported)
	}
	for i, h := range houses {
		for j, other := range houses {
			strangers := []store.Identity{other.member}
			if i != j {
				strangers = append(strangers, other.owner, operator(other.owner), store.Identity{Tenant: h.tenant, User: other.owner.User})
			}
			for _, id := range strangers {
				seesNothing(t, bare, id, h, rows[i], imports[i])
				_, writes := calls(h.portfolio, rows[i], imports[i])
				for name, write := range manages(h.portfolio, id.User) {
					writes[name] = write
				}
				for _, write := range writes {
					bare.As(ctx, id, write) // whatever it answers: what counts is what it did
				}
			}
		}
	}
	for i, h := range houses {
		read(t, s, h.owner, func(ctx context.Context, v store.View) {
			p, err := v.Portfolio(ctx, h.portfolio)
			check(t, err)
			wantEqual(t, p.Name, "Main", "name after all that")
			wantEqual(t, p.Version, int64(1), "ledger after all that")
			history, err := v.History(ctx, h.portfolio)
			check(t, err)
			wantEqual(t, len(history), 1, "bookings after all that")
			accounts, err := v.Accounts(ctx, h.portfolio)
			check(t, err)
			wantEqual(t, len(accounts), 1, "accounts after all that")
			grants, err := v.Grants(ctx, h.portfolio)
			check(t, err)
			wantEqual(t, len(grants), 0, "grants after all that")
			shares, err := v.Shares(ctx, h.portfolio)
			check(t, err)
			links, err := v.Links(ctx, h.portfolio)
			check(t, err)
			wantEqual(t, len(shares)+len(links), 0, "shares and links after all that")
			all, err := v.Imports(ctx, h.portfolio)
			check(t, err)
			wantEqual(t, len(all), 1, "imports after all that")
			wantEqual(t, all[0].ID, imports[i], "import after all that")
			_, err = v.VerifyEvents(ctx)
			check(t, err)
		})
	}
	unscopedGuests(t, s, bare, houses[0], houses[1], houses[2])
}

// unscopedGuests lets one guest of a portfolio look for what another made there.
func unscopedGuests(t *testing.T, s, bare store.Store, of, one, other house) {
	as(t, s, of.owner, func(ctx context.Context, tx store.Tx) {
		for _, h := range []house{one, other} {
			check(t, tx.PutGrant(ctx, store.Grant{Portfolio: of.portfolio, User: h.owner.User, Role: store.CanTrade}))
		}
	})
	r := positionRule(of.portfolio)
	r.Home = one.tenant
	a := largePosition(of.portfolio, r.ID)
	guest := store.Identity{Tenant: of.tenant, User: one.owner.User}
	as(t, s, guest, func(ctx context.Context, tx store.Tx) {
		_, err := tx.PutAlertRule(ctx, r)
		check(t, err)
		check(t, tx.RaiseAlert(ctx, a))
	})
	id := store.Identity{Tenant: of.tenant, User: other.owner.User}
	read(t, bare, id, func(ctx context.Context, v store.View) {
		_, err := v.AlertRule(ctx, r.ID)
		wantError(t, err, store.ErrNotFound, "another guest's rule")
		_, err = v.Alert(ctx, a.ID)
		wantError(t, err, store.ErrNotFound, "what another guest's rule raised")
	})
	for _, write := range []func(context.Context, store.Tx) error{
		func(ctx context.Context, tx store.Tx) error { _, err := tx.PutAlertRule(ctx, r); return err },
		func(ctx context.Context, tx store.Tx) error { return tx.DeleteAlertRule(ctx, r.ID) },
		func(ctx context.Context, tx store.Tx) error { return tx.SeeAlert(ctx, a) },
		func(ctx context.Context, tx store.Tx) error { return tx.ResolveAlert(ctx, a.ID, "", true) },
	} {
		bare.As(ctx, id, write) // whatever it answers: what counts is what it did
	}
	read(t, s, guest, func(ctx context.Context, v store.View) {
		got, err := v.AlertRule(ctx, r.ID)
		check(t, err)
		wantEqual(t, got.Revision, int64(1), "a guest's rule after all that")
		raised, err := v.Alert(ctx, a.ID)
		check(t, err)
		wantEqual(t, raised.State, store.AlertRaised, "a guest's alert after all that")
	})
}

// seesNothing looks as a stranger at everything of a house.
func seesNothing(t *testing.T, bare store.Store, id store.Identity, h house, row, imported string) {
	t.Helper()
	leak := func(what string, n int, err error) {
		t.Helper()
		if err == nil && n > 0 {
			t.Errorf("%s/%s sees %d %s of %s", id.Tenant, id.User, n, what, h.tenant)
		}
	}
	look := func(fn func(context.Context, store.View)) {
		bare.Read(ctx, id, func(ctx context.Context, v store.View) error { fn(ctx, v); return nil })
	}
	one := func(err error) int {
		if err == nil {
			return 1
		}
		return 0
	}
	look(func(ctx context.Context, v store.View) {
		all, err := v.Transactions(ctx, h.portfolio, store.Latest)
		leak("bookings", len(all), err)
		history, err := v.History(ctx, h.portfolio)
		leak("rows", len(history), err)
		page, err := v.Find(ctx, h.portfolio, store.Filter{All: true})
		leak("rows found", len(page.Rows)+page.Total, err)
		versions, err := v.Versions(ctx, h.portfolio, 0)
		leak("versions", len(versions), err)
		imports, err := v.Imports(ctx, h.portfolio)
		leak("imports", len(imports), err)
		accounts, err := v.Accounts(ctx, h.portfolio)
		leak("accounts", len(accounts), err)
		grants, err := v.Grants(ctx, h.portfolio)
		leak("grants", len(grants), err)
		shares, err := v.Shares(ctx, h.portfolio)
		leak("shares", len(shares), err)
		links, err := v.Links(ctx, h.portfolio)
		leak("links", len(links), err)
		_, err = v.Row(ctx, h.portfolio, row)
		leak("row", one(err), err)
		_, err = v.Import(ctx, h.portfolio, imported)
		leak("import", one(err), err)
		_, err = v.Portfolio(ctx, h.portfolio)
		leak("portfolio", one(err), err)
		_, err = v.LedgerVersion(ctx, h.portfolio)
		leak("ledger", one(err), err)
	})
	look(func(ctx context.Context, v store.View) {
		portfolios, err := v.Portfolios(ctx, true)
		n := 0
		for _, p := range portfolios {
			if p.ID == h.portfolio {
				n++
			}
		}
		leak("portfolios", n, err)
		_, err = v.User(ctx, h.owner.User)
		leak("user", one(err), err)
		users, err := v.Users(ctx)
		n = 0
		for _, u := range users {
			if u.ID == h.owner.User {
				n++
			}
		}
		leak("users", n, err)
		alerts, err := v.Alerts(ctx, store.AlertFilter{Limit: 1000})
		n = 0
		for _, a := range alerts {
			if a.Portfolio == h.portfolio {
				n++
			}
		}
		leak("alerts", n, err)
		rules, err := v.AlertRules(ctx)
		n = 0
		for _, r := range rules {
			if r.User == h.owner.User {
				n++
			}
		}
		leak("alert rules", n, err)
		channels, err := v.AlertChannels(ctx)
		n = 0
		for _, c := range channels {
			if c.Name == "Desk of "+h.tenant {
				n++
			}
		}
		leak("channels", n, err)
		sessions, err := v.Sessions(ctx)
		n = 0
		for _, one := range sessions {
			if one.Identity.User == h.owner.User {
				n++
			}
		}
		leak("sessions", n, err)
		events, err := v.Events(ctx, 0, 10000)
		n = 0
		for _, e := range events {
			if e.User == h.owner.User {
				n++
			}
		}
		leak("events", n, err)
		for what, n := range secretResearch(ctx, v, h) {
			leak(what, n, nil)
		}
		if id.Tenant != h.tenant {
			prices, err := v.OwnPrices(ctx, []string{"SECRET"}, store.LatestMarket)
			n = 0
			for _, p := range prices {
				if p.User == h.owner.User {
					n++
				}
			}
			leak("own prices", n, err)
		}
	})
}
