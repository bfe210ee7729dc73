package ghostfolio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// document is the export; activities stay raw, so that one that is wrong does not take
// the others with it.
type document struct {
	Meta struct {
		Date string `json:"date"`
	} `json:"meta"`
	Accounts      []account         `json:"accounts"`
	AssetProfiles []profile         `json:"assetProfiles"`
	Activities    []json.RawMessage `json:"activities"`
	Orders        []json.RawMessage `json:"orders"` // the name of activities in old exports
	Tags          []tag             `json:"tags"`
	User          struct {
		Settings struct {
			Currency string `json:"currency"`
		} `json:"settings"`
	} `json:"user"`
}

type account struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Currency string            `json:"currency"`
	Balance  json.RawMessage   `json:"balance"`
	Balances []json.RawMessage `json:"balances"`
}

type tag struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type profile struct {
	Symbol        string          `json:"symbol"`
	DataSource    string          `json:"dataSource"`
	Name          string          `json:"name"`
	Currency      string          `json:"currency"`
	AssetClass    string          `json:"assetClass"`
	AssetSubClass string          `json:"assetSubClass"`
	ISIN          string          `json:"isin"`
	CUSIP         string          `json:"cusip"`
	FIGI          string          `json:"figi"`
	Countries     []weighted      `json:"countries"`
	Sectors       []weighted      `json:"sectors"`
	MarketData    json.RawMessage `json:"marketData"`
}

type weighted struct {
	Name string `json:"name"`
	Code string `json:"code"`
}

// activity is one entry; numbers keep their text, so that they stay exact.
type activity struct {
	ID         string `json:"id"`
	AccountID  string `json:"accountId"`
	Comment    string `json:"comment"`
	Currency   string `json:"currency"`
	DataSource string `json:"dataSource"`
	Date       string `json:"date"`
	Symbol     string `json:"symbol"`
	Type       string `json:"type"`

	Tags []json.RawMessage `json:"tags"` // ids of the document's tags; in some exports the tags themselves

	Fee       money.Optional `json:"fee"`
	Quantity  money.Optional `json:"quantity"`
	UnitPrice money.Optional `json:"unitPrice"`
}

type reader struct {
	name     string
	opts     importer.Options
	doc      document
	accounts map[string]string // id to name
	profiles map[string]profile
	tags     map[string]string // id to name
	dropped  []string          // tags that could not be kept
	file     *importer.File
	seen     map[string]bool // instruments
}

func readJSON(name string, content []byte, opts importer.Options) (*importer.File, error) {
	r := &reader{name: name, opts: opts, accounts: map[string]string{}, tags: map[string]string{}, profiles: map[string]profile{}, seen: map[string]bool{}, file: &importer.File{}}
	if err := decode(content, &r.doc); err != nil {
		return nil, err
	}
	activities := append(r.doc.Activities, r.doc.Orders...)
	if len(activities) == 0 && len(r.doc.Accounts) == 0 {
		return nil, &ledger.Fault{Field: "activities", Problem: "the file has no activities and no accounts", Cure: "export it again under Settings, Export"}
	}
	if len(activities) > importer.MaxRows {
		return nil, &ledger.Fault{Field: "activities", Problem: fmt.Sprintf("there are more than the %d that are read", importer.MaxRows), Cure: "export by account"}
	}
	if c, err := money.ParseCurrency(r.doc.User.Settings.Currency); err == nil {
		r.file.BaseCurrency = c
	}
	r.head()
	for i, raw := range activities {
		r.activity(i+1, raw)
	}
	finish(r.file, opts)
	r.noteDropped()
	r.balances()
	if err := r.prices(); err != nil {
		return nil, err
	}
	return r.file, nil
}

// head names the accounts, apart where two have the same name.
func (r *reader) head() {
	taken := map[string]bool{}
	for _, a := range r.doc.Accounts {
		name := strings.TrimSpace(a.Name)
		if name == "" || taken[name] {
			name = strings.TrimSpace(name + " " + a.ID[:min(8, len(a.ID))])
		}
		taken[name] = true
		r.accounts[a.ID] = name
		currency, err := money.ParseCurrency(a.Currency)
		if err != nil {
			currency = ""
		}
		r.file.Accounts = append(r.file.Accounts, ledger.Account{Name: name, Currency: currency})
	}
	for _, p := range r.doc.AssetProfiles {
		r.profiles[p.Symbol] = p
	}
	for _, t := range r.doc.Tags {
		r.tags[t.ID] = t.Name
	}
}

// tagsOf are the tags of an activity under the names that the file gives them.
func (r *reader) tagsOf(a *activity) ledger.Tags {
	var names []string
	for _, raw := range a.Tags {
		var id string
		var whole tag
		switch {
		case json.Unmarshal(raw, &id) == nil && r.tags[id] != "":
			names = append(names, r.tags[id])
		case json.Unmarshal(raw, &whole) == nil && whole.Name != "":
			names = append(names, whole.Name)
		default:
			r.dropped = append(r.dropped, clip(strings.Trim(string(raw), `"`)))
		}
	}
	tags, dropped := ledger.TagsOf(names...)
	r.dropped = append(r.dropped, dropped...)
	return tags
}

// noteDropped says which tags could not be kept, some of them by name.
func (r *reader) noteDropped() {
	slices.Sort(r.dropped)
	r.dropped = slices.Compact(r.dropped)
	if n := len(r.dropped); n > 0 {
		const named = 5
		r.file.Notes = append(r.file.Notes, fmt.Sprintf("Tags that were left out, because the file does not name them they have no letters, or there are more than %d: %s.",
			ledger.MaxTags, strings.Join(r.dropped[:min(n, named)], ", ")+map[bool]string{true: " …"}[n > named]))
	}
}

// activity reads one entry into a row.
func (r *reader) activity(number int, raw json.RawMessage) {
	row := importer.Row{Number: number, Place: fmt.Sprintf("activity %d", number)}
	var a activity
	if faults := r.decode(raw, &a); len(faults) > 0 {
		row.Faults = faults
	} else {
		r.book(&row, &a)
	}
	row.Text = describe(&row, &a)
	refuse(&row)
	r.file.Rows = append(r.file.Rows, row)
}

func describe(row *importer.Row, a *activity) string {
	if len(row.Transactions) > 0 {
		return importer.Describe(&row.Transactions[0])
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", clip(a.Date), clip(a.Type), a.Quantity.Decimal, clip(a.Symbol)))
}

// decode reads an entry and, where that fails, names the fields that cannot be read.
func (r *reader) decode(raw json.RawMessage, a *activity) ledger.Faults {
	err := json.Unmarshal(raw, a)
	if err == nil {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return ledger.Faults{{Field: "activity", Value: clip(string(raw)), Problem: "it is not an object", Cure: "export it again"}}
	}
	names := make([]string, 0, len(fields))
	for n := range fields {
		names = append(names, n)
	}
	slices.Sort(names)
	var faults ledger.Faults
	for _, n := range names {
		one, err := json.Marshal(map[string]json.RawMessage{n: fields[n]})
		if err == nil && json.Unmarshal(one, &activity{}) != nil {
			faults = append(faults, &ledger.Fault{Field: n, Value: clip(strings.Trim(string(fields[n]), `"`)), Problem: "it cannot be read as " + n, Cure: "write numbers as digits and the rest as text"})
		}
	}
	if len(faults) == 0 {
		faults = ledger.Faults{{Field: "activity", Value: clip(string(raw)), Problem: err.Error(), Cure: "export it again"}}
	}
	return faults
}

// book turns an entry into its booking; what pays for it is added by finish.
func (r *reader) book(row *importer.Row, a *activity) {
	fault := func(field, value, problem, cure string) {
		row.Faults = append(row.Faults, &ledger.Fault{ID: a.ID, Field: field, Value: clip(value), Problem: problem, Cure: cure})
	}
	t := ledger.Transaction{Symbol: strings.TrimSpace(a.Symbol), Note: strings.TrimSpace(a.Comment), Source: a.ID}
	day, at, ok := moment(a.Date)
	if ok {
		row.Faults = append(row.Faults, checkDate(day)...)
	} else {
		fault("date", a.Date, "it is not a date", "write it as YYYY-MM-DD, with or without a time")
	}
	t.Date, t.Time = day, at
	currency, err := money.ParseCurrency(a.Currency)
	if err != nil {
		fault("currency", a.Currency, "it is not a currency code", "write a code such as EUR or USD")
	}
	t.Currency = currency
	t.Account = r.account(a.AccountID, fault)
	for _, n := range []struct {
		name  string
		value money.Optional
	}{{"fee", a.Fee}, {"quantity", a.Quantity}, {"unitPrice", a.UnitPrice}} {
		if n.value.Known && n.value.Decimal.Sign() < 0 {
			fault(n.name, n.value.Decimal.String(), "it is negative; the type gives the direction", "write it without a sign")
		}
	}
	r.kind(&t, a, row, fault)
	if len(row.Faults) > 0 || row.Ignored != "" {
		return
	}
	if r.opts.Late(t.Date) {
		row.Ignored = draft(t.Date, r.opts)
		return
	}
	t.Tags = r.tagsOf(a)
	row.Transactions = []ledger.Transaction{t}
	r.instrument(&t, a)
}

func (r *reader) account(id string, fault func(field, value, problem, cure string)) string {
	if id == "" {
		return r.opts.Account
	}
	name, ok := r.accounts[id]
	if !ok && len(r.doc.Accounts) > 0 {
		fault("accountId", id, "the file has no such account", "add it to accounts, or leave accountId empty")
	}
	if !ok {
		return r.opts.Account
	}
	return name
}

// kind settles type and figures.
func (r *reader) kind(t *ledger.Transaction, a *activity, row *importer.Row, fault func(field, value, problem, cure string)) {
	product := a.Quantity.OrZero().Mul(a.UnitPrice.OrZero())
	if !a.Fee.OrZero().IsZero() {
		t.Fees = a.Fee
	}
	types := map[string]ledger.Type{"BUY": ledger.Buy, "SELL": ledger.Sell, "ITEM": ledger.Buy, "DIVIDEND": ledger.Dividend,
		"INTEREST": ledger.Interest, "FEE": ledger.Fee, "LIABILITY": ledger.Liability}
	typ, ok := types[strings.ToUpper(strings.TrimSpace(a.Type))]
	if !ok {
		fault("type", a.Type, "it is no type of Ghostfolio", "write BUY, SELL, DIVIDEND, INTEREST, FEE, ITEM or LIABILITY")
		return
	}
	t.Type = typ
	if t.Symbol != "" {
		if f := checkSymbol(t.Symbol, a.DataSource, t.Currency); f != nil {
			f.ID = a.ID
			row.Faults = append(row.Faults, f)
		}
	}
	switch typ {
	case ledger.Buy, ledger.Sell, ledger.Liability:
		if t.Symbol == "" {
			fault("symbol", "", "a "+a.Type+" needs a symbol", "write what was traded")
		}
		switch {
		case !a.Quantity.Known:
			fault("quantity", "", "a "+a.Type+" needs a quantity", "write how many pieces")
		case a.Quantity.Decimal.IsZero():
			row.Ignored = "a draft: zero pieces were traded"
		case !a.UnitPrice.Known:
			fault("unitPrice", "", "a "+a.Type+" needs a price", "write the price of one piece")
		}
		t.Quantity, t.Price = a.Quantity, a.UnitPrice
		complete(t)
	case ledger.Fee:
		// The symbol of a fee is a name made up for it.
		t.Note, t.Symbol, t.Fees = strings.TrimSpace(r.profiles[t.Symbol].Name+" "+t.Note), "", money.Optional{}
		switch fee := a.Fee.OrZero(); {
		case fee.IsZero():
			t.Amount = money.Some(product)
		case product.IsZero() || product.Equal(fee):
			t.Amount = money.Some(fee)
		default:
			fault("fee", fee.String(), "the fee and quantity × unitPrice ("+product.String()+") differ", "leave one of them 0")
		}
	default:
		t.Amount = money.Some(product.Sub(a.Fee.OrZero()))
		if typ == ledger.Interest {
			t.Note, t.Symbol = strings.TrimSpace(r.profiles[t.Symbol].Name+" "+t.Note), ""
		}
	}
	if t.Amount.Known && t.Amount.Decimal.IsZero() && !t.Effect().Security && len(row.Faults) == 0 {
		row.Ignored = "an amount of zero books nothing"
	}
}

// moment reads a date with or without a time, as it is written. Exactly midnight is
// what Ghostfolio writes where it has no time.
func moment(s string) (date.Date, ledger.Clock, bool) {
	if len(s) < 10 {
		return date.None, 0, false
	}
	day, err := date.Parse(s[:10])
	if err != nil || len(s) > 10 && s[10] != 'T' && s[10] != ' ' {
		return date.None, 0, false
	}
	if len(s) < 19 {
		return day, 0, len(s) == 10
	}
	at, err := ledger.ParseClock(s[11:19])
	if err != nil {
		return date.None, 0, false
	}
	if at == 1 {
		at = 0
	}
	return day, at, true
}

// instrument notes what the file says of a symbol.
func (r *reader) instrument(t *ledger.Transaction, a *activity) {
	if t.Symbol == "" || r.seen[t.Symbol] {
		return
	}
	r.seen[t.Symbol] = true
	i := instrument.Instrument{Symbol: t.Symbol, Currency: t.Currency}
	if p, ok := r.profiles[t.Symbol]; ok {
		i.Name, i.ISIN, i.CUSIP, i.FIGI, i.Class = p.Name, p.ISIN, p.CUSIP, p.FIGI, class(p)
		if c, err := money.ParseCurrency(p.Currency); err == nil {
			i.Currency = c
		}
		if len(p.Sectors) == 1 {
			i.Sector = p.Sectors[0].Name
		}
		if len(p.Countries) == 1 {
			i.Country = p.Countries[0].Code
		}
	}
	r.file.Instruments = append(r.file.Instruments, i)
}

func class(p profile) instrument.Class {
	switch p.AssetSubClass {
	case "STOCK":
		return instrument.Equity
	case "ETF":
		return instrument.ETF
	case "MUTUALFUND":
		return instrument.Fund
	case "BOND":
		return instrument.Bond
	case "CRYPTOCURRENCY":
		return instrument.Crypto
	case "COMMODITY", "PRECIOUS_METAL":
		return instrument.Commodity
	case "PRIVATE_EQUITY", "COLLECTIBLE":
		return instrument.Private
	}
	switch p.AssetClass {
	case "FIXED_INCOME":
		return instrument.Bond
	case "COMMODITY":
		return instrument.Commodity
	case "REAL_ESTATE", "ALTERNATIVE_INVESTMENT":
		return instrument.Private
	}
	return instrument.Unknown
}

// prices reads the prices that the file brings for its own assets.
func (r *reader) prices() error {
	for _, p := range r.doc.AssetProfiles {
		if len(p.MarketData) == 0 || string(bytes.TrimSpace(p.MarketData)) == "null" {
			continue
		}
		var points []struct {
			Date        string         `json:"date"`
			MarketPrice money.Optional `json:"marketPrice"`
		}
		if err := json.Unmarshal(p.MarketData, &points); err != nil {
			return &ledger.Fault{Field: "assetProfiles." + p.Symbol + ".marketData", Problem: "the prices cannot be read: " + err.Error(), Cure: "export it again"}
		}
		for i, q := range points {
			day, _, ok := moment(q.Date)
			if !ok || !q.MarketPrice.Known {
				return &ledger.Fault{Row: i + 1, Field: "assetProfiles." + p.Symbol + ".marketData", Value: clip(q.Date), Problem: "a price without a date or a value", Cure: "export it again"}
			}
			if r.file.Prices == nil {
				r.file.Prices = map[string][]ledger.Point{}
			}
			r.file.Prices[p.Symbol] = append(r.file.Prices[p.Symbol], ledger.Point{Date: day, Value: q.MarketPrice.Decimal})
		}
		slices.SortStableFunc(r.file.Prices[p.Symbol], func(a, b ledger.Point) int { return int(a.Date) - int(b.Date) })
	}
	return nil
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
