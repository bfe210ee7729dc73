package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// calls are every method that names a portfolio, with a row and an import in it.
func calls(portfolio, row, imported string) (reads map[string]func(context.Context, store.View) error, writes map[string]func(context.Context, store.Tx) error) {
	reads = map[string]func(context.Context, store.View) error{
		"Portfolio": func(ctx context.Context, v store.View) error { _, err := v.Portfolio(ctx, portfolio); return err },
		"Closings":  func(ctx context.Context, v store.View) error { _, err := v.Closings(ctx, portfolio); return err },
		"ClosedThrough": func(ctx context.Context, v store.View) error {
			_, err := v.ClosedThrough(ctx, portfolio)
			return err
		},
		"Accounts": func(ctx context.Context, v store.View) error { _, err := v.Accounts(ctx, portfolio); return err },
		"Transactions": func(ctx context.Context, v store.View) error {
			_, err := v.Transactions(ctx, portfolio, store.Latest)
			return err
		},
		"Rows":    func(ctx context.Context, v store.View) error { _, err := v.Rows(ctx, portfolio, 1); return err },
		"History": func(ctx context.Context, v store.View) error { _, err := v.History(ctx, portfolio); return err },
		"Find": func(ctx context.Context, v store.View) error {
			_, err := v.Find(ctx, portfolio, store.Filter{})
			return err
		},
		"Find text": func(ctx context.Context, v store.View) error {
			_, err := v.Find(ctx, portfolio, store.Filter{Text: "a"})
			return err
		},
		"Row":           func(ctx context.Context, v store.View) error { _, err := v.Row(ctx, portfolio, row); return err },
		"Booking":       func(ctx context.Context, v store.View) error { _, err := v.Booking(ctx, portfolio, row); return err },
		"ChangedIn":     func(ctx context.Context, v store.View) error { _, _, err := v.ChangedIn(ctx, portfolio, 1); return err },
		"LedgerVersion": func(ctx context.Context, v store.View) error { _, err := v.LedgerVersion(ctx, portfolio); return err },
		"VersionKnownOn": func(ctx context.Context, v store.View) error {
			_, err := v.VersionKnownOn(ctx, portfolio, time.Now())
			return err
		},
		"Versions":      func(ctx context.Context, v store.View) error { _, err := v.Versions(ctx, portfolio, 0); return err },
		"AlertRulesFor": func(ctx context.Context, v store.View) error { _, err := v.AlertRulesFor(ctx, portfolio); return err },
		"Alerts": func(ctx context.Context, v store.View) error {
			_, err := v.Alerts(ctx, store.AlertFilter{Portfolio: portfolio})
			return err
		},
		"AlertStates": func(ctx context.Context, v store.View) error { _, err := v.AlertStates(ctx, portfolio); return err },
		"AlertChecks": func(ctx context.Context, v store.View) error { _, err := v.AlertChecks(ctx, portfolio); return err },
		"Proposals": func(ctx context.Context, v store.View) error {
			_, err := v.Proposals(ctx, store.ProposalFilter{Portfolio: portfolio})
			return err
		},
		"Imports": func(ctx context.Context, v store.View) error { _, err := v.Imports(ctx, portfolio); return err },
		"Import": func(ctx context.Context, v store.View) error {
			_, err := v.Import(ctx, portfolio, imported)
			return err
		},
	}
	writes = map[string]func(context.Context, store.Tx) error{
		"PutAccount": func(ctx context.Context, tx store.Tx) error {
			return tx.PutAccount(ctx, portfolio, store.Account{Name: "evil", Currency: "EUR"})
		},
		"DeleteAccount": func(ctx context.Context, tx store.Tx) error { return tx.DeleteAccount(ctx, portfolio, "spare") },
		"Append": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(buy("2025-01-01", "EVIL", "1", "1"))})
			return err
		},
		"Append removing": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Deleted, Remove: []string{row}})
			return err
		},
		"RecordImport": func(ctx context.Context, tx store.Tx) error {
			return tx.RecordImport(ctx, store.Import{ID: store.NewID(), Portfolio: portfolio, File: "evil.csv"})
		},
		"UndoImport": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.UndoImport(ctx, portfolio, imported, store.AnyVersion, "")
			return err
		},
		"RaiseAlert": func(ctx context.Context, tx store.Tx) error {
			return tx.RaiseAlert(ctx, largePosition(portfolio, store.NewID()))
		},
		"PutAlertCheck": func(ctx context.Context, tx store.Tx) error {
			return tx.PutAlertCheck(ctx, store.AlertCheck{Portfolio: portfolio, Rule: store.LimitsKey, Day: date.MustParse("2026-01-05"), At: epoch, Readings: json.RawMessage(`[]`)})
		},
		"Propose": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Propose(ctx, []store.Proposal{dividend(portfolio)})
			return err
		},
		"DropProposals": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.DropProposals(ctx, portfolio, date.MustParse("2020-01-01"), nil)
			return err
		},
		"Note": func(ctx context.Context, tx store.Tx) error {
			return tx.Note(ctx, store.Event{Action: "look", Object: "x", Portfolio: portfolio})
		},
	}
	return reads, writes
}

// manages are the writes that need more than trading.
func manages(portfolio, user string) map[string]func(context.Context, store.Tx) error {
	return map[string]func(context.Context, store.Tx) error{
		"UpdatePortfolio": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.UpdatePortfolio(ctx, store.Portfolio{ID: portfolio, Revision: 1, Name: "evil", Base: "EUR"})
			return err
		},
		"DeletePortfolio": func(ctx context.Context, tx store.Tx) error { return tx.DeletePortfolio(ctx, portfolio) },
		"Grants":          func(ctx context.Context, tx store.Tx) error { _, err := tx.Grants(ctx, portfolio); return err },
		"PutClosing": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.PutClosing(ctx, store.Closing{Portfolio: portfolio, Through: date.MustParse("1999-12-31")})
			return err
		},
		"PutGrant": func(ctx context.Context, tx store.Tx) error {
			return tx.PutGrant(ctx, store.Grant{Portfolio: portfolio, User: user, Role: store.CanManage})
		},
		"Shares": func(ctx context.Context, tx store.Tx) error { _, err := tx.Shares(ctx, portfolio); return err },
		"Links":  func(ctx context.Context, tx store.Tx) error { _, err := tx.Links(ctx, portfolio); return err },
		"PutShare": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.PutShare(ctx, store.Share{ID: store.NewID(), Portfolio: portfolio, Email: "evil@example.org", Role: store.CanManage})
			return err
		},
		"CreateLink": func(ctx context.Context, tx store.Tx) error { return tx.CreateLink(ctx, link(portfolio)) },
		"Contribute": func(ctx context.Context, tx store.Tx) error {
			return tx.Contribute(ctx, store.Contribution{Household: user, Portfolio: portfolio, Shows: store.Everything})
		},
		"DeleteGrant": func(ctx context.Context, tx store.Tx) error { return tx.DeleteGrant(ctx, portfolio, user) },
	}
}

// furnish gives a house bookings, an import, an account and settings.
func furnish(t *testing.T, s store.Store, h house) (row, imported string) {
	t.Helper()
	b := buy("2025-01-02", "SECRET", "1", "1")
	imported = store.NewID()
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.RecordImport(ctx, store.Import{ID: imported, Portfolio: h.portfolio, File: "secret.csv"}))
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Imported, Import: imported, Enter: entries(b)})
		check(t, err)
		check(t, tx.PutAccount(ctx, h.portfolio, store.Account{Name: "spare", Currency: "EUR"}))
		_, err = tx.PutAlertRule(ctx, positionRule(h.portfolio))
		check(t, err)
		channel := webhook()
		channel.Name = "Desk of " + h.tenant
		check(t, tx.PutAlertChannel(ctx, channel))
		check(t, tx.RaiseAlert(ctx, largePosition(h.portfolio, store.NewID())))
		_, err = tx.PutWatchlist(ctx, store.Watchlist{ID: store.NewID(), Name: "List of " + h.tenant})
		check(t, err)
		_, err = tx.SetTarget(ctx, store.Target{Symbol: "SECRET", Price: some("10"), Currency: "EUR"})
		check(t, err)
		_, err = tx.PutResearchNote(ctx, store.ResearchNote{ID: store.NewID(), Symbol: "SECRET", Text: "of " + h.tenant})
		check(t, err)
		_, err = tx.Propose(ctx, []store.Proposal{dividend(h.portfolio)})
		check(t, err)
		_, err = tx.HoldValues(ctx, []store.HeldValue{{Own: true, Kind: store.Prices, Symbol: "SECRET", Source: "mine of " + h.tenant, Day: date.MustParse("2025-01-02"), Bar: closeOf(1), Finding: "spike"}})
		check(t, err)
		check(t, tx.PutSetting(ctx, store.OfUser, "theme", json.RawMessage(`"secret"`)))
		check(t, tx.PutSetting(ctx, store.OfTenant, "house", json.RawMessage(`"secret"`)))
		check(t, tx.KeepAnswer(ctx, store.Answer{Key: "secret", Method: "POST", Path: "/", Body: []byte("secret"), Expires: time.Now().Add(time.Hour)}))
		check(t, tx.CreateSession(ctx, store.Session{ID: store.NewID(), TokenHash: []byte(h.tenant)[4:36], Created: epoch, LastSeen: epoch, Expires: epoch}))
		_, err = tx.SetOwnPrices(ctx, []store.OwnPrice{{Symbol: "SECRET", Date: date.MustParse("2025-01-02"), Price: money.One, Currency: "EUR"}})
		check(t, err)
	})
	return b.ID, imported
}

func isolation(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	row, imported := furnish(t, s, ada)
	furnish(t, s, bob)
	strangers := map[string]store.Identity{
		"a member of the same tenant":          ada.member,
		"the owner of another tenant":          bob.owner,
		"an operator of another tenant":        operator(bob.owner),
		"another tenant's user in this tenant": {Tenant: ada.tenant, User: bob.owner.User},
		"nobody in this tenant":                {Tenant: ada.tenant, User: store.NewID()},
	}
	reads, writes := calls(ada.portfolio, row, imported)
	for name, write := range manages(ada.portfolio, bob.owner.User) {
		writes[name] = write
	}
	for who, id := range strangers {
		for what, call := range reads {
			wantError(t, s.Read(ctx, id, call), store.ErrNotFound, what+" by "+who)
		}
		for what, call := range writes {
			wantError(t, s.As(ctx, id, call), store.ErrNotFound, what+" by "+who)
		}
		err := s.Read(ctx, id, func(ctx context.Context, v store.View) error { return nothingSecret(ctx, t, v, ada, who) })
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", who, err)
		}
	}
	// All of it is still there and nothing was added.
	reads, _ = calls(ada.portfolio, row, imported)
	for what, call := range reads {
		check(t, s.Read(ctx, ada.owner, call))
		_ = what
	}
	wantEqual(t, len(ledgerOf(t, s, ada.owner, ada.portfolio, store.Latest)), 1, "bookings after all that")
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		accounts, err := v.Accounts(ctx, ada.portfolio)
		check(t, err)
		wantEqual(t, len(accounts), 1, "accounts after all that")
		grants, err := v.Grants(ctx, ada.portfolio)
		check(t, err)
		wantEqual(t, len(grants), 0, "grants after all that")
	})
}

// nothingSecret looks through the lists that name no portfolio.
func nothingSecret(ctx context.Context, t *testing.T, v store.View, ada house, who string) error {
	all, err := v.Portfolios(ctx, true)
	check(t, err)
	for _, p := range all {
		if p.ID == ada.portfolio {
			t.Errorf("%s sees the portfolio in the list", who)
		}
	}
	if _, err := v.User(ctx, ada.owner.User); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%s sees the user: %v", who, err)
	}
	users, err := v.Users(ctx)
	if err == nil {
		for _, u := range users {
			if u.ID == ada.owner.User {
				t.Errorf("%s sees the user in the list", who)
			}
		}
	}
	sessions, err := v.Sessions(ctx)
	check(t, err)
	for _, one := range sessions {
		if one.Identity.User != v.Identity().User {
			t.Errorf("%s sees a session", who)
		}
	}
	alerts, err := v.Alerts(ctx, store.AlertFilter{})
	check(t, err)
	for _, a := range alerts {
		if a.Portfolio == ada.portfolio {
			t.Errorf("%s sees an alert", who)
		}
	}
	rules, err := v.AlertRules(ctx)
	check(t, err)
	for _, r := range rules {
		if r.Portfolio == ada.portfolio {
			t.Errorf("%s sees a rule", who)
		}
	}
	channels, err := v.AlertChannels(ctx)
	check(t, err)
	for _, c := range channels {
		if c.Name == "Desk of "+ada.tenant {
			t.Errorf("%s sees a channel", who)
		}
	}
	for what, n := range secretResearch(ctx, v, ada) {
		if n > 0 {
			t.Errorf("%s sees %d %s", who, n, what)
		}
	}
	events, err := v.Events(ctx, 0, 1000)
	check(t, err)
	for _, e := range events {
		if e.User == ada.owner.User {
			t.Errorf("%s sees the event %s", who, e.Action)
		}
	}
	if v.Identity().User == ada.member.User {
		if _, err := v.Answered(ctx, "secret", time.Now()); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s sees the answer: %v", who, err)
		}
		if _, err := v.Setting(ctx, store.OfUser, "theme"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s sees the setting: %v", who, err)
		}
	}
	return nil
}

func grantRoles(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	guest := store.Identity{Tenant: ada.tenant, User: bob.owner.User} // an advisor of another tenant
	for _, id := range []store.Identity{ada.member, guest} {
		for _, role := range []store.Role{store.CanView, store.CanTrade, store.CanManage} {
			row, imported := "", ""
			as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
				check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: id.User, Role: role}))
				b := buy("2025-01-02", "A", "1", "1")
				row, imported = b.ID, store.NewID()
				check(t, tx.PutAccount(ctx, ada.portfolio, store.Account{Name: "spare", Currency: "EUR"}))
				check(t, tx.RecordImport(ctx, store.Import{ID: imported, Portfolio: ada.portfolio, File: "f"}))
				_, err := tx.Append(ctx, store.Change{Portfolio: ada.portfolio, Expected: store.AnyVersion, Kind: store.Imported, Import: imported, Enter: entries(b)})
				check(t, err)
			})
			reads, writes := calls(ada.portfolio, row, imported)
			for what, call := range reads {
				if err := s.Read(ctx, id, call); err != nil {
					t.Errorf("%s with role %s: %v", what, role, err)
				}
			}
			for what, call := range writes {
				err := undoAfter(s, id, call)
				switch {
				case what == "Note" || role.Allows(store.CanTrade):
					check(t, err)
				default:
					wantError(t, err, store.ErrForbidden, what+" with role "+string(role))
				}
			}
			for what, call := range manages(ada.portfolio, id.User) {
				err := undoAfter(s, id, call)
				if role.Allows(store.CanManage) && what != "DeletePortfolio" {
					check(t, err)
				} else {
					wantError(t, err, store.ErrForbidden, what+" with role "+string(role))
				}
			}
			read(t, s, id, func(ctx context.Context, v store.View) {
				p, err := v.Portfolio(ctx, ada.portfolio)
				check(t, err)
				wantEqual(t, p.Role, role, "role seen")
			})
		}
	}
	// A guest sees what was granted and nothing else of the tenant.
	err := s.As(ctx, guest, func(ctx context.Context, tx store.Tx) error {
		return tx.CreatePortfolio(ctx, store.Portfolio{ID: store.NewID(), Name: "mine", Base: "EUR"})
	})
	wantError(t, err, store.ErrForbidden, "a guest creating a portfolio")
	err = s.Read(ctx, guest, func(ctx context.Context, v store.View) error { _, err := v.Users(ctx); return err })
	wantError(t, err, store.ErrForbidden, "a guest listing users")

	// What is revoked is gone at once.
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.DeleteGrant(ctx, ada.portfolio, guest.User))
	})
	err = s.Read(ctx, guest, func(ctx context.Context, v store.View) error { return nil })
	wantError(t, err, store.ErrNotFound, "a guest whose grant was revoked")
}

var errUndo = errors.New("undo")

// undoAfter runs a write and rolls it back.
func undoAfter(s store.Store, id store.Identity, call func(context.Context, store.Tx) error) error {
	err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		if err := call(ctx, tx); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return nil
	}
	return err
}
