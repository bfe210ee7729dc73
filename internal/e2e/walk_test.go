package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// most is how many bytes a page may cost at the first visit: document, styles, scripts,
// font, charts and their data, as they came over the wire.
const most = 300_000

// Every page of the demonstration, in each portfolio and in all of them together, light
// and dark, wide and narrow: nothing goes wrong in it, it has one heading of the first
// level, it does not scroll sideways, and it is light.
func TestEveryPage(t *testing.T) {
	site := serve(t, map[string]string{"demo": "true", "as-of": "2026-09-30"})
	b := startBrowser(t)
	gate := open(t, b, browser.Screen{Width: 1440, Height: 900, Cold: true})
	portfolios, err := site.SignIn(gate.Page)
	gate.must(err)
	gate.calm("sign-in")
	if len(portfolios) != 4 || portfolios[3] != "/p/all" {
		t.Fatalf("the portfolios are %v", portfolios)
	}
	pages := Elsewhere()
	pages["API"] = "/docs"
	for i, p := range portfolios {
		for name, address := range PagesOf(p) {
			if i == 2 || slices.Contains([]string{"overview", "holdings", "performance", "risk", "scenarios", "what-if", "data"}, name) {
				pages[name+" of "+p] = address
			}
		}
	}
	for name, s := range map[string]browser.Screen{
		"wide, light": {Width: 1440, Height: 900, Cold: true}, "wide, dark": {Width: 1440, Height: 900, Dark: true},
		"narrow, light": {Width: 390, Height: 844, Phone: true}, "narrow, dark": {Width: 390, Height: 844, Phone: true, Dark: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walk(t, site, open(t, b, s), s, pages)
		})
	}
}

// walk goes through the pages on one screen.
func walk(t *testing.T, site *Site, r reader, s browser.Screen, pages map[string]string) {
	var heaviest browser.Weight
	where := ""
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		r.Weight()
		r.goTo(site.URL + pages[name])
		r.calm(name)
		r.inOrder(name, s)
		if w := r.Weight(); w.Bytes > heaviest.Bytes {
			heaviest, where = w, name
		}
	}
	if s.Cold {
		t.Logf("the heaviest page is %s with %d bytes", where, heaviest.Bytes)
	}
	if heaviest.Bytes > most {
		t.Errorf("%s weighs %d bytes: %v", where, heaviest.Bytes, heaviest.Requests)
	}
}

// inOrder looks at what holds for every page.
func (r reader) inOrder(place string, s browser.Screen) {
	r.t.Helper()
	for what, expression := range map[string]string{
		"it has one h1":                    `document.querySelectorAll("h1").length === 1`,
		"it does not scroll sideways":      `document.documentElement.scrollWidth <= document.documentElement.clientWidth`,
		"it has a title":                   `document.title.length > 12`,
		"every chart on it was drawn":      `[...document.querySelectorAll(".chart[data-src]")].every(c => c.checkVisibility() === false || c.querySelector("svg path"))`,
		"no figure on it is not a number":  `!/\bNaN\b|\bundefined\b|%!|<nil>/.test(document.body.innerText)`,
		"its colours are those asked for":  fmt.Sprintf(`matchMedia("(prefers-color-scheme: dark)").matches === %t`, s.Dark),
		"of what is in tabs one is seen":   `[...document.querySelectorAll(".tabs")].every(t => [...t.children].filter(p => p.matches(".panel") && p.checkVisibility()).length === 1)`,
		"every field on it is named":       `[...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")].every(f => f.labels.length > 0 || f.ariaLabel)`,
		"every button and link has a name": `[...document.querySelectorAll("button, a[href]")].every(b => b.innerText.trim() || b.ariaLabel || b.textContent.trim())`,
	} {
		if got, err := r.Text(expression); err != nil || got != "true" {
			r.t.Errorf("%s: not true that %s (%s %v)", place, what, got, err)
		}
	}
}
