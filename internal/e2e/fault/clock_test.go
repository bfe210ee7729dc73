package fault

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
)

// clocked is a server in this process, whose clock jumps.
type clocked struct {
	*client
	ahead atomic.Int64 // how far its clock is ahead of ours
	books string
}

func (c *clocked) now() time.Time         { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clocked) jump(d time.Duration)   { c.ahead.Add(int64(d)) }
func (c *clocked) zone(d time.Duration)   { c.ahead.Store(int64(d)) }
func (c *clocked) at(t *testing.T) string { t.Helper(); return c.now().UTC().Format(time.RFC3339) }

func newClocked(t *testing.T) *clocked {
	t.Helper()
	c := &clocked{}
	cfg, err := config.Load(config.Input{Environ: []string{"HOME=" + t.TempDir(), "MARKET_DATA=off", "FOLIOSIGHT_LOGIN_LIMIT=5", "ENCRYPTION_KEY=" + strings.Repeat("k", 32)},
		Flags: map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	started, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- app.Run(ctx, cfg, app.Outside{Version: "test", Now: c.now, Log: slog.New(slog.DiscardHandler), Started: func(url string) { started <- url }})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case url := <-started:
		p := &program{t: t, address: strings.TrimPrefix(url, "http://")}
		c.client = p.client()
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
	c.books = c.found(t)
	return c
}

// enters signs in with a password, and gives the status and what was said.
func (c *clocked) enters(t *testing.T, secret string) answer {
	t.Helper()
	a, err := c.ask(context.Background(), "POST", "/auth/login", map[string]string{"email": email, "password": secret}, "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The clock jumps back by an hour and a day and ahead by a year: versions keep their
// order, and what was known at a time is what had been booked by then.
func TestClockJumpsWhileBooking(t *testing.T) {
	c := newClocked(t)
	var times []string
	for n, d := range []time.Duration{0, -time.Hour, -24 * time.Hour, time.Minute, 365 * 24 * time.Hour, -365 * 24 * time.Hour, time.Hour} {
		c.jump(d)
		c.token = c.enters(t, password).field("access_token") // that of before may lie ahead, or have ended
		if a := c.must(t, 201, "POST", "/portfolios/"+c.books+"/transactions", deposit(fmt.Sprint("booking ", n))); a.body["version"] != float64(n+1) {
			t.Errorf("booking %d at %s: %s", n, c.at(t), a)
		}
	}
	a := c.must(t, 200, "GET", "/portfolios/"+c.books+"/versions", nil)
	items, _ := a.body["items"].([]any)
	byVersion := map[float64]string{}
	for _, item := range items {
		v := item.(map[string]any)
		at, _ := v["committed"].(string)
		byVersion[v["version"].(float64)] = at
	}
	var last time.Time
	for n := 1; n <= 7; n++ {
		at, err := time.Parse(time.RFC3339Nano, byVersion[float64(n)])
		if err != nil || at.Before(last) {
			t.Errorf("version %d was committed at %s, the one before at %s (%v): %.400s", n, at, last, err, a.text)
		}
		last = at
		times = append(times, byVersion[float64(n)])
	}
	if there := c.notes(t, c.books); len(there) != 7 {
		t.Errorf("%d bookings are there, not 7, committed at %v", len(there), times)
	}
	if a := c.must(t, 200, "GET", "/audit/verification", nil); a.body["intact"] != true {
		t.Errorf("the audit trail: %s", a)
	}
}

// Whoever is locked out waits no longer because the clock was put back, and is let in no
// earlier; sessions, codes and limits go on as well.
func TestClockJumpsWhileSignedIn(t *testing.T) {
	c := newClocked(t)
	lock := func() {
		t.Helper()
		for n := 0; ; n++ {
			a := c.enters(t, "wrong")
			if a.status == 429 && strings.Contains(a.text, "Try again in") && n > 9 {
				return
			}
			if c.jump(21 * time.Second); n > 60 { // the limit a minute is never met, so that 429 is the lock
				t.Fatalf("never locked: %s", a)
			}
		}
	}
	c.zone(30 * time.Hour)
	lock()
	c.jump(-24 * time.Hour)
	if a := c.enters(t, password); a.status != 429 {
		t.Errorf("the lock is open after the clock was put back: %s", a)
	}
	c.jump(16 * time.Minute)
	if a := c.enters(t, password); a.status != 200 {
		t.Errorf("16 minutes after the clock was put back by a day the owner is still locked out: %s", a)
	}
	c.token = c.enters(t, password).field("access_token")
	c.must(t, 200, "GET", "/auth/me", nil)

	begun := c.must(t, 200, "POST", "/auth/totp/begin", map[string]string{"password": password})
	code := func() string {
		t.Helper()
		text, err := totp.GenerateCode(begun.field("secret"), c.now())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	c.must(t, 200, "POST", "/auth/totp/confirm", map[string]string{"code": code()})
	second := func() answer {
		t.Helper()
		a, err := c.ask(context.Background(), "POST", "/auth/login/second-factor", map[string]string{"challenge": c.enters(t, password).field("challenge"), "code": code()}, "")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, d := range []time.Duration{2 * time.Minute, 365 * 24 * time.Hour, -365*24*time.Hour + 5*time.Minute, time.Hour} {
		c.jump(d)
		if a := second(); a.status != 200 {
			t.Errorf("at %s, after %s, the code is refused: %s", c.at(t), d, a)
		}
	}
	if a := second(); a.status == 200 {
		t.Error("one code is good twice")
	}
	c.jump(time.Minute)
	if a := second(); a.status == 200 {
		c.token = a.field("access_token")
	}
	c.must(t, 200, "GET", "/auth/me", nil)
	c.jump(400 * 24 * time.Hour)
	if a, err := c.ask(context.Background(), "GET", "/auth/me", nil, ""); err != nil || a.status != 401 {
		t.Errorf("a year later the session of before is good: %s %v", a, err)
	}
}
