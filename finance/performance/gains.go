package performance

import (
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Gains says where the change in value of a period came from, exactly, in the base
// currency:
//
//	final − initial − transfers = realised + unrealised + income − fees − taxes + currency
//
// Capital gains are gross of fees and taxes; positions open at the start count from
// their value at the close of that day. What has no price on either end is named in
// Missing; the figures that need it are then unknown.
type Gains struct {
	Initial   money.Optional
	Final     money.Optional
	Transfers money.Decimal // inflows less outflows over the border of the portfolio
	Dividends money.Decimal // dividends and coupons, gross
	Interest  money.Decimal // received less paid, gross
	Fees      money.Decimal
	Taxes     money.Decimal
	Currency  money.Optional // gains on foreign cash, and of rates booked apart from the market's
	Holdings  []HoldingGain  // by symbol, in order of first appearance
	Missing   []Missing
}

// HoldingGain is the part of one symbol.
type HoldingGain struct {
	Symbol     string
	Initial    money.Optional // value at the start
	Final      money.Optional // value at the end
	Quantity   money.Decimal  // held at the end
	Purchases  money.Decimal  // paid for what was bought or delivered in, with costs
	Sales      money.Decimal  // received for what was sold or delivered out, net of costs
	Dividends  money.Decimal  // gross
	Fees       money.Decimal  // of trades and standing alone
	Taxes      money.Decimal
	OtherCosts money.Decimal  // the part of fees and taxes that is not in purchases, sales and dividends
	NetIncome  money.Decimal  // dividends net of their fees and taxes
	Realised   money.Optional // capital gain of what was sold, gross of costs
	Unrealised money.Optional // capital gain of what is held, gross of costs
	Cost       money.Optional // of what is held, costs included; from the start value where held then
}

// Missing is something that could not be valued.
type Missing struct {
	Symbol string
	Day    date.Date
	Reason string
}

// LotOrder is which lots a sale takes in the split of a gain into realised and
// unrealised; their sum is the same for all.
type LotOrder int

// The orders.
const (
	FIFOPerAccount LotOrder = iota // oldest first, within the account
	LIFOPerAccount                 // newest first, within the account
	HIFOPerAccount                 // dearest first, within the account
	AverageOverAll                 // one pool over all accounts
)

// OrderOf is the order that a lot method stands for.
func OrderOf(m ledger.Method) LotOrder {
	switch m {
	case ledger.LIFO, ledger.LIFOAll:
		return LIFOPerAccount
	case ledger.HIFO, ledger.HIFOAll:
		return HIFOPerAccount
	case ledger.Average, ledger.AverageAll:
		return AverageOverAll
	}
	return FIFOPerAccount
}

// NewGains computes the gains of a book over (start, end].
func NewGains(b *portfolio.Book, panel *market.Panel, start, end date.Date, order LotOrder) (*Gains, error) {
	g := &gainer{book: b, valuer: portfolio.NewValuer(b, panel), start: start, end: end, order: order,
		out: &Gains{}, at: map[string]int{}, lots: map[lotKey]*[]baseLot{}}
	if err := g.run(); err != nil {
		return nil, err
	}
	return g.out, nil
}

// gainer runs through the bookings once.
type gainer struct {
	book        *portfolio.Book
	start, end  date.Date
	order       LotOrder
	out         *Gains
	at          map[string]int // symbol to its row
	lots        map[lotKey]*[]baseLot
	started     bool
	valuer      *portfolio.Valuer
	cashMoved   money.Decimal // base value of all that moved foreign cash in the period
	cashUnknown bool
}

type lotKey struct{ account, symbol string }

// baseLot is a lot in the base currency. Quantity and cost are negative for a short.
type baseLot struct {
	quantity, cost, costs money.Decimal // cost gross of costs; costs are fees and taxes
	known                 bool          // false: its start value is unknown
}

func (g *gainer) run() error {
	for i := range g.book.Transactions {
		t := &g.book.Transactions[i]
		if t.Date > g.end {
			break
		}
		if !g.started && t.Date > g.start {
			g.begin()
		}
		if err := g.apply(t); err != nil {
			return err
		}
	}
	if !g.started {
		g.begin()
	}
	g.finish()
	return nil
}

func (g *gainer) row(symbol string) *HoldingGain {
	i, ok := g.at[symbol]
	if !ok {
		i = len(g.out.Holdings)
		g.at[symbol] = i
		g.out.Holdings = append(g.out.Holdings, HoldingGain{Symbol: symbol, Realised: money.Some(money.Zero)})
	}
	return &g.out.Holdings[i]
}

func (g *gainer) queue(account, symbol string) *[]baseLot {
	if g.order == AverageOverAll {
		account = ""
	}
	key := lotKey{account, symbol}
	q, ok := g.lots[key]
	if !ok {
		q = new([]baseLot)
		g.lots[key] = q
	}
	return q
}

// base converts an amount at the market's rate of the day.
func (g *gainer) base(amount money.Decimal, c money.Currency, day date.Date) (money.Decimal, bool) {
	w := g.valuer.Cash(amount, c, day)
	return w.Amount, w.Known
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

func (g *gainer) miss(symbol string, day date.Date, reason string) {
	m := Missing{symbol, day, reason}
	if !slices.Contains(g.out.Missing, m) {
		g.out.Missing = append(g.out.Missing, m)
	}
}

// begin closes the books at the start: every open lot counts from its value then.
func (g *gainer) begin() {
	g.started = true
	all := portfolio.Node{}
	total, known := g.cashWorth(g.start)
	if g.book.First() > g.start || g.book.First().IsNone() {
		g.out.Initial = money.Some(money.Zero)
		for _, symbol := range g.book.Symbols {
			g.row(symbol).Initial = money.Some(money.Zero)
		}
		return
	}
	for _, symbol := range g.book.Symbols {
		q := g.book.Quantity(all, symbol, g.start)
		worth, ok := g.value(symbol, q, g.start)
		row := g.row(symbol)
		if ok {
			row.Initial = money.Some(worth)
			total = total.Add(worth)
		} else {
			known = false
		}
		g.revalue(symbol, q, worth, ok)
	}
	if known {
		g.out.Initial = money.Some(total)
	}
	// Everything before the start is forgotten.
	for i := range g.out.Holdings {
		h := &g.out.Holdings[i]
		*h = HoldingGain{Symbol: h.Symbol, Initial: h.Initial, Realised: money.Some(money.Zero)}
	}
	g.out.Transfers, g.out.Dividends, g.out.Interest, g.out.Fees, g.out.Taxes = money.Zero, money.Zero, money.Zero, money.Zero, money.Zero
	g.cashMoved, g.cashUnknown = money.Zero, false
}

// revalue gives each open lot of a symbol its share of the start value; the last one
// takes what rounding leaves.
func (g *gainer) revalue(symbol string, quantity, worth money.Decimal, known bool) {
	accounts := g.book.Accounts
	if g.order == AverageOverAll {
		accounts = []string{""}
	}
	left := worth
	var last *baseLot
	for _, account := range accounts {
		lots, ok := g.lots[lotKey{account, symbol}]
		if !ok {
			continue
		}
		for i := range *lots {
			l := &(*lots)[i]
			l.costs, l.known = money.Zero, known
			if known && !quantity.IsZero() {
				l.cost = worth.MulDiv(l.quantity, quantity, money.Places)
				left = left.Sub(l.cost)
				last = l
			}
		}
	}
	if last != nil {
		last.cost = last.cost.Add(left)
	}
}

// cashWorth is all cash in the base currency at the close of a day.
func (g *gainer) cashWorth(day date.Date) (money.Decimal, bool) {
	total, known := money.Zero, true
	for _, balance := range g.book.Balances(portfolio.Node{}, day) {
		worth, ok := g.base(balance.Cash.Amount, balance.Cash.Currency, day)
		if !ok {
			known = false
			g.miss(string(balance.Cash.Currency), day, fmt.Sprintf("no exchange rate from %s to %s", balance.Cash.Currency, g.book.Base))
			continue
		}
		total = total.Add(worth)
	}
	return total, known
}

// finish values what is held at the end and closes the equation.
func (g *gainer) finish() {
	total, known := g.cashWorth(g.end)
	startCash, startKnown := g.cashWorth(g.start)
	if known && startKnown && !g.cashUnknown {
		g.out.Currency = money.Some(total.Sub(startCash).Sub(g.cashMoved))
	}
	for _, symbol := range g.book.Symbols {
		q := g.book.Quantity(portfolio.Node{}, symbol, g.end)
		row := g.row(symbol)
		row.Quantity = q
		cost, costs, costKnown := g.open(symbol)
		if costKnown {
			row.Cost = money.Some(cost.Add(costs))
		}
		worth, ok := g.value(symbol, q, g.end)
		if !ok {
			known = false
			continue
		}
		row.Final = money.Some(worth)
		total = total.Add(worth)
		if costKnown {
			row.Unrealised = money.Some(worth.Sub(cost))
		}
	}
	if known {
		g.out.Final = money.Some(total)
	}
}

// open sums the lots of a symbol that are still open.
func (g *gainer) open(symbol string) (cost, costs money.Decimal, known bool) {
	known = true
	sum := func(lots *[]baseLot) {
		for _, l := range *lots {
			cost, costs = cost.Add(l.cost), costs.Add(l.costs)
			known = known && l.known
		}
	}
	if g.order == AverageOverAll {
		if lots, ok := g.lots[lotKey{"", symbol}]; ok {
			sum(lots)
		}
		return cost, costs, known
	}
	for _, account := range g.book.Accounts {
		if lots, ok := g.lots[lotKey{account, symbol}]; ok {
			sum(lots)
		}
	}
	return cost, costs, known
}

// Realised is the capital gain of what was sold, over all holdings; unknown where one
// of them is.
func (g *Gains) Realised() money.Optional {
	return g.sum(func(h *HoldingGain) money.Optional { return h.Realised })
}

// Unrealised is the capital gain of what is held, over all holdings.
func (g *Gains) Unrealised() money.Optional {
	return g.sum(func(h *HoldingGain) money.Optional { return h.Unrealised })
}

// Cost is what the holdings cost, costs included.
func (g *Gains) Cost() money.Optional {
	return g.sum(func(h *HoldingGain) money.Optional { return h.Cost })
}

func (g *Gains) sum(of func(*HoldingGain) money.Optional) money.Optional {
	total := money.Zero
	for i := range g.Holdings {
		o := of(&g.Holdings[i])
		if !o.Known {
			return money.Optional{}
		}
		total = total.Add(o.Decimal)
	}
	return money.Some(total)
}

// Delta is the change in value that is not flows: final − initial − transfers.
func (g *Gains) Delta() money.Optional {
	if !g.Initial.Known || !g.Final.Known {
		return money.Optional{}
	}
	return money.Some(g.Final.Decimal.Sub(g.Initial.Decimal).Sub(g.Transfers))
}

// Income is dividends, coupons and interest, gross.
func (g *Gains) Income() money.Decimal { return g.Dividends.Add(g.Interest) }

// Holding returns the row of a symbol, nil when it never was held.
func (g *Gains) Holding(symbol string) *HoldingGain {
	for i := range g.Holdings {
		if g.Holdings[i].Symbol == symbol {
			return &g.Holdings[i]
		}
	}
	return nil
}

// Delta is the holding's own change: end − start − purchases + sales + net income −
// costs that stand alone.
func (h *HoldingGain) Delta() money.Optional {
	if !h.Final.Known || !h.Initial.Known {
		return money.Optional{}
	}
	return money.Some(h.Final.Decimal.Sub(h.Initial.Decimal).Sub(h.Purchases).Add(h.Sales).Add(h.NetIncome).Sub(h.OtherCosts))
}
