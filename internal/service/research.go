package service

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/internal/store"
)

// What a person may have: lists, instruments in one, and how long the texts are.
const (
	watchlistsAtMost = 50
	watchedAtMost    = 500
	listNameAtMost   = 80
	entryNoteAtMost  = 500
)

// WatchlistChange changes a list; nil leaves a field as it is.
type WatchlistChange struct {
	Revision int64 // the one that was seen; 0 or store.AnyVersion: any
	Name     *string
	Shared   *bool // with the other members of the tenant
	Position *int  // among the caller's lists
}

// Watchlists are the caller's own, in their order, and then those that other members of
// the tenant share.
func (s *Service) Watchlists(ctx context.Context, c Caller) (all []store.Watchlist, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Watchlists(ctx)
		return err
	})
	return all, err
}

// Watchlist is one of those.
func (s *Service) Watchlist(ctx context.Context, c Caller, id string) (w store.Watchlist, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		w, err = v.Watchlist(ctx, id)
		return err
	})
	return w, err
}

// CreateWatchlist makes an empty list, after the others. A name that the caller has
// already is ErrExists.
func (s *Service) CreateWatchlist(ctx context.Context, c Caller, name string) (w store.Watchlist, err error) {
	if name, err = listName(name); err != nil {
		return w, err
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		all, err := tx.Watchlists(ctx)
		if err != nil {
			return err
		}
		own, last := 0, 0
		for _, o := range all {
			if o.User == c.User {
				own, last = own+1, max(last, o.Position)
			}
		}
		if own >= watchlistsAtMost {
			return fault("name", name, "there are 50 lists already", "delete one first")
		}
		w, err = tx.PutWatchlist(ctx, store.Watchlist{ID: store.NewID(), Name: name, Position: last + 1})
		return err
	})
	return w, err
}

// ChangeWatchlist renames, shares or moves a list of the caller's.
func (s *Service) ChangeWatchlist(ctx context.Context, c Caller, id string, change WatchlistChange) (w store.Watchlist, err error) {
	if change.Name != nil {
		name, err := listName(*change.Name)
		if err != nil {
			return w, err
		}
		change.Name = &name
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if w, err = tx.Watchlist(ctx, id); err != nil {
			return err
		}
		if change.Revision > 0 {
			w.Revision = change.Revision
		}
		if change.Name != nil {
			w.Name = *change.Name
		}
		if change.Shared != nil {
			w.Shared = *change.Shared
		}
		if change.Position != nil {
			w.Position = *change.Position
		}
		entries := w.Entries
		w, err = tx.PutWatchlist(ctx, w)
		w.Entries = entries
		return err
	})
	return w, err
}

func listName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fault("name", name, "it is empty", "give the list a name")
	case !utf8.ValidString(name) || utf8.RuneCountInString(name) > listNameAtMost:
		return "", fault("name", strings.ToValidUTF8(name, "�"), "it is too long", "give at most 80 letters")
	}
	return name, nil
}

// DeleteWatchlist deletes a list of the caller's. Targets and notes stay.
func (s *Service) DeleteWatchlist(ctx context.Context, c Caller, id string) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeleteWatchlist(ctx, id) })
}

// Watch puts an instrument at the end of a list of the caller's, or changes the note of
// one that is in it. The symbol may be of something that nothing is stored of yet.
func (s *Service) Watch(ctx context.Context, c Caller, list, symbol, note string) (w store.Watchlist, err error) {
	symbol, note = strings.TrimSpace(symbol), strings.TrimSpace(note)
	if err := checkSymbol(symbol); err != nil {
		return w, err
	}
	if !utf8.ValidString(note) || utf8.RuneCountInString(note) > entryNoteAtMost {
		return w, fault("note", strings.ToValidUTF8(note, "�"), "it is too long", "give at most 500 letters, or write a research note")
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if w, err = tx.Watchlist(ctx, list); err != nil {
			return err
		}
		there := slices.ContainsFunc(w.Entries, func(e store.WatchEntry) bool { return e.Symbol == symbol })
		if !there && len(w.Entries) >= watchedAtMost {
			return fault("symbol", symbol, "the list has 500 instruments already", "take one out, or begin another list")
		}
		if err := tx.PutWatchEntry(ctx, list, store.WatchEntry{Symbol: symbol, Note: note}); err != nil {
			return err
		}
		w, err = tx.Watchlist(ctx, list)
		return err
	})
	return w, err
}

func checkSymbol(symbol string) error {
	if symbol == "" || len(symbol) > 100 || !utf8.ValidString(symbol) || strings.ContainsFunc(symbol, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fault("symbol", strings.ToValidUTF8(symbol, "�"), "it is empty or too long", "name the security in at most 100 letters")
	}
	return nil
}

// Unwatch takes an instrument out of a list of the caller's.
func (s *Service) Unwatch(ctx context.Context, c Caller, list, symbol string) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DropWatchEntry(ctx, list, symbol) })
}

// OrderWatchlist puts the instruments of a list into an order; those that are not named
// follow as they were.
func (s *Service) OrderWatchlist(ctx context.Context, c Caller, list string, symbols []string) (w store.Watchlist, err error) {
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if err := tx.OrderWatchlist(ctx, list, symbols); err != nil {
			return err
		}
		w, err = tx.Watchlist(ctx, list)
		return err
	})
	return w, err
}
