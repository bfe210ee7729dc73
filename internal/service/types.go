package service

import (
	"encoding/json"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// Caller is on whose behalf a use case works.
type Caller struct {
	store.Identity
	Session string // id of the session; empty for tokens, the command line and jobs
	Token   string // id of the personal token it came with; empty: none
	Scope   Scope  // what that stands for; empty: everything
	// Link is the portfolio that somebody looks at by a link; they are of no tenant, and
	// it ends at Until. Shows says how much.
	Link  string
	Until time.Time
	Shows store.Shows

	portfolio string      // that a use case is about, see about
	pulse     store.Pulse // of the tenant when the session was asked for; zero where it was not
}

// NewOwner is what the first visitor gives.
type NewOwner struct {
	Email        string
	Password     string
	Name         string
	BaseCurrency money.Currency
	Locale       string
	TimeZone     string
	Country      string
	Agent        string
	Program      bool   // signs in as a program does, see Visit
	Invite       string // token of an invitation; empty: none
	// Shown is set where the password is no secret: that of the demonstration.
	Shown bool
}

// Visit is who signs in.
type Visit struct {
	Agent string `json:"agent"` // what the browser or program says it is
	// Program asks for an access token and a refresh token; a browser has its cookie.
	Program bool `json:"program"`
}

// SignedIn is the outcome of a sign-in. Token goes into the cookie and is kept nowhere.
type SignedIn struct {
	Token   string
	Expires time.Time // of Token, unless it is used
	Caller  Caller
	User    store.User
	Tokens  Tokens // where a program signed in
}

// Tokens are what a program sends with its requests, and what it exchanges for fresh
// ones. Neither is kept anywhere.
type Tokens struct {
	Access  string        // as Authorization: Bearer
	Lasts   time.Duration // the access token
	Refresh string        // good once
}

// Profile is what users change of themselves; nil leaves a field as it is.
type Profile struct {
	Name         *string
	Email        *string
	BaseCurrency *money.Currency
	Locale       *string
	TimeZone     *string
	Country      *string
	CostMethod   *string // lot method of new portfolios
}

// NewPortfolio is a portfolio to be created.
type NewPortfolio struct {
	Name      string
	Base      money.Currency // the user's base currency unless given
	Policy    ledger.Policy
	Benchmark string
	Simulated bool
	Settings  json.RawMessage
}

// PortfolioChange changes a portfolio; nil leaves a field as it is.
type PortfolioChange struct {
	Revision  int64 // the one that was seen, or store.AnyVersion
	Name      *string
	Base      *money.Currency
	Policy    *ledger.Policy
	Benchmark *string
	Settings  json.RawMessage
}

// Booking is a transaction with everything it ever said, the first first.
type Booking struct {
	Current store.Row // the last row; Superseded is not 0 where it was deleted
	History []store.Row
}

// Booked is what a write to a ledger made.
type Booked struct {
	Version store.Version
	IDs     []string // of the rows that came in, in the order given
}

// FormatInfo is a file format that can be imported.
type FormatInfo struct {
	Name  string // the word for it, such as "ibkr-flex"
	Label string // what a person calls it
}

// File is a file as it was uploaded or read.
type File struct {
	Name    string
	Content []byte
}

// ImportOptions say how a file is read and booked.
type ImportOptions struct {
	Format  string // "" or "auto": recognised from the content
	Account string // the account of rows that name none
	// SkipRefused books the rest of a file although rows of it are refused.
	SkipRefused bool
	// Expected is the ledger version the preview was made on, or store.AnyVersion.
	Expected int64
	// DateOrder ("dmy", "mdy", "ymd") and Decimal ("point", "comma") settle what could be
	// read in two ways; Unfunded leaves out the bookings that pay for purchases in formats
	// that keep no cash.
	DateOrder string
	Decimal   string
	Unfunded  bool
}

// RowStatus is what becomes of a row of an imported file.
type RowStatus string

// The statuses.
const (
	RowNew     RowStatus = "new"
	RowPresent RowStatus = "present" // recognised as booked already
	RowRefused RowStatus = "refused"
	RowIgnored RowStatus = "ignored" // not a booking
)

// PreviewRow is a row of a file and what becomes of it.
type PreviewRow struct {
	Number       int
	Place        string
	Text         string
	Status       RowStatus
	Reason       string        // why it is present, refused or ignored
	Faults       ledger.Faults // where it is refused
	Transactions []ledger.Transaction
}

// Preview is what a file would do, or did, to a portfolio. Nothing is booked yet
// unless Import is set.
type Preview struct {
	File    string
	Format  FormatInfo
	SHA256  string
	Version int64 // the ledger version it was compared with
	// Import is what was booked; nil for a preview.
	Import                               *store.Import
	Rows                                 []PreviewRow
	Read, New, Present, Refused, Ignored int
	Bookings                             int       // transactions the new rows stand for
	From, To                             date.Date // the days of the new bookings
	Cash                                 []CashChange
	Holdings                             []HoldingChange
	LotsOpened, LotsClosed               int
	Realised                             []money.Money // by currency, gains of the sales among the new bookings
	Checks                               []Check       // the file's own closing figures against the result
	Notes                                []string
	// AlreadyImported is set where this very file was booked before and not undone.
	AlreadyImported *store.Import
	Prices          int // prices and rates the file carries, which are booked with it
}

// CashChange is what an import does to the cash of an account.
type CashChange struct {
	Account  string
	Currency money.Currency
	Before   money.Decimal
	After    money.Decimal
}

// HoldingChange is what an import does to a holding.
type HoldingChange struct {
	Account string
	Symbol  string
	Before  money.Decimal
	After   money.Decimal
	New     bool
}

// Check compares a figure that the file states with ours.
type Check struct {
	Date     date.Date
	Account  string
	Symbol   string // empty: cash
	Currency money.Currency
	Stated   money.Decimal
	Found    money.Decimal
	Agrees   bool
}

// PriceOptions say how price files are read.
type PriceOptions struct {
	Basis    string // "traded", "split-adjusted", "total-return" or "auto"
	Own      bool   // for the caller's tenant alone; else shared
	Source   string // "file" unless given
	Currency money.Currency
}

// PriceImport is what price files brought.
type PriceImport struct {
	Files []PriceFileResult
	store.BatchResult
}

// PriceFileResult is what one file brought.
type PriceFileResult struct {
	File     string
	Kind     string // "prices", "actions", "fx", "rates"
	Rows     int
	Symbols  int
	From, To date.Date
	Basis    string
	Notes    []string
}

// SeriesStatus is how well a series is known.
type SeriesStatus struct {
	store.SeriesInfo
	Age    int    // sessions of its exchange since the last value; 0: up to date
	Status string // "complete", "stale", "unavailable"
	Reason string
}

// Question is what an analysis is asked for.
type Question struct {
	Portfolios []string  // none: all that the caller sees and that are not archived
	Account    string    // one account only
	Symbol     string    // one holding only
	Period     string    // "1M", "3M", "YTD", "1Y", "5Y", "Max"; empty: Max
	From, To   date.Date // instead of Period; zero or None: open
	AsOf       date.Date // zero or None: the last day with prices, at most today
	KnownOn    time.Time // zero: as known now
	Currency   money.Currency
	Benchmark  string
}

// Request identifies a write with an idempotency key.
type Request struct {
	Key    string
	Method string
	Path   string
	Body   []byte
	// Portfolio that it writes to; empty: none. The answer is kept with it.
	Portfolio string
	// Secret says that the answer may have a secret in it: it is kept sealed or not at all.
	Secret bool
}

// Response is what a write answered.
type Response struct {
	Status   int
	Header   map[string]string
	Body     []byte
	Repeated bool // the answer is the kept one, nothing was written again
}
