package service

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// outTray is a mail server that keeps what it is given.
type outTray struct{ sent []notify.Message }

func (o *outTray) Send(_ context.Context, m notify.Message) error {
	o.sent = append(o.sent, m)
	return nil
}

// alertsWorld is a world with keys, mail and a poster, and 100 ACME at 10 among 10,000 of
// cash: a tenth of the value.
func alertsWorld(t *testing.T) (*world, *outTray) {
	t.Helper()
	return alertsWorldOn(t, func(now func() time.Time) store.Store {
		st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		return st
	})
}

func alertsWorldOn(t *testing.T, open func(now func() time.Time) store.Store) (*world, *outTray) {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.clock }
	st := open(now)
	keys, err := secret.New(make([]byte, secret.KeySize))
	w.must(err)
	mail := &outTray{}
	w.store = st
	w.s = New(Options{Store: st, Now: now, Accounts: Accounts{Secrets: keys, Mail: mail, Post: notify.NewPoster(notify.PostOptions{Private: true, Now: now}), PublicURL: "https://books.example.org"}})
	in, err := w.s.SetUp(ctx, NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "EUR", TimeZone: "Europe/Berlin"})
	w.must(err)
	w.owner = in.Caller
	w.portfolio = w.create("Main")
	d := money.MustParse
	_, err = w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{
		{Date: date.MustParse("2026-01-02"), Type: ledger.Deposit, Account: "depot", Amount: money.Some(d("10000")), Currency: "EUR"},
		{Date: date.MustParse("2026-01-05"), Type: ledger.Buy, Account: "depot", Symbol: "ACME", Quantity: money.Some(d("100")), Price: money.Some(d("10")), Currency: "EUR"},
	})
	w.must(err)
	w.priceOf("2026-05-28", "10")
	return w, mail
}

func (w *world) priceOf(day, price string) {
	w.t.Helper()
	w.must(w.s.SetOwnPrices(ctx, w.owner, []store.OwnPrice{{Symbol: "ACME", Date: date.MustParse(day), Price: money.MustParse(price), Currency: "EUR"}}))
}

func (w *world) checked() AlertsFound {
	w.t.Helper()
	found, err := w.s.CheckAlerts(ctx, w.owner, w.portfolio)
	w.must(err)
	return found
}

func (w *world) rule(r store.AlertRule) store.AlertRule {
	w.t.Helper()
	r.Enabled = true
	saved, err := w.s.SaveAlertRule(ctx, w.owner, r)
	w.must(err)
	return saved
}

// newest is the newest alert.
func (w *world) newest() store.Alert {
	w.t.Helper()
	all, err := w.s.Alerts(ctx, w.owner, store.AlertFilter{})
	w.must(err)
	if len(all) == 0 {
		w.t.Fatal("there is no alert")
	}
	return all[0]
}

func TestAlertStory(t *testing.T) {
	w, _ := alertsWorld(t)
	if found := w.checked(); found.Rules != 0 || found.String() != "no rules" {
		t.Errorf("without rules: %s", found)
	}
	r := w.rule(store.AlertRule{Kind: "position", Threshold: money.MustParse("0.12"), Band: money.MustParse("0.01")})
	if found := w.checked(); found.Raised != 0 || found.Open != 0 {
		t.Errorf("at a tenth: %s", found)
	}
	w.priceOf("2026-05-29", "15") // 1,500 of 10,500
	if found := w.checked(); found.Raised != 1 || found.Open != 1 {
		t.Errorf("at a seventh: %s", found)
	}
	a := w.newest()
	if a.Title != "ACME is 14.29% of the value, over 12%" || a.State != store.AlertRaised || a.First.String() != "2026-05-29" || a.Severity != "warning" || a.Rule != r.ID || a.Ledger == 0 {
		t.Errorf("%+v", a)
	}
	events := func() int64 {
		n, err := w.s.VerifyEvents(ctx, w.owner)
		w.must(err)
		return n
	}
	before := events()
	if found := w.checked(); found.Raised != 0 || found.Open != 1 || w.newest() != a || events() != before {
		t.Errorf("the same analysis again: %s, %+v", found, w.newest())
	}
	n, err := w.s.AlertsWaiting(ctx, w.owner)
	w.must(err)
	got, err := w.s.AcknowledgeAlert(ctx, w.owner, a.ID, " selling on Monday ")
	w.must(err)
	left, err := w.s.AlertsWaiting(ctx, w.owner)
	w.must(err)
	if n != 1 || left != 0 || got.AcknowledgedBy != w.owner.User || got.AcknowledgedWhy != "selling on Monday" {
		t.Errorf("%d waited, %d wait; %+v", n, left, got)
	}
	_, err = w.s.AcknowledgeAlert(ctx, w.owner, a.ID, "")
	wantError(t, err, ErrStale, "acknowledging twice")
	w.priceOf("2026-05-29", "13.2") // 12.8 %, then within the band at 11.9 %, then back
	w.checked()
	w.priceOf("2026-05-29", "12.1")
	if found := w.checked(); found.Resolved != 0 || w.newest().State != store.AlertAcknowledged {
		t.Errorf("within the band: %s", found)
	}
	w.priceOf("2026-05-29", "11")
	if found := w.checked(); found.Resolved != 1 || found.Open != 0 {
		t.Errorf("back: %s", found)
	}
	if a = w.newest(); a.State != store.AlertResolved || a.ResolvedBy != "" || a.ResolvedWhy != "ACME is 10.89% of the value, against 12%" {
		t.Errorf("%+v", a)
	}
	// Resolved by hand it stays so until the figure went back.
	w.priceOf("2026-05-29", "20")
	w.checked()
	_, err = w.s.ResolveAlert(ctx, w.owner, w.newest().ID, "")
	wantFault(t, err, 0, "reason", "no reason")
	_, err = w.s.ResolveAlert(ctx, w.owner, w.newest().ID, "it is meant to be so")
	w.must(err)
	if found := w.checked(); found.Raised != 0 {
		t.Errorf("raised again at once: %s", found)
	}
	w.priceOf("2026-05-29", "10")
	w.checked()
	w.priceOf("2026-05-29", "20")
	if found := w.checked(); found.Raised != 1 {
		t.Errorf("not raised after it went back: %s", found)
	}
	// A rule that is switched off resolves what it raised.
	r.Enabled, r.Revision = false, 0
	_, err = w.s.SaveAlertRule(ctx, w.owner, r)
	w.must(err)
	if a = w.newest(); a.State != store.AlertResolved || a.ResolvedWhy != "the rule was switched off" {
		t.Errorf("%+v", a)
	}
	checks, err := w.s.AlertChecks(ctx, w.owner, w.portfolio)
	w.must(err)
	if len(checks) != 1 || len(checks[0].Read) != 1 || checks[0].Read[0].Subject != "ACME" {
		t.Errorf("checks %+v", checks)
	}
}

// What cannot be known neither raises nor resolves.
func TestAlertUnknown(t *testing.T) {
	w, _ := alertsWorld(t)
	w.rule(store.AlertRule{Kind: "price", Subject: "NONE", Threshold: money.MustParse("5")})
	w.rule(store.AlertRule{Kind: "correlation", Threshold: money.MustParse("0.1")})
	found := w.checked()
	if found.Raised != 0 || found.Unknown != 2 || !strings.Contains(found.String(), "NONE is not held") {
		t.Errorf("%s", found)
	}
	all, err := w.s.Alerts(ctx, w.owner, store.AlertFilter{})
	w.must(err)
	if len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

// A portfolio's own limits are raised without any rule.
func TestLimitAlerts(t *testing.T) {
	w, _ := alertsWorld(t)
	settings := json.RawMessage(`{"limits":{"largest_position":"0.05","net_exposure":"0.9"}}`)
	_, err := w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Settings: settings, Revision: w.revision()})
	w.must(err)
	if found := w.checked(); found.Raised != 1 {
		t.Fatalf("%s", found)
	}
	if a := w.newest(); a.Rule != store.LimitsKey || a.Subject != "largest_position" || a.Title != "The largest position is 10%, over 5%" {
		t.Errorf("%+v", a)
	}
	settings = json.RawMessage(`{}`)
	_, err = w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Settings: settings, Revision: w.revision()})
	w.must(err)
	if found := w.checked(); found.Resolved != 1 {
		t.Errorf("a limit that is set no more: %s", found)
	}
}

func TestAlertDelivery(t *testing.T) {
	w, mail := alertsWorld(t)
	var bodies []string
	var signatures []string
	code := 200
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies, signatures = append(bodies, string(b)), append(signatures, r.Header.Get(notify.SignatureHeader))
		rw.WriteHeader(code)
	}))
	defer hook.Close()
	post, signing, err := w.s.AddAlertChannel(ctx, w.owner, NewChannel{Kind: ChannelWebhook, Name: "Desk", URL: hook.URL + "/in"})
	w.must(err)
	letters, none, err := w.s.AddAlertChannel(ctx, w.owner, NewChannel{Kind: ChannelMail})
	w.must(err)
	if none != "" || letters.Shown != "ada@example.org" || !strings.HasPrefix(signing, "whsec_") || strings.Contains(string(post.Target), "/in") || strings.Contains(post.Shown, "/in") {
		t.Errorf("%+v %+v", post, letters)
	}
	w.must(w.s.TestAlertChannel(ctx, w.owner, post.ID))
	if len(bodies) != 1 || notify.Verify(signing, signatures[0], []byte(bodies[0]), w.clock, time.Minute) != nil {
		t.Fatalf("test message %v %v", bodies, signatures)
	}
	w.rule(store.AlertRule{Kind: "position", Threshold: money.MustParse("0.05"), Channels: []string{post.ID, letters.ID}, QuietFrom: "22:00", QuietTo: "07:00"})

	w.clock = time.Date(2026, 6, 1, 21, 30, 0, 0, time.UTC) // half past eleven in Berlin
	code = 503
	w.checked()
	sent, err := w.s.DeliverDue(ctx)
	w.must(err)
	if sent != 0 || len(bodies) != 1 || w.newest().State != store.AlertRaised {
		t.Errorf("in quiet hours %d went out", sent)
	}
	w.clock = time.Date(2026, 6, 2, 5, 0, 0, 0, time.UTC) // seven
	_, err = w.s.DeliverDue(ctx)
	w.must(err)
	if len(mail.sent) != 1 || mail.sent[0].To != "ada@example.org" || mail.sent[0].Subject != "ACME is 10% of the value, over 5%" || !strings.Contains(mail.sent[0].Text, "https://books.example.org/alerts/") {
		t.Errorf("mail %+v", mail.sent)
	}
	if len(bodies) != 2 {
		t.Fatalf("%d messages to the webhook", len(bodies))
	}
	code = 200
	w.clock = w.clock.Add(2 * time.Minute)
	_, err = w.s.DeliverDue(ctx)
	w.must(err)
	var body hookBody
	w.must(json.Unmarshal([]byte(bodies[len(bodies)-1]), &body))
	if len(bodies) != 3 || body.Event != "alert.raised" || body.Alert.Subject != "ACME" || body.Alert.Value != "0.1" || body.Alert.Portfolio != "Main" {
		t.Errorf("%d: %+v", len(bodies), body)
	}
	d, err := w.s.Alert(ctx, w.owner, w.newest().ID)
	w.must(err)
	if len(d.Deliveries) != 2 {
		t.Fatalf("%+v", d.Deliveries)
	}
	for _, one := range d.Deliveries {
		if one.Sent.IsZero() {
			t.Errorf("%s: %+v", one.Channel.Name, one)
		}
		if one.Channel.ID == post.ID && (len(one.Attempts) != 2 || !strings.Contains(one.Attempts[0].Reason, "503") || one.Attempts[1].Reason != "") {
			t.Errorf("attempts %+v", one.Attempts)
		}
	}
	w.must(w.s.DeleteAlertChannel(ctx, w.owner, post.ID))
	rules, err := w.s.AlertRules(ctx, w.owner)
	w.must(err)
	if len(rules) != 1 || len(rules[0].Channels) != 1 {
		t.Errorf("%+v", rules)
	}
}

// Another's alerts, rules and channels do not exist.
func TestAlertsAreApart(t *testing.T) {
	w, _ := alertsWorld(t)
	post, _, err := w.s.AddAlertChannel(ctx, w.owner, NewChannel{Kind: ChannelWebhook, URL: "https://desk.example.org/in"})
	w.must(err)
	r := w.rule(store.AlertRule{Kind: "position", Threshold: money.MustParse("0.05")})
	w.checked()
	a := w.newest()
	bob := w.another("bob@example.org")
	for what, do := range map[string]func() error{
		"look":              func() error { _, err := w.s.Alert(ctx, bob, a.ID); return err },
		"acknowledge":       func() error { _, err := w.s.AcknowledgeAlert(ctx, bob, a.ID, ""); return err },
		"resolve":           func() error { _, err := w.s.ResolveAlert(ctx, bob, a.ID, "mine"); return err },
		"check":             func() error { _, err := w.s.CheckAlerts(ctx, bob, w.portfolio); return err },
		"checks":            func() error { _, err := w.s.AlertChecks(ctx, bob, w.portfolio); return err },
		"list of another's": func() error { _, err := w.s.Alerts(ctx, bob, store.AlertFilter{Portfolio: w.portfolio}); return err },
		"look at a rule":    func() error { _, err := w.s.AlertRule(ctx, bob, r.ID); return err },
		"change a rule":     func() error { _, err := w.s.SaveAlertRule(ctx, bob, r); return err },
		"delete a rule":     func() error { return w.s.DeleteAlertRule(ctx, bob, r.ID) },
		"rule of another's": func() error {
			_, err := w.s.SaveAlertRule(ctx, bob, store.AlertRule{Kind: "var", Portfolio: w.portfolio, Threshold: money.One})
			return err
		},
		"change a channel": func() error {
			_, _, err := w.s.ChangeAlertChannel(ctx, bob, post.ID, ChannelChange{Rotate: true})
			return err
		},
		"test a channel":   func() error { return w.s.TestAlertChannel(ctx, bob, post.ID) },
		"delete a channel": func() error { return w.s.DeleteAlertChannel(ctx, bob, post.ID) },
	} {
		if err := do(); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = w.s.SaveAlertRule(ctx, bob, store.AlertRule{Kind: "var", Threshold: money.MustParse("0.1"), Channels: []string{post.ID}})
	wantFault(t, err, 0, "channels", "another's channel")
	_, _, err = w.s.AddAlertChannel(ctx, bob, NewChannel{Kind: ChannelSlack})
	wantFault(t, err, 0, "url", "the installation's Slack for a member")
}

func TestRulesAreChecked(t *testing.T) {
	d := money.MustParse
	for name, c := range map[string]struct {
		rule  store.AlertRule
		field string
	}{
		"no such kind":           {store.AlertRule{Kind: "moon"}, "kind"},
		"no symbol":              {store.AlertRule{Kind: "price", Threshold: d("1")}, "subject"},
		"a subject of the whole": {store.AlertRule{Kind: "var", Subject: "ACME", Threshold: d("0.1")}, "subject"},
		"not positive":           {store.AlertRule{Kind: "var"}, "threshold"},
		"a percentage":           {store.AlertRule{Kind: "var", Threshold: d("300")}, "threshold"},
		"half a day":             {store.AlertRule{Kind: "expiry", Threshold: d("2.5")}, "threshold"},
		"a band too wide":        {store.AlertRule{Kind: "var", Threshold: d("0.1"), Band: d("0.2")}, "band"},
		"a negative band":        {store.AlertRule{Kind: "var", Threshold: d("0.1"), Band: d("-0.2")}, "band"},
		"no such severity":       {store.AlertRule{Kind: "var", Threshold: d("0.1"), Severity: "red"}, "severity"},
		"half of quiet hours":    {store.AlertRule{Kind: "var", Threshold: d("0.1"), QuietFrom: "22:00"}, "quiet_from"},
		"no time of the day":     {store.AlertRule{Kind: "var", Threshold: d("0.1"), QuietFrom: "25:00", QuietTo: "07:00"}, "quiet_from"},
		"a name too long":        {store.AlertRule{Kind: "var", Threshold: d("0.1"), Name: strings.Repeat("x", 200)}, "name"},
	} {
		err := checkRule(&c.rule)
		var one *ledger.Fault
		var all ledger.Faults
		switch {
		case errors.As(err, &all):
			one = all[0]
		case !errors.As(err, &one):
			t.Errorf("%s: %v", name, err)
			continue
		}
		if one.Field != c.field || one.Cure == "" {
			t.Errorf("%s: %+v", name, one)
		}
	}
	for _, k := range alert.Kinds() { // what is offered is accepted
		r := store.AlertRule{Kind: string(k.Kind), Threshold: k.Threshold, Band: k.Band}
		if k.Subject == alert.OneOf {
			r.Subject = "ACME"
		}
		if err := checkRule(&r); err != nil || r.Name == "" || r.Severity == "" {
			t.Errorf("%s as offered: %v", k.Kind, err)
		}
	}
}

// Quiet hours are those of the clock on the wall, over midnight and when clocks change.
func TestQuietHours(t *testing.T) {
	for _, c := range []struct{ at, from, to, zone, want string }{
		{"2026-01-10T20:59:00Z", "22:00", "07:00", "Europe/Berlin", ""},
		{"2026-01-10T21:00:00Z", "22:00", "07:00", "Europe/Berlin", "2026-01-11T06:00:00Z"},
		{"2026-01-11T05:59:00Z", "22:00", "07:00", "Europe/Berlin", "2026-01-11T06:00:00Z"},
		{"2026-01-11T06:00:00Z", "22:00", "07:00", "Europe/Berlin", ""},
		{"2026-03-28T22:00:00Z", "22:00", "07:00", "Europe/Berlin", "2026-03-29T05:00:00Z"}, // clocks go forward in that night
		{"2026-10-24T22:00:00Z", "22:00", "07:00", "Europe/Berlin", "2026-10-25T06:00:00Z"}, // and back in this
		{"2026-01-10T12:30:00Z", "12:00", "13:00", "UTC", "2026-01-10T13:00:00Z"},
		{"2026-01-10T13:00:00Z", "12:00", "13:00", "UTC", ""},
		{"2026-01-10T12:30:00Z", "", "", "UTC", ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if until := quietUntil(at, c.from, c.to, c.zone); !until.IsZero() {
			got = until.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s in %s-%s %s: got %q, want %q", c.at, c.from, c.to, c.zone, got, c.want)
		}
	}
}

func (w *world) revision() int64 {
	w.t.Helper()
	p, err := w.s.Portfolio(ctx, w.owner, w.portfolio)
	w.must(err)
	return p.Revision
}
