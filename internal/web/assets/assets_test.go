package assets_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/web/assets"
)

func load(t *testing.T) *assets.Files {
	t.Helper()
	files, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func get(files *assets.Files, url string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	files.ServeHTTP(w, r)
	return w
}

func TestEveryFileIsServedForAYear(t *testing.T) {
	files := load(t)
	for _, name := range files.Names() {
		url := files.URL(name)
		w := get(files, url)
		if w.Code != 200 || w.Body.Len() == 0 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: status %d, %d bytes, %v", name, w.Code, w.Body.Len(), w.Header())
		}
		zipped := get(files, url, "Accept-Encoding", "gzip")
		if zipped.Header().Get("Content-Encoding") == "gzip" {
			reader, err := gzip.NewReader(zipped.Body)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if body, err := io.ReadAll(reader); err != nil || !bytes.Equal(body, w.Body.Bytes()) {
				t.Errorf("%s: the compressed form is not the file (%v)", name, err)
			}
		}
		if again := get(files, url, "If-None-Match", w.Header().Get("ETag")); again.Code != 304 || again.Body.Len() > 0 {
			t.Errorf("%s: asked again: status %d", name, again.Code)
		}
	}
}

func TestAddressesNameTheirContent(t *testing.T) {
	files := load(t)
	style := get(files, files.URL("css/app.css")).Body.String()
	if !strings.Contains(style, files.URL("vendor/inter.woff2")) || strings.Contains(style, "../vendor") {
		t.Error("the style sheet does not load the typeface from its hashed address")
	}
	if w := get(files, assets.Prefix+"js/0000000000/app.js"); w.Code != 404 {
		t.Errorf("an old address answers %d", w.Code)
	}
	if again := load(t); again.URL("js/app.js") != files.URL("js/app.js") {
		t.Error("the same files have two addresses")
	}
}

// Scripts import each other by relative addresses, which must exist in their group.
func TestImportsOfScriptsExist(t *testing.T) {
	files := load(t)
	for _, name := range files.Names() {
		if !strings.HasPrefix(name, "js/") {
			continue
		}
		for _, line := range strings.Split(get(files, files.URL(name)).Body.String(), "\n") {
			_, from, found := strings.Cut(line, ` from "./`)
			if !found || !strings.HasPrefix(line, "import") {
				continue
			}
			file, _, _ := strings.Cut(from, `"`)
			files.URL("js/" + file) // panics when there is none
		}
	}
}

// Comments of ours are not sent; those of others, with their licences, are.
func TestCommentsStayHere(t *testing.T) {
	files := load(t)
	for _, name := range files.Names() {
		body := get(files, files.URL(name)).Body.String()
		switch {
		case strings.HasPrefix(name, "css/"):
			if strings.Contains(body, "/* ") || strings.Count(body, "{") != strings.Count(body, "}") || strings.Count(body, "{") < 20 {
				t.Errorf("%s has a comment, or lost a rule", name)
			}
		case strings.HasPrefix(name, "js/"):
			for _, line := range strings.Split(body, "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "//") {
					t.Errorf("%s has a comment: %s", name, line)
				}
			}
		}
	}
}
