package portfolioperformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

// nested is a file as the program writes it: the portfolio is found inside the first
// purchase's cross entry, everything later is a path to it.
const nested = `<client>
  <version>66</version>
  <baseCurrency>EUR</baseCurrency>
  <securities>
    <security>
      <uuid>s-1</uuid><name>Adidas AG</name><currencyCode>EUR</currencyCode><isin>DE000A1EWWW0</isin><tickerSymbol>ADS.DE</tickerSymbol>
      <prices><price t="2012-01-03" v="5151000000"/><price t="2012-01-02" v="5080000000"/><price t="2012-01-04" v="0"/></prices>
    </security>
    <security><uuid>s-2</uuid><name>Apple Inc.</name><currencyCode>USD</currencyCode><tickerSymbol>AAPL</tickerSymbol><prices/></security>
    <security><uuid>s-3</uuid><name>DAX</name><tickerSymbol>^GDAXI</tickerSymbol><prices><price t="2012-01-02" v="1"/></prices></security>
    <security><uuid>s-4</uuid><name>Rate</name><currencyCode>EUR</currencyCode><targetCurrencyCode>LVL</targetCurrencyCode><prices><price t="2012-01-02" v="70280000"/></prices></security>
  </securities>
  <accounts>
    <account>
      <uuid>a-1</uuid><name>Konto</name><currencyCode>EUR</currencyCode>
      <transactions>
        <account-transaction><uuid>t-1</uuid><date>2012-01-01T00:00</date><currencyCode>EUR</currencyCode><amount>1000000</amount><shares>0</shares><type>DEPOSIT</type></account-transaction>
        <account-transaction>
          <uuid>t-2</uuid><date>2012-01-02T09:30</date><currencyCode>EUR</currencyCode><amount>239760</amount>
          <security reference="../../../../../securities/security"/>
          <crossEntry class="buysell">
            <portfolio>
              <uuid>p-1</uuid><name>Depot</name><referenceAccount reference="../../../../.."/>
              <transactions>
                <portfolio-transaction>
                  <uuid>t-3</uuid><date reference="../../../../../date"/><currencyCode>EUR</currencyCode><amount>239760</amount>
                  <security reference="../../../../../../../../../securities/security"/>
                  <crossEntry class="buysell" reference="../../../.."/>
                  <shares>4700000000</shares>
                  <units><unit type="FEE"><amount currency="EUR" amount="900"/></unit><unit type="FEE"><amount currency="EUR" amount="100"/></unit></units>
                  <note>first</note><type>BUY</type>
                </portfolio-transaction>
                <portfolio-transaction>
                  <uuid>t-4</uuid><date>2012-01-18T00:00</date><currencyCode>EUR</currencyCode><amount>39135</amount>
                  <security reference="../../../../../../../../../securities/security[2]"/>
                  <crossEntry class="buysell">
                    <portfolio reference="../../../.."/><portfolioTransaction reference="../.."/><account reference="../../../../../../../.."/>
                    <accountTransaction>
                      <uuid>t-5</uuid><date reference="../../../date"/><currencyCode>EUR</currencyCode><amount>39135</amount>
                      <security reference="../../../../../../../../../../../securities/security[2]"/>
                      <crossEntry class="buysell" reference="../.."/><shares>0</shares><type>BUY</type>
                    </accountTransaction>
                  </crossEntry>
                  <shares>100000000</shares>
                  <units>
                    <unit type="GROSS_VALUE"><amount currency="EUR" amount="35576"/><forex currency="USD" amount="45648"/><exchangeRate>0.7793624815</exchangeRate></unit>
                    <unit type="TAX"><amount currency="EUR" amount="1000"/></unit>
                    <unit type="FEE"><amount currency="EUR" amount="1780"/></unit>
                    <unit type="FEE"><amount currency="EUR" amount="779"/><forex currency="USD" amount="1000"/><exchangeRate>0.7793624815</exchangeRate></unit>
                  </units>
                  <type>BUY</type>
                </portfolio-transaction>
                <portfolio-transaction>
                  <uuid>t-6</uuid><date>2012-02-01T00:00</date><currencyCode>EUR</currencyCode><amount>50000</amount>
                  <security reference="../../../../../../../../../securities/security"/>
                  <crossEntry class="portfolio-transfer">
                    <portfolioFrom reference="../../../.."/><transactionFrom reference="../.."/>
                    <portfolioTo>
                      <uuid>p-2</uuid><name>Depot</name><referenceAccount reference="../../../../../../../../.."/>
                      <transactions>
                        <portfolio-transaction>
                          <uuid>t-7</uuid><date reference="../../../../../date"/><currencyCode>EUR</currencyCode><amount>50000</amount>
                          <security reference="../../../../../../../../../../../../../securities/security"/>
                          <crossEntry class="portfolio-transfer" reference="../../../.."/><shares>1000000000</shares><type>TRANSFER_IN</type>
                        </portfolio-transaction>
                      </transactions>
                    </portfolioTo>
                    <transactionTo reference="../portfolioTo/transactions/portfolio-transaction"/>
                  </crossEntry>
                  <shares>1000000000</shares><type>TRANSFER_OUT</type>
                </portfolio-transaction>
              </transactions>
            </portfolio>
            <portfolioTransaction reference="../portfolio/transactions/portfolio-transaction"/>
            <account reference="../../../.."/>
            <accountTransaction reference="../.."/>
          </crossEntry>
          <shares>0</shares><type>BUY</type>
        </account-transaction>
        <account-transaction reference="../account-transaction[2]/crossEntry/portfolio/transactions/portfolio-transaction[2]/crossEntry/accountTransaction"/>
        <account-transaction>
          <uuid>t-8</uuid><date>2012-01-10T00:00</date><currencyCode>EUR</currencyCode><amount>1944</amount>
          <security reference="../../../../../securities/security"/><shares>4700000000</shares>
          <units><unit type="TAX"><amount currency="EUR" amount="500"/></unit></units><type>DIVIDENDS</type><exDate>2012-01-08T00:00</exDate>
        </account-transaction>
        <account-transaction>
          <uuid>t-9</uuid><date>2014-12-01T00:00</date><currencyCode>EUR</currencyCode><amount>340027</amount>
          <crossEntry class="account-transfer">
            <accountFrom reference="../../../.."/><transactionFrom reference="../.."/>
            <accountTo>
              <uuid>a-2</uuid><name>Dollar</name><currencyCode>USD</currencyCode>
              <transactions>
                <account-transaction><uuid>t-10</uuid><date reference="../../../../../date"/><currencyCode>USD</currencyCode><amount>422994</amount>
                  <crossEntry class="account-transfer" reference="../../../.."/><shares>0</shares><type>TRANSFER_IN</type></account-transaction>
              </transactions>
            </accountTo>
            <transactionTo reference="../accountTo/transactions/account-transaction"/>
          </crossEntry>
          <shares>0</shares>
          <units><unit type="GROSS_VALUE"><amount currency="EUR" amount="340027"/><forex currency="USD" amount="422994"/><exchangeRate>0.8038585209</exchangeRate></unit></units>
          <type>TRANSFER_OUT</type>
        </account-transaction>
      </transactions>
    </account>
    <account reference="../account/transactions/account-transaction[5]/crossEntry/accountTo"/>
  </accounts>
  <portfolios>
    <portfolio reference="../../accounts/account/transactions/account-transaction[2]/crossEntry/portfolio"/>
    <portfolio reference="../../accounts/account/transactions/account-transaction[2]/crossEntry/portfolio/transactions/portfolio-transaction[3]/crossEntry/portfolioTo"/>
  </portfolios>
</client>`

func mustRead(t *testing.T, text string) *importer.File {
	t.Helper()
	f, err := Format.Read("x.xml", []byte(text), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := f.Counts()
	if c.Rows != c.Booked+c.Ignored+c.Refused {
		t.Errorf("counts do not add up: %+v", c)
	}
	for _, r := range f.Rows {
		if len(r.Transactions) == 0 && len(r.Faults) == 0 && r.Ignored == "" {
			t.Errorf("%s: nothing is said of it", r.Place)
		}
	}
	return f
}

// say writes a booking in one line.
func say(t ledger.Transaction) string {
	s := fmt.Sprintf("%s %s %s", t.Date, t.Type, t.Account)
	add := func(name, value string) {
		if value != "" {
			s += " " + name + "=" + value
		}
	}
	add("time", t.Time.String())
	add("cash", t.CashAccount)
	add("to", t.ToAccount)
	add("symbol", t.Symbol)
	for _, n := range []struct {
		name  string
		known bool
		value string
	}{{"q", t.Quantity.Known, t.Quantity.Decimal.String()}, {"amount", t.Amount.Known, t.Amount.Decimal.String() + string(t.Currency)},
		{"fees", t.Fees.Known, t.Fees.Decimal.String()}, {"taxes", t.Taxes.Known, t.Taxes.Decimal.String()},
		{"arrived", t.ToAmount.Known, t.ToAmount.Decimal.String() + string(t.ToCurrency)}} {
		if n.known {
			add(n.name, n.value)
		}
	}
	if g := t.GrossForeign; g != nil {
		add("foreign", g.Amount.String()+string(g.Currency)+"@"+g.Rate.String())
	}
	if t.Ratio != nil {
		add("ratio", t.Ratio.String())
	}
	add("note", t.Note)
	add("source", t.Source)
	return s
}

func TestNestedFile(t *testing.T) {
	f := mustRead(t, nested)
	var got []string
	for _, tx := range f.Transactions() {
		got = append(got, say(tx))
	}
	want := []string{
		"2012-01-01 deposit Konto amount=10000EUR source=t-1",
		"2012-01-10 dividend Konto symbol=ADS.DE q=47 amount=19.44EUR taxes=5 note=ex-date 2012-01-08 source=t-8",
		"2014-12-01 internal_transfer Konto to=Dollar amount=3400.27EUR arrived=4229.94USD source=t-9",
		"2012-01-02 buy Depot time=09:30:00 cash=Konto symbol=ADS.DE q=47 amount=2397.6EUR fees=10 note=first source=t-3",
		"2012-01-18 buy Depot cash=Konto symbol=AAPL q=1 amount=391.35EUR fees=25.59 taxes=10 foreign=456.48USD@0.7793624815 source=t-4",
		"2012-02-01 transfer Depot to=Depot (2) symbol=ADS.DE q=10 source=t-6",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := f.Counts(); c != (importer.Counts{Rows: 10, Booked: 6, Ignored: 4, Transactions: 6}) {
		t.Errorf("counts %+v", c)
	}
	if len(f.Instruments) != 2 || f.Instruments[0].ISIN != "DE000A1EWWW0" || f.Instruments[1].Currency != "USD" {
		t.Errorf("instruments %+v", f.Instruments)
	}
	if p := f.Prices["ADS.DE"]; len(p) != 2 || p[0].Value.String() != "50.8" || p[1].Value.String() != "51.51" || f.Prices["^GDAXI"] != nil {
		t.Errorf("prices %v", f.Prices)
	}
	if p := f.FX["EUR/LVL"]; len(p) != 1 || p[0].Value.String() != "0.7028" {
		t.Errorf("rates %v", f.FX)
	}
	if got := fmt.Sprint(f.Accounts); got != "[{Konto EUR} {Dollar USD} {Depot } {Depot (2) }]" {
		t.Errorf("accounts %s", got)
	}
}

// byID is a file written with ids in place of paths.
const byID = `<?xml version="1.0" encoding="UTF-8"?>
<client id="1"><version>69</version><baseCurrency>EUR</baseCurrency>
<securities><security id="2"><uuid>s</uuid><name>X</name><currencyCode>EUR</currencyCode><wkn>716460</wkn></security></securities>
<accounts><account id="3"><name>A</name><currencyCode>EUR</currencyCode><transactions>
  <account-transaction id="4"><uuid>t-1</uuid><date>2024-01-02T00:00</date><currencyCode>EUR</currencyCode><amount>10500</amount><security reference="2"/>
    <crossEntry class="buysell" id="5"><portfolio id="6"><name>A</name><transactions>
        <portfolio-transaction id="7"><uuid>t-2</uuid><date>2024-01-02T00:00</date><currencyCode>EUR</currencyCode><amount>10500</amount><security reference="2"/><crossEntry class="buysell" reference="5"/><shares>150000000</shares><type>SELL</type></portfolio-transaction>
      </transactions></portfolio><portfolioTransaction reference="7"/><account reference="3"/><accountTransaction reference="4"/></crossEntry>
    <type>SELL</type></account-transaction>
</transactions></account></accounts><portfolios><portfolio reference="6"/></portfolios></client>`

func TestReferencesByID(t *testing.T) {
	f := mustRead(t, byID)
	all := f.Transactions()
	if len(all) != 1 || say(all[0]) != "2024-01-02 sell A symbol=716460 q=1.5 amount=105EUR source=t-2" {
		t.Errorf("%v", all)
	}
}

// The implied decimals follow the version of the file.
func TestDecimalsFollowTheVersion(t *testing.T) {
	for _, c := range []struct {
		version       int
		shares, quote string
	}{
		{2, "123456789", "1234567.89"}, {3, "1234.56789", "1234567.89"}, {25, "1234.56789", "1234567.89"}, {26, "123.456789", "1234567.89"},
		{29, "123.456789", "1234567.89"}, {30, "123.456789", "12345.6789"}, {48, "123.456789", "12345.6789"}, {49, "1.23456789", "1.23456789"}, {69, "1.23456789", "1.23456789"},
	} {
		f := mustRead(t, fmt.Sprintf(`<client><version>%d</version><baseCurrency>EUR</baseCurrency><securities><security><name>X</name><currencyCode>EUR</currencyCode>
			<prices><price t="2012-01-02" v="123456789"/></prices></security></securities><accounts/><portfolios><portfolio><name>P</name><transactions>
			<portfolio-transaction><date>2012-01-02</date><currencyCode>EUR</currencyCode><amount>100</amount><security reference="../../../../../securities/security"/>
			<shares>123456789</shares><type>DELIVERY_INBOUND</type></portfolio-transaction></transactions></portfolio></portfolios></client>`, c.version))
		tx := f.Transactions()
		if len(tx) != 1 || tx[0].Type != ledger.TransferIn || tx[0].Quantity.Decimal.String() != c.shares || tx[0].Amount.Decimal.String() != "1" {
			t.Errorf("version %d: %v %v", c.version, tx, f.Faults())
		}
		if got := f.Prices["X"][0].Value.String(); got != c.quote {
			t.Errorf("version %d: quote %s, want %s", c.version, got, c.quote)
		}
	}
}

// Before version 29: fees and taxes are fields, the currency is the one told or euro.
func TestOldFilesKnowNoCurrency(t *testing.T) {
	text := `<client><version>25</version><securities><security><name>Basf</name></security></securities><accounts/>
		<portfolios><portfolio><name>P</name><transactions><portfolio-transaction><date>2014-01-02</date><security reference="../../../../../securities/security"/>
		<shares>10000000</shares><type>DELIVERY_INBOUND</type><amount>765800</amount><fees>1000</fees><taxes>500</taxes></portfolio-transaction></transactions></portfolio></portfolios></client>`
	f := mustRead(t, text)
	if got := say(f.Transactions()[0]); got != "2014-01-02 transfer_in P symbol=Basf q=100 amount=7658EUR fees=10 taxes=5" {
		t.Error(got)
	}
	f, err := Format.Read("x.xml", []byte(text), importer.Options{BaseCurrency: "CHF"})
	if err != nil || f.Transactions()[0].Currency != "CHF" || f.BaseCurrency != "CHF" || f.Instruments[0].Currency != "CHF" {
		t.Errorf("told CHF: %v %v", f, err)
	}
}

// Commerzbank, consolidated 1:10 on 2013-04-24: the program then shows 74.8 shares at
// 13.00 for what was bought as 748 at 1.30.
func TestSplitsArePutBack(t *testing.T) {
	file := func(shares string) string {
		return `<client><version>66</version><baseCurrency>EUR</baseCurrency><securities><security><uuid>u</uuid><name>Commerzbank</name><currencyCode>EUR</currencyCode><tickerSymbol>CBK.DE</tickerSymbol>
		<prices><price t="2011-12-30" v="1300000000"/><price t="2013-04-24" v="1000000000"/></prices>
		<events><event><date>2013-04-24</date><type>STOCK_SPLIT</type><details>1:10</details></event><event><date>2013-05-01</date><type>NOTE</type><details>n</details></event>
		<dividendEvent><date>2013-05-02</date><type>DIVIDEND_PAYMENT</type></dividendEvent></events></security></securities><accounts/><portfolios><portfolio><name>P</name><transactions>
		<portfolio-transaction><uuid>t</uuid><date>2012-01-02T00:00</date><currencyCode>EUR</currencyCode><amount>101980</amount><security reference="../../../../../securities/security"/><shares>` + shares + `</shares><type>DELIVERY_INBOUND</type></portfolio-transaction>
		</transactions></portfolio></portfolios></client>`
	}
	f := mustRead(t, file("7480000000"))
	tx := f.Transactions()
	if len(tx) != 2 || tx[0].Quantity.Decimal.String() != "748" || say(tx[1]) != "2013-04-24 split  symbol=CBK.DE ratio=1:10 source=split:u:2013-04-24" {
		t.Errorf("%v", tx)
	}
	if p := f.Prices["CBK.DE"]; p[0].Value.String() != "1.3" || p[1].Value.String() != "10" {
		t.Errorf("quotes %v", p)
	}
	// A third of a share cannot be put back exactly: nothing is changed, nothing booked.
	thirds := strings.Replace(file("100000000"), "1:10", "3:1", 1)
	f = mustRead(t, thirds)
	if tx := f.Transactions(); len(tx) != 1 || tx[0].Quantity.Decimal.String() != "1" || f.Prices["CBK.DE"][0].Value.String() != "13" {
		t.Errorf("inexact: %v", tx)
	}
	if reason := f.Rows[1].Ignored; !strings.Contains(reason, "cannot be put back") {
		t.Errorf("reason %q", reason)
	}
}

func TestCountryAndSector(t *testing.T) {
	f := mustRead(t, `<client><version>66</version><securities><security><name>X</name><currencyCode>EUR</currencyCode></security></securities><taxonomies>
	<taxonomy><name>Regionen</name><root><children><classification><name>Europa</name><children><classification><name>Dänemark</name><assignments><assignment><investmentVehicle class="security" reference="../../../../../../../../../../securities/security"/><weight>10000</weight></assignment></assignments>
	<data><entry><string>ISO3166-1-Alpha-2</string><string>DK</string></entry></data></classification></children></classification></children></root></taxonomy>
	<taxonomy><name>Branchen (GICS)</name><root><children><classification><name>Energie</name><children/><assignments><assignment><investmentVehicle class="security" reference="../../../../../../../../securities/security"/><weight>10000</weight></assignment></assignments></classification></children></root></taxonomy>
	</taxonomies></client>`)
	if i := f.Instruments[0]; i.Country != "DK" || i.Sector != "Energie" {
		t.Errorf("%+v", i)
	}
}

func TestRefusals(t *testing.T) {
	entry := func(body string) string {
		return `<client><version>66</version><securities><security><name>X</name><currencyCode>EUR</currencyCode></security></securities><accounts><account><name>A</name><currencyCode>EUR</currencyCode><transactions>
		<account-transaction><uuid>u-1</uuid>` + body + `</account-transaction></transactions></account></accounts></client>`
	}
	for _, c := range []struct{ text, want string }{
		{"PORTFOLIO\x00\x01", "is an encrypted Portfolio Performance file; open it in Portfolio Performance and save it"},
		{"PPPBV1xxxx", "is a binary Portfolio Performance file; open it"},
		{"PK\x03\x04xx", "is a compressed file; open it"},
		{"<client><version>x</version></client>", `version "x": is not a version`},
		{"<other><version>60</version></other>", "is not a version of the Portfolio Performance file format"},
		{"<client><version>999</version></client>", `version "999": is newer than 70`},
		{"<client><version>70</version><ledger><entries><ledger-entry/></entries></ledger></client>", "new ledger layout"},
		{"<client><version>66</version>", "is not well-formed XML"},
		{entry(`<date>2012-13-01T00:00</date><currencyCode>EUR</currencyCode><amount>1</amount><type>DEPOSIT</type>`), `row 1: transaction u-1: date "2012-13-01T00:00": is not a date; correct`},
		{entry(`<date>2012-01-01T00:00</date><currencyCode>EUR</currencyCode><amount>1.5</amount><type>DEPOSIT</type>`), `amount "1.5": is not an amount in hundredths`},
		{entry(`<date>2012-01-01T00:00</date><currencyCode>EUR</currencyCode><amount>1</amount><type>GIFT</type>`), `type "GIFT": is not a kind of booking`},
		{entry(`<date>2012-01-01T00:00</date><currencyCode>EUR</currencyCode><amount>1</amount><type>BUY</type>`), "is one side of a booking whose other side is missing"},
		{entry(`<date>2012-01-01T00:00</date><currencyCode>EUR</currencyCode><amount>1</amount><type>FEES</type><units><unit type="FEE"><amount currency="USD" amount="1"/></unit></units>`), `unit FEE "1 USD": cannot be read`},
		{strings.Replace(byID, "<amount>10500</amount>", "<amount>10400</amount>", 1), `amount "105 EUR": differs from the cash side, 104 EUR`},
		{strings.Replace(byID, "<shares>150000000</shares>", "<shares>0</shares>", 1), `shares "0": is not a number of shares above zero`},
	} {
		f, err := Format.Read("x.xml", []byte(c.text), importer.Options{})
		if err == nil {
			if faults := f.Faults(); len(faults) > 0 {
				err = faults
			}
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s…\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]int{nested: 100, byID: 100, "<client><a/></client>": 50, "<OFX></OFX>": 0, "date,symbol": 0, "PORTFOLIO\x01x": 100, "PORTFOLIO;DATE": 0, "PK\x03\x04": 0} {
		if got := Format.Detect("x.xml", []byte(text)); got != want {
			t.Errorf("%.20q: %d, want %d", text, got, want)
		}
	}
}

// References may lead in circles or nowhere.
func FuzzRead(f *testing.F) {
	f.Add([]byte(nested))
	f.Add([]byte(byID))
	f.Add([]byte(`<client><version>66</version><accounts><account reference="../account"/></accounts></client>`))
	f.Add([]byte(`<client><version>66</version><accounts reference=".."/><portfolios reference="../portfolios/../accounts"/></client>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Format.Read("x.xml", b, importer.Options{})
		if err != nil {
			return
		}
		c := file.Counts()
		if c.Rows != c.Booked+c.Ignored+c.Refused {
			t.Fatalf("counts %+v", c)
		}
		for _, r := range file.Rows {
			if len(r.Transactions) == 0 && len(r.Faults) == 0 && r.Ignored == "" {
				t.Fatalf("%s: nothing is said of it", r.Place)
			}
		}
	})
}
