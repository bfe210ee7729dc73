package transactioncsv

import (
	"bytes"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer/table"
)

// role is what a column says of a booking.
type role int

const (
	roleDate role = iota
	roleTime
	roleType
	roleSide
	roleAccount
	roleCashAccount
	roleToAccount
	roleSymbol
	roleToSymbol
	roleISIN
	roleCUSIP
	roleName
	roleClass
	roleSubclass
	roleQuantity
	rolePrice
	roleAmount // gross or cash, settled by quantity × price
	roleNet    // the cash that moved
	roleGross  // quantity × price
	roleCurrency
	rolePriceCurrency // of the price, and what the instrument is quoted in
	roleRate          // between the currencies of price and amount, in either direction
	roleFeeCurrency
	roleToAmount
	roleToCurrency
	roleRatio
	roleMultiplier
	roleUnderlying
	roleStrike
	roleExpiry
	roleRight
	roleID
	roleNote
	roleTags
	roleFee // may be several columns
	roleTax // may be several columns
	roles
)

// synonyms are the headers that are recognised, folded by fold, with their role. Where
// a file has two columns of a role, the header that stands first here is taken.
var synonyms = map[role]string{
	roleDate: "tradedate date transactiondate handelsdatum handelstag ausfuehrungsdatum datum activitydate rundate buchungstag buchungsdatum bookingdate " +
		"datetime timestamp dateutc zeitpunkt timeutc dateandtime settlementdate settledate valuta valutadatum wertstellung",
	roleTime: "time tradetime uhrzeit zeit",
	roleType: "activitytype transactiontype type action transaction transaktionstyp transaktion transaktionsart typ art vorgang buchungsart " +
		"umsatzart ordertype operation aktion",
	roleSide:        "buysell side kaufverkauf richtung direction way",
	roleAccount:     "account accountname accountid clientaccountid accountnumber konto depot kontoname portfolio wallet",
	roleCashAccount: "cashaccount verrechnungskonto geldkonto",
	roleToAccount:   "toaccount zielkonto destinationaccount",
	roleSymbol:      "symbol ticker tickersymbol code asset stocksymbol instrumentsymbol kuerzel instrument",
	roleToSymbol:    "tosymbol newsymbol neuessymbol",
	roleISIN:        "isin identifier",
	roleCUSIP:       "cusip",
	roleName:        "name securityname company companyname product produkt wertpapier wertpapiername bezeichnung security assetname instrumentname description beschreibung",
	roleClass:       "assetclass instrumenttype assettype securitytype wertpapierart investmentclass",
	roleSubclass:    "subcategory assetsubclass",
	roleQuantity:    "quantity qty shares units stueck anzahl menge stk stueckzahl anteile noofshares numberofshares quantitytransacted nominal nominale volume contracts",
	rolePrice: "pricepershareinaccountcurrency price unitprice tradeprice pricepershare priceshare kurs preis stueckpreis ausfuehrungskurs execprice executionprice pershareprice " +
		"persharecost costpershare priceattransaction rate",
	roleAmount:        "amount betrag value wert total totalamount gesamtbetrag summe umsatz volumen",
	roleNet:           "netcash netamount nettobetrag settleamountnet endbetrag totalinclusiveoffeesandorspread nettoamount amountnet cashflow betragnetto",
	roleGross:         "grossamount bruttobetrag kurswert subtotal trademoney amountgross gross marktwert betragbrutto",
	roleCurrency:      "currency currencyprimary ccy waehrung curr transactioncurrency buchungswaehrung cur whrg accountcurrency kontowaehrung",
	rolePriceCurrency: "pricecurrency instrumentcurrency quotecurrency tradingcurrency kurswaehrung handelswaehrung",
	roleRate:          "exchangerate basefxrate fxrate currencyrate wechselkurs devisenkurs umrechnungskurs",
	roleFeeCurrency:   "feecurrency ibcommissioncurrency commissioncurrency gebuehrenwaehrung",
	roleToAmount:      "toamount zielbetrag",
	roleToCurrency:    "tocurrency zielwaehrung",
	roleRatio:         "ratio splitratio verhaeltnis",
	roleMultiplier:    "multiplier contractsize multiplikator kontraktgroesse",
	roleUnderlying:    "underlyingsymbol underlying basiswert",
	roleStrike:        "strike strikeprice basispreis",
	roleExpiry:        "expiry expirationdate expiration verfall verfallsdatum expirydate",
	roleRight:         "putcall optiontype callput",
	roleID:            "transactionid tradeid id reference referenz txid refnum uuid",
	roleNote:          "note notes comment comments memo kommentar notiz bemerkung verwendungszweck details",
	roleTags:          "tags labels schlagworte schlagwoerter stichworte",
	roleFee: "fee fees commission commissions ibcommission gebuehr gebuehren provision kosten spesen feesandorspread feesandcommissions feescomm brokerage charges " +
		"feeamount transactionfee fremdkosten costs finrafee currencyconversionfee conversionfee fxfee fxfeeamount",
	roleTax: "tax taxes steuer steuern quellensteuer withholdingtax withholding taxwithheld kapitalertragsteuer kapitalertragssteuer solidaritaetszuschlag kirchensteuer " +
		"stampduty stampdutyreservetax frenchtransactiontax transactiontax financialtransactiontax ptmlevy finanztransaktionssteuer",
}

type meaning struct {
	role role
	rank int
}

var byHeader = func() map[string]meaning {
	m := map[string]meaning{}
	for r, words := range synonyms {
		for rank, w := range strings.Fields(words) {
			m[w] = meaning{r, rank}
		}
	}
	return m
}()

// fold reduces a header to lower-case letters and digits, umlauts spelt out. What
// stands in brackets is returned apart: "Price (USD)" is price and USD.
func fold(header string) (folded, bracket string) {
	if i := strings.IndexByte(header, '('); i > 0 {
		if j := strings.IndexByte(header[i:], ')'); j > 0 {
			bracket = strings.TrimSpace(header[i+1 : i+j])
			if isCode(bracket) || strings.EqualFold(bracket, "utc") {
				header = header[:i] + header[i+j+1:]
			}
		}
	}
	if h := strings.TrimSpace(header); len(h) > 7 && h[len(h)-7:len(h)-3] == " in " && isCode(h[len(h)-3:]) {
		header, bracket = h[:len(h)-7], h[len(h)-3:]
	}
	var b strings.Builder
	for _, r := range strings.ToLower(header) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == 'ä':
			b.WriteString("ae")
		case r == 'ö':
			b.WriteString("oe")
		case r == 'ü':
			b.WriteString("ue")
		case r == 'ß':
			b.WriteString("ss")
		}
	}
	return b.String(), bracket
}

// isCode tells a currency from other words in brackets; basis points are none.
func isCode(s string) bool {
	return len(s) == 3 && s != "BPS" && strings.ToUpper(s) == s && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// columns is where each role is found.
type columns struct {
	at       [roles]int // −1: the file does not say
	fees     []int
	taxes    []int
	width    int
	sep      byte
	line     int            // of the header
	currency money.Currency // said by a header such as "Amount (EUR)"
	found    int            // how many columns are understood
	headers  []string
	// says is the column that says the currency of a column, own the currency in its
	// header; foreign: a row may have several currencies.
	says    map[int]int
	own     map[int]money.Currency
	foreign bool
}

func (c *columns) has(r role) bool { return c.at[r] >= 0 }

// header recognises a record as a header.
func header(fields [][]byte) columns {
	c := columns{width: len(fields)}
	var rank [roles]int
	for r := range c.at {
		c.at[r] = -1
	}
	for i, f := range fields {
		text := strings.TrimSpace(string(bytes.TrimPrefix(f, []byte("\ufeff"))))
		c.headers = append(c.headers, text)
		word, bracket := fold(text)
		m, ok := byHeader[word]
		if !ok {
			continue
		}
		if isCode(bracket) && (m.role == roleAmount || m.role == roleNet || m.role == rolePrice || m.role == roleGross) {
			c.currency = money.Currency(bracket)
		}
		switch {
		case m.role == roleFee:
			c.fees = append(c.fees, i)
			c.found++
		case m.role == roleTax:
			c.taxes = append(c.taxes, i)
			c.found++
		case c.at[m.role] < 0:
			c.at[m.role], rank[m.role] = i, m.rank
			c.found++
		case m.rank < rank[m.role]:
			c.at[m.role], rank[m.role] = i, m.rank
		}
	}
	if !c.has(roleDate) && c.has(roleTime) {
		c.at[roleDate], c.at[roleTime] = c.at[roleTime], -1
	}
	c.secondDate(fields)
	c.link()
	return c
}

// secondDate uses a column of date and time for the time, where another has the date.
func (c *columns) secondDate(fields [][]byte) {
	if c.has(roleTime) || !c.has(roleDate) {
		return
	}
	for i, f := range fields {
		word, _ := fold(strings.TrimSpace(string(f)))
		if (word == "datetime" || word == "timestamp") && i != c.at[roleDate] {
			c.at[roleTime] = i
			return
		}
	}
}

// usable reports whether the columns are enough to tell what happened.
func (c *columns) usable() bool {
	trade := (c.has(roleSymbol) || c.has(roleISIN) || c.has(roleName)) && c.has(roleQuantity)
	cash := c.has(roleAmount) || c.has(roleNet) || c.has(roleGross)
	return c.has(roleDate) && (trade || cash)
}

const headerWithin = 40 // records looked through for the header

// isPrices recognises the header of a file of prices, which belongs elsewhere.
func isPrices(text []byte) bool {
	for _, sep := range []byte(",;\t") {
		scan := table.NewScanner(text, sep)
		if !scan.Next() {
			continue
		}
		words := map[string]bool{}
		for _, f := range scan.Fields {
			word, _ := fold(string(f))
			words[word] = true
		}
		if words["date"] && (words["close"] || words["adjclose"]) {
			return true
		}
	}
	return false
}

// findHeader looks for the header and the separator of fields.
func findHeader(text []byte) (columns, error) {
	var best columns
	if isPrices(text) {
		return best, &ledger.Fault{Row: 1, Field: "header", Value: firstLine(text), Problem: "these are prices, not transactions",
			Cure: "import them with: foliosight prices import FILE", Err: ErrPrices}
	}
	for _, sep := range []byte(",;\t|") {
		scan := table.NewScanner(text, sep)
		for n := 0; n < headerWithin && scan.Next(); n++ {
			if len(scan.Fields) < 3 || len(scan.Fields) > 400 {
				continue
			}
			c := header(scan.Fields)
			if c.usable() && c.found > best.found {
				c.sep, c.line = sep, scan.Line
				best = c
			}
		}
	}
	if best.found == 0 {
		return best, &ledger.Fault{Row: 1, Field: "header", Value: firstLine(text), Problem: "no line names a date and an amount, or a date, a symbol and a quantity",
			Cure: "the first line must name the columns, such as date,account,type,symbol,quantity,price,amount,fee,currency", Err: ErrHeader}
	}
	return best, nil
}

func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	return clip(bytes.TrimSpace(line))
}

func clip(b []byte) string {
	if len(b) > 60 {
		return string(bytes.ToValidUTF8(b[:60], nil)) + "…"
	}
	return string(b)
}
