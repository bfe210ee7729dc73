package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/foliosight/foliosight/internal/ops/request"
)

// w3c reads and writes the header traceparent.
var w3c propagation.TraceContext

// trustedKey marks requests that come from a proxy that is trusted.
type trustedKey struct{}

// Trusted goes around what begins requests: of those that believed is true of, the trace
// that their caller names goes on; all others begin one of their own, as a stranger must
// not choose what is traced.
func Trusted(believed func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if On() && believed(r) {
			r = r.WithContext(context.WithValue(r.Context(), trustedKey{}, true))
		}
		next.ServeHTTP(w, r)
	})
}

// Request is a request that is being answered; what it returns ends it. The answer may
// carry the trace's id in no header: who asks has the request's.
func Request(ctx context.Context, r *http.Request, id string) (context.Context, func(request.Done)) {
	t := under.Load()
	if t == nil {
		return ctx, func(request.Done) {}
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", r.Method), attribute.String("url.scheme", scheme(r)), attribute.String("foliosight.request_id", id))}
	named := w3c.Extract(ctx, propagation.HeaderCarrier(r.Header))
	if ctx.Value(trustedKey{}) != nil {
		ctx = named
	} else if of := trace.SpanContextFromContext(named); of.IsValid() {
		options = append(options, trace.WithNewRoot(), trace.WithLinks(trace.Link{SpanContext: of}))
	}
	ctx, span := (*t).Start(ctx, r.Method, options...)
	return ctx, func(d request.Done) {
		if d.Route != "" {
			span.SetName(d.Method + " " + d.Route)
			span.SetAttributes(attribute.String("http.route", d.Route))
		}
		if d.Status != 0 {
			span.SetAttributes(attribute.Int("http.response.status_code", d.Status))
		}
		if d.Status >= 500 || d.Status == 0 {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// Outbound traces calls of others by their host: addresses may hold keys. It does not tell
// them of the trace.
func Outbound(next http.RoundTripper) http.RoundTripper { return outbound{next} }

type outbound struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (o outbound) RoundTrip(r *http.Request) (*http.Response, error) {
	if !On() {
		return o.RoundTripper.RoundTrip(r)
	}
	_, span := begin(r.Context(), r.Method+" "+r.URL.Hostname(), trace.SpanKindClient, attribute.String("http.request.method", r.Method), attribute.String("server.address", r.URL.Hostname()))
	answer, err := o.RoundTripper.RoundTrip(r)
	if err == nil {
		span.SetAttributes(attribute.Int("http.response.status_code", answer.StatusCode))
		if answer.StatusCode >= 400 {
			span.SetStatus(codes.Error, "")
		}
	}
	end(span, err)
	return answer, err
}
