package service

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// ledgerState is a ledger as it stands in a version. It is not changed: a later
// version is a new state.
type ledgerState struct {
	version   int64
	bookings  []ledger.Transaction // in entry order
	sequences []int64
	// grown is set by the one later state that may be written behind this one, in the
	// room that its slices have left.
	grown atomic.Bool
}

// patchAtMost is how many versions a kept ledger is brought forward by instead of
// being read anew.
const patchAtMost = 20

// ledgerOf is the current ledger of a portfolio: the kept one, brought forward by the
// versions since. What it returns is shared and must not be changed.
func (a *analyses) ledgerOf(ctx context.Context, v store.View, id string) (*ledgerState, error) {
	version, err := v.LedgerVersion(ctx, id) // asks for access too
	if err != nil {
		return nil, err
	}
	kept, ok := a.ledgers.GetIfPresent(id)
	if ok && kept.version == version {
		return kept, nil
	}
	var next *ledgerState
	if ok && kept.version < version && version-kept.version <= patchAtMost {
		next, err = kept.forward(ctx, v, id, version)
	} else {
		next, err = readLedger(ctx, v, id, version)
	}
	if err != nil {
		return nil, err
	}
	if (!ok || kept.version < version) && !writing(ctx) {
		a.ledgers.Set(id, next)
	}
	return next, nil
}

func readLedger(ctx context.Context, v store.View, id string, version int64) (*ledgerState, error) {
	rows, err := v.Rows(ctx, id, version)
	if err != nil {
		return nil, err
	}
	state := &ledgerState{version: version, bookings: make([]ledger.Transaction, len(rows)), sequences: make([]int64, len(rows))}
	for i := range rows {
		state.bookings[i], state.sequences[i] = rows[i].Transaction, rows[i].Sequence
	}
	return state, nil
}

// forward applies the versions up to the given one.
func (l *ledgerState) forward(ctx context.Context, v store.View, id string, version int64) (*ledgerState, error) {
	next := &ledgerState{version: version, bookings: l.bookings, sequences: l.sequences}
	behind := l.grown.CompareAndSwap(false, true) // bookings at the end need no copy of the rest
	own := false
	change := func() {
		if !own {
			next.bookings, next.sequences, own = slices.Clone(next.bookings), slices.Clone(next.sequences), true
		}
	}
	for at := l.version + 1; at <= version; at++ {
		entered, removed, err := v.ChangedIn(ctx, id, at)
		if err != nil {
			return nil, err
		}
		corrected := map[int64]ledger.Transaction{} // by their place, which a correction keeps
		for _, r := range entered {
			if r.Replaces != "" {
				corrected[r.Sequence] = r.Transaction
			}
		}
		for _, r := range removed {
			change()
			if i, ok := slices.BinarySearch(next.sequences, r.Sequence); ok && next.bookings[i].ID == r.ID {
				if t, again := corrected[r.Sequence]; again {
					next.bookings[i] = t
					continue
				}
				next.bookings, next.sequences = slices.Delete(next.bookings, i, i+1), slices.Delete(next.sequences, i, i+1)
			}
		}
		for _, r := range entered {
			i, there := slices.BinarySearch(next.sequences, r.Sequence)
			if there && next.bookings[i].ID == r.ID {
				continue // in its place already
			}
			if i < len(next.sequences) || !behind {
				change()
			}
			next.bookings, next.sequences = slices.Insert(next.bookings, i, r.Transaction), slices.Insert(next.sequences, i, r.Sequence)
		}
	}
	return next, nil
}
