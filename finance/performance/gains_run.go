package performance

import (
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// gainer runs through the bookings of a period once.
type gainer struct {
	book        *portfolio.Book
	valuer      *portfolio.Valuer
	node        portfolio.Node // accounts alone
	start, end  date.Date
	order       LotOrder
	plain       bool   // nothing but trades and deliveries
	tally       *Tally // of what need not be gone through; nil: everything is
	out         *Gains
	rows        []*row
	at          map[string]int // symbol to its row
	last        *row
	accountAt   map[string]int
	first, now  int            // the first booking of the period, and the one at hand
	disposals   []lot.Disposal // of the booking at hand
	moves       []portfolio.Move
	cashMoved   money.Decimal // base value of all that moved cash in the period
	cashUnknown bool
}

// row is a symbol at work: its gains and its lots.
type row struct {
	HoldingGain
	queues []*queue // by account and side, or one for each side where accounts do not count
	// cost and costs of the lots opened in the period that are in a tally, not in the queues
	cost, costs money.Decimal
}

func (g *gainer) run() error {
	g.begin()
	after := g.book.After(g.end)
	if err := g.goThrough(after); err != nil {
		return err
	}
	g.finish()
	return nil
}

// goThrough applies the bookings of the period, those that are tallied as sums.
func (g *gainer) goThrough(after int) error {
	if g.tally != nil {
		g.addTallied(after)
		return g.goThroughOthers(after)
	}
	disposals, moves := g.book.Disposals, g.book.Moves
	d, _ := slices.BinarySearchFunc(disposals, g.first, func(d lot.Disposal, i int) int { return d.Transaction - i })
	m, _ := slices.BinarySearchFunc(moves, g.first, func(x portfolio.Move, i int) int { return x.Transaction - i })
	for i := g.first; i < after; i++ {
		if err := g.applyAt(i, d, m); err != nil {
			return err
		}
		d, m = d+len(g.disposals), m+len(g.moves)
	}
	return nil
}

// applyAt applies booking i, whose disposals and moves begin at the given positions.
func (g *gainer) applyAt(i, disposal, move int) error {
	disposals, moves := g.book.Disposals, g.book.Moves
	d, m := disposal, move
	for d < len(disposals) && disposals[d].Transaction == i {
		d++
	}
	for m < len(moves) && moves[m].Transaction == i {
		m++
	}
	g.now, g.disposals, g.moves = i, disposals[disposal:d], moves[move:m]
	return g.apply(&g.book.Transactions[i])
}

func (g *gainer) row(symbol string) *row {
	if g.last != nil && g.last.Symbol == symbol {
		return g.last
	}
	i, ok := g.at[symbol]
	if !ok {
		i = len(g.rows)
		g.at[symbol] = i
		g.rows = append(g.rows, &row{HoldingGain: HoldingGain{Symbol: symbol, Realised: money.Some(money.Zero)}})
	}
	g.last = g.rows[i]
	return g.last
}

// within reports whether an account belongs to the node.
func (g *gainer) within(account string) bool {
	return len(g.node.Accounts) == 0 || slices.Contains(g.node.Accounts, account)
}

// base converts an amount at the market's rate of the day.
func (g *gainer) base(amount money.Decimal, c money.Currency, day date.Date) (money.Decimal, bool) {
	if c == g.book.Base {
		return amount, true
	}
	if amount.IsZero() {
		return money.Zero, true
	}
	conversion := g.valuer.Conversion(c)
	if conversion == nil {
		return money.Zero, false
	}
	converted, err := conversion.Convert(amount, day)
	return converted, err == nil
}

// value is what a quantity of a symbol is worth at the close of a day.
func (g *gainer) value(symbol string, quantity money.Decimal, day date.Date) (money.Decimal, bool) {
	if quantity.IsZero() {
		return money.Zero, true
	}
	w := g.valuer.Holding(symbol, quantity, day)
	if !w.Known {
		g.miss(symbol, day, w.Reason)
	}
	return w.Amount, w.Known
}

// crossed is what crosses the border at the close of a day.
func (g *gainer) crossed(symbol string, quantity money.Decimal, day date.Date) (money.Decimal, bool) {
	worth, known := g.value(symbol, quantity, day)
	if !known {
		m := Missing{symbol, day, g.valuer.Holding(symbol, quantity, day).Reason}
		if !slices.Contains(g.out.Unsized, m) {
			g.out.Unsized = append(g.out.Unsized, m)
		}
	}
	return worth, known
}

func (g *gainer) miss(symbol string, day date.Date, reason string) {
	if m := (Missing{symbol, day, reason}); !slices.Contains(g.out.Missing, m) {
		g.out.Missing = append(g.out.Missing, m)
	}
}

// begin closes the books at the start: everything held counts from its value then, as
// one lot that is older than those of the period.
func (g *gainer) begin() {
	room := make([]row, len(g.book.Symbols))
	g.rows = make([]*row, 0, len(room))
	for i, symbol := range g.book.Symbols {
		room[i].HoldingGain = HoldingGain{Symbol: symbol, Initial: money.Some(money.Zero), Realised: money.Some(money.Zero)}
		g.rows, g.at[symbol] = append(g.rows, &room[i]), i
	}
	g.out.Initial = money.Some(money.Zero)
	if g.book.First().IsNone() || g.book.First() > g.start {
		return
	}
	g.first = g.book.After(g.start)
	total, known := g.cashWorth(g.start)
	for i, held := range g.held() {
		r := g.rows[i]
		quantity := money.Zero
		for _, p := range held {
			quantity = quantity.Add(p.Quantity)
		}
		worth, ok := g.value(r.Symbol, quantity, g.start)
		if !ok {
			known, r.Initial = false, money.Optional{}
		} else {
			r.Initial = money.Some(worth)
			total = total.Add(worth)
		}
		left := worth
		for i, p := range held {
			cost := left
			if ok && i+1 < len(held) {
				cost = g.shareOf(worth, p.Quantity, quantity, r.Symbol)
				left = left.Sub(cost)
			}
			g.queue(r, p.Account, p.Short).add(baseLot{quantity: p.Quantity, cost: cost, booking: atStart, known: ok}, g.averages())
		}
	}
	if g.out.Initial = money.Some(total); !known {
		g.out.Initial = money.Optional{}
	}
}

// shareOf is the part of a symbol's worth at the start that belongs to a position.
func (g *gainer) shareOf(worth, part, whole money.Decimal, symbol string) money.Decimal {
	if whole.IsZero() { // as much is sold short elsewhere
		own, _ := g.value(symbol, part, g.start)
		return own
	}
	return worth.MulDiv(part, whole, money.Places)
}

// held is what was held at the start, for each of the book's symbols, joined over accounts
// where they do not count.
func (g *gainer) held() [][]portfolio.Position {
	held := make([][]portfolio.Position, len(g.book.Symbols))
	if g.plain && g.overAll() {
		room := make([]portfolio.Position, 0, len(held))
		for i, s := range g.book.Symbols {
			if q := g.book.Quantity(g.node, s, g.start); !q.IsZero() {
				room = append(room, portfolio.Position{Holding: portfolio.Holding{Symbol: s, Quantity: q}})
				held[i] = room[len(room)-1:]
			}
		}
		return held
	}
	for _, p := range g.book.Positions(g.start) {
		if !g.within(p.Account) {
			continue
		}
		list := &held[g.at[p.Symbol]]
		if i := slices.IndexFunc(*list, func(o portfolio.Position) bool { return o.Short == p.Short }); i >= 0 && g.overAll() {
			(*list)[i].Quantity = (*list)[i].Quantity.Add(p.Quantity)
			continue
		}
		*list = append(*list, p)
	}
	return held
}

// cashWorth is all cash in the base currency at the close of a day.
func (g *gainer) cashWorth(day date.Date) (money.Decimal, bool) {
	total, known := money.Zero, true
	for _, balance := range g.book.Balances(g.node, day) {
		worth, ok := g.base(balance.Cash.Amount, balance.Cash.Currency, day)
		if !ok {
			known = false
			g.miss(string(balance.Cash.Currency), day, g.noRate(balance.Cash.Currency))
			continue
		}
		total = total.Add(worth)
	}
	return total, known
}

func (g *gainer) noRate(c money.Currency) string {
	return fmt.Sprintf("no exchange rate from %s to %s", c, g.book.Base)
}

// finish values what is held at the end and closes the equation.
func (g *gainer) finish() {
	total, known := g.cashWorth(g.end)
	startCash, startKnown := g.cashWorth(g.start)
	if known && startKnown && !g.cashUnknown {
		g.out.Currency = money.Some(total.Sub(startCash).Sub(g.cashMoved))
	}
	for i, symbol := range g.book.Symbols {
		r := g.rows[i]
		r.Quantity = g.book.Quantity(g.node, symbol, g.end)
		cost, costs, costKnown := r.open()
		if costKnown {
			r.Cost = money.Some(cost.Add(costs))
		}
		worth, ok := g.value(symbol, r.Quantity, g.end)
		if !ok {
			known = false
			continue
		}
		r.Final = money.Some(worth)
		total = total.Add(worth)
		if costKnown {
			r.Unrealised = money.Some(worth.Sub(cost))
		}
	}
	if known {
		g.out.Final = money.Some(total)
	}
	g.out.Holdings = make([]HoldingGain, len(g.rows))
	for i, r := range g.rows {
		g.out.Holdings[i] = r.HoldingGain
	}
}

// legs are the parts of a booking in the base currency, all at one rate.
type legs struct {
	cash, gross, fees, taxes money.Decimal
	known                    bool
}

func (l *legs) costs() money.Decimal { return l.fees.Add(l.taxes) }

// legs converts a booking: at the rate recorded on it where there is one into the base
// currency, else at the market's of the day. gross = cash + sign × costs.
func (g *gainer) legs(t *ledger.Transaction, sign int64) legs {
	amount, fees, taxes := t.Amount.OrZero(), t.Fees.OrZero(), t.Taxes.OrZero()
	l := legs{known: true}
	if f := t.GrossForeign; f != nil && f.Currency == g.book.Base && t.Currency != g.book.Base && f.Rate.Sign() > 0 {
		l.gross = f.Amount
		l.fees = fees.DivRound(f.Rate, money.Places)
		l.taxes = taxes.DivRound(f.Rate, money.Places)
		l.cash = l.gross.Sub(l.costs().Mul(money.Int(sign)))
		return l
	}
	if t.Currency == g.book.Base {
		l.cash, l.fees, l.taxes = amount, fees, taxes
	} else {
		var ok1, ok2, ok3 bool
		l.cash, ok1 = g.base(amount, t.Currency, t.Date)
		l.fees, ok2 = g.base(fees, t.Currency, t.Date)
		l.taxes, ok3 = g.base(taxes, t.Currency, t.Date)
		if l.known = ok1 && ok2 && ok3; !l.known {
			symbol := t.Symbol
			if symbol == "" {
				symbol = string(t.Currency)
			}
			g.miss(symbol, t.Date, g.noRate(t.Currency))
			g.out.Unconverted = append(g.out.Unconverted, Missing{symbol, t.Date, g.noRate(t.Currency)})
		}
	}
	switch sign {
	case 0:
		l.gross = l.cash
	case 1:
		l.gross = l.cash.Add(l.costs())
	default:
		l.gross = l.cash.Sub(l.costs())
	}
	return l
}
