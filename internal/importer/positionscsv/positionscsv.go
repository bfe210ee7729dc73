// Package positionscsv reads the positions CSV of twelve columns: Symbol, Quantity,
// Entry Price Per Share, Entry Date, Investment Class, Investment Subtype, Underlying
// Symbol, Strike Price, Expiration Date, Option Type, Exit Date, Exit Price Per Share.
//
// Model: a row is a lot, and becomes the transactions that made it. A long lot is a
// deposit of its cost and a purchase on the entry date; a short lot (negative quantity)
// is a short sale, whose proceeds stay as cash. An exit closes the very lot, and its
// money stays as cash. Options.Unfunded leaves the deposits out. The first four columns are needed;
// an account and a currency column are read where the file has them, else the options
// say both. Lines that begin with # are comments.
//
// The class of an instrument is what Investment Class and Investment Subtype say and
// nothing else; without them it is unknown, but for a symbol that spells out its terms
// (OCC). An option is named by its OCC symbol, or by the four option columns, from which
// the symbol is made; its prices are per share and its multiplier is 100.
package positionscsv

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/table"
)

// Format is the format for the registry.
var Format importer.Format = format{}

type format struct{}

func (format) Name() string  { return "positions-csv" }
func (format) Label() string { return "Positions (CSV with entry prices and dates)" }

func (format) Detect(_ string, head []byte) int {
	if _, ok := findHeader(head); ok {
		return 92
	}
	return 0
}

// The columns, by their header in lower-case letters.
var columns = map[string]string{
	"symbol": "symbol", "ticker": "symbol", "quantity": "quantity", "shares": "quantity",
	"entrypricepershare": "entry price", "entryprice": "entry price", "entrydate": "entry date",
	"investmentclass": "class", "investmentsubtype": "subtype", "underlyingsymbol": "underlying", "strikeprice": "strike",
	"expirationdate": "expiry", "optiontype": "right", "exitdate": "exit date", "exitpricepershare": "exit price", "exitprice": "exit price",
	"account": "account", "currency": "currency",
}

type layout struct {
	at   map[string]int
	name map[string]string // as the file writes them
	sep  byte
	line int
}

// findHeader looks for the line that names the four needed columns.
func findHeader(text []byte) (layout, bool) {
	for _, sep := range []byte(",;\t") {
		scan := table.NewScanner(text, sep)
		for n := 0; n < 60 && scan.Next(); n++ {
			l := layout{at: map[string]int{}, name: map[string]string{}, sep: sep, line: scan.Line}
			for i, f := range scan.Fields {
				header := strings.TrimSpace(string(f))
				folded := strings.Map(func(r rune) rune {
					if r >= 'a' && r <= 'z' {
						return r
					}
					return -1
				}, strings.ToLower(header))
				if role, ok := columns[folded]; ok {
					if _, twice := l.at[role]; !twice {
						l.at[role], l.name[role] = i, header
					}
				}
			}
			if l.has("symbol") && l.has("quantity") && l.has("entry price") && l.has("entry date") {
				return l, true
			}
		}
	}
	return layout{}, false
}

func (l layout) has(role string) bool { _, ok := l.at[role]; return ok }

func (format) Read(name string, content []byte, opts importer.Options) (*importer.File, error) {
	l, ok := findHeader(content)
	if !ok {
		return nil, &ledger.Fault{Row: 1, Field: "header", Problem: "no line names Symbol, Quantity, Entry Price Per Share and Entry Date", Cure: "name these four columns in the first line"}
	}
	order, err := table.ParseOrder(opts.DateOrder)
	if err != nil {
		return nil, err
	}
	if !l.has("currency") && opts.BaseCurrency == "" {
		return nil, &ledger.Fault{Row: l.line, Field: "currency", Problem: "the file does not say which currency its prices are in", Cure: "add a column Currency, or say it with --currency"}
	}
	r := &reader{layout: l, opts: opts, order: order, file: &importer.File{}, known: map[string]instrument.Instrument{}, accounts: map[string]bool{}}
	scan := table.NewScanner(content, l.sep)
	for scan.Next() {
		if scan.Line != l.line {
			r.row(scan.Line, scan.Fields)
		}
	}
	if len(r.file.Rows) == 0 {
		return nil, &ledger.Fault{Row: l.line, Field: "rows", Problem: "there is a header and no position after it", Cure: "add a line for each position"}
	}
	return r.file, nil
}

type reader struct {
	layout
	opts     importer.Options
	order    table.Order
	file     *importer.File
	known    map[string]instrument.Instrument
	accounts map[string]bool

	cells   [][]byte
	current *importer.Row
}

// cell is the trimmed text of a column; empty where the file has none.
func (r *reader) cell(role string) string {
	i, ok := r.at[role]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(string(r.cells[i]))
}

func (r *reader) fault(role, problem, cure string) {
	field := r.name[role]
	if field == "" {
		field = role
	}
	r.current.Faults = append(r.current.Faults, &ledger.Fault{Row: r.current.Number, Field: field, Value: clip(r.cell(role)), Problem: problem, Cure: cure})
}

// number reads a cell; known is false where it is empty.
func (r *reader) number(role string) money.Optional {
	text := r.cell(role)
	if text == "" {
		return money.Optional{}
	}
	n, err := table.ParseNumber([]byte(text), table.Point)
	if err != nil {
		r.fault(role, "it is not a number", "write digits with a decimal point")
		return money.Optional{}
	}
	return money.Some(n.Value)
}

// day reads a cell; None where it is empty.
func (r *reader) day(role string) date.Date {
	text := r.cell(role)
	if text == "" {
		return date.None
	}
	d, _, ok := table.ParseDay([]byte(text), r.order)
	if !ok {
		r.fault(role, "it is not a date", "write it as YYYY-MM-DD")
		return date.None
	}
	return d
}

// row reads one line.
func (r *reader) row(line int, cells [][]byte) {
	if len(bytes.TrimSpace(bytes.Join(cells, nil))) == 0 {
		return
	}
	row := importer.Row{Number: line, Place: fmt.Sprintf("line %d", line), Text: clip(strings.TrimSpace(string(bytes.Join(cells, []byte{' '}))))}
	r.cells, r.current = cells, &row
	if first := strings.TrimSpace(string(cells[0])); strings.HasPrefix(first, "#") {
		row.Ignored = "a comment"
	} else {
		r.position()
	}
	if len(row.Faults) > 0 {
		row.Transactions = nil
	}
	r.file.Rows = append(r.file.Rows, row)
}

// position books a lot: what paid for it, its entry, and its exit where it has one.
func (r *reader) position() {
	quantity, price, entry := r.number("quantity"), r.number("entry price"), r.day("entry date")
	r.needed("quantity", "entry price", "entry date")
	if quantity.Known && quantity.Decimal.IsZero() {
		r.fault("quantity", "a position of zero is none", "write how many pieces, negative for a short position")
	}
	if price.Known && price.Decimal.Sign() < 0 {
		r.fault("entry price", "a price cannot be negative", "write the price of one piece; a short position has a negative quantity")
	}
	base := ledger.Transaction{Date: entry, Account: r.opts.Account, Currency: r.opts.BaseCurrency}
	if a := r.cell("account"); a != "" {
		base.Account = a
	}
	if c := r.cell("currency"); c != "" {
		currency, err := money.ParseCurrency(c)
		if err != nil {
			r.fault("currency", "it is not a currency code", "write a code such as EUR or USD")
		}
		base.Currency = currency
	}
	if base.Currency == "" && r.cell("currency") == "" {
		r.fault("currency", "it is missing", "write a code such as EUR or USD")
	}
	i := r.instrument(base.Currency)
	exit, exitPrice := r.exit(entry)
	if len(r.current.Faults) > 0 {
		return
	}
	r.keep(i, base)
	base.Symbol, base.Quantity = i.Symbol, money.Some(quantity.Decimal.Abs())
	size := base.Quantity.Decimal.Mul(i.ContractSize())

	open := base
	open.Type, open.Price, open.Amount = ledger.Buy, price, money.Some(size.Mul(price.Decimal))
	closing := base
	closing.Type, closing.Date, closing.Price = ledger.Sell, exit, exitPrice
	// The row says which lot it closes.
	closing.LotSpec = &ledger.LotSpec{Date: entry}
	if quantity.Decimal.Sign() < 0 {
		open.Type, closing.Type, closing.LotSpec = ledger.SellShort, ledger.BuyToCover, nil
	}
	if open.Type == ledger.Buy && !r.opts.Unfunded && !open.Amount.Decimal.IsZero() {
		r.current.Transactions = append(r.current.Transactions, ledger.Transaction{Date: entry, Type: ledger.Deposit, Account: base.Account,
			Amount: open.Amount, Currency: base.Currency, Note: "pays for " + i.Symbol})
	}
	r.current.Transactions = append(r.current.Transactions, open)
	r.current.Text = importer.Describe(&open)
	if !exit.IsNone() {
		closing.Amount = money.Some(size.Mul(exitPrice.Decimal))
		r.current.Transactions = append(r.current.Transactions, closing)
		r.current.Text += ", " + strings.ToLower(importer.Describe(&closing))
	}
}

func (r *reader) needed(roles ...string) {
	for _, role := range roles {
		if r.cell(role) == "" {
			r.fault(role, "it is missing", "fill it; Symbol, Quantity, Entry Price Per Share and Entry Date are needed")
		}
	}
}

// exit reads the day and price of leaving; both or none.
func (r *reader) exit(entry date.Date) (date.Date, money.Optional) {
	day, price := r.day("exit date"), r.number("exit price")
	switch {
	case r.cell("exit date") == "" && price.Known:
		r.fault("exit date", "there is an exit price without its date", "fill both or none")
	case !day.IsNone() && r.cell("exit price") == "":
		r.fault("exit price", "there is an exit date without its price", "fill both or none")
	case !day.IsNone() && !entry.IsNone() && day < entry:
		r.fault("exit date", "it lies before the entry date "+entry.String(), "correct one of the two")
	case price.Known && price.Decimal.Sign() < 0:
		r.fault("exit price", "a price cannot be negative", "write the price of one piece")
	}
	return day, price
}

// keep notes instrument and account once.
func (r *reader) keep(i instrument.Instrument, t ledger.Transaction) {
	if _, ok := r.known[i.Symbol]; !ok {
		r.known[i.Symbol] = i
		r.file.Instruments = append(r.file.Instruments, i)
	}
	if t.Account != "" && !r.accounts[t.Account] {
		r.accounts[t.Account] = true
		r.file.Accounts = append(r.file.Accounts, ledger.Account{Name: t.Account, Currency: t.Currency})
	}
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
