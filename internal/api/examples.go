package api

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// describeExamples gives every operation an example of what is sent and of what is
// answered, made of the examples of their parts.
func describeExamples(document *huma.OpenAPI) {
	w := docsWriter{document: document}
	for _, item := range document.Paths {
		for _, op := range operations(item) {
			if op == nil {
				continue
			}
			if op.RequestBody != nil {
				w.exemplify(op.RequestBody.Content)
			}
			for status, r := range op.Responses {
				if strings.HasPrefix(status, "2") {
					w.exemplify(r.Content)
				}
			}
			describeLimits(op)
		}
	}
}

func (w docsWriter) exemplify(content map[string]*huma.MediaType) {
	for kind, media := range content {
		if media.Schema == nil || media.Example != nil || len(media.Examples) > 0 || !slices.Contains([]string{"application/json", "application/x-www-form-urlencoded", "text/event-stream", "application/zip"}, kind) {
			continue
		}
		media.Example = w.sample(media.Schema, 0)
	}
}

// describeLimits says which headers a refused request has.
func describeLimits(op *huma.Operation) {
	r := op.Responses["429"]
	if r == nil {
		return
	}
	number := func(about string, example int) *huma.Param {
		return &huma.Param{Description: about, Schema: &huma.Schema{Type: huma.TypeInteger, Examples: []any{example}}}
	}
	r.Headers = map[string]*huma.Param{
		"Retry-After":         number("Seconds until a request is answered again.", 12),
		"RateLimit-Limit":     number("Requests that are allowed in a minute.", 600),
		"RateLimit-Remaining": number("Those that are left.", 0),
		"RateLimit-Reset":     number("Seconds until the current minute of counting ends.", 42),
	}
}
