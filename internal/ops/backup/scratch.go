package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// scratch is a restored database that nobody uses yet.
type scratch struct {
	address string
	path    string // of a SQLite file
	name    string // of a PostgreSQL database
	ran     []string
	loaded  time.Duration // until the rows were there
	checked time.Duration // until everything was looked at
}

// restoreScratch makes a database of the parts in a directory and looks through it: the
// rows and contents of each table are those of the manifest; then, with the schema
// brought up to date, it is verified, and on PostgreSQL its policies are checked.
func restoreScratch(ctx context.Context, s Source, target, directory string, m Manifest) (_ *scratch, err error) {
	began := s.Now()
	out := &scratch{}
	if m.Engine == "postgresql" {
		name, err := postgres.DatabaseOf(target)
		if err != nil {
			return nil, err
		}
		out.name = fmt.Sprintf("%.30s_restored_%s", name, strings.ToLower(s.Now().UTC().Format("20060102t150405.000000z")))
		out.name = strings.ReplaceAll(out.name, ".", "_")
		if out.address, err = postgres.At(target, out.name); err != nil {
			return nil, err
		}
		if err := postgres.CreateDatabase(ctx, target, out.name); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, out.drop(ctx))
			}
		}()
		if err := load(ctx, s, out.address, filepath.Join(directory, postgresPart)); err != nil {
			return nil, err
		}
	} else {
		out.path = filepath.Join(directory, sqlitePart)
		out.address = "sqlite:" + out.path
	}
	out.loaded = s.Now().Sub(began)
	if err := out.compare(ctx, m); err != nil {
		return nil, err
	}
	if err := out.upToDate(ctx, s); err != nil {
		return nil, err
	}
	out.checked = s.Now().Sub(began)
	return out, nil
}

// compare holds every table against the manifest.
func (o *scratch) compare(ctx context.Context, m Manifest) error {
	return inside(ctx, o.address, func(d *tend.Database, tx *sql.Tx) error {
		there, err := tend.Contents(ctx, d, tx)
		if err != nil {
			return err
		}
		found := map[string]tend.Moved{}
		for _, t := range there {
			found[t.Table] = t
		}
		var differ []error
		for _, t := range m.Tables {
			if f := found[t.Table]; f != t {
				differ = append(differ, fmt.Errorf("table %s: %d rows of hash %.12s were backed up, %d of %.12s came back: %w", t.Table, t.Rows, t.SHA256, f.Rows, f.SHA256, ErrDiffers))
			}
		}
		return errors.Join(differ...)
	})
}

// upToDate brings the schema to this program's, gives the server's role what it needs,
// and verifies.
func (o *scratch) upToDate(ctx context.Context, s Source) error {
	d, err := tend.Open(o.address)
	if err != nil {
		return err
	}
	defer d.Close()
	did, err := d.Up(ctx, s.Server, s.Password)
	if err != nil {
		return err
	}
	o.ran = did.Ran
	if d.Postgres {
		if s.Server != "" {
			if err := postgres.Admit(ctx, o.address, s.Server, s.Password); err != nil {
				return fmt.Errorf("let the server's role connect: %w", err)
			}
		}
		if err := postgres.Secure(ctx, postgres.MigrateOptions{AdminURL: o.address, ServerURL: s.Server, PasswordFile: s.Password}); err != nil {
			return err
		}
		if s.Queue != nil {
			if err := s.Queue(ctx, o.address); err != nil {
				return err
			}
		}
		if err := o.policies(ctx, s); err != nil {
			return err
		}
	}
	report, err := tend.Verify(ctx, d)
	if err != nil {
		return err
	}
	var wrong []error
	for _, f := range report.Findings {
		wrong = append(wrong, fmt.Errorf("%s: %s", f.Object, f.Problem))
	}
	if len(wrong) > 0 {
		return fmt.Errorf("db verify of the restored database: %w", errors.Join(wrong...))
	}
	return d.Close()
}

func (o *scratch) policies(ctx context.Context, s Source) error {
	if s.Server == "" {
		return nil
	}
	role, err := postgres.Role(s.Server, s.Password)
	if err != nil {
		return err
	}
	report, err := postgres.Check(ctx, o.address, "", role)
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		if f.Severity == postgres.Critical {
			return fmt.Errorf("rls check of the restored database: %s: %s", f.Object, f.Problem)
		}
	}
	return nil
}

// drop removes a database of PostgreSQL; a file goes with its directory.
func (o *scratch) drop(ctx context.Context) error {
	if o.name == "" {
		return nil
	}
	return postgres.DropDatabase(context.WithoutCancel(ctx), o.address, o.name)
}
