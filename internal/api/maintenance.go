package api

import (
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/ops/standing"
	"github.com/foliosight/foliosight/internal/service"
)

var errMaintenance = errors.New("there is maintenance")

// Addresses that are answered whatever maintenance there is: what asks how the process
// is, what guards itself (Operators), the look of the sign-in page, and signing in and out.
var (
	alwaysBelow = []string{"/health/", "/status/", "/debug/pprof/", "/assets/", "/sign-in/", Prefix + "/auth/login/", Prefix + "/auth/passkeys/login/", Prefix + "/auth/oidc/"}
	alwaysAt    = map[string]bool{"/health": true, "/api/health": true, "/metrics": true, "/status": true, "/favicon.ico": true, "/sign-in": true, "/sign-out": true,
		Prefix + "/auth/login": true, Prefix + "/auth/logout": true, Prefix + "/auth/refresh": true}
	// cookieAlone are forms that change something in the browser and nowhere else.
	cookieAlone = map[string]bool{"/settings/privacy": true}
	// signing are the operations of the API that are let through while nothing may be changed.
	signing = map[string]bool{"login": true, "login-second-factor": true, "refresh": true, "logout": true, "logout-everywhere": true, "begin-passkey-login": true, "finish-passkey-login": true}
)

func always(path string) bool {
	return alwaysAt[path] || slices.ContainsFunc(alwaysBelow, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// Maintain holds requests off while there is maintenance. In full everybody but who runs
// the installation is told to come back; read-only, everybody may look and no page may
// change anything (operations of the API that change something refuse by themselves:
// Options.Maintenance). It goes around both faces.
func Maintain(state func() standing.Maintenance, people interface{ People }, secure bool, now func() time.Time, log *slog.Logger, next http.Handler) http.Handler {
	s := &server{Options: Options{Secure: secure, Log: log}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := state()
		if !m.On || always(r.URL.Path) || r.Method == http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		if m.ReadOnly {
			if r.Method == http.MethodGet || r.Method == http.MethodHead || strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/gpt/") || cookieAlone[r.URL.Path] {
				next.ServeHTTP(w, r)
				return
			}
		} else if token, ok := tokenOf(r, s.Secure); ok {
			// Where it cannot be found out who asks, nobody is let in.
			if caller, err := people.Authenticate(r.Context(), token); err == nil && caller.Operator {
				request.Of(r.Context()).From(caller.User)
				next.ServeHTTP(w, r)
				return
			}
		}
		refuseFor(w, r, m, now())
	})
}

// held refuses operations that change something while nothing may be changed.
func (s *server) held(ctx huma.Context, next func(huma.Context)) {
	if s.Maintenance != nil {
		if m := s.Maintenance(); m.On && m.ReadOnly {
			r, w := humago.Unwrap(ctx)
			refuseFor(w, r, m, s.Now())
			return
		}
	}
	next(ctx)
}

// holds reports whether an operation is one that changes something.
func holds(r route) bool {
	return r.method != http.MethodGet && !signing[r.id] && scopes[r.id] != service.ScopeRead
}

// refuseFor answers a program with a problem and a person with a plain page.
func refuseFor(w http.ResponseWriter, r *http.Request, m standing.Maintenance, now time.Time) {
	p := known(errMaintenance)
	p.Detail = m.Says()
	p.Reference = RequestID(r.Context())
	p.header = http.Header{"Retry-After": {seconds(m.Retry(now))}}
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/gpt/") || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		p.write(w)
		return
	}
	for name, values := range p.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.WriteHeader(p.Status)
	fmt.Fprintf(w, maintenancePage, html.EscapeString(p.Title), html.EscapeString(p.Title), html.EscapeString(p.Detail)) // the client may be gone
}

// maintenancePage needs nothing but itself.
const maintenancePage = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%s · FolioSight</title></head>
<body><main role="main"><h1>%s</h1><p>%s</p><p>Nothing is lost; come back in a while. Who runs the installation <a href="/sign-in">signs in here</a>.</p></main></body>
</html>
`
