// Package check is the form of every report of those who look after an installation.
//
// Model: a report is a list of checks. Each is fine, a finding, or could not be found
// out; a finding says what to do about it, and what could not be found out says why.
// A check that is not made is not in the report: nothing is fine by default.
//
// A report names things of the installation (tables, files, settings, hosts) and never
// what belongs to a tenant, and never a secret: it is printed and kept.
package check

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// State is what came of a check.
type State string

// The states. A finding outweighs what could not be found out.
const (
	Fine    State = "fine"
	Finding State = "finding"
	Unknown State = "unknown"
)

// The exit statuses of commands.
const (
	ExitFine    = 0
	ExitFinding = 1
	ExitUnknown = 3
)

// Check is one thing that was looked at.
type Check struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Says  string `json:"says"`
	Cure  string `json:"cure,omitempty"` // what to do; of what is fine, empty
}

// Report is what a run of a command found.
type Report struct {
	Command string        `json:"command"` // as it is typed
	Began   time.Time     `json:"began"`
	Took    time.Duration `json:"took_ns"`
	Checks  []Check       `json:"checks"`
}

// Begin starts the report of a command.
func Begin(command string, now time.Time) *Report {
	return &Report{Command: command, Began: now.UTC(), Checks: []Check{}}
}

// End notes how long it took.
func (r *Report) End(now time.Time) { r.Took = now.Sub(r.Began) }

// Fine adds a check that found nothing wrong.
func (r *Report) Fine(name, says string) { r.add(name, Fine, says, "") }

// Find adds a finding with what to do about it.
func (r *Report) Find(name, says, cure string) { r.add(name, Finding, says, cure) }

// Unknown adds a check that could not be made, with why, and what would let it be made.
func (r *Report) Unknown(name, says, cure string) { r.add(name, Unknown, says, cure) }

func (r *Report) add(name string, state State, says, cure string) {
	r.Checks = append(r.Checks, Check{Name: name, State: state, Says: says, Cure: cure})
}

// Take adds the checks of a part, their names led by the part's.
func (r *Report) Take(part string, of Report) {
	for _, c := range of.Checks {
		c.Name = part + ": " + c.Name
		r.Checks = append(r.Checks, c)
	}
}

// State is the worst of the checks. A report without any is unknown: nothing was looked at.
func (r Report) State() State {
	if len(r.Checks) == 0 {
		return Unknown
	}
	worst := Fine
	for _, c := range r.Checks {
		switch c.State {
		case Finding:
			return Finding
		case Unknown:
			worst = Unknown
		}
	}
	return worst
}

// Count is how many checks are of a state.
func (r Report) Count(state State) (n int) {
	for _, c := range r.Checks {
		if c.State == state {
			n++
		}
	}
	return n
}

// Exit is the exit status of the command: 0 fine, 1 a finding, 3 could not check.
func (r Report) Exit() int {
	switch r.State() {
	case Fine:
		return ExitFine
	case Finding:
		return ExitFinding
	}
	return ExitUnknown
}

// marks are the states as they are printed, as `doctor` prints them.
var marks = map[State]string{Fine: "ok", Finding: "!!", Unknown: "??"}

// Text is the report for people: a line a check, what to do below it, a summary at the end.
func (r Report) Text() string {
	width := 0
	for _, c := range r.Checks {
		width = max(width, utf8.RuneCountInString(c.Name))
	}
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%s  %-*s  %s\n", marks[c.State], width, c.Name, c.Says)
		if c.Cure != "" {
			fmt.Fprintf(&b, "    %-*s  → %s\n", width, "", c.Cure)
		}
	}
	fmt.Fprintf(&b, "%s: %d fine, %d findings, %d could not be checked, %s\n",
		r.Command, r.Count(Fine), r.Count(Finding), r.Count(Unknown), r.Took.Round(time.Millisecond))
	return b.String()
}

// MarshalJSON adds the state of the whole, and never null for no checks.
func (r Report) MarshalJSON() ([]byte, error) {
	type plain Report
	if r.Checks == nil {
		r.Checks = []Check{}
	}
	return json.Marshal(struct {
		plain
		State State `json:"state"`
		Exit  int   `json:"exit"`
	}{plain(r), r.State(), r.Exit()})
}
