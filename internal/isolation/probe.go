package isolation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/service"
)

// streamTime is how long an answer without end is listened to.
const streamTime = 50 * time.Millisecond

type request struct {
	as     *person
	method string
	path   string
	kind   string
	body   []byte
	page   bool
	stream bool
}

type answer struct {
	status   int
	location string
	body     []byte
}

// send asks the program, in this process.
func (t *trial) send(ctx context.Context, r request) answer {
	if r.stream {
		var stop func()
		ctx, stop = context.WithTimeout(ctx, streamTime)
		defer stop()
	}
	sent := httptest.NewRequestWithContext(ctx, r.method, r.path, bytes.NewReader(r.body))
	sent.Host, sent.RemoteAddr = "localhost", "127.0.0.1:9"
	if r.kind != "" {
		sent.Header.Set("Content-Type", r.kind)
	}
	switch {
	case r.as == nil:
	case r.page:
		sent.AddCookie(&http.Cookie{Name: service.SessionCookie(true), Value: r.as.Token}) // good whatever is served over
	default:
		sent.Header.Set("Authorization", "Bearer "+r.as.Token)
	}
	w := httptest.NewRecorder()
	t.handler.ServeHTTP(w, sent)
	return answer{w.Code, w.Header().Get("Location"), w.Body.Bytes()}
}

// try asks one address with the ids of another.
func (t *trial) try(ctx context.Context, r *route, as, of *person) error {
	path, missing := of.fill(r.path)
	own, _ := as.fill(r.path)
	shared := path == own // nothing of anybody's in the address
	if missing {
		t.report.Unfilled = append(t.report.Unfilled, r.String())
	}
	if shared && r.method != http.MethodGet {
		return nil // what one does to oneself
	}
	sent := request{as: as, method: r.method, path: path, kind: r.kind, body: r.body, page: r.page, stream: r.stream}
	if r.kind == fileType {
		var err error
		if sent.body, sent.kind, err = upload("date,type,account,amount,currency\n2024-03-01,deposit,a,1,EUR\n", "a.csv"); err != nil {
			return err
		}
	}
	a := t.send(ctx, sent)
	t.report.Requests++
	found := func(leaks bool, format string, args ...any) {
		t.report.Findings = append(t.report.Findings, Finding{As: as.name, Of: of.name, What: r.String(), Status: a.status, Says: fmt.Sprintf(format, args...), Leaks: leaks})
	}
	for _, mark := range []string{of.mark, of.tag()} {
		if i := bytes.Index(a.body, []byte(mark)); i >= 0 {
			found(true, "the answer tells what is another's: %q", around(a.body, i))
		}
	}
	t.secret(r, as, of, a)
	switch {
	case a.status == http.StatusServiceUnavailable && !shared:
		t.report.Unanswered = append(t.report.Unanswered, r.String())
	case a.status >= 500 && a.status != http.StatusServiceUnavailable:
		found(false, "it failed: %s", around(a.body, 0))
	case !shared && !missing && a.status < 400:
		found(false, "it was answered")
	}
	return nil
}

// around is a piece of an answer, for the report.
func around(body []byte, at int) string {
	return strings.ToValidUTF8(string(body[max(0, at-60):min(len(body), at+100)]), "")
}

// harvest finds the ids of what a person has, from the lists of it: an address
// …/things/{thing} is filled with the first of …/things.
func (t *trial) harvest(ctx context.Context, p *person) {
	for _, r := range t.routes { // sorted, so that what lies above comes first
		at := parameter.FindAllStringIndex(r.path, -1)
		for _, span := range at {
			template := r.path[:span[1]]
			if _, known := p.ids[template]; known {
				continue
			}
			if id, ok := t.first(ctx, p, template, r.path[span[0]+1:span[1]-1]); ok {
				p.ids[template] = id
			}
		}
	}
}

// pagesAs are the lists of programs in which the ids of pages are found.
var pagesAs = map[string]string{
	"/p/{portfolio}/transactions/{id}": "/api/v1/portfolios/{portfolio}/transactions/{transaction}",
	"/p/{portfolio}/imports/{id}":      "/api/v1/portfolios/{portfolio}/imports/{import}",
	"/p/{portfolio}/income/{id}":       "/api/v1/portfolios/{portfolio}/income/proposals/{proposal}",
	"/jobs/{job}":                      "/api/v1/jobs/{job}",
	"/alerts/{id}":                     "/api/v1/alerts/{alert}",
}

// first is the id of the first thing in the list above a template.
func (t *trial) first(ctx context.Context, p *person, template, name string) (string, bool) {
	if as, ok := pagesAs[template]; ok {
		template = as
	}
	if !strings.HasPrefix(template, "/api/") {
		return "", false
	}
	list := template[:strings.LastIndexByte(template, '/')]
	if !slices.ContainsFunc(t.routes, func(r route) bool { return r.method == http.MethodGet && r.path == list }) {
		return "", false
	}
	filled, missing := p.fill(list)
	if missing {
		return "", false
	}
	a := t.send(ctx, request{as: p, method: http.MethodGet, path: filled})
	var body map[string]any
	if a.status != http.StatusOK || json.Unmarshal(a.body, &body) != nil {
		return "", false
	}
	items, _ := body["items"].([]any)
	if len(items) == 0 {
		return "", false
	}
	item, _ := items[len(items)-1].(map[string]any)
	for _, key := range []string{name, "id", "symbol", "name", "day", "date", "version", "sequence"} {
		switch v := item[key].(type) {
		case string:
			return v, true
		case float64:
			return fmt.Sprint(int64(v)), true
		}
	}
	return "", false
}
