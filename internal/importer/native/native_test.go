package native

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

const document = `{
  "base_currency": "EUR", "name": "Test", "method": "HIFO",
  "symbols": {"ACME": {"currency": "USD", "type": "equity"}},
  "accounts": ["Broker", {"name": "Bank", "currency": "EUR"}],
  "unknown": {"is": ["ignored"]},
  "transactions": [
    {"id": "t1", "date": "2024-01-02", "type": "deposit", "account": "Bank", "amount": "1000.00"},
    {"id": "t2", "date": "2024-01-03", "time": "09:30", "type": "buy", "account": "Broker", "symbol": "ACME", "quantity": 10, "price": "12.50", "fees": "1"},
    {"id": "t3", "date": "2024-02-01", "type": "split", "symbol": "ACME", "ratio": "2:1"},
    {"date": "2024-02-02", "type": "dividend", "symbol": "ACME", "amount": "-3", "source": "broker-77"},
    {"id": "t5", "date": "2024-03-01", "type": "buy", "symbol": "NEW", "quantity": "1", "price": "5", "currency": "CHF"}
  ],
  "prices": {"ACME": [["2024-01-02", "12.40"]]},
  "fx": {"EUR/USD": [["2024-01-02", 1.1]]}
}`

func TestRead(t *testing.T) {
	f, err := importer.NewRegistry(Format).Read("ledger.json", []byte(document), importer.Auto, importer.Options{Account: "Main"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Counts(), (importer.Counts{Rows: 5, Booked: 5, Transactions: 5}); got != want {
		t.Fatalf("got %s; %v", got, f.Faults())
	}
	buy, dividend, other := f.Rows[1].Transactions[0], f.Rows[3].Transactions[0], f.Rows[4].Transactions[0]
	if buy.Currency != "USD" || buy.Time.String() != "09:30:00" || buy.Fees.Decimal.String() != "1" {
		t.Errorf("the purchase is %+v", buy)
	}
	if dividend.Source != "broker-77" || dividend.Account != "Main" || dividend.Amount.Decimal.String() != "-3" {
		t.Errorf("the dividend is %+v", dividend)
	}
	if other.Currency != "CHF" || !strings.HasPrefix(other.Source, "t5/") {
		t.Errorf("the last purchase is %+v", other)
	}
	if len(f.Instruments) != 2 || f.Instruments[0].Symbol != "ACME" || f.Instruments[1].Currency != "CHF" {
		t.Errorf("the instruments are %+v", f.Instruments)
	}
	if f.Policy == nil || f.Policy.Method != ledger.HIFO || f.BaseCurrency != "EUR" || f.Name != "Test" || len(f.Accounts) != 2 {
		t.Errorf("the head is %+v", f)
	}
	if len(f.Prices["ACME"]) != 1 || len(f.FX["EUR/USD"]) != 1 {
		t.Errorf("prices %v, fx %v", f.Prices, f.FX)
	}
}

// The terms of a bond come along; terms that make no bond are named, the rows are not refused.
func TestBonds(t *testing.T) {
	f, err := importer.NewRegistry(Format).Read("ledger.json", []byte(`{"base_currency": "USD", "transactions": [
  {"id": "1", "date": "2024-12-02", "type": "buy", "symbol": "T 4.5 34", "quantity": "20000", "price": "101.5", "amount": "20300"}],
  "symbols": {
    "T 4.5 34": {"type": "bond", "multiplier": "0.01", "coupon": "0.045", "coupon_frequency": 2, "day_count": "ActActICMA", "maturity": "2034-11-15"},
    "U": {"type": "bond", "coupon": "0.03", "coupon_frequency": 5, "day_count": "30/360", "maturity": "2030-01-01"},
    "V": {"type": "bond", "coupon": "0.03"}, "W": {"type": "bond"}}}`), importer.Auto, importer.Options{Account: "Main"})
	if err != nil || f.Counts().Booked != 1 || len(f.Instruments) != 4 {
		t.Fatalf("%v, %+v", err, f)
	}
	if i := f.Instruments[0]; !i.IsBond() || i.Coupon.Decimal.String() != "0.045" || i.Maturity.String() != "2034-11-15" {
		t.Errorf("the bond is %+v", i)
	}
	if len(f.Notes) != 2 || !strings.Contains(f.Notes[0], "U: frequency 5") || !strings.Contains(f.Notes[1], "V: describe coupon_frequency, day_count, maturity") {
		t.Errorf("notes %q", f.Notes)
	}
}

// Each transaction has one fault; its number, id, field and value are named.
func TestRowFaults(t *testing.T) {
	tests := []struct{ transaction, field, value, problem string }{
		{`{"id":"x","date":"2024-02-30","type":"deposit","amount":"1"}`, "date", "2024-02-30", "not a date"},
		{`{"id":"x","type":"deposit","amount":"1"}`, "date", "", "no date"},
		{`{"id":"x","date":"2024-02-01","type":"gift","amount":"1"}`, "type", "gift", "no such transaction type"},
		{`{"id":"x","date":"2024-02-01","type":"deposit","amount":"ten"}`, "amount", "ten", "not a decimal"},
		{`{"id":"x","date":"2024-02-01","type":"deposit","amount":"-1"}`, "amount", "-1", "are positive"},
		{`{"id":"x","date":"2024-02-01","type":"deposit"}`, "amount", "", "no amount"},
		{`{"id":"x","date":"2024-02-01","type":"deposit","amount":"1","currency":"E"}`, "currency", "E", "not a currency"},
		{`{"id":"x","date":"2024-02-01","type":"buy","quantity":"1","price":"1"}`, "symbol", "", "no symbol"},
		{`{"id":"x","date":"2024-02-01","type":"buy","symbol":"A","price":"1"}`, "quantity", "", "no quantity"},
		{`{"id":"x","date":"2024-02-01","type":"buy","symbol":"A","quantity":"0","price":"1"}`, "quantity", "0", "nothing is booked"},
		{`{"id":"x","date":"2024-02-01","type":"buy","symbol":"A","quantity":"1"}`, "price", "", "neither price nor amount"},
		{`{"id":"x","date":"2024-02-01","type":"split","symbol":"A"}`, "ratio", "", "no ratio"},
		{`{"id":"x","date":"2024-02-01","type":"split","symbol":"A","ratio":"2:0"}`, "ratio", "2:0", "not a ratio"},
		{`{"id":"x","date":"2024-02-01","type":"merger","symbol":"A","ratio":"2:1"}`, "to_symbol", "", "what is received"},
		{`{"id":"x","date":"2024-02-01","type":"internal_transfer","amount":"1"}`, "to_account", "", "not said where"},
		{`{"id":"x","date":"2024-02-01","time":"25:00","type":"deposit","amount":"1"}`, "time", "25:00", "not a time"},
		{`{"id":"x","date":"2024-02-01","type":"deposit","amount":"1","account":{}}`, "account", "{}", "cannot stand here"},
		{`{"id":"x","date":"2024-02-01","type":"deposit","amount":"1234567890123456789012"}`, "amount", "1234567890123456789012", "digits"},
		{`{"id":"t1","date":"2024-02-01","type":"deposit","amount":"1"}`, "id", "t1", "transaction 1 has the same id"},
		{`{"id":"x","date":"2024-02-01","type":"deposit","amount":"1","tags":["core","a;b"]}`, "tags", "a;b", "cannot stand in it"},
		{`{"id":"x","date":"2024-02-01","type":"deposit","amount":"1","tags":"core"}`, "tags", "core", "cannot stand here"},
	}
	for _, tt := range tests {
		t.Run(tt.field+" "+tt.value, func(t *testing.T) {
			text := `{"base_currency":"EUR","transactions":[{"id":"t1","date":"2024-01-01","type":"deposit","amount":"1"},` + tt.transaction + `]}`
			f, err := importer.NewRegistry(Format).Read("l.json", []byte(text), importer.Auto, importer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Counts(); got.Booked != 1 || got.Refused != 1 {
				t.Fatalf("got %s", got)
			}
			fault := f.Rows[1].Faults[0]
			id := "x"
			if tt.field == "id" {
				id = "t1"
			}
			if len(f.Rows[1].Faults) != 1 || fault.Row != 2 || fault.ID != id || fault.Field != tt.field || fault.Value != tt.value ||
				!strings.Contains(fault.Problem, tt.problem) || fault.Cure == "" || fault.File != "l.json" {
				t.Errorf("got %v, want field %q value %q problem %q", f.Rows[1].Faults, tt.field, tt.value, tt.problem)
			}
		})
	}
}

func TestWholeDocumentIsRefused(t *testing.T) {
	tests := []struct {
		name, text string
		row        int
		field      string
		problem    string
	}{
		{"not JSON", "{\"base_currency\": \"EUR\",\n\"transactions\": [\n{\"id\": }]}", 3, "", "not JSON"},
		{"cut off", "{\"base_currency\": \"EUR\",\n\"transactions\": [{\"id\": \"1\"", 2, "", "ends too early"},
		{"no transactions", `{"base_currency": "EUR"}`, 0, "transactions", "no list"},
		{"not a list", `{"base_currency": "EUR", "transactions": {}}`, 1, "", "must be a list"},
		{"a bad price", `{"base_currency": "EUR", "transactions": [], "prices": {"A": [["2024-01-01", "x"]]}}`, 0, "prices", "decimal"},
		{"no such lot method", `{"base_currency": "EUR", "transactions": [], "method": "BEST"}`, 0, "method", "no such lot method"},
		{"a fund of more than itself", `{"base_currency": "EUR", "transactions": [], "symbols": {"F": {"composition": {"constituents": [{"symbol": "A", "weight": 0.7}, {"symbol": "B", "weight": "0.4"}]}}}}`, 0, "symbols.F.composition.weight", "more than 1.005"},
		{"a fund of itself", `{"base_currency": "EUR", "transactions": [], "symbols": {"F": {"composition": {"constituents": [{"symbol": "A", "weight": 0.7}, {"symbol": "F", "weight": "0.1"}]}}}}`, 0, "symbols.F.composition.constituents[1].symbol", "does not hold itself"},
		{"something after it", `{"base_currency": "EUR", "transactions": []} {}`, 1, "", "after the end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := importer.NewRegistry(Format).Read("l.json", []byte(tt.text), importer.Auto, importer.Options{})
			var fault *ledger.Fault
			if !errors.As(err, &fault) || fault.Row != tt.row || fault.Field != tt.field || !strings.Contains(fault.Problem, tt.problem) || fault.Cure == "" {
				t.Errorf("got %v, want row %d field %q problem %q", err, tt.row, tt.field, tt.problem)
			}
		})
	}
}

// A document of 100,000 transactions is read in a few seconds at most, even on a slow
// machine: nothing is quadratic.
func TestLargeDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"base_currency":"EUR","transactions":[`)
	const n = 100_000
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"t%d","date":"2024-01-02","type":"buy","symbol":"S%03d","quantity":"%d","price":"12.5","fees":"1"}`, i, i%500, 1+i%40)
	}
	b.WriteString(`]}`)
	start := time.Now()
	f, err := Format.Read("l.json", []byte(b.String()), importer.Options{})
	if err != nil || f.Counts().Booked != n || len(f.Instruments) != 500 {
		t.Fatalf("%v %s", err, f.Counts())
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(document)
	f.Add(`{"transactions":[{"date":"2024-01-01","type":"buy","quantity":"1e5","lot_spec":{}},null,3,[]],"prices":{"A":[[1]]}}`)
	f.Add(`{"transactions":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := importer.NewRegistry(Format).Read("l.json", []byte(text), "native", importer.Options{})
		if err != nil {
			return
		}
		if c := file.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused || c.Ignored != 0 {
			t.Fatalf("%s", c)
		}
	})
}
