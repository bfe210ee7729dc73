package fmp

import (
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// fact is a fundamental figure of the source: its standard name and unit. money stands for
// the currency of the instrument.
type fact struct{ name, unit string }

const inMoney = "money"

// factNames are the figures of profiles, key metrics, ratios and floats that have a
// standard name. Ratios, yields and margins are fractions as they come. lastDividend is
// that of a year, as its examples show (Apple 1.04 while it paid 0.26 a quarter).
var factNames = map[string]fact{
	"marketCap": {"market_cap", inMoney}, "mktCap": {"market_cap", inMoney},
	"beta":         {"beta", "ratio"},
	"lastDividend": {"dividend_per_share", inMoney}, "lastDiv": {"dividend_per_share", inMoney},
	"dividendPerShareTTM": {"dividend_per_share", inMoney},
	"outstandingShares":   {"shares_outstanding", "shares"}, "floatShares": {"shares_float", "shares"},
	"priceToEarningsRatioTTM": {"pe", "ratio"}, "peRatioTTM": {"pe", "ratio"},
	"priceToEarningsGrowthRatioTTM": {"peg", "ratio"}, "pegRatioTTM": {"peg", "ratio"},
	"priceToBookRatioTTM": {"price_to_book", "ratio"}, "priceToSalesRatioTTM": {"price_to_sales", "ratio"},
	"dividendYieldTTM": {"dividend_yield", "fraction"}, "dividendYielTTM": {"dividend_yield", "fraction"},
	"netProfitMarginTTM": {"profit_margin", "fraction"}, "operatingProfitMarginTTM": {"operating_margin", "fraction"},
	"returnOnAssetsTTM": {"return_on_assets", "fraction"}, "returnOnEquityTTM": {"return_on_equity", "fraction"},
	"bookValuePerShareTTM": {"book_value", inMoney}, "netIncomePerShareTTM": {"eps", inMoney},
	"assetsUnderManagement": {"net_assets", inMoney}, "aum": {"net_assets", inMoney},
}

// row is a profile in the making.
type row struct {
	profile   marketdata.Profile
	code      string // of its exchange
	etf, fund *bool
	figures   []marketdata.Fact
	sectors   []instrument.SectorShare
}

// profiles reads what an instrument is, and the figures of the other parts. Profiles of
// funds (etf/info) say how their sectors weigh.
func (x *answer) profiles() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	ref := x.rows(func(s *scanner, symbol string) {
		p := x.profile(s)
		if p.profile.Instrument.Symbol != "" {
			symbol = p.profile.Instrument.Symbol
		}
		if s.fault != "" || !x.asked(symbol) {
			return
		}
		p.profile.Instrument.Symbol = x.ours(symbol)
		d.Profiles = append(d.Profiles, p.profile)
		if len(p.sectors) > 0 {
			d.Holdings = append(d.Holdings, marketdata.FundHoldings{Symbol: p.profile.Instrument.Symbol,
				Composition: instrument.Composition{Source: Name, AsOf: p.profile.AsOf, Sectors: p.sectors}})
		}
	})
	if ref == nil && len(d.Profiles) == 0 {
		ref = x.empty()
	}
	return d, nil, ref
}

// profile reads one row; the symbol is still the source's.
func (x *answer) profile(s *scanner) row {
	var p row
	var listed, short, full string // the exchange: the code, or the older bodies' name beside the code
	i := &p.profile.Instrument
	s.object(func(key []byte, v token) {
		switch name := string(key); name {
		case "symbol":
			i.Symbol = v.str()
		case "companyName", "name":
			i.Name = v.str()
		case "currency", "navCurrency", "tradingCurrency":
			i.Currency = currencyOf(v.str())
		case "isin":
			i.ISIN = v.str()
		case "cusip", "securityCusip":
			i.CUSIP = v.str()
		case "exchange":
			listed = v.str()
		case "exchangeShortName":
			short = v.str()
		case "exchangeFullName", "stockExchange":
			full = v.str()
		case "sector":
			i.Sector = v.str()
		case "industry":
			p.profile.Industry = v.str()
		case "country", "domicile":
			i.Country = country(v.str())
		case "etfCompany":
			i.Issuer = v.str()
		case "description":
			p.profile.Description = v.str()
		case "website":
			p.profile.Website = v.str()
		case "ipoDate", "inceptionDate":
			p.profile.Listed = v.dayOr()
		case "delistedDate":
			p.profile.Delisted = v.dayOr()
		case "isActivelyTrading":
			p.profile.Active = v.flag()
		case "isEtf":
			p.etf = v.flag()
		case "isFund":
			p.fund = v.flag()
		case "updatedAt", "date":
			p.profile.AsOf = v.dayOr()
		case "range":
			p.span(v.str())
		case "expenseRatio":
			p.figure(fact{"expense_ratio", "fraction"}, v.percent())
		case "sectorsList":
			p.sectors = x.sectorsList(v)
		default:
			if f, ok := factNames[name]; ok {
				p.figure(f, v.decimal())
			}
		}
	})
	if p.code = short; short == "" {
		p.code = listed
	} else if full == "" {
		full = listed
	}
	i.Class = classOf(p.code, p.etf, p.fund)
	i.Exchange = micOf(p.code, full)
	for _, f := range p.figures {
		if f.Unit == inMoney {
			f.Unit = string(i.Currency)
		}
		p.profile.Figures = append(p.profile.Figures, f)
	}
	return p
}

func (p *row) figure(f fact, value money.Optional) {
	if value.Known {
		p.figures = append(p.figures, marketdata.Fact{Name: f.name, Value: value.Decimal, Unit: f.unit})
	}
}

// span reads the range of the last year, "169.21-265.29".
func (p *row) span(s string) {
	low, high, ok := strings.Cut(s, "-")
	if !ok {
		return
	}
	from, err := money.Parse(strings.TrimSpace(low))
	to, err2 := money.Parse(strings.TrimSpace(high))
	if err == nil && err2 == nil && from.CheckBounds() == nil && to.CheckBounds() == nil {
		p.figure(fact{"52_week_low", inMoney}, money.Some(from))
		p.figure(fact{"52_week_high", inMoney}, money.Some(to))
	}
}

// sectorsList reads the weights of sectors inside a fund's profile, in percent.
func (x *answer) sectorsList(v token) []instrument.SectorShare {
	if v.kind != 'c' || v.text[0] != '[' {
		return nil
	}
	var out []instrument.SectorShare
	s := newScanner(v.text)
	s.list(func() {
		name, weight := "", money.Optional{}
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "industry", "sector":
				name = v.str()
			case "exposure", "weightPercentage":
				weight = v.percent()
			}
		})
		if name != "" && weight.Known {
			out = append(out, instrument.SectorShare{Sector: name, Weight: weight.Decimal})
		}
	})
	return out
}
