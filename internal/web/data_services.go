package web

import (
	"context"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Supplying is where market data come from: what is kept of each series, who is asked for
// it, what is not believed, and bringing in what is missing.
type Supplying interface {
	Feeds(ctx context.Context, c service.Caller, portfolio string) ([]service.Feed, error)
	HeldBack(ctx context.Context, c service.Caller, f service.HeldFilter) (service.HeldPage, error)
	Decide(ctx context.Context, c service.Caller, id string, v store.Verdict) (store.HeldValue, error)
	MarketProviders(ctx context.Context, c service.Caller) ([]service.MarketProvider, error)
	SetProviderKey(ctx context.Context, c service.Caller, provider, key string) error
	ForgetProviderKey(ctx context.Context, c service.Caller, provider string) error
	Fetching(ctx context.Context, c service.Caller, portfolio string) (service.Fetching, error)
	FetchNow(ctx context.Context, c service.Caller, portfolio string) (service.Fetching, error)
	StopFetch(ctx context.Context, c service.Caller, portfolio string) error
}
