package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// readJSON is the OpenAPI document as plain JSON, and what the mux was given.
func readJSON(t *testing.T) (map[string]any, *mounted) {
	t.Helper()
	handler, mux, err := build(nil, Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var d map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d, mux
}

// TestEverythingIsDescribed compares what is mounted with what is described.
func TestEverythingIsDescribed(t *testing.T) {
	d, mux := readJSON(t)
	described := []string{"/", "GET /docs", "GET /docs/docs.css", "GET /openapi.json"} // of the document itself
	for path, operations := range d["paths"].(map[string]any) {
		for method := range operations.(map[string]any) {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(described)
	slices.Sort(mux.patterns)
	for _, p := range mux.patterns {
		if !slices.Contains(described, p) {
			t.Errorf("%s is mounted and not described", p)
		}
	}
	for _, p := range described {
		if !slices.Contains(mux.patterns, p) {
			t.Errorf("%s is described and not mounted", p)
		}
	}
	if len(mux.patterns) < 60 {
		t.Errorf("only %d addresses", len(mux.patterns))
	}
}

// TestDocumentIsValid holds the document to the rules of OpenAPI 3.1 that it can break,
// and every example to its own schema.
func TestDocumentIsValid(t *testing.T) {
	d, _ := readJSON(t)
	c := checker{t: t, document: d}
	for _, field := range []string{"openapi", "info", "paths", "components"} {
		if d[field] == nil {
			t.Errorf("there is no %s", field)
		}
	}
	for name, s := range c.of("components", "schemas") {
		c.schema("components.schemas."+name, s)
		if !regexp.MustCompile(`^[a-zA-Z0-9._-]+$`).MatchString(name) {
			t.Errorf("schema %q cannot be called so", name)
		}
	}
	ids := map[string]string{}
	for path, item := range c.of("paths") {
		for method, o := range item.(map[string]any) {
			c.operation(method+" "+path, path, o.(map[string]any), ids)
		}
	}
	if c.examples < 100 {
		t.Errorf("only %d examples", c.examples)
	}
}

type checker struct {
	t        *testing.T
	document map[string]any
	examples int
}

func (c *checker) of(path ...string) map[string]any {
	at := c.document
	for _, step := range path {
		at, _ = at[step].(map[string]any)
	}
	return at
}

func (c *checker) operation(what, path string, o map[string]any, ids map[string]string) {
	id, _ := o["operationId"].(string)
	if id == "" || ids[id] != "" {
		c.t.Errorf("%s: operation id %q, also of %q", what, id, ids[id])
	}
	ids[id] = what
	tags, _ := o["tags"].([]any)
	for _, tag := range tags {
		if !slices.ContainsFunc(c.document["tags"].([]any), func(x any) bool { return x.(map[string]any)["name"] == tag }) {
			c.t.Errorf("%s: there is no tag %v", what, tag)
		}
	}
	security, _ := o["security"].([]any)
	for _, s := range security {
		for name := range s.(map[string]any) {
			if c.of("components", "securitySchemes")[name] == nil {
				c.t.Errorf("%s: there is no security scheme %q", what, name)
			}
		}
	}
	parameters, _ := o["parameters"].([]any)
	seen := map[string]bool{}
	for _, p := range parameters {
		c.parameter(what, path, p.(map[string]any), seen)
	}
	for _, m := range regexp.MustCompile(`\{([^}]+)\}`).FindAllStringSubmatch(path, -1) {
		if !seen["path "+m[1]] {
			c.t.Errorf("%s: {%s} is no parameter", what, m[1])
		}
	}
	if body, ok := o["requestBody"].(map[string]any); ok {
		c.content(what+" body", body["content"], true)
	}
	responses, _ := o["responses"].(map[string]any)
	good := false
	for status, r := range responses {
		response := r.(map[string]any)
		if response["description"] == "" || response["description"] == nil {
			c.t.Errorf("%s: %s has no description", what, status)
		}
		good = good || strings.HasPrefix(status, "2") || status == "302"
		c.content(what+" "+status, response["content"], strings.HasPrefix(status, "2"))
		if content, ok := response["content"].(map[string]any); ok && status >= "400" && !strings.Contains(path, "health") && (len(content) != 1 || content["application/problem+json"] == nil) {
			c.t.Errorf("%s: %s is no problem", what, status)
		}
		headers, _ := response["headers"].(map[string]any)
		for name, h := range headers {
			c.schema(what+" "+name, h.(map[string]any)["schema"])
		}
	}
	if !good {
		c.t.Errorf("%s: it does not say what it answers", what)
	}
}

func (c *checker) parameter(what, path string, p map[string]any, seen map[string]bool) {
	name, in := fmt.Sprint(p["name"]), fmt.Sprint(p["in"])
	what += " parameter " + name
	if !slices.Contains([]string{"path", "query", "header", "cookie"}, in) || seen[in+" "+name] {
		c.t.Errorf("%s: in %q, or twice", what, in)
	}
	seen[in+" "+name] = true
	if in == "path" && (p["required"] != true || !strings.Contains(path, "{"+name+"}")) {
		c.t.Errorf("%s: it is not required, or not in the path", what)
	}
	if p["description"] == "" || p["description"] == nil {
		c.t.Errorf("%s: no description", what)
	}
	c.schema(what, p["schema"])
	if example, ok := p["example"]; ok {
		c.fits(what, example, p["schema"])
	}
}

// content is what is sent or answered; JSON has an example where wanted.
func (c *checker) content(what string, content any, example bool) {
	media, _ := content.(map[string]any)
	for kind, m := range media {
		of := m.(map[string]any)
		c.schema(what+" "+kind, of["schema"])
		given, has := of["example"]
		if example && !has && !strings.HasPrefix(kind, "multipart/") {
			c.t.Errorf("%s %s: no example", what, kind)
		}
		if has {
			c.fits(what+" "+kind, given, of["schema"])
		}
	}
}

// schema checks the references and types of one, and its examples.
func (c *checker) schema(what string, schema any) {
	s, ok := schema.(map[string]any)
	if !ok {
		c.t.Errorf("%s: no schema", what)
		return
	}
	if reference, ok := s["$ref"].(string); ok {
		if c.follow(reference) == nil {
			c.t.Errorf("%s: %s leads nowhere", what, reference)
		}
		return
	}
	for _, kind := range types(s) {
		if !slices.Contains([]string{"object", "array", "string", "number", "integer", "boolean", "null"}, kind) {
			c.t.Errorf("%s: there is no type %q", what, kind)
		}
	}
	if pattern, ok := s["pattern"].(string); ok {
		if _, err := regexp.Compile(pattern); err != nil {
			c.t.Errorf("%s: %v", what, err)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for name, p := range properties {
		c.schema(what+"."+name, p)
	}
	required, _ := s["required"].([]any)
	for _, name := range required {
		if properties[name.(string)] == nil {
			c.t.Errorf("%s: %v is required and not there", what, name)
		}
	}
	for _, of := range []string{"items", "additionalProperties"} {
		if inner, ok := s[of].(map[string]any); ok {
			c.schema(what+"."+of, inner)
		}
	}
	choices, _ := s["oneOf"].([]any)
	for i, choice := range choices {
		c.schema(fmt.Sprintf("%s.oneOf.%d", what, i), choice)
	}
	examples, _ := s["examples"].([]any)
	for _, e := range examples {
		c.fits(what, e, s)
	}
}

func (c *checker) follow(reference string) any {
	var at any = c.document
	for _, step := range strings.Split(strings.TrimPrefix(reference, "#/"), "/") {
		m, _ := at.(map[string]any)
		at = m[step]
	}
	return at
}

// fits checks a value against a schema: the keywords that the document uses.
func (c *checker) fits(what string, value, schema any) {
	c.examples++
	if why := c.misfit(value, schema); why != "" {
		text, _ := json.Marshal(value)
		if len(text) > 200 {
			text = text[:200]
		}
		c.t.Errorf("%s: the example %s: %s", what, text, why)
	}
}

func types(s map[string]any) (out []string) {
	switch kind := s["type"].(type) {
	case string:
		return []string{kind}
	case []any:
		for _, k := range kind {
			out = append(out, fmt.Sprint(k))
		}
	}
	return out
}

func (c *checker) misfit(value, schema any) string {
	s, _ := schema.(map[string]any)
	if reference, ok := s["$ref"].(string); ok {
		return c.misfit(value, c.follow(reference))
	}
	if choices, ok := s["oneOf"].([]any); ok {
		fitting := 0
		for _, choice := range choices {
			if c.misfit(value, choice) == "" {
				fitting++
			}
		}
		if fitting != 1 {
			return fmt.Sprintf("it fits %d of the choices", fitting)
		}
	}
	if kinds := types(s); len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k string) bool { return isType(value, k) }) {
		return fmt.Sprintf("it is no %v", kinds)
	}
	if value == nil {
		return ""
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, value) {
		return fmt.Sprintf("it is none of %v", enum)
	}
	switch v := value.(type) {
	case string:
		return misfitText(v, s)
	case float64:
		if low, ok := s["minimum"].(float64); ok && v < low {
			return fmt.Sprintf("it is below %v", low)
		}
		if high, ok := s["maximum"].(float64); ok && v > high {
			return fmt.Sprintf("it is above %v", high)
		}
	case []any:
		if least, ok := s["minItems"].(float64); ok && float64(len(v)) < least {
			return "it is too short"
		}
		for i, item := range v {
			if why := c.misfit(item, s["items"]); s["items"] != nil && why != "" {
				return fmt.Sprintf("%d: %s", i, why)
			}
		}
	case map[string]any:
		return c.misfitObject(v, s)
	}
	return ""
}

func isType(value any, kind string) bool {
	switch v := value.(type) {
	case nil:
		return kind == "null"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	}
	return false
}

func misfitText(v string, s map[string]any) string {
	if pattern, ok := s["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
		return "it does not match " + pattern
	}
	layouts := map[string]string{"date": time.DateOnly, "date-time": time.RFC3339}
	if layout := layouts[fmt.Sprint(s["format"])]; layout != "" {
		if _, err := time.Parse(layout, v); err != nil {
			return err.Error()
		}
	}
	if least, ok := s["minLength"].(float64); ok && float64(len([]rune(v))) < least {
		return "it is too short"
	}
	return ""
}

func (c *checker) misfitObject(v, s map[string]any) string {
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			return fmt.Sprintf("%v is missing", name)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for name, x := range v {
		if p, ok := properties[name]; ok {
			if why := c.misfit(x, p); why != "" {
				return name + ": " + why
			}
		} else if s["additionalProperties"] == false {
			return name + " is not described"
		}
	}
	return ""
}
