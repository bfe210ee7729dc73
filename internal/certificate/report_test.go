package certificate_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/ops/check"
)

const oneDay = 24 * time.Hour

// issuer is a certificate with its key.
type issuer struct {
	*x509.Certificate
	key crypto.Signer
}

func (by *issuer) issue(t *testing.T, form *x509.Certificate, key crypto.Signer) *issuer {
	t.Helper()
	form.SerialNumber = big.NewInt(time.Now().UnixNano())
	parent := &issuer{form, key}
	if by != nil {
		parent = by
	}
	der, err := x509.CreateCertificate(rand.Reader, form, parent.Certificate, key.Public(), parent.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{c, key}
}

func curve(t *testing.T, c elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestInspect(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0") // a weak key is what is looked for
	now := time.Now()
	ca := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: now.Add(-oneDay), NotAfter: now.Add(3650 * oneDay)}
	}
	leaf := func(from, to time.Duration) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: "books"}, DNSNames: []string{"books.example.org"}, NotBefore: now.Add(from), NotAfter: now.Add(to)}
	}
	root := (*issuer)(nil).issue(t, ca("Root"), curve(t, elliptic.P256()))
	between := root.issue(t, ca("Between"), curve(t, elliptic.P256()))
	good := between.issue(t, leaf(-oneDay, 89*oneDay), curve(t, elliptic.P256()))
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	nameless := leaf(-oneDay, 89*oneDay)
	nameless.DNSNames = nil
	roots := x509.NewCertPool()
	roots.AddCert(root.Certificate)
	for _, c := range []struct {
		what  string
		chain []*issuer
		name  string
		want  string // of the one finding; empty: none
	}{
		{"good", []*issuer{good, between}, "books.example.org", ""},
		{"another name", []*issuer{good, between}, "www.example.org", "name of the certificate: x509: certificate is valid for books.example.org, not www.example.org"},
		{"no names", []*issuer{between.issue(t, nameless, curve(t, elliptic.P256())), between}, "", "names: it has none"},
		{"half a chain", []*issuer{good}, "", "chain: x509: certificate signed by unknown authority"},
		{"the wrong order", []*issuer{good, root, between}, "", "chain: certificate 1 (CN=books) was not issued by the one after it (CN=Root)"},
		{"nobody's", []*issuer{(*issuer)(nil).issue(t, leaf(-oneDay, 89*oneDay), curve(t, elliptic.P256()))}, "", "chain: x509:"},
		{"a weak curve", []*issuer{between.issue(t, leaf(-oneDay, 89*oneDay), curve(t, elliptic.P224())), between}, "", "strength: ECDSA P-224"},
		{"a weak key", []*issuer{between.issue(t, leaf(-oneDay, 89*oneDay), weak), between}, "", "strength: RSA of 1024 bits"},
		{"ended", []*issuer{between.issue(t, leaf(-30*oneDay, -time.Hour), curve(t, elliptic.P256())), between}, "", "certificate: it ended on"},
		{"about to end", []*issuer{between.issue(t, leaf(-70*oneDay, 20*oneDay), curve(t, elliptic.P256())), between}, "", "certificate: it ends on"},
		{"short, with half to go", []*issuer{between.issue(t, leaf(-3*oneDay, 3*oneDay), curve(t, elliptic.P256())), between}, "", ""},
	} {
		var chain []*x509.Certificate
		for _, one := range c.chain {
			chain = append(chain, one.Certificate)
		}
		r := check.Begin("", now)
		certificate.Inspect(r, chain, c.name, roots, now)
		var found []string
		for _, one := range r.Checks {
			if one.State != check.Fine {
				found = append(found, one.Name+": "+one.Says)
				if one.Cure == "" {
					t.Errorf("%s: %s has no cure", c.what, one.Name)
				}
			}
		}
		if said := strings.Join(found, "; "); !strings.HasPrefix(said, c.want) || (c.want == "") != (said == "") || len(found) > 1 {
			t.Errorf("%s: %q, want %q", c.what, said, c.want)
		}
	}
}
