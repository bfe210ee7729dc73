package incident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Keeper keeps incidents in the database, or in files of a directory while that is away.
type Keeper struct {
	Gate store.IncidentGate // nil: the database could not be opened
	Away error              // why
	Dir  string             // of the files
}

// Files is where records wait for the database, in a data directory.
func Files(data string) string { return filepath.Join(data, "incidents") }

// ErrAway reports that the database cannot be asked.
var ErrAway = errors.New("the database does not answer")

// lost goes over to files: from now on all of this run is kept there.
func (k *Keeper) lost(err error) { k.Gate, k.Away = nil, err }

// Open keeps a new record, and gives it its id.
func (k *Keeper) Open(ctx context.Context, r *Record) error {
	for again := 0; ; again++ {
		r.ID = NewID(r.Opened, again)
		err := k.open(ctx, r)
		if errors.Is(err, store.ErrExists) || errors.Is(err, fs.ErrExist) {
			continue
		}
		return err
	}
}

func (k *Keeper) open(ctx context.Context, r *Record) error {
	if _, err := os.Stat(k.path(r.ID)); err == nil {
		return fs.ErrExist // it waits to be taken in
	}
	if k.Gate != nil {
		i, err := r.kept()
		if err != nil {
			return err
		}
		err = within(ctx, func(ctx context.Context) error { return k.Gate.OpenIncident(ctx, i) })
		if err == nil || errors.Is(err, store.ErrExists) {
			return err
		}
		k.lost(err)
	}
	return k.write(*r)
}

// Append adds lines to the timeline.
func (k *Keeper) Append(ctx context.Context, r *Record, lines ...Line) error {
	r.Timeline = append(r.Timeline, lines...)
	if k.Gate != nil {
		var entries []store.IncidentEntry
		for _, l := range lines {
			e, err := l.kept()
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		err := within(ctx, func(ctx context.Context) error { return k.Gate.AppendIncident(ctx, r.ID, entries) })
		if err == nil || errors.Is(err, store.ErrNotFound) {
			return err
		}
		k.lost(err)
	}
	return k.write(*r)
}

// Save writes state, severity, end and cause with the lines that are not there yet. It is
// for those that the database has.
func (k *Keeper) Save(ctx context.Context, r Record) error {
	if k.Gate == nil {
		return fmt.Errorf("incident %s: %w: %w", r.ID, ErrAway, k.Away)
	}
	i, err := r.kept()
	if err != nil {
		return err
	}
	return k.Gate.SaveIncident(ctx, i)
}

// Get is one record.
func (k *Keeper) Get(ctx context.Context, id string) (Record, error) {
	if k.Gate == nil {
		return k.read(k.path(id))
	}
	i, err := k.Gate.Incident(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return Record{}, fmt.Errorf("there is no incident %s; `foliosight incident list` shows them: %w", id, err)
	}
	if err != nil {
		return Record{}, err
	}
	return Of(i)
}

// List is those opened last, without their timelines; while the database is away, those
// in files.
func (k *Keeper) List(ctx context.Context, limit int) ([]Record, error) {
	out := []Record{}
	if k.Gate == nil {
		waiting, err := k.waiting()
		for i := len(waiting) - 1; i >= 0; i-- {
			if r, err := k.read(waiting[i]); err == nil {
				out = append(out, r)
			}
		}
		return out, err
	}
	all, err := k.Gate.Incidents(ctx, limit)
	for _, i := range all {
		r, err := Of(i)
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, err
}

// TakeIn puts what waits in files into the database and removes the files; it gives the
// ids. One that cannot be read stays, and is named by the error.
func (k *Keeper) TakeIn(ctx context.Context) (ids []string, err error) {
	if k.Gate == nil {
		return nil, nil
	}
	waiting, err := k.waiting()
	for _, path := range waiting {
		r, one := k.read(path)
		if one == nil {
			one = k.Save(ctx, r)
		}
		if one == nil {
			one = os.Remove(path)
		}
		if one != nil {
			err = errors.Join(err, fmt.Errorf("%s is not taken into the database: %w", path, one))
			continue
		}
		ids = append(ids, r.ID)
	}
	return ids, err
}

func (k *Keeper) path(id string) string { return filepath.Join(k.Dir, filepath.Base(id)+".json") }

// waiting are the files, the earliest incident first.
func (k *Keeper) waiting() ([]string, error) {
	return filepath.Glob(filepath.Join(k.Dir, "INC-*.json"))
}

func (k *Keeper) read(path string) (r Record, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && k.Gate == nil {
		return r, fmt.Errorf("incident %s: %w (%w), and it is not in %s", strings.TrimSuffix(filepath.Base(path), ".json"), ErrAway, k.Away, k.Dir)
	}
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// write puts the whole record into its file, or leaves the one that is there.
func (k *Keeper) write(r Record) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return fmt.Errorf("incident %s is kept nowhere: the database is away (%w) and %w", r.ID, k.Away, err)
	}
	next := k.path(r.ID) + ".new"
	if err := os.WriteFile(next, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("incident %s is kept nowhere: the database is away (%w) and %w", r.ID, k.Away, err)
	}
	return os.Rename(next, k.path(r.ID))
}

// patience is how long the database has to take a line of the timeline.
const patience = 10 * time.Second

func within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return do(ctx)
}
