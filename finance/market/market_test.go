package market_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

func day(s string) date.Date       { return date.MustParse(s) }
func exact(s string) money.Decimal { return money.MustParse(s) }

// series reads "2024-01-02 100, 2024-01-03 101.5".
func series(text string) *market.Series {
	var points []ledger.Point
	for _, p := range strings.Split(text, ", ") {
		on, value, _ := strings.Cut(p, " ")
		points = append(points, ledger.Point{Date: day(on), Value: exact(value)})
	}
	return market.FromPoints(points, "test")
}

// TestVector12EntitledBeforeTheExDate: whoever buys on the ex-date is not entitled; one
// must hold at the close of the day before.
func TestVector12EntitledBeforeTheExDate(t *testing.T) {
	a := &market.Actions{Dividends: []market.DividendEvent{{ExDate: day("2024-05-10"), Amount: exact("0.25"), Currency: "USD"}}}
	held := func(bought, sold string) func(date.Date) money.Decimal {
		return func(on date.Date) money.Decimal {
			if on >= day(bought) && (sold == "" || on < day(sold)) {
				return exact("40")
			}
			return money.Zero
		}
	}
	for _, c := range []struct {
		name, bought, sold, want string
	}{
		{"bought the day before", "2024-05-09", "", "10"},
		{"bought on the ex-date", "2024-05-10", "", ""},
		{"sold on the ex-date", "2024-01-02", "2024-05-10", "10"},
		{"sold the day before", "2024-01-02", "2024-05-09", ""},
	} {
		got := a.Entitled(day("2024-01-01"), day("2024-12-31"), held(c.bought, c.sold))
		switch {
		case c.want == "" && len(got) != 0:
			t.Errorf("%s: entitled to %s", c.name, got[0].Gross)
		case c.want != "" && (len(got) != 1 || !got[0].Gross.Amount.Equal(exact(c.want))):
			t.Errorf("%s: got %v, want %s", c.name, got, c.want)
		}
	}
	short := a.Entitled(day("2024-01-01"), day("2024-12-31"), func(date.Date) money.Decimal { return exact("-40") })
	if len(short) != 1 || !short[0].Gross.Amount.Equal(exact("-10")) {
		t.Errorf("a short position owes the dividend: got %v", short)
	}
}

func TestTotalReturnReinvestsOnTheExDate(t *testing.T) {
	// 100 → 98 with 2 of dividend on the ex-date is a return of 2/98 + 98/100 − 1 = 0 within
	// rounding: 0.98 × (1 + 2/98) = 1.
	prices := series("2024-01-02 100, 2024-01-03 98, 2024-01-04 99")
	a := &market.Actions{Dividends: []market.DividendEvent{{ExDate: day("2024-01-03"), Amount: exact("2"), Currency: "USD"}}}
	got, skipped := market.TotalReturn(prices, a, "USD", day("2024-12-31"))
	if skipped != 0 {
		t.Fatalf("%d dividends were skipped", skipped)
	}
	for i, want := range []float64{98, 98, 99} {
		if math.Abs(got.Values[i]-want) > 1e-12 {
			t.Errorf("day %d: got %v, want %v", i, got.Values[i], want)
		}
	}
	if _, skipped := market.TotalReturn(prices, a, "EUR", day("2024-12-31")); skipped != 1 {
		t.Error("a dividend in another currency than the price was taken in")
	}
}

func TestTotalReturnIsFreeOfSplits(t *testing.T) {
	prices := series("2024-01-02 100, 2024-01-03 50, 2024-01-04 55")
	a := &market.Actions{Splits: []market.SplitEvent{{Date: day("2024-01-03"), Ratio: ledger.Ratio{New: exact("2"), Old: exact("1")}}},
		Dividends: []market.DividendEvent{{ExDate: day("2024-01-04"), Amount: exact("5"), Currency: "USD"}}}
	got, _ := market.TotalReturn(prices, a, "USD", day("2024-12-31"))
	if r := got.Values[1]/got.Values[0] - 1; math.Abs(r) > 1e-12 {
		t.Errorf("over the split: got a return of %v, want 0", r)
	}
	if r := got.Values[2]/got.Values[1] - 1; math.Abs(r-0.2) > 1e-12 { // (55 + 5) / 50, reinvested at the close
		t.Errorf("over the dividend: got a return of %v, want 0.2", r)
	}
	if before := market.SplitAdjusted(prices, a, day("2024-01-02")); before.Values[0] != 100 {
		t.Errorf("seen from before the split the price is %v, want 100", before.Values[0])
	}
	if f := a.SplitFactor(day("2024-01-02"), day("2024-01-03")); f != 2 {
		t.Errorf("split factor %v, want 2", f)
	}
}

func TestConversion(t *testing.T) {
	p := market.NewPanel()
	p.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, series("2024-01-02 1.25, 2024-01-05 1.20"))
	p.SetFX(market.Pair{Base: "EUR", Quote: "GBP"}, series("2024-01-03 0.80"))
	for _, c := range []struct {
		from, to       money.Currency
		on, want, path string
	}{
		{"EUR", "USD", "2024-01-04", "125", "EUR/USD"},
		{"USD", "EUR", "2024-01-02", "80", "1 ÷ EUR/USD"},
		{"USD", "GBP", "2024-01-05", "66.666666666666666667", "1 ÷ EUR/USD × EUR/GBP"}, // 100 / 1.2 × 0.8
		{"GBX", "GBP", "2024-01-01", "1", ""},
		{"GBX", "EUR", "2024-01-03", "1.25", "1 ÷ EUR/GBP"}, // 100 pence are 1 pound
		{"GBP", "GBX", "2024-01-01", "10000", ""},
		{"CHF", "CHF", "2024-01-01", "100", ""},
	} {
		conversion, err := p.Conversion(c.from, c.to)
		if err != nil {
			t.Errorf("%s to %s: %v", c.from, c.to, err)
			continue
		}
		got, err := conversion.Convert(exact("100"), day(c.on))
		if err != nil || got.Sub(exact(c.want)).Abs().Cmp(exact("0.0000000000000001")) > 0 || conversion.Path() != c.path {
			t.Errorf("100 %s in %s on %s: got %s by %q, %v; want %s by %q", c.from, c.to, c.on, got, conversion.Path(), err, c.want, c.path)
		}
	}
	if _, err := p.Conversion("USD", "KRW"); !errors.Is(err, market.ErrNoRate) {
		t.Errorf("without a rate: got %v, want ErrNoRate; a missing rate is never 1", err)
	}
	early, err := p.Conversion("EUR", "GBP")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := early.Convert(exact("1"), day("2024-01-02")); !errors.Is(err, market.ErrNoRate) {
		t.Errorf("before the first rate: got %v, want ErrNoRate; nothing is filled backwards", err)
	}
	p.FillBackward()
	if early, _ = p.Conversion("EUR", "GBP"); early == nil {
		t.Fatal("no conversion")
	}
	if got, err := early.Convert(exact("1"), day("2024-01-02")); err != nil || !got.Equal(exact("0.8")) {
		t.Errorf("asked to fill backwards: got %s, %v", got, err)
	}
}

func TestSeriesKeepsPublishedPricesExactly(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var points []ledger.Point
		for i := range 50 {
			points = append(points, ledger.Point{Date: day("2024-01-01") + date.Date(i), Value: money.New(rng.Int64N(1e15), int32(rng.IntN(9)))})
		}
		points[7].Value = exact("1.234567890123456789") // more digits than a float64 holds
		s := market.FromPoints(points, "test")
		for i, p := range points {
			if got := s.Exact(i); !got.Equal(p.Value) {
				t.Fatalf("seed %d: %s came back as %s", seed, p.Value, got)
			}
		}
	}
}

func TestFilledAndOverlay(t *testing.T) {
	s := series("2024-01-03 10, 2024-01-05 12")
	axis := []date.Date{day("2024-01-02"), day("2024-01-03"), day("2024-01-04"), day("2024-01-05"), day("2024-01-08")}
	got := s.Filled(axis)
	if !math.IsNaN(got[0]) || !slices.Equal(got[1:], []float64{10, 10, 12, 12}) {
		t.Errorf("got %v: the last value holds, before the first nothing is known", got)
	}
	both := market.Overlay(s, series("2024-01-04 11, 2024-01-05 12.5"))
	if !slices.Equal(both.Values, []float64{10, 11, 12.5}) {
		t.Errorf("overlay gives %v, want the upper series to win on its days", both.Values)
	}
	unordered := market.NewSeries([]date.Date{day("2024-01-05"), day("2024-01-03"), day("2024-01-03"), day("2024-01-04")}, []float64{3, 1, 1.5, math.NaN()}, "test")
	if !slices.Equal(unordered.Values, []float64{1.5, 3}) {
		t.Errorf("got %v, want the days in order, the last value of a day, and no NaN", unordered.Values)
	}
}

func TestUnion(t *testing.T) {
	a := []date.Date{day("2024-01-01"), day("2024-01-03"), day("2024-01-05")}
	b := []date.Date{day("2024-01-03"), day("2024-01-04")}
	got := market.Union(day("2024-01-01"), day("2024-01-04"), a, b)
	if want := []date.Date{day("2024-01-03"), day("2024-01-04")}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: the days in (from, to]", got, want)
	}
}

func TestParsePair(t *testing.T) {
	for text, want := range map[string]string{"EUR/USD": "EUR/USD", "eurusd": "EUR/USD"} {
		if got, err := market.ParsePair(text); err != nil || got.String() != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "EUR", "EUR/EUR", "EUR/US", "E€R/USD"} {
		if got, err := market.ParsePair(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}
