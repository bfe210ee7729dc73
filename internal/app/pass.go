package app

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/foliosight/foliosight/internal/api"
)

// How long the API may take when pages pass a request on to it.
const (
	reachTime  = 5 * time.Second
	answerTime = requestTime // until its first byte; a stream lasts longer
)

// pass passes requests on to the API on another machine, so that pages and API have one
// origin. Bodies go through as they come, events too; the host stays the one that the
// browser asked, by which the API tells its own pages from foreign ones.
func pass(backend string, log *slog.Logger) (http.Handler, error) {
	to, err := url.Parse(backend)
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		FlushInterval: -1, // at once
		Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: reachTime, KeepAlive: 30 * time.Second}).DialContext, TLSHandshakeTimeout: reachTime,
			ResponseHeaderTimeout: answerTime, MaxIdleConnsPerHost: 64, IdleConnTimeout: idleTime, ForceAttemptHTTP2: true, DisableCompression: true},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				log.Warn("the API does not answer", "address", backend, "error", err)
			}
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Retry-After", "5")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(`{"title":"The API does not answer","status":502,"detail":"Try again in a moment."}` + "\n")) // the client may be gone
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := *proxy
		one.ModifyResponse = func(answer *http.Response) error {
			api.PassedOn(w.Header(), answer.Header)
			return nil
		}
		one.ServeHTTP(w, r)
	}), nil
}
