package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// health registers what load balancers ask. None of it waits for a calculation.
func (s *server) health(mux *mounted) {
	alive := map[string]any{"status": "ok", "version": s.Version}
	for _, path := range []string{"/health", "/health/live"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { sendHealth(w, http.StatusOK, alive) })
	}
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, r *http.Request) {
		status, word := s.asked(r.Context())
		sendHealth(w, status, map[string]any{"status": word, "version": s.Version})
	})
	commit := commitOf()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, r *http.Request) {
		status, word := s.asked(r.Context())
		database := map[int]string{http.StatusOK: "connected", http.StatusServiceUnavailable: "unavailable"}[status]
		sendHealth(w, status, map[string]any{"status": word, "version": s.Version, "timestamp": s.Now().UTC().Format(time.RFC3339), "database": database, "backend_connectivity": database,
			"build_info": map[string]any{"commit": commit}})
	})
}

func sendHealth(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away: nothing to do
}

// asked is how the database is, as a status and a word.
func (s *server) asked(ctx context.Context) (int, string) {
	if err := s.ready(ctx); err != nil {
		s.Log.WarnContext(ctx, "not ready", "error", err)
		return http.StatusServiceUnavailable, "unavailable"
	}
	return http.StatusOK, "ok"
}

// ready asks the database, briefly.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	_, err := s.svc.NeedsSetup(ctx)
	return err
}

// commitOf is the commit that the program was built from; nil where it is not known.
func commitOf() any {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				return setting.Value
			}
		}
	}
	return nil
}

// healthPaths describe them in the document.
func healthPaths() map[string]*huma.PathItem {
	schema := func(more map[string]*huma.Schema) *huma.Schema {
		o := &huma.Schema{Type: huma.TypeObject, Description: "Whether it is well.", Properties: map[string]*huma.Schema{
			"status":  {Type: huma.TypeString, Enum: []any{"ok", "unavailable"}, Description: "ok or unavailable."},
			"version": {Type: huma.TypeString, Description: "Version of the program.", Examples: []any{"0.1.0"}},
		}, Required: []string{"status", "version"}}
		for _, name := range slices.Sorted(maps.Keys(more)) {
			o.Properties[name] = more[name]
			o.Required = append(o.Required, name)
		}
		return o
	}
	word := func(about string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Enum: []any{"connected", "unavailable"}, Description: about}
	}
	plain := schema(nil)
	seed := schema(map[string]*huma.Schema{
		"timestamp": {Type: huma.TypeString, Format: "date-time", Description: "When it was asked."},
		"database":  word("Whether the database answers."), "backend_connectivity": word("The same, as the original calls it."),
		"build_info": {Type: huma.TypeObject, Description: "What it was built from.", Required: []string{"commit"}, Properties: map[string]*huma.Schema{
			"commit": {Type: huma.TypeString, Nullable: true, Description: "The commit; null where it is not known."}}},
	})
	get := func(id, tag, summary, about string, answer *huma.Schema, ready bool) *huma.PathItem {
		op := &huma.Operation{OperationID: id, Summary: summary, Description: about, Tags: []string{tag}, Security: []map[string][]string{},
			Responses: map[string]*huma.Response{"200": {Description: "It is well.", Content: map[string]*huma.MediaType{"application/json": {Schema: answer}}}}}
		if ready {
			op.Responses["503"] = &huma.Response{Description: "It is not ready.", Content: map[string]*huma.MediaType{"application/json": {Schema: answer}}}
		}
		return &huma.PathItem{Get: op}
	}
	return map[string]*huma.PathItem{
		"/health":       get("health", tagHealth, "Whether the server is there", "Answers at once.", plain, false),
		"/health/live":  get("health-live", tagHealth, "Whether the process lives", "Answers at once; restart the process where it does not.", plain, false),
		"/health/ready": get("health-ready", tagHealth, "Whether requests can be answered", "Asks the database, for half a second at most.", plain, true),
		"/api/health":   get("seed-health", tagSeeds, "Whether requests can be answered", "GET /health/ready with the fields of the original.", seed, true),
	}
}
