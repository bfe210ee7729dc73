package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Place is somewhere that archives are kept.
type Place interface {
	// Put keeps a file under a name; it has it whole or not at all. A name that is taken
	// is fs.ErrExist where the place can tell.
	Put(ctx context.Context, name, path string) error
	// List are the archives there, the newest first.
	List(ctx context.Context) ([]Kept, error)
	// Open reads one; at most so many bytes where limit is not 0.
	Open(ctx context.Context, name string, limit int64) (io.ReadCloser, error)
	Remove(ctx context.Context, name string) error
	String() string
}

// Kept is an archive in a place.
type Kept struct {
	Name  string    `json:"name"`
	Kind  string    `json:"kind"`
	Taken time.Time `json:"taken"`
	Bytes int64     `json:"bytes"`
}

func newestFirst(all []Kept) []Kept {
	slices.SortFunc(all, func(a, b Kept) int {
		return cmp.Or(b.Taken.Compare(a.Taken), cmp.Compare(againOf(b.Name), againOf(a.Name)), strings.Compare(b.Name, a.Name))
	})
	return all
}

// Directory is a place on this machine; it is made where it is not there.
type Directory string

// partial ends the name of what is being written.
const partial = ".partial"

// String implements Place.
func (d Directory) String() string { return string(d) }

// Put implements Place: written under another name, synchronised, then given its own.
func (d Directory) Put(ctx context.Context, name, path string) error {
	return d.put(name, func(w io.Writer) error {
		from, err := os.Open(path)
		if err != nil {
			return err
		}
		defer from.Close()
		_, err = io.Copy(w, &stopping{ctx, from})
		return err
	})
}

// put gives the name to what fill writes, once it is whole and on the disk.
func (d Directory) put(name string, fill func(io.Writer) error) (err error) {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("directory of backups: %w", err)
	}
	path := filepath.Join(string(d), name)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	f, err := os.CreateTemp(string(d), name+".*"+partial)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err = errors.Join(fill(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = rename(f.Name(), path); err != nil {
		return err
	}
	return syncDirectory(string(d))
}

// rename gives a file another name, unless that is taken: fs.ErrExist. Two who make a
// backup in one second may both have found it free. A file system without second names
// has what os.Rename does: there the name was looked for before.
func rename(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err != nil {
		return os.Rename(from, to)
	}
	return os.Remove(from)
}

// List implements Place.
func (d Directory) List(context.Context) ([]Kept, error) {
	entries, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("directory of backups: %w", err)
	}
	var all []Kept
	for _, e := range entries {
		kind, taken, ok := named(e.Name())
		if !ok || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Kept{e.Name(), kind, taken, info.Size()})
	}
	return newestFirst(all), nil
}

// Open implements Place.
func (d Directory) Open(_ context.Context, name string, _ int64) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), name))
}

// Remove implements Place.
func (d Directory) Remove(_ context.Context, name string) error {
	return os.Remove(filepath.Join(string(d), name))
}

// sweep removes what was being written a day ago and longer, and never became a backup.
func (d Directory) sweep(now time.Time) (removed []string, err error) {
	entries, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), "foliosight-") || !strings.HasSuffix(e.Name(), partial) || now.Sub(info.ModTime()) < 24*time.Hour {
			continue
		}
		if err := os.Remove(filepath.Join(string(d), e.Name())); err != nil {
			return removed, err
		}
		removed = append(removed, e.Name())
	}
	return removed, nil
}

// stopping reads until its context ends.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (s *stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// syncDirectory writes the names of a directory to the disk.
func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("directory %s: %w", path, err)
	}
	return nil
}
