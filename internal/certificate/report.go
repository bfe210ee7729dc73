package certificate

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// Dates adds whether a certificate is of its time, and for how long.
func Dates(r *check.Report, leaf *x509.Certificate, now time.Time) {
	const what = "certificate"
	left := leaf.NotAfter.Sub(now)
	days := int(left / (24 * time.Hour))
	end := leaf.NotAfter.UTC().Format(time.DateOnly)
	switch {
	case now.Before(leaf.NotBefore):
		r.Find(what, "it is not good before "+leaf.NotBefore.UTC().Format(time.RFC3339), "look at the clock of this machine, or use the certificate that was meant")
	case left <= 0:
		r.Find(what, "it ended on "+end, "renew it")
	case left < Margin(leaf.NotBefore, leaf.NotAfter):
		r.Find(what, fmt.Sprintf("it ends on %s, in %d days", end, days), "renew it; what renews by itself did not")
	default:
		r.Fine(what, fmt.Sprintf("it is good until %s, %d days", end, days))
	}
}

// Name adds whether a certificate is of a name.
func Name(r *check.Report, leaf *x509.Certificate, name string) {
	if err := leaf.VerifyHostname(name); err != nil {
		r.Find("name of the certificate", err.Error(), "get one for "+name+", or correct FRONTEND_URL or DOMAIN_NAME")
	}
}

// Renewal adds how the tries went to get a certificate from an authority.
func Renewal(r *check.Report, s State) {
	const what = "renewal of the certificate"
	switch {
	case s.Failure != "":
		r.Find(what, fmt.Sprintf("since %s it fails: %s", s.Failing.UTC().Format(time.RFC3339), s.Failure),
			"cure that; it is tried again at "+s.Next.UTC().Format(time.RFC3339)+", at once by `foliosight certificate renew`")
	case s.Until.IsZero():
		r.Unknown(what, "there is no certificate yet", "start the server: it orders one")
	default:
		r.Fine(what, "it is renewed on "+s.Next.UTC().Format(time.DateOnly))
	}
}

// Inspect adds everything that a chain says of itself: dates, names, strength, and whether
// who trusts roots (nil: those of this machine) trusts it. name is who should show it;
// empty: whoever.
func Inspect(r *check.Report, chain []*x509.Certificate, name string, roots *x509.CertPool, now time.Time) {
	leaf := chain[0]
	Dates(r, leaf, now)
	names := append([]string(nil), leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	switch {
	case len(names) == 0:
		r.Find("names", "it has none that browsers look at (subjectAltName)", "have one issued for the name of the server")
	case name != "" && leaf.VerifyHostname(name) != nil:
		Name(r, leaf, name)
	default:
		r.Fine("names", strings.Join(names, ", "))
	}
	strength(r, leaf)
	trust(r, chain, roots, now)
}

// leastRSA is how many bits an RSA key has at least.
const leastRSA = 2048

func strength(r *check.Report, leaf *x509.Certificate) {
	const what, cure = "strength", "have it issued anew with a key of ECDSA P-256, or RSA of 2048 bits or more"
	said, weak := leaf.PublicKeyAlgorithm.String(), false
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		said, weak = fmt.Sprintf("RSA of %d bits", key.N.BitLen()), key.N.BitLen() < leastRSA
	case *ecdsa.PublicKey:
		said, weak = "ECDSA "+key.Curve.Params().Name, key.Curve.Params().BitSize < 256
	case ed25519.PublicKey:
		said = "Ed25519, which few browsers take"
		weak = true
	default:
		weak = true
	}
	signed := leaf.SignatureAlgorithm
	switch signed {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		weak = true
	}
	said += ", signed by " + signed.String()
	if weak {
		r.Find(what, said, cure)
		return
	}
	r.Fine(what, said)
}

func trust(r *check.Report, chain []*x509.Certificate, roots *x509.CertPool, now time.Time) {
	const what = "chain"
	for i := 1; i < len(chain); i++ {
		if err := chain[i-1].CheckSignatureFrom(chain[i]); err != nil {
			r.Find(what, fmt.Sprintf("certificate %d (%s) was not issued by the one after it (%s): %v", i, chain[i-1].Subject, chain[i].Subject, err), "put the server's first, each after it the one that issued it")
			return
		}
	}
	if roots == nil {
		var err error
		if roots, err = x509.SystemCertPool(); err != nil {
			r.Unknown(what, "the authorities that this machine trusts are not known: "+err.Error(), "install ca-certificates, or set SSL_CERT_FILE")
			return
		}
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if now.Before(chain[0].NotBefore) || !now.Before(chain[0].NotAfter) {
		now = chain[0].NotAfter.Add(-time.Second) // that it is not of its time was said
	}
	trusted, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now})
	if err == nil {
		last := trusted[0][len(trusted[0])-1]
		r.Fine(what, fmt.Sprintf("%d certificates, trusted through %s", len(chain), last.Subject.CommonName))
		return
	}
	cure := "give the whole chain (fullchain.pem); for an authority of your own set SSL_CERT_FILE to its root where this is run"
	if chain[0].CheckSignatureFrom(chain[0]) == nil {
		cure = "it vouches for itself, and browsers warn of it: get one from an authority (ACME_DOMAINS)"
	}
	r.Find(what, err.Error(), cure)
}

// patience is how long a server may take to show its certificate.
const patience = 10 * time.Second

// Shown asks a server for its chain, for whatever it is worth: it is for Inspect to judge.
func Shown(ctx context.Context, address, name string) (chain []*x509.Certificate, version string, err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	dialer := &tls.Dialer{Config: &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}} // nothing is sent to it
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		var refused *net.OpError
		if errors.As(err, &refused) {
			return nil, "", fmt.Errorf("%s does not answer: %w", address, err)
		}
		return nil, "", fmt.Errorf("%s does not speak TLS 1.2 or later for %s: %w", address, name, err)
	}
	state := conn.(*tls.Conn).ConnectionState()
	if err := conn.Close(); err != nil {
		return nil, "", fmt.Errorf("%s: %w", address, err)
	}
	return state.PeerCertificates, tls.VersionName(state.Version), nil
}
