package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/foliosight/foliosight/internal/ops/tracing"
)

// statementsKept is how many prepared statements a connection keeps. Reading a query's
// text took more of a request's time than answering it.
const statementsKept = 128

// connector opens connections that keep their prepared statements.
type connector struct {
	name string
	made driver.Driver
}

// openPool opens a database as the driver does, with statements kept.
func openPool(name string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", name) // connects to nothing yet
	if err != nil {
		return nil, err
	}
	made := db.Driver()
	if err := db.Close(); err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{name, made}), nil
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	made, err := c.made.Open(c.name)
	if err != nil {
		return nil, err
	}
	return &connection{inner: made.(inner), kept: map[string]*statement{}}, nil
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.made }

// inner is what the driver's own connections can do.
type inner interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// connection is one of the driver that keeps its prepared statements. Like all
// connections it is used by one goroutine at a time.
type connection struct {
	inner
	kept map[string]*statement
}

// statement is one that is kept. While its rows are being read it is busy, and the same
// text is prepared anew.
type statement struct {
	driver.Stmt
	busy bool
}

// keeps reports whether a text is worth keeping: not what changes the schema or the
// connection.
func keeps(query string) bool {
	head := strings.TrimLeft(query, " \t\r\n")
	for _, verb := range []string{"SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "} {
		if len(head) > len(verb) && strings.EqualFold(head[:len(verb)], verb) {
			return true
		}
	}
	return false
}

// statement finds or prepares the one of a text; nil where it is run without being kept.
func (c *connection) statement(ctx context.Context, query string) (*statement, error) {
	if s, ok := c.kept[query]; ok {
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	if !keeps(query) {
		return nil, nil
	}
	made, err := c.inner.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.makeRoom()
	s := &statement{Stmt: made}
	c.kept[query] = s
	return s, nil
}

// makeRoom gives statements up once there are too many: any, but those in use.
func (c *connection) makeRoom() {
	for query, s := range c.kept {
		if len(c.kept) < statementsKept {
			return
		}
		if !s.busy {
			c.drop(query, s)
		}
	}
}

func (c *connection) drop(query string, s *statement) {
	delete(c.kept, query)
	_ = s.Close() // what it was last run with has been answered
}

// ExecContext implements driver.ExecerContext.
func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (result driver.Result, err error) {
	ctx, traced := tracing.Statement(ctx, "sqlite", query)
	defer func() { traced(err) }()
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.inner.ExecContext(ctx, query, args)
	}
	result, err = s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if err != nil {
		c.drop(query, s)
	}
	return result, err
}

// QueryContext implements driver.QueryerContext.
func (c *connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx, traced := tracing.Statement(ctx, "sqlite", query)
	found, err := c.query(ctx, query, args)
	if kept, ok := found.(*rows); ok && err == nil {
		kept.traced = traced // until they are read
	} else {
		traced(err)
	}
	return found, err
}

func (c *connection) query(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.inner.QueryContext(ctx, query, args)
	}
	found, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		c.drop(query, s)
		return nil, err
	}
	s.busy = true
	return &rows{Rows: found, of: s}, nil
}

// Close implements driver.Conn.
func (c *connection) Close() error {
	for query, s := range c.kept {
		c.drop(query, s)
	}
	return c.inner.Close()
}

// rows frees its statement when it is closed.
type rows struct {
	driver.Rows
	of     *statement
	traced func(error)
}

func (r *rows) Close() error {
	r.of.busy = false
	err := r.Rows.Close()
	r.traced(err)
	return err
}
