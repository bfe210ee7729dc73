package analysis

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// doubtChange weakens the parts of a change in value that rest on the values at either end
// of the period.
func (r *runner) doubtChange(c *Change) {
	if r.Doubts.none() {
		return
	}
	before, after := r.doubtsWithin(r.Period.Start, r.Period.Start), r.doubtsWithin(r.Period.End, r.Period.End)
	c.Initial, c.Final = doubted(c.Initial, before...), doubted(c.Final, after...)
	for _, f := range []*Figure{&c.Realised, &c.Unrealised, &c.Currency} {
		*f = doubted(doubted(*f, before...), after...)
	}
}

// doubtsOfEnds is what speaks against the values of a holding at the ends of the period.
func (r *runner) doubtsOfEnds(symbol string) (reasons []string) {
	for _, day := range []date.Date{r.Period.Start, r.Period.End} {
		if !r.Book.Quantity(r.Node, symbol, day).IsZero() {
			for _, why := range r.doubtsOf(symbol, day) {
				reasons = addOnce(reasons, why)
			}
		}
	}
	return reasons
}

// doubtContributions weakens what holdings added to a return, and the sums of them.
func (r *runner) doubtContributions(out *Contribution, s performance.Span) {
	if r.Doubts.none() {
		return
	}
	sector, class, currency := map[string][]string{}, map[string][]string{}, map[string][]string{}
	join := func(of map[string][]string, key string, more []string) {
		for _, why := range more {
			of[key] = addOnce(of[key], why)
		}
	}
	for i := range out.Holdings {
		row := &out.Holdings[i]
		inst := r.Book.Instrument(row.Key)
		major, _ := inst.Currency.Major()
		why := r.doubtsOfHolding(row.Key, s.Start, s.End)
		row.doubt(why)
		join(sector, sectorOf(&inst), why)
		join(class, classOf(&inst), why)
		join(currency, string(major), why)
	}
	for _, c := range r.Book.Currencies { // of cash
		major, _ := c.Major()
		why := r.doubtsOfCash(c, s.Start, s.End)
		join(currency, string(major), why)
		for _, of := range []map[string][]string{sector, class, currency} {
			join(of, restKey, why)
		}
	}
	out.Rest.doubt(sector[restKey])
	for _, list := range []struct {
		rows []ContributionRow
		why  map[string][]string
	}{{out.Sector, sector}, {out.Class, class}, {out.Currency, currency}} {
		for i := range list.rows {
			list.rows[i].doubt(list.why[list.rows[i].Key])
		}
	}
	out.Effects.doubt(r.doubtsWithin(s.Start, s.End))
}

// doubt weakens all that a row says.
func (row *ContributionRow) doubt(why []string) {
	for _, f := range []*Figure{&row.Contribution, &row.Weight, &row.Return, &row.Gain, &row.Local, &row.FX, &row.Cross} {
		*f = doubted(*f, why...)
	}
}

// doubtsOfHolding is what speaks against the closes of a holding and the rates of its
// currency from start to end, on the days on which it was held.
func (r *runner) doubtsOfHolding(symbol string, start, end date.Date) []string {
	of := r.priced(symbol)
	held := func(day date.Date) bool { return !r.Book.Quantity(r.Node, symbol, day).IsZero() }
	return append(r.Doubts.Prices[of].within(r.Panel.Prices(of), start, end, closeOf(of), held),
		r.doubtsOfRates(r.Book.Instrument(symbol).Currency, start, end, held)...)
}

// doubtsOfCash is what speaks against the rates of a currency from start to end, on the
// days on which there was cash in it.
func (r *runner) doubtsOfCash(c money.Currency, start, end date.Date) []string {
	return r.doubtsOfRates(c, start, end, func(day date.Date) bool {
		return slices.ContainsFunc(r.Book.Balances(r.Node, day), func(b portfolio.Balance) bool { return b.Cash.Currency == c })
	})
}

// doubtEffects weakens what an attribution says: weights by what was held, effects by the
// benchmark and by what the returns of its sectors are made of too.
func (r *runner) doubtEffects(list *AttributionList, s performance.Span, under []string) {
	if r.Doubts.none() {
		return
	}
	for i := -1; i < len(list.Rows); i++ {
		row := &list.Total
		if i >= 0 {
			row = &list.Rows[i]
		}
		row.Weight, row.Benchmark = r.over(row.Weight, s), doubted(row.Benchmark, under...)
		for _, f := range []*Figure{&row.Allocation, &row.Selection, &row.Interaction, &row.Exchange, &row.Total} {
			*f = doubted(r.againstBenchmark(r.over(*f, s), s), under...)
		}
	}
}

// doubtsOfSeries is what speaks against the closes of symbols and their rates over a span.
func (r *runner) doubtsOfSeries(symbols []string, s performance.Span) (reasons []string) {
	if r.Doubts.none() {
		return nil
	}
	for _, symbol := range symbols {
		why := r.Doubts.Prices[symbol].within(r.Panel.Prices(symbol), s.Start, s.End, closeOf(symbol), alwaysUsed)
		if inst, _ := r.Panel.Instrument(symbol); inst.Currency != r.Book.Base {
			why = append(why, r.doubtsOfRates(inst.Currency, s.Start, s.End, alwaysUsed)...)
		}
		for _, w := range why {
			reasons = addOnce(reasons, w)
		}
	}
	return reasons
}
