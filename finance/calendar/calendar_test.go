package calendar

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/foliosight/foliosight/finance/date"
)

func must(t *testing.T, code string) Calendar {
	t.Helper()
	c, ok := For(code)
	if !ok {
		t.Fatalf("no calendar %q", code)
	}
	return c
}

// The closed weekdays of whole years, as the exchanges published them.
func TestClosedWeekdays(t *testing.T) {
	tests := []struct {
		code, source string
		year         int
		want         []string
	}{
		{"XNYS", "recorded sessions: the year of the attacks", 2001, []string{"2001-01-01", "2001-01-15", "2001-02-19", "2001-04-13",
			"2001-05-28", "2001-07-04", "2001-09-03", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2001-11-22", "2001-12-25"}},
		{"NYSE", "recorded sessions: before Martin Luther King day, a funeral", 1994, []string{"1994-02-21", "1994-04-01", "1994-04-27",
			"1994-05-30", "1994-07-04", "1994-09-05", "1994-11-24", "1994-12-26"}},
		{"XNYS", "recorded sessions: hurricane Sandy", 2012, []string{"2012-01-02", "2012-01-16", "2012-02-20", "2012-04-06",
			"2012-05-28", "2012-07-04", "2012-09-03", "2012-10-29", "2012-10-30", "2012-11-22", "2012-12-25"}},
		{"XNYS", "recorded sessions: first Juneteenth; 1 January on a Saturday is not made up", 2022, []string{"2022-01-17",
			"2022-02-21", "2022-04-15", "2022-05-30", "2022-06-20", "2022-07-04", "2022-09-05", "2022-11-24", "2022-12-26"}},
		{"NASDAQ", "NYSE Group, November 2024, and the day of mourning of 9 January", 2025, []string{"2025-01-01", "2025-01-09",
			"2025-01-20", "2025-02-17", "2025-04-18", "2025-05-26", "2025-06-19", "2025-07-04", "2025-09-01", "2025-11-27", "2025-12-25"}},
		{"XNYS", "NYSE Group, December 2025", 2026, []string{"2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03",
			"2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07", "2026-11-26", "2026-12-25"}},
		{"XNYS", "NYSE Group, December 2025", 2027, []string{"2027-01-01", "2027-01-18", "2027-02-15", "2027-03-26",
			"2027-05-31", "2027-06-18", "2027-07-05", "2027-09-06", "2027-11-25", "2027-12-24"}},
		{"XNYS", "NYSE Group, December 2025", 2028, []string{"2028-01-17", "2028-02-21", "2028-04-14",
			"2028-05-29", "2028-06-19", "2028-07-04", "2028-09-04", "2028-11-23", "2028-12-25"}},
		{"XLON", "recorded sessions: eve of 2000", 1999, []string{"1999-01-01", "1999-04-02", "1999-04-05", "1999-05-03",
			"1999-05-31", "1999-08-30", "1999-12-27", "1999-12-28", "1999-12-31"}},
		{"LSE", "recorded sessions: royal wedding between Easter and May day", 2011, []string{"2011-01-03", "2011-04-22", "2011-04-25",
			"2011-04-29", "2011-05-02", "2011-05-30", "2011-08-29", "2011-12-26", "2011-12-27"}},
		{"XLON", "recorded sessions: May holiday moved to VE day", 2020, []string{"2020-01-01", "2020-04-10", "2020-04-13", "2020-05-08",
			"2020-05-25", "2020-08-31", "2020-12-25", "2020-12-28"}},
		{"XLON", "recorded sessions: jubilee and state funeral", 2022, []string{"2022-01-03", "2022-04-15", "2022-04-18", "2022-05-02",
			"2022-06-02", "2022-06-03", "2022-08-29", "2022-09-19", "2022-12-26", "2022-12-27"}},
		{"XTSE", "recorded sessions", 2001, []string{"2001-01-01", "2001-04-13", "2001-05-21", "2001-07-02", "2001-08-06", "2001-09-03",
			"2001-09-11", "2001-09-12", "2001-10-08", "2001-12-25", "2001-12-26"}},
		{"TSX", "recorded sessions: the first Family Day", 2008, []string{"2008-01-01", "2008-02-18", "2008-03-21", "2008-05-19", "2008-07-01",
			"2008-08-04", "2008-09-01", "2008-10-13", "2008-12-25", "2008-12-26"}},
		{"XETR", "Deutsche Börse trading calendar", 2024, []string{"2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01",
			"2024-12-24", "2024-12-25", "2024-12-26", "2024-12-31"}},
		{"XETRA", "Deutsche Börse trading calendar 2017", 2017, []string{"2017-04-14", "2017-04-17", "2017-05-01", "2017-06-05",
			"2017-10-03", "2017-10-31", "2017-12-25", "2017-12-26"}},
		{"XETR", "Deutsche Börse trading calendar", 2028, []string{"2028-04-14", "2028-04-17", "2028-05-01", "2028-12-25", "2028-12-26"}},
		{"TARGET2", "ECB, 3 September 1998 and 31 March 1999", 1999, []string{"1999-01-01", "1999-12-31"}},
		{"TARGET", "ECB, 15 July 1999", 2000, []string{"2000-04-21", "2000-04-24", "2000-05-01", "2000-12-25", "2000-12-26"}},
		{"TARGET2", "ECB, 14 December 2000", 2024, []string{"2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-12-25", "2024-12-26"}},
		{"XPAR", "Euronext, 18 October 2018", 2019, []string{"2019-01-01", "2019-04-19", "2019-04-22", "2019-05-01", "2019-12-25", "2019-12-26"}},
		{"XPAR", "Euronext calendar 2025", 2025, []string{"2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-12-25", "2025-12-26"}},
		{"XTKS", "Japan Exchange Group: ten days of golden week", 2019, []string{"2019-01-01", "2019-01-02", "2019-01-03", "2019-01-14",
			"2019-02-11", "2019-03-21", "2019-04-29", "2019-04-30", "2019-05-01", "2019-05-02", "2019-05-03", "2019-05-06", "2019-07-15",
			"2019-08-12", "2019-09-16", "2019-09-23", "2019-10-14", "2019-10-22", "2019-11-04", "2019-12-31"}},
		{"XTKS", "Cabinet Office: the games, and the outage of 1 October", 2020, []string{"2020-01-01", "2020-01-02", "2020-01-03", "2020-01-13",
			"2020-02-11", "2020-02-24", "2020-03-20", "2020-04-29", "2020-05-04", "2020-05-05", "2020-05-06", "2020-07-23", "2020-07-24",
			"2020-08-10", "2020-09-21", "2020-09-22", "2020-10-01", "2020-11-03", "2020-11-23", "2020-12-31"}},
		{"XTKS", "Cabinet Office: 22 September between two holidays", 2026, []string{"2026-01-01", "2026-01-02", "2026-01-12",
			"2026-02-11", "2026-02-23", "2026-03-20", "2026-04-29", "2026-05-04", "2026-05-05", "2026-05-06", "2026-07-20",
			"2026-08-11", "2026-09-21", "2026-09-22", "2026-09-23", "2026-10-12", "2026-11-03", "2026-11-23", "2026-12-31"}},
		{"XHKG", "CMS Hong Kong holiday table 2021, and typhoon Kompasu", 2021, []string{"2021-01-01", "2021-02-12", "2021-02-15", "2021-04-02",
			"2021-04-05", "2021-04-06", "2021-05-19", "2021-06-14", "2021-07-01", "2021-09-22", "2021-10-01", "2021-10-13", "2021-10-14", "2021-12-27"}},
		{"XHKG", "Hong Kong government, general holidays for 2026", 2026, []string{"2026-01-01", "2026-02-17", "2026-02-18", "2026-02-19", "2026-04-03",
			"2026-04-06", "2026-04-07", "2026-05-01", "2026-05-25", "2026-06-19", "2026-07-01", "2026-10-01", "2026-10-19", "2026-12-25"}},
		{"XASX", "ASX trading calendar 2022, and the day of mourning", 2022, []string{"2022-01-03", "2022-01-26", "2022-04-15", "2022-04-18",
			"2022-04-25", "2022-06-13", "2022-09-22", "2022-12-26", "2022-12-27"}},
		{"XASX", "ASX trading calendar 2026: 27 April, for Anzac Day on a Saturday, is traded", 2026, []string{"2026-01-01", "2026-01-26",
			"2026-04-03", "2026-04-06", "2026-06-08", "2026-12-25", "2026-12-28"}},
		{"XHKG", "recorded sessions: the fourth day of the lunar new year, a typhoon", 2013, []string{"2013-01-01", "2013-02-11", "2013-02-12", "2013-02-13",
			"2013-03-29", "2013-04-01", "2013-04-04", "2013-05-01", "2013-05-17", "2013-06-12", "2013-07-01", "2013-08-14", "2013-09-20",
			"2013-10-01", "2013-10-14", "2013-12-25", "2013-12-26"}},
		{"WEEKDAYS", "no holidays by definition", 2024, nil},
	}
	for _, tt := range tests {
		c := must(t, tt.code)
		var got []string
		for d := date.Must(tt.year, 1, 1); d <= date.Must(tt.year, 12, 31); d++ {
			if !d.IsWeekend() && !c.IsSession(d) {
				got = append(got, d.String())
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %d (%s):\n got %v\nwant %v", tt.code, tt.year, tt.source, got, tt.want)
		}
	}
}

func TestEarlyCloses(t *testing.T) {
	tests := []struct {
		code, source string
		year         int
		want         map[string]int
	}{
		{"XNYS", "recorded sessions", 1990, map[string]int{"1990-12-24": 840}},
		{"XNYS", "recorded sessions", 1992, map[string]int{"1992-11-27": 840, "1992-12-24": 840}},
		{"XNYS", "recorded sessions: Friday after a Thursday holiday", 1996, map[string]int{"1996-07-05": 780, "1996-11-29": 780, "1996-12-24": 780}},
		{"XNYS", "recorded sessions: the Friday after Christmas", 1997, map[string]int{"1997-07-03": 780, "1997-11-28": 780, "1997-12-24": 780, "1997-12-26": 780}},
		{"XNYS", "recorded sessions: eve of 2000", 1999, map[string]int{"1999-11-26": 780, "1999-12-31": 780}},
		{"XNYS", "recorded sessions", 2002, map[string]int{"2002-07-05": 780, "2002-11-29": 780, "2002-12-24": 780}},
		{"XNYS", "recorded sessions", 2013, map[string]int{"2013-07-03": 780, "2013-11-29": 780, "2013-12-24": 780}},
		{"XNYS", "recorded sessions: none beside a weekend", 2021, map[string]int{"2021-11-26": 780}},
		{"XNYS", "NYSE Group, November 2024", 2025, map[string]int{"2025-07-03": 780, "2025-11-28": 780, "2025-12-24": 780}},
		{"XNYS", "NYSE Group, December 2025", 2028, map[string]int{"2028-07-03": 780, "2028-11-24": 780}},
		{"XLON", "the exchange's announcement for Christmas 2007", 2007, map[string]int{"2007-12-24": 750, "2007-12-31": 750}},
		{"XLON", "press: half days on the Fridays of 2023", 2023, map[string]int{"2023-12-22": 750, "2023-12-29": 750}},
		{"XTSE", "TMX Group, 30 November 2021", 2021, map[string]int{"2021-12-24": 780}},
		{"XTSE", "24 December 2022 was a Saturday", 2022, map[string]int{}},
		{"XETR", "last trading day of the year", 2023, map[string]int{"2023-12-29": 840}},
		{"XHKG", "CMS Hong Kong holiday table 2021: mornings only", 2021, map[string]int{"2021-02-11": 720, "2021-12-24": 720, "2021-12-31": 720}},
		{"XPAR", "Euronext, 18 October 2018", 2019, map[string]int{"2019-12-24": 845, "2019-12-31": 845}},
		{"XPAR", "Euronext calendar 2025", 2025, map[string]int{"2025-12-24": 845, "2025-12-31": 845}},
		{"XASX", "24 and 31 December 2023 were Sundays", 2023, map[string]int{"2023-12-22": 850, "2023-12-29": 850}},
		{"XASX", "whole days, by exception", 2022, map[string]int{}},
		{"TARGET2", "settlement has no short days", 2024, map[string]int{}},
	}
	for _, tt := range tests {
		c := must(t, tt.code)
		got := map[string]int{}
		for d := date.Must(tt.year, 1, 1); d <= date.Must(tt.year, 12, 31); d++ {
			if minutes, ok := c.EarlyClose(d); ok {
				got[d.String()] = minutes
			}
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s %d (%s): got %v, want %v", tt.code, tt.year, tt.source, got, tt.want)
			continue
		}
		for day, minutes := range tt.want {
			if got[day] != minutes {
				t.Errorf("%s %s (%s): closes at %d, want %d", tt.code, day, tt.source, got[day], minutes)
			}
		}
	}
}

// The number of sessions a year is the figure analysts know by heart.
func TestSessionsPerYear(t *testing.T) {
	nyse := must(t, "XNYS")
	for year, want := range map[int]int{2001: 248, 2008: 253, 2012: 250, 2019: 252, 2020: 253, 2021: 252, 2022: 251, 2023: 250, 2024: 252, 2025: 250} {
		if got := len(nyse.Sessions(date.Must(year, 1, 1), date.Must(year, 12, 31))); got != want {
			t.Errorf("%d: %d sessions, want %d", year, got, want)
		}
	}
}

func TestNeighbours(t *testing.T) {
	d := date.MustParse
	nyse := must(t, "XNYS")
	for _, tt := range []struct{ what, from, previous, next, last, first string }{
		{"over the attacks", "2001-09-12", "2001-09-10", "2001-09-17", "2001-09-10", "2001-09-17"},
		{"a session in the week", "2025-01-08", "2025-01-07", "2025-01-10", "2025-01-08", "2025-01-08"},
		{"a holiday Monday", "2024-01-15", "2024-01-12", "2024-01-16", "2024-01-12", "2024-01-16"},
		{"a Saturday", "2024-01-20", "2024-01-19", "2024-01-22", "2024-01-19", "2024-01-22"},
	} {
		got := []date.Date{nyse.Previous(d(tt.from)), nyse.Next(d(tt.from)), nyse.Last(d(tt.from)), nyse.First(d(tt.from))}
		want := []date.Date{d(tt.previous), d(tt.next), d(tt.last), d(tt.first)}
		if !slices.Equal(got, want) {
			t.Errorf("%s, %s: previous, next, last, first are %v, want %v", tt.what, tt.from, got, want)
		}
	}
}

// Laws that hold for every calendar and day, inside the bit table and outside it.
func TestLaws(t *testing.T) {
	for _, code := range Codes() {
		c := must(t, code)
		if _, err := time.LoadLocation(c.Zone); err != nil {
			t.Errorf("%s: zone %q: %v", code, c.Zone, err)
		}
		for _, from := range []date.Date{date.Must(1985, 1, 1), date.Must(2019, 1, 1), date.Must(2059, 6, 1)} {
			for d := from; d < from+1500; d++ {
				if c.IsSession(d) != (c.Last(d) == d) || c.IsSession(d) != (c.First(d) == d) {
					t.Fatalf("%s %s: a session is its own last and first session", code, d)
				}
				if next := c.Next(d); c.Previous(next) > d || next <= d || !c.IsSession(next) {
					t.Fatalf("%s %s: next %s, and the one before that %s", code, d, next, c.Previous(next))
				}
				closing, ok := c.CloseOn(d)
				early, short := c.EarlyClose(d)
				if ok != c.IsSession(d) || short && (early != closing || early >= c.Close || early <= c.Open) {
					t.Fatalf("%s %s: closes %d (%v), early %d (%v)", code, d, closing, ok, early, short)
				}
				if d.IsWeekend() && c.IsSession(d) != (code == "24/7") {
					t.Fatalf("%s %s: session on a weekend is %v", code, d, c.IsSession(d))
				}
			}
		}
	}
}

func TestUnknownCalendar(t *testing.T) {
	if _, ok := For("XXXX"); ok {
		t.Error("XXXX is no exchange we know")
	}
	var none Calendar
	if none.IsSession(date.Must(2024, 1, 2)) || none.Next(date.Must(2024, 1, 2)) != date.None || none.Sessions(0, 100) != nil {
		t.Error("the zero calendar has sessions")
	}
}

func TestKnown(t *testing.T) {
	nyse := must(t, "XNYS")
	for day, want := range map[string]bool{"1989-12-29": false, "1990-01-02": true, "2028-12-29": true, "2029-01-02": false} {
		if got := nyse.Known.Contains(date.MustParse(day)); got != want {
			t.Errorf("%s known: %v, want %v", day, got, want)
		}
	}
	for _, code := range []string{"XPAR", "XTKS", "XHKG", "XASX"} {
		if c := must(t, code); !c.Knows(date.Must(2026, 12, 31)) || c.Knows(date.Must(2027, 1, 4)) {
			t.Errorf("%s knows the days to the end of 2026", code)
		}
	}
	if (Calendar{}).Knows(date.Must(2024, 1, 2)) {
		t.Error("no calendar knows no day")
	}
	if always := must(t, "crypto"); !always.Known.Contains(date.Must(1900, 1, 1)) {
		t.Error("a calendar without holidays is known for every day")
	}
}

// Easter Sundays from the tables of the Book of Common Prayer.
func TestEaster(t *testing.T) {
	for _, want := range []string{"1990-04-15", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"} {
		d := date.MustParse(want)
		if got := easter(d.Year()); got != d {
			t.Errorf("easter %d is %s, want %s", d.Year(), got, want)
		}
	}
}

func BenchmarkIsSession(b *testing.B) {
	nyse, _ := For("XNYS")
	d := date.Must(2024, 1, 2)
	for b.Loop() {
		if !nyse.IsSession(d) {
			b.Fatal("2024-01-02 is a session")
		}
	}
}
