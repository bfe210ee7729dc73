package service

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/internal/store"
)

// noteAtMost is how many letters a research note may have, notesAtMost how many notes on
// one instrument a person may have.
const (
	noteAtMost  = 20_000
	notesAtMost = 200
)

// NoteChange is what becomes of a research note.
type NoteChange struct {
	Revision int64 // the one that was seen; 0 or store.AnyVersion: any
	Text     string
	Shared   bool // with the other members of the tenant
}

// ResearchNotes are the caller's notes on a symbol (empty: on everything) and those that
// other members of the tenant share, the last edited first.
func (s *Service) ResearchNotes(ctx context.Context, c Caller, symbol string) (all []store.ResearchNote, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.ResearchNotes(ctx, symbol)
		return err
	})
	return all, err
}

// WriteNote writes a note on an instrument.
func (s *Service) WriteNote(ctx context.Context, c Caller, symbol, text string, shared bool) (n store.ResearchNote, err error) {
	symbol = strings.TrimSpace(symbol)
	if err := checkSymbol(symbol); err != nil {
		return n, err
	}
	if text, err = noteText(text); err != nil {
		return n, err
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		all, err := tx.ResearchNotes(ctx, symbol)
		if err != nil {
			return err
		}
		own := 0
		for _, o := range all {
			if o.User == c.User {
				own++
			}
		}
		if own >= notesAtMost {
			return fault("text", "", "there are 200 notes on "+symbol+" already", "delete one first, or add to one")
		}
		n, err = tx.PutResearchNote(ctx, store.ResearchNote{ID: store.NewID(), Symbol: symbol, Text: text, Shared: shared})
		return err
	})
	return n, err
}

// EditNote changes a note of the caller's. One that was changed meanwhile is ErrStale.
func (s *Service) EditNote(ctx context.Context, c Caller, id string, change NoteChange) (n store.ResearchNote, err error) {
	text, err := noteText(change.Text)
	if err != nil {
		return n, err
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if n, err = tx.ResearchNote(ctx, id); err != nil {
			return err
		}
		if change.Revision > 0 {
			n.Revision = change.Revision
		}
		n.Text, n.Shared = text, change.Shared
		n, err = tx.PutResearchNote(ctx, n)
		return err
	})
	return n, err
}

// DeleteNote deletes a note of the caller's.
func (s *Service) DeleteNote(ctx context.Context, c Caller, id string) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeleteResearchNote(ctx, id) })
}

// noteText is a note as it is kept: plain text with its line ends as \n.
func noteText(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return "", fault("text", "", "it is empty", "write something, or delete the note")
	case !utf8.ValidString(text):
		return "", fault("text", "", "it is not text in UTF-8", "send it as UTF-8")
	case utf8.RuneCountInString(text) > noteAtMost:
		return "", fault("text", "", "it is too long", "give at most 20,000 letters; write the rest into another note")
	}
	return text, nil
}
