package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestCertificateCommand looks at files and at a server; what nobody vouches for, of
// another name or with another's key is a finding.
func TestCertificateCommand(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "books.example.org"}, DNSNames: []string{"books.example.org"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	text := func(key *ecdsa.PrivateKey) string {
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, own, stranger := file(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))), file(t, "key.pem", text(key)), file(t, "other.pem", text(other))
	data := "--data=" + t.TempDir()
	foliosight(t, data, "certificate", "check", cert, "--key", own, "--json").is(exitFinding, `"it vouches for itself, and browsers warn of it`, "").is(exitFinding, `"it is that of the certificate"`, "").is(exitFinding, "P-256", "")
	foliosight(t, data, "certificate", "check", cert, "--key", stranger).is(exitFinding, "private key does not match", "")
	foliosight(t, data, "certificate", "check", cert, "--name", "www.example.org").is(exitFinding, "not www.example.org", "")
	foliosight(t, data, "certificate", "check", own).is(exitFinding, "there is no CERTIFICATE in it", "")
	foliosight(t, data, "certificate", "check").is(exitUsage, "", "speaks no TLS itself")
	foliosight(t, data, "certificate", "check", cert, "--url", "https://x").is(exitUsage, "", "or --url")
	foliosight(t, data, "certificate", "check", "--url", "http://x").is(exitUsage, "", "not the address of a server that speaks TLS")
	foliosight(t, data, "certificate", "renew").is(exitUsage, "", "ACME_DOMAINS")

	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	foliosight(t, data, "certificate", "check", "--url", server.URL, "--name", "books.example.org").is(exitFinding, "shows it over TLS 1.3", "").is(exitFinding, "days", "")
	url := server.URL
	server.Close()
	foliosight(t, data, "certificate", "check", "--url", url).is(exitUnchecked, "does not answer", "")

	t.Setenv("ACME_DOMAINS", "books.example.org")
	t.Setenv("ACME_AGREE_TERMS", "true")
	t.Setenv("ACME_DIRECTORY_URL", url)
	foliosight(t, data, "certificate", "check").is(exitUnchecked, "there is no certificate yet", "")
	foliosight(t, data, "certificate", "renew").is(exitFinding, "authority "+url, "")
	foliosight(t, data, "certificate", "check").is(exitFinding, "since", "")
}
