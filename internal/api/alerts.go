package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
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

// Alert is one time that a rule was raised about one thing.
type Alert struct {
	ID        string        `json:"id" doc:"Id of the alert."`
	Portfolio string        `json:"portfolio_id" doc:"Id of the portfolio."`
	Rule      string        `json:"rule" doc:"Id of the rule; limits: the portfolio's own limits." example:"limits"`
	Kind      string        `json:"kind" doc:"What the rule looks at." example:"position"`
	Subject   string        `json:"subject,omitempty" doc:"A symbol, a sector, a scenario or a limit; absent: the portfolio as a whole." example:"ACME"`
	Title     string        `json:"title" doc:"What it says." example:"ACME is 12.5% of the value, over 10%"`
	Severity  string        `json:"severity" enum:"info,warning,critical" doc:"How much it matters."`
	State     string        `json:"state" enum:"raised,acknowledged,resolved" doc:"How far it has come."`
	Unit      string        `json:"unit" doc:"Of value and threshold: fraction, price, days, sessions, attempts or ratio." example:"fraction"`
	Below     bool          `json:"below" doc:"Whether it is raised at or under the threshold instead of over it."`
	Value     money.Decimal `json:"value" doc:"When it was raised."`
	Last      money.Decimal `json:"last_value" doc:"When it was last known."`
	Threshold money.Decimal `json:"threshold" doc:"What it is held against."`
	First     date.Date     `json:"first_day" doc:"Day of the figures that raised it."`
	LastDay   date.Date     `json:"last_day" doc:"Day of the figures of the last check."`
	Ledger    int64         `json:"ledger_version" doc:"Version of the ledger that the last value rests on." example:"12"`
	Unchecked string        `json:"unchecked,omitempty" doc:"Why the last check could not be made." example:"there is no price of ACME"`
	Raised    time.Time     `json:"raised_at" doc:"When it was raised."`

	Acknowledged    time.Time `json:"acknowledged_at,omitzero" doc:"When somebody saw to it."`
	AcknowledgedBy  string    `json:"acknowledged_by,omitempty" doc:"Id of who."`
	AcknowledgedWhy string    `json:"acknowledged_reason,omitempty" doc:"What they said." example:"Selling on Monday"`
	Resolved        time.Time `json:"resolved_at,omitzero" doc:"When it ended."`
	ResolvedBy      string    `json:"resolved_by,omitempty" doc:"Id of who ended it; absent: the figure went back."`
	ResolvedWhy     string    `json:"resolved_reason,omitempty" doc:"Why." example:"ACME is 8.9% of the value, against 10%"`

	Deliveries []AlertDelivery `json:"deliveries,omitempty" doc:"How it was told through your own channels; of one alert, not in lists."`
}

// AlertDelivery is an alert on its way through a channel.
type AlertDelivery struct {
	ID       string         `json:"id" doc:"Id of the delivery; a webhook gets it as X-Foliosight-Delivery."`
	Channel  string         `json:"channel_id" doc:"Id of the channel."`
	Event    string         `json:"event" enum:"raised,resolved" doc:"What is told."`
	Due      time.Time      `json:"due_at" doc:"When it is tried next, or was last."`
	Sent     time.Time      `json:"sent_at,omitzero" doc:"When it went out."`
	Failed   time.Time      `json:"failed_at,omitzero" doc:"When it was given up."`
	Reason   string         `json:"reason,omitempty" doc:"Why the last attempt failed." example:"webhook: it answered 503"`
	Attempts []AlertAttempt `json:"attempts" nullable:"false" doc:"In order."`
}

// AlertAttempt is one attempt to deliver.
type AlertAttempt struct {
	At     time.Time `json:"at" doc:"When."`
	Reason string    `json:"reason,omitempty" doc:"Why it failed; absent: it went out." example:"webhook: it answered 503"`
}

func alertOf(a store.Alert) Alert {
	return Alert{ID: a.ID, Portfolio: a.Portfolio, Rule: a.Rule, Kind: a.Kind, Subject: a.Subject, Title: a.Title, Severity: a.Severity, State: string(a.State), Unit: a.Unit, Below: a.Below, Value: a.Value,
		Last: a.Last, Threshold: a.Threshold, First: a.First, LastDay: a.LastDay, Ledger: a.Ledger, Unchecked: a.Unchecked, Raised: a.Raised, Acknowledged: a.Acknowledged, AcknowledgedBy: a.AcknowledgedBy,
		AcknowledgedWhy: a.AcknowledgedWhy, Resolved: a.Resolved, ResolvedBy: a.ResolvedBy, ResolvedWhy: a.ResolvedWhy}
}

func alertDetailOf(d service.AlertDetail) Alert {
	out := alertOf(d.Alert)
	for _, one := range d.Deliveries {
		told := AlertDelivery{ID: one.ID, Channel: one.Channel.ID, Event: one.Event, Due: one.Due, Sent: one.Sent, Failed: one.Failed, Reason: one.Reason, Attempts: []AlertAttempt{}}
		for _, a := range one.Attempts {
			told.Attempts = append(told.Attempts, AlertAttempt{At: a.At, Reason: a.Reason})
		}
		out.Deliveries = append(out.Deliveries, told)
	}
	return out
}

// AlertList is a page of alerts.
type AlertList struct {
	Items   []Alert `json:"items" nullable:"false" doc:"The newest first."`
	Waiting int     `json:"waiting" doc:"How many are raised and not acknowledged, of all portfolios." example:"2"`
	Next    string  `json:"next,omitempty" doc:"Send it as before for the next page; absent on the last."`
}

// AlertsFound is what came of a check.
type AlertsFound struct {
	Rules    int      `json:"rules" doc:"Looked at; the portfolio's limits count as one." example:"4"`
	Raised   int      `json:"raised" doc:"New alerts." example:"1"`
	Resolved int      `json:"resolved" doc:"Alerts that ended by themselves." example:"0"`
	Open     int      `json:"open" doc:"Alerts that are open now." example:"2"`
	Unknown  int      `json:"unknown" doc:"Figures that could not be checked: they neither raise nor resolve." example:"0"`
	Reasons  []string `json:"reasons,omitempty" doc:"Why not, the first few."`
	Summary  string   `json:"summary" doc:"All of it in a sentence." example:"4 rules, 1 raised, 0 resolved, 2 open"`
}

// OfAlert names an alert in the address.
type OfAlert struct {
	Alert string `path:"alert" maxLength:"36" doc:"Id of the alert."`
}

func (s *server) alerts() {
	add(s, route{method: "GET", path: "/alerts", id: "list-alerts", tag: tagAlerts, errors: []int{404, 422}, summary: "Alerts", about: "Those of portfolios that you see, the newest first."},
		func(ctx context.Context, c service.Caller, in *struct {
			Portfolio string   `query:"portfolio" maxLength:"36" doc:"Those of one portfolio."`
			State     []string `query:"state" doc:"raised, acknowledged or resolved, several separated by commas."`
			Kind      string   `query:"kind" maxLength:"20" doc:"Those of one kind."`
			Rule      string   `query:"rule" maxLength:"36" doc:"Those of one rule; limits: of the portfolio's own limits."`
			Before    string   `query:"before" maxLength:"36" doc:"Those before this id: next of the page before."`
			Limit     int      `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
		}) (*struct{ Body AlertList }, error) {
			f := store.AlertFilter{Portfolio: in.Portfolio, Kind: in.Kind, Rule: in.Rule, Before: in.Before, Limit: in.Limit + 1}
			for _, one := range in.State {
				f.States = append(f.States, store.AlertState(one))
			}
			all, err := s.svc.Alerts(ctx, c, f)
			if err != nil {
				return nil, err
			}
			var out AlertList
			if len(all) > in.Limit {
				all = all[:in.Limit]
				out.Next = all[in.Limit-1].ID
			}
			out.Items = make([]Alert, len(all))
			for i, a := range all {
				out.Items[i] = alertOf(a)
			}
			out.Waiting, err = s.svc.AlertsWaiting(ctx, c)
			return &struct{ Body AlertList }{out}, err
		})
	add(s, route{method: "GET", path: "/alerts/{alert}", id: "get-alert", tag: tagAlerts, errors: []int{404}, summary: "One alert", about: "With how it was told through your own channels, attempt by attempt."},
		func(ctx context.Context, c service.Caller, in *OfAlert) (*struct{ Body Alert }, error) {
			d, err := s.svc.Alert(ctx, c, in.Alert)
			return &struct{ Body Alert }{alertDetailOf(d)}, err
		})
	add(s, route{method: "POST", path: "/alerts/{alert}/acknowledge", id: "acknowledge-alert", tag: tagAlerts, errors: []int{404, 409, 422}, summary: "See to an alert", about: "Notes who has seen to it and what they said. One that was acknowledged or resolved already: 409."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfAlert
			Body struct {
				Reason string `json:"reason,omitempty" maxLength:"500" doc:"What you say to it." example:"Selling on Monday"`
			}
		}) (*struct{ Body Alert }, error) {
			a, err := s.svc.AcknowledgeAlert(ctx, c, in.Alert, in.Body.Reason)
			return &struct{ Body Alert }{alertOf(a)}, err
		})
	add(s, route{method: "POST", path: "/alerts/{alert}/resolve", id: "resolve-alert", tag: tagAlerts, errors: []int{404, 409, 422}, summary: "End an alert by hand", about: "Takes a reason. The rule is not raised about the same thing again before the figure has gone back by the whole band."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfAlert
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why it is well as it is." example:"The position is meant to be this large"`
			}
		}) (*struct{ Body Alert }, error) {
			a, err := s.svc.ResolveAlert(ctx, c, in.Alert, in.Body.Reason)
			return &struct{ Body Alert }{alertOf(a)}, err
		})
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/alerts/check", id: "check-alerts", tag: tagAlerts, errors: []int{403, 404}, summary: "Hold a portfolio against its rules now", about: "It is done every night too. The same figures a second time change nothing."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body AlertsFound }, error) {
			f, err := s.svc.CheckAlerts(ctx, c, in.Portfolio)
			return &struct{ Body AlertsFound }{AlertsFound{Rules: f.Rules, Raised: f.Raised, Resolved: f.Resolved, Open: f.Open, Unknown: f.Unknown, Reasons: f.Reasons, Summary: f.String()}}, err
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/alerts/readings", id: "list-alert-readings", tag: tagAlerts, errors: []int{404}, summary: "What stood against each rule at the last check", about: "The figures, or why they are not known; what is over its threshold first, at most sixty of a rule."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body AlertReadingList }, error) {
			all, err := s.svc.AlertChecks(ctx, c, in.Portfolio)
			out := AlertReadingList{Items: []AlertReadings{}}
			for _, one := range all {
				r := AlertReadings{Rule: one.Rule, Day: one.Day, At: one.At, Ledger: one.Ledger, Readings: []AlertReading{}}
				for _, x := range one.Read {
					r.Readings = append(r.Readings, readingOf(x))
				}
				out.Items = append(out.Items, r)
			}
			return &struct{ Body AlertReadingList }{out}, err
		})
}

// AlertReadingList is what stood against the rules of a portfolio.
type AlertReadingList struct {
	Items []AlertReadings `json:"items" nullable:"false" doc:"A rule each."`
}

// AlertReadings is what stood against one rule.
type AlertReadings struct {
	Rule     string         `json:"rule" doc:"Id of the rule; limits: the portfolio's own limits." example:"limits"`
	Day      date.Date      `json:"day" doc:"Of the figures."`
	At       time.Time      `json:"at" doc:"When it was looked at."`
	Ledger   int64          `json:"ledger_version" doc:"Version of the ledger." example:"12"`
	Readings []AlertReading `json:"readings" nullable:"false" doc:"What is over first."`
}

// AlertReading is one figure held against a threshold.
type AlertReading struct {
	Subject   string         `json:"subject,omitempty" doc:"A symbol, a sector, a scenario or a limit; absent: the portfolio as a whole." example:"ACME"`
	Label     string         `json:"label" doc:"For a reader." example:"ACME"`
	Value     *money.Decimal `json:"value" doc:"Null: it could not be checked, and reason says why."`
	Threshold money.Decimal  `json:"threshold" doc:"What it is held against."`
	Band      money.Decimal  `json:"band" doc:"How far back it goes before the rule is armed again."`
	Unit      string         `json:"unit" doc:"fraction, price, days, sessions, attempts or ratio." example:"fraction"`
	Over      bool           `json:"crossed" doc:"Whether the value is over the threshold (at or under it, of a rule below)."`
	Reason    string         `json:"reason,omitempty" doc:"Why the value is not known." example:"there is no price of ACME"`
	Day       date.Date      `json:"day" doc:"Of the figure."`
}

func readingOf(r alert.Reading) AlertReading {
	out := AlertReading{Subject: r.Subject, Label: r.Label, Threshold: r.Threshold, Band: r.Band, Unit: r.Unit, Over: r.Crossed(), Reason: r.Reason, Day: r.Day}
	if r.Value.Known {
		out.Value = &r.Value.Decimal
	}
	return out
}
