package notify

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/outbound"
)

var at = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func poster(private bool) *Poster {
	return NewPoster(PostOptions{Private: private, Timeout: 2 * time.Second, Now: func() time.Time { return at }})
}

func TestWebhookIsSigned(t *testing.T) {
	var body []byte
	var header http.Header
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
	}))
	defer s.Close()
	h := Hook{URL: s.URL, Secret: "shared", Delivery: "d1", Event: "alert.raised", Body: []byte(`{"a":1}`)}
	if err := poster(true).Webhook(context.Background(), h); err != nil {
		t.Fatal(err)
	}
	if string(body) != `{"a":1}` || header.Get(DeliveryHeader) != "d1" || header.Get(EventHeader) != "alert.raised" || header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", body, header)
	}
	signature := header.Get(SignatureHeader)
	// echo -n '1767614400.{"a":1}' | openssl dgst -sha256 -hmac shared
	if want := "t=1767614400,v1=" + opensslSays; signature != want {
		t.Errorf("signature %s, want %s", signature, want)
	}
	for what, c := range map[string]struct {
		secret, signature, body string
		now                     time.Time
		good                    bool
	}{
		"as it came":       {"shared", signature, `{"a":1}`, at.Add(time.Minute), true},
		"another body":     {"shared", signature, `{"a":2}`, at, false},
		"another secret":   {"other", signature, `{"a":1}`, at, false},
		"another time":     {"shared", strings.Replace(signature, "t=1", "t=2", 1), `{"a":1}`, at, false},
		"played again":     {"shared", signature, `{"a":1}`, at.Add(time.Hour), false},
		"nothing":          {"shared", "", `{"a":1}`, at, false},
		"from the future":  {"shared", signature, `{"a":1}`, at.Add(-time.Hour), false},
		"not hexadecimals": {"shared", "t=1767614400,v1=zz", `{"a":1}`, at, false},
	} {
		if err := Verify(c.secret, c.signature, []byte(c.body), c.now, 5*time.Minute); (err == nil) != c.good {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Names that resolve to this machine or a private network are refused when the
// connection is made, whatever they are called.
func TestOnlyThePublicInternet(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address was reached") }))
	defer s.Close()
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, to := range []string{s.URL, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port, "http://127.1" + port} {
		err := poster(false).Webhook(context.Background(), Hook{URL: to, Body: []byte("{}")})
		if err == nil {
			t.Errorf("%s is reached", to)
		}
	}
	if err := poster(false).Webhook(context.Background(), Hook{URL: s.URL, Body: []byte("{}")}); !errors.Is(err, ErrRefused) {
		t.Errorf("a private address is tried again: %v", err)
	}
	for address, want := range map[string]bool{
		"93.184.215.14:443": true, "[2606:4700::1111]:443": true,
		"127.0.0.1:80": false, "10.1.2.3:80": false, "172.16.0.1:80": false, "192.168.1.1:80": false, "169.254.169.254:80": false, "100.100.0.1:80": false, "0.0.0.0:80": false,
		"224.0.0.1:80": false, "255.255.255.255:80": false, "198.18.0.1:80": false, "[::1]:80": false, "[::]:80": false, "[fe80::1]:80": false, "[fd00::1]:80": false, "[ff02::1]:80": false,
		"[::ffff:10.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false, "[::7f00:1]:80": false, "nowhere": false,
	} {
		if got := outbound.Public(address) == nil; got != want {
			t.Errorf("%s: public %v, want %v", address, got, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	code := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(code)
		w.Write(make([]byte, 1<<20)) // more than anybody reads
	}))
	defer s.Close()
	for _, c := range []struct {
		code        int
		good, final bool
	}{{200, true, false}, {204, true, false}, {302, false, true}, {307, false, true}, {400, false, false}, {404, false, false}, {410, false, true}, {500, false, false}} {
		code = c.code
		err := poster(true).Webhook(context.Background(), Hook{URL: s.URL + "/secret-path", Body: []byte("{}")})
		if (err == nil) != c.good || errors.Is(err, ErrRefused) != c.final {
			t.Errorf("%d: %v", c.code, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret-path") {
			t.Errorf("%d: the address is in %v", c.code, err)
		}
	}
	s.Close()
	if err := poster(true).Webhook(context.Background(), Hook{URL: s.URL + "/secret-path"}); err == nil || errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "secret-path") {
		t.Errorf("nobody listens: %v", err)
	}
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	p := NewPoster(PostOptions{Private: true, Timeout: 50 * time.Millisecond})
	if err := p.Webhook(context.Background(), Hook{URL: slow.URL}); err == nil || !strings.Contains(err.Error(), "in time") {
		t.Errorf("no answer: %v", err)
	}
	for _, to := range []string{"ftp://example.org/", "file:///etc/passwd", "https://", "no address", "https://ada:secret@example.org/", "gopher://example.org"} {
		if err := poster(true).Webhook(context.Background(), Hook{URL: to}); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestSlack(t *testing.T) {
	var got struct {
		Text        string `json:"text"`
		Attachments []struct {
			Color, Title, Text string
			Fields             []struct{ Title, Value string }
			TS                 int64 `json:"ts"`
		} `json:"attachments"`
	}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { json.NewDecoder(r.Body).Decode(&got) }))
	defer s.Close()
	err := poster(true).Slack(context.Background(), s.URL, Note{Title: "A&B <!channel> is large", Colour: "#b35900", Fields: []Field{{"Value", "12%"}, {"Limit", "10%"}}, At: at})
	if err != nil || len(got.Attachments) != 1 {
		t.Fatal(err, got)
	}
	a := got.Attachments[0]
	if got.Text != "A&amp;B &lt;!channel&gt; is large" || a.Color != "#b35900" || len(a.Fields) != 2 || a.Fields[1].Value != "10%" || a.TS != at.Unix() {
		t.Errorf("%+v", got)
	}
}

const opensslSays = "2ab218ec8d634bef0a8fabd71b94e7de5c63ef8e24502b0b77964d563674d84f"
