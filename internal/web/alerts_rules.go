package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) alertRules(r *request) error { return s.showRules(r, http.StatusOK, nil, nil) }

// showRules shows rules and channels; secret is of a webhook that was just added.
func (s *site) showRules(r *request, status int, secret *view.Secret, errs map[string]string) error {
	rules, err := s.svc.AlertRules(r.Context(), r.caller)
	if err != nil {
		return err
	}
	channels, err := s.svc.AlertChannels(r.Context(), r.caller)
	if err != nil {
		return err
	}
	v := view.AlertRules{Page: r.frame("Rules and channels", "/alerts"), Pages: alertPages("/alerts/rules"), New: view.Link{Label: "New rule", Href: "/alerts/rules/new"}, Secret: secret}
	v.Page.Crumbs = []view.Link{{Label: "Alerts", Href: "/alerts"}}
	read, err := s.lastReadings(r, rules)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, c := range channels {
		names[c.ID] = c.Name
		v.Channels = append(v.Channels, channelRow(c))
	}
	for _, rule := range rules {
		v.Rules = append(v.Rules, r.ruleRow(rule, names, read[rule.ID]))
	}
	if len(rules) == 0 {
		v.Empty = &view.Empty{Icon: "bell", Title: "There is no rule yet", Text: "A rule says which figure is worth telling you: a position over 10%, a sector over 25%, an option that expires.", Ways: []view.Link{v.New, {Label: "See the limits", Href: "/alerts/limits"}}}
	}
	v.Add = r.channelForm(errs)
	return r.show(status, page.AlertRules(v))
}

// lastReadings are what stood against each rule, over all portfolios.
func (s *site) lastReadings(r *request, rules []store.AlertRule) (map[string][]alert.Reading, error) {
	out := map[string][]alert.Reading{}
	if len(rules) == 0 {
		return out, nil
	}
	for _, p := range r.portfolios {
		checks, err := s.svc.AlertChecks(r.Context(), r.caller, p.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range checks {
			out[c.Rule] = append(out[c.Rule], c.Read...)
			if len(c.Read) == 0 && out[c.Rule] == nil {
				out[c.Rule] = []alert.Reading{}
			}
		}
	}
	return out, nil
}

func (r *request) ruleRow(rule store.AlertRule, channels map[string]string, read []alert.Reading) view.RuleRow {
	d, _ := alert.Describe(alert.Kind(rule.Kind))
	over := "over "
	if rule.Below {
		over = "at or under "
	} else if d.Inclusive {
		over = "at or over "
	}
	row := view.RuleRow{Name: rule.Name, Href: "/alerts/rules/" + rule.ID, Where: "all of yours", About: strings.TrimSpace(rule.Subject + " " + over + r.inUnit(rule.Threshold, d.Unit)), Tag: view.Tag{Text: "on", Icon: "check"}}
	if d.Kind == alert.Limits {
		row.About = "how broken limits are told"
	}
	if rule.Portfolio != "" {
		row.Where = r.portfolioName(rule.Portfolio)
	}
	if !rule.Enabled {
		row.Tag = view.Tag{Text: "off"}
	}
	var told []string
	for _, id := range rule.Channels {
		if name := channels[id]; name != "" {
			told = append(told, name)
		}
	}
	if row.Tells = strings.Join(told, ", "); row.Tells == "" {
		row.Tells = "here"
	}
	if rule.QuietFrom != "" {
		row.Tells += fmt.Sprintf(", quiet %s to %s", rule.QuietFrom, rule.QuietTo)
	}
	crossed, unknown := 0, 0
	reason := ""
	for _, x := range read {
		switch {
		case x.Crossed():
			crossed++
		case !x.Value.Known:
			unknown++
			if reason == "" {
				reason = x.Label + ": " + x.Reason
			}
		}
	}
	switch {
	case read == nil:
		row.Readings = "not yet"
	case crossed > 0:
		row.Readings = r.locale.Count(crossed) + " of " + r.locale.Count(len(read)) + " crossed"
	case unknown > 0:
		row.Readings, row.Warn = "could not be checked: "+reason, true
	default:
		row.Readings = "nothing crossed"
	}
	if crossed > 0 && unknown > 0 {
		row.Readings += ", " + r.locale.Count(unknown) + " could not be checked"
	}
	return row
}

func channelRow(c store.AlertChannel) view.ChannelRow {
	row := view.ChannelRow{Name: c.Name, Kind: c.Kind, Shown: c.Shown, Tag: view.Tag{Text: "on", Icon: "check"}}
	act := func(label, do string) view.Action {
		return view.Action{Label: label, Href: "/alerts/channels/" + c.ID + "/" + do}
	}
	toggle := act("Switch off", "off")
	if !c.Enabled {
		row.Tag, toggle = view.Tag{Text: "off"}, act("Switch on", "on")
	}
	row.Actions = []view.Action{act("Send a test", "test"), toggle}
	if c.Kind == service.ChannelWebhook {
		row.Actions = append(row.Actions, act("New secret", "rotate"))
	}
	remove := act("Delete", "delete")
	remove.Danger = true
	row.Actions = append(row.Actions, remove)
	return row
}

func (r *request) channelForm(errs map[string]string) view.Form {
	kind := r.PostFormValue("kind")
	kinds := view.Field{Name: "kind", Label: "Kind", Kind: "select", Width: "w6"}
	for _, k := range [][2]string{{service.ChannelMail, "Mail to " + r.user.Email}, {service.ChannelWebhook, "Webhook: JSON, signed"}, {service.ChannelSlack, "Slack: incoming webhook"}} {
		kinds.Options = append(kinds.Options, view.Option{Value: k[0], Label: k[1], Selected: k[0] == kind})
	}
	name := view.Field{Name: "name", Label: "Name", Kind: "text", Width: "w6", Value: r.PostFormValue("name"), Auto: "off"}
	// An address may be a secret, so that it is not written back into the page.
	address := view.Field{Name: "url", Label: "Address", Kind: "text", Width: "w6", Hint: "https://…", Help: "Of a webhook or of Slack. It is kept sealed.", Auto: "off"}
	fields := withErrors([]view.Field{kinds, name, address}, errs)
	return view.Form{Action: "/alerts/channels", Submit: "Add channel", Fields: fields, Errors: summary(fields, errs)}
}

func (s *site) addAlertChannel(r *request) error {
	c, signing, err := s.svc.AddAlertChannel(r.Context(), r.caller, service.NewChannel{Kind: r.PostFormValue("kind"), Name: r.PostFormValue("name"), URL: r.PostFormValue("url")})
	if err == service.ErrNoMail {
		return s.showRules(r, http.StatusUnprocessableEntity, nil, map[string]string{"kind": "This installation sends no mail."})
	}
	if err != nil {
		errs := oneFault(err, "url")
		if errs == nil {
			return err
		}
		return s.showRules(r, http.StatusUnprocessableEntity, nil, errs)
	}
	if signing != "" {
		r.PostForm = nil // the form begins anew
		return s.showRules(r, http.StatusOK, &view.Secret{Name: c.Name, Text: signing}, nil)
	}
	r.toast(flash{Text: c.Name + " added"})
	return r.to("/alerts/rules#channels")
}

func (s *site) changeAlertChannel(r *request) error {
	id, ctx := r.PathValue("id"), r.Context()
	on, off := true, false
	var err error
	text := ""
	switch r.PathValue("do") {
	case "on":
		_, _, err = s.svc.ChangeAlertChannel(ctx, r.caller, id, service.ChannelChange{Enabled: &on})
		text = "Switched on"
	case "off":
		_, _, err = s.svc.ChangeAlertChannel(ctx, r.caller, id, service.ChannelChange{Enabled: &off})
		text = "Switched off"
	case "rotate":
		c, signing, err := s.svc.ChangeAlertChannel(ctx, r.caller, id, service.ChannelChange{Rotate: true})
		if err != nil {
			return err
		}
		return s.showRules(r, http.StatusOK, &view.Secret{Name: c.Name, Text: signing}, nil)
	case "delete":
		err = s.svc.DeleteAlertChannel(ctx, r.caller, id)
		text = "Channel deleted"
	case "test":
		err = s.svc.TestAlertChannel(ctx, r.caller, id)
		text = "The test message went out"
		if errs := oneFault(err, "channel"); errs != nil {
			err, text = nil, errs["channel"]
		}
	default:
		return store.ErrNotFound
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: text})
	return r.to("/alerts/rules#channels")
}

// newAlertRule offers a rule of a kind as it is usual.
func (s *site) newAlertRule(r *request) error {
	d, ok := alert.Describe(alert.Kind(r.URL.Query().Get("kind")))
	if !ok {
		d, _ = alert.Describe(alert.Position)
	}
	rule := store.AlertRule{Kind: string(d.Kind), Name: d.Name, Below: d.Below, Threshold: d.Threshold, Band: d.Band, Severity: string(d.Severity), Enabled: true, Subject: r.URL.Query().Get("subject")}
	if r.portfolio == nil && len(r.portfolios) == 1 {
		rule.Portfolio = r.portfolios[0].ID
	}
	return s.showRule(r, http.StatusOK, rule, nil)
}

func (s *site) editAlertRule(r *request) error {
	rule, err := s.svc.AlertRule(r.Context(), r.caller, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showRule(r, http.StatusOK, rule, nil)
}

// scaled turns a fraction into percent for typing, and back.
func scaled(d alert.Description) bool { return d.Unit == alert.Fraction }

func (s *site) showRule(r *request, status int, rule store.AlertRule, errs map[string]string) error {
	d, _ := alert.Describe(alert.Kind(rule.Kind))
	channels, err := s.svc.AlertChannels(r.Context(), r.caller)
	if err != nil {
		return err
	}
	fresh := rule.ID == ""
	v := view.RuleForm{Page: r.frame("Rule", "/alerts"), Title: d.Name, About: "Raised when " + d.About + "."}
	v.Page.Crumbs = []view.Link{{Label: "Alerts", Href: "/alerts"}, {Label: "Rules", Href: "/alerts/rules"}}
	v.Page.Narrow = true
	if fresh {
		for _, k := range alert.Kinds() {
			v.Kinds = append(v.Kinds, view.Choice{Label: k.Name, Href: "/alerts/rules/new?kind=" + string(k.Kind), Current: k.Kind == d.Kind})
		}
	}
	v.Form = view.Form{Action: "/alerts/rules/new", Submit: "Make the rule", Cancel: "/alerts/rules", Hidden: []view.Hidden{{Name: "kind", Value: rule.Kind}}}
	if !fresh {
		v.Form.Action, v.Form.Submit = "/alerts/rules/"+rule.ID, "Save"
		v.Form.Hidden = append(v.Form.Hidden, view.Hidden{Name: "revision", Value: fmt.Sprint(rule.Revision)}, view.Hidden{Name: "portfolio", Value: rule.Portfolio})
		v.Form.Delete = &view.Action{Label: "Delete the rule", Href: "/alerts/rules/" + rule.ID + "/delete", Danger: true}
	}
	fields := withErrors(r.ruleFields(rule, d, fresh, channels), errs)
	v.Form.Fields, v.Form.Errors = fields, summary(fields, errs)
	return r.show(status, page.AlertRule(v))
}

func (r *request) ruleFields(rule store.AlertRule, d alert.Description, fresh bool, channels []store.AlertChannel) []view.Field {
	number := func(name, label, unit, help string, value money.Decimal) view.Field {
		if scaled(d) {
			value = value.Mul(hundred)
		}
		return view.Field{Name: name, Label: label, Kind: "number", Width: "w3", Unit: unit, Help: help, Value: r.locale.Input(value), Auto: "off"}
	}
	unit := map[string]string{alert.Fraction: "%", alert.Days: "days", alert.Sessions: "sessions", alert.Attempts: "attempts"}[d.Unit]
	fields := []view.Field{{Name: "name", Label: "Name", Kind: "text", Width: "w3", Value: rule.Name, Auto: "off"}}
	if fresh {
		where := view.Field{Name: "portfolio", Label: "Portfolio", Kind: "select", Width: "w3", Options: []view.Option{{Label: "Every portfolio that is yours", Selected: rule.Portfolio == ""}}}
		for _, p := range r.portfolios {
			switch {
			case p.Tenant != "" && p.Tenant != r.caller.Tenant:
				where.Options = append(where.Options, view.Option{Value: p.ID, Label: p.Name + " (shared with you)", Selected: p.ID == rule.Portfolio})
			case p.Role.Allows(store.CanTrade):
				where.Options = append(where.Options, view.Option{Value: p.ID, Label: p.Name, Selected: p.ID == rule.Portfolio})
			}
		}
		fields = append(fields, where)
	}
	if d.Subject != alert.Whole {
		help := map[alert.Subject]string{alert.Symbol: "A symbol; empty: each holding.", alert.OneOf: "The symbol of a holding.", alert.Industry: "A sector; empty: each.", alert.Scenario: "The id of a scenario; empty: the worst."}[d.Subject]
		fields = append(fields, view.Field{Name: "subject", Label: "About", Kind: "text", Width: "w3", Value: rule.Subject, Help: help, Need: d.Subject == alert.OneOf, Auto: "off"})
	}
	if d.Either {
		fields = append(fields, view.Field{Name: "below", Label: "Reached from", Kind: "select", Width: "w3", Options: []view.Option{{Value: "", Label: "below: at or over it", Selected: !rule.Below}, {Value: "1", Label: "above: at or under it", Selected: rule.Below}}})
	}
	if d.Kind != alert.Limits {
		fields = append(fields, number("threshold", "Threshold", unit, "", rule.Threshold))
	}
	fields = append(fields, number("band", "Goes back by", unit, "How far before it may be raised again: it keeps an alert from flapping.", rule.Band))
	severity := view.Field{Name: "severity", Label: "Severity", Kind: "select", Width: "w3"}
	for _, one := range alert.Severities() {
		severity.Options = append(severity.Options, view.Option{Value: string(one), Label: strings.ToUpper(string(one[:1])) + string(one[1:]), Selected: string(one) == rule.Severity})
	}
	fields = append(fields, severity,
		view.Field{Name: "quiet_from", Label: "Quiet from", Kind: "time", Width: "w3", Value: rule.QuietFrom, Help: "In " + r.user.TimeZone + ". The alert is here at once; what is sent waits."},
		view.Field{Name: "quiet_to", Label: "Quiet to", Kind: "time", Width: "w3", Value: rule.QuietTo})
	if rule.User == "" || rule.User == r.user.ID {
		for _, c := range channels {
			fields = append(fields, check("channel", "c-"+c.ID, "Tell "+c.Name, c.Kind+" to "+c.Shown, slices.Contains(rule.Channels, c.ID), c.ID))
		}
	}
	return append(fields, check("eager", "eager", "Soon", "Also look some seconds after a booking or new prices", rule.Eager, "1"), check("enabled", "enabled", "On", "Hold figures against this rule", rule.Enabled, "1"))
}

// check is a choice of yes or no, as a select: it says both.
func check(name, id, label, yes string, on bool, value string) view.Field {
	return view.Field{Name: name, ID: id, Label: label, Kind: "select", Width: "w6", Options: []view.Option{{Value: "", Label: "No", Selected: !on}, {Value: value, Label: "Yes: " + yes, Selected: on}}}
}

func (s *site) saveAlertRule(r *request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	rule := store.AlertRule{ID: r.PathValue("id"), Portfolio: get("portfolio"), Kind: get("kind"), Name: get("name"), Subject: get("subject"), Below: get("below") != "", Severity: get("severity"),
		QuietFrom: get("quiet_from"), QuietTo: get("quiet_to"), Eager: get("eager") != "", Enabled: get("enabled") != ""}
	for _, id := range r.PostForm["channel"] {
		if id != "" {
			rule.Channels = append(rule.Channels, id)
		}
	}
	fmt.Sscan(get("revision"), &rule.Revision)
	d, ok := alert.Describe(alert.Kind(rule.Kind))
	if !ok {
		return store.ErrNotFound
	}
	if rule.ID != "" {
		was, err := s.svc.AlertRule(r.Context(), r.caller, rule.ID)
		if err != nil {
			return err
		}
		if rule.User = was.User; was.User != r.user.ID {
			rule.Channels = was.Channels
		}
	}
	errs := map[string]string{}
	for name, to := range map[string]*money.Decimal{"threshold": &rule.Threshold, "band": &rule.Band} {
		text := strings.TrimSuffix(get(name), "%")
		if text == "" {
			continue
		}
		value, err := r.locale.Parse(text)
		if err != nil {
			errs[name] = sentence(err.Error())
			continue
		}
		if scaled(d) {
			value = value.DivRound(hundred, 8)
		}
		*to = value
	}
	if len(errs) == 0 {
		saved, err := s.svc.SaveAlertRule(r.Context(), r.caller, rule)
		if err == nil {
			r.toast(flash{Text: saved.Name + " saved"})
			return r.to("/alerts/rules")
		}
		if errs = oneFault(err, "name"); errs == nil {
			return err
		}
	}
	return s.showRule(r, http.StatusUnprocessableEntity, rule, errs)
}

func (s *site) deleteAlertRule(r *request) error {
	if err := s.svc.DeleteAlertRule(r.Context(), r.caller, r.PathValue("id")); err != nil {
		return err
	}
	r.toast(flash{Text: "The rule is deleted; what it raised is resolved"})
	return r.to("/alerts/rules")
}
