package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/foliosight/foliosight/internal/store"
)

// trouble says what keeps the database from working: a server that is full, that takes
// no changes (a standby), that stops or starts, or that cannot be reached.
func trouble(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		switch {
		case said.Code == "53100": // disk_full
			return store.ErrFull
		case said.Code == "25006": // read_only_sql_transaction
			return store.ErrReadOnly
		case strings.HasPrefix(said.Code, "57P0"), strings.HasPrefix(said.Code, "08"), said.Code == "53300": // shut down, starting, broken; too many connections
			return store.ErrUnavailable
		}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil // whoever asked had enough
	}
	var network *net.OpError
	var connecting *pgconn.ConnectError
	switch {
	case errors.As(err, &connecting), errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, driver.ErrBadConn):
		return store.ErrUnavailable
	case strings.Contains(err.Error(), "conn closed"): // the driver has no name for it
		return store.ErrUnavailable
	}
	return nil
}
