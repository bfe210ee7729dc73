package portfolio

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Valuer gives exact values in the base currency of a book, for single days. It keeps
// the conversions it found and is for one goroutine.
type Valuer struct {
	Book        *Book
	Panel       *market.Panel
	conversions map[money.Currency]*market.Conversion
}

// NewValuer returns a valuer of a book over a panel.
func NewValuer(b *Book, panel *market.Panel) *Valuer {
	return &Valuer{Book: b, Panel: panel, conversions: map[money.Currency]*market.Conversion{}}
}

// Worth is an exact value and what it rests on. Where it is not Known, Reason says why.
type Worth struct {
	Amount   money.Decimal // in the base currency
	Known    bool
	Reason   string
	Price    money.Optional // of one unit, in the quotation currency
	Priced   date.Date      // when that price was observed
	Rate     money.Optional // base units for one of the quotation currency
	Path     string         // through which rates
	RateDate date.Date
}

// Conversion is the way of a currency into the base currency, nil where there is none.
func (v *Valuer) Conversion(c money.Currency) *market.Conversion {
	if got, ok := v.conversions[c]; ok {
		return got
	}
	got, err := v.Panel.Conversion(c, v.Book.Base)
	if err != nil {
		got = nil
	}
	v.conversions[c] = got
	return got
}

// Cash converts an amount at the market's rate of the day.
func (v *Valuer) Cash(amount money.Decimal, c money.Currency, day date.Date) Worth {
	if c == v.Book.Base {
		return Worth{Amount: amount, Known: true}
	}
	if amount.IsZero() {
		return Worth{Known: true}
	}
	conversion := v.Conversion(c)
	if conversion == nil {
		return Worth{Reason: fmt.Sprintf("no exchange rate from %s to %s", c, v.Book.Base)}
	}
	got, err := conversion.Convert(amount, day)
	if err != nil {
		return Worth{Reason: fmt.Sprintf("no exchange rate from %s to %s by %s", c, v.Book.Base, day)}
	}
	w := Worth{Amount: got, Known: true, Path: conversion.Path()}
	if rate, observed, err := conversion.Rate(day); err == nil {
		w.Rate, w.RateDate = money.Some(rate), observed
	}
	return w
}

// Holding is what a quantity of a symbol is worth at the close of a day.
func (v *Valuer) Holding(symbol string, quantity money.Decimal, day date.Date) Worth {
	if quantity.IsZero() {
		return Worth{Known: true}
	}
	inst := v.Book.Instrument(symbol)
	price, observed, ok := v.Panel.Price(symbol, day)
	if !ok {
		if s := v.Panel.Prices(symbol); s != nil && len(s.Dates) > 0 {
			return Worth{Reason: fmt.Sprintf("no price before %s", s.First())}
		}
		return Worth{Reason: "no price is known"}
	}
	if r, any := v.Book.piecesSince(symbol, observed, day); any {
		price = price.MulDiv(r.New, r.Old, money.Places)
	}
	w := v.Cash(quantity.Mul(price).Mul(inst.ContractSize()), inst.Currency, day)
	w.Price, w.Priced = money.Some(price), observed
	return w
}

// Booked converts an amount of booking i: at the rate recorded on it where there is one
// into the base currency, else at the market's of its day.
func (v *Valuer) Booked(i int, amount money.Decimal, c money.Currency) Worth {
	if i >= 0 && i < len(v.Book.Transactions) {
		t := &v.Book.Transactions[i]
		if g := t.GrossForeign; g != nil && g.Currency == v.Book.Base && c == t.Currency && g.Rate.Sign() > 0 && c != v.Book.Base {
			return Worth{Amount: amount.DivRound(g.Rate, money.Places), Known: true}
		}
		return v.Cash(amount, c, t.Date)
	}
	return Worth{Reason: "no booking"}
}
