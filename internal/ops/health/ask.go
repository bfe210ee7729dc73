package health

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/monitor"
)

// Server is a running server, as its own command line asks it.
type Server struct {
	URL string // without a path: "http://127.0.0.1:8000"
	// Certificate is the path of the certificate that it shows: it must be this very one, as
	// a name of this machine is not in it. Empty: it is checked as usual.
	Certificate string
	Token       string // of an administrator, for a server on another machine
}

// ErrAway reports that nothing answers.
var ErrAway = errors.New("no server answers")

// askTime is how long a server has to answer; mostAnswer is how much of that is read.
const (
	askTime    = 5 * time.Second
	mostAnswer = 4 << 20
)

// At is the address at which a server that listens is reached on its own machine.
func At(listen string, secure bool) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Health asks /health.
func (s Server) Health(ctx context.Context) (a Answer, err error) {
	return a, s.ask(ctx, "/health", &a)
}

// Status asks /status.
func (s Server) Status(ctx context.Context) (a Status, err error) {
	return a, s.ask(ctx, "/status", &a)
}

// ask reads an answer; one that says it is unhealthy is an answer too.
func (s Server) ask(ctx context.Context, path string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(s.URL, "/")+path, nil)
	if err != nil {
		return fmt.Errorf("address of the server %q: %w", s.URL, err)
	}
	if s.Token != "" {
		r.Header.Set("Authorization", "Bearer "+s.Token)
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if s.Certificate != "" {
		leaf, err := monitor.Leaf(s.Certificate)
		if err != nil {
			return err
		}
		transport.TLSClientConfig.InsecureSkipVerify = true // the very certificate is compared instead
		transport.TLSClientConfig.VerifyConnection = func(c tls.ConnectionState) error {
			if len(c.PeerCertificates) == 0 || !bytes.Equal(c.PeerCertificates[0].Raw, leaf.Raw) {
				return fmt.Errorf("the server shows another certificate than %s; a server reads new files within ten seconds, and its log says where it could not", s.Certificate)
			}
			return nil
		}
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", s.URL, ErrAway, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if err != nil {
		return fmt.Errorf("%s%s: %w", s.URL, path, err)
	}
	switch answer.StatusCode {
	case http.StatusOK, http.StatusServiceUnavailable:
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s%s: the server answers this machine alone, or an administrator's token (FOLIOSIGHT_TOKEN)", s.URL, path)
	default:
		return fmt.Errorf("%s%s: it answers %s; is this a FolioSight of this version?", s.URL, path, answer.Status)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s%s: its answer cannot be read: %w", s.URL, path, err)
	}
	return nil
}
