package service

import (
	"errors"

	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/store"
)

// The errors that a face translates for its user, besides *ledger.Fault and
// ledger.Faults. What is not among them is our fault.
var (
	ErrNotFound    = store.ErrNotFound  // 404
	ErrForbidden   = store.ErrForbidden // 403
	ErrStale       = store.ErrStale     // 409: reload and try again
	ErrExists      = store.ErrExists    // 409
	ErrClosed      = store.ErrClosed    // 409: the period is closed
	ErrCredentials = errors.New("e-mail address or password is wrong")
	ErrSignedOut   = errors.New("not signed in")
	ErrSetUp       = errors.New("already set up")
	ErrBusy        = errors.New("too many sign-ins at once; try again in a moment")
	ErrFormat      = importer.ErrUnknownFormat // 422: the file, or the name given for its format
	ErrRefused     = errors.New("file has rows that cannot be booked")
	ErrReused      = errors.New("idempotency key was used for another request")
)
