package web

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Services is what the pages ask of the use cases.
type Services interface {
	People
	Accounts
	Administration
	Books
	BookKeeping
	Tagging
	Sharing
	Imports
	Working
	Market
	Alerting
	Receiving
	Analysis(ctx context.Context, c service.Caller, q service.Question) (*analysis.Analysis, error)
	Contribution(ctx context.Context, c service.Caller, q service.Question) (*analysis.Contribution, error)
	Attribution(ctx context.Context, c service.Caller, q service.Question) (*analysis.Attribution, error)
	WhatIf(ctx context.Context, c service.Caller, q service.Question, trades []service.Trade) (*service.WhatIf, error)
	Propose(ctx context.Context, c service.Caller, q service.Question, asked service.ProposalAsked) (*service.Proposal, error)
	Stress
	Foresight
	Watching
	Dossiers
}

// The services are these.
var _ Services = (*service.Service)(nil)

// People signs in and out.
type People interface {
	NeedsSetup(ctx context.Context) (bool, error)
	SetUp(ctx context.Context, n service.NewOwner) (service.SignedIn, error)
	SignIn(ctx context.Context, email, password, agent string) (service.SignedIn, error)
	FinishSignIn(ctx context.Context, challenge, code string) (service.SignedIn, error)
	Feature(ctx context.Context, c service.Caller, name string) (bool, error)
	Authenticate(ctx context.Context, token string) (service.Caller, error)
	SignOut(ctx context.Context, c service.Caller) error
	Me(ctx context.Context, c service.Caller) (store.User, error)
	UpdateMe(ctx context.Context, c service.Caller, p service.Profile) (store.User, error)
	ChangePassword(ctx context.Context, c service.Caller, old, new string) error
}

// Books are portfolios and their ledgers.
type Books interface {
	Portfolios(ctx context.Context, c service.Caller, archived bool) ([]store.Portfolio, error)
	Portfolio(ctx context.Context, c service.Caller, id string) (store.Portfolio, error)
	CreatePortfolio(ctx context.Context, c service.Caller, n service.NewPortfolio) (store.Portfolio, error)
	UpdatePortfolio(ctx context.Context, c service.Caller, id string, p service.PortfolioChange) (store.Portfolio, error)
	ArchivePortfolio(ctx context.Context, c service.Caller, id string, archived bool) error
	Accounts(ctx context.Context, c service.Caller, portfolio string) ([]store.Account, error)
	Transactions(ctx context.Context, c service.Caller, portfolio string, f store.Filter) (store.Page, error)
	Transaction(ctx context.Context, c service.Caller, portfolio, id string) (service.Booking, error)
	Book(ctx context.Context, c service.Caller, portfolio string, expected int64, t []ledger.Transaction) (service.Booked, error)
	Edit(ctx context.Context, c service.Caller, portfolio, id string, expected int64, t ledger.Transaction) (service.Booked, error)
	Delete(ctx context.Context, c service.Caller, portfolio string, expected int64, ids []string) (service.Booked, error)
	Versions(ctx context.Context, c service.Caller, portfolio string, after int64) ([]store.Version, error)
	UndoVersion(ctx context.Context, c service.Caller, portfolio string, version, expected int64) (service.Booked, error)
}

// Imports read files into a ledger.
type Imports interface {
	Formats() []service.FormatInfo
	PreviewImport(ctx context.Context, c service.Caller, portfolio string, f service.File, o service.ImportOptions) (*service.Preview, error)
	KeepImportDraft(ctx context.Context, c service.Caller, d service.ImportDraft) (string, error)
	ImportDraft(ctx context.Context, c service.Caller, portfolio, id string) (service.ImportDraft, error)
	DropImportDraft(ctx context.Context, c service.Caller, id string) error
	CommitImport(ctx context.Context, c service.Caller, portfolio string, f service.File, o service.ImportOptions) (*service.Preview, error)
	UndoImport(ctx context.Context, c service.Caller, portfolio, id string, expected int64) (service.Booked, error)
	Imports(ctx context.Context, c service.Caller, portfolio string) ([]store.Import, error)
}

// Market is prices, by file and by hand.
type Market interface {
	Supplying
	ImportPrices(ctx context.Context, c service.Caller, files []service.File, o service.PriceOptions) (*service.PriceImport, error)
	OwnPrices(ctx context.Context, c service.Caller, symbols []string) ([]store.OwnPrice, error)
	SetOwnPrices(ctx context.Context, c service.Caller, prices []store.OwnPrice) error
	DeleteOwnPrice(ctx context.Context, c service.Caller, symbol string, day date.Date) error
	DataStatus(ctx context.Context, c service.Caller, portfolio string, asOf date.Date) ([]service.SeriesStatus, error)
	Instruments(ctx context.Context, c service.Caller, symbols []string, simulated bool) (map[string]instrument.Instrument, error)
}

// Foresight is what takes longer than a page may, and is asked for apart. What nobody waits
// for any more ends.
type Foresight interface {
	Forecasts(ctx context.Context, c service.Caller, q service.Question) ([]analysis.VolatilityForecast, error)
	Simulate(ctx context.Context, c service.Caller, q service.Question, asked analysis.SimulationAsked) (*analysis.Simulated, error)
	Rolling(ctx context.Context, c service.Caller, q service.Question, window int) (*analysis.Rolling, error)
}

// Stress is scenarios: of the library, of one's own, and backwards from a loss.
type Stress interface {
	Scenarios(ctx context.Context, c service.Caller, q service.Question) (*service.ScenarioSet, error)
	Scenario(ctx context.Context, c service.Caller, q service.Question, id string) (analysis.Scenario, error)
	TryScenario(ctx context.Context, c service.Caller, q service.Question, own service.OwnScenario) (analysis.Scenario, error)
	ReverseScenario(ctx context.Context, c service.Caller, q service.Question, loss service.Loss) (analysis.Scenario, error)
	KeepScenario(ctx context.Context, c service.Caller, portfolio string, own service.OwnScenario) (service.OwnScenario, error)
	DropScenario(ctx context.Context, c service.Caller, portfolio, id string) (service.OwnScenario, error)
}
