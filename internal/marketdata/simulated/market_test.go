package simulated

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
)

var asOf = date.MustParse("2026-11-20")

func digest(t *testing.T, m *Market) string {
	t.Helper()
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(struct {
		AsOf, First date.Date
		Listings    []Listing
		FX          []FX
		Curve       []Curve
	}{m.AsOf, m.First, m.Listings, m.FX, m.Curve}); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The market of a day is the same at every run and on every platform. A change
// of this digest changes what every demo shows.
func TestSameBytes(t *testing.T) {
	const want = "58d318293e5c65878ed13a455230cc7d05e48aae2ca9f69b15a95020f9ddf06d"
	got := digest(t, New(asOf, Seed))
	if again := digest(t, New(asOf+2, Seed)); again != got { // the Sunday after
		t.Errorf("the market of the weekend differs from that of its Friday")
	}
	if got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	if digest(t, New(asOf, Seed+1)) == got {
		t.Error("another seed gives the same market")
	}
	if digest(t, New(asOf-1, Seed)) == got {
		t.Error("another day gives the same market")
	}
}

func TestSixYearsOfSessions(t *testing.T) {
	for _, day := range []string{"2026-11-20", "2026-11-22", "2027-01-01", "2028-02-29", "2031-07-04"} {
		m := New(date.MustParse(day), Seed)
		nyse, _ := calendar.For("XNYS")
		if last := nyse.Last(date.MustParse(day)); m.AsOf != last {
			t.Errorf("%s: ends on %s, want the last session %s", day, m.AsOf, last)
		}
		if first := nyse.First(m.AsOf.AddYears(-6)); m.First != first {
			t.Errorf("%s: begins on %s, want %s", day, m.First, first)
		}
		for _, l := range m.Listings {
			cal, _ := calendar.For("XNYS")
			if l.Exchange == "XETR" {
				cal, _ = calendar.For("XETR")
			}
			want := cal.Sessions(m.First, m.AsOf)
			if len(want) != len(l.Prices.Dates) {
				t.Fatalf("%s %s: %d days, the exchange had %d", day, l.Symbol, len(l.Prices.Dates), len(want))
			}
			for k, d := range want {
				if l.Prices.Dates[k] != d {
					t.Fatalf("%s %s: day %d is %s, want %s", day, l.Symbol, k, l.Prices.Dates[k], d)
				}
			}
		}
	}
}

func TestPricesAreOnesThatCouldHaveBeen(t *testing.T) {
	m := New(asOf, Seed)
	for _, l := range m.Listings {
		p := l.Prices
		for k := range p.Dates {
			o, h, lo, c := p.Open[k], p.High[k], p.Low[k], p.Close[k]
			if !(lo > 0 && lo <= min(o, c) && max(o, c) <= h) {
				t.Fatalf("%s %s: open %v high %v low %v close %v", l.Symbol, p.Dates[k], o, h, lo, c)
			}
			for _, x := range []float64{o, h, lo, c} {
				if round(x, 2) != x {
					t.Fatalf("%s %s: %v is not in cents", l.Symbol, p.Dates[k], x)
				}
			}
			if l.Class == instrument.Fund && (o != c || p.Volume[k] != 0) {
				t.Fatalf("%s %s: a fund has one price and no volume", l.Symbol, p.Dates[k])
			}
		}
		if l.Sector == "" || l.Country == "" || l.Currency == "" || l.Class == "" || l.Name == "" || !l.Simulated {
			t.Errorf("%s lacks metadata: %+v", l.Symbol, l.Instrument)
		}
	}
	for _, fx := range m.FX {
		for k, x := range fx.Rates {
			if !(x > 0.2 && x < 500) || round(x, 5) != x {
				t.Fatalf("%s/%s %s: %v", fx.Base, fx.Quote, fx.Dates[k], x)
			}
		}
	}
	for _, c := range m.Curve {
		for k, y := range c.Yields {
			if y <= 0 || y > 0.12 {
				t.Fatalf("%s %s: yield %v", c.Tenor, c.Dates[k], y)
			}
		}
	}
}

// totalReturns are the daily returns of a holder: with dividends, over splits.
func totalReturns(t *testing.T, m *Market, symbol string) map[date.Date]float64 {
	t.Helper()
	l, ok := m.Get(symbol)
	if !ok {
		t.Fatalf("no %s", symbol)
	}
	paid, divided := map[date.Date]float64{}, map[date.Date]float64{}
	for _, d := range l.Dividends {
		paid[d.Ex] = d.Amount.Float64()
	}
	for _, s := range l.Splits {
		divided[s.Date] = float64(s.New) / float64(s.Old)
	}
	r := map[date.Date]float64{}
	for k := 1; k < len(l.Prices.Dates); k++ {
		d := l.Prices.Dates[k]
		before := l.Prices.Close[k-1]
		if by, ok := divided[d]; ok {
			before /= by
		}
		r[d] = (l.Prices.Close[k]+paid[d])/before - 1
	}
	return r
}

func moments(m *Market, a, b map[date.Date]float64) (sdA, sdB, correlation, slope float64) {
	var n, sa, sb, saa, sbb, sab float64
	spy, _ := m.Get("SPY")
	for _, d := range spy.Prices.Dates {
		x, ok1 := a[d]
		y, ok2 := b[d]
		if !ok1 || !ok2 {
			continue
		}
		n, sa, sb, saa, sbb, sab = n+1, sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
	}
	va, vb, c := saa/n-sa*sa/n/n, sbb/n-sb*sb/n/n, sab/n-sa*sb/n/n
	return math.Sqrt(va * 252), math.Sqrt(vb * 252), c / math.Sqrt(va*vb), c / vb
}

// What the factors are said to do can be measured in the prices.
func TestFactorStructure(t *testing.T) {
	m := New(asOf, Seed)
	spy := totalReturns(t, m, "SPY")
	for _, tt := range []struct {
		symbol          string
		lowBeta, toBeta float64
		lowCorr, toCorr float64
	}{
		{"VTI", 0.95, 1.07, 0.97, 1},
		{"QQQ", 1.00, 1.25, 0.85, 0.99},
		{"USMV", 0.60, 0.85, 0.80, 0.99},
		{"NVDA", 1.30, 2.10, 0.40, 0.85},
		{"JNJ", 0.35, 0.80, 0.35, 0.85},
		{"GLD", -0.15, 0.25, -0.20, 0.30},
		{"BIL", -0.01, 0.01, -0.15, 0.15},
	} {
		_, _, corr, beta := moments(m, totalReturns(t, m, tt.symbol), spy)
		if beta < tt.lowBeta || beta > tt.toBeta || corr < tt.lowCorr || corr > tt.toCorr {
			t.Errorf("%s on SPY: beta %.2f (want %v to %v), correlation %.2f (want %v to %v)", tt.symbol, beta, tt.lowBeta, tt.toBeta, corr, tt.lowCorr, tt.toCorr)
		}
	}
	// A bond fund loses its duration times the rise of the yield.
	long := map[date.Date]float64{}
	c := m.Curve[tenor30Y]
	for i := 1; i < len(c.Dates); i++ {
		long[c.Dates[i]] = c.Yields[i] - c.Yields[i-1]
	}
	if _, _, _, slope := moments(m, totalReturns(t, m, "TLT"), long); slope < -18 || slope > -14 {
		t.Errorf("TLT moves %.1f times the long yield, want about −16.4", slope)
	}
}

// One crash of about a third, deeper than the later correction, and new highs after it.
func TestRegimes(t *testing.T) {
	m := New(asOf, Seed)
	l, _ := m.Get("SPY")
	p := l.Prices
	part := func(from, to float64) (low, high, vol float64) {
		low, high = math.Inf(1), 0
		var s, ss, n float64
		for k := 1; k < len(p.Dates); k++ {
			if ago := float64(m.AsOf-p.Dates[k]) / 365.25; ago > from || ago < to {
				continue
			}
			low, high = min(low, p.Close[k]), max(high, p.Close[k])
			r := math.Log(p.Close[k] / p.Close[k-1])
			s, ss, n = s+r, ss+r*r, n+1
		}
		return low, high, math.Sqrt((ss/n - s*s/n/n) * 252)
	}
	_, before, calmVol := part(6.1, 4.2)
	crash, _, crashVol := part(4.2, 4.0)
	_, after, _ := part(4.0, 2.5)
	if fall := crash/before - 1; fall > -0.28 || fall < -0.45 {
		t.Errorf("the crash takes %.1f %%, want about a third", 100*fall)
	}
	if crashVol < 2*calmVol {
		t.Errorf("volatility %.2f in the crash, %.2f before: not twice as much", crashVol, calmVol)
	}
	if after < before {
		t.Errorf("no recovery: high %.2f after, %.2f before", after, before)
	}
	_, top, _ := part(2.5, 1.5)
	correction, _, _ := part(1.7, 1.3)
	if fall := correction/top - 1; fall > -0.06 || fall < -0.22 {
		t.Errorf("the correction takes %.1f %%", 100*fall)
	}
}

func TestSplitIsTradedThrough(t *testing.T) {
	m := New(asOf, Seed)
	nvda, _ := m.Get("NVDA")
	if len(nvda.Splits) != 1 || nvda.Splits[0].New != 10 || nvda.Splits[0].Old != 1 {
		t.Fatalf("splits of NVDA: %+v", nvda.Splits)
	}
	on := nvda.Splits[0].Date
	k := nvda.Prices.Index(on)
	if nvda.Prices.Dates[k] != on {
		t.Fatalf("the split on %s is on no session", on)
	}
	if ratio := nvda.Prices.Close[k-1] / nvda.Prices.Close[k]; ratio < 8 || ratio > 12 {
		t.Errorf("the price goes from %v to %v over a ten for one split", nvda.Prices.Close[k-1], nvda.Prices.Close[k])
	}
	if r := totalReturns(t, m, "NVDA")[on]; math.Abs(r) > 0.2 {
		t.Errorf("return of the day, split taken out: %v", r)
	}
}

func TestDividends(t *testing.T) {
	m := New(asOf, Seed)
	for symbol, want := range map[string]int{"JNJ": 24, "SPY": 24, "BND": 72, "SAP": 6, "AMZN": 0, "GLD": 0, "FCNTX": 6} {
		l, _ := m.Get(symbol)
		if n := len(l.Dividends); n < want-1 || n > want+1 {
			t.Errorf("%s pays %d times in six years, want about %d", symbol, n, want)
		}
		year := 0.0
		for _, d := range l.Dividends {
			k := l.Prices.Index(d.Ex)
			if l.Prices.Dates[k] != d.Ex || d.Pay <= d.Ex || d.Amount.Sign() <= 0 {
				t.Errorf("%s: %+v is no ex-date, or is paid before it", symbol, d)
			}
			if d.Ex > m.AsOf-365 {
				year += d.Amount.Float64()
			}
		}
		last := l.Prices.Close[len(l.Prices.Close)-1]
		if want > 0 && (year/last < 0.002 || year/last > 0.08) {
			t.Errorf("%s yields %.2f %%", symbol, 100*year/last)
		}
	}
}

func TestRatesOfExchange(t *testing.T) {
	m := New(asOf, Seed)
	fx, ok := m.Rate("EUR", "USD")
	if !ok {
		t.Fatal("no EUR/USD")
	}
	if got, ok := fx.On(m.AsOf + 2); !ok || got != fx.Rates[len(fx.Rates)-1] {
		t.Errorf("on the weekend the last rate holds, got %v", got)
	}
	if _, ok := fx.On(m.First - 1); ok {
		t.Error("a rate before the first day")
	}
}

func TestPanelHoldsTheMarket(t *testing.T) {
	m := New(asOf, Seed)
	p := m.Panel()
	if got, want := len(p.Symbols()), len(m.Listings); got != want {
		t.Errorf("%d symbols in the panel, %d listings", got, want)
	}
	spy, _ := m.Get("SPY")
	price, observed, ok := p.Price("SPY", m.AsOf+2)
	if !ok || observed != m.AsOf || price.Float64() != spy.Prices.Close[len(spy.Prices.Close)-1] {
		t.Errorf("SPY after the end: %s of %s", price, observed)
	}
	if total := p.TotalReturn("SPY", m.AsOf); total.Values[0] >= spy.Prices.Close[0] {
		t.Error("the total return does not exceed that of the price")
	}
	if s := p.Rate("USD-3M"); s == nil || s.Source != Source {
		t.Error("no bill rate from the simulated market")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(asOf, Seed)
	}
}
