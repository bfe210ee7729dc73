package service

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// listed puts a small market into the store: ACME with a 2:1 split and a dividend, VOD
// in pence, and a fund. The clock stands at Monday 1 June 2026.
func (w *world) listed() {
	w.t.Helper()
	days := []date.Date{}
	closes := map[string][]float64{}
	for d := date.MustParse("2025-05-29"); d <= date.MustParse("2026-05-29"); d++ {
		if d.IsWeekend() {
			continue
		}
		days = append(days, d)
		i := float64(len(days))
		acme := 100 + i/4
		if d >= date.MustParse("2026-03-02") {
			acme /= 2
		}
		closes["ACME"] = append(closes["ACME"], math.Round(acme*100)/100)
		closes["VOD.L"] = append(closes["VOD.L"], 80+5*math.Sin(i/9))
		closes["GLOBE"] = append(closes["GLOBE"], math.Round((50+i/10+2*math.Sin(i/5))*100)/100)
	}
	b := store.Batch{Source: "file", Instruments: []instrument.Instrument{
		{Symbol: "ACME", Currency: "EUR", Name: "Acme Industries AG", ISIN: "US0378331005", Class: instrument.Equity},
		{Symbol: "VOD.L", Currency: "GBX", Name: "Vodafone Group plc", Exchange: "XLON", Class: instrument.Equity},
		{Symbol: "GLOBE", Currency: "EUR", Name: "Global Equity Fund", Class: instrument.ETF},
		{Symbol: "BRK.B", Currency: "USD", Name: "Berkshire Hathaway Inc. Class B", Exchange: "XNYS"},
	}, Actions: []store.Action{
		{Kind: store.SplitAction, Symbol: "ACME", Date: date.MustParse("2026-03-02"), Ratio: &ledger.Ratio{New: money.Int(2), Old: money.Int(1)}},
		{Kind: store.DividendAction, Symbol: "ACME", Date: date.MustParse("2025-09-01"), Amount: money.Some(money.MustParse("2")), Currency: "EUR"},
	}}
	currency := map[string]money.Currency{"ACME": "EUR", "VOD.L": "GBX", "GLOBE": "EUR"}
	for _, symbol := range []string{"ACME", "GLOBE", "VOD.L"} {
		b.Series = append(b.Series, store.Series{Kind: store.Prices, Symbol: symbol, Currency: currency[symbol], Dates: days, Close: closes[symbol]})
	}
	b.Series = append(b.Series, store.Series{Kind: store.FX, Symbol: "EUR/GBP", Currency: "GBP", Dates: days, Close: slices.Repeat([]float64{0.8}, len(days))})
	id := w.owner.Identity
	id.Operator = true
	w.must(w.store.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.WriteMarket(ctx, b); err != nil {
			return err
		}
		if _, err := tx.PutAliases(ctx, []store.Alias{{Scheme: store.TickerScheme, Value: "OLDACME", Symbol: "OLDACME", Source: "test"}}); err != nil {
			return err
		}
		return tx.RenameSymbol(ctx, "OLDACME", "ACME", date.MustParse("2025-07-01"), "test")
	}))
}

func TestWatchlists(t *testing.T) {
	w := newWorld(t)
	w.listed()
	tech, err := w.s.CreateWatchlist(ctx, w.owner, "  Ideas ")
	w.must(err)
	second, err := w.s.CreateWatchlist(ctx, w.owner, "Funds")
	w.must(err)
	if tech.Name != "Ideas" || second.Position <= tech.Position {
		t.Fatalf("lists: %+v, %+v", tech, second)
	}
	_, err = w.s.CreateWatchlist(ctx, w.owner, "Ideas")
	wantError(t, err, ErrExists, "a name twice")
	for _, symbol := range []string{"ACME", "VOD.L", "NOWHERE"} {
		tech, err = w.s.Watch(ctx, w.owner, tech.ID, symbol, "")
		w.must(err)
	}
	tech, err = w.s.Watch(ctx, w.owner, tech.ID, "ACME", "cheap below 70")
	w.must(err)
	tech, err = w.s.OrderWatchlist(ctx, w.owner, tech.ID, []string{"VOD.L"})
	w.must(err)
	name := "Plans"
	tech, err = w.s.ChangeWatchlist(ctx, w.owner, tech.ID, WatchlistChange{Revision: tech.Revision, Name: &name})
	w.must(err)
	_, err = w.s.ChangeWatchlist(ctx, w.owner, tech.ID, WatchlistChange{Revision: 1, Name: &name})
	wantError(t, err, ErrStale, "a change of what was changed meanwhile")
	seen, err := w.s.Watched(ctx, w.owner, tech.ID, false)
	w.must(err)
	if seen.Name != "Plans" || len(seen.Rows) != 3 || seen.Rows[0].Symbol != "VOD.L" || seen.Rows[1].Note != "cheap below 70" {
		t.Fatalf("watched: %+v", seen)
	}
	if q := seen.Rows[2].Quote; q.Price.Known() || len(q.Price.Reasons) == 0 || q.Price.Status != analysis.Unavailable {
		t.Errorf("what has no price has %+v", q.Price)
	}
	w.must(w.s.Unwatch(ctx, w.owner, tech.ID, "NOWHERE"))
	wantError(t, w.s.Unwatch(ctx, w.owner, tech.ID, "NOWHERE"), ErrNotFound, "out twice")
	for _, bad := range []string{"", "  ", strings.Repeat("A", 101), "a\nb"} {
		if _, err := w.s.Watch(ctx, w.owner, tech.ID, bad, ""); !isFault(err) {
			t.Errorf("symbol %q: %v", bad, err)
		}
	}

	// Another member of the household sees a list once it is shared, and changes nothing.
	bob := w.another("bob@example.org")
	_, err = w.s.Watchlist(ctx, bob, tech.ID)
	wantError(t, err, ErrNotFound, "a list of another")
	yes := true
	_, err = w.s.ChangeWatchlist(ctx, w.owner, tech.ID, WatchlistChange{Shared: &yes})
	w.must(err)
	if _, err = w.s.Watched(ctx, bob, tech.ID, false); err != nil {
		t.Errorf("a shared list: %v", err)
	}
	_, err = w.s.Watch(ctx, bob, tech.ID, "GLOBE", "")
	wantError(t, err, ErrForbidden, "a change by who it is shown to")
	w.must(w.s.DeleteWatchlist(ctx, w.owner, tech.ID))
	all, err := w.s.Watchlists(ctx, w.owner)
	w.must(err)
	if len(all) != 1 || all[0].Name != "Funds" {
		t.Errorf("left are %+v", all)
	}
}

func isFault(err error) bool {
	var f *ledger.Fault
	return errors.As(err, &f) && f.Problem != "" && f.Cure != ""
}

func TestQuotes(t *testing.T) {
	w := newWorld(t)
	w.listed()
	all, err := w.s.Quotes(ctx, w.owner, []string{"VOD.L", "ACME", "NOWHERE"}, false)
	w.must(err)
	acme := all[1]
	// 262 weekdays from 29 May 2025 to 29 May 2026: the last close is (100 + 262/4)/2.
	if got := acme.Price.Amount.Decimal.String(); got != "82.75" || acme.Price.AsOf != date.MustParse("2026-05-29") || acme.Age != 1 || acme.Price.Status != analysis.Complete {
		t.Errorf("price %s as of %s, %d sessions old, %s", got, acme.Price.AsOf, acme.Age, acme.Price.Status)
	}
	// The day before: 82.63 (82.625 as published to cents).
	if got := acme.Change.Amount.Decimal.String(); got != "0.12" {
		t.Errorf("change %s, want 0.12", got)
	}
	// The split halves what was before it: the low is the first close of the 52 weeks,
	// 100.5 on 30 May 2025 in pieces of two.
	if low, high := acme.YearLow.Amount.Decimal.String(), acme.YearHigh.Amount.Decimal.String(); low != "50.25" || high != "82.75" {
		t.Errorf("52 weeks from %s to %s, want 50.25 to 82.75", low, high)
	}
	for i := 1; i < len(acme.Trend); i++ {
		if acme.Trend[i] < acme.Trend[i-1] {
			t.Fatalf("the trend falls at %d: the split is in it", i)
		}
	}
	if all[0].Instrument.Currency != "GBX" || all[0].Price.Unit != "GBX" {
		t.Errorf("London is in %s", all[0].Price.Unit)
	}
	w.clock = w.clock.AddDate(0, 0, 7)
	all, err = w.s.Quotes(ctx, w.owner, []string{"ACME"}, false)
	w.must(err)
	if q := all[0]; q.Age != 6 || q.Price.Status != analysis.Stale || q.DayReturn.Status != analysis.Stale || len(q.Price.Reasons) == 0 {
		t.Errorf("a week later: %d sessions old, %s, %v", q.Age, q.Price.Status, q.Price.Reasons)
	}
}

func TestTargets(t *testing.T) {
	w := newWorld(t)
	w.listed()
	target := func(price, horizon string) store.Target {
		g := store.Target{Symbol: "ACME", Price: money.Some(money.MustParse(price)), Horizon: date.None}
		if horizon != "" {
			g.Horizon = date.MustParse(horizon)
		}
		return g
	}
	r, err := w.s.SetTarget(ctx, w.owner, target("99.3", "2028-06-01"), false)
	w.must(err)
	// 99.3 / 82.75 − 1 = 0.2; two years of 731 days: 1.2^(365/731) − 1.
	if got := r.Current.Return.Float64(); math.Abs(got-0.2) > 1e-12 {
		t.Errorf("expected return %v, want 0.2", got)
	}
	if got, want := r.Current.Annual.Float64(), math.Pow(1.2, 365.0/731)-1; math.Abs(got-want) > 1e-12 {
		t.Errorf("a year %v, want %v", got, want)
	}
	// The dividend of 2 before the split is 1 today; 731 days of it are 731/365.
	if got, want := r.Current.TotalReturn.Float64(), (99.3+731.0/365)/82.75-1; math.Abs(got-want) > 1e-6 || r.Current.TotalReturn.Status != analysis.Estimated {
		t.Errorf("with dividends %v (%s), want %v, estimated", got, r.Current.TotalReturn.Status, want)
	}
	if r.Current.Currency != "EUR" {
		t.Errorf("the currency is %q, want that of the quotes", r.Current.Currency)
	}
	r, err = w.s.SetTarget(ctx, w.owner, target("90", "2026-12-31"), false)
	w.must(err)
	if r.Current.Annual.Known() || len(r.Current.Annual.Reasons) == 0 || len(r.History) != 2 || r.History[1].Price.Decimal.String() != "99.3" {
		t.Errorf("a target within the year: %+v, history %+v", r.Current.Annual, r.History)
	}
	r, err = w.s.SetTarget(ctx, w.owner, target("90", ""), false)
	w.must(err)
	if r.Current.Annual.Known() || r.Current.TotalReturn.Known() || !r.Current.Return.Known() {
		t.Errorf("a target without a date: %+v", r.Current)
	}
	for about, g := range map[string]store.Target{
		"in another currency":   {Symbol: "ACME", Price: money.Some(money.Int(90)), Currency: "USD"},
		"of nothing":            {Symbol: "ACME", Price: money.Some(money.Zero)},
		"without a price":       {Symbol: "ACME"},
		"in the past":           target("90", "2026-06-01"),
		"in no currency at all": {Symbol: "NOWHERE", Price: money.Some(money.Int(5))},
	} {
		if _, err := w.s.SetTarget(ctx, w.owner, g, false); !isFault(err) {
			t.Errorf("a target %s: %v", about, err)
		}
	}
	others, err := w.s.Targets(ctx, w.another("bob@example.org"), nil, false)
	w.must(err)
	if len(others) > 0 {
		t.Errorf("another sees %v", others)
	}
	w.must(w.s.DropTarget(ctx, w.owner, "ACME"))
	r, err = w.s.TargetRecord(ctx, w.owner, "ACME", false)
	w.must(err)
	if r.Current != nil || len(r.History) != 4 {
		t.Errorf("taken back: %+v, %d in the history", r.Current, len(r.History))
	}
	wantError(t, w.s.DropTarget(ctx, w.owner, "ACME"), ErrNotFound, "back twice")
}

// A target that was set before a split is in the pieces of its day.
func TestTargetAcrossASplit(t *testing.T) {
	w := newWorld(t)
	w.listed()
	w.clock = time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)
	r, err := w.s.SetTarget(ctx, w.owner, store.Target{Symbol: "ACME", Price: money.Some(money.Int(180))}, false)
	w.must(err)
	before := r.Current.Return.Float64()
	w.clock = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	r, err = w.s.TargetRecord(ctx, w.owner, "ACME", false)
	w.must(err)
	if got := r.Current.Expectation.Target.Amount.Decimal.String(); got != "90" || math.Abs(r.Current.Return.Float64()-before) > 0.1 {
		t.Errorf("after 2:1 the target is %s, promising %v (before: %v)", got, r.Current.Return.Float64(), before)
	}
}

func TestResearchNotes(t *testing.T) {
	w := newWorld(t)
	n, err := w.s.WriteNote(ctx, w.owner, "ACME", " **Margin** up\r\nsee report <script> ", false)
	w.must(err)
	if n.Text != "**Margin** up\nsee report <script>" {
		t.Errorf("kept is %q", n.Text)
	}
	_, err = w.s.EditNote(ctx, w.owner, n.ID, NoteChange{Revision: n.Revision, Text: "two"})
	w.must(err)
	_, err = w.s.EditNote(ctx, w.owner, n.ID, NoteChange{Revision: n.Revision, Text: "three"})
	wantError(t, err, ErrStale, "an edit of what was edited meanwhile")
	bob := w.another("bob@example.org")
	all, err := w.s.ResearchNotes(ctx, bob, "ACME")
	w.must(err)
	if len(all) > 0 {
		t.Errorf("another sees %v", all)
	}
	_, err = w.s.EditNote(ctx, w.owner, n.ID, NoteChange{Text: "for all", Shared: true})
	w.must(err)
	if all, _ = w.s.ResearchNotes(ctx, bob, "ACME"); len(all) != 1 || all[0].Text != "for all" {
		t.Errorf("shared: %v", all)
	}
	_, err = w.s.EditNote(ctx, bob, n.ID, NoteChange{Text: "mine now"})
	wantError(t, err, ErrForbidden, "an edit by another")
	for _, bad := range []string{"", " \n ", strings.Repeat("x", noteAtMost+1), "\xff"} {
		if _, err := w.s.WriteNote(ctx, w.owner, "ACME", bad, false); !isFault(err) {
			t.Errorf("text of %d bytes: %v", len(bad), err)
		}
	}
	w.must(w.s.DeleteNote(ctx, w.owner, n.ID))
	wantError(t, w.s.DeleteNote(ctx, w.owner, n.ID), ErrNotFound, "away twice")
}

// Nobody looks at research by a link, and who may only read writes none.
func TestResearchIsForPeopleOfTheTenant(t *testing.T) {
	w := newWorld(t)
	link := Caller{Identity: store.Identity{User: store.NewID()}, Scope: ScopeRead, Link: w.portfolio}
	_, err := w.s.Watchlists(ctx, link)
	wantError(t, err, ErrForbidden, "lists by a link")
	_, err = w.s.SearchInstruments(ctx, link, "acme", 0, false)
	wantError(t, err, ErrForbidden, "a search by a link")
	reads := w.owner
	reads.Scope = ScopeRead
	_, err = w.s.CreateWatchlist(ctx, reads, "Ideas")
	wantError(t, err, ErrScope, "a list by who reads")
}
