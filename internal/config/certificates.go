package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/internal/certificate"
)

// ACME is how the program gets its certificate itself; without Domains it does not.
type ACME struct {
	Domains   []string // in lower case
	Email     string
	Directory string // address of the authority
	Agreed    bool   // to its terms
	Folder    string // empty: "acme" in Data
	KeyID     string // of the account that the authority knows already
	KeySecret string // with it, in base64
}

// TLS reports whether the server speaks TLS itself.
func (c Config) TLS() bool { return c.Certificate != "" || len(c.ACME.Domains) > 0 }

// ACMEFolder is where certificates are kept that the program gets itself.
func (c Config) ACMEFolder() string {
	if c.ACME.Folder != "" {
		return c.ACME.Folder
	}
	return filepath.Join(c.Data, "acme")
}

// CertificateFiles are the PEM files of certificate and key that the server shows; one
// file twice where it gets them itself, and it is not there before it has.
func (c Config) CertificateFiles() (cert, key string) {
	if len(c.ACME.Domains) == 0 {
		return c.Certificate, c.Key
	}
	path := certificate.File(c.ACMEFolder(), c.ACME.Domains)
	return path, path
}

// certificateSettings are those of TLS.
var certificateSettings = []setting{
	{key: "certificate", name: "SSL_CERT_PATH", means: "PEM file of the certificate with its chain; with a key the server speaks TLS, and reads both anew when they change",
		set: func(c *Config, v string) error { c.Certificate = v; return nil },
		get: func(c *Config) string { return c.Certificate }},
	{key: "key", name: "SSL_KEY_PATH", means: "PEM file of the certificate's key",
		set: func(c *Config, v string) error { c.Key = v; return nil },
		get: func(c *Config) string { return c.Key }},
	{key: "redirect_listen", name: "FOLIOSIGHT_REDIRECT_LISTEN", means: "address and port, as :80, where visitors without TLS are sent to where it is spoken",
		set: func(c *Config, v string) error { c.Redirect = v; return checkListen(v) },
		get: func(c *Config) string { return c.Redirect }},
	{key: "acme_domains", name: "ACME_DOMAINS", means: "names, with commas between, that the server gets a certificate for and renews it by itself",
		set: setDomains,
		get: func(c *Config) string { return strings.Join(c.ACME.Domains, ",") }},
	{key: "acme_agree_terms", name: "ACME_AGREE_TERMS", means: "true: the terms of the authority that issues it were read and are agreed to",
		set: func(c *Config, v string) (err error) {
			if c.ACME.Agreed, err = strconv.ParseBool(v); err != nil {
				return errors.New("not true or false")
			}
			return nil
		},
		get: func(c *Config) string { return strconv.FormatBool(c.ACME.Agreed) }},
	{key: "acme_email", name: "ACME_EMAIL", means: "address that the authority writes to",
		set: func(c *Config, v string) error {
			if name, host, ok := strings.Cut(v, "@"); !ok || name == "" || host == "" || strings.ContainsAny(v, " ,<>") {
				return errors.New("not an address of mail")
			}
			c.ACME.Email = v
			return nil
		},
		get: func(c *Config) string { return c.ACME.Email }},
	{key: "acme_directory_url", name: "ACME_DIRECTORY_URL", means: "address of the authority, where it is not Let's Encrypt",
		set: func(c *Config, v string) error {
			u, err := url.Parse(v)
			if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())) {
				return errors.New("not the address of an authority; use https://ca.example.org/acme/directory")
			}
			c.ACME.Directory = v
			return nil
		},
		get: func(c *Config) string { return c.ACME.Directory }},
	{key: "acme_cache_dir", name: "ACME_CACHE_DIR", means: "directory of account and certificate, shared by processes that serve the same names (default: acme in the data directory)",
		set: func(c *Config, v string) error { c.ACME.Folder = v; return nil },
		get: func(c *Config) string { return c.ACME.Folder }},
	{key: "acme_eab_kid", name: "ACME_EAB_KID", means: "id of the account that the authority gave, where it takes only those that it knows",
		set: func(c *Config, v string) error { c.ACME.KeyID = v; return nil },
		get: func(c *Config) string { return c.ACME.KeyID }},
	{key: "acme_eab_hmac_key", name: "ACME_EAB_HMAC_KEY", means: "its key, in base64", hide: true,
		set: func(c *Config, v string) error {
			c.ACME.KeySecret = v
			if _, err := c.ACME.Secret(); err != nil {
				return errors.New("not base64; give it as the authority did")
			}
			return nil
		},
		get: func(c *Config) string { return c.ACME.KeySecret }},
}

// Secret is the key of the account in bytes. Authorities give it with the letters of
// addresses and without padding, or with the usual ones.
func (a ACME) Secret() ([]byte, error) {
	text := strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(a.KeySecret), "=")
	return base64.RawURLEncoding.DecodeString(text)
}

// domainName is a name of the internet with two labels at least, as authorities take it.
var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)

// mostDomains is how many names Let's Encrypt puts in one certificate.
const mostDomains = 100

func setDomains(c *Config, v string) error {
	c.ACME.Domains = nil
	for _, name := range strings.Split(v, ",") {
		name = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
		switch {
		case strings.HasPrefix(name, "*."):
			return fmt.Errorf("%q stands for many names, which only DNS can prove; list them, or get the certificate with another program and set SSL_CERT_PATH", name)
		case len(name) > 253 || !domainName.MatchString(name):
			return fmt.Errorf("%q is no name of the internet; use books.example.org (letters of other scripts as xn--…)", name)
		case !slices.Contains(c.ACME.Domains, name):
			c.ACME.Domains = append(c.ACME.Domains, name)
		}
	}
	if len(c.ACME.Domains) > mostDomains {
		return fmt.Errorf("these are %d names; one certificate has %d at most", len(c.ACME.Domains), mostDomains)
	}
	return nil
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// certificates checks what single settings of TLS cannot say.
func (l *loader) certificates() {
	wrong := func(key, origin, value, reason string) {
		l.mistakes = append(l.mistakes, &Mistake{Key: key, Origin: origin, Value: value, Reason: reason})
	}
	if (l.Certificate == "") != (l.Key == "") {
		wrong("certificate", "SSL_CERT_PATH, SSL_KEY_PATH", l.Certificate+l.Key, "one of certificate and key is missing; set both or neither")
	}
	a := l.ACME
	names := strings.Join(a.Domains, ",")
	if l.origins["acme_domains"] == "" {
		for _, key := range []string{"acme_agree_terms", "acme_email", "acme_directory_url", "acme_cache_dir", "acme_eab_kid", "acme_eab_hmac_key"} {
			if l.origins[key] != "" && !(key == "acme_agree_terms" && !a.Agreed) {
				wrong(key, l.origins[key], "", "it is for certificates that the server gets itself; set ACME_DOMAINS too, or take it out")
			}
		}
	} else if len(a.Domains) > 0 {
		if l.Certificate != "" {
			wrong("acme_domains", l.origins["acme_domains"], names, "SSL_CERT_PATH is set too; take one of them out")
		}
		if !a.Agreed {
			wrong("acme_agree_terms", "ACME_AGREE_TERMS", "false", "read the terms of the authority (of Let's Encrypt: https://letsencrypt.org/repository/) and set it to true")
		}
		if (a.KeyID == "") != (a.KeySecret == "") {
			wrong("acme_eab_kid", "ACME_EAB_KID, ACME_EAB_HMAC_KEY", a.KeyID, "one of id and key of the account is missing; set both or neither")
		}
		if l.Demo && a.Folder == "" {
			wrong("acme_domains", l.origins["acme_domains"], names, "the demonstration keeps nothing, and each start would order a certificate; set ACME_CACHE_DIR")
		}
	}
	if l.Redirect != "" && !l.TLS() {
		wrong("redirect_listen", l.origins["redirect_listen"], l.Redirect, "the server speaks no TLS to send visitors to; set SSL_CERT_PATH and SSL_KEY_PATH, or ACME_DOMAINS; where a proxy speaks it, that sends them")
	}
}
