package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Alerting holds figures against rules and tells what it finds.
type Alerting interface {
	Alerts(ctx context.Context, c service.Caller, f store.AlertFilter) ([]store.Alert, error)
	Alert(ctx context.Context, c service.Caller, id string) (service.AlertDetail, error)
	AlertsWaiting(ctx context.Context, c service.Caller) (int, error)
	AcknowledgeAlert(ctx context.Context, c service.Caller, id, why string) (store.Alert, error)
	ResolveAlert(ctx context.Context, c service.Caller, id, why string) (store.Alert, error)
	CheckAlerts(ctx context.Context, c service.Caller, portfolio string) (service.AlertsFound, error)
	AlertChecks(ctx context.Context, c service.Caller, portfolio string) ([]service.RuleCheck, error)
	AlertRules(ctx context.Context, c service.Caller) ([]store.AlertRule, error)
	AlertRule(ctx context.Context, c service.Caller, id string) (store.AlertRule, error)
	SaveAlertRule(ctx context.Context, c service.Caller, r store.AlertRule) (store.AlertRule, error)
	DeleteAlertRule(ctx context.Context, c service.Caller, id string) error
	AlertChannels(ctx context.Context, c service.Caller) ([]store.AlertChannel, error)
	AddAlertChannel(ctx context.Context, c service.Caller, n service.NewChannel) (store.AlertChannel, string, error)
	ChangeAlertChannel(ctx context.Context, c service.Caller, id string, change service.ChannelChange) (store.AlertChannel, string, error)
	DeleteAlertChannel(ctx context.Context, c service.Caller, id string) error
	TestAlertChannel(ctx context.Context, c service.Caller, id string) error
}

// alertRoutes are the pages of alerts, limits, rules and channels.
func (s *site) alertRoutes(on func(string, handler)) {
	on("GET /alerts", s.alerts)
	on("GET /alerts/limits", s.limitsPage)
	on("GET /alerts/rules", s.alertRules)
	on("GET /alerts/rules/new", s.newAlertRule)
	on("POST /alerts/rules/new", s.saveAlertRule)
	on("GET /alerts/rules/{id}", s.editAlertRule)
	on("POST /alerts/rules/{id}", s.saveAlertRule)
	on("POST /alerts/rules/{id}/delete", s.deleteAlertRule)
	on("POST /alerts/channels", s.addAlertChannel)
	on("POST /alerts/channels/{id}/{do}", s.changeAlertChannel)
	on("POST /alerts/check/{id}", s.checkAlerts)
	on("GET /alerts/{id}", s.alertPage)
	on("POST /alerts/acknowledge/{id}", s.acknowledgeAlert)
	on("POST /alerts/resolve/{id}", s.resolveAlert)
}

// bell leads to the alerts and says how many wait. A page does not fail for it.
func (r *request) bell(at string) view.NavItem {
	item := view.NavItem{Link: view.Link{Label: "Alerts", Href: "/alerts", Icon: "bell", Key: "g a", Current: at == "/alerts"}}
	if r.user.ID == "" || r.caller.Link != "" {
		return view.NavItem{} // nobody is signed in
	}
	if n, err := r.site.svc.AlertsWaiting(r.Context(), r.caller); err == nil && n > 0 {
		item.Count = r.locale.Count(n)
	}
	return item
}

// alertPages are the pages that belong together.
func alertPages(at string) []view.Choice {
	pages := []view.Choice{{Label: "Alerts", Href: "/alerts"}, {Label: "Limits", Href: "/alerts/limits"}, {Label: "Rules and channels", Href: "/alerts/rules"}}
	for i := range pages {
		pages[i].Current = pages[i].Href == at
	}
	return pages
}

const alertsAPage = 100

func (s *site) alerts(r *request) error {
	query := r.URL.Query()
	past := query.Get("show") == "history"
	f := store.AlertFilter{States: []store.AlertState{store.AlertRaised, store.AlertAcknowledged}, Before: query.Get("before"), Limit: alertsAPage}
	if past {
		f.States = []store.AlertState{store.AlertResolved}
	}
	all, err := s.svc.Alerts(r.Context(), r.caller, f)
	if err != nil {
		return err
	}
	v := view.Alerts{Page: r.frame("Alerts", "/alerts"), Pages: alertPages("/alerts"),
		States: []view.Choice{{Label: "Open", Href: "/alerts", Current: !past}, {Label: "History", Href: "/alerts?show=history", Current: past}}}
	groups := []view.AlertGroup{{Label: "To be seen to"}, {Label: "Seen to, still open"}}
	if past {
		groups = []view.AlertGroup{{Label: "Resolved"}}
	}
	for _, a := range all {
		at := 0
		if !past && a.State == store.AlertAcknowledged {
			at = 1
		}
		groups[at].Items = append(groups[at].Items, r.alertRow(a))
	}
	v.Groups = slices.DeleteFunc(groups, func(g view.AlertGroup) bool { return len(g.Items) == 0 })
	if len(all) == alertsAPage {
		v.Older = &view.Link{Label: "Older ones", Href: r.with("before", all[len(all)-1].ID)}
	}
	if len(v.Groups) == 0 {
		v.Empty = &view.Empty{Icon: "bell", Title: "Nothing is open", Text: "Rules and limits are looked at every night. What crosses its threshold is shown here until somebody has seen to it.", Ways: []view.Link{{Label: "Make a rule", Href: "/alerts/rules/new"}, {Label: "Set limits", Href: "/alerts/limits"}}}
		if past {
			v.Empty = &view.Empty{Icon: "bell", Title: "No alert has ended yet", Text: "What was raised and resolved is kept here, with who saw to it and why.", Ways: []view.Link{{Label: "Open alerts", Href: "/alerts"}}}
		}
	}
	if !past {
		for _, p := range r.portfolios {
			if p.Role.Allows(store.CanTrade) && p.Version > 0 {
				v.Check = append(v.Check, checkNow(p, p.Name, "/alerts"))
			}
		}
	}
	return r.show(http.StatusOK, page.Alerts(v))
}

func checkNow(p store.Portfolio, label, back string) view.Action {
	return view.Action{Label: label, Href: "/alerts/check/" + p.ID, Icon: "refresh-cw", Fields: []view.Hidden{{Name: "back", Value: back}}}
}

// maySeeTo reports whether an alert may be acknowledged and resolved by who asks.
func (r *request) maySeeTo(a store.Alert) bool {
	if a.Guest != "" { // of a rule of their own
		return a.Guest == r.caller.User
	}
	return r.mayTrade(a.Portfolio)
}

func (r *request) mayTrade(portfolio string) bool {
	for _, p := range r.portfolios {
		if p.ID == portfolio {
			return p.Role.Allows(store.CanTrade)
		}
	}
	return false
}

var alertTags = map[store.AlertState]view.Tag{
	store.AlertRaised:       {Text: "raised", Kind: "warn", Icon: "bell"},
	store.AlertAcknowledged: {Text: "seen to", Icon: "check"},
	store.AlertResolved:     {Text: "resolved", Icon: "circle-check"},
}

func (r *request) alertRow(a store.Alert) view.AlertRow {
	row := view.AlertRow{Title: a.Title, Href: "/alerts/" + a.ID, Tag: alertTags[a.State], Portfolio: r.portfolioName(a.Portfolio), Since: format.Date(a.First)}
	if a.Severity == string(alert.Critical) {
		row.Severity = view.Tag{Text: "critical", Kind: "bad"}
	}
	switch {
	case a.State == store.AlertResolved:
		row.Note = sentence(a.ResolvedWhy)
	case a.Unchecked != "":
		row.Note, row.Warn = "Could not be checked last time: "+sentence(a.Unchecked), true
	case !a.Last.Equal(a.Value):
		row.Note = "Now " + r.inUnit(a.Last, a.Unit) + "."
	case a.AcknowledgedWhy != "":
		row.Note = sentence(a.AcknowledgedWhy)
	}
	if a.State == store.AlertRaised && r.maySeeTo(a) {
		row.See = &view.Action{Label: "Acknowledge", Href: "/alerts/acknowledge/" + a.ID, Fields: []view.Hidden{{Name: "back", Value: r.URL.RequestURI()}}}
	}
	return row
}

// inUnit writes a value of a rule for the reader.
func (r *request) inUnit(d money.Decimal, unit string) string {
	switch unit {
	case alert.Fraction:
		return r.locale.Exact(d.Mul(hundred).Round(2)) + "%"
	case alert.Days, alert.Sessions, alert.Attempts:
		return alert.Value(d, unit)
	}
	return r.locale.Exact(d.Round(4))
}

func (s *site) alertPage(r *request) error {
	d, err := s.svc.Alert(r.Context(), r.caller, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showAlert(r, http.StatusOK, d, nil)
}

func (s *site) showAlert(r *request, status int, d service.AlertDetail, errs map[string]string) error {
	a := d.Alert
	v := view.AlertPage{Page: r.frame("Alert", "/alerts"), Row: r.alertRow(a)}
	v.Page.Crumbs = []view.Link{{Label: "Alerts", Href: "/alerts"}}
	over := "More than"
	if a.Below {
		over = "At or under"
	}
	v.Facts = []view.Fact{{Label: "Portfolio", Text: v.Row.Portfolio, Href: "/p/" + a.Portfolio}, {Label: over, Text: r.inUnit(a.Threshold, a.Unit)},
		{Label: "When it was raised", Text: r.inUnit(a.Value, a.Unit)}, {Label: "When last known", Text: r.inUnit(a.Last, a.Unit)},
		{Label: "Figures of", Text: format.Date(a.First)}, {Label: "Last check on figures of", Text: format.Date(a.LastDay)}, {Label: "Ledger version", Text: r.locale.Count(int(a.Ledger))}}
	if a.Rule == store.LimitsKey {
		v.Facts = append(v.Facts, view.Fact{Label: "Rule", Text: "the portfolio's own limits", Href: "/alerts/limits"})
	} else if rule, err := s.svc.AlertRule(r.Context(), r.caller, a.Rule); err == nil {
		v.Facts = append(v.Facts, view.Fact{Label: "Rule", Text: rule.Name, Href: "/alerts/rules/" + rule.ID})
	} else {
		v.Facts = append(v.Facts, view.Fact{Label: "Rule", Text: "deleted, or not yours to see"})
	}
	v.History = []view.AlertEvent{{At: r.moment(a.Raised), What: "Raised", Who: "FolioSight", Why: sentence(a.Title)}}
	if !a.Acknowledged.IsZero() {
		v.History = append(v.History, view.AlertEvent{At: r.moment(a.Acknowledged), What: "Acknowledged", Who: r.who(a.AcknowledgedBy), Why: a.AcknowledgedWhy})
	}
	if !a.Resolved.IsZero() {
		who := "FolioSight"
		if a.ResolvedBy != "" {
			who = r.who(a.ResolvedBy)
		}
		v.History = append(v.History, view.AlertEvent{At: r.moment(a.Resolved), What: "Resolved", Who: who, Why: sentence(a.ResolvedWhy)})
	}
	for _, one := range d.Deliveries {
		told := view.AlertDelivery{Channel: one.Channel.Name, Event: one.Event, State: "waits until " + r.moment(one.Due), Reason: one.Reason}
		switch {
		case !one.Sent.IsZero():
			told.State = "sent " + r.moment(one.Sent)
		case !one.Failed.IsZero():
			told.State, told.Bad = "given up "+r.moment(one.Failed), true
		}
		v.Deliveries = append(v.Deliveries, told)
	}
	if a.State != store.AlertResolved && r.maySeeTo(a) {
		reason := func(id, help string) []view.Field {
			return withErrors([]view.Field{{Name: "reason", ID: id, Label: "Reason", Kind: "text", Help: help, Auto: "off"}}, nil)
		}
		if a.State == store.AlertRaised {
			v.Acknowledge = &view.Form{Action: "/alerts/acknowledge/" + a.ID, Submit: "Acknowledge", Fields: reason("reason-see", "What you do about it; it may be left out.")}
		}
		v.Resolve = &view.Form{Action: "/alerts/resolve/" + a.ID, Submit: "Resolve", Danger: true,
			Fields: reason("reason-end", "Why it is well as it is. It is not raised again before the figure has gone back.")}
		if errs != nil {
			v.Resolve.Fields = withErrors(v.Resolve.Fields, errs)
			v.Resolve.Errors = []view.Link{{Label: errs["reason"], Href: "#f-reason-end"}}
		}
	}
	return r.show(status, page.Alert(v))
}

// who is the reader, or somebody else.
func (r *request) who(user string) string {
	if user == r.user.ID {
		return "You"
	}
	return "Somebody else with a right to"
}

func (s *site) acknowledgeAlert(r *request) error {
	a, err := s.svc.AcknowledgeAlert(r.Context(), r.caller, r.PathValue("id"), r.PostFormValue("reason"))
	if err != nil {
		return err
	}
	r.toast(flash{Text: "Acknowledged: " + a.Title})
	if r.FormValue("back") != "" {
		return r.to(r.back())
	}
	return r.to("/alerts/" + a.ID)
}

func (s *site) resolveAlert(r *request) error {
	a, err := s.svc.ResolveAlert(r.Context(), r.caller, r.PathValue("id"), r.PostFormValue("reason"))
	if err != nil {
		errs := oneFault(err, "reason")
		if errs == nil {
			return err
		}
		d, err := s.svc.Alert(r.Context(), r.caller, r.PathValue("id"))
		if err != nil {
			return err
		}
		return s.showAlert(r, http.StatusUnprocessableEntity, d, errs)
	}
	r.toast(flash{Text: "Resolved: " + a.Title})
	return r.to("/alerts/" + a.ID)
}

func (s *site) checkAlerts(r *request) error {
	found, err := s.svc.CheckAlerts(r.Context(), r.caller, r.PathValue("id"))
	if err != nil {
		return err
	}
	r.toast(flash{Text: "Checked: " + found.String()})
	return r.to(r.back())
}

// limitsPage shows the limits of each portfolio with what stood against them.
func (s *site) limitsPage(r *request) error {
	v := view.LimitsPage{Page: r.frame("Limits", "/alerts"), Pages: alertPages("/alerts/limits")}
	v.Page.Crumbs = []view.Link{{Label: "Alerts", Href: "/alerts"}}
	open, err := s.svc.Alerts(r.Context(), r.caller, store.AlertFilter{Rule: store.LimitsKey, States: []store.AlertState{store.AlertRaised, store.AlertAcknowledged}, Limit: 1000})
	if err != nil {
		return err
	}
	for _, p := range r.portfolios {
		one, err := s.limitsOf(r, p, open)
		if err != nil {
			return err
		}
		v.Portfolios = append(v.Portfolios, one)
	}
	if len(v.Portfolios) == 0 {
		v.Empty = &view.Empty{Icon: "shield", Title: "There is no portfolio yet", Text: "Limits are set for each portfolio.", Ways: []view.Link{{Label: "New portfolio", Href: "/portfolios/new"}}}
	}
	return r.show(http.StatusOK, page.Limits(v))
}

func (s *site) limitsOf(r *request, p store.Portfolio, open []store.Alert) (view.PortfolioLimits, error) {
	out := view.PortfolioLimits{Name: p.Name, Href: "/p/" + p.ID + "/risk", Note: "no limits are set"}
	if p.Role.Allows(store.CanManage) {
		out.Change = &view.Link{Label: "Change limits", Href: "/p/" + p.ID + "/edit"}
	}
	set := service.ReadLimits(p.Settings)
	if set == (service.Limits{}) {
		return out, nil
	}
	if p.Role.Allows(store.CanTrade) && p.Version > 0 {
		check := checkNow(p, "Check now", "/alerts/limits")
		out.Check = &check
	}
	checks, err := s.svc.AlertChecks(r.Context(), r.caller, p.ID)
	if err != nil {
		return out, err
	}
	read := map[string]alert.Reading{}
	out.Note = "not checked yet"
	for _, c := range checks {
		if c.Rule != store.LimitsKey {
			continue
		}
		out.Note = "figures of " + format.Date(c.Day)
		for _, x := range c.Read {
			read[x.Subject] = x
		}
	}
	for _, l := range set.List() {
		row := view.LimitRow{Name: limitTitles[l.Name], State: view.Tag{Text: "not checked yet"}}
		unit := alert.Fraction
		if l.Name == "beta" {
			unit = alert.Ratio
		}
		row.Limit = r.inUnit(l.Limit, unit)
		if x, ok := read[l.Name]; ok {
			x.Threshold = l.Limit
			switch {
			case !x.Value.Known:
				row.Reason, row.State = sentence(x.Reason), view.Tag{Text: "could not be checked", Kind: "warn"}
			case x.Crossed():
				row.Value, row.Over, row.State = r.inUnit(x.Value.Decimal, unit), true, view.Tag{Text: "over the limit", Kind: "warn", Icon: "triangle-alert"}
			default:
				row.Value, row.State = r.inUnit(x.Value.Decimal, unit), view.Tag{Text: "kept", Icon: "check"}
			}
		}
		for _, a := range open {
			if a.Portfolio == p.ID && a.Subject == l.Name {
				row.Alert = &view.Link{Label: "Alert: " + alertTags[a.State].Text, Href: "/alerts/" + a.ID}
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// limitTitles are the limits in words.
var limitTitles = map[string]string{"net_exposure": "Net exposure", "gross_exposure": "Gross exposure", "beta": "Beta", "volatility": "Volatility a year", "var": "VaR 95%, one day", "largest_position": "Largest position"}
