package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/service"
)

type callerKey struct{}

// signedIn lets only those through whose token is good, and notes who it is.
func (s *server) signedIn(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	caller, err := s.authenticate(r)
	if err != nil {
		problemOf(r.Context(), s.Log, err).write(w)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), callerKey{}, caller))
	defer forget(r)
	noted := request.Of(r.Context())
	noted.From(caller.User)
	noted.About(ctx.Param("portfolio"))
	next(humago.NewContext(ctx.Operation(), r, w))
}

// perhaps notes who it is where the token is good, and lets everybody through.
func (s *server) perhaps(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	caller, err := s.authenticate(r)
	if err != nil && !errors.Is(err, service.ErrSignedOut) {
		problemOf(r.Context(), s.Log, err).write(w)
		return
	}
	next(humago.NewContext(ctx.Operation(), r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)), w))
}

func (s *server) authenticate(r *http.Request) (service.Caller, error) {
	token, ok := tokenOf(r, s.Secure)
	if !ok {
		return service.Caller{}, service.ErrSignedOut
	}
	return s.svc.Authenticate(r.Context(), token)
}

// tokenOf is the token of the Authorization header, or else of the cookie.
func tokenOf(r *http.Request, secure bool) (string, bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
	}
	token := service.SessionOfCookie(r, secure)
	return token, token != ""
}

// callerOf is who asks, as signedIn noted it.
func callerOf(ctx context.Context) service.Caller {
	c, _ := ctx.Value(callerKey{}).(service.Caller)
	return c
}

// cookie puts a session into the browser; an empty token takes it out.
func (s *server) cookie(token string, expires time.Time) string {
	c := http.Cookie{Name: service.SessionCookie(s.Secure), Value: token, Path: "/", Expires: expires, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure}
	if token == "" {
		c.MaxAge = -1
	}
	return c.String()
}

// sameSecret compares without telling by its duration how much agrees.
func sameSecret(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
