// Package polygon reads the data of Polygon, which since October 2025 calls itself
// Massive: American shares, funds, options, indices, crypto-currencies and currencies.
//
// Model: a Provider as package marketdata describes it: it writes calls and reads
// answers, and never reaches the network. Every answer is an object with a status, a
// list of results and, where there is more, the address of the next page. Of that
// address only path and query are used, so that a call never leaves our base address.
// The key travels in a header, never in an address.
//
// Addresses used (massive.com/docs/rest, read November 2026):
//
//	bars, fx    /v2/aggs/ticker/{ticker}/range/1/day/{from}/{to}, adjusted=false
//	grouped     /v2/aggs/grouped/locale/us/market/stocks/{date}, adjusted=false
//	quotes      /v2/snapshot/locale/…/tickers/{ticker}, /v3/snapshot/indices,
//	            /v3/snapshot/options/{underlying}/{contract}; where the plan has no
//	            snapshots or the day no trade yet, /v2/aggs/ticker/{ticker}/prev
//	splits      /v3/reference/splits, then /stocks/v1/splits
//	dividends   /v3/reference/dividends, then /stocks/v1/dividends
//	profiles    /v3/reference/tickers/{ticker}, /v3/reference/options/contracts/{contract}
//	search      /v3/reference/tickers (without a text: all of the market)
//	changes     /vX/reference/tickers/{ticker or FIGI}/events, of one instrument; Part
//	            "delisted": /v3/reference/tickers, active=false, of all
//	chain       /v3/snapshot/options/{underlying}; Part "contracts":
//	            /v3/reference/options/contracts, terms only, which every plan has
//	news        /v2/reference/news
//	statements  /vX/reference/financials
//
// The source calls the two reference addresses of splits and dividends deprecated since
// February 2026 and names their successors; the successors are asked when the older ones
// are gone or closed. Both have every plan. Splits and dividends without an instrument
// are those of the whole market.
//
// Units: prices in USD, of a crypto-currency in the second side of its pair; as traded
// where the answer says adjusted=false, else divided by later splits. Dividends are as
// paid ("our historical dividends are not adjusted for splits", knowledge base).
// Volatilities are fractions a year, theta is a day's, vega a percentage point's.
//
// Days: bars of shares, options and indices carry the beginning (or, of a whole market,
// the end) of the day in New York, those of currencies and crypto-currencies that in UTC.
// Rows of days that were not asked or had not come are left out; an answer with no
// others is garbled. Of two rows of one day the later counts.
//
// Limits: 5 calls a minute without a paid plan, else none, with the request to stay
// under 100 a second (massive.com/knowledge-base, "What is the request limit", 2026).
// The free plan reaches two years back and not into the day that is on. Asked for more it
// gives what it has without a word; asked only for older days it says that the plan lacks
// them (Parameter "from"), and for the day that is on that there is nothing yet.
//
// Not offered: earnings and what funds hold, which partners of the source sell apart;
// interest rates; anything listed outside America.
package polygon

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// Name is the source's name as it is stored and shown.
const Name = "polygon"

// New returns the provider.
func New() marketdata.Provider { return provider{} }

type provider struct{}

func (provider) Name() string { return Name }

// Base is the source's address under its new name; https://api.polygon.io answers alike.
func (provider) Base() string { return "https://api.massive.com" }

func (provider) NeedsKey() bool { return true }

// Limits are those of the plans for shares; see the package comment for their source.
func (provider) Limits() map[string][]marketdata.Limit {
	free := PerMinute(5)
	paid := []marketdata.Limit{{Window: marketdata.Second, Most: 100}}
	return map[string][]marketdata.Limit{"": free, "basic": free, "starter": paid, "developer": paid, "advanced": paid}
}

// PerMinute is the limit of so many calls a minute, for whom POLYGON_RATE_LIMIT says one.
func PerMinute(calls int) []marketdata.Limit {
	return []marketdata.Limit{{Window: marketdata.Minute, Most: calls}}
}

// Sign puts the key into the header that the source reads it from.
func (provider) Sign(h *http.Request, key string) {
	h.Header.Set("Authorization", "Bearer "+strings.TrimSpace(key))
}

// Offers reports whether Ask can write the call.
func (p provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Ask writes the first call of a request.
func (provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	if r.From != 0 && r.To != 0 && r.From > r.To {
		return marketdata.Call{}, fmt.Errorf("polygon: the days from %s to %s are none", r.From, r.To)
	}
	switch r.Kind {
	case marketdata.FX:
		t, err := pairTicker(r.Pair.Base, r.Pair.Quote)
		return aggregates(t, r), err
	case marketdata.Grouped:
		if r.To == 0 {
			return marketdata.Call{}, fmt.Errorf("polygon: the prices of a whole market are asked for a day; say which")
		}
		return marketdata.Call{Endpoint: "grouped daily", Path: "/v2/aggs/grouped/locale/us/market/stocks/" + r.To.String(), Query: url.Values{"adjusted": {"false"}}}, nil
	case marketdata.Search:
		return searching(r), nil
	case marketdata.Changes:
		return changes(r)
	case marketdata.Splits, marketdata.Dividends:
		if r.Instrument.Symbol == "" {
			return events(r, ""), nil
		}
	case marketdata.Bars, marketdata.Quotes, marketdata.Profiles, marketdata.Chain, marketdata.News, marketdata.Statements:
	default:
		return marketdata.Call{}, fmt.Errorf("polygon does not offer %s", r.Kind)
	}
	t, err := ticker(r.Instrument)
	if err != nil {
		return marketdata.Call{}, err
	}
	return ofTicker(r, t)
}

// ofTicker writes the call of a kind that is about one instrument.
func ofTicker(r marketdata.Request, t string) (marketdata.Call, error) {
	prefixed := len(t) > 2 && t[1] == ':'
	switch r.Kind {
	case marketdata.Bars:
		return aggregates(t, r), nil
	case marketdata.Quotes:
		return snapshot(r, t), nil
	case marketdata.Profiles:
		if strings.HasPrefix(t, optionPrefix) {
			return marketdata.Call{Endpoint: "option contract", Path: contractsPath + "/" + t}, nil
		}
		return marketdata.Call{Endpoint: "ticker details", Path: tickersPath + "/" + t}, nil
	case marketdata.News:
		if strings.HasPrefix(t, optionPrefix) {
			break
		}
		return news(r, t), nil
	case marketdata.Chain:
		if strings.HasPrefix(t, optionPrefix) || strings.HasPrefix(t, cryptoPrefix) {
			break
		}
		return chain(r, t)
	case marketdata.Splits, marketdata.Dividends:
		if prefixed {
			break
		}
		return events(r, t), nil
	case marketdata.Statements:
		if prefixed {
			break
		}
		q := url.Values{"ticker": {t}, "limit": {page(r.Limit, 100, 100)}, "order": {"desc"}, "sort": {"period_of_report_date"}}
		between(q, "period_of_report_date", r)
		return marketdata.Call{Endpoint: "financials", Path: "/vX/reference/financials", Query: q}, nil
	}
	return marketdata.Call{}, fmt.Errorf("polygon has no %s of %s (%s)", r.Kind, r.Instrument.Symbol, r.Instrument.Class)
}

const (
	tickersPath   = "/v3/reference/tickers"
	contractsPath = "/v3/reference/options/contracts"
	chainPath     = "/v3/snapshot/options/"
)

// The days asked where a request leaves them open: the source's oldest bars are of 2003.
var (
	since = date.Must(1970, 1, 1)
	until = date.Must(2099, 12, 31)
)

// aggregates is the call of daily bars. One answer holds 50,000, more than there are
// days since 1970.
func aggregates(t string, r marketdata.Request) marketdata.Call {
	from, to := r.From, r.To
	if from == 0 {
		from = since
	}
	if to == 0 {
		to = until
	}
	return marketdata.Call{
		Endpoint: "aggregates",
		Path:     "/v2/aggs/ticker/" + t + "/range/1/day/" + from.String() + "/" + to.String(),
		Query:    url.Values{"adjusted": {"false"}, "sort": {"asc"}, "limit": {"50000"}},
	}
}

// previous is the call of the bar of the last day that is over.
func previous(t string) marketdata.Call {
	return marketdata.Call{Endpoint: "previous close", Path: "/v2/aggs/ticker/" + t + "/prev", Query: url.Values{"adjusted": {"false"}}}
}

func snapshot(r marketdata.Request, t string) marketdata.Call {
	switch {
	case strings.HasPrefix(t, optionPrefix):
		root := ""
		if o, err := instrument.ParseOCC(t[len(optionPrefix):]); err == nil {
			root = o.Underlying
		}
		if plain(r.Instrument.Underlying, ".") {
			root = r.Instrument.Underlying
		}
		return marketdata.Call{Endpoint: "option snapshot", Path: chainPath + root + "/" + t}
	case strings.HasPrefix(t, indexPrefix):
		return marketdata.Call{Endpoint: "index snapshot", Path: "/v3/snapshot/indices", Query: url.Values{"ticker.any_of": {t}}}
	case strings.HasPrefix(t, cryptoPrefix):
		return marketdata.Call{Endpoint: "snapshot", Path: "/v2/snapshot/locale/global/markets/crypto/tickers/" + t}
	}
	return marketdata.Call{Endpoint: "snapshot", Path: "/v2/snapshot/locale/us/markets/stocks/tickers/" + t}
}

func chain(r marketdata.Request, t string) (marketdata.Call, error) {
	switch r.Part {
	case "":
		return marketdata.Call{Endpoint: "option chain", Path: chainPath + t, Query: url.Values{"limit": {page(r.Limit, 250, 250)}}}, nil
	case "contracts":
		q := url.Values{"underlying_ticker": {strings.TrimPrefix(t, indexPrefix)}, "limit": {page(r.Limit, 1000, 1000)}}
		return marketdata.Call{Endpoint: "option contracts", Path: contractsPath, Query: q}, nil
	}
	return marketdata.Call{}, fmt.Errorf("polygon: a chain has no part %q (want contracts, or none for the whole)", r.Part)
}

func news(r marketdata.Request, t string) marketdata.Call {
	q := url.Values{"ticker": {t}, "order": {"desc"}, "sort": {"published_utc"}, "limit": {page(r.Limit, 50, 1000)}}
	between(q, "published_utc", r)
	if r.To != 0 {
		q.Set("published_utc.lte", r.To.String()+"T23:59:59Z")
	}
	return marketdata.Call{Endpoint: "news", Path: "/v2/reference/news", Query: q}
}

// searching asks for the tickers that a text or a CUSIP may mean; without a text for all
// shares and funds. Part "delisted" is for those that are no longer listed.
func searching(r marketdata.Request) marketdata.Call {
	q := url.Values{"active": {strconv.FormatBool(r.Part != "delisted")}}
	cusip, _ := identifier(r.Text)
	switch text := strings.TrimSpace(r.Text); {
	case text == "":
		q.Set("market", "stocks")
		q.Set("limit", page(r.Limit, 1000, 1000))
	case cusip != "":
		q.Set("cusip", cusip)
		q.Set("limit", page(r.Limit, 50, 1000))
	default:
		q.Set("search", text)
		q.Set("limit", page(r.Limit, 50, 1000))
	}
	return marketdata.Call{Endpoint: "tickers", Path: tickersPath, Query: q}
}

// eventName is the last part of the addresses of splits and dividends, and the name of
// the day that they are asked by.
func eventName(k marketdata.Kind) (name, day string) {
	if k == marketdata.Splits {
		return "splits", "execution_date"
	}
	return "dividends", "ex_dividend_date"
}

// events is the call of splits or dividends; t is empty for the whole market.
func events(r marketdata.Request, t string) marketdata.Call {
	name, day := eventName(r.Kind)
	q := url.Values{"limit": {"1000"}, "sort": {day}, "order": {"asc"}}
	if t != "" {
		q.Set("ticker", t)
	}
	between(q, day, r)
	return marketdata.Call{Endpoint: name, Path: "/v3/reference/" + name, Query: q}
}

// successor is the call of splits or dividends at their newer address.
func successor(r marketdata.Request) marketdata.Call {
	name, day := eventName(r.Kind)
	t, _ := ticker(r.Instrument)
	n := events(r, t)
	n.Path = "/stocks/v1/" + name
	n.Query.Del("order")
	n.Query.Set("sort", day+".asc")
	return n
}

// between puts the days of a request into a query.
func between(q url.Values, name string, r marketdata.Request) {
	if r.From != 0 {
		q.Set(name+".gte", r.From.String())
	}
	if r.To != 0 {
		q.Set(name+".lte", r.To.String())
	}
}

// page is how many rows to ask at once.
func page(limit, usual, most int) string {
	if limit <= 0 {
		limit = usual
	}
	return strconv.Itoa(min(limit, most))
}
