// Package tradefeeds reads what funds hold from TradeFeeds. It is untested against a
// recorded answer: none was at hand.
//
// Model: one address, /api/v1/etf_holdings?ticker=…, after the vendor's own article on its
// ETF holdings API (dev.to, "Smart Investment Platforms With ETF Holdings API") and public
// clients of it. The answer is {"status", "result": {"basics", "output": […]}}, each output
// a report of the fund to the SEC (Form N-PORT) with its attributes (repPdDate is the day
// of the holdings) and its invstOrSecs: name, ISIN, pctVal, payoffProfile, invCountry.
// An older layout that public clients read, {"results": [{"output":
// {"stock_ticker_symbol", "name", "percent_of_portfolio"}}]}, is understood too. Of
// several reports the latest that is not after the day asked for counts.
//
// Units: pctVal and percent_of_portfolio are percentages of net assets, as in the form;
// they become fractions. A short position is negative. Holdings of the first layout state
// no symbol; they are known by their ISIN or name.
//
// Limits: 22,000 credits a month, of which a fund costs 20, and 10 calls a minute, beyond
// which the vendor takes calls for those of a robot and answers a CAPTCHA page with 202
// (both after the notes of a platform that subscribed to it). When a month begins is not
// known, so any 30 days count.
//
// Not offered: everything else that the vendor sells; other sources have it.
package tradefeeds

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// Name is the source's name as it is stored.
const Name = "tradefeeds"

// Untested is what is to be said wherever the source is described to people.
const Untested = "untested against a recorded answer"

// endpoint is the source's name of what is asked, credits what it costs.
const (
	endpoint = "etf_holdings"
	credits  = 20
)

// Provider knows the source. It implements marketdata.Provider.
type Provider struct{}

var _ marketdata.Provider = (*Provider)(nil)

// New returns the source.
func New() *Provider { return &Provider{} }

// Name implements marketdata.Provider. The source is untested against a recorded answer.
func (p *Provider) Name() string { return Name }

// Base implements marketdata.Provider.
func (p *Provider) Base() string { return "https://data.tradefeeds.com" }

// NeedsKey implements marketdata.Provider.
func (p *Provider) NeedsKey() bool { return true }

// Limits implements marketdata.Provider: those of the package comment.
func (p *Provider) Limits() map[string][]marketdata.Limit {
	return map[string][]marketdata.Limit{"": {
		{Window: marketdata.Month, Most: 22000, Credits: true},
		{Window: marketdata.Minute, Most: 10},
	}}
}

// Sign implements marketdata.Provider: the key is a parameter of the query.
func (p *Provider) Sign(h *http.Request, key string) {
	q := h.URL.Query()
	q.Set("key", key)
	h.URL.RawQuery = q.Encode()
}

// Offers implements marketdata.Provider.
func (p *Provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Ask implements marketdata.Provider. Where a day To is named, the reports of the year
// before it are asked for.
func (p *Provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	symbol := strings.ToUpper(strings.TrimSpace(r.Instrument.Symbol))
	switch {
	case r.Kind != marketdata.Holdings || r.Part != "":
		return marketdata.Call{}, fmt.Errorf("%s: it offers what funds hold, not %s %s; ask another source", Name, r.Kind, r.Part)
	case symbol == "":
		return marketdata.Call{}, fmt.Errorf("%s: %s need an instrument with its symbol", Name, r.Kind)
	}
	q := url.Values{"ticker": {strings.ReplaceAll(symbol, ".", "-")}}
	if r.To != 0 && !r.To.IsNone() {
		q.Set("date_from", r.To.AddYears(-1).String())
		q.Set("date_to", r.To.String())
	}
	return marketdata.Call{Endpoint: endpoint, Path: "/api/v1/" + endpoint, Query: q, Credits: credits, Large: true}, nil
}

// Read implements marketdata.Provider.
func (p *Provider) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (marketdata.Delivery, *marketdata.Call, error) {
	x := &answer{request: r, call: c, response: a}
	d, ref := x.read()
	if ref != nil {
		return marketdata.Delivery{}, nil, ref
	}
	return d, nil, nil
}
