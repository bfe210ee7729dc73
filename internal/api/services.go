package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Services are the use cases that the API answers with.
type Services interface {
	People
	Portfolios
	Ledgers
	Records
	Imports
	Market
	Stress
	Forecasting
	WhatIfs
	Watching
	Bulk
	Catalogue
	Analysis(ctx context.Context, c service.Caller, q service.Question) (*analysis.Analysis, error)
	Contribution(ctx context.Context, c service.Caller, q service.Question) (*analysis.Contribution, error)
	Attribution(ctx context.Context, c service.Caller, q service.Question) (*analysis.Attribution, error)
	Once(ctx context.Context, c service.Caller, r service.Request, fn func(context.Context) (service.Response, error)) (service.Response, error)
}

// People signs in and out.
type People interface {
	NeedsSetup(ctx context.Context) (bool, error)
	SetUp(ctx context.Context, n service.NewOwner) (service.SignedIn, error)
	SignIn(ctx context.Context, email, password, agent string) (service.SignedIn, error)
	Authenticate(ctx context.Context, token string) (service.Caller, error)
	Prolong(ctx context.Context, c service.Caller) (time.Time, error)
	SignOut(ctx context.Context, c service.Caller) error
	Me(ctx context.Context, c service.Caller) (store.User, error)
	UpdateMe(ctx context.Context, c service.Caller, p service.Profile) (store.User, error)
	ChangePassword(ctx context.Context, c service.Caller, old, new string) error
}

// Portfolios keeps portfolios and their accounts.
type Portfolios interface {
	Portfolios(ctx context.Context, c service.Caller, archived bool) ([]store.Portfolio, error)
	Portfolio(ctx context.Context, c service.Caller, id string) (store.Portfolio, error)
	CreatePortfolio(ctx context.Context, c service.Caller, n service.NewPortfolio) (store.Portfolio, error)
	UpdatePortfolio(ctx context.Context, c service.Caller, id string, p service.PortfolioChange) (store.Portfolio, error)
	ArchivePortfolio(ctx context.Context, c service.Caller, id string, archived bool) error
	DeletePortfolio(ctx context.Context, c service.Caller, id string) error
	Accounts(ctx context.Context, c service.Caller, portfolio string) ([]store.Account, error)
	PutAccount(ctx context.Context, c service.Caller, portfolio string, a store.Account) error
	DeleteAccount(ctx context.Context, c service.Caller, portfolio, name string) error
}

// Records is what was closed and what was done.
type Records interface {
	Closings(ctx context.Context, c service.Caller, portfolio string) ([]store.Closing, error)
	CloseBooks(ctx context.Context, c service.Caller, portfolio string, through date.Date, reason string) (store.Closing, error)
	Events(ctx context.Context, c service.Caller, after int64, limit int) ([]store.Event, error)
	VerifyEvents(ctx context.Context, c service.Caller) (int64, error)
}

// Ledgers keeps bookings.
type Ledgers interface {
	Transactions(ctx context.Context, c service.Caller, portfolio string, f store.Filter) (store.Page, error)
	Transaction(ctx context.Context, c service.Caller, portfolio, id string) (service.Booking, error)
	Book(ctx context.Context, c service.Caller, portfolio string, expected int64, t []ledger.Transaction) (service.Booked, error)
	Edit(ctx context.Context, c service.Caller, portfolio, id string, expected int64, t ledger.Transaction) (service.Booked, error)
	Delete(ctx context.Context, c service.Caller, portfolio string, expected int64, ids []string) (service.Booked, error)
	Restore(ctx context.Context, c service.Caller, portfolio, id string, expected int64) (service.Booked, error)
	Versions(ctx context.Context, c service.Caller, portfolio string, after int64) ([]store.Version, error)
	UndoVersion(ctx context.Context, c service.Caller, portfolio string, version, expected int64) (service.Booked, error)
}

// Imports reads files into a ledger.
type Imports interface {
	Formats() []service.FormatInfo
	PreviewImport(ctx context.Context, c service.Caller, portfolio string, f service.File, o service.ImportOptions) (*service.Preview, error)
	CommitImport(ctx context.Context, c service.Caller, portfolio string, f service.File, o service.ImportOptions) (*service.Preview, error)
	UndoImport(ctx context.Context, c service.Caller, portfolio, id string, expected int64) (service.Booked, error)
	Imports(ctx context.Context, c service.Caller, portfolio string) ([]store.Import, error)
}

// Market keeps prices, those of files and those that a person enters.
type Market interface {
	ImportPrices(ctx context.Context, c service.Caller, files []service.File, o service.PriceOptions) (*service.PriceImport, error)
	OwnPrices(ctx context.Context, c service.Caller, symbols []string) ([]store.OwnPrice, error)
	SetOwnPrices(ctx context.Context, c service.Caller, prices []store.OwnPrice) error
	DeleteOwnPrice(ctx context.Context, c service.Caller, symbol string, day date.Date) error
	DataStatus(ctx context.Context, c service.Caller, portfolio string, asOf date.Date) ([]service.SeriesStatus, error)
}
