package lookthrough_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/lookthrough"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/risk"
)

const all = 1 << 20

// fund is a fund of "SYMBOL weight" constituents.
func fund(symbol string, held ...string) instrument.Instrument {
	c := &instrument.Composition{AsOf: date.MustParse("2026-05-29"), Source: "test"}
	for _, text := range held {
		k := strings.Fields(text)
		c.Constituents = append(c.Constituents, instrument.Constituent{Symbol: k[0], Weight: money.MustParse(k[1])})
	}
	return instrument.Instrument{Symbol: symbol, Class: instrument.ETF, Currency: "USD", Country: "IE", Composition: c}
}

func share(symbol, issuer, sector, country string, currency money.Currency) instrument.Instrument {
	return instrument.Instrument{Symbol: symbol, Class: instrument.Equity, Issuer: issuer, Sector: sector, Country: country, Currency: currency}
}

func market(list ...instrument.Instrument) map[string]instrument.Instrument {
	m := map[string]instrument.Instrument{}
	for _, i := range list {
		m[i.Symbol] = i
	}
	return m
}

func lines(l lookthrough.List) string {
	var out []string
	for _, k := range l.Lines {
		text := fmt.Sprintf("%s %.6g", k.Key, k.Net())
		if k.Rest {
			text = "rest of " + text
		}
		if k.Long != 0 && k.Short != 0 {
			text += fmt.Sprintf(" (%.6g %.6g)", k.Long, k.Short)
		}
		out = append(out, text)
	}
	if l.Left.Count > 0 {
		out = append(out, fmt.Sprintf("%d more %.6g", l.Left.Count, l.Left.Net()))
	}
	return strings.Join(out, ", ")
}

// A book that a person can check by hand.
func TestABookBehindItsFunds(t *testing.T) {
	m := market(
		share("A", "Alpha", "Technology", "US", "USD"), share("A2", "alpha ", "Technology", "US", "USD"),
		share("B", "", "Energy", "GB", "GBX"), share("C", "", "", "DE", "EUR"),
		fund("F", "A 0.5", "A2 0.2", "B 0.2"), fund("G", "F 0.5", "C 0.5"),
	)
	book := []lookthrough.Position{{m["A"], 1000}, {m["F"], 2000}, {m["G"], 1000}, {m["B"], -300}, {instrument.Instrument{Symbol: "H", Class: instrument.Fund, Sector: "Bonds", Currency: "USD"}, 700}}
	r := lookthrough.New(m).Through(book, all)
	for _, c := range []struct{ what, got, want string }{
		// F counts 2,000 + half of the 1,000 in G: A half of 2,500, A2 and B a fifth, a tenth is not known.
		{"names", lines(r.Names), "A 2250, B 200 (500 -300), H 700, A2 500, C 500, rest of F 250"},
		{"issuers", lines(r.Groups[lookthrough.Issuer]), "Alpha 2750, B 200 (500 -300), H 700, C 500, rest of F 250"},
		{"sectors", lines(r.Groups[lookthrough.Sector]), "Technology 2750, Energy 200 (500 -300), unknown 750, Bonds 700"},
		{"countries", lines(r.Groups[lookthrough.Country]), "US 2750, unknown 950, GB 200 (500 -300), DE 500"},
		{"currencies", lines(r.Groups[lookthrough.Currency]), "USD 2750, unknown 950, GBP 200 (500 -300), EUR 500"},
		{"the two largest", lines(lookthrough.New(m).Through(book, 2).Names), "A 2250, B 200 (500 -300), 4 more 1950"},
		// Of 3,700 in funds 3,000 are known but for a tenth of F and a twentieth of G.
		{"known", fmt.Sprintf("%.6f", r.Known), fmt.Sprintf("%.6f", (2000*0.9+1000*0.95)/3700)},
		{"net", fmt.Sprint(r.Total.Net(), r.Total.Direct, math.Round(r.Total.Indirect)), "4400 1400 3000"},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.what, c.got, c.want)
		}
	}
	var funds []string
	for _, f := range r.Funds {
		funds = append(funds, fmt.Sprintf("%s %g %.2f %s", f.Symbol, f.Amount, f.Known, f.Reason))
	}
	if got, want := strings.Join(funds, "; "), "F 2000 0.90 ; G 1000 0.95 ; H 700 0.00 what it holds is not known"; got != want {
		t.Errorf("funds:\n got %s\nwant %s", got, want)
	}
}

// Two securities of one ticker are told apart by their ISIN; one security is found by it
// whatever its ticker.
func TestSecuritiesAreToldApartByISIN(t *testing.T) {
	f := fund("F")
	f.Composition.Constituents = []instrument.Constituent{
		{Symbol: "SAP", ISIN: "DE0007164600", Weight: money.MustParse("0.3")}, {Symbol: "SAPX", ISIN: "US8030542042", Weight: money.MustParse("0.3")},
		{Name: "Gold  Bullion", Weight: money.MustParse("0.2")}, {Name: "gold bullion", Weight: money.MustParse("0.2")},
	}
	adr := share("SAP", "SAP SE", "", "DE", "USD")
	adr.ISIN = "US8030542042"
	r := lookthrough.New(market(f, adr)).Through([]lookthrough.Position{{f, 100}, {adr, 50}}, all)
	if got, want := lines(r.Names), "SAPX 80, Gold  Bullion 40, SAP 30"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhatCannotBeLookedThrough(t *testing.T) {
	etf := share("E", "", "", "US", "USD")
	etf.Class = instrument.ETF
	m := market(etf, fund("OF", "E 0.4", "X 0.6"), fund("A", "B 0.5", "X 0.5"), fund("B", "C 1"), fund("C", "A 0.3", "Y 0.7"), fund("Z", "A 0.4", "X 0.6"),
		fund("1", "2 1"), fund("2", "3 1"), fund("3", "4 1"), fund("4", "5 1"), fund("5", "6 1"), fund("6", "X 1"), fund("BAD", "X 0.9", "Y 0.9"))
	u := lookthrough.New(m)
	// A fund that holds one of which nothing is known knows no more of that part.
	if r := u.Through([]lookthrough.Position{{m["OF"], 100}}, all); r.Known != 0.6 || lines(r.Groups[lookthrough.Currency]) != "unknown 100" {
		t.Errorf("a fund of a fund of unknown holdings: known %v, %s", r.Known, lines(r.Groups[lookthrough.Currency]))
	}
	for _, c := range []struct{ symbol, names, reason string }{
		{"A", "rest of A 100", "it holds itself through other funds"},
		{"B", "rest of B 100", "it holds itself through other funds"},
		{"Z", "X 60, rest of A 40", "A: it holds itself through other funds"},
		{"2", "X 100", ""},
		{"1", "rest of 2 100", "2 is more than 5 funds deep"},
		{"BAD", "rest of BAD 100", "its list of holdings cannot be right: the weights sum to more than 1.005"},
	} {
		r := u.Through([]lookthrough.Position{{m[c.symbol], 100}}, all)
		if got := lines(r.Names); got != c.names || r.Funds[0].Reason != c.reason {
			t.Errorf("%s: %s, %q; want %s, %q", c.symbol, got, r.Funds[0].Reason, c.names, c.reason)
		}
	}
}

// Laws, on random books of random funds of funds.
func TestLaws(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 7))
		m, book := randomMarket(rng)
		u := lookthrough.New(m)
		r := u.Through(book, all)
		long, short, scale := 0.0, 0.0, 1.0
		for _, p := range book {
			long, short, scale = long+max(p.Amount, 0), short+min(p.Amount, 0), scale+math.Abs(p.Amount)
		}
		same := func(what string, got, want float64) {
			if !(math.Abs(got-want) <= 1e-11*scale) {
				t.Errorf("seed %d, %s: %v, want %v", seed, what, got, want)
			}
		}
		same("long", r.Total.Long, long) // no fund is short: the exposure is the book's own
		same("short", r.Total.Short, short)
		few := u.Through(book, 5)
		for _, l := range append(append(few.Groups[:], r.Groups[:]...), r.Names, few.Names) {
			sum := l.Left.Amounts
			for _, k := range l.Lines {
				sum = lookthrough.Amounts{Long: sum.Long + k.Long, Short: sum.Short + k.Short, Direct: sum.Direct + k.Direct, Indirect: sum.Indirect + k.Indirect}
				same("direct + indirect of "+k.Key, k.Direct+k.Indirect, k.Net())
			}
			same("long of a list", sum.Long, long)
			same("short of a list", sum.Short, short)
			same("parts of a list", sum.Direct+sum.Indirect, long+short)
		}
		// The measures are those of the risk package.
		var names []risk.Position
		for _, k := range r.Names.Lines {
			net := k.Net()
			names = append(names, risk.Position{ID: fmt.Sprint(k.Key, k.Rest), MarketValue: &net})
		}
		want := risk.Concentrations(names)
		for what, pair := range map[string][2]float64{"HHI": {r.Measures.HHI, want.HHI.Value}, "effective": {r.Measures.Effective, want.Effective.Value}, "top 3": {r.Measures.Top3, want.Top3.Value}, "top 10": {r.Measures.Top10, want.Top10.Value}} {
			if want.HHI.Known() && !(math.Abs(pair[0]-pair[1]) <= 1e-9*math.Abs(pair[1])) {
				t.Errorf("seed %d, %s: %v, want %v", seed, what, pair[0], pair[1])
			}
		}
		// The order of the book does not matter.
		shuffled := slices.Clone(book)
		slices.Reverse(shuffled)
		back := u.Through(shuffled, all)
		same("net whatever the order", back.Total.Net(), r.Total.Net())
		if len(back.Names.Lines) != len(r.Names.Lines) {
			t.Errorf("seed %d: %d names, in the other order %d", seed, len(r.Names.Lines), len(back.Names.Lines))
		}
	}
}

// Holding a fund that holds nothing but a share is holding the share.
func TestAFundOfOneShareIsTheShare(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 8))
		m, book := randomMarket(rng)
		wrapped := market()
		for s, i := range m {
			wrapped[s] = i
		}
		wrapper := fund("WRAP", "S1 1")
		wrapped["WRAP"] = wrapper
		amount := rng.Float64() * 1000
		a := lookthrough.New(m).Through(append(slices.Clone(book), lookthrough.Position{Instrument: m["S1"], Amount: amount}), all)
		b := lookthrough.New(wrapped).Through(append(slices.Clone(book), lookthrough.Position{Instrument: wrapper, Amount: amount}), all)
		if lines(a.Names) != lines(b.Names) {
			t.Fatalf("seed %d:\n%s\n%s", seed, lines(a.Names), lines(b.Names))
		}
		for way := range a.Groups {
			if lines(a.Groups[way]) != lines(b.Groups[way]) {
				t.Fatalf("seed %d, way %d:\n%s\n%s", seed, way, lines(a.Groups[way]), lines(b.Groups[way]))
			}
		}
		if math.Abs(a.Measures.HHI-b.Measures.HHI) > 1e-12 {
			t.Errorf("seed %d: HHI %v and %v", seed, a.Measures.HHI, b.Measures.HHI)
		}
	}
}

func TestNothingHeld(t *testing.T) {
	r := lookthrough.New(nil).Through([]lookthrough.Position{{instrument.Instrument{Symbol: "A"}, math.NaN()}}, 10)
	if len(r.Names.Lines) != 0 || !math.IsNaN(r.Measures.HHI) || !math.IsNaN(r.Known) || r.Total.Gross() != 0 {
		t.Errorf("%+v", r)
	}
}

// randomMarket is shares S0…, funds of shares, funds of funds, and a book of all of them.
func randomMarket(rng *rand.Rand) (map[string]instrument.Instrument, []lookthrough.Position) {
	sectors, countries, currencies := []string{"", "Energy", "Technology", "Health"}, []string{"", "US", "DE"}, []money.Currency{"USD", "EUR", "GBX"}
	m := market()
	var symbols []string
	for i := range 20 {
		s := share(fmt.Sprint("S", i), fmt.Sprint("Issuer ", i/2), sectors[rng.IntN(4)], countries[rng.IntN(3)], currencies[rng.IntN(3)])
		m[s.Symbol] = s
		symbols = append(symbols, s.Symbol)
	}
	for i := range 6 {
		var held []string
		left := 1000 - rng.IntN(300)
		for left > 0 && len(held) < 12 {
			w := 1 + rng.IntN(left)
			held = append(held, fmt.Sprintf("%s %s", symbols[rng.IntN(len(symbols))], money.New(int64(w), 3)))
			left -= w
		}
		f := fund(fmt.Sprint("F", i), held...)
		m[f.Symbol] = f
		symbols = append(symbols, f.Symbol)
	}
	var book []lookthrough.Position
	for range rng.IntN(15) {
		book = append(book, lookthrough.Position{Instrument: m[symbols[rng.IntN(len(symbols))]], Amount: 1000 * rng.NormFloat64()})
	}
	return m, book
}

// BenchmarkThrough is a book of 30 positions, five of them funds of 500 shares each.
func BenchmarkThrough(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	m := market()
	var book []lookthrough.Position
	for i := range 2000 {
		s := share(fmt.Sprint("S", i), "", []string{"Energy", "Technology", "Health", "Materials"}[i%4], []string{"US", "DE", "JP"}[i%3], "USD")
		s.Name = "Company " + s.Symbol
		m[s.Symbol] = s
		if i < 25 {
			book = append(book, lookthrough.Position{Instrument: s, Amount: 1000 * rng.NormFloat64()})
		}
	}
	for i := range 5 {
		var held []string
		for _, k := range rng.Perm(2000)[:500] {
			held = append(held, fmt.Sprintf("S%d %s", k, money.New(int64(1+rng.IntN(38)), 4)))
		}
		f := fund(fmt.Sprint("F", i), held...)
		m[f.Symbol] = f
		book = append(book, lookthrough.Position{Instrument: f, Amount: 5000})
	}
	b.Run("funds", func(b *testing.B) {
		for b.Loop() {
			lookthrough.New(m)
		}
	})
	u := lookthrough.New(m)
	b.Run("book", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			u.Through(book, 30)
		}
	})
}
