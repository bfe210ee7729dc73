package service

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/store"
)

// TestTheyAreTold: whatever changes how a person signs in is told to them by mail, from
// which address too; the old one where the e-mail address changes.
func TestTheyAreTold(t *testing.T) {
	w, post := accounts(t)
	here := WithAddress(ctx, "203.0.113.7")
	letter := func(about string) notify.Message {
		t.Helper()
		before := len(post.sent)
		if _, err := w.s.DeliverDue(ctx); err != nil {
			t.Fatal(err)
		}
		if len(post.sent) != before+1 {
			t.Fatalf("%s: %d letters", about, len(post.sent)-before)
		}
		got := post.sent[before]
		if !strings.Contains(got.Subject, about) || !strings.Contains(got.Text, "203.0.113.7") || !strings.Contains(got.Text, "https://books.example.org/settings/security") {
			t.Errorf("%s: %+v", about, got)
		}
		return got
	}
	const second = "a second sentence is easier"
	w.must(w.s.ChangePassword(here, w.owner, adasPassword, second))
	if got := letter("password was changed"); strings.Contains(got.Text, second) || got.To != "ada@example.org" {
		t.Errorf("%+v", got)
	}
	setup, err := w.s.BeginTOTP(here, w.owner, second)
	w.must(err)
	code, err := totp.GenerateCode(setup.Secret, w.clock)
	w.must(err)
	_, err = w.s.ConfirmTOTP(here, w.owner, code)
	w.must(err)
	letter("second factor was set up")
	_, err = w.s.NewRecoveryCodes(here, w.owner, second)
	w.must(err)
	letter("recovery codes")
	w.must(w.s.DisableTOTP(here, w.owner, second))
	letter("second factor of your account was removed")
	next := "ada@books.example"
	_, err = w.s.UpdateMe(here, w.owner, Profile{Email: &next})
	w.must(err)
	if got := letter("e-mail address"); got.To != "ada@example.org" || !strings.Contains(got.Text, next) {
		t.Errorf("%+v", got)
	}
	// What is no change of it is not told; without mail nothing fails.
	name := "Ada L."
	_, err = w.s.UpdateMe(here, w.owner, Profile{Name: &name})
	w.must(err)
	if n, err := w.s.DeliverDue(ctx); n != 0 || err != nil {
		t.Errorf("%d letters about a name, %v", n, err)
	}
	quiet, _ := accounts(t, func(a *Accounts) { a.Mail = nil })
	quiet.must(quiet.s.ChangePassword(ctx, quiet.owner, adasPassword, second))
}

// TestNewDevice: who signs in with a browser or from an address that the last sign-ins do
// not know is told; an update of the browser is no other browser.
func TestNewDevice(t *testing.T) {
	w, post := accounts(t)
	for _, row := range []struct {
		why, from, agent string
		told             bool
	}{
		{"nothing to compare with", "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", false},
		{"the same again", "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", false},
		{"a newer version of it", "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/141.2", false},
		{"another browser", "203.0.113.7", "Mozilla/5.0 (iPhone) Safari/605.1.15", true},
		{"the other one again", "203.0.113.7", "Mozilla/5.0 (iPhone) Safari/605.1.15", false},
		{"another address", "198.51.100.9", "Mozilla/5.0 (X11; Linux x86_64) Firefox/141.2", true},
		{"both known by now", "198.51.100.9", "Mozilla/5.0 (iPhone) Safari/605.1.15", false},
	} {
		before := len(post.sent)
		_, err := w.s.SignIn(WithAddress(ctx, row.from), "ada@example.org", adasPassword, row.agent)
		w.must(err)
		_, err = w.s.DeliverDue(ctx)
		w.must(err)
		if got := len(post.sent) > before; got != row.told {
			t.Errorf("%s: told %v", row.why, got)
		} else if got && !strings.Contains(post.sent[before].Text, row.from) {
			t.Errorf("%s: %s", row.why, post.sent[before].Text)
		}
	}
}

// TestRefusedSignIns stand in the person's trail with time and address and without what
// was given; nobody else's trail hears of it, nor of an address that nobody has.
func TestRefusedSignIns(t *testing.T) {
	w, _ := accounts(t)
	eve, err := w.s.Register(ctx, NewOwner{Email: "eve@example.org", Password: "another sentence here", Name: "Eve", BaseCurrency: "EUR"})
	w.must(err)
	w.clock = w.clock.Add(time.Minute)
	there := WithAddress(ctx, "198.51.100.9")
	_, err = w.s.SignIn(there, "ada@example.org", "not her password", "Firefox/140.0")
	wantError(t, err, ErrCredentials, "a wrong password")
	_, err = w.s.SignIn(there, "nobody@example.org", "not her password", "Firefox/140.0")
	wantError(t, err, ErrCredentials, "an unknown address")
	setup, err := w.s.BeginTOTP(ctx, w.owner, adasPassword)
	w.must(err)
	code, err := totp.GenerateCode(setup.Secret, w.clock)
	w.must(err)
	_, err = w.s.ConfirmTOTP(ctx, w.owner, code)
	w.must(err)
	_, err = w.s.SignIn(there, "ada@example.org", adasPassword, "Firefox/140.0")
	needed, ok := err.(*SecondFactorNeeded)
	if !ok {
		t.Fatal(err)
	}
	_, err = w.s.FinishSignIn(there, needed.Challenge, "000000")
	wantError(t, err, ErrCode, "a wrong code")
	all, err := w.s.FindEvents(ctx, w.owner, store.EventFilter{Action: "session.refused", Limit: 10})
	w.must(err)
	if len(all) != 2 {
		t.Fatalf("%d refusals, want 2", len(all))
	}
	for i, want := range []string{"second factor", "password"} {
		address, _, why := Came(all[i])
		if e := all[i]; address != "198.51.100.9" || why != want || e.User != w.owner.User || !e.At.Equal(w.clock) || strings.Contains(string(e.After), "not her") || strings.Contains(string(e.After), "000000") {
			t.Errorf("%+v: %s", e, e.After)
		}
	}
	if n, err := w.s.VerifyEvents(ctx, w.owner); err != nil || n == 0 {
		t.Errorf("%d events, %v", n, err)
	}
	hers, err := w.s.FindEvents(ctx, eve.Caller, store.EventFilter{Action: "session.refused", Limit: 10})
	w.must(err)
	if len(hers) != 0 {
		t.Errorf("another's trail has %d", len(hers))
	}
	// A disabled account is not told apart from one that is not there.
	err = w.store.As(ctx, store.Identity{Tenant: eve.Caller.Tenant, User: eve.Caller.User}, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, eve.Caller.User)
		if err != nil {
			return err
		}
		u.Disabled = true
		return tx.UpdateUser(ctx, u)
	})
	w.must(err)
	_, err = w.s.SignIn(there, "eve@example.org", "wrong", "")
	wantError(t, err, ErrCredentials, "a disabled account")
}
