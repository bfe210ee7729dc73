// Package tracing tells a collector of OpenTelemetry what the program spent its time on:
// requests, statements of the database, jobs, calls of others.
//
// Model: nothing is traced until Start was given the address of a collector; until then
// every function here costs a look at a flag. A span has the pattern of a route, the text
// of a statement (its values are parameters, which are not told), the kind of a job or the
// name of a host: never an address's query, a header, a body or a key. A request begins a
// trace of its own with a link to the one that its caller names, unless that caller is a
// proxy that is trusted: then it is part of it.
//
// Spans are sent in batches by OTLP over HTTP; what cannot be sent is dropped and said in
// the log, once in a while. What OTEL_* says beside the settings here (batches, limits,
// certificates, resource) is read by the SDK itself, as its specification has it.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options are where spans go and which.
type Options struct {
	Endpoint string            // base address of the collector, as http://127.0.0.1:4318; empty: nothing is traced
	Headers  map[string]string // sent along, for collectors that ask for a key
	Service  string            // what the program calls itself there
	Version  string
	// Sampler and Ratio are those of OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG.
	Sampler string
	Ratio   float64
	Log     *slog.Logger
}

// Samplers are the names that Options.Sampler may have.
var Samplers = []string{"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}

// name is what the spans say who made them.
const name = "github.com/foliosight/foliosight"

// under is the tracer in use; nil: nothing is traced.
var under atomic.Pointer[trace.Tracer]

// Start traces from now on, until the function that it returns is called, which sends
// what is left until its context ends.
func Start(ctx context.Context, o Options) (stop func(context.Context) error, err error) {
	if o.Endpoint == "" {
		return func(context.Context) error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(o.Endpoint, "/")+"/v1/traces"), otlptracehttp.WithHeaders(o.Headers))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", o.Service), attribute.String("service.version", o.Version)),
		resource.WithHost(), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("traces: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about), sdk.WithSampler(o.sampler()))
	told := &complaints{log: o.Log}
	otel.SetErrorHandler(told)
	tracer := provider.Tracer(name, trace.WithInstrumentationVersion(o.Version))
	under.Store(&tracer)
	return func(ctx context.Context) error {
		under.CompareAndSwap(&tracer, nil)
		return provider.Shutdown(ctx)
	}, nil
}

func (o Options) sampler() sdk.Sampler {
	kind, based := strings.CutPrefix(o.Sampler, "parentbased_")
	s := sdk.AlwaysSample()
	switch kind {
	case "always_off":
		s = sdk.NeverSample()
	case "traceidratio":
		s = sdk.TraceIDRatioBased(o.Ratio)
	}
	if based {
		s = sdk.ParentBased(s)
	}
	return s
}

// complaints logs what the SDK has to say, at most once a minute: a collector that is away
// is away for every batch.
type complaints struct {
	log  *slog.Logger
	last atomic.Int64
}

// Handle implements otel.ErrorHandler.
func (c *complaints) Handle(err error) {
	now, last := time.Now().Unix(), c.last.Load()
	if err == nil || now-last < 60 || !c.last.CompareAndSwap(last, now) {
		return
	}
	c.log.Warn("traces are not sent", "error", err)
}

// On reports whether anything is traced.
func On() bool { return under.Load() != nil }

// begin begins a span; where nothing is traced it is nil.
func begin(ctx context.Context, name string, kind trace.SpanKind, what ...attribute.KeyValue) (context.Context, trace.Span) {
	t := under.Load()
	if t == nil {
		return ctx, nil
	}
	return (*t).Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(what...))
}

// end ends a span with what became of it.
func end(span trace.Span, err error) {
	if span == nil {
		return
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		span.SetStatus(codes.Error, fmt.Sprintf("%T", err)) // its text may name what is somebody's
	}
	span.End()
}

// Work is a piece of work inside the program, as "analyse"; count is how large it is. The
// function that it returns ends it.
func Work(ctx context.Context, name string, count map[string]int) (context.Context, func(error)) {
	if !On() {
		return ctx, func(error) {}
	}
	ctx, span := begin(ctx, name, trace.SpanKindInternal)
	for of, n := range count {
		span.SetAttributes(attribute.Int("foliosight."+of, n))
	}
	return ctx, func(err error) { end(span, err) }
}

// Job is an attempt at a job of a kind.
func Job(ctx context.Context, kind string, id int64, attempt int) (context.Context, func(error)) {
	if !On() {
		return ctx, func(error) {}
	}
	ctx, span := begin(ctx, "job "+kind, trace.SpanKindConsumer, attribute.String("foliosight.job.kind", kind),
		attribute.String("foliosight.job.id", strconv.FormatInt(id, 10)), attribute.Int("foliosight.job.attempt", attempt))
	return ctx, func(err error) { end(span, err) }
}

// IDs are those of the trace and the span that a context belongs to; empty: of none.
func IDs(ctx context.Context) (traceID, spanID string) {
	if !On() {
		return "", ""
	}
	s := trace.SpanContextFromContext(ctx)
	if !s.IsValid() {
		return "", ""
	}
	return s.TraceID().String(), s.SpanID().String()
}
