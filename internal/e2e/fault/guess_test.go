package fault

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// Passwords are guessed at two processes on one PostgreSQL, each request under another
// address in X-Forwarded-For, which nobody is told to believe. The lock is the same in
// both, it holds over a restart, guessing many accounts from one address ends as well,
// and the one whose account it is gets in again when the wait is over.
func TestGuessing(t *testing.T) {
	d := pgtest.Migrated(t)
	// One secret that all share, and limits of each process out of the way: what is left is
	// what is kept in the database.
	env := []string{"DATABASE_URL=" + d.URL, "DATABASE_ADMIN_URL=" + d.AdminURL, "FOLIOSIGHT_DATA=" + t.TempDir(), "FOLIOSIGHT_ROLES=api"}
	one, two := newProgram(t, env...), newProgram(t, env...)
	one.start()
	owner := one.client()
	owner.found(t)
	two.start()
	guess := func(p *program, n int, account, secret string) answer {
		t.Helper()
		c := p.client()
		c.header = http.Header{"X-Forwarded-For": {fmt.Sprintf("198.51.%d.%d", n/250, n%250+1)}, "X-Real-Ip": {"203.0.113.9"}, "Forwarded": {"for=203.0.113.10"}}
		a, err := c.ask(context.Background(), "POST", "/auth/login", map[string]string{"email": account, "password": secret}, "")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	checked, locked := 0, 0
	for n := range 40 {
		switch a := guess([]*program{one, two}[n%2], n, email, fmt.Sprint("guess ", n)); a.status {
		case 401:
			checked++
		case 429:
			if locked++; a.header.Get("Retry-After") == "" {
				t.Errorf("it is not said how long to wait: %s", a)
			}
		default:
			t.Errorf("guess %d: %s", n, a)
		}
	}
	// Ten are free; while forty are made a few waits of 2, 4 and 8 seconds may end.
	if checked > 14 || locked < 26 {
		t.Errorf("of 40 guesses %d were looked at, %d refused", checked, locked)
	}
	two.kill()
	two.start()
	if a := guess(two, 41, email, password); a.status != 429 {
		t.Errorf("a restart opens the lock: %s", a)
	}
	// Spraying: one password on many accounts, most of which do not exist.
	tried, refused := 0, 0
	for n := range 130 {
		switch a := guess([]*program{one, two}[n%2], n, fmt.Sprintf("person%d@example.org", n), "Spring2025!"); a.status {
		case 401:
			tried++
		case 429:
			refused++
		default:
			t.Errorf("spraying %d: %s", n, a)
		}
	}
	if tried > 104 || refused < 26 {
		t.Errorf("of 130 accounts %d were tried from one address, %d refused", tried, refused)
	}
	if status, out := one.run(t.Context(), "monitor", "security"); status != 1 || !strings.Contains(out, "sign-in") && !strings.Contains(out, "sign in") {
		t.Errorf("monitor security does not show it: %d %.1500s", status, out)
	}
	// A guessed token of any sort is refused, and says no more than that.
	for _, token := range []string{"fsp_" + strings.Repeat("A", 43), strings.Repeat("B", 43), "eyJhbGciOiJub25lIn0.e30."} {
		c := one.client()
		c.token = token
		if a, err := c.ask(context.Background(), "GET", "/auth/me", nil, ""); err != nil || a.status != 401 {
			t.Errorf("token %.12s…: %s %v", token, a, err)
		}
	}
	// The owner's session goes on all the while, and the owner gets in when the wait is over.
	owner.must(t, 200, "GET", "/auth/me", nil)
	a := guess(one, 999, email, password)
	for end := time.Now().Add(25 * time.Second); a.status == 429 && time.Now().Before(end); a = guess(one, 999, email, password) {
		time.Sleep(500 * time.Millisecond)
	}
	if a.status != 200 {
		t.Errorf("the owner does not get in: %s, Retry-After %s", a, a.header.Get("Retry-After"))
	}
	seen := owner.must(t, 200, "GET", "/audit?limit=200", nil)
	if !strings.Contains(seen.text, "refused") {
		t.Errorf("the audit trail does not show the guesses: %.600s", seen.text)
	}
	t.Logf("40 guesses at one account: %d looked at; 130 accounts from one address: %d tried", checked, tried)
}
