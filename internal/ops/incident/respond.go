package incident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// Options say how an incident is answered.
type Options struct {
	Kind    string
	Note    string // what the person who answers saw
	Confirm bool   // do what locks people out too
	Into    string // id of an incident that this goes on with; empty: a new one
	By      string // account and machine
	Now     func() time.Time
	Hands   map[string]Hand
	Keeper  *Keeper
}

// command is how this run is typed again for an incident.
func (o Options) command(id string, confirm bool) string {
	text := "foliosight incident respond " + o.Kind + " --into " + id
	if confirm {
		text += " --confirm"
	}
	return text
}

// Planned is a part as a rehearsal tells of it.
type Planned struct {
	Part     string `json:"part"`
	Does     string `json:"does"` // look, act, or leave
	Says     string `json:"says"`
	Command  string `json:"command,omitempty"`
	Confirms bool   `json:"needs_confirmation"`
}

// Rehearse says what a response would look at and do, and looks at and does nothing.
func Rehearse(kind string, confirm bool) []Planned {
	var all []Planned
	for _, p := range Playbook(kind) {
		all = append(all, Planned{p.Name, p.does(confirm), p.Says, p.Command, p.Confirm})
	}
	return all
}

// Afterwards is what remains for a person of a kind, whatever is found.
func Afterwards(kind string) []Remaining { return afterwards[kind] }

func (p Part) does(confirm bool) string {
	switch {
	case !p.Acts:
		return DoesLook
	case p.Confirm && !confirm:
		return DoesLeave
	}
	return DoesAct
}

// Respond goes through the playbook of a kind and records it. The report has every check
// of every part. An error is that nothing could be recorded anywhere, or that there is no
// such incident to go on with; the parts were not gone through then.
func Respond(ctx context.Context, o Options, r *check.Report) (Record, error) {
	run := &run{Options: o, report: r}
	if err := run.open(ctx); err != nil {
		return run.record, err
	}
	for _, p := range Playbook(o.Kind) {
		if err := run.part(ctx, p); err != nil {
			return run.record, err
		}
	}
	return run.record, run.end(ctx)
}

// run is one response.
type run struct {
	Options
	record Record
	report *check.Report
}

func (x *run) line(does string) Line {
	return Line{ID: store.NewID(), At: x.Now().UTC().Truncate(time.Microsecond), By: x.By, Does: does}
}

func (x *run) open(ctx context.Context) (err error) {
	l := x.line(DoesOpen)
	l.Says = strings.TrimSpace(x.Note)
	if x.Into != "" {
		if x.record, err = x.Keeper.Get(ctx, x.Into); err != nil {
			return err
		}
		if x.record.State == Closed {
			return fmt.Errorf("incident %s is closed; without --into a new one is opened", x.Into)
		}
		return x.Keeper.Append(ctx, &x.record, l)
	}
	x.record = Record{Kind: x.Kind, Severity: severities[x.Kind], State: Open, Opened: l.At, By: x.By, Timeline: []Line{l}}
	return x.Keeper.Open(ctx, &x.record)
}

func (x *run) part(ctx context.Context, p Part) error {
	l := x.line(p.does(x.Confirm))
	l.Part, l.Says = p.Name, p.Says
	if l.Does == DoesLeave {
		command := p.Command
		if command == "" {
			command = x.command(x.record.ID, true)
		}
		l.Remains = []Remaining{{"Not done without --confirm: " + p.Says, command}}
		return x.Keeper.Append(ctx, &x.record, l)
	}
	found := check.Begin(p.Name, l.At)
	if hand := x.Hands[p.Name]; hand == nil {
		found.Unknown(p.Name, "this program cannot do it here", p.Command)
	} else if err := hand(ctx, found); err != nil {
		found.Unknown(p.Name, err.Error(), p.Command)
	}
	if len(found.Checks) == 0 { // nothing to look at, as of policies on SQLite
		return nil
	}
	x.report.Take(p.Name, *found)
	l.State, l.Checks, l.Took = found.State(), found.Checks, x.Now().Sub(l.At)
	for _, c := range found.Checks {
		if c.State != check.Fine && c.Cure != "" {
			l.Remains = append(l.Remains, Remaining{c.Name + ": " + c.Cure, commandIn(c.Cure)})
		}
	}
	return x.Keeper.Append(ctx, &x.record, l)
}

// commandIn is the first of our commands that a cure names.
func commandIn(cure string) string {
	_, rest, found := strings.Cut(cure, "`foliosight ")
	if command, _, ends := strings.Cut(rest, "`"); found && ends {
		return "foliosight " + command
	}
	return ""
}

// end notes what remains whatever was found.
func (x *run) end(ctx context.Context) error {
	l := x.line(DoesNote)
	l.Says = "the playbook of " + x.Kind + " was gone through"
	l.Remains = append(append([]Remaining{}, afterwards[x.Kind]...), Remaining{"Note what else is found and done", "foliosight incident note " + x.record.ID + " TEXT"},
		Remaining{"Close it when it is over, and write the review", "foliosight incident close " + x.record.ID + " --cause TEXT && foliosight incident report " + x.record.ID})
	return x.Keeper.Append(ctx, &x.record, l)
}
