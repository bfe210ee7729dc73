package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/snapshot"
	"github.com/foliosight/foliosight/internal/store"
)

// ErrEngine reports a snapshot that another version of the engine made: it is read, and
// cannot be computed again by this one.
var ErrEngine = errors.New("another version of the engine made the snapshot")

func currency(code string) money.Currency { return money.Currency(code) }

// Snapshot is what was shown of a portfolio on a day.
type Snapshot struct {
	store.Snapshot
	Document json.RawMessage // as snapshot.Document
}

// Snapshots lists those of a portfolio before a day (zero or None: all), the newest
// first, without their documents.
func (s *Service) Snapshots(ctx context.Context, c Caller, portfolio string, before date.Date, limit int) (all []store.Snapshot, err error) {
	if limit <= 0 || limit > 1000 {
		limit = 1000
	}
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		all, err = v.Snapshots(ctx, portfolio, before, limit)
		return err
	})
	return all, err
}

// Snapshot is a day's; revision 0 asks for the last. Bytes that are not those that were
// written are store.ErrDamaged.
func (s *Service) Snapshot(ctx context.Context, c Caller, portfolio string, day date.Date, revision int) (out Snapshot, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		out.Snapshot, err = v.Snapshot(ctx, portfolio, day, revision)
		return err
	})
	if err != nil {
		return out, err
	}
	text, err := snapshot.Unpack(out.Format, out.Body)
	if err == nil && !bytes.Equal(snapshot.Sum(text), out.SHA256) {
		err = fmt.Errorf("snapshot of %s, revision %d: %w", day, out.Revision, store.ErrDamaged)
	}
	out.Document = text
	return out, err
}

// Recomputed is what computing a snapshot again gave.
type Recomputed struct {
	Snapshot store.Snapshot
	Same     bool
	Text     []byte // of the document as it was computed now
}

// Recompute computes a snapshot again from the versions and terms that it names. One that
// another engine made is ErrEngine.
func (s *Service) Recompute(ctx context.Context, c Caller, portfolio string, day date.Date, revision int) (Recomputed, error) {
	kept, err := s.Snapshot(ctx, c, portfolio, day, revision)
	if err != nil {
		return Recomputed{}, err
	}
	out := Recomputed{Snapshot: kept.Snapshot}
	if kept.Engine != analysis.Engine {
		return out, fmt.Errorf("snapshot of %s: engine %s, this is %s: %w", day, kept.Engine, analysis.Engine, ErrEngine)
	}
	d, err := snapshot.Decode(kept.Document)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		a, err := s.analyses.asOfVersions(ctx, v, portfolio, d, false)
		if err != nil {
			return err
		}
		again := snapshot.Document{Day: d.Day, Terms: d.Terms, Ledger: d.Ledger, MarketShared: d.MarketShared, MarketOwn: d.MarketOwn, Engine: d.Engine, Doubts: d.Doubts}
		for _, name := range snapshot.Names() {
			part, err := snapshot.Section(name, a)
			if err != nil {
				return err
			}
			if err := again.Set(name, part.JSON); err != nil {
				return err
			}
		}
		out.Text, _, err = again.Encode()
		return err
	})
	out.Same = err == nil && bytes.Equal(snapshot.Sum(out.Text), kept.SHA256)
	return out, err
}
