package service

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// A file waits between the preview of its import and the confirmation, in the database,
// so that any process can go on: for an hour, its user's alone, the oldest going first
// when a user has too many.
const (
	draftLife  = time.Hour
	draftBytes = 128 << 20 // compressed, of one user
	draftMost  = 256 << 20 // of one file when it is unpacked
)

// ImportDraft is a file that waits for its import to be confirmed.
type ImportDraft struct {
	Portfolio string
	File      File
	Options   ImportOptions
}

// KeepImportDraft keeps a file and returns its id.
func (s *Service) KeepImportDraft(ctx context.Context, c Caller, d ImportDraft) (string, error) {
	var body bytes.Buffer
	w, err := flate.NewWriter(&body, flate.BestSpeed)
	if err == nil {
		err = errors.Join(gob.NewEncoder(w).Encode(d), w.Close())
	}
	if err != nil {
		return "", fmt.Errorf("draft of %s: %w", d.File.Name, err)
	}
	kept := store.Draft{ID: store.NewID(), Expires: s.now().Add(draftLife), Body: body.Bytes()}
	return kept.ID, s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.KeepDraft(ctx, kept, draftBytes) })
}

// ImportDraft is a file of the caller's that waits for this portfolio; ErrNotFound where
// there is none (any more).
func (s *Service) ImportDraft(ctx context.Context, c Caller, portfolio, id string) (d ImportDraft, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		kept, err := v.Draft(ctx, id, s.now())
		if err != nil {
			return err
		}
		return gob.NewDecoder(io.LimitReader(flate.NewReader(bytes.NewReader(kept.Body)), draftMost)).Decode(&d)
	})
	if err == nil && d.Portfolio != portfolio {
		return ImportDraft{}, fmt.Errorf("draft %s: %w", id, ErrNotFound)
	}
	return d, err
}

// DropImportDraft forgets a file that was booked; one that is gone already is no error.
func (s *Service) DropImportDraft(ctx context.Context, c Caller, id string) error {
	err := s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DropDraft(ctx, id) })
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
