package bond

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

// hullCurve is table 4.2 of Hull, Options, 8th ed.: the half years fall within
// half a day of 182.5 days.
func hullCurve(t *testing.T) *Curve {
	return must(NewCurve(day("2021-04-01"), []Node{{day("2021-10-01"), 0.05}, {day("2022-04-01"), 0.058}, {day("2022-10-01"), 0.064}, {day("2023-04-01"), 0.068}}))(t)
}

func TestCurveOfHull(t *testing.T) {
	c := hullCurve(t)
	price := func(coupon float64) float64 {
		b := Bond{Issue: date.None, Maturity: day("2023-04-01"), Coupon: coupon, Frequency: 2, Basis: Thirty360}
		return must(b.Flows(c.Origin(), nil))(t).OnCurve(c, 0)
	}
	near(t, "6% of two years", price(0.06), 98.39, 0.006)
	near(t, "at the par yield", price(0.0687), 100, 0.012)
	b := Bond{Issue: date.None, Maturity: day("2023-04-01"), Coupon: 0.06, Frequency: 2, Basis: Thirty360}
	v := must(b.FromClean(c.Origin(), 98.39))(t)
	near(t, "its yield, continuous", 2*math.Log1p(v.Yield/2), 0.0676, 0.00005)
}

func TestBootstrapOfHull(t *testing.T) {
	// Hull, Options, 8th ed., tables 4.3 and 4.4: bonds by price, here by the bill's
	// simple yield; the 1.5 and 2 year bonds are not at par and price the result
	on := day("2021-04-01")
	bill := func(maturity string, price float64) Quote {
		days := float64(day(maturity) - on)
		return Quote{Kind: SimpleYield, Maturity: day(maturity), Rate: (100/price - 1) * 365 / days, Basis: Act365F}
	}
	c := must(Bootstrap(on, []Quote{bill("2022-04-01", 90), bill("2021-07-01", 97.5), bill("2021-10-01", 94.9)}))(t)
	near(t, "three months", c.Zero(day("2021-07-01"))*91/365*4, 0.10127, 0.00001)
	near(t, "six months", c.Zero(day("2021-10-01"))*183/365*2, 0.10469, 0.00001)
	near(t, "one year", c.Zero(day("2022-04-01")), 0.10536, 0.00001)
	full := must(NewCurve(on, append(c.Nodes(), Node{day("2022-10-01"), 0.10681}, Node{day("2023-04-01"), 0.10808})))(t)
	for _, b := range []struct {
		maturity      string
		coupon, price float64
	}{{"2022-10-01", 0.08, 96}, {"2023-04-01", 0.12, 101.6}} {
		bond := Bond{Issue: date.None, Maturity: day(b.maturity), Coupon: b.coupon, Frequency: 2, Basis: Thirty360}
		near(t, b.maturity, must(bond.Flows(on, nil))(t).OnCurve(full, 0), b.price, 0.06) // half a day at 10% is 0.014, the tables round
	}
}

// treasury is the Treasury's par yield curve of 31 December 2021 (home.treasury.gov).
func treasury() []Quote {
	quotes := []Quote{
		{Kind: SimpleYield, Maturity: day("2022-01-31"), Rate: 0.0006, Basis: Act365F},
		{Kind: SimpleYield, Maturity: day("2022-03-31"), Rate: 0.0006, Basis: Act365F},
		{Kind: SimpleYield, Maturity: day("2022-06-30"), Rate: 0.0019, Basis: Act365F},
	}
	for _, q := range []struct {
		year int
		rate float64
	}{{1, 0.0039}, {2, 0.0073}, {3, 0.0097}, {5, 0.0126}, {7, 0.0144}, {10, 0.0152}, {20, 0.0194}, {30, 0.0190}} {
		quotes = append(quotes, Quote{Kind: ParYield, Maturity: day("2021-12-31").AddYears(q.year), Rate: q.rate, Frequency: 2, Basis: ActActICMA})
	}
	return quotes
}

func TestBootstrapPricesItsQuotes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for trial := range 50 {
		on, quotes := day("2021-12-31"), treasury()
		if trial > 0 {
			on += date.Date(r.IntN(20)) // off the coupon dates: the par bonds have accrued
			for i := range quotes {
				quotes[i].Rate += r.Float64()*0.03 - 0.015 // some below zero
				if quotes[i].Kind == SimpleYield && r.IntN(2) == 0 {
					quotes[i].Kind, quotes[i].Basis = DiscountRate, Act360
				}
			}
			r.Shuffle(len(quotes), func(i, j int) { quotes[i], quotes[j] = quotes[j], quotes[i] })
		}
		c := must(Bootstrap(on, quotes))(t)
		for _, q := range quotes {
			years := float64(q.Maturity-on) / 365
			switch q.Kind {
			case SimpleYield:
				near(t, "simple", 1/c.Discount(q.Maturity), 1+q.Rate*years, 1e-14)
			case DiscountRate:
				near(t, "discount", c.Discount(q.Maturity), 1-q.Rate*years*365/360, 1e-14)
			default:
				f := must(Bond{Issue: date.None, Maturity: q.Maturity, Coupon: q.Rate, Frequency: 2, Basis: q.Basis}.flows(on, nil))(t)
				near(t, "par", f.OnCurve(c, 0)-f.Accrued, 100, 1e-11)
			}
		}
	}
}

func TestBootstrapOfAFlatCurve(t *testing.T) {
	on, quotes := day("2023-04-01"), []Quote(nil)
	for years := 1; years <= 30; years++ {
		quotes = append(quotes, Quote{Maturity: on.AddYears(years), Rate: 0.05, Frequency: 1, Basis: Act365F})
	}
	c := must(Bootstrap(on, quotes))(t)
	for _, n := range c.Nodes() { // a year of 365 days at 5%; the leap years earn their day too
		near(t, n.On.String(), n.Rate, math.Log(1.05), 4e-6)
	}
}

func TestBootstrapRefuses(t *testing.T) {
	on := day("2024-01-15")
	par := func(maturity string, rate float64) Quote {
		return Quote{Maturity: day(maturity), Rate: rate, Frequency: 2, Basis: ActActICMA}
	}
	for _, c := range []struct {
		name   string
		quotes []Quote
		want   error
	}{
		{"none", nil, ErrCurve},
		{"past", []Quote{par("2024-01-15", 0.05)}, ErrCurve},
		{"twice", []Quote{par("2025-01-15", 0.05), par("2025-01-15", 0.05)}, ErrCurve},
		{"coupons of minus everything", []Quote{par("2044-01-15", -0.9)}, ErrCurve},
		{"no frequency", []Quote{{Maturity: on + 900, Rate: 0.02, Basis: Act360}}, ErrTerms},
		{"nothing left for the redemption", []Quote{par("2025-01-15", 0.01), par("2026-01-15", 0.01), par("2027-01-15", 90)}, ErrCurve},
		{"bill in 30/360", []Quote{{Kind: SimpleYield, Maturity: on + 90, Rate: 0.05, Basis: Thirty360}}, ErrCurve},
		{"bill of another kind", []Quote{{Kind: 7, Maturity: on + 90, Rate: 0.05, Basis: Act360}}, ErrCurve},
		{"bill at a discount of everything", []Quote{{Kind: DiscountRate, Maturity: on + 360, Rate: 1, Basis: Act360}}, ErrCurve},
	} {
		if _, err := Bootstrap(on, c.quotes); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCurveRunsStraightBetweenNodes(t *testing.T) {
	c := must(NewCurve(day("2024-01-01"), []Node{{day("2024-01-11"), 0.02}, {day("2024-01-31"), 0.04}}))(t)
	for on, want := range map[string]float64{"2024-01-01": 0.02, "2024-01-11": 0.02, "2024-01-16": 0.025, "2024-01-31": 0.04, "2030-01-01": 0.04} {
		near(t, on, c.Zero(day(on)), want, 1e-17)
	}
	near(t, "discount", c.Discount(day("2024-01-21")), math.Exp(-0.03*20/365), 1e-16)
	near(t, "between", c.Between(day("2024-01-11"), day("2024-01-21"))*c.Discount(day("2024-01-11")), c.Discount(day("2024-01-21")), 2e-16)
	for name, nodes := range map[string][]Node{"empty": nil, "early": {{day("2023-12-31"), 0}}, "unsorted": {{day("2024-02-01"), 0}, {day("2024-01-31"), 0}}, "nan": {{day("2024-02-01"), math.NaN()}}} {
		if _, err := NewCurve(day("2024-01-01"), nodes); !errors.Is(err, ErrCurve) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyRates(t *testing.T) {
	c := must(Bootstrap(day("2021-12-31"), treasury()))(t)
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		b, _ := anyBond(r)
		settle := day("2021-12-31") + date.Date(r.IntN(9)) // settlement after the curve's day
		if b.Issue = date.None; b.Maturity <= settle {
			continue
		}
		f := must(b.Flows(settle, nil))(t)
		spread := r.Float64() * 0.03
		key := f.KeyRates(c, spread)
		sum := 0.0
		for n, again := range KeyRatesOf(c, func(c *Curve) float64 { return f.OnCurve(c, spread) }) {
			near(t, "key rate against pricing again", key[n], again, 1e-12*f.OnCurve(c, spread))
			sum += key[n]
		}
		parallel := f.Parallel(c, spread)
		near(t, "parallel against pricing again", parallel, (f.OnCurve(c.Shift(-BasisPoint), spread)-f.OnCurve(c.Shift(BasisPoint), spread))/2, 1e-11)
		near(t, "key rates together", sum, parallel, 1e-5*parallel)
		price := f.OnCurve(c, spread)
		near(t, "spread of the price", must(f.Spread(c, price))(t), spread, 1e-14*(1+100*price/parallel*BasisPoint))
		if t.Failed() {
			t.Fatalf("%+v settled %s", b, settle)
		}
	}
	zero := must(Bond{Issue: date.None, Maturity: c.Nodes()[6].On, Frequency: 1, Basis: Act365F}.Flows(c.Origin(), nil))(t)
	for n, gain := range zero.KeyRates(c, 0) {
		want := 0.0
		if n == 6 {
			want = 100 * c.Discount(c.Nodes()[6].On) * math.Sinh(BasisPoint*1826/365)
		}
		near(t, "zero of a node", gain, want, 1e-15)
	}
}

func TestFloatingNote(t *testing.T) {
	c := must(Bootstrap(day("2021-12-31"), treasury()))(t)
	reset := day("2022-01-05")
	n := Floating{Issue: date.None, Maturity: day("2027-01-05"), Frequency: 4, Basis: Act360}
	n.Fixing = (1/c.Between(reset, day("2022-04-05")) - 1) * 360 / 90
	f := must(n.Flows(reset, c, nil))(t)
	near(t, "on a reset day without margin", f.OnCurve(c, 0), 100, 1e-11)
	gains, sum := KeyRatesOf(c, func(c *Curve) float64 { return must(n.Flows(reset, c, nil))(t).OnCurve(c, 0) }), 0.0
	for _, gain := range gains {
		sum += gain
	}
	near(t, "sensitive until the next reset only", sum, 100*BasisPoint*90/365, 1e-6)
	n.Margin = 0.01
	f = must(n.Flows(reset+30, c, nil))(t)
	near(t, "accrued", f.Accrued, 100*(n.Fixing+0.01)*30/360, 1e-12)
	annuity := 0.0
	for _, p := range f.List {
		annuity += c.Between(reset+30, p.On)
	}
	near(t, "a margin is worth an annuity", f.OnCurve(c, 0)-must(Floating{date.None, n.Maturity, 0, n.Fixing, 4, Act360}.Flows(reset+30, c, nil))(t).OnCurve(c, 0), annuity*0.01*100*91.3/360, 0.01)
	for _, bad := range []Floating{{Issue: date.None, Maturity: n.Maturity, Frequency: 5, Basis: Act360}, {Issue: date.None, Maturity: n.Maturity, Frequency: 4, Basis: Act360, Margin: math.NaN()}} {
		if _, err := bad.Flows(reset, c, nil); !errors.Is(err, ErrTerms) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := n.Flows(day("2021-12-30"), c, nil); !errors.Is(err, ErrTerms) {
		t.Errorf("before the curve: %v", err)
	}
	if _, err := n.Flows(n.Maturity, c, nil); !errors.Is(err, ErrMatured) {
		t.Errorf("matured: %v", err)
	}
}

func TestHoldings(t *testing.T) {
	c := must(Bootstrap(day("2021-12-31"), treasury()))(t)
	settle := day("2022-01-04")
	ten := Bond{Issue: date.None, Maturity: day("2031-11-15"), Coupon: 0.01375, Frequency: 2, Basis: ActActICMA}
	two := Bond{Issue: date.None, Maturity: day("2023-12-31"), Coupon: 0.0075, Frequency: 2, Basis: ActActICMA}
	price, nothing := 95.5, -3.0
	r := Measure(settle, c, []Holding{
		{Name: "ten", Bond: ten, Face: 1_000_000, Clean: &price},
		{Name: "short two", Bond: two, Face: -400_000},
		{Name: "gone", Bond: Bond{Issue: date.None, Maturity: settle, Coupon: 0.01, Frequency: 2, Basis: Act360}, Face: 100},
		{Name: "wrong price", Bond: two, Face: 100, Clean: &nothing},
		{Name: "no face", Bond: two, Face: math.NaN()},
	})
	for i, want := range []error{nil, nil, ErrMatured, ErrPrice, ErrPrice} {
		if !errors.Is(r.Rows[i].Err, want) {
			t.Errorf("%s: %v", r.Rows[i].Name, r.Rows[i].Err)
		}
	}
	if r.Left != 3 {
		t.Errorf("left out: %d", r.Left)
	}
	long, short := must(ten.FromClean(settle, price))(t), must(two.Flows(settle, nil))(t)
	near(t, "value", r.Total.Value, 10_000*long.Dirty-4_000*short.OnCurve(c, 0), 1e-8)
	near(t, "dv01", r.Total.DV01, r.Rows[0].DV01+r.Rows[1].DV01, 1e-10)
	near(t, "dv01 of the long", r.Rows[0].DV01, 10_000*long.DV01, 1e-9)
	if r.Rows[1].Value >= 0 || r.Rows[1].DV01 >= 0 || r.Rows[1].Spread != 0 || r.Rows[0].Spread <= 0 {
		t.Errorf("signs: %+v", r.Rows)
	}
	years, ok := r.Total.Duration()
	if want := (r.Rows[0].Value*long.Modified + r.Rows[1].Modified) / r.Total.Value; !ok || math.Abs(years-want) > 1e-12 {
		t.Errorf("duration %v, want %v", years, want)
	}
	if _, ok := r.Rows[1].Duration(); ok {
		t.Error("a short position has no duration in years")
	}
	sum := 0.0
	for n, gain := range r.Total.KeyRates {
		near(t, "key rate", gain, r.Rows[0].KeyRates[n]+r.Rows[1].KeyRates[n], 1e-9)
		sum += gain
	}
	near(t, "key rates together", sum, r.Total.Parallel, 1e-5*r.Total.Parallel)
	near(t, "the spread reprices", must(ten.Flows(settle, nil))(t).OnCurve(c, r.Rows[0].Spread), long.Dirty, 1e-11)
}
