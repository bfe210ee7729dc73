// Package native reads the ledger document, the project's own format for interchange
// (finance/ledger.Document as JSON).
//
// Model: the document is read as a stream, so that its size is bounded by its
// bookings, not by its text. A transaction that cannot be read or that contradicts its
// type is refused alone, with its number in the list, its id, the field and the value;
// everything around the transactions (currency, symbols, prices) must be right, or the
// whole document is refused. Keys that are not known are ignored, as the contract says.
//
// The id of a transaction is unique within a document only; the reference by which it
// is recognised when the document is imported again is the id with what it says.
package native

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/bond"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

// Format is the format for the registry.
var Format importer.Format = format{}

type format struct{}

func (format) Name() string  { return "native" }
func (format) Label() string { return "FolioSight ledger document (JSON)" }

func (format) Detect(_ string, head []byte) int {
	head = bytes.TrimSpace(head)
	if len(head) == 0 || head[0] != '{' || bytes.Contains(head, []byte(`"activities"`)) {
		return 0
	}
	switch {
	case bytes.Contains(head, []byte(`"base_currency"`)):
		return 90
	case bytes.Contains(head, []byte(`"transactions"`)):
		return 60
	}
	return 0
}

func (format) Read(name string, content []byte, opts importer.Options) (*importer.File, error) {
	r := &reader{name: name, text: content, opts: opts, ids: map[string]int{}}
	r.doc.BaseCurrency = opts.BaseCurrency
	if err := r.read(); err != nil {
		return nil, err
	}
	return r.file(), nil
}

type reader struct {
	name   string
	text   []byte
	opts   importer.Options
	doc    ledger.Document // everything but the transactions
	rows   []importer.Row
	ids    map[string]int // the number of the transaction with that id
	faults ledger.Faults  // of the document as a whole
	found  bool           // a list of transactions
}

// read walks through the top-level keys.
func (r *reader) read() error {
	d := json.NewDecoder(bytes.NewReader(r.text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return r.broken(d, err, "the document must be one JSON object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return r.broken(d, err, "")
		}
		if name, _ := key.(string); name == "transactions" {
			err = r.transactions(d)
		} else {
			err = r.key(d, name)
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return r.broken(d, err, "")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r.broken(d, err, "there is something after the end of the document")
	}
	if !r.found {
		r.fault("transactions", "", "the document has no list of transactions", `add "transactions": […]`)
	}
	r.policy()
	r.compositions()
	if len(r.faults) > 0 {
		return r.faults
	}
	return nil
}

// policy refuses words that are no lot methods.
func (r *reader) policy() {
	methods := []ledger.Method{"", ledger.Strict, ledger.StrictWithSize, ledger.FIFO, ledger.LIFO, ledger.HIFO, ledger.Average, ledger.None,
		ledger.FIFOAll, ledger.LIFOAll, ledger.HIFOAll, ledger.AverageAll}
	given := map[string]ledger.Method{"method": r.doc.Method}
	for account, m := range r.doc.MethodPerAccount {
		given["method_per_account."+account] = m
	}
	for _, field := range slices.Sorted(maps.Keys(given)) {
		if m := given[field]; !slices.Contains(methods, m) {
			r.fault(field, string(m), "there is no such lot method", "use FIFO, LIFO, HIFO, AVERAGE, STRICT, STRICT_WITH_SIZE, NONE or one of the …ALL methods")
		}
	}
	if !slices.Contains([]ledger.Oversold{"", ledger.Refuse, ledger.ZeroCost, ledger.GoShort}, r.doc.OnOversold) {
		r.fault("on_oversold", string(r.doc.OnOversold), "there is no such choice", "use error, zero_cost or short")
	}
}

// compositions refuses lists of what funds hold that cannot be right.
func (r *reader) compositions() {
	for _, symbol := range slices.Sorted(maps.Keys(r.doc.Symbols)) {
		composition := r.doc.Symbols[symbol].Composition
		if composition == nil {
			continue
		}
		if flaw := composition.Check(symbol); flaw != nil {
			field := "symbols." + symbol + ".composition." + flaw.Field
			if flaw.Constituent > 0 {
				field = fmt.Sprintf("symbols.%s.composition.constituents[%d].%s", symbol, flaw.Constituent-1, flaw.Field)
			}
			r.fault(field, flaw.Value, flaw.Problem, flaw.Cure)
		}
	}
}

// key reads one of the values around the transactions.
func (r *reader) key(d *json.Decoder, name string) error {
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return r.broken(d, err, "")
	}
	targets := map[string]any{
		"base_currency": &r.doc.BaseCurrency, "name": &r.doc.Name, "symbols": &r.doc.Symbols, "accounts": &r.doc.Accounts,
		"method": &r.doc.Method, "method_per_account": &r.doc.MethodPerAccount, "fees_in_cost_basis": &r.doc.FeesInCostBasis,
		"on_oversold": &r.doc.OnOversold, "prices": &r.doc.Prices, "fx": &r.doc.FX, "valuations": &r.doc.Valuations,
	}
	target, known := targets[name]
	if !known {
		return nil
	}
	if err := json.Unmarshal(raw, target); err != nil {
		r.fault(name, clip(raw), plain(err), "see the ledger document in the user guide")
	}
	return nil
}

// transactions reads the list, one element at a time.
func (r *reader) transactions(d *json.Decoder) error {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return r.broken(d, err, "transactions must be a list")
	}
	r.found = true
	for d.More() {
		if len(r.rows) >= importer.MaxRows {
			return &ledger.Fault{Field: "transactions", Problem: fmt.Sprintf("there are more than the %d that are read", importer.MaxRows), Cure: "split the document by year"}
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return r.broken(d, err, "")
		}
		r.transaction(raw)
	}
	if _, err := d.Token(); err != nil {
		return r.broken(d, err, "")
	}
	return nil
}

func (r *reader) transaction(raw json.RawMessage) {
	t := ledger.Transaction{Date: date.None}
	row := importer.Row{Number: len(r.rows) + 1}
	row.Place = fmt.Sprintf("transaction %d", row.Number)
	if err := json.Unmarshal(raw, &t); err != nil {
		row.Faults = fieldFaults(raw, err)
	}
	if t.ID != "" {
		row.Place += " (" + t.ID + ")"
		if first, twice := r.ids[t.ID]; twice {
			row.Faults = append(row.Faults, &ledger.Fault{Field: "id", Value: t.ID, Problem: fmt.Sprintf("transaction %d has the same id", first), Cure: "give every transaction its own id"})
		} else {
			r.ids[t.ID] = row.Number
		}
	}
	if len(row.Faults) == 0 {
		row.Transactions = []ledger.Transaction{t}
	} else {
		row.Text = clip(raw)
		locate(&row, t.ID)
	}
	r.rows = append(r.rows, row)
}

// locate puts the place into the faults of a row.
func locate(row *importer.Row, id string) {
	for _, f := range row.Faults {
		f.Row, f.ID = row.Number, id
	}
}

// fieldFaults finds which fields of an element cannot be read, by reading each alone.
func fieldFaults(raw json.RawMessage, whole error) ledger.Faults {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return ledger.Faults{{Value: clip(raw), Problem: "it is not a JSON object", Cure: `write {"date": …, "type": …}`}}
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	var faults ledger.Faults
	for _, name := range names {
		one, err := json.Marshal(map[string]json.RawMessage{name: fields[name]})
		if err != nil {
			continue
		}
		var t ledger.Transaction
		if err := json.Unmarshal(one, &t); err != nil {
			faults = append(faults, &ledger.Fault{Field: name, Value: strings.Trim(clip(fields[name]), `"`), Problem: plain(err), Cure: cures[name], Err: err})
		}
	}
	if len(faults) == 0 {
		faults = ledger.Faults{{Value: clip(raw), Problem: plain(whole), Cure: "see the ledger document in the user guide", Err: whole}}
	}
	for _, f := range faults {
		if f.Cure == "" {
			f.Cure = `write numbers as strings, such as "12.50"`
		}
	}
	return faults
}

var cures = map[string]string{
	"date": "write it as YYYY-MM-DD", "lot_date": "write it as YYYY-MM-DD", "time": "write it as HH:MM:SS",
	"ratio": `write new:old, such as "2:1" for two new for one old`, "type": "write the type as text, such as buy",
	"symbol": "write the symbol as text", "account": "write the account's name as text", "currency": "write a code such as EUR",
	"tags": `write a list of words, such as ["core"]`, "gross_foreign": "write {currency, amount, rate}", "lot_spec": "write any of cost, currency, date and label",
}

// plain is the last, telling part of a decoding error.
func plain(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return "a " + kind.Value + " cannot stand here"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func (r *reader) fault(field, value, problem, cure string) {
	r.faults = append(r.faults, &ledger.Fault{File: r.name, Field: field, Value: value, Problem: problem, Cure: cure})
}

// broken reports text that is not JSON, with its line.
func (r *reader) broken(d *json.Decoder, err error, problem string) error {
	at := min(int(d.InputOffset()), len(r.text))
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = min(max(int(syntax.Offset), 0), len(r.text))
	}
	if problem == "" || err != nil && !errors.Is(err, io.EOF) {
		problem = "this is not JSON"
		if err != nil {
			problem += ": " + plain(err)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			problem = "the JSON ends too early"
		}
	}
	return &ledger.Fault{File: r.name, Row: 1 + bytes.Count(r.text[:at], []byte{'\n'}), Value: clip(bytes.TrimSpace(r.text[max(0, at-20):min(at+20, len(r.text))])),
		Problem: problem, Cure: "export the document again, or mend it at that line", Err: err}
}

// file gathers what the document holds. Whether a transaction fits its type is checked
// for all formats alike, by ledger.Validate.
func (r *reader) file() *importer.File {
	f := &importer.File{Accounts: r.doc.Accounts, Rows: r.rows, Prices: r.doc.Prices, FX: r.doc.FX, Name: r.doc.Name, BaseCurrency: r.doc.BaseCurrency}
	if r.doc.Method != "" || r.doc.MethodPerAccount != nil || r.doc.FeesInCostBasis != nil || r.doc.OnOversold != "" {
		f.Policy = &r.doc.Policy
	}
	if len(r.doc.Valuations) > 0 {
		f.Notes = append(f.Notes, "The valuations of the whole were not imported: a portfolio is valued by its holdings.")
	}
	for i := range f.Rows {
		if row := &f.Rows[i]; len(row.Transactions) == 1 {
			t := &row.Transactions[0]
			r.complete(t)
			row.Text = importer.Describe(t)
			if t.Source == "" && t.ID != "" {
				t.Source = t.ID + "/" + importer.Fingerprint(t)
			}
		}
	}
	f.Instruments = r.instruments()
	f.Notes = append(f.Notes, bondNotes(f.Instruments)...)
	return f
}

// bondNotes says of each bond that has some of its terms why it cannot be priced by
// them. A bond without any is one that only its price is known of.
func bondNotes(list []instrument.Instrument) (notes []string) {
	for _, i := range list {
		if i.Class != instrument.Bond || len(i.MissingTerms()) == 4 {
			continue
		}
		if _, err := bond.OfInstrument(i); err != nil {
			notes = append(notes, fmt.Sprintf("The bond is valued by its prices alone until its terms are right: %v.", err))
		}
	}
	return notes
}

// complete fills in what the document says once for all its transactions.
func (r *reader) complete(t *ledger.Transaction) {
	if t.Currency == "" {
		t.Currency = r.doc.BaseCurrency
		if s, ok := r.doc.Symbols[t.Symbol]; ok && s.Currency != "" {
			t.Currency = s.Currency
		}
	}
	if t.Account == "" {
		t.Account = r.opts.Account
	}
}

// instruments are the listed symbols and those that are only traded, by name.
func (r *reader) instruments() []instrument.Instrument {
	all := make(map[string]instrument.Instrument, len(r.doc.Symbols))
	for symbol, i := range r.doc.Symbols {
		if i.Symbol == "" {
			i.Symbol = symbol
		}
		if i.Currency == "" {
			i.Currency = r.doc.BaseCurrency
		}
		all[symbol] = i
	}
	for k := range r.rows {
		for j := range r.rows[k].Transactions {
			t := &r.rows[k].Transactions[j]
			for _, symbol := range [...]string{t.Symbol, t.ToSymbol} {
				if _, known := all[symbol]; symbol != "" && !known {
					i, err := instrument.ParseOCC(symbol)
					if err != nil {
						i = instrument.Instrument{}
					}
					i.Symbol, i.Currency = symbol, t.Currency
					all[symbol] = i
				}
			}
		}
	}
	list := make([]instrument.Instrument, 0, len(all))
	for _, i := range all {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b instrument.Instrument) int { return strings.Compare(a.Symbol, b.Symbol) })
	return list
}

func clip(b []byte) string {
	if len(b) > 60 {
		return string(bytes.ToValidUTF8(b[:60], nil)) + "…"
	}
	return string(b)
}
