package surface

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
)

var (
	today   = date.Must(2014, time.June, 6)
	unknown = math.NaN()
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

func quotesOf(expiry date.Date, rows []row) (list []Quote) {
	for _, r := range rows {
		list = append(list, Quote{expiry, r.kind, r.strike, r.bid, r.ask, unknown})
	}
	return list
}

func must(t testing.TB, m Market, quotes []Quote) *Surface {
	t.Helper()
	s, err := Build(m, quotes)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The spot is the close of 6 June 2014, 645.57; the next dividend of 0.47 after the
// split, 3.29 before it, is paid between the two expiries, on 7 August: the forward
// of July lies above the spot by interest, that of August below it by the dividend.
// The volatility at the money is held against the straddle's, √(2π/T) (C + P)/2F
// (Brenner and Subrahmanyam 1988), with the middles at 640: 50.1 and 57.4.
func TestRealChain(t *testing.T) {
	market := Market{On: today, Spot: 645.57, Rate: Flat(0.0015), DividendYield: unknown, American: true}
	first, second := date.Must(2014, time.July, 25), date.Must(2014, time.August, 16)
	s := must(t, market, append(quotesOf(first, july), quotesOf(second, august)...))
	if len(s.Slices) != 2 || len(s.Findings) != 0 {
		t.Fatalf("%d slices, findings %+v", len(s.Slices), s.Findings)
	}
	for i, c := range []struct{ forward, straddle float64 }{{645.57, 50.1}, {645.57 - 3.29, 57.4}} {
		e := s.Slices[i]
		if !near(e.Forward, c.forward, 1.6) || e.ForwardFrom != FromParity || e.Pairs < 5 {
			t.Errorf("%s: forward %v of %d pairs, want about %v", e.Expiry, e.Forward, e.Pairs, c.forward)
		}
		want := math.Sqrt(2*math.Pi/e.Years) * c.straddle / 2 / c.forward
		if v := e.Smile.Volatility(0, e.Years); !near(v, want, 0.003) {
			t.Errorf("%s: volatility at the money %v, of the straddle %v", e.Expiry, v, want)
		}
		if e.Inside < len(e.Points)-1 {
			t.Errorf("%s: %d of %d within their spreads", e.Expiry, e.Inside, len(e.Points))
		}
	}
	if used, _ := s.Quotes(); used+len(s.LeftOut) != len(july)+len(august) {
		t.Errorf("%d used, %d left out of %d", used, len(s.LeftOut), len(july)+len(august))
	}
	for _, e := range s.Slices {
		for _, p := range e.Points {
			terms, mark, err := s.Terms(p.Kind, p.Strike, e.Expiry)
			q := append(quotesOf(first, july), quotesOf(second, august)...)[p.Quote]
			if price := option.AmericanPrice(terms); err != nil || mark.Status != Quoted || !near(price, (q.Bid+q.Ask)/2, 1e-5) {
				t.Errorf("%s %v: %s, price %v of bid %v, ask %v, %v", e.Expiry, p.Strike, mark.Status, price, q.Bid, q.Ask, err)
			}
		}
	}
}

// model is a surface to make quotes of: SVI in every expiry, the parameters for T = 1
// scaled by time, which has neither butterfly nor calendar arbitrage.
type model struct {
	market Market
	smile  Smile
	carry  float64 // rate less dividend yield
}

func (m model) terms(kind option.Kind, strike float64, expiry date.Date) option.Terms {
	years := float64(expiry-m.market.On) / 365
	rate := m.market.Rate(years)
	t := option.Terms{Kind: kind, Spot: m.market.Spot, Strike: strike, Years: years, Rate: rate, DividendYield: rate - m.carry}
	t.Volatility = math.Sqrt(m.smile.raw(math.Log(strike / (t.Spot * math.Exp(m.carry*years)))))
	return t
}

// quote is the price of the model, with a spread of so much of it.
func (m model) quote(kind option.Kind, strike float64, expiry date.Date, spread float64) Quote {
	price := priceOf(m.terms(kind, strike, expiry), m.market.American)
	return Quote{expiry, kind, strike, price * (1 - spread/2), price * (1 + spread/2), unknown}
}

func (m model) chain(expiries []int, strikes []float64, spread float64) (list []Quote) {
	for _, days := range expiries {
		for _, k := range strikes {
			for _, kind := range []option.Kind{option.Call, option.Put} {
				if q := m.quote(kind, k, m.market.On+date.Date(days), spread); q.Bid > 1e-4 {
					list = append(list, q)
				}
			}
		}
	}
	return list
}

func gentle(american bool) model {
	return model{
		market: Market{On: today, Spot: 100, Rate: Flat(0.04), DividendYield: unknown, American: american},
		smile:  Smile{A: 0.02, B: 0.08, Rho: -0.5, M: 0.05, S: 0.2, Low: -9, High: 9}, carry: 0.025,
	}
}

var strikes = []float64{60, 70, 75, 80, 85, 90, 95, 100, 105, 110, 115, 120, 130, 140}

// The fit finds the smile that made the quotes, European and American.
func TestFindsItsModel(t *testing.T) {
	for _, american := range []bool{false, true} {
		m := gentle(american)
		s := must(t, m.market, m.chain([]int{30, 91, 182, 365, 730}, strikes, 0.02))
		used, inside := s.Quotes()
		if inside != used || len(s.Findings) > 0 {
			t.Errorf("american %t: %d of %d inside, findings %+v", american, inside, used, s.Findings)
		}
		for _, e := range s.Slices {
			if want := 100 * math.Exp(m.carry*e.Years); !near(e.Forward, want, 2e-4*want) || !near(e.DividendYield, 0.015, 3e-3) {
				t.Errorf("american %t, %s: forward %v, want %v; yield %v", american, e.Expiry, e.Forward, want, e.DividendYield)
			}
			for _, p := range e.Points {
				if want := m.terms(p.Kind, p.Strike, e.Expiry).Volatility; !near(p.Fitted, want, 1.5e-3) || !near(p.Volatility, want, 1e-3) {
					t.Errorf("american %t, %s, %v: volatility %v, fitted %v, want %v", american, e.Expiry, p.Strike, p.Volatility, p.Fitted, want)
				}
			}
		}
	}
}

// European quotes need no spot: the forward is enough.
func TestWithoutSpot(t *testing.T) {
	m := gentle(false)
	quotes := m.chain([]int{91, 365}, strikes, 0.02)
	with := must(t, m.market, quotes)
	blind := m.market
	blind.Spot = unknown
	s := must(t, blind, quotes)
	expiry := today + 200
	a, err1 := with.Volatility(93, expiry)
	b, err2 := s.Volatility(93, expiry)
	if err1 != nil || err2 != nil || !near(a.Volatility, b.Volatility, 1e-12) || !math.IsNaN(s.Slices[0].DividendYield) {
		t.Errorf("with a spot %+v %v, without %+v %v", a, err1, b, err2)
	}
	terms, _, err := s.Terms(option.Put, 93, expiry)
	seen, _, _ := with.Terms(option.Put, 93, expiry)
	if err != nil || !near(option.European(terms).Price, option.European(seen).Price, 1e-9) {
		t.Errorf("price %v, with a spot %v, %v", option.European(terms).Price, option.European(seen).Price, err)
	}
	for _, days := range []int{30, 500} { // before and after: the carry of the two expiries goes on
		if f, want := s.Forward(float64(days)/365), 100*math.Exp(m.carry*float64(days)/365); !near(f, want, 1e-3) {
			t.Errorf("forward of %d days %v, want %v", days, f, want)
		}
	}
}

func TestMarks(t *testing.T) {
	m := gentle(false)
	s := must(t, m.market, m.chain([]int{91, 365}, strikes, 0.02))
	a, b := s.Slices[0], s.Slices[1]
	at := func(strike float64, days int) Mark {
		mark, err := s.Volatility(strike, today+date.Date(days))
		if err != nil {
			t.Fatalf("%v, %d days: %v", strike, days, err)
		}
		return mark
	}
	for _, c := range []struct {
		strike float64
		days   int
		want   Status
	}{{95, 91, Quoted}, {97, 91, Interpolated}, {97, 200, Interpolated}, {100, 200, Interpolated}, {30, 91, Extrapolated}, {95, 20, Extrapolated}, {95, 900, Extrapolated}, {300, 200, Extrapolated}} {
		if got := at(c.strike, c.days); got.Status != c.want || !(got.Volatility > 0.05 && got.Volatility < 0.6) {
			t.Errorf("%v, %d days: %+v, want %s", c.strike, c.days, got, c.want)
		}
	}
	// total variance is linear in time at the same moneyness
	middle := at(104, 228)
	share := (228.0 - 91) / (365 - 91)
	want := (1-share)*a.Smile.Variance(middle.Moneyness) + share*b.Smile.Variance(middle.Moneyness)
	if got := middle.Volatility * middle.Volatility * middle.Years; !near(got, want, 1e-14) {
		t.Errorf("variance %v, want %v", got, want)
	}
	// beyond the strikes and the expiries the volatility stays
	if edge, far := b.Smile.Volatility(b.Smile.High, b.Years), at(400, 365).Volatility; !near(edge, far, 1e-14) {
		t.Errorf("beyond the last strike %v, at it %v", far, edge)
	}
	late := at(100, 1000)
	if want := b.Smile.Volatility(late.Moneyness, b.Years); !near(late.Volatility, want, 1e-14) {
		t.Errorf("beyond the last expiry %v, at it %v", late.Volatility, want)
	}
	for name, c := range map[string]struct {
		strike float64
		expiry date.Date
		want   error
	}{
		"no strike": {0, today + 9, ErrMarket}, "no number": {unknown, today + 9, ErrMarket}, "today": {100, today, option.ErrExpired},
		"past": {100, today - 1, option.ErrExpired}, "no date": {100, date.None, option.ErrExpired},
	} {
		if _, err := s.Volatility(c.strike, c.expiry); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (&Surface{Market: m.market}).Volatility(100, today+9); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty surface: %v", err)
	}
}

func TestReasons(t *testing.T) {
	m := gentle(false)
	soon := today + 91
	put := func(strike, bid, ask float64) Quote { return Quote{soon, option.Put, strike, bid, ask, unknown} }
	quotes := append(m.chain([]int{91}, strikes, 0.02),
		Quote{today - 1, option.Put, 90, 1, 2, unknown}, Quote{today, option.Put, 90, 1, 2, unknown}, m.quote(option.Put, 95, soon, 0.02),
		put(91, unknown, 2), put(92, 0, 1), put(93, 1, 0), put(94, 2, 1), put(96, -1, 1), put(-1, 1, 2), put(math.Inf(1), 1, 2),
		put(89, 80, 200), put(135, 30, 35), put(136, 34, 40), Quote{soon, option.Call, 77, 20, 30, unknown})
	s := must(t, m.market, quotes)
	got := map[int]Reason{}
	for _, l := range s.LeftOut {
		got[l.Quote] = l.Reason
	}
	first := len(quotes) - 14
	for i, want := range []Reason{PastExpiry, ExpiresToday, Duplicate, NoQuote, NoBid, NoAsk, Crossed, BadNumber, BadNumber, BadNumber, AboveBound, BelowBound, WideSpread, WideSpread} {
		if got[first+i] != want {
			t.Errorf("%+v: %q, want %s", quotes[first+i], got[first+i], want)
		}
	}
	for i := range first {
		if got[i] != "" && got[i] != InTheMoney {
			t.Errorf("%+v left out: %s", quotes[i], got[i])
		}
	}
	// last prices only where asked for
	last := []Quote{{soon, option.Call, 100, unknown, unknown, 4}}
	blind := m.market
	blind.DividendYield = 0.015
	if s, err := Build(blind, last); !errors.Is(err, ErrEmpty) || s.LeftOut[0].Reason != NoQuote {
		t.Errorf("last prices unasked: %+v, %v", s, err)
	}
	blind.UseLast = true
	taken := must(t, blind, last)
	if p := taken.Slices[0].Points[0]; !p.FromLast || taken.Slices[0].ForwardFrom != FromYield || taken.Slices[0].Smile.Method != FlatFit {
		t.Errorf("last price: %+v", taken.Slices[0])
	}
	// neither pair nor yield
	if s, err := Build(m.market, []Quote{put(90, 1, 1.1)}); !errors.Is(err, ErrEmpty) || s.LeftOut[0].Reason != NoForward {
		t.Errorf("no forward: %+v, %v", s, err)
	}
}

// Fewer strikes, simpler smiles, and it is said.
func TestFewStrikes(t *testing.T) {
	m := gentle(false)
	for n, want := range map[int]Method{1: FlatFit, 2: FlatFit, 3: SVIThree, 4: SVIThree, 5: SVI, 8: SVI} {
		some := strikes[3 : 3+n]
		s := must(t, func() Market { x := m.market; x.DividendYield = 0.015; return x }(), m.chain([]int{182}, some, 0.05))
		e := s.Slices[0]
		if e.Smile.Method != want || len(e.Points) != n || n > 2 && e.Inside != n {
			t.Errorf("%d strikes: %s with %d points, %d inside", n, e.Smile.Method, len(e.Points), e.Inside)
		}
	}
}

// A pair that is far off does not move the forward, and is found.
func TestForwardIsRobust(t *testing.T) {
	m := gentle(false)
	quotes := m.chain([]int{182}, strikes, 0.02)
	for i := range quotes {
		if quotes[i].Strike == 105 && quotes[i].Kind == option.Call {
			quotes[i].Bid, quotes[i].Ask = quotes[i].Bid+5, quotes[i].Ask+5
		}
	}
	s := must(t, m.market, quotes)
	if want := 100 * math.Exp(m.carry*182/365); !near(s.Slices[0].Forward, want, 2e-3*want) {
		t.Errorf("forward %v, want %v", s.Slices[0].Forward, want)
	}
	found := false
	for _, f := range s.Findings {
		found = found || f.Violation == Parity && f.Strike == 105 && near(f.Size, 5, 0.3)
	}
	if !found {
		t.Errorf("the pair at 105 is not named: %+v", s.Findings)
	}
}

func TestBadMarkets(t *testing.T) {
	good := gentle(true).market
	for name, change := range map[string]func(*Market){
		"no day": func(m *Market) { m.On = date.None }, "no rate": func(m *Market) { m.Rate = nil }, "no spot": func(m *Market) { m.Spot = unknown },
		"spot of zero": func(m *Market) { m.Spot = 0 }, "endless spot": func(m *Market) { m.Spot = math.Inf(1) },
		"yield": func(m *Market) { m.DividendYield = 11 }, "rate": func(m *Market) { m.Rate = Flat(unknown) }, "rate of 500 %": func(m *Market) { m.Rate = Flat(50) },
	} {
		m := good
		change(&m)
		if _, err := Build(m, gentle(true).chain([]int{30}, strikes, 0.02)); !errors.Is(err, ErrMarket) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := Build(good, nil); !errors.Is(err, ErrEmpty) || s == nil {
		t.Errorf("no quotes: %v", err)
	}
}

// Whatever the quotes are, a mark is a volatility or an error, and an answer twice
// is the same.
func TestAnyQuotes(t *testing.T) {
	marked := 0
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 51))
		m := Market{On: today, Spot: 100, Rate: Flat(0.2*rng.Float64() - 0.05), DividendYield: 0.1*rng.Float64() - 0.03, American: seed%5 == 0}
		var quotes []Quote
		for range 5 + rng.IntN(60) {
			k := math.Round(100 * math.Exp(rng.NormFloat64()*0.4))
			bid := math.Exp(rng.NormFloat64()*2 - 1)
			quotes = append(quotes, Quote{today + date.Date(rng.IntN(4)*rng.IntN(400)), option.Kind(rng.IntN(2) == 0), k, bid, bid * (1 + 0.3*rng.Float64() - 0.03), unknown})
		}
		s, err := Build(m, quotes)
		if errors.Is(err, ErrEmpty) {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		again, _ := Build(m, quotes)
		for range 20 {
			strike, expiry := 100*math.Exp(rng.NormFloat64()), today+1+date.Date(rng.IntN(1500))
			mark, err := s.Volatility(strike, expiry)
			if err != nil {
				continue
			}
			marked++
			if !(mark.Volatility > 0) || math.IsInf(mark.Volatility, 0) || !(mark.Forward > 0) {
				t.Fatalf("seed %d: %v %s: %+v", seed, strike, expiry, mark)
			}
			if twice, _ := again.Volatility(strike, expiry); twice != mark {
				t.Fatalf("seed %d: %+v, then %+v", seed, mark, twice)
			}
		}
	}
	if marked < 1000 {
		t.Errorf("only %d marks", marked)
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, american := range []bool{false, true} {
		m := gentle(american)
		quotes := m.chain([]int{30, 91, 182, 365, 730}, strikes, 0.02)
		b.Run(map[bool]string{false: "european", true: "american"}[american], func(b *testing.B) {
			for b.Loop() {
				must(b, m.market, quotes)
			}
		})
	}
}
