package search

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func sample() *Index {
	return New([]Entry{
		{Symbol: "AAPL", Title: "Apple Inc.", Names: []string{"US0378331005", "037833100"}},
		{Symbol: "AAPL250815P00200000", Title: "Apple put 200, 15 Aug 2025", Minor: true},
		{Symbol: "MSFT", Title: "Microsoft Corporation", Names: []string{"US5949181045"}},
		{Symbol: "BRK.B", Title: "Berkshire Hathaway Inc. Class B", Names: []string{"BRK-B", "BRKB"}},
		{Symbol: "BRK.A", Title: "Berkshire Hathaway Inc. Class A"},
		{Symbol: "7203.T", Title: "Toyota Motor Corporation", Names: []string{"7203"}},
		{Symbol: "VOD.L", Title: "Vodafone Group plc", Names: []string{"VOD"}},
		{Symbol: "NESN", Title: "Nestlé S.A."},
		{Symbol: "META", Title: "Meta Platforms, Inc.", Names: []string{"FB"}},
		{Symbol: "A", Title: "Agilent Technologies"},
		{Symbol: "F", Title: "Ford Motor Company"},
		{Symbol: "MCO", Title: "Moody's Corporation"},
		{Symbol: "AMZN", Title: "Amazon.com, Inc."},
		{Symbol: "NVDA", Title: "NVIDIA Corporation"},
		{Symbol: "JPM", Title: "JPMorgan Chase & Co."},
		{Symbol: "APLE", Title: "Apple Hospitality REIT"},
	})
}

func TestSearch(t *testing.T) {
	x := sample()
	for _, c := range []struct {
		typed, first string
		kind         Kind
	}{
		{"AAPL", "AAPL", BySymbol},
		{"aapl", "AAPL", BySymbol},
		{"  aapl ", "AAPL", BySymbol},
		{"us0378331005", "AAPL", ByName},
		{"037833100", "AAPL", ByName},
		{"AAPL  250815P00200000", "AAPL250815P00200000", BySymbol},
		{"BRK-B", "BRK.B", BySymbol},
		{"brk b", "BRK.B", BySymbol},
		{"BRK/A", "BRK.A", BySymbol},
		{"7203", "7203.T", ByName},
		{"7203.t", "7203.T", BySymbol},
		{"vod", "VOD.L", ByName},
		{"fb", "META", ByName},
		{"f", "F", BySymbol},
		{"micro", "MSFT", ByTitle},
		{"microsfot", "MSFT", BySimilar},
		{"micosoft", "MSFT", BySimilar},
		{"nestle", "NESN", ByTitle},
		{"Nestlé", "NESN", ByTitle},
		{"nesltle", "NESN", BySimilar},
		{"moodys", "MCO", ByTitle},
		{"berkshire b", "BRK.B", ByTitle},
		{"berkshre hathaway", "BRK.A", BySimilar},
		{"toyota corp", "7203.T", ByTitle},
		{"nvdia", "NVDA", BySimilar},
		{"amazn", "AMZN", BySimilar},
		{"jp morgan", "JPM", BySimilar},
		{"appel inc", "AAPL", BySimilar},
		{"MSFTT", "MSFT", BySimilar},
	} {
		hits := x.Search(c.typed, 5)
		if len(hits) == 0 {
			t.Errorf("%q finds nothing, want %s", c.typed, c.first)
			continue
		}
		if got := x.Entry(hits[0].Entry).Symbol; got != c.first || hits[0].Kind != c.kind {
			t.Errorf("%q finds %s by %s first, want %s by %s (all: %v)", c.typed, got, hits[0].Kind, c.first, c.kind, symbols(x, hits))
		}
	}
	for _, nothing := range []string{"", "   ", ".-/", "zzqx", "qqqqqqqqqq"} {
		if hits := x.Search(nothing, 5); len(hits) > 0 {
			t.Errorf("%q finds %v, want nothing", nothing, symbols(x, hits))
		}
	}
	if hits := x.Search("a", 3); len(hits) != 3 {
		t.Errorf("three were asked for, %d came", len(hits))
	}
}

func symbols(x *Index, hits []Hit) (all []string) {
	for _, h := range hits {
		all = append(all, fmt.Sprintf("%s(%s %.2f)", x.Entry(h.Entry).Symbol, h.Kind, h.Distance))
	}
	return all
}

// market makes a market of n instruments: symbols of one to six letters, titles of two
// invented words and a form.
func market(n int, seed uint64) []Entry {
	r := rand.New(rand.NewPCG(seed, 7))
	syllables := strings.Fields("ba be bi bo bu da de di do du fa fe ga go ka ke ki ko la le li lo lu ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi za zo stra cor tel gen dyn")
	word := func() string {
		var b strings.Builder
		for range 3 + r.IntN(2) {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
		return b.String()
	}
	forms := []string{"Inc.", "plc", "AG", "Corporation", "Ltd"}
	seen := map[string]bool{}
	var all []Entry
	for len(all) < n {
		symbol := make([]byte, 1+r.IntN(6))
		for i := range symbol {
			symbol[i] = byte('A' + r.IntN(26))
		}
		if seen[string(symbol)] {
			continue
		}
		seen[string(symbol)] = true
		all = append(all, Entry{Symbol: string(symbol), Title: word() + " " + word() + " " + forms[r.IntN(len(forms))], Names: []string{fmt.Sprintf("XX%010d", len(all))}})
	}
	return all
}

// mistyped is a text with one typing error in it, not at its first letter.
func mistyped(text string, r *rand.Rand) string {
	b := []byte(text)
	at := 1 + r.IntN(len(b)-2)
	other := byte('a' + r.IntN(26))
	switch r.IntN(4) {
	case 0:
		b[at] = other
	case 1:
		b = append(b[:at], b[at+1:]...)
	case 2:
		b = append(b[:at], append([]byte{other}, b[at:]...)...)
	default:
		b[at], b[at+1] = b[at+1], b[at]
	}
	return string(b)
}

func place(x *Index, typed string, limit, entry int) int {
	for i, h := range x.Search(typed, limit) {
		if h.Entry == entry {
			return i
		}
	}
	return -1
}

func TestExactSymbolAndIdentifierComeFirst(t *testing.T) {
	entries := market(20_000, 1)
	x := New(entries)
	r := rand.New(rand.NewPCG(2, 2))
	for range 60 {
		i := r.IntN(len(entries))
		for _, typed := range []string{entries[i].Symbol, strings.ToLower(entries[i].Symbol), entries[i].Names[0]} {
			if at := place(x, typed, 1, i); at != 0 {
				t.Errorf("%q does not find %s first: %v", typed, entries[i].Symbol, symbols(x, x.Search(typed, 5)))
			}
		}
	}
}

func TestOneTypingErrorIsFoundAmongFive(t *testing.T) {
	entries := market(20_000, 3)
	x := New(entries)
	r := rand.New(rand.NewPCG(4, 4))
	for range 60 {
		i := r.IntN(len(entries))
		words := strings.Fields(strings.ToLower(entries[i].Title))
		k := r.IntN(2)
		words[k] = mistyped(words[k], r)
		if typed := strings.Join(words[:2], " "); place(x, typed, 5, i) < 0 {
			t.Errorf("%q does not find %q: %v", typed, entries[i].Title, symbols(x, x.Search(typed, 5)))
		}
		if symbol := entries[i].Symbol; len(symbol) == 6 {
			if typed := mistyped(symbol, r); place(x, typed, 5, i) < 0 {
				t.Errorf("%q does not find %s: %v", typed, symbol, symbols(x, x.Search(typed, 5)))
			}
		}
	}
}

// The distance counts the fewest errors: it is held against the plain definition, worked
// out by recursion.
func TestDistance(t *testing.T) {
	var plain func(a, b string) float64
	plain = func(a, b string) float64 {
		if a == "" || b == "" {
			return float64(len(a) + len(b))
		}
		change := plain(a[1:], b[1:])
		if a[0] != b[0] {
			change++
		}
		d := min(plain(a[1:], b)+1, plain(a, b[1:])+1, change)
		if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && a[0] != a[1] {
			d = min(d, plain(a[2:], b[2:])+swapped)
		}
		return d
	}
	r := rand.New(rand.NewPCG(5, 5))
	word := func() string {
		b := make([]byte, 1+r.IntN(6))
		for i := range b {
			b[i] = byte('a' + r.IntN(3))
		}
		return string(b)
	}
	for range 300 {
		a, b := word(), word()
		m := matcher{typed: keyOf(a)}
		whole, start := m.distance([]rune(b))
		least := float64(len(a))
		for i := range len(b) + 1 {
			least = min(least, plain(a, b[:i]))
		}
		if want := plain(a, b); whole-want > 1e-9 || want-whole > 1e-9 || start-least > 1e-9 || least-start > 1e-9 {
			t.Fatalf("%s to %s: %g, beginning %g; want %g, %g", a, b, whole, start, want, least)
		}
	}
}

func TestSearchIsQuick(t *testing.T) {
	x := New(market(20_000, 6))
	typed := []string{"AAPL", "corporation", "bagoka", "stracor telgendyn", "zzzzqq", "a"}
	best := time.Hour
	for range 5 {
		begun := time.Now()
		for _, q := range typed {
			x.Search(q, 20)
		}
		best = min(best, time.Since(begun)/time.Duration(len(typed)))
	}
	if best > 20*time.Millisecond {
		t.Errorf("a search among 20,000 takes %v, want under 20 ms", best)
	}
}

func BenchmarkSearch(b *testing.B) {
	x := New(market(20_000, 6))
	for _, q := range []string{"AAPL", "stracor", "stracor telgendyn", "corporaton"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				x.Search(q, 20)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	entries := market(20_000, 6)
	for b.Loop() {
		New(entries)
	}
}
