package api_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// TestRolling asks for measures over a moving window: the last one is what the analysis
// says of the same days, and a window that is too long or no window is refused.
func TestRolling(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	var file strings.Builder
	file.WriteString("date,symbol,close\n")
	day, price := time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC), 100.0
	for n := 0; n < 90; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		fmt.Fprintf(&file, "%s,ACME,%.2f\n", day.Format("2006-01-02"), price)
		price *= 1 + 0.01*math.Sin(float64(7*n))
		n++
	}
	ada.upload("/api/v1/prices/imports", map[string]string{"p.csv": file.String()}, map[string]string{"currency": "EUR"}).is(200)
	got := ada.get(p + "/rolling?window=30").is(200)
	if got.text("summary.0.measure") != "return" || got.text("summary.1.latest.status") == "unavailable" || got.text("summary.3.latest.status") != "unavailable" {
		t.Errorf("%s", got.body)
	}
	if low, now, high := got.number("summary.1.lowest.value"), got.number("summary.1.latest.value"), got.number("summary.1.highest.value"); !(0 < low && low <= now && now <= high) {
		t.Errorf("volatility %v between %v and %v", now, low, high)
	}
	if reason := ada.get(p + "/rolling?window=252").is(200).text("reason"); !strings.Contains(reason, "a window of 252 needs as many") {
		t.Errorf("reason %q", reason)
	}
	ada.get(p+"/rolling?window=5").problem(422, "invalid")
	client{house: h}.get(p+"/rolling").problem(401, "not-signed-in")
	ada.get("/api/v1/portfolios/nobody-s/rolling").problem(404, "not-found")
}
