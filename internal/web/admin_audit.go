package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/view"
)

// trailPage is how many events a page of the audit trail has.
const trailPage = 50

func (s *site) auditTrail(r *request) error { return s.showTrail(r, http.StatusOK, nil) }

// showTrail shows the trail as its filter selects it, newest first.
func (s *site) showTrail(r *request, status int, verified *view.Notice) error {
	get := func(name string) string { return strings.TrimSpace(r.URL.Query().Get(name)) }
	f := store.EventFilter{User: get("person"), Action: get("action"), Portfolio: get("portfolio"), Limit: trailPage + 1}
	f.Before, _ = strconv.ParseInt(get("before"), 10, 64) // what is no number begins at the newest
	if day, err := date.Parse(get("day")); err == nil {
		y, m, d := day.Civil()
		f.From = time.Date(y, m, d, 0, 0, 0, 0, r.zone())
		f.To = f.From.AddDate(0, 0, 1)
	}
	all, err := s.svc.FindEvents(r.Context(), r.caller, f)
	if err != nil {
		return err
	}
	names, portfolios := s.names(r), map[string]string{}
	for _, p := range r.portfolios {
		portfolios[p.ID] = p.Name
	}
	list := &view.List{Caption: "Audit trail, newest first", Head: []string{"What", "Who", "Of", "When"}, Empty: "Nothing that fits."}
	address := func(before string) string {
		return "/admin/audit" + query("person", f.User, "action", f.Action, "portfolio", f.Portfolio, "day", get("day"), "before", before)
	}
	if len(all) > trailPage {
		all = all[:trailPage]
		list.Older = address(strconv.FormatInt(all[trailPage-1].Sequence, 10))
	}
	if f.Before > 0 {
		list.Newest = address("")
	}
	for _, e := range all {
		list.Rows = append(list.Rows, view.ListRow{Cells: []view.Cell{
			{Text: actionWords(e.Action), Note: "No. " + strconv.FormatInt(e.Sequence, 10)}, {Text: names.of(e.User)}, {Text: objectWords(e, names, portfolios)}, {Text: r.moment(e.At)}}, Detail: contents(e)})
	}
	v := r.adminPage("/admin/audit")
	check := view.Subject{ID: "chain", Title: "Is the trail as it was written?", Notice: verified, Text: []string{"Each event carries the hash of the one before it, so that none can be changed, taken out or put in unseen. Contents erased on request leave the chain whole."},
		Actions: []view.Action{{Label: "Verify the whole trail", Href: "/admin/audit/verify"}}}
	v.Sections = []view.Subject{check, {ID: "trail", Title: "What happened", Filter: trailFilter(f, get("day"), names, r.portfolios), List: list}}
	return r.showAccount(status, v)
}

// trailFilter is the form of the filter.
func trailFilter(f store.EventFilter, day string, names people, portfolios []store.Portfolio) *view.Form {
	person := view.Field{Name: "person", Label: "Person", Kind: "select", Options: []view.Option{{Label: "Everybody"}}}
	for _, id := range sortedNames(names) {
		person.Options = append(person.Options, view.Option{Value: id, Label: names[id], Selected: id == f.User})
	}
	action := view.Field{Name: "action", Label: "What", Kind: "select", Options: []view.Option{{Label: "Everything"}}}
	for _, k := range kinds {
		action.Options = append(action.Options, view.Option{Value: k.begin, Label: k.label, Selected: k.begin == f.Action})
	}
	of := view.Field{Name: "portfolio", Label: "Portfolio", Kind: "select", Options: []view.Option{{Label: "All portfolios"}}}
	for _, p := range portfolios {
		of.Options = append(of.Options, view.Option{Value: p.ID, Label: p.Name, Selected: p.ID == f.Portfolio})
	}
	form := &view.Form{Action: "/admin/audit", Submit: "Show", Fields: []view.Field{person, action, of, {Name: "day", Label: "Day", Kind: "date", Value: day}}}
	if f.User != "" || f.Action != "" || f.Portfolio != "" || day != "" {
		form.Cancel = "/admin/audit"
	}
	return form
}

// objectWords say what an event is of: the portfolio, the person, or else its kind.
func objectWords(e store.Event, names people, portfolios map[string]string) string {
	if name, ok := portfolios[e.Portfolio]; ok {
		return name
	}
	kind, id, _ := strings.Cut(e.Object, "/")
	if name, ok := names[id]; ok && kind == "user" {
		return name
	}
	return capital(strings.ReplaceAll(kind, "-", " "))
}

// contents are what an event keeps of what was before it and after it.
func contents(e store.Event) (terms []view.Term) {
	for _, part := range []struct {
		label string
		body  json.RawMessage
	}{{"Before", e.Before}, {"After", e.After}} {
		var short bytes.Buffer
		if len(part.body) > 0 && json.Compact(&short, part.body) == nil {
			text := []rune(short.String())
			if len(text) > 600 {
				text = append(text[:600], '…')
			}
			terms = append(terms, view.Term{Label: part.label, Text: string(text)})
		}
	}
	return terms
}

func (s *site) verifyTrail(r *request) error {
	count, err := s.svc.VerifyEvents(r.Context(), r.caller)
	if errors.Is(err, store.ErrDamaged) {
		return s.showTrail(r, http.StatusOK, &view.Notice{Kind: "bad", Icon: "circle-alert", Text: "The trail is not as it was written: " + err.Error() + ". " + r.locale.Count(int(count)) + " events before that hold."})
	}
	if err != nil {
		return err
	}
	return s.showTrail(r, http.StatusOK, &view.Notice{Icon: "circle-check", Text: "The whole trail holds: " + r.locale.Count(int(count)) + " events, each following the one before it."})
}
