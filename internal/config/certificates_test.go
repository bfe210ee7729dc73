package config

import (
	"strings"
	"testing"
)

// Settings of TLS that are half given, or contradict each other, are named with a cure.
func TestCertificates(t *testing.T) {
	for _, c := range []struct {
		name    string
		environ []string
		want    string // of the mistakes; empty: none
	}{
		{"files", []string{"SSL_CERT_PATH=a.pem", "SSL_KEY_PATH=b.pem", "FOLIOSIGHT_REDIRECT_LISTEN=:80"}, ""},
		{"one file", []string{"SSL_KEY_PATH=b.pem"}, "set both or neither"},
		{"gets its own", []string{"ACME_DOMAINS=Books.Example.org, www.example.org.", "ACME_AGREE_TERMS=true", "ACME_EMAIL=ada@example.org"}, ""},
		{"terms", []string{"ACME_DOMAINS=books.example.org"}, "read the terms"},
		{"terms denied", []string{"ACME_DOMAINS=books.example.org", "ACME_AGREE_TERMS=false"}, "read the terms"},
		{"no names", []string{"ACME_AGREE_TERMS=true", "ACME_EMAIL=ada@example.org"}, "set ACME_DOMAINS too"},
		{"both ways", []string{"ACME_DOMAINS=books.example.org", "ACME_AGREE_TERMS=true", "SSL_CERT_PATH=a.pem", "SSL_KEY_PATH=b.pem"}, "take one of them out"},
		{"any name", []string{"ACME_DOMAINS=*.example.org", "ACME_AGREE_TERMS=true"}, "only DNS can prove"},
		{"an address", []string{"ACME_DOMAINS=192.0.2.1", "ACME_AGREE_TERMS=true"}, "no name of the internet"},
		{"this machine", []string{"ACME_DOMAINS=localhost", "ACME_AGREE_TERMS=true"}, "no name of the internet"},
		{"a path", []string{"ACME_DOMAINS=../../etc/x.org", "ACME_AGREE_TERMS=true"}, "no name of the internet"},
		{"half an account", []string{"ACME_DOMAINS=books.example.org", "ACME_AGREE_TERMS=true", "ACME_EAB_KID=ada"}, "id and key of the account"},
		{"no base64", []string{"ACME_DOMAINS=books.example.org", "ACME_AGREE_TERMS=true", "ACME_EAB_KID=ada", "ACME_EAB_HMAC_KEY=topsecret!"}, "not base64"},
		{"an authority in the clear", []string{"ACME_DOMAINS=books.example.org", "ACME_AGREE_TERMS=true", "ACME_DIRECTORY_URL=http://ca.example.org/dir"}, "address of an authority"},
		{"redirect to nothing", []string{"FOLIOSIGHT_REDIRECT_LISTEN=:80"}, "speaks no TLS"},
	} {
		cfg, err := Load(Input{Environ: append(c.environ, "HOME=/home/ada")})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "topsecret")):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		case err == nil && !cfg.TLS():
			t.Errorf("%s: no TLS", c.name)
		}
	}
	cfg, err := Load(Input{Environ: []string{"HOME=/home/ada", "FOLIOSIGHT_DATA=/data", "ACME_DOMAINS=Books.Example.org., www.example.org", "ACME_AGREE_TERMS=true", "ACME_EAB_KID=a", "ACME_EAB_HMAC_KEY=+/8="}})
	if err != nil {
		t.Fatal(err)
	}
	if cert, key := cfg.CertificateFiles(); cert != "/data/acme/books.example.org.pem" || key != cert {
		t.Errorf("%s %s", cert, key)
	}
	if secret, err := cfg.ACME.Secret(); err != nil || string(secret) != "\xfb\xff" {
		t.Errorf("%q %v", secret, err)
	}
}
