package web_test

import (
	"context"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// What the pages of accounts, alerts and administration read: an installation of one
// person who has set up nothing yet.

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

func (f *fake) SecondFactor(context.Context, service.Caller) (service.SecondFactor, error) {
	return service.SecondFactor{}, nil
}

func (f *fake) Passkeys(context.Context, service.Caller) ([]store.Passkey, error) { return nil, nil }

func (f *fake) Linked(context.Context, service.Caller) ([]store.Linked, error) { return nil, nil }

func (f *fake) Sessions(context.Context, service.Caller) ([]store.Session, error) { return nil, nil }

func (f *fake) PersonalTokens(context.Context, service.Caller) ([]store.PersonalToken, error) {
	return nil, nil
}

func (f *fake) Users(ctx context.Context, c service.Caller) ([]store.User, error) {
	me, err := f.Me(ctx, c)
	return []store.User{me}, err
}

func (f *fake) Tiers() map[string]service.Tier { return nil }

func (f *fake) Invites(context.Context, service.Caller) ([]store.Invite, error) { return nil, nil }

func (f *fake) InviteLink(token string) string {
	return "https://folio.example/register?invite=" + token
}

func (f *fake) LinkAddress(token string) string { return "https://folio.example/l/" + token }

func (f *fake) Features(context.Context, service.Caller) ([]service.FeatureInfo, error) {
	return nil, nil
}

func (f *fake) FindEvents(context.Context, service.Caller, store.EventFilter) ([]store.Event, error) {
	return nil, nil
}

func (f *fake) VerifyEvents(context.Context, service.Caller) (int64, error) { return 0, nil }

func (f *fake) JobCounts(context.Context, service.Caller) (map[service.JobState]int, error) {
	return nil, nil
}

func (f *fake) Closings(context.Context, service.Caller, string) ([]store.Closing, error) {
	return nil, nil
}
