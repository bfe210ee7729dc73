package environment

import (
	"errors"
	"io/fs"
	"net"
	"time"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// Certificate reports whether a certificate and its key belong together, are of their
// time and of the given name (empty: whichever).
func Certificate(r *check.Report, cert, key, name string, now time.Time) {
	pair, err := certificate.Read(cert, key)
	if err != nil {
		r.Find("certificate", err.Error(), "give a PEM certificate as SSL_CERT_PATH and its key as SSL_KEY_PATH")
		return
	}
	certificate.Dates(r, pair.Leaf, now)
	if name != "" {
		certificate.Name(r, pair.Leaf, name)
	}
}

// Own reports how the certificate of a configuration stands that speaks TLS itself, and
// the tries to renew it where the server does that.
func Own(r *check.Report, c config.Config, name string, now time.Time) {
	cert, key := c.CertificateFiles()
	if len(c.ACME.Domains) == 0 {
		Certificate(r, cert, key, name, now)
		return
	}
	pair, err := certificate.Read(cert, key)
	switch {
	case errors.Is(err, fs.ErrNotExist): // that there is none yet is said below
	case err != nil:
		r.Find("certificate", err.Error(), "take the file away and restart the server: it orders another")
	default:
		certificate.Dates(r, pair.Leaf, now)
		if name != "" {
			certificate.Name(r, pair.Leaf, name)
		}
	}
	certificate.Renewal(r, tries(c, now))
}

// tries is how it went to get the certificate of a configuration.
func tries(c config.Config, now time.Time) certificate.State {
	return certificate.NewAuthority(certificate.Account{Domains: c.ACME.Domains, Directory: c.ACME.Directory, Folder: c.ACMEFolder(), Now: func() time.Time { return now }}).State()
}

// first reports whether a server is yet to order its first certificate: before it was
// started that is as it should be.
func first(c config.Config, now time.Time) bool {
	if len(c.ACME.Domains) == 0 {
		return false
	}
	s := tries(c, now)
	return s.Until.IsZero() && s.Failure == ""
}

// proofs reports what keeps an authority from reaching a server that asks it for a
// certificate, as far as the settings show it.
func proofs(c config.Config, r *check.Report) {
	if len(c.ACME.Domains) == 0 {
		return
	}
	const what = "proof to the authority"
	host, port, _ := net.SplitHostPort(c.Listen) // its form was looked at
	plainHost, plainPort, _ := net.SplitHostPort(c.Redirect)
	switch {
	case !public(host) && (c.Redirect == "" || !public(plainHost)):
		r.Find(what, "the server listens on "+c.Listen+", where no authority comes", "set FOLIOSIGHT_LISTEN=:443, or FOLIOSIGHT_REDIRECT_LISTEN=:80 for proofs over HTTP")
	case port != "443" && plainPort != "80":
		r.Fine(what, "the authority comes to port 443 (or 80) of each name: what stands before this machine passes that on to "+c.Listen)
	default:
		r.Fine(what, "the authority is answered at its port")
	}
}
