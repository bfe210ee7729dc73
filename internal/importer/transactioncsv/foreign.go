package transactioncsv

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// cost is a fee or tax as its column states it.
type cost struct {
	amount   money.Decimal
	currency money.Currency // empty: that of the row
	tax      bool
}

// link finds which column says the currency of which: "Currency (Total)" says that of
// "Total", "Stamp duty (GBP)" says its own.
func (c *columns) link() {
	byName := map[string]int{}
	for i, h := range c.headers {
		word, _ := fold(h)
		if _, ok := byName[word]; !ok {
			byName[word] = i
		}
	}
	c.says = map[int]int{}
	c.own = map[int]money.Currency{}
	for i, h := range c.headers {
		if _, code := fold(h); isCode(code) {
			c.own[i] = money.Currency(code)
		}
		inner, ok := currencyOf(h)
		if !ok {
			continue
		}
		if of, ok := byName[inner]; ok && of != i {
			c.says[of] = i
		}
	}
	if !c.has(roleCurrency) && c.has(rolePriceCurrency) && !c.saysAmount() {
		// The only currency of the file.
		c.at[roleCurrency], c.at[rolePriceCurrency] = c.at[rolePriceCurrency], -1
	}
	c.foreign = len(c.says) > 0 || c.has(rolePriceCurrency) || c.has(roleRate)
	for _, i := range append(append([]int{c.at[rolePrice]}, c.fees...), c.taxes...) {
		c.foreign = c.foreign || i >= 0 && c.own[i] != "" && c.own[i] != c.currency
	}
}

// saysAmount reports whether a header says the currency of an amount.
func (c *columns) saysAmount() bool {
	for _, role := range [...]role{roleNet, roleAmount, roleGross} {
		if i := c.at[role]; i >= 0 {
			if _, ok := c.says[i]; ok || c.own[i] != "" {
				return true
			}
		}
	}
	return false
}

// currencyOf reads "Currency (Price / share)" and "Währung (Kurs)".
func currencyOf(header string) (of string, ok bool) {
	before, rest, found := strings.Cut(header, "(")
	if !found || !strings.HasSuffix(strings.TrimSpace(rest), ")") {
		return "", false
	}
	if w, _ := fold(before); w != "currency" && w != "waehrung" {
		return "", false
	}
	of, _ = fold(strings.TrimSuffix(strings.TrimSpace(rest), ")"))
	return of, of != ""
}

// stated is the currency that the file gives for one column, by a column beside it or
// in its header; empty where it gives none.
func (r *reader) stated(column int) money.Currency {
	if column < 0 {
		return ""
	}
	if at, ok := r.cols.says[column]; ok && at < len(r.fields) {
		if cell := trim(r.fields[at]); len(cell) > 0 {
			c, err := r.currency(cell)
			if err != nil {
				r.fault(r.cols.headers[at], cell, "it is not a currency code", "write a code such as EUR or USD")
			}
			return c
		}
	}
	return r.cols.own[column]
}

// ownCosts reads the columns of costs, each with its currency. A currency beside an
// empty cost is not looked at.
func (r *reader) ownCosts(f *figures) {
	for kind, at := range [2][]int{r.cols.fees, r.cols.taxes} {
		for _, i := range at {
			if i >= len(r.fields) {
				continue
			}
			d, unit, ok := r.number(trim(r.fields[i]), r.cols.headers[i])
			if !ok || d.IsZero() {
				continue
			}
			c := cost{amount: d, currency: r.stated(i), tax: kind == 1}
			if c.currency == "" {
				c.currency = money.Currency(unit)
			}
			if cell := r.cell(roleFeeCurrency); c.currency == "" && kind == 0 && len(cell) > 0 {
				code, err := r.currency(cell)
				if err != nil {
					r.fault(r.header(roleFeeCurrency), cell, "it is not a currency code", "write a code such as EUR or USD")
				}
				c.currency = code
			}
			f.stated = append(f.stated, c)
		}
	}
}

// rate is the exchange rate of the row; brokers write words where there is none.
func (r *reader) rate() money.Optional {
	cell := r.cell(roleRate)
	if !bytes.ContainsAny(cell, "0123456789") {
		return money.Optional{}
	}
	d, _, ok := r.number(cell, r.header(roleRate))
	return money.Optional{Decimal: d, Known: ok && d.Sign() > 0}
}

// priceCurrency is the currency that the price of the row is written in, and that the
// instrument is quoted in.
func (r *reader) priceCurrency(t *ledger.Transaction) (price, quote money.Currency) {
	price = r.stated(r.cols.at[rolePrice])
	if cell := r.cell(rolePriceCurrency); len(cell) > 0 {
		c, err := r.currency(cell)
		if err != nil {
			r.fault(r.header(rolePriceCurrency), cell, "it is not a currency code", "write a code such as EUR or USD")
		}
		quote = c
		if word, _ := fold(r.header(rolePrice)); price == "" && !strings.HasSuffix(word, "inaccountcurrency") {
			price = c
		}
	}
	if cell := r.cell(roleCurrency); price == "" && quote == "" && len(cell) > 0 && r.cols.saysAmount() {
		// The amount has a currency of its own, so this one is of the price.
		if c, err := r.currency(cell); err == nil {
			price = c
		}
	}
	if price == "" {
		price = t.Currency
	}
	if quote == "" {
		quote = price
	}
	return price, quote
}

// factor turns a price into the currency of the booking: price × times ÷ over.
type factor struct{ times, over money.Decimal }

func (x factor) of(d money.Decimal) money.Decimal { return d.MulDiv(x.times, x.over, money.Places) }
func (x factor) float() float64                   { return x.times.Float64() / x.over.Float64() }

// pricePlaces and ratePlaces are the decimals kept of converted prices and of rates.
const pricePlaces, ratePlaces = 10, 12

// factors are the ways in which a price of currency from can be turned into currency
// to. Brokers quote rates in both directions, some of pence and some of pounds; which
// one it is, the amount tells.
func factors(from, to money.Currency, rate money.Optional) []factor {
	fromMajor, parts := from.Major()
	toMajor, toParts := to.Major()
	units := factor{money.Int(toParts), money.Int(parts)}
	if fromMajor == toMajor {
		return []factor{units}
	}
	if !rate.Known {
		return nil
	}
	all := []factor{{units.times, units.over.Mul(rate.Decimal)}, {units.times.Mul(rate.Decimal), units.over}}
	if parts != toParts {
		all = append(all, factor{money.One, rate.Decimal}, factor{rate.Decimal, money.One})
	}
	return all
}

// abroad brings a row whose price or costs are in another currency than its amount into
// the currency of the amount, at the exchange rate of the row. The rate is taken in the
// direction in which quantity × price gives the amount, with or without the costs.
// Costs that cannot be brought there stay in f.abroad.
func (r *reader) abroad(t *ledger.Transaction, f *figures) {
	size := money.One
	if at, ok := r.symbols[t.Symbol]; ok && t.Effect().Security {
		size = r.instruments[at].ContractSize()
	}
	f.sort(t.Currency)
	if f.priced == t.Currency && len(f.abroad) == 0 {
		return
	}
	full := f.quantity.Known && f.price.Known && f.amount.Known && !f.quantity.Decimal.IsZero() && !f.price.Decimal.IsZero()
	ways := factors(f.priced, t.Currency, f.rate)
	if full {
		gross := f.quantity.Decimal.Abs().Mul(f.price.Decimal).Mul(size)
		for _, way := range ways {
			slack, fits, with := r.fit(t, f, way, gross, size)
			if !fits {
				continue
			}
			f.slack = slack
			f.into(t.Currency, way, gross, t)
			if with {
				f.absorb(t.Currency, way)
			}
			return
		}
		if len(ways) > 0 && t.Effect().Security {
			at := ways[0].of(gross)
			r.fault(r.header(f.amountRole), r.cell(f.amountRole),
				fmt.Sprintf("it is not quantity × price (%s %s = %s %s), with or without the costs", gross, f.priced, at.Round(t.Currency.Places()), t.Currency),
				"correct quantity, price, exchange rate or amount, or leave the price empty so that the amount counts")
			return
		}
	}
	switch {
	case f.priced == t.Currency || !f.price.Known:
	case !f.amount.Known:
		// Nothing but the price says what was paid.
		t.Currency = f.priced
		f.sort(t.Currency)
		return
	case len(ways) == 1:
		f.price = money.Some(ways[0].of(f.price.Decimal).Round(pricePlaces))
	default:
		r.say(t, fmt.Sprintf("Price %s %s; the file gives no exchange rate that leads to the amount.", f.price.Decimal, f.priced))
		f.price = money.Optional{}
	}
}

// fit reports whether quantity × price, converted, is the amount: alone, with the costs
// of the row's currency, or (with) also with those converted, whichever is nearer. slack is how far the two
// may differ, by the decimals that the figures and the rate are written with.
func (r *reader) fit(t *ledger.Transaction, f *figures, way factor, gross, size money.Decimal) (slack float64, fits, with bool) {
	x := way.float()
	value := gross.Float64() * x
	q, p := f.quantity.Decimal.Abs(), f.price.Decimal
	slack = (r.halfPrice(p)*q.Float64()+half(q)*p.Float64())*size.Float64()*x + half(f.amount.Decimal) + 0.01
	if f.priced != t.Currency && f.rate.Known {
		slack += half(f.rate.Decimal) / f.rate.Decimal.Float64() * value
	}
	stated := f.amount.Decimal.Abs().Float64()
	sign := -1.0
	if t.Effect().Cash < 0 {
		sign = 1
	}
	here := f.fees.OrZero().Abs().Add(f.taxes.OrZero().Abs()).Float64()
	there := 0.0
	all := true
	for _, c := range f.abroad {
		in, ok := f.convert(c, t.Currency, way)
		all = all && ok
		there += in.Abs().Float64()
	}
	without := min(math.Abs(stated-value), math.Abs(stated-value-sign*here))
	whole := math.Abs(stated - value - sign*(here+there))
	if rounded := slack + 0.01; all && len(f.abroad) > 0 && whole <= rounded && whole <= without {
		return rounded, true, true
	}
	return slack, without <= slack, false
}

// sort adds up the costs that are in the currency of the booking, pence as pounds, and
// sets the others apart.
func (f *figures) sort(to money.Currency) {
	f.fees, f.taxes, f.abroad = money.Optional{}, money.Optional{}, nil
	for _, c := range f.stated {
		if c.currency == "" {
			c.currency = to
		}
		if major, _ := to.Major(); c.currency != to {
			if m, _ := c.currency.Major(); m != major {
				f.abroad = append(f.abroad, c)
				continue
			}
		}
		f.add(c, factors(c.currency, to, money.Optional{})[0].of(c.amount))
	}
}

func (f *figures) add(c cost, amount money.Decimal) {
	sum := &f.fees
	if c.tax {
		sum = &f.taxes
	}
	*sum = money.Some(sum.OrZero().Add(amount))
}

// convert brings a cost of the price's currency into that of the booking, to its
// smallest unit, as brokers book it.
func (f *figures) convert(c cost, to money.Currency, way factor) (money.Decimal, bool) {
	major, parts := f.priced.Major()
	cost, costParts := c.currency.Major()
	if cost != major {
		return money.Zero, false
	}
	return way.of(c.amount.MulDiv(money.Int(parts), money.Int(costParts), money.Places)).Round(to.Places()), true
}

func (f *figures) absorb(to money.Currency, way factor) {
	for _, c := range f.abroad {
		in, _ := f.convert(c, to, way)
		f.add(c, in)
	}
	f.abroad = nil
}

// into converts the price and keeps the value as it was in its own currency, with the
// rate of the row.
func (f *figures) into(to money.Currency, way factor, gross money.Decimal, t *ledger.Transaction) {
	f.price = money.Some(way.of(f.price.Decimal).Round(pricePlaces))
	major, parts := f.priced.Major()
	toMajor, _ := to.Major()
	if major == toMajor {
		return
	}
	unit := money.Int(parts)
	t.GrossForeign = &ledger.Foreign{Currency: major, Amount: gross.DivRound(unit, pricePlaces), Rate: way.of(unit).Round(ratePlaces)}
}

// apart books the costs that stay in a currency of their own: those of a trade as
// bookings, where the amount was without them; those of income as a note, because the
// amount is what arrived and the file gives no rate.
func (r *reader) apart(t *ledger.Transaction, f *figures) {
	for _, c := range f.abroad {
		typ := ledger.Fee
		if c.tax {
			typ = ledger.Tax
		}
		if !t.Effect().Security {
			r.say(t, fmt.Sprintf("%s %s %s; the file gives no exchange rate.", map[bool]string{true: "Tax withheld", false: "Fee"}[c.tax], c.amount.Abs(), c.currency))
			continue
		}
		own := ledger.Transaction{Date: t.Date, Time: t.Time, Type: typ, Account: t.Account, CashAccount: t.CashAccount, Symbol: t.Symbol,
			Amount: money.Some(c.amount.Abs()), Currency: c.currency, Note: string(typ) + " of " + string(t.Type)}
		if t.Source != "" {
			own.Source = t.Source + "/" + string(typ)
		}
		r.extra(own)
	}
}

// say adds to the note of a booking.
func (r *reader) say(t *ledger.Transaction, text string) {
	if t.Note != "" {
		t.Note += " "
	}
	t.Note += text
}

// quoted notes the currency in which an instrument is quoted.
func (r *reader) quoted(i *instrument.Instrument, t *ledger.Transaction) {
	i.Currency = t.Currency
	if r.cols.foreign {
		_, i.Currency = r.priceCurrency(t)
	}
}

// half is half a unit of the last decimal, where a figure has at least two.
func half(d money.Decimal) float64 {
	if e := d.Exponent(); e >= 2 {
		return 0.5 * math.Pow10(-int(e))
	}
	return 0
}

// halfPrice is half a unit of the last decimal of the price as it is written: 18.40 has
// two, whatever its number.
func (r *reader) halfPrice(p money.Decimal) float64 {
	cell := r.cell(rolePrice)
	if i := bytes.LastIndexAny(cell, ".,"); i >= 0 {
		decimals := 0
		for _, b := range cell[i+1:] {
			if b < '0' || b > '9' {
				break
			}
			decimals++
		}
		if decimals == 2 {
			return 0.005
		}
	}
	return half(p)
}
