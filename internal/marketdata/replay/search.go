package replay

import (
	"net/url"
	"slices"
	"strings"
)

// Listing is an instrument that sources name when they are searched.
type Listing struct {
	Symbol, Name string
	Type         string // the source's word; empty: it does not say
}

// like are the listings whose symbol begins like a text or whose name holds it.
func (m *Market) like(text string) []Listing {
	text = strings.ToUpper(strings.TrimSpace(text))
	return slices.DeleteFunc(slices.Clone(m.Listings), func(l Listing) bool {
		return text == "" || !strings.HasPrefix(l.Symbol, text) && !strings.Contains(strings.ToUpper(l.Name), text)
	})
}

// yahooSearch is /v1/finance/search?q=.
func yahooSearch(m *Market, q url.Values) answer {
	rows := []object{}
	if q.Get("quotesCount") != "0" {
		for _, l := range m.like(q.Get("q")) {
			row := object{"exchange": "NYQ", "symbol": l.Symbol, "shortname": l.Name, "isYahooFinance": true}
			if l.Type != "" {
				row["quoteType"] = l.Type
			}
			rows = append(rows, row)
		}
	}
	return inJSON(object{"count": len(rows), "quotes": rows, "news": []object{}})
}

// alphaVantageSearch is SYMBOL_SEARCH&keywords=. Nothing found is an empty list.
func alphaVantageSearch(m *Market, q url.Values) answer {
	types := map[string]string{"EQUITY": "Equity"}
	rows := []object{}
	for _, l := range m.like(q.Get("keywords")) {
		kind := types[l.Type]
		if kind == "" {
			kind = l.Type
		}
		rows = append(rows, object{"1. symbol": l.Symbol, "2. name": l.Name, "3. type": kind, "4. region": "United States", "5. marketOpen": "09:30", "6. marketClose": "16:00", "7. timezone": "UTC-04",
			"8. currency": "USD", "9. matchScore": "0.8000"})
	}
	return inJSON(object{"bestMatches": rows})
}
