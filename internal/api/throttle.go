package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ratelimit"
	"github.com/foliosight/foliosight/internal/service"
)

// crowd is how many times an account's attempts one address has over all accounts:
// people behind one address sign in too, but nobody tries a list of accounts.
const crowd = 12

// guarded are the requests that try a password or a code, of both faces, and what they
// try: each has attempts of its own.
var guarded = map[string]string{
	"/api/v1/auth/login": "sign-in", "/sign-in": "sign-in",
	"/api/v1/auth/register": "register", "/first-run": "register", "/register": "register",
	"/api/v1/auth/password": "password", "/settings/password": "password",
	"/api/v1/auth/login/second-factor": "second factor", "/sign-in/second-factor": "second factor", "/api/v1/auth/totp/confirm": "second factor",
	"/api/v1/auth/password/reset": "reset", "/api/v1/auth/password/reset/confirm": "reset confirmation", "/api/v1/auth/passkeys/login/finish": "passkey",
	"/forgotten": "reset", "/reset": "reset confirmation", "/sign-in/passkey/finish": "passkey", "/settings/security/totp/confirm": "second factor",
}

// comingBack are the addresses where other providers send browsers back to: the one way
// to sign in that is a GET.
const comingBack = Prefix + "/auth/oidc/"

// Throttle refuses too many attempts to sign in: on one account from one address, and
// from one address altogether. It goes around both faces.
func Throttle(now func() time.Time, l Limits, next http.Handler) http.Handler {
	l = l.complete()
	account := ratelimit.Rule{Limit: l.Login, Window: l.Window}
	address := ratelimit.Rule{Limit: crowd * l.Login, Window: l.Window}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := guarded[r.URL.Path]
		if r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, comingBack) { // the services count attempts by address too
			r = r.WithContext(service.WithAddress(r.Context(), l.address(r)))
		}
		if r.Method != http.MethodPost || what == "" {
			next.ServeHTTP(w, r)
			return
		}
		from, at := l.address(r), now()
		v := l.Counter.Take(r.Context(), "login/"+what+"/"+from+"/"+accountOf(r), account, at)
		if v.Allowed {
			if all := l.Counter.Take(r.Context(), "login/"+from, address, at); !all.Allowed {
				v.Allowed, v.Remaining, v.Retry = false, 0, all.Retry
			}
		}
		announce(w.Header(), v, account)
		if !v.Allowed {
			k := known(errThrottled)
			k.Detail = "Try again in " + stretch(wait(v.Retry)) + "."
			k.header = http.Header{"Retry-After": {seconds(v.Retry)}}
			k.Reference = RequestID(r.Context())
			sendProblem(w, r, k)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// peeked is how much of a request is read to find out which account it tries.
const peeked = 16 << 10

// accountOf names the account that a request tries, as a hash: by the e-mail address in
// its body, else by its token. The body can be read again afterwards.
func accountOf(r *http.Request) string {
	name := ""
	if r.Body != nil {
		head, err := io.ReadAll(io.LimitReader(r.Body, peeked))
		r.Body = again{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		if err == nil && len(head) < peeked {
			name = emailIn(r.Header.Get("Content-Type"), head)
		}
	}
	if name == "" {
		name, _ = tokenOf(r, false)
	}
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// again is a body of which a part was read and put back.
type again struct {
	io.Reader
	io.Closer
}

// emailIn finds the address that a sign-in names, in the form that it is compared in.
func emailIn(contentType string, body []byte) string {
	kind, _, _ := mime.ParseMediaType(contentType)
	var in struct{ Email, Username string }
	if kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return ""
		}
		in.Email, in.Username = form.Get("email"), form.Get("username")
	} else if json.Unmarshal(body, &in) != nil {
		return ""
	}
	if in.Email == "" {
		in.Email = in.Username
	}
	return strings.ToLower(strings.TrimSpace(in.Email))
}

// address is where a request comes from: the peer, or, where that is a proxy that is
// believed, the last address before the believed ones. Of an IPv6 address the network
// counts, as one person has all of it.
func (l Limits) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && l.believed(peer); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = before
	}
	if peer = peer.Unmap(); peer.Is6() {
		network, _ := peer.WithZone("").Prefix(64) // 64 bits are always possible
		return network.String()
	}
	return peer.String()
}

// Behind reports whether a request comes from a proxy that is trusted.
func (l Limits) Behind(r *http.Request) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && l.believed(at.Addr())
}

func (l Limits) believed(peer netip.Addr) bool {
	peer = peer.Unmap()
	return slices.ContainsFunc(l.Proxies, func(p netip.Prefix) bool { return p.Contains(peer) })
}
