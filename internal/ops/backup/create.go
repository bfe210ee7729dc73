package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// Extra is a file of a system backup: its name in the archive, and what is in it.
type Extra struct {
	Name string
	Path string // of the file; empty: Text
	Text []byte
}

// Created is a backup that was made.
type Created struct {
	Name     string        `json:"name"`
	Places   []string      `json:"places"`
	Bytes    int64         `json:"bytes"`
	Took     time.Duration `json:"took_ns"` // with its writing
	Manifest Manifest      `json:"manifest"`
}

// Create backs up the database as it is at one moment, beside those who use it. With
// extras (which may be empty, not nil) it is a system backup. Each of the places has it
// whole or not at all; the error of one does not keep it from the others.
func Create(ctx context.Context, s Source, places []Place, extras []Extra) (c Created, err error) {
	began := s.Now()
	if s.Keys == nil {
		return c, fmt.Errorf("backup: %w", secret.ErrNoKey)
	}
	stage, done, err := work(s.Work)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, done()) }()
	kind := Data
	if extras != nil {
		kind = System
	}
	m, err := copyDatabase(ctx, s, stage)
	if err != nil {
		return c, fmt.Errorf("copy the database: %w", err)
	}
	m.Format, m.Kind, m.Version, m.Commit = format, kind, s.Version, s.Commit
	for _, e := range extras {
		if err := add(&m, stage, e); err != nil {
			return c, fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	m.Took = s.Now().Sub(began)
	c.Manifest = m
	path := filepath.Join(stage, "archive")
	if c.Bytes, err = writeFile(ctx, path, s.Keys, m, stage); err != nil {
		return c, fmt.Errorf("write the archive: %w", err)
	}
	var failed error
	for _, p := range places {
		name, err := put(ctx, p, kind, m.Taken, path)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", p, err))
			continue
		}
		c.Name, c.Places = name, append(c.Places, p.String())
	}
	c.Took = s.Now().Sub(began)
	return c, failed
}

// put finds a name that is not taken yet: two backups may be of one second.
func put(ctx context.Context, p Place, kind string, taken time.Time, path string) (string, error) {
	all, err := p.List(ctx)
	if err != nil {
		return "", err
	}
	has := map[string]bool{}
	for _, k := range all {
		has[k.Name] = true
	}
	for again := 0; ; again++ {
		name := nameOf(kind, taken, again)
		if has[name] {
			continue
		}
		if err := p.Put(ctx, name, path); !errors.Is(err, fs.ErrExist) { // else somebody else took it meanwhile
			return name, err
		}
	}
}

func writeFile(ctx context.Context, path string, keys *secret.Keys, m Manifest, stage string) (int64, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	err = write(&failing{ctx, f}, keys, m, stage)
	at, tell := f.Seek(0, io.SeekCurrent)
	return at, errors.Join(err, tell, f.Close())
}

// failing writes until its context ends.
type failing struct {
	ctx context.Context
	w   io.Writer
}

// Write implements io.Writer.
func (f *failing) Write(p []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	return f.w.Write(p)
}

// workPrefix begins the names of directories of work under way.
const workPrefix = ".backup-"

// work makes a directory for what is under way, and removes those of processes that
// ended without doing so: they hold copies of the database in clear.
func work(parent string) (directory string, done func() error, err error) {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", nil, fmt.Errorf("directory of work: %w", err)
	}
	if err := sweepWork(parent); err != nil {
		return "", nil, fmt.Errorf("directory of work: %w", err)
	}
	if directory, err = os.MkdirTemp(parent, workPrefix); err != nil {
		return "", nil, fmt.Errorf("directory of work: %w", err)
	}
	release, err := sqlite.Hold(filepath.Join(directory, "work"))
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(directory))
	}
	return directory, func() error { return errors.Join(release(), os.RemoveAll(directory)) }, nil
}

func sweepWork(parent string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !e.IsDir() || !strings.HasPrefix(e.Name(), workPrefix) || time.Since(info.ModTime()) < time.Second {
			continue // one that is new may not hold its lock yet
		}
		path := filepath.Join(parent, e.Name())
		release, err := sqlite.Hold(filepath.Join(path, "work"))
		if err != nil {
			continue // somebody works in it
		}
		if err := errors.Join(release(), os.RemoveAll(path)); err != nil {
			return err
		}
	}
	return nil
}

// add puts a file into the stage and the manifest.
func add(m *Manifest, stage string, e Extra) error {
	into := filepath.Join(stage, filepath.FromSlash(e.Name))
	if err := os.MkdirAll(filepath.Dir(into), 0o700); err != nil {
		return err
	}
	if e.Path == "" {
		if err := os.WriteFile(into, e.Text, 0o600); err != nil {
			return err
		}
	} else if err := copyFile(e.Path, into); err != nil { // a log may grow meanwhile: what is measured is what is packed
		return err
	}
	p, err := partOf(stage, e.Name)
	m.Parts = append(m.Parts, p)
	return err
}

func copyFile(from, into string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(into, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// copyDatabase writes the database into the stage, with the manifest of that moment.
func copyDatabase(ctx context.Context, s Source, stage string) (m Manifest, err error) {
	m.Taken = s.Now().UTC()
	part, path := sqlitePart, ""
	if postgres.IsURL(s.Address) {
		part = postgresPart
		path = filepath.Join(stage, part)
		err = copyPostgres(ctx, s, path, &m)
	} else {
		path = filepath.Join(stage, part)
		if err = sqlite.Snapshot(ctx, sqlitePath(s.Address), path); err == nil {
			err = inside(ctx, "sqlite:"+path, func(d *tend.Database, tx *sql.Tx) error { return m.read(ctx, d, tx) })
		}
		m.Engine, m.Database = "sqlite", s.Address
		for _, suffix := range []string{"-wal", "-shm", ".lock"} { // of looking into the copy
			if gone := os.Remove(path + suffix); gone != nil && !errors.Is(gone, os.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}
	if err != nil {
		return m, err
	}
	p, err := partOf(stage, part)
	m.Parts = append(m.Parts, p)
	return m, err
}

// inside looks into a database in one transaction.
func inside(ctx context.Context, address string, look func(*tend.Database, *sql.Tx) error) error {
	d, err := tend.Open(address)
	if err != nil {
		return err
	}
	defer d.Close()
	tx, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // it only reads
	if err := look(d, tx); err != nil {
		return err
	}
	return errors.Join(tx.Rollback(), d.Close())
}

// read notes what the database holds in a transaction.
func (m *Manifest) read(ctx context.Context, d *tend.Database, tx *sql.Tx) (err error) {
	applied, err := tend.AppliedIn(ctx, tx)
	if err != nil {
		return err
	}
	if len(applied) == 0 {
		return fmt.Errorf("%s: there is nothing in it; `foliosight migrate up` makes its schema", d.Name)
	}
	m.Runs = nil
	for _, a := range applied {
		m.Runs = append(m.Runs, Migration{a.Name, a.SHA256})
		m.Schema = a.Name
	}
	if m.Newest, err = d.NewestChange(ctx, tx); err != nil {
		return err
	}
	if m.Tables, err = tend.Contents(ctx, d, tx); err != nil {
		return err
	}
	return m.sealed(ctx, tx)
}

func sqlitePath(address string) string {
	return strings.TrimPrefix(strings.TrimPrefix(address, "sqlite:"), "//")
}
