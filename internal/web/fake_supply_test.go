package web_test

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// supplied is how market data come in the tests: a series of every state, values that are
// held back, and sources of every kind.
type supplied struct {
	held  []store.HeldValue
	keys  map[string]string
	fetch service.Fetching
	began int // fetches
	ended int // fetches that were stopped

	feeds     []service.Feed           // in place of the usual ones, unless nil
	providers []service.MarketProvider // likewise
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newSupplied() supplied {
	nan := math.NaN()
	bar := func(x float64) store.Bar {
		return store.Bar{Open: nan, High: nan, Low: nan, Close: x, Volume: nan, Adjusted: nan}
	}
	value := func(id, symbol, finding, reason string, x, expected float64) store.HeldValue {
		return store.HeldValue{ID: id, Kind: store.Prices, Symbol: symbol, Source: "polygon", Day: asOf - 1, Bar: bar(x), Finding: finding, Reason: reason, Expected: expected, Found: noon, Decision: store.HeldOpen, Corrected: nan}
	}
	return supplied{keys: map[string]string{}, held: []store.HeldValue{
		value("h1", "NVDA", "unit-mixup", "the close is a tenth of the day before and of the day after; no split is listed", 15.78, 157.75),
		value("h2", "AAPL", "not-positive", "a price is more than nothing", 0, nan),
	}}
}

func (f *fake) Feeds(_ context.Context, _ service.Caller, portfolio string) ([]service.Feed, error) {
	if f.supply.feeds != nil {
		return f.supply.feeds, nil
	}
	score := func(n int) *int { return &n }
	kept := func(symbol, source string, last date.Date) store.SeriesInfo {
		return store.SeriesInfo{Kind: store.Prices, Symbol: symbol, Source: source, First: asOf - 2000, Last: last, Count: 1400}
	}
	feed := func(symbol, name string, use service.FeedUse, state service.SupplyState, says string) service.Feed {
		x := service.Feed{Use: use, Name: name}
		x.Kind, x.Symbol, x.State, x.Says, x.Calendar, x.Needed, x.First, x.Last = "bars", symbol, state, says, "XNYS", true, date.None, date.None
		x.Asked, x.Due = noon, noon.AddDate(100, 0, 0)
		return x
	}
	good := feed("AAPL", "Apple Inc.", service.FeedHeld, service.SupplyCurrent, "up to date")
	good.Kept, good.Score = kept("AAPL", "polygon", asOf), score(100)
	good.Scored = &service.SupplyScore{From: asOf - 2000, To: asOf, Sessions: 1400}
	suspect := feed("NVDA", "NVIDIA Corp.", service.FeedHeld, service.SupplyCurrent, "up to date")
	suspect.Kept, suspect.Score, suspect.Held = kept("NVDA", "polygon", asOf), score(99), 1
	suspect.Scored = &service.SupplyScore{From: asOf - 2000, To: asOf, Sessions: 1400, Suspect: 1, Missing: 3, Doubtful: 2,
		Findings: []service.SupplyFinding{{Kind: "unit-mixup", Severity: "suspect", From: asOf - 1, To: asOf - 1, Reason: "a tenth of the day before"}}}
	late := feed("ZM", "Zoom Communications", service.FeedHeld, service.SupplyLate, "14 sessions of XNYS missing")
	late.Kept, late.Age, late.Score, late.Files = kept("ZM", "file", asOf-20), 14, score(97), true
	refused := feed("SAP.DE", "SAP SE", service.FeedHeld, service.SupplyRefused, "the plan of this key does not include it")
	never := feed("SHOP", "", service.FeedHeld, service.SupplyNever, "it was not asked for yet")
	never.Asked, never.Due, never.Files = time.Time{}, time.Time{}, true
	house := feed("HOUSE", "A house", service.FeedHeld, service.SupplyNever, "")
	house.Valued, house.Files = true, true
	past := feed("IBM", "IBM", service.FeedPast, service.SupplyUnasked, "")
	past.Kept, past.Files = kept("IBM", "yahoo", asOf-400), true
	all := []service.Feed{good, suspect, late, refused, never, house, past}
	if portfolio == "empty" {
		return nil, nil
	}
	return all, nil
}

func (f *fake) HeldBack(_ context.Context, _ service.Caller, q service.HeldFilter) (service.HeldPage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var page service.HeldPage
	for _, h := range f.supply.held {
		if q.Decision == "" || h.Decision == q.Decision {
			page.Values = append(page.Values, h)
		}
	}
	return page, nil
}

func (f *fake) Decide(_ context.Context, c service.Caller, id string, v store.Verdict) (store.HeldValue, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.supply.held, func(h store.HeldValue) bool { return h.ID == id })
	switch {
	case i < 0:
		return store.HeldValue{}, service.ErrNotFound
	case !c.Operator:
		return store.HeldValue{}, service.ErrForbidden
	case (v.Decision == store.HeldOpen) == (f.supply.held[i].Decision == store.HeldOpen):
		return store.HeldValue{}, service.ErrStale
	}
	h := &f.supply.held[i]
	h.Decision, h.Corrected, h.Note, h.By, h.Decided = v.Decision, v.Corrected, v.Note, c.User, noon
	return *h, nil
}

func (f *fake) MarketProviders(_ context.Context, c service.Caller) ([]service.MarketProvider, error) {
	if f.supply.providers != nil {
		return f.supply.providers, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	polygon := service.MarketProvider{Asked: true, Says: "it answers", Series: 12, First: asOf - 2000, Last: asOf}
	polygon.Provider, polygon.Host, polygon.NeedsKey, polygon.LastSuccess, polygon.LastEndpoint = "polygon", "api.polygon.io", true, noon, "aggregates"
	if polygon.KeyPresent = f.supply.keys["polygon"] != ""; !polygon.KeyPresent {
		polygon.Says, polygon.LastSuccess = "no key is set", time.Time{}
	}
	if c.Operator && polygon.KeyPresent {
		polygon.KeyFrom, polygon.KeySet = "page", noon
	}
	yahoo := service.MarketProvider{Asked: true, Says: "out of order, asked again at noon", First: date.None, Last: date.None}
	yahoo.Provider, yahoo.Host, yahoo.Breaker, yahoo.BreakerUntil, yahoo.Failures, yahoo.LastRefusal, yahoo.Refused = "yahoo", "query1.finance.yahoo.com", "open", noon.Add(time.Hour), 5, noon, "it is out of order: 503"
	yahoo.Windows = append(yahoo.Windows, struct {
		Name    string    `json:"name"`
		Used    int       `json:"used"`
		Most    int       `json:"most"`
		Credits bool      `json:"credits"`
		Resets  time.Time `json:"resets,omitzero"`
	}{"60 calls a minute", 60, 60, false, noon.Add(time.Minute)})
	return []service.MarketProvider{polygon, yahoo}, nil
}

func (f *fake) SetProviderKey(_ context.Context, c service.Caller, provider, key string) error {
	if !c.Operator {
		return service.ErrForbidden
	}
	if key == "" {
		return faultOf("key", "it is empty", "copy the key as the source shows it")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.supply.keys[provider] = key
	return nil
}

func (f *fake) ForgetProviderKey(_ context.Context, _ service.Caller, provider string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.supply.keys, provider)
	return nil
}

func (f *fake) Fetching(context.Context, service.Caller, string) (service.Fetching, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.supply.fetch, nil
}

func (f *fake) FetchNow(context.Context, service.Caller, string) (service.Fetching, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.supply.began++
	return f.supply.fetch, nil
}

func (f *fake) StopFetch(context.Context, service.Caller, string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.supply.ended++
	return nil
}
