package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// Transactions is a page of a ledger.
func (s *Service) Transactions(ctx context.Context, c Caller, portfolio string, f store.Filter) (p store.Page, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		p, err = v.Find(ctx, portfolio, f)
		return err
	})
	return p, err
}

// Transaction is one booking with everything it ever said. id may be that of any row
// of its history.
func (s *Service) Transaction(ctx context.Context, c Caller, portfolio, id string) (b Booking, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		b, err = bookingOf(ctx, v, portfolio, id)
		return err
	})
	return b, err
}

func bookingOf(ctx context.Context, v store.View, portfolio, id string) (Booking, error) {
	history, err := v.Booking(ctx, portfolio, id)
	if err != nil {
		return Booking{}, err
	}
	return Booking{Current: history[len(history)-1], History: history}, nil
}

// Book adds bookings, all or none.
func (s *Service) Book(ctx context.Context, c Caller, portfolio string, expected int64, t []ledger.Transaction) (Booked, error) {
	return s.change(ctx, c, portfolio, expected, func(ctx context.Context, tx store.Tx, d *draft) (store.Change, error) {
		if len(t) == 0 {
			return store.Change{}, &ledger.Fault{Field: "transactions", Problem: "there is none", Cure: "give at least one"}
		}
		added := d.prepare(t)
		if err := d.validate(added, s.today()); err != nil {
			return store.Change{}, err
		}
		d.add(added...)
		return store.Change{Kind: store.Booked, Enter: entriesOf(added)}, d.try(added, nil)
	})
}

func entriesOf(bookings []ledger.Transaction) []store.Entry {
	entries := make([]store.Entry, len(bookings))
	for i := range bookings {
		entries[i].Transaction = bookings[i]
	}
	return entries
}

// Edit replaces what a booking says; what it said stays in its history. id must be
// that of the row in force: ErrStale where it was replaced meanwhile.
func (s *Service) Edit(ctx context.Context, c Caller, portfolio, id string, expected int64, t ledger.Transaction) (Booked, error) {
	return s.change(ctx, c, portfolio, expected, func(ctx context.Context, tx store.Tx, d *draft) (store.Change, error) {
		before, ok := d.find(id)
		if !ok {
			return store.Change{}, notInForce(ctx, tx, portfolio, id)
		}
		if t.Source == "" {
			t.Source = before.Source // the broker's reference: a file imported again finds it
		}
		changed := d.prepare([]ledger.Transaction{t})
		if err := d.validate(changed, s.today()); err != nil {
			return store.Change{}, err
		}
		d.replace(id, changed[0])
		return store.Change{Kind: store.Edited, Enter: []store.Entry{{Transaction: changed[0], Replaces: id}}}, d.try(changed, []ledger.Transaction{before})
	})
}

// notInForce says whether a row does not exist or is only no longer in force.
func notInForce(ctx context.Context, v store.View, portfolio, id string) error {
	row, err := v.Row(ctx, portfolio, id)
	if err != nil {
		return err
	}
	return fmt.Errorf("transaction %s went out in version %d: %w", id, row.Superseded, ErrStale)
}

// Delete takes bookings out; they stay in the history and can be restored.
func (s *Service) Delete(ctx context.Context, c Caller, portfolio string, expected int64, ids []string) (Booked, error) {
	return s.change(ctx, c, portfolio, expected, func(ctx context.Context, tx store.Tx, d *draft) (store.Change, error) {
		if len(ids) == 0 {
			return store.Change{}, &ledger.Fault{Field: "ids", Problem: "there is none", Cure: "give at least one"}
		}
		gone := map[string]bool{}
		for _, id := range ids {
			if _, ok := d.find(id); !ok {
				return store.Change{}, notInForce(ctx, tx, portfolio, id)
			}
			gone[id] = true
		}
		removed := d.remove(gone)
		change := store.Change{Kind: store.Deleted}
		for i := range removed {
			change.Remove = append(change.Remove, removed[i].ID)
		}
		return change, d.try(nil, removed)
	})
}

// Restore brings a deleted booking back as it last was, or an earlier version of one
// that was edited: id names the row whose words it takes.
func (s *Service) Restore(ctx context.Context, c Caller, portfolio, id string, expected int64) (Booked, error) {
	return s.change(ctx, c, portfolio, expected, func(ctx context.Context, tx store.Tx, d *draft) (store.Change, error) {
		b, err := bookingOf(ctx, tx, portfolio, id)
		if err != nil {
			return store.Change{}, err
		}
		if b.Current.ID == id && b.Current.Superseded == 0 {
			return store.Change{}, fmt.Errorf("transaction %s is in force: %w", id, ErrExists)
		}
		wanted := slices.IndexFunc(b.History, func(r store.Row) bool { return r.ID == id })
		again := b.History[wanted].Transaction
		again.ID = store.NewID()
		if _, ok := d.find(b.Current.ID); ok {
			d.replace(b.Current.ID, again)
		} else {
			d.add(again)
		}
		return store.Change{Kind: store.Restored, Enter: []store.Entry{{Transaction: again, Replaces: b.Current.ID}}},
			d.try([]ledger.Transaction{again}, []ledger.Transaction{b.Current.Transaction})
	})
}

// Versions are the changes of a ledger after a version, in order.
func (s *Service) Versions(ctx context.Context, c Caller, portfolio string, after int64) (all []store.Version, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		all, err = v.Versions(ctx, portfolio, after)
		return err
	})
	return all, err
}

// UndoVersion takes back one change, as a new one: what came in with it goes out, what
// went out comes back. What was changed again since is ErrStale.
func (s *Service) UndoVersion(ctx context.Context, c Caller, portfolio string, version, expected int64) (Booked, error) {
	return s.change(ctx, c, portfolio, expected, func(ctx context.Context, tx store.Tx, d *draft) (store.Change, error) {
		made, err := tx.Versions(ctx, portfolio, version-1)
		if err != nil {
			return store.Change{}, err
		}
		if len(made) == 0 || made[0].Version != version {
			return store.Change{}, fmt.Errorf("version %d: %w", version, ErrNotFound)
		}
		entered, removed, err := tx.ChangedIn(ctx, portfolio, version)
		if err != nil {
			return store.Change{}, err
		}
		change := store.Change{Kind: store.Undone, Reason: fmt.Sprintf("undo of version %d", version), Import: made[0].Import}
		if made[0].Kind == store.Undone {
			change.Kind = store.Restored
		}
		back := map[string]ledger.Transaction{} // by the row whose place it takes
		for _, old := range removed {
			again := old.Transaction
			again.ID = store.NewID()
			takes := old.ID
			for _, r := range entered {
				if r.Replaces == old.ID {
					takes = r.ID // it was edited: the edit goes out where the old comes back
				}
			}
			back[takes] = again
			change.Enter = append(change.Enter, store.Entry{Transaction: again, Replaces: takes})
		}
		for _, r := range entered {
			if r.Superseded != 0 {
				return store.Change{}, fmt.Errorf("transaction %s was changed again in version %d: %w", r.ID, r.Superseded, ErrStale)
			}
			if _, replaced := back[r.ID]; !replaced {
				change.Remove = append(change.Remove, r.ID)
			}
		}
		if change.Import != "" && change.Kind == store.Undone { // the prices that came with it go too
			if _, err := tx.DropSource(ctx, importSource(change.Import), true); err != nil {
				return store.Change{}, err
			}
		}
		return change, d.rewind(change, back)
	})
}

// rewind applies an undo to the draft and tries it.
func (d *draft) rewind(change store.Change, back map[string]ledger.Transaction) error {
	gone := map[string]bool{}
	for _, id := range change.Remove {
		gone[id] = true
	}
	removed := d.remove(gone)
	var added []ledger.Transaction
	for takes, again := range back {
		if before, ok := d.find(takes); ok {
			removed, added = append(removed, before), append(added, again)
			d.replace(takes, again)
			delete(back, takes)
		}
	}
	for _, e := range change.Enter {
		if _, left := back[e.Replaces]; left {
			added = append(added, e.Transaction)
			d.add(e.Transaction)
		}
	}
	return d.try(added, removed)
}

// change opens a draft of a ledger, lets fn try a change on it and commits that.
func (s *Service) change(ctx context.Context, c Caller, portfolio string, expected int64, fn func(context.Context, store.Tx, *draft) (store.Change, error)) (b Booked, err error) {
	err = s.as(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		if err := tx.Hold(ctx, portfolio); err != nil {
			return err
		}
		p, err := tx.Portfolio(ctx, portfolio)
		if err != nil {
			return err
		}
		if expected != store.AnyVersion && expected != p.Version {
			return fmt.Errorf("ledger of %q: version %d is not the current %d: %w", p.Name, expected, p.Version, ErrStale)
		}
		d, err := s.openDraft(ctx, tx, p)
		if err != nil {
			return err
		}
		change, err := fn(ctx, tx, d)
		if err != nil {
			return err
		}
		if err := s.moreBookings(ctx, tx, len(d.kept), growth(change)); err != nil {
			return err
		}
		if b, err = commit(ctx, tx, d, change); err != nil {
			return err
		}
		if err := s.incomeSoon(ctx, tx, portfolio, d.changed(change)); err != nil {
			return err
		}
		return s.checkSoon(ctx, tx, portfolio)
	})
	if err == nil {
		s.follow(ctx, c, portfolio)
	}
	return b, err
}

// follow brings what is kept in memory of a ledger and its instruments forward by what
// was just committed: inside the write itself nothing may be kept. Where it fails, the
// next one who looks does it.
func (s *Service) follow(ctx context.Context, c Caller, portfolio string) {
	if writing(ctx) {
		return
	}
	_ = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		if _, err := s.analyses.ledgerOf(ctx, v, portfolio); err != nil {
			return err
		}
		p, err := v.Portfolio(ctx, portfolio)
		if err != nil {
			return err
		}
		version, err := v.MarketVersion(ctx)
		if err != nil {
			return err
		}
		_, err = s.analyses.know(ctx, v, version, p.Simulated)
		return err
	})
}

// commit writes a change that was tried.
func commit(ctx context.Context, tx store.Tx, d *draft, change store.Change) (Booked, error) {
	change.Portfolio, change.Expected = d.portfolio.ID, d.portfolio.Version
	var b Booked
	var entered []ledger.Transaction
	for i := range change.Enter {
		b.IDs = append(b.IDs, change.Enter[i].ID)
		entered = append(entered, change.Enter[i].Transaction)
	}
	for _, a := range d.newAccounts(entered) {
		if err := tx.PutAccount(ctx, d.portfolio.ID, a); err != nil {
			return b, err
		}
	}
	var err error
	b.Version, err = tx.Append(ctx, change)
	return b, err
}
