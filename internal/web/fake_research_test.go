package web_test

import (
	"context"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// watched is the list of the fake: two instruments of the simulated market and one of
// which nothing is known.
var watched = store.Watchlist{ID: "list", User: "u", Name: "Ideas", Revision: 1, Entries: []store.WatchEntry{{Symbol: "NVDA", Note: "cheap"}, {Symbol: "SPY"}, {Symbol: "NOWHERE"}}}

func oneSession(string, date.Date, date.Date) int { return 1 }

func (f *fake) quote(symbol string) analysis.Quote {
	i, _ := f.panel.Instrument(symbol)
	i.Symbol = symbol
	return analysis.NewQuote(analysis.Quoted{Instrument: i, Prices: f.panel.Prices(symbol), Actions: f.panel.Actions(symbol), AsOf: asOf, Sessions: oneSession})
}

func (f *fake) Watchlists(context.Context, service.Caller) ([]store.Watchlist, error) {
	return []store.Watchlist{watched}, nil
}

func (f *fake) Watchlist(context.Context, service.Caller, string) (store.Watchlist, error) {
	return watched, nil
}

func (f *fake) Watched(context.Context, service.Caller, string, bool) (service.Watched, error) {
	w := service.Watched{Watchlist: watched}
	for _, e := range watched.Entries {
		w.Rows = append(w.Rows, service.WatchedRow{WatchEntry: e, Quote: f.quote(e.Symbol)})
	}
	return w, nil
}

func (f *fake) Quotes(_ context.Context, _ service.Caller, symbols []string, _ bool) (all []analysis.Quote, err error) {
	for _, symbol := range symbols {
		all = append(all, f.quote(symbol))
	}
	return all, nil
}

func (f *fake) SearchInstruments(context.Context, service.Caller, string, int, bool) ([]service.FoundInstrument, error) {
	i, _ := f.panel.Instrument("NVDA")
	return []service.FoundInstrument{{Instrument: i, Last: asOf, Until: date.None}}, nil
}

func (f *fake) Compare(_ context.Context, _ service.Caller, q service.Comparing) (*analysis.Comparison, error) {
	period, err := analysis.NewPeriod(q.Window, asOf, date.None)
	return analysis.Compare(analysis.ComparisonInput{Symbols: q.Symbols, Panel: f.panel, Currency: "USD", Window: period, Sessions: oneSession}), err
}

// namedByYahoo is what the fake's sources name: one the demonstration has, and one that they
// say little of.
func (f *fake) SourceSearch(_ context.Context, _ service.Caller, typed string) (service.SourceSearch, error) {
	a := service.SourceSearch{Text: strings.ToLower(typed), Day: asOf}
	switch a.Text {
	case "slow":
		a.State = service.JobRunning
	case "away":
		a.State, a.Reason, a.Said = service.JobDone, "unreached", "no source could be reached"
	case "off":
		a.Why = "no source of market data is set up"
	case "acme":
		a.State, a.Provider = service.JobDone, "yahoo"
		a.Candidates = []service.Candidate{{Instrument: instrument.Instrument{Symbol: "ACME", Name: "Acme Inc.", Class: instrument.Equity, Exchange: "XNYS"}, Source: "yahoo", On: asOf},
			{Instrument: instrument.Instrument{Symbol: "ACMX"}, Source: "yahoo", On: asOf, Listed: "OTC"}, {Instrument: instrument.Instrument{Symbol: "NVDA"}, Source: "yahoo", On: asOf, Stored: true}}
	}
	return a, nil
}

func (f *fake) AskSources(ctx context.Context, c service.Caller, typed string) (service.SourceSearch, error) {
	if len(typed) > 60 {
		return service.SourceSearch{}, &ledger.Fault{Field: "q", Value: "long", Problem: "it is too long to ask for", Cure: "give at most 60 letters"}
	}
	return f.SourceSearch(ctx, c, typed)
}
