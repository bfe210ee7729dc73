package positionscsv

import (
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer/transactioncsv"
)

// subtypes are the classes of what is not an option, by Investment Class and Subtype.
var subtypes = map[string]map[string]instrument.Class{
	"PUBLIC": {
		"": instrument.Unknown, "STOCK": instrument.Equity, "EQUITY": instrument.Equity, "ETF": instrument.ETF,
		"MUTUAL_FUND": instrument.Fund, "FUND": instrument.Fund, "BOND": instrument.Bond, "CASH": instrument.Currency,
	},
	"PRIVATE": {
		"": instrument.Private, "PRIVATE_EQUITY": instrument.Private, "VENTURE_CAPITAL": instrument.Private, "HEDGE_FUND": instrument.Private,
		"PRIVATE_REIT": instrument.Private, "REAL_ESTATE": instrument.Private, "CRYPTOCURRENCY": instrument.Crypto, "CRYPTO": instrument.Crypto,
		"ART": instrument.Private, "MONEY_MARKET": instrument.Fund, "TREASURY_BILLS": instrument.Bond, "CASH": instrument.Currency,
		"COMMODITY": instrument.Commodity, "OTHER": instrument.Private,
	},
}

// instrument reads what the row says of the instrument.
func (r *reader) instrument(currency money.Currency) instrument.Instrument {
	symbol := r.cell("symbol")
	class := strings.ToUpper(r.cell("class"))
	subtype := strings.ReplaceAll(strings.ReplaceAll(strings.ToUpper(r.cell("subtype")), " ", "_"), "-", "_")
	terms, notOCC := instrument.ParseOCC(symbol)
	switch {
	case class == "OPTIONS" || class == "OPTION" || symbol == "" && r.cell("underlying") != "":
		return r.option(symbol, subtype, currency)
	case symbol == "":
		r.fault("symbol", "it is missing", "write the symbol, or the four option columns")
		return instrument.Instrument{}
	case !transactioncsv.ValidSymbol([]byte(symbol)):
		r.fault("symbol", "it is not a symbol", "write the ticker, such as AAPL")
		return instrument.Instrument{}
	case class == "" && notOCC == nil:
		return r.option(symbol, subtype, currency)
	case class == "":
		return instrument.Instrument{Symbol: symbol, Currency: currency}
	}
	known, ok := subtypes[class]
	if !ok {
		r.fault("class", "there is no such class", "write PUBLIC, OPTIONS or PRIVATE, or leave it empty")
		return instrument.Instrument{}
	}
	if notOCC == nil {
		r.fault("class", "the symbol is that of an option on "+terms.Underlying, "write OPTIONS, or correct the symbol")
	}
	is, ok := known[subtype]
	if !ok {
		r.fault("subtype", "there is no such subtype of "+class, "write one of the class, such as "+map[string]string{"PUBLIC": "STOCK, ETF, MUTUAL_FUND or BOND", "PRIVATE": "PRIVATE_EQUITY, REAL_ESTATE or OTHER"}[class]+", or leave it empty")
	}
	return instrument.Instrument{Symbol: symbol, Currency: currency, Class: is}
}

// option reads the terms from the symbol, from the four columns, or from both, which
// then must agree.
func (r *reader) option(symbol, subtype string, currency money.Currency) instrument.Instrument {
	right := map[string]instrument.Right{"CALL": instrument.Call, "C": instrument.Call, "PUT": instrument.Put, "P": instrument.Put}
	column := instrument.Instrument{Class: instrument.Option, Underlying: r.cell("underlying"), Strike: r.number("strike"), Expiry: r.day("expiry"), Multiplier: money.Some(money.Int(100))}
	word := strings.ToUpper(r.cell("right"))
	if word == "" && right[subtype] != "" {
		word = subtype
	}
	column.Right = right[word]
	if word != "" && column.Right == "" {
		r.fault("right", "it is neither CALL nor PUT", "write CALL or PUT")
	}
	if column.Strike.Known && column.Strike.Decimal.Sign() <= 0 {
		r.fault("strike", "a strike must be positive", "write the strike price")
	}
	spelled, notOCC := instrument.ParseOCC(symbol)
	if notOCC == nil {
		r.agree(spelled, column)
		spelled.Currency = currency
		return spelled
	}
	for _, need := range []struct {
		role    string
		missing bool
	}{{"underlying", column.Underlying == ""}, {"strike", !column.Strike.Known}, {"expiry", column.Expiry == date.None}, {"right", column.Right == ""}} {
		if need.missing && r.cell(need.role) == "" {
			r.fault(need.role, "an option needs it", "fill the four option columns, or write the OCC symbol such as AAPL250815P00200000")
		}
	}
	if symbol != "" && !transactioncsv.ValidSymbol([]byte(symbol)) {
		r.fault("symbol", "it is not a symbol", "write the OCC symbol, or leave it empty")
	}
	if len(r.current.Faults) > 0 {
		return instrument.Instrument{}
	}
	column.Symbol, column.Currency = symbol, currency
	if symbol == "" {
		column.Symbol = instrument.OCC(strings.ToUpper(column.Underlying), column.Expiry, column.Right, column.Strike.Decimal)
	}
	return column
}

// agree refuses columns that contradict the symbol.
func (r *reader) agree(symbol, column instrument.Instrument) {
	const cure = "correct the symbol or the column, or leave the column empty"
	if column.Underlying != "" && !strings.EqualFold(column.Underlying, symbol.Underlying) {
		r.fault("underlying", "the symbol says "+symbol.Underlying, cure)
	}
	if column.Strike.Known && !column.Strike.Decimal.Equal(symbol.Strike.Decimal) {
		r.fault("strike", "the symbol says "+symbol.Strike.Decimal.String(), cure)
	}
	if column.Expiry != date.None && column.Expiry != symbol.Expiry {
		r.fault("expiry", "the symbol says "+symbol.Expiry.String(), cure)
	}
	if column.Right != "" && column.Right != symbol.Right {
		r.fault("right", "the symbol says "+string(symbol.Right), cure)
	}
}
