package date

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Every day from 1583 to 9999 is what the standard library says it is.
func TestEveryDayAgreesWithTime(t *testing.T) {
	at := time.Date(1583, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := Must(1583, 1, 1); d <= Must(9999, 12, 31); d++ {
		y, m, day := at.Date()
		gy, gm, gd := d.Civil()
		if gy != y || gm != m || gd != day || d.Weekday() != at.Weekday() {
			t.Fatalf("day %d is %d-%d-%d %s, want %s", d, gy, gm, gd, d.Weekday(), at.Format("2006-01-02 Monday"))
		}
		if back, err := New(y, m, day); err != nil || back != d {
			t.Fatalf("New(%d, %d, %d) = %d, %v, want %d", y, m, day, back, err, d)
		}
		at = at.AddDate(0, 0, 1)
	}
}

func TestParseRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Date(rapid.Int32Range(int32(Must(1583, 1, 1)), int32(Must(9999, 12, 31))).Draw(t, "d"))
		got, err := Parse(d.String())
		if err != nil || got != d {
			t.Fatalf("%d is written %q and read %d, %v", d, d, got, err)
		}
		y, m, day := d.Civil()
		if c, err := ParseCompact(time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Format("20060102")); err != nil || c != d {
			t.Fatalf("compact: %d, %v, want %d", c, err, d)
		}
		if FromTime(d.Time()) != d {
			t.Fatalf("%s through time is %s", d, FromTime(d.Time()))
		}
	})
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "24-01-01", "2024/01/01", "2024-01-0a", "0000-01-01", "<invalid>", "2024-01-01T"} {
		if d, err := Parse(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("Parse(%q) = %s, %v, want ErrInvalid", s, d, err)
		}
	}
	for _, s := range []string{"", "2024010", "20240230", "2024-1-1"} {
		if d, err := ParseCompact(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseCompact(%q) = %s, %v, want ErrInvalid", s, d, err)
		}
	}
}

func TestMonthsAndYears(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2024-01-31", 1, "2024-02-29"}, {"2023-01-31", 1, "2023-02-28"}, {"2024-03-31", -1, "2024-02-29"}, {"2024-01-15", -13, "2022-12-15"},
		{"2024-12-31", 12, "2025-12-31"}, {"2024-02-29", 12, "2025-02-28"}, {"2024-05-31", -3, "2024-02-29"},
	} {
		if got := MustParse(c.from).AddMonths(c.months); got.String() != c.want {
			t.Errorf("%s %+d months = %s, want %s", c.from, c.months, got, c.want)
		}
	}
	d := MustParse("2024-02-10")
	if d.StartOfMonth().String() != "2024-02-01" || d.EndOfMonth().String() != "2024-02-29" || d.EndOfPreviousYear().String() != "2023-12-31" {
		t.Errorf("around %s: %s, %s, %s", d, d.StartOfMonth(), d.EndOfMonth(), d.EndOfPreviousYear())
	}
	if !MustParse("2024-06-01").IsWeekend() || MustParse("2024-06-03").IsWeekend() {
		t.Error("1 June 2024 was a Saturday, the 3rd a Monday")
	}
}

func TestNoneIsEmptyAndFirst(t *testing.T) {
	if None.String() != "" || !None.IsNone() || None >= Must(1583, 1, 1) {
		t.Errorf("None is %q", None)
	}
	var in struct{ A, B Date }
	in.A = MustParse("2024-01-02")
	if err := json.Unmarshal([]byte(`{"B":""}`), &in); err != nil || !in.B.IsNone() {
		t.Errorf("empty text is %v, %v, want None", in.B, err)
	}
	out, err := json.Marshal(in)
	if err != nil || string(out) != `{"A":"2024-01-02","B":""}` {
		t.Errorf("%s, %v", out, err)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("2024-06-03"); err != nil {
			b.Fatal(err)
		}
	}
}
