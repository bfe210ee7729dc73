package quality_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
)

// world is the simulated market as series, with what is known of each.
type world struct {
	series   []quality.Series
	contexts []quality.Context
}

var theWorld = sync.OnceValue(func() world {
	m := simulated.New(date.MustParse("2025-06-30"), 7)
	var w world
	tally := quality.NewTally(m.First, m.AsOf)
	for i := range m.Listings {
		l := &m.Listings[i]
		if l.Class != instrument.Equity && l.Class != instrument.ETF && l.Class != instrument.Fund {
			continue
		}
		cal, _ := calendar.For(l.Exchange)
		p := l.Prices
		s := quality.Series{Name: l.Symbol, Basis: quality.Traded, Class: l.Class, Currency: l.Currency, Calendar: cal,
			Dates: p.Dates, Open: p.Open, High: p.High, Low: p.Low, Close: p.Close, Volume: p.Volume}
		tally.Add(s)
		c := quality.Context{Through: cal.Last(m.AsOf)}
		if len(l.Splits) > 0 || len(l.Dividends) > 0 {
			c.Actions = l.Actions()
		}
		w.series, w.contexts = append(w.series, s), append(w.contexts, c)
	}
	members := tally.Market()
	for i := range w.contexts {
		w.contexts[i].Market = members
	}
	return w
})

// simulatedSeries is the n-th share without splits.
func simulatedSeries(t testing.TB, n int) quality.Series {
	w := theWorld()
	for i, s := range w.series {
		if s.Class == instrument.Equity && (w.contexts[i].Actions == nil || len(w.contexts[i].Actions.Splits) == 0) {
			if n == 0 {
				return s
			}
			n--
		}
	}
	t.Fatal("no such share")
	return quality.Series{}
}

func suspects(found []quality.Finding) (out []quality.Finding) {
	for _, f := range found {
		if f.Severity == quality.Suspect {
			out = append(out, f)
		}
	}
	return out
}

func TestCleanMarketHasNoSuspects(t *testing.T) {
	w := theWorld()
	if len(w.series) < 50 {
		t.Fatalf("only %d series", len(w.series))
	}
	for i, s := range w.series {
		for _, f := range suspects(quality.Check(s, w.contexts[i])) {
			t.Errorf("%s: %s %s %s", s.Name, f.From, f.Kind, f.Reason)
		}
	}
}

// injected is a fault put into a series at row i, and what must be found of it.
type injected struct {
	name string
	kind quality.Kind
	put  func(s quality.Series, c *quality.Context, i int) quality.Series
}

func scaled(s quality.Series, from, to int, by float64) quality.Series {
	for i := from; i < to; i++ {
		for _, c := range [][]float64{s.Open, s.High, s.Low, s.Close} {
			c[i] *= by
		}
	}
	return s
}

var faults = []injected{
	{"a false print", quality.Spike, func(s quality.Series, c *quality.Context, i int) quality.Series { return scaled(s, i, i+1, 2.6) }},
	{"a false print below", quality.Spike, func(s quality.Series, c *quality.Context, i int) quality.Series { return scaled(s, i, i+1, 0.35) }},
	{"pence for a day", quality.UnitMixup, func(s quality.Series, c *quality.Context, i int) quality.Series { return scaled(s, i, i+1, 100) }},
	{"pounds for a while", quality.UnitMixup, func(s quality.Series, c *quality.Context, i int) quality.Series { return scaled(s, i, i+40, 0.01) }},
	{"pence from then on", quality.UnitMixup, func(s quality.Series, c *quality.Context, i int) quality.Series {
		return scaled(s, i, len(s.Close), 100)
	}},
	{"a split that no list has", quality.UnlistedSplit, func(s quality.Series, c *quality.Context, i int) quality.Series { return scaled(s, 0, i, 3) }},
	{"a reverse split that no list has", quality.UnlistedSplit, func(s quality.Series, c *quality.Context, i int) quality.Series { return scaled(s, 0, i, 0.1) }},
	{"a split listed and not traded", quality.SplitNotShown, func(s quality.Series, c *quality.Context, i int) quality.Series {
		c.Actions = splitOf("2:1", s.Dates[i].String())
		return s
	}},
	{"not adjusted for a split", quality.SplitUnadjusted, func(s quality.Series, c *quality.Context, i int) quality.Series {
		c.Actions, s.Basis = splitOf("4:1", s.Dates[i].String()), quality.SplitAdjusted
		return scaled(s, 0, i, 4)
	}},
	{"zero", quality.NotPositive, func(s quality.Series, c *quality.Context, i int) quality.Series { s.Close[i] = 0; return s }},
	{"the close above the high", quality.BadBar, func(s quality.Series, c *quality.Context, i int) quality.Series {
		s.High[i], s.Low[i] = s.Low[i]*0.9, s.Low[i]*0.8
		return s
	}},
	{"an old bar repeated", quality.Repeated, func(s quality.Series, c *quality.Context, i int) quality.Series {
		for k := i + 1; k < i+9; k++ {
			s.Open[k], s.High[k], s.Low[k], s.Close[k], s.Volume[k] = s.Open[i], s.High[i], s.Low[i], s.Close[i], s.Volume[i]
		}
		return s
	}},
	{"a session missing", quality.Missing, func(s quality.Series, c *quality.Context, i int) quality.Series {
		cut := func(v []float64) []float64 { return slices.Delete(v, i, i+1) }
		s.Dates = slices.Delete(s.Dates, i, i+1)
		s.Open, s.High, s.Low, s.Close, s.Volume = cut(s.Open), cut(s.High), cut(s.Low), cut(s.Close), cut(s.Volume)
		return s
	}},
	{"nothing new", quality.Stale, func(s quality.Series, c *quality.Context, i int) quality.Series { return part(s, 0, len(s.Dates)-3) }},
	{"all days a day late", quality.ShiftedDays, func(s quality.Series, c *quality.Context, i int) quality.Series {
		for k := range s.Dates {
			s.Dates[k]++
		}
		c.Through++
		return s
	}},
	{"a price on a Sunday", quality.ClosedDay, func(s quality.Series, c *quality.Context, i int) quality.Series {
		for s.Dates[i]+1 == s.Dates[i+1] {
			i++
		}
		put := func(v []float64) []float64 { return slices.Insert(v, i+1, v[i]*1.01) }
		s.Dates = slices.Insert(s.Dates, i+1, s.Dates[i]+1)
		s.Open, s.High, s.Low, s.Close, s.Volume = put(s.Open), put(s.High), put(s.Low), put(s.Close), put(s.Volume)
		return s
	}},
}

// Every kind of fault is found wherever it is put, by its name, on its days.
func TestInjectedFaultsAreFound(t *testing.T) {
	w := theWorld()
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			for seed := range uint64(40) {
				rng := rand.New(rand.NewPCG(seed, 11))
				k := rng.IntN(len(w.series))
				for w.series[k].Class != instrument.Equity || w.contexts[k].Actions != nil && len(w.contexts[k].Actions.Splits) > 0 {
					k = rng.IntN(len(w.series))
				}
				s, c := clone(w.series[k]), w.contexts[k]
				i := 200 + rng.IntN(len(s.Dates)-400)
				for math.Abs(s.Close[i]/s.Close[i-1]-1) > 0.04 {
					i++ // on a day of news two things happen at once
				}
				day := s.Dates[i]
				s = fault.put(s, &c, i)
				found := quality.Check(s, c)
				ok := false
				for _, f := range found {
					ok = ok || f.Kind == fault.kind && (f.From <= day+8 && f.To >= day-4 || f.Kind == quality.Stale)
				}
				if !ok {
					t.Errorf("seed %d, %s on %s: found %s", seed, s.Name, day, brief(found))
				}
			}
		})
	}
}

// The rows may come in any order, and the unit of the price does not matter.
func TestOrderAndScale(t *testing.T) {
	w := theWorld()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 13))
		k := rng.IntN(len(w.series))
		fault := faults[rng.IntN(len(faults))]
		s, c := clone(w.series[k]), w.contexts[k]
		s = fault.put(s, &c, 200+rng.IntN(len(s.Dates)-400))
		want := quality.Check(s, c)

		rows := rng.Perm(len(s.Dates))
		mixed := clone(s)
		for to, from := range rows {
			mixed.Dates[to], mixed.Open[to], mixed.High[to], mixed.Low[to], mixed.Close[to], mixed.Volume[to] = s.Dates[from], s.Open[from], s.High[from], s.Low[from], s.Close[from], s.Volume[from]
		}
		if got := quality.Check(mixed, c); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("seed %d, %s, %s: in another order\n got %v\nwant %v", seed, s.Name, fault.name, got, want)
		}

		// A power of two changes no digit: with others a comparison may fall the other way
		// in the last one.
		by := math.Ldexp(1, rng.IntN(20)-10)
		bare := c
		bare.Actions = withoutDividends(c)
		other := scaled(clone(s), 0, len(s.Close), by)
		if got, want := brief(quality.Check(other, bare)), brief(quality.Check(s, bare)); got != want {
			t.Errorf("seed %d, %s, %s: times %v\n got %s\nwant %s", seed, s.Name, fault.name, by, got, want)
		}
	}
}

// CheckNew says of the last days what Check says of them in the whole series.
func TestCheckNewAgreesWithCheck(t *testing.T) {
	w := theWorld()
	compared := 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 17))
		k := rng.IntN(len(w.series))
		s, c := clone(w.series[k]), w.contexts[k]
		end := 400 + rng.IntN(len(s.Dates)-600)
		fresh := 1 + rng.IntN(5)
		fault := faults[rng.IntN(6)] // those of single prices
		s = part(fault.put(s, &c, end-1-rng.IntN(3)), 0, end)
		c.Through = s.Dates[end-1]
		var want []quality.Finding
		for _, f := range quality.Check(s, c) {
			// What reaches back beyond the window is counted from there.
			if f.To >= s.Dates[end-fresh] && f.From >= s.Dates[end-100] {
				want = append(want, f)
			}
		}
		got := quality.CheckNew(part(s, 0, end-fresh), part(s, end-fresh, end), c)
		if fmt.Sprint(kinds(got)) != fmt.Sprint(kinds(want)) {
			t.Errorf("seed %d, %s, %s, %d new days:\n got %s\nwant %s", seed, s.Name, fault.name, fresh, brief(got), brief(want))
		}
		compared += len(want)
	}
	if compared < 100 {
		t.Errorf("only %d findings were compared", compared)
	}
}

// kinds are findings without the figures that the length of the history changes.
func kinds(found []quality.Finding) (out []string) {
	for _, f := range found {
		out = append(out, fmt.Sprint(f.Kind, f.Severity, f.From, f.To, f.Correction))
	}
	return out
}
