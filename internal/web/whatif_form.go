package web

import (
	"maps"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// typedTrade is a trade as it was typed, in the reader's manner or, from an address,
// in English.
type typedTrade struct {
	side, symbol, quantity, price, fee, account string
	lot                                         string // day of the lot, and cost behind a colon
	locale                                      format.Locale
	trade                                       service.Trade // once it is read
}

// parseTrade reads a line such as "sell 3000 NVDA @ 158 fee 5 lot 2024-03-01 in Broker A".
func parseTrade(line string, locale format.Locale) typedTrade {
	t := typedTrade{locale: locale}
	words := strings.Fields(line)
	next := func(into *string) {
		if len(words) > 0 {
			*into, words = words[0], words[1:]
		}
	}
	next(&t.side)
	t.side = strings.ToLower(t.side)
	next(&t.quantity)
	next(&t.symbol)
	for len(words) > 0 {
		switch key := words[0]; {
		case key == "@" || key == "at":
			words = words[1:]
			next(&t.price)
		case key == "fee":
			words = words[1:]
			next(&t.fee)
		case key == "lot":
			words = words[1:]
			next(&t.lot)
		case key == "in":
			t.account, words = strings.Join(words[1:], " "), nil
		default: // symbols of some brokers have spaces
			t.symbol += " " + key
			words = words[1:]
		}
	}
	return t
}

// String is the trade as it stands in an address.
func (t *typedTrade) String() string {
	text := string(t.trade.Side) + " " + t.trade.Quantity.String() + " " + t.trade.Symbol
	if t.trade.Side == "" || t.trade.Quantity.IsZero() { // not read: as it was typed
		text = t.side + " " + t.quantity + " " + t.symbol
	}
	if t.trade.Price.Known {
		text += " @ " + t.trade.Price.Decimal.String()
	}
	if t.trade.Fee.Known {
		text += " fee " + t.trade.Fee.Decimal.String()
	}
	if l := t.trade.Lot; !l.None() {
		text += " lot " + l.Opened.String()
		if l.Cost.Known {
			text += ":" + l.Cost.Decimal.String()
		}
	} else if t.lot != "" {
		text += " lot " + t.lot
	}
	if t.account != "" {
		text += " in " + t.account
	}
	return text
}

// readForm reads the rows of the form and the list that was pasted, if any.
func (p *whatIfPage) readForm() {
	at := func(name string, i int) string {
		if list := p.Form[name]; i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	typed := p.locale // forms of other sites name no manner
	if p.Form.Has("as") {
		typed = p.typedIn()
	}
	_, p.filled = p.Form["symbol"]
	for i := range p.Form["symbol"] {
		t := typedTrade{side: at("side", i), symbol: at("symbol", i), quantity: at("quantity", i), price: at("price", i), fee: at("fee", i), account: at("account", i), lot: at("lot", i), locale: typed}
		if t.symbol+t.quantity+t.price+t.fee != "" {
			p.typed = append(p.typed, t)
		}
	}
	for line := range strings.Lines(p.Form.Get("list")) {
		if line = strings.TrimSpace(line); line != "" {
			p.typed = append(p.typed, parseTrade(line, typed))
		}
	}
}

// read turns what was typed into a trade, or says what is wrong beside each field.
func (t *typedTrade) read() map[string]string {
	errs := map[string]string{}
	t.trade = service.Trade{Side: service.Side(t.side), Symbol: t.symbol, Account: t.account}
	if t.side == "" {
		t.trade.Side = service.BuySide
	}
	if t.symbol == "" {
		errs["symbol"] = "Say which instrument."
	}
	if t.quantity == "" {
		errs["quantity"] = "Say how many."
	} else if d, err := t.locale.Parse(t.quantity); err != nil {
		errs["quantity"] = sentence(err.Error())
	} else {
		t.trade.Quantity = d
	}
	for _, field := range []struct {
		name, text string
		into       *money.Optional
	}{{"price", t.price, &t.trade.Price}, {"fee", t.fee, &t.trade.Fee}} {
		if field.text == "" {
			continue
		}
		d, err := t.locale.Parse(field.text)
		if err != nil {
			errs[field.name] = sentence(err.Error())
			continue
		}
		*field.into = money.Some(d)
	}
	if t.lot != "" {
		t.readLot(errs)
	}
	return errs
}

// readLot reads a day and, behind a colon, a cost a piece, both as an address has them.
func (t *typedTrade) readLot(errs map[string]string) {
	day, cost, priced := strings.Cut(t.lot, ":")
	var err error
	if t.trade.Lot.Opened, err = date.Parse(day); err != nil {
		errs["lot"] = "Write the day of the lot like 2024-03-01, its cost a piece behind a colon."
		return
	}
	if priced {
		d, err := money.Parse(cost)
		if err != nil {
			errs["lot"] = "Write the cost of the lot a piece like 2024-03-01:101.50."
			return
		}
		t.trade.Lot.Cost = money.Some(d)
	}
}

// sideWords are the sides in words.
var sideWords = []struct {
	side service.Side
	word string
}{{service.BuySide, "Buy"}, {service.SellSide, "Sell"}, {service.ShortSide, "Short"}, {service.CoverSide, "Cover"}}

func sideOptions(chosen string) []view.Option {
	var list []view.Option
	known := false
	for _, s := range sideWords {
		list = append(list, view.Option{Value: string(s.side), Label: s.word, Selected: string(s.side) == chosen})
		known = known || string(s.side) == chosen
	}
	if !known && chosen != "" { // what was typed stays
		list = append(list, view.Option{Value: chosen, Label: chosen, Selected: true})
	}
	return list
}

// mostSuggested is how many instruments are suggested besides those held.
const mostSuggested = 300

// fields fills the form: the trades as they were typed and a blank one.
func (p *whatIfPage) fields(v *view.WhatIf) error {
	w := p.writer(p.got.Before)
	known, err := p.site.svc.Instruments(p.Context(), p.caller, nil, p.portfolio.Simulated)
	if err != nil {
		return err
	}
	held := map[string]bool{}
	for i := range p.got.Before.Holdings {
		h := &p.got.Before.Holdings[i]
		held[h.Symbol] = true
		v.Symbols = append(v.Symbols, view.Option{Value: h.Symbol, Label: suggested(h.Instrument) + ", " + w.Quantity(h.Quantity) + " held"})
	}
	for _, symbol := range slices.Sorted(maps.Keys(known)) {
		switch i := known[symbol]; {
		case held[symbol] || i.Class == instrument.Currency || i.Class == instrument.Index:
		case len(v.Symbols) < len(held)+mostSuggested:
			v.Symbols = append(v.Symbols, view.Option{Value: symbol, Label: suggested(i)})
		}
	}
	accounts, err := p.site.svc.Accounts(p.Context(), p.caller, p.portfolio.ID)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		v.Accounts = append(v.Accounts, view.Option{Value: a.Name, Label: a.Label})
	}
	for i := range p.typed {
		v.Trades = append(v.Trades, p.field(w, i))
		for _, name := range []string{"side", "symbol", "quantity", "price", "fee", "account", "lot"} {
			if text := p.errs[i][name]; text != "" {
				v.Errors = append(v.Errors, view.Link{Label: "Trade " + w.Count(i+1) + ", " + name + ": " + text, Href: "#" + name + "-" + w.Count(i+1)})
			}
		}
	}
	blank := view.TradeField{N: len(p.typed) + 1, Side: sideOptions("buy")}
	if symbol := p.Form.Get("trade"); symbol != "" { // from another page
		blank.Symbol = symbol
		blank.Held, blank.Last = w.hints(p.got.Before, symbol)
	}
	v.Trades = append(v.Trades, blank)
	v.Note = "nothing is booked"
	if len(p.typed) > 0 {
		v.Note = counted(w, len(p.typed), "trade", "trades") + ", " + v.Note
	}
	return nil
}

// field is one trade of the form.
func (p *whatIfPage) field(w *writer, i int) view.TradeField {
	t := &p.typed[i]
	f := view.TradeField{N: i + 1, Side: sideOptions(t.side), Symbol: t.symbol, Quantity: t.quantity, Price: t.price, Fee: t.fee, Account: t.account, Lot: t.lot, Errors: p.errs[i], Remove: p.address("/what-if") + p.query(i)}
	if len(f.Errors) == 0 { // numbers of an address in the reader's manner
		f.Quantity = p.locale.Input(t.trade.Quantity)
		if t.trade.Price.Known {
			f.Price = p.locale.Input(t.trade.Price.Decimal)
		}
		if t.trade.Fee.Known {
			f.Fee = p.locale.Input(t.trade.Fee.Decimal)
		}
	}
	f.More = f.Fee != "" || f.Account != "" || f.Errors["lot"] != "" || f.Errors["fee"] != "" || f.Errors["account"] != ""
	f.Held, f.Last = w.hints(p.got.Before, t.symbol)
	if i < len(p.got.Trades) {
		tried := &p.got.Trades[i]
		f.Name = tried.Instrument.Name
		if tried.Instrument.IsOption() {
			f.Name = optionName(tried.Instrument)
		}
		f.Last = p.locale.Price(tried.Price.Decimal)
		f.Amount = p.locale.SignedDecimal(tried.Amount, 0) + " " + string(tried.Currency)
		if !tried.Lot.None() {
			f.Name += ", lot of " + format.Date(tried.Lot.Opened)
		}
		switch {
		case tried.ValuedAtPrice:
			f.Name += ", valued at this price"
		case tried.Side == service.BuySide && strings.HasPrefix(f.Held, "−"):
			f.Name = "also held short; Cover closes that"
		case tried.Side == service.ShortSide && f.Held != "" && !strings.HasPrefix(f.Held, "−"):
			f.Name = "also held long; Sell closes that"
		case !tried.PricedOn.IsNone() && tried.PricedOn < p.got.Before.AsOf:
			f.Name += ", price of " + format.Date(tried.PricedOn)
		}
	}
	return f
}

// hints are how much of a symbol is held and its last price.
func (w *writer) hints(a *analysis.Analysis, symbol string) (held, last string) {
	for i := range a.Holdings {
		if h := &a.Holdings[i]; h.Symbol == symbol {
			held = w.Quantity(h.Quantity)
			if h.Price.Known {
				last = w.Price(h.Price.Decimal)
			}
		}
	}
	return held, last
}

func suggested(i instrument.Instrument) string {
	if i.IsOption() {
		return optionName(i)
	}
	return i.Name
}
