package check_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestExit(t *testing.T) {
	for _, c := range []struct {
		name   string
		states []check.State
		state  check.State
		exit   int
	}{
		{"nothing was looked at", nil, check.Unknown, 3},
		{"all fine", []check.State{check.Fine, check.Fine}, check.Fine, 0},
		{"something could not be checked", []check.State{check.Fine, check.Unknown}, check.Unknown, 3},
		{"a finding outweighs it", []check.State{check.Unknown, check.Finding, check.Fine}, check.Finding, 1},
	} {
		var r check.Report
		for _, s := range c.states {
			r.Checks = append(r.Checks, check.Check{Name: "x", State: s})
		}
		if r.State() != c.state || r.Exit() != c.exit {
			t.Errorf("%s: %s, exit %d; want %s, %d", c.name, r.State(), r.Exit(), c.state, c.exit)
		}
	}
}

func TestText(t *testing.T) {
	part := check.Begin("audit sql", noon)
	part.Find("query.go:7", "SQL built from strings", "pass arguments")
	r := check.Begin("audit security", noon)
	r.Fine("mode", "0700")
	r.Take("sql", *part)
	r.Unknown("mail", "no answer", "start it")
	r.End(noon.Add(1500 * time.Millisecond))
	const want = `ok  mode             0700
!!  sql: query.go:7  SQL built from strings
                     → pass arguments
??  mail             no answer
                     → start it
audit security: 1 fine, 1 findings, 1 could not be checked, 1.5s
`
	if got := r.Text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSON(t *testing.T) {
	text, err := json.Marshal(check.Report{Command: "x"})
	if err != nil || !strings.Contains(string(text), `"checks":[]`) || !strings.Contains(string(text), `"state":"unknown"`) {
		t.Errorf("%s %v", text, err)
	}
	r := check.Begin("x", noon)
	r.Find("a", "b", "c")
	r.End(noon.Add(time.Second))
	if text, err = json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	var back check.Report
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, *r) {
		t.Errorf("%+v came back as %+v, %v", *r, back, err)
	}
}
