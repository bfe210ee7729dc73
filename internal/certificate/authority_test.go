package certificate_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/certificate/acmetest"
)

// installation is a server that gets its certificate itself.
type installation struct {
	t         *testing.T
	folder    string
	address   string // of TLS
	plain     string
	keeper    *certificate.Keeper
	authority *certificate.Authority
	ahead     *atomic.Int64 // of the machine's clock, in nanoseconds
	log       *record
	stop      func()
}

// record is a log that is looked through.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) has(part string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Contains(r.text.String(), part)
}

var domains = []string{"books.example.org", "www.books.example.org"}

// listen opens the two ports of an installation.
func listen(t *testing.T) (secure, plain net.Listener) {
	t.Helper()
	for _, l := range []*net.Listener{&secure, &plain} {
		var err error
		if *l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { (*l).Close() })
	}
	return secure, plain
}

func port(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// begin starts an installation on a folder.
func begin(t *testing.T, secure, plain net.Listener, a certificate.Account) *installation {
	t.Helper()
	i := &installation{t: t, folder: a.Folder, address: secure.Addr().String(), plain: plain.Addr().String(), ahead: new(atomic.Int64), log: &record{}}
	if a.Domains == nil {
		a.Domains = domains
	}
	a.Now = func() time.Time { return time.Now().Add(time.Duration(i.ahead.Load())) }
	a.Log = slog.New(slog.NewTextHandler(i.log, nil))
	i.authority = certificate.NewAuthority(a)
	var err error
	i.keeper, err = certificate.Open(certificate.Options{Authority: i.authority, Every: 20 * time.Millisecond, Settle: time.Millisecond, Now: a.Now, Log: a.Log})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	pages := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "books") }), TLSConfig: i.keeper.Config(), ErrorLog: quiet}
	redirect := &http.Server{Handler: i.keeper.Redirect("", "443"), ErrorLog: quiet}
	go pages.ServeTLS(secure, "", "")
	go redirect.Serve(plain)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { i.keeper.Run(ctx, nil) })
	i.stop = func() {
		cancel()
		running.Wait()
		pages.Close()
		redirect.Close()
	}
	t.Cleanup(i.stop)
	return i
}

// until waits for something to come true.
func (i *installation) until(what string, true func() bool) {
	i.t.Helper()
	for end := time.Now().Add(20 * time.Second); !true(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			i.t.Fatalf("%s: not within 20 s; state %+v; log:\n%s", what, i.keeper.State(), i.log.text.String())
		}
	}
}

// shown is the certificate that a client of a name sees who trusts the authority.
func (i *installation) shown(roots *x509.CertPool, name string) (*x509.Certificate, error) {
	conn, err := tls.Dial("tcp", i.address, &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0], nil
}

func (i *installation) serial(roots *x509.CertPool) *big.Int {
	i.t.Helper()
	c, err := i.shown(roots, domains[0])
	if err != nil {
		i.t.Fatal(err)
	}
	return c.SerialNumber
}

// TestIssueRenewRestart is the life of a certificate: ordered at the first start, shown
// to clients that trust the authority alone, kept over a restart, renewed before it ends.
func TestIssueRenewRestart(t *testing.T) {
	t.Parallel()
	secure, plain := listen(t)
	pebble := acmetest.New(t, acmetest.Options{TLS: port(secure)}) // no HTTP: TLS-ALPN-01 alone
	account := certificate.Account{Directory: pebble.Directory, Client: pebble.Client, Agreed: true, Email: "ada@example.org", Folder: t.TempDir()}
	i := begin(t, secure, plain, account)
	i.until("issue", func() bool { return !i.keeper.State().Until.IsZero() })
	for _, name := range domains {
		if _, err := i.shown(pebble.Roots, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := pebble.Orders.Load(); n != 1 {
		t.Errorf("%d orders for one certificate of two names", n)
	}
	s := i.keeper.State()
	if s.Failure != "" || s.Next.Sub(s.Until.Add(-30*24*time.Hour)).Abs() > time.Second {
		t.Errorf("state %+v", s)
	}
	entries, err := os.ReadDir(i.folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v %v", e.Name(), info.Mode(), err)
		}
		if strings.HasPrefix(e.Name(), "proof.") || strings.HasPrefix(e.Name(), ".new-") || e.Name() == "lock" {
			t.Errorf("%s was left", e.Name())
		}
	}

	// Another name gets nothing, and nothing is ordered for it.
	if _, err := i.shown(pebble.Roots, "evil.example.net"); err == nil || !strings.Contains(err.Error(), "tls: internal error") {
		t.Errorf("a name that is not ours: %v", err)
	}

	// A connection goes on over a renewal; new ones see the new certificate.
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pebble.Roots, ServerName: domains[0]}}}
	defer client.CloseIdleConnections()
	used := map[string]bool{}
	get := func() *http.Response {
		t.Helper()
		answer, err := client.Get("https://" + i.address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		used[answer.TLS.PeerCertificates[0].SerialNumber.String()] = true
		return answer
	}
	if answer := get(); answer.ProtoMajor != 2 {
		t.Errorf("HTTP/%d", answer.ProtoMajor)
	}
	first := i.serial(pebble.Roots)
	i.ahead.Store(int64(59 * 24 * time.Hour))
	time.Sleep(100 * time.Millisecond) // looked at a few times
	if pebble.Orders.Load() != 1 {
		t.Error("renewed more than 30 days before its end")
	}
	i.ahead.Store(int64(61 * 24 * time.Hour))
	i.until("renewal", func() bool { return i.serial(pebble.Roots).Cmp(first) != 0 })
	i.ahead.Store(0)
	if get(); len(used) != 1 {
		t.Error("the connection did not go on over the renewal")
	}

	// A restart reads what is kept.
	orders, second := pebble.Orders.Load(), i.serial(pebble.Roots)
	i.stop()
	secure, plain = listen(t)
	i = begin(t, secure, plain, account)
	if got := i.serial(pebble.Roots); got.Cmp(second) != 0 {
		t.Error("another certificate after a restart")
	}
	time.Sleep(100 * time.Millisecond)
	if n := pebble.Orders.Load(); n != orders {
		t.Errorf("%d orders, %d before the restart", n, orders)
	}
}

// TestAwayOrRefusing: the certificate stays, and the reason is said and kept.
func TestAwayOrRefusing(t *testing.T) {
	t.Parallel()
	secure, plain := listen(t)
	pebble := acmetest.New(t, acmetest.Options{HTTP: port(plain)}) // TLS-ALPN-01 finds nothing: HTTP-01 does
	folder := t.TempDir()
	i := begin(t, secure, plain, certificate.Account{Domains: domains[:1], Directory: pebble.Directory, Client: pebble.Client, Agreed: true, Plain: true, Folder: folder})
	i.until("issue over HTTP", func() bool { return !i.keeper.State().Until.IsZero() })
	first := i.serial(pebble.Roots)

	pebble.Away.Store(true)
	i.ahead.Store(int64(70 * 24 * time.Hour))
	i.until("failure", func() bool { return i.keeper.State().Failure != "" })
	s := i.keeper.State()
	if !strings.Contains(s.Failure, "503") || !strings.Contains(s.Failure, pebble.Directory) || s.Failing.IsZero() {
		t.Errorf("what failed is not said: %+v", s)
	}
	if wait := s.Next.Sub(s.Failing); wait != 5*time.Minute {
		t.Errorf("tried again after %v", wait)
	}
	if !i.log.has("no new certificate") || !i.log.has("503") {
		t.Error("the log does not say why")
	}
	if i.serial(pebble.Roots).Cmp(first) != 0 {
		t.Error("the certificate did not stay")
	}
	// Another process, as `foliosight certificate renew` or a check is one, knows it too.
	beside := certificate.NewAuthority(certificate.Account{Domains: domains[:1], Directory: pebble.Directory, Folder: folder})
	if got := beside.State(); got.Failure != s.Failure {
		t.Errorf("beside: %+v", got)
	}

	// It comes back: tried when it was said, and what failed is over.
	pebble.Away.Store(false)
	i.ahead.Store(int64(70*24*time.Hour + 6*time.Minute))
	i.until("renewal", func() bool { return i.serial(pebble.Roots).Cmp(first) != 0 })
	if s := i.keeper.State(); s.Failure != "" || !s.Failing.IsZero() {
		t.Errorf("state %+v", s)
	}

	// What was told to be renewed before its time, and failed, is tried again too.
	orders := pebble.Orders.Load()
	pebble.Away.Store(true)
	if _, err := i.authority.Renew(t.Context(), true); err == nil {
		t.Error("an authority that is away gave one")
	}
	pebble.Away.Store(false)
	i.ahead.Store(i.ahead.Load() + int64(6*time.Minute))
	i.until("the next try", func() bool { return i.keeper.State().Failure == "" })
	if pebble.Orders.Load() == orders {
		t.Error("what failed is forgotten without a try")
	}

	// Over HTTP everybody else is sent to TLS, to this name alone.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, c := range []struct {
		method, host, path string
		status             int
		to                 string
	}{
		{"GET", domains[0], "/a%2Fb?c=d", http.StatusPermanentRedirect, "https://" + domains[0] + "/a%2Fb?c=d"},
		{"GET", "evil.example.net", "/", http.StatusBadRequest, ""},
		{"POST", domains[0], "/sign-in", http.StatusForbidden, ""},
		{"GET", domains[0], "/.well-known/acme-challenge/nothing-is-asked", http.StatusNotFound, ""},
		{"GET", domains[0], "/.well-known/acme-challenge/..%2Faccount.key", http.StatusNotFound, ""},
	} {
		r, err := http.NewRequest(c.method, "http://"+i.plain+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != c.status || answer.Header.Get("Location") != c.to {
			t.Errorf("%s %s%s: %d %q", c.method, c.host, c.path, answer.StatusCode, answer.Header.Get("Location"))
		}
	}
}

// TestRefusals are the ways in which an authority says no, each with its reason.
func TestRefusals(t *testing.T) {
	t.Parallel()
	key := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte("k"), 32))
	for _, c := range []struct {
		name      string
		authority acmetest.Options
		account   func(*certificate.Account)
		want      string
	}{
		{"a name that it issues nothing for", acmetest.Options{Refuses: []string{"example.org"}}, func(*certificate.Account) {}, "rejectedIdentifier"},
		{"nobody at the port", acmetest.Options{}, func(*certificate.Account) {}, "proof by tls-alpn-01: acme: authorization error for books.example.org"},
		{"terms that were not agreed to", acmetest.Options{}, func(a *certificate.Account) { a.Agreed = false }, "ACME_AGREE_TERMS"},
		{"an account that it does not know", acmetest.Options{Accounts: map[string]string{"ada": key}}, func(*certificate.Account) {}, "ACME_EAB_KID"},
		{"an account with another key", acmetest.Options{Accounts: map[string]string{"ada": key}}, func(a *certificate.Account) { a.KeyID, a.KeySecret = "ada", []byte("another") }, "account at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pebble := acmetest.New(t, c.authority)
			a := certificate.Account{Domains: domains[:1], Directory: pebble.Directory, Client: pebble.Client, Agreed: true, Folder: filepath.Join(t.TempDir(), "acme")}
			c.account(&a)
			authority := certificate.NewAuthority(a)
			got, err := authority.Renew(t.Context(), false)
			if got || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v %v", got, err)
			}
			if s := authority.State(); s.Failure != err.Error() {
				t.Errorf("kept is %q", s.Failure)
			}
			asked := pebble.Orders.Load()
			if again := certificate.NewAuthority(a); again.Due() { // a restart
				t.Error("it is asked again at once")
			}
			if _, err := authority.Renew(t.Context(), true); err == nil || pebble.Orders.Load() < asked {
				t.Errorf("told to, it does not try: %v", err)
			}
		})
	}
}

// TestKnownAccount: an authority that takes its own customers alone takes one of them.
func TestKnownAccount(t *testing.T) {
	t.Parallel()
	secure, plain := listen(t)
	secret := bytes.Repeat([]byte("k"), 32)
	pebble := acmetest.New(t, acmetest.Options{TLS: port(secure), Accounts: map[string]string{"ada": base64.RawURLEncoding.EncodeToString(secret)}})
	i := begin(t, secure, plain, certificate.Account{Domains: domains[:1], Directory: pebble.Directory, Client: pebble.Client, Agreed: true, KeyID: "ada", KeySecret: secret, Folder: t.TempDir()})
	i.until("issue", func() bool { return !i.keeper.State().Until.IsZero() })
}

// TestTwoProcesses share a folder: one of them orders, and either answers for it.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	secure, plain := listen(t)
	pebble := acmetest.New(t, acmetest.Options{TLS: port(secure), Lasts: 3600})
	account := certificate.Account{Domains: domains[:1], Directory: pebble.Directory, Client: pebble.Client, Agreed: true, Folder: t.TempDir()}
	// The one that answers is not the one that orders: it is kept from it until then.
	other := certificate.NewAuthority(account)
	pebble.Away.Store(true)
	i := begin(t, secure, plain, account)
	i.until("failure", func() bool { return i.keeper.State().Failure != "" })
	pebble.Away.Store(false)
	if got, err := other.Renew(t.Context(), true); !got {
		t.Fatal(err)
	}
	i.until("the other's certificate", func() bool { return !i.keeper.State().Until.IsZero() })
	if s := i.keeper.State(); s.Failure != "" || s.Until.Sub(s.Next) > 21*time.Minute || pebble.Orders.Load() != 1 {
		t.Errorf("%+v after %d orders", s, pebble.Orders.Load())
	}
	// While one orders the others do not.
	if err := os.WriteFile(filepath.Join(account.Folder, "lock"), []byte(time.Now().UTC().Format(time.RFC3339Nano)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Renew(t.Context(), true); err != certificate.ErrBusy {
		t.Errorf("two at once: %v", err)
	}
	if err := os.WriteFile(filepath.Join(account.Folder, "lock"), []byte(time.Now().Add(-time.Hour).UTC().Format(time.RFC3339Nano)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := other.Renew(t.Context(), true); !got {
		t.Errorf("a lock that was left behind: %v", err)
	}
}
