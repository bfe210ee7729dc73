package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/internal/service"
)

// Pulse knows whether the database is there.
type Pulse interface {
	// Away is why it is not; nil: it is there.
	Away() error
	// Watch has cancel called with the reason once it goes away, until done is called.
	Watch(cancel context.CancelCauseFunc) (done func())
}

// without are the addresses that answer without a database.
var without = []string{"/health", "/metrics", "/status", "/debug/", "/assets/", "/api/health"}

// Present refuses requests at once while the database is away, and ends those that wait
// for it when it goes. It goes around both faces.
func Present(p Pulse, log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, path := range without {
			if strings.HasPrefix(r.URL.Path, path) {
				next.ServeHTTP(w, r)
				return
			}
		}
		if err := p.Away(); err != nil {
			sendProblem(w, r, problemOf(r.Context(), log, err))
			return
		}
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		defer p.Watch(cancel)()
		seen := &watcher{ResponseWriter: w}
		next.ServeHTTP(seen, r.WithContext(ctx))
		if cause := context.Cause(ctx); seen.status == 0 && errors.Is(cause, service.ErrUnavailable) {
			sendProblem(w, r, problemOf(ctx, log, cause))
		}
	})
}

// causeOf puts why a request was ended before the error that came of it.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, service.ErrUnavailable) && !errors.Is(err, service.ErrUnavailable) {
		return errors.Join(cause, err)
	}
	return err
}
