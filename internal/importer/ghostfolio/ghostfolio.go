// Package ghostfolio reads what Ghostfolio exports and imports: its JSON, and the CSV
// with the columns Date, Code, DataSource, Currency, Price, Quantity, Action, Fee, Note.
//
// Model: Ghostfolio keeps activities and stated cash balances, and no deposits: the
// money of a purchase comes from outside and what a sale, dividend or interest brings
// goes there. So each activity is booked with the deposit or withdrawal that pays for it,
// and a stated balance is booked as the change (cash_in or withdrawal) that brings
// cash to it. Both together give the value that Ghostfolio shows; where a purchase was
// paid from a balance, the two flows cancel. Options.Unfunded leaves both out.
//
// A sale of more than the account holds opens or adds to a short position, as in
// Ghostfolio: it is split into sell and sell_short, and a later purchase covers first.
// That follows the whole file, in the order of the ledger.
//
// Days are those that are written, which for Ghostfolio's own files is UTC; a time of
// exactly midnight is no time. An activity dated after the as-of date is a draft, and so
// is one of zero pieces; drafts are not booked. Dates before 1970 are refused as
// Ghostfolio does. FEE: what stands in fee, or quantity × price.
//
// An activity keeps its tags, under their names; the money that is booked for it has
// none. What cannot stand in a tag of ours becomes a space.
package ghostfolio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/transactioncsv"
)

// Format is the format for the registry.
var Format importer.Format = format{}

type format struct{}

func (format) Name() string  { return "ghostfolio" }
func (format) Label() string { return "Ghostfolio (JSON or CSV)" }

var csvHeader = regexp.MustCompile(`(?i)^"?date"?[,;]"?(code|symbol)"?[,;].*\b(action|type)\b`)

func (format) Detect(_ string, head []byte) int {
	head = bytes.TrimSpace(head)
	if len(head) == 0 {
		return 0
	}
	if head[0] == '{' {
		switch {
		case bytes.Contains(head, []byte(`"activities"`)):
			return 95
		case bytes.Contains(head, []byte(`"assetProfiles"`)), bytes.Contains(head, []byte(`"performanceCalculationType"`)):
			return 80
		}
		return 0
	}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	lower := bytes.ToLower(line)
	if csvHeader.Match(line) && bytes.Contains(lower, []byte("code")) && bytes.Contains(lower, []byte("action")) {
		return 85
	}
	return 0
}

func (format) Read(name string, content []byte, opts importer.Options) (*importer.File, error) {
	start := bytes.TrimSpace(content)
	if len(start) > 0 && start[0] != '{' && csvHeader.Match(start) {
		return readCSV(name, content, opts)
	}
	return readJSON(name, content, opts)
}

// earliest is the first day that Ghostfolio accepts.
var earliest = date.Must(1970, 1, 1)

// readCSV reads the CSV layout; its dates are day first.
func readCSV(name string, content []byte, opts importer.Options) (*importer.File, error) {
	if opts.DateOrder == "" {
		opts.DateOrder = "dmy"
	}
	plain := opts
	plain.AsOf = date.None // drafts are told from mistakes here
	file, err := transactioncsv.Format.Read(name, content, plain)
	if err != nil {
		return nil, err
	}
	for i := range file.Rows {
		row := &file.Rows[i]
		for k := range row.Transactions {
			t := &row.Transactions[k]
			complete(t)
			if f := checkSymbol(t.Symbol, "YAHOO", t.Currency); f != nil {
				row.Faults = append(row.Faults, f)
			}
			row.Faults = append(row.Faults, checkDate(t.Date)...)
			if opts.Late(t.Date) {
				row.Ignored = draft(t.Date, opts)
			}
		}
		refuse(row)
	}
	finish(file, opts)
	return file, nil
}

func draft(on date.Date, opts importer.Options) string {
	return fmt.Sprintf("a draft: it is dated %s, after %s", on, opts.AsOf)
}

// refuse takes the bookings off a row that has faults or a reason.
func refuse(row *importer.Row) {
	for _, f := range row.Faults {
		f.Row = row.Number
	}
	if len(row.Faults) > 0 {
		row.Ignored = ""
	}
	if len(row.Faults) > 0 || row.Ignored != "" {
		row.Transactions = nil
	}
}

func checkDate(on date.Date) ledger.Faults {
	if on >= earliest {
		return nil
	}
	return ledger.Faults{{Field: "date", Value: on.String(), Problem: "Ghostfolio has no dates before " + earliest.String(), Cure: "correct the date, or import the booking as transactions CSV"}}
}

// checkSymbol refuses what cannot be a symbol, and a crypto-currency in the spelling of
// Yahoo itself, which Ghostfolio writes without the dash.
func checkSymbol(symbol, source string, currency money.Currency) *ledger.Fault {
	if symbol == "" {
		return nil
	}
	if !transactioncsv.ValidSymbol([]byte(symbol)) {
		return &ledger.Fault{Field: "symbol", Value: symbol, Problem: "it is not a symbol", Cure: "write the ticker of the data source, such as AAPL"}
	}
	if base, quote, pair := strings.Cut(symbol, "-"); pair && strings.EqualFold(source, "YAHOO") && quote == string(currency) {
		return &ledger.Fault{Field: "symbol", Value: symbol, Problem: "it is not a symbol of the data source YAHOO in Ghostfolio, which writes currency pairs without a dash", Cure: "write " + base + quote}
	}
	return nil
}

// complete gives a trade its amount, which the file leaves to follow.
func complete(t *ledger.Transaction) {
	effect := t.Effect()
	if t.Amount.Known || effect.Cash == 0 || !t.Quantity.Known || !t.Price.Known {
		return
	}
	gross := t.Quantity.Decimal.Mul(t.Price.Decimal)
	costs := t.Fees.OrZero().Add(t.Taxes.OrZero())
	if effect.Cash < 0 {
		t.Amount = money.Some(gross.Add(costs))
	} else {
		t.Amount = money.Some(gross.Sub(costs))
	}
}

// finish turns sales of what is not held into short sales and books the money that
// Ghostfolio leaves unsaid.
func finish(file *importer.File, opts importer.Options) {
	short(file)
	used, funded := map[string]bool{}, false
	for i := range file.Rows {
		row := &file.Rows[i]
		if len(row.Transactions) == 0 {
			continue
		}
		row.Text = importer.Describe(&row.Transactions[0])
		for k := range row.Transactions {
			used[row.Transactions[k].Symbol] = true
		}
		funded = !opts.Unfunded && fund(row) || funded
	}
	file.Instruments = slices.DeleteFunc(file.Instruments, func(i instrument.Instrument) bool { return !used[i.Symbol] })
	if funded {
		file.Notes = append(file.Notes, "Ghostfolio records no deposits: each purchase was booked with the deposit that pays for it, each sale and dividend with the withdrawal of what it brings.")
	}
}

// decode reads a JSON value into v and says where it is wrong.
func decode(content []byte, v any) error {
	err := json.Unmarshal(content, v)
	if err == nil {
		return nil
	}
	at := len(content)
	if s, ok := err.(*json.SyntaxError); ok {
		at = min(int(s.Offset), len(content))
	}
	start := string(bytes.TrimSpace(content[:min(len(content), 40)]))
	return &ledger.Fault{Row: 1 + bytes.Count(content[:at], []byte{'\n'}), Field: "content", Value: start,
		Problem: "it is not the JSON of Ghostfolio: " + strings.TrimPrefix(err.Error(), "json: "), Cure: "export it again under Settings, Export", Err: err}
}
