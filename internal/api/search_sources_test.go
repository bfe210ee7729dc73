package api_test

import (
	"strings"
	"testing"
)

// Where nobody can be asked, both addresses say so in words; a text that cannot go out is
// refused by its field.
func TestAskSourcesSaysWhyNot(t *testing.T) {
	h := open(t)
	c := acme(h)
	const at = "/api/v1/instruments/search"
	a := c.post(at, `{"q":"  Zeta  Corp "}`).is(202)
	if text := string(a.body); !strings.Contains(text, `"q":"zeta corp"`) || !strings.Contains(text, `"state":"none"`) || !strings.Contains(text, `"why":"`) || !strings.Contains(text, `"candidates":[]`) {
		t.Errorf("asked without sources: %s", text)
	}
	if text := string(c.get(at + "/asked?q=zeta%20corp").is(200).body); !strings.Contains(text, `"why":"`) {
		t.Errorf("looked at without sources: %s", text)
	}
	c.post(at, `{"q":"z"}`).is(422)
	c.post(at, `{}`).is(422)
	c.get(at + "/asked").is(422)
	c.get(at + "/asked?q=" + strings.Repeat("long", 20)).is(422)
}
