package portfolioperformance

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// readEntries makes a row of each entry of each account, then of each portfolio.
func (c *client) readEntries() {
	done := map[*node]bool{}
	for _, kind := range []string{"account", "portfolio"} {
		for _, owner := range c.root.child(kind + "s").items(kind) {
			if done[owner] {
				continue
			}
			done[owner] = true
			for i, entry := range owner.child("transactions").items(kind + "-transaction") {
				if done[entry] {
					continue
				}
				done[entry] = true
				row := importer.Row{Number: len(c.file.Rows) + 1,
					Place: fmt.Sprintf("%s %q, entry %d (line %d)", kind, c.accounts[owner], i+1, entry.line)}
				if kind == "account" {
					c.accountEntry(&row, owner, entry)
				} else {
					c.portfolioEntry(&row, owner, entry)
				}
				c.finish(&row, entry)
			}
		}
	}
}

// finish adds the row, with words for people and the place in its faults.
func (c *client) finish(row *importer.Row, entry *node) {
	if len(row.Faults) > 0 {
		row.Transactions, row.Ignored = nil, ""
		for _, fault := range row.Faults {
			fault.Row, fault.ID = row.Number, entry.text("uuid")
		}
	}
	if len(row.Transactions) > 0 {
		row.Text = importer.Describe(&row.Transactions[0])
	} else if row.Text == "" {
		row.Text = strings.ReplaceAll(strings.ToLower(entry.text("type")), "_", " ")
		if s := entry.child("security"); s != nil {
			row.Text += " " + c.symbols[s]
		}
	}
	c.file.Rows = append(c.file.Rows, *row)
}

// when is the day and time of an entry; midnight is no time.
func when(entry *node) (date.Date, ledger.Clock, *ledger.Fault) {
	text := entry.text("date")
	dayText, clockText, timed := strings.Cut(text, "T")
	day, err := date.Parse(dayText)
	if err != nil {
		return date.None, 0, &ledger.Fault{Field: "date", Value: text, Problem: "is not a date", Cure: "correct the date in Portfolio Performance and save the file again", Err: err}
	}
	if !timed || clockText == "00:00" {
		return day, 0, nil
	}
	clock, err := ledger.ParseClock(clockText)
	if err != nil {
		return date.None, 0, &ledger.Fault{Field: "date", Value: text, Problem: "has no time of day that can be read", Cure: "correct the time in Portfolio Performance and save the file again", Err: err}
	}
	return day, clock, nil
}

// booking reads what all entries have: day, account, amount, currency, costs, note.
func (c *client) booking(owner, entry *node) (ledger.Transaction, *ledger.Fault) {
	t := ledger.Transaction{Account: c.accounts[owner], Currency: c.currency(entry), Source: entry.text("uuid"), Note: entry.text("note")}
	var fault *ledger.Fault
	if t.Date, t.Time, fault = when(entry); fault != nil {
		return t, fault
	}
	if t.Currency == "" {
		t.Currency = c.currency(owner)
	}
	if t.Currency == "" {
		return t, &ledger.Fault{Field: "currencyCode", Value: entry.text("currencyCode"), Problem: "is not a currency", Cure: "give the account a currency in Portfolio Performance and save the file again"}
	}
	amount, ok := implied(entry.text("amount"), 2)
	if !ok || amount.Sign() < 0 {
		return t, &ledger.Fault{Field: "amount", Value: entry.text("amount"), Problem: "is not an amount in hundredths", Cure: "correct the amount in Portfolio Performance and save the file again"}
	}
	t.Amount = money.Some(amount)
	if s := entry.child("security"); s != nil {
		if t.Symbol = c.symbols[s]; t.Symbol == "" {
			return t, &ledger.Fault{Field: "security", Problem: "is of a security that the file does not list", Cure: "save the file again in Portfolio Performance"}
		}
		if c.currency(s) == "" {
			return t, &ledger.Fault{Field: "security", Value: t.Symbol, Problem: "is an index without a currency, which cannot be held", Cure: "give the security a currency in Portfolio Performance and save the file again"}
		}
	}
	if ex, _, ok := strings.Cut(entry.text("exDate"), "T"); ok {
		t.Note = strings.TrimPrefix(t.Note+"; ex-date "+ex, "; ")
	}
	return t, c.costs(&t, entry)
}

// costs reads fees, taxes and the recorded foreign value.
func (c *client) costs(t *ledger.Transaction, entry *node) *ledger.Fault {
	add := func(to *money.Optional, amount money.Decimal) {
		if !amount.IsZero() {
			*to = money.Some(to.OrZero().Add(amount))
		}
	}
	wrong := func(field, value string) *ledger.Fault {
		return &ledger.Fault{Field: field, Value: value, Problem: "cannot be read", Cure: "correct the booking in Portfolio Performance and save the file again"}
	}
	// Up to version 28 they are fields of the entry.
	for field, to := range map[string]*money.Optional{"fees": &t.Fees, "taxes": &t.Taxes} {
		if text := entry.text(field); text != "" {
			amount, ok := implied(text, 2)
			if !ok {
				return wrong(field, text)
			}
			add(to, amount)
		}
	}
	for _, unit := range entry.child("units").items("unit") {
		value := unit.child("amount")
		amount, ok := implied(value.attr("amount"), 2)
		if !ok || value.attr("currency") != string(t.Currency) {
			return wrong("unit "+unit.attr("type"), value.attr("amount")+" "+value.attr("currency"))
		}
		switch unit.attr("type") {
		case "FEE":
			add(&t.Fees, amount)
		case "TAX":
			add(&t.Taxes, amount)
		case "GROSS_VALUE":
			forex := unit.child("forex")
			foreign, ok := implied(forex.attr("amount"), 2)
			currency, err1 := money.ParseCurrency(forex.attr("currency"))
			rate, err2 := money.Parse(unit.text("exchangeRate"))
			if !ok || err1 != nil || err2 != nil || rate.Sign() <= 0 {
				return wrong("unit GROSS_VALUE", forex.attr("amount")+" "+forex.attr("currency")+" at "+unit.text("exchangeRate"))
			}
			t.GrossForeign = &ledger.Foreign{Currency: currency, Amount: foreign, Rate: rate}
		default:
			return wrong("unit", unit.attr("type"))
		}
	}
	return nil
}

// pieces reads the shares of an entry, as traded.
func (c *client) pieces(t *ledger.Transaction, entry *node, needed bool) *ledger.Fault {
	text := entry.text("shares")
	shares, ok := implied(text, c.shares)
	if !ok && text != "" || shares.Sign() < 0 || needed && shares.Sign() == 0 {
		return &ledger.Fault{Field: "shares", Value: text, Problem: "is not a number of shares above zero", Cure: "correct the booking in Portfolio Performance and save the file again"}
	}
	if needed && t.Symbol == "" {
		return &ledger.Fault{Field: "security", Problem: "is missing", Cure: "correct the booking in Portfolio Performance and save the file again"}
	}
	if shares.Sign() > 0 {
		t.Quantity = money.Some(c.asTraded(entry.child("security"), t.Date, shares))
	}
	return nil
}

// accountTypes are the entries of accounts that are bookings by themselves.
var accountTypes = map[string]ledger.Type{
	"DEPOSIT": ledger.Deposit, "REMOVAL": ledger.Withdrawal, "INTEREST": ledger.Interest, "INTEREST_CHARGE": ledger.InterestCharge,
	"DIVIDENDS": ledger.Dividend, "FEES": ledger.Fee, "FEES_REFUND": ledger.FeeRefund, "TAXES": ledger.Tax, "TAX_REFUND": ledger.TaxRefund,
}

func (c *client) accountEntry(row *importer.Row, account, entry *node) {
	kind := entry.text("type")
	t, fault := c.booking(account, entry)
	if fault != nil {
		row.Faults = ledger.Faults{fault}
		return
	}
	cross := entry.child("crossEntry")
	switch {
	case accountTypes[kind] != "":
		t.Type = accountTypes[kind]
		if kind == "DIVIDENDS" {
			fault = c.pieces(&t, entry, false)
		}
	case kind == "BUY" || kind == "SELL":
		fault = c.tied(cross, entry, "accountTransaction", "portfolioTransaction")
		row.Ignored = "the cash side of a trade, which is booked with the security"
	case kind == "TRANSFER_IN":
		fault = c.tied(cross, entry, "transactionTo", "transactionFrom")
		row.Ignored = "the arriving side of a transfer, which is booked where it leaves"
	case kind == "TRANSFER_OUT":
		if fault = c.tied(cross, entry, "transactionFrom", "transactionTo"); fault == nil {
			fault = c.cashTransfer(&t, cross.child("transactionTo"))
		}
	default:
		fault = unknownType(kind)
	}
	switch {
	case fault != nil:
		row.Faults = ledger.Faults{fault}
	case row.Ignored == "":
		row.Transactions = []ledger.Transaction{t}
	}
}

func unknownType(kind string) *ledger.Fault {
	return &ledger.Fault{Field: "type", Value: kind, Problem: "is not a kind of booking that is known", Cure: "enter it as another kind in Portfolio Performance, or add it by hand here"}
}

// tied checks that a cross entry joins this entry with another one that is listed.
func (c *client) tied(cross, entry *node, here, there string) *ledger.Fault {
	other := cross.child(there)
	if cross == nil || cross.child(here) != entry || other == nil || c.owners[other] == nil {
		return &ledger.Fault{Field: "crossEntry", Problem: "is one side of a booking whose other side is missing", Cure: "delete the booking in Portfolio Performance, enter it again and save the file"}
	}
	return nil
}

// cashTransfer fills in where the money arrived, and how much.
func (c *client) cashTransfer(t *ledger.Transaction, to *node) *ledger.Fault {
	arrived, fault := c.booking(c.owners[to], to)
	if fault != nil {
		return fault
	}
	t.Type, t.ToAccount = ledger.InternalMove, arrived.Account
	if arrived.Currency != t.Currency || !arrived.Amount.Decimal.Equal(t.Amount.Decimal) {
		t.ToAmount, t.ToCurrency = arrived.Amount, arrived.Currency
	}
	t.GrossForeign = nil // the two amounts say it
	return nil
}

func (c *client) portfolioEntry(row *importer.Row, portfolio, entry *node) {
	kind := entry.text("type")
	t, fault := c.booking(portfolio, entry)
	if fault == nil {
		fault = c.pieces(&t, entry, true)
	}
	if fault != nil {
		row.Faults = ledger.Faults{fault}
		return
	}
	if c.version <= 7 { // before there were deliveries, these were them
		kind = strings.Replace(strings.Replace(kind, "TRANSFER_IN", "DELIVERY_INBOUND", 1), "TRANSFER_OUT", "DELIVERY_OUTBOUND", 1)
	}
	cross := entry.child("crossEntry")
	switch kind {
	case "BUY", "SELL":
		t.Type = ledger.Buy
		if kind == "SELL" {
			t.Type = ledger.Sell
		}
		if fault = c.tied(cross, entry, "portfolioTransaction", "accountTransaction"); fault == nil {
			fault = c.paid(&t, cross.child("accountTransaction"))
		}
	case "DELIVERY_INBOUND":
		t.Type = ledger.TransferIn
	case "DELIVERY_OUTBOUND":
		t.Type = ledger.TransferOut
	case "TRANSFER_IN":
		fault = c.tied(cross, entry, "transactionTo", "transactionFrom")
		row.Ignored = "the arriving side of a transfer, which is booked where it leaves"
	case "TRANSFER_OUT":
		if fault = c.tied(cross, entry, "transactionFrom", "transactionTo"); fault == nil {
			// Lots keep their cost: the amount is only the day's value.
			t.Type, t.ToAccount = ledger.Transfer, c.accounts[c.owners[cross.child("transactionTo")]]
			t.Amount, t.GrossForeign = money.Optional{}, nil
		}
	default:
		fault = unknownType(kind)
	}
	switch {
	case fault != nil:
		row.Faults = ledger.Faults{fault}
	case row.Ignored == "":
		row.Transactions = []ledger.Transaction{t}
	}
}

// paid fills in the account that paid or was paid, and checks that both sides agree.
func (c *client) paid(t *ledger.Transaction, cash *node) *ledger.Fault {
	other, fault := c.booking(c.owners[cash], cash)
	if fault != nil {
		return fault
	}
	if other.Currency != t.Currency || !other.Amount.Decimal.Equal(t.Amount.Decimal) {
		return &ledger.Fault{Field: "amount", Value: t.Amount.Decimal.String() + " " + string(t.Currency),
			Problem: fmt.Sprintf("differs from the cash side, %s %s", other.Amount.Decimal, other.Currency),
			Cure:    "enter the booking again in Portfolio Performance and save the file"}
	}
	if other.Account != t.Account {
		t.CashAccount = other.Account
	}
	return nil
}

// readEvents makes a row of each event of a security.
func (c *client) readEvents() {
	for _, s := range c.securities {
		events := s.child("events")
		if events == nil {
			continue
		}
		for i, event := range events.children {
			if event = event.resolve(); event == nil {
				continue
			}
			row := importer.Row{Number: len(c.file.Rows) + 1, Place: fmt.Sprintf("security %q, event %d (line %d)", c.symbols[s], i+1, event.line),
				Text: strings.TrimSpace(strings.ReplaceAll(strings.ToLower(event.text("type")), "_", " ") + " " + c.symbols[s] + " " + event.text("details"))}
			switch event.text("type") {
			case "STOCK_SPLIT":
				c.splitEvent(&row, s, event)
			case "DIVIDEND_PAYMENT":
				row.Ignored = "an announced dividend, not a booking"
			default:
				row.Ignored = "a note, not a booking"
			}
			c.finish(&row, event)
		}
	}
}

func (c *client) splitEvent(row *importer.Row, s, event *node) {
	for _, sp := range c.splits[s] {
		if sp.event == event {
			if c.currency(s) == "" {
				row.Ignored = "a split of an index, which cannot be held"
				return
			}
			row.Transactions = []ledger.Transaction{{Date: sp.date, Type: ledger.Split, Symbol: c.symbols[s], Currency: c.currency(s), Ratio: &sp.ratio,
				Source: "split:" + firstOf(s.text("uuid"), c.symbols[s]) + ":" + sp.date.String()}}
			return
		}
	}
	day, err1 := date.Parse(event.text("date"))
	_, err2 := ledger.ParseRatio(event.text("details"))
	if err1 != nil || err2 != nil {
		row.Faults = ledger.Faults{{Field: "details", Value: event.text("details"), Problem: "is not a split such as 2:1 on a date",
			Cure: "correct the event in Portfolio Performance and save the file again", Err: err2}}
		return
	}
	row.Ignored = fmt.Sprintf("the shares before %s cannot be put back to a whole number of decimals; they stay in the shares after the split", day)
}
