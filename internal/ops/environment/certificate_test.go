package environment_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/environment"
)

// issue writes a certificate of a name and a stretch of time, with its key.
func issue(t *testing.T, name string, from, to time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestCertificate(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name     string
		from, to time.Duration
		host     string
		want     string
	}{
		{"of its time and name", -day, 60 * day, "books.example.org", ""},
		{"about to end", -70 * day, 20 * day, "", "certificate: it ends on 2026-03-22, in 20 days"},
		{"ended", -30 * day, -day, "", "certificate: it ended on 2026-03-01"},
		{"not yet good", day, 90 * day, "", "certificate: it is not good before 2026-03-03"},
		{"of another name", -day, 60 * day, "other.example.org", "name of the certificate: "},
	} {
		cert, key := issue(t, "books.example.org", now.Add(c.from), now.Add(c.to))
		r := check.Begin("", now)
		environment.Certificate(r, cert, key, c.host, now)
		said := ""
		for _, one := range r.Checks {
			if one.State == check.Finding {
				said += one.Name + ": " + one.Says
			}
		}
		if !strings.HasPrefix(said, c.want) || (c.want == "") != (said == "") {
			t.Errorf("%s: %q, want %q", c.name, said, c.want)
		}
	}
	cert, _ := issue(t, "a", now, now.Add(day))
	_, key := issue(t, "b", now, now.Add(day))
	r := check.Begin("", now)
	environment.Certificate(r, cert, key, "", now)
	if r.Exit() != check.ExitFinding {
		t.Error("the key of another certificate is taken")
	}
}

// TestOwnCertificate: a server that gets its certificate itself is well before its first
// start, where the authority can come; what failed is a finding with its reason.
func TestOwnCertificate(t *testing.T) {
	data := t.TempDir()
	ask := func(more ...string) map[string]check.Check {
		r := check.Begin("", now)
		environment.Check(t.Context(), environment.Options{Input: config.Input{Environ: append([]string{"HOME=" + data, "FOLIOSIGHT_DATA=" + data, "ACME_DOMAINS=books.example.org", "ACME_AGREE_TERMS=true"}, more...)},
			Profile: environment.Development, Offline: true, Now: func() time.Time { return now }}, r)
		all := map[string]check.Check{}
		for _, c := range r.Checks {
			all[c.Name] = c
		}
		return all
	}
	if c := ask("FOLIOSIGHT_LISTEN=:443"); c["certificate"].State != check.Fine || c["proof to the authority"].State != check.Fine || c["reach ACME_DIRECTORY_URL"].State != check.Unknown {
		t.Errorf("before the first start: %+v", c)
	}
	if c := ask(); c["proof to the authority"].State != check.Finding || c["proof to the authority"].Cure == "" {
		t.Errorf("where no authority comes: %+v", c["proof to the authority"])
	}
	if c := ask("FOLIOSIGHT_REDIRECT_LISTEN=:80"); c["proof to the authority"].State != check.Fine {
		t.Errorf("proofs over HTTP: %+v", c["proof to the authority"])
	}
	acme := filepath.Join(data, "acme")
	if err := os.Mkdir(acme, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(acme, "state.json"), []byte(`{"domains":"books.example.org","directory":"`+certificate.LetsEncrypt+`","failures":1,"failing":"2026-03-01T00:00:00Z","failure":"the authority says no"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := ask("FOLIOSIGHT_LISTEN=:443"); c["renewal of the certificate"].State != check.Finding || !strings.Contains(c["renewal of the certificate"].Says, "the authority says no") || c["mode of ACME_CACHE_DIR"].State != check.Finding {
		t.Errorf("after a failure: %+v", c)
	}
	cert, key := issue(t, "books.example.org", now.Add(-time.Hour), now.Add(90*24*time.Hour))
	var both []byte
	for _, path := range []string{key, cert} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, text...)
	}
	if err := os.WriteFile(filepath.Join(acme, "books.example.org.pem"), both, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := ask("FOLIOSIGHT_LISTEN=:443"); c["certificate"].State != check.Fine || c["renewal of the certificate"].State != check.Finding {
		t.Errorf("with a certificate, after a failure: %+v", c)
	}
}
