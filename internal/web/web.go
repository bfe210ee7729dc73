// Package web is the face for people: pages over the services.
//
// Model: a handler asks a service once, turns the answer into a finished view
// value (package view) in the reader's locale, and hands it to a page (package
// page). Handlers compute no figure; they format, choose and arrange. Every
// page reads and every form works without script; script makes both quicker.
//
// Addresses: /p/{portfolio}/… are the pages of a portfolio, where "all" stands
// for everything the caller sees. Period and benchmark are in the address.
// Changes are posted and answered with a redirect that carries a toast.
package web

import (
	"log/slog"
	"net/http"
	"time"

	marks "github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/assets"
	"github.com/foliosight/foliosight/internal/web/view"

	"context"
)

// Options are what the pages need besides the services.
type Options struct {
	Version  string
	Database string           // what Settings calls it: "SQLite"
	Demo     *view.Demo       // shown at the door; nil where there is no demonstration
	Code     string           // set-up code asked of the first visitor; empty: none
	Secure   bool             // cookies only over TLS
	Now      func() time.Time // the clock; time.Now unless given
	Log      *slog.Logger
	// Health says how the database and the queue are, for administration; nil: it is not told.
	Health func(ctx context.Context) Health
	// Standing is said above every page, as that nothing can be changed now; nil, or what it
	// gives being empty: nothing is.
	Standing func() string
	// Explore makes a demonstration in an empty installation and signs in to it; nil
	// where that is not offered.
	Explore func(ctx context.Context, agent string) (service.SignedIn, error)
}

// site is everything the handlers share.
type site struct {
	svc    Services
	opts   Options
	files  *assets.Files
	assets view.Assets
}

// New returns the handler of all pages and their files. Mount it at "/".
func New(svc Services, opts Options) (http.Handler, error) {
	files, err := assets.Load()
	if err != nil {
		return nil, err
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &site{svc: svc, opts: opts, files: files, assets: files.View()}
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, files)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.assets.Icon, http.StatusFound)
	})
	s.routes(mux.HandleFunc)
	return policy(compressed(http.NewCrossOriginProtection().Handler(s.bounded(marks.Routed(mux))))), nil
}

// routes are the pages. Those of open need nobody to be signed in.
func (s *site) routes(handle func(pattern string, h func(http.ResponseWriter, *http.Request))) {
	open := func(pattern string, h handler) { handle(pattern, s.open(h)) }
	page := func(pattern string, h handler) { handle(pattern, s.signedIn(h)) }
	of := func(pattern string, h handler) { handle(pattern, s.signedIn(s.ofPortfolio(h))) }

	open("GET /first-run", s.firstRunPage)
	open("POST /first-run", s.firstRun)
	open("POST /explore", s.explore)
	page("POST /sign-out", s.signOut)

	page("GET /{$}", s.home)
	page("GET /portfolios", s.portfolios)
	page("GET /portfolios/new", s.portfolioForm)
	page("POST /portfolios/new", s.createPortfolio)
	page("GET /jobs", s.jobs)
	page("GET /jobs/{job}", s.job)
	page("POST /jobs/{job}/retry", s.retryJob)
	page("POST /jobs/{job}/cancel", s.cancelJob)

	of("GET /p/{portfolio}", s.overview)
	of("GET /p/{portfolio}/holdings", s.holdings)
	of("GET /p/{portfolio}/holdings.csv", s.holdingsCSV)
	of("GET /p/{portfolio}/performance", s.performance)
	of("GET /p/{portfolio}/performance/rolling", s.performanceRolling)
	of("GET /p/{portfolio}/risk", s.risk)
	of("GET /p/{portfolio}/risk/forecasts", s.riskForecasts)
	of("GET /p/{portfolio}/risk/simulation", s.riskSimulation)
	of("GET /p/{portfolio}/scenarios", s.scenarios)
	of("POST /p/{portfolio}/scenarios", s.keepScenario)
	of("POST /p/{portfolio}/scenarios/{id}/delete", s.dropScenario)
	of("GET /p/{portfolio}/scenarios.csv", s.scenariosCSV)
	of("GET /p/{portfolio}/what-if", s.whatIf)
	of("GET /p/{portfolio}/what-if/orders.csv", s.whatIfOrders)
	of("GET /p/{portfolio}/charts/{chart}", s.chart)
	of("GET /p/{portfolio}/transactions", s.transactions)
	of("GET /p/{portfolio}/transactions.csv", s.transactionsCSV)
	of("GET /p/{portfolio}/transactions/new", s.newTransaction)
	of("POST /p/{portfolio}/transactions/new", s.bookTransaction)
	of("GET /p/{portfolio}/transactions/{id}", s.editTransaction)
	of("POST /p/{portfolio}/transactions/{id}", s.saveTransaction)
	of("POST /p/{portfolio}/transactions/{id}/delete", s.deleteTransaction)
	of("POST /p/{portfolio}/undo", s.undo)
	of("GET /p/{portfolio}/import", s.importPage)
	of("POST /p/{portfolio}/import", s.importUpload)
	of("GET /p/{portfolio}/import/{draft}", s.importPreview)
	of("POST /p/{portfolio}/import/{draft}", s.importConfirm)
	of("GET /p/{portfolio}/import/{draft}/refused.csv", s.importRefused)
	of("POST /p/{portfolio}/imports/{id}/undo", s.undoImport)
	of("GET /p/{portfolio}/prices", s.prices)
	of("POST /p/{portfolio}/prices", s.savePrice)
	of("POST /p/{portfolio}/prices/delete", s.deletePrice)
	of("POST /p/{portfolio}/prices/file", s.uploadPrices)
	of("GET /p/{portfolio}/data", s.dataStatus)
	of("POST /p/{portfolio}/data/held/{held}", s.decide)
	of("POST /p/{portfolio}/data/keys", s.setKey)
	of("POST /p/{portfolio}/data/keys/forget", s.forgetKey)
	of("GET /p/{portfolio}/fetch", s.fetchPage)
	of("POST /p/{portfolio}/fetch", s.fetchNow)
	of("POST /p/{portfolio}/fetch/stop", s.stopFetch)
	of("GET /p/{portfolio}/edit", s.editPortfolio)
	of("POST /p/{portfolio}/edit", s.savePortfolio)
	of("POST /p/{portfolio}/archive", s.archivePortfolio)
	of("GET /p/{portfolio}/go", s.palette)

	s.doorRoutes(open)
	s.accountRoutes(page)
	s.adminRoutes(page)
	s.bookKeepingRoutes(of)
	s.watchRoutes(of)
	s.instrumentRoutes(of)
	s.sharingRoutes(open, page, of)
	s.alertRoutes(page)
	s.incomeRoutes(of)

	page("/", s.notFound)
}
