package polygon

import (
	"cmp"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// parts are our names of the source's statements. Comprehensive income is not one of
// ours.
var parts = map[string]string{"income_statement": "income", "balance_sheet": "balance", "cash_flow_statement": "cash-flow"}

// lines are the standard names of the source's lines, where there is one; any other line
// keeps the source's name.
var lines = map[string]string{
	"revenues":                                "total_revenue",
	"operating_income_loss":                   "operating_income",
	"net_income_loss":                         "net_income",
	"income_tax_expense_benefit":              "income_tax_expense",
	"basic_earnings_per_share":                "eps",
	"diluted_earnings_per_share":              "eps_diluted",
	"assets":                                  "total_assets",
	"current_assets":                          "total_current_assets",
	"noncurrent_assets":                       "total_noncurrent_assets",
	"liabilities":                             "total_liabilities",
	"current_liabilities":                     "total_current_liabilities",
	"noncurrent_liabilities":                  "total_noncurrent_liabilities",
	"equity":                                  "total_equity",
	"equity_attributable_to_parent":           "shareholders_equity",
	"net_cash_flow_from_operating_activities": "operating_cash_flow",
	"net_cash_flow_from_investing_activities": "investing_cash_flow",
	"net_cash_flow_from_financing_activities": "financing_cash_flow",
	"net_cash_flow":                           "net_change_in_cash",
	"exchange_gains_losses":                   "effect_of_exchange_rate",
}

// entry is a line with its place in the statement.
type entry struct {
	order int64
	unit  string
	line  marketdata.Line
}

// report is a row of the financials: the statements of one period.
type report struct {
	end, filed, period, year string
	parts                    map[string][]entry
}

// readStatements reads the statements of a company, newest first as they come. Amounts
// are read from their text, exponents included.
func readStatements(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	var (
		a answer
		l left
	)
	s, e := whole(body, "results", func(s *scanner) {
		a.rows++
		a.d.Statements = append(a.d.Statements, filed(s, r, a.rows, &l)...)
	})
	a.d.Left = l.all()
	return s, e, a
}

func filed(s *scanner, r marketdata.Request, row int, l *left) []marketdata.Statement {
	var p report
	s.object(func(key []byte) {
		switch string(key) {
		case "end_date":
			p.end = words(s)
		case "filing_date":
			p.filed = words(s)
		case "fiscal_period":
			p.period = words(s)
		case "fiscal_year":
			p.year = words(s)
		case "financials":
			p.parts = make(map[string][]entry)
			s.object(func(key []byte) {
				part, ours := parts[string(key)]
				if !ours || r.Part != "" && part != r.Part {
					s.Skip()
					return
				}
				p.parts[part] = entries(s, row, l)
			})
		default:
			s.Skip()
		}
	})
	head := marketdata.Statement{Symbol: r.Instrument.Symbol, End: dayOf(p.end), Filed: dayOf(p.filed)}
	switch {
	case head.End == 0:
		l.out("row %d, end_date: %q is not a day", row, p.end)
		return nil
	case outside(r, head.End):
		l.out("row %d: %s was not asked", row, head.End)
		return nil
	case p.period == "FY":
		head.Period, head.Label = "annual", strings.TrimSpace("FY"+p.year)
	case len(p.period) == 2 && p.period[0] == 'Q' && p.period[1] >= '1' && p.period[1] <= '4':
		head.Period, head.Label = "quarter", strings.TrimSpace(p.period+" "+p.year)
	default: // TTM: the sum of four quarters, not a report
		l.out("row %d, fiscal_period: %q is neither a year nor a quarter", row, p.period)
		return nil
	}
	var out []marketdata.Statement
	for _, part := range []string{"income", "balance", "cash-flow"} {
		if one, ok := statement(head, part, p.parts[part], row, l); ok {
			out = append(out, one)
		}
	}
	return out
}

// statement puts lines in the order of the statement. Its currency is that of most lines
// (of two alike, of the earlier line); lines in others are left out.
func statement(head marketdata.Statement, part string, list []entry, row int, l *left) (marketdata.Statement, bool) {
	slices.SortStableFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.order, b.order), strings.Compare(a.line.Name, b.line.Name))
	})
	head.Part = part
	counts := make(map[money.Currency]int)
	for _, e := range list {
		if c, err := unitCurrency(e.unit); err == nil && c != "" {
			counts[c]++
		}
	}
	for _, e := range list {
		if c, err := unitCurrency(e.unit); err == nil && counts[c] > counts[head.Currency] {
			head.Currency = c
		}
	}
	for _, e := range list {
		switch c, err := unitCurrency(e.unit); {
		case err != nil:
			l.out("row %d, %s: %q is not a currency", row, e.line.Name, e.unit)
		case c != "" && c != head.Currency:
			l.out("row %d, %s: it is in %s, the statement in %s", row, e.line.Name, c, head.Currency)
		default:
			head.Lines = append(head.Lines, e.line)
		}
	}
	return head, len(head.Lines) > 0
}

// unitCurrency is the currency of a unit such as "USD" and "USD / shares"; none for
// numbers of shares.
func unitCurrency(unit string) (money.Currency, error) {
	unit, _, _ = strings.Cut(unit, " ")
	if unit == "shares" {
		return "", nil
	}
	return money.ParseCurrency(unit)
}

// entries reads the lines of one statement.
func entries(s *scanner, row int, l *left) []entry {
	var out []entry
	s.object(func(key []byte) {
		e := entry{line: marketdata.Line{Name: strings.ToValidUTF8(string(key), "?")}}
		if ours, ok := lines[e.line.Name]; ok {
			e.line.Name = ours
		}
		var value money.Optional
		text := "nothing"
		s.object(func(key []byte) {
			switch string(key) {
			case "value":
				value, text = exact(s)
			case "unit":
				e.unit = words(s)
			case "order":
				e.order, _ = s.integer()
			default:
				s.Skip()
			}
		})
		if !value.Known {
			if text != "nothing" {
				l.out("row %d, %s: %s has more digits than are kept", row, e.line.Name, text)
			}
			return
		}
		e.line.Value = value.Decimal
		out = append(out, e)
	})
	return out
}
