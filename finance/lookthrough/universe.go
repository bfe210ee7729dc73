package lookthrough

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// Depth is how many funds may lie inside one another; what a fund deeper down holds
// counts as not known.
const Depth = 5

// Universe is what is known of the holdings of funds, each resolved to the names at its
// end. It is made once for many books, is not changed after and may be read from several
// goroutines.
type Universe struct {
	names  names
	labels [ways]labels
	funds  map[string]*resolved
}

// resolved is a fund spread over names.
type resolved struct {
	parts  []part
	known  float64 // share of the fund of which it is known what it is invested in
	depth  int
	asOf   date.Date
	source string
	reason string
}

type part struct {
	name   int32
	weight float64
}

// New resolves the compositions of the instruments that have one. The others say what
// names are that a composition only lists.
func New(instruments map[string]instrument.Instrument) *Universe {
	u := &Universe{names: newNames(), funds: map[string]*resolved{}}
	b := builder{Universe: u, given: instruments, byISIN: map[string]string{}, state: map[string]state{}}
	symbols := slices.Sorted(maps.Keys(instruments))
	constituents := 0
	for _, symbol := range symbols {
		if i := instruments[symbol]; i.Composition != nil {
			constituents += len(i.Composition.Constituents)
			if i.ISIN != "" && b.byISIN[i.ISIN] == "" {
				b.byISIN[i.ISIN] = symbol
			}
		}
	}
	if constituents == 0 {
		return u
	}
	for _, symbol := range symbols {
		if instruments[symbol].Composition != nil && b.state[symbol] == unseen {
			b.findCircles(symbol)
		}
	}
	for _, symbol := range symbols {
		if instruments[symbol].Composition != nil {
			b.resolve(symbol)
			b.rest(symbol)
		}
	}
	u.names.nameIssuers(&u.labels)
	return u
}

// builder makes a universe.
type builder struct {
	*Universe
	given  map[string]instrument.Instrument
	byISIN map[string]string // symbols of funds
	state  map[string]state
	path   []string
}

// state is how far the search for circles has come with a fund.
type state int

const (
	unseen state = iota
	open
	done
	circular
)

// nested is the symbol of the fund that a constituent is, empty where it is none whose
// holdings are known.
func (b *builder) nested(c *instrument.Constituent) string {
	if c.ISIN != "" {
		if symbol := b.byISIN[c.ISIN]; symbol != "" {
			return symbol
		}
	}
	if i, ok := b.given[c.Symbol]; ok && c.Symbol != "" && i.Composition != nil && agree(i.ISIN, c.ISIN) {
		return c.Symbol
	}
	return ""
}

func agree(a, b string) bool { return a == "" || b == "" || a == b }

// findCircles marks funds that hold themselves through others. Every circle has a step
// that leads back onto the path of the search, so that one marked fund at least lies on
// each.
func (b *builder) findCircles(symbol string) {
	b.state[symbol] = open
	b.path = append(b.path, symbol)
	composition := b.given[symbol].Composition
	for i := range composition.Constituents {
		inner := b.nested(&composition.Constituents[i])
		if inner == "" {
			continue
		}
		switch b.state[inner] {
		case unseen:
			b.findCircles(inner)
		case open, circular:
			if at := slices.Index(b.path, inner); at >= 0 {
				for _, member := range b.path[at:] {
					b.state[member] = circular
				}
			}
		}
	}
	b.path = b.path[:len(b.path)-1]
	if b.state[symbol] == open {
		b.state[symbol] = done
	}
}

// resolve spreads a fund over names, the funds it holds first.
func (b *builder) resolve(symbol string) *resolved {
	if f := b.funds[symbol]; f != nil {
		return f
	}
	composition := b.given[symbol].Composition
	f := &resolved{asOf: composition.AsOf, source: composition.Source, depth: 1}
	b.funds[symbol] = f
	if flaw := composition.Check(symbol); flaw != nil {
		b.refuse(symbol, f, "its list of holdings cannot be right: "+flaw.Problem)
		return f
	}
	if b.state[symbol] == circular {
		b.refuse(symbol, f, "it holds itself through other funds")
		return f
	}
	sum := money.Zero
	for i := range composition.Constituents {
		sum = sum.Add(composition.Constituents[i].Weight)
	}
	scale := 1.0
	if money.One.Less(sum) {
		scale = 1 / sum.Float64() // weights were rounded
	}
	weights := spread{at: map[int32]int{}}
	rest := money.Max(money.Zero, money.One.Sub(sum)).Float64()
	known := 1 - rest
	for i := range composition.Constituents {
		c := &composition.Constituents[i]
		w := c.Weight.Float64() * scale
		inner := b.nested(c)
		if inner == "" {
			id, opaque := b.constituent(c)
			weights.add(id, w)
			if opaque {
				known -= math.Abs(w)
			}
			continue
		}
		g := b.resolve(inner)
		if g.depth >= Depth && g.known > 0 {
			f.reason = fmt.Sprintf("%s is more than %d funds deep", inner, Depth)
			weights.add(b.rest(inner), w)
			known -= math.Abs(w)
			continue
		}
		f.depth = max(f.depth, g.depth+1)
		f.reason = cmp.Or(f.reason, prefixed(inner, g.reason))
		if g.asOf != 0 && (f.asOf == 0 || g.asOf < f.asOf) {
			f.asOf = g.asOf
		}
		known -= float64(math.Abs(w) * (1 - g.known))
		for _, p := range g.parts {
			weights.add(p.name, float64(w*p.weight))
		}
	}
	if rest > 0 {
		weights.add(b.rest(symbol), rest)
	}
	f.parts, f.known = weights.parts, math.Min(1, math.Max(0, known))
	return f
}

func prefixed(symbol, reason string) string {
	if reason == "" {
		return ""
	}
	return symbol + ": " + reason
}

// refuse leaves a fund whole.
func (b *builder) refuse(symbol string, f *resolved, reason string) {
	f.reason, f.asOf, f.depth = reason, 0, 1
	f.parts = []part{{b.rest(symbol), 1}}
}

// spread collects weights by name, in the order of their first mention.
type spread struct {
	parts []part
	at    map[int32]int
}

func (s *spread) add(name int32, weight float64) {
	i, ok := s.at[name]
	if !ok {
		i = len(s.parts)
		s.at[name] = i
		s.parts = append(s.parts, part{name: name})
	}
	s.parts[i].weight += weight
}

// constituent is the name of a constituent; what the list leaves open of it is taken
// from what is known of the instrument of that symbol. A fund of unknown holdings is
// opaque: where its money is, is not known.
func (b *builder) constituent(c *instrument.Constituent) (id int32, opaque bool) {
	if id = b.names.find(c.Symbol, c.ISIN, c.Name); id < 0 {
		id = b.names.add(c.Symbol, c.ISIN, c.Name)
	}
	says := description{c.Name, [ways]string{c.Issuer, c.Sector, c.Country, major(c.Currency)}}
	if i, ok := b.given[c.Symbol]; ok && c.Symbol != "" && agree(i.ISIN, c.ISIN) {
		says.complete(describe(i))
		if opaque = IsFund(i); opaque {
			says.label[Country], says.label[Currency] = "", ""
		}
	}
	b.names.describe(id, says, &b.labels)
	return id, opaque
}

// rest is the name of what a fund holds and is not known. Its sector is the fund's own,
// where it is a fund of one; country and currency of what it holds are not known.
func (b *builder) rest(symbol string) int32 {
	i := b.given[symbol]
	return b.names.rest(symbol, i.Name, i.Sector, &b.labels)
}
