package config

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Market is where market data come from.
type Market struct {
	Off     bool              // nobody is asked
	Keys    map[string]string // of sources, by their names
	Bases   map[string]string // addresses in place of the usual ones
	Plans   map[string]string // whose limits hold; the usual one unless given
	Order   string            // of sources, as rules; empty: the usual one
	Polygon int               // calls a minute of Polygon; 0: those of the plan
	Older   bool              // Financial Modeling Prep is asked at its older addresses
}

// marketSource is a source of market data as it is named in the environment.
type marketSource struct {
	name  string // as it is stored and shown
	key   string // variable of its key; empty: it takes none
	stem  string // of the variables of its address and plan
	about string
}

var marketSources = []marketSource{
	{"alphavantage", "VANTAGE_API_KEY", "VANTAGE", "Alpha Vantage"},
	{"polygon", "POLYGON_API_KEY", "POLYGON", "Polygon"},
	{"fmp", "FMP_API_KEY", "FMP", "Financial Modeling Prep"},
	{"fred", "FRED_API_KEY", "FRED", "FRED of the Federal Reserve Bank of St. Louis"},
	{"tradefeeds", "TRADEFEEDS_API_KEY", "TRADEFEEDS", "TradeFeeds"},
	{"yahoo", "", "YAHOO", "Yahoo"},
	{"stooq", "", "STOOQ", "Stooq"},
	{"ecb", "", "ECB", "the European Central Bank"},
}

// marketSettings are those of market data.
func marketSettings() []setting {
	all := []setting{
		{key: "market_data", name: "MARKET_DATA", means: "whether sources of market data are asked: on or off",
			set: func(c *Config, v string) error {
				switch strings.ToLower(v) {
				case "on", "true", "1":
					c.Market.Off = false
				case "off", "false", "0":
					c.Market.Off = true
				default:
					return errors.New("use on or off")
				}
				return nil
			},
			get: func(c *Config) string {
				if c.Market.Off {
					return "off"
				}
				return "on"
			}},
		{key: "market_data_order", name: "MARKET_DATA_ORDER", means: "which sources are asked for what, in which order: rules such as `fx: ecb, yahoo; bars: polygon, yahoo`",
			set: func(c *Config, v string) error { c.Market.Order = v; return nil },
			get: func(c *Config) string { return c.Market.Order }},
		{key: "polygon_rate_limit", name: "POLYGON_RATE_LIMIT", means: "calls a minute that the plan of the Polygon key allows, where it is not the free one's 5",
			set: func(c *Config, v string) (err error) { c.Market.Polygon, err = number(v, 1, 1_000_000); return err },
			get: func(c *Config) string { return strconv.Itoa(c.Market.Polygon) }},
		{key: "fmp_addresses", name: "FMP_ADDRESSES", means: "which addresses of Financial Modeling Prep are asked: stable, or older (/api/v3 and /api/v4) for subscriptions from before 31 August 2025",
			set: func(c *Config, v string) error {
				switch strings.ToLower(v) {
				case "stable":
					c.Market.Older = false
				case "older":
					c.Market.Older = true
				default:
					return errors.New("use stable or older")
				}
				return nil
			},
			get: func(c *Config) string {
				if c.Market.Older {
					return "older"
				}
				return "stable"
			}},
	}
	for _, s := range marketSources {
		if s.key != "" {
			all = append(all, setting{key: s.name + "_key", name: s.key, means: "key of " + s.about, hide: true,
				set: func(c *Config, v string) error { put(&c.Market.Keys, s.name, strings.TrimSpace(v)); return nil },
				get: func(c *Config) string { return c.Market.Keys[s.name] }},
				setting{key: s.name + "_plan", name: s.stem + "_PLAN", means: "plan of the key of " + s.about + ", whose limits hold",
					set: func(c *Config, v string) error { put(&c.Market.Plans, s.name, strings.ToLower(v)); return nil },
					get: func(c *Config) string { return c.Market.Plans[s.name] }})
		}
		all = append(all, setting{key: s.name + "_base_url", name: s.stem + "_BASE_URL", means: "address of " + s.about + " in place of the usual one",
			set: func(c *Config, v string) error {
				u, err := url.Parse(v)
				if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
					return errors.New("not the address of a server; use https://example.org")
				}
				put(&c.Market.Bases, s.name, strings.TrimRight(v, "/"))
				return nil
			},
			get: func(c *Config) string { return c.Market.Bases[s.name] }})
	}
	return all
}

// put sets a value in a copy: configurations are handed on by value.
func put(m *map[string]string, name, value string) {
	next := maps.Clone(*m)
	if next == nil {
		next = map[string]string{}
	}
	next[name] = value
	*m = next
}

// MarketSources are the names of all sources, in the order in which they are shown.
func MarketSources() []string {
	var names []string
	for _, s := range marketSources {
		names = append(names, s.name)
	}
	return slices.Clip(names)
}
