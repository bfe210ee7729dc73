package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

var began = time.Date(2026, 11, 20, 21, 45, 0, 0, time.UTC)

func (f *fake) Jobs(_ context.Context, _ service.Caller, filter service.JobFilter) (all []service.Job, err error) {
	for _, j := range []service.Job{
		{ID: 4, Kind: service.WorkAnalysis, Work: service.Work{Portfolio: "fund", Day: asOf}, State: service.JobWaiting, Attempt: 2, Attempts: 8, Reason: "values: no such day", Created: began, Started: began},
		{ID: 3, Kind: service.WorkAnalysis, Work: service.Work{Portfolio: "saver", Day: asOf}, State: service.JobStuck, Attempt: 1, Attempts: 8, Created: began, Started: began},
		{ID: 2, Kind: service.WorkAnalysis, Work: service.Work{Portfolio: "family", Day: asOf}, State: service.JobDone, Attempt: 1, Attempts: 8, Created: began, Started: began, Ended: began.Add(time.Second)},
		{ID: 1, Kind: service.WorkMarket, Work: service.Work{Exchange: "XNYS", Day: asOf}, State: service.JobDone, Attempt: 1, Attempts: 8, Note: "240 of 250 series have a price of 2026-11-20", Created: began},
	} {
		if filter.State == "" || filter.State == j.State {
			all = append(all, j)
		}
	}
	return all, nil
}

func (f *fake) Job(ctx context.Context, c service.Caller, id int64) (service.JobDetail, error) {
	all, _ := f.Jobs(ctx, c, service.JobFilter{})
	for _, j := range all {
		if j.ID == id {
			return service.JobDetail{Job: j, Run: &store.Run{Steps: []store.Step{{Name: "values", Status: "complete", Started: began, Ended: began.Add(12 * time.Millisecond)},
				{Name: "stress", Status: "unavailable", Reason: "there are no prices of SPY", Started: began, Ended: began.Add(time.Millisecond)}}}}, nil
		}
	}
	return service.JobDetail{}, service.ErrNotFound
}

func (f *fake) RetryJob(ctx context.Context, c service.Caller, id int64) (service.Job, error) {
	d, err := f.Job(ctx, c, id)
	return d.Job, err
}

func (f *fake) CancelJob(ctx context.Context, c service.Caller, id int64) (service.Job, error) {
	return f.RetryJob(ctx, c, id)
}

// Jobs are listed with their state, reason and what can be done; one job with its steps.
func TestJobsPage(t *testing.T) {
	get := func(address string) string { return visit(t, shared, "GET", address, nil, nil).Body.String() }
	list := get("/jobs")
	for _, want := range []string{"Nightly analysis", "retrying", "values: no such day", "stuck", "240 of 250 series", "/jobs/4/retry", "/jobs/3/cancel"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if done := get("/jobs?state=done"); strings.Contains(done, "no such day") || !strings.Contains(done, "240 of 250") {
		t.Error("the filter by state does not filter")
	}
	one := get("/jobs/4")
	for _, want := range []string{"Values", "12ms", "there are no prices of SPY", "2 of 8", "Next attempt"} {
		if !strings.Contains(one, want) {
			t.Errorf("the job's page does not say %q", want)
		}
	}
	if after := visit(t, shared, "POST", "/jobs/4/retry", url.Values{}, nil); after.Code != 303 || after.Header().Get("Location") != "/jobs/4" {
		t.Errorf("after a retry: %d to %q", after.Code, after.Header().Get("Location"))
	}
	for _, address := range []string{"/jobs/99", "/jobs/x"} {
		if w := visit(t, shared, "GET", address, nil, nil); w.Code != 404 {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
}
