package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// Asking the sources: where nothing that is stored is like what was typed, a person can have
// the sources of market data asked. That is done in the background, once for a text and day
// whoever asks, within the sources' limits and after what prices need of them. What they
// name is kept with source and day, and found by everybody afterwards; it is nobody's
// until somebody books or watches it.

// How long a text that goes out to sources may be, how many candidates are kept of an
// answer, and how many texts a person may have asked in a day.
const (
	askedLeast     = 2
	askedAtMost    = 60
	candidatesMost = 25
	asksADay       = 50
)

// askedSource is the source of the documents that hold what was asked.
const askedSource = "asked"

// SourceSearch is a text that the sources are asked for, and what came.
type SourceSearch struct {
	Text string
	Day  date.Date // in UTC
	// Why says why nobody can be asked; empty: somebody can.
	Why string
	// State is how far it has come; empty: nobody asked for it today.
	State JobState
	Began time.Time
	Ended time.Time // zero: it has not
	// Next is when it is tried again by itself; zero: it is not.
	Next     time.Time
	Provider string // that answered
	// Candidates are in the order of the source.
	Candidates []Candidate
	Reason     string // why nothing came; empty: it did, or the sources know nothing like it
	Said       string // in plain words
}

// Running reports whether an answer is on its way.
func (a *SourceSearch) Running() bool { return a.State != "" && !a.State.Ended() && a.Next.IsZero() }

// Candidate is an instrument that a source named when it was asked for a text. What it is
// is the source's own word; where that says nothing, it is not known.
type Candidate struct {
	Instrument instrument.Instrument `json:"instrument"`
	Listed     string                `json:"exchange,omitempty"` // the source's word where it is no market identifier code
	Score      *float64              `json:"score,omitempty"`    // the source's, 0 to 1; nil: it gives none
	Delisted   bool                  `json:"delisted,omitempty"`
	Source     string                `json:"source"`
	On         date.Date             `json:"on"`
	// Stored says that something is stored under the symbol already.
	Stored bool `json:"-"`
}

// askedBody is the document of what was asked and how that went.
type askedBody struct {
	Text       string      `json:"text"`
	By         string      `json:"by"` // who asked, as a sum that says so for the day alone
	Began      time.Time   `json:"began"`
	Ended      time.Time   `json:"ended,omitzero"`
	Next       time.Time   `json:"next,omitzero"`
	Provider   string      `json:"provider,omitempty"`
	Candidates []Candidate `json:"candidates,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Said       string      `json:"said,omitempty"`
}

// askedText is a text as it goes out: the same however it was spaced or written.
func askedText(typed string) (string, error) {
	text := strings.ToLower(strings.Join(strings.Fields(strings.ToValidUTF8(typed, "")), " "))
	switch n := utf8.RuneCountInString(text); {
	case n < askedLeast:
		return "", fault("q", text, "it is too short to ask for", "give at least two letters")
	case n > askedAtMost:
		return "", fault("q", string([]rune(text)[:20])+"…", "it is too long to ask for", fmt.Sprintf("give at most %d letters: a symbol, a name or an ISIN", askedAtMost))
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", fault("q", text, "it has characters that are no text", "give a symbol, a name or an ISIN")
	}
	return text, nil
}

// textSum names a thing without saying it.
func textSum(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// asking says that this is for somebody who has a household here.
func (s *Service) asking(c Caller) error {
	if c.Tenant == "" || c.Link != "" {
		return fmt.Errorf("asking the sources is not for who only looks: %w", ErrForbidden)
	}
	return c.Require(ScopeTrade)
}

// AskSources lets the sources be asked for a text, in the background. Where that was done
// today, or is under way, nobody is asked again.
func (s *Service) AskSources(ctx context.Context, c Caller, typed string) (SourceSearch, error) {
	if err := s.asking(c); err != nil {
		return SourceSearch{}, err
	}
	a, err := s.SourceSearch(ctx, c, typed)
	if err != nil || a.Why != "" {
		return a, err
	}
	again := a.State.Ended() && a.Reason != "" && !a.Next.After(s.now())
	if a.State != "" && !again {
		return a, nil
	}
	admin, err := s.operating(ctx)
	if err != nil {
		return a, err
	}
	body := askedBody{Text: a.Text, By: textSum(c.Tenant, c.User, a.Day.String()), Began: s.now()}
	err = s.store.As(ctx, admin, func(ctx context.Context, tx store.Tx) error {
		if err := s.forgetAsked(ctx, tx, a.Day, body.By); err != nil {
			return err
		}
		if err := putAsked(ctx, tx, a.Day, &body); err != nil {
			return err
		}
		work := Work{ID: textSum(a.Text), Day: a.Day}
		if again {
			_, err := s.queue.Again(ctx, tx, WorkSearch, work)
			return err
		}
		return s.queue.Enqueue(ctx, tx, WorkSearch, work)
	})
	if err != nil {
		return a, err
	}
	return s.SourceSearch(ctx, c, typed)
}

// operating is on whose behalf what all share is written.
func (s *Service) operating(ctx context.Context) (store.Identity, error) {
	admin, err := s.administrator(ctx)
	admin.Operator = true
	return admin, err
}

// forgetAsked drops what was asked on other days, and refuses somebody who asked too often
// on this one.
func (s *Service) forgetAsked(ctx context.Context, tx store.Tx, day date.Date, by string) error {
	all, err := tx.Documents(ctx, store.DocumentQuery{Kind: store.SearchDocument})
	if err != nil {
		return err
	}
	asked := 0
	for i := range all {
		d := &all[i]
		if d.AsOf != day {
			if _, err := tx.DropDocuments(ctx, d.Kind, d.Symbol, d.Source, d.AsOf-1, []string{day.String()}); err != nil {
				return err
			}
			continue
		}
		var body askedBody
		if json.Unmarshal(d.Body, &body) == nil && body.By == by {
			asked++
		}
	}
	if asked >= asksADay {
		return fault("q", "", fmt.Sprintf("you had the sources asked for %d texts today", asked), "go on tomorrow: their limits are for prices first")
	}
	return nil
}

func putAsked(ctx context.Context, tx store.Tx, day date.Date, body *askedBody) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = tx.PutDocuments(ctx, []store.Document{{Kind: store.SearchDocument, Symbol: textSum(body.Text), Source: askedSource, Key: day.String(), AsOf: day, Body: text}})
	return err
}

// askedFor reads what was asked on a day, by the sum of its text; nil: nothing was.
func askedFor(ctx context.Context, v store.View, sum string, day date.Date) (*askedBody, error) {
	all, err := v.Documents(ctx, store.DocumentQuery{Kind: store.SearchDocument, Symbols: []string{sum}})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Key != day.String() {
			continue
		}
		body := &askedBody{}
		if err := json.Unmarshal(all[i].Body, body); err != nil {
			return nil, fmt.Errorf("what was asked on %s: %w", day, err)
		}
		return body, nil
	}
	return nil, nil
}

// SourceSearch says how far asking the sources for a text has come today. It asks nobody.
func (s *Service) SourceSearch(ctx context.Context, c Caller, typed string) (a SourceSearch, err error) {
	if a.Text, err = askedText(typed); err != nil {
		return a, err
	}
	a.Day, a.Why = date.FromTime(s.now().UTC()), s.nobodyAsked(false)
	var body *askedBody
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		if body, err = askedFor(ctx, v, textSum(a.Text), a.Day); err != nil || body == nil {
			return err
		}
		a.tell(body)
		x, err := s.analyses.searchedIn(ctx, v, false)
		if err != nil {
			return err
		}
		for i := range a.Candidates {
			_, a.Candidates[i].Stored = x.known[a.Candidates[i].Instrument.Symbol]
		}
		return nil
	})
	if err != nil || body == nil || !a.Ended.IsZero() && a.Next.IsZero() || s.queue == nil {
		return a, err
	}
	return a, a.follow(ctx, s.queue, s.now())
}

// tell takes over what the document says.
func (a *SourceSearch) tell(b *askedBody) {
	a.State, a.Began, a.Ended, a.Next = JobQueued, b.Began, b.Ended, b.Next
	if !b.Ended.IsZero() {
		a.State = JobDone
	}
	a.Provider, a.Candidates, a.Reason, a.Said = b.Provider, slices.Clone(b.Candidates), b.Reason, b.Said
}

// follow looks how the work stands that is to bring the answer.
func (a *SourceSearch) follow(ctx context.Context, q Queue, now time.Time) error {
	jobs, err := q.Jobs(ctx, JobFilter{Kind: WorkSearch, Limit: mostJobs})
	if err != nil {
		return err
	}
	jobs = slices.DeleteFunc(jobs, func(j Job) bool { return j.Work.ID != textSum(a.Text) || j.Work.Day != a.Day })
	if len(jobs) == 0 {
		return nil // it is older than what is looked through
	}
	j := jobs[max(0, slices.IndexFunc(jobs, func(j Job) bool { return !j.State.Ended() }))]
	switch j.State {
	case JobFailed, JobCancelled:
		a.fail(&j)
	case JobWaiting:
		a.State, a.Next, a.Said = j.State, j.Due, j.Reason
	case JobRunning, JobStuck:
		a.State, a.Next = j.State, time.Time{}
	case JobQueued:
		if a.State, a.Next = j.State, j.Due; j.Due.Sub(now) <= soonEnough {
			a.Next = time.Time{}
		}
	case JobDone:
		switch {
		case !a.Ended.IsZero():
		case now.Sub(j.Ended) < soonEnough:
			a.State = JobRunning // its outcome was written since
		default:
			a.fail(&j)
		}
	}
	return nil
}

// fail says that the work ended without an answer.
func (a *SourceSearch) fail(j *Job) {
	a.State, a.Next = JobFailed, time.Time{}
	a.Reason, a.Said = cmp.Or(a.Reason, string(marketdata.Failed)), cmp.Or(j.Reason, j.Note, "it was stopped")
}
