package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// AlertRuleBody is what a rule says.
type AlertRuleBody struct {
	Portfolio string        `json:"portfolio_id,omitempty" maxLength:"36" doc:"Absent: every portfolio that you own. It stays as it is."`
	Kind      string        `json:"kind" enum:"price,position,sector,var,stress,drawdown,correlation,expiry,stale,job,limits" doc:"What it looks at. It stays as it is." example:"position"`
	Name      string        `json:"name,omitempty" maxLength:"100" doc:"What you call it." example:"Too large"`
	Subject   string        `json:"subject,omitempty" maxLength:"100" doc:"A symbol, a sector or a scenario; absent: each, or the worst." example:"ACME"`
	Below     bool          `json:"below,omitempty" doc:"Of a price: raised at or under the threshold instead of at or over it."`
	Threshold money.Decimal `json:"threshold" doc:"In the unit of the kind: fractions of the value (0.1 is 10%), a price, days, sessions, attempts or a correlation."`
	Band      money.Decimal `json:"band" doc:"How far back the figure goes before the rule is armed again; of limits a share of each limit."`
	Severity  string        `json:"severity,omitempty" enum:"info,warning,critical" doc:"How much it matters; the kind's own unless given."`
	QuietFrom string        `json:"quiet_from,omitempty" maxLength:"5" doc:"hh:mm in your time zone from which nothing is sent; the alert itself is there at once." example:"22:00"`
	QuietTo   string        `json:"quiet_to,omitempty" maxLength:"5" doc:"Until when." example:"07:00"`
	Channels  []string      `json:"channels,omitempty" maxItems:"20" doc:"Ids of your channels that are told."`
	Eager     bool          `json:"eager,omitempty" doc:"Whether it is also looked at some seconds after a booking and new prices."`
	Enabled   *bool         `json:"enabled,omitempty" doc:"Absent: it is. One that is switched off resolves what it raised."`
	Revision  int64         `json:"revision,omitempty" minimum:"0" doc:"On changing: the one that was read; absent: whatever it is."`
}

// AlertRule is a rule as it is kept.
type AlertRule struct {
	ID string `json:"id" doc:"Id of the rule."`
	AlertRuleBody
	User    string    `json:"user" doc:"Id of whose it is."`
	Unit    string    `json:"unit" doc:"Of threshold and band." example:"fraction"`
	Created time.Time `json:"created_at" doc:"When it was made."`
	Changed time.Time `json:"changed_at" doc:"When it was last changed."`
}

func ruleOf(r store.AlertRule) AlertRule {
	d, _ := alert.Describe(alert.Kind(r.Kind))
	return AlertRule{ID: r.ID, User: r.User, Unit: d.Unit, Created: r.Created, Changed: r.Changed, AlertRuleBody: AlertRuleBody{Portfolio: r.Portfolio, Kind: r.Kind, Name: r.Name, Subject: r.Subject, Below: r.Below,
		Threshold: r.Threshold, Band: r.Band, Severity: r.Severity, QuietFrom: r.QuietFrom, QuietTo: r.QuietTo, Channels: r.Channels, Eager: r.Eager, Enabled: &r.Enabled, Revision: r.Revision}}
}

func (b AlertRuleBody) rule(id string) store.AlertRule {
	return store.AlertRule{ID: id, Portfolio: b.Portfolio, Kind: b.Kind, Name: b.Name, Subject: b.Subject, Below: b.Below, Threshold: b.Threshold, Band: b.Band, Severity: b.Severity, QuietFrom: b.QuietFrom,
		QuietTo: b.QuietTo, Channels: b.Channels, Eager: b.Eager, Enabled: b.Enabled == nil || *b.Enabled, Revision: b.Revision}
}

// AlertRuleList are rules.
type AlertRuleList struct {
	Items []AlertRule `json:"items" nullable:"false" doc:"The oldest first."`
	Kinds []AlertKind `json:"kinds" nullable:"false" doc:"What rules may look at, with what they are unless one says otherwise."`
}

// AlertKind describes a kind of rule.
type AlertKind struct {
	Kind      string        `json:"kind" doc:"Its name in a rule." example:"position"`
	Name      string        `json:"name" doc:"Its name for a reader." example:"Large position"`
	About     string        `json:"about" doc:"When it is raised." example:"a position is more than a share of the value, long or short"`
	Subject   string        `json:"subject,omitempty" doc:"What it may be about: symbol, holding (one has to be named), sector, scenario; absent: the whole." example:"symbol"`
	Unit      string        `json:"unit" doc:"Of threshold and band." example:"fraction"`
	Threshold money.Decimal `json:"threshold" doc:"Offered."`
	Band      money.Decimal `json:"band" doc:"Offered."`
	Severity  string        `json:"severity" doc:"Offered." example:"warning"`
}

// OfRule names a rule in the address.
type OfRule struct {
	Rule string `path:"rule" maxLength:"36" doc:"Id of the rule."`
}

func (s *server) alertRules() {
	add(s, route{method: "GET", path: "/alert-rules", id: "list-alert-rules", tag: tagAlerts, summary: "Rules on figures", about: "Your own, also of portfolios that were shared with you, and those of portfolios that you see at home; and the kinds there are."},
		func(ctx context.Context, c service.Caller, _ *struct{}) (*struct{ Body AlertRuleList }, error) {
			all, err := s.svc.AlertRules(ctx, c)
			out := AlertRuleList{Items: make([]AlertRule, len(all))}
			for i, r := range all {
				out.Items[i] = ruleOf(r)
			}
			for _, k := range alert.Kinds() {
				out.Kinds = append(out.Kinds, AlertKind{Kind: string(k.Kind), Name: k.Name, About: k.About, Subject: string(k.Subject), Unit: k.Unit, Threshold: k.Threshold, Band: k.Band, Severity: string(k.Severity)})
			}
			return &struct{ Body AlertRuleList }{out}, err
		})
	add(s, route{method: "POST", path: "/alert-rules", id: "create-alert-rule", tag: tagAlerts, status: 201, errors: []int{404}, summary: "Make a rule", about: "For one portfolio, which takes the right to trade in it, or for every portfolio that you own. Of a portfolio that was shared with you from elsewhere you may make rules however little the share allows: they are yours alone, use your own channels and end with the share."},
		func(ctx context.Context, c service.Caller, in *struct{ Body AlertRuleBody }) (*struct{ Body AlertRule }, error) {
			r, err := s.svc.SaveAlertRule(ctx, c, in.Body.rule(""))
			return &struct{ Body AlertRule }{ruleOf(r)}, err
		})
	add(s, route{method: "GET", path: "/alert-rules/{rule}", id: "get-alert-rule", tag: tagAlerts, errors: []int{404}, summary: "One rule", about: "As it is kept."},
		func(ctx context.Context, c service.Caller, in *OfRule) (*struct{ Body AlertRule }, error) {
			r, err := s.svc.AlertRule(ctx, c, in.Rule)
			return &struct{ Body AlertRule }{ruleOf(r)}, err
		})
	add(s, route{method: "PUT", path: "/alert-rules/{rule}", id: "change-alert-rule", tag: tagAlerts, errors: []int{404, 409}, summary: "Change a rule", about: "All of it; kind and portfolio stay as they are. With a revision that is not the current one: 409."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfRule
			Body AlertRuleBody
		}) (*struct{ Body AlertRule }, error) {
			r, err := s.svc.SaveAlertRule(ctx, c, in.Body.rule(in.Rule))
			return &struct{ Body AlertRule }{ruleOf(r)}, err
		})
	add(s, route{method: "DELETE", path: "/alert-rules/{rule}", id: "delete-alert-rule", tag: tagAlerts, status: 204, errors: []int{404}, summary: "Delete a rule", about: "What it raised is resolved and stays in the history."},
		func(ctx context.Context, c service.Caller, in *OfRule) (*none, error) {
			return &none{}, s.svc.DeleteAlertRule(ctx, c, in.Rule)
		})
}

// AlertChannel is a way to be told.
type AlertChannel struct {
	ID      string    `json:"id" doc:"Id of the channel."`
	Kind    string    `json:"kind" enum:"mail,webhook,slack" doc:"What it is."`
	Name    string    `json:"name" doc:"What you call it." example:"Desk"`
	Shown   string    `json:"target" doc:"Where it leads, as far as that is no secret: a host or your address." example:"desk.example.org"`
	Enabled bool      `json:"enabled" doc:"Whether it is used."`
	Created time.Time `json:"created_at" doc:"When it was added."`
	Secret  string    `json:"signing_secret,omitempty" doc:"Of a webhook, on adding it and when the secret is changed: what its messages are signed with. It is shown once." example:"whsec_7mQ"`
}

func channelOf(c store.AlertChannel, secret string) AlertChannel {
	return AlertChannel{ID: c.ID, Kind: c.Kind, Name: c.Name, Shown: c.Shown, Enabled: c.Enabled, Created: c.Created, Secret: secret}
}

// AlertChannelList are channels.
type AlertChannelList struct {
	Items []AlertChannel `json:"items" nullable:"false" doc:"Your own, the oldest first."`
}

// OfChannel names a channel in the address.
type OfChannel struct {
	Channel string `path:"channel" maxLength:"36" doc:"Id of the channel."`
}

func (s *server) alertChannels() {
	add(s, route{method: "GET", path: "/channels", id: "list-channels", tag: tagAlerts, summary: "Ways to be told", about: "Your own. Others do not see them."},
		func(ctx context.Context, c service.Caller, _ *struct{}) (*struct{ Body AlertChannelList }, error) {
			all, err := s.svc.AlertChannels(ctx, c)
			out := AlertChannelList{Items: make([]AlertChannel, len(all))}
			for i, one := range all {
				out.Items[i] = channelOf(one, "")
			}
			return &struct{ Body AlertChannelList }{out}, err
		})
	add(s, route{method: "POST", path: "/channels", id: "create-channel", tag: tagAlerts, status: 201, summary: "Add a way to be told", about: "Mail to the address of your account, a webhook (JSON, signed), or an incoming webhook of Slack."},
		func(ctx context.Context, c service.Caller, in *struct {
			Body struct {
				Kind string `json:"kind" enum:"mail,webhook,slack" doc:"What it is." example:"webhook"`
				Name string `json:"name,omitempty" maxLength:"100" doc:"What you call it." example:"Desk"`
				URL  string `json:"url,omitempty" maxLength:"2000" doc:"Where a webhook or Slack is. It is kept sealed." example:"https://desk.example.org/foliosight"`
			}
		}) (*struct{ Body AlertChannel }, error) {
			ch, secret, err := s.svc.AddAlertChannel(ctx, c, service.NewChannel{Kind: in.Body.Kind, Name: in.Body.Name, URL: in.Body.URL})
			return &struct{ Body AlertChannel }{channelOf(ch, secret)}, err
		})
	add(s, route{method: "PATCH", path: "/channels/{channel}", id: "change-channel", tag: tagAlerts, errors: []int{404}, summary: "Rename a channel, switch it, or change its secret", about: "What is not given stays as it is."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfChannel
			Body struct {
				Name    *string `json:"name,omitempty" minLength:"1" maxLength:"100" doc:"What you call it." example:"Desk"`
				Enabled *bool   `json:"enabled,omitempty" doc:"Whether it is used."`
				Rotate  bool    `json:"rotate_secret,omitempty" doc:"Of a webhook: make another signing secret; the old one ends at once."`
			}
		}) (*struct{ Body AlertChannel }, error) {
			ch, secret, err := s.svc.ChangeAlertChannel(ctx, c, in.Channel, service.ChannelChange{Name: in.Body.Name, Enabled: in.Body.Enabled, Rotate: in.Body.Rotate})
			return &struct{ Body AlertChannel }{channelOf(ch, secret)}, err
		})
	add(s, route{method: "DELETE", path: "/channels/{channel}", id: "delete-channel", tag: tagAlerts, status: 204, errors: []int{404}, summary: "Delete a channel", about: "Your rules do without it from then on."},
		func(ctx context.Context, c service.Caller, in *OfChannel) (*none, error) {
			return &none{}, s.svc.DeleteAlertChannel(ctx, c, in.Channel)
		})
	add(s, route{method: "POST", path: "/channels/{channel}/test", id: "test-channel", tag: tagAlerts, status: 204, errors: []int{404}, class: classHeavy, summary: "Send a test message", about: "At once. Where it does not go out, 422 says why."},
		func(ctx context.Context, c service.Caller, in *OfChannel) (*none, error) {
			return &none{}, s.svc.TestAlertChannel(ctx, c, in.Channel)
		})
}
