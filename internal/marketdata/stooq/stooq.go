// Package stooq asks Stooq for daily prices and exchange rates as CSV.
//
// Model: one address, https://stooq.com/q/d/l/?s=SYMBOL&i=d&d1=FROM&d2=TO&o=1111111, that
// answers a table of days, or a sentence where it does not. Stooq documents none of it; what
// stands here is what public users of the address found, and it changes: since 2026 the
// address often wants an apikey (which a person gets on its page), and since 2026-07 shows
// programs a page that wants to see a browser at work. This reader does not pretend to be
// one: it says what came. A key is taken where there is one, and not needed.
//
// Units and bases: Stooq adjusts prices and volumes for splits, dividends, rights and
// denominations unless each is switched off in o, a mask of seven digits in that order; all
// are switched off here, so that prices are as traded. Where that did not work shows in the
// volumes: adjusted ones are fractions. Such a series has no stated basis (UnknownBasis),
// as its adjustment is for more than a list of splits and dividends knows. Stooq states no
// currency: it is that of the market (USD in New York, JPY in Tokyo, EUR at Xetra ...). In
// London prices are pence where the instrument is known to be quoted in pounds or pence;
// other listings there have the instrument's currency, and where that is not known, none.
// The days are those of the exchange.
//
// Not offered: quotes, splits, dividends (the address has none of them), and markets other
// than New York, London, Tokyo, Hong Kong, Xetra, Warsaw and Budapest.
package stooq

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// Name is the source's name.
const Name = "stooq"

type provider struct{}

// New returns the source.
func New() marketdata.Provider { return provider{} }

func (provider) Name() string   { return Name }
func (provider) Base() string   { return "https://stooq.com" }
func (provider) NeedsKey() bool { return false }

// Limits are our own. Stooq cuts an address off for the day after a number of calls that it
// does not state ("Exceeded the daily hits limit"); people report a few hundred. Twelve a
// minute and 150 a day stay below that.
func (provider) Limits() map[string][]marketdata.Limit {
	return map[string][]marketdata.Limit{"": {
		{Window: marketdata.Minute, Most: 12},
		{Window: marketdata.Day, Most: 150, Resets: "Europe/Warsaw"},
	}}
}

func (p provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Sign puts the key, where there is one, into the call.
func (provider) Sign(h *http.Request, key string) {
	if key != "" {
		q := h.URL.Query()
		q.Set("apikey", key)
		h.URL.RawQuery = q.Encode()
	}
	h.Header.Set("Accept", "text/csv, text/plain")
}

// ErrNotOffered reports a request that Stooq cannot be asked.
var ErrNotOffered = errors.New("stooq does not offer this")

// unadjusted switches every adjustment off.
const unadjusted = "1111111"

func (provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	var symbol string
	var err error
	switch r.Kind {
	case marketdata.Bars:
		symbol, _, err = theirs(r.Instrument)
	case marketdata.FX:
		symbol, err = pairSymbol(r.Pair)
	default:
		err = fmt.Errorf("%s: %w", r.Kind, ErrNotOffered)
	}
	if err != nil {
		return marketdata.Call{}, err
	}
	q := url.Values{"s": {symbol}, "i": {"d"}, "o": {unadjusted}}
	// It takes both bounds or none.
	if r.From != 0 || r.To != 0 {
		from, to := r.From, r.To
		if from == 0 {
			from = date.Must(1700, 1, 1)
		}
		if to == 0 {
			to = date.Must(2999, 12, 31)
		}
		q.Set("d1", compact(from))
		q.Set("d2", compact(to))
	}
	return marketdata.Call{Endpoint: "daily csv", Path: "/q/d/l/", Query: q}, nil
}

func compact(d date.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// market is what stands behind a symbol: Stooq's suffix and the currency of its prices.
type market struct {
	suffix   string
	currency money.Currency
	mic      string
}

// markets are by the suffix of our symbols.
var markets = map[string]market{
	"":   {".us", "USD", ""},
	"L":  {".uk", "", "XLON"},
	"T":  {".jp", "JPY", "XTKS"},
	"HK": {".hk", "HKD", "XHKG"},
	"DE": {".de", "EUR", "XETR"},
	"WA": {"", "PLN", "XWAR"},
	"BD": {".hu", "HUF", "XBUD"},
}

// american are the markets whose symbols have no suffix of ours.
var american = map[string]bool{"XNAS": true, "XNGS": true, "XNMS": true, "XNCM": true, "XNYS": true, "XASE": true, "ARCX": true, "BATS": true}

// foreign are suffixes of markets that Stooq does not have: a symbol with one of them is
// not an American class of shares.
var foreign = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields("IL TO V CN NE F SG MU BE DU HM HA PA AS BR LS IR MI MC SW VI ST OL CO HE IC AT PR IS TA JO SA MX BA SN SS SZ TW TWO KS KQ SI KL BK JK NS BO AX NZ SR QA TL RG VS") {
		m[s] = true
	}
	return m
}()

// indices are the indices that are there, by our names.
var indices = map[string]struct {
	symbol   string
	currency money.Currency
}{
	"^GSPC": {"^spx", "USD"}, "^SPX": {"^spx", "USD"}, "^DJI": {"^dji", "USD"}, "^NDX": {"^ndx", "USD"}, "^IXIC": {"^ndq", "USD"},
	"^GDAXI": {"^dax", "EUR"}, "^N225": {"^nkx", "JPY"},
}

// theirs is an instrument's symbol as Stooq writes it, and the currency its prices are in
// there: AAPL is aapl.us, BRK.B is brk-b.us, VOD.L is vod.uk, 7203.T is 7203.jp.
func theirs(i instrument.Instrument) (symbol string, currency money.Currency, err error) {
	s := strings.ToUpper(strings.TrimSpace(i.Symbol))
	if s == "" || len(s) > 20 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-^") != "" {
		return "", "", fmt.Errorf("symbol %q: %w", i.Symbol, ErrNotOffered)
	}
	switch i.Class {
	case instrument.Equity, instrument.ETF, instrument.Unknown:
	case instrument.Index:
		if _, ok := indices[s]; !ok {
			return "", "", fmt.Errorf("index %s: %w", s, ErrNotOffered)
		}
	case instrument.Crypto:
		if coin, ok := strings.CutSuffix(s, "-USD"); ok && coin != "" {
			return strings.ToLower(coin) + ".v", "USD", nil
		}
		return "", "", fmt.Errorf("%s: %w", s, ErrNotOffered)
	default:
		return "", "", fmt.Errorf("%s is a %s: %w", s, i.Class, ErrNotOffered)
	}
	if index, ok := indices[s]; ok {
		return index.symbol, index.currency, nil
	}
	if s[0] == '^' {
		return "", "", fmt.Errorf("index %s: %w", s, ErrNotOffered)
	}
	root, suffix := s, ""
	if at := strings.LastIndexByte(s, '.'); at > 0 && !american[i.Exchange] {
		behind := s[at+1:]
		if foreign[behind] {
			return "", "", fmt.Errorf("%s: not a market of Stooq: %w", s, ErrNotOffered)
		}
		if _, ok := markets[behind]; ok && behind != "" {
			root, suffix = s[:at], behind
		}
	}
	if suffix == "" && i.Exchange != "" && !american[i.Exchange] {
		for behind, m := range markets {
			if m.mic == i.Exchange {
				suffix = behind
			}
		}
		if suffix == "" {
			return "", "", fmt.Errorf("%s at %s: not a market of Stooq: %w", s, i.Exchange, ErrNotOffered)
		}
	}
	m := markets[suffix]
	root = strings.ReplaceAll(root, ".", "-")
	if suffix == "HK" {
		root = strings.TrimLeft(root, "0") // 0700.HK is 700.hk
	}
	currency = m.currency
	if suffix == "L" {
		if currency = i.Currency; currency == "GBP" {
			currency = "GBX" // what London quotes in, whatever the ledger counts in
		}
	}
	return strings.ToLower(root) + m.suffix, currency, nil
}

func pairSymbol(p marketdata.Pair) (string, error) {
	for _, c := range []string{p.Base, p.Quote} {
		if len(c) != 3 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || c == "GBX" || c == "ZAC" || c == "ILA" {
			return "", fmt.Errorf("exchange rate %s: %w", p, ErrNotOffered)
		}
	}
	if p.Base == p.Quote {
		return "", fmt.Errorf("exchange rate %s: %w", p, ErrNotOffered)
	}
	return strings.ToLower(p.Base + p.Quote), nil
}

func (p provider) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, next *marketdata.Call, err error) {
	refusal := refused(r, c, a)
	if refusal == nil {
		d, refusal = readDays(r, c, a)
	}
	if refusal != nil {
		refusal.Provider, refusal.Endpoint = Name, c.Endpoint
		return marketdata.Delivery{}, nil, refusal
	}
	return d, nil, nil
}
