package analysis_test

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

// What is bought of something without a price is not paid out, nor is it paid in when it
// gets one: only what crosses the border is. Returns go on measuring what can be valued.
func TestPaymentsAreWhatCrossesTheBorder(t *testing.T) {
	s := readStory(t, `
-- ledger --
2024-01-02 deposit 2000 EUR
2024-01-03 buy 10 ACME @ 100 EUR
2024-01-04 buy 5 CLUB @ 80 EUR
2024-01-05 dividend 20 EUR of CLUB
2024-01-08 withdrawal 50 EUR
2024-01-09 sell 1 CLUB @ 90 EUR
2024-01-12 withdrawal 30 EUR
-- prices --
ACME EUR equity: 2024-01-02 100, 2024-01-03 100, 2024-01-04 101, 2024-01-05 102, 2024-01-08 103, 2024-01-09 104, 2024-01-10 104, 2024-01-11 105, 2024-01-12 105
CLUB EUR equity: 2024-01-10 95, 2024-01-11 96, 2024-01-12 96
`)
	a := mustRun(t, s.input(t))
	want := map[string]float64{"2024-01-02": 2000, "2024-01-08": -50, "2024-01-12": -30}
	measured := map[string]float64{"2024-01-02": 2000, "2024-01-04": -400, "2024-01-05": 20, "2024-01-08": -50, "2024-01-09": 90, "2024-01-10": 4 * 95, "2024-01-12": -30}
	paid := 0.0
	for i, day := range a.Series.Days {
		paid += want[day.String()]
		if got := a.Series.Payment[i]; got != want[day.String()] {
			t.Errorf("%s: %v was paid in, want %v", day, got, want[day.String()])
		}
		if got := a.Series.Paid[i]; math.Abs(got-paid) > 1e-9 {
			t.Errorf("until %s %v was paid in, want %v", day, got, paid)
		}
		if got := a.Series.Flow[i]; math.Abs(got-measured[day.String()]) > 1e-9 {
			t.Errorf("%s: the flow of what is valued is %v, want %v", day, got, measured[day.String()])
		}
	}
	if len(a.Series.Days) == 0 || a.Series.Days[len(a.Series.Days)-1] != date.MustParse("2024-01-12") {
		t.Errorf("%d days", len(a.Series.Days))
	}
}
