package monitor

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

// Leaf is the first certificate of a PEM file: the one that a server shows.
func Leaf(path string) (*x509.Certificate, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %s: %w", path, err)
		}
		return c, nil
	}
	return nil, fmt.Errorf("certificate %s: there is no CERTIFICATE in it; give the PEM file with the chain", path)
}
