package storetest

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// positionRule is a new rule about the size of positions.
func positionRule(portfolio string) store.AlertRule {
	return store.AlertRule{ID: store.NewID(), Portfolio: portfolio, Kind: "position", Name: "Too large", Threshold: money.MustParse("0.1"), Band: money.MustParse("0.01"),
		Severity: "warning", QuietFrom: "22:00", QuietTo: "07:00", Enabled: true}
}

// largePosition is an alert about one.
func largePosition(portfolio, rule string) store.Alert {
	return store.Alert{ID: store.NewID(), Portfolio: portfolio, Rule: rule, Kind: "position", Subject: "ACME", Title: "ACME is 12.5% of the value", Severity: "warning", Unit: "fraction",
		Threshold: money.MustParse("0.1"), Value: money.MustParse("0.125"), First: date.MustParse("2026-01-02"), Ledger: 3, Market: store.MarketVersion{Shared: 5, Own: 2}, Raised: epoch}
}

// webhook is a new channel.
func webhook() store.AlertChannel {
	return store.AlertChannel{ID: store.NewID(), Kind: "webhook", Name: "Desk", Shown: "desk.example.org", Target: []byte("sealed"), Enabled: true}
}

func alertRules(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	put := func(id store.Identity, r store.AlertRule) (kept store.AlertRule, err error) {
		err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) { kept, err = tx.PutAlertRule(ctx, r); return err })
		return kept, err
	}
	of, wide := positionRule(h.portfolio), positionRule("")
	of.Channels, of.Subject, of.Below, of.Eager = []string{"a", "b"}, "ACME", true, true
	kept, err := put(h.owner, of)
	check(t, err)
	wantEqual(t, kept.Revision, int64(1), "revision of a new rule")
	_, err = put(h.owner, wide)
	check(t, err)
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		got, err := v.AlertRule(ctx, of.ID)
		check(t, err)
		if got.User != h.owner.User || got.Threshold.String() != "0.1" || got.Band.String() != "0.01" || got.QuietTo != "07:00" || len(got.Channels) != 2 || !got.Eager || !got.Below || got.Subject != "ACME" || got.Created.IsZero() {
			t.Errorf("rule read back: %+v", got)
		}
		all, err := v.AlertRulesFor(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(all), 2, "rules that hold for the portfolio")
		_, err = v.AlertRule(ctx, "no id")
		wantError(t, err, store.ErrNotFound, "a rule that is none")
	})
	kept.Threshold, kept.Enabled = money.MustParse("0.2"), false
	again, err := put(h.owner, kept)
	check(t, err)
	wantEqual(t, again.Revision, int64(2), "revision of a changed rule")
	_, err = put(h.owner, kept)
	wantError(t, err, store.ErrStale, "a change of an older revision")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.AlertRulesFor(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(all), 1, "rules that hold when one is switched off")
	})
	// A member with a grant sees the portfolio's rule, not the owner's for all of theirs.
	for role, allowed := range map[store.Role]error{store.CanView: store.ErrForbidden, store.CanTrade: nil} {
		as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
			check(t, tx.PutGrant(ctx, store.Grant{Portfolio: h.portfolio, User: h.member.User, Role: role}))
		})
		read(t, s, h.member, func(ctx context.Context, v store.View) {
			all, err := v.AlertRules(ctx)
			check(t, err)
			if len(all) != 1 || all[0].ID != of.ID {
				t.Errorf("a member with role %s sees %d rules", role, len(all))
			}
		})
		err := undoAfter(s, h.member, func(ctx context.Context, tx store.Tx) error { _, err := tx.PutAlertRule(ctx, again); return err })
		wantError(t, err, allowed, "a change with role "+string(role))
		err = undoAfter(s, h.member, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.PutAlertRule(ctx, positionRule(h.portfolio))
			return err
		})
		wantError(t, err, allowed, "a new rule with role "+string(role))
		err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.DeleteAlertRule(ctx, wide.ID) })
		wantError(t, err, store.ErrNotFound, "another's rule for all of theirs")
	}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutAlertCheck(ctx, store.AlertCheck{Portfolio: h.portfolio, Rule: of.ID, Day: date.MustParse("2026-01-02"), At: epoch, Ledger: 1, Readings: json.RawMessage(`[{"subject":"ACME"}]`)}))
		checks, err := tx.AlertChecks(ctx, h.portfolio)
		check(t, err)
		if len(checks) != 1 || checks[0].Day != date.MustParse("2026-01-02") || string(checks[0].Readings) == "" {
			t.Errorf("checks %+v", checks)
		}
		check(t, tx.DeleteAlertRule(ctx, of.ID))
		checks, err = tx.AlertChecks(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(checks), 0, "checks of a rule that is gone")
	})
}

func alerts(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	a := largePosition(h.portfolio, store.NewID())
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.RaiseAlert(ctx, a)) })
	twice := a
	twice.ID = store.NewID()
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.RaiseAlert(ctx, twice) })
	wantError(t, err, store.ErrExists, "a second open alert of one rule and subject")

	waiting := func(want int) {
		t.Helper()
		read(t, s, h.owner, func(ctx context.Context, v store.View) {
			n, err := v.AlertsWaiting(ctx)
			check(t, err)
			wantEqual(t, n, want, "alerts that wait")
		})
	}
	waiting(1)
	seen := a
	seen.Last, seen.LastDay, seen.Ledger, seen.Unchecked = money.MustParse("0.105"), date.MustParse("2026-01-05"), 4, "no price of ACME"
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.SeeAlert(ctx, seen)) })
	do := func(fn func(context.Context, store.Tx) error) error { return s.As(ctx, h.owner, fn) }
	check(t, do(func(ctx context.Context, tx store.Tx) error {
		return tx.AcknowledgeAlert(ctx, a.ID, "selling on Monday")
	}))
	err = do(func(ctx context.Context, tx store.Tx) error { return tx.AcknowledgeAlert(ctx, a.ID, "again") })
	wantError(t, err, store.ErrStale, "acknowledging twice")
	waiting(0)
	check(t, do(func(ctx context.Context, tx store.Tx) error {
		return tx.ResolveAlert(ctx, a.ID, "meant to be so", false)
	}))
	err = do(func(ctx context.Context, tx store.Tx) error { return tx.ResolveAlert(ctx, a.ID, "again", true) })
	wantError(t, err, store.ErrStale, "resolving twice")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		got, err := v.Alert(ctx, a.ID)
		check(t, err)
		if got.State != store.AlertResolved || got.Armed || got.AcknowledgedBy != h.owner.User || got.AcknowledgedWhy != "selling on Monday" || got.ResolvedBy != h.owner.User || got.ResolvedWhy != "meant to be so" ||
			got.Value.String() != "0.125" || got.Last.String() != "0.105" || got.First != a.First || got.LastDay != seen.LastDay || got.Ledger != 4 || got.Market != a.Market || got.Unchecked != seen.Unchecked || got.Raised != epoch {
			t.Errorf("alert read back: %+v", got)
		}
		states, err := v.AlertStates(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(states), 1, "an alert that was resolved by hand and whose figure did not go back")
		events, err := v.Events(ctx, 0, 1000)
		check(t, err)
		var actions []string
		for _, e := range events {
			if e.Object == "alert/"+a.ID {
				actions = append(actions, e.Action)
				wantEqual(t, e.Portfolio, h.portfolio, "portfolio of an event")
			}
		}
		if len(actions) != 3 || actions[0] != "alert.raise" || actions[1] != "alert.acknowledge" || actions[2] != "alert.resolve" {
			t.Errorf("the trail has %v", actions)
		}
	})
	seen.Armed = true
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.SeeAlert(ctx, seen))
		states, err := tx.AlertStates(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(states), 0, "alerts that count when it is armed again")
		check(t, tx.RaiseAlert(ctx, twice))
		check(t, tx.ResolveAlert(ctx, twice.ID, "back under the threshold", true))
		got, err := tx.Alert(ctx, twice.ID)
		check(t, err)
		if got.ResolvedBy != "" || !got.Armed {
			t.Errorf("resolved by itself: %+v", got)
		}
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		for what, c := range map[string]struct {
			filter store.AlertFilter
			want   int
		}{
			"all":                  {store.AlertFilter{}, 2},
			"a page":               {store.AlertFilter{Limit: 1}, 1},
			"the page after":       {store.AlertFilter{Before: twice.ID}, 1},
			"of a portfolio":       {store.AlertFilter{Portfolio: h.portfolio, Kind: "position", Rule: a.Rule}, 2},
			"of another kind":      {store.AlertFilter{Kind: "var"}, 0},
			"in one of two states": {store.AlertFilter{States: []store.AlertState{store.AlertRaised, store.AlertResolved}}, 2},
			"open":                 {store.AlertFilter{States: []store.AlertState{store.AlertRaised}}, 0},
		} {
			got, err := v.Alerts(ctx, c.filter)
			check(t, err)
			wantEqual(t, len(got), c.want, what)
		}
	})
	// A look is not enough to change one; who sees nothing finds nothing.
	wantError(t, s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.AcknowledgeAlert(ctx, a.ID, "") }), store.ErrNotFound, "a stranger acknowledging")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutGrant(ctx, store.Grant{Portfolio: h.portfolio, User: h.member.User, Role: store.CanView}))
	})
	wantError(t, s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.AcknowledgeAlert(ctx, a.ID, "") }), store.ErrForbidden, "a viewer acknowledging")
	wantError(t, s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.ResolveAlert(ctx, a.ID, "", false) }), store.ErrForbidden, "a viewer resolving")
}

func alertChannels(t *testing.T, s store.Store) {
	h, other := build(t, s, "ada"), build(t, s, "bob")
	c, a := webhook(), largePosition(h.portfolio, store.NewID())
	as(t, s, h.member, func(ctx context.Context, tx store.Tx) { check(t, tx.PutAlertChannel(ctx, c)) })
	changed := c
	changed.Name, changed.Target = "Night desk", nil
	as(t, s, h.member, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutAlertChannel(ctx, changed))
		got, err := tx.AlertChannel(ctx, c.ID)
		check(t, err)
		if got.Name != "Night desk" || string(got.Target) != "sealed" || got.Shown != c.Shown || !got.Enabled {
			t.Errorf("channel %+v", got)
		}
	})
	for _, id := range []store.Identity{h.owner, other.owner} {
		err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) error { return tx.DeleteAlertChannel(ctx, c.ID) })
		wantError(t, err, store.ErrNotFound, "another's channel")
		err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) error { return tx.PutAlertChannel(ctx, changed) })
		wantError(t, err, store.ErrNotFound, "a change of another's channel")
	}
	// The owner's night puts an alert on its way to a member who sees the portfolio.
	d := store.AlertDelivery{ID: store.NewID(), Identity: h.member, Portfolio: h.portfolio, Alert: a.ID, Channel: c.ID, Rule: store.NewID(), Event: "raised", Expires: epoch.Add(30 * 24 * time.Hour), Due: epoch}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutGrant(ctx, store.Grant{Portfolio: h.portfolio, User: h.member.User, Role: store.CanView}))
		check(t, tx.RaiseAlert(ctx, a))
		check(t, tx.DeliverAlert(ctx, d))
	})
	early, err := s.ClaimAlertDeliveries(ctx, epoch.Add(-time.Second), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(early), 0, "deliveries before they are due")
	var mu sync.Mutex
	var wait sync.WaitGroup
	given := 0
	for range 3 {
		wait.Go(func() {
			got, err := s.ClaimAlertDeliveries(ctx, epoch, time.Minute, 10)
			check(t, err)
			mu.Lock()
			defer mu.Unlock()
			given += len(got)
			for _, one := range got {
				if one.ID != d.ID || one.Identity != h.member {
					t.Errorf("given out: %+v", one)
				}
			}
		})
	}
	wait.Wait()
	wantEqual(t, given, 1, "times that a delivery was given out")
	wantError(t, s.Read(ctx, h.owner, func(ctx context.Context, v store.View) error { _, err := v.AlertDelivery(ctx, d.ID); return err }), store.ErrNotFound, "a delivery through another's channel")
	as(t, s, h.member, func(ctx context.Context, tx store.Tx) {
		check(t, tx.AlertDelivered(ctx, d.ID, "connection refused", epoch.Add(time.Hour)))
	})
	night, err := s.ClaimAlertDeliveries(ctx, epoch.Add(time.Hour), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(night), 1, "deliveries due again")
	as(t, s, h.member, func(ctx context.Context, tx store.Tx) { check(t, tx.PostponeAlert(ctx, d.ID, epoch.Add(8*time.Hour))) })
	got, err := s.ClaimAlertDeliveries(ctx, epoch.Add(2*time.Hour), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(got), 0, "deliveries that wait for their next attempt")
	got, err = s.ClaimAlertDeliveries(ctx, epoch.Add(8*time.Hour), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(got), 1, "deliveries due again")
	as(t, s, h.member, func(ctx context.Context, tx store.Tx) { check(t, tx.AlertDelivered(ctx, d.ID, "", time.Time{})) })
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		all, err := v.AlertDeliveries(ctx, a.ID)
		check(t, err)
		if len(all) != 1 || all[0].Sent.IsZero() || all[0].Attempts != 2 || all[0].Reason != "" {
			t.Errorf("deliveries %+v", all)
		}
		attempts, err := v.AlertAttempts(ctx, d.ID)
		check(t, err)
		if len(attempts) != 2 || attempts[0].Reason != "connection refused" || attempts[1].Reason != "" {
			t.Errorf("attempts %+v", attempts)
		}
	})
	as(t, s, h.member, func(ctx context.Context, tx store.Tx) {
		check(t, tx.DeleteAlertChannel(ctx, c.ID))
		all, err := tx.AlertDeliveries(ctx, a.ID)
		check(t, err)
		wantEqual(t, len(all), 0, "deliveries of a channel that is gone")
	})
}
