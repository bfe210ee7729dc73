package certificate

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
)

// LetsEncrypt is the authority that is asked where no other is named.
const LetsEncrypt = acme.LetsEncryptURL

// ErrBusy reports that another process orders a certificate just now.
var ErrBusy = errors.New("another process orders a certificate just now")

// How long a try may take, and when the next follows what failed: soon where the
// authority was not reached, later where it refused, for it counts refusals by the hour.
const (
	tryTime      = 5 * time.Minute
	afterAway    = 5 * time.Minute
	afterRefused = 30 * time.Minute
	mostWait     = 12 * time.Hour
	leastBetween = time.Hour // of two certificates that went well, however short they are
)

// Account is what an authority is asked for and as whom.
type Account struct {
	Domains   []string // the names, in lower case; the first names the file
	Email     string   // that the authority writes to; empty: none
	Directory string   // address of the authority; LetsEncrypt unless given
	Agreed    bool     // to its terms
	KeyID     string   // of the account that it knows already, where it asks for one
	KeySecret []byte   // with it
	Folder    string   // where account, certificate and proofs are kept
	Plain     bool     // whether this installation answers HTTP on port 80 too
	Client    *http.Client
	Version   string // of this program, which it tells the authority
	Now       func() time.Time
	Log       *slog.Logger
}

// Authority gets certificates and renews them. It is safe for concurrent use.
type Authority struct {
	o      Account
	folder folder
	trying sync.Mutex

	mu        sync.Mutex
	unwritten *remembered // what the folder would not take
}

// NewAuthority asks nobody yet.
func NewAuthority(o Account) *Authority {
	if o.Directory == "" {
		o.Directory = LetsEncrypt
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Authority{o: o, folder: folder(o.Folder)}
}

// Path is the PEM file of key and certificate.
func (a *Authority) Path() string { return File(a.o.Folder, a.o.Domains) }

// File is where the certificate of names is kept in a folder, key and chain in one.
func File(directory string, domains []string) string {
	return folder(directory).path(domains[0] + ".pem")
}

// State is how tries went.
func (a *Authority) State() State {
	r := a.recall()
	s := State{Failure: r.Failure, Failing: r.Failing, Next: r.Next}
	if c, err := Read(a.Path(), a.Path()); err == nil {
		s.Names, s.From, s.Until = c.Leaf.DNSNames, c.Leaf.NotBefore, c.Leaf.NotAfter
		if due := RenewAt(c.Leaf); r.Failures == 0 && due.After(s.Next) {
			s.Next = due
		}
	}
	return s
}

// recall is what is remembered of these names at this authority.
func (a *Authority) recall() remembered {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unwritten != nil {
		return *a.unwritten
	}
	if r := a.folder.recall(); r.Domains == a.names() && r.Directory == a.o.Directory {
		return r
	}
	return remembered{Domains: a.names(), Directory: a.o.Directory}
}

// remember keeps how a try went, in memory where the folder takes nothing.
func (a *Authority) remember(r remembered) error {
	err := a.folder.remember(r)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unwritten = nil; err != nil {
		a.unwritten = &r
	}
	return err
}

func (a *Authority) names() string { return strings.Join(a.o.Domains, ",") }

// Due reports whether a certificate is to be ordered now.
func (a *Authority) Due() bool {
	now, r := a.o.Now(), a.recall()
	waits := now.Before(r.Next) && !now.Before(r.Tried) // a clock that was set back waits for nothing
	if r.Failures > 0 {
		return !waits // also where it was told to before its time: what failed is tried again
	}
	c, err := Read(a.Path(), a.Path())
	if err != nil || usable(c.Leaf, a.o.Domains, now) != nil {
		return true
	}
	return !waits && !now.Before(RenewAt(c.Leaf))
}

// Renew orders a certificate where one is due, or at once where it is told to. It reports
// whether there is a new one. What failed is logged and remembered with its reason.
func (a *Authority) Renew(ctx context.Context, force bool) (bool, error) {
	a.trying.Lock()
	defer a.trying.Unlock()
	if !force && !a.Due() {
		return false, nil
	}
	unlock, held, err := a.folder.lock(a.o.Now())
	if err != nil {
		return false, a.failed(err)
	}
	if !held {
		if force {
			return false, ErrBusy
		}
		return false, nil
	}
	defer unlock()
	if !force && !a.Due() { // somebody else was quicker
		return false, nil
	}
	try, stop := context.WithTimeout(ctx, tryTime)
	defer stop()
	leaf, err := a.order(try)
	if ctx.Err() != nil {
		return false, ctx.Err() // the program ends: nobody refused anything
	}
	if err != nil {
		return false, a.failed(err)
	}
	now := a.o.Now()
	r := remembered{Domains: a.names(), Directory: a.o.Directory, Tried: now, Next: now.Add(leastBetween)}
	if err := a.remember(r); err != nil {
		return true, err
	}
	a.o.Log.Info("certificate was issued", "names", a.names(), "authority", a.o.Directory, "until", leaf.NotAfter)
	return true, nil
}

// failed remembers what went wrong and when it is tried again.
func (a *Authority) failed(err error) error {
	r, now := a.recall(), a.o.Now()
	wait := afterAway
	if refused(err) {
		wait = afterRefused
	}
	wait = min(wait<<min(r.Failures, 10), mostWait)
	var problem *acme.Error
	if errors.As(err, &problem) {
		if asked, limited := acme.RateLimit(problem); limited {
			wait = max(wait, asked)
		}
	}
	if r.Failures++; r.Failing.IsZero() {
		r.Failing = now
	}
	r.Tried, r.Failure, r.Next = now, err.Error(), now.Add(wait)
	a.o.Log.Error("no new certificate; one that there is stays", "names", a.names(), "authority", a.o.Directory, "reason", r.Failure, "tried", r.Failures, "next", r.Next,
		"cure", "see that the authority reaches this server under each name; `foliosight certificate renew` tries at once")
	return errors.Join(err, a.remember(r))
}

// refused reports whether an authority answered, and said no.
func refused(err error) bool {
	var problem *acme.Error
	var authorization *acme.AuthorizationError
	var order *acme.OrderError
	return errors.As(err, &authorization) || errors.As(err, &order) || errors.As(err, &problem) && problem.StatusCode < 500
}

// order gets a certificate and puts it in its place.
func (a *Authority) order(ctx context.Context) (*x509.Certificate, error) {
	client, err := a.sign(ctx)
	if err != nil {
		return nil, err
	}
	order, err := a.authorized(ctx, client)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("key of the certificate: %w", err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: commonName(a.o.Domains)}, DNSNames: a.o.Domains}, key)
	if err != nil {
		return nil, fmt.Errorf("request of a certificate: %w", err)
	}
	chain, _, err := client.CreateCertFromOrder(ctx, order, request, true)
	if err != nil {
		return nil, fmt.Errorf("certificate of %s: %w", a.names(), err)
	}
	text, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	for _, der := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	c, err := pair(a.Path(), a.Path(), text, text)
	if err != nil {
		return nil, fmt.Errorf("what %s gave: %w", a.o.Directory, err)
	}
	if err := usable(c.Leaf, a.o.Domains, c.Leaf.NotBefore); err != nil {
		return nil, fmt.Errorf("what %s gave: %w", a.o.Directory, err)
	}
	return c.Leaf, a.folder.write(a.o.Domains[0]+".pem", text)
}

// commonName is the first name that is short enough to be one.
func commonName(domains []string) string {
	for _, d := range domains {
		if len(d) <= 64 {
			return d
		}
	}
	return ""
}

// mostRetries is how often a request is repeated that the authority could not answer.
const mostRetries = 2

// sign signs in to the authority, as somebody new where it does not know us.
func (a *Authority) sign(ctx context.Context) (*acme.Client, error) {
	key, err := a.folder.account(true)
	if err != nil {
		return nil, err
	}
	client := &acme.Client{Key: key, HTTPClient: a.o.Client, DirectoryURL: a.o.Directory, UserAgent: "foliosight/" + a.o.Version,
		RetryBackoff: func(n int, _ *http.Request, _ *http.Response) time.Duration {
			if n > mostRetries {
				return -1
			}
			return time.Duration(n) * 500 * time.Millisecond
		}}
	directory, err := client.Discover(ctx)
	if err != nil {
		return nil, fmt.Errorf("authority %s: %w", a.o.Directory, err)
	}
	account := &acme.Account{}
	if a.o.Email != "" {
		account.Contact = []string{"mailto:" + a.o.Email}
	}
	if a.o.KeyID != "" {
		account.ExternalAccountBinding = &acme.ExternalAccountBinding{KID: a.o.KeyID, Key: a.o.KeySecret}
	} else if directory.ExternalAccountRequired {
		return nil, fmt.Errorf("authority %s: it takes only accounts that it knows; set ACME_EAB_KID and ACME_EAB_HMAC_KEY to what it gave you", a.o.Directory)
	}
	if !a.o.Agreed && directory.Terms != "" {
		return nil, fmt.Errorf("authority %s: its terms (%s) were not agreed to; read them and set ACME_AGREE_TERMS=true", a.o.Directory, directory.Terms)
	}
	_, err = client.Register(ctx, account, func(string) bool { return a.o.Agreed })
	if err != nil && !errors.Is(err, acme.ErrAccountAlreadyExists) {
		return nil, fmt.Errorf("account at %s: %w", a.o.Directory, err)
	}
	return client, nil
}

// authorized is an order of all names, each of them proved: over TLS first, over HTTP
// where that did not do. What was refused spoils its order, so that each way has its own.
func (a *Authority) authorized(ctx context.Context, client *acme.Client) (*acme.Order, error) {
	ways := []string{"tls-alpn-01"}
	if a.o.Plain {
		ways = append(ways, "http-01")
	}
	var said []error
	for _, way := range ways {
		order, err := client.AuthorizeOrder(ctx, acme.DomainIDs(a.o.Domains...))
		if err != nil {
			return nil, errors.Join(append(said, fmt.Errorf("order of %s: %w", a.names(), err))...)
		}
		if err = a.proveAll(ctx, client, order, way); err == nil {
			if order.Status != acme.StatusReady {
				order, err = client.WaitOrder(ctx, order.URI)
			}
			if err == nil {
				return order, nil
			}
		}
		said = append(said, fmt.Errorf("proof by %s: %w", way, err))
		if !refused(err) {
			break
		}
	}
	return nil, errors.Join(said...)
}

func (a *Authority) proveAll(ctx context.Context, client *acme.Client, order *acme.Order, way string) error {
	for _, url := range order.AuthzURLs {
		z, err := client.GetAuthorization(ctx, url)
		if err != nil {
			return err
		}
		if z.Status == acme.StatusValid {
			continue
		}
		if err := a.proveOne(ctx, client, z, way); err != nil {
			return err
		}
	}
	return nil
}

func (a *Authority) proveOne(ctx context.Context, client *acme.Client, z *acme.Authorization, way string) error {
	for _, challenge := range z.Challenges {
		if challenge.Type != way {
			continue
		}
		name := z.Identifier.Value
		if way == "http-01" {
			name = challenge.Token
		}
		done, err := a.folder.prove(name, challenge.Token)
		if err != nil {
			return err
		}
		defer done()
		if _, err := client.Accept(ctx, challenge); err != nil {
			return fmt.Errorf("%s: %w", z.Identifier.Value, err)
		}
		_, err = client.WaitAuthorization(ctx, z.URI)
		return err
	}
	return fmt.Errorf("%s: the authority does not take it", z.Identifier.Value)
}

// proof is the certificate that proves a name over TLS (RFC 8737).
func (a *Authority) proof(name string) (*tls.Certificate, error) {
	text := a.folder.proof(name)
	if text == "" {
		return nil, fmt.Errorf("certificate: no proof of %s is asked for just now", name)
	}
	key, err := a.folder.account(false)
	if err != nil {
		return nil, err
	}
	c, err := (&acme.Client{Key: key}).TLSALPN01ChallengeCert(text, name)
	if err != nil {
		return nil, fmt.Errorf("proof of %s: %w", name, err)
	}
	return &c, nil
}

// answer is what proves a name over HTTP to whoever asks with this token; empty: nothing.
func (a *Authority) answer(asked string) string {
	if !token.MatchString(asked) || a.folder.proof(asked) != asked {
		return ""
	}
	key, err := a.folder.account(false)
	if err != nil {
		a.o.Log.Error("a proof cannot be given", "reason", err.Error())
		return ""
	}
	text, err := (&acme.Client{Key: key}).HTTP01ChallengeResponse(asked)
	if err != nil {
		a.o.Log.Error("a proof cannot be given", "reason", err.Error())
		return ""
	}
	return text
}
