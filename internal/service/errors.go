package service

import (
	"errors"

	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/oidc"
	"github.com/foliosight/foliosight/internal/passkey"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// The errors that a face translates for its user, besides *ledger.Fault and
// ledger.Faults. What is not among them is our fault.
var (
	ErrNotFound    = store.ErrNotFound                  // 404
	ErrForbidden   = store.ErrForbidden                 // 403
	ErrStale       = store.ErrStale                     // 409: reload and try again
	ErrExists      = store.ErrExists                    // 409
	ErrBooked      = errors.New("it is booked already") // 409
	ErrClosed      = store.ErrClosed                    // 409: the period is closed
	ErrCredentials = errors.New("e-mail address or password is wrong")
	ErrSignedOut   = errors.New("not signed in")
	ErrSetUp       = errors.New("already set up")
	ErrBusy        = errors.New("too many sign-ins at once; try again in a moment")
	ErrFormat      = importer.ErrUnknownFormat // 422: the file, or the name given for its format
	ErrRefused     = errors.New("file has rows that cannot be booked")
	ErrReused      = errors.New("idempotency key was used for another request")
	ErrWithheld    = errors.New("it was done already, and its answer had a secret that is not kept") // 409
)

// What keeps the database from working; it works again by itself when the cause is gone.
var (
	ErrUnavailable = store.ErrUnavailable // 503
	ErrUnsure      = store.ErrUnsure      // 503: whether the change was made is not known
	ErrFull        = store.ErrFull        // 507
	ErrReadOnly    = store.ErrReadOnly    // 503
	ErrCrowded     = store.ErrBusy        // 503: every connection is taken
)

// Those of signing in, beside the ones above.
var (
	ErrThrottled    = errors.New("too many attempts")               // *Throttled says until when
	ErrSecondFactor = errors.New("a second factor is needed")       // *SecondFactorNeeded has the challenge
	ErrCode         = errors.New("the code is wrong")               // of the second factor
	ErrChallenge    = errors.New("this took too long; begin again") // what was begun has ended, or never was
	ErrUninvited    = errors.New("an invitation is needed")
	ErrInvite       = errors.New("the invitation is not good (any more)")
	ErrMailToken    = errors.New("the link is not good (any more)")
	ErrNoMail       = errors.New("this installation sends no mail")
	ErrNotLinked    = errors.New("nobody here signs in with this identity")
	ErrProvider     = errors.New("there is no such provider")
	ErrPasskey      = passkey.ErrRefused
	ErrOIDC         = oidc.ErrRefused
	ErrOIDCDown     = oidc.ErrUnreachable
	ErrNoKey        = secret.ErrNoKey
	ErrFeature      = errors.New("this is switched off") // *FeatureOff names it
	ErrTier         = errors.New("this is more than your plan allows")
	ErrReauthorise  = errors.New("the password is needed again")
)
