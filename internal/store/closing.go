package store

import (
	"context"
	"errors"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// ErrClosed reports a change of a period whose books are closed.
var ErrClosed = errors.New("the books are closed")

// Closing says through which day the books of a portfolio are closed. Nothing on or
// before it is booked, edited or deleted, and the rules for its lots stay as they are,
// until a later Closing opens them again.
type Closing struct {
	Portfolio string
	Sequence  int64     // from 1; the last one counts
	Through   date.Date // None: the books are open
	Reason    string    // never empty where a closed day is opened again
	User      string
	At        time.Time
}

// ClosingReader reads which periods are closed.
type ClosingReader interface {
	// Closings of a portfolio, the first first; the last one counts.
	Closings(ctx context.Context, portfolio string) ([]Closing, error)
	// ClosedThrough is the last closed day; None where the books are open.
	ClosedThrough(ctx context.Context, portfolio string) (date.Date, error)
}

// ClosingWriter closes periods and opens them again.
type ClosingWriter interface {
	// PutClosing moves the last closed day to c.Through, for those who may manage the
	// portfolio. The same day as before: ErrExists.
	PutClosing(ctx context.Context, c Closing) (Closing, error)
}
