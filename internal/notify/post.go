package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/foliosight/foliosight/internal/outbound"
)

// Poster sends JSON to addresses that people entered. It reaches only what is on the
// public internet (package outbound).
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
	return &Poster{now: o.Now, client: outbound.NewClient(outbound.Options{Private: o.Private, Timeout: o.Timeout, Answer: mostAnswer})}
}

// errPrivate reports an address that is not on the public internet, and what to do.
var errPrivate = fmt.Errorf("%w; ALERT_WEBHOOK_PRIVATE=true allows it", outbound.ErrPrivate)

// CheckURL says what is wrong with an address to post to, without reaching it.
func CheckURL(text string) (host string, err error) { return outbound.CheckURL(text) }

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
		if errors.Is(err, outbound.ErrPrivate) {
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
