package service

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// resolver turns trades into bookings of the as-of day, each on what those before it
// left.
type resolver struct {
	*trial
	now    *foldedBook
	policy ledger.Policy
	base   money.Currency
	open   map[openKey]money.Decimal // quantities that trades have changed, both sides positive
}

// openKey is one side of a holding in an account.
type openKey struct {
	account, symbol string
	short           bool
}

// resolve completes every trade, or says everything that is wrong with them.
func (r *resolver) resolve(trades []Trade) error {
	r.open = map[openKey]money.Decimal{}
	var faults ledger.Faults
	for i, given := range trades {
		t, fault := r.trade(given)
		if fault != nil {
			fault.Row = i + 1
			faults = append(faults, fault)
			continue
		}
		booking := r.booking(i, &t)
		if wrong := ledger.Validate([]ledger.Transaction{booking}, func(string) instrument.Instrument { return t.Instrument }, date.None); len(wrong) > 0 {
			for _, f := range wrong {
				f.Row, f.ID = i+1, ""
			}
			faults = append(faults, wrong...)
			continue
		}
		completed := booking
		if err := ledger.Complete(&completed, t.Instrument); err != nil {
			return err
		}
		t.Amount = completed.Amount.Decimal
		if t.Side == BuySide || t.Side == CoverSide {
			t.Amount = t.Amount.Neg()
		}
		r.trades, r.added = append(r.trades, t), append(r.added, booking)
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// trade fills in what a trade leaves out.
func (r *resolver) trade(given Trade) (t TriedTrade, fault *ledger.Fault) {
	given.Symbol, given.Account = strings.TrimSpace(given.Symbol), strings.TrimSpace(given.Account)
	t = TriedTrade{Trade: given, PricedOn: date.None}
	if _, ok := sides[t.Side]; !ok {
		return t, &ledger.Fault{Field: "side", Value: string(t.Side), Problem: "there is no such side", Cure: "use buy, sell, short or cover"}
	}
	if t.Symbol == "" {
		return t, &ledger.Fault{Field: "symbol", Problem: "no symbol is given", Cure: "name a share, a fund or an option"}
	}
	if t.Quantity.Sign() <= 0 {
		return t, &ledger.Fault{Field: "quantity", Value: t.Quantity.String(), Problem: "quantities are positive", Cure: "the side says the direction"}
	}
	if !t.Lot.None() && (t.Side == BuySide || t.Side == ShortSide) {
		return t, &ledger.Fault{Field: "lot", Value: string(t.Side), Problem: "only a sale and a cover take from a lot", Cure: "leave the lot out"}
	}
	if t.Fee.Known && t.Fee.Decimal.Sign() < 0 {
		return t, &ledger.Fault{Field: "fee", Value: t.Fee.Decimal.String(), Problem: "fees are not negative", Cure: "leave it out where there is none"}
	}
	for _, find := range []func(*TriedTrade) *ledger.Fault{r.findInstrument, r.findPrice, r.findAccount, r.cover} {
		if fault = find(&t); fault != nil {
			return t, fault
		}
	}
	return t, nil
}

// findInstrument says what is traded: what is stored of it, else the terms that an OCC
// symbol spells out.
func (r *resolver) findInstrument(t *TriedTrade) *ledger.Fault {
	known := true
	if t.Instrument, known = r.panel.Instrument(t.Symbol); !known {
		if option, err := instrument.ParseOCC(t.Symbol); err == nil {
			option.Symbol, known = t.Symbol, true
			t.Instrument = option
			if underlying, ok := r.panel.Instrument(option.Underlying); ok {
				t.Instrument.Currency = underlying.Currency
			}
		} else if held := r.now.book.Instrument(t.Symbol); slices.Contains(r.now.book.Symbols, t.Symbol) {
			t.Instrument, known = held, true
		}
	}
	if !known {
		return &ledger.Fault{Field: "symbol", Value: t.Symbol, Problem: "nothing is known of it", Cure: "use a symbol that has stored prices, or an option's OCC symbol such as SPY260918P00570000"}
	}
	if t.Instrument.Currency == "" {
		t.Instrument.Currency = r.base
	}
	t.Currency, _ = t.Instrument.Currency.Major()
	if t.Instrument.IsOption() && t.Instrument.Expiry <= r.asOf {
		return &ledger.Fault{Field: "symbol", Value: t.Symbol, Problem: "the option expired on " + t.Instrument.Expiry.String(), Cure: "choose one that expires later"}
	}
	return nil
}

// findPrice takes the last stored price unless one is given. What has no stored price is
// valued at the given one from then on.
func (r *resolver) findPrice(t *TriedTrade) *ledger.Fault {
	stored, on, ok := r.panel.Price(t.Symbol, r.asOf)
	switch {
	case t.Price.Known && t.Price.Decimal.Sign() <= 0:
		return &ledger.Fault{Field: "price", Value: t.Price.Decimal.String(), Problem: "prices are positive", Cure: "the side says the direction"}
	case !t.Price.Known && !ok:
		return &ledger.Fault{Field: "price", Problem: "no price of " + t.Symbol + " is stored", Cure: "give the price that you expect"}
	case !t.Price.Known:
		t.Price, t.PricedOn = money.Some(stored), on
	case !ok:
		t.ValuedAtPrice = true
		r.panel = valuedAt(r.panel, t.Instrument, t.Price.Decimal, r.asOf)
	}
	return nil
}

// valuedAt is a panel in which an instrument has one price, on one day. The panel given
// is shared and stays as it is.
func valuedAt(p *market.Panel, inst instrument.Instrument, price money.Decimal, day date.Date) *market.Panel {
	own := p.Clone()
	own.SetInstrument(inst)
	own.SetPrices(inst.Symbol, market.FromPoints([]ledger.Point{{Date: day, Value: price}}, "what-if"))
	return own
}

// findAccount is where it is traded: where it is held, else where most is held.
func (r *resolver) findAccount(t *TriedTrade) *ledger.Fault {
	accounts := r.now.book.Accounts
	if t.Account != "" {
		if !slices.Contains(accounts, t.Account) {
			return &ledger.Fault{Field: "account", Value: t.Account, Problem: "there is no such account in the portfolio", Cure: "use " + oneOf(accounts)}
		}
		return nil
	}
	short := t.Side == ShortSide || t.Side == CoverSide
	most := money.Zero
	for _, account := range accounts {
		if n := r.quantity(openKey{account, t.Symbol, short}); most.Less(n) {
			t.Account, most = account, n
		}
	}
	if t.Account != "" {
		return nil
	}
	held := map[string]int{}
	for _, h := range r.now.book.Holdings(portfolio.Node{}, r.asOf) {
		held[h.Account]++
	}
	for _, account := range accounts {
		if t.Account == "" || held[account] > held[t.Account] {
			t.Account = account
		}
	}
	return nil
}

// oneOf lists names for a cure.
func oneOf(names []string) string {
	if len(names) == 0 {
		return "an account with a booking"
	}
	return strings.Join(names, ", ")
}

// quantity is how much is open on one side after the trades so far.
func (r *resolver) quantity(k openKey) money.Decimal {
	if n, changed := r.open[k]; changed {
		return n
	}
	return r.now.book.Side(k.account, k.symbol, k.short, r.asOf).Abs()
}

// cover refuses to close more than is open, as a booking would be, and keeps what is
// open after the trade.
func (r *resolver) cover(t *TriedTrade) *ledger.Fault {
	k := openKey{t.Account, t.Symbol, t.Side == ShortSide || t.Side == CoverSide}
	open := r.quantity(k)
	if t.Side == BuySide || t.Side == ShortSide {
		r.open[k] = open.Add(t.Quantity)
		return nil
	}
	if open.Less(t.Quantity) && (r.policy.OnOversold == "" || r.policy.OnOversold == ledger.Refuse) {
		long, short := r.quantity(openKey{t.Account, t.Symbol, false}), r.quantity(openKey{t.Account, t.Symbol, true})
		verb, cure := "sell", "lower the quantity; to sell what you do not hold, choose short"
		if t.Side == CoverSide {
			verb, cure = "cover", "lower the quantity; to add to a long holding, choose buy"
		}
		where := ""
		if t.Account != "" {
			where = " in " + t.Account
		}
		return &ledger.Fault{Field: "quantity", Value: t.Quantity.String(), Problem: fmt.Sprintf("you would %s more than is open%s: %s long, %s short", verb, where, long, short), Cure: cure, Err: lot.ErrInsufficient}
	}
	r.open[k] = money.Max(open.Sub(t.Quantity), money.Zero)
	return nil
}

// booking is the trade as it would be booked. A quotation in a minor unit is paid in
// the major one.
func (r *resolver) booking(i int, t *TriedTrade) ledger.Transaction {
	price := t.Price.Decimal
	if _, parts := t.Instrument.Currency.Major(); parts > 1 {
		price = price.DivRound(money.Int(parts), money.Places)
	}
	out := ledger.Transaction{ID: triedID(i), Date: r.asOf, Type: sides[t.Side], Account: t.Account, Symbol: t.Symbol, Quantity: money.Some(t.Quantity),
		Price: money.Some(price), Currency: t.Currency, Fees: t.Fee}
	if !t.Lot.None() {
		out.LotSpec = &ledger.LotSpec{Date: t.Lot.Opened, Cost: t.Lot.Cost}
	}
	return out
}

// triedID names the booking of a trade, counted from 0; no stored booking has such an id.
func triedID(i int) string { return fmt.Sprintf("what-if %d", i+1) }

// ofTrade gives a fault of the fold the row of its trade.
func (r *resolver) ofTrade(err error) error {
	var fault *ledger.Fault
	if !errors.As(err, &fault) {
		return err
	}
	for i := range r.added {
		if r.added[i].ID == fault.ID {
			fault.Row, fault.ID = i+1, ""
			return ledger.Faults{fault}
		}
	}
	return err
}
