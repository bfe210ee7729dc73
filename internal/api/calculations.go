package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/internal/calc"
	"github.com/foliosight/foliosight/internal/service"
)

// Bounds of one calculation, so that one request cannot take the machine.
const (
	calcsAtOnce = 4
	calcLimit   = 8 << 20 // bytes of a request
)

// EngineList is a list of engines.
type EngineList struct {
	Items []string `json:"items" nullable:"false" doc:"Names of the engines." example:"[\"lots\",\"xirr\"]"`
}

type answerOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) calculations() {
	add(s, route{method: "GET", path: "/calc", id: "list-engines", tag: tagCalc, summary: "The engines", about: "Each answers POST /api/v1/calc/{engine}."},
		func(context.Context, service.Caller, *none) (*struct{ Body EngineList }, error) {
			return &struct{ Body EngineList }{EngineList{calc.Engines()}}, nil
		})
	engine := route{method: "POST", path: "/calc/{engine}", id: "calc", tag: tagCalc, limit: calcLimit, raw: true, class: classHeavy, errors: []int{400, 404, 413, 422, 503}, summary: "Calculate",
		about: "One request to an engine: the same one as `foliosight calc`. Ledger engines take exact numbers as strings, statistical ones JSON numbers. A request that an engine refuses is a problem with its code under `error`."}
	add(s, engine, s.calculate)
}

// calcIn is one request to an engine.
type calcIn struct {
	Engine  string `path:"engine" doc:"Name of the engine." example:"xirr"`
	RawBody []byte `contentType:"application/json"`
}

func (s *server) calculate(ctx context.Context, _ service.Caller, in *calcIn) (*answerOut, error) {
	type outcome struct {
		body []byte
		err  error
		bug  any
	}
	ctx, cancel := context.WithTimeout(ctx, s.CalcTime)
	defer cancel()
	select {
	case s.calcs <- struct{}{}:
	case <-ctx.Done():
		return nil, errTooLong
	}
	request := append([]byte(nil), in.RawBody...) // the framework takes its buffer back
	done := make(chan outcome, 1)
	go func() {
		defer func() { <-s.calcs }()
		var o outcome
		defer func() {
			o.bug = recover()
			done <- o
		}()
		o.body, o.err = calc.Answer(in.Engine, request)
	}()
	select {
	case o := <-done:
		switch {
		case o.bug != nil:
			panic(o.bug)
		case ctx.Err() != nil: // both came at once
			return nil, errTooLong
		}
		return &answerOut{ContentType: "application/json", Body: o.body}, unknownEngine(in.Engine, o.err)
	case <-ctx.Done():
		return nil, errTooLong // the engine ends by itself; until then it counts
	}
}

// unknownEngine turns the refusal of an engine's name into not found.
func unknownEngine(name string, err error) error {
	if err == nil || slices.Contains(calc.Engines(), name) {
		return err
	}
	return noSuch(fmt.Sprintf("There is no engine %q; there are %s.", name, strings.Join(calc.Engines(), ", ")))
}

// noSuch is a problem of something that does not exist, said in words of its own.
func noSuch(detail string) error {
	p := known(service.ErrNotFound)
	p.Detail = detail
	return p
}

// health registers what load balancers ask. None of it waits for a calculation.
func (s *server) health(mux *http.ServeMux) {
	for path, answer := range map[string]func(context.Context) error{"/health": nil, "/health/live": nil, "/health/ready": s.ready, "/api/health": nil} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			status, word := http.StatusOK, "ok"
			if answer != nil {
				if err := answer(r.Context()); err != nil {
					s.Log.WarnContext(r.Context(), "not ready", "error", err)
					status, word = http.StatusServiceUnavailable, "unavailable"
				}
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(map[string]string{"status": word, "version": s.Version}) // the client went away: nothing to do
		})
	}
}

// ready asks the database, briefly.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	_, err := s.svc.NeedsSetup(ctx)
	return err
}

// healthPaths describe them in the document.
func healthPaths() map[string]*huma.PathItem {
	answer := &huma.Schema{Type: huma.TypeObject, Description: "Whether it is well.", Properties: map[string]*huma.Schema{
		"status":  {Type: huma.TypeString, Enum: []any{"ok", "unavailable"}, Description: "ok or unavailable."},
		"version": {Type: huma.TypeString, Description: "Version of the program.", Examples: []any{"0.1.0"}},
	}, Required: []string{"status", "version"}}
	get := func(id, summary, about string, ready bool) *huma.PathItem {
		op := &huma.Operation{OperationID: id, Summary: summary, Description: about, Tags: []string{tagHealth}, Security: []map[string][]string{},
			Responses: map[string]*huma.Response{"200": {Description: "It is well.", Content: map[string]*huma.MediaType{"application/json": {Schema: answer}}}}}
		if ready {
			op.Responses["503"] = &huma.Response{Description: "It is not ready.", Content: op.Responses["200"].Content}
		}
		return &huma.PathItem{Get: op}
	}
	return map[string]*huma.PathItem{
		"/health":       get("health", "Whether the server is there", "Answers at once.", false),
		"/health/live":  get("health-live", "Whether the process lives", "Answers at once; restart the process where it does not.", false),
		"/health/ready": get("health-ready", "Whether requests can be answered", "Asks the database, for half a second at most.", true),
	}
}
