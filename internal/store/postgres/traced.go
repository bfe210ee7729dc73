package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/foliosight/foliosight/internal/ops/tracing"
)

// traced tells of statements where traces are kept. It implements pgx.QueryTracer.
type traced struct{}

type tracedKey struct{}

// TraceQueryStart implements pgx.QueryTracer.
func (traced) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if !tracing.On() {
		return ctx
	}
	ctx, end := tracing.Statement(ctx, "postgresql", q.SQL)
	return context.WithValue(ctx, tracedKey{}, end)
}

// TraceQueryEnd implements pgx.QueryTracer.
func (traced) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryEndData) {
	if end, ok := ctx.Value(tracedKey{}).(func(error)); ok {
		end(q.Err)
	}
}
