package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.gohtml
var docsPage string

//go:embed docs.css
var docsStyle []byte

// documentation serves the OpenAPI document and a page made from it. Both are made once.
func (s *server) documentation(mux *mounted, document *huma.OpenAPI) error {
	maps.Copy(document.Paths, healthPaths())
	describeForms(document)
	schemas := document.Components.Schemas.Map()
	delete(schemas, "FormFile") // the framework's own, which nothing refers to
	describeProperties(schemas)
	engine := document.Paths[Prefix+"/calc/{engine}"].Post
	anything := func(about string, example any) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, Description: about, AdditionalProperties: true, Examples: []any{example}}}}
	}
	engine.RequestBody.Content = anything("A request, as the engine takes it.", map[string]any{"flows": []any{[]any{"2024-01-01", -1000}, []any{"2025-01-01", 1050}}})
	engine.Responses["200"].Content = anything("The engine's answer.", map[string]any{"rate": 0.04986003754670358})
	describeExamples(document)
	body, err := json.Marshal(document)
	if err != nil {
		return err
	}
	page, err := renderDocs(document, s.order)
	if err != nil {
		return err
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // the client went away: nothing to do
	})
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		_, _ = w.Write(page) // the client went away: nothing to do
	})
	mux.HandleFunc("GET /docs/docs.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(docsStyle) // the client went away: nothing to do
	})
	return nil
}

// docsView is what the page shows.
type docsView struct {
	Title, Version string
	About          []template.HTML
	Groups         []docsGroup
	Schemas        []docsSchema
	Problems       []docsProblem
}

type docsGroup struct {
	Name, Anchor, About string
	Operations          []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary string
	About                     template.HTML
	Open                      bool
	Parameters                []docsField
	Body                      *docsBody
	Answers                   []docsAnswer
}

type docsBody struct {
	Type    string
	Schema  template.HTML
	Example string
	Fields  []docsField
}

type docsAnswer struct {
	Status, Text string
	Schema       template.HTML
	Example      string
}

type docsField struct {
	Name, In, Example string
	Type              template.HTML
	About             template.HTML
	Required          bool
}

type docsSchema struct {
	Name   string
	About  string
	Fields []docsField
}

type docsProblem struct {
	Name, Title, Advice string
	Status              int
}

func renderDocs(document *huma.OpenAPI, order []string) ([]byte, error) {
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, viewOf(document, order))
	return b.Bytes(), err
}

// viewOf turns the document into what the page shows; operations come in the order in
// which they were added.
func viewOf(d *huma.OpenAPI, order []string) docsView {
	w := docsWriter{document: d, order: order}
	v := docsView{Title: d.Info.Title, Version: d.Info.Version, About: paragraphs(d.Info.Description)}
	for _, tag := range d.Tags {
		v.Groups = append(v.Groups, w.group(tag))
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas.Map())) {
		schema := d.Components.Schemas.Map()[name]
		v.Schemas = append(v.Schemas, docsSchema{Name: name, About: schema.Description, Fields: w.fields(schema)})
	}
	seen := map[string]bool{}
	list := slices.Clone(kinds)
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		list = append(list, byStatus[status])
	}
	list = append(list, kind{status: 422, name: "refused-calculation", title: "The calculation was refused", advice: "The engine's own code and words are under `error`."})
	for _, k := range list {
		if !seen[k.name] {
			seen[k.name] = true
			v.Problems = append(v.Problems, docsProblem{k.name, k.title, k.advice, k.status})
		}
	}
	return v
}
