package service

import (
	"context"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/demo"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
	"github.com/foliosight/foliosight/internal/store"
)

// demoIdeas are what the demonstration watches: symbols of the simulated market, with a
// target in percent of the day's price for some, so many years ahead.
var demoIdeas = []struct {
	symbol, note, why string
	percent, years    int
}{
	{"NVDA", "the option overlay is on it", "earnings grow into the price", 120, 2},
	{"MSFT", "", "", 0, 0},
	{"GOOGL", "cheaper than its peers", "a market multiple on search alone", 130, 3},
	{"JPM", "", "a lower multiple than today", 92, 1},
	{"XOM", "for its dividend", "flat price, dividends paid", 105, 2},
	{"SPY", "what all the others have to beat", "", 0, 0},
}

// demoList is the name of the list.
const demoList = "Ideas (simulated)"

// seedResearch begins one watchlist of the simulated market. One that is there from an
// earlier demonstration stays as it is.
func seedResearch(ctx context.Context, tx store.Tx, made *demo.Demo) error {
	there, err := tx.Watchlists(ctx)
	if err != nil || slices.ContainsFunc(there, func(w store.Watchlist) bool { return w.Name == demoList }) {
		return err
	}
	w, err := tx.PutWatchlist(ctx, store.Watchlist{ID: store.NewID(), Name: demoList, Position: 1})
	if err != nil {
		return err
	}
	listed := map[string]*simulated.Listing{}
	for i := range made.Market.Listings {
		listed[made.Market.Listings[i].Symbol] = &made.Market.Listings[i]
	}
	for _, idea := range demoIdeas {
		l := listed[idea.symbol]
		if l == nil || len(l.Prices.Close) == 0 {
			continue // the market has changed; a list without it is as good
		}
		if err := tx.PutWatchEntry(ctx, w.ID, store.WatchEntry{Symbol: idea.symbol, Note: idea.note}); err != nil {
			return err
		}
		if idea.percent == 0 {
			continue
		}
		last, err := money.FromFloat(l.Prices.Close[len(l.Prices.Close)-1])
		if err != nil {
			return err
		}
		t := store.Target{Symbol: idea.symbol, Price: money.Some(last.MulDiv(money.Int(int64(idea.percent)), money.Int(100), 0)), Currency: l.Currency, Note: idea.why, Horizon: date.None}
		t.Horizon = made.AsOf.AddYears(idea.years)
		if _, err := tx.SetTarget(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
