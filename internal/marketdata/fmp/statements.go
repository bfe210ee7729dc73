package fmp

import (
	"strings"
	"unicode"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// lines are the standard names of statement lines that the source names otherwise. Every
// other line keeps the source's name in snake case: so do capital_expenditure and
// net_dividends_paid, for money that goes out is negative here.
var lines = map[string]string{
	"revenue":                                  "total_revenue",
	"researchAndDevelopmentExpenses":           "research_and_development",
	"sellingGeneralAndAdministrativeExpenses":  "selling_general_and_administrative",
	"epsDiluted":                               "eps_diluted",
	"epsdiluted":                               "eps_diluted",
	"weightedAverageShsOut":                    "weighted_average_shares",
	"weightedAverageShsOutDil":                 "weighted_average_shares_diluted",
	"ebitdaratio":                              "ebitda_ratio",
	"accountPayables":                          "accounts_payable",
	"accountsPayables":                         "accounts_payable",
	"accountsReceivables":                      "accounts_receivable",
	"totalStockholdersEquity":                  "total_shareholder_equity",
	"propertyPlantEquipmentNet":                "property_plant_equipment",
	"netCashProvidedByInvestingActivities":     "investing_cash_flow",
	"netCashUsedForInvestingActivites":         "investing_cash_flow",
	"netCashProvidedByFinancingActivities":     "financing_cash_flow",
	"netCashUsedProvidedByFinancingActivities": "financing_cash_flow",
	"otherInvestingActivites":                  "other_investing_activities",
	"otherFinancingActivites":                  "other_financing_activities",
	"commonStockIssued":                        "common_stock_issuance",
	"dividendsPaid":                            "net_dividends_paid",
}

// statements reads income, balance and cash flow as the call asked for them, and goes on
// with the next of the request.
func (x *answer) statements() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	all, at := chapters(x.request), x.chapter()
	ref := x.rows(func(s *scanner, symbol string) {
		out := marketdata.Statement{Part: all[at].part, Period: all[at].period}
		year, period := "", ""
		s.object(func(key []byte, v token) {
			switch name := string(key); name {
			case "symbol":
				symbol = v.str()
			case "date":
				out.End = v.dayOr()
			case "reportedCurrency":
				out.Currency = currencyOf(v.str())
			case "filingDate", "fillingDate":
				out.Filed = v.dayOr()
			case "fiscalYear", "calendarYear":
				year = v.str()
			case "period":
				period = v.str()
			case "cik", "acceptedDate", "link", "finalLink":
			default:
				if v.kind != 'n' {
					return
				}
				value := v.decimal()
				if !value.Known {
					x.notes.add("row %d, %s: %s has more digits than are kept", s.row, name, v.text)
					return
				}
				out.Lines = append(out.Lines, marketdata.Line{Name: lineName(out.Part, name), Value: value.Decimal})
			}
		})
		if s.fault != "" || !x.asked(symbol) {
			return
		}
		out.Symbol = x.ours(symbol)
		out.Label = label(period, year)
		switch {
		case out.End == 0:
			x.notes.add("row %d: a statement without the end of its period", s.row)
			return
		case len(out.Lines) == 0:
			x.notes.add("row %d: a statement without lines at %s", s.row, out.End)
			return
		case period == "FY":
			out.Period = "annual"
		case strings.HasPrefix(period, "Q"):
			out.Period = "quarter"
		}
		d.Statements = append(d.Statements, out)
	})
	if ref == nil && len(d.Statements) == 0 {
		ref = x.empty()
	}
	if ref != nil || at+1 >= len(all) {
		return d, nil, ref
	}
	next := x.provider.statements(x.request, x.theirs, all[at+1])
	return d, &next, nil
}

// label is "FY2024" or "Q3 2024".
func label(period, year string) string {
	if period == "FY" {
		return period + year
	}
	return strings.TrimSpace(period + " " + year)
}

// changes are the lines of a cash flow that the source names as it does the stocks of the
// balance: there they are what those changed by.
var changes = map[string]string{
	"accountsReceivables": "change_in_accounts_receivable",
	"accountsPayables":    "change_in_accounts_payable",
	"inventory":           "change_in_inventory",
}

// lineName is the standard name of a line, else its own in snake case.
func lineName(part, theirs string) string {
	if name, ok := changes[theirs]; ok && part == "cash-flow" {
		return name
	}
	if name, ok := lines[theirs]; ok {
		return name
	}
	return snake(theirs)
}

// snake turns camelCase into snake_case; letters in a row that are all capitals are one word.
func snake(s string) string {
	var b strings.Builder
	before := ' '
	for _, c := range s {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			c = '_'
		case unicode.IsUpper(c):
			if before != ' ' && before != '_' && !unicode.IsUpper(before) {
				b.WriteByte('_')
			}
		}
		before = c
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
