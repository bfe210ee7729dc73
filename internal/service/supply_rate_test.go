package service

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// A series that is said to miss sessions has no full score, whether its exchange is known
// or not; a score is rounded down, so that a hundred is without fault.
func TestWhatIsLateCostsPoints(t *testing.T) {
	friday := date.MustParse("2024-03-08")
	for exchange, want := range map[string]int{"": 16, "XNYS": 16} {
		h := hoursOf(string(marketdata.Bars), instrument.Instrument{Exchange: exchange})
		days := []date.Date{friday}
		r := h.late(quality.Rate(h.checked(), days, nil, nil, 0, friday+7), days, friday+7)
		if got := wholePoints(r); got != want || r.Stale != 5 || r.Sessions != 6 {
			t.Errorf("exchange %q: %d points, %+v, want %d: one of six sessions", exchange, got, r, want)
		}
	}
}
