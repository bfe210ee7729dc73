package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"
)

// TestUnchanged: what a client has already is not sent again, and what has changed is.
func TestUnchanged(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	for _, path := range []string{p, p + "/holdings", p + "/analysis", p + "/contribution", p + "/transactions", "/api/v1/portfolios", "/api/v1/auth/me", "/api/v1/explain"} {
		first := ada.get(path).is(200)
		tag := first.Header.Get("ETag")
		if tag == "" {
			t.Errorf("%s has no ETag", path)
			continue
		}
		for _, have := range []string{tag, `"other", ` + tag, "*"} {
			if again := ada.with("If-None-Match", have).get(path).is(304); len(again.body) > 0 || again.Header.Get("ETag") != tag {
				t.Errorf("%s: %d bytes, %q", path, len(again.body), again.Header.Get("ETag"))
			}
		}
		if same := ada.with("If-None-Match", `"other"`).get(path).is(200); !bytes.Equal(same.body, first.body) {
			t.Errorf("%s changed by itself", path)
		}
		zipped := ada.with("Accept-Encoding", "gzip").get(path).is(200)
		if zipped.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(zipped.body))
			if err != nil {
				t.Fatal(err)
			}
			if zipped.body, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(zipped.body, first.body) {
			t.Errorf("%s is another when compressed", path)
		}
	}
	before := ada.get(p + "/holdings").is(200)
	ada.post(p+"/transactions", `{"transactions":[{"date":"2024-06-04","type":"deposit","account":"ib","amount":"1","currency":"EUR"}]}`).is(201)
	if after := ada.with("If-None-Match", before.Header.Get("ETag")).get(p + "/holdings").is(200); after.number("ledger_version") != 2 {
		t.Errorf("%s", after.body)
	}
	ada.with("If-None-Match", "*").get(p+"/transactions/0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10").problem(404, "not-found")
}
