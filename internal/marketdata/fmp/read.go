package fmp

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// answer is a response beside what it answers.
type answer struct {
	provider *Provider
	request  marketdata.Request
	call     marketdata.Call
	response marketdata.Response
	theirs   string // the symbol that was asked for
	seen     int    // rows
	hollow   int    // of these lack nothing but their value
	strange  string // the symbol of a row that was not asked for
	notes    notes
}

// notes are what was left out, the first of each kind of trouble in words.
type notes struct {
	list []string
	more int
}

// mostNotes is how many reasons are given in full.
const mostNotes = 20

func (n *notes) add(format string, args ...any) {
	if len(n.list) >= mostNotes {
		n.more++
		return
	}
	n.list = append(n.list, fmt.Sprintf(format, args...))
}

func (n *notes) all() []string {
	if n.more > 0 {
		return append(n.list, fmt.Sprintf("and %d more", n.more))
	}
	return n.list
}

// Read implements marketdata.Provider.
func (p *Provider) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (marketdata.Delivery, *marketdata.Call, error) {
	x := &answer{provider: p, request: r, call: c, response: a, theirs: Theirs(r.Instrument)}
	if r.Kind == marketdata.FX {
		x.theirs = r.Pair.Base + r.Pair.Quote
	}
	ref := x.refusal()
	if ref == nil {
		var d marketdata.Delivery
		var next *marketdata.Call
		if d, next, ref = x.parse(); ref == nil {
			d.Left = x.notes.all()
			return d, next, nil
		}
	}
	if next, why, ok := x.otherwise(ref); ok {
		return marketdata.Delivery{Left: []string{why}}, next, nil
	}
	return marketdata.Delivery{}, nil, ref
}

// parse reads the body as what was asked for.
func (x *answer) parse() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	switch x.request.Kind {
	case marketdata.Bars:
		return x.bars()
	case marketdata.FX:
		return x.rates()
	case marketdata.Quotes:
		return x.quotes()
	case marketdata.Dividends:
		return x.dividends()
	case marketdata.Splits:
		return x.splits()
	case marketdata.Earnings:
		return x.earnings()
	case marketdata.Statements:
		return x.statements()
	case marketdata.Profiles:
		return x.profiles()
	case marketdata.News:
		return x.news()
	case marketdata.Holdings:
		return x.holdings()
	case marketdata.Search:
		return x.search()
	case marketdata.Changes:
		return x.changes()
	case marketdata.Rates:
		return x.treasury()
	}
	return marketdata.Delivery{}, nil, x.refuse(marketdata.Refused, fmt.Sprintf("%s are not asked of it", x.request.Kind))
}

// otherwise is how a request goes on after a refusal: with prices that the plan does have,
// without a first day that it does not reach back to, or with the next statement.
func (x *answer) otherwise(ref *marketdata.Refusal) (next *marketdata.Call, why string, ok bool) {
	p, r := x.provider, x.request
	switch {
	case r.Kind == marketdata.Bars && ref.Reason == marketdata.NotInPlan && ref.Parameter == "" && x.call.Endpoint == eodTraded:
		c := p.bars(r, x.theirs, splitAdjusted, r.From, r.To)
		return &c, "prices as traded are not in the plan of this key: those adjusted for splits were asked for instead", true
	case (r.Kind == marketdata.Bars || r.Kind == marketdata.FX) && ref.Reason == marketdata.NotInPlan && ref.Parameter == "from" && x.call.Query.Has("from"):
		c := x.call
		c.Query = span(0, r.To)
		if x.call.Query.Has("serietype") {
			c.Query.Set("serietype", "line")
		}
		return &c, "the plan of this key does not reach back to the first day: what it has was asked for", true
	case r.Kind == marketdata.Statements && (ref.Reason == marketdata.NotInPlan && ref.Parameter != "symbol" || ref.Reason == marketdata.Empty || ref.Reason == marketdata.NotFound):
		at := x.chapter()
		all := chapters(r)
		if at == 0 {
			return nil, "", false
		}
		if at+1 < len(all) {
			c := p.statements(r, x.theirs, all[at+1])
			next = &c
		}
		return next, fmt.Sprintf("%s, %s: %s", all[at].part, all[at].period, ref.Error()), true
	}
	return nil, "", false
}

// chapter is which of the request's statements the call asked for.
func (x *answer) chapter() int {
	for i, c := range chapters(x.request) {
		if x.call.Endpoint == statementNames[c.part] && x.call.Query.Get("period") == c.period {
			return i
		}
	}
	return 0
}

// rows calls row for each row of a body in any of the layouts: a list, a list under
// "historical" beside its symbol, several of those under "historicalStockList", or a
// single row. symbol is that of the list, empty where the rows have their own.
func (x *answer) rows(row func(s *scanner, symbol string)) *marketdata.Refusal {
	s := newScanner(x.response.Body)
	list := func(symbol string) {
		s.list(func() {
			x.seen++
			row(s, symbol)
		})
	}
	var historical func()
	historical = func() {
		symbol := ""
		s.fields(func(key []byte) {
			switch string(key) {
			case "historical", "data", "content":
				if s.peek() == '[' {
					list(symbol)
					return
				}
			case "historicalStockList":
				s.members('[', ']', historical)
				return
			}
			v := s.value()
			if string(key) == "symbol" {
				symbol = v.str()
			}
		})
	}
	if s.peek() == '[' {
		list("")
	} else {
		historical()
	}
	s.end()
	if s.fault != "" {
		return x.garbled(s.place(), s.fault)
	}
	return nil
}

// empty is what an answer without anything to keep means: rows without values are nothing,
// rows that are not what was asked for are a fault. Where there are no rows, only a request
// that was bound to some days can be right about the symbol.
func (x *answer) empty() *marketdata.Refusal {
	if x.strange != "" {
		return x.garbled("symbol", fmt.Sprintf("%s was asked for, %s answered", x.theirs, x.strange))
	}
	switch why := strings.Join(x.notes.all(), "; "); {
	case x.seen > 0 && x.hollow == x.seen:
		return x.refuse(marketdata.Empty, why)
	case x.seen > 0:
		return x.garbled("every row", why)
	}
	reason := marketdata.Empty
	switch x.request.Kind {
	case marketdata.Bars, marketdata.FX:
		if x.request.From == 0 {
			reason = marketdata.NotFound
		}
	case marketdata.Quotes, marketdata.Profiles, marketdata.Search:
		reason = marketdata.NotFound
	}
	return x.refuse(reason, "")
}

// lacks notes a row that is right but for the value that it does not have.
func (x *answer) lacks(format string, args ...any) {
	x.hollow++
	x.notes.add(format, args...)
}

// ours is our symbol for that of a row: the one of the request where it is the same.
func (x *answer) ours(symbol string) string {
	if x.request.Instrument.Symbol != "" && (symbol == "" || strings.EqualFold(symbol, x.theirs)) {
		return x.request.Instrument.Symbol
	}
	return Ours(symbol)
}

// asked reports whether a row is about what was asked for.
func (x *answer) asked(symbol string) bool {
	if symbol == "" || x.theirs == "" || strings.EqualFold(symbol, x.theirs) {
		return true
	}
	if x.strange == "" {
		x.notes.add("rows of %s, which was not asked for", symbol)
	}
	x.strange = symbol
	return false
}

// latest is the last day that can have happened anywhere when the answer came.
func (x *answer) latest() date.Date {
	if x.response.At.IsZero() {
		return date.Must(9999, 12, 31)
	}
	return date.FromTime(x.response.At.UTC()) + 1
}
