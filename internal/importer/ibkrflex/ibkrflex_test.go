package ibkrflex

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

// statementOf wraps entries as a query writes them.
func statementOf(entries string) string {
	return `<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1"><FlexStatement accountId="U1" fromDate="20240101" toDate="20241231" period="" whenGenerated="20250101;000000">
<AccountInformation accountId="U1" currency="EUR" /><Section>` + entries + `</Section></FlexStatement></FlexStatements></FlexQueryResponse>`
}

func mustRead(t *testing.T, text string) *importer.File {
	t.Helper()
	f, err := Format.Read("x.xml", []byte(text), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	check(t, f)
	return f
}

// check holds for every file: each row is one of the three, and says why.
func check(t *testing.T, f *importer.File) {
	t.Helper()
	if c := f.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused {
		t.Errorf("counts do not add up: %+v", c)
	}
	for _, r := range f.Rows {
		if len(r.Transactions) == 0 && len(r.Faults) == 0 && r.Ignored == "" {
			t.Errorf("%s: nothing is said of it", r.Place)
		}
		for _, x := range r.Faults {
			if x.Cure == "" || x.Row == 0 {
				t.Errorf("%s: %v has no cure or no row", r.Place, x)
			}
		}
	}
}

// rows writes what became of each row, a line each.
func rows(f *importer.File) string {
	var lines []string
	for _, r := range f.Rows {
		switch {
		case len(r.Faults) > 0:
			lines = append(lines, "refused: "+r.Faults[0].Error())
		case r.Ignored != "":
			lines = append(lines, "ignored: "+r.Ignored)
		default:
			var parts []string
			for _, t := range r.Transactions {
				parts = append(parts, say(t))
			}
			lines = append(lines, strings.Join(parts, " & "))
		}
	}
	return strings.Join(lines, "\n")
}

// say writes a booking in one line, without account and note.
func say(t ledger.Transaction) string {
	s := fmt.Sprintf("%s %s", t.Date, t.Type)
	add := func(name, value string) {
		if value != "" {
			s += " " + name + value
		}
	}
	add("", t.Time.String())
	add("", t.Symbol)
	add("to ", t.ToSymbol)
	if t.Quantity.Known {
		add("", t.Quantity.Decimal.String())
	}
	if t.Price.Known {
		add("@", t.Price.Decimal.String())
	}
	if t.Ratio != nil {
		add("", t.Ratio.String())
	}
	if t.Amount.Known {
		add("= ", t.Amount.Decimal.String()+" "+string(t.Currency))
	}
	if t.ToAmount.Known {
		add("for ", t.ToAmount.Decimal.String()+" "+string(t.ToCurrency))
	}
	if t.Fees.Known {
		add("fees ", t.Fees.Decimal.String())
	}
	if t.Taxes.Known {
		add("taxes ", t.Taxes.Decimal.String())
	}
	add("#", t.Source)
	return s
}

const stock = `currency="USD" assetCategory="STK" fxRateToBase="0.9" symbol="AAPL" description="APPLE INC" isin="US0378331005" multiplier="1" `
const option = `currency="USD" assetCategory="OPT" symbol="AAPL  240621C00200000" description="AAPL 21JUN24 200 C" underlyingSymbol="AAPL" multiplier="100" strike="200" expiry="20240621" putCall="C" `

func TestRows(t *testing.T) {
	for _, c := range []struct{ name, entries, want string }{
		{"a purchase with commission and tax; the ledger's amount is the net cash",
			`<Trade ` + stock + `tradeID="7" transactionID="70" tradeDate="20240105" tradeTime="103000" quantity="10" tradePrice="181.18" proceeds="-1811.8" taxes="-0.5" ibCommission="-1" ibCommissionCurrency="USD" netCash="-1813.3" buySell="BUY" openCloseIndicator="O" levelOfDetail="EXECUTION"/>`,
			"2024-01-05 buy 10:30:00 AAPL 10 @181.18 = 1813.3 USD fees 1 taxes 0.5 #trade:70"},
		{"a sale is net of costs; its date may be written in other ways",
			`<Trade ` + stock + `tradeID="7" dateTime="05-Jan-24;10:30:00" quantity="-10" tradePrice="181.18" proceeds="1811.8" ibCommission="-1" ibCommissionCurrency="USD" buySell="SELL" openCloseIndicator="C"/>`,
			"2024-01-05 sell 10:30:00 AAPL 10 @181.18 = 1810.8 USD fees 1 #trade:7"},
		{"shorts open and close",
			`<Trade ` + stock + `tradeDate="2024-01-05" dateTime="2024-01-05, 09:00:00" quantity="-10" proceeds="1811.8" buySell="SELL" openCloseIndicator="O"/>
			 <Trade ` + stock + `tradeDate="2024-01-06" quantity="10" proceeds="-1800" buySell="BUY" openCloseIndicator="C"/>`,
			"2024-01-05 sell_short 09:00:00 AAPL 10 = 1811.8 USD\n2024-01-06 buy_to_cover AAPL 10 = 1800 USD"},
		{"without indicator the file's own trades decide",
			`<Trade ` + stock + `tradeDate="20240105" quantity="10" proceeds="-100"/><Trade ` + stock + `tradeDate="20240106" quantity="-4" proceeds="50"/>
			 <Trade ` + option + `tradeDate="20240106" quantity="-1" proceeds="500"/>`,
			"2024-01-05 buy AAPL 10 = 100 USD\n2024-01-06 sell AAPL 4 = 50 USD\n" +
				"refused: row 3: openCloseIndicator: sells an option, and whether that opens or closes is not said; add Open/CloseIndicator to the trades of the query"},
		{"a trade that closes 10 and opens 5 is two bookings that add up",
			`<Trade ` + stock + `tradeID="8" tradeDate="20240105" quantity="-15" tradePrice="20" proceeds="300" ibCommission="-1" ibCommissionCurrency="USD" openCloseIndicator="C;O"/>
			 <Lot ` + stock + `quantity="10" levelOfDetail="CLOSED_LOT"/>`,
			"2024-01-05 sell AAPL 10 @20 = 199.3333 USD fees 0.6667 #trade:8 & 2024-01-05 sell_short AAPL 5 @20 = 99.6667 USD fees 0.3333 #trade:8:open\nignored: a tax lot of the trade above, not a booking"},
		{"orders and summaries of executions are not booked again",
			`<SymbolSummary ` + stock + `quantity="10" levelOfDetail="SYMBOL_SUMMARY"/><Order ` + stock + `tradeDate="20240105" quantity="10" proceeds="-100" levelOfDetail="ORDER"/>
			 <Trade ` + stock + `tradeDate="20240105" quantity="10" proceeds="-100" levelOfDetail="EXECUTION"/>`,
			"ignored: a sum of trades that are booked one by one\nignored: a sum of trades that are booked one by one\n2024-01-05 buy AAPL 10 = 100 USD"},
		{"orders are booked where there are no executions; summaries never",
			`<Order ` + stock + `tradeDate="20240105" quantity="10" proceeds="-100" levelOfDetail="ORDER"/>`,
			"2024-01-05 buy AAPL 10 = 100 USD"},
		{"summaries are refused",
			`<SymbolSummary ` + stock + `quantity="10" proceeds="-100"/>`,
			`refused: row 1: levelOfDetail: is a sum over several trades, whose days and prices are not known; add Executions to the trades of the query`},
		{"a trade and its cancellation leave the commission that was not given back",
			`<Trade ` + stock + `tradeID="9" tradeDate="20221202" quantity="450" proceeds="-2444.4" ibCommission="-2.4444" ibCommissionCurrency="USD" netCash="-2446.8444" buySell="BUY"/>
			 <Trade ` + stock + `origTradeID="9" transactionID="91" tradeDate="20221202" quantity="-450" proceeds="2444.4" netCash="2444.4" transactionType="TradeCancel" buySell="BUY (Ca.)" notes="Ca"/>
			 <Trade ` + stock + `origTradeID="5" transactionID="92" tradeDate="20221202" quantity="-1" proceeds="2" transactionType="TradeCancel" buySell="BUY (Ca.)" notes="Ca"/>`,
			"2022-12-02 fee AAPL = 2.4444 USD #trade:9\nignored: cancels FlexStatement 1 (U1), Trade 1 (line 2)\n" +
				`refused: row 3: transaction 92: origTradeID "5": cancels a trade that is not in this file; delete that trade's booking, or import a statement that has both`},
		{"commission in another currency is a fee of its own, money back a refund",
			`<Trade ` + stock + `tradeID="3" tradeDate="20240105" quantity="10" proceeds="-100" ibCommission="-2" ibCommissionCurrency="EUR"/>
			 <Trade ` + stock + `tradeID="4" tradeDate="20240105" quantity="10" proceeds="-100" ibCommission="0.3" ibCommissionCurrency="USD"/>`,
			"2024-01-05 buy AAPL 10 = 100 USD #trade:3 & 2024-01-05 fee AAPL = 2 EUR #trade:3:commission\n2024-01-05 buy AAPL 10 = 100 USD #trade:4 & 2024-01-05 fee_refund AAPL = 0.3 USD #trade:4:commission"},
		{"currency trades, both ways",
			`<Trade currency="USD" assetCategory="CASH" symbol="EUR.USD" tradeID="5" tradeDate="20240105" quantity="1000" tradePrice="1.1" proceeds="-1100" ibCommission="-2" ibCommissionCurrency="EUR" buySell="BUY"/>
			 <Trade currency="USD" assetCategory="CASH" symbol="EUR.USD" tradeID="6" tradeDate="20240105" quantity="-500" tradePrice="1.1" buySell="SELL"/>`,
			"2024-01-05 internal_transfer = 1100 USD for 1000 EUR #trade:5 & 2024-01-05 fee = 2 EUR #trade:5:commission\n2024-01-05 internal_transfer = 500 EUR for 550 USD #trade:6"},
		{"an assignment and its delivery are one booking; the delivery's commission is a fee",
			`<Trade ` + option + `tradeDate="20240621" transactionType="BookTrade" quantity="2" tradePrice="0" proceeds="0" buySell="BUY" openCloseIndicator="C" notes="A"/>
			 <Trade ` + stock + `tradeID="2" tradeDate="20240621" transactionType="BookTrade" quantity="-200" tradePrice="200" proceeds="40000" ibCommission="-0.5" ibCommissionCurrency="USD" buySell="SELL" notes="A"/>`,
			"2024-06-21 option_assignment AAPL240621C00200000 2\n2024-06-21 fee AAPL = 0.5 USD #trade:2:costs"},
		{"an exercise without its delivery in the file is a trade at nothing",
			`<Trade ` + option + `tradeDate="20240621" quantity="-1" tradePrice="0" proceeds="0" buySell="SELL" openCloseIndicator="C" notes="Ex"/>`,
			"2024-06-21 sell AAPL240621C00200000 1 @0 = 0 USD"},
		{"an expiry",
			`<Trade ` + option + `tradeDate="20240621" quantity="-1" tradePrice="0" proceeds="0" buySell="SELL" openCloseIndicator="C" notes="Ep"/><OptionEAE ` + option + `date="20240621" transactionType="Expiration" quantity="-1"/>`,
			"2024-06-21 option_expiry AAPL240621C00200000 1\nignored: booked with FlexStatement 1 (U1), Trade 1 (line 2)"},
		{"option events without trades are booked themselves",
			`<OptionEAE ` + option + `date="20240621" transactionType="Assignment" quantity="1"/><OptionEAE ` + stock + `date="20240621" transactionType="Sell" quantity="-100"/>`,
			"2024-06-21 option_assignment AAPL240621C00200000 1\nignored: the delivery of an option's exercise or assignment, which is booked with the option"},
		{"what is settled day by day is refused",
			`<Trade currency="USD" assetCategory="FUT" symbol="ESH4" tradeDate="20240105" quantity="1" proceeds="-250000" netCash="-2"/>`,
			`refused: row 1: assetCategory "FUT": is a contract that is settled in cash day by day: its price is not paid; book its profit and its costs by hand as interest and fee`},
		{"cash comes in and goes out",
			cash("Deposits/Withdrawals", "100") + cash("Deposits &amp; Withdrawals", "-40") + cash("Dividends", "9.52") + cash("Dividends", "-1") + cash("Payment In Lieu Of Dividends", "-3") +
				cash("Withholding Tax", "-1.43") + cash("Withholding Tax", "0.2") + cash("Broker Interest Received", "0.02") + cash("Broker Interest Paid", "-15.17") + cash("Broker Interest Paid", "1.23") +
				cash("Bond Interest Received", "5") + cash("Bond Interest Paid", "-2") + cash("Other Fees", "-10") + cash("Other Fees", "9.18") + cash("Commission Adjustments", "0.5") + cash("Dividends", "0") + cash("Bonus", "1"),
			"2024-03-15 deposit = 100 USD\n2024-03-15 withdrawal = 40 USD\n2024-03-15 dividend AAPL = 9.52 USD\n2024-03-15 dividend AAPL = -1 USD\n2024-03-15 dividend AAPL = -3 USD\n" +
				"2024-03-15 tax AAPL = 1.43 USD\n2024-03-15 tax_refund AAPL = 0.2 USD\n2024-03-15 interest = 0.02 USD\n2024-03-15 interest_charge = 15.17 USD\n2024-03-15 interest_charge = -1.23 USD\n" +
				"2024-03-15 coupon AAPL = 5 USD\n2024-03-15 coupon AAPL = -2 USD\n2024-03-15 fee AAPL = 10 USD\n2024-03-15 fee_refund AAPL = 9.18 USD\n2024-03-15 fee_refund AAPL = 0.5 USD\nignored: nothing moved\n" +
				`refused: row 17: type "Bonus": is not a kind of cash transaction that is known; enter it by hand as what it is`},
		{"pence are turned into pounds, a return of capital is none of income",
			`<CashTransaction currency="GBX" symbol="GBDV" description="GBDV CASH DIVIDEND GBX 0.5520 PER SHARE (Mixed Income)" amount="138.00" type="Dividends" reportDate="20250326"/>
			 <CashTransaction currency="KRW" symbol="KR" description="KR CASH DIVIDEND (Return of Capital)" amount="3100" type="Dividends" reportDate="20250327"/>`,
			"2025-03-26 dividend GBDV = 1.38 GBP\n2025-03-27 return_of_capital KR = 3100 KRW"},
		{"a sum of cash entries is not booked beside them, sales tax once",
			`<CashTransaction currency="USD" amount="0.02" type="Broker Interest Received" reportDate="20221205" levelOfDetail="SUMMARY"/><CashTransaction currency="USD" amount="0.02" type="Broker Interest Received" transactionID="11" reportDate="20221205" levelOfDetail="DETAIL"/>
			 <SalesTax currency="USD" date="20230302" taxType="VAT" taxableDescription="NASDAQ" salesTax="-0.3" transactionID="12"/><SalesTax currency="USD" date="20230302" salesTax="0.02" transactionID="11"/>`,
			"ignored: a sum of cash transactions that are booked one by one\n2022-12-05 interest = 0.02 USD #cashtransaction:11\n2023-03-02 tax = 0.3 USD #salestax:12\nignored: booked with FlexStatement 1 (U1), CashTransaction 2 (line 2)"},
		{"an entry that two statements have is booked once",
			`<CashTransaction currency="USD" amount="5" type="Deposits/Withdrawals" transactionID="11" reportDate="20221205"/><CashTransaction currency="USD" amount="5" type="Deposits/Withdrawals" transactionID="11" reportDate="20221205"/>`,
			"2022-12-05 deposit = 5 USD #cashtransaction:11\nignored: the same as FlexStatement 1 (U1), CashTransaction 1 (line 2)"},
		{"transfers of securities and cash",
			`<Transfer ` + stock + `type="ACATS" direction="IN" date="20240105" quantity="10" positionAmount="1811.8" cashTransfer="0" transactionID="1"/><Transfer ` + stock + `type="FOP" direction="OUT" date="20240106" quantity="-4" positionAmount="-700" transactionID="2"/>
			 <Transfer currency="USD" assetCategory="CASH" type="ACATS" date="20240105" quantity="0" cashTransfer="-30" transactionID="3"/><Transfer ` + stock + `type="FOP" direction="IN" date="20240106" quantity="4" positionAmount="0" transactionID="4"/>`,
			"2024-01-05 transfer_in AAPL 10 = 1811.8 USD #transfer:1\n2024-01-06 transfer_out AAPL 4 = 700 USD #transfer:2\n2024-01-05 withdrawal = 30 USD #transfer:3\n" +
				`refused: row 4: transaction 4: positionAmount "0": the value of what was transferred is not said; add PositionAmount to the transfers of the query, or book the delivery by hand with its value`},
		{"entries of sections that are not known: refused where they could be bookings",
			`<DebitCardActivity currency="EUR" amount="-20" reportDate="20240105"/><Novelty text="x"/><OpenPosition currency="USD" symbol="AAPL" position="10" reportDate="20240105"/>`,
			`refused: row 1: DebitCardActivity "-20": is of a section that is not read here, and may be a booking (amount); enter it by hand if it moved cash or securities; leave the section out of the query otherwise` +
				"\nignored: of a section that is not read here, without an amount\nignored: a position, not a booking: kept to check the result with"},
		{"values that cannot be read",
			`<Trade ` + stock + `tradeDate="03/04/2024" quantity="10" proceeds="-100"/><Trade ` + stock + `tradeDate="20240304" quantity="1,000" proceeds="-100"/><Trade currency="??" symbol="X" tradeDate="20240304" quantity="1" proceeds="-100"/><Trade ` + stock + `tradeDate="20240304" quantity="1"/>`,
			`refused: row 1: tradeDate "03/04/2024": is not a date that can be told for sure; set the query's date format to yyyyMMdd and its time format to HHmmss` + "\n" +
				`refused: row 2: quantity "1,000": is not a number; set the query to write numbers plainly, such as 1234.5` + "\n" +
				`refused: row 3: currency "??": is not a currency; add the currency to the query` + "\n" +
				"refused: row 4: tradePrice: has neither proceeds nor a price; add Proceeds and TradePrice to the trades of the query"},
	} {
		f := mustRead(t, statementOf(c.entries))
		if got := rows(f); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func cash(kind, amount string) string {
	return fmt.Sprintf(`<CashTransaction currency="USD" symbol="AAPL" amount="%s" type="%s" dateTime="20240312;202000" settleDate="20240315" reportDate="20240315"/>`, amount, kind)
}

// corporate is a leg of an action as IBKR writes it.
func corporate(kind, description, symbol, isin, quantity, proceeds string) string {
	return fmt.Sprintf(`<CorporateAction currency="USD" assetCategory="STK" type="%s" description="%s (%s, NAME, %s)" symbol="%s" isin="%s" reportDate="20240618" dateTime="20240617;202500" quantity="%s" proceeds="%s"/>`,
		kind, description, symbol, isin, symbol, isin, quantity, proceeds)
}

func TestCorporateActions(t *testing.T) {
	for _, c := range []struct{ name, entries, want string }{
		{"a split", corporate("FS", "AAPL(US0378331005) SPLIT 4 FOR 1", "AAPL", "US0378331005", "300", "0"), "2024-06-18 split AAPL 4:1"},
		{"a consolidation, in which the old shares are renamed",
			corporate("RS", "GCM(CA38501D2041) SPLIT 1 FOR 25", "GCM", "CA38501D5010", "480", "0") + corporate("RS", "GCM(CA38501D2041) SPLIT 1 FOR 25", "GCM.OLD", "CA38501D2041", "-12000", "0"),
			"2024-06-18 split GCM 1:25\nignored: another side of FlexStatement 1 (U1), CorporateAction 1 (line 2)"},
		{"a consolidation with cash for a fraction",
			corporate("RS", "X(CA38501D2041) SPLIT 1 FOR 25", "X", "CA38501D5010", "4", "0") + corporate("RS", "X(CA38501D2041) SPLIT 1 FOR 25", "X.OLD", "CA38501D2041", "-101", "0.8"),
			"2024-06-18 split X 4:101 & 2024-06-18 return_of_capital X = 0.8 USD\nignored: another side of FlexStatement 1 (U1), CorporateAction 1 (line 2)"},
		{"bought out for cash", corporate("TC", "JMLP(US67075E1082) MERGED(Liquidation) FOR USD 1.1047 PER SHARE", "JMLP", "US67075E1082", "-367", "405.4249"), "2024-06-18 sell JMLP 367 = 405.4249 USD"},
		{"merged into another share, with cash",
			corporate("TC", "A(US0000000001) MERGED(Acquisition) WITH US0000000002 1 FOR 2", "A", "US0000000001", "-100", "30") + corporate("TC", "A(US0000000001) MERGED(Acquisition) WITH US0000000002 1 FOR 2", "B", "US0000000002", "50", "0"),
			"2024-06-18 merger A to B 1:2 = 30 USD\nignored: another side of FlexStatement 1 (U1), CorporateAction 1 (line 2)"},
		{"tendered, the kind only in words",
			corporate("", "UUU(CA91701P1053) TENDERED TO CA91701P1TN3 1 FOR 1", "UUU", "CA91701P1053", "-12000", "0") + corporate("", "UUU(CA91701P1053) TENDERED TO CA91701P1TN3 1 FOR 1", "UUU.TEN2", "CA91701P1TN3", "12000", "0"),
			"2024-06-18 merger UUU to UUU.TEN2 1:1\nignored: another side of FlexStatement 1 (U1), CorporateAction 1 (line 2)"},
		{"another ticker",
			corporate("IC", "FB(US30303M1027) CUSIP/ISIN CHANGE TO (US30303M1028)", "FB", "US30303M1027", "-5", "0") + corporate("IC", "FB(US30303M1027) CUSIP/ISIN CHANGE TO (US30303M1028)", "META", "US30303M1028", "5", "0"),
			"2024-06-18 merger FB to META 1:1\nignored: another side of FlexStatement 1 (U1), CorporateAction 1 (line 2)"},
		{"another identifier alone",
			corporate("IC", "X(US30303M1027) CUSIP/ISIN CHANGE TO (US30303M1028)", "X.OLD", "US30303M1027", "-5", "0") + corporate("IC", "X(US30303M1027) CUSIP/ISIN CHANGE TO (US30303M1028)", "X", "US30303M1028", "5", "0"),
			"ignored: the identifier changes, the holding stays\nignored: the identifier changes, the holding stays"},
		{"a stock dividend of 5 for 100", corporate("SD", "X(US30303M1027) STOCK DIVIDEND US30303M1027 5 FOR 100", "X", "US30303M1027", "10", "0"), "2024-06-18 split X 105:100"},
		{"rights", corporate("RI", "X(US30303M1027) SUBSCRIBABLE RIGHTS ISSUE 1 FOR 1", "X.RTS", "US30303M1099", "10", "0"), "2024-06-18 buy X.RTS 10 @0 = 0 USD"},
		{"worthless", corporate("DW", "X(US30303M1027) DELISTED", "X", "US30303M1027", "-10", "0"), "2024-06-18 sell X 10 = 0 USD"},
		{"a bond matures", corporate("BM", "B(US30303M1027) BOND MATURITY FOR USD 1.0 PER BOND", "B", "US30303M1027", "-10000", "10000"), "2024-06-18 sell B 10000 = 10000 USD"},
		{"a short position is bought out", corporate("TC", "X(US30303M1027) MERGED(Acquisition) FOR USD 2 PER SHARE", "X", "US30303M1027", "10", "-20"), "2024-06-18 buy_to_cover X 10 = 20 USD"},
		{"a vote", corporate("PV", "X(US30303M1027) PROXY", "X", "US30303M1027", "0", "0"), "ignored: an announcement: nothing moved"},
		{"a spin-off is refused with what it takes",
			corporate("SO", "T(US00206R1023) SPINOFF 241917 FOR 1000000", "WBD", "US9344231041", "24", "0"),
			`refused: row 1: type "SO": the part of the cost that moves to 24 WBD is not in the file; book a spin_off of T by hand with ratio 241917:1000000 and the cost_fraction that the company publishes`},
		{"what takes and gives nothing known is refused",
			corporate("TO", "X(US30303M1027) TENDERED", "X", "US30303M1027", "-10", "0"),
			`refused: row 1: type "TO": the corporate action takes securities and says not for what, which cannot be booked from what the file says; book it by hand: -10 X`},
	} {
		f := mustRead(t, statementOf(c.entries))
		if got := rows(f); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
		for _, x := range ledger.Validate(f.Transactions(), nil, date.None) {
			t.Errorf("%s: the ledger refuses it: %v", c.name, x)
		}
	}
}

func TestWhatTheFileSaysBesideBookings(t *testing.T) {
	f := mustRead(t, `<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1"><AccountInformation currency="EUR"/>
	<SecurityInfo assetCategory="STK" subCategory="ETF" symbol="EUNS" description="ISHARES" isin="IE00B4L5ZY03" figi="BBG000Q0SCD9" issuerCountryCode="IE" currency="EUR" multiplier="1"/>
	<Trade currency="USD" assetCategory="BOND" symbol="T 2 1/2" isin="US9128" multiplier="1" fxRateToBase="0.9" tradeDate="20240105" quantity="10000" tradePrice="98.5" proceeds="-9850"/>
	<OpenPosition `+option+` position="-2" reportDate="20240131" levelOfDetail="SUMMARY"/><OpenPosition `+option+` position="-2" reportDate="20240131" levelOfDetail="LOT"/>
	<CashReportCurrency currency="BASE_SUMMARY" startingCash="10" endingCash="5" toDate="20240131"/><CashReportCurrency currency="USD" endingCash="-9840" toDate="20240131"/>
	<ConversionRate reportDate="20240104" fromCurrency="USD" toCurrency="EUR" rate="0.91"/><ConversionRate reportDate="20240104" fromCurrency="XYZ" toCurrency="EUR" rate="-1"/>
	</FlexStatement><FlexStatement accountId="U2"><CashTransaction accountId="U3" currency="USD" amount="5" type="Deposits/Withdrawals" reportDate="20240105"/></FlexStatement></FlexStatements></FlexQueryResponse>`)
	if got := fmt.Sprint(f.Accounts); got != "[{U1 EUR} {U2 } {U3 }]" || f.BaseCurrency != "EUR" {
		t.Errorf("accounts %s, base %s", got, f.BaseCurrency)
	}
	by := map[string]instrument.Instrument{}
	for _, i := range f.Instruments {
		by[i.Symbol] = i
	}
	if i := by["EUNS"]; i.Class != instrument.ETF || i.ISIN != "IE00B4L5ZY03" || i.FIGI != "BBG000Q0SCD9" || i.Country != "IE" || i.Currency != "EUR" {
		t.Errorf("EUNS %+v", i)
	}
	if i := by["AAPL240621C00200000"]; !i.IsOption() || i.Underlying != "AAPL" || i.Strike.Decimal.String() != "200" || i.Expiry != date.Must(2024, 6, 21) || i.Multiplier.Decimal.String() != "100" {
		t.Errorf("option %+v", i)
	}
	if i := by["T21/2"]; i.Class != instrument.Bond || i.Multiplier.Decimal.String() != "0.01" {
		t.Errorf("bond %+v", i)
	}
	if got := fmt.Sprint(f.Balances); got != "[{2024-01-31 U1 AAPL240621C00200000 USD -2} {2024-01-31 U1  USD -9840}]" {
		t.Errorf("balances %s", got)
	}
	if got := fmt.Sprint(f.FX["USD/EUR"]); got != "[{2024-01-04 0.91} {2024-01-05 0.9}]" || len(f.FX) != 1 {
		t.Errorf("rates %v", f.FX)
	}
	if len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "begins with 10 in cash") {
		t.Errorf("notes %q", f.Notes)
	}
	if note := f.Transactions()[0].Note; note != "1 USD = 0.9 EUR" {
		t.Errorf("note %q", note)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for _, c := range []struct {
		text, want string
		sure       int
	}{
		{"<FlexStatementResponse timestamp='x'><Status>Fail</Status><ErrorCode>1019</ErrorCode><ErrorMessage>Statement generation in progress.</ErrorMessage></FlexStatementResponse>",
			"is IBKR's answer to a request, not the statement: Fail 1019 Statement generation in progress.; wait a minute", 95},
		{"<FlexQueryResponse><FlexStatements count='0'/></FlexQueryResponse>", `content "FlexQueryResponse": has no FlexStatement; give the XML file of a Flex Query`, 100},
		{"<PodaciPoreskeDeklaracije/>", "has no FlexStatement", 0},
		{"<FlexQueryResponse><FlexStatement", "row 1: is not well-formed XML", 100},
	} {
		if got := Format.Detect("x.xml", []byte(c.text)); got != c.sure {
			t.Errorf("%s: sure %d, want %d", c.text, got, c.sure)
		}
		if _, err := Format.Read("x.xml", []byte(c.text), importer.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(statementOf(`<Trade ` + stock + `tradeDate="20240105" quantity="-15" proceeds="300" openCloseIndicator="C;O" notes="A;Ex"/><Lot quantity="10"/>`)))
	f.Add([]byte(statementOf(corporate("RS", "X(CA38501D2041) SPLIT 1 FOR 25", "X", "CA38501D5010", "4", "1") + cash("Dividends", "1"))))
	f.Add([]byte(statementOf(`<Trade ` + option + `tradeDate="20240621" quantity="2" proceeds="0" notes="A"/><Trade ` + stock + `tradeDate="20240621" quantity="-200" tradePrice="200" notes="A"/><OptionEAE ` + option + `/>`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Format.Read("x.xml", b, importer.Options{})
		if err != nil {
			return
		}
		check(t, file)
	})
}
