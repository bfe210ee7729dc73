// Package postgres keeps the store in PostgreSQL: for several processes on several
// machines, and for isolation that the database itself enforces.
//
// Model: two roles. The owner of the schema migrates (migrate.go) and gives the
// server's role what it needs; the server's role owns nothing, may not bypass
// row-level security and is refused where it could. Every table of a tenant has
// policies, enabled and forced (policies.go), which ask who the transaction is for.
// That is said first in every transaction (enter_as). What is asked before there is a
// user goes through SECURITY DEFINER functions of fixed search_path, one a question
// of the gate. Everything lies in the schema "foliosight".
//
// Reads see one state throughout (REPEATABLE READ READ ONLY). Writes are READ
// COMMITTED and lock what they build on: the head of the tenant's audit chain first,
// then the ledger. Versions of PostgreSQL: 14 to 17.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// Connections that each kind of process has at most.
const (
	APIConnections    = 30
	WorkerConnections = 10
	AgentConnections  = 5
)

const (
	acquireWithin = 30 * time.Second // how long a transaction waits for a connection
	recycleAfter  = 30 * time.Minute // how old a connection grows
	idleFor       = 5 * time.Minute  // how long one is kept unused
)

// Options say where the database is.
type Options struct {
	URL          string // of the server's role
	AdminURL     string // of the owner; where it is given the schema is brought up to date first
	PasswordFile string // holds the password of URL, where it is not in it
	Now          func() time.Time
	PoolSize     int // connections at most; as many as connections gives unless given
	// Unscoped is for tests of the policies: see sqlstore.Dialect.
	Unscoped bool
}

// Open opens a store. Without AdminURL the schema is taken as it is: an older one is
// store.ErrOlder, which names the command. A role that could bypass the policies is
// refused.
func Open(ctx context.Context, o Options) (*sqlstore.Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AdminURL != "" {
		if _, err := Up(ctx, MigrateOptions{AdminURL: o.AdminURL, ServerURL: o.URL, PasswordFile: o.PasswordFile, Now: o.Now}); err != nil {
			return nil, fmt.Errorf("postgres: %w", err)
		}
	}
	db, err := Pool(o)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	if err := fit(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: %s: %w", Redacted(o.URL), err), db.Close())
	}
	dialect := newDialect()
	dialect.Unscoped = o.Unscoped
	return sqlstore.New(sqlstore.Options{Reader: db, Writer: db, Now: o.Now, Dialect: dialect}), nil
}

// Pool is a pool of connections of the server's role, for what keeps tables of its own
// beside the store's (the queue of jobs).
func Pool(o Options) (*sql.DB, error) {
	config, err := configOf(o.URL, o.PasswordFile)
	if err != nil {
		return nil, err
	}
	size := o.PoolSize
	if size == 0 {
		size = connections()
	}
	return pool(config, size), nil
}

// connections is how many a process that answers requests uses: four for each processor,
// as more of them at work at once make each other slow (on two processors that they
// shared with the database, 30 had four times the 99th percentile of 8).
func connections() int { return min(APIConnections, max(8, 4*runtime.GOMAXPROCS(0))) }

func pool(config *pgx.ConnConfig, size int) *sql.DB {
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	config.Tracer = traced{}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(registerDomains))
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxLifetime(recycleAfter)
	db.SetConnMaxIdleTime(idleFor)
	return db
}

// domains are the types of the migrations, and what PostgreSQL keeps them as.
var domains = []struct{ name, base string }{
	{"id_text", "uuid"}, {"ts_text", "timestamptz"}, {"date_text", "date"}, {"dec_text", "numeric(38,18)"}, {"json_text", "jsonb"}, {"bytes_blob", "bytea"},
}

// registerDomains tells a new connection what the domains are, so that bytes and
// numbers are sent as such where a column's own type is asked for.
func registerDomains(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT t.typname::text, t.oid, t.typbasetype, a.oid FROM pg_type t LEFT JOIN pg_type a ON a.typelem = t.oid AND a.typcategory = 'A'
		WHERE t.typtype = 'd' AND t.typnamespace = to_regnamespace($1)`, Schema)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var domain, base uint32
		var array *uint32
		if err := rows.Scan(&name, &domain, &base, &array); err != nil {
			return err
		}
		if known, ok := conn.TypeMap().TypeForOID(base); ok {
			conn.TypeMap().RegisterType(&pgtype.Type{Name: name, OID: domain, Codec: known.Codec})
		}
	}
	return rows.Err()
}
