package service

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/formats"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/oidc"
	"github.com/foliosight/foliosight/internal/passkey"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/token"
)

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	store    store.Store
	now      func() time.Time
	formats  *importer.Registry
	hashing  chan struct{} // one for each password being hashed
	waiting  chan struct{} // one for each sign-in waiting for that
	analyses *analyses
	queue    Queue
	accounts Accounts
	ring     rings
	party    *passkey.Party // nil where passkeys cannot work; noParty says why
	noParty  error
	others   map[string]*oidc.Client
	market   Market
	sources  Sources // of market; nil: nobody is asked
	desk     *Desk

	homes *otter.Cache[string, bool] // portfolios that are of a tenant, as tenant/portfolio

	adminMu    sync.Mutex
	admin      store.Identity // whoever owns the first tenant, once known
	adminKnown time.Time      // when it was looked up
}

// Options are what a Service needs.
type Options struct {
	Store    store.Store
	Now      func() time.Time   // time.Now unless given
	Formats  *importer.Registry // of transaction files; all that we read unless given
	Sessions time.Duration      // how long a session lasts unused; 30 days unless given
	Queue    Queue              // of jobs; nil: there are none
	Accounts Accounts           // how people come in
	Market   Market             // how market data come in
	// Calculated is told of each calculation that was made, with the error it ended with
	// and whether that is its asker's; nil: nobody is.
	Calculated func(kind string, err error, refused bool)
}

// Accounts are the settings of how people come in and what they may use.
type Accounts struct {
	Registration Registration
	Access       time.Duration  // how long an access token lasts; 24 h unless given
	Refresh      time.Duration  // how long a refresh token lasts; 30 days unless given
	SessionMost  time.Duration  // after which a session ends however much it is used; 30 days unless given
	RefreshMost  time.Duration  // the same of a program's session, with refresh tokens; 90 days unless given
	Signing      []token.Key    // keys of access tokens, the first signs; none: they are kept in the store, sealed
	Secrets      *secret.Keys   // nil: what needs sealing says so
	Mail         notify.Channel // nil: nothing is sent
	Post         *notify.Poster // to webhooks; nil: nothing is posted
	Slack        string         // the installation's own webhook of Slack; empty: none
	PublicURL    string         // where people find the pages: "https://books.example.org"
	Providers    []oidc.Provider
	Features     map[string]bool // switches as configured; true unless given
	Tiers        map[string]Tier // limits by name; "" is everybody's

	sessions time.Duration
}

// New returns the use cases over a store.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Formats == nil {
		o.Formats = formats.All
	}
	if o.Sessions == 0 {
		o.Sessions = 30 * 24 * time.Hour
	}
	s := &Service{store: o.Store, now: o.Now, formats: o.Formats, analyses: newAnalyses(), queue: o.Queue,
		accounts: o.Accounts.complete(o.Sessions), others: map[string]*oidc.Client{}, homes: otter.Must(&otter.Options[string, bool]{MaximumSize: keptHomes}),
		hashing: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), waiting: make(chan struct{}, 64)}
	s.analyses.calculated = o.Calculated
	s.market, s.sources, s.desk = o.Market, o.Market.Sources, o.Market.Desk
	if s.desk != nil {
		s.desk.attach(s)
	}
	s.party, s.noParty = passkey.New(s.accounts.PublicURL)
	for _, p := range o.Accounts.Providers {
		s.others[p.Name] = oidc.New(p, s.accounts.PublicURL+"/api/v1/auth/oidc/"+p.Name+"/callback", o.Now)
	}
	return s
}

// complete fills in what was not given.
func (a Accounts) complete(sessions time.Duration) Accounts {
	a.sessions = sessions
	if a.Access == 0 {
		a.Access = 24 * time.Hour
	}
	if a.Refresh == 0 {
		a.Refresh = 30 * 24 * time.Hour
	}
	if a.SessionMost == 0 {
		a.SessionMost = 30 * 24 * time.Hour
	}
	if a.RefreshMost == 0 {
		a.RefreshMost = 90 * 24 * time.Hour
	}
	if a.Registration == "" {
		a.Registration = Closed
	}
	if a.PublicURL == "" {
		a.PublicURL = "http://localhost:8000"
	}
	return a
}

// today is the latest day that is today anywhere: bookings after it lie in the future.
func (s *Service) today() date.Date { return date.FromTime(s.now().UTC().Add(14 * time.Hour)) }

// writingKey marks the context of a write transaction. It may yet be rolled back, so
// that what is derived inside it goes into no cache.
type writingKey struct{}

func writing(ctx context.Context) bool { return ctx.Value(writingKey{}) != nil }
