package fmp

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// parts are the parts that a kind may be asked for; the empty one is the usual one.
var parts = map[marketdata.Kind][]string{
	marketdata.Bars:       {"", splitAdjusted, totalReturn, light},
	marketdata.Quotes:     {""},
	marketdata.Splits:     {""},
	marketdata.Dividends:  {""},
	marketdata.FX:         {""},
	marketdata.Rates:      {""},
	marketdata.Profiles:   {"", "fund", "ratios", "metrics", "float"},
	marketdata.Statements: {"", "income", "balance", "cash-flow"},
	marketdata.Earnings:   {""},
	marketdata.News:       {""},
	marketdata.Holdings:   {"", "sectors", "countries", "disclosure"},
	marketdata.Search:     {"", "symbol", "name", "isin", "cusip", "cik", "variants", "stocks", "funds"},
	marketdata.Changes:    {"", "renames", "delisted"},
}

// The parts of Bars: the basis of the prices, or closes and volumes alone.
const (
	splitAdjusted = string(marketdata.SplitAdjusted)
	totalReturn   = string(marketdata.TotalReturn)
	light         = "light"
)

// Offers implements marketdata.Provider.
func (p *Provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Ask implements marketdata.Provider. Dividends, Splits and Earnings without an
// instrument ask for the calendar of all of them from From to To.
func (p *Provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	offered, ok := parts[r.Kind]
	if !ok {
		return marketdata.Call{}, fmt.Errorf("%s: it does not offer %q; ask another source", Name, r.Kind)
	}
	if !slices.Contains(offered, r.Part) {
		return marketdata.Call{}, fmt.Errorf("%s: %s have no part %q; ask for one of %s", Name, r.Kind, r.Part, strings.Join(offered[1:], ", "))
	}
	if p.legacy && r.Kind == marketdata.Search && (r.Part == "cik" || r.Part == "variants") {
		return marketdata.Call{}, fmt.Errorf("%s: its older addresses cannot be searched by %s; use the stable ones", Name, r.Part)
	}
	if err := complete(r); err != nil {
		return marketdata.Call{}, err
	}
	symbol := Theirs(r.Instrument)
	switch r.Kind {
	case marketdata.Bars:
		return p.bars(r, symbol, p.barsOf(r), r.From, r.To), nil
	case marketdata.FX:
		return p.bars(r, r.Pair.Base+r.Pair.Quote, light, r.From, r.To), nil
	case marketdata.Quotes:
		return p.call("quote", "", "quote", symbol, nil), nil
	case marketdata.Profiles:
		return p.profiles(r.Part, symbol), nil
	case marketdata.Statements:
		return p.statements(r, symbol, chapters(r)[0]), nil
	case marketdata.Holdings:
		return p.holdings(r, symbol), nil
	case marketdata.News:
		return p.news(r, symbol), nil
	case marketdata.Search:
		return p.search(r), nil
	case marketdata.Changes:
		return p.changes(r.Part, 0), nil
	case marketdata.Rates:
		return p.treasury(firstWindow(r)), nil
	}
	return p.events(r, symbol), nil
}

// complete says what a request lacks.
func complete(r marketdata.Request) error {
	lacks := func(what string) error { return fmt.Errorf("%s: %s need %s", Name, r.Kind, what) }
	switch r.Kind {
	case marketdata.FX:
		if len(r.Pair.Base) != 3 || len(r.Pair.Quote) != 3 || r.Pair.Base == r.Pair.Quote || minor(r.Pair.Base) || minor(r.Pair.Quote) {
			return lacks(fmt.Sprintf("a pair of two currencies in their major unit (EUR/USD), not %q", r.Pair))
		}
	case marketdata.Search:
		if strings.TrimSpace(r.Text) == "" && r.Part != "stocks" && r.Part != "funds" {
			return lacks("a text to look for")
		}
	case marketdata.Rates:
		if _, ok := maturities[r.Series]; r.Series != "" && !ok {
			return lacks(fmt.Sprintf("one of the source's maturities (month1 to year30), not %q", r.Series))
		}
	case marketdata.Dividends, marketdata.Splits, marketdata.Earnings, marketdata.Changes:
	default:
		if strings.TrimSpace(r.Instrument.Symbol) == "" {
			return lacks("an instrument with its symbol")
		}
		switch r.Instrument.Class {
		case instrument.Private, instrument.Bond, instrument.Option, instrument.Future:
			return fmt.Errorf("%s: %s is a %s, of which it has nothing; ask another source", Name, r.Instrument.Symbol, r.Instrument.Class)
		}
		if r.Part == "disclosure" && r.To == 0 {
			return lacks("the day To, in whose quarter the disclosure is")
		}
	}
	if r.From != 0 && r.To != 0 && r.To < r.From {
		return lacks(fmt.Sprintf("days in their order, not %s to %s", r.From, r.To))
	}
	return nil
}

func minor(code string) bool {
	c := currencyOf(code)
	_, hundred := c.Major()
	return c == "" || hundred != 1
}

// call writes a call: the stable name with ?symbol=, or the older path with the symbol at
// its end. older is a name under /api/v3, or a whole path. as names the parameter of the
// symbol, "symbol" where it is empty.
func (p *Provider) call(stable, as, older, symbol string, q url.Values) marketdata.Call {
	if q == nil {
		q = url.Values{}
	}
	if as == "" {
		as = "symbol"
	}
	if !p.legacy {
		if symbol != "" {
			q.Set(as, symbol)
		}
		return marketdata.Call{Endpoint: stable, Path: "/stable/" + stable, Query: q}
	}
	c := marketdata.Call{Endpoint: older, Path: older, Query: q}
	if !strings.HasPrefix(older, "/") {
		c.Path = "/api/v3/" + older
		if symbol != "" {
			c.Path += "/" + url.PathEscape(symbol)
		}
	} else if symbol != "" {
		q.Set(as, symbol)
	}
	c.Endpoint = strings.TrimPrefix(strings.TrimPrefix(older, "/api/v4/"), "/api/v3/")
	return c
}

// span is from and to as parameters.
func span(from, to date.Date) url.Values {
	q := url.Values{}
	if from != 0 && !from.IsNone() {
		q.Set("from", from.String())
	}
	if to != 0 && !to.IsNone() {
		q.Set("to", to.String())
	}
	return q
}

// The stable endpoints of daily prices.
const (
	eodTraded   = "historical-price-eod/non-split-adjusted"
	eodFull     = "historical-price-eod/full"
	eodDividend = "historical-price-eod/dividend-adjusted"
	eodLight    = "historical-price-eod/light"
)

// barsOf is which prices a request for bars means.
func (p *Provider) barsOf(r marketdata.Request) string {
	if r.Part == "" && neverSplit(r.Instrument) {
		return splitAdjusted
	}
	return r.Part
}

// neverSplit says of what there is one series only.
func neverSplit(i instrument.Instrument) bool {
	switch i.Class {
	case instrument.Crypto, instrument.Currency, instrument.Index, instrument.Commodity:
		return true
	}
	return strings.HasPrefix(i.Symbol, "^")
}

// bars asks for daily prices. Without a first day the source gives five years only, so
// that one before all of them is named.
func (p *Provider) bars(r marketdata.Request, symbol, part string, from, to date.Date) marketdata.Call {
	if from == 0 {
		from = date.Must(1900, 1, 1)
	}
	q, endpoint := span(from, to), eodTraded
	switch part {
	case splitAdjusted:
		endpoint = eodFull
	case totalReturn:
		endpoint = eodDividend
	case light:
		endpoint = eodLight
	}
	if p.legacy && part == light {
		q.Set("serietype", "line")
	}
	c := p.call(endpoint, "", "historical-price-full", symbol, q)
	c.Large = r.From == 0
	return c
}

// events asks for dividends, splits or earnings, of one instrument or all.
func (p *Provider) events(r marketdata.Request, symbol string) marketdata.Call {
	all, q := symbol == "", url.Values{}
	if all {
		q = span(r.From, r.To)
	} else if r.Limit > 0 {
		q.Set("limit", strconv.Itoa(r.Limit))
	}
	pick := func(one, every string) string {
		if all {
			return every
		}
		return one
	}
	switch r.Kind {
	case marketdata.Dividends:
		return p.call(pick("dividends", "dividends-calendar"), "", pick("historical-price-full/stock_dividend", "stock_dividend_calendar"), symbol, q)
	case marketdata.Splits:
		return p.call(pick("splits", "splits-calendar"), "", pick("historical-price-full/stock_split", "stock_split_calendar"), symbol, q)
	}
	return p.call(pick("earnings", "earnings-calendar"), "", pick("historical/earning_calendar", "earning_calendar"), symbol, q)
}

func (p *Provider) profiles(part, symbol string) marketdata.Call {
	switch part {
	case "fund":
		return p.call("etf/info", "", "/api/v4/etf-info", symbol, nil)
	case "ratios":
		return p.call("ratios-ttm", "", "ratios-ttm", symbol, nil)
	case "metrics":
		return p.call("key-metrics-ttm", "", "key-metrics-ttm", symbol, nil)
	case "float":
		return p.call("shares-float", "", "/api/v4/shares_float", symbol, nil)
	}
	return p.call("profile", "", "profile", symbol, nil)
}

// chapter is one part of a company's report and how long a period it is about.
type chapter struct{ part, period string }

// chapters are the statements of a request in the order in which they are asked for: the
// years first, which every plan has.
func chapters(r marketdata.Request) []chapter {
	var all []chapter
	for _, period := range []string{"annual", "quarter"} {
		for _, part := range []string{"income", "balance", "cash-flow"} {
			if r.Part == "" || r.Part == part {
				all = append(all, chapter{part, period})
			}
		}
	}
	return all
}

var statementNames = map[string]string{"income": "income-statement", "balance": "balance-sheet-statement", "cash-flow": "cash-flow-statement"}

func (p *Provider) statements(r marketdata.Request, symbol string, c chapter) marketdata.Call {
	q := url.Values{"period": {c.period}}
	if r.Limit > 0 {
		q.Set("limit", strconv.Itoa(r.Limit))
	}
	name := statementNames[c.part]
	return p.call(name, "", name, symbol, q)
}

func (p *Provider) holdings(r marketdata.Request, symbol string) marketdata.Call {
	switch r.Part {
	case "sectors":
		return p.call("etf/sector-weightings", "", "etf-sector-weightings", symbol, nil)
	case "countries":
		return p.call("etf/country-weightings", "", "etf-country-weightings", symbol, nil)
	case "disclosure":
		y, m, _ := r.To.Civil()
		q := url.Values{"year": {strconv.Itoa(y)}, "quarter": {strconv.Itoa((int(m)-1)/3 + 1)}}
		if p.legacy {
			q = url.Values{"date": {r.To.String()}}
		}
		return p.call("funds/disclosure", "", "/api/v4/etf-holdings", symbol, q)
	}
	c := p.call("etf/holdings", "", "etf-holder", symbol, nil)
	c.Large = true
	return c
}

// mostNews is how many articles the source gives in one answer.
const mostNews = 250

func (p *Provider) news(r marketdata.Request, symbol string) marketdata.Call {
	q := span(r.From, r.To)
	if r.Limit > 0 {
		q.Set("limit", strconv.Itoa(min(r.Limit, mostNews)))
	}
	as := "symbols"
	if p.legacy {
		as = "tickers"
		return p.call("", as, "/api/v3/stock_news", symbol, q)
	}
	return p.call("news/stock", as, "", symbol, q)
}

// changes asks for the renames, or for a page of the delistings.
func (p *Provider) changes(part string, page int) marketdata.Call {
	if part == "delisted" {
		return p.call("delisted-companies", "", "delisted-companies", "", url.Values{"page": {strconv.Itoa(page)}})
	}
	return p.call("symbol-change", "", "/api/v4/symbol_change", "", nil)
}

// search asks what a text means: an ISIN or CUSIP by its form and check digit, else a
// symbol and then a name.
func (p *Provider) search(r marketdata.Request) marketdata.Call {
	text, part := strings.TrimSpace(r.Text), r.Part
	if part == "" {
		switch up := strings.ToUpper(text); {
		case isISIN(up):
			text, part = up, "isin"
		case isCUSIP(up):
			text, part = up, "cusip"
		}
	}
	q := url.Values{}
	if r.Limit > 0 {
		q.Set("limit", strconv.Itoa(r.Limit))
	}
	var c marketdata.Call
	switch part {
	case "isin":
		return p.call("search-isin", "isin", "/api/v4/search/isin", text, nil)
	case "cusip":
		return p.call("search-cusip", "cusip", "cusip", text, nil)
	case "cik":
		return p.call("search-cik", "cik", "", text, nil)
	case "variants":
		return p.call("search-exchange-variants", "", "", text, nil)
	case "name":
		return p.call("search-name", "query", "/api/v3/search-name", text, q)
	case "stocks":
		c = p.call("stock-list", "", "stock/list", "", nil)
	case "funds":
		c = p.call("etf-list", "", "etf/list", "", nil)
	default:
		return p.call("search-symbol", "query", "/api/v3/search-ticker", text, q)
	}
	c.Large = true
	return c
}
