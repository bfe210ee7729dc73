package ledger

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// Method is how a sale chooses among lots.
type Method string

// The lot methods. The ...ALL methods order (AVERAGEALL pools) over all accounts.
const (
	Strict         Method = "STRICT"           // refuses an ambiguous match
	StrictWithSize Method = "STRICT_WITH_SIZE" // lets a lot of exactly the sold size win
	FIFO           Method = "FIFO"
	LIFO           Method = "LIFO"
	HIFO           Method = "HIFO"
	Average        Method = "AVERAGE"
	None           Method = "NONE" // lots are kept but not matched: any lot serves
	FIFOAll        Method = "FIFOALL"
	LIFOAll        Method = "LIFOALL"
	HIFOAll        Method = "HIFOALL"
	AverageAll     Method = "AVERAGEALL"
)

// Oversold says what a sale of more than is held does.
type Oversold string

// What to do with a shortfall.
const (
	Refuse   Oversold = "error"
	ZeroCost Oversold = "zero_cost" // what is missing is sold at a cost of zero, and said
	GoShort  Oversold = "short"     // what is missing opens a short position
)

// Policy is how lots are kept.
type Policy struct {
	Method           Method            `json:"method,omitempty"` // FIFO unless given
	MethodPerAccount map[string]Method `json:"method_per_account,omitempty"`
	// FeesInCostBasis adds fees to cost and takes them off proceeds; false expenses
	// them. Nil means true.
	FeesInCostBasis *bool    `json:"fees_in_cost_basis,omitempty"`
	OnOversold      Oversold `json:"on_oversold,omitempty"` // Refuse unless given
}

// MethodOf is the method of an account.
func (p Policy) MethodOf(account string) Method {
	if m, ok := p.MethodPerAccount[account]; ok {
		return m
	}
	if p.Method == "" {
		return FIFO
	}
	return p.Method
}

// CostsInBasis reports whether fees belong to cost and proceeds.
func (p Policy) CostsInBasis() bool { return p.FeesInCostBasis == nil || *p.FeesInCostBasis }

// Account is a place where cash and securities are kept.
type Account struct {
	Name     string         `json:"name"`
	Currency money.Currency `json:"currency,omitempty"`
}

// UnmarshalJSON reads a bare name or an object.
func (a *Account) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &a.Name)
	}
	type plain Account
	return json.Unmarshal(b, (*plain)(a))
}

// AccountList are accounts in JSON: a list of names or objects, or an object with the
// accounts under their names.
type AccountList []Account

// UnmarshalJSON reads either form; the accounts of an object come in order of name.
func (l *AccountList) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		return json.Unmarshal(b, (*[]Account)(l))
	}
	named := map[string]Account{}
	if err := json.Unmarshal(b, &named); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		a := named[name]
		a.Name = name
		*l = append(*l, a)
	}
	return nil
}

// Point is a value on a day: a close, a rate, a valuation. In JSON it is [date, value].
type Point struct {
	Date  date.Date
	Value money.Decimal
}

// MarshalJSON writes [date, "value"].
func (p Point) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "[%q,%q]", p.Date, p.Value), nil
}

// UnmarshalJSON reads [date, value] with the value as a string or a number.
func (p *Point) UnmarshalJSON(b []byte) error {
	pair := [2]json.RawMessage{}
	if err := json.Unmarshal(b, &pair); err != nil {
		return fmt.Errorf("%s: want [date, value]: %w", clip(b), err)
	}
	if pair[0] == nil || pair[1] == nil || string(pair[0]) == "null" {
		return fmt.Errorf("%s: want [date, value]", clip(b))
	}
	if err := json.Unmarshal(pair[0], &p.Date); err != nil {
		return err
	}
	return p.Value.UnmarshalJSON(pair[1])
}

func clip(b []byte) string {
	if len(b) > 60 {
		return string(b[:60]) + "…"
	}
	return string(b)
}

// Period is a stretch of time, (Start, End]: it begins at the close of Start.
type Period struct {
	Start date.Date `json:"start"`
	End   date.Date `json:"end"`
}

// Document is a whole ledger with what is needed to value it: the native format for
// interchange and the input of the ledger engines.
type Document struct {
	BaseCurrency money.Currency                   `json:"base_currency"`
	Name         string                           `json:"name,omitempty"`
	Symbols      map[string]instrument.Instrument `json:"symbols,omitempty"`
	Accounts     AccountList                      `json:"accounts,omitempty"`
	Policy
	Transactions []Transaction      `json:"transactions"`
	Prices       map[string][]Point `json:"prices,omitempty"`     // closes, in the symbol's currency
	FX           map[string][]Point `json:"fx,omitempty"`         // "AAA/BBB": 1 AAA = value BBB
	Valuations   []Point            `json:"valuations,omitempty"` // of the whole, for a ledger without securities
	Period       *Period            `json:"period,omitempty"`
}

// ReadDocument reads one document. Keys it does not know are ignored.
func ReadDocument(r io.Reader) (Document, error) {
	var d Document
	if err := json.NewDecoder(r).Decode(&d); err != nil {
		return Document{}, fmt.Errorf("ledger document: %w", err)
	}
	d.fill()
	return d, nil
}

// ParseDocument is ReadDocument of bytes.
func ParseDocument(b []byte) (Document, error) {
	var d Document
	if err := json.Unmarshal(b, &d); err != nil {
		return Document{}, fmt.Errorf("ledger document: %w", err)
	}
	d.fill()
	return d, nil
}

// fill gives every symbol its own name and every booking without a currency the one
// of its symbol, else the base currency.
func (d *Document) fill() {
	for name, i := range d.Symbols {
		if i.Symbol == "" {
			i.Symbol = name
			d.Symbols[name] = i
		}
	}
	for i := range d.Transactions {
		t := &d.Transactions[i]
		if t.Currency == "" {
			t.Currency = d.BaseCurrency
			if s, ok := d.Symbols[t.Symbol]; ok && s.Currency != "" {
				t.Currency = s.Currency
			}
		}
	}
}

// Instrument returns what the document says of a symbol; a symbol it does not list
// is known by its name and the currency of its first booking.
func (d *Document) Instrument(symbol string) instrument.Instrument {
	if i, ok := d.Symbols[symbol]; ok {
		return i
	}
	i := instrument.Instrument{Symbol: symbol, Currency: d.BaseCurrency}
	for k := range d.Transactions {
		if d.Transactions[k].Symbol == symbol && d.Transactions[k].Currency != "" {
			i.Currency = d.Transactions[k].Currency
			break
		}
	}
	return i
}

// Instruments returns a look-up of Instrument that goes through the bookings once.
func (d *Document) Instruments() func(symbol string) instrument.Instrument {
	known := make(map[string]instrument.Instrument, len(d.Symbols))
	for name, i := range d.Symbols {
		if i.Currency == "" {
			i.Currency = d.BaseCurrency
		}
		known[name] = i
	}
	for k := range d.Transactions {
		t := &d.Transactions[k]
		if _, ok := known[t.Symbol]; !ok && t.Symbol != "" {
			currency := t.Currency
			if currency == "" {
				currency = d.BaseCurrency
			}
			known[t.Symbol] = instrument.Instrument{Symbol: t.Symbol, Currency: currency}
		}
	}
	return func(symbol string) instrument.Instrument {
		if i, ok := known[symbol]; ok {
			return i
		}
		return instrument.Instrument{Symbol: symbol, Currency: d.BaseCurrency}
	}
}
