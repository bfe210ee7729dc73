package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// RestoreOptions say what takes whose place.
type RestoreOptions struct {
	Into    string // address of the database; empty: the source's own
	Replace string // name of a database that has data and shall be replaced
	Dry     bool   // restore and look, and leave everything as it was
}

// Restored is what a restore did.
type Restored struct {
	Manifest Manifest      `json:"manifest"`
	Into     string        `json:"into"`            // without a password
	Name     string        `json:"name"`            // of the database, as --replace wants it
	Aside    string        `json:"aside,omitempty"` // where what was there before is now
	Migrated []string      `json:"migrated"`        // run after the rows were compared
	HasData  bool          `json:"has_data"`        // what is there, or was
	Swapped  bool          `json:"swapped"`         // it is in its place
	Unpacked time.Duration `json:"unpacked_ns"`     // how long verifying and unpacking took
	Loaded   time.Duration `json:"loaded_ns"`       // how long until the rows were in the database
	Checked  time.Duration `json:"checked_ns"`      // how long with looking through it
	Took     time.Duration `json:"took_ns"`         // altogether
}

// Restore brings an archive's database back. It is verified first, restored beside the
// target, compared and looked through there, and only then takes the target's place, in
// one step; what was there is kept aside. A target with data is ErrLive unless it is
// named in Replace; a SQLite file that a server holds is store.ErrInUse, a PostgreSQL
// database that others are connected to postgres.ErrConnected. Whatever fails before the
// last step leaves everything as it was.
func Restore(ctx context.Context, s Source, p Place, name string, o RestoreOptions) (r Restored, err error) {
	began := s.Now()
	if o.Into == "" {
		o.Into = s.Address
	}
	release, err := r.target(ctx, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, release()) }()
	parent := s.Work
	if !postgres.IsURL(o.Into) {
		parent = filepath.Dir(sqlitePath(o.Into)) // so that the file can be renamed
	}
	stage, done, err := work(parent)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, done()) }()
	if r.Manifest, err = unpack(ctx, s, p, name, filepath.Join(stage, "parts")); err != nil {
		return r, err
	}
	if engine := engineOf(o.Into); engine != r.Manifest.Engine {
		return r, fmt.Errorf("%s is a backup of %s and goes into nothing else; restore it into one, then `foliosight move` it", name, r.Manifest.Engine)
	}
	r.Unpacked = s.Now().Sub(began)
	fresh, err := restoreScratch(ctx, s, o.Into, filepath.Join(stage, "parts"), r.Manifest)
	if err != nil {
		return r, fmt.Errorf("%s: restore beside %s, which is as it was: %w", name, r.Into, err)
	}
	r.Migrated, r.Loaded, r.Checked = append([]string{}, fresh.ran...), fresh.loaded, fresh.checked
	if o.Dry {
		r.Took = s.Now().Sub(began)
		return r, fresh.drop(ctx)
	}
	if err := r.swap(ctx, s, o, fresh); err != nil {
		return r, errors.Join(fmt.Errorf("put it in the place of %s, which is as it was: %w", r.Into, err), fresh.drop(ctx))
	}
	r.Swapped, r.Took = true, s.Now().Sub(began)
	return r, nil
}

func engineOf(address string) string {
	if postgres.IsURL(address) {
		return "postgresql"
	}
	return "sqlite"
}

// unpack verifies an archive and leaves its parts in a new directory.
func unpack(ctx context.Context, s Source, p Place, name, into string) (Manifest, error) {
	r, err := p.Open(ctx, name, 0)
	if err != nil {
		return Manifest{}, err
	}
	defer r.Close()
	if err := os.Mkdir(into, 0o700); err != nil {
		return Manifest{}, err
	}
	m, err := verify(&stopping{ctx, r}, s.Keys, into)
	if err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// target looks at what is there, and refuses what must not be replaced. On SQLite the
// file is held until release, so that no server starts on it meanwhile.
func (r *Restored) target(ctx context.Context, o RestoreOptions) (release func() error, err error) {
	release = func() error { return nil }
	if postgres.IsURL(o.Into) {
		r.Into = postgres.Redacted(o.Into)
		if r.Name, err = postgres.DatabaseOf(o.Into); err != nil {
			return release, err
		}
		there, err := postgres.HasDatabase(ctx, o.Into, r.Name)
		if err != nil {
			return release, err
		}
		if there {
			if r.HasData, err = hasData(ctx, o.Into); err != nil {
				return release, err
			}
		}
		if err := r.mayReplace(o); err != nil || o.Dry || !there {
			return release, err
		}
		n, err := postgres.Connections(ctx, o.Into, r.Name)
		if err == nil && n > 0 {
			err = fmt.Errorf("%s: %d connections: %w", r.Into, n, postgres.ErrConnected)
		}
		return release, err
	}
	path := sqlitePath(o.Into)
	r.Into, r.Name = "sqlite:"+path, filepath.Base(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return release, err
	}
	if !o.Dry {
		if release, err = sqlite.Hold(path); err != nil {
			return func() error { return nil }, err
		}
	}
	if r.HasData, err = fileHasData(ctx, path); err == nil {
		err = r.mayReplace(o)
	}
	if err != nil {
		return func() error { return nil }, errors.Join(err, release())
	}
	return release, nil
}

func (r *Restored) mayReplace(o RestoreOptions) error {
	if r.HasData && !o.Dry && o.Replace != r.Name {
		return fmt.Errorf("%s: %w; restore --into another, or say which shall be replaced: --replace %s (it is kept aside)", r.Into, ErrLive, r.Name)
	}
	return nil
}

func hasData(ctx context.Context, address string) (bool, error) {
	d, err := tend.Open(address)
	if err != nil {
		return false, err
	}
	defer d.Close()
	empty, err := d.Empty(ctx)
	return !empty, errors.Join(err, d.Close())
}

// fileHasData looks into a file of SQLite without its lock. One that is no database, or
// damaged, counts as data: somebody may want it.
func fileHasData(ctx context.Context, path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	db, err := sqlite.Queue(path)
	if err != nil {
		return false, err
	}
	defer db.Close()
	var tables, tenants int
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'tenants'`).Scan(&tables); err != nil || tables == 0 {
		return err != nil, ctx.Err()
	}
	err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM tenants LIMIT 1) one`).Scan(&tenants)
	return err != nil || tenants > 0, ctx.Err()
}

// swap is the last step.
func (r *Restored) swap(ctx context.Context, s Source, o RestoreOptions, fresh *scratch) error {
	stamp := s.Now().UTC().Format("20060102T150405.000Z")
	if fresh.name != "" {
		there, err := postgres.HasDatabase(ctx, o.Into, r.Name)
		if err != nil {
			return err
		}
		aside := fmt.Sprintf("%.30s_before_%s", r.Name, s.Now().UTC().Format("20060102t150405z"))
		if err := postgres.Swap(ctx, o.Into, fresh.name, r.Name, aside); err != nil {
			return err
		}
		if there {
			r.Aside = aside
		}
		return nil
	}
	path := sqlitePath(o.Into)
	if err := sqlite.Settle(ctx, fresh.path); err != nil {
		return err
	}
	if err := syncFile(fresh.path); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		aside := path + ".before-" + stamp
		if err := keepAside(ctx, path, aside); err != nil {
			return err
		}
		r.Aside = aside
	}
	// From here on the file of that name is the restored one: a rename is the one step.
	if err := os.Rename(fresh.path, path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// keepAside gives the file a second name, with its log written into it. One that somebody
// else has open is sqlite.ErrRead. One that SQLite cannot read any more is kept with its
// log, as it is: the log has its second name too before it leaves the first, so that at
// no moment there is none of either.
func keepAside(ctx context.Context, path, aside string) error {
	settled := sqlite.Settle(ctx, path)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(settled, sqlite.ErrRead) {
		return settled
	}
	if err := second(path, aside); err != nil {
		return err
	}
	if settled == nil {
		return syncDirectory(filepath.Dir(path))
	}
	if err := second(path+"-wal", aside+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := syncDirectory(filepath.Dir(path)); err != nil {
		return err
	}
	for _, suffix := range []string{"-wal", "-shm"} { // else the file that comes would be read with them; -shm is an index of -wal
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDirectory(filepath.Dir(path))
}

// second gives a file a second name; where the file system has none, a copy.
func second(path, name string) error {
	err := os.Link(path, name)
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return err
	}
	return copyFile(path, name)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
