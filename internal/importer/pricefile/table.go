package pricefile

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
)

// table is a text file with a header line and rows of fields.
type table struct {
	separator  byte
	header     []string // names as the file writes them
	columns    []string // the same in lower case with underscores
	headerText string
	body       []byte // the rows
	firstLine  int    // the line number of the first row
}

func openTable(content []byte) (*table, *ledger.Fault) {
	t := &table{firstLine: 1}
	for {
		line, rest := cutLine(content)
		t.firstLine++
		content = rest
		if len(bytes.TrimSpace(line)) == 0 {
			if len(rest) == 0 {
				break
			}
			continue
		}
		if i := bytes.IndexByte(line, 0); i >= 0 {
			return nil, &ledger.Fault{Problem: "is not a text file", Cure: "give a csv file, or one compressed with gzip"}
		}
		t.headerText = string(line)
		break
	}
	t.separator = separatorOf(t.headerText)
	if len(t.headerText) > 1<<20 {
		return nil, &ledger.Fault{Row: 1, Problem: "the header line is longer than a mebibyte", Cure: "give a csv file with lines"}
	}
	for i := 0; i <= len(t.headerText); {
		text, end, closed := fieldAt([]byte(t.headerText), i, t.separator)
		if !closed {
			return nil, &ledger.Fault{Row: t.firstLine - 1, Field: "header", Problem: "a quotation mark is not closed", Cure: "close it"}
		}
		t.header = append(t.header, string(bytes.TrimSpace(text)))
		i = end + 1
	}
	// A separator at the end of the line makes one empty column: the ECB writes so.
	if n := len(t.header); n > 1 && t.header[n-1] == "" {
		t.header = t.header[:n-1]
	}
	for _, name := range t.header {
		t.columns = append(t.columns, plainName(name))
	}
	t.body = content
	return t, nil
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

func separatorOf(header string) byte {
	for _, c := range []byte{',', ';', '\t'} {
		if strings.IndexByte(header, c) >= 0 {
			return c
		}
	}
	return ','
}

// plainName makes "Adj Close", "AdjClose" and "adj_close" one name.
func plainName(s string) string {
	s = strings.ToLower(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "_"))
	if other, ok := aliases[s]; ok {
		return other
	}
	return s
}

var aliases = map[string]string{
	"adjclose": "adj_close", "adjusted_close": "adj_close", "adj_close*": "adj_close", "close*": "close", "vol": "volume",
	"ticker": "symbol", "exdate": "ex_date", "observation_date": "date", "day": "date", "time": "date", "<date>": "date",
	"base_currency": "base", "quote_currency": "quote", "from": "base", "to": "quote",
}

// fieldAt returns the field that starts at b[i] without quotation marks, and where it
// ends: at a separator, a line end or the end of b.
func fieldAt(b []byte, i int, separator byte) (text []byte, end int, closed bool) {
	if i < len(b) && b[i] == '"' {
		j := i + 1
		for j < len(b) && b[j] != '"' && b[j] != '\n' {
			j++
		}
		if j >= len(b) || b[j] != '"' {
			return nil, j, false
		}
		end = j + 1
		if end < len(b) && b[end] != separator && b[end] != '\n' && b[end] != '\r' {
			return nil, end, false
		}
		return b[i+1 : j], end, true
	}
	end = i
	for end < len(b) && b[end] != separator && b[end] != '\n' {
		end++
	}
	text = b[i:end]
	if end == len(b) || b[end] == '\n' {
		text = bytes.TrimSuffix(text, []byte("\r"))
	}
	return bytes.Trim(text, " "), end, true
}

// column is the position of a name, −1 where there is none.
func (t *table) column(names ...string) int {
	for _, name := range names {
		if i := slices.Index(t.columns, name); i >= 0 {
			return i
		}
	}
	return -1
}

func (t *table) has(names ...string) bool {
	for _, name := range names {
		if t.column(name) < 0 {
			return false
		}
	}
	return true
}

// bars are the columns of a bar.
var bars = []string{"open", "high", "low", "close", "volume", "adj_close"}

// recognise says what the header stands for; empty when it is not known.
func (t *table) recognise(name string) Layout {
	dated := t.has("date") || t.has("ex_date")
	price := t.has("close") || t.has("adj_close")
	switch {
	case t.isLean(4):
		return LeanFactors
	case t.isLean(3):
		return LeanMap
	case t.quotesOptions():
		return OptionChain
	case t.listsHoldings() && !price:
		return Holdings
	case t.has("series", "date", "value"):
		return LongRates
	case dated && t.has("rate") && (t.has("pair") || t.has("base", "quote")):
		return LongFX
	case dated && t.has("symbol", "type") && t.valueColumn() >= 0,
		dated && t.has("symbol") && !price && (t.dividendColumn() >= 0 || t.has("ratio")):
		return ActionList
	case dated && t.has("symbol") && price:
		return LongPrices
	case t.columns[0] == "date" && price && t.onlyBars():
		return OneSymbol
	case t.columns[0] != "date" || len(t.columns) < 2 || t.has("symbol"):
		return ""
	case t.allColumns(isPair):
		return WideFX
	case t.allColumns(isISO) && !t.has("eur") && (len(t.columns) > 3 || strings.Contains(strings.ToLower(path.Base(name)), "eurofxref")):
		return ECBHistory
	case t.allColumns(isSymbol):
		return WidePrices
	}
	return ""
}

func (t *table) valueColumn() int { return t.column("value", "value_derived", "amount") }

func (t *table) dividendColumn() int {
	return t.column("dividend", "dividends", "cash_per_share", "cash_per_share_derived", "amount")
}

func (t *table) onlyBars() bool {
	for _, c := range t.columns[1:] {
		if !slices.Contains(bars, c) && c != "dividends" && c != "stock_splits" && c != "openint" {
			return false
		}
	}
	return true
}

// allColumns reports whether every column but the first is a name of the kind.
func (t *table) allColumns(is func(string) bool) bool {
	for _, name := range t.header[1:] {
		if !is(name) {
			return false
		}
	}
	return len(t.header) > 1
}

func isSymbol(s string) bool {
	_, isNumber := number([]byte(s))
	return s != "" && len(s) <= 64 && !isNumber
}

// symbolOfName is the symbol a file is named after: "data/spy.us.csv.gz" gives "SPY.US".
func symbolOfName(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	for _, end := range []string{".gz", ".csv", ".txt"} {
		base = strings.TrimSuffix(base, end)
	}
	return strings.ToUpper(base)
}

// row is a line of the body cut into fields, for the small files. The fields are
// valid until the next one.
type row struct {
	line   int
	fields [][]byte
}

// rows calls f for each line that is not blank; faults of the layout (too many or too
// few fields) are added to what f returns. It stops after maxFaults.
func (t *table) rows(f func(r row) *ledger.Fault) (n int, faults ledger.Faults) {
	body, r := t.body, row{line: t.firstLine - 1}
	for len(body) > 0 && len(faults) < maxFaults {
		var line []byte
		line, body = cutLine(body)
		r.line++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		n++
		fault := t.cut(&r, line)
		if fault == nil {
			fault = f(r)
		}
		if fault != nil {
			fault.Row = r.line
			faults = append(faults, fault)
		}
	}
	return n, faults
}

func (t *table) cut(r *row, line []byte) *ledger.Fault {
	r.fields = r.fields[:0]
	for i := 0; i <= len(line); {
		text, end, closed := fieldAt(line, i, t.separator)
		if !closed {
			return &ledger.Fault{Value: clip(string(line)), Problem: "a quotation mark is not closed", Cure: "close it"}
		}
		r.fields = append(r.fields, text)
		i = end + 1
	}
	if n := len(r.fields); n == len(t.columns)+1 && len(r.fields[n-1]) == 0 {
		r.fields = r.fields[:n-1]
	}
	if len(r.fields) != len(t.columns) {
		return wrongCount(len(r.fields), len(t.columns))
	}
	return nil
}

func wrongCount(got, want int) *ledger.Fault {
	return &ledger.Fault{Problem: fmt.Sprintf("has %d fields where the header has %d", got, want),
		Cure: "give each row a field a column; an unknown value is an empty field"}
}

// badDate, badNumber and notPositive are the faults that every layout shares.
func badDate(column string, text []byte) *ledger.Fault {
	return &ledger.Fault{Field: column, Value: clip(string(text)), Problem: "is not a date", Cure: "write it as YYYY-MM-DD"}
}

func badNumber(column string, text []byte) *ledger.Fault {
	return &ledger.Fault{Field: column, Value: clip(string(text)), Problem: "is not a number",
		Cure: "write it with a decimal point and no grouping, such as 1234.5; leave an unknown value empty"}
}

func notPositive(column string, text []byte) *ledger.Fault {
	return &ledger.Fault{Field: column, Value: clip(string(text)), Problem: "is not a price: prices are above zero",
		Cure: "leave it empty where the price is not known; what is worth nothing is booked out of the ledger"}
}
