package service

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

const header = "date,account,type,symbol,quantity,price,amount,fee,currency\n"

func csv(name string, rows ...string) File {
	return File{Name: name, Content: []byte(header + strings.Join(rows, "\n") + "\n")}
}

var threeRows = csv("three.csv",
	"2024-01-02,depot,deposit,,,,10000,,EUR",
	"2024-01-03,depot,buy,ACME,10,100,,1,EUR",
	"2024-02-01,depot,sell,ACME,4,120,,1,EUR")

func (w *world) imp(f File, o ImportOptions) (*Preview, error) {
	o.Expected = store.AnyVersion
	return w.s.CommitImport(ctx, w.owner, w.portfolio, f, o)
}

func counts(p *Preview) string {
	return fmt.Sprintf("read %d: new %d, present %d, refused %d, ignored %d; %d bookings", p.Read, p.New, p.Present, p.Refused, p.Ignored, p.Bookings)
}

func wantCounts(t *testing.T, p *Preview, want string) {
	t.Helper()
	if got := counts(p); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A preview says what would change and changes nothing; the import does just that.
func TestPreviewThenImport(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 500")
	p, err := w.s.PreviewImport(ctx, w.owner, w.portfolio, threeRows, ImportOptions{})
	w.must(err)
	wantCounts(t, p, "read 3: new 3, present 0, refused 0, ignored 0; 3 bookings")
	if p.Import != nil || p.Version != 1 || p.From != date.MustParse("2024-01-02") || p.To != date.MustParse("2024-02-01") {
		t.Errorf("preview: %+v", p)
	}
	w.wantLedger("2024-01-01 deposit 500")

	// 500 + 10000 − 1001 + 479 = 9978; 10 bought, 4 sold at 120 − costs: 4·120 − 1 − 4·100.1 = 78.6.
	if len(p.Cash) != 1 || p.Cash[0].Before.String() != "500" || p.Cash[0].After.String() != "9978" {
		t.Errorf("cash: %+v", p.Cash)
	}
	if len(p.Holdings) != 1 || p.Holdings[0].After.String() != "6" || !p.Holdings[0].New {
		t.Errorf("holdings: %+v", p.Holdings)
	}
	if p.LotsOpened != 1 || p.LotsClosed != 1 || len(p.Realised) != 1 || p.Realised[0].String() != "78.6 EUR" {
		t.Errorf("lots: %d opened, %d closed, realised %v", p.LotsOpened, p.LotsClosed, p.Realised)
	}

	done, err := w.imp(threeRows, ImportOptions{})
	w.must(err)
	if done.Import == nil || done.Import.Version != 2 || done.Import.Booked != 3 || done.Import.File != "three.csv" || counts(done) != counts(p) {
		t.Errorf("import: %+v", done.Import)
	}
	w.wantLedger("2024-01-01 deposit 500", "2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100", "2024-02-01 sell 4 ACME @ 120")
	accounts, err := w.s.Accounts(ctx, w.owner, w.portfolio)
	w.must(err)
	if len(accounts) != 1 || accounts[0].Name != "depot" {
		t.Errorf("accounts: %+v", accounts)
	}
}

// Importing a file twice books nothing twice, also after its rows were edited, and
// everything again after it was undone.
func TestImportTwice(t *testing.T) {
	w := newWorld(t)
	first, err := w.imp(threeRows, ImportOptions{})
	w.must(err)
	again, err := w.imp(threeRows, ImportOptions{})
	w.must(err)
	wantCounts(t, again, "read 3: new 0, present 3, refused 0, ignored 0; 0 bookings")
	if again.Import.ID != "" || again.AlreadyImported == nil || again.AlreadyImported.ID != first.Import.ID {
		t.Errorf("the second import: %+v, already %+v", again.Import, again.AlreadyImported)
	}

	page, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{Types: []ledger.Type{ledger.Buy}})
	w.must(err)
	_, err = w.s.Edit(ctx, w.owner, w.portfolio, page.Rows[0].ID, store.AnyVersion, booking(t, "2024-01-03 buy 11 ACME @ 99"))
	w.must(err)
	again, err = w.imp(threeRows, ImportOptions{})
	w.must(err)
	wantCounts(t, again, "read 3: new 0, present 3, refused 0, ignored 0; 0 bookings")

	_, err = w.s.UndoImport(ctx, w.owner, w.portfolio, first.Import.ID, store.AnyVersion)
	w.must(err)
	w.wantLedger()
	again, err = w.imp(threeRows, ImportOptions{})
	w.must(err)
	wantCounts(t, again, "read 3: new 3, present 0, refused 0, ignored 0; 3 bookings")
	_, err = w.s.UndoImport(ctx, w.owner, w.portfolio, first.Import.ID, store.AnyVersion)
	wantError(t, err, ErrStale, "undoing an import twice")
}

// Two equal rows are two bookings; what was typed in by hand covers as many rows of a
// file as there are such bookings.
func TestEqualRows(t *testing.T) {
	w := newWorld(t)
	twice := csv("twice.csv", "2024-01-02,depot,deposit,,,,100,,EUR", "2024-01-02,depot,deposit,,,,100,,EUR", "2024-01-03,depot,deposit,,,,7,,EUR")
	w.book("2024-01-02 deposit 100")
	p, err := w.imp(twice, ImportOptions{})
	w.must(err)
	wantCounts(t, p, "read 3: new 2, present 1, refused 0, ignored 0; 2 bookings")
	p, err = w.imp(twice, ImportOptions{})
	w.must(err)
	wantCounts(t, p, "read 3: new 0, present 3, refused 0, ignored 0; 0 bookings")
	longer := csv("longer.csv", "2024-01-02,depot,deposit,,,,100,,EUR", "2024-01-02,depot,deposit,,,,100,,EUR", "2024-01-02,depot,deposit,,,,100,,EUR")
	p, err = w.imp(longer, ImportOptions{})
	w.must(err)
	if p.New != 1 {
		t.Errorf("a third equal row: %s", counts(p))
	}
}

// A file with rows that cannot be booked is refused whole, unless they are skipped.
func TestRefusedRows(t *testing.T) {
	w := newWorld(t)
	bad := csv("bad.csv",
		"2024-01-02,depot,deposit,,,,10000,,EUR",
		"2024-01-03,depot,buy,ACME,10,abc,,1,EUR",
		"2024-01-04,depot,buy,ACME,5,100,,,EUR",
		"2024-01-05,depot,sell,ACME,6,100,,,EUR",
		"2024-01-06,depot,sell,ACME,5,100,,,EUR",
		"2024-13-45,depot,deposit,,,,1,,EUR")
	p, err := w.s.PreviewImport(ctx, w.owner, w.portfolio, bad, ImportOptions{})
	w.must(err)
	wantCounts(t, p, "read 6: new 3, present 0, refused 3, ignored 0; 3 bookings")
	for i, want := range map[int]string{1: "price", 3: "quantity", 5: "date"} {
		row := p.Rows[i]
		if row.Status != RowRefused || len(row.Faults) == 0 || row.Faults[0].Field != want || row.Faults[0].Row != row.Number || row.Faults[0].File != "bad.csv" || row.Faults[0].Cure == "" {
			t.Errorf("row %d: %s %+v, want a fault of %s", i+1, row.Status, row.Faults, want)
		}
	}
	p, err = w.imp(bad, ImportOptions{})
	wantError(t, err, ErrRefused, "a file with refused rows")
	if p == nil || p.Refused != 3 {
		t.Errorf("the preview beside the refusal: %+v", p)
	}
	w.wantLedger()
	p, err = w.imp(bad, ImportOptions{SkipRefused: true})
	w.must(err)
	wantCounts(t, p, "read 6: new 3, present 0, refused 3, ignored 0; 3 bookings")
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-04 buy 5 ACME @ 100", "2024-01-06 sell 5 ACME @ 100")

	_, err = w.imp(File{Name: "photo.jpg", Content: []byte("\xff\xd8\xff\xe0nothing to read")}, ImportOptions{})
	if err == nil {
		t.Error("a photo was imported")
	}
}

func TestImportOnAnOlderLedgerIsStale(t *testing.T) {
	w := newWorld(t)
	p, err := w.s.PreviewImport(ctx, w.owner, w.portfolio, threeRows, ImportOptions{})
	w.must(err)
	w.book("2024-01-01 deposit 1")
	_, err = w.s.CommitImport(ctx, w.owner, w.portfolio, threeRows, ImportOptions{Expected: p.Version})
	wantError(t, err, ErrStale, "confirming a preview of the ledger of before")
	w.wantLedger("2024-01-01 deposit 1")
}

// An import on which later bookings rest is not undone under them.
func TestUndoUnderLaterBookings(t *testing.T) {
	w := newWorld(t)
	p, err := w.imp(threeRows, ImportOptions{})
	w.must(err)
	sold := w.book("2024-03-01 sell 6 ACME @ 130")
	_, err = w.s.UndoImport(ctx, w.owner, w.portfolio, p.Import.ID, store.AnyVersion)
	if f := wantFault(t, err, 0, "quantity", "undoing what was sold later"); f.ID != sold.IDs[0] {
		t.Errorf("the fault names %s, not the sale", f.ID)
	}
	_, err = w.s.Delete(ctx, w.owner, w.portfolio, store.AnyVersion, sold.IDs)
	w.must(err)
	_, err = w.s.UndoImport(ctx, w.owner, w.portfolio, p.Import.ID, store.AnyVersion)
	w.must(err)
	w.wantLedger()
	// Taking the undo back makes the import stand again.
	versions, err := w.s.Versions(ctx, w.owner, w.portfolio, 0)
	w.must(err)
	_, err = w.s.UndoVersion(ctx, w.owner, w.portfolio, versions[len(versions)-1].Version, store.AnyVersion)
	w.must(err)
	imports, err := w.s.Imports(ctx, w.owner, w.portfolio)
	w.must(err)
	if len(imports) != 1 || imports[0].Undone != 0 {
		t.Errorf("imports: %+v", imports)
	}
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100", "2024-02-01 sell 4 ACME @ 120")
}

const document = `{"base_currency": "EUR", "method": "LIFO",
 "symbols": {"ACME": {"currency": "USD", "type": "equity", "name": "Acme Inc."}},
 "accounts": [{"name": "depot", "currency": "EUR"}, {"name": "giro", "currency": "EUR"}],
 "transactions": [
  {"id": "t1", "date": "2024-01-02", "type": "deposit", "account": "depot", "amount": "10000", "currency": "EUR"},
  {"id": "t2", "date": "2024-01-03", "type": "buy", "account": "depot", "symbol": "ACME", "quantity": "10", "price": "100", "currency": "USD"}],
 "prices": {"ACME": [["2024-01-03", "100"], ["2024-01-31", "110.25"]]},
 "fx": {"EUR/USD": [["2024-01-03", "1.25"]]}}`

// A native document brings its policy into an empty portfolio, and instruments, prices
// and rates of the tenant's own, which go again with the import.
func TestNativeDocument(t *testing.T) {
	w := newWorld(t)
	p, err := w.imp(File{Name: "ledger.json", Content: []byte(document)}, ImportOptions{})
	w.must(err)
	wantCounts(t, p, "read 2: new 2, present 0, refused 0, ignored 0; 2 bookings")
	if p.Prices != 3 {
		t.Errorf("prices: %d", p.Prices)
	}
	kept, err := w.s.Portfolio(ctx, w.owner, w.portfolio)
	w.must(err)
	if kept.Policy.Method != ledger.LIFO {
		t.Errorf("policy: %+v", kept.Policy)
	}
	accounts, err := w.s.Accounts(ctx, w.owner, w.portfolio)
	w.must(err)
	if len(accounts) != 2 {
		t.Errorf("accounts: %+v", accounts)
	}
	// 10000 EUR + −1000 USD at 1.25 + 10 × 110.25 USD at 1.25: 10000 − 800 + 882 = 10082.
	a, err := w.s.Analysis(ctx, w.owner, Question{Portfolios: []string{w.portfolio}})
	w.must(err)
	if got := a.Summary.Value.Amount.Decimal.String(); got != "10082" || a.AsOf != date.MustParse("2024-01-31") {
		t.Errorf("value %s on %s", got, a.AsOf)
	}
	instruments, err := w.s.Instruments(ctx, w.owner, []string{"ACME"}, false)
	w.must(err)
	if instruments["ACME"].Name != "Acme Inc." {
		t.Errorf("instruments: %+v", instruments)
	}
	_, err = w.s.UndoImport(ctx, w.owner, w.portfolio, p.Import.ID, store.AnyVersion)
	w.must(err)
	if instruments, err = w.s.Instruments(ctx, w.owner, nil, false); err != nil || len(instruments) != 0 {
		t.Errorf("instruments after the undo: %+v, %v", instruments, err)
	}
	all, err := w.s.DataStatus(ctx, w.owner, "", date.None)
	w.must(err)
	if len(all) != 0 {
		t.Errorf("series after the undo: %+v", all)
	}
}

// Taking back the version of an import is undoing the import, with its prices.
func TestUndoVersionOfAnImport(t *testing.T) {
	w := newWorld(t)
	p, err := w.imp(File{Name: "ledger.json", Content: []byte(document)}, ImportOptions{})
	w.must(err)
	_, err = w.s.UndoVersion(ctx, w.owner, w.portfolio, p.Import.Version, store.AnyVersion)
	w.must(err)
	w.wantLedger()
	imports, err := w.s.Imports(ctx, w.owner, w.portfolio)
	w.must(err)
	all, err := w.s.DataStatus(ctx, w.owner, "", date.None)
	w.must(err)
	if len(imports) != 1 || imports[0].Undone == 0 || len(all) != 0 {
		t.Errorf("imports %+v, series %+v", imports, all)
	}
}

// The file's own closing figures are held against the result.
func TestChecks(t *testing.T) {
	w := newWorld(t)
	p, err := w.s.PreviewImport(ctx, w.owner, w.portfolio, File{Name: "bank.ofx", Content: []byte(ofx)}, ImportOptions{})
	w.must(err)
	if len(p.Checks) != 1 || !p.Checks[0].Agrees || !p.Checks[0].Stated.Equal(money.MustParse("150.25")) {
		t.Errorf("checks: %+v", p.Checks)
	}
}

const ofx = `OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20240201<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>1<ACCTID>77<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20240101<DTEND>20240131
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240105<TRNAMT>200.25<FITID>a1<NAME>Salary</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240110<TRNAMT>-50.00<FITID>a2<NAME>Rent</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>150.25<DTASOF>20240131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
`
