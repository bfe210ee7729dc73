package isolation

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// route is one address with a method.
type route struct {
	method string
	path   string // with its parameters in braces
	page   bool
	stream bool   // answers with events without end
	kind   string // content type of the body it takes; empty: none
	body   []byte // one that it accepts, as far as its schema tells
}

func (r *route) String() string { return r.method + " " + r.path }

// parameter is a part of a path that is filled in.
var parameter = regexp.MustCompile(`\{([a-zA-Z_]+)(\.\.\.)?\}`)

// never are the requests that end a person's own session or life, or throw the
// database's own doors open: they say nothing of others.
var never = []string{"/auth/logout", "/sign-out", "/auth/login", "/auth/register", "/sign-in", "/first-run", "/explore", "/l/leave/"}

// survey finds out which addresses there are.
func (t *trial) survey(ctx context.Context) error {
	a := t.send(ctx, request{method: "GET", path: "/openapi.json"})
	if a.status != 200 {
		return fmt.Errorf("isolation: /openapi.json answers %d", a.status)
	}
	var document struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(a.body, &document); err != nil {
		return fmt.Errorf("isolation: /openapi.json: %w", err)
	}
	t.schemas = document.Components.Schemas
	for path, operations := range document.Paths {
		for method, op := range operations {
			r := route{method: strings.ToUpper(method), path: path, stream: op.streams()}
			r.kind, r.body = t.bodyOf(op)
			t.routes = append(t.routes, r)
		}
	}
	for _, pattern := range t.house.Pages() {
		method, path, found := strings.Cut(pattern, " ")
		if !found {
			continue // what is not there
		}
		r := route{method: method, path: strings.ReplaceAll(path, "{$}", ""), page: true}
		if method == "POST" {
			r.kind = formType
		}
		t.routes = append(t.routes, r)
	}
	t.routes = slices.DeleteFunc(t.routes, func(r route) bool {
		return slices.ContainsFunc(never, func(n string) bool { return strings.Contains(r.path, n) })
	})
	slices.SortFunc(t.routes, func(a, b route) int { return strings.Compare(a.String(), b.String()) })
	t.report.Routes = len(t.routes)
	return nil
}

// operation is as much of an operation as is needed to ask it.
type operation struct {
	RequestBody struct {
		Content map[string]struct {
			Schema  any
			Example json.RawMessage
		}
	}
	Responses map[string]struct{ Content map[string]any }
}

func (o operation) streams() bool {
	for _, r := range o.Responses {
		if _, ok := r.Content["text/event-stream"]; ok {
			return true
		}
	}
	return false
}

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
	fileType = "multipart/form-data"
)

// bodyOf makes a body that an operation accepts, as far as its schema tells.
func (t *trial) bodyOf(op operation) (kind string, body []byte) {
	for _, kind := range []string{jsonType, formType, fileType} {
		c, ok := op.RequestBody.Content[kind]
		switch {
		case !ok:
		case kind == jsonType && len(c.Example) > 0:
			return kind, c.Example
		case kind == jsonType:
			body, err := json.Marshal(t.sample(c.Schema, 0))
			if err != nil {
				return kind, []byte("{}")
			}
			return kind, body
		default:
			return kind, nil
		}
	}
	for kind := range op.RequestBody.Content {
		return kind, nil
	}
	return "", nil
}

// sample is a value of a schema: its examples where it has some.
func (t *trial) sample(schema any, depth int) any {
	s, ok := schema.(map[string]any)
	if !ok || depth > 8 {
		return nil
	}
	if name, ok := s["$ref"].(string); ok {
		return t.sample(t.schemas[name[strings.LastIndexByte(name, '/')+1:]], depth+1)
	}
	if all, ok := s["examples"].([]any); ok && len(all) > 0 {
		return all[0]
	}
	for _, key := range []string{"example", "default", "const"} {
		if v, ok := s[key]; ok {
			return v
		}
	}
	if all, ok := s["enum"].([]any); ok && len(all) > 0 {
		return all[0]
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		if all, ok := s[key].([]any); ok && len(all) > 0 {
			return t.sample(all[0], depth+1)
		}
	}
	switch typeOf(s["type"]) {
	case "object":
		out := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, name := range required {
			if key, ok := name.(string); ok {
				out[key] = t.sample(properties[key], depth+1)
			}
		}
		return out
	case "array":
		return []any{t.sample(s["items"], depth+1)}
	case "integer", "number":
		return 1
	case "boolean":
		return false
	case "string":
		switch s["format"] {
		case "date":
			return "2024-01-31"
		case "date-time":
			return "2024-01-31T12:00:00Z"
		case "email":
			return "nobody@foliosight.invalid"
		}
		return "1"
	}
	return nil
}

// typeOf is the type of a schema that may also be null.
func typeOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		for _, one := range v {
			if s, ok := one.(string); ok && s != "null" {
				return s
			}
		}
	}
	return ""
}
