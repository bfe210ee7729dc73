package storetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// alertGuests lets two guests make rules of one portfolio: each sees their own alone, who
// owns it sees neither, and they end with the grant.
func alertGuests(t *testing.T, s store.Store) {
	ada, bob, cleo := build(t, s, "ada"), build(t, s, "bob"), build(t, s, "cleo")
	guest := func(h house) store.Identity { return store.Identity{Tenant: ada.tenant, User: h.owner.User} }
	grant := func(h house, role store.Role) {
		t.Helper()
		as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
			check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: h.owner.User, Role: role}))
		})
	}
	rule := func(h house) store.AlertRule {
		r := positionRule(ada.portfolio)
		r.Home, r.Channels = h.tenant, []string{"a"}
		return r
	}
	put := func(id store.Identity, r store.AlertRule) error {
		return s.As(ctx, id, func(ctx context.Context, tx store.Tx) error { _, err := tx.PutAlertRule(ctx, r); return err })
	}
	wantError(t, put(guest(bob), rule(bob)), store.ErrNotFound, "a rule before anything was granted")
	grant(bob, store.CanView)
	grant(cleo, store.CanTrade)
	homeless, wide := rule(bob), rule(bob)
	homeless.Home, wide.Portfolio = "", ""
	wantError(t, put(guest(bob), homeless), store.ErrForbidden, "a rule of nobody's home")
	wantError(t, put(guest(bob), wide), store.ErrForbidden, "a guest's rule for all portfolios")
	ofBob, ofCleo := rule(bob), rule(cleo)
	ofCleo.Eager = true
	check(t, put(guest(bob), ofBob))
	check(t, put(guest(cleo), ofCleo))

	a := largePosition(ada.portfolio, ofBob.ID)
	d := store.AlertDelivery{ID: store.NewID(), Home: bob.tenant, Portfolio: ada.portfolio, Alert: a.ID, Channel: store.NewID(), Rule: ofBob.ID, Event: "raised", Expires: epoch.Add(30 * 24 * time.Hour), Due: epoch}
	as(t, s, guest(bob), func(ctx context.Context, tx store.Tx) {
		rules, err := tx.GuestRulesFor(ctx, ada.portfolio)
		check(t, err)
		if len(rules) != 1 || rules[0].ID != ofBob.ID || rules[0].Home != bob.tenant || rules[0].User != bob.owner.User {
			t.Errorf("rules of a guest: %+v", rules)
		}
		check(t, tx.RaiseAlert(ctx, a))
		check(t, tx.DeliverAlert(ctx, d))
		check(t, tx.PutAlertCheck(ctx, store.AlertCheck{Portfolio: ada.portfolio, Rule: ofBob.ID, Day: date.MustParse("2026-01-02"), At: epoch, Ledger: 1, Readings: json.RawMessage(`[]`)}))
	})
	twice := a
	twice.ID = store.NewID()
	wantError(t, s.As(ctx, guest(bob), func(ctx context.Context, tx store.Tx) error { return tx.RaiseAlert(ctx, twice) }), store.ErrExists, "a second open alert of one rule and subject")

	sees := func(who string, id store.Identity, rules, alerts, checks int) {
		t.Helper()
		read(t, s, id, func(ctx context.Context, v store.View) {
			all, err := v.AlertRules(ctx)
			check(t, err)
			wantEqual(t, len(all), rules, "rules that are seen by "+who)
			raised, err := v.Alerts(ctx, store.AlertFilter{Portfolio: ada.portfolio})
			check(t, err)
			standing, err := v.AlertStates(ctx, ada.portfolio)
			check(t, err)
			waiting, err := v.AlertsWaiting(ctx)
			check(t, err)
			if len(raised) != alerts || len(standing) != alerts || waiting != alerts {
				t.Errorf("%s sees %d alerts, %d that stand and %d that wait; want %d", who, len(raised), len(standing), waiting, alerts)
			}
			read, err := v.AlertChecks(ctx, ada.portfolio)
			check(t, err)
			wantEqual(t, len(read), checks, "checks that are seen by "+who)
		})
	}
	sees("the owner", ada.owner, 0, 0, 0)
	sees("the guest", guest(bob), 1, 1, 1)
	sees("another guest", guest(cleo), 1, 0, 0)
	for who, id := range map[string]store.Identity{"the owner": ada.owner, "another guest": guest(cleo)} {
		for what, call := range map[string]func(context.Context, store.Tx) error{
			"Alert":            func(ctx context.Context, tx store.Tx) error { _, err := tx.Alert(ctx, a.ID); return err },
			"AlertRule":        func(ctx context.Context, tx store.Tx) error { _, err := tx.AlertRule(ctx, ofBob.ID); return err },
			"AlertDelivery":    func(ctx context.Context, tx store.Tx) error { _, err := tx.AlertDelivery(ctx, d.ID); return err },
			"AcknowledgeAlert": func(ctx context.Context, tx store.Tx) error { return tx.AcknowledgeAlert(ctx, a.ID, "") },
			"ResolveAlert":     func(ctx context.Context, tx store.Tx) error { return tx.ResolveAlert(ctx, a.ID, "", true) },
			"SeeAlert":         func(ctx context.Context, tx store.Tx) error { return tx.SeeAlert(ctx, a) },
			"DeleteAlertRule":  func(ctx context.Context, tx store.Tx) error { return tx.DeleteAlertRule(ctx, ofBob.ID) },
		} {
			wantError(t, s.As(ctx, id, call), store.ErrNotFound, what+" of a guest's by "+who)
		}
	}
	// Who checks a portfolio is told whose rules there are, not what they say.
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		for what, c := range map[string]struct {
			portfolio string
			eager     bool
			want      int
		}{"all": {ada.portfolio, false, 2}, "eager": {ada.portfolio, true, 1}, "eager anywhere": {"", true, 1}} {
			got, err := v.GuestsOf(ctx, c.portfolio, c.eager)
			check(t, err)
			wantEqual(t, len(got), c.want, "guests with rules, "+what)
		}
		events, err := v.FindEvents(ctx, store.EventFilter{Portfolio: ada.portfolio, Limit: 100})
		check(t, err)
		made := 0
		for _, e := range events {
			if e.Action == "guest-rule.create" {
				made++
				if len(e.Before)+len(e.After) > 0 {
					t.Errorf("the trail says of a guest's rule %s", e.After)
				}
			}
			if e.Action == "alert.raise" {
				t.Error("what a guest's rule raised is in the owner's trail")
			}
		}
		wantEqual(t, made, 2, "guests' rules in the trail")
	})
	atTheGate := func(h house, tenants, waiting int, where error) {
		t.Helper()
		got, err := s.GuestTenants(ctx, h.owner.User)
		check(t, err)
		n, err := s.GuestAlertsWaiting(ctx, h.owner.User)
		check(t, err)
		if len(got) != tenants || n != waiting {
			t.Errorf("rules in %d tenants, %d alerts wait; want %d, %d", len(got), n, tenants, waiting)
		}
		_, err = s.GuestPlace(ctx, a.ID, h.owner.User)
		wantError(t, err, where, "where an alert is")
	}
	atTheGate(bob, 1, 1, nil)
	atTheGate(cleo, 1, 0, store.ErrNotFound)

	claimed, err := s.ClaimAlertDeliveries(ctx, epoch, time.Minute, 10)
	check(t, err)
	if len(claimed) != 1 || claimed[0].ID != d.ID || claimed[0].Identity != guest(bob) || claimed[0].Home != bob.tenant {
		t.Errorf("given out: %+v", claimed)
	}
	as(t, s, guest(bob), func(ctx context.Context, tx store.Tx) {
		check(t, tx.PostponeAlert(ctx, d.ID, epoch.Add(time.Hour)))
	})
	claimed, err = s.ClaimAlertDeliveries(ctx, epoch.Add(time.Hour), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(claimed), 1, "deliveries due again")
	as(t, s, guest(bob), func(ctx context.Context, tx store.Tx) {
		check(t, tx.AlertDelivered(ctx, d.ID, "", time.Time{}))
		all, err := tx.AlertDeliveries(ctx, a.ID)
		check(t, err)
		attempts, err := tx.AlertAttempts(ctx, d.ID)
		check(t, err)
		if len(all) != 1 || all[0].Sent.IsZero() || all[0].Attempts != 1 || len(attempts) != 1 {
			t.Errorf("deliveries %+v, attempts %+v", all, attempts)
		}
		seen := a
		seen.Last, seen.LastDay = money.MustParse("0.105"), date.MustParse("2026-01-05")
		check(t, tx.SeeAlert(ctx, seen))
		check(t, tx.AcknowledgeAlert(ctx, a.ID, "called the client"))
		check(t, tx.ResolveAlert(ctx, a.ID, "meant to be so", false))
		got, err := tx.Alert(ctx, a.ID)
		check(t, err)
		if got.Guest != bob.owner.User || got.State != store.AlertResolved || got.AcknowledgedWhy != "called the client" || got.Last.String() != "0.105" || got.ResolvedBy != bob.owner.User {
			t.Errorf("alert read back: %+v", got)
		}
		check(t, tx.RaiseAlert(ctx, twice))
		own, err := tx.Alerts(ctx, store.AlertFilter{Guest: true})
		check(t, err)
		wantEqual(t, len(own), 2, "alerts of the guest's own rules")
	})
	// Another role changes nothing of them; the end of the grant is their end.
	grant(bob, store.CanManage)
	grant(bob, store.CanView)
	read(t, s, guest(bob), func(ctx context.Context, v store.View) {
		all, err := v.Alerts(ctx, store.AlertFilter{States: []store.AlertState{store.AlertRaised}})
		check(t, err)
		wantEqual(t, len(all), 1, "alerts that another role leaves")
	})
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteGrant(ctx, ada.portfolio, bob.owner.User)) })
	atTheGate(bob, 0, 0, store.ErrNotFound)
	grant(bob, store.CanView)
	sees("a guest who was granted it again", guest(bob), 0, 0, 0)
	sees("the other guest", guest(cleo), 1, 0, 0)
	as(t, s, guest(cleo), func(ctx context.Context, tx store.Tx) { check(t, tx.LeaveGrants(ctx)) })
	atTheGate(cleo, 0, 0, store.ErrNotFound)
	check(t, put(guest(bob), rule(bob)))
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeletePortfolio(ctx, ada.portfolio)) })
	atTheGate(bob, 0, 0, store.ErrNotFound)
}
