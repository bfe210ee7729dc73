package quality_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/quality"
)

func exchange(t testing.TB, code string) calendar.Calendar {
	t.Helper()
	c, ok := calendar.For(code)
	if !ok {
		t.Fatalf("no calendar %q", code)
	}
	return c
}

// read makes a series of lines of figures: date and close, or date and a whole bar.
func read(t testing.TB, text, code string) quality.Series {
	t.Helper()
	s := quality.Series{Name: "it", Basis: quality.Traded, Currency: "USD", Calendar: exchange(t, code)}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		f := strings.Fields(line)
		n := make([]float64, len(f))
		for i := range f[1:] {
			v, err := strconv.ParseFloat(f[i+1], 64)
			if err != nil {
				t.Fatal(err)
			}
			n[i] = v
		}
		s.Dates = append(s.Dates, date.MustParse(f[0]))
		if len(f) == 2 {
			s.Close = append(s.Close, n[0])
			continue
		}
		s.Open, s.High, s.Low, s.Close, s.Volume = append(s.Open, n[0]), append(s.High, n[1]), append(s.Low, n[2]), append(s.Close, n[3]), append(s.Volume, n[4])
	}
	return s
}

func splitOf(ratio string, day string) *market.Actions {
	r, err := ledger.ParseRatio(ratio)
	if err != nil {
		panic(err)
	}
	return &market.Actions{Splits: []market.SplitEvent{{Date: date.MustParse(day), Ratio: r}}}
}

// brief writes findings as "kind severity from..to remedy".
func brief(found []quality.Finding) string {
	var b strings.Builder
	for _, f := range found {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(string(f.Kind) + " " + string(f.Severity) + " " + f.From.String())
		if f.To != f.From {
			b.WriteString(".." + f.To.String())
		}
		switch f.Remedy {
		case quality.NoRemedy:
		case quality.Multiply:
			b.WriteString(" times " + strconv.FormatFloat(f.Factor, 'g', 4, 64))
		case quality.ListIt:
			b.WriteString(" list " + f.Ratio.String())
		case quality.Shift, quality.MoveIt:
			b.WriteString(" " + string(f.Remedy) + " " + strconv.Itoa(f.Days))
		default:
			b.WriteString(" " + string(f.Remedy))
		}
	}
	return b.String()
}

// set changes the closes of some days and, where there are bars, the bars with them.
func set(s quality.Series, change map[string]float64) quality.Series {
	s = clone(s)
	for i, d := range s.Dates {
		if v, ok := change[d.String()]; ok {
			s.Close[i] = v
			if len(s.High) > 0 {
				s.Open[i], s.High[i], s.Low[i] = v, v, v
			}
		}
	}
	return s
}

func clone(s quality.Series) quality.Series {
	copyOf := func(c []float64) []float64 { return append([]float64(nil), c...) }
	s.Dates = append([]date.Date(nil), s.Dates...)
	s.Open, s.High, s.Low, s.Close, s.Volume, s.Adjusted = copyOf(s.Open), copyOf(s.High), copyOf(s.Low), copyOf(s.Close), copyOf(s.Volume), copyOf(s.Adjusted)
	return s
}

func TestRealFigures(t *testing.T) {
	apple := read(t, aapl, "XNYS")
	adjusted := apple
	adjusted.Basis = quality.SplitAdjusted
	franc := read(t, eurchf, "TARGET2")
	franc.Quantity = quality.FX
	upTo := func(s quality.Series, day string) quality.Series {
		n := 0
		for n < len(s.Dates) && s.Dates[n] <= date.MustParse(day) {
			n++
		}
		return part(s, 0, n)
	}
	second := upTo(franc, "2015-01-15")
	for _, tt := range []struct {
		what string
		s    quality.Series
		c    quality.Context
		want string
	}{
		{"a false print of the vendor, three times the price", read(t, rcd, "XNYS"), quality.Context{}, "spike suspect 2012-10-04 times 0.3333"},
		{"trades at the close that the exchange annulled", read(t, goog, "XNYS"), quality.Context{}, "spike suspect 2008-09-30 leave-out"},
		{"Apple as traded, its split listed", apple, quality.Context{Actions: splitOf("7:1", "2014-06-09")}, ""},
		{"Apple as traded, without a list", apple, quality.Context{}, "unlisted-split suspect 2014-06-09..2014-06-16 list 7:1"},
		{"Apple as traded, said to be adjusted", adjusted, quality.Context{Actions: splitOf("7:1", "2014-06-09")}, "split-unadjusted suspect 2014-06-09 times 0.1429"},
		{"Apple's split listed two sessions late", apple, quality.Context{Actions: splitOf("7:1", "2014-06-11")}, "split-not-shown suspect 2014-06-09..2014-06-10 move -2"},
		{"a split listed that never was", upTo(apple, "2014-06-06"), quality.Context{Actions: splitOf("2:1", "2014-06-04")}, "split-not-shown suspect 2014-06-04..2014-06-06 times 0.5"},
		{"the franc after it was let go stays where it is", franc, quality.Context{}, "jump doubtful 2015-01-15"},
		{"on the day itself nobody can know", upTo(franc, "2015-01-15"), quality.Context{}, "jump suspect 2015-01-15"},
		{"but a second source can", upTo(franc, "2015-01-15"), quality.Context{Others: []*quality.Series{&second}}, "jump doubtful 2015-01-15"},
		{"a rate the wrong way round for a day", set(franc, map[string]float64{"2015-01-07": 1 / 1.201}), quality.Context{}, "inverted suspect 2015-01-07 invert; jump doubtful 2015-01-15"},
		{"pence for a day", set(apple, map[string]float64{"2014-05-20": 60471}), quality.Context{Actions: splitOf("7:1", "2014-06-09")}, "unit-mixup suspect 2014-05-20 times 0.01"},
		{"zero and below", set(apple, map[string]float64{"2014-05-20": 0, "2014-05-22": -600}), quality.Context{Actions: splitOf("7:1", "2014-06-09")}, "not-positive suspect 2014-05-20 leave-out; not-positive suspect 2014-05-22 leave-out"},
		{"old by three sessions, the weekend and Independence Day not counted", apple, quality.Context{Actions: splitOf("7:1", "2014-06-09"), Through: date.MustParse("2014-06-19")}, "stale doubtful 2014-06-17..2014-06-19"},
		{"a day to come", apple, quality.Context{Actions: splitOf("7:1", "2014-06-09"), Through: date.MustParse("2014-06-13")}, "out-of-range suspect 2014-06-16 leave-out"},
		{"before it was listed", apple, quality.Context{Actions: splitOf("7:1", "2014-06-09"), Listed: date.MustParse("2014-05-08")}, "out-of-range suspect 2014-05-06..2014-05-07 leave-out"},
		{"after it ended", apple, quality.Context{Actions: splitOf("7:1", "2014-06-09"), Ended: date.MustParse("2014-06-13")}, "out-of-range suspect 2014-06-16 leave-out"},
	} {
		if got := brief(quality.Check(tt.s, tt.c)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.what, got, tt.want)
		}
	}
}

// The sentences are read by people: they name the days, what was seen and what was expected.
func TestReason(t *testing.T) {
	found := quality.Check(read(t, rcd, "XNYS"), quality.Context{})
	want := "the value is 169.832 where about 56.4175 was to be expected; it is 3 times too high, and is back on 2012-10-05: a move of +204 %, 108 times the usual one, that neither the market nor the list of actions explains"
	if len(found) != 1 || found[0].Seen != 169.8321 || math.Abs(found[0].Expected-56.4175) > 1e-4 {
		t.Fatalf("found %+v", found)
	}
	cut := func(s string) string { a, _, _ := strings.Cut(s, "%, "); return a }
	if cut(found[0].Reason) != cut(want) || !strings.HasSuffix(found[0].Reason, "list of actions explains") {
		t.Errorf("the reason is\n%s\nwant\n%s", found[0].Reason, want)
	}
}

func TestDays(t *testing.T) {
	week := `2024-07-01 10.00
2024-07-02 10.10
2024-07-03 10.05
2024-07-05 10.20
2024-07-08 10.15
2024-07-09 10.25
2024-07-10 10.30
2024-07-11 10.28
2024-07-12 10.31
2024-07-15 10.33`
	shift := func(by date.Date) quality.Series {
		s := read(t, week, "XNYS")
		for i := range s.Dates {
			s.Dates[i] += by
		}
		return s
	}
	for _, tt := range []struct {
		what, text, want string
	}{
		{"a week with Independence Day", week, ""},
		{"a Saturday carried on", strings.Replace(week, "2024-07-08", "2024-07-06 10.20\n2024-07-08", 1), "closed-day doubtful 2024-07-06 leave-out"},
		{"a price on Independence Day", strings.Replace(week, "2024-07-05", "2024-07-04 10.11\n2024-07-05", 1), "closed-day suspect 2024-07-04 leave-out"},
		{"two sessions missing", strings.Replace(strings.Replace(week, "2024-07-09 10.25\n", "", 1), "2024-07-11 10.28\n", "", 1), "missing doubtful 2024-07-09..2024-07-11"},
		{"one day twice", strings.Replace(week, "2024-07-09", "2024-07-08 10.75\n2024-07-09", 1), "duplicate suspect 2024-07-08"},
	} {
		if got := brief(quality.Check(read(t, tt.text, "XNYS"), quality.Context{})); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.what, got, tt.want)
		}
	}
	long := quality.Series{Calendar: exchange(t, "XNYS")}
	for i, d := range long.Calendar.Sessions(date.MustParse("2024-01-02"), date.MustParse("2024-12-31")) {
		long.Dates, long.Close = append(long.Dates, d+1), append(long.Close, 100+math.Sin(float64(i)))
	}
	if got := brief(quality.Check(long, quality.Context{})); got != "shifted-days suspect 2024-01-03..2025-01-01 shift -1" {
		t.Errorf("all days a day late: %s", got)
	}
	if got := brief(quality.Check(shift(-1), quality.Context{})); !strings.HasPrefix(got, "closed-day") && !strings.HasPrefix(got, "shifted-days") {
		t.Errorf("two weeks a day early: %s", got)
	}
	// Beyond the last year that a calendar knows, a day is not called closed or missing.
	beyond := read(t, "2029-01-02 10\n2029-01-01 10.1\n2029-01-09 10.2", "XNYS")
	if got := quality.Check(beyond, quality.Context{}); len(got) != 0 {
		t.Errorf("days that nobody knows yet: %s", brief(got))
	}
}

func TestBars(t *testing.T) {
	bar := func(o, h, l, c float64) quality.Series {
		return quality.Series{Dates: []date.Date{date.MustParse("2024-07-01")}, Open: []float64{o}, High: []float64{h}, Low: []float64{l}, Close: []float64{c}}
	}
	nan := math.NaN()
	for _, tt := range []struct {
		what string
		s    quality.Series
		want string
	}{
		{"a bar", bar(10, 11, 9, 10.5), ""},
		{"high and low not known", bar(nan, nan, nan, 10.5), ""},
		{"adjusted and rounded one by one", bar(10, 10.5, 9, 10.5005), ""},
		{"the auction after the session", bar(10, 10.5, 9, 10.55), "bad-bar doubtful 2024-07-01"},
		{"the close above the high", bar(10, 10.5, 9, 11), "bad-bar suspect 2024-07-01"},
		{"the close below the low", bar(10, 10.5, 9, 8), "bad-bar suspect 2024-07-01"},
		{"high and low exchanged", bar(10, 9, 11, 10), "bad-bar doubtful 2024-07-01"},
		{"high below low, and the close elsewhere", bar(10, 9, 11, 12), "bad-bar suspect 2024-07-01"},
	} {
		if got := brief(quality.Check(tt.s, quality.Context{})); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.what, got, tt.want)
		}
	}
}

func TestRepeated(t *testing.T) {
	base := simulatedSeries(t, 0)
	stuck := func(run int, volume float64, bars bool) quality.Series {
		s := clone(base)
		for i := 301; i <= 300+run; i++ {
			s.Close[i] = s.Close[300]
			if bars {
				s.Open[i], s.High[i], s.Low[i], s.Volume[i] = s.Open[300], s.High[300], s.Low[300], s.Volume[300]
				continue
			}
			s.High[i], s.Low[i], s.Volume[i] = max(s.High[i], s.Close[i]), min(s.Low[i], s.Close[i]), volume
		}
		return s
	}
	for _, tt := range []struct {
		what string
		s    quality.Series
		want quality.Severity
	}{
		{"four days of the same close may be chance", stuck(3, 1000, false), ""},
		{"the same bar for eight days", stuck(8, 0, true), quality.Suspect},
		{"nothing traded for eight days", stuck(8, 0, false), quality.Doubtful},
		{"the same close for eight days, traded", stuck(8, 1000, false), quality.Doubtful},
		{"the same close for thirty days, traded", stuck(30, 1000, false), quality.Suspect},
	} {
		got := quality.Severity("")
		for _, f := range quality.Check(tt.s, quality.Context{}) {
			if f.Kind == quality.Repeated {
				got = f.Severity
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
	constant := clone(base)
	for i := range constant.Close {
		constant.Open[i], constant.High[i], constant.Low[i], constant.Close[i] = 1, 1, 1, 1
	}
	if found := quality.Check(constant, quality.Context{}); len(found) != 0 {
		t.Errorf("a fund of constant value: %s", brief(found))
	}
}

func TestAdjustedClose(t *testing.T) {
	s := clone(simulatedSeries(t, 0))
	s.Adjusted = append([]float64(nil), s.Close...)
	for i := range 400 {
		s.Adjusted[i] *= 0.70 // a spin-off of 30 %
	}
	day := s.Dates[400]
	if got, want := brief(quality.Check(s, quality.Context{})), "adjusted-differs doubtful "+day.String(); got != want {
		t.Errorf("a spin-off that no list has: %s, want %s", got, want)
	}
	// Six small distributions that the list lacks are one finding; with the list, none.
	s.Adjusted = append(s.Adjusted[:0], s.Close...)
	listed := &market.Actions{}
	for k := 1; k <= 6; k++ {
		ex := 100 * k
		paid := math.Round(s.Close[ex]) / 100
		amount, err := money.FromFloat(paid)
		if err != nil {
			t.Fatal(err)
		}
		listed.Dividends = append(listed.Dividends, market.DividendEvent{ExDate: s.Dates[ex], Amount: amount})
		for i := range ex {
			s.Adjusted[i] /= 1 + paid/s.Close[ex]
		}
	}
	if found := quality.Check(s, quality.Context{Actions: listed}); len(found) != 0 {
		t.Errorf("all listed: %s", brief(found))
	}
	found := quality.Check(s, quality.Context{Actions: &market.Actions{}})
	if len(found) != 1 || found[0].Kind != quality.AdjustedDiffers || found[0].Count != 6 || found[0].From != s.Dates[100] || found[0].To != s.Dates[600] {
		t.Errorf("none listed: %+v", found)
	}
}
