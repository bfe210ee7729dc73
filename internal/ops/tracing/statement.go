package tracing

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// longestStatement is how much of a statement's text is told.
const longestStatement = 2000

// Statement is a statement of a database ("sqlite", "postgresql") under way; what it
// returns ends it. Its text has no values: those are parameters.
func Statement(ctx context.Context, system, text string) (context.Context, func(error)) {
	if !On() {
		return ctx, ended
	}
	verb := verbOf(text)
	if len(text) > longestStatement {
		text = strings.ToValidUTF8(text[:longestStatement], "") + " …"
	}
	ctx, span := begin(ctx, system+" "+verb, trace.SpanKindClient, attribute.String("db.system.name", system), attribute.String("db.operation.name", verb), attribute.String("db.query.text", text))
	return ctx, func(err error) { end(span, err) }
}

func ended(error) {}

// verbOf is the first word of a statement.
func verbOf(text string) string {
	text = strings.TrimLeft(text, " \t\r\n(")
	if i := strings.IndexFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }); i >= 0 {
		text = text[:i]
	}
	return strings.ToUpper(text)
}
