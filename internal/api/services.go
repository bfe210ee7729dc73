package api

import (
	"context"
	"io"
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
	Working
	Watching
	Alerting
	Receiving
	Doubting
	Supplying
	Bulk
	Tagging
	Sharing
	Catalogue
	Dossiers
	Researching
	Analysis(ctx context.Context, c service.Caller, q service.Question) (*analysis.Analysis, error)
	Look(ctx context.Context, c service.Caller, q service.Question) service.Look
	Seen(ctx context.Context, c service.Caller, q service.Question) (*analysis.Analysis, service.Look, error)
	Contribution(ctx context.Context, c service.Caller, q service.Question) (*analysis.Contribution, error)
	Attribution(ctx context.Context, c service.Caller, q service.Question) (*analysis.Attribution, error)
	Once(ctx context.Context, c service.Caller, r service.Request, fn func(context.Context) (service.Response, error)) (service.Response, error)
}

// People signs in and out.
type People interface {
	NeedsSetup(ctx context.Context) (bool, error)
	Registration() service.Registration
	Register(ctx context.Context, n service.NewOwner) (service.SignedIn, error)
	LogIn(ctx context.Context, email, password string, v service.Visit) (service.SignedIn, error)
	Authenticate(ctx context.Context, token string) (service.Caller, error)
	Calls(ctx context.Context, c service.Caller) (int, error)
	Refresh(ctx context.Context, refresh string) (service.SignedIn, error)
	Access(ctx context.Context, c service.Caller) (service.Tokens, error)
	Prolong(ctx context.Context, c service.Caller) (time.Time, error)
	SignOut(ctx context.Context, c service.Caller) error
	SignOutEverywhere(ctx context.Context, c service.Caller) error
	Me(ctx context.Context, c service.Caller) (store.User, error)
	UpdateMe(ctx context.Context, c service.Caller, p service.Profile) (store.User, error)
	ChangePassword(ctx context.Context, c service.Caller, old, new string) error
	RequestReset(ctx context.Context, email string) error
	ConfirmReset(ctx context.Context, token, password string) error
	SendVerification(ctx context.Context, c service.Caller) error
	Verify(ctx context.Context, token string) error
	Factors
	Keyring
	Household
}

// Factors are the ways to come in besides a password.
type Factors interface {
	FinishSignIn(ctx context.Context, challenge, code string) (service.SignedIn, error)
	SecondFactor(ctx context.Context, c service.Caller) (service.SecondFactor, error)
	BeginTOTP(ctx context.Context, c service.Caller, password string) (service.TOTP, error)
	ConfirmTOTP(ctx context.Context, c service.Caller, code string) ([]string, error)
	DisableTOTP(ctx context.Context, c service.Caller, password string) error
	NewRecoveryCodes(ctx context.Context, c service.Caller, password string) ([]string, error)
	Passkeys(ctx context.Context, c service.Caller) ([]store.Passkey, error)
	BeginPasskey(ctx context.Context, c service.Caller, password string) (service.Ceremony, error)
	FinishPasskey(ctx context.Context, c service.Caller, challenge, name string, answer []byte) (store.Passkey, error)
	DeletePasskey(ctx context.Context, c service.Caller, id, password string) error
	BeginPasskeySignIn(ctx context.Context, v service.Visit) (service.Ceremony, error)
	FinishPasskeySignIn(ctx context.Context, challenge string, answer []byte) (service.SignedIn, error)
	Providers() []service.ProviderInfo
	BeginElsewhere(ctx context.Context, provider string, e service.Elsewhere) (service.Sent, error)
	FinishElsewhere(ctx context.Context, provider, keep, state, code string) (service.SignedIn, string, error)
	Linked(ctx context.Context, c service.Caller) ([]store.Linked, error)
	Unlink(ctx context.Context, c service.Caller, id string) error
}

// Keyring is what is signed in, tokens for programs, and the account itself.
type Keyring interface {
	Sessions(ctx context.Context, c service.Caller) ([]store.Session, error)
	EndSession(ctx context.Context, c service.Caller, id string) error
	PersonalTokens(ctx context.Context, c service.Caller) ([]store.PersonalToken, error)
	CreateToken(ctx context.Context, c service.Caller, n service.NewToken) (store.PersonalToken, string, error)
	RevokeToken(ctx context.Context, c service.Caller, id string) error
	ExportMe(ctx context.Context, c service.Caller, w io.Writer) error
	DeleteMe(ctx context.Context, c service.Caller, password string, everybody bool) error
}

// Household is the people of a tenant, and what is switched on for everybody.
type Household interface {
	Users(ctx context.Context, c service.Caller) ([]store.User, error)
	AddUser(ctx context.Context, c service.Caller, n service.NewOwner, role store.UserRole) (store.User, string, error)
	ChangeUser(ctx context.Context, c service.Caller, user string, change service.UserChange) (store.User, error)
	ResetPassword(ctx context.Context, c service.Caller, user string, factors bool) (string, error)
	Invites(ctx context.Context, c service.Caller) ([]store.Invite, error)
	Invite(ctx context.Context, c service.Caller, n service.NewInvite) (store.Invite, string, error)
	InviteLink(token string) string
	Uninvite(ctx context.Context, c service.Caller, id string) error
	Features(ctx context.Context, c service.Caller) ([]service.FeatureInfo, error)
	Featured(ctx context.Context, c service.Caller, name string) error
	SwitchFeature(ctx context.Context, c service.Caller, name string, enabled bool, percent int) error
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
