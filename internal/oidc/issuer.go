package oidc

import (
	"fmt"
	"net"
	"net/url"
)

// issuer refuses addresses that are not encrypted, but on this machine.
func issuer(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("issuer %q: it is no address of an issuer, such as https://accounts.example.org", address)
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())) {
		return fmt.Errorf("issuer %q: use https", address)
	}
	return nil
}

// hostOf is the host of an address; empty where it is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
