package job

import (
	"context"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/service"
)

// oneSource names one instrument whatever it is asked.
type oneSource struct{ asked atomic.Int32 }

func (s *oneSource) Answer(_ context.Context, q marketdata.Request, _ time.Duration) (route.Answer, error) {
	s.asked.Add(1)
	return route.Answer{Provider: "one", Delivery: marketdata.Delivery{Found: []marketdata.Candidate{{Instrument: instrument.Instrument{Symbol: "ZETA", Name: q.Text}, Score: math.NaN()}}}}, nil
}

func (s *oneSource) Sources(marketdata.Request) []string { return []string{"one"} }

func (s *oneSource) Status(context.Context) ([]fetch.Status, error) { return nil, nil }

// A text that several ask for is one job, whose arguments do not hold it; its answer is there
// when it is done.
func TestSourcesAreSearchedOnce(t *testing.T) {
	w, source := newWorld(t), &oneSource{}
	w.service = service.New(service.Options{Store: w.store, Now: time.Now, Queue: w.queue, Market: service.Market{Sources: source}})
	for range 3 {
		if a, err := w.service.AskSources(ctx, w.owner, "Zeta Works"); err != nil || !a.Running() {
			t.Fatalf("asked: %+v (%v)", a, err)
		}
	}
	jobs, err := w.queue.Jobs(ctx, service.JobFilter{Kind: service.WorkSearch, Limit: 10})
	w.must(err)
	if len(jobs) != 1 || strings.Contains(strings.ToLower(jobs[0].Work.ID), "zeta") || source.asked.Load() != 0 {
		t.Fatalf("%d jobs: %+v, asked %d times", len(jobs), jobs, source.asked.Load())
	}
	w.start()
	if done := w.until(jobs[0].ID, service.JobDone); done.Note != "one named 1" {
		t.Errorf("the job says %q", done.Note)
	}
	a, err := w.service.SourceSearch(ctx, w.owner, "zeta works")
	if err != nil || a.State != service.JobDone || len(a.Candidates) != 1 || source.asked.Load() != 1 {
		t.Errorf("answered: %+v, asked %d times (%v)", a, source.asked.Load(), err)
	}
	if a, err = w.service.AskSources(ctx, w.owner, "zeta  works"); err != nil || a.State != service.JobDone {
		t.Errorf("asked again: %+v (%v)", a, err)
	}
}
