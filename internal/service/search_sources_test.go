package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/ecb"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// waitingJobs is a queue that nobody works off but the test.
type waitingJobs struct {
	Queue
	jobs []Job // the newest first
}

func (q *waitingJobs) Enqueue(_ context.Context, _ store.Tx, kind string, w Work) error {
	for _, j := range q.jobs {
		if j.Kind == kind && j.Work == w {
			return nil
		}
	}
	q.jobs = append([]Job{{ID: int64(len(q.jobs) + 1), Kind: kind, Work: w, State: JobQueued}}, q.jobs...)
	return nil
}

func (q *waitingJobs) Again(ctx context.Context, tx store.Tx, kind string, w Work) (int64, error) {
	for i := range q.jobs {
		if q.jobs[i].Work == w {
			q.jobs[i].State = JobQueued
			return q.jobs[i].ID, nil
		}
	}
	return 0, q.Enqueue(ctx, tx, kind, w)
}

func (q *waitingJobs) Jobs(_ context.Context, f JobFilter) (all []Job, err error) {
	for _, j := range q.jobs {
		if j.Kind == f.Kind {
			all = append(all, j)
		}
	}
	return all, nil
}

// work does the newest job.
func (q *waitingJobs) work(f *feed) SourceSearch {
	f.t.Helper()
	a, err := f.s.AnswerAsked(ctx, q.jobs[0].Work, 0)
	f.must(err)
	q.jobs[0].State, q.jobs[0].Ended = JobDone, f.clock.Now()
	return a
}

func newSearchFeed(t *testing.T) (*feed, *waitingJobs) {
	f, q := newFeed(t), &waitingJobs{}
	f.market.Listings = []replay.Listing{{Symbol: "ACME", Name: "Acme Industries Inc.", Type: "EQUITY"}, {Symbol: "ACMX", Name: "Acme Something"}, {Symbol: "ZED", Name: "Zed", Type: "ETF"}}
	f.s.queue = q
	return f, q
}

// What nothing stored is like the sources are asked for, in the background and once for a
// text and day; what they name is found by everybody from then on, as their word.
func TestAskSources(t *testing.T) {
	f, q := newSearchFeed(t)
	if found, err := f.s.SearchInstruments(ctx, f.owner, "acme", 5, false); err != nil || len(found) > 0 {
		t.Fatalf("nobody was asked, and there is %+v (%v)", found, err)
	}
	if a, err := f.s.SourceSearch(ctx, f.owner, "acme"); err != nil || a.State != "" || a.Why != "" {
		t.Fatalf("nobody was asked: %+v (%v)", a, err)
	}
	before := len(f.server.Arrivals("alphavantage"))
	a, err := f.s.AskSources(ctx, f.owner, "  Acme ")
	f.must(err)
	if a.Text != "acme" || a.State != JobQueued || !a.Running() || len(q.jobs) != 1 {
		t.Fatalf("asked: %+v, %d jobs", a, len(q.jobs))
	}
	if text := fmt.Sprintf("%+v", q.jobs[0].Work); strings.Contains(strings.ToLower(text), "acme") || q.jobs[0].Work.User != "" {
		t.Errorf("the queue holds what a person said: %s", text)
	}
	if len(f.server.Arrivals("alphavantage")) != before {
		t.Error("a source was asked within a request")
	}
	if _, err := f.s.AskSources(ctx, f.owner, "ACME"); err != nil || len(q.jobs) != 1 {
		t.Errorf("the same text on the same day: %d jobs (%v)", len(q.jobs), err)
	}
	q.work(f)
	a, err = f.s.SourceSearch(ctx, f.owner, "acme")
	f.must(err)
	today := date.MustParse("2026-06-01")
	if a.State != JobDone || a.Running() || a.Provider != "alphavantage" || len(a.Candidates) != 2 {
		t.Fatalf("answered: %+v", a)
	}
	for i, want := range []struct {
		symbol string
		class  instrument.Class
	}{{"ACME", instrument.Equity}, {"ACMX", instrument.Unknown}} {
		c := a.Candidates[i]
		if c.Instrument.Symbol != want.symbol || c.Instrument.Class != want.class || c.Source != "alphavantage" || c.On != today || c.Stored {
			t.Errorf("candidate %d is %+v, want %v", i, c, want)
		}
	}
	if n := len(f.server.Arrivals("alphavantage")); n == before {
		t.Error("nobody was asked")
	} else if _, err := f.s.AskSources(ctx, f.owner, "acme"); err != nil || len(f.server.Arrivals("alphavantage")) != n || len(q.jobs) != 1 {
		t.Errorf("answered today, and asked again: %d jobs (%v)", len(q.jobs), err)
	}
	found, err := f.s.SearchInstruments(ctx, f.owner, "acme industris", 5, false)
	f.must(err)
	if len(found) == 0 || found[0].Instrument.Symbol != "ACME" || found[0].Source != "alphavantage" || found[0].On != today || !found[0].Last.IsNone() {
		t.Errorf("a search finds %+v", found)
	}
	if found, err = f.s.SearchInstruments(ctx, f.owner, "acme", 5, true); err != nil || len(found) > 0 {
		t.Errorf("the simulated market knows %+v (%v)", found, err)
	}
	// What somebody describes is stored, and no more a source's word.
	f.must(f.s.DescribeInstrument(ctx, f.owner, instrument.Instrument{Symbol: "ACME", Currency: "USD", Name: "Acme Industries", Class: instrument.Equity}))
	if found, err = f.s.SearchInstruments(ctx, f.owner, "acme", 5, false); err != nil || len(found) != 2 || found[0].Source != "" || found[1].Source == "" {
		t.Errorf("stored, a search finds %+v (%v)", found, err)
	}
	if a, err = f.s.SourceSearch(ctx, f.owner, "acme"); err != nil || !a.Candidates[0].Stored || a.Candidates[1].Stored {
		t.Errorf("stored: %+v (%v)", a.Candidates, err)
	}
	// On another day they are asked anew, and what was asked before is forgotten.
	f.clock.Move(24 * time.Hour)
	if a, err = f.s.AskSources(ctx, f.owner, "acme"); err != nil || a.State != JobQueued || len(q.jobs) != 2 {
		t.Errorf("the next day: %+v, %d jobs (%v)", a, len(q.jobs), err)
	}
	f.must(f.store.Read(ctx, f.owner.Identity, func(ctx context.Context, v store.View) error {
		docs, err := v.Documents(ctx, store.DocumentQuery{Kind: store.SearchDocument})
		if len(docs) != 1 || docs[0].AsOf != today+1 {
			t.Errorf("%d questions are kept", len(docs))
		}
		return err
	}))
}

// Why nothing came is said: nobody knows it, nobody is reached, nobody can be searched,
// nobody is asked at all.
func TestAskSourcesInVain(t *testing.T) {
	f, q := newSearchFeed(t)
	_, err := f.s.AskSources(ctx, f.owner, "nothing like it")
	f.must(err)
	if a := q.work(f); len(a.Candidates) > 0 || a.State != JobDone || a.Reason != "" || !a.Next.IsZero() || a.Said != "no source that was asked knows anything like it" || len(f.server.Arrivals("yahoo")) == 0 {
		t.Errorf("nobody knows it: %+v", a)
	}
	for _, typed := range []string{"", "a", strings.Repeat("long ", 20)} {
		if _, err := f.s.AskSources(ctx, f.owner, typed); err == nil {
			t.Errorf("%q is asked for", typed)
		}
	}
	reader := f.owner
	reader.Scope = ScopeRead
	if _, err := f.s.AskSources(ctx, reader, "zed"); !errors.Is(err, ErrScope) {
		t.Errorf("a token that may only look asks: %v", err)
	}
	f.server.Close()
	_, err = f.s.AskSources(ctx, f.owner, "zed")
	f.must(err)
	a := q.work(f)
	if a.Reason != string(marketdata.Unreached) || a.Next.IsZero() || len(a.Candidates) > 0 {
		t.Errorf("without a network: %+v", a)
	}
	if again, err := f.s.AskSources(ctx, f.owner, "zed"); err != nil || again.State != JobDone || len(q.jobs) != 2 {
		t.Errorf("asked again before it is of use: %+v (%v)", again, err)
	}
	f.clock.Move(time.Hour)
	if again, err := f.s.AskSources(ctx, f.owner, "zed"); err != nil || again.State != JobQueued || len(q.jobs) != 2 {
		t.Errorf("asked again when it is: %+v (%v)", again, err)
	}
	desk := NewDesk([]marketdata.Provider{ecb.New()}, nil)
	one, err := fetch.New(fetch.Source{Provider: ecb.New(), Base: "http://127.0.0.1:1", Key: desk.Key("ecb")}, fetch.Options{Allowance: desk.Allowance(), Now: f.clock.Now, Sleep: f.clock.Sleep})
	f.must(err)
	router, err := route.New([]route.Source{one}, nil, route.Options{Now: f.clock.Now, Sleep: f.clock.Sleep})
	f.must(err)
	f.s = New(Options{Store: f.store, Now: f.clock.Now, Queue: q, Market: Market{Sources: router, Desk: desk}})
	_, err = f.s.AskSources(ctx, f.owner, "another")
	f.must(err)
	if a := q.work(f); !strings.HasPrefix(a.Said, "no source that is set up here can be searched") || a.Reason == "" {
		t.Errorf("rates alone: %+v", a)
	}
	f.s = New(Options{Store: f.store, Now: f.clock.Now, Queue: q})
	if a, err := f.s.AskSources(ctx, f.owner, "zed two"); err != nil || a.Why == "" || a.State != "" {
		t.Errorf("without sources: %+v (%v)", a, err)
	}
	operated := f.owner
	operated.Operator = true
	if _, err := f.s.SearchSources(ctx, operated, "zed", 0); !errors.Is(err, ErrNoSources) {
		t.Errorf("at once without sources: %v", err)
	}
}

// A person has the sources asked for so many texts a day; somebody else still may.
func TestAskSourcesSoOften(t *testing.T) {
	f, q := newSearchFeed(t)
	for i := range asksADay {
		_, err := f.s.AskSources(ctx, f.owner, fmt.Sprintf("text %d", i))
		f.must(err)
	}
	if _, err := f.s.AskSources(ctx, f.owner, "one more"); err == nil || !strings.Contains(err.Error(), "tomorrow") || len(q.jobs) != asksADay {
		t.Errorf("one more: %v, %d jobs", err, len(q.jobs))
	}
	f.clock.Move(24 * time.Hour)
	if _, err := f.s.AskSources(ctx, f.owner, "one more"); err != nil {
		t.Errorf("the next day: %v", err)
	}
}
