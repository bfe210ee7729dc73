package api

import (
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// FuzzHeaders holds for what anybody may send before anything is known of them: it is
// read or refused, and the log gets none of it.
func FuzzHeaders(f *testing.F) {
	for _, s := range []string{"", " ", "Bearer", "Bearer ", "bearer x", "Basic dXNlcjpwYXNz", "Bearer  a b", `"12"`, `W/"12"`, `"-1"`, `"99999999999999999999"`, `""`, `"`, "*", "12", "\x00", "Bearer \xff",
		"/links/" + strings.Repeat("a", 43), strings.Repeat("/", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Authorization"] = []string{text}
		if token, ok := tokenOf(r, false); ok && (len(token) > len(text) || !strings.EqualFold(strings.SplitN(text, " ", 2)[0], "bearer")) {
			t.Errorf("Authorization %q gives %q", text, token)
		}
		v, err := versionOf(text)
		var fault *ledger.Fault
		switch {
		case err != nil && !errors.As(err, &fault):
			t.Errorf("If-Match %q: %v", text, err)
		case err == nil && text == "" && v != store.AnyVersion:
			t.Errorf("without If-Match: %d", v)
		}
		if sane(text) && (len(text) > 64 || strings.ContainsAny(text, "\r\n\x00 \"=")) {
			t.Errorf("X-Request-Id %q is taken", text)
		}
		for _, part := range strings.Split(loggedPath(text), "/") {
			if len(part) >= longestPart {
				t.Errorf("the path %q is logged with %q", text, part)
			}
		}
	})
}

// FuzzCursor holds for any cursor: it is one of the list, or a fault that names it.
func FuzzCursor(f *testing.F) {
	list := []string{"a", "b", "c", "ü/\x00"}
	for _, s := range append([]string{"", "!", "====", "YQ==", strings.Repeat("A", 600)}, list...) {
		f.Add(s)
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		got, paging, err := page(Paged{Cursor: cursor, Limit: 2}, list, func(s string) string { return s })
		var fault *ledger.Fault
		if err != nil {
			if !errors.As(err, &fault) || fault.Field != "cursor" {
				t.Errorf("%q: %v", cursor, err)
			}
			return
		}
		if len(got) > 2 || paging.Total != len(list) || len(got) > 0 && !slices.Contains(list, got[0]) {
			t.Errorf("%q: %q %+v", cursor, got, paging)
		}
	})
}

// FuzzAccountOf holds for any body: the name by which attempts are counted is short and
// says nothing of the account.
func FuzzAccountOf(f *testing.F) {
	for _, s := range []string{"", "{", `{"email":"ada@example.org"}`, `{"email":{}}`, `[]`, "email=ada%40example.org", "%", strings.Repeat("[", 20000)} {
		f.Add(s, "application/json")
		f.Add(s, "application/x-www-form-urlencoded")
	}
	f.Fuzz(func(t *testing.T, body, kind string) {
		r := httptest.NewRequest("POST", "/sign-in", strings.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		name := accountOf(r)
		if len(name) != 16 {
			t.Errorf("%q gives %q", body, name)
		}
		left := make([]byte, len(body)+1)
		n, _ := r.Body.Read(left)
		for more := n; more > 0 && n < len(body); n += more {
			more, _ = r.Body.Read(left[n:])
		}
		if string(left[:n]) != body {
			t.Errorf("%d bytes of %d can be read again", n, len(body))
		}
	})
}
