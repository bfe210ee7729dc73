package pricefile

import (
	"fmt"
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Evidence is what is known beside a list of dividends.
type Evidence struct {
	Splits map[string][]Action // the whole list of each symbol
	Prices map[string]Series   // as traded, that is, after Settle; may be empty
}

// SettleDividends puts the dividends of a file back per share as they were paid. All
// of a file stand on one basis: as paid (Traded), or in today's shares
// (SplitAdjusted, as Yahoo lists them). The basis found is returned.
//
// Auto compares each dividend with the fall of close against adj_close on its
// ex-date, which shows what was paid; where there is no adj_close, with the
// dividend on the other side of a split, which as paid differs by the ratio. Where
// no split comes after any dividend both bases are the same. What cannot be told is
// refused.
func SettleDividends(dividends []Action, known Evidence, basis Basis) ([]Action, Basis, error) {
	settled := SortActions(append([]Action(nil), dividends...))
	if basis == TotalReturn {
		return nil, "", &ledger.Fault{Field: "basis", Value: string(basis), Problem: "is no basis of dividends", Cure: "say traded or split-adjusted", Err: ErrUnsettled}
	}
	bySymbol := (&File{Actions: settled}).Dividends()
	matters := false
	for symbol, list := range bySymbol {
		for _, split := range splitsOf(symbol, known.Splits[symbol]) {
			matters = matters || split.Date > list[0].Date
		}
	}
	if basis == Traded || !matters {
		return settled, Traded, nil
	}
	if basis != SplitAdjusted {
		found, err := known.voteDividends(bySymbol)
		if err != nil || found == Traded {
			return settled, found, err
		}
	}
	for i := range settled {
		for _, split := range splitsOf(settled[i].Symbol, known.Splits[settled[i].Symbol]) {
			if settled[i].Kind == Dividend && split.Date > settled[i].Date {
				settled[i].Amount = settled[i].Amount.MulDiv(split.Ratio.New, split.Ratio.Old, money.Places)
			}
		}
	}
	return settled, SplitAdjusted, nil
}

// ballot counts what speaks for either basis of dividends.
type ballot struct{ paid, adjusted int }

// add counts a measured share of the splits: 0 as paid, 1 as adjusted.
func (b *ballot) add(share, tolerance float64) {
	switch {
	case math.Abs(share) < tolerance:
		b.paid++
	case math.Abs(share-1) < tolerance:
		b.adjusted++
	}
}

func (e Evidence) voteDividends(bySymbol map[string][]Action) (Basis, error) {
	var fromPrices, fromSizes ballot
	for symbol, list := range bySymbol {
		splits := splitsOf(symbol, e.Splits[symbol])
		if prices, ok := e.Prices[symbol]; ok && prices.AdjClose != nil && prices.Close != nil {
			countPrices(&fromPrices, list, splits, prices)
		}
		countSizes(&fromSizes, list, splits)
	}
	// Ninety-five of a hundred, for the errors that price files have; dividends vary in
	// size of themselves, so that one neighbour proves nothing.
	paid, adjusted := fromPrices.paid, fromPrices.adjusted
	if paid+adjusted == 0 && (fromSizes.paid >= 2 && fromSizes.adjusted == 0 || fromSizes.adjusted >= 2 && fromSizes.paid == 0) {
		paid, adjusted = fromSizes.paid, fromSizes.adjusted
	}
	switch total := float64(paid + adjusted); {
	case total > 0 && float64(paid) >= 0.95*total:
		return Traded, nil
	case total > 0 && float64(adjusted) >= 0.95*total:
		return SplitAdjusted, nil
	}
	return "", &ledger.Fault{Field: "dividend",
		Problem: fmt.Sprintf("cannot be told to be per share as paid or in today's shares (%d dividends look like the one, %d like the other)", paid, adjusted),
		Cure:    "say --basis traded or --basis split-adjusted", Err: ErrUnsettled}
}

// countPrices asks the prices of the ex-dates what was paid.
func countPrices(votes *ballot, dividends, splits []Action, s Series) {
	for _, d := range dividends {
		later := splitFactor(d, splits)
		if math.Abs(math.Log(later)) < math.Log(leastSplit) {
			continue
		}
		at := sort.Search(len(s.Dates), func(i int) bool { return s.Dates[i] >= d.Date })
		if at == 0 || at == len(s.Dates) || s.Dates[at] != d.Date || splitOn(d, splits) {
			continue
		}
		before, after := s.AdjClose[at-1]/s.Close[at-1], s.AdjClose[at]/s.Close[at]
		paid := s.Close[at-1] * (1 - before/after)
		if amount := d.Amount.Float64(); paid > 0 && amount > 0 {
			votes.add(math.Log(paid/amount)/math.Log(later), 0.25)
		}
	}
}

// countSizes compares the last dividend before a split with the first after it.
func countSizes(votes *ballot, dividends, splits []Action) {
	for _, split := range splits {
		size := math.Log(split.Ratio.Float64())
		i := sort.Search(len(dividends), func(i int) bool { return dividends[i].Date >= split.Date })
		// Further apart than about a quarter they need not be of one size.
		if math.Abs(size) < math.Log(leastSplit) || i == 0 || i == len(dividends) || dividends[i].Date-dividends[i-1].Date > 130 {
			continue
		}
		share := 1 - math.Log(dividends[i-1].Amount.Float64()/dividends[i].Amount.Float64())/size
		votes.add(share, 0.15)
		if math.Abs(size) > math.Log(3.5) { // almost exactly the same across a large split is worth two
			votes.add(share, 0.03)
		}
	}
}

// splitFactor is how many of today's shares one share of the dividend's day became.
func splitFactor(d Action, splits []Action) float64 {
	factor := 1.0
	for _, split := range splits {
		if split.Date > d.Date {
			factor *= split.Ratio.Float64()
		}
	}
	return factor
}

func splitOn(d Action, splits []Action) bool {
	for _, split := range splits {
		if split.Date == d.Date {
			return true
		}
	}
	return false
}
