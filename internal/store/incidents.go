package store

import (
	"context"
	"time"
)

// Mark is something that every process of an installation looks at about each second:
// whether there is maintenance, when caches were to be cleared. Its version rises by one
// with each change.
type Mark struct {
	Name     string
	Version  int64
	Contents []byte // JSON
	Changed  time.Time
	By       string // account and machine
}

// MarkAnswer is what one process did when it saw a mark.
type MarkAnswer struct {
	Version  int64
	Process  string // machine and number: "web1/4711"
	At       time.Time
	Contents []byte // JSON
}

// MarkGate keeps marks. They belong to no tenant.
type MarkGate interface {
	// Marks are all that were ever set, by name.
	Marks(ctx context.Context) ([]Mark, error)
	// SetMark sets one, whatever it was before, and gives it with its version; answers to
	// earlier versions are forgotten.
	SetMark(ctx context.Context, m Mark) (Mark, error)
	// AnswerMark notes what a process did; a second answer of it to the same version takes
	// the place of the first.
	AnswerMark(ctx context.Context, name string, a MarkAnswer) error
	// MarkAnswers are those to one version, by process.
	MarkAnswers(ctx context.Context, name string, version int64) ([]MarkAnswer, error)
}

// Incident is something that went wrong with the installation, with what was done about
// it. It names things of the installation and nothing of a tenant.
type Incident struct {
	ID       string // INC-20260717-101500
	Kind     string // "service-down", …
	Severity string // "critical", "major" or "minor"
	State    string // "open", "mitigated" or "closed"
	Opened   time.Time
	By       string    // account and machine
	Closed   time.Time // zero: it is not
	Cause    string    // empty until it is closed
	Entries  []IncidentEntry
}

// IncidentEntry is one line of an incident's timeline. It is never changed.
type IncidentEntry struct {
	ID       string
	At       time.Time
	By       string
	Contents []byte // JSON
}

// IncidentGate keeps incidents. They belong to no tenant.
type IncidentGate interface {
	// OpenIncident keeps a new one; one of the same id is ErrExists.
	OpenIncident(ctx context.Context, i Incident) error
	// SaveIncident writes state, severity, end and cause, and appends the entries that
	// are not there yet. One that is not there is kept as it is.
	SaveIncident(ctx context.Context, i Incident) error
	// AppendIncident appends to the timeline; where there is no such incident it is
	// ErrNotFound.
	AppendIncident(ctx context.Context, id string, entries []IncidentEntry) error
	// Incidents are those opened last, the latest first, without their entries; limit 0
	// is 100.
	Incidents(ctx context.Context, limit int) ([]Incident, error)
	// Incident is one with its entries, in the order of time; else ErrNotFound.
	Incident(ctx context.Context, id string) (Incident, error)
}
