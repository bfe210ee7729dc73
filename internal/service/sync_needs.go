package service

import (
	"maps"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/money"
)

// pivot is the currency through which all others are exchanged: the European Central Bank
// publishes what one euro costs in each.
const pivot money.Currency = "EUR"

// pairsFor are the exchange rates from which those between any two of the currencies
// follow: what one euro costs in each. Minor units follow their major one.
func pairsFor(currencies []money.Currency) []string {
	majors := map[money.Currency]bool{}
	for _, c := range currencies {
		major, _ := c.Major()
		majors[major] = true
	}
	delete(majors, "")
	if len(majors) < 2 {
		return nil // there is nothing to exchange
	}
	delete(majors, pivot)
	var all []string
	for _, c := range slices.Sorted(maps.Keys(majors)) {
		all = append(all, string(pivot)+"/"+string(c))
	}
	return all
}

// published are the names under which a source publishes a rate that is kept under ours:
// those of the Federal Reserve's data. Those of three months are daily for the dollar and,
// for other currencies, the monthly ones of the OECD, each on the first day of its month.
var published = map[string]string{
	"USD-3M": "DGS3MO", "USD-10Y": "DGS10", "EUR-3M": "IR3TIB01EZM156N", "GBP-3M": "IR3TIB01GBM156N", "CHF-3M": "IR3TIB01CHM156N", "CAD-3M": "IR3TIB01CAM156N",
	"JPY-3M": "IR3TIB01JPM156N", "AUD-3M": "IR3TIB01AUM156N", "SEK-3M": "IR3TIB01SEM156N", "NOK-3M": "IR3TIB01NOM156N", "DKK-3M": "IR3TIB01DKM156N", "NZD-3M": "IR3TIB01NZM156N",
}

// neededRates are the rates of interest that every analysis may ask for: that of the
// factor model and the risk-free ones.
func neededRates() []string {
	all := map[string]bool{exante.Yields()[0]: true}
	for name := range published {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// publishedAs is the source's name of a rate, and how often it is published.
func publishedAs(rate string) (name string, monthly bool) {
	name = published[rate]
	if name == "" {
		name = rate // named as its source names it
	}
	return name, strings.HasPrefix(name, "IR3TIB01")
}
