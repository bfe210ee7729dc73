package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/store"
)

// Side is what a trade does.
type Side string

// The sides. Quantities are positive: the side says the direction.
const (
	BuySide   Side = "buy"
	SellSide  Side = "sell"
	ShortSide Side = "short" // sell what is not held
	CoverSide Side = "cover" // buy back what was sold short
)

// sides are the bookings that sides become.
var sides = map[Side]ledger.Type{BuySide: ledger.Buy, SellSide: ledger.Sell, ShortSide: ledger.SellShort, CoverSide: ledger.BuyToCover}

// Trade is a trade that is only tried.
type Trade struct {
	Side     Side
	Symbol   string         // of a share, fund or option (OCC)
	Quantity money.Decimal  // pieces, contracts for options
	Price    money.Optional // in the instrument's quotation currency; the last one stored unless given
	Fee      money.Optional // in the currency that is paid
	Account  string         // unless given the one that holds it, else the one that holds most
	Lot      LotChoice      // which lot a sale or a cover takes; the portfolio's method chooses unless given
}

// LotChoice names a lot. What is not given matches any.
type LotChoice struct {
	Opened date.Date      // the day its holding period counts from
	Cost   money.Optional // of one piece, in the currency it was paid in
}

// None reports that no lot is named.
func (l LotChoice) None() bool { return unset(l.Opened) && !l.Cost.Known }

// TriedTrade is a trade with what was left out filled in, and what it would do.
type TriedTrade struct {
	Trade
	Instrument instrument.Instrument
	PricedOn   date.Date      // of the stored price; date.None where a price was given
	Currency   money.Currency // of Amount and Fee
	Amount     money.Decimal  // the cash that moves, costs included; negative where it is paid
	// ValuedAtPrice is set where no price is stored: what is held of it is then valued at
	// the price of the trade.
	ValuedAtPrice bool
}

// RealisedGain is what trades realise, in the base currency, by the portfolio's lot
// method. Long term is held more than 365 days.
type RealisedGain struct {
	Short, Long analysis.Figure
	Lots        int // lots that are closed, whole or in part
}

// WhatIf is a portfolio before and after trades of which none is booked.
type WhatIf struct {
	Before, After *analysis.Analysis
	Trades        []TriedTrade
	Realised      RealisedGain
	Cash          []CashChange // of the accounts that the trades touch
	Method        ledger.Method
	Limits        struct{ Before, After []LimitCheck } // those that are set, in one order
}

// WhatIf answers a question about one portfolio as it is, and as it would be had the
// trades been made at the close of the as-of day, one after the other. Nothing is
// booked. A trade that could not be booked is a fault of its row.
func (s *Service) WhatIf(ctx context.Context, c Caller, q Question, trades []Trade) (*WhatIf, error) {
	if len(q.Portfolios) != 1 {
		return nil, &ledger.Fault{Field: "portfolio", Problem: "trades are tried on one portfolio", Cure: "name one"}
	}
	if len(trades) > maxTrades {
		return nil, &ledger.Fault{Field: "trades", Value: fmt.Sprint(len(trades)), Problem: "there are too many", Cure: fmt.Sprintf("try at most %d at once", maxTrades)}
	}
	var out *WhatIf
	err := s.asked(ctx, c, q, func(ctx context.Context, v store.View) (err error) {
		out, err = s.analyses.whatIf(ctx, v, q, trades, date.FromTime(s.now().UTC()))
		s.analyses.count("what_if", err)
		return err
	})
	return out, err
}

// maxTrades is how many trades are tried at once.
const maxTrades = 100

func (a *analyses) whatIf(ctx context.Context, v store.View, q Question, trades []Trade, today date.Date) (*WhatIf, error) {
	before, err := a.answer(ctx, v, q, today)
	if err != nil {
		return nil, err
	}
	set, err := gather(ctx, v, q)
	if err != nil {
		return nil, err
	}
	out := &WhatIf{Before: before, After: before, Method: set.portfolios[0].Policy.MethodOf("")}
	limits := ReadLimits(set.portfolios[0].Settings)
	out.Limits.Before = limits.Check(before)
	out.Limits.After = out.Limits.Before
	if len(trades) == 0 {
		return out, nil
	}
	asOf := q.AsOf
	if unset(asOf) {
		asOf = date.None
	}
	now, err := a.fold(ctx, v, set, asOf, today)
	if err != nil {
		return nil, err
	}
	t, err := a.try(ctx, v, set, now, trades, today)
	if err != nil {
		return nil, err
	}
	out.Trades = t.trades
	after := &foldedBook{book: t.book, panel: t.panel, asOf: now.asOf, doubts: now.doubts}
	in, err := after.input(set, q)
	if err != nil {
		return nil, err
	}
	in.Period = before.Period // the first booking may be a tried one
	if out.After, err = waitFor(ctx, func() (*analysis.Analysis, error) { return after.prepared(in).Run(in.Period) }); err != nil {
		return nil, err
	}
	out.Realised, out.Cash, out.Limits.After = t.realised(), t.cashChanges(now.book), limits.Check(out.After)
	return out, nil
}

// waitFor computes, but not longer than somebody waits: what is computed then ends by
// itself and is dropped.
func waitFor[T any](ctx context.Context, compute func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
		bug   any
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.bug = recover()
			done <- o
		}()
		o.value, o.err = compute()
	}()
	select {
	case o := <-done:
		if o.bug != nil {
			panic(o.bug)
		}
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// trial is a ledger with trades behind it.
type trial struct {
	asOf   date.Date
	trades []TriedTrade
	added  []ledger.Transaction
	book   *portfolio.Book
	panel  *market.Panel
}

// try puts trades behind a folded ledger and folds on from there.
func (a *analyses) try(ctx context.Context, v store.View, set *asked, now *foldedBook, trades []Trade, today date.Date) (*trial, error) {
	parts, err := a.ledgersOf(ctx, v, set)
	if err != nil {
		return nil, err
	}
	transactions := parts[0]
	panel, err := a.panelWith(ctx, v, set, transactions, trades, today)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return tryOn(now, panel, transactions, set.portfolios[0].Policy, set.base, trades)
}

// tryOn is try on a ledger that is at hand: its transactions as they were booked, folded
// as now, and a panel that has the symbols of the trades.
func tryOn(now *foldedBook, panel *market.Panel, transactions []ledger.Transaction, policy ledger.Policy, base money.Currency, trades []Trade) (*trial, error) {
	t := &trial{asOf: now.asOf, panel: panel}
	r := resolver{trial: t, now: now, policy: policy, base: base}
	if err := r.resolve(trades); err != nil {
		return nil, err
	}
	all := append(slices.Clone(transactions), t.added...)
	var err error
	t.book, err = portfolio.Refold(now.book, portfolio.Input{Base: base, Transactions: all, Instrument: instruments(t.panel, all, base),
		Policy: policy, Actions: t.panel.Actions, Through: t.asOf, Given: true}, t.asOf)
	if err != nil {
		return nil, r.ofTrade(err)
	}
	return t, nil
}

// panelWith is the portfolio's panel with the symbols of the trades, those that it
// values already and others.
func (a *analyses) panelWith(ctx context.Context, v store.View, set *asked, transactions []ledger.Transaction, trades []Trade, today date.Date) (*market.Panel, error) {
	more := slices.Clip(transactions)
	for _, t := range trades {
		if t.Symbol != "" {
			more = append(more, ledger.Transaction{Symbol: t.Symbol})
		}
	}
	return a.panel(ctx, v, set, more, today)
}
