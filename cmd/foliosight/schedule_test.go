package main

import (
	"encoding/json"
	"testing"
)

func TestSchedule(t *testing.T) {
	data := t.TempDir()
	all := func(args ...string) []string { return append([]string{"--data", data}, args...) }
	foliosight(t, all("schedule")...).is(3, "", "not found")
	foliosight(t, all("demo", "seed", "--as-of", "2026-05-29")...).is(0, "", "")
	foliosight(t, all("schedule")...).is(0, "backup create", "")
	foliosight(t, all("backup", "create")...).is(0, "", "")
	t.Setenv("OPERATIONS_TIME", "03:30")
	t.Setenv("OPERATIONS_TIMEZONE", "Europe/Berlin")
	var s struct {
		On          bool
		Night, Zone string
		Tasks       []struct {
			Command, Outcome string
			Last             *string
			Next             string
			Due              bool
		}
	}
	if err := json.Unmarshal([]byte(foliosight(t, all("schedule", "--json")...).is(0, "", "").result), &s); err != nil {
		t.Fatal(err)
	}
	if !s.On || s.Night != "03:30" || s.Zone != "Europe/Berlin" || len(s.Tasks) != 9 {
		t.Errorf("%+v", s)
	}
	for _, one := range s.Tasks {
		if backup := one.Command == "backup create"; backup != (one.Last != nil) || backup && (one.Outcome != "fine" || one.Due) {
			t.Errorf("%+v", one)
		}
	}
	t.Setenv("OPERATIONS_SCHEDULE", "off")
	foliosight(t, all("schedule")...).is(0, "off (OPERATIONS_SCHEDULE=off)", "")
	t.Setenv("OPERATIONS_SCHEDULE", "perhaps")
	foliosight(t, all("schedule")...).is(2, "", "use on or off")
	t.Setenv("OPERATIONS_SCHEDULE", "on")
	t.Setenv("OPERATIONS_TIME", "2am")
	foliosight(t, all("schedule")...).is(2, "", "not a time of day")
}
