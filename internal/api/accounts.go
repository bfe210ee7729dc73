package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Account is a place where cash and securities of a portfolio are kept.
type Account struct {
	Name        string         `json:"name" doc:"What bookings call it; it never changes." example:"ib"`
	Label       string         `json:"label,omitempty" doc:"What people call it." example:"Interactive Brokers"`
	Currency    money.Currency `json:"currency,omitempty" doc:"Its usual currency."`
	Institution string         `json:"institution,omitempty" doc:"Who keeps it." example:"Interactive Brokers"`
}

// AccountList is a list of accounts.
type AccountList struct {
	Items []Account `json:"items" nullable:"false" doc:"By name."`
}

type accountBody struct {
	Label       string         `json:"label,omitempty" maxLength:"200" doc:"What people call it." example:"Interactive Brokers"`
	Currency    money.Currency `json:"currency,omitempty" doc:"Its usual currency."`
	Institution string         `json:"institution,omitempty" maxLength:"200" doc:"Who keeps it." example:"Interactive Brokers"`
}

func (s *server) accounts() {
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/accounts", id: "list-accounts", tag: tagPortfolios, errors: []int{404}, summary: "The accounts of a portfolio", about: "Accounts that a booking names are added by themselves."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body AccountList }, error) {
			all, err := s.svc.Accounts(ctx, c, in.Portfolio)
			out := AccountList{Items: make([]Account, len(all))}
			for i, a := range all {
				out.Items[i] = Account(a)
			}
			return &struct{ Body AccountList }{out}, err
		})
	add(s, route{method: "PUT", path: "/portfolios/{portfolio}/accounts/{account}", id: "put-account", tag: tagPortfolios, errors: []int{403, 404, 422}, summary: "Add or change an account", about: "Adds the account, or changes what is said of the one of that name."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Account string `path:"account" maxLength:"100" doc:"Name of the account." example:"ib"`
			Body    accountBody
		}) (*struct{ Body Account }, error) {
			a := Account{Name: in.Account, Label: in.Body.Label, Currency: in.Body.Currency, Institution: in.Body.Institution}
			return &struct{ Body Account }{a}, s.svc.PutAccount(ctx, c, in.Portfolio, store.Account(a))
		})
	add(s, route{method: "DELETE", path: "/portfolios/{portfolio}/accounts/{account}", id: "delete-account", tag: tagPortfolios, status: 204, errors: []int{403, 404, 409}, summary: "Remove an account", about: "One that no booking ever named; else 409."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Account string `path:"account" doc:"Name of the account." example:"ib"`
		}) (*none, error) {
			return &none{}, s.svc.DeleteAccount(ctx, c, in.Portfolio, in.Account)
		})
}
