package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/keys"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// OpenVault opens what is sealed in a configured database, with the keys, beside a server
// that may hold it. It makes no key: where SQLite's file of one is not there, there is none.
func OpenVault(ctx context.Context, cfg config.Config) (*keys.Vault, error) {
	k, err := keysThere(cfg)
	if err != nil {
		return nil, err
	}
	if !cfg.PostgreSQL() {
		db, err := sqlite.BesideRaw(ctx, cfg.SQLite())
		if err != nil {
			return nil, err
		}
		return &keys.Vault{DB: db, Keys: k, Close: db.Close}, nil
	}
	if cfg.Admin == "" {
		return nil, errors.New("the server's role sees one tenant's rows at a time, this needs the role that owns them: set DATABASE_ADMIN_URL")
	}
	db, err := postgres.OwnerPool(cfg.Admin)
	if err != nil {
		return nil, err
	}
	if err := sees(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", postgres.Redacted(cfg.Admin), err), db.Close())
	}
	return &keys.Vault{DB: db, Keys: k, Close: db.Close}, nil
}

// sees makes sure that the policies of PostgreSQL hide nothing: a role that they bind sees
// no rows and no error.
func sees(ctx context.Context, db *sql.DB) error {
	missing, err := migrations.Plan(ctx, db, migrations.Common())
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%d migrations are missing: %w; run `foliosight migrate up` first", len(missing), store.ErrOlder)
	}
	var all bool
	err = db.QueryRowContext(ctx, `SELECT r.rolsuper OR r.rolbypassrls OR c.relowner = r.oid FROM pg_class c, pg_roles r
		WHERE c.oid = to_regclass('second_factors') AND r.rolname = current_user`).Scan(&all)
	if err == nil && !all {
		err = errors.New("the role does not own the tables, so that policies hide rows from it: give the one that does as DATABASE_ADMIN_URL")
	}
	return err
}

// keysThere are the keys of a configuration, without making one.
func keysThere(cfg config.Config) (*secret.Keys, error) {
	if cfg.Accounts.Encryption == "" && !cfg.PostgreSQL() {
		_, err := os.Stat(filepath.Join(filepath.Dir(cfg.SQLite()), keyFile))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	return secretsOf(cfg)
}

// Reseal seals with the current key what earlier ones sealed, and says what still needs
// those. With dry nothing is changed.
func Reseal(ctx context.Context, cfg config.Config, dry bool, r *check.Report) (err error) {
	v, err := OpenVault(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	keys.Reseal(ctx, v, dry, r)
	tellBackups(ctx, cfg, v.Keys, r)
	return nil
}

// Sealed reports under which keys rows and backups are sealed.
func Sealed(ctx context.Context, cfg config.Config, r *check.Report) {
	v, err := OpenVault(ctx, cfg)
	if err != nil {
		r.Unknown("sealed rows", err.Error(), "run it where the server's settings are, with DATABASE_ADMIN_URL on PostgreSQL")
		return
	}
	keys.Sealed(ctx, v, r)
	if len(v.Keys.Earlier()) > 0 {
		tellBackups(ctx, cfg, v.Keys, r)
	}
	if err := v.Close(); err != nil {
		r.Unknown("sealed rows", err.Error(), "see that the database answers")
	}
}

// Emergency reports, after the signing key was changed, on the key that seals: what lies
// under an earlier one is sealed anew at once; where there is none it says how to go on.
func Emergency(ctx context.Context, cfg config.Config, r *check.Report) {
	part := check.Begin("", time.Now())
	k, err := keysThere(cfg)
	switch {
	case err != nil:
		part.Unknown("keys", err.Error(), "correct the setting, and run `foliosight keys reseal`")
	case len(k.Earlier()) == 0:
		part.Fine("not changed", "if others may know ENCRYPTION_KEY: give a new one, this one as ENCRYPTION_KEY_PREVIOUS, restart every process, `foliosight keys reseal`, "+
			"and change at its source what was sealed with it: keys of data sources, webhooks' secrets, second factors (docs/operations/security.md)")
	default:
		if err := Reseal(ctx, cfg, false, part); err != nil {
			part.Unknown("sealed rows", err.Error(), "cure it, and run `foliosight keys reseal`")
		}
		part.Fine("what was sealed", "whoever has a copy of the database or of a backup from before and an earlier key still reads it there: "+
			"change at its source what was sealed, as docs/operations/security.md says")
	}
	r.Take("encryption key", *part)
}

func tellBackups(ctx context.Context, cfg config.Config, k *secret.Keys, r *check.Report) {
	places, err := BackupPlaces(cfg, "")
	if err != nil {
		r.Unknown("backups", err.Error(), "correct where backups are: whether they need an earlier key is not known")
		return
	}
	backup.TellSealing(ctx, places, k, r)
}
