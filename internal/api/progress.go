package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/service"
)

// stagesAtMost is how far a client may be behind before stages are left out.
const stagesAtMost = 32

// StageEvent says what a request that takes time is at.
type StageEvent struct {
	Stage service.Stage `json:"stage" doc:"What it is at." example:"figures"`
}

// followed runs something that takes time and tells of its stages; the last event is
// what it came to, or the problem.
func (s *server) followed(ctx context.Context, work func(context.Context) (event, error)) *renderedOut {
	return &renderedOut{func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		out, err := openStream(w)
		if err != nil {
			return
		}
		// The work must not wait for a slow client: it may hold the database.
		stages, written := make(chan service.Stage, stagesAtMost), make(chan struct{})
		go func() {
			defer close(written)
			for at := range stages {
				_ = out.send("", event{"progress", StageEvent{at}}) // the client went away: the work goes on
			}
		}()
		end, err := func() (event, error) {
			defer close(stages)
			return work(service.WithProgress(ctx, func(at service.Stage) {
				select {
				case stages <- at:
				default: // so far behind that it need not be told
				}
			}))
		}()
		<-written
		if err != nil {
			end = event{"problem", problemOf(ctx, s.Log, err)}
		}
		_ = out.send("", end) // the client went away: nothing to do
	}}
}

// streamed is how a stream of events is described.
func streamed(about, example string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: about, Examples: []any{example}}
}

func (s *server) progress() {
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/analysis/progress", id: "analysis-progress", tag: tagAnalysis, stream: true, media: "text/event-stream", errors: []int{404, 422, 503},
		answer: streamed("Server-sent events.", "event: progress\ndata: {\"stage\":\"figures\"}\n\nevent: done\ndata: {\"name\":\"Family\"}\n\n"), summary: "Watch figures being made",
		about: "Server-sent events: `progress` with each stage (ledger, prices, folding, figures) where figures are not remembered, then `done` with their heading, or `problem`. The figures are read from the other addresses then, at once."},
		func(ctx context.Context, c service.Caller, in *questionIn) (*renderedOut, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			for _, id := range q.Portfolios { // what is not there is said before the stream begins
				if _, err := s.svc.Portfolio(ctx, c, id); err != nil {
					return nil, err
				}
			}
			return s.followed(ctx, func(ctx context.Context) (event, error) {
				a, err := s.svc.Analysis(ctx, c, q)
				if err != nil {
					return event{}, err
				}
				return event{"done", headingOf(a)}, nil
			}), nil
		})
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/imports/progress", id: "import-progress", tag: tagImports, stream: true, media: "text/event-stream", limit: s.UploadLimit, errors: []int{404, 413, 422},
		answer: streamed("Server-sent events.", "event: progress\ndata: {\"stage\":\"reading\"}\n\nevent: progress\ndata: {\"stage\":\"booking\"}\n\n"), summary: "Import a file and watch",
		about: "The same as importing it, answered as server-sent events: `progress` with each stage (reading, comparing, booking), then `done` with what POST /imports answers, or `problem` with nothing booked. Send If-Match with the version of the preview so that a repetition books nothing twice."},
		func(ctx context.Context, c service.Caller, in *importIn) (*renderedOut, error) {
			f, o, err := in.read()
			if err != nil {
				return nil, err
			}
			if _, err := s.svc.Portfolio(ctx, c, in.Portfolio); err != nil {
				return nil, err
			}
			return s.followed(ctx, func(ctx context.Context) (event, error) {
				p, err := s.svc.CommitImport(ctx, c, in.Portfolio, f, o)
				if err != nil {
					return event{}, s.stale(ctx, c, in.Portfolio, err, ledgerVersion)
				}
				return event{"done", previewOf(p)}, nil
			}), nil
		})
}
