// Package outbound reaches addresses that people or other servers named, and nothing
// that they should not reach through us.
//
// Model: every address that a name resolves to is looked at when the connection is made,
// after the name was resolved, so that a name that changes its mind (DNS rebinding) gains
// nothing. Only the public internet is reached, unless everything is allowed or a host
// was named by whoever runs the installation. No redirect is followed, no proxy of the
// environment used; time and the size of an answer are bounded.
//
// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; OWASP ASVS 4.0.3, 5.2.6
// and 12.6.1.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/foliosight/foliosight/internal/ops/tracing"
)

// ErrPrivate reports an address that is not on the public internet; ErrLarge an answer
// that is longer than is read.
var (
	ErrPrivate = errors.New("the address is not on the public internet")
	ErrLarge   = errors.New("the answer is too long")
)

// Options say what is reached.
type Options struct {
	Private bool          // addresses that are not public are reached too
	Hosts   []string      // names or addresses that may be private: whoever runs the installation gave them
	Timeout time.Duration // of a request with its answer; 10 s unless given
	Connect time.Duration // until there is a connection, its name looked up; half of Timeout unless given
	Answer  int64         // bytes of an answer's body that are read; 1 MiB unless given
}

// usualAnswer is how much of an answer is read.
const usualAnswer = 1 << 20

// NewClient returns a client that reaches no more than o allows.
func NewClient(o Options) *http.Client {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Answer == 0 {
		o.Answer = usualAnswer
	}
	transport := &http.Transport{DialContext: Dial(o), DisableKeepAlives: true, TLSHandshakeTimeout: o.Timeout / 2, ResponseHeaderTimeout: o.Timeout, MaxResponseHeaderBytes: 16 << 10}
	return &http.Client{Transport: &shortened{tracing.Outbound(transport), o.Answer}, Timeout: o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Dial connects as a client of the same options does.
func Dial(o Options) func(ctx context.Context, network, address string) (net.Conn, error) {
	if o.Connect == 0 {
		o.Connect = o.Timeout / 2
	}
	free := &net.Dialer{Timeout: o.Connect}
	guarded := &net.Dialer{Timeout: o.Connect, Control: func(_, address string, _ syscall.RawConn) error { return Public(address) }}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err == nil && (o.Private || slices.ContainsFunc(o.Hosts, func(h string) bool { return strings.EqualFold(h, host) })) {
			return free.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
}

// shortened ends an answer that goes on for too long.
type shortened struct {
	http.RoundTripper
	most int64
}

func (s *shortened) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &body{answer.Body, s.most}
	return answer, nil
}

// body reads left bytes more, and then ErrLarge.
type body struct {
	io.ReadCloser
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one more than allowed tells too much from just enough
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, ErrLarge
	}
	return n, err
}

// notPublic are the ranges that net/netip has no word for: this network, shared and test
// addresses, and those of IPv6 that carry an address of IPv4.
var notPublic = func() (all []netip.Prefix) {
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// Public refuses a resolved address with its port ("10.0.0.1:80") that is not on the
// public internet, as ErrPrivate.
func Public(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrPrivate
	}
	ip := to.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return ErrPrivate
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return ErrPrivate
		}
	}
	return nil
}

// CheckURL says what is wrong with an address, without reaching it.
func CheckURL(text string) (host string, err error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "", errors.New("it is no address; write it as https://host/path")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("only http and https are reached")
	case u.User != nil:
		return "", errors.New("a name and password in the address would be seen by others; use the signature instead")
	case len(text) > longestURL:
		return "", fmt.Errorf("it is longer than %d letters", longestURL)
	}
	return u.Host, nil
}

const longestURL = 2000
