// Package sqlite opens the store in one SQLite file: the default, for one process.
//
// Model: one connection writes, several read; the write-ahead log lets them not wait
// for each other. A commit is durable when it returns (synchronous=FULL: one fsync).
// A lock beside the file keeps a second process out. The schema is brought up to date
// when the store is opened.
package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	sqlite "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// Options say where the database is and what time it is.
type Options struct {
	Path string           // of the file; made with its directory if it is not there
	Now  func() time.Time // what commits are dated with; time.Now unless given
	// Readers is how many reads run at once: four a core unless given.
	Readers int
	// Unscoped is for tests of what keeps identities apart: see sqlstore.Dialect.
	Unscoped bool
}

// Open opens a store and brings its schema up to date. A file that another process has
// open is store.ErrInUse; one that a newer version made is store.ErrNewer.
func Open(ctx context.Context, o Options) (*sqlstore.Store, error) {
	if o.Path == "" {
		return nil, errors.New("sqlite: no path given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Readers == 0 {
		o.Readers = 4 * runtime.GOMAXPROCS(0)
	}
	directory := filepath.Dir(o.Path)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, fmt.Errorf("sqlite: %w", Unwritable(directory, err))
	}
	release, err := lock(o.Path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", o.Path, Unwritable(directory, err))
	}
	s, err := open(ctx, o, release)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: %s: %w", o.Path, Unwritable(directory, err)), release())
	}
	return s, nil
}

func open(ctx context.Context, o Options, release func() error) (*sqlstore.Store, error) {
	if err := private(o.Path); err != nil {
		return nil, err
	}
	writer, err := pool(o.Path, 1, writing...)
	if err != nil {
		return nil, err
	}
	if _, err := migrations.Up(ctx, goose.DialectSQLite3, writer, migrations.Common(), o.Now); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader, err := pool(o.Path, o.Readers, "_pragma=query_only(1)", "_pragma=cache_size(-4096)")
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	dialect := Dialect()
	dialect.Unscoped = o.Unscoped
	return sqlstore.New(sqlstore.Options{Reader: reader, Writer: writer, Now: o.Now, OnClose: release,
		Dialect: dialect}), nil
}

// Raw opens the file for what looks after a whole database: one connection that writes,
// past the store's scope and without bringing the schema up to date. The lock is held
// until close.
func Raw(path string) (db *sql.DB, close func() error, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("sqlite: %w", err)
	}
	release, err := lock(path + ".lock")
	if err != nil {
		return nil, nil, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	if err := private(path); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("sqlite: %w", err), release())
	}
	if db, err = pool(path, 1, writing...); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("sqlite: %s: %w", path, err), release())
	}
	return db, func() error { return errors.Join(db.Close(), release()) }, nil
}

// writing is how the connection that writes is set.
var writing = []string{"_txlock=immediate", "_pragma=page_size(8192)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
	"_pragma=foreign_keys(1)", "_pragma=journal_size_limit(67108864)", "_pragma=cache_size(-16384)"}

// Dialect is what SQLite has of its own.
func Dialect() sqlstore.Dialect {
	return sqlstore.Dialect{Unique: unique, Trouble: trouble, Probe: probe}
}

// Queue opens a small pool of its own for the queue of jobs, beside the store's writer.
// What it commits by itself is bookkeeping (who runs what) that may be lost with the
// power: a job is then run again. So it waits for no fsync (synchronous=NORMAL), and
// holds the database's one writer for a fraction of a millisecond at a time. Jobs that
// are enqueued or completed with a change are part of its transaction, which is durable.
func Queue(path string) (*sql.DB, error) {
	return pool(path, 2, "_txlock=immediate", "_pragma=synchronous(NORMAL)", "_pragma=foreign_keys(1)", "_pragma=cache_size(-1024)")
}

// private makes the file, if it is not there, readable by its owner alone.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func pool(path string, size int, settings ...string) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(absolute)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/…
	}
	name := "file:" + (&url.URL{Path: slashed}).EscapedPath() + "?_pragma=busy_timeout(10000)"
	for _, s := range settings {
		name += "&" + s
	}
	db, err := openPool(name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

func init() {
	sqlite.MustRegisterDeterministicScalarFunction("digest_text", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		text, ok := args[0].(string)
		if !ok {
			return nil, nil
		}
		sum := sha256.Sum256([]byte(text))
		return sum[:], nil
	})
}

func unique(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == codes.SQLITE_CONSTRAINT_UNIQUE || e.Code() == codes.SQLITE_CONSTRAINT_PRIMARYKEY)
}
