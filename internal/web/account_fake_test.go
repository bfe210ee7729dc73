package web_test

import (
	"context"
	"io"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

var aMoment = time.Date(2026, 11, 19, 9, 30, 0, 0, time.UTC)

func (f *fake) Users(context.Context, service.Caller) ([]store.User, error) {
	return []store.User{{ID: "u", Name: "Mara Keller", Email: "mara@example.org", Role: store.Owner, Created: aMoment}, {ID: "v", Name: "Jo", Email: "jo@example.org", Role: store.Member, Created: aMoment, Disabled: true}}, nil
}

func (f *fake) Tiers() map[string]service.Tier {
	return map[string]service.Tier{"": service.UsualTier}
}

func (f *fake) Invites(context.Context, service.Caller) ([]store.Invite, error) {
	return []store.Invite{{ID: "i", Email: "new@example.org", Role: store.Member, CreatedBy: "u", Created: aMoment, Expires: aMoment.Add(7 * 24 * time.Hour)}}, nil
}

func (f *fake) FindEvents(_ context.Context, _ service.Caller, q store.EventFilter) ([]store.Event, error) {
	return []store.Event{{Sequence: 7, At: aMoment, User: "u", Action: "session.create", Object: "session/s"}, {Sequence: 6, At: aMoment, User: "v", Action: "portfolio.update", Object: "portfolio/fund", Portfolio: "fund", Before: []byte(`{"name":"Old"}`), After: []byte(`{"name":"<b>New</b>"}`)}}[:min(2, q.Limit)], nil
}

func (f *fake) SecondFactor(context.Context, service.Caller) (service.SecondFactor, error) {
	return service.SecondFactor{On: true, Since: aMoment, Recovery: 9}, nil
}

func (f *fake) Passkeys(context.Context, service.Caller) ([]store.Passkey, error) {
	return []store.Passkey{{ID: "p", Name: "Laptop", Created: aMoment}}, nil
}

func (f *fake) Linked(context.Context, service.Caller) ([]store.Linked, error) {
	return []store.Linked{{ID: "l", Issuer: "https://work.example.org", Subject: "1", Email: "mara@work.example.org", Created: aMoment}}, nil
}

func (f *fake) Sessions(context.Context, service.Caller) ([]store.Session, error) {
	return []store.Session{{ID: "s", Agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", Created: aMoment, LastSeen: aMoment}, {ID: "t", Agent: "curl/8.9", Created: aMoment, LastSeen: aMoment}}, nil
}

func (f *fake) PersonalTokens(context.Context, service.Caller) ([]store.PersonalToken, error) {
	return []store.PersonalToken{{ID: "k", Name: "Spreadsheet", Scope: "read", Created: aMoment, Expires: aMoment.Add(time.Hour)}}, nil
}

func (f *fake) ExportMe(_ context.Context, _ service.Caller, w io.Writer) error {
	_, err := io.WriteString(w, "PK")
	return err
}

func (f *fake) Closings(context.Context, service.Caller, string) ([]store.Closing, error) {
	return []store.Closing{{Sequence: 1, Through: date.Must(2025, 12, 31), User: "u", At: aMoment}, {Sequence: 2, Through: date.None, Reason: "a late statement", User: "u", At: aMoment}}, nil
}

func (f *fake) Alerts(context.Context, service.Caller, store.AlertFilter) ([]store.Alert, error) {
	return nil, nil
}

func (f *fake) AlertChecks(context.Context, service.Caller, string) ([]service.RuleCheck, error) {
	return nil, nil
}

func (f *fake) AlertRules(context.Context, service.Caller) ([]store.AlertRule, error) {
	return nil, nil
}

func (f *fake) AlertChannels(context.Context, service.Caller) ([]store.AlertChannel, error) {
	return nil, nil
}
