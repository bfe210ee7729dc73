package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// understood are the parameters of an address that PostgreSQL's own tools know.
var understood = []string{"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs"}

// Tool is an address as PostgreSQL's own tools take it: without the password, which is
// given apart, as others on the machine can read what a process is called with.
func Tool(address string) (uri, password string, err error) {
	config, err := configOf(address, "")
	if err != nil {
		return "", "", err
	}
	_, rest, _ := strings.Cut(address, "://")
	u, err := url.Parse("postgresql://" + rest)
	if err != nil {
		return "", "", errors.New("not a well-formed address")
	}
	query, kept := u.Query(), url.Values{}
	for _, name := range understood {
		if v := query.Get(name); v != "" {
			kept.Set(name, v)
		}
	}
	if mode := query.Get("ssl"); mode != "" && kept.Get("sslmode") == "" {
		if mode == "true" {
			mode = "require"
		}
		kept.Set("sslmode", mode)
	}
	u.RawQuery, u.User = kept.Encode(), url.User(config.User)
	return u.String(), config.Password, nil
}

// At is an address with another database.
func At(address, database string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("not a well-formed address")
	}
	u.Path = "/" + database
	return u.String(), nil
}

// DatabaseOf is the name of an address's database.
func DatabaseOf(address string) (string, error) {
	config, err := configOf(address, "")
	if err != nil {
		return "", err
	}
	return config.Database, nil
}

// ErrConnected reports a database that others are connected to.
var ErrConnected = errors.New("others are connected to it; stop the servers first")

// beside runs fn with a connection to the cluster that is not to the database itself,
// which nobody can rename or drop from within.
func beside(ctx context.Context, address string, fn func(*sql.Conn) error) error {
	config, err := configOf(address, "")
	if err != nil {
		return err
	}
	var failed error
	for _, name := range []string{"postgres", "template1"} {
		if name == config.Database {
			continue
		}
		other := config.Copy()
		other.Database = name
		delete(other.RuntimeParams, "search_path")
		db := stdlib.OpenDB(*other)
		conn, err := db.Conn(ctx)
		if err != nil {
			failed = errors.Join(err, db.Close())
			continue
		}
		return errors.Join(fn(conn), conn.Close(), db.Close())
	}
	return fmt.Errorf("connect to the cluster beside %s: %w", Redacted(address), failed)
}

// CreateDatabase makes an empty database in the cluster of an address, of its role. Nobody
// else may connect to it: Admit lets others.
func CreateDatabase(ctx context.Context, address, name string) error {
	return beside(ctx, address, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, `CREATE DATABASE `+quote(name)+` TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`)
		if hasCode("42501")(err) {
			role, _ := Role(address, "")
			return fmt.Errorf("database %s: the role may make none; run as an administrator: ALTER ROLE %s CREATEDB", name, quote(role))
		}
		if err != nil {
			return fmt.Errorf("database %s: %w", name, err)
		}
		if _, err := conn.ExecContext(ctx, `REVOKE ALL ON DATABASE `+quote(name)+` FROM PUBLIC`); err != nil {
			_, gone := conn.ExecContext(context.WithoutCancel(ctx), `DROP DATABASE `+quote(name))
			return errors.Join(fmt.Errorf("database %s: %w", name, err), gone)
		}
		return nil
	})
}

// Admit lets the server's role (of the address server) connect to the owner's database and
// make temporary tables there: all that it needs of a database, besides its schema.
func Admit(ctx context.Context, address, server, passwordFile string) error {
	role, err := Role(server, passwordFile)
	if err != nil {
		return err
	}
	name, err := DatabaseOf(address)
	if err != nil {
		return err
	}
	return beside(ctx, address, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, `GRANT CONNECT, TEMPORARY ON DATABASE `+quote(name)+` TO `+quote(role))
		return err
	})
}

// DropDatabase removes a database from the cluster of an address; one that is not there
// is none.
func DropDatabase(ctx context.Context, address, name string) error {
	return beside(ctx, address, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, `DROP DATABASE IF EXISTS `+quote(name)+` WITH (FORCE)`)
		return err
	})
}

// HasDatabase reports whether there is a database of that name.
func HasDatabase(ctx context.Context, address, name string) (there bool, err error) {
	err = beside(ctx, address, func(conn *sql.Conn) error {
		return conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	})
	return there, err
}

// Swap puts the database fresh where the database name was, which is kept as aside
// (where it was there), in one transaction: either both are renamed or none. Databases
// that others are connected to are ErrConnected.
func Swap(ctx context.Context, address, fresh, name, aside string) error {
	return beside(ctx, address, func(conn *sql.Conn) error {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // does nothing after a commit
		there, err := texts(ctx, tx, `SELECT datname::text FROM pg_database WHERE datname = ANY ($1)`, []string{fresh, name})
		if err != nil {
			return err
		}
		var renames []string
		if slices.Contains(there, name) {
			renames = append(renames, `ALTER DATABASE `+quote(name)+` RENAME TO `+quote(aside))
		}
		for _, s := range append(renames, `ALTER DATABASE `+quote(fresh)+` RENAME TO `+quote(name)) {
			_, err := tx.ExecContext(ctx, s)
			if hasCode("55006")(err) {
				return fmt.Errorf("database %s: %w", name, ErrConnected)
			}
			if err != nil {
				return fmt.Errorf("database %s: %w", name, err)
			}
		}
		return tx.Commit()
	})
}

// Connections are how many others are connected to a database of the cluster.
func Connections(ctx context.Context, address, name string) (n int, err error) {
	err = beside(ctx, address, func(conn *sql.Conn) error {
		return conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1`, name).Scan(&n)
	})
	return n, err
}
