// Package ofx reads OFX and QFX statements of banks, credit cards and brokers: OFX 1.x
// (SGML, fields without closing tags) and OFX 2.x (XML).
//
// Model: a file holds statements, a statement belongs to one account and holds
// transactions, closing positions and balances. Each of these is a row; transactions
// are booked, positions and balances are kept to check the result with. The day is the
// one that is written, in the zone of the bank; times are left out, because banks write
// noon or the close of trading for all.
//
// Amounts are in CURDEF, or in the CURSYM of the transaction's own CURRENCY. OFX allows
// a decimal comma and no grouping. TOTAL is the cash that moved, net of everything; it
// must agree with UNITS × UNITPRICE and the costs within their decimals. Debt
// instruments are quoted in per cent of their face: they get the multiplier 0.01.
//
// Bank transactions are deposits and withdrawals by their sign, but for interest and
// fees, which are told by TRNTYPE or, where that is general, by the bank's first words
// (INTEREST EARNED, …FEE). A purchase by reinvestment is a dividend and a purchase.
// FITID is the reference by which a booking is recognised.
//
// Source: Open Financial Exchange 1.6, 2.1.1 and 2.2, chapters 3, 11 and 13.
package ofx

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// Format is the format for the registry.
var Format importer.Format = format{}

type format struct{}

func (format) Name() string  { return "ofx" }
func (format) Label() string { return "OFX or QFX (bank, card or broker statement)" }

func (format) Detect(_ string, head []byte) int {
	upper := bytes.ToUpper(head)
	switch {
	case bytes.Contains(upper, []byte("<OFX>")):
		return 95
	case bytes.HasPrefix(bytes.TrimSpace(upper), []byte("OFXHEADER")):
		return 90
	}
	return 0
}

func (format) Read(name string, content []byte, opts importer.Options) (*importer.File, error) {
	root, err := parse(content)
	if err != nil {
		return nil, err
	}
	if err := status(root); err != nil {
		return nil, err
	}
	r := &reader{name: name, opts: opts, file: &importer.File{}, byID: map[string]*security{}, used: map[string]bool{}, known: map[string]bool{}}
	statements := root.all("STMTRS", "CCSTMTRS", "INVSTMTRS")
	if len(statements) == 0 {
		return nil, noStatement(root)
	}
	r.securities(root, statements)
	for i, s := range statements {
		r.statement(i+1, s)
	}
	if len(r.file.Rows) > importer.MaxRows {
		return nil, &ledger.Fault{Field: "OFX", Problem: fmt.Sprintf("there are more than the %d rows that are read", importer.MaxRows), Cure: "export a shorter period"}
	}
	r.instruments()
	return r.file, nil
}

// status refuses a file in which the bank answered with an error.
func status(root *element) error {
	for _, s := range root.all("STATUS") {
		if strings.EqualFold(s.text("SEVERITY"), "ERROR") {
			problem := "the bank answered with an error instead of a statement"
			if m := s.text("MESSAGE"); m != "" {
				problem += ": " + m
			}
			return &ledger.Fault{Row: s.line, Field: "STATUS.CODE", Value: s.text("CODE"), Problem: problem, Cure: "sign in and download the statement again"}
		}
	}
	return nil
}

// noStatement says what the file is instead of a statement.
func noStatement(root *element) error {
	f := &ledger.Fault{Row: root.line, Field: "OFX", Problem: "the file holds no statement of an account", Cure: "download a statement with its transactions"}
	switch {
	case root.all("PROFRS") != nil:
		f.Field, f.Problem = "PROFRS", "this is the profile of a bank, without a statement of an account"
	case root.all("ACCTINFORS") != nil:
		f.Field, f.Problem = "ACCTINFORS", "this is a list of accounts, without a statement of any"
	case root.all("SONRS") != nil:
		f.Field, f.Problem = "SONRS", "this is the answer to signing in, without a statement of an account"
	}
	return f
}

type reader struct {
	name  string
	opts  importer.Options
	file  *importer.File
	byID  map[string]*security // by UNIQUEID
	order []*security
	used  map[string]bool // symbols in bookings and positions
	known map[string]bool // accounts

	// of the current statement
	number   int
	account  string
	currency money.Currency
	asOf     string
	count    map[string]int // elements of each name, for their place
}

// statement reads the transactions, positions and balances of one account.
func (r *reader) statement(number int, s *element) {
	r.number, r.count = number, map[string]int{}
	r.asOf = s.text("DTASOF")
	from := s.all("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM")
	r.account = r.opts.Account
	if len(from) > 0 && from[0].text("ACCTID") != "" {
		r.account = from[0].text("ACCTID")
	}
	currency, err := money.ParseCurrency(s.text("CURDEF"))
	if err != nil {
		currency = r.opts.BaseCurrency
	}
	r.currency = currency
	if !r.known[r.account] && r.account != "" {
		r.known[r.account] = true
		r.file.Accounts = append(r.file.Accounts, ledger.Account{Name: r.account, Currency: currency})
	}
	if s.name == "INVSTMTRS" {
		r.investments(s)
		return
	}
	for _, e := range s.all("STMTTRN") {
		r.row(e, e, r.bank)
	}
	for _, e := range s.all("LEDGERBAL") {
		r.row(e, e, r.ledgerBalance)
	}
}

// fields collects what is wrong with a row while it is read.
type fields struct {
	row *importer.Row
	id  string
}

// row reads one element; identified is the part of it that has the FITID.
func (r *reader) row(e, identified *element, read func(*fields, *element)) {
	r.count[e.name]++
	row := importer.Row{Number: e.line, Place: fmt.Sprintf("line %d, %s %d", e.line, e.name, r.count[e.name])}
	if r.number > 1 {
		row.Place += fmt.Sprintf(" of statement %d", r.number)
	}
	f := &fields{row: &row, id: identified.text("FITID")}
	read(f, e)
	switch {
	case len(row.Faults) > 0:
		row.Transactions, row.Ignored = nil, ""
		if row.Text == "" {
			row.Text = clip(strings.TrimSpace(strings.Join([]string{identified.text("TRNTYPE"), identified.text("DTPOSTED"), identified.text("TRNAMT"), identified.text("NAME"), identified.text("MEMO")}, " ")))
		}
	case len(row.Transactions) > 0:
		row.Text = importer.Describe(&row.Transactions[0])
		for _, t := range row.Transactions {
			r.used[t.Symbol] = true
		}
	}
	r.file.Rows = append(r.file.Rows, row)
}

func (f *fields) fault(field, value, problem, cure string) {
	f.row.Faults = append(f.row.Faults, &ledger.Fault{Row: f.row.Number, ID: f.id, Field: field, Value: clip(value), Problem: problem, Cure: cure})
}

// number reads a field; a missing one is unknown.
func (f *fields) number(e *element, name string) money.Optional {
	c := e.child(name)
	if c == nil || c.value == "" {
		return money.Optional{}
	}
	d, err := number(c.value)
	if err != nil {
		f.fault(name, c.value, "it is not a number", "write digits with a decimal point")
		return money.Optional{}
	}
	return money.Some(d)
}

// needed is number for a field that must be there.
func (f *fields) needed(e *element, name string) money.Decimal {
	n := f.number(e, name)
	if !n.Known && (e.text(name) == "") {
		f.fault(name, "", "it is missing or empty", "ask the bank for a complete statement, or enter the booking by hand")
	}
	return n.Decimal
}

// number reads an OFX amount: an optional sign, digits, and a point or a comma.
func number(s string) (money.Decimal, error) {
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	return money.Parse(s)
}

// day reads a field that is a date: the first eight digits, as written.
func (f *fields) day(e *element, name string) date.Date {
	s := e.text(name)
	if s == "" {
		f.fault(name, "", "it is missing or empty", "ask the bank for a complete statement, or enter the booking by hand")
		return date.None
	}
	d, err := day(s)
	if err != nil {
		f.fault(name, s, "it is not a date", "dates are written YYYYMMDD")
	}
	return d
}

func day(s string) (date.Date, error) {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits < 8 {
		return date.None, fmt.Errorf("%q: %w", s, date.ErrInvalid)
	}
	return date.ParseCompact(s[:8])
}

// money returns the currency of a transaction: its own where it has one.
func (r *reader) money(f *fields, e *element) money.Currency {
	if own := e.path("CURRENCY", "CURSYM"); own != nil && own.value != "" {
		c, err := money.ParseCurrency(own.value)
		if err != nil {
			f.fault("CURSYM", own.value, "it is not a currency code", "write a code such as EUR or USD")
		}
		return c
	}
	if r.currency == "" {
		f.fault("CURDEF", "", "the statement does not say its currency", "say it with --currency")
	}
	return r.currency
}

// ledgerBalance keeps the closing balance of a bank account.
func (r *reader) ledgerBalance(f *fields, e *element) {
	amount, on := f.needed(e, "BALAMT"), f.day(e, "DTASOF")
	f.row.Text = "Balance " + r.account
	if len(f.row.Faults) > 0 {
		return
	}
	f.row.Ignored = "a balance, not a transaction"
	r.file.Balances = append(r.file.Balances, importer.Balance{Date: on, Account: r.account, Currency: r.currency, Quantity: amount})
}
