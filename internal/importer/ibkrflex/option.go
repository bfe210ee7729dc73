package ibkrflex

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// An exercise or assignment appears as two trades of the day: the option leaves at
// zero, and the underlying is traded at the strike. Where both are there, the option's
// becomes the event, which moves the underlying by itself, and the underlying's is its
// delivery. Where one is missing, the other is a trade like any other.

// used are the codes of exercise (manual or automatic) and of assignment.
var used = []string{"Ex", "AEx", "MEx", "A"}

func (e *element) isOption() bool {
	c := e.text("assetCategory")
	return c == "OPT" || c == "FOP"
}

// delivery is what belongs together: the underlying traded at a strike on a day.
type delivery struct {
	day        date.Date
	account    string
	underlying string
	strike     string
	assigned   bool
}

func (e *element) delivery(underlying, strike string) delivery {
	day, _, _ := parseWhen(e.text("tradeDate", "dateTime", "reportDate"))
	price := e.quiet(strike)
	return delivery{day, e.account(), e.text(underlying), price.Decimal.String(), e.has("A")}
}

// findDeliveries pairs option events with the trades of their underlying.
func (s *statement) findDeliveries() {
	s.deliveries, s.events = map[*element]bool{}, map[*element]bool{}
	type pair struct {
		options, shares []*element
		due, delivered  money.Decimal
	}
	pairs := map[delivery]*pair{}
	at := func(k delivery) *pair {
		if pairs[k] == nil {
			pairs[k] = &pair{}
		}
		return pairs[k]
	}
	for _, e := range s.elements {
		if !e.counts() || !e.has(used...) || s.cancelled[e] != nil {
			continue
		}
		quantity := e.quiet("quantity").OrZero().Abs()
		if e.isOption() {
			if !e.quiet("proceeds").OrZero().IsZero() || e.text("strike") == "" || e.text("underlyingSymbol") == "" || e.text("putCall") == "" {
				continue
			}
			p := at(e.delivery("underlyingSymbol", "strike"))
			p.options = append(p.options, e)
			p.due = p.due.Add(quantity.Mul(e.quiet("multiplier").Or(money.Int(100))))
		} else {
			p := at(e.delivery("symbol", "tradePrice"))
			p.shares = append(p.shares, e)
			p.delivered = p.delivered.Add(quantity)
		}
	}
	for _, p := range pairs {
		if len(p.options) == 0 || len(p.shares) == 0 || !p.due.Equal(p.delivered) {
			continue
		}
		for _, e := range p.options {
			s.events[e] = true
			s.deliveries[e] = true
		}
		for _, e := range p.shares {
			s.deliveries[e] = true
		}
	}
	for _, e := range s.elements {
		if e.counts() && e.isOption() && e.has("Ep") && e.quiet("proceeds").OrZero().IsZero() && s.cancelled[e] == nil {
			s.events[e] = true
			s.deliveries[e] = true
		}
	}
}

// delivered books an option event, or for the trade of its underlying only its costs.
func (r *reader) delivered(e *element) outcome {
	d, out := r.deal(e)
	if out.fault != nil || out.ignored != "" || e.fault != nil {
		return out
	}
	key := d.booking.Account + "|" + d.booking.Symbol
	if d.buys {
		r.running[key] = r.running[key].Add(d.quantity)
	} else {
		r.running[key] = r.running[key].Sub(d.quantity)
	}
	t := d.booking
	if e.statement.events[e] {
		t.Type = ledger.OptionExercise
		switch {
		case e.has("Ep"):
			t.Type = ledger.OptionExpiry
		case e.has("A"):
			t.Type = ledger.OptionAssigned
		}
		t.Quantity, t.Price = money.Some(d.quantity), money.Optional{}
		if costs := t.Fees.OrZero().Add(t.Taxes.OrZero()); t.Type == ledger.OptionExpiry && !costs.IsZero() {
			d.extra = append(d.extra, costsOf(t, costs))
			t.Fees, t.Taxes = money.Optional{}, money.Optional{}
		}
		return booked(append([]ledger.Transaction{t}, d.extra...)...)
	}
	if costs := t.Fees.OrZero().Add(t.Taxes.OrZero()); !costs.IsZero() {
		d.extra = append(d.extra, costsOf(t, costs))
	}
	if len(d.extra) == 0 {
		return ignored("the delivery of an option's exercise or assignment, which is booked with the option")
	}
	return booked(d.extra...)
}

// costsOf is a fee for what a delivery or an expiry cost.
func costsOf(t ledger.Transaction, costs money.Decimal) ledger.Transaction {
	fee := ledger.Transaction{Date: t.Date, Time: t.Time, Type: ledger.Fee, Account: t.Account, Symbol: t.Symbol, Currency: t.Currency,
		Amount: money.Some(costs), Note: "costs of an option's exercise, assignment or expiry"}
	if t.Source != "" {
		fee.Source = t.Source + ":costs"
	}
	return fee
}

// optionEvent reads the section of exercises, assignments and expirations. Where the
// statement has trades, they are booked there.
func (r *reader) optionEvent(e *element) outcome {
	if !e.isOption() {
		return ignored("the delivery of an option's exercise or assignment, which is booked with the option")
	}
	for _, t := range e.statement.elements {
		if t.counts() && t.isOption() && t.symbol() == e.symbol() && (t.has(used...) || t.has("Ep")) {
			return ignored("booked with %s", t.place())
		}
	}
	t := ledger.Transaction{Account: e.account(), Symbol: e.symbol(), Source: e.source(), Note: e.text("description")}
	t.Date, t.Time = e.when("date", "tradeDate", "dateTime", "reportDate")
	t.Currency, _ = e.currency("currency")
	switch kind := e.text("transactionType", "type"); kind {
	case "Assignment":
		t.Type = ledger.OptionAssigned
	case "Exercise":
		t.Type = ledger.OptionExercise
	case "Expiration":
		t.Type = ledger.OptionExpiry
	case "Buy", "Sell":
		return ignored("a trade of the option, which the section of trades books")
	default:
		return refused("transactionType", kind, "is not an option event that is known", "book it by hand as option_exercise, option_assignment or option_expiry")
	}
	quantity := e.number("quantity")
	if !quantity.Known || quantity.Decimal.IsZero() {
		return refused("quantity", e.text("quantity"), "is not a number of contracts", "add Quantity to the section of the query")
	}
	t.Quantity = money.Some(quantity.Decimal.Abs())
	return booked(t)
}
