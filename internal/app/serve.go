package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/config"
)

// How long things may take before they are given up.
const (
	headerTime  = 10 * time.Second
	requestTime = 2 * time.Minute // reading a request, and answering it
	idleTime    = 2 * time.Minute
	stopTime    = 25 * time.Second // requests under way when the server stops
)

// serve answers until it is over, then lets requests under way finish.
func serve(ctx context.Context, o Outside, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: o.leaving.handler(handler), ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: requestTime + headerTime, IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(handshakes{o.Log.Handler()}, slog.LevelWarn)}
	ended := make(chan error, 1)
	if o.secured == nil {
		go func() { ended <- server.Serve(listener) }()
	} else {
		server.TLSConfig = o.secured.keeper.Config()
		go func() { ended <- server.ServeTLS(listener, "", "") }()
		defer o.secured.run(ctx, o)()
	}
	select {
	case err := <-ended:
		return err
	case <-o.stopping:
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// timed ends the context of a request that takes too long; a stream of events goes on.
func timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, api.Prefix+"/") && strings.HasSuffix(r.URL.Path, "/events") {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// address is what a person types to reach the server.
func address(cfg config.Config, at net.Addr) string {
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return at.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	scheme := "http"
	if cfg.TLS() {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// loopback reports whether a host with or without a port is this machine alone.
func loopback(address string) bool {
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
