package certificate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
)

// How often files are looked at, and how long the second of two files that are written
// one after the other may take.
const (
	usualEvery  = 10 * time.Second
	usualSettle = 2 * time.Second
)

// Options are how a Keeper is made.
type Options struct {
	Cert, Key string        // PEM files; with an Authority they are its own
	Authority *Authority    // who gets and renews it; nil: whoever writes the files
	Every     time.Duration // between two looks; ten seconds unless given
	Settle    time.Duration // two seconds unless given
	Now       func() time.Time
	Log       *slog.Logger
}

// State is how the certificate stands that is shown.
type State struct {
	Names       []string
	From, Until time.Time // zero: there is none yet
	Failure     string    // why it could not be read anew or renewed; empty: it went well
	Failing     time.Time // since when it fails; zero: it does not
	Next        time.Time // when it is renewed or tried again; zero: nobody here does
}

// Keeper shows a certificate and keeps it fresh. It is safe for concurrent use.
type Keeper struct {
	o Options

	mu      sync.RWMutex
	shown   *tls.Certificate // nil: none yet
	content [sha256.Size]byte
	failure error     // of the last look at the files
	failing time.Time // since when
}

// Open reads the certificate. Files that cannot be used are an error; that an authority
// has given none yet is not.
func Open(o Options) (*Keeper, error) {
	if o.Authority != nil {
		o.Cert = o.Authority.Path()
		o.Key = o.Cert
	}
	if o.Every <= 0 {
		o.Every = usualEvery
	}
	if o.Settle <= 0 {
		o.Settle = usualSettle
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k := &Keeper{o: o}
	err := k.look()
	if o.Authority != nil {
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			o.Log.Warn("the certificate that was kept cannot be used; another is ordered", "file", o.Cert, "reason", err.Error())
		}
		return k, nil
	}
	return k, err
}

// look reads the files and takes what is new in them.
func (k *Keeper) look() error {
	c, content, err := k.read()
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		if k.failure == nil {
			k.failing = k.o.Now()
		}
		k.failure = err
		return err
	}
	k.failure, k.failing = nil, time.Time{}
	if k.shown != nil && content == k.content {
		return nil
	}
	first := k.shown == nil
	k.shown, k.content = c, content
	said := "certificate is shown"
	if !first {
		said = "new certificate is shown"
	}
	k.o.Log.Info(said, "file", k.o.Cert, "names", strings.Join(c.Leaf.DNSNames, ","), "until", c.Leaf.NotAfter)
	return nil
}

func (k *Keeper) read() (c *tls.Certificate, content [sha256.Size]byte, err error) {
	chain, err := os.ReadFile(k.o.Cert)
	if err != nil {
		return nil, content, fmt.Errorf("certificate: %w", err)
	}
	private, err := os.ReadFile(k.o.Key)
	if err != nil {
		return nil, content, fmt.Errorf("key of the certificate: %w", err)
	}
	content = sha256.Sum256(bytes.Join([][]byte{chain, private}, []byte{0}))
	c, err = pair(k.o.Cert, k.o.Key, chain, private)
	return c, content, err
}

// Reread looks at the files now. Where they cannot be used the old certificate stays; of
// two files that are written one after the other the second is waited for.
func (k *Keeper) Reread(ctx context.Context) error {
	k.mu.RLock()
	before := k.failure
	k.mu.RUnlock()
	err := k.look()
	if err == nil {
		return nil
	}
	if k.o.Authority != nil && errors.Is(err, os.ErrNotExist) {
		return nil // none yet; why, the authority says
	}
	if before != nil && before.Error() == err.Error() {
		return err // said before
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(k.o.Settle):
	}
	if err = k.look(); err != nil {
		k.o.Log.Error("the new certificate cannot be used; the old one is shown", "reason", err.Error(), "cure", "put a certificate and its own key there; `foliosight certificate check` says what is wrong")
	}
	return err
}

// Run looks at the files every ten seconds and whenever reread tells, and has the
// authority renew, until ctx ends.
func (k *Keeper) Run(ctx context.Context, reread <-chan struct{}) {
	tick := time.NewTicker(k.o.Every)
	defer tick.Stop()
	for {
		_ = k.Reread(ctx) // kept and said there
		if a := k.o.Authority; a != nil {
			if got, _ := a.Renew(ctx, false); got { // the same
				_ = k.Reread(ctx)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-reread:
			k.o.Log.Info("the certificate is read anew, as was asked")
		}
	}
}

// State is how it stands.
func (k *Keeper) State() State {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var s State
	if k.shown != nil {
		leaf := k.shown.Leaf
		s.Names, s.From, s.Until = leaf.DNSNames, leaf.NotBefore, leaf.NotAfter
	}
	if k.failure != nil && (k.o.Authority == nil || k.shown != nil) {
		s.Failure, s.Failing = k.failure.Error(), k.failing
	}
	if k.o.Authority != nil {
		a := k.o.Authority.State()
		s.Next = a.Next
		if a.Failure != "" {
			s.Failure, s.Failing = a.Failure, a.Failing
		}
	}
	return s
}

// Covers reports whether the certificate that is shown is of a name.
func (k *Keeper) Covers(name string) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.shown != nil && k.shown.Leaf.VerifyHostname(name) == nil
}

// Config is how the server speaks TLS: 1.2 at least, HTTP/2 where the client does.
func (k *Keeper) Config() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: k.Get, NextProtos: []string{"h2", "http/1.1"}}
	if k.o.Authority != nil {
		c.NextProtos = append(c.NextProtos, acme.ALPNProto)
	}
	return c
}

// Get gives the certificate for a connection; with an authority only for its names, and
// to the authority itself the proof that it asks for.
func (k *Keeper) Get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	a, name := k.o.Authority, strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	if a != nil && name != "" && !slices.Contains(a.o.Domains, name) {
		return nil, fmt.Errorf("certificate: this server is not %s", name)
	}
	if a != nil && slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		return a.proof(name)
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.shown == nil {
		return nil, errors.New("certificate: there is none yet; the log says why")
	}
	return k.shown, nil
}
