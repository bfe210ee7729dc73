package ibkrflex

import (
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// detailLevel ranks a trade entry: 3 an execution, 2 an order, 1 a summary, 0 none of
// them.
func (e *element) detailLevel() int {
	level := e.text("levelOfDetail")
	switch e.name {
	case "Order":
		return 2
	case "SymbolSummary":
		return 1
	case "Trade", "TradeConfirm":
		switch level {
		case "", "EXECUTION", "DETAIL":
			return 3
		case "ORDER":
			return 2
		case "SYMBOL_SUMMARY", "SUMMARY":
			return 1
		}
	}
	return 0
}

// prepare finds out what of the statement belongs together.
func (s *statement) prepare(r *reader) {
	trades := false
	for _, e := range s.elements {
		trades = trades || e.name == "Trade" || e.name == "Order"
		s.confirms = s.confirms || e.name == "TradeConfirm"
		if e.name == "CashTransaction" && e.text("levelOfDetail") != "SUMMARY" {
			s.detail = true
		}
	}
	s.confirms = s.confirms && !trades
	for _, e := range s.elements {
		if e.name != "TradeConfirm" || s.confirms {
			s.level = max(s.level, e.detailLevel())
		}
	}
	s.findCancelled()
	s.findDeliveries()
	s.findActions()
}

// counts reports whether the entry is a trade at the level that is booked.
func (e *element) counts() bool {
	s := e.statement
	return e.detailLevel() == s.level && s.level > 1 && (e.name != "TradeConfirm" || s.confirms)
}

func (e *element) isCancellation() bool {
	return strings.HasSuffix(e.text("transactionType"), "Cancel") || strings.Contains(e.text("buySell"), "(Ca")
}

// findCancelled pairs each cancellation with the trade it cancels.
func (s *statement) findCancelled() {
	s.cancelled = map[*element]*element{}
	for _, c := range s.elements {
		if !c.counts() || !c.isCancellation() {
			continue
		}
		for _, t := range s.elements {
			if !t.counts() || t.isCancellation() || s.cancelled[t] != nil || t.account() != c.account() || t.text("symbol") != c.text("symbol") {
				continue
			}
			sum := t.quiet("quantity").OrZero().Add(c.quiet("quantity").OrZero())
			if original := c.text("origTradeID"); sum.IsZero() && (original == "" || original == t.text("tradeID")) {
				s.cancelled[t], s.cancelled[c] = c, t
				break
			}
		}
	}
}

// quiet is number without making what cannot be read a fault.
func (e *element) quiet(names ...string) money.Optional {
	before := e.fault
	n := e.number(names...)
	e.fault = before
	return n
}

func (r *reader) trade(e *element) outcome {
	switch {
	case e.name == "Lot" || e.text("levelOfDetail") == "CLOSED_LOT":
		return ignored("a tax lot of the trade above, not a booking")
	case e.detailLevel() == 0:
		return ignored("a summary or a note on trades that are booked one by one")
	case e.detailLevel() < e.statement.level || e.name == "TradeConfirm" && !e.statement.confirms:
		return ignored("a sum of trades that are booked one by one")
	case e.statement.level < 2:
		return refused("levelOfDetail", e.text("levelOfDetail"), "is a sum over several trades, whose days and prices are not known", "add Executions to the trades of the query")
	}
	if other := e.statement.cancelled[e]; other != nil {
		return r.cancelled(e, other)
	}
	if e.isCancellation() {
		return refused("origTradeID", e.text("origTradeID"), "cancels a trade that is not in this file", "delete that trade's booking, or import a statement that has both")
	}
	switch e.text("assetCategory") {
	case "CASH":
		return r.exchange(e)
	case "FUT", "CFD", "FSFOP", "FXCFD":
		return refused("assetCategory", e.text("assetCategory"), "is a contract that is settled in cash day by day: its price is not paid", "book its profit and its costs by hand as interest and fee")
	case "BAG":
		return ignored("a combination, whose legs are booked one by one")
	}
	if e.statement.deliveries[e] {
		return r.delivered(e)
	}
	return r.security(e)
}

// cancelled books nothing for a pair of trade and cancellation but what stays paid: the
// commission, where it was not given back.
func (r *reader) cancelled(e, other *element) outcome {
	if e.isCancellation() {
		return ignored("cancels %s", other.place())
	}
	left := cashOf(e).Add(cashOf(other))
	if left.IsZero() {
		return ignored("cancelled by %s", other.place())
	}
	currency, parts := e.currency("currency")
	day, clock := e.when("tradeDate", "dateTime", "reportDate")
	t := ledger.Transaction{Date: day, Time: clock, Type: ledger.Fee, Account: e.account(), Symbol: e.symbol(), Currency: currency,
		Amount: money.Some(scaled(left.Neg(), parts)), Source: e.source(), Note: "commission of a trade that was cancelled"}
	if left.Sign() > 0 {
		t.Type, t.Amount = ledger.FeeRefund, money.Some(scaled(left, parts))
	}
	return booked(t)
}

// cashOf is the cash of a trade, as stated or worked out.
func cashOf(e *element) money.Decimal {
	if net := e.quiet("netCash"); net.Known {
		return net.Decimal
	}
	return e.quiet("proceeds").OrZero().Add(e.quiet("ibCommission", "commission").OrZero()).Add(e.quiet("taxes", "tax").OrZero())
}

// scaled turns an amount in parts (pence) into main units.
func scaled(n, parts money.Decimal) money.Decimal {
	if parts.Equal(money.One) {
		return n
	}
	return n.DivRound(parts, money.Places)
}

// deal is a trade of a security as it is stated.
type deal struct {
	booking  ledger.Transaction // day, account, symbol, currency, source
	quantity money.Decimal      // positive
	buys     bool
	gross    money.Decimal // positive
	extra    []ledger.Transaction
}

func (r *reader) security(e *element) outcome {
	d, out := r.deal(e)
	if out.fault != nil || out.ignored != "" || e.fault != nil {
		return out
	}
	key := d.booking.Account + "|" + d.booking.Symbol
	held := r.running[key]
	moved := d.quantity
	if !d.buys {
		moved = moved.Neg()
	}
	r.running[key] = held.Add(moved)
	kinds, fault := e.kinds(d, held)
	if fault != nil {
		return outcome{fault: fault}
	}
	var all []ledger.Transaction
	for i, part := range kinds {
		t := d.booking
		t.Type, t.Quantity = part.kind, money.Some(part.quantity)
		gross := d.gross
		if len(kinds) > 1 {
			t.Fees, t.Taxes, gross = divided(t.Fees, kinds, i), divided(t.Taxes, kinds, i), divided(money.Some(d.gross), kinds, i).Decimal
			if i > 0 && t.Source != "" {
				t.Source += ":open"
			}
		}
		costs := t.Fees.OrZero().Add(t.Taxes.OrZero())
		if d.buys {
			t.Amount = money.Some(gross.Add(costs))
		} else {
			t.Amount = money.Some(gross.Sub(costs))
		}
		all = append(all, t)
	}
	return booked(append(all, d.extra...)...)
}

// divided is the i-th share of an amount in proportion to quantities; the shares sum to it.
func divided(n money.Optional, parts []part, i int) money.Optional {
	if !n.Known || n.Decimal.IsZero() {
		return n
	}
	weights := make([]money.Decimal, len(parts))
	for k := range parts {
		weights[k] = parts[k].quantity
	}
	places := min(n.Decimal.Exponent()+4, money.MaxPlaces)
	shares, err := money.Divide(n.Decimal.Abs(), weights, places)
	if err != nil {
		return n
	}
	if n.Decimal.Sign() < 0 {
		return money.Some(shares[i].Neg())
	}
	return money.Some(shares[i])
}

// deal reads a trade's values. Commission in another currency becomes a fee of its own.
func (r *reader) deal(e *element) (deal, outcome) {
	d := deal{}
	t := &d.booking
	t.Date, t.Time = e.when("tradeDate", "dateTime", "reportDate")
	if !t.Time.Known() {
		t.Time = e.clock(t)
	}
	t.Account, t.Symbol, t.Source = e.account(), e.symbol(), e.source()
	var parts money.Decimal
	t.Currency, parts = e.currency("currency")
	t.Note = e.rateNote(t.Currency)
	quantity := e.number("quantity")
	if t.Symbol == "" || !quantity.Known {
		return d, refused("symbol", e.text("symbol"), "has no symbol or no quantity", "add symbol and quantity to the trades of the query")
	}
	if quantity.Decimal.IsZero() {
		return d, ignored("a trade of nothing")
	}
	d.buys = quantity.Decimal.Sign() > 0
	if side := e.text("buySell"); strings.HasPrefix(side, "SELL") || strings.HasPrefix(side, "BUY") {
		d.buys = strings.HasPrefix(side, "BUY")
	}
	d.quantity = quantity.Decimal.Abs()
	if price := e.number("tradePrice", "price"); price.Known && price.Decimal.Sign() >= 0 {
		t.Price = money.Some(scaled(price.Decimal, parts))
	}
	if out := r.gross(e, &d, parts); out.fault != nil {
		return d, out
	}
	d.extra = e.commission(t, false)
	if taxes := e.number("taxes", "tax"); taxes.Known && !taxes.Decimal.IsZero() {
		t.Taxes = money.Some(scaled(taxes.Decimal.Neg(), parts))
	}
	return d, outcome{}
}

// clock is the time of day of the entry where it is of the booking's day.
func (e *element) clock(t *ledger.Transaction) ledger.Clock {
	if text := e.text("dateTime"); text != "" {
		if day, clock, err := parseWhen(text); err == nil && day == t.Date {
			return clock
		}
	}
	if text := e.text("tradeTime"); text != "" {
		if _, clock, err := parseWhen(strings.ReplaceAll(t.Date.String(), "-", "") + ";" + text); err == nil {
			return clock
		}
	}
	return 0
}

// gross is what was traded, without costs: as stated, or quantity × price × size.
func (r *reader) gross(e *element, d *deal, parts money.Decimal) outcome {
	if proceeds := e.number("proceeds"); proceeds.Known {
		d.gross = scaled(proceeds.Decimal.Abs(), parts)
		return outcome{}
	}
	if traded := e.number("tradeMoney"); traded.Known {
		d.gross = scaled(traded.Decimal.Abs(), parts)
		return outcome{}
	}
	if !d.booking.Price.Known {
		return refused("tradePrice", e.text("tradePrice"), "has neither proceeds nor a price", "add Proceeds and TradePrice to the trades of the query")
	}
	size := money.One
	if at, ok := r.instruments[d.booking.Symbol]; ok {
		i := r.file.Instruments[at]
		size = i.ContractSize()
		if i.Class == instrument.Option && !i.Multiplier.Known {
			return refused("multiplier", "", "of the option is not known", "add Multiplier and Proceeds to the trades of the query")
		}
	}
	d.gross = d.quantity.Mul(d.booking.Price.Decimal).Mul(size)
	return outcome{}
}

// commission makes what was paid for the trade its fee. It is a booking apart where it
// is wanted so, in another currency, or money that came back.
func (e *element) commission(t *ledger.Transaction, apart bool) []ledger.Transaction {
	stated := e.number("ibCommission", "commission")
	if !stated.Known || stated.Decimal.IsZero() {
		return nil
	}
	name := "currency"
	if e.text("ibCommissionCurrency", "commissionCurrency") != "" {
		name = "ibCommissionCurrency"
	}
	currency, parts := e.currency(name, "commissionCurrency")
	paid := scaled(stated.Decimal.Neg(), parts)
	if !apart && currency == t.Currency && paid.Sign() > 0 {
		t.Fees = money.Some(paid)
		return nil
	}
	fee := ledger.Transaction{Date: t.Date, Time: t.Time, Type: ledger.Fee, Account: t.Account, Symbol: t.Symbol,
		Currency: currency, Amount: money.Some(paid), Note: "commission"}
	if paid.Sign() < 0 {
		fee.Type, fee.Amount = ledger.FeeRefund, money.Some(paid.Neg())
	}
	if t.Source != "" {
		fee.Source = t.Source + ":commission"
	}
	return []ledger.Transaction{fee}
}

// part is the share of a trade that is one booking.
type part struct {
	kind     ledger.Type
	quantity money.Decimal
}

// kinds says what the trade does to the position: IBKR's open/close indicator, else
// what the file has traded before. A trade that closes and opens is two bookings.
func (e *element) kinds(d deal, held money.Decimal) ([]part, *ledger.Fault) {
	opens, closes := ledger.Buy, ledger.BuyToCover
	against := held.Neg() // what of the position the trade could close
	if !d.buys {
		opens, closes = ledger.SellShort, ledger.Sell
		against = held
	}
	switch indicator := e.text("openCloseIndicator"); indicator {
	case "O":
		return []part{{opens, d.quantity}}, nil
	case "C":
		return []part{{closes, d.quantity}}, nil
	case "C;O", "O;C", "C,O":
		closed := e.closedLots()
		if closed.IsZero() {
			closed = against
		}
		if closed.Sign() <= 0 || !closed.Less(d.quantity) {
			return nil, &ledger.Fault{Field: "openCloseIndicator", Value: indicator, Problem: "closes one position and opens another, and how much it closes is not said",
				Cure: "add Closed Lots to the trades of the query"}
		}
		return []part{{closes, closed}, {opens, d.quantity.Sub(closed)}}, nil
	}
	if against.Sign() > 0 && !against.Less(d.quantity) {
		return []part{{closes, d.quantity}}, nil
	}
	if d.buys {
		return []part{{ledger.Buy, d.quantity}}, nil
	}
	switch e.text("assetCategory") {
	case "OPT", "FOP", "FSFOP":
		return nil, &ledger.Fault{Field: "openCloseIndicator", Problem: "sells an option, and whether that opens or closes is not said", Cure: "add Open/CloseIndicator to the trades of the query"}
	}
	return []part{{ledger.Sell, d.quantity}}, nil
}

// closedLots adds up the lots that follow the trade in the file.
func (e *element) closedLots() money.Decimal {
	sum := money.Zero
	for _, next := range e.statement.elements[e.position+1:] {
		if next.name != "Lot" && next.text("levelOfDetail") != "CLOSED_LOT" {
			break
		}
		sum = sum.Add(next.quiet("quantity").OrZero().Abs())
	}
	return sum
}

// exchange books a currency trade: EUR.USD is bought and sold in USD.
func (r *reader) exchange(e *element) outcome {
	base, _, ok := strings.Cut(e.text("symbol"), ".")
	bought, err := money.ParseCurrency(base)
	quantity := e.number("quantity")
	paid := e.number("proceeds", "tradeMoney")
	quote, _ := e.currency("currency")
	if !ok || err != nil || !quantity.Known || quantity.Decimal.IsZero() || bought == quote {
		return refused("symbol", e.text("symbol"), "is not a currency trade such as EUR.USD", "add symbol, quantity and proceeds to the trades of the query")
	}
	if !paid.Known {
		price := e.number("tradePrice", "price")
		if !price.Known {
			return refused("proceeds", "", "are missing", "add Proceeds to the trades of the query")
		}
		paid = money.Some(quantity.Decimal.Mul(price.Decimal))
	}
	t := ledger.Transaction{Type: ledger.InternalMove, Account: e.account(), ToAccount: e.account(), Source: e.source(), Currency: quote}
	t.Date, t.Time = e.when("tradeDate", "dateTime", "reportDate")
	if !t.Time.Known() {
		t.Time = e.clock(&t)
	}
	this, that := money.Some(quantity.Decimal.Abs()), money.Some(paid.Decimal.Abs())
	t.Amount, t.ToAmount, t.ToCurrency = that, this, bought
	if quantity.Decimal.Sign() < 0 {
		t.Amount, t.Currency, t.ToAmount, t.ToCurrency = this, bought, that, quote
	}
	t.Note = "exchange " + e.text("symbol") + " at " + e.text("tradePrice", "price")
	return booked(append([]ledger.Transaction{t}, e.commission(&t, true)...)...)
}
