package calc

import (
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/lookthrough"
)

func init() { register("lookthrough", typed(lookthroughDoor)) }

type lookthroughRequest struct {
	Positions []struct {
		Symbol string   `json:"symbol"`
		Amount *float64 `json:"amount"`
	} `json:"positions"`
	Symbols map[string]instrument.Instrument `json:"symbols"` // as in a ledger document
	Lines   *int                             `json:"lines"`
}

// defaultLines is how many lines a list has before the rest is gathered in one.
const defaultLines = 100

// lookthroughDoor answers what a book is exposed to behind its funds.
func lookthroughDoor(q lookthroughRequest) (*object, error) {
	lines := defaultLines
	if q.Lines != nil {
		if lines = *q.Lines; lines < 1 {
			return nil, refuse("out_of_range", "lines: %d, want one or more", lines)
		}
	}
	if len(q.Positions) == 0 {
		return nil, refuse("missing_field", "positions: give at least one, {symbol, amount}")
	}
	for _, symbol := range slices.Sorted(maps.Keys(q.Symbols)) {
		i := q.Symbols[symbol]
		i.Symbol = symbol
		q.Symbols[symbol] = i
		if i.Composition == nil {
			continue
		}
		if flaw := i.Composition.Check(symbol); flaw != nil {
			return nil, refuse("out_of_range", "symbols.%s.composition: %v", symbol, flaw)
		}
	}
	book, leftOut := []lookthrough.Position{}, []string{}
	for n, p := range q.Positions {
		i, ok := q.Symbols[p.Symbol]
		switch {
		case p.Symbol == "":
			return nil, refuse("missing_field", "positions[%d].symbol: name what is held", n)
		case p.Amount == nil:
			leftOut = append(leftOut, p.Symbol)
			continue
		case math.Abs(*p.Amount) > 1e15:
			return nil, refuse("out_of_range", "positions[%d].amount: %v, want at most 1e15", n, *p.Amount)
		case !ok:
			i.Symbol = p.Symbol
		}
		book = append(book, lookthrough.Position{Instrument: i, Amount: *p.Amount})
	}
	r := lookthrough.New(q.Symbols).Through(book, lines)
	var o object
	o.set("total", amountsOf(r.Total))
	o.set("as_held", measuresOf(r.AsIs))
	o.set("through", measuresOf(r.Measures))
	o.set("names", linesOf(r.Names))
	for way, key := range []string{"issuers", "sectors", "countries", "currencies"} {
		o.set(key, linesOf(r.Groups[way]))
	}
	reason := ""
	if math.IsNaN(r.Known) {
		reason = "no_fund"
	}
	o.figure("known", r.Known, reason)
	o.set("funds", fundsOf(r.Funds))
	o.set("left_out", leftOut)
	return &o, nil
}

func amountsOf(a lookthrough.Amounts) *object {
	var o object
	a.Short += 0 // no minus before a zero
	for _, x := range []struct {
		key   string
		value float64
	}{{"long", a.Long}, {"short", a.Short}, {"net", a.Net()}, {"gross", a.Gross()}, {"direct", a.Direct}, {"indirect", a.Indirect}} {
		o.figure(x.key, x.value, "")
	}
	return &o
}

func measuresOf(m lookthrough.Measures) *object {
	var o object
	reason := ""
	if math.IsNaN(m.HHI) {
		reason = "nothing_held"
	}
	o.figure("hhi", m.HHI, reason)
	o.figure("effective", m.Effective, reason)
	o.figure("top3", m.Top3, reason)
	o.figure("top10", m.Top10, reason)
	return &o
}

// linesOf are the lines of a list; what is left over comes last, without a key.
func linesOf(l lookthrough.List) []*object {
	all := l.Lines
	if l.Left.Count > 0 {
		all = append(slices.Clip(all), l.Left)
	}
	out := make([]*object, len(all))
	for i, k := range all {
		o := &object{}
		o.set("key", k.Key)
		if k.Name != "" {
			o.set("name", k.Name)
		}
		if k.Rest {
			o.set("rest", true)
		}
		o.set("count", k.Count)
		a := amountsOf(k.Amounts)
		o.keys, o.values = append(o.keys, a.keys...), append(o.values, a.values...)
		out[i] = o
	}
	return out
}

func fundsOf(list []lookthrough.Fund) []*object {
	out := make([]*object, len(list))
	for i, f := range list {
		o := &object{}
		o.set("symbol", f.Symbol)
		o.figure("amount", f.Amount, "")
		o.figure("known", f.Known, "")
		if f.AsOf != 0 && f.AsOf != date.None {
			o.set("as_of", f.AsOf)
		}
		if f.Reason != "" {
			o.set("reason", f.Reason)
		}
		out[i] = o
	}
	return out
}
