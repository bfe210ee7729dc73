// Package fmp reads Financial Modeling Prep: prices, actions, quotes, profiles,
// statements, earnings, news, what funds hold, Treasury and exchange rates.
//
// Model: the source has two families of addresses. /stable/NAME?symbol=… is what it sells
// today; /api/v3/NAME/SYMBOL (and a few under /api/v4) answers only keys of subscriptions
// from before 31 August 2025, as its own refusal says. Options.Legacy chooses which is
// asked; every parser reads the bodies of both.
//
// Prices: historical-price-eod/non-split-adjusted has the prices as traded, under names
// that say the opposite (adjOpen to adjClose), and is what Bars asks for: those are the
// only prices that are kept. historical-price-eod/full and /light, and the older
// historical-price-full, are adjusted for splits and not for dividends;
// /dividend-adjusted and the older adjClose for both. Where the key's plan lacks the first,
// full is asked instead and says so. Crypto-currencies, exchange rates and indices are
// never split: their one series counts as traded. The source states no currency beside
// prices; that of the profile holds, pence as GBp. The newest row comes first, at most
// 5,000 rows a call; longer histories go on with another call.
//
// Units: percentages (weights of funds, the expense ratio, Treasury rates) become
// fractions; those that the source calls ratios and yields are fractions already. Times of
// news are of New York. The date of a dividend is its ex-date, dividend what was paid then,
// adjDividend the same in pieces of today. A statement's line is given under its standard
// name, else under the source's own in snake case; the source writes 0 where a company
// does not report a line, which cannot be told from a true zero and is kept as it says.
//
// Limits, after the source's page of prices as of July 2026: Basic (free) 250 calls a
// day, Starter 300 a minute, Premium 750, Ultimate 3,000. When the day begins is not
// documented, so any 24 hours count. A plan also bounds the bytes of 30 days, which is
// recognised when it is met ("Bandwidth Limit Reach") and cannot be counted beforehand.
//
// Refusals: 402 as plain text and 403 as JSON for what a plan lacks, an endpoint or one
// value of a parameter (Refusal.Parameter); 429 and at times 200 with {"Error Message":
// "Limit Reach …"}; 401 for a wrong key; [] or {} for what it does not know.
//
// Not offered: option chains and grouped days (the bulk files are CSV of the largest
// plan), prices within the day, filings, executives, estimates, rankings, technical
// indicators: nothing here uses them.
package fmp

import (
	"net/http"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// Name is the source's name as it is stored.
const Name = "fmp"

// Options are the settings of the source.
type Options struct {
	Legacy bool // ask the addresses under /api/v3, which only older subscriptions may
}

// Provider knows the source. It implements marketdata.Provider.
type Provider struct{ legacy bool }

var _ marketdata.Provider = (*Provider)(nil)

// New returns the source with its settings.
func New(o Options) *Provider { return &Provider{legacy: o.Legacy} }

// Name implements marketdata.Provider.
func (p *Provider) Name() string { return Name }

// Base implements marketdata.Provider.
func (p *Provider) Base() string { return "https://financialmodelingprep.com" }

// NeedsKey implements marketdata.Provider.
func (p *Provider) NeedsKey() bool { return true }

// Limits implements marketdata.Provider: the plans of the package comment, the free one
// by default.
func (p *Provider) Limits() map[string][]marketdata.Limit {
	day := []marketdata.Limit{{Window: marketdata.Day, Most: 250}}
	minute := func(most int) []marketdata.Limit {
		return []marketdata.Limit{{Window: marketdata.Minute, Most: most}}
	}
	return map[string][]marketdata.Limit{"": day, "basic": day,
		"starter": minute(300), "premium": minute(750), "ultimate": minute(3000)}
}

// Sign implements marketdata.Provider. The stable addresses take the key as a header, which
// keeps it out of logs of addresses; the older ones only in the query.
func (p *Provider) Sign(h *http.Request, key string) {
	if !p.legacy {
		h.Header.Set("apikey", key)
		return
	}
	q := h.URL.Query()
	q.Set("apikey", key)
	h.URL.RawQuery = q.Encode()
}
