package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// Listed is an archive with what its manifest says, or why that could not be read.
type Listed struct {
	Kept
	Place    string    `json:"place"`
	Manifest *Manifest `json:"manifest,omitempty"`
	Unread   string    `json:"unread,omitempty"`
}

// headBytes is how much of an archive is fetched for its manifest.
const headBytes = 4 << 20

// List is what lies in a place, the newest first, with its manifests. That an archive is
// listed does not say that it is whole: Verify does.
func List(ctx context.Context, p Place, keys *secret.Keys) ([]Listed, error) {
	kept, err := p.List(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Listed, len(kept))
	for i, k := range kept {
		all[i] = Listed{Kept: k, Place: p.String()}
		m, err := manifestOf(ctx, p, k.Name, keys)
		if err != nil {
			all[i].Unread = err.Error()
			continue
		}
		all[i].Manifest = &m
	}
	return all, nil
}

func manifestOf(ctx context.Context, p Place, name string, keys *secret.Keys) (Manifest, error) {
	r, err := p.Open(ctx, name, headBytes)
	if err != nil {
		return Manifest{}, err
	}
	defer r.Close()
	a, err := open(r, keys)
	if err != nil {
		return Manifest{}, err
	}
	defer a.close()
	return a.Manifest, nil
}

// Verify reads a whole archive: it opens with a key that is here, nothing of it was
// changed or cut off, each part is what the manifest says, and this program knows its
// schema. What is wrong is ErrDamaged, secret.ErrUnknown or store.ErrNewer.
func Verify(ctx context.Context, p Place, name string, keys *secret.Keys) (Manifest, error) {
	r, err := p.Open(ctx, name, 0)
	if err != nil {
		return Manifest{}, err
	}
	defer r.Close()
	m, err := verify(&stopping{ctx, r}, keys, "")
	if err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

func verify(r io.Reader, keys *secret.Keys, into string) (Manifest, error) {
	a, err := open(r, keys)
	if err != nil {
		return Manifest{}, err
	}
	defer a.close()
	if err := a.Manifest.fits(); err != nil {
		return a.Manifest, err
	}
	return a.Manifest, a.parts(into)
}

// Retention says what is kept.
type Retention struct {
	Age     time.Duration // of data backups; the newest is kept however old it is
	Systems int           // the newest so many system backups
}

// Pruned is what was removed, or would be.
type Pruned struct {
	Removed []string `json:"removed"`
	Kept    int      `json:"kept"`
}

// Prune removes what is past its time from a place, and what was begun and never became
// a backup. With dry nothing is removed.
func Prune(ctx context.Context, p Place, r Retention, now time.Time, dry bool) (Pruned, error) {
	did := Pruned{Removed: []string{}}
	all, err := p.List(ctx)
	if err != nil {
		return did, err
	}
	seen := map[string]int{}
	for _, k := range all {
		seen[k.Kind]++
		old := k.Kind == Data && seen[Data] > 1 && now.Sub(k.Taken) > r.Age || k.Kind == System && seen[System] > max(r.Systems, 1)
		if !old {
			did.Kept++
			continue
		}
		if !dry {
			if err := p.Remove(ctx, k.Name); err != nil && !errors.Is(err, os.ErrNotExist) {
				return did, fmt.Errorf("%s: %w", k.Name, err)
			}
		}
		did.Removed = append(did.Removed, k.Name)
	}
	if d, ok := p.(Directory); ok && !dry {
		swept, err := d.sweep(now)
		did.Removed = append(did.Removed, swept...)
		return did, err
	}
	return did, nil
}

// Command is what backups are recorded as.
const Command = "backup create"

// Record is a backup as the record of operations has it.
type Record struct {
	At      time.Time       // when it was complete
	Outcome string          // fine, finding or unknown
	Report  json.RawMessage // as check.Report
}

// Newest is the last backup that the record says was made and found fine; ok is false
// where there was none.
func Newest(ctx context.Context, record interface {
	Operations(ctx context.Context, f store.OperationFilter) ([]store.Operation, error)
}) (r Record, ok bool, err error) {
	for limit := 50; ; limit *= 10 {
		all, err := record.Operations(ctx, store.OperationFilter{Command: Command, Limit: limit})
		if err != nil {
			return r, false, err
		}
		for _, o := range all {
			if o.Outcome == "fine" {
				return Record{At: o.Ended, Outcome: o.Outcome, Report: o.Report}, true, nil
			}
		}
		if len(all) < limit {
			return r, false, nil
		}
	}
}
