package service

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestSessionsEnd: a session that is used every few hours goes on until it is so old, and
// no longer; one that is not used ends much earlier. Refresh tokens have such an end too.
func TestSessionsEnd(t *testing.T) {
	w, _ := accounts(t, func(a *Accounts) {
		a.SessionMost, a.Refresh, a.RefreshMost = 10*24*time.Hour, 7*24*time.Hour, 20*24*time.Hour
	})
	begun := w.clock
	in, err := w.s.SignIn(ctx, "ada@example.org", adasPassword, "")
	w.must(err)
	used := func() time.Duration {
		for w.clock.Sub(begun) < 60*24*time.Hour {
			w.clock = w.clock.Add(5 * time.Hour)
			if err := w.known(in.Token); err != nil {
				wantError(t, err, ErrSignedOut, "a session that ended")
				break
			}
		}
		return w.clock.Sub(begun)
	}
	if got := used(); got != 240*time.Hour {
		t.Errorf("a session in use lasted %s, want ten days", got)
	}
	// The face that prolongs it says no later end either.
	begun = w.clock
	in, err = w.s.SignIn(ctx, "ada@example.org", adasPassword, "")
	w.must(err)
	for range 9 {
		w.clock = w.clock.Add(23 * time.Hour)
		until, err := w.s.Prolong(ctx, in.Caller)
		w.must(err)
		if until.After(begun.Add(10*24*time.Hour)) || until.Sub(w.clock) > 24*time.Hour {
			t.Errorf("prolonged until %s", until)
		}
	}
	if got := used(); got >= 245*time.Hour {
		t.Errorf("a session that was prolonged lasted %s", got)
	}
	// One that was begun under a longer end is held to the shorter one.
	in, err = w.s.SignIn(ctx, "ada@example.org", adasPassword, "")
	w.must(err)
	w.s.accounts.SessionMost = time.Hour
	w.clock = w.clock.Add(61 * time.Minute)
	wantError(t, w.known(in.Token), ErrSignedOut, "after the end was made earlier")
	w.s.accounts.SessionMost = 10 * 24 * time.Hour

	begun = w.clock
	program := w.logIn(t)
	refresh, last := program.Tokens.Refresh, time.Duration(0)
	for w.clock.Sub(begun) < 60*24*time.Hour {
		w.clock = w.clock.Add(6 * 24 * time.Hour)
		next, err := w.s.Refresh(ctx, refresh)
		if err != nil {
			wantError(t, err, ErrSignedOut, "a refresh token that ended")
			break
		}
		if refresh, last = next.Tokens.Refresh, w.clock.Sub(begun); next.Expires.After(begun.Add(20 * 24 * time.Hour)) {
			t.Errorf("good until %s", next.Expires)
		}
	}
	if last != 18*24*time.Hour {
		t.Errorf("refreshed for %s, want until the eighteenth day of twenty", last)
	}
}

// TestCookie: over https the cookie's name keeps others from planting it.
func TestCookie(t *testing.T) {
	for _, row := range []struct {
		cookies map[string]string
		secure  bool
		want    string
	}{
		{map[string]string{"foliosight": "a"}, false, "a"},
		{map[string]string{"foliosight": "a"}, true, ""},
		{map[string]string{"__Host-foliosight": "b"}, true, "b"},
		{map[string]string{"__Host-foliosight": "b", "foliosight": "a"}, true, "b"},
		{map[string]string{"__Host-foliosight": "b", "foliosight": "a"}, false, "b"},
		{nil, false, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		for name, value := range row.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		if got := SessionOfCookie(r, row.secure); got != row.want {
			t.Errorf("%v, secure %v: %q, want %q", row.cookies, row.secure, got, row.want)
		}
	}
}
