package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Working has the jobs and what they leave.
type Working interface {
	Jobs(ctx context.Context, c service.Caller, f service.JobFilter) ([]service.Job, error)
	Job(ctx context.Context, c service.Caller, id int64) (service.JobDetail, error)
	RunJob(ctx context.Context, c service.Caller, kind string, w service.Work) (service.Job, error)
	RetryJob(ctx context.Context, c service.Caller, id int64) (service.Job, error)
	CancelJob(ctx context.Context, c service.Caller, id int64) (service.Job, error)
	Snapshots(ctx context.Context, c service.Caller, portfolio string, before date.Date, limit int) ([]store.Snapshot, error)
	Snapshot(ctx context.Context, c service.Caller, portfolio string, day date.Date, revision int) (service.Snapshot, error)
	Recompute(ctx context.Context, c service.Caller, portfolio string, day date.Date, revision int) (service.Recomputed, error)
}

// Job is one piece of work that happens in the background.
type Job struct {
	ID        int64      `json:"id" doc:"Id." example:"1204"`
	Kind      string     `json:"kind" doc:"What sort of work it is." example:"analysis"`
	State     string     `json:"state" enum:"queued,running,stuck,retrying,done,failed,cancelled" doc:"How far it has come. stuck: whoever ran it is gone; it is found within two minutes and tried again. failed: no attempts are left."`
	Portfolio string     `json:"portfolio,omitempty" doc:"The portfolio it is about." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Exchange  string     `json:"exchange,omitempty" doc:"The exchange whose night it is." example:"XNYS"`
	Day       *date.Date `json:"day,omitempty" doc:"The day it is about." example:"2026-05-29"`
	Attempt   int        `json:"attempt" doc:"How often it was tried." example:"1"`
	Attempts  int        `json:"attempts" doc:"How often it is tried at most." example:"8"`
	Reason    string     `json:"reason,omitempty" doc:"Why the last attempt failed."`
	Note      string     `json:"note,omitempty" doc:"What was done, in a sentence."`
	Cancelled bool       `json:"cancel_asked,omitempty" doc:"Whether it was told to stop and has not stopped yet."`
	Created   time.Time  `json:"created" doc:"When it was asked for."`
	Due       time.Time  `json:"due" doc:"When it runs next, or was to run last."`
	Started   *time.Time `json:"started,omitempty" doc:"When the last attempt began."`
	Ended     *time.Time `json:"ended,omitempty" doc:"When it ended."`
	Steps     []JobStep  `json:"steps,omitempty" nullable:"false" doc:"What it did so far, where it works step by step; of one job only."`
}

// JobStep is one part of a job.
type JobStep struct {
	Name    string    `json:"name" doc:"What is done." example:"exposures"`
	Status  string    `json:"status" doc:"How far the figures can be relied on (complete, estimated, stale, partial, unavailable), or failed." example:"complete"`
	Reason  string    `json:"reason,omitempty" doc:"Why no further, or what came of it." example:"no rules"`
	Started time.Time `json:"started" doc:"When it began."`
	Ended   time.Time `json:"ended" doc:"When it ended."`
}

// JobList is a page of jobs.
type JobList struct {
	Items []Job `json:"items" nullable:"false" doc:"The newest first."`
	Next  int64 `json:"next,omitempty" doc:"Send it as before for the next page; absent on the last." example:"1180"`
}

// SnapshotInfo says what a snapshot rests on.
type SnapshotInfo struct {
	Day           date.Date `json:"day" doc:"The day." example:"2026-05-29"`
	Revision      int       `json:"revision" doc:"Counts from 1; a day has another where what it rests on changed and it was analysed again." example:"1"`
	Taken         time.Time `json:"taken" doc:"When it was made."`
	LedgerVersion int64     `json:"ledger_version" doc:"Version of the ledger." example:"12"`
	MarketVersion int64     `json:"market_version" doc:"Version of the shared market data." example:"30"`
	OwnVersion    int64     `json:"own_market_version" doc:"Version of your own market data." example:"0"`
	Settings      int64     `json:"settings" doc:"Revision of the portfolio." example:"2"`
	Engine        string    `json:"engine" doc:"Version of what computed it." example:"2"`
	SHA256        []byte    `json:"sha256" doc:"Of the document, in base64."`
	Size          int       `json:"size" doc:"Bytes as it is stored." example:"6785"`
}

// SnapshotList is a list of snapshots.
type SnapshotList struct {
	Items []SnapshotInfo `json:"items" nullable:"false" doc:"The newest day first, of a day the last revision first."`
	Next  *date.Date     `json:"next,omitempty" doc:"Send it as before for the next page; absent on the last." example:"2026-04-01"`
}

// SnapshotOut is a snapshot with what was shown.
type SnapshotOut struct {
	SnapshotInfo
	Document json.RawMessage `json:"document" doc:"What was shown: values, exposures, greeks, factors, correlations and stress, with the terms they rest on. A figure is its value alone where it is complete, else it has a status and reasons."`
}

// SnapshotCheck is what computing a snapshot again gave.
type SnapshotCheck struct {
	SnapshotInfo
	Same bool `json:"same" doc:"Whether the same bytes came out." example:"true"`
}

func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func jobOf(j service.Job) Job {
	out := Job{ID: j.ID, Kind: j.Kind, State: string(j.State), Portfolio: j.Work.Portfolio, Exchange: j.Work.Exchange, Attempt: j.Attempt, Attempts: j.Attempts,
		Reason: j.Reason, Note: j.Note, Cancelled: j.Asked, Created: j.Created, Due: j.Due, Started: at(j.Started), Ended: at(j.Ended)}
	if j.Work.Day != 0 {
		out.Day = &j.Work.Day
	}
	return out
}

func detailOf(d service.JobDetail) Job {
	out := jobOf(d.Job)
	if d.Run != nil {
		for _, x := range d.Run.Steps {
			out.Steps = append(out.Steps, JobStep{x.Name, x.Status, x.Reason, x.Started, x.Ended})
		}
	}
	return out
}

func snapshotOf(s store.Snapshot) SnapshotInfo {
	return SnapshotInfo{s.Day, s.Revision, s.Taken, s.Ledger, s.Market.Shared, s.Market.Own, s.Settings, s.Engine, s.SHA256, s.Size}
}

// OfJob is the part of inputs that names a job.
type OfJob struct {
	Job int64 `path:"job" minimum:"1" doc:"Id of the job." example:"1204"`
}

type jobOut struct{ Body Job }

func (s *server) jobs() {
	add(s, route{method: "GET", path: "/jobs", id: "list-jobs", tag: tagJobs, errors: []int{422}, summary: "Jobs", about: "Those about your portfolios; all of them for who runs the installation. They are kept for seven days after they ended."},
		func(ctx context.Context, c service.Caller, in *struct {
			State     string `query:"state" enum:"queued,running,stuck,retrying,done,failed,cancelled" doc:"Those in this state."`
			Kind      string `query:"kind" maxLength:"40" doc:"Those of this kind." example:"analysis"`
			Portfolio string `query:"portfolio" maxLength:"40" doc:"Those about this portfolio."`
			Before    int64  `query:"before" minimum:"0" doc:"Those with a smaller id."`
			Limit     int    `query:"limit" minimum:"1" maximum:"199" default:"50" doc:"At most so many."`
		}) (*struct{ Body JobList }, error) {
			f := service.JobFilter{State: service.JobState(in.State), Kind: in.Kind, Before: in.Before, Limit: in.Limit + 1}
			if in.Portfolio != "" {
				f.Portfolios = []string{in.Portfolio}
			}
			all, err := s.svc.Jobs(ctx, c, f)
			var out JobList
			if len(all) > in.Limit {
				all = all[:in.Limit]
				out.Next = all[in.Limit-1].ID
			}
			out.Items = make([]Job, len(all))
			for i, j := range all {
				out.Items[i] = jobOf(j)
			}
			return &struct{ Body JobList }{out}, err
		})
	add(s, route{method: "POST", path: "/jobs", id: "run-job", tag: tagJobs, status: 202, class: classHeavy, errors: []int{403, 404, 422}, summary: "Run a job", about: "An analysis of one of your portfolios, for a day or the last one that is over. The same work is in the queue once; asked for again it is done again. Other kinds work for everybody and are for who runs the installation."},
		func(ctx context.Context, c service.Caller, in *struct {
			Body struct {
				Kind      string    `json:"kind" enum:"analysis,market,night,clean-up" doc:"What to do." example:"analysis"`
				Portfolio string    `json:"portfolio,omitempty" doc:"Of an analysis: the portfolio."`
				Exchange  string    `json:"exchange,omitempty" doc:"Of market and night: the exchange." example:"XNYS"`
				Day       date.Date `json:"day,omitempty" doc:"The day; the last one that is over unless given." example:"2026-05-29"`
			}
		}) (*jobOut, error) {
			j, err := s.svc.RunJob(ctx, c, in.Body.Kind, service.Work{Portfolio: in.Body.Portfolio, Exchange: in.Body.Exchange, Day: in.Body.Day})
			return &jobOut{jobOf(j)}, err
		})
	add(s, route{method: "GET", path: "/jobs/{job}", id: "get-job", tag: tagJobs, errors: []int{404}, summary: "One job", about: "With its steps."},
		func(ctx context.Context, c service.Caller, in *struct{ OfJob }) (*jobOut, error) {
			d, err := s.svc.Job(ctx, c, in.Job)
			return &jobOut{detailOf(d)}, err
		})
	for _, way := range []struct {
		name, summary, about string
		do                   func(context.Context, service.Caller, int64) (service.Job, error)
	}{
		{"retry", "Try a job again", "At once, whatever became of it. One that runs is left alone.", func(ctx context.Context, c service.Caller, id int64) (service.Job, error) {
			return s.svc.RetryJob(ctx, c, id)
		}},
		{"cancel", "Cancel a job", "At once where it waits; within a second or two where it runs.", func(ctx context.Context, c service.Caller, id int64) (service.Job, error) {
			return s.svc.CancelJob(ctx, c, id)
		}},
	} {
		add(s, route{method: "POST", path: "/jobs/{job}/" + way.name, id: way.name + "-job", tag: tagJobs, errors: []int{403, 404}, status: 202, summary: way.summary, about: way.about},
			func(ctx context.Context, c service.Caller, in *struct{ OfJob }) (*jobOut, error) {
				j, err := way.do(ctx, c, in.Job)
				return &jobOut{jobOf(j)}, err
			})
	}
	s.jobEvents()
	s.snapshots()
}

// jobEvents is the progress of one job.
func (s *server) jobEvents() {
	add(s, route{method: "GET", path: "/jobs/{job}/events", id: "job-events", tag: tagJobs, errors: []int{404}, stream: true, media: "text/event-stream",
		answer:  &huma.Schema{Type: huma.TypeString, Description: "Server-sent events.", Examples: []any{"event: job\ndata: {\"id\":1204,\"kind\":\"analysis\",\"state\":\"running\"}\n\n"}},
		summary: "A job as it goes on", about: "Server-sent events. `job` says how the job is, with its steps, at the beginning and whenever that changes; the stream ends when the job has ended."},
		func(ctx context.Context, c service.Caller, in *struct{ OfJob }) (*renderedOut, error) {
			done, ok := s.streaming.enter(c.User)
			if !ok {
				return nil, errStreams
			}
			first, err := s.svc.Job(ctx, c, in.Job)
			if err != nil {
				done()
				return nil, err
			}
			return &renderedOut{func(hc huma.Context) {
				defer done()
				r, w := humago.Unwrap(hc)
				if out, err := openStream(w); err == nil {
					s.follow(r, c, out, first)
				}
			}}, nil
		})
}

// follow tells of a job until it has ended, the client goes away or the server stops.
func (s *server) follow(r *http.Request, c service.Caller, out *stream, d service.JobDetail) {
	looks := time.NewTicker(s.LookEvery)
	defer looks.Stop()
	told := ""
	for n := 1; ; n++ {
		now := detailOf(d)
		text, err := json.Marshal(now)
		if err != nil {
			return
		}
		if string(text) != told {
			if out.send(strconv.Itoa(n), event{"job", json.RawMessage(text)}) != nil {
				return
			}
			told = string(text)
		}
		if service.JobState(now.State).Ended() {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.Stopping:
			return
		case <-looks.C:
		}
		if n%looksABeat == 0 {
			if _, err := s.authenticate(r); err != nil || out.write(": alive\n\n") != nil {
				return
			}
		}
		if d, err = s.svc.Job(r.Context(), c, d.ID); err != nil {
			return // the client comes back, and is told then
		}
	}
}

// OfSnapshot is the part of inputs that names a snapshot.
type OfSnapshot struct {
	OfPortfolio
	Day      string `path:"day" doc:"The day." example:"2026-05-29"`
	Revision int    `query:"revision" minimum:"0" doc:"The last one unless given."`
}

func (s *server) snapshots() {
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/snapshots", id: "list-snapshots", tag: tagJobs, errors: []int{404, 422}, summary: "Snapshots", about: "What was shown of a portfolio, night by night: made by the nightly analysis and never changed."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Before string `query:"before" doc:"Those of days before this one." example:"2026-05-29"`
			Limit  int    `query:"limit" minimum:"1" maximum:"999" default:"100" doc:"At most so many."`
		}) (*struct{ Body SnapshotList }, error) {
			before, err := day("before", in.Before)
			if err != nil {
				return nil, err
			}
			all, err := s.svc.Snapshots(ctx, c, in.Portfolio, before, in.Limit)
			out := SnapshotList{Items: make([]SnapshotInfo, len(all))}
			for i, x := range all {
				out.Items[i] = snapshotOf(x)
			}
			if len(all) == in.Limit {
				out.Next = &all[len(all)-1].Day
			}
			return &struct{ Body SnapshotList }{out}, err
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/snapshots/{day}", id: "get-snapshot", tag: tagJobs, errors: []int{404, 422}, summary: "What was shown on a day", about: "The document as it was made. The same versions and engine give the same bytes."},
		func(ctx context.Context, c service.Caller, in *struct{ OfSnapshot }) (*struct{ Body SnapshotOut }, error) {
			on, err := day("day", in.Day)
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Snapshot(ctx, c, in.Portfolio, on, in.Revision)
			return &struct{ Body SnapshotOut }{SnapshotOut{snapshotOf(got.Snapshot), got.Document}}, err
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/snapshots/{day}/verification", id: "verify-snapshot", tag: tagJobs, class: classHeavy, errors: []int{404, 409, 422}, summary: "Compute a snapshot again", about: "From the versions and terms that it names. One that another version of the engine made cannot be computed again."},
		func(ctx context.Context, c service.Caller, in *struct{ OfSnapshot }) (*struct{ Body SnapshotCheck }, error) {
			on, err := day("day", in.Day)
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Recompute(ctx, c, in.Portfolio, on, in.Revision)
			return &struct{ Body SnapshotCheck }{SnapshotCheck{snapshotOf(got.Snapshot), got.Same}}, err
		})
}
