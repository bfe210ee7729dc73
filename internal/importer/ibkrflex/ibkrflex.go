// Package ibkrflex reads the Flex Query XML of Interactive Brokers.
//
// Model: a file holds statements, one an account and period; a statement holds
// sections, a section holds entries, which are elements with attributes. Which
// sections and attributes there are is up to the person who made the query. A row is
// one entry. Trades, cash transactions, corporate actions, transfers and option events
// are booked; positions and cash reports become balances to check the result with;
// what repeats them in another form (funds statements, performance summaries,
// accruals) is ignored and said to be so.
//
// Nothing is booked twice: of trades only the finest level of detail counts, a
// cancelled trade and its cancellation cancel, an option event counts once with the
// trades it made, an entry that is in two statements counts once.
//
// Units and signs: quantities, proceeds and amounts are signed, out is negative;
// commissions and taxes are negative when paid. Amounts in pence and the like are
// turned into their main currency. Trades are dated by the trade date, cash by the day
// it is reported, which is when it moved, also for corrections of earlier years.
//
// Sources: IBKR's Flex Query reference for the sections, attributes and codes.
package ibkrflex

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// Format reads Flex Query files.
var Format importer.Format = format{}

type format struct{}

func (format) Name() string  { return "ibkr-flex" }
func (format) Label() string { return "Interactive Brokers Flex Query (XML)" }

func (format) Detect(_ string, head []byte) int {
	switch {
	case bytes.Contains(head, []byte("<FlexQueryResponse")):
		return 100
	case bytes.Contains(head, []byte("<FlexStatementResponse")), bytes.Contains(head, []byte("<FlexStatement")):
		return 95
	}
	return 0
}

func (format) Read(_ string, content []byte, opts importer.Options) (*importer.File, error) {
	statements, fault := parse(content)
	if fault != nil {
		return nil, ledger.Faults{fault}
	}
	r := &reader{
		file: &importer.File{Format: format{}.Name()}, opts: opts, statements: statements,
		instruments: map[string]int{}, currencyFrom: map[string]int{}, seen: map[string]string{}, running: map[string]money.Decimal{},
		rates: map[string]map[string]money.Decimal{},
	}
	r.readAccounts()
	for _, s := range r.statements {
		for _, e := range s.elements {
			r.describe(e)
		}
	}
	for _, s := range r.statements {
		s.prepare(r)
		for _, e := range s.elements {
			r.read(e)
		}
		r.readBalances(s)
	}
	r.publishRates()
	return r.file, nil
}

// reader is a file while it is read.
type reader struct {
	file       *importer.File
	opts       importer.Options
	statements []*statement

	instruments  map[string]int                      // symbol to its place in file.Instruments
	currencyFrom map[string]int                      // how good the source of its currency is
	seen         map[string]string                   // entries already read, to their place
	running      map[string]money.Decimal            // position by account and symbol, of this file alone
	rates        map[string]map[string]money.Decimal // pair, day: rate
}

// statement is one FlexStatement.
type statement struct {
	number   int
	account  string
	base     money.Currency // empty where the statement does not say
	elements []*element

	level      int                   // the finest level of detail of its trades
	confirms   bool                  // it has trade confirmations and no trades
	detail     bool                  // cash transactions come one by one
	cancelled  map[*element]*element // trade and its cancellation, both ways
	deliveries map[*element]bool     // the trades that option events made
	events     map[*element]bool     // option events that are booked with their deliveries
	corporate  map[*element]*action  // corporate actions by their legs
}

// readAccounts lists the accounts and says where history before the file is missing.
func (r *reader) readAccounts() {
	for _, s := range r.statements {
		if s.account == "" {
			s.account = r.opts.Account
		}
		if s.account == "" {
			s.account = "Interactive Brokers"
		}
		for _, e := range s.elements {
			switch e.name {
			case "AccountInformation":
				s.setBase(e.text("currency"))
			case "ConversionRate":
				if s.base == "" {
					s.setBase(e.text("toCurrency"))
				}
			case "FxTransaction":
				if s.base == "" {
					s.setBase(e.text("functionalCurrency"))
				}
			case "CashReportCurrency":
				if start := e.number("startingCash"); start.Known && !start.Decimal.IsZero() && e.text("currency") == baseSummary {
					r.note("Statement %d of account %s begins with %s in cash: import the earlier statements too.", s.number, s.account, start.Decimal)
				}
			}
		}
		r.list(s.account, s.base)
		if r.file.BaseCurrency == "" {
			r.file.BaseCurrency = s.base
		}
	}
}

// list adds an account to those of the file.
func (r *reader) list(account string, base money.Currency) {
	if !slices.ContainsFunc(r.file.Accounts, func(a ledger.Account) bool { return a.Name == account }) {
		r.file.Accounts = append(r.file.Accounts, ledger.Account{Name: account, Currency: base})
	}
}

func (s *statement) setBase(code string) {
	if currency, err := money.ParseCurrency(code); err == nil {
		s.base = currency
	}
}

func (r *reader) note(format string, args ...any) {
	r.file.Notes = append(r.file.Notes, fmt.Sprintf(format, args...))
}

// outcome is what became of an entry.
type outcome struct {
	bookings []ledger.Transaction
	ignored  string
	fault    *ledger.Fault
}

func booked(t ...ledger.Transaction) outcome { return outcome{bookings: t} }
func ignored(format string, args ...any) outcome {
	return outcome{ignored: fmt.Sprintf(format, args...)}
}
func refused(field, value, problem, cure string) outcome {
	return outcome{fault: &ledger.Fault{Field: field, Value: value, Problem: problem, Cure: cure}}
}

// read makes the row of an entry.
func (r *reader) read(e *element) {
	if e.isReference() {
		return // taken over as instrument, rate or account, no entry of its own
	}
	row := importer.Row{Number: len(r.file.Rows) + 1, Place: e.place(), Text: e.words()}
	o := r.outcome(e)
	if e.fault != nil && o.ignored == "" {
		o = outcome{fault: e.fault}
	}
	switch {
	case o.fault != nil:
		fault := *o.fault
		fault.Row, fault.ID = row.Number, e.id()
		row.Faults = ledger.Faults{&fault}
	case o.ignored != "":
		row.Ignored = o.ignored
	case len(o.bookings) == 0:
		row.Ignored = "nothing moved"
	default:
		row.Transactions = o.bookings
		r.list(o.bookings[0].Account, e.statement.base)
		words := make([]string, len(o.bookings))
		for i := range o.bookings {
			words[i] = importer.Describe(&o.bookings[i])
		}
		row.Text = strings.Join(words, "; ")
	}
	r.file.Rows = append(r.file.Rows, row)
}

func (r *reader) outcome(e *element) outcome {
	if reason, ok := reports[e.name]; ok {
		return ignored("%s", reason)
	}
	handler, ok := handlers[e.name]
	if !ok {
		return r.unknown(e)
	}
	if key := e.identity(); key != "" {
		if first, ok := r.seen[key]; ok {
			return ignored("the same as %s", first)
		}
		r.seen[key] = e.place()
	}
	return handler(r, e)
}

// handlers are the entries that can be bookings.
var handlers map[string]func(*reader, *element) outcome

func init() {
	handlers = map[string]func(*reader, *element) outcome{
		"Trade": (*reader).trade, "Order": (*reader).trade, "TradeConfirm": (*reader).trade,
		"SymbolSummary": (*reader).trade, "AssetSummary": (*reader).trade, "Lot": (*reader).trade, "WashSale": (*reader).trade,
		"CashTransaction": (*reader).cash, "SalesTax": (*reader).salesTax,
		"CorporateAction": (*reader).corporateAction,
		"Transfer":        (*reader).transfer,
		"OptionEAE":       (*reader).optionEvent,
	}
}

// reports are the entries that repeat or summarise what others book.
var reports = map[string]string{
	"OpenPosition": "a position, not a booking: kept to check the result with", "CashReportCurrency": "a cash balance, not a booking: kept to check the result with",
	"PriorPeriodPosition": "a position, not a booking", "ComplexPosition": "a position, not a booking", "NetStockPosition": "a position, not a booking", "FxLot": "a currency position, not a booking", "FxPosition": "a currency position, not a booking",
	"FxTransaction": "the currency side of other entries, which are booked themselves", "StatementOfFundsLine": "repeats the movements of other sections",
	"EquitySummaryByReportDateInBase": "a summary, not a booking", "EquitySummaryInBase": "a summary, not a booking", "ChangeInNAV": "a summary, not a booking", "ChangeInPositionValue": "a summary, not a booking",
	"MTMPerformanceSummaryUnderlying": "a summary, not a booking", "FIFOPerformanceSummaryUnderlying": "a summary, not a booking", "MTDYTDPerformanceSummaryUnderlying": "a summary, not a booking",
	"MTDYTDPerformanceSummary": "a summary, not a booking", "NetStockPositionSummary": "a summary, not a booking", "AssetClass": "a summary, not a booking",
	"InterestAccrualsCurrency": "interest that accrued; it is booked when it is paid", "TierInterestDetail": "the detail of interest that is booked when it is paid",
	"OpenDividendAccrual": "a dividend that is due; it is booked when it is paid", "ChangeInDividendAccrual": "a dividend that is due; it is booked when it is paid",
	"UnbundledCommissionDetail": "the detail of commissions that are booked with their trades", "RoutingCommission": "the detail of commissions that are booked with their trades",
	"TransactionTax": "the detail of taxes that are booked with their trades", "ClientFee": "the detail of commissions that are booked with their trades", "ClientFeesDetail": "the detail of commissions that are booked with their trades",
	"HardToBorrowDetail": "the detail of a fee that is booked when it is paid", "SLBFee": "the detail of a fee or interest that is booked when it is paid", "SLBOpenContract": "a loan of securities, not a booking", "SLBActivity": "a loan of securities, not a booking",
	"UnsettledTransfer": "a transfer that is still under way", "UnbookedTrade": "a trade that is not booked yet", "PendingExcercise": "an exercise that is still under way",
	"StockGrantActivity": "a grant; its shares are booked when they arrive", "FdicInsuredDepositsByBank": "a balance at a bank, not a booking",
}

// unknown is an entry of a section that is not known: harmless without an amount.
func (r *reader) unknown(e *element) outcome {
	for _, name := range []string{"amount", "netCash", "proceeds", "quantity", "cash", "netAmount", "total"} {
		if n := e.number(name); n.Known && !n.Decimal.IsZero() {
			return refused(e.name, n.Decimal.String(), "is of a section that is not read here, and may be a booking ("+name+")", "enter it by hand if it moved cash or securities; leave the section out of the query otherwise")
		}
	}
	e.fault = nil
	return ignored("of a section that is not read here, without an amount")
}

// instrumentAt is the description of a symbol, made when it is first met.
func (r *reader) instrumentAt(symbol string) *instrument.Instrument {
	at, ok := r.instruments[symbol]
	if !ok {
		at = len(r.file.Instruments)
		r.instruments[symbol] = at
		r.file.Instruments = append(r.file.Instruments, instrument.Instrument{Symbol: symbol})
	}
	return &r.file.Instruments[at]
}
