package lookthrough

import (
	"cmp"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// name is one security, or the rest of a fund.
type name struct {
	symbol, isin, title string
	rest                bool
	label               [ways]int32 // position among the labels of each grouping; −1 not known
}

// names are the securities that are known, each once.
type names struct {
	list     []name
	bySymbol map[string]int32
	byISIN   map[string]int32
	byTitle  map[string]int32
	rests    map[string]int32 // by the symbol of the fund
}

func newNames() names {
	return names{bySymbol: map[string]int32{}, byISIN: map[string]int32{}, byTitle: map[string]int32{}, rests: map[string]int32{}}
}

// find is the position of a security, −1 where it is not among the names.
func (n *names) find(symbol, isin, title string) int32 {
	if isin != "" {
		if id, ok := n.byISIN[isin]; ok {
			return id
		}
	}
	if symbol != "" {
		if id, ok := n.bySymbol[symbol]; ok && agree(n.list[id].isin, isin) {
			return id
		}
	}
	if symbol == "" && isin == "" {
		if id, ok := n.byTitle[issuerKey(title)]; ok {
			return id
		}
	}
	return -1
}

func (n *names) add(symbol, isin, title string) int32 {
	id := int32(len(n.list))
	n.list = append(n.list, name{symbol: symbol, isin: isin, title: title, label: [ways]int32{-1, -1, -1, -1}})
	if isin != "" {
		n.byISIN[isin] = id
	}
	if _, taken := n.bySymbol[symbol]; !taken && symbol != "" {
		n.bySymbol[symbol] = id
	}
	if symbol == "" && isin == "" {
		n.byTitle[issuerKey(title)] = id
	}
	return id
}

func (n *names) rest(symbol, title, sector string, l *[ways]labels) int32 {
	if id, ok := n.rests[symbol]; ok {
		return id
	}
	id := int32(len(n.list))
	own := name{symbol: symbol, title: title, rest: true, label: [ways]int32{-1, -1, -1, -1}}
	if sector != "" {
		own.label[Sector] = l[Sector].of(sector, sector)
	}
	n.list = append(n.list, own)
	n.rests[symbol] = id
	return id
}

// description is what is said of a security; empty is unknown.
type description struct {
	title string
	label [ways]string
}

func describe(i instrument.Instrument) description {
	return description{i.Name, [ways]string{i.Issuer, i.Sector, i.Country, major(i.Currency)}}
}

// major is the currency that a minor unit such as GBX is a part of.
func major(c money.Currency) string {
	m, _ := c.Major()
	return string(m)
}

func (d *description) complete(other description) {
	d.title = cmp.Or(d.title, other.title)
	for k := range d.label {
		d.label[k] = cmp.Or(d.label[k], other.label[k])
	}
}

// describe adds what is said of a name where nothing was said before.
func (n *names) describe(id int32, says description, l *[ways]labels) {
	k := &n.list[id]
	k.title = cmp.Or(k.title, says.title)
	for way, text := range says.label {
		if k.label[way] < 0 && text != "" {
			k.label[way] = l[way].of(labelKey(By(way), text), text)
		}
	}
}

// nameIssuers makes a name its own issuer where nobody says who issued it.
func (n *names) nameIssuers(l *[ways]labels) {
	l[Issuer].rest = map[int32]string{}
	for i := range n.list {
		k := &n.list[i]
		text := cmp.Or(k.title, k.symbol, k.isin)
		if k.rest {
			at := l[Issuer].of("rest\x00"+k.symbol, RestOf(k.symbol))
			k.label[Issuer], l[Issuer].rest[at] = at, k.symbol
		} else if k.label[Issuer] < 0 {
			k.label[Issuer] = l[Issuer].of(issuerKey(text), text)
		}
	}
}

// RestOf is what the rest of a fund is called.
func RestOf(fund string) string { return "rest of " + fund }

// issuerKey is how what people write is compared: capitals and spaces do not tell.
func issuerKey(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// labelKey is how labels are compared: issuers are written in many ways.
func labelKey(way By, text string) string {
	if way == Issuer {
		return issuerKey(text)
	}
	return text
}

// labels are the groups of a grouping, each once.
type labels struct {
	list []string
	at   map[string]int32
	rest map[int32]string // of the issuers that are rests of funds, the symbol of the fund
}

func (l *labels) find(key string) (int32, bool) {
	i, ok := l.at[key]
	return i, ok
}

func (l *labels) of(key, text string) int32 {
	if i, ok := l.at[key]; ok {
		return i
	}
	if l.at == nil {
		l.at = map[string]int32{}
	}
	i := int32(len(l.list))
	l.list, l.at[key] = append(l.list, text), i
	return i
}
