package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// startBrowser starts a Chromium, or leaves the test out where there is none; on the
// machine that checks every change its absence is a failure.
func startBrowser(t *testing.T) *browser.Browser {
	t.Helper()
	path, err := browser.Find()
	if errors.Is(err, browser.ErrNone) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "foliosight-browser-")
	if err != nil {
		t.Fatal(err)
	}
	b, err := browser.Start(t.Context(), path, profile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = b.Stop()              // the test is over; how it ends does not matter
		_ = os.RemoveAll(profile) // a child of it may still be writing; the system clears the rest
	})
	return b
}

func serve(t *testing.T, flags map[string]string) *Site {
	t.Helper()
	site, err := Serve(t.Context(), flags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := site.Stop(); err != nil {
			t.Errorf("the program ended with: %v", err)
		}
	})
	return site
}

// reader is a person in front of a page.
type reader struct {
	t *testing.T
	*browser.Page
}

func open(t *testing.T, b *browser.Browser, s browser.Screen) reader {
	t.Helper()
	p, err := b.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return reader{t, p}
}

func (r reader) must(err error) {
	r.t.Helper()
	if err != nil {
		text, _ := r.Text(`document.title + "\n" + (document.querySelector("main") || document.body).innerText`) // for the message
		r.t.Fatalf("%v\nthe page says:\n%s\nand had these troubles: %v", err, text, r.Troubles())
	}
}

func (r reader) goTo(address string) { r.t.Helper(); r.must(r.Go(address)) }

// sees waits until the page says every text.
func (r reader) sees(texts ...string) {
	r.t.Helper()
	for _, text := range texts {
		if err := r.Until(`document.body.innerText.includes(` + quote(text) + `)`); err != nil {
			r.must(errors.New("the page does not say " + text))
		}
	}
}

// misses makes sure that the page does not say a text.
func (r reader) misses(text string) {
	r.t.Helper()
	if got, err := r.Text(`document.body.innerText.includes(` + quote(text) + `)`); err != nil || got != "false" {
		r.must(errors.Join(errors.New("the page says "+text), err))
	}
}

// presses clicks on the first visible match and waits until the page is at rest.
func (r reader) presses(selector string) {
	r.t.Helper()
	r.must(r.Do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)))
	r.must(r.Settle())
}

// fills types into the fields of the main form by their names, what was there before gone.
func (r reader) fills(pairs ...string) {
	r.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		field := chromedp.CSS("main [name=" + pairs[i] + "]")
		if pairs[i] == "type" || pairs[i] == "date" { // chosen, not typed
			r.must(r.Do(chromedp.SetValue(field, pairs[i+1])))
			_, err := r.Text(`document.querySelector("main [name=` + pairs[i] + `]").dispatchEvent(new Event("change", {bubbles: true}))`)
			r.must(err)
			continue
		}
		r.must(r.Do(chromedp.Clear(field), chromedp.SendKeys(field, pairs[i+1], chromedp.NodeVisible)))
	}
}

// chooses puts a file of testdata, or one with its whole path, into a field.
func (r reader) chooses(selector, file string) {
	r.t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", file))
	if filepath.IsAbs(file) {
		path = file
	}
	r.must(err)
	r.must(r.Do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path})))
	time.Sleep(50 * time.Millisecond) // the page sends it by itself
	r.must(r.Settle())
}

// calm fails the test for everything that went wrong in the page so far.
func (r reader) calm(where string) {
	r.t.Helper()
	for _, trouble := range r.Troubles() {
		r.t.Errorf("%s: %s", where, trouble)
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
