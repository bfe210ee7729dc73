package web_test

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// shownFigure is a number as the pages write one: with its sign, unit and grouping.
var shownFigure = regexp.MustCompile(`^(t |< )?[+−]?\d[\d,.]*( ?(%|pp|bp|days?|USD|k|M|bn))?( of \d+)?( within)?$`)

// cell is what a page shows where figures stand.
type cell struct {
	text, at string // what is written, and on what way through the page
	how      string // address of its explanation; "" for none
}

// cells walks a page and finds every place that shows a figure: cells of tables, values of
// lists and tiles, and the figures beside drawings. Names of rows, axes and prose are none.
func cells(t *testing.T, html string) []cell {
	t.Helper()
	if _, main, ok := strings.Cut(html, "<main"); ok {
		html = "<main" + main
		html, _, _ = strings.Cut(html, "</main>")
		html += "</main>"
	}
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	type element struct {
		name, class, how string
		asks, shows, not bool
	}
	var open []element
	var found []cell
	for {
		token, err := d.Token()
		if token == nil {
			if err != nil && err.Error() != "EOF" {
				t.Fatalf("the page cannot be read: %v", err)
			}
			return found
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local}
			href := ""
			for _, a := range token.Attr {
				switch a.Name.Local {
				case "class":
					e.class = a.Value
				case "href":
					href = a.Value
				case "data-how":
					e.asks, e.how = true, a.Value
				case "popovertarget", "aria-hidden":
					e.not = e.not || a.Name.Local == "aria-hidden" && e.name == "tr"
				}
			}
			if e.asks && e.how == "" || e.how == "data-how" {
				e.how = href
			}
			classes := strings.Fields(e.class)
			has := func(names ...string) bool {
				return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(classes, n) })
			}
			e.shows = e.name == "td" || has("value", "figure-value", "ink", "path-end")
			e.not = e.not || has("note", "hush", "aside", "axis", "explain", "ticket") || slices.Contains([]string{"select", "option", "form", "caption"}, e.name)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			text := strings.TrimSpace(strings.ReplaceAll(string(token), "\u00a0", " "))
			if !shownFigure.MatchString(text) {
				continue
			}
			shows, not, how := false, false, ""
			var at []string
			for _, e := range open {
				shows, not = shows || e.shows, not || e.not
				if e.asks {
					how = e.how
				}
				at = append(at, strings.TrimSpace(e.name+"."+e.class))
			}
			if shows && !not {
				found = append(found, cell{text: text, at: strings.Join(at[max(0, len(at)-6):], " > "), how: how})
			}
		}
	}
}

// Every figure on the pages of risk can be asked how it is made: beside each there is an
// address, and what is there has a formula and a source.
func TestEveryFigureCanBeAsked(t *testing.T) {
	h := realPages(t)
	fund := h.portfolios["long/short"]
	pages := []struct {
		address string
		least   int // figures, so that none of its parts is missed unnoticed
	}{
		{"/risk", 1200}, {"/risk/forecasts", 1200}, {"/risk/simulation?paths=1000&horizon=5&confidence=0.975", 1240}, {"/performance/rolling?window=126", 200}, {"/performance?period=1Y&added=1", 200}, {"/performance?period=Max", 150},
		{"/scenarios", 120}, {"/scenarios?show=replays", 150}, {"/scenarios?show=reverse&loss=12&unit=%25", 90},
		{"/scenarios?show=mine&own=1&f_market=-12&kind=symbol&on=NVDA&move=-30", 90},
		{"/what-if", 12}, {"/what-if?t=sell+1200+NVDA&t=cover+100+NFLX+%40+700.5", 200},
	}
	for _, page := range pages {
		address, least := page.address, page.least
		t.Run(address, func(t *testing.T) {
			w := h.open(address, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d", w.Code)
			}
			found := cells(t, w.Body.String())
			if len(found) < least {
				t.Errorf("%d figures were found, there should be %d and more", len(found), least)
			}
			missing := map[string][]string{}
			addresses := map[string]string{}
			for _, c := range found {
				if c.how == "" {
					missing[c.at] = append(missing[c.at], c.text)
				} else {
					addresses[c.how] = c.text
				}
			}
			for at, texts := range missing {
				t.Errorf("%d figures cannot be asked, such as %s: %s", len(texts), texts[0], at)
			}
			h.explain(t, fund, addresses)
			t.Logf("%d figures, %d explanations", len(found), len(addresses))
		})
	}
}

// mostAsked is how many explanations of one page are asked for, so that the test is quick:
// of more, as of the tables of days and pairs on the page of risk, one in so many.
const mostAsked = 400

// explain asks the addresses for their explanations.
func (h *realHouse) explain(t *testing.T, fund string, addresses map[string]string) {
	t.Helper()
	jobs := make(chan string)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for address := range jobs {
				r := httptest.NewRequest(http.MethodGet, address, nil)
				r.Header.Set("X-Fragment", "how")
				r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				html := w.Body.String()
				if w.Code != http.StatusOK || !strings.Contains(html, `class="formula`) || !strings.Contains(html, "<dt>Source</dt>") || !strings.Contains(html, "<dt>Means</dt>") || strings.Contains(html, "<main") {
					t.Errorf("%s at %s: status %d, %.300s", addresses[address], address, w.Code, html)
				}
			}
		})
	}
	all := slices.Sorted(maps.Keys(addresses))
	for i := 0; i < len(all); i += 1 + len(all)/mostAsked {
		jobs <- all[i]
	}
	close(jobs)
	wait.Wait()
}

// The address of an explanation is a page of its own for those without script; a key that
// no figure has any more says so instead of explaining another figure.
func TestExplanationWithoutScript(t *testing.T) {
	h := realPages(t)
	html := h.open("/risk", nil).Body.String()
	m := regexp.MustCompile(`href="(/p/[^"]*[?&;]how=)([0-9a-z]+)"`).FindStringSubmatch(html)
	if m == nil {
		t.Fatal("no figure can be asked")
	}
	_, query, _ := strings.Cut(m[1]+m[2], "/risk")
	w := h.open("/risk"+strings.ReplaceAll(query, "&amp;", "&"), nil)
	if said := words(w); w.Code != http.StatusOK || !strings.Contains(said, "Means") || !strings.Contains(said, "Back to Risk") || strings.Count(w.Body.String(), "<h1") != 1 {
		t.Errorf("status %d: %.400s", w.Code, said)
	}
	w = h.open("/risk?how=nothing", nil)
	if said := words(w); w.Code != http.StatusNotFound || !strings.Contains(said, "This figure has changed") {
		t.Errorf("a key of nothing: status %d: %.400s", w.Code, said)
	}
}
