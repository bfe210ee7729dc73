package isolation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// managers are addresses of a portfolio that a guest who may look does not see.
var managers = []string{"/grants", "/links"}

// calculations are addresses that take a body and change nothing of the portfolio's;
// drafts of imports, notes, targets and watchlists are their reader's own.
var calculations = []string{"/what-if", "/api/v1/portfolios/{portfolio}/scenarios", "/reverse", "/portfolios/{portfolio}/proposals", "/imports/preview", "/p/{portfolio}/import", "/{draft}",
	"/instruments/{symbol}/notes", "/instruments/{symbol}/target", "/watchlist"}

func within(path string, of []string) bool {
	for _, part := range of {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}

// ofPortfolio reports whether an address is of a portfolio.
func (r *route) ofPortfolio() bool {
	return strings.HasPrefix(r.path, "/api/v1/portfolios/{portfolio}") || strings.HasPrefix(r.path, "/p/{portfolio}")
}

// guests has one person share a portfolio with another, to look, and make a link to it:
// that portfolio is seen, nothing else is, and nothing can be changed; when the share
// and the link have ended, everything is closed again.
func (t *trial) guests(ctx context.Context, guest, owner *person) error {
	at, _ := owner.fill("/api/v1/portfolios/{portfolio}")
	made := t.send(ctx, request{as: owner, method: "POST", path: at + "/grants", kind: jsonType, body: mustJSON(map[string]any{"email": guest.Email, "role": "view"})})
	var grant struct{ ID string }
	if made.status == http.StatusUnauthorized {
		return nil // somebody ended the owner's session, which is found at the end
	}
	if made.status != 201 || json.Unmarshal(made.body, &grant) != nil {
		return fmt.Errorf("isolation: share a portfolio: %d %s", made.status, made.body)
	}
	linked := t.send(ctx, request{as: owner, method: "POST", path: at + "/links", kind: jsonType,
		body: mustJSON(map[string]any{"label": owner.mark, "shows": "everything", "expires": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})})
	var link struct{ ID, Token string }
	if linked.status != 201 || json.Unmarshal(linked.body, &link) != nil {
		return fmt.Errorf("isolation: make a link: %d %s", linked.status, linked.body)
	}
	visitor := &person{Person: Person{Token: link.Token}, name: guest.name + " by a link"}
	for i := range t.routes {
		r := &t.routes[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.stream || !r.ofPortfolio() {
			continue
		}
		t.asGuest(ctx, r, guest, owner)
		if !r.page {
			t.asGuest(ctx, r, visitor, owner)
		}
	}
	// The other portfolio of the same owner stays closed, and so does the rest.
	for _, as := range []*person{guest, visitor} {
		for _, path := range []string{"", "/transactions", "/holdings", "/analysis", "/grants"} {
			t.shut(ctx, as, owner, "/api/v1/portfolios/"+owner.other+path, http.StatusNotFound)
		}
		for _, r := range t.routes {
			if r.method == http.MethodGet && !r.stream && !strings.Contains(r.path, "{") {
				a := t.send(ctx, request{as: as, method: "GET", path: r.path, page: r.page && as == guest})
				t.report.Requests++
				t.secret(&r, as, owner, a)
			}
		}
	}
	for _, path := range []string{at + "/grants/" + grant.ID, at + "/links/" + link.ID} {
		if a := t.send(ctx, request{as: owner, method: "DELETE", path: path}); a.status != http.StatusNoContent {
			return fmt.Errorf("isolation: end what was shared: %d %s", a.status, a.body)
		}
	}
	t.shut(ctx, visitor, owner, at, http.StatusUnauthorized)
	return t.pair(ctx, guest, owner)
}

// asGuest asks an address of the shared portfolio as who may look at it.
func (t *trial) asGuest(ctx context.Context, r *route, as, owner *person) {
	path, missing := owner.fill(r.path)
	sent := request{method: r.method, path: path, kind: r.kind, body: r.body, page: r.page}
	found := func(status int, says string) {
		t.report.Findings = append(t.report.Findings, Finding{As: as.name, Of: owner.name, What: r.String() + ", shared to look", Status: status, Says: says})
	}
	if r.method != http.MethodGet {
		sent.as = as
		a := t.send(ctx, sent)
		t.report.Requests++
		t.secret(r, as, owner, a)
		if a.status >= 500 && a.status != http.StatusServiceUnavailable {
			found(a.status, "it failed: "+around(a.body, 0))
		}
		if a.status < 400 && !within(r.path, calculations) {
			found(a.status, "somebody who may only look changed something")
		}
		return
	}
	sent.as = owner
	own := t.send(ctx, sent)
	sent.as = as
	a := t.send(ctx, sent)
	t.report.Requests++
	t.secret(r, as, owner, a)
	switch {
	case missing || own.status >= 400 || within(r.path, calculations):
	case within(r.path, managers):
		if a.status != http.StatusForbidden {
			found(a.status, "it is for those who manage the portfolio")
		}
	case a.status >= 400:
		found(a.status, "what was shared is not there: "+around(a.body, 0))
	}
}

// secret finds what was not shared in an answer.
func (t *trial) secret(r *route, as, owner *person, a answer) {
	if i := bytes.Index(a.body, []byte(owner.secret)); i >= 0 {
		t.report.Findings = append(t.report.Findings, Finding{As: as.name, Of: owner.name, What: r.String(), Status: a.status, Says: fmt.Sprintf("the answer tells what was not shared: %q", around(a.body, i))})
	}
}

// shut demands a refusal.
func (t *trial) shut(ctx context.Context, as, owner *person, path string, want int) {
	a := t.send(ctx, request{as: as, method: "GET", path: path})
	t.report.Requests++
	if a.status != want {
		t.report.Findings = append(t.report.Findings, Finding{As: as.name, Of: owner.name, What: "GET " + path, Status: a.status, Says: fmt.Sprintf("it is not shared (any more): want %d", want)})
	}
}
