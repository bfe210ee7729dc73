package lot

import (
	"iter"
	"slices"

	"github.com/foliosight/foliosight/finance/money"
)

// Position is the net quantity of a symbol in an account, negative when short.
func (k *Keeper) Position(account, symbol string) money.Decimal {
	if s := k.find(account, symbol); s != nil {
		return s.sides[long].quantity().Add(s.sides[short].quantity())
	}
	return money.Zero
}

// Open returns the open lots of a symbol in an account: the long ones oldest first,
// then the short ones oldest first.
func (k *Keeper) Open(account, symbol string) []Lot {
	s := k.find(account, symbol)
	if s == nil {
		return nil
	}
	if s.of.pooled {
		s = s.of.settled().shelves[k.accountAt[account]]
	}
	return slices.Concat(s.sides[long].lots, s.sides[short].lots)
}

// Lots runs over all open lots: accounts in the order in which they first appeared,
// in each the symbols likewise, in each the lots in the order of Open. The lots must
// not be changed.
func (k *Keeper) Lots() iter.Seq[*Lot] {
	return func(yield func(*Lot) bool) {
		books := slices.Clone(k.books)
		for i, b := range books {
			if b.pooled {
				books[i] = b.settled()
			}
		}
		for a := range k.accounts {
			for _, b := range books {
				if a >= len(b.shelves) || b.shelves[a] == nil {
					continue
				}
				for on := range b.shelves[a].sides {
					lots := b.shelves[a].sides[on].lots
					for i := range lots {
						if !yield(&lots[i]) {
							return
						}
					}
				}
			}
		}
	}
}

func (k *Keeper) find(account, symbol string) *shelf {
	a, known := k.accountAt[account]
	s, listed := k.symbolAt[symbol]
	if !known || !listed || int(a) >= len(k.books[s].shelves) {
		return nil
	}
	return k.books[s].shelves[a]
}

// Revalue replaces the cost of every open lot of the symbols that price knows by
// quantity × price × contract size, without costs: gains then count from that price.
// The currency is the price's.
func (k *Keeper) Revalue(price func(symbol string) (money.Money, bool)) {
	for _, b := range k.books {
		b.settlePools()
		p, ok := price(b.symbol)
		if !ok {
			continue
		}
		unit := p.Amount.Mul(b.size)
		for _, s := range b.shelves {
			if s == nil {
				continue
			}
			for on := range s.sides {
				for i := range s.sides[on].lots {
					l := &s.sides[on].lots[i]
					l.Gross, l.Fees, l.Taxes, l.Currency = l.Quantity.Mul(unit), money.Zero, money.Zero, p.Currency
				}
			}
		}
	}
}

// Clone returns an independent copy: a place to fold on from when a later booking is
// changed.
func (k *Keeper) Clone() *Keeper {
	c := *k
	c.out, c.moved, c.picks, c.lastBook = nil, nil, nil, nil
	c.accounts, c.methods = slices.Clone(k.accounts), slices.Clone(k.methods)
	c.accountAt, c.symbolAt = cloneMap(k.accountAt), cloneMap(k.symbolAt)
	c.books = make([]*book, len(k.books))
	for i, b := range k.books {
		c.books[i] = b.clone()
	}
	return &c
}

func (b *book) clone() *book {
	c := *b
	c.shelves = make([]*shelf, len(b.shelves))
	for i, s := range b.shelves {
		if s == nil {
			continue
		}
		copied := *s
		copied.of = &c
		for on := range copied.sides {
			copied.sides[on].lots = slices.Clone(s.sides[on].lots)
		}
		c.shelves[i] = &copied
	}
	return &c
}

// settled is a copy in which every lot has its own cost: reading changes nothing, so
// that a Keeper nobody applies to any more may be shared.
func (b *book) settled() *book {
	c := b.clone()
	c.settlePools()
	return c
}

func cloneMap(m map[string]int32) map[string]int32 {
	c := make(map[string]int32, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// Snapshot is the lots of one symbol as they were.
type Snapshot struct{ of *book }

// Snapshot copies the lots of one symbol.
func (k *Keeper) Snapshot(symbol string) Snapshot { return Snapshot{k.book(symbol).clone()} }

// Restore puts the lots of a symbol back to what they were. The snapshot stays usable.
func (k *Keeper) Restore(s Snapshot) {
	k.lastBook = nil
	k.book(s.of.symbol)
	k.books[k.symbolAt[s.of.symbol]] = s.of.clone()
	k.lastBook = nil
}
