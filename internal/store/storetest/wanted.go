package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// wantedOfMarket adds up what the ledgers of two tenants need, without saying whose it is.
func wantedOfMarket(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	show := func() string {
		all, err := s.Wanted(ctx)
		check(t, err)
		var lines []string
		for _, w := range all {
			line := fmt.Sprintf("%s %s", w.Kind, w.Symbol)
			if !w.First.IsNone() {
				line += fmt.Sprintf(" %s %s", w.First, w.Last)
			}
			if w.Open {
				line += " open"
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n")
	}
	wantEqual(t, show(), "", "what is wanted of nobody")
	sold := buy("2024-03-01", "SOLD", "2.5", "10")
	sold.Type = "sell"
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: ada.portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(
			buy("2024-01-02", "HELD", "1", "1"), buy("2024-02-01", "SOLD", "2.5", "10"), sold, buy("2024-02-01", "HOUSE", "1", "10"), buy("2024-02-01", "CLUB", "1", "10"))})
		check(t, err)
		_, err = tx.SetOwnPrices(ctx, []store.OwnPrice{{Symbol: "HOUSE", Date: date.MustParse("2024-02-01"), Price: money.MustParse("10"), Currency: "EUR", Valuation: true}})
		check(t, err)
		_, err = tx.WriteMarket(ctx, store.Batch{Own: true, Source: "own", Instruments: []instrument.Instrument{{Symbol: "CLUB", Currency: "EUR", Class: instrument.Private}}})
		check(t, err)
		list := store.NewID()
		_, err = tx.PutWatchlist(ctx, store.Watchlist{ID: list, Name: "Later"})
		check(t, err)
		check(t, tx.PutWatchEntry(ctx, list, store.WatchEntry{Symbol: "LOOK"}))
		_, err = tx.SetTarget(ctx, store.Target{Symbol: "AIM", Price: some("10"), Currency: "EUR"})
		check(t, err)
	})
	play := store.Portfolio{ID: store.NewID(), Name: "Play", Base: "JPY", Benchmark: "N225", Simulated: true, Settings: json.RawMessage(`{}`)}
	as(t, s, bob.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: bob.portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(buy("2023-05-02", "HELD", "1", "1"))})
		check(t, err)
		check(t, tx.CreatePortfolio(ctx, play))
		_, err = tx.Append(ctx, store.Change{Portfolio: play.ID, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(buy("2023-05-02", "SIM", "1", "1"))})
		check(t, err)
	})
	wantEqual(t, show(), strings.Join([]string{
		"benchmark SPY 2023-05-02 2024-03-01 open",
		"booked HELD 2023-05-02 2024-01-02 open",
		"booked SOLD 2024-02-01 2024-03-01",
		"currency EUR 2023-05-02 2024-03-01 open",
		"watched AIM",
		"watched LOOK",
	}, "\n"), "what both want: neither what is simulated nor what a tenant values itself")
	as(t, s, bob.owner, func(ctx context.Context, tx store.Tx) {
		p, err := tx.Portfolio(ctx, bob.portfolio)
		check(t, err)
		p.Archived = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		_, err = tx.UpdatePortfolio(ctx, p)
		check(t, err)
	})
	wantEqual(t, strings.Contains(show(), "2023-05-02"), false, "of an archived portfolio anything is wanted")
}
