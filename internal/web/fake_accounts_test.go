package web_test

import (
	"context"

	"github.com/foliosight/foliosight/internal/service"
)

// What the pages of administration read besides.

func (f *fake) InviteLink(token string) string {
	return "https://folio.example/register?invite=" + token
}

func (f *fake) LinkAddress(token string) string { return "https://folio.example/l/" + token }

func (f *fake) Features(context.Context, service.Caller) ([]service.FeatureInfo, error) {
	return nil, nil
}

func (f *fake) VerifyEvents(context.Context, service.Caller) (int64, error) { return 0, nil }

func (f *fake) JobCounts(context.Context, service.Caller) (map[service.JobState]int, error) {
	return nil, nil
}
