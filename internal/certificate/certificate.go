// Package certificate keeps the certificate that the server shows: read from files that
// somebody else renews, or got from an authority that speaks ACME (RFC 8555) and renewed
// by the program itself.
//
// Model: a Keeper shows one certificate to whoever connects. It looks at the files again
// every ten seconds, and when it is told to; a file that cannot be used leaves the old
// certificate in place, and why is kept to be told. Connections that are there go on.
//
// An Authority writes such a file: one certificate for all names, with a new key each
// time, in a folder that several processes may share. Whichever of them is first takes
// the lock and orders; the others see the new file. What proves a name to the authority
// stands in the same folder, so that any process answers for it, whoever ordered.
//
// A certificate is renewed when a third of its life is left, and 30 days at most. What
// failed is tried again later and later, also after a restart: authorities count.
package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"
)

// When a certificate is renewed at the latest, and when it is a finding that it was not:
// what renews by itself has done so by then.
const (
	mostBefore = 30 * 24 * time.Hour
	mostMargin = 21 * 24 * time.Hour
)

// RenewAt is when a certificate is due: 30 days before its end, or when a third of a
// shorter life is left.
func RenewAt(leaf *x509.Certificate) time.Time {
	return leaf.NotAfter.Add(-min(mostBefore, leaf.NotAfter.Sub(leaf.NotBefore)/3))
}

// Margin is how long before its end a certificate of this life should have been renewed:
// 21 days, or a quarter of a shorter life.
func Margin(from, until time.Time) time.Duration {
	if from.IsZero() {
		return mostMargin
	}
	return min(mostMargin, until.Sub(from)/4)
}

// Read reads a certificate with its chain and its key from PEM files, which may be one.
func Read(cert, key string) (*tls.Certificate, error) {
	chain, err := os.ReadFile(cert)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	private := chain
	if key != cert {
		if private, err = os.ReadFile(key); err != nil {
			return nil, fmt.Errorf("key of the certificate: %w", err)
		}
	}
	return pair(cert, key, chain, private)
}

func pair(cert, key string, chain, private []byte) (*tls.Certificate, error) {
	c, err := tls.X509KeyPair(chain, private)
	if err != nil {
		return nil, fmt.Errorf("certificate %s with key %s: %w", cert, key, err)
	}
	if c.Leaf == nil {
		if c.Leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return nil, fmt.Errorf("certificate %s: %w", cert, err)
		}
	}
	return &c, nil
}

// Chain reads the certificates of a PEM file, that of the server first.
func Chain(path string) ([]*x509.Certificate, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of %s: %w", len(all)+1, path, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("certificate %s: there is no CERTIFICATE in it; give the PEM file with the chain", path)
	}
	return all, nil
}

// usable reports why a certificate cannot be shown for names at a time; nil: it can.
func usable(leaf *x509.Certificate, names []string, now time.Time) error {
	if now.Before(leaf.NotBefore) {
		return fmt.Errorf("it is not good before %s", leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	if !now.Before(leaf.NotAfter) {
		return fmt.Errorf("it ended on %s", leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	var lacks []error
	for _, name := range names {
		lacks = append(lacks, leaf.VerifyHostname(name))
	}
	return errors.Join(lacks...)
}
