package store

import (
	"context"
	"time"
)

// Operation is one run of a command that looks after the installation: what was run,
// when, by whom and what came of it. Its report says nothing of what belongs to a tenant.
type Operation struct {
	ID      string
	Command string // as it is typed: "audit security --full"
	Began   time.Time
	Ended   time.Time
	Outcome string // "fine", "finding" or "unknown" (could not check), as check.State
	By      string // account and machine: "ops@db1"; "schedule" for the built-in one
	Report  []byte // JSON
}

// OperationFilter selects runs; what is zero selects all.
type OperationFilter struct {
	Command string    // its first words: "audit" selects "audit sql" too
	Since   time.Time // begun then or later
	Limit   int       // at most so many; 0: 100
}

// OperationGate is the installation's record of what was run to look after it. It is
// appended to and never changed.
type OperationGate interface {
	// RecordOperation appends a run; one of the same id is ErrExists.
	RecordOperation(ctx context.Context, o Operation) error
	// Operations are runs, the latest first.
	Operations(ctx context.Context, f OperationFilter) ([]Operation, error)
	// FailedAttempts counts what failed to prove who it is since a time, and has not
	// succeeded after that.
	FailedAttempts(ctx context.Context, since, now time.Time) (Failed, error)
}

// Failed is how much failed to prove who it is: passwords, codes, reset links. Names and
// addresses are kept as hashes alone and are not told.
type Failed struct {
	Keys     int // accounts, and addresses with accounts, that something failed on
	Failures int // on all of them
	Waiting  int // of the keys, those that are made to wait now
	Most     int // failures on one key
}

// Upkeep is what those who look after an installation read and append beside a server.
type Upkeep interface {
	OperationGate
	MarkGate
	IncidentGate
	// SigningKeys are all that are kept, the newest first.
	SigningKeys(ctx context.Context) ([]SealedKey, error)
}
