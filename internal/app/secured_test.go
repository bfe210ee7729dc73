package app

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/certificate/acmetest"
	"github.com/foliosight/foliosight/internal/config"
)

// issued writes a certificate of its own for a name, and gives its serial number.
func issued(t *testing.T, cert, key string, serial int64) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "books.example.org"}, DNSNames: []string{"books.example.org"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// lines is a log that tests read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), part)
}

// run starts a whole server; it ends with the test.
func run(t *testing.T, o Outside, environ ...string) (url string) {
	t.Helper()
	cfg, err := config.Load(config.Input{Environ: append(environ, "HOME="+t.TempDir(), "MARKET_DATA=off"), Flags: map[string]string{"data": t.TempDir(), "roles": "api,web"}})
	if err != nil {
		t.Fatal(err)
	}
	started, ended := make(chan string, 1), make(chan error, 1)
	o.Started = func(url string) { started <- url }
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- Run(ctx, cfg, o) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case url = <-started:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	return url
}

// TestTheServersCertificate is renewed by somebody else: the server shows the new one to
// new connections and goes on with those that are there. A broken one is said and left.
func TestTheServersCertificate(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	cert, key := filepath.Join(directory, "cert.pem"), filepath.Join(directory, "key.pem")
	issued(t, cert, key, 1)
	log, reread := &lines{}, make(chan struct{}, 1)
	url := run(t, Outside{Log: slog.New(slog.NewTextHandler(log, nil)), Reread: reread, look: time.Hour},
		"FOLIOSIGHT_LISTEN=127.0.0.1:0", "SSL_CERT_PATH="+cert, "SSL_KEY_PATH="+key, "FOLIOSIGHT_REDIRECT_LISTEN=127.0.0.1:0")
	address := strings.TrimPrefix(url, "https://")
	trusting := func() *http.Client { // what it shows is looked at, not trusted
		return &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: "books.example.org"}}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	get := func(client *http.Client, path string) (*http.Response, string) {
		t.Helper()
		answer, err := client.Get("https://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(body)
	}
	serial := func(answer *http.Response) int64 { return answer.TLS.PeerCertificates[0].SerialNumber.Int64() }
	old := trusting()
	defer old.CloseIdleConnections()
	answer, _ := get(old, "/health")
	if answer.ProtoMajor != 2 || answer.StatusCode != http.StatusOK || serial(answer) != 1 {
		t.Errorf("HTTP/%d %s, certificate %d", answer.ProtoMajor, answer.Status, serial(answer))
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}

	issued(t, cert, key, 2)
	reread <- struct{}{}
	deadline := time.Now().Add(10 * time.Second)
	for fresh := int64(0); fresh != 2; time.Sleep(5 * time.Millisecond) {
		client := trusting()
		answer, _ := get(client, "/health")
		client.CloseIdleConnections()
		if fresh = serial(answer); time.Now().After(deadline) {
			t.Fatal("the new certificate is not shown")
		}
	}
	if answer, _ := get(old, "/health"); serial(answer) != 1 {
		t.Error("the connection that was there did not go on")
	}

	if err := os.WriteFile(key, []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	reread <- struct{}{}
	for !log.has("the new certificate cannot be used") {
		if time.Sleep(5 * time.Millisecond); time.Now().After(deadline) {
			t.Fatal("the log does not say that it is broken")
		}
	}
	client := trusting()
	defer client.CloseIdleConnections()
	if answer, _ := get(client, "/health"); serial(answer) != 2 {
		t.Errorf("certificate %d is shown", serial(answer))
	}
	var status struct {
		Certificate struct {
			Names   []string  `json:"names"`
			Failure string    `json:"failure"`
			Since   time.Time `json:"failing_since"`
		} `json:"certificate"`
	}
	if _, body := get(client, "/status"); json.Unmarshal([]byte(body), &status) != nil || !strings.Contains(status.Certificate.Failure, key) || status.Certificate.Since.IsZero() || len(status.Certificate.Names) != 1 {
		t.Errorf("/status says %+v", status)
	}
	if _, body := get(client, "/metrics"); !strings.Contains(body, "\nfoliosight_certificate_failing_seconds ") || strings.Contains(body, "\nfoliosight_certificate_failing_seconds 0\n") || !strings.Contains(body, "\nfoliosight_certificate_expiry_seconds 7.7") {
		t.Error("/metrics does not say that it fails")
	}
}

// TestTheServerGetsItsCertificate: from the first start to a page over TLS that a client
// gets who trusts the authority alone, sent there from the port without TLS.
func TestTheServerGetsItsCertificate(t *testing.T) {
	t.Parallel()
	free := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
	secure, plain := free(), free()
	_, text, _ := net.SplitHostPort(secure)
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	pebble := acmetest.New(t, acmetest.Options{TLS: port})
	log := &lines{}
	run(t, Outside{Log: slog.New(slog.NewTextHandler(log, nil)), authority: pebble.Client, look: 20 * time.Millisecond},
		"FOLIOSIGHT_LISTEN="+secure, "FOLIOSIGHT_REDIRECT_LISTEN="+plain, "ACME_DOMAINS=books.example.org", "ACME_AGREE_TERMS=true", "ACME_DIRECTORY_URL="+pebble.Directory)
	for deadline := time.Now().Add(20 * time.Second); !log.has("certificate is shown"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no certificate: %s", log.text.String())
		}
	}
	dialer := &net.Dialer{}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pebble.Roots}, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasSuffix(address, ":80") {
			return dialer.DialContext(ctx, network, plain)
		}
		return dialer.DialContext(ctx, network, secure)
	}}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://books.example.org/health")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Request.URL.String() != "https://books.example.org:"+text+"/health" || answer.TLS == nil {
		t.Errorf("%s at %s", answer.Status, answer.Request.URL)
	}
	if answer.Header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers are not told to come over TLS from now on")
	}
}
