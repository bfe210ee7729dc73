package allowance_test

import (
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/allowancetest"
)

func TestMemory(t *testing.T) {
	allowancetest.Run(t, 300, func(*testing.T) (allowance.Allowance, func(time.Time)) {
		return allowance.NewMemory(), func(time.Time) {}
	})
}

// A day in New York begins at 05:00 UTC in winter; the day of 2026-03-08 has 23 hours.
func TestDaysAndMonthsBeginAtMidnightOfTheirZone(t *testing.T) {
	for _, c := range []struct {
		window       time.Duration
		at           string
		begun, until string
	}{
		{marketdata.Day, "2026-03-03T04:59:00Z", "2026-03-02T05:00:00Z", "2026-03-03T05:00:00Z"},
		{marketdata.Day, "2026-03-03T05:00:00Z", "2026-03-03T05:00:00Z", "2026-03-04T05:00:00Z"},
		{marketdata.Day, "2026-03-08T20:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
		{marketdata.Month, "2026-02-15T00:00:00Z", "2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z"},
		{marketdata.Month, "2026-04-01T03:00:00Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"},
	} {
		at, _ := time.Parse(time.RFC3339, c.at)
		w := allowance.Windows([]marketdata.Limit{{Window: c.window, Most: 1, Resets: "America/New_York"}}, at)[0]
		if begun, until := w.Begun.UTC().Format(time.RFC3339), w.Until.UTC().Format(time.RFC3339); begun != c.begun || until != c.until {
			t.Errorf("%s: from %s to %s, want %s to %s", c.at, begun, until, c.begun, c.until)
		}
	}
	w := allowance.Windows([]marketdata.Limit{{Window: marketdata.Day, Most: 1, Resets: "Nowhere/Atall"}}, time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))[0]
	if !w.Until.IsZero() || w.Length != 25*time.Hour {
		t.Errorf("a zone nobody knows: %+v", w)
	}
}
