package formats

import (
	"bytes"
	"compress/gzip"
	"errors"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

// samples are the smallest files of each format.
var samples = map[string]struct{ name, text string }{
	"native":           {"ledger.json", `{"base_currency":"EUR","transactions":[{"date":"2024-01-02","type":"deposit","amount":"5"}]}`},
	"ghostfolio":       {"export.json", `{"meta":{},"activities":[{"type":"BUY","fee":1,"quantity":2,"unitPrice":3,"currency":"USD","date":"2024-01-02","symbol":"A"}]}`},
	"ofx":              {"bank.ofx", "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240102<TRNAMT>5<FITID>1</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"},
	"positions-csv":    {"book.csv", "Symbol,Quantity,Entry Price Per Share,Entry Date\nA,1,2,2024-01-02\n"},
	"transactions-csv": {"trades.csv", "date,account,type,symbol,quantity,price,amount,fee\n2024-01-02,X,buy,A,1,2,2,1\n"},
	"ibkr-flex": {"flex.xml", `<?xml version="1.0"?><FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1"><FlexStatement accountId="U1" fromDate="20240101" toDate="20240131">` +
		`<CashTransactions><CashTransaction accountId="U1" currency="USD" type="Deposits/Withdrawals" dateTime="20240102" amount="5" transactionID="7" description="x"/></CashTransactions></FlexStatement></FlexStatements></FlexQueryResponse>`},
	"portfolio-performance": {"client.xml", `<?xml version="1.0"?><client><version>52</version><baseCurrency>EUR</baseCurrency><securities/><accounts><account><name>A</name><currencyCode>EUR</currencyCode><isRetired>false</isRetired>` +
		`<transactions><account-transaction><date>2024-01-02T00:00</date><currencyCode>EUR</currencyCode><amount>500</amount><shares>0</shares><type>DEPOSIT</type></account-transaction></transactions></account></accounts><portfolios/></client>`},
}

func gz(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var opts = importer.Options{BaseCurrency: "USD", Account: "Main"}

// Every format has a sample, is recognised by it alone, and books it, packed or not.
func TestEachFormatIsRecognised(t *testing.T) {
	for _, f := range All.Formats() {
		s, ok := samples[f.Name()]
		if !ok {
			t.Errorf("there is no sample of %s", f.Name())
			continue
		}
		for _, content := range [][]byte{[]byte(s.text), gz(t, s.text), []byte("\xef\xbb\xbf" + s.text)} {
			file, err := Read(s.name, content, importer.Auto, opts)
			if err != nil {
				t.Errorf("%s: %v", f.Name(), err)
				continue
			}
			if file.Format != f.Name() || file.Counts().Booked != 1 {
				t.Errorf("the sample of %s is read as %s: %s, %v", f.Name(), file.Format, file.Counts(), file.Faults())
			}
		}
		if _, err := All.ByName(f.Name()); err != nil || f.Label() == "" {
			t.Errorf("%s: label %q, %v", f.Name(), f.Label(), err)
		}
	}
}

// The same file read twice names its bookings alike, and no two bookings of an account
// alike.
func TestSourcesAreStableAndDistinct(t *testing.T) {
	for name, s := range samples {
		first, err := Read(s.name, []byte(s.text), importer.Auto, opts)
		if err != nil {
			t.Fatal(name, err)
		}
		second, err := Read("copy of "+s.name, []byte(s.text), importer.Auto, opts)
		if err != nil {
			t.Fatal(name, err)
		}
		seen := map[string]bool{}
		for i, tx := range first.Transactions() {
			again := second.Transactions()[i]
			if tx.Source == "" || tx.Source != again.Source || seen[tx.Account+"|"+tx.Source] {
				t.Errorf("%s: booking %d is %q, then %q", name, i, tx.Source, again.Source)
			}
			seen[tx.Account+"|"+tx.Source] = true
		}
	}
}

// The quick way gives the same bookings as the full one.
func TestBookingsAgreeWithRead(t *testing.T) {
	for name, s := range samples {
		full, err := Read(s.name, []byte(s.text), importer.Auto, opts)
		if err != nil {
			t.Fatal(name, err)
		}
		quick, err := Bookings(s.name, []byte(s.text), importer.Auto, opts)
		if err != nil {
			t.Fatal(name, err)
		}
		if quick.Counts != full.Counts() || quick.File.Format != name || len(quick.File.Instruments) != len(full.Instruments) {
			t.Errorf("%s: quick %+v, full %s", name, quick, full.Counts())
		}
		for i, tx := range full.Transactions() {
			if importer.Fingerprint(&tx) != importer.Fingerprint(&quick.Transactions[i]) {
				t.Errorf("%s: booking %d is %+v, quick %+v", name, i, tx, quick.Transactions[i])
			}
		}
	}
	// What only the ledger refuses is refused on the quick way as well.
	for _, read := range []func() (importer.Counts, ledger.Faults){
		func() (importer.Counts, ledger.Faults) {
			f, err := Read("x.csv", []byte(foul), importer.Auto, opts)
			if err != nil {
				t.Fatal(err)
			}
			return f.Counts(), f.Faults()
		},
		func() (importer.Counts, ledger.Faults) {
			b, err := Bookings("x.csv", []byte(foul), importer.Auto, opts)
			if err != nil {
				t.Fatal(err)
			}
			return b.Counts, b.Faults
		},
	} {
		counts, faults := read()
		if counts.Booked != 1 || counts.Refused != 1 || len(faults) != 1 || faults[0].Row != 3 || faults[0].File != "x.csv" {
			t.Errorf("%s: %v", counts, faults)
		}
	}
}

// foul has a spin-off that does not say which part of the cost moves.
const foul = "date,type,symbol,quantity,price,ratio,to symbol\n2024-01-02,buy,A,1,2,,\n2024-01-03,spin_off,A,,,1:2,B\n"

// A file read as the wrong format is refused in words, or row by row; it never panics
// and nothing of it is lost.
func TestWrongFormat(t *testing.T) {
	for name, s := range samples {
		for _, f := range All.Formats() {
			if f.Name() == name {
				continue
			}
			for _, cut := range []int{len(s.text), len(s.text) / 2, 3} {
				file, err := Read(s.name, []byte(s.text[:cut]), f.Name(), opts)
				if err != nil {
					var fault *ledger.Fault
					if !errors.As(err, &fault) || fault.File != s.name || fault.Problem == "" || fault.Cure == "" {
						t.Errorf("%s read as %s: %v does not name file, problem and cure", name, f.Name(), err)
					}
					continue
				}
				if c := file.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused {
					t.Errorf("%s read as %s: %s", name, f.Name(), c)
				}
			}
		}
	}
}

// Whatever the bytes are: no panic, and every row is booked, ignored with a reason or
// refused with a cure.
func FuzzRead(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s.text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := Read("f", content, importer.Auto, opts)
		if err != nil {
			return
		}
		if c := file.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused {
			t.Fatalf("%s", c)
		}
		for _, r := range file.Rows {
			if r.Outcome() == importer.Ignored && r.Ignored == "" {
				t.Fatalf("a row of %s is lost: %+v", file.Format, r)
			}
			for _, x := range r.Faults {
				if x.File == "" || x.Problem == "" || x.Cure == "" {
					t.Fatalf("%s: %v", file.Format, x)
				}
			}
		}
	})
}
