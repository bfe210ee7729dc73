package api

import (
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// docsWriter puts parts of the document into words.
type docsWriter struct {
	document *huma.OpenAPI
	order    []string // operation ids
}

// methods in the order in which the page lists them.
var docsMethods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

func operations(p *huma.PathItem) map[string]*huma.Operation {
	return map[string]*huma.Operation{"GET": p.Get, "POST": p.Post, "PUT": p.Put, "PATCH": p.Patch, "DELETE": p.Delete}
}

func (w docsWriter) group(tag *huma.Tag) docsGroup {
	g := docsGroup{Name: tag.Name, Anchor: anchor(tag.Name), About: tag.Description}
	for _, path := range slices.Sorted(maps.Keys(w.document.Paths)) {
		all := operations(w.document.Paths[path])
		for _, method := range docsMethods {
			if op := all[method]; op != nil && slices.Contains(op.Tags, tag.Name) {
				g.Operations = append(g.Operations, w.operation(method, path, op))
			}
		}
	}
	slices.SortStableFunc(g.Operations, func(a, b docsOperation) int { return slices.Index(w.order, a.ID) - slices.Index(w.order, b.ID) })
	return g
}

func anchor(name string) string {
	return "about-" + strings.ReplaceAll(strings.ToLower(name), " ", "-")
}

func (w docsWriter) operation(method, path string, op *huma.Operation) docsOperation {
	out := docsOperation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, About: marked(op.Description), Open: len(op.Security) == 0}
	for _, p := range op.Parameters {
		f := docsField{Name: p.Name, In: p.In, Type: w.kind(p.Schema), About: marked(p.Description), Required: p.Required}
		f.Example = example(p.Example)
		if f.Example == "" && p.Schema != nil && len(p.Schema.Examples) > 0 {
			f.Example = example(p.Schema.Examples[0])
		}
		out.Parameters = append(out.Parameters, f)
	}
	if op.RequestBody != nil {
		for _, kind := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
			media := op.RequestBody.Content[kind]
			b := &docsBody{Type: kind, Schema: w.kind(media.Schema), Fields: w.fields(w.follow(media.Schema))}
			if kind == "application/json" {
				b.Example = w.example(media.Schema)
			}
			out.Body = b
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		a := docsAnswer{Status: status, Text: r.Description}
		for kind, media := range r.Content {
			a.Schema = w.kind(media.Schema)
			if kind == "application/json" && media.Schema != nil {
				a.Example = w.example(media.Schema)
			}
		}
		out.Answers = append(out.Answers, a)
	}
	return out
}

func (w docsWriter) follow(s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return w.document.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// fields are the properties of an object, the required ones first.
func (w docsWriter) fields(s *huma.Schema) []docsField {
	if s == nil {
		return nil
	}
	var out []docsField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		f := docsField{Name: name, Type: w.kind(p), About: marked(p.Description), Required: slices.Contains(s.Required, name)}
		if len(p.Examples) > 0 {
			f.Example = example(p.Examples[0])
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b docsField) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return out
}

// kind says the type of a schema, with a link where it has a name.
func (w docsWriter) kind(s *huma.Schema) template.HTML {
	if s == nil {
		return ""
	}
	text := ""
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		return template.HTML(`<a href="#schema-` + template.HTMLEscapeString(name) + `">` + template.HTMLEscapeString(name) + `</a>`) // escaped
	case s.Type == huma.TypeArray:
		return "list of " + w.kind(s.Items)
	case len(s.Enum) > 0 && len(s.Enum) <= 8:
		var words []string
		for _, e := range s.Enum {
			words = append(words, fmt.Sprint(e))
		}
		text = strings.Join(words, " | ")
	case len(s.OneOf) > 0:
		text = "string, number or null"
	case s.Format == "date", s.Format == "date-time", s.Format == "binary":
		text = map[string]string{"date": "day", "date-time": "time", "binary": "file"}[s.Format]
	case s.Pattern == decimalPattern:
		text = "exact number"
	case s.Type == "":
		text = "any"
	default:
		text = s.Type
	}
	if s.Nullable {
		text += " or null"
	}
	return template.HTML(template.HTMLEscapeString(text)) // escaped
}

// example makes an example of a schema from those of its parts.
func (w docsWriter) example(s *huma.Schema) string {
	b, err := json.MarshalIndent(w.sample(s, 0), "", "  ")
	if err != nil {
		return ""
	}
	if len(b) > 4000 {
		return ""
	}
	return string(b)
}

func (w docsWriter) sample(s *huma.Schema, depth int) any {
	if s = w.follow(s); s == nil || depth > 12 {
		return nil
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.OneOf) > 0:
		return w.sample(s.OneOf[0], depth+1)
	}
	switch s.Type {
	case huma.TypeObject:
		o := sampleObject{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			if p := s.Properties[name]; slices.Contains(s.Required, name) || len(p.Examples) > 0 {
				o[name] = w.sample(p, depth+1)
			}
		}
		return o
	case huma.TypeArray:
		return []any{w.sample(s.Items, depth+1)}
	case huma.TypeBoolean:
		return false
	case huma.TypeInteger, huma.TypeNumber:
		return 0
	case huma.TypeString:
		if s.Format == "date-time" {
			return "2025-06-30T15:04:05Z"
		}
		return "…"
	}
	return nil
}

type sampleObject map[string]any

func example(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// paragraphs splits a description and marks code and bold words.
func paragraphs(text string) []template.HTML {
	var out []template.HTML
	for _, p := range strings.Split(text, "\n\n") {
		out = append(out, marked(p))
	}
	return out
}

// marked escapes a text and sets `code` and **bold** words.
func marked(text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	for _, m := range [][3]string{{"**", "<strong>", "</strong>"}, {"`", "<code>", "</code>"}} {
		var b strings.Builder
		for i, part := range strings.Split(escaped, m[0]) {
			if i > 0 {
				b.WriteString(m[1+(i+1)%2])
			}
			b.WriteString(part)
		}
		escaped = b.String()
	}
	return template.HTML(escaped) // escaped before the marks were set
}
