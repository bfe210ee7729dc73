package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Numbers of the forms stand in the address in plain form, whoever typed them.
func TestPlainNumbersInAddresses(t *testing.T) {
	h := realPages(t)
	for _, c := range []struct {
		name string
		form url.Values
		want map[string]string
	}{
		{"own shocks in German", url.Values{"as": {"de"}, "show": {"mine"}, "own": {"1"}, "f_market": {"-20,5"}, "yield": {"1.250"}, "on": {"NVDA", ""}, "kind": {"symbol", "symbol"}, "move": {"-30,25", ""}}, map[string]string{"f_market": "-20.5", "yield": "1250", "move": "-30.25", "own": "1"}},
		{"a loss in German", url.Values{"as": {"de"}, "show": {"reverse"}, "loss": {"12,5"}, "unit": {"%"}}, map[string]string{"loss": "12.5", "unit": "%"}},
		{"own shocks in English", url.Values{"as": {"en"}, "show": {"mine"}, "own": {"1"}, "yield": {"1,250.5"}}, map[string]string{"yield": "1250.5"}},
	} {
		w := h.open("/scenarios?"+c.form.Encode(), nil)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != http.StatusSeeOther {
			t.Errorf("%s: status %d to %q", c.name, w.Code, w.Header().Get("Location"))
			continue
		}
		for name, want := range c.want {
			if got := to.Query().Get(name); got != want {
				t.Errorf("%s: %s=%q, want %q", c.name, name, got, want)
			}
		}
		if to.Query().Has("as") {
			t.Errorf("%s: it still says the manner", c.name)
		}
		if page := h.open("/scenarios?"+to.RawQuery, nil); page.Code != http.StatusOK || strings.Contains(page.Body.String(), `aria-invalid="true"`) {
			t.Errorf("%s: the address does not answer: %d", c.name, page.Code)
		}
	}
	if w := h.open("/scenarios?as=de&show=reverse&loss=viel&unit=%25", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `value="viel"`) {
		t.Errorf("what cannot be read: status %d", w.Code)
	}
}
