package ibkrflex

import (
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// symbol is the ledger's name of the security: IBKR's, without the padding of option
// symbols and without the mark of shares that a corporate action replaced.
func (e *element) symbol() string {
	s := strings.ReplaceAll(strings.TrimSuffix(e.text("symbol"), ".OLD"), " ", "")
	if s == "" {
		s = e.isin()
	}
	return s
}

func (e *element) isin() string {
	if v := e.text("isin"); v != "" {
		return v
	}
	if e.text("securityIDType") == "ISIN" {
		return e.text("securityID")
	}
	return ""
}

// currencyRank says which section knows best what a security's prices are in.
var currencyRank = map[string]int{"OpenPosition": 4, "Trade": 3, "Order": 3, "TradeConfirm": 3, "Transfer": 2, "CorporateAction": 2, "SecurityInfo": 2, "CashTransaction": 1, "OptionEAE": 1}

// describe takes over what an entry says of its security, or of an exchange rate.
func (r *reader) describe(e *element) {
	if e.name == "ConversionRate" {
		r.conversion(e)
		return
	}
	rank := currencyRank[e.name]
	if rank == 0 {
		return
	}
	r.rateToBase(e)
	category := e.text("assetCategory")
	symbol := e.symbol()
	if symbol == "" || category == "CASH" || category == "CFD" || e.text("symbol") == "" || strings.HasSuffix(e.text("symbol"), ".OLD") {
		return
	}
	i := r.instrumentAt(symbol)
	if c, err := money.ParseCurrency(e.text("currency")); err == nil && rank > r.currencyFrom[symbol] {
		r.currencyFrom[symbol] = rank
		i.Currency, _ = c.Major()
	}
	fill := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	if e.name != "CashTransaction" && e.name != "CorporateAction" { // whose descriptions are of the event
		fill(&i.Name, e.text("description"))
	}
	fill(&i.ISIN, e.isin())
	fill(&i.CUSIP, e.text("cusip"))
	fill(&i.FIGI, e.text("figi"))
	fill(&i.Country, e.text("issuerCountryCode"))
	if i.Class == instrument.Unknown {
		i.Class = class(category, e.text("subCategory"))
	}
	e.terms(i, category)
}

// class is what IBKR's categories say for sure.
func class(category, sub string) instrument.Class {
	switch category {
	case "STK":
		switch sub {
		case "ETF":
			return instrument.ETF
		case "COMMON", "ADR", "PREFERRED", "REIT", "GDR", "NY REG SHRS", "PUBLIC":
			return instrument.Equity
		}
	case "OPT", "FOP", "FSFOP":
		return instrument.Option
	case "FUT":
		return instrument.Future
	case "FUND":
		return instrument.Fund
	case "BOND", "BILL":
		return instrument.Bond
	case "CRYPTO":
		return instrument.Crypto
	case "CMDTY":
		return instrument.Commodity
	}
	return instrument.Unknown
}

// terms fills in the terms of options and the size of a contract. Bonds are traded by
// their face value and quoted in percent of it.
func (e *element) terms(i *instrument.Instrument, category string) {
	if category == "BOND" || category == "BILL" {
		i.Multiplier = money.Some(money.New(1, 2))
		return
	}
	fault := e.fault
	if m := e.number("multiplier"); m.Known && m.Decimal.Sign() > 0 && !i.Multiplier.Known {
		i.Multiplier = m
	}
	if i.Class == instrument.Option {
		if k := e.number("strike"); k.Known && !i.Strike.Known {
			i.Strike = k
		}
		if i.Underlying == "" {
			i.Underlying = strings.ReplaceAll(e.text("underlyingSymbol"), " ", "")
		}
		switch e.text("putCall") {
		case "C":
			i.Right = instrument.Call
		case "P":
			i.Right = instrument.Put
		}
		if day, _, err := parseWhen(e.text("expiry")); err == nil {
			i.Expiry = day
		}
	}
	e.fault = fault // a description that cannot be read is no fault of the booking
}

// rateToBase takes over the day's rate that the entry was valued at.
func (r *reader) rateToBase(e *element) {
	rate, err := money.Parse(e.text("fxRateToBase"))
	day, _, errDay := parseWhen(e.text("reportDate", "tradeDate", "dateTime", "date"))
	currency, errCurrency := money.ParseCurrency(e.text("currency"))
	base := e.statement.base
	if err != nil || errDay != nil || errCurrency != nil || base == "" || rate.Sign() <= 0 {
		return
	}
	// A rate of 1 between two currencies is a rate that was not known.
	if major, parts := currency.Major(); parts == 1 && major != base && !rate.Equal(money.One) {
		r.addRate(string(major+"/"+base), day, rate, false)
	}
}

func (r *reader) conversion(e *element) {
	rate, err := money.Parse(e.text("rate"))
	day, _, errDay := parseWhen(e.text("reportDate"))
	from, err1 := money.ParseCurrency(e.text("fromCurrency"))
	to, err2 := money.ParseCurrency(e.text("toCurrency"))
	if err == nil && errDay == nil && err1 == nil && err2 == nil && rate.Sign() > 0 && from != to {
		r.addRate(string(from+"/"+to), day, rate, true)
	}
}

func (r *reader) addRate(pair string, day date.Date, rate money.Decimal, official bool) {
	if r.rates[pair] == nil {
		r.rates[pair] = map[string]money.Decimal{}
	}
	if _, known := r.rates[pair][day.String()]; !known || official {
		r.rates[pair][day.String()] = rate
	}
}

// publishRates hands the rates over in order.
func (r *reader) publishRates() {
	for pair, days := range r.rates {
		points := make([]ledger.Point, 0, len(days))
		for day, rate := range days {
			points = append(points, ledger.Point{Date: date.MustParse(day), Value: rate})
		}
		slices.SortFunc(points, func(a, b ledger.Point) int { return int(a.Date) - int(b.Date) })
		if r.file.FX == nil {
			r.file.FX = map[string][]ledger.Point{}
		}
		r.file.FX[pair] = points
	}
}

// rateNote records the rate on the booking itself, for people.
func (e *element) rateNote(currency money.Currency) string {
	rate := e.text("fxRateToBase")
	base := e.statement.base
	switch {
	case rate == "" || rate == "1" || currency == base || e.text("currency") != string(currency):
		return ""
	case base == "":
		return "1 " + string(currency) + " = " + rate + " of the account's base currency"
	}
	return "1 " + string(currency) + " = " + rate + " " + string(base)
}
