package transactioncsv

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// say writes a row as one line: the bookings, the reason or the faults.
func say(r *importer.Row) string {
	var parts []string
	for i := range r.Transactions {
		t := &r.Transactions[i]
		s := fmt.Sprintf("%s %s", t.Date, importer.Describe(t))
		if t.Amount.Known && t.Symbol != "" && t.Quantity.Known {
			s += " = " + t.Amount.Decimal.String()
		}
		s += " " + string(t.Currency)
		if t.Fees.Known {
			s += " fee " + t.Fees.Decimal.String()
		}
		if t.Taxes.Known {
			s += " tax " + t.Taxes.Decimal.String()
		}
		parts = append(parts, s)
	}
	if r.Ignored != "" {
		parts = append(parts, "ignored: "+r.Ignored)
	}
	for _, f := range r.Faults {
		parts = append(parts, fmt.Sprintf("refused: %s %q: %s", f.Field, f.Value, f.Problem))
	}
	return fmt.Sprintf("%d: %s", r.Number, strings.Join(parts, " + "))
}

func TestRead(t *testing.T) {
	eur := importer.Options{BaseCurrency: "EUR"}
	tests := []struct {
		name string
		opts importer.Options
		text string
		want string
	}{
		{"the plain layout: amounts are gross, the fee stands apart", eur, `date,account,type,symbol,quantity,price,amount,fee
2015-01-02,A00,deposit,,0,0.0000,100000.00,0.00
2015-01-02,A00,buy,SAB,37,123.4567,4567.90,1.00
2015-01-05,A00,sell,SAB,7,130.0000,910.00,1.00
2015-01-06,A00,dividend,SAB,0,0.0000,20.33,0.00
2015-01-07,A00,withdrawal,,0,0.0000,200.00,0.00
`, `2: 2015-01-02 Deposit 100000 EUR EUR
3: 2015-01-02 Buy 37 SAB @ 123.4567 = 4568.9 EUR fee 1
4: 2015-01-05 Sell 7 SAB @ 130 = 909 EUR fee 1
5: 2015-01-06 Dividend SAB 20.33 EUR EUR
6: 2015-01-07 Withdrawal 200 EUR EUR`},
		{"amounts that are the cash", eur, `date,type,symbol,quantity,price,amount,fee,tax
2024-01-02,buy,ACME,10,100,1005,5,
2024-01-03,sell,ACME,10,110,1090,5,5
`, `2: 2024-01-02 Buy 10 ACME @ 100 = 1005 EUR fee 5
3: 2024-01-03 Sell 10 ACME @ 110 = 1090 EUR fee 5 tax 5`},
		{"a fee too small to tell follows the other rows", eur, `date,type,symbol,quantity,price,amount,fee
2024-01-02,buy,ACME,10,100.00,1000.00,5
2024-01-03,buy,ACME,1000,3.33,3331.00,2
2024-01-04,buy,ACME,10,,500.00,1
`, `2: 2024-01-02 Buy 10 ACME @ 100 = 1005 EUR fee 5
3: 2024-01-03 Buy 1000 ACME @ 3.33 = 3333 EUR fee 2
4: 2024-01-04 Buy 10 ACME 501 EUR = 501 EUR fee 1`},
		{"without other rows it is the cash", eur, `date,type,symbol,quantity,price,amount,fee
2024-01-04,buy,ACME,10,,500.00,1
`, `2: 2024-01-04 Buy 10 ACME 500 EUR = 500 EUR fee 1`},
		{"an amount that fits nothing is refused", eur, `date,type,symbol,quantity,price,amount,fee
2024-01-02,buy,ACME,10,100,1500,5
2024-01-02,buy,ACME,10,100,,5
`, `2: refused: amount "1500": it is neither quantity × price (1000) nor that with the costs (1005)
3: 2024-01-02 Buy 10 ACME @ 100 EUR fee 5`},
		{"German: semicolons, decimal commas, dotted dates, words, a footer", importer.Options{}, `Depotauszug;;;;;;;
Datum;Typ;ISIN;Wertpapier;Stück;Kurs;Betrag (EUR);Gebühren;Steuern
02.01.2024;Kauf;DE0007164600;SAP SE;10;1.234,50;-12.345,00;9,90;
05.03.2024;Dividende;DE0007164600;SAP SE;;;16,50;;5,80
01.04.2024;Verkauf;DE0007164600;SAP SE;-5;1.300,00;6.500,00;9,90;100,00
02.04.2024;Einzahlung;;;;;1.000,00;;
03.04.2024;Quellensteuer;;;;;-3,00;;
04.04.2024;Quellensteuer;;;;;1,00;;
05.04.2024;Gebühr;;;;;;2,50;
Summe;;;;;;-4.800,00;;
`, `3: 2024-01-02 Buy 10 DE0007164600 @ 1234.5 = 12354.9 EUR fee 9.9
4: 2024-03-05 Dividend DE0007164600 10.7 EUR EUR tax 5.8
5: 2024-04-01 Sell 5 DE0007164600 @ 1300 = 6390.1 EUR fee 9.9 tax 100
6: 2024-04-02 Deposit 1000 EUR EUR
7: 2024-04-03 Tax 3 EUR EUR
8: 2024-04-04 Tax refund 1 EUR EUR
9: 2024-04-05 Fee 2.5 EUR EUR
10: ignored: a note or a total, not a transaction`},
		{"American: dollars, groups, month first, quotes over lines", importer.Options{}, "Trade Date,Action,Symbol,Description,Quantity,Price,Amount,Currency\n" +
			"01/13/2024,Bought,ACME,\"Acme\nCorp\",\"1,000\",$1.50,\"($1,500.00)\",USD\n02/01/2024,Sold,ACME,Acme,-500,$2.00,\"$1,000.00\",USD\n",
			`2: 2024-01-13 Buy 1000 ACME @ 1.5 = 1500 USD
4: 2024-02-01 Sell 500 ACME @ 2 = 1000 USD`},
		{"tabs, a column for the side, signed commission", importer.Options{}, "TradeDate\tTransactionType\tBuy/Sell\tSymbol\tQuantity\tTradePrice\tIBCommission\tNetCash\tCurrencyPrimary\tTradeID\n" +
			"20240105\tExchTrade\tSELL\tACME\t-5\t20\t-1\t99\tUSD\t77\n20240106\tExchTrade\tBUY\tACME\t5\t20\t-1\t-101\tUSD\t78\n",
			`2: 2024-01-05 Sell 5 ACME @ 20 = 99 USD fee 1
3: 2024-01-06 Buy 5 ACME @ 20 = 101 USD fee 1`},
		{"shorts, options with their multiplier, a split", importer.Options{}, `date,type,symbol,quantity,price,amount,fee,currency,ratio
2024-01-05,sell short,ACME,5,20,100,1,USD,
2024-01-06,buy to cover,ACME,5,19,95,1,USD,
2024-01-07,buy to open,AAPL250815P00200000,2,5.50,1100,1.30,USD,
2024-01-08,split,ACME,,,,,USD,4:1
`, `2: 2024-01-05 Sell short 5 ACME @ 20 = 99 USD fee 1
3: 2024-01-06 Buy to cover 5 ACME @ 19 = 96 USD fee 1
4: 2024-01-07 Buy 2 AAPL250815P00200000 @ 5.5 = 1101.3 USD fee 1.3
5: 2024-01-08 Split ACME 4:1 USD`},
		{"no types: the signs of the quantities say it", importer.Options{}, `date,symbol,quantity,price,currency
2024-01-05,ACME,5,20,USD
2024-01-06,ACME,-5,21,USD
`, `2: 2024-01-05 Buy 5 ACME @ 20 USD
3: 2024-01-06 Sell 5 ACME @ 21 USD`},
		{"a fee in another currency is a booking of its own, as is the fee of a deposit", importer.Options{}, `date,type,symbol,quantity,price,fee,currency,fee currency,amount
2024-01-05,buy,ACME,5,20,1,USD,EUR,100
2024-01-05,deposit,,,,2,USD,,500
`, `2: 2024-01-05 Buy 5 ACME @ 20 = 100 USD + 2024-01-05 Fee ACME 1 EUR EUR
3: 2024-01-05 Deposit 500 USD USD + 2024-01-05 Fee 2 USD USD`},
		{"signs that contradict the type", eur, `date,type,symbol,quantity,price,amount
2024-01-05,buy,ACME,-5,20,100
2024-01-05,sell,ACME,5,20,-100
2024-01-05,deposit,,,,-100
2024-01-05,buy,ACME,5,-20,
`, `2: refused: quantity "-5": it is negative, but a buy adds
3: refused: amount "-100": it is negative, but a sell brings money
4: refused: amount "-100": it is negative, but a deposit brings money
5: refused: price "-20": a price cannot be negative`},
		{"interest with a minus is paid; a dividend with a minus is taken back", eur, `date,type,symbol,amount
2024-01-05,interest,,-3
2024-01-05,dividend,ACME,-4
`, `2: 2024-01-05 Interest charge 3 EUR EUR
3: 2024-01-05 Dividend ACME -4 EUR EUR`},
		{"faults name the column and the value, all of a row at once", eur, `date,type,symbol,quantity,price
2024-13-05,buy,ACME,five,20
2024-01-05,<invalid>,ACME,5,20
2024-01-05,buy,<invalid>,5,20
2024-01-05,buy,,5,20
2024-01-05,buy,ACME,,20
2024-01-05,buy,ACME,5,
2024-01-05,buy,ACME,5,20,x
2024-01-05,split,ACME,,
2024-01-05,buy,ACME,0,0
`, `2: refused: date "2024-13-05": it is not a date + refused: quantity "five": it is not a number
3: refused: type "<invalid>": it is no type of transaction that is known here
4: refused: symbol "<invalid>": it is not a symbol
5: refused: symbol "": a buy needs a symbol
6: refused: quantity "": a buy needs a quantity
7: refused: price "": there is neither a price nor an amount
8: refused: row "x": the row has more cells than the header
9: refused: ratio "": a split needs its ratio
10: ignored: a quantity of zero: nothing was traded`},
		{"bookings after the as-of date", importer.Options{BaseCurrency: "EUR", AsOf: date.Must(2024, 1, 5)}, `date,type,amount
2024-01-05,deposit,1
2024-01-06,deposit,1
`, `2: 2024-01-05 Deposit 1 EUR EUR
3: refused: date "2024-01-06": it lies after 2024-01-05`},
		{"fees with both signs: the rarer may be a rebate", eur, `date,type,symbol,quantity,price,fee
2024-01-05,buy,ACME,5,20,-1
2024-01-05,buy,ACME,5,20,-1
2024-01-05,buy,ACME,5,20,1
`, `2: 2024-01-05 Buy 5 ACME @ 20 EUR fee 1
3: 2024-01-05 Buy 5 ACME @ 20 EUR fee 1
4: refused: fee "": it is positive, while others are negative`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, err := Format.Read("test.csv", []byte(tt.text), tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			lines := make([]string, len(file.Rows))
			for i := range file.Rows {
				lines[i] = say(&file.Rows[i])
			}
			if got := strings.Join(lines, "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestReadRefusesTheWhole(t *testing.T) {
	tests := []struct {
		name, text, field, problem string
	}{
		{"no header", "1,2,3\n4,5,6\n", "header", "no line names"},
		{"no types and no signs", "date,symbol,quantity,price,currency\n2024-01-05,A,5,20,USD\n", "header", "no column says what each row is"},
		{"prices", "date,symbol,open,high,low,close,volume\n2024-01-05,A,1,1,1,1,5\n", "header", "these are prices"},
		{"no rows", "date,type,amount,currency\n", "rows", "no row after it"},
		{"no currency", "date,type,amount\n2024-01-05,deposit,5\n", "currency", "does not say which currency"},
		{"dates that could be two things", "date,type,amount,currency\n01/02/2024,deposit,5,USD\n", "date", "day or month first"},
		{"numbers that could be two things", "date;type;amount;currency\n2024-01-02;deposit;1,234;USD\n", "", "thousands or decimals"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Format.Read("test.csv", []byte(tt.text), importer.Options{})
			var fault *ledger.Fault
			if !errors.As(err, &fault) || fault.Field != tt.field || !strings.Contains(fault.Problem, tt.problem) || fault.Cure == "" {
				t.Errorf("got %v, want a fault of %q: %s", err, tt.field, tt.problem)
			}
		})
	}
}

// readBook is the way of `analyze`.
func readBook(name string, text []byte, opts importer.Options) (*importer.Bookings, error) {
	return importer.NewRegistry(Format).Bookings(name, text, importer.Auto, opts)
}

// What the user says settles what the file does not.
func TestOptionsSettle(t *testing.T) {
	opts := importer.Options{DateOrder: "mdy", Decimal: "comma", BaseCurrency: "USD"}
	book, err := readBook("x.csv", []byte("date;type;amount\n01/02/2024;deposit;1,234\n"), opts)
	if err != nil {
		t.Fatal(err)
	}
	if got := book.Transactions[0]; got.Date != date.Must(2024, 1, 2) || got.Amount.Decimal.String() != "1.234" {
		t.Errorf("got %s %s", got.Date, got.Amount.Decimal)
	}
}

// A column of tags has semicolons between them; a word that is no tag refuses its row.
func TestTags(t *testing.T) {
	text := "date,type,amount,currency,tags\n2024-01-02,deposit,1,EUR,Savings Plan; core;\n2024-01-03,deposit,1,EUR,\n2024-01-04,deposit,1,EUR,\"core,=x\"\n"
	book, err := readBook("x.csv", []byte(text), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(book.Transactions) != 2 || book.Transactions[0].Tags != ledger.NewTags("core", "savings plan") || book.Transactions[1].Tags != (ledger.Tags{}) {
		t.Errorf("got %+v", book.Transactions)
	}
	if f := book.Faults; len(f) != 1 || f[0].Row != 4 || f[0].Field != "tags" || f[0].Value != "core,=x" || f[0].Cure == "" {
		t.Errorf("refused %v", f)
	}
}

// The way of `analyze` and the way of the preview give the same bookings.
func TestBookingsAgreeWithRead(t *testing.T) {
	text := append(workload(2000, 30), "2024-02-30,A,buy,X,1,1,1,0\n,,,,,,,\n"...)
	opts := importer.Options{BaseCurrency: "USD"}
	file, err := Format.Read("w.csv", text, opts)
	if err != nil {
		t.Fatal(err)
	}
	book, err := readBook("w.csv", text, opts)
	if err != nil {
		t.Fatal(err)
	}
	counts := file.Counts()
	if counts != book.Counts || counts.Rows != counts.Booked+counts.Ignored+counts.Refused || counts.Refused != 1 || len(book.Faults) != 1 {
		t.Errorf("counts %s, book %s, %v", counts, book.Counts, book.Faults)
	}
	whole := file.Transactions()
	if len(whole) != len(book.Transactions) {
		t.Fatalf("%d and %d bookings", len(whole), len(book.Transactions))
	}
	for i := range whole {
		if importer.Fingerprint(&whole[i]) != importer.Fingerprint(&book.Transactions[i]) {
			t.Fatalf("booking %d: %+v and %+v", i, whole[i], book.Transactions[i])
		}
	}
}

// The same figures written in three ways give the same bookings.
func TestWritingDoesNotMatter(t *testing.T) {
	plain := "date,type,symbol,quantity,price,amount,fee\n2024-01-15,buy,A,1000,12.5,12500,9.9\n2024-01-16,sell,A,500,13.25,6625,9.9\n"
	ways := []string{
		plain,
		strings.ReplaceAll(strings.ReplaceAll(plain, ",", ";"), ".", ","),
		"Datum\tTyp\tSymbol\tStück\tKurs\tBetrag\tGebühr\n15.01.2024\tKauf\tA\t1.000\t12,5\t12.500,00\t9,90\n16.01.2024\tVerkauf\tA\t-500\t13,25\t6.625,00\t9,90\n",
		"\"date\",\"type\",\"symbol\",\"quantity\",\"price\",\"amount\",\"fee\"\r\n\"01/15/2024\",\"Bought\",\"A\",\"1,000\",\"$12.50\",\"$-12,500.00\",\"9.90\"\r\n\"01/16/2024\",\"Sold\",\"A\",\"500\",\"13.25\",\"6,625.00\",\"9.90\"\r\n",
	}
	var want []string
	for i, w := range ways {
		book, err := readBook("x.csv", []byte(w), importer.Options{BaseCurrency: "EUR"})
		if err != nil || len(book.Faults) > 0 {
			t.Fatalf("%q: %v %v", w, err, book)
		}
		var got []string
		for k := range book.Transactions {
			got = append(got, importer.Fingerprint(&book.Transactions[k]))
		}
		if i == 0 {
			want = got
		} else if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%q is read as %+v", w, book.Transactions)
		}
	}
}

func TestInstruments(t *testing.T) {
	text := `date,type,symbol,name,isin,asset class,quantity,price,currency
2024-01-05,dividend,ACME,Acme plc,GB0000000001,,5,1,USD
2024-01-05,buy,ACME,Acme plc,GB0000000001,Stock,5,20,GBp
2024-01-05,buy,SPY240621C00500000,,,,1,2.5,USD
2024-01-05,buy,VWRL,Vanguard,,ETF,1,100,EUR
`
	book, err := readBook("x.csv", []byte(text), importer.Options{})
	if err != nil || len(book.Faults) > 0 {
		t.Fatal(err, book.Faults)
	}
	if got := book.File.Instruments[0]; got.Currency != "GBX" || got.Name != "Acme plc" || got.ISIN != "GB0000000001" {
		t.Errorf("ACME is %+v", got)
	}
	if got := book.File.Instruments[1]; !got.IsOption() || !got.ContractSize().Equal(money.Int(100)) || got.Underlying != "SPY" {
		t.Errorf("the option is %+v", got)
	}
	if got := book.File.Instruments[2]; got.Class != instrument.ETF {
		t.Errorf("VWRL is %+v", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("date,type,symbol,quantity,price,amount,fee,currency\n2024-01-05,buy,A,1,2,3,1,USD\n")
	f.Add("Datum;Typ;Betrag (EUR)\n01.02.2024;Einzahlung;1.234,5\n\"x\n")
	f.Add("date,symbol,quantity,price,currency\n01/02/2024,A,-1,1e9,USD\n")
	f.Add("date\ttype\tratio\tsymbol\tamount\tto symbol\tquantity\n20240101\tspin_off\t1:2\tA\t1\tB\t(5)\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Format.Read("f.csv", []byte(text), importer.Options{BaseCurrency: "EUR"})
		if err != nil {
			return
		}
		c := file.Counts()
		if c.Rows != c.Booked+c.Ignored+c.Refused {
			t.Fatalf("%s", c)
		}
		for _, r := range file.Rows {
			if r.Outcome() == importer.Ignored && r.Ignored == "" || len(r.Faults) > 0 && len(r.Transactions) > 0 {
				t.Fatalf("row %d: %+v", r.Number, r)
			}
		}
	})
}
