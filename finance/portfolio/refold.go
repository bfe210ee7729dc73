package portfolio

import (
	"maps"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
)

// Refold folds a ledger of which another version has been folded before and in which
// nothing before a day has changed. What the previous book says of the days before is
// taken over, and so are the lots of all symbols whose bookings are the same; the result
// is that of Fold. Where the two cannot share (another policy, other instruments, lots
// kept in one and not in the other) it is Fold.
func Refold(previous *Book, in Input, from date.Date) (*Book, error) {
	b := newBook(in)
	if previous == nil || !previous.like(b) || in.WithoutLots != (previous.Lots == nil) || previous.rounded {
		return Fold(in)
	}
	b.arrange(in)
	for i := range b.Transactions {
		if i > 0 && b.Transactions[i].Date >= from {
			break
		}
		if t := &b.Transactions[i]; !t.Amount.Known || !t.Price.Known {
			if err := ledger.Complete(t, previous.Instrument(t.Symbol)); err != nil {
				return nil, b.fault(i, err)
			}
		}
	}
	r := refolder{folder: folder{Book: b}, old: previous, cut: b.common(previous, from)}
	r.takeOver()
	if !in.WithoutLots {
		r.findChanged()
	}
	lotsAt, lotsErr := r.foldLots(in)
	for i := r.cut; i < len(b.Transactions); i++ {
		if i == lotsAt {
			return nil, lotsErr
		}
		if err := r.apply(i); err != nil {
			return nil, err
		}
	}
	if lotsErr != nil {
		return nil, lotsErr
	}
	for s := range b.Symbols {
		if s < len(previous.Symbols) && previous.Symbols[s] == b.Symbols[s] && previous.instruments[s] != b.instruments[s] {
			return Fold(in)
		}
	}
	return b, nil
}

// like reports whether two books are folded by the same rules.
func (b *Book) like(o *Book) bool {
	return b.Base == o.Base && b.Policy.Method == o.Policy.Method && maps.Equal(b.Policy.MethodPerAccount, o.Policy.MethodPerAccount) &&
		b.Policy.CostsInBasis() == o.Policy.CostsInBasis() && b.Policy.OnOversold == o.Policy.OnOversold
}

// common is the first booking that may differ: the first of its day, not after from.
func (b *Book) common(old *Book, from date.Date) int {
	cut := min(b.After(from-1), old.After(from-1))
	for i := range cut {
		if !same(&b.Transactions[i], &old.Transactions[i]) {
			cut = i
			break
		}
	}
	if cut < len(b.Transactions) {
		cut = min(cut, b.After(b.Transactions[cut].Date-1))
	}
	if cut < len(old.Transactions) {
		cut = min(cut, old.After(old.Transactions[cut].Date-1))
	}
	return cut
}

// same reports whether two bookings say the same in the same words.
func same(a, b *ledger.Transaction) bool {
	if *a == *b {
		return true
	}
	x, y := *a, *b
	x.Ratio, y.Ratio, x.LotSpec, y.LotSpec, x.GrossForeign, y.GrossForeign = nil, nil, nil, nil, nil, nil
	return x == y && equalTo(a.Ratio, b.Ratio) && equalTo(a.LotSpec, b.LotSpec) && equalTo(a.GrossForeign, b.GrossForeign)
}

func equalTo[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// refolder carries one book over into another.
type refolder struct {
	folder
	old     *Book
	cut     int             // bookings before it are the same
	changed map[string]bool // symbols whose lots must be kept anew
	number  map[int]int     // new index of the old bookings from cut on whose symbols are unchanged
}

// takeOver copies what the old book knew before the first changed booking.
func (r *refolder) takeOver() {
	b, o, cut := r.Book, r.old, int32(r.cut)
	known := func(list []int32) int {
		n, _ := slices.BinarySearch(list, cut)
		return n
	}
	accounts, symbols, currencies, positions, cash := known(o.born.accounts), known(o.born.symbols), known(o.born.currencies), known(o.born.positions), known(o.born.cash)
	b.Accounts, b.Symbols, b.Currencies = slices.Clone(o.Accounts[:accounts]), slices.Clone(o.Symbols[:symbols]), slices.Clone(o.Currencies[:currencies])
	b.born = born{slices.Clone(o.born.accounts[:accounts]), slices.Clone(o.born.symbols[:symbols]), slices.Clone(o.born.currencies[:currencies]),
		slices.Clone(o.born.positions[:positions]), slices.Clone(o.born.cash[:cash])}
	for i, name := range b.Accounts {
		b.accountAt[name] = int32(i)
	}
	for i, name := range b.Symbols {
		b.symbolAt[name] = int32(i)
		b.instruments = append(b.instruments, b.instrument(name))
	}
	for i, c := range b.Currencies {
		b.currencyAt[c] = int32(i)
	}
	day := date.Date(1<<31 - 1)
	if r.cut < len(b.Transactions) {
		day = b.Transactions[r.cut].Date
	} else if r.cut < len(o.Transactions) {
		day = o.Transactions[r.cut].Date
	}
	if r.cut < len(o.Transactions) {
		day = min(day, o.Transactions[r.cut].Date)
	}
	b.positions, b.totals, b.cash = before(o.positions[:positions], day), before(o.totals[:symbols], day), before(o.cash[:cash], day)
	for i := range b.positions {
		p := &b.positions[i]
		b.positionAt[keyOf(p.account, p.what, p.side)] = int32(i)
		b.shorts = b.shorts || p.side == short
	}
	for i := range b.cash {
		b.cashAt[[2]int32{b.cash[i].account, b.cash[i].what}] = int32(i)
	}
	n := 0
	for n < len(o.events) && o.events[n].transaction < cut {
		n++
	}
	b.events = append(make([]event, 0, len(b.Transactions)+8), o.events[:n]...)
	for i := 0; i < r.cut && o.rewritten && !b.rewritten; i++ {
		t := &b.Transactions[i]
		switch t.Effect().Position {
		case ledger.Moves, ledger.Rewrites, ledger.Ends:
			b.rewritten = true
		}
		b.rewritten = b.rewritten || t.Type == ledger.ReturnOfCapital
	}
}

// before is the lines as they were before a day. Their steps are shared; what is pushed
// on moves them.
func before(lines []line, day date.Date) []line {
	out := slices.Clone(lines)
	for i := range out {
		s := out[i].steps
		n, _ := slices.BinarySearchFunc(s, day, func(s step, d date.Date) int { return int(s.day) - int(d) })
		out[i].steps, out[i].wide = s[:n:n], slices.Clip(out[i].wide)
	}
	return out
}

// findChanged finds the symbols whose bookings differ, with those that corporate actions
// and options tie to them, and numbers the others' bookings anew.
func (r *refolder) findChanged() {
	r.changed, r.number = map[string]bool{}, map[int]int{}
	was, is := bySymbol(r.old.Transactions, r.cut), bySymbol(r.Transactions, r.cut)
	for symbol, old := range was {
		now := is[symbol]
		r.changed[symbol] = len(old) != len(now) || !slices.EqualFunc(old, now, func(i, k int32) bool { return same(&r.old.Transactions[i], r.completed(int(k))) })
	}
	for symbol := range is {
		if _, ok := was[symbol]; !ok {
			r.changed[symbol] = true
		}
	}
	r.tie()
	for symbol, old := range was {
		if !r.changed[symbol] {
			for k, i := range old {
				r.number[int(i)] = int(is[symbol][k])
			}
		}
	}
}

// completed is a booking with what follows from what it states.
func (r *refolder) completed(i int) *ledger.Transaction {
	t := &r.Transactions[i]
	if !t.Amount.Known || !t.Price.Known {
		_ = ledger.Complete(t, r.Instrument(t.Symbol)) // told when the booking is applied
	}
	return t
}

// bySymbol lists the bookings from position from on, by symbol.
func bySymbol(transactions []ledger.Transaction, from int) map[string][]int32 {
	out := map[string][]int32{}
	for i := from; i < len(transactions); i++ {
		if s := transactions[i].Symbol; s != "" {
			out[s] = append(out[s], int32(i))
		}
	}
	return out
}

// tie spreads a change to the symbols that lots come from and go to.
func (r *refolder) tie() {
	for again := r.rewritten || r.old.rewritten; again; {
		again = false
		for _, list := range [][]ledger.Transaction{r.old.Transactions, r.Transactions} {
			for i := range list {
				t := &list[i]
				other := t.ToSymbol
				if t.Type == ledger.OptionExercise || t.Type == ledger.OptionAssigned {
					if d, err := ledger.DeliveryOf(t, r.Instrument(t.Symbol)); err == nil {
						other = d.Underlying
					}
				}
				if other != "" && r.changed[t.Symbol] != r.changed[other] {
					r.changed[t.Symbol], r.changed[other], again = true, true, true
				}
			}
		}
	}
}

// foldLots keeps the lots of the changed symbols anew and takes the others over. It
// returns the first booking that cannot have happened, and why.
func (r *refolder) foldLots(in Input) (at int, err error) {
	if in.WithoutLots {
		return -1, nil
	}
	b := r.Book
	b.Lots = lot.NewKeeper(in.Policy, b.instrument)
	b.Lots.Graft(r.old.Lots, func(symbol string) bool { return !r.changed[symbol] }, r.renumber)
	kept, _ := slices.BinarySearchFunc(r.old.Disposals, r.cut, func(d lot.Disposal, i int) int { return d.Transaction - i })
	moved, _ := slices.BinarySearchFunc(r.old.Moves, r.cut, func(m Move, i int) int { return m.Transaction - i })
	b.Disposals = append(make([]lot.Disposal, 0, len(r.old.Disposals)+64), r.old.Disposals[:kept]...)
	b.Moves = append([]Move(nil), r.old.Moves[:moved]...)
	for _, d := range r.old.Disposals[kept:] {
		if number, ok := r.number[d.Transaction]; ok {
			d.Transaction, d.Booking = number, r.renumber(d.Booking)
			b.Disposals = append(b.Disposals, d)
		}
	}
	for _, m := range r.old.Moves[moved:] {
		if number, ok := r.number[m.Transaction]; ok {
			m.Transaction, m.Booking = number, r.renumber(m.Booking)
			b.Moves = append(b.Moves, m)
		}
	}
	for i := range b.Transactions {
		if s := b.Transactions[i].Symbol; s == "" || !r.changed[s] {
			continue
		}
		t := r.completed(i)
		disposals, err := b.Lots.ApplyAt(i, t)
		if err != nil {
			return i, b.fault(i, err)
		}
		if i < r.cut {
			continue // the same as before
		}
		b.Disposals = append(b.Disposals, disposals...)
		for _, l := range b.Lots.Moved() {
			b.Moves = append(b.Moves, Move{Transaction: i, Booking: l.Booking, Quantity: l.Quantity})
		}
	}
	slices.SortStableFunc(b.Disposals[kept:], func(x, y lot.Disposal) int { return x.Transaction - y.Transaction })
	slices.SortStableFunc(b.Moves[moved:], func(x, y Move) int { return x.Transaction - y.Transaction })
	return -1, nil
}

// renumber is the new index of an old booking.
func (r *refolder) renumber(booking int) int {
	if number, ok := r.number[booking]; ok {
		return number
	}
	return booking
}
