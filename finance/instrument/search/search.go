// Package search finds instruments by what people type: a symbol in any of its written
// forms, an identifier, a name or parts of it, with typing errors.
//
// Model: each instrument is an entry with its symbol, other exact names (identifiers,
// forms of the ticker, names it had) and a title. What is typed is compared with all of
// them and the closest come first: the symbol itself, another exact name, what begins
// like it, the title's words, and then what differs by a typing error or two.
// A typing error is a letter too many, one too few, another letter, or two letters
// swapped (the restricted edit distance of Damerau 1964 and Levenshtein 1966). Words of
// up to two letters allow none, of up to five one, longer ones two.
//
// An index is built once and may be read from several goroutines. Nothing here reads a
// class or a market out of the letters of a name.
package search

import (
	"cmp"
	"slices"
	"strings"
)

// Entry is an instrument as it can be found.
type Entry struct {
	Symbol string
	Title  string   // its name in words
	Names  []string // exact ones besides the symbol: identifiers, other forms, earlier symbols
	// Minor ones come after others that match as well: option contracts, for instance.
	Minor bool
}

// Kind says what of an entry matched.
type Kind string

// The kinds, the better ones first.
const (
	BySymbol  Kind = "symbol"  // it is the symbol
	ByName    Kind = "name"    // it is an identifier or another form of the symbol
	ByPrefix  Kind = "prefix"  // the symbol begins like it
	ByTitle   Kind = "title"   // its words are in the title
	BySimilar Kind = "similar" // it differs by typing errors
)

// Hit is an entry that was found.
type Hit struct {
	Entry    int // its place among the entries of the index
	Kind     Kind
	Distance float64 // from what was typed; 0 is the symbol itself
}

// Index holds entries ready to be searched.
type Index struct {
	entries []Entry
	keys    []key            // of the symbols, in the order of the entries
	exact   map[string][]int // entries by their symbols and exact names, squeezed
	words   []word           // of the titles, each once
	titles  []int            // how many words the title of an entry has
}

// key is a symbol as it is compared.
type key struct {
	letters []rune
	mask    uint64
}

// word is one of the titles, and where it stands.
type word struct {
	key
	entries []int32
	form    bool // of a company, such as Inc: it says little
}

// forms are words that many names end in.
var forms = map[string]bool{"inc": true, "corp": true, "corporation": true, "co": true, "company": true, "plc": true, "ltd": true, "limited": true, "ag": true, "se": true, "sa": true,
	"nv": true, "spa": true, "asa": true, "ab": true, "oyj": true, "kgaa": true, "llc": true, "lp": true, "the": true, "class": true, "holdings": true, "holding": true, "group": true,
	"fund": true, "etf": true, "trust": true, "and": true, "of": true}

// New makes an index of entries; it keeps them.
func New(entries []Entry) *Index {
	x := &Index{entries: entries, keys: make([]key, len(entries)), exact: make(map[string][]int, 2*len(entries)), titles: make([]int, len(entries))}
	at := map[string]int{}
	for i := range entries {
		e := &entries[i]
		symbol := squeeze(e.Symbol)
		x.keys[i] = keyOf(symbol)
		x.name(symbol, i)
		for _, n := range e.Names {
			x.name(squeeze(n), i)
		}
		for _, w := range words(e.Title) {
			k, known := at[w]
			if !known {
				k = len(x.words)
				at[w] = k
				x.words = append(x.words, word{key: keyOf(w), form: forms[w]})
			}
			if in := x.words[k].entries; len(in) == 0 || in[len(in)-1] != int32(i) {
				x.words[k].entries = append(in, int32(i))
				x.titles[i]++
			}
		}
	}
	return x
}

func (x *Index) name(squeezed string, entry int) {
	if in := x.exact[squeezed]; squeezed != "" && (len(in) == 0 || in[len(in)-1] != entry) {
		x.exact[squeezed] = append(in, entry)
	}
}

// Len is how many entries there are.
func (x *Index) Len() int { return len(x.entries) }

// Entry is one of them.
func (x *Index) Entry(i int) Entry { return x.entries[i] }

// longest is how much of what is typed is looked at.
const longest = 80

// Search finds at most limit entries for what was typed, the closest first; entries as
// close come by length and letters of the symbol. Nothing typed finds nothing.
func (x *Index) Search(typed string, limit int) []Hit {
	if r := []rune(typed); len(r) > longest {
		typed = string(r[:longest])
	}
	q := squeeze(typed)
	if q == "" || limit < 1 {
		return nil
	}
	found := newFound(len(x.entries))
	x.bySymbol(typed, q, found)
	x.byTitle(words(typed), found)
	hits := found.hits
	for i := range hits {
		hits[i].Distance = found.distance[hits[i].Entry]
		hits[i].Kind = found.kind[hits[i].Entry]
		if x.entries[hits[i].Entry].Minor && hits[i].Distance > 0 {
			hits[i].Distance += 3
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		s, t := x.entries[a.Entry].Symbol, x.entries[b.Entry].Symbol
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(len(s), len(t)), cmp.Compare(s, t), cmp.Compare(a.Entry, b.Entry))
	})
	return hits[:min(limit, len(hits))]
}

// found is what was found so far: of each entry its least distance.
type found struct {
	distance []float64 // 0 where kind is empty
	kind     []Kind
	hits     []Hit
}

func newFound(n int) *found { return &found{distance: make([]float64, n), kind: make([]Kind, n)} }

func (f *found) add(entry int, kind Kind, distance float64) {
	switch {
	case f.kind[entry] == "":
		f.hits = append(f.hits, Hit{Entry: entry})
	case f.distance[entry] <= distance:
		return
	}
	f.kind[entry], f.distance[entry] = kind, distance
}

// The distances of the kinds. Within one, what is left over of the longer text counts.
const (
	sameName    = 1.0
	wholeTitle  = 6.0
	prefix      = 8.0
	inTitle     = 10.0
	similar     = 16.0
	perError    = 4.0
	perLeftOver = 0.15
	spelledBy   = 0.05 // the same symbol in another spelling
)

// bySymbol finds by the symbol and exact names.
func (x *Index) bySymbol(typed, q string, f *found) {
	typed = strings.TrimSpace(typed)
	for _, i := range x.exact[q] {
		switch symbol := x.entries[i].Symbol; {
		case symbol == typed:
			f.add(i, BySymbol, 0)
		case strings.EqualFold(symbol, typed):
			f.add(i, BySymbol, spelledBy)
		case squeeze(symbol) == q:
			f.add(i, BySymbol, 2*spelledBy)
		default:
			f.add(i, ByName, sameName)
		}
	}
	k := keyOf(q)
	errors := allowed(len(k.letters))
	m := matcher{typed: k}
	for i := range x.keys {
		s := &x.keys[i]
		if begins(s.letters, k.letters) {
			f.add(i, ByPrefix, prefix+perLeftOver*float64(len(s.letters)-len(k.letters)))
			continue
		}
		if errors == 0 || len(s.letters) > len(k.letters)+errors || len(s.letters) < len(k.letters)-errors || k.missing(s) > errors {
			continue
		}
		if d, _ := m.distance(s.letters); d <= float64(errors)+swapped {
			f.add(i, BySimilar, similar+perError*d)
		}
	}
}

// byTitle finds by the words of the title. Words typed may be beginnings; most of them
// have to be there.
func (x *Index) byTitle(typed []string, f *found) {
	if len(typed) == 0 {
		return
	}
	const none = -1
	cost, hit, wrong := make([]float64, len(x.entries)), make([]int, len(x.entries)), make([]float64, len(x.entries))
	best := make([]float64, len(x.entries))
	weighty := 0
	for _, t := range typed {
		k := keyOf(t)
		if !forms[t] {
			weighty++
		}
		for i := range best {
			best[i] = none
		}
		m := matcher{typed: k}
		for j := range x.words {
			w := &x.words[j]
			d := m.word(w)
			if d < 0 {
				continue
			}
			for _, i := range w.entries {
				if best[i] < 0 || d < best[i] {
					best[i] = d
				}
			}
		}
		for i, d := range best {
			if d >= 0 {
				cost[i] += d
				wrong[i] = max(wrong[i], d)
				if !forms[t] {
					hit[i]++
				}
			}
		}
	}
	need := max(1, (weighty+1)/2)
	for i := range hit {
		if hit[i] < need {
			continue
		}
		missing := float64(weighty - hit[i])
		left := perLeftOver * float64(max(0, x.titles[i]-hit[i]))
		switch {
		case wrong[i] >= 1 || missing > 0:
			f.add(i, BySimilar, similar+perError*(cost[i]-1+missing)+left)
		case cost[i] == 0 && missing == 0 && x.titles[i] == len(typed):
			f.add(i, ByTitle, wholeTitle)
		default:
			f.add(i, ByTitle, inTitle+perError*cost[i]+left)
		}
	}
}
