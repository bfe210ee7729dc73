package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/ops/tracing"
	"github.com/foliosight/foliosight/internal/store"
)

// RequestID is the id of the request that a context belongs to; empty outside of one.
func RequestID(ctx context.Context) string {
	return request.Of(ctx).Known().ID
}

// Observe gives every request an id, logs it when it is done and turns a panic into a
// problem with a reference. It goes around both faces. Whoever is told hears of each
// request when it is done.
func Observe(log *slog.Logger, next http.Handler, told ...func(request.Done)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !sane(id) {
			id = store.NewID()
		}
		w.Header().Set("X-Request-Id", id)
		ctx, mark := request.With(r.Context(), id)
		ctx, traced := tracing.Request(ctx, r, id)
		r = r.WithContext(ctx)
		seen := &watcher{ResponseWriter: w}
		start := time.Now()
		defer func() {
			done := request.Done{Method: r.Method, Route: mark.Known().Route, Status: seen.status, Bytes: seen.bytes, Took: time.Since(start),
				Stream: strings.HasPrefix(seen.Header().Get("Content-Type"), "text/event-stream")}
			traced(done)
			for _, tell := range told {
				tell(done)
			}
		}()
		defer func() {
			if bug := recover(); bug != nil {
				if bug == http.ErrAbortHandler {
					panic(bug)
				}
				if goneAway(bug) {
					log.DebugContext(r.Context(), "nobody waits for the answer", "reference", id, "error", bug)
				} else {
					log.ErrorContext(r.Context(), "panic", "reference", id, "panic", kindOf(bug), "stack", string(debug.Stack()))
				}
				if seen.status == 0 {
					p := byStatus[500].problem("")
					p.Reference = id
					sendProblem(seen, r, p)
				}
			}
			level := slog.LevelDebug
			if seen.status >= 500 {
				level = slog.LevelWarn
			}
			log.Log(r.Context(), level, "request", "method", r.Method, "path", loggedPath(r.URL.Path), "status", seen.status, "bytes", seen.bytes,
				"route", mark.Known().Route, "took", time.Since(start).Round(time.Microsecond), "reference", id)
		}()
		next.ServeHTTP(seen, r)
	})
}

// kindOf says what a panic was of without the values that it may carry: they are
// somebody's. The stack has the place; of our own runtime's errors there is the text.
func kindOf(bug any) string {
	if err, ok := bug.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", bug)
}

// longestPart is the length from which a part of a path may be a secret, as in the
// address of a link that was shared. Ids are shorter.
const longestPart = 40

// loggedPath is a path without what could be a secret in it.
func loggedPath(path string) string {
	if len(path) < longestPart {
		return path
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if len(p) >= longestPart || strings.HasPrefix(p, "fsp_") {
			parts[i] = "•••"
		}
	}
	return strings.Join(parts, "/")
}

// goneAway reports whether what ended a request is that its answer could not be sent.
func goneAway(bug any) bool {
	err, ok := bug.(error)
	var network *net.OpError
	return ok && errors.As(err, &network)
}

// sendProblem answers a program with a problem and a person with its text.
func sendProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(r.Header.Get("Accept"), "json") {
		p.write(w)
		return
	}
	text := p.Title + ".\n" + p.Detail + "\n"
	if p.Reference != "" {
		text += "Reference " + p.Reference + "\n"
	}
	for name, values := range p.header {
		w.Header()[name] = values
	}
	http.Error(w, text, p.Status)
}

// sane accepts ids of other programs that cannot do harm in a log.
func sane(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// watcher notes what was answered.
type watcher struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (w *watcher) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

// Unwrap lets deadlines and flushes reach the connection.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
