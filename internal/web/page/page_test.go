package page_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/foliosight/foliosight/internal/web/page"
)

var serve = flag.String("serve", "", "serve the sample pages on this address instead of testing")

// samples are all pages, by their address.
var samples = map[string]func(theme string) templ.Component{
	"/overview": sampleOverview, "/holdings": sampleHoldings, "/performance": samplePerformance, "/transactions": sampleTransactions,
	"/add": sampleTransactionForm, "/import": sampleImport, "/first-run": sampleFirstRun, "/sign-in": sampleSignIn, "/empty": sampleEmpty,
	"/prices": samplePrices, "/status": sampleStatus, "/settings": sampleSettings, "/portfolios": samplePortfolios, "/problem": sampleProblem,
	"/palette": func(theme string) templ.Component { return page.Palette(samplePalette(theme)) },
}

func TestMain(m *testing.M) {
	flag.Parse()
	if *serve == "" {
		os.Exit(m.Run())
	}
	mux := http.NewServeMux()
	mux.Handle("/assets/", files)
	mux.HandleFunc("/charts/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(sampleSpec(r.PathValue("name")))
	})
	for address, sample := range samples {
		mux.HandleFunc(address, func(w http.ResponseWriter, r *http.Request) {
			theme := r.FormValue("theme")
			if theme == "" {
				theme = "system"
			}
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if address == "/palette" && r.Header.Get("X-Fragment") != "" {
				_ = page.PaletteList(samplePalette(theme)).Render(r.Context(), w)
				return
			}
			_ = sample(theme).Render(r.Context(), w)
		})
	}
	if err := http.ListenAndServe(*serve, mux); err != nil {
		panic(err)
	}
}

// inline matches what the content policy forbids.
var inline = regexp.MustCompile(`(?i)\sstyle="|\son[a-z]+="|<script(?:\s+[a-z]+="[^"]*")*>\s*[^<\s]|href="javascript:`)

var voidOrText = regexp.MustCompile(`(?is)<(!doctype|meta|link|input|br|hr)[^>]*>|<(path|circle|rect|line|stop|polyline|polygon|ellipse)[^>]*/>`)
var tag = regexp.MustCompile(`<(/?)([a-zA-Z0-9]+)[^>]*>`)
var ids = regexp.MustCompile(`\sid="([^"]+)"`)

func TestPagesKeepThePolicyAndAreWellFormed(t *testing.T) {
	for address, sample := range samples {
		html := render(t, sample("system"))
		if found := inline.FindString(html); found != "" {
			t.Errorf("%s: inline style or script: %q", address, found)
		}
		if strings.Count(html, "<h1") != 1 {
			t.Errorf("%s: %d h1, want one", address, strings.Count(html, "<h1"))
		}
		seen := map[string]bool{}
		for _, id := range ids.FindAllStringSubmatch(html, -1) {
			if seen[id[1]] && id[1] != "hatch" {
				t.Errorf("%s: id %q twice", address, id[1])
			}
			seen[id[1]] = true
		}
		var open []string
		for _, m := range tag.FindAllStringSubmatch(voidOrText.ReplaceAllString(html, ""), -1) {
			if m[1] == "" {
				open = append(open, m[2])
				continue
			}
			if len(open) == 0 || open[len(open)-1] != m[2] {
				t.Errorf("%s: </%s> closes %v", address, m[2], open)
				break
			}
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			t.Errorf("%s: left open: %v", address, open)
		}
	}
}

func TestUnknownIsADashWithItsReason(t *testing.T) {
	html := render(t, samples["/overview"]("system"))
	if strings.Contains(html, "NaN") {
		t.Error("a page shows NaN")
	}
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
