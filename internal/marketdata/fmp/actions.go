package fmp

import (
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// dividends reads those of one instrument or of the calendar. dividend is what was paid
// then; older rows have it only in pieces of today (adjDividend) and say so by a zero.
func (x *answer) dividends() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	type key struct {
		symbol string
		day    date.Date
		amount string
	}
	seen := map[key]bool{}
	ref := x.rows(func(s *scanner, symbol string) {
		var out marketdata.Dividend
		var paid, adjusted money.Optional
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "symbol":
				symbol = v.str()
			case "date":
				out.ExDate = v.dayOr()
			case "recordDate":
				out.Record = v.dayOr()
			case "paymentDate":
				out.PayDate = v.dayOr()
			case "declarationDate":
				out.Declared = v.dayOr()
			case "dividend":
				paid = v.decimal()
			case "adjDividend":
				adjusted = v.decimal()
			case "frequency":
				if strings.EqualFold(v.str(), "special") {
					out.Type = "special"
				}
			}
		})
		if s.fault != "" || !x.asked(symbol) {
			return
		}
		switch {
		case paid.Known && paid.Decimal.Sign() > 0:
			out.Amount, out.Basis = paid.Decimal, marketdata.AsTraded
		case adjusted.Known && adjusted.Decimal.Sign() > 0:
			out.Amount, out.Basis = adjusted.Decimal, marketdata.SplitAdjusted
		default:
			x.lacks("row %d: no amount on %s", s.row, out.ExDate)
			return
		}
		if out.Symbol = x.ours(symbol); out.ExDate == 0 || out.Symbol == "" {
			x.notes.add("row %d: a dividend without its symbol or ex-date", s.row)
			return
		}
		k := key{out.Symbol, out.ExDate, out.Amount.String()}
		if seen[k] {
			x.notes.add("row %d: %s of %s comes twice", s.row, out.ExDate, out.Symbol)
			return
		}
		seen[k] = true
		d.Dividends = append(d.Dividends, out)
	})
	if ref == nil && len(d.Dividends) == 0 {
		ref = x.empty()
	}
	return d, nil, ref
}

// splits reads those of one instrument or of the calendar: numerator new pieces for
// denominator old ones.
func (x *answer) splits() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	type key struct {
		symbol string
		day    date.Date
	}
	seen := map[key]bool{}
	ref := x.rows(func(s *scanner, symbol string) {
		var day date.Date
		var pieces, old money.Optional
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "symbol":
				symbol = v.str()
			case "date":
				day = v.dayOr()
			case "numerator":
				pieces = v.decimal()
			case "denominator":
				old = v.decimal()
			}
		})
		if s.fault != "" || !x.asked(symbol) {
			return
		}
		out := marketdata.Split{Symbol: x.ours(symbol), Date: day, Ratio: ledger.Ratio{New: pieces.Decimal, Old: old.Decimal}}
		switch {
		case day == 0 || out.Symbol == "":
			x.notes.add("row %d: a split without its symbol or day", s.row)
		case !pieces.Known || !old.Known || pieces.Decimal.Sign() <= 0 || old.Decimal.Sign() <= 0:
			x.lacks("row %d: no ratio on %s", s.row, day)
		case seen[key{out.Symbol, day}]:
			x.notes.add("row %d: %s of %s comes twice: the first is kept", s.row, day, out.Symbol)
		default:
			seen[key{out.Symbol, day}] = true
			d.Splits = append(d.Splits, out)
		}
	})
	if ref == nil && len(d.Splits) == 0 {
		ref = x.empty()
	}
	return d, nil, ref
}

// earnings reads reports and expected reports. The older addresses say when on the day:
// bmo before the market opens, amc after it closed.
func (x *answer) earnings() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	ref := x.rows(func(s *scanner, symbol string) {
		var out marketdata.Earning
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "symbol":
				symbol = v.str()
			case "date":
				out.Date = v.dayOr()
			case "fiscalDateEnding":
				out.Fiscal = v.dayOr()
			case "time":
				out.When = map[string]string{"bmo": "before", "amc": "after"}[v.str()]
			case "epsActual", "eps":
				out.EPS = v.decimal()
			case "epsEstimated":
				out.Estimate = v.decimal()
			case "revenueActual", "revenue":
				out.Revenue = v.decimal()
			case "revenueEstimated":
				out.RevenueEstimate = v.decimal()
			}
		})
		if s.fault != "" || !x.asked(symbol) {
			return
		}
		if out.Symbol = x.ours(symbol); out.Date == 0 || out.Symbol == "" {
			x.notes.add("row %d: a report without its symbol or day", s.row)
			return
		}
		d.Earnings = append(d.Earnings, out)
	})
	if ref == nil && len(d.Earnings) == 0 {
		ref = x.empty()
	}
	return d, nil, ref
}
