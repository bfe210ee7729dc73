package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Working is the work in the background.
type Working interface {
	Jobs(ctx context.Context, c service.Caller, f service.JobFilter) ([]service.Job, error)
	Job(ctx context.Context, c service.Caller, id int64) (service.JobDetail, error)
	RetryJob(ctx context.Context, c service.Caller, id int64) (service.Job, error)
	CancelJob(ctx context.Context, c service.Caller, id int64) (service.Job, error)
}

// jobsAPage is how many jobs a page lists.
const jobsAPage = 50

// jobWords are what people call the kinds of work.
var jobWords = map[string]string{service.WorkAnalysis: "Nightly analysis", service.WorkMarket: "Market data", service.WorkNight: "Night", service.WorkCleanUp: "Clean-up",
	service.WorkDeliver: "Messages", service.WorkAlerts: "Alerts", service.WorkIncome: "Income", service.WorkSearch: "Search", service.WorkOperation: "Operation"}

// stateTags are the colours of states and steps.
var stateTags = map[string]string{"running": "draft", "stuck": "bad", "retrying": "warn", "done": "good", "failed": "bad", "complete": "good", "stale": "warn", "partial": "warn", "estimated": "warn"}

func stateTag(state string) view.Tag { return view.Tag{Text: state, Kind: stateTags[state]} }

// jobs lists those about the caller's portfolios; all for who runs the installation.
func (s *site) jobs(r *request) error {
	state := service.JobState(r.URL.Query().Get("state"))
	if !slices.Contains(service.JobStates(), state) {
		state = ""
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	all, err := s.svc.Jobs(r.Context(), r.caller, service.JobFilter{State: state, Before: before, Limit: jobsAPage + 1})
	if err != nil && !errors.Is(err, service.ErrNoQueue) {
		return err
	}
	v := view.Jobs{Page: r.frame("Jobs", "/jobs"), States: []view.Choice{{Label: "All", Href: "/jobs", Current: state == ""}}}
	for _, x := range service.JobStates() {
		v.States = append(v.States, view.Choice{Label: capital(string(x)), Href: "/jobs?state=" + string(x), Current: x == state})
	}
	if len(all) > jobsAPage {
		all = all[:jobsAPage]
		older := url.Values{"before": {strconv.FormatInt(all[len(all)-1].ID, 10)}}
		if state != "" {
			older.Set("state", string(state))
		}
		v.Older = "/jobs?" + older.Encode()
	}
	for i := range all {
		v.Rows = append(v.Rows, r.jobRow(&all[i]))
	}
	if len(all) == 0 {
		v.Empty = &view.Empty{Icon: "clock", Title: "No jobs", Text: "Work in the background is listed here for a week: the analysis of each night, and whether it went well."}
	}
	return r.show(http.StatusOK, page.Jobs(v))
}

// jobRow is a job as a line.
func (r *request) jobRow(j *service.Job) view.JobRow {
	id := strconv.FormatInt(j.ID, 10)
	row := view.JobRow{Kind: jobWords[j.Kind], About: j.Work.Exchange, State: stateTag(string(j.State)), Attempt: fmt.Sprintf("%d of %d", j.Attempt, j.Attempts), Said: j.Note, Href: "/jobs/" + id}
	if row.Kind == "" {
		row.Kind = j.Kind
	}
	if j.Kind == service.WorkOperation {
		row.About = j.Work.ID
	}
	if j.Reason != "" {
		row.Said = j.Reason
	}
	if j.Asked {
		row.Said = "was told to stop"
	}
	if j.Work.Portfolio != "" {
		row.About = r.portfolioName(j.Work.Portfolio)
	}
	if j.Work.Day != 0 {
		row.Day = format.Date(j.Work.Day)
	}
	when := j.Created
	for _, at := range []time.Time{j.Started, j.Ended} {
		if !at.IsZero() {
			when = at
		}
	}
	row.When = r.clock(when)
	if j.State != service.JobRunning && j.State != service.JobQueued {
		label := "Retry"
		if j.State == service.JobDone {
			label = "Run again"
		}
		row.Actions = append(row.Actions, view.Action{Label: label, Href: "/jobs/" + id + "/retry"})
	}
	if !j.State.Ended() && !j.Asked {
		row.Actions = append(row.Actions, view.Action{Label: "Cancel", Href: "/jobs/" + id + "/cancel", Danger: true})
	}
	return row
}

// portfolioName is what the reader calls a portfolio; another's is its id.
func (r *request) portfolioName(id string) string {
	for _, p := range r.portfolios {
		if p.ID == id {
			return p.Name
		}
	}
	return id
}

func (r *request) clock(t time.Time) string {
	if zone, err := time.LoadLocation(r.user.TimeZone); err == nil {
		t = t.In(zone)
	}
	return t.Format("2 Jan 15:04:05")
}

// job shows one with its steps.
func (s *site) job(r *request) error {
	id, err := jobID(r)
	if err != nil {
		return err
	}
	d, err := s.svc.Job(r.Context(), r.caller, id)
	if err != nil {
		return err
	}
	row := r.jobRow(&d.Job)
	v := view.Job{Page: r.frame(row.Kind, "settings"), Row: row}
	v.Page.Crumbs = []view.Link{{Label: "Jobs", Href: "/jobs"}}
	for _, x := range []view.Term{{Label: "About", Text: row.About}, {Label: "Day", Text: row.Day}, {Label: "Attempt", Text: row.Attempt}, {Label: "Asked for", Text: r.clock(d.Created)},
		{Label: "Said", Text: row.Said}} {
		if x.Text != "" {
			v.Terms = append(v.Terms, x)
		}
	}
	if d.State == service.JobWaiting {
		v.Terms = append(v.Terms, view.Term{Label: "Next attempt", Text: r.clock(d.Due)})
	}
	if d.Run != nil {
		v.Terms = append(v.Terms, view.Term{Label: "Ledger version", Text: strconv.FormatInt(d.Run.Ledger, 10)}, view.Term{Label: "Market version", Text: strconv.FormatInt(d.Run.Market.Shared, 10)}, view.Term{Label: "Engine", Text: d.Run.Engine})
		for _, x := range d.Run.Steps {
			v.Steps = append(v.Steps, view.JobStep{Name: capital(x.Name), Status: stateTag(x.Status), Took: x.Ended.Sub(x.Started).Round(100 * time.Microsecond).String(), Said: x.Reason})
		}
	}
	return r.show(http.StatusOK, page.Job(v))
}

func jobID(r *request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("job"), 10, 64)
	if err != nil || id < 1 {
		return 0, fmt.Errorf("job %q: %w", r.PathValue("job"), service.ErrNotFound)
	}
	return id, nil
}

func (s *site) retryJob(r *request) error  { return s.tellJob(r, "runs again", s.svc.RetryJob) }
func (s *site) cancelJob(r *request) error { return s.tellJob(r, "was told to stop", s.svc.CancelJob) }

// tellJob changes a job and goes back to it.
func (s *site) tellJob(r *request, said string, do func(context.Context, service.Caller, int64) (service.Job, error)) error {
	id, err := jobID(r)
	if err != nil {
		return err
	}
	j, err := do(r.Context(), r.caller, id)
	if err != nil {
		return err
	}
	word := jobWords[j.Kind]
	if word == "" {
		word = j.Kind
	}
	r.toast(flash{Text: word + " " + said})
	return r.to("/jobs/" + strconv.FormatInt(id, 10))
}
