package lot

// Graft takes over what another Keeper of the same policy holds of the symbols that take
// accepts, with the bookings of their lots renumbered. What it takes is shared: neither
// Keeper may be applied to for these symbols any more.
func (k *Keeper) Graft(from *Keeper, take func(symbol string) bool, renumber func(booking int) int) {
	k.lastID = max(k.lastID, from.lastID)
	at := make([]int, len(from.accounts))
	for i, account := range from.accounts {
		at[i] = k.account(account)
	}
	for _, b := range from.books {
		if !take(b.symbol) {
			continue
		}
		own := *b
		own.shelves = make([]*shelf, len(k.accounts))
		for i, s := range b.shelves {
			if s != nil {
				own.shelves[at[i]] = s.renumbered(renumber)
			}
		}
		k.symbolAt[b.symbol] = int32(len(k.books))
		k.books = append(k.books, &own)
	}
	k.lastBook = nil
}

// account is the position of an account, listed where it is new.
func (k *Keeper) account(name string) int {
	at, ok := k.accountAt[name]
	if !ok {
		at = int32(len(k.accounts))
		k.accountAt[name] = at
		k.accounts = append(k.accounts, name)
		k.methods = append(k.methods, methodOf(k.policy.MethodOf(name)))
	}
	return int(at)
}

// renumbered is the shelf itself where no lot changes its number, else a copy.
func (s *shelf) renumbered(renumber func(int) int) *shelf {
	copied := s
	for on := range s.sides {
		for i := range s.sides[on].lots {
			booking := s.sides[on].lots[i].Booking
			number := renumber(booking)
			if number == booking {
				continue
			}
			if copied == s {
				c := *s
				for k := range c.sides {
					c.sides[k].lots = append([]Lot(nil), s.sides[k].lots...)
				}
				copied = &c
			}
			copied.sides[on].lots[i].Booking = number
		}
	}
	return copied
}
