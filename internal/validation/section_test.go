package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/market"
)

// days are n weekdays from 2013-08-01 on.
func days(n int) (out []date.Date) {
	for d := date.Must(2013, 8, 1); len(out) < n; d++ {
		if !d.IsWeekend() {
			out = append(out, d)
		}
	}
	return out
}

func packed(t *testing.T, text string) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

// invented is a small market: every fund of the section on betas moves with SPY by the
// middle of its band, and so do Fama and French's factors.
func invented(t *testing.T, n int) *Data {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	axis := days(n)
	symbols := []string{"SPY", "VTV", "VUG", "LQD", "HYG", "IEF"}
	betas := []float64{1, 0.9, 1.1, 0.1, 0.4, -0.1}
	for _, f := range funds {
		symbols, betas = append(symbols, f.symbol), append(betas, (f.low+f.high)/2)
	}
	prices := make([]float64, len(symbols))
	var bars, french, rates strings.Builder
	bars.WriteString("date,symbol,adj_close\n")
	french.WriteString("date,mkt_rf,smb,hml,rmw,cma,mom,rf\n")
	rates.WriteString("series,date,value\n")
	yield := 2.5
	for t, day := range axis {
		move := 0.01 * rng.NormFloat64()
		for i := range symbols {
			if t == 0 {
				prices[i] = 100
			} else {
				own := 0.003 * rng.NormFloat64()
				if i == 0 {
					own = 0 // noise in the market would bias every beta
				}
				prices[i] *= 1 + betas[i]*move + own
			}
			fmt.Fprintf(&bars, "%s,%s,%.6f\n", day, symbols[i], prices[i])
		}
		fmt.Fprintf(&french, "%s,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,0.01\n", day, 100*move, 0.3*rng.NormFloat64(), 0.3*rng.NormFloat64(), 0.3*rng.NormFloat64(), 0.3*rng.NormFloat64(), 0.3*rng.NormFloat64())
		yield += 0.03 * rng.NormFloat64()
		fmt.Fprintf(&rates, "DGS10,%s,%.3f\n", day, yield)
	}
	empty := packed(t, "date,symbol,adj_close\n"+axis[0].String()+",ZZZ,1\n")
	return NewData(fstest.MapFS{
		"prices/factor_proxies_adjclose/daily.csv.gz":      packed(t, bars.String()),
		"prices/factor_etfs_ohlc/daily.csv.gz":             empty,
		"prices/us_actions_2010_2022/daily.csv.gz":         empty,
		"prices/us_etfs_unadjusted_2005_2020/daily.csv.gz": empty,
		"factors/fama_french_5_mom_daily.csv.gz":           packed(t, french.String()),
		"rates/fred_daily.csv.gz":                          packed(t, rates.String()),
	})
}

// A whole section from files to Markdown, and again with the same bytes.
func TestBetasOfAnInventedMarket(t *testing.T) {
	var texts [2]string
	for k := range texts {
		s, err := betas(context.Background(), invented(t, 1700))
		if err != nil {
			t.Fatal(err)
		}
		if !s.Checks[0].Held {
			t.Errorf("betas put into the market are not found: %s", s.Checks[0].Found)
		}
		var b strings.Builder
		if err := (&Page{Sections: []*Section{s}}).Write(&b); err != nil {
			t.Fatal(err)
		}
		for _, plot := range s.Plots {
			picture := plot.Render()
			well(t, picture)
			b.Write(picture)
		}
		texts[k] = b.String()
	}
	if texts[0] != texts[1] {
		t.Error("the same data gave two pages")
	}
}

func TestAlignKeepsDaysThatAllHave(t *testing.T) {
	d := days(5)
	p := Prices{
		"A": market.NewSeries(d, []float64{100, 110, 121, 133.1, 146.41}, ""),
		"B": market.NewSeries([]date.Date{d[0], d[2], d[4]}, []float64{100, 50, 100}, ""),
	}
	r, err := align(p, []string{"A", "B"}, d[0], d[4])
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{{0.21, 0.21}, {-0.5, 1}}
	for i := range want {
		for k := range want[i] {
			if math.Abs(r.Columns[i][k]-want[i][k]) > 1e-12 {
				t.Errorf("%s: %v, want %v", r.Names[i], r.Columns[i], want[i])
			}
		}
	}
	if _, err := align(p, []string{"A", "C"}, d[0], d[4]); err == nil || !strings.Contains(err.Error(), "C") {
		t.Errorf("a name without prices: %v", err)
	}
}

// Weights drift between the days on which they are chosen: half of 100 doubled is two
// thirds of 150.
func TestHoldDrifts(t *testing.T) {
	r := &Returns{Days: days(3), Names: []string{"A", "B"}, Columns: [][]float64{{1, 1, 0}, {0, 0, 0.5}}}
	b := r.hold("b", "", 0, func(int) []float64 { return []float64{0.5, 0.5} })
	// 1 → 0.5·2 + 0.5 = 1.5 → 0.5·4 + 0.5 = 2.5 → 2 + 0.75 = 2.75
	for i, want := range []float64{0.5, 1.0 / 1.5, 0.1} {
		if math.Abs(b.returns[i]-want) > 1e-12 {
			t.Errorf("day %d: %v, want %v", i, b.returns[i], want)
		}
	}
	// 100 % long and 100 % short on cash: what the long one gains less the other
	short := r.hold("s", "", 0, func(int) []float64 { return []float64{1, -1} })
	if math.Abs(short.returns[0]-1) > 1e-12 {
		t.Errorf("long and short: %v, want 1", short.returns[0])
	}
}

func TestBestAndWorst(t *testing.T) {
	r := &Returns{Days: days(4), Names: []string{"A", "B", "C"}, Columns: [][]float64{{0.1, 0.1, -0.9, 0}, {0.2, 0, 0.9, 0}, {-0.1, 0, 0, 0}}}
	if w := r.best(3, 3, 1, 1); w[0] != 1 {
		t.Errorf("the last day is not to be looked at: %v", w)
	}
	if w := r.best(3, 3, 0, -1); w[0] != 1 {
		t.Errorf("the worst: %v", w)
	}
}

// Binomial quantiles: Basel's 250 days at 99 % have 2.5 % and 97.5 % quantiles of 0 and 6
// (cumulative 8.11 % at 0, 95.88 % at 5, 98.63 % at 6: Basel Committee 1996, table 1).
func TestBand(t *testing.T) {
	if low, high := band(250, 0.01); low != 0 || high != 6 {
		t.Errorf("%d to %d, want 0 to 6", low, high)
	}
}

// Independent normal days are predicted rightly by every method, and the band says so;
// days of another volatility than the window's are not.
func TestMethodsOnInventedDays(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	quiet, sudden := make([]float64, 900), make([]float64, 900)
	for i := range quiet {
		quiet[i] = 0.01 * rng.NormFloat64()
		sudden[i] = quiet[i]
		if i >= 850 {
			sudden[i] *= 5
		}
	}
	for _, m := range methods {
		r, err := m.test(quiet, 0.95)
		if err != nil {
			t.Fatal(m.name, err)
		}
		if n, want := float64(r.coverage.Exceptions), 0.05*float64(r.coverage.Days); math.Abs(n-want) > 16 { // 3 deviations
			t.Errorf("%s: %v breaches, want about %v", m.name, n, want)
		}
	}
	limits, _, err := methods[0].run(sudden, 0.99)
	if err != nil {
		t.Fatal(err)
	}
	missed := 0
	for i, limit := range limits {
		if at := warm + i; at >= 850 && -sudden[at] > limit {
			missed++
		}
	}
	if missed < 4 {
		t.Errorf("plain history was breached on %d of 50 days of fivefold volatility, want 4 at least where half of one is expected", missed)
	}
}

// The forecast after a day with parameters held is the one that refitting to the same
// parameters would give: σ² = ω + (α + γ) e² + β σ² after a fall.
func TestOnwardIsTheRecursion(t *testing.T) {
	g, reason := gjr(moving(1200))
	if reason != "" {
		t.Fatal(reason)
	}
	e := -0.02 - g.Mu
	want := g.Omega + (g.Alpha+g.Gamma)*e*e + g.Beta*g.Next
	if got := onward(&g, -0.02); math.Abs(got-want) > 1e-18 {
		t.Errorf("%v, want %v", got, want)
	}
}

// moving are returns whose volatility clusters.
func moving(n int) []float64 {
	rng := rand.New(rand.NewPCG(7, 8))
	out, v := make([]float64, n), 1e-4
	for i := range out {
		out[i] = math.Sqrt(v) * rng.NormFloat64()
		v = 2e-6 + 0.08*out[i]*out[i] + 0.9*v
	}
	return out
}

// QLIKE and the squared error are least for the right variance; the test tells them apart.
func TestForecastLosses(t *testing.T) {
	r := moving(4000)
	x, right, wrong := make([]float64, len(r)), make([]float64, len(r)), make([]float64, len(r))
	v := 1e-4
	for i := range r {
		x[i], right[i], wrong[i] = r[i]*r[i], v, 1e-4
		v = 2e-6 + 0.08*r[i]*r[i] + 0.9*v
	}
	a, _, _ := forecastLosses(right, x)
	b, _, _ := forecastLosses(wrong, x)
	if m := dieboldMariano(a, b, 21); m > -2 {
		t.Errorf("the right forecast against a constant: t %v, want below −2", m)
	}
	if _, _, refused := forecastLosses([]float64{1, -1, 0, 1}, []float64{1, 1, 1, 1}); refused != 2 {
		t.Errorf("%d refused, want 2", refused)
	}
}

// A flat curve of 5 % semi-annual par yields is priced again, and a bond on an unchanged
// curve earns a day's interest.
func TestCurveOfAFlatMarket(t *testing.T) {
	g := &Grid{Days: []date.Date{date.Must(2010, 6, 14), date.Must(2010, 6, 15)}, Columns: map[string][]float64{}}
	for _, x := range tenors {
		g.Names = append(g.Names, x.name)
		g.Columns[x.name] = []float64{0.05, 0.05}
	}
	var list [2]*quoted
	for i := range list {
		q, err := bootstrapped(g, i)
		if err != nil || q == nil {
			t.Fatal(q, err)
		}
		price, yield, _, err := q.faults()
		if err != nil || price > 1e-9 || yield > 1e-12 || q.rises() {
			t.Errorf("price off by %v, yield by %v, rises %v, %v", price, yield, q.rises(), err)
		}
		list[i] = q
	}
	for _, p := range papers {
		gain, err := p.gain(g, 0, list[0], list[1])
		if err != nil || math.Abs(gain-0.05/365) > 2e-5 {
			t.Errorf("%s: a day brings %v, want about %v; %v", p.fund, gain, 0.05/365, err)
		}
	}
}

// A replay begins after the close of its first day and ends with that of its last.
func TestWindowOfAReplay(t *testing.T) {
	d := invented(t, 600)
	p, err := d.funds()
	if err != nil {
		t.Fatal(err)
	}
	axis := days(600)
	r, err := align(p, []string{"XLK", "XLU"}, axis[0], axis[599])
	if err != nil {
		t.Fatal(err)
	}
	panel, err := d.panel(p)
	if err != nil {
		t.Fatal(err)
	}
	from, to := axis[500], axis[520]
	out, err := replay(exante.NewMarket(panel, from, "USD", ""), r, from, to)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range r.Names {
		s := p[name]
		want := s.Values[s.Index(to)]/s.Values[s.Index(from)] - 1
		if math.Abs(out.actual[i]-want) > 1e-9 {
			t.Errorf("%s returned %v, want %v", name, out.actual[i], want)
		}
		if math.Abs(out.proxied[i]-want) > 0.05 { // twenty days of 0.3 % of its own each
			t.Errorf("%s by proxy %v, actual %v", name, out.proxied[i], want)
		}
	}
	spy := p["SPY"]
	if want := spy.Values[spy.Index(to)]/spy.Values[spy.Index(from)] - 1; math.Abs(out.market-want) > 1e-9 {
		t.Errorf("the market moved %v, want %v", out.market, want)
	}
}
