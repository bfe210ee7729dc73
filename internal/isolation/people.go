package isolation

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"strings"
	"time"
)

// Prefix begins the names and addresses of everybody made here, so that what a killed
// run left behind can be told.
const Prefix = "isolation-"

// person is a Person with the things they have.
type person struct {
	Person
	name string // their number, for the report
	mark string // in everything of theirs, and known to nobody else
	// secret is in a portfolio that they share with nobody, whose id is other.
	secret, other string
	// ids are what stands in the place of a parameter in paths, by the path up to it:
	// ids["/api/v1/portfolios/{portfolio}"] is the id of their portfolio.
	ids   map[string]string
	state map[string][sha256.Size]byte // what they had, by address
}

// tag is the mark as a tag of theirs, which has no capitals.
func (p *person) tag() string { return "tag-" + strings.ToLower(p.mark) }

// settle makes a person with things of their own.
func (t *trial) settle(ctx context.Context, number int) error {
	p := &person{name: fmt.Sprint(number + 1), mark: "MARK" + rand.Text()[:12], secret: "HUSH" + rand.Text()[:12], ids: map[string]string{}, state: map[string][sha256.Size]byte{}}
	var err error
	if p.Person, err = t.house.Enter(ctx, Prefix+p.name+"-"+strings.ToLower(p.mark)); err != nil {
		return fmt.Errorf("isolation: person %s: %w", p.name, err)
	}
	t.people = append(t.people, p)
	if err := t.furnish(ctx, p); err != nil {
		return fmt.Errorf("isolation: person %s: %w", p.name, err)
	}
	t.harvest(ctx, p)
	for _, path := range kept {
		if a, ok := t.own(ctx, p, path); ok {
			p.state[path] = sha256.Sum256(a.body)
		}
	}
	return nil
}

// furnish gives a person a portfolio with bookings, an import, an account, a price and
// a scenario of their own. Each bears the mark.
func (t *trial) furnish(ctx context.Context, p *person) error {
	made := t.send(ctx, request{as: p, method: "POST", path: "/api/v1/portfolios", kind: jsonType, body: mustJSON(map[string]any{"name": p.mark, "base_currency": "EUR"})})
	var portfolio struct{ ID string }
	if made.status != 201 || json.Unmarshal(made.body, &portfolio) != nil {
		return fmt.Errorf("create a portfolio: %d %s", made.status, made.body)
	}
	at := "/api/v1/portfolios/" + portfolio.ID
	p.ids["/api/v1/portfolios/{portfolio}"], p.ids["/p/{portfolio}"] = portfolio.ID, portfolio.ID
	bookings := mustJSON(map[string]any{"transactions": []map[string]any{
		{"date": "2024-01-02", "type": "deposit", "account": p.mark, "amount": "1000", "currency": "EUR", "note": p.mark, "tags": []string{p.tag()}},
		{"date": "2024-01-03", "type": "buy", "account": p.mark, "symbol": p.mark, "quantity": "3", "price": "7", "currency": "EUR"},
	}})
	file, kind, err := upload("date,type,account,amount,currency,note\n2024-02-01,deposit,"+p.mark+",5,EUR,"+p.mark+"\n", p.mark+".csv")
	if err != nil {
		return err
	}
	for _, r := range []request{
		{method: "POST", path: at + "/transactions", kind: jsonType, body: bookings},
		{method: "PUT", path: at + "/accounts/" + p.mark, kind: jsonType, body: mustJSON(map[string]any{"label": p.mark})},
		{method: "POST", path: at + "/imports", kind: kind, body: file},
		{method: "PUT", path: "/api/v1/prices/own", kind: jsonType, body: mustJSON(map[string]any{"items": []map[string]any{{"symbol": p.mark, "date": "2024-01-05", "price": "8", "currency": "EUR", "note": p.mark}}})},
	} {
		r.as = p
		if a := t.send(ctx, r); a.status >= 300 {
			return fmt.Errorf("%s %s: %d %s", r.method, r.path, a.status, a.body)
		}
	}
	p.ids["/api/v1/prices/own/{symbol}/{date}"] = "2024-01-05"
	made = t.send(ctx, request{as: p, method: "POST", path: "/api/v1/portfolios", kind: jsonType, body: mustJSON(map[string]any{"name": p.secret, "base_currency": "EUR"})})
	if made.status != 201 || json.Unmarshal(made.body, &portfolio) != nil {
		return fmt.Errorf("create a second portfolio: %d %s", made.status, made.body)
	}
	p.other = portfolio.ID
	portfolio.ID = strings.TrimPrefix(at, "/api/v1/portfolios/")
	kept := t.send(ctx, request{as: p, method: "POST", path: at + "/scenarios", kind: jsonType,
		body: mustJSON(map[string]any{"name": p.mark, "keep": true, "shocks": []map[string]any{{"kind": "symbol", "on": p.mark, "move": -0.1}}})})
	var scenario struct{ Kept struct{ ID string } }
	if kept.status < 300 && json.Unmarshal(kept.body, &scenario) == nil && scenario.Kept.ID != "" { // it takes market prices
		p.ids["/api/v1/portfolios/{portfolio}/scenarios/{scenario}"], p.ids["/p/{portfolio}/scenarios/{id}"] = scenario.Kept.ID, scenario.Kept.ID
	}
	drafted := t.send(ctx, request{as: p, method: "POST", path: "/p/" + portfolio.ID + "/import", kind: kind, body: file, page: true})
	if _, draft, ok := strings.Cut(drafted.location, "/import/"); ok {
		p.ids["/p/{portfolio}/import/{draft}"] = draft
	}
	t.collect(ctx, p, at)
	// What not every installation has.
	t.send(ctx, request{as: p, method: "POST", path: "/api/v1/auth/tokens", kind: jsonType, body: mustJSON(map[string]any{"name": p.mark, "scopes": []string{"read"}})})
	t.send(ctx, request{as: p, method: "POST", path: at + "/closings", kind: jsonType, body: mustJSON(map[string]any{"through": "2023-12-31", "reason": p.mark})})
	return nil
}

// collect gives a person one of each thing that is asked for by its id; where an
// installation refuses it there is none.
func (t *trial) collect(ctx context.Context, p *person, at string) {
	for _, one := range []struct {
		to   string
		body map[string]any
		of   []string // paths that its id stands in
	}{
		{"/api/v1/alert-rules", map[string]any{"name": p.mark, "kind": "position", "subject": p.mark, "threshold": "0.1", "band": "0.01"}, []string{"/api/v1/alert-rules/{rule}", "/alerts/rules/{id}"}},
		{"/api/v1/channels", map[string]any{"name": p.mark, "kind": "webhook", "url": "https://example.org/" + p.mark}, []string{"/api/v1/channels/{channel}", "/alerts/channels/{id}"}},
		{"/api/v1/households", map[string]any{"name": p.mark}, []string{"/api/v1/households/{household}", "/households/{household}"}},
		{"/api/v1/watchlists", map[string]any{"name": p.mark}, []string{"/api/v1/watchlists/{watchlist}", "/p/{portfolio}/watchlist/{list}"}},
		{"/api/v1/instruments/" + commonSymbol + "/notes", map[string]any{"text": p.mark}, []string{"/api/v1/instruments/{symbol}/notes/{note}"}},
		{at + "/links", map[string]any{"label": p.mark, "expires": time.Now().AddDate(0, 1, 0).UTC().Format(time.RFC3339)}, []string{"/api/v1/portfolios/{portfolio}/links/{link}"}},
		{at + "/grants", map[string]any{"email": p.mark + "@example.org", "role": "view"}, []string{"/api/v1/portfolios/{portfolio}/grants/{grant}"}},
		{"/api/v1/invites", map[string]any{"email": p.mark + "@example.org"}, []string{"/api/v1/invites/{invite}"}},
	} {
		made := t.send(ctx, request{as: p, method: "POST", path: one.to, kind: jsonType, body: mustJSON(one.body)})
		var thing struct{ ID string }
		if made.status >= 300 || json.Unmarshal(made.body, &thing) != nil || thing.ID == "" {
			continue
		}
		for _, template := range one.of {
			p.ids[template] = thing.ID
		}
	}
	t.send(ctx, request{as: p, method: "PUT", path: "/api/v1/instruments/" + commonSymbol + "/targets", kind: jsonType, body: mustJSON(map[string]any{"price": "12", "currency": "EUR", "note": p.mark})})
	if list, ok := p.ids["/api/v1/watchlists/{watchlist}"]; ok {
		t.send(ctx, request{as: p, method: "PUT", path: "/api/v1/watchlists/" + list + "/entries/" + commonSymbol, kind: jsonType, body: mustJSON(map[string]any{"note": p.mark})})
	}
}

// kept are the addresses of what a person has and no other may change; a parameter is
// filled with their own id.
var kept = []string{
	"/api/v1/portfolios", "/api/v1/portfolios/{portfolio}", "/api/v1/portfolios/{portfolio}/transactions", "/api/v1/portfolios/{portfolio}/accounts",
	"/api/v1/portfolios/{portfolio}/imports", "/api/v1/portfolios/{portfolio}/versions", "/api/v1/portfolios/{portfolio}/scenarios",
	"/api/v1/portfolios/{portfolio}/closings", "/api/v1/portfolios/{portfolio}/grants", "/api/v1/prices/own", "/api/v1/tags", "/api/v1/auth/me", "/api/v1/auth/tokens",
}

// own asks an address of kept as the person it belongs to.
func (t *trial) own(ctx context.Context, p *person, path string) (answer, bool) {
	filled, _ := p.fill(path)
	a := t.send(ctx, request{as: p, method: "GET", path: filled})
	return a, a.status == 200
}

// unchanged holds what a person has against what they had.
func (t *trial) unchanged(ctx context.Context, p *person) error {
	if len(p.state) < 6 {
		return errors.New("isolation: too little of what people have could be read to hold it against later")
	}
	for path, before := range p.state {
		a, ok := t.own(ctx, p, path)
		if !ok || sha256.Sum256(a.body) != before {
			t.report.Findings = append(t.report.Findings, Finding{Of: p.name, What: "GET " + path, Status: a.status, Says: "it is not what it was before the others tried", Leaks: true})
		}
	}
	return nil
}

// everybodys are parameters that name the same thing for everybody.
var everybodys = map[string]string{"engine": "xirr", "chart": "value", "symbol": commonSymbol, "do": "test", "act": "people", "provider": "none"}

// commonSymbol is what everybody writes about.
const commonSymbol = "ACME"

// fill puts a person's ids into a path. missing reports a parameter for which they
// have none: an id that nobody has stands there.
func (p *person) fill(path string) (filled string, missing bool) {
	rest, done := path, ""
	for {
		at := parameter.FindStringIndex(rest)
		if at == nil {
			return filled + rest, missing
		}
		done += rest[:at[1]]
		id, ok := p.ids[done]
		if name := rest[at[0]+1 : at[1]-1]; !ok && name == "portfolio" {
			id, ok = p.ids["/api/v1/portfolios/{portfolio}"]
		} else if !ok {
			id, ok = everybodys[name]
		}
		if !ok {
			id, missing = "019b0000-0000-7000-8000-000000000000", true
		}
		filled += rest[:at[0]] + id
		rest = rest[at[1]:]
	}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only texts and numbers go in
	}
	return b
}

// upload is a form with one file.
func upload(content, name string) (body []byte, kind string, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, err := form.CreateFormFile("file", name)
	if err != nil {
		return nil, "", err
	}
	if _, err := w.Write([]byte(content)); err != nil {
		return nil, "", err
	}
	if err := form.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), form.FormDataContentType(), nil
}
