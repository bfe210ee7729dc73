package web_test

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

func (f *fake) Portfolio(_ context.Context, _ service.Caller, id string) (store.Portfolio, error) {
	for _, p := range f.items {
		if p.ID == id {
			return p, nil
		}
	}
	return store.Portfolio{}, store.ErrNotFound
}

func (f *fake) Shares(_ context.Context, _ service.Caller, portfolio string) ([]store.Share, error) {
	return []store.Share{{ID: "s", Portfolio: portfolio, Email: "bob@example.org", Role: store.CanTrade, Created: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)}}, nil
}

func (f *fake) Links(_ context.Context, _ service.Caller, portfolio string) ([]store.Link, error) {
	made := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	return []store.Link{{ID: "l", Portfolio: portfolio, Label: "Tax adviser", Shows: store.Percentages, Created: made, Expires: made.AddDate(1, 0, 0)}}, nil
}

func (f *fake) Households(context.Context, service.Caller) ([]service.Household, error) {
	return nil, nil
}

func (f *fake) Clients(context.Context, service.Caller) ([]service.Client, error) { return nil, nil }
