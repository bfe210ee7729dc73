package api

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// Attempts to sign in, set up or change a password: ten at once from one address,
// then one every six seconds.
const (
	attemptsAtOnce = 10
	attemptEvery   = 6 * time.Second
)

// guarded are the requests that try a password, of both faces.
var guarded = map[string]bool{
	"/api/v1/auth/login": true, "/api/v1/auth/register": true, "/api/v1/auth/password": true,
	"/sign-in": true, "/first-run": true, "/settings/password": true,
}

// Throttle refuses too many attempts to sign in from one address. It goes around both faces.
func Throttle(now func() time.Time, next http.Handler) http.Handler {
	t := &throttle{now: now, spent: map[string]time.Time{}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && guarded[r.URL.Path] && !t.allow(remote(r)) {
			k := known(errThrottled)
			k.Reference = RequestID(r.Context())
			sendProblem(w, r, k)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// throttle counts by the time up to which an address has used up its attempts.
type throttle struct {
	now   func() time.Time
	mu    sync.Mutex
	spent map[string]time.Time
}

func (t *throttle) allow(address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if len(t.spent) > 10_000 {
		for a, until := range t.spent {
			if until.Before(now) {
				delete(t.spent, a)
			}
		}
	}
	until := t.spent[address]
	if until.Before(now) {
		until = now
	}
	if until.Sub(now) >= attemptsAtOnce*attemptEvery {
		return false
	}
	t.spent[address] = until.Add(attemptEvery)
	return true
}
