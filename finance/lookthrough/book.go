package lookthrough

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
)

// Through looks through the funds of a book; each list has at most so many lines.
// Positions whose amount is not a number are left out: the caller names them.
func (u *Universe) Through(book []Position, most int) Result {
	n := len(u.names.list)
	s := summer{Universe: u, own: newNames(), at: map[int32]int{}, held: make([]int32, n), sums: make([]Amounts, n, n+len(book))}
	gross, known := 0.0, 0.0
	for i := range book {
		p := &book[i]
		if math.IsNaN(p.Amount) || math.IsInf(p.Amount, 0) {
			continue
		}
		f := u.funds[p.Instrument.Symbol]
		if IsFund(p.Instrument) || f != nil {
			share := s.fund(p, f)
			gross += math.Abs(p.Amount)
			known += float64(math.Abs(p.Amount) * share)
		}
		if f == nil {
			id := s.direct(p.Instrument)
			s.plain(id, p.Amount)
			s.sums[id].add(p.Amount, false)
			continue
		}
		s.plain(-1-u.names.rests[p.Instrument.Symbol], p.Amount)
		for _, part := range f.parts {
			s.sums[part.name].add(float64(p.Amount*part.weight), true)
		}
	}
	slices.SortFunc(s.funds, func(a, b Fund) int { return strings.Compare(a.Symbol, b.Symbol) })
	r := Result{Funds: s.funds, Known: known / gross, AsIs: MeasuresOf(s.asIs)}
	net := make([]float64, 0, len(s.sums))
	for i := range s.sums {
		r.Total.join(s.sums[i])
		if x := s.sums[i].Net(); x != 0 {
			net = append(net, x)
		}
	}
	r.Measures = MeasuresOf(net)
	r.Names = largest(s.sums, nil, most, s.line)
	for way := range r.Groups {
		r.Groups[way] = s.group(By(way), most)
	}
	return r
}

// summer adds up one book. Names that no fund lists come after the universe's.
type summer struct {
	*Universe
	own   names        // directly held, in no fund
	said  []name       // names of funds that are held directly too, as those holdings describe them
	held  []int32      // by name of the universe: 1 + its position in said, 0 where it is not held
	extra [ways]labels // that only direct holdings have
	sums  []Amounts    // by name
	funds []Fund
	at    map[int32]int // where a name stands in asIs
	asIs  []float64     // net by name, each fund one of them
}

// plain adds an amount without looking through it.
func (s *summer) plain(id int32, x float64) {
	i, ok := s.at[id]
	if !ok {
		i = len(s.asIs)
		s.at[id] = i
		s.asIs = append(s.asIs, 0)
	}
	s.asIs[i] += x
}

// fund notes that a fund is held and returns how much of it is known.
func (s *summer) fund(p *Position, f *resolved) (known float64) {
	at := slices.IndexFunc(s.funds, func(f Fund) bool { return f.Symbol == p.Instrument.Symbol })
	if at < 0 {
		row := Fund{Symbol: p.Instrument.Symbol, Name: p.Instrument.Name, Reason: "what it holds is not known"}
		if f != nil {
			row.Known, row.AsOf, row.Source, row.Reason = f.known, f.asOf, f.source, f.reason
		}
		at = len(s.funds)
		s.funds = append(s.funds, row)
	}
	s.funds[at].Amount += p.Amount
	return s.funds[at].Known
}

// direct is the name of an instrument that is held itself. What it says of itself counts
// more than what funds say of it.
func (s *summer) direct(i instrument.Instrument) int32 {
	says := describe(i)
	if IsFund(i) { // where the money of a fund of unknown holdings is, is not known
		says.label[Country], says.label[Currency] = "", ""
	}
	if id := s.names.find(i.Symbol, i.ISIN, i.Name); id >= 0 {
		if s.held[id] == 0 {
			k := s.names.list[id]
			s.relabel(&k, says)
			s.said = append(s.said, k)
			s.held[id] = int32(len(s.said))
		}
		return id
	}
	id := s.own.find(i.Symbol, i.ISIN, i.Name)
	if id < 0 {
		id = s.own.add(i.Symbol, i.ISIN, i.Name)
		says.label[Issuer] = cmp.Or(says.label[Issuer], i.Name, i.Symbol, i.ISIN)
		s.relabel(&s.own.list[id], says)
		s.sums = append(s.sums, Amounts{})
	}
	return int32(len(s.names.list)) + id
}

// relabel puts what a direct holding says in the place of what was said before.
func (s *summer) relabel(k *name, says description) {
	k.title = cmp.Or(says.title, k.title)
	for way, text := range says.label {
		if text == "" {
			continue
		}
		key := labelKey(By(way), text)
		at, ok := s.labels[way].find(key)
		if !ok {
			at = int32(len(s.labels[way].list)) + s.extra[way].of(key, text)
		}
		k.label[way] = at
	}
}

// name is the name at a position, as this book describes it.
func (s *summer) name(id int32) *name {
	if n := int32(len(s.names.list)); id >= n {
		return &s.own.list[id-n]
	}
	if at := s.held[id]; at > 0 {
		return &s.said[at-1]
	}
	return &s.names.list[id]
}

// line is the line of a name.
func (s *summer) line(id int32) Line {
	k := s.name(id)
	return Line{Key: cmp.Or(k.symbol, k.isin, k.title), Name: k.title, Rest: k.rest}
}

// group gathers the names of each group; those of which it is not known come last.
func (s *summer) group(way By, most int) List {
	base := len(s.labels[way].list)
	unknown := base + len(s.extra[way].list)
	sums, count := make([]Amounts, unknown+1), make([]int, unknown+1)
	for id := range s.sums {
		if s.sums[id].Long == 0 && s.sums[id].Short == 0 {
			continue
		}
		at := int(s.name(int32(id)).label[way])
		if at < 0 {
			at = unknown
		}
		sums[at].join(s.sums[id])
		count[at]++
	}
	return largest(sums, count, most, func(id int32) Line {
		switch at := int(id); {
		case at == unknown:
			return Line{Key: Unknown}
		case at >= base:
			return Line{Key: s.extra[way].list[at-base]}
		case way == Issuer && s.labels[way].rest[id] != "":
			return Line{Key: s.labels[way].rest[id], Rest: true}
		default:
			return Line{Key: s.labels[way].list[at]}
		}
	})
}

// largest picks the lines of the largest gross amounts and gathers what is left. Counts
// are one where they are nil.
func largest(sums []Amounts, count []int, most int, line func(int32) Line) List {
	var out List
	names := func(id int) int {
		if count == nil {
			return 1
		}
		return count[id]
	}
	for id := range sums {
		gross := sums[id].Gross()
		if gross == 0 {
			continue
		}
		if n := len(out.Lines); n == most && n > 0 && gross < out.Lines[n-1].Gross() || most == 0 {
			out.Left.join(sums[id])
			out.Left.Count += names(id)
			continue
		}
		l := line(int32(id))
		l.Amounts, l.Count = sums[id], names(id)
		at, _ := slices.BinarySearchFunc(out.Lines, l, func(a, b Line) int {
			return cmp.Or(cmp.Compare(b.Gross(), a.Gross()), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Name, b.Name))
		})
		if at == most {
			out.Left.join(l.Amounts)
			out.Left.Count += l.Count
			continue
		}
		if len(out.Lines) == most {
			last := &out.Lines[most-1]
			out.Left.join(last.Amounts)
			out.Left.Count += last.Count
			out.Lines = out.Lines[:most-1]
		}
		out.Lines = slices.Insert(out.Lines, at, l)
	}
	return out
}
