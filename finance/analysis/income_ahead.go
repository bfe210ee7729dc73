package analysis

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/income"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// settledWithin is how long before the as-of day an ex-date may lie whose payment is
// still to come.
const settledWithin = 200

// project fills in what is to come: what holders are entitled to and has not been paid,
// what is announced, and the last year's regular payments once more.
func (m *incomeMaker) project() {
	m.booked = income.Booked(m.Book)
	m.projections = map[string]income.Projection{}
	due := income.Entitled(m.Book, m.Panel.Actions, m.AsOf-settledWithin, m.AsOf)
	settled := map[string]map[date.Date]*IncomePayment{}
	var order []*IncomePayment
	for _, d := range income.Unbooked(due, m.Book) {
		if d.Paid() <= m.AsOf || d.Paid() > m.until || !m.inNode(d.Account, d.Symbol) {
			continue // what should have been paid is proposed, not expected
		}
		if settled[d.Symbol] == nil {
			settled[d.Symbol] = map[date.Date]*IncomePayment{}
		}
		p := settled[d.Symbol][d.ExDate]
		if p == nil {
			p = &IncomePayment{Symbol: d.Symbol, ExDate: d.ExDate, Date: d.Paid(), Paid: !d.PayDate.IsNone(), PerShare: d.PerShare, Currency: d.Currency, Basis: income.Settled, Special: d.Special}
			settled[d.Symbol][d.ExDate] = p
			order = append(order, p)
		}
		p.Quantity, p.Gross = p.Quantity.Add(d.Quantity), p.Gross.Add(d.Gross)
	}
	for _, p := range order {
		m.expect(*p)
	}
	for i := range m.runner.out.Holdings {
		m.projectHolding(&m.runner.out.Holdings[i])
	}
	slices.SortStableFunc(m.out.Payments, func(a, b IncomePayment) int { return cmp.Compare(a.Date, b.Date) })
}

func (m *incomeMaker) projectHolding(h *Holding) {
	if why := paysByNature(&h.Instrument); why != "" {
		m.projections[h.Symbol] = income.Projection{Payer: income.Never, Reason: why}
		return
	}
	actions := m.paymentsOf(h.Symbol)
	covered := h.Instrument.Simulated && h.Instrument.Class != instrument.Private || m.covered != nil && m.covered(h.Symbol)
	p := income.Project(h.Symbol, actions, m.AsOf, m.until, covered)
	if p.Open {
		if p.Payer == income.Unclear && h.Instrument.Class == instrument.Private {
			p.Reason = "it is private: nobody announces what it pays"
		}
		m.all.leftAhead = append(m.all.leftAhead, "without "+h.Symbol+": "+p.Reason)
	}
	m.projections[h.Symbol] = p
	fromBookings := m.Panel.Actions(h.Symbol) == nil || len(m.Panel.Actions(h.Symbol).Dividends) == 0
	for _, e := range p.Payments {
		if e.Basis == income.Settled {
			continue // those are of who held it then
		}
		x := IncomePayment{Symbol: e.Symbol, ExDate: e.ExDate, Date: e.Date, Paid: e.Paid, PerShare: e.PerShare, Currency: e.Currency, Quantity: h.Quantity, Gross: h.Quantity.Mul(e.PerShare), Basis: e.Basis, Special: e.Special}
		if !e.Like.IsNone() {
			x.Like = e.Like
		}
		if fromBookings { // the day of a booking is when it was paid, and no more is known
			x.ExDate, x.Paid = 0, true
		}
		m.expect(x)
	}
}

// paymentsOf are the dividends known of a symbol with the splits that count for the book;
// where the market knows none, what the bookings say was paid a share.
func (m *incomeMaker) paymentsOf(symbol string) *market.Actions {
	all := m.actions(symbol)
	if all != nil && len(all.Dividends) > 0 {
		return all
	}
	type paid struct{ gross, quantity money.Decimal }
	days := map[date.Date]*paid{}
	var out market.Actions
	if all != nil {
		out.Splits = all.Splits
	}
	for _, x := range m.booked {
		if x.Symbol != symbol || x.Date > m.AsOf {
			continue
		}
		held := money.Zero
		for _, h := range m.Book.Holdings(m.nodeOf(symbol), x.Date-1) {
			if h.Account == x.Account {
				held = held.Add(h.Quantity)
			}
		}
		paying := x.Gross.Sub(x.Returned)
		if held.IsZero() || held.Sign() != paying.Sign() {
			continue
		}
		d := days[x.Date]
		if d == nil {
			d = &paid{}
			days[x.Date] = d
			out.Dividends = append(out.Dividends, market.DividendEvent{ExDate: x.Date, PayDate: date.None, Currency: x.Currency})
		}
		d.gross, d.quantity = d.gross.Add(paying), d.quantity.Add(held)
	}
	for i := range out.Dividends {
		d := days[out.Dividends[i].ExDate]
		if !d.quantity.IsZero() {
			out.Dividends[i].Amount = d.gross.DivRound(d.quantity, 8)
		}
	}
	return &out
}

// expect adds a payment to come to all sums it belongs to.
func (m *incomeMaker) expect(p IncomePayment) {
	p.Name = m.Book.Instrument(p.Symbol).Name
	w := m.valuer.Cash(p.Gross, p.Currency, m.AsOf)
	sums := []*incomeSums{&m.all, sumsOf(m.months, p.Date.StartOfMonth()), sumsOf(m.symbols, p.Symbol)}
	of := sums[2]
	if of.next == 0 || p.Date < of.next {
		of.next = p.Date
	}
	if p.Basis != income.Settled || m.isHeld(p.Symbol) {
		of.mixed = of.mixed || of.currency != "" && of.currency != p.Currency
		of.perShare, of.currency = of.perShare.Add(p.PerShare), p.Currency
	}
	if w.Known {
		p.Amount = m.runner.money(w.Amount, "income_payment").From("Quantity", p.Quantity.String()).From("A share", p.PerShare.String()+" "+string(p.Currency))
		if w.Rate.Known {
			p.Amount = p.Amount.From("Exchange rate", w.Rate.Decimal.Round(8).String()+" ("+w.Path+", "+w.RateDate.String()+")")
		}
		if p.Basis == income.Estimated {
			p.Amount = p.Amount.With(Estimated, "like the payment of "+p.Like.String())
		}
	} else {
		p.Amount = Unknown(m.unit(), m.AsOf, "income_payment", w.Reason)
	}
	m.out.Payments = append(m.out.Payments, p)
	for _, s := range sums {
		switch {
		case !w.Known:
			s.leftAhead = append(s.leftAhead, "without the payment of "+p.Symbol+" on "+p.Date.String()+": "+w.Reason)
		case p.Basis == income.Estimated:
			s.estimated = s.estimated.Add(w.Amount)
		default:
			s.announced = s.announced.Add(w.Amount)
		}
	}
}

func (m *incomeMaker) isHeld(symbol string) bool {
	return slices.ContainsFunc(m.runner.out.Holdings, func(h Holding) bool { return h.Symbol == symbol })
}
