package token_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/token"
)

// FuzzRead holds for any text: it is no token, unless it is letter for letter one that was
// signed here.
func FuzzRead(f *testing.F) {
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ring, err := token.NewRing(func() time.Time { return at }, token.KeyOf(bytes.Repeat([]byte{1}, 32)))
	if err != nil {
		f.Fatal(err)
	}
	good, err := ring.Sign(token.Claims{Tenant: "t", User: "u", Session: "s", Issued: at, Expires: at.Add(time.Hour)})
	if err != nil {
		f.Fatal(err)
	}
	head, rest, _ := strings.Cut(good, ".")
	for _, s := range []string{"", ".", "..", "...", good, good + "A", good[:len(good)-1], head + "." + head + ".", "eyJhbGciOiJub25lIn0." + rest,
		"eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiIsImtpZCI6MX0.e30.AA", "eyJhbGciOiJSUzI1NiJ9.e30.AA", strings.Repeat("A.", 1000), "fsp_" + strings.Repeat("A", 43), "\x00.\xff.\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ring.Knows(text)
		c, err := ring.Read(text)
		switch {
		case err == nil && (c.Tenant != "t" || c.User != "u" || c.Session != "s"):
			t.Errorf("%q says %+v", text, c)
		case err == nil && signature(text) != signature(good):
			t.Errorf("%q is taken", text)
		case err != nil && !errors.Is(err, token.ErrToken):
			t.Errorf("%q: %v", text, err)
		}
	})
}

// signature is the last part of a token without the bits that base64 leaves over.
func signature(text string) string {
	s := text[strings.LastIndex(text, ".")+1:]
	return s[:max(0, len(s)-1)]
}
