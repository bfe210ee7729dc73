package service

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// tightenings is how often the cap on volatility is lowered until the limit of VaR holds.
const tightenings = 4

// settle finds the weights and their trades. For limits the trades are tried as a whole:
// the historical value at risk is no constraint of an optimiser, so that volatility stands
// in for it and is lowered until it holds.
func (p *proposer) settle(ctx context.Context, try func([]Trade) (*WhatIf, error)) error {
	if p.asked.Objective != proposal.Limits {
		return p.solve(ctx)
	}
	var first, last []LimitCheck
	first = p.limits.Check(p.before)
	for _, c := range first {
		if c.Name == "var" && !c.Met {
			if !c.Value.Known() {
				p.note("The limit of VaR is not looked at: " + cmp.Or(firstOf(c.Value.Reasons), "it is not known") + ".")
				continue
			}
			p.cap(c)
		}
	}
	for range tightenings {
		if err := p.solve(ctx); err != nil {
			return err
		}
		last = first
		if len(p.out.Trades) > 0 {
			after, err := try(p.out.Trades)
			if err != nil {
				return err
			}
			last = after.Limits.After
		}
		at := slices.IndexFunc(last, func(c LimitCheck) bool { return c.Name == "var" && !c.Met && c.Value.Known() })
		if at < 0 {
			break
		}
		p.cap(last[at])
	}
	p.out.Limits = last
	for _, c := range last {
		if !c.Met {
			p.note("The limit of " + limitNames[c.Name] + " still does not hold after these trades.")
		}
	}
	return nil
}

// limitNames are the limits in words.
var limitNames = map[string]string{"net_exposure": "net exposure", "gross_exposure": "gross exposure", "beta": "beta", "volatility": "volatility", "var": "VaR", "largest_position": "the largest position"}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// cap lowers the cap on volatility as far as the value at risk is over its limit.
func (p *proposer) cap(c LimitCheck) {
	now := p.request.Figures(p.weightsNow()).Volatility
	if p.wished != nil {
		now = p.wished.Wished.Volatility
	}
	most := now * c.Limit.Float64() / math.Abs(c.Value.Float64()) * margin
	if p.request.Volatility == 0 || most < p.request.Volatility {
		p.request.Volatility = most
	}
}

func (p *proposer) weightsNow() []float64 {
	w := make([]float64, len(p.request.Assets))
	for i, a := range p.request.Assets {
		w[i] = a.Value / p.request.Total
	}
	return w
}

// solve chooses weights, orders and trades.
func (p *proposer) solve(ctx context.Context) (err error) {
	if p.wished, err = waitFor(ctx, func() (*proposal.Proposal, error) { return proposal.Suggest(p.request) }); err != nil {
		return p.refused(err)
	}
	now := p.wished.Before.Weights
	positions := make([]proposal.Position, len(now))
	for i := range positions {
		a := &p.model.Assets[i]
		positions[i] = proposal.Position{ID: a.Symbol, Price: a.Price, Now: now[i], Want: p.wished.Wished.Weights[i], Whole: !p.asked.Fractions && a.Instrument.Class != instrument.Crypto,
			Ample: p.asked.Objective == proposal.Limits}
		if math.Abs(positions[i].Want-now[i]) < 1e-7 {
			positions[i].Want = now[i]
		}
		if a.Holding != nil {
			positions[i].Held = a.Holding.Quantity.Float64()
		}
	}
	t := p.request.Total
	rules := proposal.Rules{Total: t, Fee: known(p.asked.Fee), CostRate: known(p.asked.CostRate), MinTrade: known(p.asked.MinTrade), Cash: p.wished.Before.Cash * t, CashLeft: p.wished.Wished.Cash * t}
	if p.asked.Cash != p.asked.Cash { // costs may come out of the cash there is
		rules.CashLeft = math.Max(math.Min(rules.CashLeft, rules.Cash)-0.001*t, math.Min(rules.CashLeft, 0))
	}
	if p.orders, err = proposal.Trade(positions, rules); err != nil {
		return err
	}
	p.after = p.request.Figures(p.orders.After)
	p.out.Trades = p.byMethod()
	return nil
}

// known is a number, 0 where there is none.
func known(x float64) float64 {
	if x != x {
		return 0
	}
	return x
}

// part is a piece of an order: in one account, on one side.
type part struct {
	symbol   string
	account  string
	side     Side
	quantity money.Decimal
	asset    int
}

// parts split an order by what closes and what opens, and by account.
func (p *proposer) parts(o proposal.Order) (out []part) {
	a := &p.model.Assets[o.Position]
	quantity := exactly(math.Abs(o.Quantity))
	closing, opening := SellSide, ShortSide
	if o.Quantity > 0 {
		closing, opening = CoverSide, BuySide
	}
	if a.Holding != nil {
		held := slices.Clone(a.Holding.Accounts)
		slices.SortStableFunc(held, func(x, y analysis.AccountQuantity) int { return y.Quantity.Abs().Cmp(x.Quantity.Abs()) })
		for _, at := range held {
			if (at.Quantity.Sign() > 0) != (o.Quantity < 0) || at.Quantity.IsZero() || quantity.IsZero() {
				continue
			}
			n := money.Min(at.Quantity.Abs(), quantity)
			if near := at.Quantity.Abs().Sub(quantity); near.Sign() != 0 && near.Abs().Less(dust) {
				n = at.Quantity.Abs() // what goes, goes whole
			}
			out = append(out, part{a.Symbol, at.Account, closing, n, o.Position})
			quantity = money.Max(quantity.Sub(n), money.Zero)
		}
	}
	if !quantity.IsZero() && !quantity.Less(dust) {
		out = append(out, part{a.Symbol, "", opening, quantity, o.Position})
	}
	return out
}

// dust is less than any order has.
var dust = money.MustParse("0.0000005")

func exactly(x float64) money.Decimal {
	d, err := money.FromFloat(x)
	if err != nil {
		return money.Zero
	}
	return d.Round(6)
}

// byMethod are the trades whose lots the portfolio's method chooses, sales first so that
// they pay for purchases.
func (p *proposer) byMethod() (out []Trade) {
	for _, x := range p.inTurn() {
		for k, y := range p.parts(x) {
			out = append(out, p.trade(y, x, k == 0, y.quantity, LotChoice{}))
		}
	}
	return out
}

// inTurn are the orders, sales first.
func (p *proposer) inTurn() []proposal.Order {
	list := slices.Clone(p.orders.List)
	slices.SortStableFunc(list, func(a, b proposal.Order) int { return cmp.Compare(min(b.Quantity, 0), min(a.Quantity, 0)) })
	slices.SortStableFunc(list, func(a, b proposal.Order) int {
		return cmp.Compare(b2i(a.Quantity > 0), b2i(b.Quantity > 0))
	})
	return list
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// trade is one trade with its part of the costs: the fee once an order, the rest by
// quantity.
func (p *proposer) trade(y part, o proposal.Order, first bool, quantity money.Decimal, which LotChoice) Trade {
	t := Trade{Side: y.side, Symbol: y.symbol, Quantity: quantity, Account: y.account, Lot: which}
	if h := p.model.Assets[y.asset].Holding; h != nil && len(h.Accounts) == 1 {
		t.Account = ""
	}
	cost := known(p.asked.CostRate) * math.Abs(o.Value) * quantity.Float64() / math.Abs(o.Quantity)
	if first {
		cost += known(p.asked.Fee)
	}
	if rate := p.model.Assets[y.asset].Rate; cost > 0 && rate > 0 {
		t.Fee = money.Some(exactly(cost / rate).Round(2))
	}
	return t
}

// realise adds up what the trades realise by either choice of lots.
func (p *proposer) realise(try func([]Trade) (*trial, error)) error {
	p.names()
	if len(p.out.Trades) == 0 {
		p.note("Nothing needs to be traded.")
	}
	least, lots, why := p.byLeastTax()
	p.out.Lots = lots
	for _, x := range []struct {
		trades []Trade
		into   *RealisedGain
		tax    *analysis.Figure
	}{{p.out.Trades, &p.out.Realised.Method, &p.out.Tax.Method}, {least, &p.out.Realised.LeastTax, &p.out.Tax.LeastTax}} {
		if len(x.trades) == 0 {
			none := analysis.Money(money.Zero, p.before.Base, p.before.AsOf, "proposed_gain")
			x.into.Short, x.into.Long = none, none
			if why != "" {
				none = analysis.Unknown(analysis.Unit(p.before.Base), p.before.AsOf, "realised", why)
				x.into.Short, x.into.Long = none, none
			}
		} else {
			t, err := try(x.trades)
			if err != nil {
				return err
			}
			*x.into = t.realised()
		}
		*x.tax = p.tax(x.into)
	}
	if why != "" && p.asked.Lots == ByLeastTax {
		p.note("The lots are those of the portfolio’s method: " + why + ".")
	}
	if p.asked.Lots == ByLeastTax && len(least) > 0 {
		p.out.Trades = least
	}
	return nil
}

// tax is what gains are taxed at the rates given; losses count against gains.
func (p *proposer) tax(g *RealisedGain) analysis.Figure {
	unit, on := analysis.Unit(p.before.Base), p.before.AsOf
	switch {
	case p.asked.TaxShort != p.asked.TaxShort && p.asked.TaxLong != p.asked.TaxLong:
		return analysis.Unknown(unit, on, "proposed_tax", "no tax rate is given")
	case !g.Short.Known():
		return analysis.Unknown(unit, on, "proposed_tax", g.Short.Reasons...)
	}
	x := float64(known(p.asked.TaxShort)*g.Short.Float64()) + float64(known(p.asked.TaxLong)*g.Long.Float64())
	d := exactly(math.Max(x, 0)).Round(2)
	return analysis.Money(d, p.before.Base, on, "proposed_tax").With(analysis.Estimated, "by the rates given, with losses set against gains").With(g.Short.Status, g.Short.Reasons...)
}

// byLeastTax are the same trades with the lots that are taxed least; why says why lots
// cannot be chosen.
func (p *proposer) byLeastTax() (out []Trade, rows []ProposedLot, why string) {
	if p.folded.book.Lots == nil {
		return nil, nil, "lots are not kept"
	}
	if p.out.Method == ledger.Average || p.out.Method == ledger.AverageAll {
		return nil, nil, "under average cost no lot is sold before another"
	}
	valuer := portfolio.NewValuer(p.folded.book, p.folded.panel)
	open := map[string][]*lot.Lot{}
	for l := range p.folded.book.Lots.Lots() {
		open[l.Symbol] = append(open[l.Symbol], l)
	}
	for _, o := range p.inTurn() {
		first := true
		for _, y := range p.parts(o) {
			if y.side == BuySide || y.side == ShortSide {
				out = append(out, p.trade(y, o, first, y.quantity, LotChoice{}))
				first = false
				continue
			}
			for _, c := range p.chosen(valuer, open[y.symbol], y) {
				out, rows = append(out, p.trade(y, o, first, c.row.Quantity, c.which)), append(rows, c.row)
				first = false
			}
		}
	}
	if len(out) > maxTrades {
		return nil, nil, "they would be more trades than can be tried at once"
	}
	return out, rows, ""
}

type chosenLot struct {
	row   ProposedLot
	which LotChoice
}

// chosen takes the lots of one side in one account that are taxed least.
func (p *proposer) chosen(valuer *portfolio.Valuer, open []*lot.Lot, y part) (out []chosenLot) {
	price, unit := p.model.Assets[y.asset].Price, analysis.Unit(p.before.Base)
	var lots []optimize.TaxLot
	var from []*lot.Lot
	for _, l := range open {
		if l.Account != y.account || l.Short() != (y.side == CoverSide) || l.Quantity.IsZero() {
			continue
		}
		cost := valuer.Booked(l.Booking, l.Cost(), l.Currency)
		each := price // a cost that is not known counts as no gain; the realised gain says so
		if cost.Known {
			each = cost.Amount.Float64() / l.Quantity.Float64()
		}
		lots = append(lots, optimize.TaxLot{ID: string(rune(len(from))), Quantity: l.Quantity.Abs().Float64(), Cost: each, LongTerm: int(p.before.AsOf-l.Opened) > 365})
		from = append(from, l)
	}
	left := y.quantity
	for _, s := range proposal.LeastTax(price, lots, y.quantity.Float64(), y.side == CoverSide, proposal.TaxRates{Short: known(p.asked.TaxShort), Long: known(p.asked.TaxLong)}) {
		i := int([]rune(s.Lot)[0])
		l := from[i]
		n := money.Min(l.Quantity.Abs(), left)
		if n.IsZero() {
			continue
		}
		left = left.Sub(n)
		gain, _ := money.FromFloat(math.Round(s.Gain*100) / 100)
		row := ProposedLot{Symbol: y.symbol, Account: y.account, Opened: l.Opened, Quantity: n, LongTerm: lots[i].LongTerm,
			Gain: analysis.Money(gain, p.before.Base, p.before.AsOf, "proposed_gain")}
		row.Tax = analysis.Unknown(unit, p.before.AsOf, "proposed_tax", "no tax rate is given")
		if p.asked.TaxShort == p.asked.TaxShort || p.asked.TaxLong == p.asked.TaxLong {
			row.Tax = analysis.Money(exactly(s.Tax).Round(2), p.before.Base, p.before.AsOf, "proposed_tax").With(analysis.Estimated, "by the rates given")
		}
		which := LotChoice{Opened: l.Opened}
		if slices.ContainsFunc(from, func(other *lot.Lot) bool { return other != l && other.Opened == l.Opened }) {
			which.Cost = money.Some(l.UnitCost())
		}
		if k := slices.IndexFunc(out, func(c chosenLot) bool {
			return c.which.Opened == which.Opened && c.which.Cost.Or(money.Zero).Equal(which.Cost.Or(money.Zero))
		}); k >= 0 {
			out[k].row.Quantity = out[k].row.Quantity.Add(n) // two that no name tells apart
			out[k].row.Gain = analysis.Money(out[k].row.Gain.Amount.Decimal.Add(gain), p.before.Base, p.before.AsOf, "proposed_gain")
			continue
		}
		out = append(out, chosenLot{row, which})
	}
	return out
}
