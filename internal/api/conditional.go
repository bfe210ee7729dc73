package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// conditional gives every read an ETag, of its content where it has none of a version,
// and answers 304 to whoever has it already.
func conditional(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	c := &comparer{ResponseWriter: w, have: r.Header.Get("If-None-Match")}
	next(humago.NewContext(ctx.Operation(), r, c))
	c.finish()
}

// comparer holds the status back until it is known whether the body is needed.
type comparer struct {
	http.ResponseWriter
	have   string
	status int
	begun  bool
	same   bool
}

func (c *comparer) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

// Write decides with the first part of the body, which for our answers is all of it.
func (c *comparer) Write(body []byte) (int, error) {
	if !c.begun {
		c.begin(body)
	}
	if c.same {
		return len(body), nil
	}
	return c.ResponseWriter.Write(body)
}

func (c *comparer) begin(body []byte) {
	c.begun = true
	if c.status == 0 {
		c.status = http.StatusOK
	}
	h := c.Header()
	if c.status == http.StatusOK {
		if h.Get("Etag") == "" {
			h.Set("Etag", contentTag(body))
		}
		if c.same = hasTag(c.have, h.Get("Etag")); c.same {
			h.Del("Content-Type")
			c.status = http.StatusNotModified
		}
	}
	c.ResponseWriter.WriteHeader(c.status)
}

func (c *comparer) finish() {
	if !c.begun && c.status != 0 {
		c.begun = true
		c.ResponseWriter.WriteHeader(c.status)
	}
}

// Unwrap lets deadlines and flushes reach the connection.
func (c *comparer) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// contentTag is the ETag of an answer by its content: weak, as compression leaves it.
func contentTag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// hasTag reports whether an If-None-Match names a tag; strong and weak are the same here.
func hasTag(list, tag string) bool {
	if list == "" || tag == "" {
		return false
	}
	tag = strings.TrimPrefix(tag, "W/")
	for _, t := range strings.Split(list, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}

var ifNoneMatch = &huma.Param{
	Name: "If-None-Match", In: "header", Example: `W/"Zm9saW9zaWdodA"`,
	Description: "The ETag of an earlier answer: where nothing has changed since, the answer is 304 without a body.",
	Schema:      &huma.Schema{Type: huma.TypeString},
}
