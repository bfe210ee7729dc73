package app

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

// leaving is how a process goes. It first says that it is not ready, and goes on answering
// everybody for as long as those who share out requests may need to see that. Only then is
// it over: streams end, nobody new is let in, and what is under way is waited for.
type leaving struct {
	going   atomic.Bool
	over    chan struct{}
	version string
}

// leave is over a grace after ctx has ended.
func leave(ctx context.Context, grace time.Duration, version string) *leaving {
	l := &leaving{over: make(chan struct{}), version: version}
	context.AfterFunc(ctx, func() {
		l.going.Store(true)
		time.AfterFunc(grace, func() { close(l.over) })
	})
	return l
}

// handler answers whether this process is ready once it is leaving, and ends connections
// with the request that is answered on them, so that the next comes elsewhere.
func (l *leaving) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !l.going.Load() {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Connection", "close")
		if r.URL.Path != "/health/ready" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "private, no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(map[string]string{"status": "stopping", "version": l.version}) // whoever went away needs no answer
	})
}
