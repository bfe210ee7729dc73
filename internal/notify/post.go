package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// Poster sends JSON to addresses that people entered. It reaches only what is on the
// public internet: every address that a name resolves to is looked at when the connection
// is made, after the name was resolved, so that a name that changes its mind gains
// nothing. It follows no redirects and uses no proxy.
type Poster struct {
	client *http.Client
	now    func() time.Time
}

// PostOptions say how.
type PostOptions struct {
	Private bool             // addresses that are not public are reached too
	Timeout time.Duration    // of one message; 10 s unless given
	Now     func() time.Time // time.Now unless given
}

// Limits of one message and its answer.
const (
	mostSent   = 256 << 10
	mostAnswer = 4 << 10
)

// NewPoster returns a Poster.
func NewPoster(o PostOptions) *Poster {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	dialer := &net.Dialer{Timeout: o.Timeout / 2, Control: func(_, address string, _ syscall.RawConn) error {
		if o.Private {
			return nil
		}
		return public(address)
	}}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: o.Timeout / 2, ResponseHeaderTimeout: o.Timeout,
		MaxResponseHeaderBytes: 16 << 10}
	return &Poster{now: o.Now, client: &http.Client{Transport: transport, Timeout: o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// errPrivate reports an address that is not on the public internet.
var errPrivate = errors.New("the address is not on the public internet; ALERT_WEBHOOK_PRIVATE=true allows it")

// notPublic are the ranges that net/netip has no word for (IANA special-purpose
// registries): this network, shared and test addresses, and those of IPv6 that carry an
// address of IPv4.
var notPublic = func() (all []netip.Prefix) {
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// public refuses a resolved address and port that is not on the public internet.
func public(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivate
	}
	ip := to.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return errPrivate
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return errPrivate
		}
	}
	return nil
}

// CheckURL says what is wrong with an address to post to, without reaching it.
func CheckURL(text string) (host string, err error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "", errors.New("it is no address; write it as https://host/path")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("only http and https are reached")
	case u.User != nil:
		return "", errors.New("a name and password in the address would be seen by others; use the signature instead")
	case len(text) > 2000:
		return "", errors.New("it is too long")
	}
	return u.Host, nil
}

// post sends one message and reads what came back. An answer of 2xx is success; a
// redirect, 410 and an address that may not be reached are ErrRefused. No error holds the
// address, which may be a secret.
func (p *Poster) post(ctx context.Context, to string, body []byte, header http.Header) error {
	if _, err := CheckURL(to); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if len(body) > mostSent {
		return fmt.Errorf("%w: the message has %d bytes", ErrRefused, len(body))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: it is no address", ErrRefused)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "FolioSight")
	answer, err := p.client.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			if wrapped.Timeout() {
				return errors.New("no answer in time")
			}
			err = wrapped.Err
		}
		if errors.Is(err, errPrivate) {
			return fmt.Errorf("%w: %w", ErrRefused, errPrivate)
		}
		return fmt.Errorf("not reached: %w", err)
	}
	defer answer.Body.Close()
	io.CopyN(io.Discard, answer.Body, mostAnswer) // what it says is of no interest
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return fmt.Errorf("%w: it answered %d, and redirects are not followed", ErrRefused, code)
	case code == http.StatusGone:
		return fmt.Errorf("%w: it answered 410, gone", ErrRefused)
	default:
		return fmt.Errorf("it answered %d", code)
	}
}
