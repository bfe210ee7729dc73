package ghostfolio

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

func mustRead(t *testing.T, name, text string, opts importer.Options) *importer.File {
	t.Helper()
	f, err := importer.NewRegistry(Format).Read(name, []byte(text), importer.Auto, opts)
	if err != nil {
		t.Fatal(err)
	}
	if c := f.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused {
		t.Fatalf("%s", c)
	}
	return f
}

// say writes the rows as lines: what is booked, or why not.
func say(f *importer.File) string {
	var b strings.Builder
	for _, r := range f.Rows {
		var parts []string
		for i := range r.Transactions {
			t := &r.Transactions[i]
			parts = append(parts, fmt.Sprintf("%s %s (%s)", t.Date, importer.Describe(t), t.Amount.Decimal))
		}
		if r.Ignored != "" {
			parts = append(parts, "ignored: "+r.Ignored)
		}
		for _, x := range r.Faults {
			parts = append(parts, fmt.Sprintf("refused: %s %q: %s", x.Field, x.Value, x.Problem))
		}
		fmt.Fprintf(&b, "%s\n", strings.Join(parts, "; "))
	}
	return b.String()
}

const export = `{
  "meta": {"date": "2024-06-01T00:00:00.000Z", "version": "2.0"},
  "accounts": [{"id": "a1", "name": "Broker", "currency": "EUR", "balances": [
    {"date": "2024-02-01T00:00:00.000Z", "value": 150}, {"date": "2024-01-01T00:00:00.000Z", "value": 100.5}, {"date": "2024-03-01T00:00:00.000Z", "value": 20}]}],
  "assetProfiles": [
    {"symbol": "u-1", "dataSource": "MANUAL", "name": "Flat", "currency": "EUR", "assetClass": "REAL_ESTATE", "marketData": [{"date": "2024-05-01T00:00:00.000Z", "marketPrice": 210000}]},
    {"symbol": "f-1", "dataSource": "MANUAL", "name": "Opening fee", "currency": "EUR"},
    {"symbol": "ACME", "dataSource": "YAHOO", "name": "Acme plc", "currency": "GBp", "assetClass": "EQUITY", "assetSubClass": "STOCK", "isin": "GB0000000001"}],
  "activities": [
    {"accountId": "a1", "type": "FEE", "fee": 49, "quantity": 0, "unitPrice": 0, "currency": "EUR", "date": "2024-01-02T00:00:00.000Z", "symbol": "f-1"},
    {"accountId": "a1", "id": "x2", "type": "BUY", "fee": 1, "quantity": 3, "unitPrice": 10.5, "currency": "EUR", "dataSource": "YAHOO", "date": "2024-01-03T10:11:12.345Z", "symbol": "ACME"},
    {"accountId": "a1", "type": "SELL", "fee": 1, "quantity": 5, "unitPrice": 12, "currency": "EUR", "dataSource": "YAHOO", "date": "2024-01-04T00:00:00.000Z", "symbol": "ACME"},
    {"accountId": "a1", "type": "BUY", "fee": 0, "quantity": 3, "unitPrice": 11, "currency": "EUR", "dataSource": "YAHOO", "date": "2024-01-05T00:00:00.000Z", "symbol": "ACME"},
    {"accountId": null, "type": "DIVIDEND", "fee": 0, "quantity": 5, "unitPrice": 0.62, "currency": "EUR", "date": "2024-01-06T00:00:00.000Z", "symbol": "ACME"},
    {"accountId": null, "type": "BUY", "fee": 0, "quantity": 1, "unitPrice": 200000, "currency": "EUR", "dataSource": "MANUAL", "date": "2024-01-07", "symbol": "u-1"},
    {"accountId": null, "type": "LIABILITY", "fee": 0, "quantity": 1, "unitPrice": 3000, "currency": "EUR", "date": "2024-01-08T00:00:00.000Z", "symbol": "LOAN"},
    {"accountId": null, "type": "INTEREST", "fee": 0, "quantity": 1, "unitPrice": 2.5, "currency": "EUR", "date": "2024-01-09T00:00:00.000Z", "symbol": "x"},
    {"accountId": "a1", "type": "BUY", "fee": 0, "quantity": 0, "unitPrice": 0, "currency": "EUR", "date": "2050-06-06T00:00:00.000Z", "symbol": "ACME"},
    {"accountId": "a1", "type": "BUY", "fee": 0, "quantity": 2, "unitPrice": 1, "currency": "EUR", "date": "2050-06-06T00:00:00.000Z", "symbol": "ACME"}
  ],
  "user": {"settings": {"currency": "CHF"}}
}`

func TestReadJSON(t *testing.T) {
	f := mustRead(t, "export.json", export, importer.Options{AsOf: date.Must(2024, 6, 1)})
	want := `2024-01-02 Deposit 49 EUR (49); 2024-01-02 Fee 49 EUR (49)
2024-01-03 Deposit 32.5 EUR (32.5); 2024-01-03 Buy 3 ACME @ 10.5 (32.5)
2024-01-04 Sell 3 ACME @ 12 (35.4); 2024-01-04 Sell short 2 ACME @ 12 (23.6); 2024-01-04 Withdrawal 59 EUR (59)
2024-01-05 Deposit 33 EUR (33); 2024-01-05 Buy to cover 2 ACME @ 11 (22); 2024-01-05 Buy 1 ACME @ 11 (11)
2024-01-06 Dividend ACME 3.1 EUR (3.1); 2024-01-06 Withdrawal 3.1 EUR (3.1)
2024-01-07 Deposit 200000 EUR (200000); 2024-01-07 Buy 1 u-1 @ 200000 (200000)
2024-01-08 Liability 1 LOAN @ 3000 (0)
2024-01-09 Interest 2.5 EUR (2.5); 2024-01-09 Withdrawal 2.5 EUR (2.5)
ignored: a draft: zero pieces were traded
ignored: a draft: it is dated 2050-06-06, after 2024-06-01
2024-02-01 Cash in 49.5 EUR (49.5)
2024-01-01 Cash in 100.5 EUR (100.5)
2024-03-01 Withdrawal 130 EUR (130)
`
	if got := say(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if f.BaseCurrency != "CHF" || len(f.Accounts) != 1 || len(f.Prices["u-1"]) != 1 || len(f.Balances) != 3 {
		t.Errorf("base %s, accounts %v, prices %v, balances %v", f.BaseCurrency, f.Accounts, f.Prices, f.Balances)
	}
	buy := f.Rows[1].Transactions[1]
	if buy.Source != "x2" || buy.Time.String() != "10:11:12" || buy.Account != "Broker" || f.Rows[1].Transactions[0].Source != "x2/funding" {
		t.Errorf("the purchase is %+v", buy)
	}
	for _, i := range f.Instruments {
		if i.Symbol == "ACME" && (i.Currency != "GBX" || i.Class != "equity" || i.Name != "Acme plc") {
			t.Errorf("ACME is %+v", i)
		}
	}
}

// The cash that the bookings leave is what the account states on each day.
func TestCashIsTheStatedBalance(t *testing.T) {
	f := mustRead(t, "export.json", export, importer.Options{AsOf: date.Must(2024, 6, 1)})
	for _, b := range f.Balances {
		cash := money.Zero
		for _, tx := range f.Transactions() {
			if tx.Account != b.Account || tx.Date > b.Date || !tx.Amount.Known {
				continue
			}
			if tx.Effect().Cash > 0 {
				cash = cash.Add(tx.Amount.Decimal)
			} else {
				cash = cash.Sub(tx.Amount.Decimal)
			}
		}
		if !cash.Equal(b.Quantity) {
			t.Errorf("on %s the bookings leave %s, the file states %s", b.Date, cash, b.Quantity)
		}
	}
}

func TestUnfunded(t *testing.T) {
	f := mustRead(t, "export.json", export, importer.Options{AsOf: date.Must(2024, 6, 1), Unfunded: true})
	for _, tx := range f.Transactions() {
		if tx.Type == ledger.Deposit || tx.Type == ledger.Withdrawal || tx.Type == ledger.CashIn {
			t.Errorf("%s is booked", importer.Describe(&tx))
		}
	}
	if c := f.Counts(); c.Booked != 8 || c.Ignored != 5 {
		t.Errorf("got %s", c)
	}
}

// Every activity has one fault, and the fault is the real one.
func TestFaults(t *testing.T) {
	tests := []struct{ activity, field, value, problem string }{
		{`{"type":"BUY","fee":0,"quantity":20,"unitPrice":100,"currency":"USD","date":"<invalid>","symbol":"AAPL"}`, "date", "<invalid>", "not a date"},
		{`{"type":"BUY","fee":0,"quantity":20,"unitPrice":100,"currency":"USD","date":"1960-01-01T00:00:00.000Z","symbol":"AAPL"}`, "date", "1960-01-01", "before 1970-01-01"},
		{`{"type":"<invalid>","fee":0,"quantity":20,"unitPrice":100,"currency":"USD","date":"2021-01-01","symbol":"AAPL"}`, "type", "<invalid>", "no type of Ghostfolio"},
		{`{"type":"BUY","fee":0,"quantity":20,"unitPrice":100,"currency":"<invalid>","date":"2021-01-01","symbol":"AAPL"}`, "currency", "<invalid>", "not a currency"},
		{`{"type":"BUY","fee":0,"quantity":20,"unitPrice":100,"currency":"USD","date":"2021-01-01","symbol":"<invalid>"}`, "symbol", "<invalid>", "not a symbol"},
		{`{"type":"BUY","fee":0,"quantity":20,"unitPrice":100,"currency":"USD","date":"2021-01-01","symbol":"BTC-USD","dataSource":"YAHOO"}`, "symbol", "BTC-USD", "without a dash"},
		{`{"type":"BUY","fee":0,"quantity":"many","unitPrice":100,"currency":"USD","date":"2021-01-01","symbol":"AAPL"}`, "quantity", "many", "cannot be read"},
		{`{"type":"BUY","fee":0,"quantity":-20,"unitPrice":100,"currency":"USD","date":"2021-01-01","symbol":"AAPL"}`, "quantity", "-20", "negative"},
		{`{"type":"BUY","fee":0,"unitPrice":100,"currency":"USD","date":"2021-01-01","symbol":"AAPL"}`, "quantity", "", "needs a quantity"},
		{`{"type":"BUY","fee":0,"quantity":2,"currency":"USD","date":"2021-01-01","symbol":"AAPL"}`, "unitPrice", "", "needs a price"},
		{`{"type":"BUY","fee":0,"quantity":2,"unitPrice":1,"currency":"USD","date":"2021-01-01","symbol":"AAPL","accountId":"zz"}`, "accountId", "zz", "no such account"},
		{`{"type":"FEE","fee":2,"quantity":3,"unitPrice":1,"currency":"USD","date":"2021-01-01","symbol":"AAPL"}`, "fee", "2", "differ"},
		{`17`, "activity", "17", "not an object"},
	}
	for _, tt := range tests {
		t.Run(tt.field+" "+tt.value, func(t *testing.T) {
			f := mustRead(t, "x.json", `{"accounts":[{"id":"a","name":"A","currency":"EUR"}],"activities":[`+tt.activity+`]}`, importer.Options{})
			row := f.Rows[0]
			if len(row.Faults) != 1 || row.Transactions != nil {
				t.Fatalf("got %v", row)
			}
			x := row.Faults[0]
			if x.Row != 1 || x.Field != tt.field || x.Value != tt.value || !strings.Contains(x.Problem, tt.problem) || x.Cure == "" {
				t.Errorf("got %v", x)
			}
		})
	}
}

func TestReadCSV(t *testing.T) {
	const text = `Date,Code,Currency,Price,Quantity,Action,Fee,Note
01-09-2021,MSFT,USD,298.580,5,buy,19.00,My first order
02/09/2021,MSFT,USD,0.62,5,dividend,0.00,
03.09.2021,MSFT,USD,300,6,sell,0.00,
12/12/2021,BTC-USD,USD,44558.42,1,buy,0
31/12/1969,MSFT,USD,1,1,buy,0
01.01.2022,Penthouse Apartment,USD,500000.0,1,<invalid>,0.00,
20500606,MSFT,USD,0.00,0,buy,0.00,
`
	f := mustRead(t, "x.csv", text, importer.Options{})
	want := `2021-09-01 Deposit 1511.9 USD (1511.9); 2021-09-01 Buy 5 MSFT @ 298.58 (1511.9)
2021-09-02 Dividend MSFT 3.1 USD (3.1); 2021-09-02 Withdrawal 3.1 USD (3.1)
2021-09-03 Sell 5 MSFT @ 300 (1500); 2021-09-03 Sell short 1 MSFT @ 300 (300); 2021-09-03 Withdrawal 1800 USD (1800)
refused: symbol "BTC-USD": it is not a symbol of the data source YAHOO in Ghostfolio, which writes currency pairs without a dash
refused: date "1969-12-31": Ghostfolio has no dates before 1970-01-01
refused: Action "<invalid>": it is no type of transaction that is known here
ignored: a quantity of zero: nothing was traded
`
	if got := say(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if f.Format != "ghostfolio" || len(f.Instruments) != 1 {
		t.Errorf("format %s, instruments %v", f.Format, f.Instruments)
	}
}

func TestNotGhostfolio(t *testing.T) {
	for _, text := range []string{`<invalid>`, `{"activities": [}`, `{"activities": []}`, `[1]`} {
		if _, err := importer.NewRegistry(Format).Read("x.json", []byte(text), "ghostfolio", importer.Options{}); err == nil || !strings.Contains(err.Error(), "x.json") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"activities":[{"type":"BUY","fee":1,"quantity":2,"unitPrice":3,"currency":"USD","date":"2021-01-01","symbol":"A"},{"type":"SELL","fee":1,"quantity":5,"unitPrice":3,"currency":"USD","date":"2021-01-02","symbol":"A"}]}`)
	f.Add(`{"accounts":[{"id":"a","name":"A","currency":"EUR","balance":3}],"meta":{"date":"2021-01-01"}}`)
	f.Add("Date,Code,Currency,Price,Quantity,Action,Fee\n01/02/2021,A,USD,1,1,buy,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := importer.NewRegistry(Format).Read("x.json", []byte(text), "ghostfolio", importer.Options{BaseCurrency: "EUR"})
		if err != nil {
			return
		}
		if c := file.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused {
			t.Fatalf("%s", c)
		}
		for _, r := range file.Rows {
			if r.Outcome() == importer.Ignored && r.Ignored == "" {
				t.Fatalf("%+v", r)
			}
		}
	})
}
