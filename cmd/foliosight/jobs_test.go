package main

import (
	"encoding/json"
	"testing"
)

// A night by hand: the demonstration's books are analysed, listed, shown and verified.
func TestJobs(t *testing.T) {
	data := t.TempDir()
	all := func(args ...string) []string { return append([]string{"--data", data}, args...) }
	foliosight(t, all("demo", "seed", "--as-of", "2026-05-29")...).is(0, "", "")
	foliosight(t, all("jobs", "run", "night", "--day", "2026-05-29")...).is(0, "night XNYS 2026-05-29, done", "")
	listed := foliosight(t, all("jobs", "list", "--json")...).is(0, `"kind": "analysis"`, "")
	var list struct {
		Jobs []struct {
			ID          int64
			Kind, State string
		}
	}
	if err := json.Unmarshal([]byte(listed.result), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Jobs) < 2 {
		t.Fatalf("%d jobs", len(list.Jobs))
	}
	for _, j := range list.Jobs {
		if j.State != "done" {
			t.Errorf("%s %d is %s", j.Kind, j.ID, j.State)
		}
	}
	foliosight(t, all("jobs", "list")...).is(0, "analysis", "")
	foliosight(t, all("jobs", "show", "2")...).is(0, "correlations", "")
	foliosight(t, all("jobs", "verify")...).is(0, "the same bytes", "")
	foliosight(t, all("jobs", "retry", "2")...).is(0, "", "job 2 is retrying")
	foliosight(t, all("jobs", "cancel", "2")...).is(0, "", "job 2 is cancelled")
	foliosight(t, all("jobs", "retry", "2", "--json")...).is(0, `"state": "retrying"`, "")
	foliosight(t, all("jobs", "cancel", "2", "--json")...).is(0, `"state": "cancelled"`, "")
	foliosight(t, all("jobs", "show", "999")...).is(1, "", "not found")
	foliosight(t, all("jobs", "run", "dance")...).is(1, "", "there is no such job")
	foliosight(t, all("jobs", "run", "analysis", "--day", "today")...).is(2, "", "YYYY-MM-DD")
}
