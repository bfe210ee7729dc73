package service

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

// A file that waits for its confirmation is its user's alone, of its portfolio alone,
// and for an hour.
func TestImportDrafts(t *testing.T) {
	w := newWorld(t)
	given := ImportDraft{Portfolio: w.portfolio, File: File{Name: "trades.csv", Content: bytes.Repeat([]byte("2026-01-02;buy;ACME;10\n"), 1000)}, Options: ImportOptions{Format: "table", Expected: 7, SkipRefused: true}}
	id, err := w.s.KeepImportDraft(ctx, w.owner, given)
	w.must(err)
	got, err := w.s.ImportDraft(ctx, w.owner, w.portfolio, id)
	w.must(err)
	if got.File.Name != given.File.Name || !bytes.Equal(got.File.Content, given.File.Content) || got.Options != given.Options {
		t.Errorf("got %s with %d bytes and %+v", got.File.Name, len(got.File.Content), got.Options)
	}
	for what, ask := range map[string]func() error{
		"another user": func() error {
			_, err := w.s.ImportDraft(ctx, w.another("bob@example.org"), w.portfolio, id)
			return err
		},
		"another portfolio": func() error { _, err := w.s.ImportDraft(ctx, w.owner, w.create("Other"), id); return err },
	} {
		if err := ask(); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.clock = w.clock.Add(draftLife + time.Second)
	if _, err := w.s.ImportDraft(ctx, w.owner, w.portfolio, id); !errors.Is(err, ErrNotFound) {
		t.Errorf("after an hour: %v", err)
	}
	w.must(w.s.DropImportDraft(ctx, w.owner, id))
	w.must(w.s.DropImportDraft(ctx, w.owner, id)) // it is gone already
}
