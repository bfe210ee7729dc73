package analysis

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
)

// Target is a price that somebody expects an instrument to reach.
type Target struct {
	Price    money.Decimal // of a piece as pieces were on the day it was set
	Currency money.Currency
	Horizon  date.Date // by when; zero or None: not said
	Set      date.Date
}

// Expectation is what a target price promises against the last price. It is what its
// author expects, carried through; nothing of it is a forecast.
type Expectation struct {
	Target      Figure `json:"target"`       // in today's pieces: splits since it was set are taken out
	Return      Figure `json:"return"`       // of the price alone
	Annual      Figure `json:"annual"`       // the same a year, up to the horizon
	Dividends   Figure `json:"dividends"`    // of a piece up to the horizon, estimated from the last twelve months
	TotalReturn Figure `json:"total_return"` // price and those dividends, not reinvested
}

// Expect holds a target against a quote as of a day. What is not known of the quote is
// not known of the expectation.
func Expect(q *Quote, t Target, a *market.Actions, asOf date.Date) Expectation {
	currency := Unit(t.Currency)
	priced := asOf
	if q.Price.Known() {
		priced = max(q.Price.AsOf, t.Set)
	}
	target := inPiecesOf(t.Price, a, t.Set, priced)
	e := Expectation{Target: exact(target, currency, asOf, "target_price")}
	if !target.Equal(t.Price) {
		e.Target = e.Target.From("Set on "+t.Set.String()+", before a split", t.Price.String())
	}
	unknown := func(why ...string) Expectation {
		e.Return, e.Annual = Unknown(Fraction, asOf, "target_return", why...), Unknown(Fraction, asOf, "target_annual", why...)
		e.Dividends, e.TotalReturn = Unknown(currency, asOf, "target_dividends", why...), Unknown(Fraction, asOf, "target_total_return", why...)
		return e
	}
	switch {
	case !q.Price.Known():
		return unknown(q.Price.Reasons...)
	case q.Price.Unit != currency:
		return unknown(fmt.Sprintf("the target is in %s, the price in %s; set the target in %s", currency, q.Price.Unit, q.Price.Unit))
	case q.Price.Float64() <= 0:
		return unknown("the last price is not above zero")
	}
	price := q.Price.Float64()
	inherit := func(f Figure) Figure {
		return f.With(q.Price.Status, q.Price.Reasons...).From("Last price, "+q.Price.AsOf.String(), q.Price.Amount.Decimal.String()).From("Target", target.String())
	}
	e.Return = inherit(Measure(target.Float64()/price-1, Fraction, asOf, "target_return"))
	e.Annual = e.yearly(t, asOf)
	e.Dividends = dividendsUntil(q, t, a, asOf)
	if !e.Dividends.Known() {
		e.TotalReturn = Unknown(Fraction, asOf, "target_total_return", e.Dividends.Reasons...)
		return e
	}
	e.TotalReturn = inherit(Measure((target.Float64()+e.Dividends.Float64())/price-1, Fraction, asOf, "target_total_return")).
		With(e.Dividends.Status, e.Dividends.Reasons...).From("Dividends", e.Dividends.Amount.Decimal.String())
	return e
}

// horizon is the time a target leaves, or why there is none to count.
func (t *Target) horizon(asOf date.Date) (days int, why string) {
	switch {
	case t.Horizon == 0 || t.Horizon.IsNone():
		return 0, "the target has no date"
	case t.Horizon <= asOf:
		return 0, "the target's date, " + t.Horizon.String() + ", has passed"
	}
	return int(t.Horizon - asOf), ""
}

func (e *Expectation) yearly(t Target, asOf date.Date) Figure {
	days, why := t.horizon(asOf)
	if why == "" && asOf.AddYears(1) > t.Horizon {
		why = "the target's date is less than a year away; nothing shorter is annualised"
	}
	if why != "" {
		return Unknown(Fraction, asOf, "target_annual", why)
	}
	f := Measure(performance.Annualise(e.Return.Float64(), days), Fraction, asOf, "target_annual")
	return f.With(e.Return.Status, e.Return.Reasons...).From("Expected return", percent(e.Return.Float64())).From("Days", itoa(days))
}

// dividendsUntil is what the dividends of the last twelve months come to when they go on
// until the horizon.
func dividendsUntil(q *Quote, t Target, a *market.Actions, asOf date.Date) Figure {
	currency := Unit(t.Currency)
	unknown := func(why string) Figure { return Unknown(currency, asOf, "target_dividends", why) }
	days, why := t.horizon(asOf)
	if why != "" {
		return unknown(why)
	}
	if a == nil || len(a.Dividends) == 0 {
		return unknown("no dividends of " + q.Instrument.Symbol + " are stored")
	}
	year, n := money.Zero, 0
	for _, d := range a.Dividends {
		if d.ExDate <= asOf.AddYears(-1) || d.ExDate > asOf {
			continue
		}
		if d.Currency != "" && d.Currency != t.Currency {
			return unknown(fmt.Sprintf("the dividend of %s is in %s", d.ExDate, d.Currency))
		}
		year, n = year.Add(inPiecesOf(d.Amount, a, d.ExDate, asOf)), n+1
	}
	f := exact(year.MulDiv(money.Int(int64(days)), money.Int(365), splitPlaces).Round(6), currency, asOf, "target_dividends")
	return f.With(Estimated, "as if the dividends of the last twelve months went on").From("Of twelve months", year.String()).From("Dividends", itoa(n)).From("Days", itoa(days))
}
