package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/view"
)

// adminPage is a page of administration: for owners of the tenant, or for who runs the
// installation alone.
type adminPage struct {
	href, label, icon string
	operators         bool
}

// adminPages are those there are, in the order of the sidebar.
var adminPages = []adminPage{
	{"/admin/people", "People", "users", false},
	{"/admin/audit", "Audit trail", "scroll-text", false},
	{"/admin/features", "Features", "toggle-right", true},
	{"/jobs", "Jobs", "list-checks", true},
	{"/admin/health", "Health", "activity", true},
}

// adminRoutes are the pages of administration. Who may not see one is told that there is
// no such page.
func (s *site) adminRoutes(on func(string, handler)) {
	owners := func(pattern string, h handler) { on(pattern, administering(false, h)) }
	operators := func(pattern string, h handler) { on(pattern, administering(true, h)) }
	owners("GET /admin", func(r *request) error { return r.to("/admin/people") })
	owners("GET /admin/people", s.adminPeople)
	owners("POST /admin/people/add", s.addUser)
	owners("POST /admin/people/change", s.changeUser)
	owners("POST /admin/people/disable", s.disableUser)
	owners("POST /admin/people/reset", s.resetUser)
	owners("POST /admin/people/invite", s.invite)
	owners("POST /admin/people/uninvite", s.uninvite)
	owners("GET /admin/audit", s.auditTrail)
	owners("POST /admin/audit/verify", s.verifyTrail)
	operators("GET /admin/features", s.features)
	operators("POST /admin/features", s.switchFeature)
	operators("GET /admin/health", s.health)
}

// administering lets those through who may.
func administering(operators bool, h handler) handler {
	return func(r *request) error {
		if !r.administers(operators) {
			return store.ErrNotFound
		}
		return h(r)
	}
}

// administers reports whether the reader may see pages of administration.
func (r *request) administers(operators bool) bool {
	if operators {
		return r.caller.Operator
	}
	return r.caller.Operator || r.user.Role == store.Owner
}

// adminLinks are the pages that the reader may see.
func (r *request) adminLinks() (all []view.Link) {
	for _, p := range adminPages {
		if r.administers(p.operators) {
			all = append(all, view.Link{Label: p.label, Href: p.href, Icon: p.icon})
		}
	}
	return all
}

// adminPage is one of them, to be filled.
func (r *request) adminPage(href string) view.Account {
	v := view.Account{Page: r.frame("Administration", href), Label: "Administration", Pages: chosen(r.adminLinks(), href)}
	v.Page.Sheets = []string{v.Page.Assets.Account}
	v.Page.Here = href
	return v
}

// features are the switches.
func (s *site) features(r *request) error { return s.showFeatures(r, http.StatusOK, "") }

func (s *site) showFeatures(r *request, status int, wrong string) error {
	all, err := s.svc.Features(r.Context(), r.caller)
	if err != nil {
		return err
	}
	list := &view.List{Caption: "Features", Head: []string{"Feature", "State", "Since"}}
	for _, f := range all {
		state := view.Cell{Text: "for everybody"}
		on := view.Field{Name: "enabled", Label: "State of " + f.Name, Kind: "select", Options: []view.Option{{Value: "1", Label: "On", Selected: f.Enabled}, {Value: "", Label: "Off", Selected: !f.Enabled}}}
		switch {
		case !f.Enabled:
			state = view.Cell{Text: "for nobody", Tag: &view.Tag{Text: "off", Kind: "warn"}}
		case f.Percent < 100:
			state = view.Cell{Text: "for " + r.locale.Count(f.Percent) + "% of the users"}
		}
		since := view.Cell{Text: "as configured"}
		if !f.Changed.IsZero() {
			since = view.Cell{Text: r.moment(f.Changed)}
		}
		list.Rows = append(list.Rows, view.ListRow{Cells: []view.Cell{{Text: f.Name, Note: sentence(f.Means)}, state, since},
			Form: &view.Form{Action: "/admin/features", Submit: "Set", Hidden: []view.Hidden{{Name: "name", Value: f.Name}}, Fields: []view.Field{on,
				{Name: "percent", Label: "Share of the users who have " + f.Name + ", in percent", Kind: "number", Value: r.locale.Count(f.Percent)}}}})
	}
	v := r.adminPage("/admin/features")
	section := view.Subject{ID: "features", Title: "Features", List: list, Text: []string{"What can be switched off while everything else goes on. With a share, the same users have it each time, and a larger share takes in those of a smaller one. It holds with the next request, in every process."}}
	if wrong != "" {
		section.Notice = &view.Notice{Kind: "bad", Icon: "circle-alert", Text: wrong}
	}
	v.Sections = []view.Subject{section}
	return r.showAccount(status, v)
}

func (s *site) switchFeature(r *request) error {
	percent, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(r.PostFormValue("percent")), "%"))
	if err != nil {
		return s.showFeatures(r, http.StatusUnprocessableEntity, "The share is a whole number from 0 to 100.")
	}
	name := r.PostFormValue("name")
	err = s.svc.SwitchFeature(r.Context(), r.caller, name, r.PostFormValue("enabled") != "", percent)
	if errs := oneFault(err, "all"); errs != nil {
		for _, field := range sortedNames(errs) {
			return s.showFeatures(r, http.StatusUnprocessableEntity, errs[field])
		}
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: capital(name) + " is set"})
	return r.to("/admin/features")
}

// health is how the parts are that this process works with.
func (s *site) health(r *request) error {
	v := r.adminPage("/admin/health")
	parts := []view.Term{{Label: "Version", Text: s.opts.Version}, {Label: "Database", Text: s.opts.Database}}
	process := view.Subject{ID: "process", Title: "This process"}
	database := view.Subject{ID: "schema", Title: "Schema"}
	if s.opts.Health != nil {
		h := s.opts.Health(r.Context())
		state := "answers, in " + h.Took.Round(10*time.Microsecond).String()
		if h.Reached != nil {
			state = "does not answer"
			process.Notice = &view.Notice{Kind: "bad", Icon: "circle-alert", Text: "The database does not answer; the log says why."}
			s.opts.Log.WarnContext(r.Context(), "health of the database", "error", h.Reached)
		}
		parts = append(parts, view.Term{Label: "Place of the database", Text: h.Database}, view.Term{Label: "State of the database", Text: state}, view.Term{Label: "Roles of this process", Text: orDash(strings.Join(h.Roles, ", "))})
		list := &view.List{Caption: "Migrations that were run", Head: []string{"Migration", "When it was run"}, Empty: "None was run."}
		for i := len(h.Schema) - 1; i >= 0; i-- {
			list.Rows = append(list.Rows, view.ListRow{Cells: []view.Cell{{Text: h.Schema[i].Name}, {Text: r.moment(h.Schema[i].At)}}})
		}
		database.List, database.Note = list, plural(len(h.Schema), "migration")
	}
	process.Terms = parts
	v.Sections = []view.Subject{process}
	counts, err := s.svc.JobCounts(r.Context(), r.caller)
	queue := view.Subject{ID: "queue", Title: "Queue of jobs"}
	if err != nil {
		queue.Text = []string{"There is no queue in this process."}
	}
	for _, state := range service.JobStates() {
		if err == nil {
			queue.Terms = append(queue.Terms, view.Term{Label: capital(string(state)), Text: r.locale.Count(counts[state])})
		}
	}
	if counts[service.JobStuck] > 0 {
		queue.Notice = &view.Notice{Kind: "warn", Icon: "triangle-alert", Text: "Stuck jobs run for longer than any job may: whoever ran them is gone. They are tried again by themselves."}
	}
	queue.Links = []view.Link{{Label: "See the jobs", Href: "/jobs", Icon: "list-checks"}}
	v.Sections = append(v.Sections, queue)
	if database.List != nil {
		v.Sections = append(v.Sections, database)
	}
	return r.showAccount(http.StatusOK, v)
}
