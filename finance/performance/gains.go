package performance

import (
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
	// Unconverted names the bookings whose currency has no rate: transfers, income, fees
	// and taxes leave them out.
	Unconverted []Missing
	// Unsized names what crossed the border without a price: transfers leave it out.
	Unsized []Missing
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
	FIFOPerAccount    LotOrder = iota // oldest first, within the account
	LIFOPerAccount                    // newest first, within the account
	HIFOPerAccount                    // dearest in the base currency first, within the account
	AverageOverAll                    // one pool over all accounts
	AveragePerAccount                 // a pool an account
	AsBooked                          // the lots that the book's own methods took
)

// OrderOf is the order that a lot method stands for.
func OrderOf(m ledger.Method) LotOrder {
	switch m {
	case ledger.LIFO, ledger.LIFOAll:
		return LIFOPerAccount
	case ledger.HIFO, ledger.HIFOAll:
		return HIFOPerAccount
	case ledger.AverageAll:
		return AverageOverAll
	case ledger.Average:
		return AveragePerAccount
	}
	return FIFOPerAccount
}

// OrderOfBook is the order that agrees with a book's own disposals.
func OrderOfBook(b *portfolio.Book) LotOrder {
	m := b.Policy.MethodOf("")
	if b.Lots == nil || m == ledger.Average || m == ledger.AverageAll {
		return OrderOf(m)
	}
	return AsBooked
}

// NewGains computes the gains of a book over (start, end]. Who asks for several periods
// keeps a Tally.
func NewGains(b *portfolio.Book, panel *market.Panel, start, end date.Date, order LotOrder) (*Gains, error) {
	return NewNodeGains(b, panel, portfolio.Node{}, start, end, order)
}

// NewNodeGains is NewGains of a part of the portfolio. What crosses the border of the
// accounts is a transfer, securities at the day's close; so it is for the cash that a
// holding is bought with and pays away, costs included.
func NewNodeGains(b *portfolio.Book, panel *market.Panel, node portfolio.Node, start, end date.Date, order LotOrder) (*Gains, error) {
	t := &Tally{book: b, panel: panel}
	if order == AsBooked {
		t = NewTally(b, panel)
	}
	return t.Gains(node, start, end, order)
}

// of is the part of some holdings, without cash.
func (g *Gains) of(symbols []string) *Gains {
	out := &Gains{Initial: money.Some(money.Zero), Final: money.Some(money.Zero), Currency: money.Some(money.Zero)}
	plus := func(sum *money.Optional, o money.Optional) {
		if sum.Decimal = sum.Decimal.Add(o.Decimal); !o.Known {
			*sum = money.Optional{}
		}
	}
	for _, h := range g.Holdings {
		if !slices.Contains(symbols, h.Symbol) {
			continue
		}
		out.Holdings = append(out.Holdings, h)
		plus(&out.Initial, h.Initial)
		plus(&out.Final, h.Final)
		out.Dividends, out.Fees, out.Taxes = out.Dividends.Add(h.Dividends), out.Fees.Add(h.Fees), out.Taxes.Add(h.Taxes)
		out.Transfers = out.Transfers.Add(h.Purchases).Sub(h.Sales).Sub(h.NetIncome).Add(h.OtherCosts)
	}
	about := func(list []Missing) (kept []Missing) {
		for _, m := range list {
			if slices.Contains(symbols, m.Symbol) {
				kept = append(kept, m)
			}
		}
		return kept
	}
	out.Missing, out.Unconverted, out.Unsized = about(g.Missing), about(g.Unconverted), about(g.Unsized)
	return out
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
