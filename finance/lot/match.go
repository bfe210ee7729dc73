package lot

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// choice is what a booking takes from one side of a shelf. Nothing is removed yet.
type choice struct {
	shelf   *shelf
	on      sideOf
	picks   []pick        // the Keeper's own buffer
	missing money.Decimal // of the quantity wanted
	pool    *pool         // whose average the parts cost; nil where each lot has its own cost
	common  []*Lot        // lots that get a common cost first, where they have none yet
}

// choose picks q (positive) from one side of a shelf by the shelf's method.
func (b *booking) choose(s *shelf, on sideOf, q money.Decimal, selling bool) (choice, error) {
	c := choice{shelf: s, on: on, missing: q}
	sd, spec := &s.sides[on], b.spec()
	if s.method.order == unknown {
		return c, b.noMethod(s)
	}
	if !specific(spec) {
		if spec = nil; len(sd.lots) == 0 {
			return c, nil
		}
		if s.method.order == average {
			return b.choosePooled(c, q)
		}
	}
	s.of.settlePools()
	if spec == nil && s.method.order == fifo && !(s.method.everyones && selling) {
		c.picks, c.missing = b.inOrder(sd, q, s.dust)
		return c, nil
	}
	fit, held := fitting(sd, spec)
	if spec != nil && len(fit) == 0 {
		return c, noMatch(b.Transaction, s, q)
	}
	if near(held, q, s.dust) {
		q = held
	}
	c.missing = money.Zero
	if held.Less(q) {
		if spec != nil {
			return c, insufficient(b.Transaction, s, q, held)
		}
		c.missing, q = q.Sub(held), held
	}
	fit, err := b.arrange(&c, fit, q, held, spec, selling)
	if err != nil {
		return c, err
	}
	b.picks = b.picks[:0]
	for _, i := range fit {
		if q.IsZero() {
			break
		}
		q = b.pick(sd, i, q)
	}
	c.picks = b.picks
	return c, nil
}

// fitting returns the positions of the lots that are as the spec says, and how many
// pieces they hold.
func fitting(sd *side, spec *ledger.LotSpec) (fit []int, held money.Decimal) {
	fit = make([]int, 0, len(sd.lots))
	for i := range sd.lots {
		if spec == nil || fits(&sd.lots[i], spec) {
			fit = append(fit, i)
			held = held.Add(sd.lots[i].Quantity.Abs())
		}
	}
	return fit, held
}

// take removes what was chosen and hands each part to each.
func (c *choice) take(each func(part Lot)) {
	if c.pool != nil {
		if !c.pool.inUse {
			*c.pool, c.shelf.of.pooled = totalOf(c.common), true
		}
		c.pool.take(&c.shelf.sides[c.on], c.picks, each)
		return
	}
	level(c.common, totalOf(c.common))
	c.shelf.sides[c.on].take(c.picks, each)
}

// inOrder picks q from the front.
func (b *booking) inOrder(sd *side, q, dust money.Decimal) (picks []pick, missing money.Decimal) {
	b.picks = b.picks[:0]
	if !dust.IsZero() {
		if held := sd.quantity().Abs(); near(held, q, dust) {
			q = held
		}
	}
	for i := range sd.lots {
		if q.IsZero() {
			break
		}
		q = b.pick(sd, i, q)
	}
	return b.picks, q
}

// near reports whether a and b differ by no more than dust.
func near(a, b, dust money.Decimal) bool {
	return !dust.IsZero() && a.Sub(b).Abs().Cmp(dust) <= 0
}

// pick picks up to q from the lot at i and returns what of q is left.
func (b *booking) pick(sd *side, i int, q money.Decimal) money.Decimal {
	has := sd.lots[i].Quantity
	size := has.Abs()
	c := size.Cmp(q)
	if c <= 0 {
		b.picks = append(b.picks, pick{i, has, true})
		if c == 0 {
			return money.Zero
		}
		return q.Sub(size)
	}
	part := q
	if has.Sign() < 0 {
		part = q.Neg()
	}
	b.picks = append(b.picks, pick{i, part, false})
	return money.Zero
}

// arrange puts the fitting lots into the method's order, or refuses.
func (b *booking) arrange(c *choice, fit []int, q, held money.Decimal, spec *ledger.LotSpec, selling bool) ([]int, error) {
	s := c.shelf
	lots := s.sides[c.on].lots
	switch s.method.order {
	case lifo:
		slices.Reverse(fit)
	case hifo:
		dearestFirst(lots, fit)
	case strict, strictWithSize:
		return b.onlyOne(s, lots, fit, q, held)
	case average:
		return fit, b.common(c, fit, spec)
	}
	if s.method.everyones && selling {
		return fit, b.ourTurn(s, c.on, fit, q, spec)
	}
	return fit, nil
}

// dearestFirst orders positions by falling cost per unit, the older first where equal.
func dearestFirst(lots []Lot, fit []int) {
	cost := make(map[int]money.Decimal, len(fit))
	for _, i := range fit {
		cost[i] = lots[i].UnitCost()
	}
	slices.SortStableFunc(fit, func(i, j int) int { return cost[j].Cmp(cost[i]) })
}

// onlyOne refuses a choice between lots that differ, unless all of them go.
func (b *booking) onlyOne(s *shelf, lots []Lot, fit []int, q, held money.Decimal) ([]int, error) {
	if q.Equal(held) {
		return fit, nil
	}
	for _, i := range fit[1:] {
		if alike(&lots[fit[0]], &lots[i]) {
			continue
		}
		if s.method.order == strictWithSize {
			for _, j := range fit {
				if lots[j].Quantity.Abs().Equal(q) {
					return []int{j}, nil
				}
			}
		}
		return nil, refuse(b.Transaction, ErrAmbiguous, "lot_spec", "", "name the lot by cost, date or label in lot_spec, or choose a method such as FIFO",
			"%d open lots in %s fit and differ", len(fit), place(s.account))
	}
	return fit, nil
}

// ourTurn refuses a sale that would take a lot while another account's comes first.
func (b *booking) ourTurn(s *shelf, on sideOf, fit []int, q money.Decimal, spec *ledger.LotSpec) error {
	lots := s.sides[on].lots
	for _, i := range fit {
		for _, rival := range b.book(s.symbol).shelves {
			if rival == nil || rival == s {
				continue
			}
			for j := range rival.sides[on].lots {
				r := &rival.sides[on].lots[j]
				if (spec == nil || fits(r, spec)) && s.method.comesFirst(r, &lots[i]) {
					return refuse(b.Transaction, ErrBetterElsewhere, "account", s.account,
						"sell from "+place(rival.account)+", or use a method of the account's own lots",
						"the lot of %s in %s comes first", r.Opened, place(rival.account))
				}
			}
		}
		if size := lots[i].Quantity.Abs(); size.Less(q) {
			q = q.Sub(size)
			continue
		}
		break
	}
	return nil
}

// comesFirst reports whether a is taken before b.
func (m method) comesFirst(a, b *Lot) bool {
	switch m.order {
	case lifo:
		return before(b, a)
	case hifo:
		if c := cmp.Compare(0, a.UnitCost().Cmp(b.UnitCost())); c != 0 {
			return c < 0
		}
	}
	return before(a, b)
}

func (b *booking) noMethod(s *shelf) error {
	return refuse(b.Transaction, ErrMethod, "method", string(b.policy.MethodOf(s.account)),
		"use STRICT, STRICT_WITH_SIZE, FIFO, LIFO, HIFO, AVERAGE, NONE, FIFOALL, LIFOALL, HIFOALL or AVERAGEALL", "lots of %s cannot be chosen", place(s.account))
}
