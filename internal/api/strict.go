package api

import "net/http"

// strictHeaders are what every answer has that says nothing else: those of a file, a
// refusal or a failure too. Pages allow themselves what they need.
var strictHeaders = map[string]string{
	"Cache-Control":                "private, no-store",
	"Content-Security-Policy":      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Referrer-Policy":              "same-origin",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY", // for browsers that do not know frame-ancestors
}

// transport tells browsers to come over TLS alone for a year. Names below this one are
// for whoever has them to decide.
const transport = "max-age=31536000"

// Strict gives every answer of both faces the headers that keep browsers careful; secure
// says that people come over TLS. It goes around everything.
func Strict(secure bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range strictHeaders {
			h[name] = []string{value}
		}
		if secure {
			h["Strict-Transport-Security"] = []string{transport}
		}
		next.ServeHTTP(w, r)
	})
}

// PassedOn makes room in an answer for that of another server of ours: what that one
// says for itself is not said twice.
func PassedOn(w, answer http.Header) {
	for name := range answer {
		if _, ours := strictHeaders[name]; ours || name == "Strict-Transport-Security" || name == "X-Request-Id" {
			w.Del(name)
		}
	}
}
