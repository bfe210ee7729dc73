package api

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// signInPath is where one signs in; the originals send it forms too.
const signInPath = Prefix + "/auth/login"

// forms turns the form of a sign-in, whose fields are username (or email) and password,
// into the JSON that the address takes. No other address takes forms of this kind.
func forms(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Method != http.MethodPost || r.URL.Path != signInPath || kind != "application/x-www-form-urlencoded" {
			next.ServeHTTP(w, r)
			return
		}
		sent, err := io.ReadAll(io.LimitReader(r.Body, peeked))
		form, wrong := url.ParseQuery(string(sent))
		if err != nil || wrong != nil || len(sent) == peeked {
			p := byStatus[http.StatusBadRequest].problem("The form cannot be read; send username and password, or JSON.")
			p.Reference = RequestID(r.Context())
			p.write(w)
			return
		}
		fields := map[string]string{}
		for name, values := range form {
			switch name {
			case "username":
				name = "email"
			case "grant_type", "scope", "client_id", "client_secret": // of OAuth 2; nothing depends on them here
				continue
			}
			fields[name] = values[0]
		}
		body, _ := json.Marshal(fields) // texts can always be written
		r = r.Clone(r.Context())
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		next.ServeHTTP(w, r)
	})
}

// describeForms adds the form to the document.
func describeForms(document *huma.OpenAPI) {
	word := func(about, example string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: about, Examples: []any{example}}
	}
	document.Paths[signInPath].Post.RequestBody.Content["application/x-www-form-urlencoded"] = &huma.MediaType{Schema: &huma.Schema{
		Type: huma.TypeObject, Description: "The same as a form, as the originals send it.", Required: []string{"username", "password"},
		Properties: map[string]*huma.Schema{"username": word("E-mail address.", "ada@example.org"), "password": word("Password.", "a sentence is easiest to remember")},
	}}
}
