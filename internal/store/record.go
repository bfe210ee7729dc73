package store

import (
	"context"
	"encoding/json"
	"time"
)

// Event is one row of the audit trail: who did what to which object. The rows of a
// tenant form a chain of hashes; the contents lie apart, so that they can be erased on
// request while the chain still verifies.
type Event struct {
	Sequence   int64 // per tenant, from 1
	At         time.Time
	User       string
	Action     string // "portfolio.update"
	Object     string // kind and id: "portfolio/0190…"
	Portfolio  string // where the object is part of one
	BeforeHash []byte // SHA-256 of Before; nil: there was none
	AfterHash  []byte
	Before     json.RawMessage // as far as it is kept apart and not erased
	After      json.RawMessage
	PrevHash   []byte
	Hash       []byte
}

// EventFilter selects events of the audit trail; the zero value selects all.
type EventFilter struct {
	User      string
	Action    string    // "token.create", or "token." for all that begin so
	Portfolio string    // id
	From, To  time.Time // at or after, and before; zero: open
	Before    int64     // sequence numbers below; 0: from the newest on
	Limit     int
}

// Answer is what a write answered, kept so that a repeated request with the same key
// gets the same answer instead of writing twice.
type Answer struct {
	Key         string
	Method      string
	Path        string
	RequestHash []byte // SHA-256 of the request's body
	Status      int
	Header      json.RawMessage // the headers to repeat, as an object
	Body        []byte
	Sealed      []byte // the body, sealed; nil: Body is as it is
	Withheld    bool   // it had a secret that could not be sealed: the fact alone is kept
	Expires     time.Time
}

// RecordReader reads what is kept beside the books.
type RecordReader interface {
	// Events of the tenant after a sequence number, at most limit; those of portfolios
	// that the identity does not see are left out.
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
	// FindEvents are those of Events that a filter selects, the newest first.
	FindEvents(ctx context.Context, f EventFilter) ([]Event, error)
	// VerifyEvents recomputes the tenant's chain and returns how many rows it has; a
	// broken link is ErrDamaged with its sequence number.
	VerifyEvents(ctx context.Context) (int64, error)
	// Answered is the answer kept for a key of this user that has not expired; else
	// ErrNotFound. Whether method, path and body are the same is for the caller to see.
	Answered(ctx context.Context, key string, now time.Time) (Answer, error)
	// Setting is a small value; ErrNotFound where there is none.
	Setting(ctx context.Context, scope SettingScope, key string) (json.RawMessage, error)
	Settings(ctx context.Context, scope SettingScope) (map[string]json.RawMessage, error)
}

// SettingScope says whose setting it is.
type SettingScope string

// The scopes.
const (
	OfTenant SettingScope = "tenant"
	OfUser   SettingScope = "user"
)

// RecordWriter writes it.
type RecordWriter interface {
	// Note puts an event of the service's own into the audit trail (a sign-in, a look at
	// another's data). The store's writes note themselves.
	Note(ctx context.Context, e Event) error
	// KeepAnswer keeps an answer; a key that is in use: ErrExists.
	KeepAnswer(ctx context.Context, a Answer) error
	// PutSetting writes a small value; nil removes it.
	PutSetting(ctx context.Context, scope SettingScope, key string, value json.RawMessage) error
	// Expire removes the tenant's sessions, kept answers and drafts that ended before now.
	Expire(ctx context.Context, now time.Time) error
}
