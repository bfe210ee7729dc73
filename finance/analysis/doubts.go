package analysis

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/quality"
)

// Doubts is what speaks against series of the panel; the zero value: nothing does. A
// figure that rests on such a series is Estimated, with the reason: an older value stands
// in for one that is held back, or the value used may be wrong.
type Doubts struct {
	Prices map[string]*Doubt // by symbol
	FX     map[market.Pair]*Doubt
	Rates  map[string]*Doubt // interest rates, by name
}

// Doubt is what speaks against one series. What is held back of it is not in the panel.
type Doubt struct {
	Quarantine *quality.Quarantine
	Score      *quality.Score // nil: not known
}

func (d *Doubts) none() bool { return len(d.Prices)+len(d.FX)+len(d.Rates) == 0 }

// closeOf and rateOf name a value of a series in a sentence.
func closeOf(symbol string) string   { return "close of " + symbol }
func rateOf(pair market.Pair) string { return "rate " + pair.String() }

func alwaysUsed(date.Date) bool { return true }

func from(source string) string {
	if source == "" {
		return ""
	}
	return " from " + source
}

// named puts the name of what they are about before reasons.
func named(name string, reasons []string) (out []string) {
	for _, why := range reasons {
		out = append(out, name+": "+why)
	}
	return out
}

// on says why the value that a figure of a day takes from the series is not as good as one
// of that day; empty: nothing is said against it.
func (d *Doubt) on(s *market.Series, day date.Date, what string) string {
	if d == nil || s == nil {
		return ""
	}
	status, used := d.Quarantine.StatusOn(s.Dates, day, date.None)
	switch status {
	case quality.Held:
		held, _ := d.Quarantine.Between(used+1, day)
		f := held[len(held)-1]
		return fmt.Sprintf("the %s of %s%s is held back: %s; that of %s stands in", what, f.To, from(f.Source), f.Reason, used)
	case quality.Doubted:
		_, doubtful := d.Quarantine.Between(used, used)
		f := doubtful[len(doubtful)-1]
		return fmt.Sprintf("the %s of %s%s is doubtful: %s", what, used, from(f.Source), f.Reason)
	case quality.Unavailable:
		if held, _ := d.Quarantine.Between(date.None, day); len(held) > 0 {
			f := held[len(held)-1]
			return fmt.Sprintf("the %s of %s%s is held back: %s", what, f.To, from(f.Source), f.Reason)
		}
	}
	return ""
}

// within says what speaks against the values that figures of start to end rest on, the
// value at the start included; used says on which days the series is used at all.
func (d *Doubt) within(s *market.Series, start, end date.Date, what string, used func(date.Date) bool) (reasons []string) {
	if d == nil || s == nil {
		return nil
	}
	stretch := end > start // a single value is not judged by the others
	begin := start
	if i := s.Index(start); i >= 0 {
		begin = s.Dates[i]
	}
	held, doubtful := d.Quarantine.Between(begin, end)
	there := func(day date.Date) bool {
		_, there := slices.BinarySearch(s.Dates, day)
		return there
	}
	for _, x := range []struct {
		found    []quality.Finding
		is, then string
		counts   func(date.Date) bool
	}{{held, "held back", "; the one before stands in", d.Quarantine.Holds}, {doubtful, "doubtful", "", there}} {
		days, last, f := 0, date.None, quality.Finding{}
		found := daysOf(x.found, begin, end, x.counts)
		for k, day := range found {
			until := end // a value counts until the next one
			if i := s.Index(day.day) + 1; i < len(s.Dates) {
				until = min(until, s.Dates[i]-1)
			}
			if k+1 < len(found) {
				until = min(until, found[k+1].day-1)
			}
			if usedWithin(used, max(day.day, start), until) {
				days, last, f = days+1, day.day, day.found
			}
		}
		switch about := from(f.Source) + " is " + x.is + ": " + f.Reason + x.then; {
		case days == 1:
			reasons = append(reasons, "the "+what+" of "+last.String()+about)
		case days > 1:
			reasons = append(reasons, fmt.Sprintf("the %s is %s on %d days; that of %s%s", what, x.is, days, last, about))
		}
	}
	if c := d.Score; stretch && c != nil && c.Points < quality.Sound && usedWithin(used, max(c.From, begin), min(c.To, end)) {
		reasons = append(reasons, fmt.Sprintf("the %s is known with a score of %.0f of 100 only: of %d sessions since %s %d are missing, %d suspect and %d stale",
			what, math.Floor(c.Points), c.Sessions, c.From, c.Missing, c.Suspect, c.Stale))
	}
	return reasons
}

func usedWithin(used func(date.Date) bool, from, to date.Date) bool {
	for day := from; day <= to; day++ {
		if used(day) {
			return true
		}
	}
	return false
}

// foundOn is a day with what was found about it last.
type foundOn struct {
	day   date.Date
	found quality.Finding
}

// daysOf are the days from one to another that findings are about and that count, each
// once however many there are of it.
func daysOf(found []quality.Finding, from, to date.Date, counts func(date.Date) bool) (days []foundOn) {
	if len(found) == 0 {
		return nil
	}
	at := map[date.Date]quality.Finding{}
	for _, f := range found {
		for day := max(f.From, from); day <= min(f.To, to); day++ {
			if counts(day) {
				at[day] = f
			}
		}
	}
	for _, day := range slices.Sorted(maps.Keys(at)) {
		days = append(days, foundOn{day, at[day]})
	}
	return days
}

// doubted weakens a known figure for reasons.
func doubted(f Figure, reasons ...string) Figure {
	if !f.Known() || len(reasons) == 0 {
		return f
	}
	return f.With(Estimated, reasons...)
}

// priced is the symbol whose closes a holding's value rests on besides its own: of an
// option without a price that of its underlying.
func (r *runner) priced(symbol string) string {
	if r.marks[symbol] != nil {
		return r.Book.Instrument(symbol).Underlying
	}
	return symbol
}

// doubtsOfRate is what speaks against the exchange rate of a day.
func (r *runner) doubtsOfRate(c money.Currency, day date.Date) (reasons []string) {
	if len(r.Doubts.FX) == 0 {
		return nil
	}
	if conversion := r.valuer.Conversion(c); conversion != nil {
		for _, pair := range conversion.Pairs() {
			if why := r.Doubts.FX[pair].on(r.Panel.FX(pair), day, rateOf(pair)); why != "" {
				reasons = append(reasons, why)
			}
		}
	}
	return reasons
}

// doubtsOf is what speaks against the value of a holding at the close of a day.
func (r *runner) doubtsOf(symbol string, day date.Date) (reasons []string) {
	if r.Doubts.none() {
		return nil
	}
	of := r.priced(symbol)
	if why := r.Doubts.Prices[of].on(r.Panel.Prices(of), day, closeOf(of)); why != "" {
		reasons = append(reasons, why)
	}
	return append(reasons, r.doubtsOfRate(r.Book.Instrument(symbol).Currency, day)...)
}

// findConversions finds the ways between all currencies in use while nobody else does:
// later several goroutines ask for them.
func (r *runner) findConversions() {
	if r.Doubts.none() {
		return
	}
	r.valuer.Conversion(r.Book.Base)
	for i := range r.Book.Transactions {
		r.valuer.Conversion(r.Book.Transactions[i].Currency)
		r.valuer.Conversion(r.Book.Transactions[i].ToCurrency)
	}
	for _, symbol := range append([]string{r.Input.Benchmark}, r.Book.Symbols...) {
		r.valuer.Conversion(r.Book.Instrument(symbol).Currency)
		if known, ok := r.Panel.Instrument(symbol); ok {
			r.valuer.Conversion(known.Currency)
		}
	}
}

// remembered keeps what was said of spans, as many figures are of the same.
type remembered struct {
	sync.Mutex
	of map[[2]date.Date][]string
}

// doubtsWithin is what speaks against what figures of start to end rest on: the closes of
// what was held and the rates of its currencies, on the days on which it was.
func (r *runner) doubtsWithin(start, end date.Date) []string {
	if r.Doubts.none() {
		return nil
	}
	key := [2]date.Date{start, end}
	r.doubtsSaid.Lock()
	defer r.doubtsSaid.Unlock()
	if said, ok := r.doubtsSaid.of[key]; ok {
		return said
	}
	var reasons []string
	symbols := slices.Sorted(slices.Values(r.nodeSymbols()))
	for _, symbol := range symbols {
		of := r.priced(symbol)
		held := func(day date.Date) bool { return !r.Book.Quantity(r.Node, symbol, day).IsZero() }
		reasons = append(reasons, r.Doubts.Prices[of].within(r.Panel.Prices(of), start, end, closeOf(of), held)...)
	}
	for _, pair := range sortedPairs(r.Doubts.FX) {
		converted := func(day date.Date) bool { return r.converts(pair, symbols, day) }
		reasons = append(reasons, r.Doubts.FX[pair].within(r.Panel.FX(pair), start, end, rateOf(pair), converted)...)
	}
	r.doubtsSaid.of[key] = reasons
	return reasons
}

// converts reports whether the node's value of a day is converted by a pair's rate.
func (r *runner) converts(pair market.Pair, symbols []string, day date.Date) bool {
	by := func(c money.Currency) bool {
		conversion := r.valuer.Conversion(c)
		return conversion != nil && slices.Contains(conversion.Pairs(), pair)
	}
	for _, b := range r.Book.Balances(r.Node, day) {
		if by(b.Cash.Currency) {
			return true
		}
	}
	return slices.ContainsFunc(symbols, func(symbol string) bool {
		return by(r.Book.Instrument(symbol).Currency) && !r.Book.Quantity(r.Node, symbol, day).IsZero()
	})
}

func sortedPairs(of map[market.Pair]*Doubt) []market.Pair {
	pairs := make([]market.Pair, 0, len(of))
	for pair := range of {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(a, b market.Pair) int { return cmp.Compare(a.String(), b.String()) })
	return pairs
}

// over is a figure of a span, weakened by what speaks against the data under it.
func (r *runner) over(f Figure, s performance.Span) Figure {
	return doubted(f, r.doubtsWithin(s.Start, s.End)...)
}

// againstBenchmark is a figure of a span that rests on the benchmark's closes.
func (r *runner) againstBenchmark(f Figure, s performance.Span) Figure {
	if r.Doubts.none() || r.index == nil {
		return f
	}
	symbol := r.Input.Benchmark
	f = doubted(f, r.Doubts.Prices[symbol].within(r.Panel.Prices(symbol), s.Start, s.End, closeOf(symbol), alwaysUsed)...)
	inst, ok := r.Panel.Instrument(symbol)
	if !ok || inst.Currency == r.Book.Base {
		return f
	}
	return doubted(f, r.doubtsOfRates(inst.Currency, s.Start, s.End, alwaysUsed)...)
}

// doubtsOfRates is what speaks against the exchange rates of a currency from start to end;
// used says on which days something was converted by them.
func (r *runner) doubtsOfRates(c money.Currency, start, end date.Date, used func(date.Date) bool) (reasons []string) {
	if conversion := r.valuer.Conversion(c); conversion != nil && c != "" {
		for _, pair := range conversion.Pairs() {
			reasons = append(reasons, r.Doubts.FX[pair].within(r.Panel.FX(pair), start, end, rateOf(pair), used)...)
		}
	}
	return reasons
}

// doubtsOfHistory is what speaks against the history since a day onto which today's
// holdings are put back: of options that of their underlyings.
func (r *runner) doubtsOfHistory(since date.Date) (reasons []string) {
	if r.Doubts.none() {
		return nil
	}
	add := func(more []string) {
		for _, why := range more {
			reasons = addOnce(reasons, why)
		}
	}
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		symbol := h.Symbol
		if h.Instrument.Class == instrument.Option {
			symbol = h.Instrument.Underlying
		}
		add(r.Doubts.Prices[symbol].within(r.Panel.Prices(symbol), since, r.AsOf, closeOf(symbol), alwaysUsed))
		add(r.doubtsOfRates(h.Instrument.Currency, since, r.AsOf, alwaysUsed))
	}
	for i := range r.out.Cash {
		add(r.doubtsOfRates(r.out.Cash[i].Currency, since, r.AsOf, alwaysUsed))
	}
	return reasons
}

// doubtsOfInterest is what speaks against the risk-free rate over a span.
func (r *runner) doubtsOfInterest(s performance.Span) []string {
	return r.Doubts.Rates[r.RiskFree].within(r.Panel.Rate(r.RiskFree), s.Start, s.End, "rate "+r.RiskFree, alwaysUsed)
}
