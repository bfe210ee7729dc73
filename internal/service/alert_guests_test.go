package service

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// advised is a portfolio that two users of other tenants may look at.
func advised(t *testing.T, w *world) (eve, carl Caller) {
	t.Helper()
	for i, name := range []string{"Eve", "Carl"} {
		in, err := w.s.Lodge(ctx, name)
		w.must(err)
		w.granted(in.Caller)
		*[]*Caller{&eve, &carl}[i] = in.Caller
	}
	return eve, carl
}

func (w *world) granted(c Caller) {
	w.t.Helper()
	w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		return tx.PutGrant(ctx, store.Grant{Portfolio: w.portfolio, User: c.User, Role: store.CanView})
	}))
}

func (w *world) alertsOf(c Caller) []store.Alert {
	w.t.Helper()
	all, err := w.s.Alerts(ctx, c, store.AlertFilter{})
	w.must(err)
	return all
}

// A guest who may only look makes a rule, is told through a channel at home, and loses
// the rule with the grant. Nobody else sees any of it.
func TestGuestsHaveRulesOfTheirOwn(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		w, mail := alertsWorld(t)
		guestStory(t, w, mail)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		d := pgtest.Migrated(t)
		w, mail := alertsWorldOn(t, func(now func() time.Time) store.Store {
			return pgtest.OpenAt(t, postgres.Options{URL: d.URL, Now: now})
		})
		guestStory(t, w, mail)
	})
}

func guestStory(t *testing.T, w *world, mail *outTray) {
	eve, carl := advised(t, w)
	letters, _, err := w.s.AddAlertChannel(ctx, eve, NewChannel{Kind: ChannelMail})
	w.must(err)
	rule := store.AlertRule{Kind: "position", Portfolio: w.portfolio, Threshold: money.MustParse("0.12"), Band: money.MustParse("0.01"), Channels: []string{letters.ID},
		QuietFrom: "21:00", QuietTo: "06:00", Enabled: true}
	_, err = w.s.SaveAlertRule(ctx, carl, rule)
	wantFault(t, err, 0, "channels", "another's channel")
	_, err = w.s.SaveAlertRule(ctx, eve, store.AlertRule{Kind: "job", Portfolio: w.portfolio, Threshold: money.One})
	wantFault(t, err, 0, "kind", "a rule about the owner's jobs")
	r, err := w.s.SaveAlertRule(ctx, eve, rule)
	w.must(err)
	r.Threshold = money.MustParse("0.13")
	r, err = w.s.SaveAlertRule(ctx, eve, r)
	w.must(err)
	if got, err := w.s.AlertRule(ctx, eve, r.ID); err != nil || got.Threshold.String() != "0.13" || got.Revision != 2 || got.Home != eve.Tenant {
		t.Errorf("%+v, %v", got, err)
	}

	w.priceOf("2026-05-29", "15") // 1,500 of 10,500
	w.clock = time.Date(2026, 6, 1, 21, 30, 0, 0, time.UTC)
	if found := w.checked(); found.Raised != 0 || found.Rules != 0 {
		t.Errorf("the owner is told of the guest's rules: %s", found)
	}
	w.checked() // the same figures again
	all := w.alertsOf(eve)
	if len(all) != 1 || all[0].Title != "ACME is 14.29% of the value, over 13%" || all[0].Guest != eve.User || all[0].Rule != r.ID {
		t.Fatalf("the guest's alerts: %+v", all)
	}
	a := all[0]
	waiting := func(c Caller, want int) {
		t.Helper()
		if n, err := w.s.AlertsWaiting(ctx, c); n != want || err != nil {
			t.Errorf("%d alerts wait, %v; want %d", n, err, want)
		}
	}
	waiting(eve, 1)
	for who, c := range map[string]Caller{"the owner": w.owner, "another guest": carl} {
		waiting(c, 0)
		rules, err := w.s.AlertRules(ctx, c)
		w.must(err)
		ofPortfolio, err := w.s.Alerts(ctx, c, store.AlertFilter{Portfolio: w.portfolio})
		w.must(err)
		checks, err := w.s.AlertChecks(ctx, c, w.portfolio)
		w.must(err)
		if len(rules)+len(ofPortfolio)+len(checks)+len(w.alertsOf(c)) != 0 {
			t.Errorf("%s sees %d rules, %d alerts, %d checks", who, len(rules), len(ofPortfolio), len(checks))
		}
		_, err = w.s.Alert(ctx, c, a.ID)
		wantError(t, err, ErrNotFound, "the guest's alert to "+who)
		_, err = w.s.AcknowledgeAlert(ctx, c, a.ID, "")
		wantError(t, err, ErrNotFound, "acknowledging by "+who)
		_, err = w.s.SaveAlertRule(ctx, c, store.AlertRule{ID: r.ID, Kind: "position", Portfolio: w.portfolio, Threshold: money.MustParse("0.5")})
		wantError(t, err, ErrNotFound, "changing by "+who)
		wantError(t, w.s.DeleteAlertRule(ctx, c, r.ID), ErrNotFound, "deleting by "+who)
	}

	// Quiet hours are the guest's; a crash between outbox and note sends nothing twice.
	if sent, err := w.s.DeliverDue(ctx); sent != 0 || err != nil {
		t.Errorf("in quiet hours %d went out, %v", sent, err)
	}
	w.clock = time.Date(2026, 6, 2, 6, 0, 0, 0, time.UTC)
	claimed, err := w.store.ClaimAlertDeliveries(ctx, w.clock, alertLease, 10)
	w.must(err)
	if len(claimed) != 1 || claimed[0].Home != eve.Tenant {
		t.Fatalf("claimed %+v", claimed)
	}
	w.must(w.store.As(ctx, eve.Identity, func(ctx context.Context, tx store.Tx) error {
		return w.s.sendOnce(ctx, tx, claimed[0].ID, "alert", mailedLife, "eve@foliosight.invalid", a.Title, "before the crash")
	}))
	for range 3 {
		_, err = w.s.DeliverDue(ctx)
		w.must(err)
		w.clock = w.clock.Add(10 * time.Minute)
	}
	if len(mail.sent) != 1 || mail.sent[0].To != "eve@foliosight.invalid" || mail.sent[0].Subject != a.Title {
		t.Errorf("mail %+v", mail.sent)
	}
	d, err := w.s.Alert(ctx, eve, a.ID)
	w.must(err)
	if len(d.Deliveries) != 1 || d.Deliveries[0].Sent.IsZero() || d.Deliveries[0].Channel.Name != "Mail" || len(d.Deliveries[0].Attempts) != 1 {
		t.Errorf("%+v", d.Deliveries)
	}

	// Seen to, within the band, and back: told once more, without a crash this time.
	_, err = w.s.AcknowledgeAlert(ctx, eve, a.ID, "called the client")
	w.must(err)
	waiting(eve, 0)
	w.priceOf("2026-05-29", "14") // 1,400 of 10,400: within the band? 13.46 %
	w.checked()
	w.priceOf("2026-05-29", "13.9") // 13.37 %
	w.checked()
	if got := w.alertsOf(eve); len(got) != 1 || got[0].State != store.AlertAcknowledged {
		t.Errorf("within the band: %+v", got)
	}
	w.priceOf("2026-05-29", "11") // 10.89 %
	w.checked()
	if got := w.alertsOf(eve); len(got) != 1 || got[0].State != store.AlertResolved || got[0].ResolvedBy != "" {
		t.Errorf("back: %+v", got)
	}
	_, err = w.s.DeliverDue(ctx)
	w.must(err)
	if len(mail.sent) != 2 || !strings.Contains(mail.sent[1].Text, "https://books.example.org/alerts/"+a.ID) {
		t.Errorf("mail %+v", mail.sent)
	}
	limits, err := w.s.SaveAlertRule(ctx, eve, store.AlertRule{Kind: "limits", Portfolio: w.portfolio, Band: money.MustParse("0.02"), Enabled: true})
	w.must(err)
	w.checked()
	w.must(w.s.DeleteAlertRule(ctx, eve, limits.ID))

	// The grant ends between the alert and its mail: rule, alert and mail end with it.
	w.priceOf("2026-05-29", "20")
	w.checked()
	waiting(eve, 1)
	w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error { return tx.DeleteGrant(ctx, w.portfolio, eve.User) }))
	waiting(eve, 0)
	_, err = w.s.DeliverDue(ctx)
	w.must(err)
	w.granted(eve)
	w.checked()
	rules, err := w.s.AlertRules(ctx, eve)
	w.must(err)
	if len(rules) != 0 || len(w.alertsOf(eve)) != 0 || len(mail.sent) != 2 {
		t.Errorf("after the grant: %d rules, %d alerts, %d mails", len(rules), len(w.alertsOf(eve)), len(mail.sent))
	}
}

// inTray is a queue that only remembers what it was given.
type inTray struct {
	Queue
	work []Work
}

func (k *inTray) Enqueue(_ context.Context, _ store.Tx, kind string, w Work) error {
	if kind == WorkAlerts {
		k.work = append(k.work, w)
	}
	return nil
}

// What a guest's rule waits for is put into the queue by what makes it needed: a booking,
// where the rule is to be looked at soon, and the night.
func TestGuestsRulesAreLookedAt(t *testing.T) {
	w, _ := alertsWorld(t)
	eve, _ := advised(t, w)
	queue := &inTray{}
	w.s.queue = queue
	save := func(r store.AlertRule) store.AlertRule {
		t.Helper()
		r.Kind, r.Portfolio, r.Threshold, r.Enabled = "position", w.portfolio, money.MustParse("0.05"), true
		r, err := w.s.SaveAlertRule(ctx, eve, r)
		w.must(err)
		return r
	}
	count := func(want int, what string) {
		t.Helper()
		if len(queue.work) != want {
			t.Errorf("%s: %d jobs %+v, want %d", what, len(queue.work), queue.work, want)
		}
		queue.work = nil
	}
	r := save(store.AlertRule{})
	w.priceOf("2026-05-28", "10.1")
	count(0, "prices, a rule of the night")
	r.Eager = true
	r = save(r)
	w.priceOf("2026-05-28", "10.2")
	count(1, "prices, an eager rule")
	work := Work{Tenant: w.owner.Tenant, User: w.owner.User, Portfolio: w.portfolio, Day: date.MustParse("2026-05-29")}
	w.analysed(work, 1)
	if len(queue.work) != 1 || queue.work[0].User != w.owner.User {
		t.Errorf("a night: %+v", queue.work)
	}
	for _, one := range queue.work {
		_, err := w.s.CheckAlertsFor(ctx, one)
		w.must(err)
	}
	if got := w.alertsOf(eve); len(got) != 1 {
		t.Errorf("after the night: %+v", got)
	}
	queue.work = nil
	r.Enabled = false
	_, err := w.s.SaveAlertRule(ctx, eve, r)
	w.must(err)
	if got := w.alertsOf(eve); len(got) != 1 || got[0].State != store.AlertResolved {
		t.Errorf("of a rule that was switched off: %+v", got)
	}
	w.priceOf("2026-05-28", "10.3")
	count(0, "prices, a rule that is off")
}
