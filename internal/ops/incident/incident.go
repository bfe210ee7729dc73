// Package incident answers something that went wrong with the installation, and keeps
// what was looked at, found and done.
//
// Model: an incident has a kind, and each kind a playbook: parts in an order. A part looks
// at something, with the checks that there are, or does something. What takes nothing from
// anybody is done at once; what locks people out or changes what they can do is done only
// with a confirmation, and is else listed with its command among what remains. Each part
// is written into the record when it has ended, so that an incident that is cut short has
// its timeline; the timeline is appended to and never changed.
//
// Where the database does not answer, the record is a file in the data directory, which
// the next incident command that reaches the database takes in (kept.go).
//
// A record names things of the installation and nothing of a tenant.
package incident

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// The kinds of incidents.
const (
	ServiceDown     = "service-down"
	DatabaseIssue   = "database-issue"
	SecurityBreach  = "security-breach"
	PerformanceDrop = "performance-degradation"
)

// Kinds are all of them.
func Kinds() []string { return []string{ServiceDown, DatabaseIssue, SecurityBreach, PerformanceDrop} }

// severities are how bad a kind is until somebody says otherwise.
var severities = map[string]string{ServiceDown: "critical", DatabaseIssue: "critical", SecurityBreach: "critical", PerformanceDrop: "major"}

// The states.
const (
	Open      = "open"
	Mitigated = "mitigated" // people are served again; the cause is not known or not mended yet
	Closed    = "closed"
)

// What a line of the timeline tells of.
const (
	DoesOpen  = "open"
	DoesLook  = "look"
	DoesAct   = "act"
	DoesLeave = "leave" // an act that was not done: it needs a confirmation
	DoesNote  = "note"
	DoesClose = "close"
)

// Remaining is something that a person has to do, with the command.
type Remaining struct {
	What    string `json:"what"`
	Command string `json:"command,omitempty"` // exact; empty where there is none
}

// Line is one line of the timeline.
type Line struct {
	ID      string        `json:"id"`
	At      time.Time     `json:"at"`
	By      string        `json:"by"`
	Does    string        `json:"does"`
	Part    string        `json:"part,omitempty"`
	Says    string        `json:"says,omitempty"`
	State   check.State   `json:"state,omitempty"` // of a look or an act: fine, finding, unknown
	Took    time.Duration `json:"took_ns,omitempty"`
	Checks  []check.Check `json:"checks,omitempty"`
	Remains []Remaining   `json:"remains,omitempty"`
}

// Record is an incident with its timeline.
type Record struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Severity string     `json:"severity"`
	State    string     `json:"state"`
	Opened   time.Time  `json:"opened"`
	By       string     `json:"opened_by"`
	Closed   *time.Time `json:"closed"` // null: it is not
	Cause    string     `json:"cause"`
	Timeline []Line     `json:"timeline"`
}

// NewID is the id of an incident that is opened at a time; again tells those of one
// second apart.
func NewID(at time.Time, again int) string {
	id := "INC-" + at.UTC().Format("20060102-150405")
	if again > 0 {
		id += fmt.Sprintf("-%d", again+1)
	}
	return id
}

// Remains is what the last run of the playbook, and what was noted since, leave to be done
// by a person; nothing once it is closed.
func (r Record) Remains() []Remaining {
	all := []Remaining{}
	if r.State == Closed {
		return all
	}
	from := 0
	for i, l := range r.Timeline {
		if l.Does == DoesOpen {
			from = i
		}
	}
	for _, l := range r.Timeline[from:] {
		for _, one := range l.Remains {
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all
}

// kept is the record as the store has it.
func (r Record) kept() (store.Incident, error) {
	i := store.Incident{ID: r.ID, Kind: r.Kind, Severity: r.Severity, State: r.State, Opened: r.Opened, By: r.By, Cause: r.Cause}
	if r.Closed != nil {
		i.Closed = *r.Closed
	}
	for _, l := range r.Timeline {
		e, err := l.kept()
		if err != nil {
			return i, err
		}
		i.Entries = append(i.Entries, e)
	}
	return i, nil
}

func (l Line) kept() (store.IncidentEntry, error) {
	contents, err := json.Marshal(l)
	return store.IncidentEntry{ID: l.ID, At: l.At, By: l.By, Contents: contents}, err
}

// Of is a record from the store.
func Of(i store.Incident) (Record, error) {
	r := Record{ID: i.ID, Kind: i.Kind, Severity: i.Severity, State: i.State, Opened: i.Opened, By: i.By, Cause: i.Cause, Timeline: []Line{}}
	if !i.Closed.IsZero() {
		r.Closed = &i.Closed
	}
	for _, e := range i.Entries {
		var l Line
		if err := json.Unmarshal(e.Contents, &l); err != nil {
			return r, fmt.Errorf("incident %s: line %s: %w", i.ID, e.ID, err)
		}
		l.ID, l.At, l.By = e.ID, e.At, e.By
		r.Timeline = append(r.Timeline, l)
	}
	return r, nil
}

// Note adds what a person saw or did; a state given becomes the incident's.
func (r *Record) Note(text, state, by string, now time.Time) error {
	if r.State == Closed {
		return fmt.Errorf("incident %s is closed", r.ID)
	}
	if state != "" {
		r.State = state
	}
	r.Timeline = append(r.Timeline, Line{ID: store.NewID(), At: now.UTC().Truncate(time.Microsecond), By: by, Does: DoesNote, Says: text})
	return nil
}

// Close ends it with its cause.
func (r *Record) Close(cause, by string, now time.Time) error {
	if r.State == Closed {
		return fmt.Errorf("incident %s is closed already: %s", r.ID, r.Cause)
	}
	at := now.UTC().Truncate(time.Microsecond)
	r.State, r.Closed, r.Cause = Closed, &at, cause
	r.Timeline = append(r.Timeline, Line{ID: store.NewID(), At: at, By: by, Does: DoesClose, Says: cause})
	return nil
}
