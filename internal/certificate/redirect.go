package certificate

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// proofPath is where an authority asks for a proof over HTTP (RFC 8555, 8.3).
const proofPath = "/.well-known/acme-challenge/"

// Redirect is what is answered without TLS: proofs for the authority, and to everybody
// else where the pages are. public is that address, as https://books.example.org; empty:
// the name that was asked for, where the certificate is of it, at port. What is more than
// a question is refused: what was sent in the clear is not taken, so that it is noticed.
func (k *Keeper) Redirect(public, port string) http.Handler {
	known, _ := url.Parse(public) // "" where there is none
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if asked, ok := strings.CutPrefix(r.URL.Path, proofPath); ok && k.o.Authority != nil {
			text := k.o.Authority.answer(asked)
			if text == "" {
				http.Error(w, "no such proof", http.StatusNotFound)
				return
			}
			_, _ = w.Write([]byte(text)) // whoever asked is gone
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "nothing is taken without TLS; use https", http.StatusForbidden)
			return
		}
		host := k.host(r.Host, known, port)
		if host == "" {
			http.Error(w, "this server is not "+hostOf(r.Host), http.StatusBadRequest)
			return
		}
		to := url.URL{Scheme: "https", Host: host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
	})
}

// host is where a visitor is sent: never to a name that is not ours.
func (k *Keeper) host(asked string, known *url.URL, port string) string {
	name := hostOf(asked)
	if known != nil && known.Scheme == "https" && (strings.EqualFold(known.Hostname(), name) || !k.Covers(name)) {
		return known.Host
	}
	if !k.Covers(name) {
		return ""
	}
	if port == "443" {
		return name
	}
	return net.JoinHostPort(name, port)
}

// hostOf is a host without its port.
func hostOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
