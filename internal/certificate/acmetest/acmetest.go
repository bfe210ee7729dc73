// Package acmetest is an authority that issues certificates, for tests: Pebble, the one
// that Let's Encrypt tries its own clients with, in the process of the test. It looks every
// name up at a resolver of its own, which says that all are on this machine, and asks for
// proofs at the ports that a test listens on.
package acmetest

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// Options are how an authority is.
type Options struct {
	TLS, HTTP int               // ports that it asks for proofs at; 0: one where nothing listens
	Lasts     uint64            // seconds that a certificate lasts; 90 days unless given
	Accounts  map[string]string // keys of the accounts that it takes alone, in base64, by id; nil: anybody
	Refuses   []string          // names that it issues nothing for
}

// Authority is one that runs.
type Authority struct {
	Directory string         // its address
	Roots     *x509.CertPool // that trust what it issues
	Client    *http.Client   // that trusts the authority itself
	Away      atomic.Bool    // it answers 503 to everything
	Orders    atomic.Int64   // how many it was asked for
}

// quiet are the settings of Pebble that let a test be quick and alike each time.
var quiet = sync.OnceFunc(func() {
	for name, value := range map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"} {
		if err := os.Setenv(name, value); err != nil {
			panic(err) // a name of ours is no name
		}
	}
})

// New starts an authority that ends with the test.
func New(t testing.TB, o Options) *Authority {
	t.Helper()
	quiet()
	nobody := dead(t)
	if o.TLS == 0 {
		o.TLS = nobody
	}
	if o.HTTP == 0 {
		o.HTTP = nobody
	}
	var said bytes.Buffer
	var mu sync.Mutex
	logger := log.New(writer(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return said.Write(p)
	}), "", 0)
	t.Cleanup(func() {
		if mu.Lock(); t.Failed() {
			t.Log("the authority said:\n" + said.String())
		}
		mu.Unlock()
	})
	memory := db.NewMemoryStore()
	for id, key := range o.Accounts {
		if err := memory.AddExternalAccountKeyByID(id, key); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range o.Refuses {
		if err := memory.AddBlockedDomain(name); err != nil {
			t.Fatal(err)
		}
	}
	issuer := ca.New(logger, memory, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "usual", ValidityPeriod: o.Lasts}})
	front := wfe.New(logger, memory, va.New(logger, o.HTTP, o.TLS, false, resolver(t), memory), issuer, []string{"authority.test"}, false, o.Accounts != nil, 0, 0)
	a := &Authority{Roots: x509.NewCertPool()}
	if !a.Roots.AppendCertsFromPEM(issuer.GetRootCert(0).PEM()) {
		t.Fatal("the authority has no root")
	}
	handler := front.Handler()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case a.Away.Load():
			http.Error(w, "away", http.StatusServiceUnavailable)
			return
		case strings.HasPrefix(r.URL.Path, wfeOrder):
			a.Orders.Add(1)
		}
		w.Header().Set("Retry-After", "-1") // clients that wait for something wait a second else
		time.Sleep(waits)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	a.Directory, a.Client = server.URL+wfe.DirectoryPath, server.Client()
	return a
}

// waits is how long each answer takes, so that nobody asks without pause.
const waits = 5 * time.Millisecond

// wfeOrder is where Pebble is asked for an order.
const wfeOrder = "/order-plz"

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// dead is a port where nothing listens.
func dead(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// resolver answers over TCP that every name is 127.0.0.1.
func resolver(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for answer(conn) == nil {
				}
			}()
		}
	}()
	return l.Addr().String()
}

// answer answers one question of DNS (RFC 1035).
func answer(conn io.ReadWriter) error {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return err
	}
	m := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, m); err != nil {
		return err
	}
	if len(m) < 12 {
		return io.ErrUnexpectedEOF
	}
	end := 12 // of the question: labels until an empty one, then type and class
	for end < len(m) && m[end] != 0 {
		end += int(m[end]) + 1
	}
	if end += 5; end > len(m) {
		return io.ErrUnexpectedEOF
	}
	const typeA = 1
	m[2], m[3] = 0x84, 0 // an answer, authoritative
	m = m[:end:end]
	for i := 6; i < 12; i++ {
		m[i] = 0
	}
	if binary.BigEndian.Uint16(m[end-4:]) == typeA {
		m[7] = 1
		m = append(m, 0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	_, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...))
	return err
}
