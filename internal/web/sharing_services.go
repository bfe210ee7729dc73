package web

import (
	"context"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Sharing is who else sees a portfolio.
type Sharing interface {
	Shares(ctx context.Context, c service.Caller, portfolio string) ([]store.Share, error)
	Share(ctx context.Context, c service.Caller, portfolio, email string, role store.Role) (service.Shared, error)
	ChangeShare(ctx context.Context, c service.Caller, portfolio, id string, role store.Role) (store.Share, error)
	Unshare(ctx context.Context, c service.Caller, portfolio, id string) error
	Links(ctx context.Context, c service.Caller, portfolio string) ([]store.Link, error)
	CreateLink(ctx context.Context, c service.Caller, portfolio string, n service.NewLink) (store.Link, string, error)
	LinkAddress(token string) string
	RevokeLink(ctx context.Context, c service.Caller, portfolio, id string) error
	Glance(ctx context.Context, c service.Caller, q service.Question) (*service.Glance, error)
	Households(ctx context.Context, c service.Caller) ([]service.Household, error)
	Household(ctx context.Context, c service.Caller, id string) (service.Household, error)
	CreateHousehold(ctx context.Context, c service.Caller, name string) (service.Household, error)
	InviteToHousehold(ctx context.Context, c service.Caller, id, email string) (mailed bool, err error)
	JoinHousehold(ctx context.Context, c service.Caller, id string) error
	LeaveHousehold(ctx context.Context, c service.Caller, id string) error
	RemoveFromHousehold(ctx context.Context, c service.Caller, id, person string) error
	EndHousehold(ctx context.Context, c service.Caller, id string) error
	Contribute(ctx context.Context, c service.Caller, id, portfolio string, shows store.Shows) error
	Withdraw(ctx context.Context, c service.Caller, id, portfolio string) error
	HouseholdFigures(ctx context.Context, c service.Caller, id string, q service.Question) (*service.HouseholdFigures, error)
	Clients(ctx context.Context, c service.Caller) ([]service.Client, error)
}
