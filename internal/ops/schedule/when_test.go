package schedule_test

import (
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/schedule"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWhen(t *testing.T) {
	berlin := schedule.Clock{Night: 2 * time.Hour, Zone: zone(t, "Europe/Berlin")}
	late := schedule.Clock{Night: 23*time.Hour + 30*time.Minute, Zone: zone(t, "Asia/Kolkata")}
	nightly, weekly, monthly := schedule.When{}, schedule.When{Weekly: true}, schedule.When{Monthly: true}
	for _, c := range []struct {
		when       schedule.When
		clock      schedule.Clock
		now        string
		last, next string
	}{
		{schedule.When{Every: 5 * time.Minute}, berlin, "2026-05-30T12:07:00Z", "2026-05-30T12:05:00Z", "2026-05-30T12:10:00Z"},
		{schedule.When{Every: time.Hour}, late, "2026-05-30T12:00:00Z", "2026-05-30T12:00:00Z", "2026-05-30T13:00:00Z"},
		{nightly, berlin, "2026-05-30T12:00:00Z", "2026-05-30T00:00:00Z", "2026-05-31T00:00:00Z"},
		{nightly, berlin, "2026-05-30T00:00:00Z", "2026-05-30T00:00:00Z", "2026-05-31T00:00:00Z"},
		{nightly, berlin, "2026-05-29T23:59:59Z", "2026-05-29T00:00:00Z", "2026-05-30T00:00:00Z"},
		{nightly, berlin, "2026-01-10T12:00:00Z", "2026-01-10T01:00:00Z", "2026-01-11T01:00:00Z"}, // winter
		{nightly, late, "2026-05-30T17:00:00Z", "2026-05-29T18:00:00Z", "2026-05-30T18:00:00Z"},
		{weekly, berlin, "2026-05-30T12:00:00Z", "2026-05-24T00:00:00Z", "2026-05-31T00:00:00Z"},
		{monthly, berlin, "2026-05-30T12:00:00Z", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"},
		{monthly, berlin, "2026-01-31T12:00:00Z", "2026-01-01T01:00:00Z", "2026-02-01T01:00:00Z"},
		// The night in which 02:00 does not come, and the one in which it comes twice.
		{nightly, berlin, "2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"},
		{nightly, berlin, "2026-10-25T12:00:00Z", "2026-10-25T01:00:00Z", "2026-10-26T01:00:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if last, next := c.when.Last(now, c.clock).Format(time.RFC3339), c.when.Next(now, c.clock).Format(time.RFC3339); last != c.last || next != c.next {
			t.Errorf("%s at %s: last %s, next %s; want %s, %s", c.when, c.now, last, next, c.last, c.next)
		}
	}
}
