package api_test

import (
	"encoding/json"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// document is as much of the OpenAPI document as the tests look at.
type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct {
		Schemas         map[string]json.RawMessage
		SecuritySchemes map[string]any
	}
}

type operation struct {
	OperationID, Summary, Description string
	Tags                              []string
	Security                          []map[string][]string
	Parameters                        []struct{ Name, In, Description string }
	RequestBody                       *struct{ Content map[string]any }
	Responses                         map[string]struct{ Content map[string]any }
}

func readDocument(t *testing.T, h *house) (d document, raw []byte) {
	t.Helper()
	a := client{house: h}.get("/openapi.json").is(200)
	if err := json.Unmarshal(a.body, &d); err != nil {
		t.Fatal(err)
	}
	return d, a.body
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// TestDocument holds the OpenAPI document to being complete.
func TestDocument(t *testing.T) {
	h := open(t)
	d, raw := readDocument(t, h)
	if d.OpenAPI != "3.1.0" || len(d.Components.SecuritySchemes) != 2 {
		t.Errorf("version %s, security %v", d.OpenAPI, d.Components.SecuritySchemes)
	}
	ids := map[string]string{}
	for path, operations := range d.Paths {
		for method, op := range operations {
			what := method + " " + path
			if ids[op.OperationID] != "" || op.OperationID == "" {
				t.Errorf("%s: operation id %q is also that of %s", what, op.OperationID, ids[op.OperationID])
			}
			ids[op.OperationID] = what
			if op.Summary == "" || op.Description == "" || len(op.Tags) != 1 || op.Security == nil {
				t.Errorf("%s: summary %q, description %q, tags %v, security %v", what, op.Summary, op.Description, op.Tags, op.Security)
			}
			named := map[string]bool{}
			for _, p := range op.Parameters {
				if p.In == "path" {
					named["{"+p.Name+"}"] = true
				}
				if p.Description == "" {
					t.Errorf("%s: parameter %s has no description", what, p.Name)
				}
			}
			for _, p := range parameter.FindAllString(path, -1) {
				if !named[p] {
					t.Errorf("%s: %s is not described", what, p)
				}
			}
			if len(op.Security) > 0 {
				if _, ok := op.Responses["401"]; !ok {
					t.Errorf("%s: says nothing of 401", what)
				}
			}
			for status, r := range op.Responses {
				if status >= "400" && len(r.Content) > 0 && !strings.HasPrefix(strings.TrimPrefix(path, "/api"), "/health") {
					if _, ok := r.Content["application/problem+json"]; !ok {
						t.Errorf("%s: %s is no problem", what, status)
					}
				}
			}
		}
	}
	references := regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`)
	for _, m := range references.FindAllSubmatch(raw, -1) {
		if _, ok := d.Components.Schemas[string(m[1])]; !ok {
			t.Errorf("reference to %s, which is not there", m[1])
		}
	}
	undescribed(t, d)
}

// undescribed finds properties without a description.
func undescribed(t *testing.T, d document) {
	var missing []string
	for name, raw := range d.Components.Schemas {
		var s struct {
			Properties map[string]struct {
				Description string
				Ref         string `json:"$ref"`
			}
		}
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		for property, p := range s.Properties {
			if p.Description == "" {
				missing = append(missing, name+"."+property)
			}
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 {
		t.Errorf("%d properties are not described: %s", len(missing), strings.Join(missing, " "))
	}
}
