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
