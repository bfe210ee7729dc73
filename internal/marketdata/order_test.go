package marketdata_test

import (
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func TestBarsAreBroughtIntoOrder(t *testing.T) {
	d := date.MustParse("2024-01-01")
	s := marketdata.BarSeries{
		Dates:  []date.Date{d + 3, d + 1, d + 2, d + 2, d + 4, d + 9, d},
		Close:  []float64{3, 1, 2, 2.5, math.NaN(), 9, 0},
		Volume: []float64{30, 10, 20, 25, 40, 90, 0},
	}
	left := s.Order(d+1, 0, d+5)
	if want := []date.Date{d + 1, d + 2, d + 3}; !slices.Equal(s.Dates, want) {
		t.Fatalf("days %v, want %v", s.Dates, want)
	}
	if !slices.Equal(s.Close, []float64{1, 2.5, 3}) || !slices.Equal(s.Volume, []float64{10, 25, 30}) || s.Open != nil {
		t.Errorf("%+v", s)
	}
	want := []string{"days out of order: put in order", "2024-01-05: no close", "2024-01-10: after the day of the answer", "2024-01-03: more than once, the last row stands"}
	if !slices.Equal(left, want) {
		t.Errorf("left %q, want %q", left, want)
	}
}

// Whatever rows come, the series is as promised and nothing is in it that did not come.
func TestOrderHoldsForAnyRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(t, "rows")
		var bars marketdata.BarSeries
		var rates marketdata.RateSeries
		came := map[date.Date][]float64{}
		for range n {
			day := date.Date(rapid.IntRange(10, 30).Draw(t, "day"))
			value := rapid.SampledFrom([]float64{1, 2, -3, 0, math.NaN(), math.Inf(1)}).Draw(t, "close")
			bars.Dates, bars.Close = append(bars.Dates, day), append(bars.Close, value)
			rates.Dates, rates.Values = append(rates.Dates, day), append(rates.Values, value)
			came[day] = append(came[day], value)
		}
		bars.Order(12, 28, 25)
		rates.Order(12, 28, 25)
		if !slices.Equal(bars.Dates, rates.Dates) || !slices.Equal(bars.Close, rates.Values) {
			t.Fatalf("bars %v, rates %v", bars, rates)
		}
		for i, day := range bars.Dates {
			if i > 0 && bars.Dates[i-1] >= day || day < 12 || day > 25 || math.IsNaN(bars.Close[i]) || !slices.Contains(came[day], bars.Close[i]) {
				t.Fatalf("row %d of %v", i, bars)
			}
		}
		for day, values := range came {
			finite := slices.ContainsFunc(values, func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) })
			if finite && day >= 12 && day <= 25 && !slices.Contains(bars.Dates, day) {
				t.Fatalf("day %d is lost", day)
			}
		}
	})
}

// RFC 9110, 10.2.3: a number of seconds or a date.
func TestRetryAfter(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "Mon, 02 Mar 2026 12:00:30 GMT": 30 * time.Second, "Mon, 02 Mar 2026 11:00:00 GMT": 0,
		"": 0, "soon": 0, "-5": 0, "99999999999": 31 * 24 * time.Hour,
	} {
		if got := marketdata.RetryAfter(http.Header{"Retry-After": {text}}, at); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// In Auckland it is already the second when it is noon of the first in Greenwich.
func TestLatest(t *testing.T) {
	if got := marketdata.Latest(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)); got.String() != "2026-03-02" {
		t.Errorf("%s", got)
	}
	if marketdata.Latest(time.Time{}) != 0 {
		t.Error("a day of an unknown time")
	}
}
