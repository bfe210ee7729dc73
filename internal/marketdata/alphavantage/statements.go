package alphavantage

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// statements are the three in the order in which they are asked for.
var statements = []struct{ function, part string }{
	{"INCOME_STATEMENT", "income"},
	{"BALANCE_SHEET", "balance"},
	{"CASH_FLOW", "cash-flow"},
}

// lineNames are the source's names whose standard name is not the same in snake case.
var lineNames = map[string]string{
	"operatingCashflow":                     "operating_cash_flow",
	"cashflowFromInvestment":                "investing_cash_flow",
	"cashflowFromFinancing":                 "financing_cash_flow",
	"otherCashflowFromInvestment":           "other_investing_cash_flow",
	"otherCashflowFromFinancing":            "other_financing_cash_flow",
	"otherOperatingCashflow":                "other_operating_cash_flow",
	"dividendPayout":                        "dividends_paid",
	"costofGoodsAndServicesSold":            "cost_of_goods_and_services_sold",
	"cashAndCashEquivalentsAtCarryingValue": "cash_and_cash_equivalents",
	"otherNonCurrrentAssets":                "other_non_current_assets",
}

// lineName is the standard name of a line, else the source's own in snake case.
func lineName(theirs string) string {
	if n, ok := lineNames[theirs]; ok {
		return n
	}
	var b strings.Builder
	for i, c := range theirs {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// statement reads INCOME_STATEMENT, BALANCE_SHEET or CASH_FLOW: all years and quarters
// that the source has, amounts exact and with its signs (capital expenditures are
// positive). Lines that are "None" are left out.
func (o *answer) statement(body []byte) *marketdata.Refusal {
	part := ""
	for i, s := range statements {
		if s.function != o.call.Endpoint {
			continue
		}
		part = s.part
		if o.request.Part == "" && i+1 < len(statements) {
			n := call(statements[i+1].function, "symbol", o.call.Query.Get("symbol"))
			o.next = &n
		}
	}
	s, r := newScanner(body), &record{}
	var symbol []byte
	seen := false
	s.Object(func(key []byte) {
		switch c := s.Peek(); {
		case c == '[' && (string(key) == "annualReports" || string(key) == "quarterlyReports"):
			seen = true
			period := "annual"
			if key[0] == 'q' {
				period = "quarter"
			}
			first := len(o.delivery.Statements)
			s.each(r, func() *fault { return o.report(r, part, period, first) })
		case c == '[' || c == '{':
			s.Skip()
		case string(key) == "symbol":
			symbol = s.text()
		default:
			s.text()
		}
	})
	bad := s.end()
	if bad == nil {
		bad = o.strange(symbol)
	}
	switch {
	case bad != nil:
		o.next = nil
		return o.garbled(bad)
	case !seen:
		// A fund has no statements of any kind.
		o.next = nil
		return o.refuse(marketdata.NotFound, "it answers without any reports")
	case len(o.delivery.Statements) == 0 && o.next == nil:
		return o.refuse(marketdata.Empty, "it lists no reports")
	}
	named := o.symbol(symbol)
	for i := range o.delivery.Statements {
		o.delivery.Statements[i].Symbol = named
	}
	return nil
}

// report reads one year or quarter. Of one given twice the first is kept.
func (o *answer) report(r *record, part, period string, first int) *fault {
	end, ok := day(r.get("fiscalDateEnding"))
	if !ok || end == 0 {
		return &fault{"fiscalDateEnding", fmt.Sprintf("%q is no day", clip(r.get("fiscalDateEnding")))}
	}
	for _, other := range o.delivery.Statements[first:] {
		if other.End == end {
			o.leave("the %s to %s: given twice", period, end)
			return nil
		}
	}
	s := marketdata.Statement{Part: part, Period: period, End: end, Currency: currency(r.get("reportedCurrency"))}
	for i, key := range r.keys {
		if bytes.Equal(key, []byte("fiscalDateEnding")) || bytes.Equal(key, []byte("reportedCurrency")) {
			continue
		}
		value, ok := exact(r.values[i])
		if !ok {
			return &fault{string(key), fmt.Sprintf("%q is no amount", clip(r.values[i]))}
		}
		if value.Known {
			s.Lines = append(s.Lines, marketdata.Line{Name: lineName(string(key)), Value: value.Decimal})
		}
	}
	if len(s.Lines) == 0 {
		o.leave("the %s to %s: no line is known", period, end)
		return nil
	}
	o.delivery.Statements = append(o.delivery.Statements, s)
	return nil
}
