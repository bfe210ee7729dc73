package web

import "testing"

// TestNobodyIsLedAway: what browsers make of an address is not what it seems (WHATWG URL:
// tabs and line ends are left out, \ is read as /).
func TestNobodyIsLedAway(t *testing.T) {
	for _, c := range []struct{ given, want string }{
		{"/p/fund/holdings?period=1y#top", "/p/fund/holdings?period=1y#top"},
		{"/", "/"},
		{"", "/"},
		{"holdings", "/"},
		{"//evil.example", "/"},
		{"///evil.example", "/"},
		{`/\evil.example`, "/"},
		{`/p\..\..\/evil.example`, "/"},
		{"/\t/evil.example", "/"},
		{"/\n/evil.example", "/"},
		{"/\r\n/evil.example", "/"},
		{"https://evil.example/", "/"},
		{"javascript:alert(1)", "/"},
		{"https:evil.example", "/"},
	} {
		if got := ours(c.given); got != c.want {
			t.Errorf("%q leads to %q, want %q", c.given, got, c.want)
		}
	}
}
