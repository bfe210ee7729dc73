package portfolio

// Place is where a booking happens: positions in Book.Accounts (of a corporate action, one
// of those it touches) and in Book.Symbols, −1 for no symbol.
type Place struct{ Account, Symbol int32 }

// Places returns the place of each booking.
func (b *Book) Places() []Place {
	out := make([]Place, len(b.Transactions))
	next := 0
	for i := range out {
		for next < len(b.events) && int(b.events[next].transaction) < i { // an action has an event for each account
			next++
		}
		if next < len(b.events) && int(b.events[next].transaction) == i {
			out[i] = Place{b.events[next].account, b.events[next].symbol}
			continue
		}
		t := &b.Transactions[i] // an action that touched nothing
		out[i] = Place{b.accountAt[t.Account], -1}
		if t.Symbol != "" {
			out[i].Symbol = b.symbolAt[t.Symbol]
		}
	}
	return out
}
