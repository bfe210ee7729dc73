package fmp

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer/pricefile"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// holdings reads what a fund holds, or the weights of its sectors or countries. All
// weights are percentages of the fund, with or without the sign. Holdings state no day of
// their own: theirs is the day on which the source last changed them; those of a disclosure
// the day that it reports.
func (x *answer) holdings() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	switch x.request.Part {
	case "sectors", "countries":
		return x.weights()
	}
	out := marketdata.FundHoldings{Symbol: x.request.Instrument.Symbol, Composition: instrument.Composition{Source: Name}}
	ref := x.rows(func(s *scanner, _ string) {
		h := x.holding(s)
		switch {
		case s.fault != "":
		case h.fund != "" && !x.asked(h.fund):
		case !h.weight.Known:
			x.lacks("row %d: %s has no weight", s.row, h.is.Name)
		case h.is.Symbol == "" && h.is.ISIN == "" && h.is.Name == "":
			x.notes.add("row %d: a holding without a symbol, ISIN or name", s.row)
		case h.is.Symbol != "" && h.is.Symbol == out.Symbol:
			x.notes.add("row %d: the fund itself", s.row)
		default:
			h.is.Weight = h.weight.Decimal
			out.Composition.Constituents = append(out.Composition.Constituents, h.is)
			if h.day > out.Composition.AsOf {
				out.Composition.AsOf = h.day
			}
		}
	})
	if ref == nil && len(out.Composition.Constituents) == 0 {
		ref = x.empty()
	}
	if ref != nil {
		return marketdata.Delivery{}, nil, ref
	}
	if flaw := out.Composition.Check(out.Symbol); flaw != nil {
		return marketdata.Delivery{}, nil, x.garbled("the weights", flaw.Error())
	}
	return marketdata.Delivery{Holdings: []marketdata.FundHoldings{out}}, nil, nil
}

// holding is a row of a fund's holdings.
type holding struct {
	is     instrument.Constituent
	weight money.Optional
	fund   string // whose holding it is, where the row says so
	day    date.Date
}

// holding reads one row. In the lists of holdings "symbol" is the fund and "asset" what it
// holds; in disclosures "symbol" is what it holds, and short positions say so beside a
// positive weight.
func (x *answer) holding(s *scanner) holding {
	var h holding
	var asset, symbol, profile string
	disclosed := false
	var updated, stated date.Date
	s.object(func(key []byte, v token) {
		switch string(key) {
		case "asset":
			asset = v.str()
		case "symbol":
			symbol = v.str()
		case "name":
			h.is.Name = v.str()
		case "title":
			if h.is.Name == "" {
				h.is.Name = v.str()
			}
		case "isin":
			h.is.ISIN = v.str()
		case "invCountry":
			h.is.Country = country(v.str())
		case "cur_cd":
			h.is.Currency = currencyOf(v.str())
		case "weightPercentage":
			h.weight = v.percent()
		case "pctVal":
			h.weight, disclosed = v.percent(), true
		case "payoffProfile":
			profile = v.str()
		case "updatedAt", "date":
			stated = v.dayOr()
		case "updated":
			updated = v.dayOr()
		}
	})
	if h.day = stated; h.day == 0 {
		h.day = updated
	}
	if h.day > x.latest() {
		h.day = 0
	}
	if disclosed {
		asset = symbol
		if profile == "Short" && h.weight.Known && h.weight.Decimal.Sign() > 0 {
			h.weight.Decimal = h.weight.Decimal.Neg()
		}
	} else {
		h.fund = symbol
	}
	if asset != "" {
		h.is.Symbol = Ours(asset)
	}
	return h
}

// weights reads those of sectors or countries.
func (x *answer) weights() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	out := marketdata.FundHoldings{Symbol: x.request.Instrument.Symbol, Composition: instrument.Composition{Source: Name}}
	ref := x.rows(func(s *scanner, _ string) {
		var name, fund string
		var weight money.Optional
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "sector", "country":
				name = v.str()
			case "symbol":
				fund = v.str()
			case "weightPercentage":
				weight = v.percent()
			}
		})
		switch {
		case s.fault != "" || !x.asked(fund):
		case name == "" || !weight.Known:
			x.lacks("row %d: %q has no weight", s.row, name)
		case x.request.Part == "sectors":
			out.Composition.Sectors = append(out.Composition.Sectors, instrument.SectorShare{Sector: name, Weight: weight.Decimal})
		default:
			out.Countries = append(out.Countries, marketdata.CountryShare{Country: country(name), Weight: weight.Decimal})
		}
	})
	if ref == nil && len(out.Composition.Sectors)+len(out.Countries) == 0 {
		ref = x.empty()
	}
	return marketdata.Delivery{Holdings: []marketdata.FundHoldings{out}}, nil, ref
}

// country is the ISO code of a country, the source's own word where it has none.
func country(s string) string {
	if code := pricefile.CountryCode(s); code != "" {
		return code
	}
	return s
}
