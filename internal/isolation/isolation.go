// Package isolation tries to reach other people's data, on the running program: every
// address of both faces and, where the database has policies of its own, every table.
//
// Model: some people are made, each a tenant of their own, with things in it that bear
// a mark nobody else knows. Then each of them asks every address with the ids of each
// of the others, and writes to it. Nothing of another's may be answered, no mark may
// appear anywhere, and afterwards everybody's things must be what they were. Then one
// shares a portfolio with another, to look, and makes a link to it: that portfolio is
// seen, nothing else is, and nothing when the share and the link have ended. Whatever
// was made is taken away again.
package isolation

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Person is one of those who try, and are tried.
type Person struct {
	Tenant string
	User   string
	Email  string
	Token  string // of a session: bearer for programs, cookie for pages
}

// House is the running program.
type House interface {
	// Handler answers both faces, without limits on requests.
	Handler() http.Handler
	// Pages are the patterns of the pages ("GET /p/{portfolio}/risk").
	Pages() []string
	// Enter makes a person in a tenant of their own and signs them in.
	Enter(ctx context.Context, name string) (Person, error)
	// Leave takes a person away with everything of theirs.
	Leave(ctx context.Context, p Person) error
	// Tables tries every table of the database as one person for the rows of another,
	// and returns how many it tried. A database without policies of its own: none, and why.
	Tables(ctx context.Context, as, of Person) (tried int, found []string, why string, err error)
}

// Finding is something that should not have been possible.
type Finding struct {
	As     string `json:"as"`      // who asked: a person's number
	Of     string `json:"of"`      // whose it was
	What   string `json:"what"`    // "GET /api/v1/portfolios/{portfolio}"
	Status int    `json:"status"`  // of the answer; 0 for tables
	Says   string `json:"finding"` // what is wrong
	// Leaks is set where something of another's was told or changed, and not only an
	// address answered that should have said that there is nothing.
	Leaks bool `json:"leaks"`
}

// Report is what was tried and found.
type Report struct {
	Users    int       `json:"users"`
	Routes   int       `json:"routes"`   // addresses with a method
	Requests int       `json:"requests"` // that were sent for them
	Tables   int       `json:"tables"`
	NoTables string    `json:"no_tables,omitempty"` // why none was tried
	Findings []Finding `json:"findings"`
	// Unfilled are addresses for which no id of another's was at hand; they were asked
	// with one that nobody has.
	Unfilled []string `json:"unfilled"`
	// Unanswered are addresses that said 503, so that they could not be tried: what they do is
	// switched off here, or took too long.
	Unanswered []string      `json:"unanswered"`
	Took       time.Duration `json:"-"`
}

// Run tries with so many people; progress is told how many of all pairs are done.
func Run(ctx context.Context, house House, users int, progress func(done, all int)) (report *Report, err error) {
	if users < 2 {
		return nil, fmt.Errorf("isolation: %d users cannot be kept apart; give at least 2", users)
	}
	began := time.Now()
	t := &trial{house: house, handler: house.Handler(), report: &Report{Users: users, Findings: []Finding{}, Unfilled: []string{}, Unanswered: []string{}}}
	defer func() {
		if left := t.leave(context.WithoutCancel(ctx)); err == nil {
			err = left
		}
	}()
	if err := t.survey(ctx); err != nil {
		return nil, err
	}
	for i := range users {
		if err := t.settle(ctx, i); err != nil {
			return nil, err
		}
	}
	pairs, done := users*(users-1), 0
	for _, as := range t.people {
		for _, of := range t.people {
			if as == of {
				continue
			}
			if err := t.pair(ctx, as, of); err != nil {
				return nil, err
			}
			done++
			if progress != nil {
				progress(done, pairs)
			}
		}
	}
	if err := t.guests(ctx, t.people[0], t.people[1]); err != nil {
		return nil, err
	}
	for _, p := range t.people {
		if err := t.unchanged(ctx, p); err != nil {
			return nil, err
		}
	}
	slices.Sort(t.report.Unfilled)
	t.report.Unfilled = slices.Compact(t.report.Unfilled)
	slices.Sort(t.report.Unanswered)
	t.report.Unanswered = slices.Compact(t.report.Unanswered)
	t.report.Took = time.Since(began)
	return t.report, nil
}

// trial is one run.
type trial struct {
	house   House
	handler http.Handler
	routes  []route
	schemas map[string]any // of the API's document, by name
	people  []*person
	report  *Report
}

// pair has one person try everything of another.
func (t *trial) pair(ctx context.Context, as, of *person) error {
	for i := range t.routes {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.try(ctx, &t.routes[i], as, of); err != nil {
			return err
		}
	}
	tried, found, why, err := t.house.Tables(ctx, as.Person, of.Person)
	if err != nil {
		return fmt.Errorf("isolation: tables: %w", err)
	}
	t.report.Tables, t.report.NoTables = max(t.report.Tables, tried), why
	for _, f := range found {
		t.report.Findings = append(t.report.Findings, Finding{As: as.name, Of: of.name, What: "table", Says: f, Leaks: true})
	}
	return nil
}

// leave takes everybody away.
func (t *trial) leave(ctx context.Context) error {
	for _, p := range t.people {
		if err := t.house.Leave(ctx, p.Person); err != nil {
			return fmt.Errorf("isolation: %s was not taken away: %w", p.Email, err)
		}
	}
	return nil
}
