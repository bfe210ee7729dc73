package transactioncsv

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer/table"
)

// figures are the numbers of a row, before they are settled.
type figures struct {
	quantity, price, amount money.Optional
	amountRole              role // roleAmount, roleNet or roleGross
	fees, taxes             money.Optional
	unit                    string // a currency written with a number

	// Of files whose rows may have several currencies:
	priced money.Currency // of the price
	rate   money.Optional
	stated []cost  // fees and taxes as their columns state them
	abroad []cost  // those that are not in the currency of the booking
	slack  float64 // how far quantity × price may be from the amount, where it was converted
}

// row reads the current record.
func (r *reader) row() {
	if blank(r.fields) {
		return
	}
	r.open()
	if f := trim(r.fields[0]); len(f) > 0 && f[0] == '#' {
		r.ignore("a comment")
		return
	}
	day, at, ok := r.day()
	if r.strict && r.unplain {
		return
	}
	if !ok {
		if r.footer() {
			r.ignore("a note or a total, not a transaction")
			return
		}
		r.fault(r.header(roleDate), r.cell(roleDate), "it is not a date", "write it as YYYY-MM-DD")
	}
	if r.opts.Late(day) && ok {
		r.fault(r.header(roleDate), r.cell(roleDate), "it lies after "+r.opts.AsOf.String(), "correct the date, or import it when that day has come")
	}
	if len(r.fields) > r.cols.width && !blank(r.fields[r.cols.width:]) {
		r.fault("row", r.fields[r.cols.width], "the row has more cells than the header", "put text that contains the separator into quotes")
	}
	r.transactions = append(r.transactions, ledger.Transaction{})
	t := &r.transactions[len(r.transactions)-1]
	t.Date, t.Time = day, at
	f := r.figures()
	if r.strict && r.unplain {
		return
	}
	w := r.kind(&f)
	if w.ignore != "" && len(r.faults) == 0 {
		r.ignore(w.ignore)
		return
	}
	t.Type = w.typ
	r.parties(t, &f)
	if len(r.faults) == 0 && t.Type != "" {
		r.book(t, &f, w)
	}
	r.transactions = append(r.transactions, r.later...)
	r.close()
}

// close refuses the row where it has faults.
func (r *reader) close() {
	if len(r.faults) == 0 {
		return
	}
	row := len(r.lines) - 1
	r.transactions = r.transactions[:r.first[row]]
	n := r.remark(row)
	n.faults, n.text = r.faults, r.rowText()
}

func blank(fields [][]byte) bool {
	for _, f := range fields {
		if len(trim(f)) > 0 {
			return false
		}
	}
	return true
}

// footer tells closing notes and totals from rows whose date is wrong: few cells, or
// no type, or a first word that says so.
func (r *reader) footer() bool {
	filled := 0
	for _, f := range r.fields {
		if len(trim(f)) > 0 {
			filled++
		}
	}
	first := strings.ToLower(string(trim(r.fields[0])))
	for _, w := range []string{"total", "summe", "gesamt", "saldo", "subtotal"} {
		if strings.HasPrefix(first, w) {
			return true
		}
	}
	return filled <= 2 || len(r.fields) < 3 || len(r.cell(roleDate)) == 0 && filled <= 3
}

// figures reads the numbers of the row.
func (r *reader) figures() figures {
	var f figures
	read := func(role role) money.Optional {
		d, unit, ok := r.number(r.cell(role), r.header(role))
		if unit != "" {
			f.unit = unit
		}
		return money.Optional{Decimal: d, Known: ok}
	}
	if c := r.cell(roleQuantity); len(c) > 0 && bytes.IndexByte(c, ':') < 0 {
		f.quantity = read(roleQuantity)
	}
	f.price = read(rolePrice)
	f.amountRole = roleAmount
	for _, role := range [...]role{roleNet, roleAmount, roleGross} {
		if r.cols.has(role) {
			if f.amount = read(role); f.amount.Known {
				f.amountRole = role
				break
			}
		}
	}
	if r.cols.foreign {
		f.rate = r.rate()
		r.ownCosts(&f)
		return f
	}
	f.fees, f.taxes = r.costs(r.cols.fees), r.costs(r.cols.taxes)
	return f
}

// costs adds up columns of costs, with the sign they are written with.
func (r *reader) costs(at []int) money.Optional {
	var sum money.Optional
	for _, i := range at {
		if i >= len(r.fields) {
			continue
		}
		d, _, ok := r.number(trim(r.fields[i]), r.cols.headers[i])
		switch {
		case !ok:
		case !sum.Known:
			sum = money.Some(d)
		default:
			sum.Decimal = sum.Decimal.Add(d)
		}
	}
	return sum
}

// kind finds out what the row is. The type column decides; where its word is vague
// ("trade") or there is none, the side does, else the sign.
func (r *reader) kind(f *figures) word {
	var w word
	cell, side := r.cell(roleType), r.cell(roleSide)
	if len(cell) > 0 {
		found, ok := r.word(cell)
		if !ok && len(side) == 0 {
			r.fault(r.header(roleType), cell, "it is no type of transaction that is known here", knownTypes)
			return w
		}
		w = found
		w.vague = w.vague || !ok
	}
	if len(side) > 0 && (w.typ == "" || w.vague) {
		found, ok := r.word(side)
		if !ok {
			r.fault(r.header(roleSide), side, "it is neither buy nor sell", "write buy or sell")
			return w
		}
		w = found
	}
	if w.typ == "" && w.ignore == "" {
		if !r.signs {
			r.fault(r.typeHeader(), nil, "the row does not say what it is", knownTypes)
			return w
		}
		w = word{typ: ledger.Buy, minus: ledger.Sell}
	}
	return r.bySign(w, f)
}

func (r *reader) typeHeader() string {
	if h := r.header(roleType); h != "" {
		return h
	}
	return r.header(roleSide)
}

// bySign chooses the direction of a word that leaves it to the sign.
func (r *reader) bySign(w word, f *figures) word {
	if w.minus == "" {
		return w
	}
	number := f.amount
	if w.typ == ledger.Buy {
		number = f.quantity
	}
	if number.Known && number.Decimal.Sign() < 0 {
		w.typ = w.minus
		if w.typ == ledger.InterestCharge || w.typ == ledger.Withdrawal {
			f.amount.Decimal = f.amount.Decimal.Abs()
		}
	}
	return w
}

// word looks up a type as it is written.
func (r *reader) word(cell []byte) (word, bool) {
	if w, ok := r.words[string(cell)]; ok {
		return w, true
	}
	folded, _ := fold(string(cell))
	w, ok := words[folded]
	if !ok && strings.HasPrefix(folded, "dividend") {
		w, ok = word{typ: ledger.Dividend}, true
	}
	if ok {
		r.words[string(cell)] = w
	}
	return w, ok
}

// parties reads the account, the instrument, the currency and the references.
func (r *reader) parties(t *ledger.Transaction, f *figures) {
	t.Account = r.opts.Account
	if c := r.cell(roleAccount); len(c) > 0 {
		t.Account = r.intern(c)
	}
	if c := r.cell(roleCashAccount); len(c) > 0 {
		t.CashAccount = r.intern(c)
	}
	if c := r.cell(roleToAccount); len(c) > 0 {
		t.ToAccount = r.intern(c)
	}
	if c := r.cell(roleID); len(c) > 0 {
		t.Source = string(c)
	}
	if c := r.cell(roleNote); len(c) > 0 {
		t.Note = string(c)
	}
	if c := r.cell(roleTags); len(c) > 0 {
		t.Tags = ledger.ReadTags(string(c))
	}
	cell := r.cell(roleCurrency)
	own := money.Currency("")
	if r.cols.foreign {
		own = r.stated(r.cols.at[f.amountRole])
	}
	switch {
	case own != "":
		t.Currency = own
	case len(cell) > 0:
		c, err := r.currency(cell)
		if err != nil {
			r.fault(r.header(roleCurrency), cell, "it is not a currency code", "write a code such as EUR or USD")
		}
		t.Currency = c
	case f.unit != "":
		t.Currency = money.Currency(f.unit)
	case r.cols.currency != "":
		t.Currency = r.cols.currency
	case r.opts.BaseCurrency != "":
		t.Currency = r.opts.BaseCurrency
	default:
		r.noCurrency++
		r.fault("currency", nil, "the file does not say which currency its amounts are in", "add a column currency, or say it with --currency")
	}
	if _, ok := r.seenAcct[t.Account]; !ok && t.Account != "" {
		r.seenAcct[t.Account] = t.Currency
		r.acctList = append(r.acctList, t.Account)
	}
	if r.cols.foreign {
		f.priced, _ = r.priceCurrency(t)
	}
	r.security(t)
}

// security finds the instrument of the row: by symbol, else ISIN, else name where the
// file has neither.
func (r *reader) security(t *ledger.Transaction) {
	cell, from := r.cell(roleSymbol), roleSymbol
	if len(cell) == 0 {
		cell, from = r.cell(roleISIN), roleISIN
	}
	if len(cell) == 0 && !r.cols.has(roleSymbol) && !r.cols.has(roleISIN) && r.cols.has(roleQuantity) {
		cell, from = r.cell(roleName), roleName
	}
	if len(cell) == 0 || absent(cell) {
		if t.Note == "" {
			t.Note = string(r.cell(roleName))
		}
		return
	}
	if at, ok := r.symbols[string(cell)]; ok {
		t.Symbol = r.instruments[at].Symbol
		if !r.traded[at] && t.Effect().Security {
			// A dividend may be paid in another currency than the shares are traded in.
			r.quoted(&r.instruments[at], t)
			r.traded[at] = true
		}
		return
	}
	if !ValidSymbol(cell) {
		r.fault(r.header(from), cell, "it is not a symbol", "write the ticker, such as AAPL, or the ISIN")
		return
	}
	i := r.describe(string(cell), t)
	r.symbols[string(cell)] = len(r.instruments)
	r.instruments = append(r.instruments, i)
	r.traded = append(r.traded, t.Effect().Security)
	t.Symbol = i.Symbol
}

// ValidSymbol reports whether text can be the symbol of an instrument: up to 64
// letters, digits and the signs that exchanges and people use in names.
func ValidSymbol(b []byte) bool {
	if len(b) == 0 || len(b) > 64 || !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= 0x80:
		case bytes.IndexByte([]byte(" .:-_/^=+&$#*()',!@%"), c) >= 0:
		default:
			return false
		}
	}
	return true
}

// describe gathers what the row says of an instrument. The class comes from its column
// or from an OCC option symbol, never from the letters of a ticker.
func (r *reader) describe(symbol string, t *ledger.Transaction) instrument.Instrument {
	i, err := instrument.ParseOCC(symbol)
	if err != nil {
		i = instrument.Instrument{Symbol: symbol}
	}
	r.quoted(&i, t)
	i.Name, i.ISIN, i.CUSIP = string(r.cell(roleName)), string(r.cell(roleISIN)), string(r.cell(roleCUSIP))
	if i.Name == symbol {
		i.Name = ""
	}
	for _, role := range []role{roleSubclass, roleClass} {
		if i.Class == instrument.Unknown {
			i.Class = ClassOf(string(r.cell(role)))
		}
	}
	if m, _, ok := r.number(r.cell(roleMultiplier), r.header(roleMultiplier)); ok && m.Sign() > 0 {
		i.Multiplier = money.Some(m)
	}
	if i.Class == instrument.Option && !i.IsOption() {
		i.Underlying = string(r.cell(roleUnderlying))
		if k, _, ok := r.number(r.cell(roleStrike), r.header(roleStrike)); ok {
			i.Strike = money.Some(k)
		}
		if d, _, ok := table.ParseDay(r.cell(roleExpiry), r.order); ok {
			i.Expiry = d
		}
		switch c := r.cell(roleRight); {
		case len(c) > 0 && (c[0] == 'C' || c[0] == 'c'):
			i.Right = instrument.Call
		case len(c) > 0 && (c[0] == 'P' || c[0] == 'p'):
			i.Right = instrument.Put
		}
	}
	return i
}

// ClassOf reads the class of an instrument as brokers write it; what is not known
// stays unknown.
func ClassOf(s string) instrument.Class {
	folded, _ := fold(s)
	switch folded {
	case "stk", "stock", "stocks", "equity", "equities", "aktie", "aktien", "share", "shares", "commonstock", "common", "adr", "reit":
		return instrument.Equity
	case "etf", "etfs", "exchangetradedfund":
		return instrument.ETF
	case "fund", "funds", "mutualfund", "mf", "fonds", "investmentfonds":
		return instrument.Fund
	case "bond", "bonds", "anleihe", "anleihen", "debt", "fixedincome":
		return instrument.Bond
	case "opt", "option", "options", "optionen":
		return instrument.Option
	case "fut", "future", "futures":
		return instrument.Future
	case "crypto", "cryptocurrency", "krypto", "cryptos", "kryptowaehrung":
		return instrument.Crypto
	case "commodity", "commodities", "rohstoff", "metal":
		return instrument.Commodity
	case "private", "privateequity", "realestate", "immobilie":
		return instrument.Private
	case "cash", "currency", "forex", "fx":
		return instrument.Currency
	}
	return instrument.Unknown
}
