// Package api is the face for programs: the same figures as the pages, as JSON.
//
// Model: a handler decodes, calls one service and encodes. It computes nothing and
// decides nothing. Every address but signing in needs a session, as a cookie or as
// `Authorization: Bearer`; what the caller may not see does not exist.
//
// Forms: names in snake_case; exact numbers are strings, measured ones are numbers,
// unknown is null with a reason; days are YYYY-MM-DD, times RFC 3339 in UTC. Problems
// are RFC 9457. Lists are pages with a cursor. Writes to a ledger take its version as
// If-Match and answer with the new one as ETag; every write takes an Idempotency-Key.
//
// Addresses: /api/v1/…, /openapi.json, /docs, /health.
package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/ops/health"
	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/ops/standing"
	"github.com/foliosight/foliosight/internal/service"
)

// Options are what the API needs besides the services.
type Options struct {
	Version     string
	Code        string          // set-up code asked of the first visitor; empty: none
	Secure      bool            // cookies only over TLS
	UploadLimit int64           // bytes of one request with files; 64 MiB unless given
	CalcTime    time.Duration   // how long one calculation may take; 10 s unless given
	Limits      Limits          // requests in a minute
	Frontend    string          // the one other origin that browsers may use the API from; empty: none
	LookEvery   time.Duration   // how often streams of events look for changes; 1 s unless given
	Stopping    <-chan struct{} // closed when the server stops: streams end then
	// Health says how the process is; nil: it asks the services themselves.
	Health *health.Health
	// Maintenance is what holds now; nil: there never is any.
	Maintenance func() standing.Maintenance
	// Calculated is told of each request to an engine; nil: nobody is.
	Calculated func(kind string, err error, refused bool)
	// Rendered is given what tells how the answers stand that are kept as they were sent, and
	// what lets go of them; nil: nobody is.
	Rendered func(of func() service.Kept, clear func())
	Now      func() time.Time
	Log      *slog.Logger
}

// server is what the handlers share.
type server struct {
	Options
	svc       Services
	root      huma.API // takes addresses whole
	group     huma.API // takes those below Prefix
	rendered  *renderings
	streaming streams
	calcs     chan struct{} // one for each calculation under way
	allowed   allowances
	order     []string // operation ids, as they were added
}

// Prefix is where the resources begin.
const Prefix = "/api/v1"

// New returns the handler of the API. Mount it at /api/, /openapi.json, /docs, /docs/
// and /health. Observe, CORS and Throttle go around it.
func New(svc Services, o Options) (http.Handler, error) {
	h, _, err := build(svc, o)
	return h, err
}

// mounted is a mux that knows what it was given.
type mounted struct {
	*http.ServeMux
	patterns []string
}

// HandleFunc implements what huma asks of a mux.
func (m *mounted) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.HandleFunc(pattern, h)
}

// build makes the handler, and what it was made of.
func build(svc Services, o Options) (http.Handler, *mounted, error) {
	if o.UploadLimit == 0 {
		o.UploadLimit = 64 << 20
	}
	if o.CalcTime == 0 {
		o.CalcTime = 10 * time.Second
	}
	if o.LookEvery == 0 {
		o.LookEvery = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Limits = o.Limits.complete()
	mux := &mounted{ServeMux: http.NewServeMux()}
	document := humago.New(mux, describe(o))
	s := &server{Options: o, svc: svc, root: document, group: huma.NewGroup(document, Prefix), rendered: newRenderings(), calcs: make(chan struct{}, calcsAtOnce)}
	if o.Rendered != nil {
		o.Rendered(s.rendered.stands, s.rendered.kept.InvalidateAll)
	}
	s.people()
	s.portfolios()
	s.accounts()
	s.transactions()
	s.versions()
	s.closings()
	s.income()
	s.alerts()
	s.alertRules()
	s.alertChannels()
	s.sharing()
	s.links()
	s.householdsTogether()
	s.clients()
	s.audit()
	s.imports()
	s.prices()
	s.heldBack()
	s.providers()
	s.supply()
	s.analyses()
	s.contribution()
	s.attribution()
	s.scenarios()
	s.forecasts()
	s.whatIfs()
	s.calculations()
	s.jobs()
	s.dashboard()
	s.events()
	s.progress()
	s.bulk()
	s.tags()
	s.research()
	s.instruments()
	s.aboutInstrument()
	s.seedPortfolios()
	s.seedDashboard()
	s.health(mux)
	if err := s.documentation(mux, document.OpenAPI()); err != nil {
		return nil, nil, err
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		problemOf(r.Context(), s.Log, errNotFound).write(w)
	})
	own := http.NewCrossOriginProtection()
	if o.Frontend != "" {
		if err := own.AddTrustedOrigin(o.Frontend); err != nil {
			return nil, nil, err
		}
	}
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problemOf(r.Context(), s.Log, errForeign).write(w)
	}))
	return private(compressed(own.Handler(forms(methods(mux.ServeMux))))), mux, nil
}

// private keeps answers out of shared caches and frames.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "private, no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// methods answers a method that an address does not take with a problem.
func methods(mux *http.ServeMux) http.Handler {
	routed := request.Routed(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		if pattern == "/" {
			if allowed := others(mux, r); len(allowed) > 0 {
				p := byStatus[405].problem("")
				p.Reference = RequestID(r.Context())
				p.header = http.Header{"Allow": allowed}
				p.write(w)
				return
			}
		}
		routed.ServeHTTP(w, r)
	})
}

// others are the methods that the address of a request does take.
func others(mux *http.ServeMux, r *http.Request) (allowed []string) {
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		try := r.Clone(r.Context())
		try.Method = method
		if _, pattern := mux.Handler(try); pattern != "/" {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// route is one operation as it is described and guarded.
type route struct {
	method, path string
	id           string // operation id
	tag          string
	summary      string
	about        string
	status       int          // of success; 200 (204 without a body) unless given
	errors       []int        // besides 401, 422 and 500
	open         bool         // needs nobody to be signed in
	perhaps      bool         // open, but it is of interest who is signed in
	limit        int64        // bytes of the body; 1 MiB unless given
	raw          bool         // the body is not decoded here
	class        class        // of its limit; data unless given
	across       bool         // writes in another tenant too: there is no key for it, and it may be repeated
	stream       bool         // the answer goes on: no ETag, no end
	answer       *huma.Schema // of the answer, where the handler writes it itself
	media        string       // content type of that answer; application/json unless given
}

// add registers an operation. h gets who asks; its error becomes a problem.
func add[I, O any](s *server, r route, h func(ctx context.Context, c service.Caller, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Description: r.about, Tags: []string{r.tag},
		DefaultStatus: r.status, MaxBodyBytes: r.limit, BodyReadTimeout: time.Minute, Errors: r.errors, SkipValidateBody: r.raw,
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = 1 << 20
	}
	if r.class == "" {
		r.class = classData
	}
	op.Errors = append(op.Errors, http.StatusTooManyRequests)
	op.Middlewares = huma.Middlewares{bounded, listed}
	if holds(r) {
		op.Middlewares = append(op.Middlewares, s.held)
	}
	if r.open {
		op.Security = []map[string][]string{}
		if r.perhaps {
			op.Middlewares = append(op.Middlewares, s.perhaps)
		}
		op.Middlewares = append(op.Middlewares, s.limited(r.class))
	} else {
		needed := scopeOf(r)
		op.Security = securityOf(needed)
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
		op.Middlewares = append(op.Middlewares, s.signedIn, s.scoped(needed), s.limited(r.class))
		if r.method != http.MethodGet && !r.stream && !r.across {
			op.Middlewares = append(op.Middlewares, s.once)
			op.Parameters = append(op.Parameters, idempotencyKey)
		}
	}
	op.Responses = map[string]*huma.Response{}
	if r.answer != nil {
		op.Responses["200"] = &huma.Response{Content: map[string]*huma.MediaType{cmp.Or(r.media, "application/json"): {Schema: r.answer}}}
	}
	if r.method == http.MethodGet && !r.stream {
		op.Middlewares = append(op.Middlewares, conditional)
		op.Parameters = append(op.Parameters, ifNoneMatch)
		if op.Responses["200"] == nil {
			op.Responses["200"] = &huma.Response{}
		}
		op.Responses["200"].Headers = map[string]*huma.Param{"ETag": {Description: "Of this answer; for If-None-Match.", Schema: &huma.Schema{Type: huma.TypeString}}}
		op.Responses["304"] = &huma.Response{Description: "Nothing has changed since the answer that If-None-Match names."}
	}
	op.Errors = append(op.Errors, http.StatusInternalServerError)
	s.order = append(s.order, r.id)
	under := s.group
	if strings.HasPrefix(r.path, "/api/") {
		under = s.root
	}
	huma.Register(under, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, callerOf(ctx), in)
		if err != nil {
			return nil, problemOf(ctx, s.Log, err)
		}
		return out, nil
	})
}
