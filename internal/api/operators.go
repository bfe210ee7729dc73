package api

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/service"
)

// Operators lets those through who run the installation, by an administrator's session or
// token, and where local is set whoever asks on this very machine. That counts by the
// connection itself: what a header says of the way is not believed, and a request that a
// proxy passed on, or that came under another name than this machine's, is not local.
func Operators(people interface{ People }, secure, local bool, log *slog.Logger, next http.Handler) http.Handler {
	s := &server{Options: Options{Secure: secure, Log: log}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		if local && here(r) {
			next.ServeHTTP(w, r)
			return
		}
		token, ok := tokenOf(r, s.Secure)
		if !ok {
			problemOf(r.Context(), log, service.ErrSignedOut).write(w)
			return
		}
		caller, err := people.Authenticate(r.Context(), token)
		if err == nil && !caller.Operator {
			err = fmt.Errorf("%s: %w", r.URL.Path, errOperators)
		}
		if err != nil {
			problemOf(r.Context(), log, err).write(w)
			return
		}
		request.Of(r.Context()).From(caller.User)
		next.ServeHTTP(w, r)
	})
}

// passedOn are the headers that a proxy leaves behind.
var passedOn = []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"}

// here reports whether a request was made on this machine, to it. One of HTTP/1.0 is not:
// nginx before 1.29.7 speaks so where it was told nothing else, and leaves no other trace;
// what asks on purpose (Prometheus, curl, the command line) has spoken 1.1 for long.
func here(r *http.Request) bool {
	if !r.ProtoAtLeast(1, 1) {
		return false
	}
	for _, name := range passedOn {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	return isLoopback(r.RemoteAddr) && (r.Host == "" || isLoopback(r.Host))
}

// isLoopback reports whether an address, with or without a port, is this machine alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" || host == "[::1]" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
