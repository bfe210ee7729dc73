// Package assets holds what a browser loads beside the pages: style sheets,
// scripts, the typeface and two vendored libraries, all inside the binary.
//
// Model: files live in three groups (css, js, vendor). The address of a file
// carries a hash of its whole group, so that relative imports between files of
// a group work, an address never changes its content, and browsers may keep it
// for a year. The style sheets are served as one file in the order of their
// names; those of a folder are one more file, css/risk/… as css/risk.css, that
// only pages that name it load, like the scripts of js/pages. Comments on lines of their own are not sent.
// Text is compressed once, when it is first asked for.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed css/*.css css/account/*.css css/data/*.css css/figures/*.css css/instrument/*.css css/risk/*.css js/*.js js/pages/*.js vendor/*.js vendor/*.woff2 vendor/licences/*.txt icon.svg
var embedded embed.FS

// Prefix is where Handler expects to be mounted.
const Prefix = "/assets/"

// Files is the set of embedded files with their public addresses.
type Files struct {
	byPath map[string]*file  // "js/3f2a9c01/app.js"
	urls   map[string]string // "js/app.js" -> "/assets/js/3f2a9c01/app.js"
}

// file is one servable file; gzipped is filled on first use.
type file struct {
	body     []byte
	mimeType string
	etag     string
	once     sync.Once
	gzipped  []byte
}

// Load reads and hashes the embedded files.
func Load() (*Files, error) {
	groups := map[string]map[string][]byte{"css": {}, "js": {}, "vendor": {}, "root": {}}
	err := fs.WalkDir(embedded, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(name)
		group, rest, inGroup := strings.Cut(name, "/")
		if !inGroup {
			group, rest = "root", name
		}
		if group == "css" || group == "js" {
			body = withoutComments(body)
		}
		groups[group][rest] = body
		return err
	})
	if err != nil {
		return nil, err
	}
	files := &Files{byPath: map[string]*file{}, urls: map[string]string{}}
	vendorHash := files.add("vendor", groups["vendor"])
	files.add("css", joinStyles(groups["css"], vendorHash))
	files.add("js", groups["js"])
	files.add("root", groups["root"])
	return files, nil
}

// withoutComments leaves out the lines of our own styles and scripts that are comments
// alone, empty lines and indentation: they are for those who change them. No text of ours
// goes over several lines.
func withoutComments(body []byte) []byte {
	var kept []byte
	inside := false // of a comment of several lines
	for line := range bytes.Lines(body) {
		text := bytes.TrimSpace(line)
		begins, ends := bytes.HasPrefix(text, []byte("/*")), bytes.Contains(text, []byte("*/"))
		comment := inside || bytes.HasPrefix(text, []byte("//")) || begins && (!ends || bytes.HasSuffix(text, []byte("*/")))
		if !comment && len(text) > 0 {
			kept = append(append(kept, text...), '\n')
		}
		inside = (inside || begins) && !ends
	}
	return kept
}

// joinStyles puts the style sheets into one, those of a folder into one of its
// name, in the order of their names, and points the typeface at its hashed address.
func joinStyles(sheets map[string][]byte, vendorHash string) map[string][]byte {
	all := map[string][]byte{}
	for _, name := range sortedKeys(sheets) {
		sheet := "app.css"
		if folder, _, found := strings.Cut(name, "/"); found {
			sheet = folder + ".css"
		}
		all[sheet] = append(all[sheet], bytes.ReplaceAll(sheets[name], []byte("../vendor/"), []byte(Prefix+"vendor/"+vendorHash+"/"))...)
		all[sheet] = append(all[sheet], '\n')
	}
	return all
}

// add registers the files of a group under one hash and returns the hash.
func (f *Files) add(group string, bodies map[string][]byte) string {
	sum := sha256.New()
	names := sortedKeys(bodies)
	for _, name := range names {
		sum.Write([]byte(name))
		sum.Write(bodies[name])
	}
	hash := hex.EncodeToString(sum.Sum(nil))[:10]
	for _, name := range names {
		mimeType := mime.TypeByExtension(path.Ext(name))
		if path.Ext(name) == ".woff2" {
			mimeType = "font/woff2"
		}
		address := group + "/" + hash + "/" + name
		f.byPath[address] = &file{body: bodies[name], mimeType: mimeType, etag: `"` + hash + `"`}
		f.urls[group+"/"+name] = Prefix + address
	}
	return hash
}

// URL is the public address of a file such as "js/app.js". A name that does
// not exist is a mistake in our own code, so it panics.
func (f *Files) URL(name string) string {
	url, ok := f.urls[name]
	if !ok {
		panic("assets: no file " + name)
	}
	return url
}

// Names lists the known files, for tests.
func (f *Files) Names() []string { return sortedKeys(f.urls) }

// ServeHTTP answers addresses under Prefix.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	item, ok := f.byPath[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", item.mimeType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Vary", "Accept-Encoding")
	header.Set("ETag", item.etag)
	if r.Header.Get("If-None-Match") == item.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := item.body
	if item.mimeType != "font/woff2" && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		body = item.compressed()
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser went away: nothing to do
	}
}

// compressed is the gzip form, made once.
func (i *file) compressed() []byte {
	i.once.Do(func() {
		var out bytes.Buffer
		writer, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is valid
		_, _ = writer.Write(i.body)                                  // a buffer does not fail
		_ = writer.Close()
		i.gzipped = out.Bytes()
	})
	return i.gzipped
}
