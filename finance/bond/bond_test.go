package bond

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

func day(s string) date.Date { return date.MustParse(s) }

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tolerance)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestThirty360(t *testing.T) {
	// ISDA, "30/360 day count conventions", examples of the 2006 definitions, column Bond Basis
	for _, c := range []struct {
		from, to string
		days     int
	}{
		{"2007-01-15", "2007-01-30", 15}, {"2007-01-15", "2007-01-31", 16}, {"2007-01-15", "2007-02-15", 30},
		{"2006-09-30", "2006-10-31", 30}, {"2006-08-31", "2007-02-28", 178}, {"2007-02-28", "2007-08-31", 183},
		{"2007-02-14", "2007-02-28", 14}, {"2007-02-28", "2007-03-05", 7}, {"2008-08-31", "2009-02-28", 178},
	} {
		if got := days30(day(c.from), day(c.to)); got != c.days {
			t.Errorf("%s to %s: got %d, want %d", c.from, c.to, got, c.days)
		}
	}
}

func TestPublishedFigures(t *testing.T) {
	five, twentyFive := day("2015-01-01"), day("2035-01-01")
	plain := func(maturity date.Date, coupon float64) Bond {
		return Bond{Issue: date.None, Maturity: maturity, Coupon: coupon, Frequency: 2, Basis: Thirty360}
	}
	icma := func(maturity string, coupon float64) Bond {
		return Bond{Issue: date.None, Maturity: day(maturity), Coupon: coupon, Frequency: 2, Basis: ActActICMA}
	}
	none := math.NaN()
	for _, c := range []struct {
		source                                        string
		bond                                          Bond
		settle                                        string
		yield                                         float64
		clean, accrued, macaulay, modified, convexity float64
		tolerance                                     float64
	}{
		{"Fabozzi, Bond Markets, ch. 4: 6% of 5 years at 9%", plain(five, 0.06), "2010-01-01", 0.09, 88.1309, 0, 4.35, 4.16, none, 0.005},
		{"Fabozzi, Bond Markets, ch. 4: 6% of 25 years at 9%", plain(twentyFive, 0.06), "2010-01-01", 0.09, 70.3570, 0, 11.10, 10.62, 182.92, 0.01},
		{"Fabozzi, Bond Markets, ch. 4: 9% of 25 years at 9%", plain(twentyFive, 0.09), "2010-01-01", 0.09, 100, 0, 10.33, 9.88, 160.72, 0.006},
		{"Fabozzi, Bond Markets, ch. 4: zero of 25 years at 9%", plain(twentyFive, 0), "2010-01-01", 0.09, 11.0710, 0, 25, 23.92, none, 0.005},
		{"Hull, Options, 8th ed., table 4.6: 10% of 3 years at 12% continuous", plain(day("2013-01-01"), 0.10), "2010-01-01", 2 * math.Expm1(0.06), 94.213, 0, 2.653, 2.499, none, 0.0006},
		{"Microsoft Excel, PRICE", plain(day("2017-11-15"), 0.0575), "2008-02-15", 0.065, 94.63436162, 5.75 / 4, none, none, none, 5e-9},
		{"Microsoft Excel, YIELD", plain(day("2016-11-15"), 0.0575), "2008-02-15", 0.065, 95.04287, 5.75 / 4, none, none, none, 5e-6},
		{"Microsoft Excel, DURATION and MDURATION", icma("2016-01-01", 0.08), "2008-01-01", 0.09, none, 0, 5.99377495554519, 5.73566981391884, none, 1e-13},
		{"Microsoft Excel, DURATION", icma("2048-01-01", 0.08), "2018-07-01", 0.09, none, 0, 10.9191452815919, none, none, 1e-13},
		{"QuantLib 1.29, short first period", Bond{Issue: day("2023-11-26"), Maturity: day("2044-07-16"), Coupon: 0.025, Frequency: 2, Basis: ActActICMA}, "2024-01-15", 0.0838, none, 0.3396739130434811, none, none, none, 1e-12},
		{"QuantLib 1.29, 31st of the month", Bond{Issue: day("2018-08-11"), Maturity: day("2044-08-31"), Coupon: 0.04, Frequency: 2, Basis: Act365F}, "2024-01-15", 0.0687, 68.57864674101211, 1.5013698630137018, 12.459601185794648, 12.045827027403343, 205.3396840948067, 1e-10},
		{"QuantLib 1.29, 31st of the month, 30/360", Bond{Issue: day("2022-01-17"), Maturity: day("2027-01-31"), Coupon: 0.025, Frequency: 1, Basis: Thirty360}, "2024-01-15", 0.0298, 98.62223715286113, 2.3958333333333304, 2.896200351112887, 2.8123910964390046, 10.942881006475424, 1e-11},
		{"QuantLib 1.29, quarterly, actual/360", Bond{Issue: day("2018-11-16"), Maturity: day("2027-02-01"), Coupon: 0.04, Frequency: 1, Basis: Act360}, "2024-01-15", 0.0828, 88.71602260619848, 3.8666666666666627, 2.839317522082836, 2.6221994108633506, 9.76239330585626, 1e-11},
	} {
		t.Run(c.source, func(t *testing.T) {
			v := must(c.bond.FromYield(day(c.settle), c.yield))(t)
			for _, f := range []struct {
				name      string
				got, want float64
			}{{"clean", v.Clean, c.clean}, {"accrued", v.Accrued, c.accrued}, {"macaulay", v.Macaulay, c.macaulay}, {"modified", v.Modified, c.modified}, {"convexity", v.Convexity, c.convexity}} {
				if !math.IsNaN(f.want) {
					near(t, f.name, f.got, f.want, c.tolerance)
				}
			}
		})
	}
}

func TestPeriodsRunBackFromMaturity(t *testing.T) {
	b := Bond{Issue: day("2023-10-10"), Maturity: day("2024-08-31"), Coupon: 0.04, Frequency: 4, Basis: ActActICMA}
	want := []Period{
		{day("2023-10-10"), day("2023-11-30"), day("2023-08-31"), 4},
		{day("2023-11-30"), day("2024-02-29"), day("2023-11-30"), 4},
		{day("2024-02-29"), day("2024-05-31"), day("2024-02-29"), 4},
		{day("2024-05-31"), day("2024-08-31"), day("2024-05-31"), 4},
	}
	got := must(b.Periods(day("2023-10-10")))(t)
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("period %d: got %v, want %v", i, got[i], want[i])
		}
	}
	f := must(b.Flows(day("2023-11-30"), nil))(t)
	if len(f.List) != 3 || f.Accrued != 0 || f.List[0].On != day("2024-02-29") {
		t.Errorf("a coupon on the settlement day is the seller's: %+v", f)
	}
	near(t, "short first coupon", must(b.Flows(day("2023-10-10"), nil))(t).List[0].Amount, 51.0/91, 1e-15)
}

// anyBond is a bond drawn at random with a settlement day inside its life.
func anyBond(r *rand.Rand) (Bond, date.Date) {
	b := Bond{Issue: day("2015-01-01") + date.Date(r.IntN(4000)), Coupon: float64(r.IntN(33)) / 400,
		Frequency: []int{1, 2, 3, 4, 6, 12}[r.IntN(6)], Basis: []Basis{Thirty360, ActActICMA, Act365F, Act360}[r.IntN(4)]}
	b.Maturity = b.Issue + 2 + date.Date(r.IntN(40*365))
	settle := b.Issue + date.Date(r.IntN(int(b.Maturity-b.Issue)-1))
	if r.IntN(4) == 0 {
		b.Issue = date.None
	}
	return b, settle
}

func TestLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		b, settle := anyBond(r)
		f := must(b.Flows(settle, nil))(t)
		last := f.List[len(f.List)-1].Time
		if last == 0 { // the 30th and the 31st are one day in 30/360
			if _, err := f.Yield(99); !errors.Is(err, ErrPrice) {
				t.Fatalf("%+v %s: %v", b, settle, err)
			}
			continue
		}
		y := r.Float64()*0.3 - 0.05
		v := must(f.At(y))(t)
		near(t, "clean + accrued = dirty", v.Clean+v.Accrued, v.Dirty, 1e-12)
		if f.Dirty(y+0.001) >= v.Dirty {
			t.Fatalf("%+v %s: the price rises with the yield", b, settle)
		}
		// what one unit in the last place of the price is in yield
		tolerance := 4e-15 * (1 + 1/v.Modified)
		near(t, "yield(price(y))", must(f.Yield(v.Dirty))(t), y, tolerance)
		// the derivatives against differences
		h := 1e-5
		up, down := f.Dirty(y+h), f.Dirty(y-h)
		near(t, "modified", (down-up)/(2*h)/v.Dirty, v.Modified, 1e-6*(1+v.Modified))
		near(t, "dv01", v.DV01, v.Modified*v.Dirty*BasisPoint, 1e-5*v.DV01)
		h = 1e-3
		near(t, "convexity", (f.Dirty(y+h)-2*v.Dirty+f.Dirty(y-h))/(h*h)/v.Dirty, v.Convexity, 2e-3*(1+v.Convexity))
		if !(v.Macaulay <= last*(1+1e-12)) || v.Macaulay < f.List[0].Time*(1-1e-12) {
			t.Fatalf("duration %v outside the payments, %v to %v", v.Macaulay, f.List[0].Time, last)
		}
		if b.Coupon == 0 {
			near(t, "duration of a zero", v.Macaulay, last, 1e-12*last)
		}
		if t.Failed() {
			t.Fatalf("%+v settled %s at %v", b, settle, y)
		}
	}
}

func TestAccruedGrowsToTheCoupon(t *testing.T) {
	for _, basis := range []Basis{Thirty360, ActActICMA, Act365F, Act360} {
		b := Bond{Issue: date.None, Maturity: day("2031-03-31"), Coupon: 0.06, Frequency: 2, Basis: basis}
		before := 0.0
		for settle := day("2024-09-30"); settle < day("2025-03-31"); settle++ {
			f := must(b.Flows(settle, nil))(t)
			if f.Accrued < before || f.Accrued > f.List[0].Amount {
				t.Fatalf("%s %s: accrued %v after %v, coupon %v", basis, settle, f.Accrued, before, f.List[0].Amount)
			}
			before = f.Accrued
		}
		if f := must(b.Flows(day("2025-03-31"), nil))(t); f.Accrued != 0 || before < 2.9 {
			t.Errorf("%s: accrued %v on the coupon date after %v", basis, f.Accrued, before)
		}
	}
}

func TestYieldOfExtremePrices(t *testing.T) {
	b := Bond{Issue: date.None, Maturity: day("2064-02-29"), Coupon: 0.12, Frequency: 2, Basis: Act365F}
	f := must(b.Flows(day("2024-03-05"), nil))(t)
	for price := 1e-2; price < 1e12; price *= 7 {
		y := must(f.Yield(price))(t)
		near(t, "price", f.Dirty(y)/price, 1, 1e-11)
	}
	for _, price := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := f.Yield(price); !errors.Is(err, ErrPrice) {
			t.Errorf("price %v: %v", price, err)
		}
	}
	tomorrow := must(b.Flows(b.Maturity-1, nil))(t)
	for _, price := range []float64{1e-300, 1e300} {
		if y, err := tomorrow.Yield(price); !errors.Is(err, ErrPrice) {
			t.Errorf("price %v: yield %v, %v", price, y, err)
		}
	}
}

func TestTermsAreRefusedByName(t *testing.T) {
	good := Bond{Issue: day("2020-01-01"), Maturity: day("2030-01-01"), Coupon: 0.05, Frequency: 2, Basis: ActActICMA}
	with := func(change func(*Bond)) Bond { b := good; change(&b); return b }
	for _, c := range []struct {
		name   string
		bond   Bond
		settle date.Date
		want   error
	}{
		{"no maturity", with(func(b *Bond) { b.Maturity = date.None }), day("2024-01-01"), ErrTerms},
		{"issued after maturity", with(func(b *Bond) { b.Issue = b.Maturity }), day("2024-01-01"), ErrTerms},
		{"five coupons", with(func(b *Bond) { b.Frequency = 5 }), day("2024-01-01"), ErrTerms},
		{"no frequency", with(func(b *Bond) { b.Frequency = 0 }), day("2024-01-01"), ErrTerms},
		{"other day count", with(func(b *Bond) { b.Basis = "30E/360" }), day("2024-01-01"), ErrTerms},
		{"negative coupon", with(func(b *Bond) { b.Coupon = -0.01 }), day("2024-01-01"), ErrTerms},
		{"no coupon number", with(func(b *Bond) { b.Coupon = math.NaN() }), day("2024-01-01"), ErrTerms},
		{"no settlement", good, date.None, ErrTerms},
		{"settled at maturity", good, good.Maturity, ErrMatured},
		{"settled before issue", good, good.Issue - 1, ErrNotIssued},
	} {
		if _, err := c.bond.FromYield(c.settle, 0.03); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if _, err := c.bond.Periods(c.settle); !errors.Is(err, c.want) {
			t.Errorf("%s, periods: got %v", c.name, err)
		}
	}
	for _, y := range []float64{-2, -3, math.NaN(), math.Inf(1)} {
		if _, err := good.FromYield(day("2024-01-01"), y); !errors.Is(err, ErrYield) {
			t.Errorf("yield %v: %v", y, err)
		}
	}
	if _, err := good.FromClean(day("2024-04-01"), -50); !errors.Is(err, ErrPrice) {
		t.Errorf("clean -50: %v", err)
	}
}

func TestFromCleanSparesMemory(t *testing.T) {
	b := Bond{Issue: date.None, Maturity: day("2054-02-28"), Coupon: 0.04, Frequency: 4, Basis: Act360}
	if n := testing.AllocsPerRun(20, func() { sink, _ = b.FromClean(day("2024-05-03"), 91.25) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
