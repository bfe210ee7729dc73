// Package pgtest gives a test a PostgreSQL database of its own.
//
// FOLIOSIGHT_TEST_POSTGRES is the address of a cluster and a role that may make
// databases and roles there; `scripts/postgres COMMAND` starts one. Without it a test
// is left out, and says so; with CI=true that is a failure.
package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// Variable names the environment variable.
const Variable = "FOLIOSIGHT_TEST_POSTGRES"

// Database is a database with its two roles. It is dropped when the test ends.
type Database struct {
	URL      string // of the server's role: owns nothing, bypasses nothing
	AdminURL string // of the owner: an ordinary role that owns the database
	Super    string // of the cluster's own role, in this database
}

// Cluster is the address of the cluster; where there is none the test is left out.
func Cluster(t testing.TB) string {
	t.Helper()
	cluster := os.Getenv(Variable)
	if cluster == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(Variable + " is not set: the tests on PostgreSQL cannot be left out here")
		}
		t.Skip(Variable + " is not set: left out; run it under scripts/postgres")
	}
	return cluster
}

// New makes a database without a schema.
func New(t testing.TB) Database {
	t.Helper()
	return create(t, "template0")
}

// Open makes a database with the schema and opens a store in it with the server's role.
func Open(t testing.TB) (*sqlstore.Store, Database) {
	t.Helper()
	d := Migrated(t)
	return OpenAt(t, postgres.Options{URL: d.URL}), d
}

// Migrated makes a database with the schema, as a copy of one that is made once.
func Migrated(t testing.TB) Database {
	t.Helper()
	Cluster(t)
	template.once.Do(func() { template.name, template.err = makeTemplate() })
	if template.err != nil {
		t.Fatal(template.err)
	}
	return create(t, template.name)
}

var template struct {
	once sync.Once
	name string
	err  error
}

// makeTemplate makes the database that others are copies of, unless it is there: its
// name says what is in it, so that the tests of several packages share one.
func makeTemplate() (string, error) {
	cluster := os.Getenv(Variable)
	name := "foliosight_test_" + postgres.Fingerprint(server)[:16]
	db, err := sql.Open("pgx", cluster)
	if err != nil {
		return "", err
	}
	defer db.Close()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close() // and with it the lock
	if err := roles(ctx, conn, cluster); err != nil {
		return "", err
	}
	var there bool
	if err := conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil || there {
		return name, err
	}
	making := name + "_making"
	for _, s := range []string{`DROP DATABASE IF EXISTS ` + making, `CREATE DATABASE ` + making + ` OWNER ` + owner + ` TEMPLATE template0`} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return "", err
		}
	}
	d := addresses(cluster, making)
	if _, err := postgres.Up(ctx, postgres.MigrateOptions{AdminURL: d.AdminURL, ServerURL: d.URL}); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, `ALTER DATABASE `+making+` RENAME TO `+name)
	return name, err
}

// The roles of every test's database, and the lock of those who make what tests share.
const (
	owner  = "foliosight_test_owner"
	server = "foliosight_test_server"
	lock   = 7399
)

// roles makes both roles, unless they are there, and holds the lock.
func roles(ctx context.Context, conn *sql.Conn, cluster string) error {
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lock); err != nil {
		return err
	}
	for _, role := range []string{owner, server} {
		var there bool
		if err := conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)`, role).Scan(&there); err != nil {
			return err
		}
		if there {
			continue
		}
		if _, err := conn.ExecContext(ctx, `CREATE ROLE `+role+` LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD '`+password(cluster)+`'`); err != nil {
			return err
		}
	}
	return nil
}

// password is the same for every process that tests on a cluster.
func password(cluster string) string {
	sum := sha256.Sum256([]byte(cluster))
	return hex.EncodeToString(sum[:16])
}

func create(t testing.TB, from string) Database {
	t.Helper()
	cluster := Cluster(t)
	db, err := sql.Open("pgx", cluster)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + random(8)
	if err := roles(ctx, conn, cluster); err != nil {
		t.Fatal(err)
	}
	_, err = conn.ExecContext(ctx, `CREATE DATABASE `+name+` OWNER `+owner+` TEMPLATE `+from)
	conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, lock)
	conn.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	return addresses(cluster, name)
}

func addresses(cluster, database string) Database {
	return Database{URL: address(cluster, database, server, password(cluster)), AdminURL: address(cluster, database, owner, password(cluster)),
		Super: address(cluster, database, "", "")}
}

// OpenAt opens a store; the test's end closes it. Its pool is small unless said, so
// that many tests fit into one cluster.
func OpenAt(t testing.TB, o postgres.Options) *sqlstore.Store {
	t.Helper()
	if o.PoolSize == 0 {
		o.PoolSize = 12
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s, err := postgres.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Empty takes every row out of a database, quicker than another one is made.
func Empty(t testing.TB, d Database) {
	t.Helper()
	var names []string
	for _, table := range migrations.Catalogue() {
		if table.Kind != migrations.Internal {
			names = append(names, postgres.Schema+"."+table.Name)
		}
	}
	db, err := sql.Open("pgx", d.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`TRUNCATE ` + strings.Join(names, ", ")); err != nil {
		t.Fatal(err)
	}
}

// SQL is a plain connection to a database, for looking at what a store wrote.
func SQL(t testing.TB, address string) *sql.DB {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", postgres.Schema)
	u.RawQuery = q.Encode()
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func address(cluster, database, user, password string) string {
	u, err := url.Parse(cluster)
	if err != nil {
		return cluster // what connects with it says what is wrong
	}
	u.Path = "/" + database
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}

func random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}
