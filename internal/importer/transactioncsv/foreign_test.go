package transactioncsv

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/importer"
)

// readLines reads a file of which every row must be booked or be as wanted.
func readLines(t *testing.T, text string) (lines []string, file *importer.File) {
	t.Helper()
	file, err := Format.Read("test.csv", []byte(text), importer.Options{BaseCurrency: "EUR", AsOf: date.Must(2026, 12, 31)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range file.Rows {
		line := say(&file.Rows[i])
		for k := range file.Rows[i].Transactions {
			x := &file.Rows[i].Transactions[k]
			if g := x.GrossForeign; g != nil {
				line += fmt.Sprintf(" (%s %s at %s)", g.Amount, g.Currency, g.Rate)
			}
			if x.Note != "" {
				line += " [" + x.Note + "]"
			}
		}
		lines = append(lines, line)
	}
	return lines, file
}

// The layouts that one broker has written over the years, with rows as its customers
// publish them: totals in the account's currency, prices in that of the exchange, a rate
// of price currency per account currency, costs in the currency their column names.
func TestPriceAndTotalInTwoCurrencies(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"2020: the total's currency is in the header", `Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Exchange rate,Result (GBP),Total (GBP),Withholding tax,Currency (Withholding tax),Charge amount (GBP),Transaction fee (GBP),Finra fee,Currency (Finra fee),Notes,ID
Deposit,2020-06-24 04:06:06,,,,,,,,,9000.00,,,9000.00,,,"Transaction ID: xxxxxxx",,123
Limit buy,2021-01-26 15:40:51,US36467W1099,GME,"GameStop",100.0000000000,90.00,USD,1.37304,,6554.80,,,,,,GBP,,124
Market sell,2021-02-01 14:30:40,US36467W1099,GME,"GameStop",100.0000000000,225.00,USD,1.38661,-421.96,16226.62,,,,,,GBP,,125
Dividend (Ordinary),2021-04-02 10:15:07,US67066G1040,NVDA,"Nvidia",1.0000000000,0.14,USD,Not available,,0.10,0.02,USD,,,,GBP,,
`, `2: 2020-06-24 Deposit 9000 GBP GBP
3: 2021-01-26 Buy 100 GME @ 65.5479811222 = 6554.8 GBP (9000 USD at 0.728310901358)
4: 2021-02-01 Sell 100 GME @ 162.2662464572 = 16226.62 GBP (22500 USD at 0.721183317587)
5: 2021-04-02 Dividend NVDA 0.1 GBP GBP [Price 0.14 USD; the file gives no exchange rate that leads to the amount. Tax withheld 0.02 USD; the file gives no exchange rate.]`},
		{"2021: currencies in columns, a stamp duty in pounds, accounts in three currencies", `Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Exchange rate,Result,Currency (Result),Total,Currency (Total),Withholding tax,Currency (Withholding tax),Notes,ID,Currency conversion fee,Currency (Currency conversion fee),Stamp duty (GBP)
Deposit,2022-05-02 10:52:00.000,,,,,,,,,,1000,USD,,,,,,,
Interest on cash,2022-05-10 09:00:00.000,,,,,,,,,,1.0,EUR,,,,,,,
Dividend (Dividend),2022-06-02 09:05:00.000,US5949181045,MSFT,Microsoft,10.00246544,,USD,Not available,,,4.12,GBP,3.42,USD,,,,,
Market buy,2022-06-03 17:08:00.000,US70450Y1038,PYPL,PayPal,4.13171759,75.918548,USD,,,,313.67,USD,,,,,,,
Market buy,2022-06-10 12:11:00.000,US5949181045,MSFT,Microsoft,2.95081184,351.61207523,USD,1.23765450,,,843.26,GBP,,,,,4.95,GBP,
Market sell,2022-07-02 16:53:00.000,US0231351067,AMZN,Amazon,48.31896981,137.31965437,USD,1.34273,,,4912.43,GBP,,,,,29.10,GBP,
Market buy,2021-08-26 15:01:00.000,GB00BLDYK618,SMT,SMT,176,13.49295455,GBP,1.00000,,,2386.66,GBP,,,,,0.0,GBP,11.90
`, `2: 2022-05-02 Deposit 1000 USD USD
3: 2022-05-10 Interest 1 EUR EUR
4: 2022-06-02 Dividend MSFT 4.12 GBP GBP [Tax withheld 3.42 USD; the file gives no exchange rate.]
5: 2022-06-03 Buy 4.13171759 PYPL @ 75.918548 = 313.67 USD
6: 2022-06-10 Buy 2.95081184 MSFT @ 284.09550099 = 843.26 GBP fee 4.95 (1037.5410746757 USD at 0.80797993301)
7: 2022-07-02 Sell 48.31896981 AMZN @ 102.269 = 4912.43 GBP fee 29.1 (6635.1442338237 USD at 0.744751364757)
8: 2021-08-26 Buy 176 SMT @ 13.49295455 = 2386.66 GBP tax 11.9`},
		{"2026: a tax and a fee in the currency of the price, in the total", `Action,Time,ISIN,Ticker,Name,Notes,ID,No. of shares,Price / share,Currency (Price / share),Exchange rate,Result,Currency (Result),Total,Currency (Total),French transaction tax,Currency (French transaction tax),Finra fee,Currency conversion fee,Currency (Currency conversion fee),Currency (Finra fee)
Limit sell,2024-06-27 15:45:10.456,US0000000200,ACME,Acme Corp,,x03,10.0000000000,160.00,USD,1.28,46.29,GBP,1248.09,GBP,,,0.05,1.87,GBP,USD
Market buy,2024-08-01 09:05:00.789,FR0000000200,REN,Rennes SA,,x04,20.0000000000,50.00,EUR,1.25,,,803.60,GBP,3.00,EUR,,1.20,GBP,
`, `2: 2024-06-27 Sell 10 ACME @ 125 = 1248.09 GBP fee 1.91 (1600 USD at 0.78125)
3: 2024-08-01 Buy 20 REN @ 40 = 803.6 GBP fee 1.2 tax 2.4 (1000 EUR at 0.8)`},
		{"pence, with a rate of pence a pound, without one, and from euros", `Date,Action,Ticker,No. of shares,Price / share,Currency (Price / share),Exchange rate,Total,Currency (Total),Stamp duty,Currency (Stamp duty)
2024-01-02,buy,VOD,100,72.50,GBX,100,72.86,GBP,36,GBX
2024-01-03,buy,VOD,100,72.50,GBX,,72.86,GBP,0.36,GBP
2024-01-04,buy,VOD,100,72.50,GBX,86.00,84.30,EUR,,
2024-01-05,buy,VOD,100,72.50,GBX,0.86,84.30,EUR,,
`, `2: 2024-01-02 Buy 100 VOD @ 0.725 = 72.86 GBP tax 0.36
3: 2024-01-03 Buy 100 VOD @ 0.725 = 72.86 GBP tax 0.36
4: 2024-01-04 Buy 100 VOD @ 0.8430232558 = 84.3 EUR (72.5 GBP at 1.162790697674)
5: 2024-01-05 Buy 100 VOD @ 0.8430232558 = 84.3 EUR (72.5 GBP at 1.162790697674)`},
		{"a rate in the other direction; a fee beside the total; no rate at all", `Date,Action,Ticker,Quantity,Price (USD),FX rate,Amount (EUR),Fee,Currency (Fee)
2024-01-02,buy,ACME,10,100.00,0.92,920.00,,
2024-01-03,buy,ACME,10,100.00,0.92,920.00,1,USD
2024-01-04,buy,ACME,10,100.00,,920.00,,
2024-01-05,buy,ACME,10,100.00,,,,
`, `2: 2024-01-02 Buy 10 ACME @ 92 = 920 EUR (1000 USD at 0.92)
3: 2024-01-03 Buy 10 ACME @ 92 = 920 EUR + 2024-01-03 Fee ACME 1 USD USD (1000 USD at 0.92) [fee of buy]
4: 2024-01-04 Buy 10 ACME 920 EUR = 920 EUR [Price 100 USD; the file gives no exchange rate that leads to the amount.]
5: 2024-01-05 Buy 10 ACME @ 100 USD`},
		{"what is wrong is refused, with its place and value", `Date,Action,Ticker,Quantity,Price / share,Currency (Price / share),Exchange rate,Total,Currency (Total)
2024-01-02,buy,ACME,10,100.00,USD,1.25,820.00,GBP
2024-01-03,buy,ACME,10,100.00,USD,1.25,800.00,pound sterling
2024-01-04,buy,ACME,10,100.00,USD,1.25x,800.00,GBP
`, `2: refused: Total "820.00": it is not quantity × price (1000 USD = 800 GBP), with or without the costs
3: refused: Currency (Total) "pound sterling": it is not a currency code
4: refused: Exchange rate "1.25x": it is not a number`},
		{"a price in the account's currency beside that of the exchange", `Type,Timestamp,Account Currency,Total Amount,Buy / Sell,Ticker,Price per Share in Account Currency,Stamp Duty,Quantity,Instrument Currency,Price per Share,FX Rate,Base FX Rate,FX Fee (BPS),FX Fee Amount
ORDER,2022-02-01T15:04:35.355Z,GBP,139.79,BUY,NDAQ,132.51921688,0.00,1.05011185,USD,178.80000000,1.34316842,1.34924000,45,0.63
TOP_UP,2021-01-01T00:00:00.000Z,GBP,10000.00,,,,,,,,,,,
`, `2: 2022-02-01 Buy 1.05011185 NDAQ @ 132.51921688 = 139.79 GBP fee 0.63
3: 2021-01-01 Deposit 10000 GBP GBP`},
		{"a price that is written with two decimals is rounded to them", `date,type,symbol,quantity,price,amount,currency
2023-04-03,buy,TSLX,6.9586,18.40,128.01,USD
2023-04-03,buy,TSLX,6.9586,18.40,128.21,USD
`, `2: 2023-04-03 Buy 6.9586 TSLX @ 18.4 = 128.01 USD
3: refused: amount "128.21": it is not quantity × price (128.03824)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines, _ := readLines(t, tt.text)
			if got := strings.Join(lines, "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// An instrument is quoted in the currency of its price, whatever the account pays in.
func TestInstrumentIsInTheCurrencyOfItsPrice(t *testing.T) {
	_, file := readLines(t, `Date,Action,Ticker,Quantity,Price / share,Currency (Price / share),Exchange rate,Total,Currency (Total)
2024-01-01,dividend,VOD,100,,GBP,Not available,3.00,EUR
2024-01-02,buy,VOD,100,72.50,GBX,86.00,84.30,EUR
2024-01-02,buy,ACME,10,100.00,USD,1.25,800.00,GBP
`)
	if c := file.Counts(); c.Refused > 0 {
		t.Fatal(file.Faults())
	}
	for i, want := range []string{"VOD GBX", "ACME USD"} {
		if got := file.Instruments[i].Symbol + " " + string(file.Instruments[i].Currency); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
