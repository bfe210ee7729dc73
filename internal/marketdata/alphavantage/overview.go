package alphavantage

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// figure is a member of an answer and what it is under its standard name. The unit "" is
// the currency of the shares.
type figure struct{ theirs, name, unit string }

// figures are those of OVERVIEW that have a standard name; its ratios of margin, return
// and yield are fractions already.
var figures = []figure{
	{"MarketCapitalization", "market_cap", ""},
	{"EBITDA", "ebitda", ""},
	{"PERatio", "pe", "ratio"},
	{"ForwardPE", "forward_pe", "ratio"},
	{"PEGRatio", "peg", "ratio"},
	{"BookValue", "book_value", ""},
	{"DividendPerShare", "dividend_per_share", ""},
	{"DividendYield", "dividend_yield", "fraction"},
	{"EPS", "eps", ""},
	{"ProfitMargin", "profit_margin", "fraction"},
	{"OperatingMarginTTM", "operating_margin", "fraction"},
	{"ReturnOnAssetsTTM", "return_on_assets", "fraction"},
	{"ReturnOnEquityTTM", "return_on_equity", "fraction"},
	{"RevenueTTM", "revenue", ""},
	{"GrossProfitTTM", "gross_profit", ""},
	{"AnalystTargetPrice", "target_price", ""},
	{"PriceToSalesRatioTTM", "price_to_sales", "ratio"},
	{"PriceToBookRatio", "price_to_book", "ratio"},
	{"Beta", "beta", "ratio"},
	{"52WeekHigh", "52_week_high", ""},
	{"52WeekLow", "52_week_low", ""},
	{"SharesOutstanding", "shares_outstanding", "shares"},
	{"SharesFloat", "shares_float", "shares"},
}

// facts reads the figures that a record has.
func (o *answer) facts(r *record, named []figure, unit money.Currency) (facts []marketdata.Fact) {
	for _, f := range named {
		value, ok := exact(r.get(f.theirs))
		if !ok {
			o.leave("%s: %q is no number", f.theirs, clip(r.get(f.theirs)))
		}
		if !ok || !value.Known {
			continue
		}
		fact := marketdata.Fact{Name: f.name, Value: value.Decimal, Unit: f.unit}
		if fact.Unit == "" {
			fact.Unit = string(unit)
		}
		facts = append(facts, fact)
	}
	return facts
}

// classes are the source's words for what something is.
var classes = map[string]instrument.Class{
	"common stock": instrument.Equity, "preferred stock": instrument.Equity, "stock": instrument.Equity, "equity": instrument.Equity,
	"etf": instrument.ETF, "mutual fund": instrument.Fund, "cryptocurrency": instrument.Crypto, "digital currency": instrument.Crypto,
	"index": instrument.Index, "physical currency": instrument.Currency,
}

func class(b []byte) instrument.Class { return classes[strings.ToLower(words(b))] }

// markets are the source's names of the exchanges of the United States.
var markets = map[string]string{
	"NYSE": "XNYS", "NASDAQ": "XNAS", "NYSE ARCA": "ARCX", "NYSE MKT": "XASE", "NYSE AMERICAN": "XASE", "AMEX": "XASE", "BATS": "BATS",
}

// countries are the names that OVERVIEW and SYMBOL_SEARCH use.
var countries = map[string]string{
	"usa": "US", "united states": "US", "canada": "CA", "united kingdom": "GB", "uk": "GB", "germany": "DE", "frankfurt": "DE", "france": "FR", "paris": "FR",
	"netherlands": "NL", "amsterdam": "NL", "belgium": "BE", "portugal": "PT", "spain": "ES", "italy": "IT", "switzerland": "CH", "ireland": "IE", "japan": "JP",
	"china": "CN", "shanghai": "CN", "shenzhen": "CN", "hong kong": "HK", "india": "IN", "india/bombay": "IN", "brazil": "BR", "brazil/sao paolo": "BR",
	"toronto": "CA", "toronto venture": "CA", "xetra": "DE", "israel": "IL", "bermuda": "BM", "mexico": "MX", "south africa": "ZA", "australia": "AU", "taiwan": "TW",
}

// overview reads OVERVIEW. A symbol that has none may be a fund.
func (o *answer) overview(body []byte) *marketdata.Refusal {
	s, r := newScanner(body), &record{}
	s.record(r)
	if bad := s.end(); bad != nil {
		return o.garbled(bad)
	}
	symbol := r.get("Symbol")
	if len(symbol) == 0 {
		if o.request.Instrument.Class == instrument.Unknown {
			n := call("ETF_PROFILE", "symbol", o.call.Query.Get("symbol"))
			o.next = &n
		}
		return o.refuse(marketdata.NotFound, "it answers without any data")
	}
	if bad := o.strange(symbol); bad != nil {
		return o.garbled(bad)
	}
	unit := currency(r.get("Currency"))
	o.delivery.Profiles = append(o.delivery.Profiles, marketdata.Profile{
		Instrument: instrument.Instrument{
			Symbol: o.symbol(symbol), Currency: unit, Class: class(r.get("AssetType")), Name: words(r.get("Name")),
			Exchange: markets[strings.ToUpper(words(r.get("Exchange")))], Sector: words(r.get("Sector")), Country: countries[strings.ToLower(words(r.get("Country")))],
		},
		Industry: words(r.get("Industry")), Description: words(r.get("Description")), Website: words(r.get("OfficialSite")),
		Figures: o.facts(r, figures, unit),
	})
	return nil
}

// fundFigures are those of ETF_PROFILE. In which currency the assets are is not said.
var fundFigures = []figure{
	{"net_assets", "net_assets", ""},
	{"net_expense_ratio", "expense_ratio", "fraction"},
	{"dividend_yield", "dividend_yield", "fraction"},
}

// fund reads ETF_PROFILE: the fund's figures, its sectors and its largest holdings. The day
// of the holdings is not said.
func (o *answer) fund(body []byte) *marketdata.Refusal {
	s, r, top := newScanner(body), &record{}, &record{}
	symbol := o.symbol([]byte(o.call.Query.Get("symbol")))
	composition := instrument.Composition{Source: "Alpha Vantage"}
	weight := func() (money.Decimal, bool, *fault) {
		w, ok := exact(r.get("weight"))
		if !ok {
			return money.Zero, false, &fault{"weight", fmt.Sprintf("%q is no number", clip(r.get("weight")))}
		}
		return w.Decimal, w.Known, nil
	}
	s.Object(func(key []byte) {
		switch c := s.Peek(); {
		case c == '[' && string(key) == "sectors":
			s.each(r, func() *fault {
				w, known, bad := weight()
				if name := words(r.get("sector")); bad == nil && known && name != "" {
					composition.Sectors = append(composition.Sectors, instrument.SectorShare{Sector: name, Weight: w})
				}
				return bad
			})
		case c == '[' && string(key) == "holdings":
			s.each(r, func() *fault {
				w, known, bad := weight()
				k := instrument.Constituent{Symbol: ours(words(r.get("symbol"))), Name: words(r.get("description")), Weight: w}
				switch {
				case bad != nil:
				case !known || k.Symbol == "" && k.Name == "":
					o.leave("the holding %q: no weight, or no name", k.Name)
				case k.Symbol == symbol:
					o.leave("the holding %q: a fund does not hold itself", k.Name)
				default:
					composition.Constituents = append(composition.Constituents, k)
				}
				return bad
			})
		case c == '[' || c == '{':
			s.Skip()
		default:
			top.keys, top.values = append(top.keys, key), append(top.values, s.text())
		}
	})
	if bad := s.end(); bad != nil {
		return o.garbled(bad)
	}
	if len(top.keys) == 0 && len(composition.Constituents) == 0 && len(composition.Sectors) == 0 {
		return o.refuse(marketdata.NotFound, "it answers without any data")
	}
	if facts := o.facts(top, fundFigures, ""); len(facts) > 0 || o.request.Kind == marketdata.Profiles {
		o.delivery.Profiles = append(o.delivery.Profiles, marketdata.Profile{Instrument: instrument.Instrument{Symbol: symbol, Class: instrument.ETF}, Figures: facts})
	}
	if len(composition.Constituents) > 0 {
		if flaw := composition.Check(symbol); flaw != nil {
			o.leave("the holdings: %v", flaw)
			composition.Constituents = nil
		}
	}
	if len(composition.Constituents) > 0 || len(composition.Sectors) > 0 {
		o.delivery.Holdings = append(o.delivery.Holdings, marketdata.FundHoldings{Symbol: symbol, Composition: composition})
	} else if o.request.Kind == marketdata.Holdings {
		return o.refuse(marketdata.Empty, "it lists neither holdings nor sectors")
	}
	return nil
}
