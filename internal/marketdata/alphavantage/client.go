// Package alphavantage asks Alpha Vantage (https://www.alphavantage.co).
//
// Model: every call is GET /query?function=…&apikey=…; the functions asked are
//
//	bars        TIME_SERIES_DAILY_ADJUSTED, else TIME_SERIES_DAILY; DIGITAL_CURRENCY_DAILY for crypto-currencies
//	quotes      GLOBAL_QUOTE; REALTIME_BULK_QUOTES for the symbols in Text (premium, at most 100)
//	splits      SPLITS
//	dividends   DIVIDENDS
//	fx          FX_DAILY; CURRENCY_EXCHANGE_RATE where Part is "now"
//	rates       TREASURY_YIELD (as TREASURY_YIELD:10year), FEDERAL_FUNDS_RATE, CPI and the other economic series
//	profiles    OVERVIEW, for funds ETF_PROFILE
//	holdings    ETF_PROFILE, with the sectors
//	statements  INCOME_STATEMENT, BALANCE_SHEET, CASH_FLOW; one where Part is "income", "balance" or "cash-flow"
//	earnings    EARNINGS, then EARNINGS_CALENDAR (CSV alone); one where Part is "reported" or "coming"
//	news        NEWS_SENTIMENT
//	chain       REALTIME_OPTIONS, else HISTORICAL_OPTIONS (the session before); options of the United States
//	search      SYMBOL_SEARCH
//	changes     LISTING_STATUS of the delisted (CSV alone)
//
// JSON is asked where there is a choice: unlike CSV it shows a body that was cut, and it
// names the symbol, which is compared. Both are read, as CSV may come from recordings.
//
// Units: prices, dividends and splits are as traded on their day (the documentation says
// "raw (as-traded)"; IBM's dividend was 0.24 before and 0.12 after its split of 1999), in
// the unit of the exchange (pence in London); the currency is not said in any answer of
// prices and stays empty. The adjusted close counts splits and dividends. Percentages of
// the economic series become fractions. Options: theta a day, vega a point.
//
// Plans: a key without a plan has 25 calls a day (home-assistant.io pull request 31996 and
// the notices themselves), 5 a minute and, by the notices of 2026, one a second; plans
// have 75, 150, 300, 600 or 1200 a minute and no limit of a day. Without a plan daily
// prices are the latest 100 unadjusted ones: "outputsize=full" and
// TIME_SERIES_DAILY_ADJUSTED are premium (notices of 2025 and 2026). New asks for the most
// and turns to less when refused; NewFree spends no call on what is refused.
//
// A factor of SPLITS may be the price factor of a spin-off (IBM, 2021-11-04, 1.0460): it
// is given as it stands, with its doubt.
//
// Not offered: whole markets (grouped), weights of countries and renames, which the
// source has not; intraday, weekly and monthly prices, which nobody here reads, and which
// are refused where daily ones are due.
//
// The forms are those of the recordings of the documentation's examples in
// github.com/portfoliotree/alphavantage (November 2025 to August 2026) and of the tests of
// RomelTorres/alpha_vantage and zackurben/alphavantage.
package alphavantage

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

const name = "alphavantage"

// Provider asks Alpha Vantage. It has no state: its methods may be called at once.
type Provider struct{ free bool }

// New is for a key of any plan: what the plan has not is asked in a lesser form next.
func New() marketdata.Provider { return Provider{} }

// NewFree is for a key without a plan: only what such a key is given is asked for.
func NewFree() marketdata.Provider { return Provider{free: true} }

// Name is "alphavantage".
func (Provider) Name() string { return name }

// Base is the source's address.
func (Provider) Base() string { return "https://www.alphavantage.co" }

// NeedsKey is true: the demo key answers for a few examples alone.
func (Provider) NeedsKey() bool { return true }

// Limits are those of a key without a plan (""), and of the plans by their calls a minute.
// When the source's day begins is not documented, so that a day is any 24 hours. The
// plan of 1200 has at most 30 a second, by its notice "Burst pattern detected".
func (Provider) Limits() map[string][]marketdata.Limit {
	plans := map[string][]marketdata.Limit{
		"": {{Window: marketdata.Second, Most: 1}, {Window: marketdata.Minute, Most: 5}, {Window: marketdata.Day, Most: 25}},
	}
	for _, most := range []int{75, 150, 300, 600} {
		plans[strconv.Itoa(most)] = []marketdata.Limit{{Window: marketdata.Minute, Most: most}}
	}
	plans["1200"] = []marketdata.Limit{{Window: marketdata.Second, Most: 30}, {Window: marketdata.Minute, Most: 1200}}
	return plans
}

// Offers reports whether the source can be asked for that.
func (p Provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Sign puts the key into the query.
func (Provider) Sign(h *http.Request, key string) {
	q := h.URL.Query()
	q.Set("apikey", key)
	h.URL.RawQuery = q.Encode()
}

// call writes a call of a function; pairs are parameters and their values, of which empty
// ones are left out.
func call(function string, pairs ...string) marketdata.Call {
	q := url.Values{"function": {function}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return marketdata.Call{Endpoint: function, Path: "/query", Query: q}
}

// Ask writes the first call of a request.
func (p Provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	switch r.Kind {
	case marketdata.FX:
		return askFX(p, r)
	case marketdata.Rates:
		return askEconomic(r)
	case marketdata.Search:
		if strings.TrimSpace(r.Text) == "" {
			return marketdata.Call{}, fmt.Errorf("search at %s: there is no text; give a name or a symbol", name)
		}
		return call("SYMBOL_SEARCH", "keywords", strings.TrimSpace(r.Text)), nil
	case marketdata.Quotes:
		if r.Text != "" {
			return askBulk(r)
		}
	case marketdata.Changes:
		if r.Part == "delisted" {
			c := call("LISTING_STATUS", "state", "delisted")
			c.Large = true
			return c, nil
		}
		return marketdata.Call{}, fmt.Errorf("changes %q at %s: it lists the delisted alone; ask for the part \"delisted\"", r.Part, name)
	case marketdata.Grouped:
		return marketdata.Call{}, fmt.Errorf("grouped at %s: it does not give a whole market; ask for instruments", name)
	}
	return p.askInstrument(r)
}

func (p Provider) askInstrument(r marketdata.Request) (marketdata.Call, error) {
	refused := func(why string) (marketdata.Call, error) {
		return marketdata.Call{}, fmt.Errorf("%s of %q at %s: %s", r.Kind, r.Instrument.Symbol, name, why)
	}
	switch r.Instrument.Class {
	case instrument.Crypto:
		if r.Kind != marketdata.Bars {
			return refused("of crypto-currencies it is asked for daily prices alone")
		}
		return askCrypto(r)
	case instrument.Option, instrument.Future, instrument.Bond, instrument.Private, instrument.Currency, instrument.Commodity, instrument.Index:
		return refused("it is asked for shares and funds, not for the class " + string(r.Instrument.Class))
	}
	symbol, ok := theirs(r.Instrument.Symbol, r.Instrument.Exchange)
	if !ok {
		return refused("it does not cover the exchange of this symbol; another source may")
	}
	switch r.Kind {
	case marketdata.Bars:
		if p.free {
			return askDaily("TIME_SERIES_DAILY", symbol, "compact"), nil
		}
		return askDaily("TIME_SERIES_DAILY_ADJUSTED", symbol, outputSize(r.From, r.To)), nil
	case marketdata.Quotes:
		return call("GLOBAL_QUOTE", "symbol", symbol), nil
	case marketdata.Splits:
		return call("SPLITS", "symbol", symbol), nil
	case marketdata.Dividends:
		return call("DIVIDENDS", "symbol", symbol), nil
	case marketdata.Profiles:
		if c := r.Instrument.Class; c == instrument.ETF || c == instrument.Fund {
			return call("ETF_PROFILE", "symbol", symbol), nil
		}
		return call("OVERVIEW", "symbol", symbol), nil
	case marketdata.Holdings:
		if r.Part == "" || r.Part == "sectors" {
			return call("ETF_PROFILE", "symbol", symbol), nil
		}
		return refused("it has no weights of " + r.Part)
	case marketdata.Statements:
		for _, s := range statements {
			if r.Part == "" || r.Part == s.part {
				return call(s.function, "symbol", symbol), nil
			}
		}
		return refused(fmt.Sprintf("there is no statement %q; ask for income, balance or cash-flow", r.Part))
	case marketdata.Earnings:
		if r.Part == "coming" {
			return askCalendar(symbol), nil
		}
		return call("EARNINGS", "symbol", symbol), nil
	case marketdata.News:
		return askNews(r, symbol), nil
	case marketdata.Chain:
		if place(symbol).country != "US" {
			return refused("it has options of the United States alone")
		}
		return askChain(p, r, symbol), nil
	}
	return refused("it does not offer that")
}

// latest is how many points the compact size has.
const latest = 100

// outputSize is compact where the latest 100 points are likely to reach back to from: To
// is then taken for about today, which reading the answer checks.
func outputSize(from, to date.Date) string {
	const calendarDays = latest * 7 / 5
	if from != 0 && to != 0 && to-from < calendarDays {
		return "compact"
	}
	return "full"
}

// Read reads the answer to a call.
func (p Provider) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, next *marketdata.Call, err error) {
	if refused := refusal(c, a); refused != nil {
		if next, left := p.lesser(c, refused); next != nil {
			return marketdata.Delivery{Left: left}, next, nil
		}
		return d, nil, refused
	}
	reader := readers[c.Endpoint]
	if reader == nil {
		return d, nil, refuse(c, marketdata.Refused, "there is no reader of "+c.Endpoint)
	}
	o := &answer{provider: p, request: r, call: c, at: a.At}
	if refused := reader(o, a.Body); refused != nil {
		if refused.Reason == marketdata.NotFound && o.next != nil {
			return o.delivery, o.next, nil
		}
		return marketdata.Delivery{}, nil, refused
	}
	return o.delivery, o.next, nil
}

// sized is a call with another size.
func sized(c marketdata.Call, size string) marketdata.Call {
	c.Query, c.Large = maps.Clone(c.Query), size == "full"
	c.Query.Set("outputsize", size)
	return c
}

// fullRefused is carried by a call of the compact size that follows a refusal of the full
// one: its answer is taken as it is.
const fullRefused = "the full size is not in the plan"

// lesser is the call that a plan may have where it has not the one asked, and what is
// left out with it.
func (p Provider) lesser(c marketdata.Call, refused *marketdata.Refusal) (*marketdata.Call, []string) {
	if refused.Reason != marketdata.NotInPlan {
		return nil, nil
	}
	symbol, size := c.Query.Get("symbol"), c.Query.Get("outputsize")
	switch {
	case c.Endpoint == "TIME_SERIES_DAILY_ADJUSTED" && refused.Parameter == "":
		n := askDaily("TIME_SERIES_DAILY", symbol, size)
		return &n, []string{"the plan of this key has no adjusted prices, and no splits and dividends with them"}
	case c.Endpoint == "REALTIME_OPTIONS":
		n := call("HISTORICAL_OPTIONS", "symbol", symbol)
		n.Large = true
		return &n, []string{"the plan of this key has no realtime options: those of the session before are asked"}
	case size == "full":
		n := sized(c, "compact")
		n.Carry = fullRefused
		return &n, []string{fmt.Sprintf("the plan of this key has the latest %d days alone", latest)}
	}
	return nil, nil
}
