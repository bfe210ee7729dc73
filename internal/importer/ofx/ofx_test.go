package ofx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/importer"
)

func mustRead(t *testing.T, text string) *importer.File {
	t.Helper()
	f, err := importer.NewRegistry(Format).Read("s.ofx", []byte(text), importer.Auto, importer.Options{})
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
			s := fmt.Sprintf("%s %s (%s %s", t.Date, importer.Describe(t), t.Amount.Decimal, t.Currency)
			if t.Fees.Known {
				s += " fee " + t.Fees.Decimal.String()
			}
			if t.Taxes.Known {
				s += " tax " + t.Taxes.Decimal.String()
			}
			parts = append(parts, s+") "+t.Source)
		}
		if r.Ignored != "" {
			parts = append(parts, "ignored: "+r.Ignored)
		}
		for _, x := range r.Faults {
			parts = append(parts, fmt.Sprintf("refused: line %d %s %s %q: %s", x.Row, x.ID, x.Field, x.Value, x.Problem))
		}
		fmt.Fprintf(&b, "%s\n", strings.Join(parts, "; "))
	}
	return b.String()
}

// sgml is a bank statement as OFX 1.x: no closing tags for fields, comments, an empty
// MEMO, entities, a zone.
const sgml = `OFXHEADER:100
DATA:OFXSGML
CHARSET:1252

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>EUR <!-- the euro -->
<BANKACCTFROM><BANKID>1<ACCTID>777<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20240101<DTEND>20240131
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240102235959[-8:PST]<TRNAMT>1500,25<FITID>A1<NAME>SMITH &amp; SONS<MEMO>
</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240103<TRNAMT>-20.00<FITID>A2<NAME>COFFEE HOUSE</STMTTRN>
<STMTTRN><TRNTYPE>INT<DTPOSTED>20240104<TRNAMT>0.12<FITID>A3<NAME>x</STMTTRN>
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20240105<TRNAMT>-25.00<FITID>A4<NAME>RETURNED CHECK FEE, CHECK # 3</STMTTRN>
<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20240106<TRNAMT>0.00<FITID>A5<NAME>nothing</STMTTRN>
<STMTTRN><TRNTYPE>HOLD<DTPOSTED>20240107<TRNAMT>-9.00<FITID>A6<NAME>hotel</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240103<TRNAMT>-20.00<FITID>A2<NAME>COFFEE HOUSE</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240108<TRNAMT>-7.00<FITID>A2<NAME>BAKER</STMTTRN>
<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20240231<TRNAMT>ten<FITID>A7<NAME>bad</STMTTRN>
<STMTTRN><TRNTYPE>OTHER<TRNAMT>5<FITID>A8<NAME>no date</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240109<TRNAMT>-3<FITID>A9<CURRENCY><CURRATE>1.06<CURSYM>USD</CURRENCY></STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1000.50<DTASOF>20240131</LEDGERBAL><LEDGERBAL><BALAMT> <DTASOF>20240131</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`

func TestBank(t *testing.T) {
	f := mustRead(t, sgml)
	got := say(f)
	// Sources completed because the bank uses A2 for two bookings carry a fingerprint.
	for _, r := range f.Rows {
		for _, tx := range r.Transactions {
			if id, print, ok := strings.Cut(tx.Source, "/row-"); ok {
				got = strings.Replace(got, tx.Source, id+"+", 1)
				if len(print) != 24 {
					t.Errorf("the source is %s", tx.Source)
				}
			}
		}
	}
	want := `2024-01-02 Deposit 1500.25 EUR (1500.25 EUR) A1
2024-01-03 Withdrawal 20 EUR (20 EUR) A2+
2024-01-04 Interest 0.12 EUR (0.12 EUR) A3
2024-01-05 Fee 25 EUR (25 EUR) A4
ignored: an amount of zero books nothing
ignored: a hold on the account, not yet booked
ignored: the same booking with the same reference as line 12, STMTTRN 2
2024-01-08 Withdrawal 7 EUR (7 EUR) A2+
refused: line 19 A7 DTPOSTED "20240231": it is not a date; refused: line 19 A7 TRNAMT "ten": it is not a number
refused: line 20 A8 DTPOSTED "": it is missing or empty
2024-01-09 Withdrawal 3 USD (3 USD) A9
ignored: a balance, not a transaction
refused: line 22  BALAMT "": it is missing or empty
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if f.Rows[0].Transactions[0].Note != "SMITH & SONS" || f.Rows[0].Transactions[0].Account != "777" {
		t.Errorf("the first booking is %+v", f.Rows[0].Transactions[0])
	}
	if len(f.Balances) != 1 || f.Balances[0].Quantity.String() != "1000.5" {
		t.Errorf("balances %+v", f.Balances)
	}
}

const head = `<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="220"?><OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS><DTASOF>20240630160000[-5:EST]</DTASOF><CURDEF>USD</CURDEF><INVACCTFROM><BROKERID>b</BROKERID><ACCTID>9</ACCTID></INVACCTFROM><INVTRANLIST>`
const tail = `</INVTRANLIST><INVPOSLIST><POSSTOCK><INVPOS><SECID><UNIQUEID>1</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><POSTYPE>LONG</POSTYPE><UNITS>10</UNITS><UNITPRICE>21.5</UNITPRICE><DTPRICEASOF>20240630</DTPRICEASOF></INVPOS></POSSTOCK>
<POSOPT><INVPOS><SECID><UNIQUEID>3</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><POSTYPE>SHORT</POSTYPE><UNITS>2</UNITS><UNITPRICE>1</UNITPRICE><DTPRICEASOF>20240630</DTPRICEASOF></INVPOS></POSOPT></INVPOSLIST><INVBAL><AVAILCASH>55.5</AVAILCASH></INVBAL></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1>
<SECLISTMSGSRSV1><SECLIST>
<STOCKINFO><SECINFO><SECID><UNIQUEID>1</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><SECNAME>Acme Inc</SECNAME><TICKER>ACME</TICKER></SECINFO></STOCKINFO>
<DEBTINFO><SECINFO><SECID><UNIQUEID>2</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><SECNAME>Treasury</SECNAME></SECINFO><PARVALUE>1000</PARVALUE></DEBTINFO>
<OPTINFO><SECINFO><SECID><UNIQUEID>3</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID><SECNAME>Acme put</SECNAME></SECINFO><OPTTYPE>PUT</OPTTYPE><STRIKEPRICE>20</STRIKEPRICE><DTEXPIRE>20240920</DTEXPIRE><SHPERCTRCT>100</SHPERCTRCT><SECID><UNIQUEID>1</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID></OPTINFO>
</SECLIST></SECLISTMSGSRSV1></OFX>`

func tran(id, body string) string {
	return `<INVTRAN><FITID>` + id + `</FITID><DTTRADE>20240301120000[-5:EST]</DTTRADE></INVTRAN><SECID><UNIQUEID>` + body
}

const cusip = `</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID>`

func TestInvestments(t *testing.T) {
	f := mustRead(t, head+
		`<BUYSTOCK><INVBUY>`+tran("1", "1"+cusip)+`<UNITS>+10.000</UNITS><UNITPRICE>20.00</UNITPRICE><COMMISSION>7.95</COMMISSION><TAXES>1</TAXES><TOTAL>-208.95</TOTAL></INVBUY><BUYTYPE>BUY</BUYTYPE></BUYSTOCK>`+
		`<SELLSTOCK><INVSELL>`+tran("2", "1"+cusip)+`<UNITS>-4</UNITS><UNITPRICE>25</UNITPRICE><FEES>0.10</FEES><TOTAL>99.90</TOTAL></INVSELL><SELLTYPE>SELLSHORT</SELLTYPE></SELLSTOCK>`+
		`<BUYDEBT><INVBUY>`+tran("3", "2"+cusip)+`<UNITS>96000</UNITS><UNITPRICE>99.296889</UNITPRICE><TOTAL>-95325.01</TOTAL></INVBUY><ACCRDINT>0</ACCRDINT></BUYDEBT>`+
		`<SELLOTHER><INVSELL>`+tran("4", "2"+cusip)+`<UNITS>-96000</UNITS><UNITPRICE>1.00</UNITPRICE><TOTAL>96000</TOTAL></INVSELL></SELLOTHER>`+
		`<SELLOPT><INVSELL>`+tran("5", "3"+cusip)+`<UNITS>-2</UNITS><UNITPRICE>1.50</UNITPRICE><COMMISSION>1.30</COMMISSION><TOTAL>298.70</TOTAL></INVSELL><OPTSELLTYPE>SELLTOOPEN</OPTSELLTYPE><SHPERCTRCT>100</SHPERCTRCT></SELLOPT>`+
		`<CLOSUREOPT>`+tran("6", "3"+cusip)+`<OPTACTION>EXPIRE</OPTACTION><UNITS>2</UNITS></CLOSUREOPT>`+
		`<INCOME>`+tran("7", "1"+cusip)+`<INCOMETYPE>DIV</INCOMETYPE><TOTAL>4.25</TOTAL><WITHHOLDING>0.75</WITHHOLDING></INCOME>`+
		`<INCOME>`+tran("8", "2"+cusip)+`<INCOMETYPE>INTEREST</INCOMETYPE><TOTAL>12</TOTAL></INCOME>`+
		`<REINVEST>`+tran("9", "1"+cusip)+`<INCOMETYPE>DIV</INCOMETYPE><TOTAL>-21.00</TOTAL><UNITS>1</UNITS><UNITPRICE>21.00</UNITPRICE></REINVEST>`+
		`<SPLIT>`+tran("10", "1"+cusip)+`<NUMERATOR>3</NUMERATOR><DENOMINATOR>2</DENOMINATOR><FRACCASH>5.5</FRACCASH></SPLIT>`+
		`<TRANSFER>`+tran("11", "1"+cusip)+`<UNITS>5</UNITS><TFERACTION>IN</TFERACTION><AVGCOSTBASIS>18</AVGCOSTBASIS></TRANSFER>`+
		`<RETOFCAP>`+tran("12", "1"+cusip)+`<TOTAL>2</TOTAL></RETOFCAP>`+
		`<MARGININTEREST><INVTRAN><FITID>13</FITID><DTTRADE>20240302</DTTRADE></INVTRAN><TOTAL>-1.5</TOTAL></MARGININTEREST>`+
		`<JRNLFUND><INVTRAN><FITID>14</FITID><DTTRADE>20240302</DTTRADE></INVTRAN><TOTAL>3</TOTAL></JRNLFUND>`+
		`<INVEXPENSE><INVTRAN><FITID>15</FITID><DTTRADE>20240302</DTTRADE><MEMO>Foreign Stk W/H</MEMO></INVTRAN><SECID><UNIQUEID>1`+cusip+`<TOTAL>-2.19</TOTAL></INVEXPENSE>`+
		`<INVBANKTRAN><STMTTRN><TRNTYPE>DEP</TRNTYPE><DTPOSTED>20240303</DTPOSTED><TRNAMT>+0000.2400</TRNAMT><FITID>16</FITID><NAME>INTEREST EARNED</NAME></STMTTRN></INVBANKTRAN>`+
		`<BUYSTOCK><INVBUY>`+tran("17", "1"+cusip)+`<UNITS>10</UNITS><UNITPRICE>20.00</UNITPRICE><TOTAL>-300</TOTAL></INVBUY></BUYSTOCK>`+
		`<BUYSTOCK><INVBUY>`+tran("18", "1"+cusip)+`<UNITS>-10</UNITS><UNITPRICE>20.00</UNITPRICE><TOTAL>200</TOTAL></INVBUY></BUYSTOCK>`+
		`<BUYMF><INVBUY>`+tran("19", "X"+cusip)+`<UNITS>1</UNITS><UNITPRICE>2</UNITPRICE><TOTAL>-2</TOTAL></INVBUY></BUYMF>`+
		`<GIFT>`+tran("20", "1"+cusip)+`</GIFT>`+tail)
	want := `2024-03-01 Buy 10 ACME @ 20 (208.95 USD fee 7.95 tax 1) 1
2024-03-01 Sell short 4 ACME @ 25 (99.9 USD fee 0.1) 2
2024-03-01 Buy 96000 2 @ 99.296889 (95325.01 USD) 3
2024-03-01 Sell 96000 2 @ 100 (96000 USD) 4
2024-03-01 Sell short 2 ACME240920P00020000 @ 1.5 (298.7 USD fee 1.3) 5
2024-03-01 Option expiry 2 ACME240920P00020000 (0 USD) 6
2024-03-01 Dividend ACME 4.25 USD (4.25 USD tax 0.75) 7
2024-03-01 Coupon 2 12 USD (12 USD) 8
2024-03-01 Dividend ACME 21 USD (21 USD) 9/income; 2024-03-01 Buy 1 ACME @ 21 (21 USD) 9
2024-03-01 Split ACME 3:2 (0 USD) 10; 2024-03-01 Return of capital ACME 5.5 USD (5.5 USD) 10/cash
2024-03-01 Transfer in 5 ACME @ 18 (90 USD) 11
2024-03-01 Return of capital ACME 2 USD (2 USD) 12
2024-03-02 Interest charge 1.5 USD (1.5 USD) 13
ignored: a move between sub-accounts of the same account
2024-03-02 Tax ACME 2.19 USD (2.19 USD) 15
2024-03-03 Interest 0.24 USD (0.24 USD) 16
refused: line 1 17 TOTAL "300": it does not follow from UNITS × UNITPRICE and the costs (200)
refused: line 1 18 UNITS "-10": a purchase of fewer than none: it may cancel an earlier one
2024-03-01 Buy 1 X @ 2 (2 USD) 19
refused: line 1 20 INVTRANLIST "GIFT": it is no transaction that is known here
ignored: a position, not a transaction
ignored: a position, not a transaction
ignored: a balance, not a transaction
`
	if got := say(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	bySymbol := map[string]instrument.Instrument{}
	for _, i := range f.Instruments {
		bySymbol[i.Symbol] = i
	}
	option := bySymbol["ACME240920P00020000"]
	if !option.IsOption() || option.Underlying != "ACME" || option.ContractSize().String() != "100" {
		t.Errorf("the option is %+v", option)
	}
	if bond := bySymbol["2"]; bond.Class != instrument.Bond || bond.ContractSize().String() != "0.01" {
		t.Errorf("the bond is %+v", bond)
	}
	if b := f.Balances; len(b) != 3 || b[1].Quantity.String() != "-2" || b[2].Quantity.String() != "55.5" || b[2].Date.String() != "2024-06-30" {
		t.Errorf("balances %+v", b)
	}
	if p := f.Prices["ACME"]; len(p) != 1 || p[0].Value.String() != "21.5" {
		t.Errorf("prices %+v", f.Prices)
	}
}

// Closing tags for fields that contain what follows, as American Express writes them.
func TestNestedClosingTags(t *testing.T) {
	f := mustRead(t, `<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><TRNUID>0<CCSTMTRS><CURDEF>USD<CCACCTFROM><ACCTID>37<X.FLAG>FALSE</X.FLAG></ACCTID></CCACCTFROM>
<BANKTRANLIST><DTSTART>20240101<DTEND>20240102<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240105<TRNAMT>-143.94<FITID>1<NAME>A
<MEMO>B</MEMO></NAME></FITID></TRNAMT></DTPOSTED></TRNTYPE></STMTTRN></DTEND></DTSTART></BANKTRANLIST></BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240106<TRNAMT>5<FITID>2</STMTTRN></CURDEF></CCSTMTRS></TRNUID></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>`)
	want := "2024-01-05 Withdrawal 143.94 USD (143.94 USD) 1\n2024-01-06 Deposit 5 USD (5 USD) 2\n"
	if got := say(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWholeFileIsRefused(t *testing.T) {
	tests := []struct{ name, text, says string }{
		{"sign-on failed", `<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>wrong password</STATUS></SONRS></SIGNONMSGSRSV1></OFX>`, `STATUS.CODE "15500": the bank answered with an error instead of a statement: wrong password`},
		{"signed on, nothing else", `<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1></OFX>`, "answer to signing in"},
		{"a list of accounts", `<OFX><SIGNUPMSGSRSV1><ACCTINFORS><ACCTINFO><DESC>x</ACCTINFO></ACCTINFORS></SIGNUPMSGSRSV1></OFX>`, "list of accounts"},
		{"a profile", `<OFX><PROFMSGSRSV1><PROFRS><FINAME>x</PROFRS></PROFMSGSRSV1></OFX>`, "profile of a bank"},
		{"nothing in it", `<OFX></OFX>`, "no statement"},
		{"no OFX", "OFXHEADER:100\nDATA:OFXSGML\n", "no <OFX>"},
		{"a tag that never ends", "<OFX>\n<STMTRS", `row 2: tag "<STMTRS"`},
		{"too deep", "<OFX>" + strings.Repeat("<A>", 100) + strings.Repeat("</A>", 100), "nested more than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := importer.NewRegistry(Format).Read("s.ofx", []byte(tt.text), "ofx", importer.Options{})
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "s.ofx") {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sgml)
	f.Add(head + `<SPLIT>` + tran("10", "1"+cusip) + `<NUMERATOR>3</NUMERATOR><DENOMINATOR>2</DENOMINATOR></SPLIT>` + tail)
	f.Add(`<OFX><INVSTMTRS><CURDEF>USD<INVTRANLIST><REINVEST><UNITS>1e9<TOTAL>-1,5</REINVEST><![CDATA[x]]></INVTRANLIST><INVPOS><SECID><UNIQUEID></SECID>`)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := importer.NewRegistry(Format).Read("s.ofx", []byte(text), "ofx", importer.Options{})
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
