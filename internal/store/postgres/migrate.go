package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// MigrateOptions say whose database is migrated, and for whom.
type MigrateOptions struct {
	AdminURL     string // of the role that owns the schema, or will
	ServerURL    string // of the role that the server uses; empty: nobody is granted anything
	PasswordFile string // holds the password of ServerURL
	Now          func() time.Time
}

// Migrated is what Up did.
type Migrated struct {
	Ran     []string // names of the migrations
	Created string   // the server's role, where it was made
	Secured bool     // functions, policies and grants were made anew
}

// Up brings the schema up to date and gives the server's role what it needs. Of several
// processes that start at once one does it, the others wait and find it done.
func Up(ctx context.Context, o MigrateOptions) (Migrated, error) {
	var did Migrated
	err := asOwner(ctx, o, func(ctx context.Context, db *sql.DB, server string) (err error) {
		if err = prepare(ctx, db); err != nil {
			return err
		}
		if did.Ran, err = migrations.Up(ctx, goose.DialectPostgres, db, migrations.Common(), o.now()); err != nil {
			return err
		}
		if did.Created, err = serverRole(ctx, db, o, server); err != nil {
			return err
		}
		var comment sql.NullString
		if err = db.QueryRowContext(ctx, `SELECT obj_description(to_regnamespace($1), 'pg_namespace')`, Schema).Scan(&comment); err != nil {
			return err
		}
		made, _, _ := strings.Cut(comment.String, " made ")
		if did.Secured = made != fingerprint(server); did.Secured {
			return secure(ctx, db, server, true)
		}
		return nil
	})
	return did, err
}

// Down takes back the newest migrations: those after a name, or all of them ("").
func Down(ctx context.Context, o MigrateOptions, to string) ([]string, error) {
	var undone []string
	err := asOwner(ctx, o, func(ctx context.Context, db *sql.DB, server string) (err error) {
		// Policies hold on to the columns that they read.
		if err = secure(ctx, db, server, false); err != nil {
			return err
		}
		if undone, err = migrations.Down(ctx, goose.DialectPostgres, db, migrations.Common(), to); err != nil {
			return err
		}
		missing, err := migrations.Plan(ctx, db, migrations.Common())
		if err != nil {
			return err
		}
		if len(missing) == 0 {
			return secure(ctx, db, server, true)
		}
		return nil
	})
	return undone, err
}

// OwnerPool opens a pool as the owner, for what looks after a whole database: past the
// policies. The schema is taken as it is.
func OwnerPool(adminURL string) (*sql.DB, error) {
	config, err := configOf(adminURL, "")
	if err != nil {
		return nil, err
	}
	return pool(config, 3), nil
}

// OwnerDialect is how the store's SQL runs as the owner: plainly, as on SQLite.
func OwnerDialect() sqlstore.Dialect {
	return sqlstore.Dialect{Unique: hasCode("23505"), ForUpdate: " FOR UPDATE"}
}

// Insert adds many rows to a table at once.
func Insert(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	i := &inserter{}
	return i.insert(ctx, tx, table, columns, rows)
}

// AsOwner runs fn with the owner's connection, and nobody else migrating meanwhile.
func AsOwner(ctx context.Context, adminURL string, fn func(context.Context, *sql.DB) error) error {
	return asOwner(ctx, MigrateOptions{AdminURL: adminURL}, func(ctx context.Context, db *sql.DB, _ string) error { return fn(ctx, db) })
}

func asOwner(ctx context.Context, o MigrateOptions, fn func(ctx context.Context, db *sql.DB, server string) error) error {
	config, err := configOf(o.AdminURL, "")
	if err != nil {
		return fmt.Errorf("owner's database: %w", err)
	}
	server, err := roleOf(o)
	if err != nil {
		return err
	}
	if server == config.User {
		return fmt.Errorf("role %q is both the owner's and the server's: the server's role must own nothing; name another in DATABASE_URL", server)
	}
	db := pool(config, 3)
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect as the owner to %s: %w", Redacted(o.AdminURL), err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lockMigrate); err != nil {
		return fmt.Errorf("wait for others who migrate: %w", err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lockMigrate)
	return fn(ctx, db, server)
}

func (o MigrateOptions) now() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

// roleOf is the name of the server's role.
func roleOf(o MigrateOptions) (string, error) {
	if o.ServerURL == "" {
		return "", nil
	}
	config, err := configOf(o.ServerURL, o.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("server's database: %w", err)
	}
	return config.User, nil
}

// Prepare makes, as the owner, the schema and the domains that migrations are written in,
// in a database without any. Up does it too.
func Prepare(ctx context.Context, db *sql.DB) error { return prepare(ctx, db) }

// prepare makes the schema and the domains that the migrations are written in.
func prepare(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+Schema); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	there, err := texts(ctx, db, `SELECT typname::text FROM pg_type WHERE typtype = 'd' AND typnamespace = to_regnamespace($1)`, Schema)
	if err != nil {
		return err
	}
	for _, d := range domains {
		if strings.Contains(" "+strings.Join(there, " ")+" ", " "+d.name+" ") {
			continue
		}
		if _, err := db.ExecContext(ctx, `CREATE DOMAIN `+Schema+`.`+d.name+` AS `+d.base); err != nil {
			return fmt.Errorf("domain %s: %w", d.name, err)
		}
	}
	return nil
}

// serverRole makes the server's role where it is not there and the owner may make one.
func serverRole(ctx context.Context, db *sql.DB, o MigrateOptions, server string) (created string, err error) {
	if server == "" {
		return "", nil
	}
	var there, may bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1), (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)`, server).
		Scan(&there, &may)
	if err != nil || there {
		return "", err
	}
	config, err := configOf(o.ServerURL, o.PasswordFile)
	if err != nil {
		return "", err
	}
	if !may || config.Password == "" {
		return "", fmt.Errorf("there is no role %q, and the owner may not make one; run as an administrator: CREATE ROLE %s LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '…'", server, quote(server))
	}
	var literal string
	if err := db.QueryRowContext(ctx, `SELECT quote_literal($1)`, config.Password).Scan(&literal); err != nil {
		return "", err
	}
	if _, err := db.ExecContext(ctx, `CREATE ROLE `+quote(server)+` LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT PASSWORD `+literal); err != nil {
		return "", fmt.Errorf("role %q: %w", server, withoutText(err))
	}
	return server, nil
}

// withoutText keeps the statement, which holds a password, out of an error.
func withoutText(err error) error {
	if hasCode("42710")(err) {
		return errors.New("was made meanwhile; try again")
	}
	return errors.New("could not be made")
}

// fit refuses a schema that is not this program's, and a role that could bypass it.
func fit(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, acquireWithin)
	defer cancel()
	var super, bypass, owns bool
	err := db.QueryRowContext(ctx, `SELECT r.rolsuper, r.rolbypassrls, EXISTS (
			SELECT 1 FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND pg_has_role(current_user, c.relowner, 'MEMBER') AND NOT r.rolsuper)
		FROM pg_roles r WHERE r.rolname = current_user`, Schema).Scan(&super, &bypass, &owns)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if super || bypass || owns {
		return fmt.Errorf("%w; give DATABASE_URL a role of its own (CREATE ROLE foliosight_server LOGIN PASSWORD '…'), DATABASE_ADMIN_URL this one, and run `foliosight migrate up`", ErrUnsafeRole)
	}
	missing, err := migrations.Plan(ctx, db, migrations.Common())
	if hasCode("42501", "42P01", "3F000")(err) {
		return fmt.Errorf("the server's role has no rights in it yet: %w; run `foliosight migrate up` with DATABASE_ADMIN_URL and DATABASE_URL set", store.ErrOlder)
	}
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%d migrations are missing, from %s: %w; run `foliosight migrate up` with DATABASE_ADMIN_URL set", len(missing), missing[0], store.ErrOlder)
	}
	return nil
}

// ErrUnsafeRole reports that DATABASE_URL names a role that row-level security does not
// bind.
var ErrUnsafeRole = errors.New("the role is a superuser, may bypass row-level security or owns the tables: nothing would keep one user from another")
