package polygon

import "testing"

func TestTimesAreWhole(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
		ok   bool
	}{
		{"1651254260800059648", 1651254260800059648, true}, {"-5", -5, true}, {"1.5e3", 1500, true}, {"999999999999999999", 999999999999999999, true}, {"0", 0, true},
		{"1.5", 0, false}, {"1e30", 0, false}, {"null", 0, false}, {"99999999999999999999", 0, false},
	} {
		if n, ok := scan([]byte(c.text)).integer(); n != c.want || ok != c.ok {
			t.Errorf("%s: %d %v", c.text, n, ok)
		}
	}
}

func TestAPlaceNamesRowAndKey(t *testing.T) {
	s, _ := whole([]byte(`{"results":[{"c":1},{"c":"2"}]}`), "results", func(s *scanner) {
		s.object(func([]byte) { s.Float() })
	})
	if got, want := s.place(), "row 2, c, byte 25: want a number"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if s, _ = whole([]byte(`{"status":"OK"`), "results", func(*scanner) {}); s.place() != "the body ends at byte 14, want a comma or the end of the object" {
		t.Errorf("%q", s.place())
	}
}
