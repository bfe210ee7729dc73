package outbound_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/outbound"
)

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true,
		"127.0.0.1:80": false, "127.255.255.254:80": false, "[::1]:80": false, "0.0.0.0:80": false, "[::]:80": false,
		"10.1.2.3:80": false, "172.16.0.1:80": false, "192.168.1.1:80": false, "100.64.0.1:80": false, "[fd00::1]:80": false,
		"169.254.169.254:80": false, "[fe80::1]:80": false, "[fe80::1%eth0]:80": false, // metadata of clouds, link-local
		"224.0.0.1:80": false, "[ff02::1]:80": false, "255.255.255.255:80": false,
		"[::ffff:127.0.0.1]:80": false, "[::ffff:10.0.0.1]:80": false, "[::127.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false,
		"localhost:80": false, "": false,
	} {
		if err := outbound.Public(address); (err == nil) != want || err != nil && !errors.Is(err, outbound.ErrPrivate) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestNoWayIn: a server on this machine is reached by no name and through no redirect,
// unless it was named or everything is allowed.
func TestNoWayIn(t *testing.T) {
	asked := 0
	inner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++ }))
	defer inner.Close()
	u, err := url.Parse(inner.URL)
	if err != nil {
		t.Fatal(err)
	}
	guarded := outbound.NewClient(outbound.Options{Timeout: 5 * time.Second})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		if answer, err := guarded.Get("http://" + host + ":" + u.Port()); err == nil {
			answer.Body.Close()
			t.Errorf("%s was reached", host)
		}
	}
	if _, err := guarded.Get(inner.URL); !errors.Is(err, outbound.ErrPrivate) {
		t.Errorf("the reason is %v", err)
	}
	if asked != 0 {
		t.Fatalf("the server was asked %d times", asked)
	}
	outer := httptest.NewServer(http.RedirectHandler(strings.Replace(inner.URL, "127.0.0.1", "localhost", 1), http.StatusFound))
	defer outer.Close()
	named := outbound.NewClient(outbound.Options{Hosts: []string{"127.0.0.1"}, Timeout: 5 * time.Second})
	answer, err := named.Get(outer.URL)
	if err != nil || answer.StatusCode != http.StatusFound || asked != 0 {
		t.Errorf("a redirect: %v, asked %d times", err, asked)
	}
	if _, err := named.Get("http://localhost:" + u.Port()); !errors.Is(err, outbound.ErrPrivate) {
		t.Errorf("another name of it: %v", err)
	}
	if _, err := outbound.NewClient(outbound.Options{Private: true}).Get(inner.URL); err != nil || asked != 1 {
		t.Errorf("allowed: %v, asked %d times", err, asked)
	}
}

func TestAnswersEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("a", 100)) // the client may have gone
	}))
	defer server.Close()
	for most, want := range map[int64]error{99: outbound.ErrLarge, 100: nil, 101: nil} {
		answer, err := outbound.NewClient(outbound.Options{Private: true, Answer: most}).Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if !errors.Is(err, want) || int64(len(got)) > most {
			t.Errorf("%d of 100 bytes: %d, %v", most, len(got), err)
		}
	}
}

func TestCheckURL(t *testing.T) {
	if host, err := outbound.CheckURL("https://hooks.example.org:8443/x"); host != "hooks.example.org:8443" || err != nil {
		t.Errorf("%q %v", host, err)
	}
	for _, bad := range []string{"", "hooks.example.org", "ftp://x/", "file:///etc/passwd", "gopher://x", "https://a:b@x/", "http://", "https://x/" + strings.Repeat("a", 2000)} {
		if _, err := outbound.CheckURL(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
