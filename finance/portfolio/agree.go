package portfolio

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// agree brings quantities in line with the lots where an event has more to it than its
// quantity: pieces paid in cash, a merger without shares, an expiry that does not say
// how many, a short position that moves, a split that was rounded, a shortfall that the
// policy covers.
func (f *folder) agree(t *ledger.Transaction, effect ledger.Effect, symbol, toSymbol int32) {
	if f.Lots == nil {
		return
	}
	switch {
	case effect.Position == ledger.Rewrites:
		if f.rounded == nil {
			f.rounded = map[int32]bool{}
		}
		f.rounded[symbol] = true
		if toSymbol >= 0 {
			f.rounded[toSymbol] = true
		}
	case effect.Position == ledger.Ends || effect.Position == ledger.Moves || effect.Position == ledger.ClosesShort && f.Policy.OnOversold == ledger.ZeroCost:
	case effect.Position != ledger.Untouched && f.rounded[symbol]:
	default:
		return
	}
	for account := range f.Accounts {
		f.settle(int32(account), symbol, t.Date)
		if toSymbol >= 0 {
			f.settle(int32(account), toSymbol, t.Date)
		}
	}
}

// settle moves what the lots hold more, or less, than the book.
func (f *folder) settle(account, symbol int32, day date.Date) {
	lots := f.Lots.Position(f.Accounts[account], f.Symbols[symbol])
	if diff := lots.Sub(f.held(account, symbol)); !diff.IsZero() {
		f.move(account, symbol, day, diff)
	}
}
