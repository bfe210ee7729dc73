package transactioncsv

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/table"
)

// remark is what there is to say of a row beside its bookings.
type remark struct {
	text    string
	ignored string
	faults  ledger.Faults
}

// reader turns the records of one file into bookings. Rows are kept apart from their
// bookings, because nearly all rows are booked and have nothing to say.
type reader struct {
	name  string
	text  []byte
	cols  columns
	opts  importer.Options
	mark  table.DecimalMark
	order table.Order

	transactions []ledger.Transaction
	lines        []int32 // of each row
	first        []int32 // index of each row's first booking
	remarks      map[int]*remark
	instruments  []instrument.Instrument
	notes        []string

	fields   [][]byte // of the current record
	line     int
	faults   ledger.Faults // of the current record
	unplain  bool          // something is not written plainly: look through the file first
	strict   bool          // stop where unplain
	signs    bool          // the sign says the type, where the file has no types
	words    map[string]word
	strings  map[string]string
	money    map[string]money.Currency
	symbols  map[string]int // index in instruments
	seenAcct map[string]money.Currency
	acctList []string

	lastDate []byte
	lastDay  date.Date

	pending               []pending // whose amount may be gross or cash
	grossVotes, cashVotes int
	noCurrency            int                  // rows whose currency is not known
	plusOut               []int32              // bookings whose cash goes out, written with a plus
	minusOut              map[ledger.Type]int  // and with a minus
	plusCosts, minusCosts [2][]int32           // rows whose fee, tax is written with that sign
	later                 []ledger.Transaction // further bookings of the current row
	traded                []bool               // instruments whose currency comes from a trade
}

func newReader(name string, text []byte, cols columns, opts importer.Options) *reader {
	n := bytes.Count(text, []byte{'\n'}) + 1
	return &reader{
		name: name, text: text, cols: cols, opts: opts,
		transactions: make([]ledger.Transaction, 0, n),
		lines:        make([]int32, 0, n), first: make([]int32, 0, n),
		remarks: map[int]*remark{}, words: map[string]word{}, strings: map[string]string{},
		money: map[string]money.Currency{}, symbols: map[string]int{}, seenAcct: map[string]money.Currency{},
		minusOut: map[ledger.Type]int{},
	}
}

// scan calls each for the records after the header until it returns false.
func (r *reader) scan(each func(fields [][]byte, line int) bool) {
	scan := table.NewScanner(r.text, r.cols.sep)
	for scan.Next() {
		if scan.Line > r.cols.line && !each(scan.Fields, scan.Line) {
			return
		}
	}
}

// survey settles the decimal mark and the order of dates over all records.
func (r *reader) survey(told table.Order) error {
	var marks table.Marks
	var days table.Days
	numeric := []int{}
	for _, role := range []role{roleQuantity, rolePrice, roleAmount, roleNet, roleGross, roleToAmount, roleStrike, roleRate} {
		if r.cols.has(role) {
			numeric = append(numeric, r.cols.at[role])
		}
	}
	numeric = append(append(numeric, r.cols.fees...), r.cols.taxes...)
	r.scan(func(fields [][]byte, line int) bool {
		if i := r.cols.at[roleDate]; i < len(fields) {
			days.See(fields[i], line)
		}
		for _, i := range numeric {
			if i < len(fields) {
				marks.See(fields[i], line)
			}
		}
		return true
	})
	var faults ledger.Faults
	var err error
	if r.mark, err = marks.Settle(r.opts.Decimal, r.cols.sep); err != nil {
		faults = append(faults, err.(*ledger.Fault))
	}
	if r.order, err = days.Settle(told); err != nil {
		faults = append(faults, err.(*ledger.Fault))
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

func (r *reader) hasNoTypes() bool { return !r.cols.has(roleType) && !r.cols.has(roleSide) }

// typesFromSigns lets the sign of the quantity decide where the file has no types:
// only where it uses both signs, so that a list of holdings is not taken for purchases.
// A list of amounts without types is refused: what goes out may be a purchase.
func (r *reader) typesFromSigns() error {
	minus := false
	if at := r.cols.at[roleQuantity]; at >= 0 {
		r.scan(func(fields [][]byte, _ int) bool {
			if at < len(fields) {
				cell := bytes.TrimSpace(fields[at])
				minus = len(cell) > 1 && (cell[0] == '-' || cell[0] == '(' || cell[len(cell)-1] == '-' || bytes.HasPrefix(cell, []byte("−")))
			}
			return !minus
		})
	}
	if !minus {
		return &ledger.Fault{Row: r.cols.line, Field: "header", Value: clip([]byte(strings.Join(r.cols.headers, ","))),
			Problem: "no column says what each row is, and no signs of quantities tell purchases from sales",
			Cure:    "add a column type (buy, sell, dividend, deposit, …); a list of holdings is imported as positions, with a column Entry Date", Err: ErrHeader}
	}
	r.signs = true
	r.notes = append(r.notes, "The file names no types; the signs of the quantities were taken for purchases and sales.")
	return nil
}

// rows reads all records. With strict it stops and returns false at the first date or
// number that is not written plainly.
func (r *reader) rows(strict bool) bool {
	r.strict = strict
	r.scan(func(fields [][]byte, line int) bool {
		r.fields, r.line, r.faults, r.later = fields, line, nil, r.later[:0]
		r.row()
		return !(strict && r.unplain)
	})
	return !(strict && r.unplain)
}

// booked are the bookings of a row.
func (r *reader) booked(row int) []ledger.Transaction {
	end := len(r.transactions)
	if row+1 < len(r.first) {
		end = int(r.first[row+1])
	}
	return r.transactions[r.first[row]:end:end]
}

// rowOf is the row that a booking belongs to.
func (r *reader) rowOf(tx int32) int {
	return sort.Search(len(r.first), func(i int) bool { return r.first[i] > tx }) - 1
}

// open begins a row; its bookings follow.
func (r *reader) open() {
	r.lines = append(r.lines, int32(r.line))
	r.first = append(r.first, int32(len(r.transactions)))
}

// remark returns what is said of a row, to add to it.
func (r *reader) remark(row int) *remark {
	n := r.remarks[row]
	if n == nil {
		n = &remark{}
		r.remarks[row] = n
	}
	return n
}

func (r *reader) ignore(reason string) {
	r.transactions, r.later = r.transactions[:r.first[len(r.first)-1]], nil
	n := r.remark(len(r.lines) - 1)
	n.ignored, n.text = reason, r.rowText()
}

// fault notes a fault of the current record.
func (r *reader) fault(field string, value []byte, problem, cure string) {
	r.faults = append(r.faults, &ledger.Fault{File: r.name, Row: r.line, Field: field, Value: clip(value), Problem: problem, Cure: cure})
}

// rowText is the record as it stands, for rows that are not booked.
func (r *reader) rowText() string {
	return clip(bytes.TrimSpace(bytes.Join(r.fields, []byte{' '})))
}

// header is the name of a column as the file writes it.
func (r *reader) header(role role) string {
	if i := r.cols.at[role]; i >= 0 {
		return r.cols.headers[i]
	}
	return ""
}

func (r *reader) accounts() []ledger.Account {
	all := make([]ledger.Account, 0, len(r.acctList))
	for _, name := range r.acctList {
		all = append(all, ledger.Account{Name: name, Currency: r.seenAcct[name]})
	}
	return all
}

// cell is the trimmed cell of a role; empty where there is none.
func (r *reader) cell(role role) []byte {
	i := r.cols.at[role]
	if i < 0 || i >= len(r.fields) {
		return nil
	}
	return trim(r.fields[i])
}

// trim is bytes.TrimSpace for the usual case that there is nothing to trim.
func trim(b []byte) []byte {
	if n := len(b); n > 0 && b[0] > ' ' && b[0] < 0x80 && b[n-1] > ' ' && b[n-1] < 0x80 {
		return b
	}
	return bytes.TrimSpace(b)
}

// intern returns one string for equal bytes.
func (r *reader) intern(b []byte) string {
	if s, ok := r.strings[string(b)]; ok {
		return s
	}
	s := string(bytes.ToValidUTF8(b, []byte("?")))
	r.strings[string(b)] = s
	return s
}

// number reads a cell; ok is false where it is empty, and where it is a fault.
func (r *reader) number(cell []byte, field string) (d money.Decimal, unit string, ok bool) {
	if len(cell) == 0 || len(cell) <= 3 && absent(cell) {
		return d, "", false
	}
	if r.mark == table.Point {
		if d, err := money.ParseBytes(cell); err == nil {
			return d, "", true
		}
	}
	if r.strict {
		r.unplain = true
		return d, "", false
	}
	n, err := table.ParseNumber(cell, r.mark)
	if err != nil {
		r.fault(field, cell, "it is not a number", fmt.Sprintf("write digits with a decimal %s, or leave the cell empty", markName(r.mark)))
		return d, "", false
	}
	return n.Value, n.Unit, true
}

func absent(cell []byte) bool {
	switch string(cell) {
	case "-", "--", "–", "—", "n/a", "N/A", "NA":
		return true
	}
	return false
}

func markName(m table.DecimalMark) string {
	if m == table.Comma {
		return "comma"
	}
	return "point"
}

// day reads the date and, where it stands with it or beside it, the time.
func (r *reader) day() (day date.Date, at ledger.Clock, ok bool) {
	cell := r.cell(roleDate)
	if len(cell) == 10 && bytes.Equal(cell, r.lastDate) {
		day, ok = r.lastDay, true
	} else {
		if r.strict && (len(cell) != 10 || cell[4] != '-') {
			r.unplain = true
			return date.None, 0, false
		}
		day, at, ok = table.ParseDay(cell, r.order)
		if ok && len(cell) == 10 {
			r.lastDate, r.lastDay = cell, day
		}
	}
	if t := r.cell(roleTime); ok && len(t) > 0 {
		if _, c, good := table.ParseDay(t, r.order); good {
			at = c
		} else if c, err := ledger.ParseClock(string(t)); err == nil {
			at = c
		}
	}
	return day, at, ok
}

// currency reads a code and remembers it.
func (r *reader) currency(cell []byte) (money.Currency, error) {
	if c, ok := r.money[string(cell)]; ok {
		return c, nil
	}
	c, err := money.ParseCurrency(string(cell))
	if err == nil {
		r.money[string(cell)] = c
	}
	return c, err
}
