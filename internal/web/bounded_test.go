package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// endless is a body that goes on, and counts what was taken of it.
type endless struct{ taken int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	e.taken += len(b)
	return len(b), nil
}

func (e *endless) Close() error { return nil }

// TestFormsAreBounded: no page reads on for as long as somebody sends, signed in or not,
// whether or not the length was said.
func TestFormsAreBounded(t *testing.T) {
	h := realPages(t)
	for _, c := range []struct {
		path, kind string
		most       int
	}{
		{"/sign-in", "application/x-www-form-urlencoded", 2 << 20},
		{"/sign-in", "multipart/form-data; boundary=b", 2 << 20},
		{"/first-run", "multipart/form-data; boundary=b", 2 << 20},
		{"/settings/me", "multipart/form-data; boundary=b", 2 << 20},
		{"/p/" + h.portfolios["long/short"] + "/import", "multipart/form-data; boundary=b", 67 << 20},
	} {
		body := &endless{}
		head := "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n"
		r := httptest.NewRequest(http.MethodPost, c.path, io.MultiReader(strings.NewReader(head), body))
		r.Header.Set("Content-Type", c.kind)
		r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if body.taken > c.most {
			t.Errorf("%s %s took %d bytes", c.path, c.kind, body.taken)
		}
		r = httptest.NewRequest(http.MethodPost, c.path, strings.NewReader("x"))
		r.ContentLength = 1 << 30
		r.Header.Set("Content-Type", c.kind)
		w = httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s with 1 GB: %d", c.path, w.Code)
		}
	}
}

// TestFormsLeaveNothingOnTheDisk: large files wait there while they are read.
func TestFormsLeaveNothingOnTheDisk(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	h := realPages(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "large.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(make([]byte, 34<<20)) // more than is kept in memory; refused at a glance
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/p/"+h.portfolios["long/short"]+"/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
	h.ServeHTTP(httptest.NewRecorder(), r)
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "multipart-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
