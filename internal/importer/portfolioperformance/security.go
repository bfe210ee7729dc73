package portfolioperformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// readSecurities names the securities: by ticker, else ISIN, WKN or name, told apart by
// ISIN or currency where two have the same.
func (c *client) readSecurities() {
	taken := map[string]bool{}
	indices := 0
	for _, s := range c.root.child("securities").items("security") {
		if _, known := c.symbols[s]; known {
			continue
		}
		c.securities = append(c.securities, s)
		currency := c.currency(s)
		symbol := firstOf(s.text("tickerSymbol"), s.text("isin"), s.text("wkn"), s.text("name"), "security")
		for n, other := 2, []string{s.text("isin"), symbol + "." + string(currency)}; taken[symbol]; {
			if len(other) > 0 {
				if other[0] != "" {
					symbol = other[0]
				}
				other = other[1:]
				continue
			}
			symbol = fmt.Sprintf("%s (%d)", firstOf(s.text("tickerSymbol"), s.text("name"), "security"), n)
			n++
		}
		taken[symbol] = true
		c.symbols[s] = symbol
		switch {
		case s.text("targetCurrencyCode") != "":
		case currency == "":
			indices++
		default:
			c.file.Instruments = append(c.file.Instruments, instrument.Instrument{
				Symbol: symbol, Currency: currency, Name: s.text("name"), ISIN: s.text("isin"),
			})
		}
	}
	if indices > 0 {
		c.file.Notes = append(c.file.Notes, fmt.Sprintf("%d indices without a currency are left out: they cannot be held.", indices))
	}
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}

// implied reads an integer with so many implied decimals.
func implied(text string, decimals int32) (money.Decimal, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return money.Zero, false
	}
	return money.New(n, decimals), true
}

// readQuotes takes over the closes of securities, and of currency pairs as rates.
func (c *client) readQuotes() {
	bad := 0
	for _, s := range c.securities {
		var points []ledger.Point
		for _, p := range s.child("prices").items("price") {
			day, err := date.Parse(firstOf(p.attr("t"), p.text("date")))
			value, ok := implied(firstOf(p.attr("v"), p.text("value")), c.quotes)
			if err != nil || !ok {
				bad++
				continue
			}
			if value.Sign() > 0 { // the program writes 0 for "none"
				points = append(points, ledger.Point{Date: day, Value: c.asQuoted(s, day, value)})
			}
		}
		if len(points) == 0 {
			continue
		}
		slices.SortStableFunc(points, func(a, b ledger.Point) int { return int(a.Date) - int(b.Date) })
		base := c.currency(s)
		if target, err := money.ParseCurrency(s.text("targetCurrencyCode")); err == nil && base != "" {
			put(&c.file.FX, string(base+"/"+target), points)
		} else if base != "" {
			put(&c.file.Prices, c.symbols[s], points)
		}
	}
	if bad > 0 {
		c.file.Notes = append(c.file.Notes, fmt.Sprintf("%d quotes cannot be read and are left out.", bad))
	}
}

func put(to *map[string][]ledger.Point, key string, points []ledger.Point) {
	if *to == nil {
		*to = map[string][]ledger.Point{}
	}
	(*to)[key] = points
}

// split is a split event that is booked.
type split struct {
	date  date.Date
	ratio ledger.Ratio
	event *node
}

// readSplits collects the split events of each security. Those whose shares cannot be
// put back exactly are left in today's shares, all or none of a security.
func (c *client) readSplits() {
	c.splits = map[*node][]split{}
	for _, s := range c.securities {
		for _, event := range s.child("events").items("event") {
			if event.text("type") != "STOCK_SPLIT" {
				continue
			}
			day, err1 := date.Parse(event.text("date"))
			ratio, err2 := ledger.ParseRatio(event.text("details"))
			if err1 == nil && err2 == nil {
				c.splits[s] = append(c.splits[s], split{day, ratio, event})
			}
		}
	}
	inexact := map[*node]bool{}
	for entry := range c.owners {
		s := entry.child("security")
		if len(c.splits[s]) == 0 {
			continue
		}
		shares, ok := implied(entry.text("shares"), c.shares)
		day, _, fault := when(entry)
		if !ok || fault != nil {
			continue
		}
		back := shares
		for _, sp := range c.splits[s] {
			if day < sp.date {
				back = back.MulDiv(sp.ratio.Old, sp.ratio.New, money.Places)
			}
		}
		again := back
		for _, sp := range c.splits[s] {
			if day < sp.date {
				again = sp.ratio.Apply(again)
			}
		}
		inexact[s] = inexact[s] || !again.Equal(shares)
	}
	for s := range inexact {
		if inexact[s] {
			delete(c.splits, s)
		}
	}
}

// asTraded puts a number of shares of a day back to what it was before later splits.
func (c *client) asTraded(s *node, day date.Date, shares money.Decimal) money.Decimal {
	for _, sp := range c.splits[s] {
		if day < sp.date {
			shares = shares.MulDiv(sp.ratio.Old, sp.ratio.New, money.Places)
		}
	}
	return shares
}

// asQuoted puts a quote back likewise.
func (c *client) asQuoted(s *node, day date.Date, quote money.Decimal) money.Decimal {
	for _, sp := range c.splits[s] {
		if day < sp.date {
			quote = quote.MulDiv(sp.ratio.New, sp.ratio.Old, money.Places)
		}
	}
	return quote
}

// readTaxonomies takes a security's country and sector from where it is classified
// whole: the country from a class with an ISO code, the sector from the first level of
// an industry taxonomy.
func (c *client) readTaxonomies() {
	at := map[string]int{}
	for i := range c.file.Instruments {
		at[c.file.Instruments[i].Symbol] = i
	}
	seen := map[*node]bool{}
	for _, taxonomy := range c.root.child("taxonomies").items("taxonomy") {
		root := taxonomy.child("root")
		what := strings.ToLower(taxonomy.text("id") + " " + taxonomy.text("name") + " " + root.text("key"))
		industry := strings.Contains(what, "industr") || strings.Contains(what, "gics") || strings.Contains(what, "branche")
		for _, sector := range root.child("children").items("classification") {
			c.classify(sector, func(security *node, country string) {
				i, ok := at[c.symbols[security]]
				if !ok {
					return
				}
				if industry && c.file.Instruments[i].Sector == "" {
					c.file.Instruments[i].Sector = sector.text("name")
				}
				if country != "" && c.file.Instruments[i].Country == "" {
					c.file.Instruments[i].Country = country
				}
			}, seen)
		}
	}
}

// wholeWeight is 100 % in the file's unit, basis points.
const wholeWeight = "10000"

func (c *client) classify(class *node, found func(security *node, country string), seen map[*node]bool) {
	if seen[class] {
		return
	}
	seen[class] = true
	country := ""
	for _, entry := range class.child("data").items("entry") {
		pair := entry.named("string")
		if len(pair) == 2 && strings.TrimSpace(pair[0].value) == "ISO3166-1-Alpha-2" {
			country = strings.TrimSpace(pair[1].value)
		}
	}
	for _, a := range class.child("assignments").items("assignment") {
		if security := a.child("investmentVehicle"); security != nil && a.text("weight") == wholeWeight {
			found(security, country)
		}
	}
	for _, child := range class.child("children").items("classification") {
		c.classify(child, found, seen)
	}
}
