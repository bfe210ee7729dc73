package environment

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// RenewBefore is how long before its end a certificate is a finding: what renews by
// itself has done so by then.
const RenewBefore = 21 * 24 * time.Hour

// Certificate reports whether a certificate and its key belong together, are of their
// time and of the given name (empty: whichever).
func Certificate(r *check.Report, cert, key, name string, now time.Time) {
	const what = "certificate"
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		r.Find(what, err.Error(), "give a PEM certificate as SSL_CERT_PATH and its key as SSL_KEY_PATH")
		return
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		r.Find(what, err.Error(), "make it anew")
		return
	}
	left := leaf.NotAfter.Sub(now)
	days := int(left / (24 * time.Hour))
	end := leaf.NotAfter.UTC().Format(time.DateOnly)
	switch {
	case now.Before(leaf.NotBefore):
		r.Find(what, "it is not good before "+leaf.NotBefore.UTC().Format(time.RFC3339), "look at the clock of this machine, or use the certificate that was meant")
	case left <= 0:
		r.Find(what, "it ended on "+end, "renew it")
	case left < RenewBefore:
		r.Find(what, fmt.Sprintf("it ends on %s, in %d days", end, days), "renew it; what renews by itself did not")
	default:
		r.Fine(what, fmt.Sprintf("it is good until %s, %d days", end, days))
	}
	if name != "" {
		if err := leaf.VerifyHostname(name); err != nil {
			r.Find("name of the certificate", err.Error(), "get one for "+name+", or correct FRONTEND_URL or DOMAIN_NAME")
		}
	}
}
