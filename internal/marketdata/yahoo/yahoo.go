// Package yahoo asks Yahoo Finance: daily prices with their dividends and splits, exchange
// rates and quotes from the v8 chart, what an instrument is from the v7 quote, chains of
// options, and the v1 search with its news.
//
// Model: Yahoo publishes no terms of an interface; these are the addresses its own pages
// call, as public client libraries (yfinance, yahoo-finance2) record them, and any of them
// may change. No key is needed. v8 and v1 answer anybody; v7 mostly asks for a cookie and
// a crumb of a browser's session, which this reader does not imitate: what v7 then says is
// NotInPlan, so that the other kinds go on being asked.
//
// Units and bases: open to close of the chart are adjusted for all splits until the day of
// the answer and for no dividend (SplitAdjusted); its adjclose is adjusted for both
// (TotalReturn). Amounts of dividends are in pieces of the day of the answer, too. So a call
// always runs to the present whatever To says: the splits after To are needed to undo it.
// What cannot split (currencies, indices, crypto, futures) is AsTraded. Currencies are the
// source's: GBp is GBX, and so are the dividends of that listing as far as the body says;
// Yahoo is known to give some of them in pounds, which the checks of quality look for.
// A day is that of exchangeTimezoneName. The day of a session that has not been over for
// half an hour is Unfinished (feeds of exchanges lag up to 20 minutes).
//
// Not offered: statements, holdings and earnings (v10 answers sessions of browsers only).
package yahoo

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// Name is the source's name.
const Name = "yahoo"

type provider struct{}

// New returns the source.
func New() marketdata.Provider { return provider{} }

func (provider) Name() string   { return Name }
func (provider) Base() string   { return "https://query1.finance.yahoo.com" }
func (provider) NeedsKey() bool { return false }

// Limits are our own: Yahoo states none. Two calls in five seconds is what the
// documentation of yfinance advises so as not to be blocked (Caching, "Smarter Scraping",
// read 2026-11).
func (provider) Limits() map[string][]marketdata.Limit {
	return map[string][]marketdata.Limit{"": {{Window: 5 * time.Second, Most: 2}}}
}

func (p provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Sign says what is wanted; there is no key.
func (provider) Sign(h *http.Request, _ string) { h.Header.Set("Accept", "application/json") }

// ErrNotOffered reports a request that Yahoo cannot be asked.
var ErrNotOffered = errors.New("yahoo does not offer this")

// The endpoints, by the names people know them under.
const (
	chartEndpoint   = "v8 chart"
	quoteEndpoint   = "v7 quote"
	optionsEndpoint = "v7 options"
	searchEndpoint  = "v1 search"
)

func (provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	switch r.Kind {
	case marketdata.FX:
		symbol, err := pairSymbol(r.Pair)
		if err != nil {
			return marketdata.Call{}, err
		}
		return daily(symbol, r.From), nil
	case marketdata.Search:
		if strings.TrimSpace(r.Text) == "" {
			return marketdata.Call{}, fmt.Errorf("search without a text: %w", ErrNotOffered)
		}
		return search(r.Text, counted(r.Limit, 10), 0), nil
	}
	symbol, err := theirs(r.Instrument)
	if err != nil {
		return marketdata.Call{}, err
	}
	switch r.Kind {
	case marketdata.Bars, marketdata.Splits, marketdata.Dividends:
		// One call for all three: who asks for the second gets the first one's answer.
		return daily(symbol, r.From), nil
	case marketdata.Quotes:
		return marketdata.Call{Endpoint: chartEndpoint, Path: "/v8/finance/chart/" + url.PathEscape(symbol),
			Query: url.Values{"range": {"5d"}, "interval": {"1d"}}}, nil
	case marketdata.Profiles:
		return marketdata.Call{Endpoint: quoteEndpoint, Path: "/v7/finance/quote", Query: url.Values{"symbols": {symbol}}}, nil
	case marketdata.Chain:
		if r.Instrument.Class == instrument.Option {
			return marketdata.Call{}, fmt.Errorf("options on an option: %w", ErrNotOffered)
		}
		return options(symbol, 0), nil
	case marketdata.News:
		return search(symbol, 0, counted(r.Limit, 10)), nil
	}
	return marketdata.Call{}, fmt.Errorf("%s: %w", r.Kind, ErrNotOffered)
}

// earliest is before Yahoo's first price (^GSPC begins in December 1927).
var earliest = date.Must(1900, 1, 1)

func daily(symbol string, from date.Date) marketdata.Call {
	if from == 0 || from < earliest {
		from = earliest
	}
	// A day of an exchange east of Greenwich begins on the day before.
	start := from.Time().Add(-marketdata.Day).Unix()
	return marketdata.Call{Endpoint: chartEndpoint, Path: "/v8/finance/chart/" + url.PathEscape(symbol), Query: url.Values{
		"period1": {strconv.FormatInt(start, 10)}, "period2": {"9999999999"}, "interval": {"1d"},
		"events": {"div|split|capitalGains"}, "includeAdjustedClose": {"true"},
	}}
}

func options(symbol string, expiry int64) marketdata.Call {
	q := url.Values{}
	if expiry != 0 {
		q.Set("date", strconv.FormatInt(expiry, 10))
	}
	return marketdata.Call{Endpoint: optionsEndpoint, Path: "/v7/finance/options/" + url.PathEscape(symbol), Query: q}
}

func search(text string, quotes, news int) marketdata.Call {
	return marketdata.Call{Endpoint: searchEndpoint, Path: "/v1/finance/search", Query: url.Values{
		"q": {strings.TrimSpace(text)}, "quotesCount": {strconv.Itoa(quotes)}, "newsCount": {strconv.Itoa(news)},
	}}
}

func counted(limit, usual int) int {
	if limit <= 0 {
		return usual
	}
	return min(limit, 50)
}

func (p provider) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, next *marketdata.Call, err error) {
	if refusal := refused(c, a); refusal != nil {
		return d, nil, named(refusal, c)
	}
	switch c.Endpoint {
	case quoteEndpoint:
		d, err = readQuotes(r, a)
	case optionsEndpoint:
		d, next, err = readOptions(r, c, a)
	case searchEndpoint:
		d, err = readSearch(r, a)
	default:
		d, err = readDaily(r, a)
	}
	if err != nil {
		return marketdata.Delivery{}, nil, named(err, c)
	}
	return d, next, nil
}
