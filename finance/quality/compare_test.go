package quality_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/quality"
)

func withoutDividends(c quality.Context) *market.Actions {
	if c.Actions == nil {
		return nil
	}
	return &market.Actions{Splits: c.Actions.Splits}
}

// noisy is another source of the same instrument: a hundredth of a per cent apart.
func noisy(s quality.Series, seed uint64) quality.Series {
	s = clone(s)
	s.Source = "the second"
	rng := rand.New(rand.NewPCG(seed, 3))
	for i := range s.Close {
		s.Close[i] *= 1 + 1e-4*rng.NormFloat64()
	}
	return s
}

func TestCompare(t *testing.T) {
	base := simulatedSeries(t, 3)
	n := len(base.Dates)
	// A rate of its own course, between 0.8 and 1.
	rate := make([]float64, n)
	for i := range rate {
		rate[i] = 0.9 + 0.1*math.Sin(float64(i)/90)
	}
	fx := quality.FXRate{Name: "USD/EUR", Series: market.NewSeries(base.Dates, rate, "a bank")}
	euro := clone(base)
	for i := range euro.Close {
		euro.Close[i] *= rate[i]
	}
	euroDollar := quality.Series{Quantity: quality.FX, Dates: base.Dates, Close: rate}
	dollarEuro := clone(euroDollar)
	for i := range dollarEuro.Close {
		dollarEuro.Close[i] = 1 / rate[i]
	}
	late := clone(base)
	for i := range late.Close[1:] {
		late.Close[i+1] = base.Close[i]
	}
	day := func(i int) string { return base.Dates[i].String() }
	all := day(0) + ".." + day(n-1)
	for _, tt := range []struct {
		what   string
		a, b   quality.Series
		c      quality.Context
		want   string
		reason string
	}{
		{what: "the same", a: base, b: noisy(base, 1)},
		{what: "pence against pounds", a: scaled(clone(base), 0, n, 100), b: noisy(base, 1), want: "unit-mixup suspect " + all + " times 0.01"},
		{what: "pounds against pence", a: base, b: scaled(noisy(base, 1), 0, n, 100), want: "unit-mixup suspect " + all + " times 100"},
		{what: "pence for some months", a: scaled(clone(base), 300, 360, 100), b: noisy(base, 1), want: "unit-mixup suspect " + day(300) + ".." + day(359) + " times 0.01"},
		{what: "euros against dollars", a: euro, b: noisy(base, 1), want: "currency-mixup suspect " + all + " convert"},
		{what: "dollars against euros", a: base, b: noisy(euro, 1), want: "currency-mixup suspect " + all + " convert"},
		{what: "a day late", a: late, b: noisy(base, 1), want: "shifted-days suspect " + all + " shift -1"},
		{what: "a day early", a: base, b: noisy(late, 1), want: "shifted-days suspect " + all + " shift 1"},
		{what: "adjusted for a split to come", a: base, b: scaled(noisy(base, 1), 0, n, 0.25), want: "basis-mismatch suspect " + all + " times 0.25"},
		{what: "adjusted for a split in between", a: base, b: scaled(noisy(base, 1), 0, 500, 0.5), want: "basis-mismatch suspect " + day(0) + ".." + day(499) + " times 0.5"},
		{what: "adjusted for a listed odd split", a: base, b: scaled(noisy(base, 1), 0, n, 1/1.2), c: quality.Context{Actions: splitOf("6:5", (base.Dates[n-1] + 30).String())}, want: "basis-mismatch suspect " + all + " times 0.8333"},
		{what: "adjusted for a spin-off", a: base, b: scaled(noisy(base, 1), 0, n, 0.93), want: "level-mismatch doubtful " + all + " times 0.93"},
		{what: "a rate the wrong way round", a: dollarEuro, b: noisy(euroDollar, 1), want: "inverted suspect " + all + " invert"},
		{what: "something else by the same name", a: base, b: simulatedSeries(t, 9), want: "level-mismatch suspect " + all},
		{what: "a wrong day", a: scaled(clone(base), 700, 701, 1.25), b: noisy(base, 1), want: "disagreement suspect " + day(700) + " times 0.8"},
		{what: "a wrong day of the other", a: base, b: scaled(noisy(base, 1), 700, 701, 1.25), want: "disagreement doubtful " + day(700)},
	} {
		if got := brief(quality.Compare(tt.a, tt.b, tt.c, fx)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.what, got, tt.want)
		}
	}
	if got := quality.Compare(part(base, 0, 5), base, quality.Context{}); got != nil {
		t.Errorf("five common days say nothing, got %s", brief(got))
	}
}

func TestScore(t *testing.T) {
	cal := exchange(t, "XNYS")
	from, to := date.MustParse("2024-01-02"), date.MustParse("2024-12-31")
	all := cal.Sessions(from, to) // 252
	days := append(append([]date.Date(nil), all[:100]...), all[110:240]...)
	found := []quality.Finding{
		{Kind: quality.Spike, Severity: quality.Suspect, From: all[20], To: all[21]},
		{Kind: quality.Spike, Severity: quality.Suspect, From: all[30], To: all[30]},
		{Kind: quality.Jump, Severity: quality.Doubtful, From: all[40], To: all[40]},
		{Kind: quality.Missing, Severity: quality.Doubtful, From: all[100], To: all[109]},
		{Kind: quality.Stale, Severity: quality.Doubtful, From: all[240], To: all[251]},
	}
	q := quality.Hold(found, []quality.Accepted{{Kind: quality.Spike, From: all[30], To: all[30]}})
	got := quality.Rate(cal, days, found, q, date.None, to)
	want := quality.Score{From: from, To: to, Sessions: 252, Stale: 12, Missing: 10, Suspect: 2, Doubtful: 1, Points: 100 * float64(252-24) / 252}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := quality.Rate(cal, all, nil, nil, from, to); got.Points != 100 {
		t.Errorf("a whole series has %v points", got.Points)
	}
	if got := quality.Rate(calendar.Calendar{}, all[:3], nil, nil, 0, to).Late(9); got.Points != 25 || got.Sessions != 12 || got.Stale != 9 {
		t.Errorf("three days and nine that are late: %+v", got)
	}
	if got := quality.Rate(cal, nil, nil, nil, from, to); got.Points != 0 || got.Sessions != 0 {
		t.Errorf("no series: %+v", got)
	}
}

func TestQuarantine(t *testing.T) {
	d := func(i int) date.Date { return date.MustParse("2024-07-01") + date.Date(i) }
	found := []quality.Finding{
		{Kind: quality.Spike, Severity: quality.Suspect, From: d(3), To: d(5)},
		{Kind: quality.Repeated, Severity: quality.Suspect, From: d(5), To: d(7)},
		{Kind: quality.Jump, Severity: quality.Doubtful, From: d(9), To: d(9)},
	}
	held := func(q *quality.Quarantine) (out string) {
		for i := range 12 {
			if q.Holds(d(i)) {
				out += string(rune('a' + i))
			}
		}
		return out
	}
	for _, tt := range []struct {
		what     string
		accepted []quality.Accepted
		want     string
	}{
		{"all", nil, "defgh"},
		{"one day accepted whatever was found", []quality.Accepted{{From: d(5), To: d(5)}}, "degh"},
		{"one kind accepted", []quality.Accepted{{Kind: quality.Spike, From: d(0), To: d(11)}}, "fgh"},
		{"all accepted", []quality.Accepted{{From: d(0), To: d(11)}}, ""},
	} {
		q := quality.Hold(found, tt.accepted)
		if got := held(q); got != tt.want || q.Empty() != (tt.want == "") {
			t.Errorf("%s: %s held, want %s", tt.what, got, tt.want)
		}
	}
	q := quality.Hold(found, nil)
	if why := q.Why(d(5)); len(why) != 2 || q.Why(d(9)) != nil {
		t.Errorf("why day 5: %v, day 9: %v", why, q.Why(d(9)))
	}
	days := []date.Date{d(2), d(3), d(7), d(8), d(9)}
	if kept, values := q.Release(days, []float64{2, 3, 7, 8, 9}); len(kept) != 3 || values[1] != 8 {
		t.Errorf("released %v %v", kept, values)
	}
	for _, tt := range []struct {
		day, due int
		want     quality.Status
		used     date.Date
	}{
		{1, 1, quality.Unavailable, date.None},
		{2, 2, quality.Good, d(2)},
		{3, 3, quality.Held, d(2)},
		{7, 7, quality.Held, d(2)},
		{8, 8, quality.Good, d(8)},
		{9, 9, quality.Doubted, d(9)},
		{11, 9, quality.Doubted, d(9)},
		{11, 11, quality.Old, d(9)},
	} {
		if s, used := q.StatusOn(days, d(tt.day), d(tt.due)); s != tt.want || used != tt.used {
			t.Errorf("day %d, due %d: %s of %s, want %s of %s", tt.day, tt.due, s, used, tt.want, tt.used)
		}
	}
	without := []date.Date{d(2), d(8), d(9)} // as they are kept: what is held back is in no series
	for day := 1; day <= 11; day++ {
		s1, used1 := q.StatusOn(days, d(day), date.None)
		s2, used2 := q.StatusOn(without, d(day), date.None)
		if s1 != s2 || used1 != used2 {
			t.Errorf("day %d: %s of %s with the held values among the days, %s of %s without", day, s1, used1, s2, used2)
		}
	}
	if got := quality.Worst(quality.Good, quality.Held, quality.Doubted); got != quality.Held {
		t.Errorf("the worst is %s", got)
	}
}

func TestMarketIsTheMedian(t *testing.T) {
	// Nine members whose moves are −4 % to +4 %: the median is 0, that of a day later 1 %.
	first := date.MustParse("2024-07-01")
	tally := quality.NewTally(first, first+3)
	for k := range 9 {
		move := 0.01 * float64(k-4)
		tally.Add(quality.Series{Dates: []date.Date{first, first + 1, first + 2}, Close: []float64{50, 50 * (1 + move), 50 * (1 + move) * 1.01}})
	}
	m := tally.Market()
	if a, b := m.Move(first, first+1), m.Move(first, first+2); math.Abs(a) > 1e-3 || math.Abs(b-0.00995) > 1e-3 {
		t.Errorf("moves %v and %v", a, b)
	}
	if m.Members(first) != 9 || m.Members(first+3) != 0 || !math.IsNaN(m.Spread(first+3)) {
		t.Errorf("members %d, %d; spread %v", m.Members(first), m.Members(first+3), m.Spread(first+3))
	}
	// Quartiles −2 % and 2 %: 0.04 ÷ 1.349.
	if s := m.Spread(first + 1); math.Abs(s-0.04/1.349) > 0.004 {
		t.Errorf("spread %v", s)
	}
	var none *quality.Market
	if none.Move(first, first+1) != 0 || none.Members(first) != 0 {
		t.Error("no market moves")
	}
}

func BenchmarkCheck(b *testing.B) {
	s, c := twentyYears(), theWorld().contexts[0]
	b.SetBytes(int64(len(s.Dates)))
	for b.Loop() {
		quality.Check(s, c)
	}
}

func BenchmarkCheckNew(b *testing.B) {
	s, c := twentyYears(), theWorld().contexts[0]
	n := len(s.Dates)
	history, fresh := part(s, 0, n-1), part(s, n-1, n)
	b.ReportAllocs()
	for b.Loop() {
		quality.CheckNew(history, fresh, c)
	}
}

func BenchmarkTally(b *testing.B) {
	s := twentyYears()
	tally := quality.NewTally(s.Dates[0], s.Dates[len(s.Dates)-1])
	for b.Loop() {
		tally.Add(s)
	}
}

// twentyYears is a walk of 5,000 days with bars.
func twentyYears() (s quality.Series) {
	cal := theWorld().series[0].Calendar
	rng := rand.New(rand.NewPCG(1, 2))
	p := 50.0
	for _, d := range cal.Sessions(date.MustParse("2005-06-30"), date.MustParse("2025-06-30")) {
		p *= 1 + 0.015*rng.NormFloat64()
		s.Dates, s.Open, s.High, s.Low, s.Close, s.Volume = append(s.Dates, d), append(s.Open, p), append(s.High, p*1.01), append(s.Low, p*0.99), append(s.Close, p), append(s.Volume, 1e6)
	}
	s.Calendar, s.Basis = cal, quality.Traded
	return s
}
