// Package alarm tells whoever runs an installation what its checks found: Slack, a signed
// webhook and mail, as configured, without a monitoring system beside it.
//
// Model: an alarm is told when what is found differs from what was told last, once a day
// while it lasts, and once when it is over. What was told is read from the record of runs
// (the check named "alert" of each), so that nothing else is kept. An alarm holds names
// and sentences of checks, never what belongs to a tenant and never a secret.
package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// Severity is how bad it is.
type Severity string

// The severities, and the colours that Slack shows beside them.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
	Resolved Severity = "resolved"
)

var colours = map[Severity]string{Critical: "#bc421b", Warning: "#e6a732", Resolved: "#33a795"}

// Alarm is what is told.
type Alarm struct {
	ID       string
	Command  string // that found it
	Severity Severity
	Title    string
	Findings []check.Check
	At       time.Time
	Link     string // to the pages; empty: it is not known
}

// Channels are where it goes; what is empty is not configured.
type Channels struct {
	Slack         string
	Webhook       string
	WebhookSecret string
	Mail          notify.Channel
	To            string
	Post          *notify.Poster
}

// Of are the channels of a configuration.
func Of(cfg config.Config) (Channels, error) {
	a := cfg.Accounts
	c := Channels{Slack: a.Slack, Webhook: a.AlertHook, WebhookSecret: a.AlertHookSecret, To: a.AlertMail, Post: notify.NewPoster(notify.PostOptions{Private: a.PrivateHooks})}
	if m := a.Mail; m.Server != "" && c.To != "" {
		var err error
		if c.Mail, err = notify.NewMail(notify.Mail{Server: m.Server, Port: m.Port, Username: m.Username, Password: m.Password, From: m.From, TLS: notify.TLS(m.TLS)}); err != nil {
			return c, fmt.Errorf("mail (SMTP_SERVER): %w", err)
		}
	}
	return c, nil
}

// Any reports whether there is one.
func (c Channels) Any() bool { return c.Slack != "" || c.Webhook != "" || c.Mail != nil }

// body is what the webhook is sent; fields are added, never changed.
type body struct {
	ID       string        `json:"id"`
	Event    string        `json:"event"` // "operations.alert" or "operations.resolved"
	SentAt   time.Time     `json:"sent_at"`
	Command  string        `json:"command"`
	Severity Severity      `json:"severity"`
	Title    string        `json:"title"`
	URL      string        `json:"url,omitempty"`
	Findings []check.Check `json:"findings"`
}

// Send tells every channel, each by itself, and names those that took it.
func (c Channels) Send(ctx context.Context, a Alarm) (sent []string, err error) {
	var failed []error
	note := func(name string, err error) {
		if err != nil {
			failed = append(failed, err)
			return
		}
		sent = append(sent, name)
	}
	if c.Slack != "" {
		n := notify.Note{Title: a.Title, Link: a.Link, Colour: colours[a.Severity], At: a.At, Fields: []notify.Field{{Name: "Severity", Value: string(a.Severity)}, {Name: "Command", Value: a.Command}}}
		for _, f := range a.Findings {
			n.Fields = append(n.Fields, notify.Field{Name: f.Name, Value: f.Says})
		}
		note("Slack", c.Post.Slack(ctx, c.Slack, n))
	}
	if c.Webhook != "" {
		event := "operations.alert"
		if a.Severity == Resolved {
			event = "operations.resolved"
		}
		text, err := json.Marshal(body{a.ID, event, a.At.UTC(), a.Command, a.Severity, a.Title, a.Link, append([]check.Check{}, a.Findings...)})
		if err == nil {
			err = c.Post.Webhook(ctx, notify.Hook{URL: c.Webhook, Secret: c.WebhookSecret, Delivery: a.ID, Event: event, Body: text})
		}
		note("webhook", err)
	}
	if c.Mail != nil {
		note("mail", c.Mail.Send(ctx, notify.Message{To: c.To, Subject: "FolioSight: " + a.Title, Text: text(a)}))
	}
	return sent, errors.Join(failed...)
}

func text(a Alarm) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nSeverity: %s\nFound by: foliosight %s\nAt: %s\n", a.Title, a.Severity, a.Command, a.At.UTC().Format(time.RFC3339))
	for _, f := range a.Findings {
		fmt.Fprintf(&b, "\n%s: %s\n", f.Name, f.Says)
		if f.Cure != "" {
			fmt.Fprintf(&b, "  What to do: %s\n", f.Cure)
		}
	}
	if a.Link != "" {
		fmt.Fprintf(&b, "\n%s\n", a.Link)
	}
	return b.String()
}

// CheckName is the name of the check that says what became of telling.
const CheckName = "alert"

// told is how such a check begins that told somebody.
const told = "sent to "

// Repeat is after which time what lasts is told again.
const Repeat = 24 * time.Hour

// Tell tells what a report found, unless that was told already, and adds to the report
// what became of it. before are earlier runs of the same command, the latest first;
// severe are the names of checks that make it critical.
func (c Channels) Tell(ctx context.Context, r *check.Report, before []store.Operation, now time.Time, link string, severe ...string) {
	var findings []check.Check
	severity, names := Warning, []string{}
	for _, f := range r.Checks {
		if f.State != check.Finding {
			continue
		}
		findings, names = append(findings, f), append(names, f.Name)
		if slices.Contains(severe, f.Name) {
			severity = Critical
		}
	}
	last, at := lastTold(before)
	same := slices.Equal(last, names)
	switch {
	case len(names) == 0 && len(last) == 0:
		r.Fine(CheckName, "nothing to tell")
		return
	case len(names) > 0 && same && now.Sub(at) < Repeat:
		r.Fine(CheckName, "told at "+at.UTC().Format(time.RFC3339)+" already; again after "+at.Add(Repeat).UTC().Format(time.RFC3339))
		return
	case len(names) == 0 && r.State() == check.Unknown:
		r.Unknown(CheckName, "whether what was told is over is not known", "see what could not be checked; the next run tells when it is")
		return
	case !c.Any():
		r.Unknown(CheckName, "nobody could be told", "set SLACK_WEBHOOK_URL, ALERT_WEBHOOK_URL, or SMTP_SERVER and ALERT_EMAIL")
		return
	}
	a := Alarm{ID: store.NewID(), Command: r.Command, Severity: severity, Title: r.Command + ": " + strings.Join(names, ", "), Findings: findings, At: now, Link: link}
	if len(names) == 0 {
		a.Severity, a.Title = Resolved, r.Command+": all is well again"
	}
	sent, err := c.Send(ctx, a)
	says := told + strings.Join(sent, ", ")
	switch {
	case len(sent) == 0:
		r.Find(CheckName, "nobody took it: "+oneLine(err), "look at the address in SLACK_WEBHOOK_URL, ALERT_WEBHOOK_URL or SMTP_SERVER; the next run tries again")
	case err != nil:
		r.Find(CheckName, says+"; not to all: "+oneLine(err), "look at the address of the channel that is named")
	default:
		r.Fine(CheckName, says)
	}
}

// Told reports whether an alarm of a report went out.
func Told(r *check.Report) bool {
	for _, f := range r.Checks {
		if f.Name == CheckName && strings.HasPrefix(f.Says, told) {
			return true
		}
	}
	return false
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// lastTold is what was told last, and when; nothing where that was that all is well.
func lastTold(before []store.Operation) (names []string, at time.Time) {
	for _, o := range before {
		var r check.Report
		if json.Unmarshal(o.Report, &r) != nil {
			continue
		}
		names, said := []string{}, false
		for _, f := range r.Checks {
			switch {
			case f.Name == CheckName:
				said = strings.HasPrefix(f.Says, told)
			case f.State == check.Finding:
				names = append(names, f.Name)
			}
		}
		if said {
			return names, o.Began
		}
	}
	return nil, time.Time{}
}
