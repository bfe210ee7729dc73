package api

import (
	"context"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/internal/ops/health"
)

// health registers what load balancers ask. None of it waits for a calculation.
func (s *server) health(mux *mounted) {
	h := s.Health
	if h == nil {
		h = health.New(health.Options{Version: s.Version, Commit: health.Commit(), Now: s.Now, Log: s.Log, Database: func(ctx context.Context) error {
			_, err := s.svc.NeedsSetup(ctx)
			return err
		}})
	}
	h.Mount(mux.HandleFunc, true)
}

// healthPaths describe them in the document.
func healthPaths() map[string]*huma.PathItem {
	text := func(about string, words ...any) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Enum: words, Description: about}
	}
	schema := func(status *huma.Schema, more map[string]*huma.Schema) *huma.Schema {
		o := &huma.Schema{Type: huma.TypeObject, Description: "Whether it is well.", Properties: map[string]*huma.Schema{
			"status": status, "version": {Type: huma.TypeString, Description: "Version of the program.", Examples: []any{"0.1.0"}},
		}, Required: []string{"status", "version"}}
		for _, name := range slices.Sorted(maps.Keys(more)) {
			o.Properties[name] = more[name]
			o.Required = append(o.Required, name)
		}
		return o
	}
	whole := text("healthy, or unhealthy where requests cannot be answered.", health.Healthy, health.Unhealthy)
	database := text("Whether the database answers.", health.Connected, health.Unavailable)
	full := map[string]*huma.Schema{
		"timestamp": {Type: huma.TypeString, Format: "date-time", Description: "When it was asked."},
		"services": {Type: huma.TypeObject, Description: "The parts.", Required: []string{"database", "market_data"}, Properties: map[string]*huma.Schema{"database": database,
			"market_data": text("Whether a source of market data could be asked now; off where none ever is. None is needed to answer requests, and none is asked to find out.",
				health.Operational, health.Degraded, health.Off, health.Unknown),
			"writes": text("Why the database takes no changes: there is no room for them, or its disk cannot be written; left out while it takes them.", health.NoRoom, health.ReadOnly)}},
	}
	held := text("What there is of maintenance; left out where there is none.", "maintenance", "read-only")
	alive := schema(text("ok.", "ok"), nil)
	ready := schema(text("ok or unavailable; while there is maintenance, maintenance or read-only: requests can be sent here, and are told when to come back.", "ok", health.Unavailable, "maintenance", "read-only"), nil)
	seed := maps.Clone(full)
	may := func(o *huma.Schema) *huma.Schema { o.Properties["maintenance"] = held; return o }
	seed["database"] = database
	seed["backend_connectivity"] = text("Whether the API can be reached from here.", health.Connected, health.Unavailable)
	seed["build_info"] = &huma.Schema{Type: huma.TypeObject, Description: "What it was built from.", Required: []string{"commit"}, Properties: map[string]*huma.Schema{
		"commit": {Type: huma.TypeString, Nullable: true, Description: "The commit; null where it is not known."}}}
	get := func(id, tag, summary, about string, answer *huma.Schema, refuses bool) *huma.PathItem {
		op := &huma.Operation{OperationID: id, Summary: summary, Description: about, Tags: []string{tag}, Security: []map[string][]string{},
			Responses: map[string]*huma.Response{"200": {Description: "It is well.", Content: map[string]*huma.MediaType{"application/json": {Schema: answer}}}}}
		if refuses {
			op.Responses["503"] = &huma.Response{Description: "It is not ready.", Content: map[string]*huma.MediaType{"application/json": {Schema: answer}}}
		}
		return &huma.PathItem{Get: op}
	}
	return map[string]*huma.PathItem{
		"/health":       get("health", tagHealth, "Whether the server is well", "Asks the database, for half a second at most, and says how the sources of market data stand.", may(schema(whole, full)), true),
		"/health/live":  get("health-live", tagHealth, "Whether the process lives", "Answers at once; restart the process where it does not.", alive, false),
		"/health/ready": get("health-ready", tagHealth, "Whether requests can be answered", "Asks the database, for half a second at most.", ready, true),
		"/api/health":   get("seed-health", tagSeeds, "Whether the server is well", "GET /health with the fields of the original.", may(schema(whole, seed)), true),
	}
}
