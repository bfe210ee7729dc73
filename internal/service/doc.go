// Package service is what a user asks for: load, authorise, compute, save. It is the
// only place with use cases; pages, API and command line call it and decide nothing.
//
// Every method but those of signing in takes a Caller, the one on whose behalf it
// works. What the caller may not see does not exist: ErrNotFound. Wrong input is a
// *ledger.Fault or ledger.Faults naming row, field, value and cure. The errors to
// translate are listed in errors.go.
//
// The use cases, by file:
//
//	auth.go          NeedsSetup, SetUp, SignIn, SignOut, Authenticate, Me, UpdateMe, ChangePassword, Owner, ByEmail
//	register.go      Register, Invite, Invites, Uninvite; refresh.go: Refresh, Access
//	second_factor.go BeginTOTP, ConfirmTOTP, DisableTOTP, NewRecoveryCodes, SecondFactor, FinishSignIn
//	passkeys.go      Begin- and FinishPasskey, Begin- and FinishPasskeySignIn, Passkeys, DeletePasskey
//	federated.go     Providers, Begin- and FinishElsewhere, Linked, Unlink
//	mails.go         RequestReset, ConfirmReset, SendVerification, Verify, DeliverDue, Deliver
//	account.go       Sessions, EndSession, SignOutEverywhere, DeleteMe; export.go: ExportMe
//	personal_tokens.go  PersonalTokens, CreateToken, RevokeToken; scope.go: what a token stands for
//	people.go        Users, AddUser, FoundUser, ChangeUser, ResetPassword
//	features.go      Features, Feature, Featured, SwitchFeature; tiers.go: TierOf, Tiers; calls.go: Calls
//	access_token.go  RotateSigningKey, and how access tokens are signed and read
//	owner.go         LocalOwner: the owner for the command line, made where there is none; Prolong
//	portfolios.go    Portfolios, Portfolio, CreatePortfolio, UpdatePortfolio, ArchivePortfolio, DeletePortfolio,
//	                 Accounts, PutAccount, DeleteAccount
//	transactions.go  Transactions, Transaction, Book, Edit, Delete, Restore, Versions, UndoVersion
//	tags.go          Tags, TagBookings, RenameTag, MergeTags, DeleteTag
//	imports.go       Formats, PreviewImport, CommitImport, UndoImport, Imports
//	prices.go        ImportPrices, OwnPrices, SetOwnPrices, DeleteOwnPrice, DataStatus
//	instruments.go   Instruments, DescribeInstrument
//	instrument.go    Instrument: all that is stored of one, with what is held of it; InstrumentPrices, InstrumentStatements, InstrumentNews
//	demo.go          SeedDemo, ResetDemo
//	analysis.go      Analysis
//	whatif.go        WhatIf: before and after trades that are not booked
//	limits.go        Limits, and what stands against them
//	scenarios.go     Scenarios, Scenario, TryScenario, ReverseScenario; scenarios_own.go: KeepScenario, DropScenario
//	once.go          Once: a write with an idempotency key
//
// Their signatures, for those who wire a face to them before the code is read:
//
//	NeedsSetup(ctx) (bool, error)
//	SetUp(ctx, NewOwner) (SignedIn, error)                       // the first user, once
//	SignIn(ctx, email, password, agent string) (SignedIn, error) // ErrCredentials
//	Authenticate(ctx, token string) (Caller, error)              // ErrSignedOut
//	SignOut(ctx, Caller) error
//	Owner(ctx) (Caller, error)                                   // for the command line
//	ByEmail(ctx, email string) (Caller, error)                   // the same, with --as
//	Me(ctx, Caller) (store.User, error)
//	UpdateMe(ctx, Caller, Profile) (store.User, error)
//	ChangePassword(ctx, Caller, old, new string) error
//
//	Portfolios(ctx, Caller, archived bool) ([]store.Portfolio, error)
//	Portfolio(ctx, Caller, id string) (store.Portfolio, error)
//	CreatePortfolio(ctx, Caller, NewPortfolio) (store.Portfolio, error)
//	UpdatePortfolio(ctx, Caller, id string, PortfolioChange) (store.Portfolio, error)
//	ArchivePortfolio(ctx, Caller, id string, archived bool) error
//	DeletePortfolio(ctx, Caller, id string) error
//	Accounts(ctx, Caller, portfolio string) ([]store.Account, error)
//	PutAccount(ctx, Caller, portfolio string, store.Account) error
//	DeleteAccount(ctx, Caller, portfolio, name string) error
//
//	Transactions(ctx, Caller, portfolio string, store.Filter) (store.Page, error)
//	Transaction(ctx, Caller, portfolio, id string) (Booking, error)   // with its history
//	Book(ctx, Caller, portfolio string, expected int64, []ledger.Transaction) (Booked, error)
//	Edit(ctx, Caller, portfolio, id string, expected int64, ledger.Transaction) (Booked, error)
//	Delete(ctx, Caller, portfolio string, expected int64, ids []string) (Booked, error)
//	Restore(ctx, Caller, portfolio, id string, expected int64) (Booked, error)
//	Versions(ctx, Caller, portfolio string, after int64) ([]store.Version, error)
//	UndoVersion(ctx, Caller, portfolio string, version, expected int64) (Booked, error)
//
//	Formats() []FormatInfo
//	PreviewImport(ctx, Caller, portfolio string, File, ImportOptions) (*Preview, error)
//	CommitImport(ctx, Caller, portfolio string, File, ImportOptions) (*Preview, error) // Preview.Import is set
//	UndoImport(ctx, Caller, portfolio, id string, expected int64) (Booked, error)
//	Imports(ctx, Caller, portfolio string) ([]store.Import, error)
//
//	ImportPrices(ctx, Caller, []File, PriceOptions) (*PriceImport, error)
//	OwnPrices(ctx, Caller, symbols []string) ([]store.OwnPrice, error)
//	SetOwnPrices(ctx, Caller, []store.OwnPrice) error
//	DeleteOwnPrice(ctx, Caller, symbol string, day date.Date) error
//	DataStatus(ctx, Caller, portfolio string, asOf date.Date) ([]SeriesStatus, error)
//
//	Instruments(ctx, Caller, symbols []string, simulated bool) (map[string]instrument.Instrument, error)
//	DescribeInstrument(ctx, Caller, instrument.Instrument) error
//	SeedDemo(ctx, Caller, asOf date.Date) ([]store.Portfolio, error)
//	ResetDemo(ctx, Caller, asOf date.Date) ([]store.Portfolio, error)
//
//	Analysis(ctx, Caller, Question) (*analysis.Analysis, error)
//	WhatIf(ctx, Caller, Question, []Trade) (*WhatIf, error)
//	Scenarios(ctx, Caller, Question) (*ScenarioSet, error)
//	Scenario(ctx, Caller, Question, id string) (analysis.Scenario, error) // a replay with its path
//	TryScenario(ctx, Caller, Question, OwnScenario) (analysis.Scenario, error)
//	ReverseScenario(ctx, Caller, Question, Loss) (analysis.Scenario, error)
//	KeepScenario(ctx, Caller, portfolio string, OwnScenario) (OwnScenario, error)
//	DropScenario(ctx, Caller, portfolio, id string) (OwnScenario, error)
//
//	Once(ctx, Caller, Request, func(context.Context) (Response, error)) (Response, error)
//
// expected is the ledger version that the user saw (ErrStale when it moved), or
// store.AnyVersion.
package service
