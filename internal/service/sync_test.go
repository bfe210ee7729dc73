package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/alphavantage"
	"github.com/foliosight/foliosight/internal/marketdata/ecb"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/fred"
	"github.com/foliosight/foliosight/internal/marketdata/polygon"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/marketdata/stooq"
	"github.com/foliosight/foliosight/internal/marketdata/yahoo"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// feed is a world whose market data come from a server on this machine, by a clock that
// goes only when somebody waits or a test says so.
type feed struct {
	*world
	market *replay.Market
	server *replay.Server
	clock  *replay.Clock
	log    bytes.Buffer
}

var (
	feedProviders = []marketdata.Provider{polygon.New(), alphavantage.New(), yahoo.New(), stooq.New(), ecb.New(), fred.New()}
	feedFirst     = date.Must(2024, 1, 2)
	feedLast      = date.Must(2026, 5, 29) // the Friday before the world's clock
)

// newFeed is over an empty store with an owner and a portfolio in euro, all by one clock.
func newFeed(t *testing.T, bookings ...string) *feed {
	t.Helper()
	clock := replay.NewClock(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: clock.Now})
	w := &world{t: t, store: st, s: New(Options{Store: st, Now: clock.Now})}
	w.must(err)
	t.Cleanup(func() { st.Close() })
	in, err := w.s.SetUp(ctx, NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "EUR"})
	w.must(err)
	w.owner, w.portfolio = in.Caller, ""
	w.portfolio = w.create("Main")
	if len(bookings) > 0 {
		w.book(bookings...)
	}
	f := &feed{world: w, market: replay.NewMarket(7, []string{"AAA", "BBB"}, feedFirst, feedLast), clock: clock}
	for symbol := range f.market.Bars { // the server knows no ex-dates to come
		f.market.Dividends[symbol] = f.market.Dividends[symbol][:len(f.market.Dividends[symbol])-1]
	}
	server, err := replay.Start(f.market, replay.Calm, func() time.Time { return f.clock.Now() })
	w.must(err)
	t.Cleanup(func() { server.Close() })
	f.server = server
	f.start()
	return f
}

// stamped notes when calls leave, as the clock stands still while they are on their way.
type stamped struct {
	marketdata.Provider
	server *replay.Server
}

func (s stamped) Sign(r *http.Request, key string) {
	s.Provider.Sign(r, key)
	s.server.Stamp(r)
}

// start is a process over the same store: what it remembered in memory is gone.
func (f *feed) start() {
	keys := map[string]string{}
	for _, p := range feedProviders {
		if p.NeedsKey() {
			keys[p.Name()] = "SECRET+" + p.Name()
		}
	}
	desk := NewDesk(feedProviders, keys)
	var sources []route.Source
	for _, p := range feedProviders {
		one, err := fetch.New(fetch.Source{Provider: stamped{p, f.server}, Base: f.server.Base(p.Name()), Key: desk.Key(p.Name())}, fetch.Options{
			Allowance: desk.Allowance(), Now: f.clock.Now, Sleep: f.clock.Sleep, Timeout: time.Second, Large: time.Second, Log: slog.New(slog.NewTextHandler(&f.log, nil))})
		f.must(err)
		sources = append(sources, one)
	}
	rules, err := route.ParseRules("fx: ecb, yahoo; rates: fred; bars: yahoo, polygon, stooq, alphavantage; splits,dividends: polygon, alphavantage, yahoo")
	f.must(err)
	router, err := route.New(sources, rules, route.Options{Now: f.clock.Now, Sleep: f.clock.Sleep})
	f.must(err)
	f.s = New(Options{Store: f.store, Now: f.clock.Now, Market: Market{Sources: router, Desk: desk}})
}

func (f *feed) sync(o SyncOptions) SyncReport {
	f.t.Helper()
	o.AtOnce = 1 // a clock that several move is no clock
	r, err := f.s.SyncDue(ctx, o)
	f.must(err)
	return r
}

// untilDone syncs, letting time pass between, until nothing is due any more.
func (f *feed) untilDone(symbols ...string) {
	f.t.Helper()
	for range 6 {
		if r := f.sync(SyncOptions{Patience: time.Minute, Symbols: symbols}); len(r.Outcomes) == 0 {
			return
		}
		f.clock.Move(2 * time.Hour)
	}
}

func (f *feed) series(kind store.SeriesKind, symbol string) []store.Series {
	f.t.Helper()
	var all []store.Series
	f.must(f.store.Read(ctx, f.owner.Identity, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Series(ctx, store.SeriesQuery{Kind: kind, Symbols: []string{symbol}, From: date.None, To: lastDay, Version: store.LatestMarket, Full: true})
		return err
	}))
	return all
}

// untrue says what of a series that is kept is not what the market says from a day on.
func (f *feed) untrue(symbol string, from date.Date) string {
	true := map[date.Date]float64{}
	for _, r := range f.market.Bars[symbol] {
		if r.Day >= from {
			true[r.Day] = r.Close
		}
	}
	got := map[date.Date]float64{}
	for _, s := range f.series(store.Prices, symbol) {
		for i, day := range s.Dates {
			if before, twice := got[day]; twice {
				return fmt.Sprintf("%s is kept twice, at %v and %v", day, before, s.Close[i])
			}
			got[day] = s.Close[i]
		}
	}
	for day, want := range true {
		if have, ok := got[day]; !ok || have != want {
			return fmt.Sprintf("the close of %s is %v, true is %v", day, have, want)
		}
		delete(got, day)
	}
	for day := range got {
		return fmt.Sprintf("a close of %s that nobody asked for or that does not exist", day)
	}
	return ""
}

func (f *feed) supply(kind marketdata.Kind, symbol string) Supplied {
	f.t.Helper()
	c := f.owner
	c.Operator = true
	one, err := f.s.Supply(ctx, c, string(kind), symbol)
	f.must(err)
	return one
}

func (f *feed) within() {
	f.t.Helper()
	for _, p := range feedProviders {
		if l, bad := replay.Exceeded(p.Limits()[""], f.server.Arrivals(p.Name())); bad {
			f.t.Errorf("%s got more calls than %d in %s", p.Name(), l.Most, l.Window)
		}
	}
	if strings.Contains(f.log.String(), "SECRET") {
		f.t.Error("a key stands in the log")
	}
}

func (f *feed) arrivals() (n int) {
	for _, p := range feedProviders {
		n += len(f.server.Arrivals(p.Name()))
	}
	return n
}

func TestSyncFillsWhatIsNeededOnce(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100")
	from := date.Must(2026, 1, 6) - riskDays
	plan := f.sync(SyncOptions{DryRun: true})
	if f.arrivals() != 0 || len(plan.Outcomes) == 0 {
		t.Fatalf("a plan of %d subjects made %d calls", len(plan.Outcomes), f.arrivals())
	}
	seen := 0
	first := f.sync(SyncOptions{Patience: time.Minute, Progress: func(p SyncProgress) { seen = p.Done }})
	if seen != len(first.Outcomes) || first.Left != 0 {
		t.Errorf("told of %d of %d subjects, %d left", seen, len(first.Outcomes), first.Left)
	}
	if bad := f.untrue("AAA", from); bad != "" {
		t.Error(bad)
	}
	if len(f.series(store.Prices, "BBB")) != 0 {
		t.Error("prices of something that nobody holds were asked for")
	}
	bars := f.supply(marketdata.Bars, "AAA")
	if bars.State != SupplyCurrent || bars.Provider != "yahoo" || bars.Score == nil || *bars.Score != 100 || bars.Last != feedLast || bars.First != from {
		t.Errorf("the supply of AAA is %+v, %s", bars, bars.Says)
	}
	rate := f.series(store.Rates, "USD-10Y")
	if len(rate) != 1 || rate[0].Source != "fred" || rate[0].Close[0] > 0.2 {
		t.Errorf("the yield is kept as %+v", rate)
	}
	// Nothing is asked twice, neither now nor by another process.
	f.untilDone()
	if missing := f.supply(marketdata.Bars, "SPY"); missing.State != SupplyRefused || missing.Reason == "" || !strings.Contains(missing.Words, "yahoo") || !strings.Contains(missing.Words, "polygon") {
		t.Errorf("of what no source has it says %s, %q", missing.State, missing.Says)
	}
	calls := f.arrivals()
	f.start()
	if again := f.sync(SyncOptions{Patience: time.Minute}); f.arrivals() != calls {
		t.Errorf("asked again: %s, %+v", again, again.Outcomes)
	}
	f.within()
}

func TestSyncGoesOnWithGapsOnly(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100")
	f.untilDone("AAA")
	f.server.Reset(replay.Calm)
	// A day later there is one more day, and it is asked for alone.
	next := f.market.Bars["AAA"][len(f.market.Bars["AAA"])-1]
	next.Day = date.Must(2026, 6, 1)
	f.market.Bars["AAA"] = append(f.market.Bars["AAA"], next)
	f.clock.Move(time.Date(2026, 6, 2, 6, 0, 0, 0, time.UTC).Sub(f.clock.Now()))
	r := f.sync(SyncOptions{Patience: time.Minute, Symbols: []string{"AAA"}})
	var bars SyncOutcome
	for _, o := range r.Outcomes {
		if o.Kind == string(marketdata.Bars) {
			bars = o
		}
	}
	if bars.From != next.Day || bars.To != next.Day || bars.Added != 1 || bars.Replaced != 0 {
		t.Errorf("the next day was asked for as %+v", bars)
	}
	// A booking that lies before what is there is filled in backwards.
	f.book("2025-06-02 buy 1 AAA @ 90")
	f.sync(SyncOptions{Patience: time.Minute, Symbols: []string{"AAA"}})
	if bad := f.untrue("AAA", date.Must(2025, 6, 2)-riskDays); bad != "" {
		t.Error(bad)
	}
	f.within()
}

func TestSyncHoldsBackWhatCannotBe(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100")
	rows := f.market.Bars["AAA"]
	at := len(rows) - 40
	truth := rows[at]
	rows[at].Close, rows[at].High = truth.Close*10, truth.High*10
	f.sync(SyncOptions{Patience: time.Minute, Symbols: []string{"AAA"}})
	f.clock.Move(time.Hour)
	c := f.owner
	c.Operator = true
	page, err := f.s.HeldBack(ctx, c, HeldFilter{})
	f.must(err)
	if len(page.Values) != 1 || page.Values[0].Day != truth.Day || page.Values[0].Bar.Close != rows[at].Close || page.Values[0].Reason == "" {
		t.Fatalf("held back: %+v", page.Values)
	}
	closeOn := func() float64 {
		for _, s := range f.series(store.Prices, "AAA") {
			for i, day := range s.Dates {
				if day == truth.Day {
					return s.Close[i]
				}
			}
		}
		return math.NaN()
	}
	if got := closeOn(); !math.IsNaN(got) {
		t.Errorf("what is held back stands in the series, as %v", got)
	}
	if f.supply(marketdata.Bars, "AAA").Held != 1 {
		t.Error("the supply does not say that a value waits")
	}
	id := page.Values[0].ID
	stranger := f.another("eve@example.org")
	_, err = f.s.Decide(ctx, stranger, id, store.Verdict{Decision: store.HeldAccepted})
	wantError(t, err, ErrNotFound, "a decision of somebody who holds nothing of it")
	_, err = f.s.Decide(ctx, c, id, store.Verdict{Decision: store.HeldCorrected})
	wantFault(t, err, 0, "corrected", "a correction without a close")
	if _, err = f.s.Decide(ctx, c, id, store.Verdict{Decision: store.HeldCorrected, Corrected: truth.Close}); err != nil || closeOn() != truth.Close {
		t.Errorf("corrected: %v, the close is %v", err, closeOn())
	}
	// The source saying the same again changes nothing.
	f.sync(SyncOptions{Patience: time.Minute, Full: true, Symbols: []string{"AAA"}})
	if closeOn() != truth.Close {
		t.Errorf("the correction was overwritten with %v", closeOn())
	}
	if _, err = f.s.Decide(ctx, c, id, store.Verdict{Decision: store.HeldOpen}); err != nil || !math.IsNaN(closeOn()) {
		t.Errorf("taken back: %v, the close is %v", err, closeOn())
	}
	if _, err = f.s.Decide(ctx, c, id, store.Verdict{Decision: store.HeldAccepted}); err != nil || closeOn() != rows[at].Close {
		t.Errorf("accepted: %v, the close is %v", err, closeOn())
	}
}

func TestSyncWithoutANetwork(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100")
	f.must(f.server.Close())
	r := f.sync(SyncOptions{Symbols: []string{"AAA", "USD-10Y"}})
	for _, o := range r.Outcomes {
		if o.Asked && (o.Reason == "" || o.Said == "" || o.Due.IsZero()) {
			t.Errorf("without a network %+v", o)
		}
	}
	if one := f.supply(marketdata.Bars, "AAA"); one.State != SupplyRefused || one.Says == "" {
		t.Errorf("the supply says %s, %q", one.State, one.Says)
	}
	if _, err := f.s.Analysis(ctx, f.owner, Question{Portfolios: []string{f.portfolio}}); err != nil {
		t.Errorf("the figures do not come without a network: %v", err)
	}
	found, err := f.s.Doctor(ctx, f.owner, []string{"AAA"})
	f.must(err)
	if len(found) != 1 || found[0].Fine || found[0].Says != "nothing of it is stored" || len(found[0].Steps) < 6 {
		t.Errorf("the doctor says %+v", found)
	}
	nobody := New(Options{Store: f.store, Now: f.clock.Now, Market: Market{Off: "MARKET_DATA is off"}})
	_, err = nobody.SyncDue(ctx, SyncOptions{})
	if !errors.Is(err, ErrNoSources) || !strings.Contains(err.Error(), "MARKET_DATA is off") {
		t.Errorf("switched off it says %v", err)
	}
}

func TestSyncWithFaults(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100", "2026-02-02 buy 5 BBB @ 100")
	f.server.Reset(replay.Seeded(11, 0.5, 50*time.Millisecond))
	for range 6 {
		f.sync(SyncOptions{Patience: 30 * time.Second, Symbols: []string{"AAA", "BBB", "USD-10Y"}})
		f.clock.Move(20 * time.Minute)
		f.start() // the process died
	}
	f.within()
	f.server.Reset(replay.Calm)
	f.untilDone("AAA", "BBB", "USD-10Y")
	f.within()
	for symbol, first := range map[string]date.Date{"AAA": date.Must(2026, 1, 6), "BBB": date.Must(2026, 2, 2)} {
		if bad := f.untrue(symbol, first-riskDays); bad != "" {
			t.Errorf("%s: %s", symbol, bad)
		}
	}
}

func TestKeysOfThePage(t *testing.T) {
	f := newFeed(t)
	c := f.owner
	c.Operator = true
	secrets, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	f.must(err)
	desk := NewDesk(feedProviders, map[string]string{"polygon": "of the environment"})
	s := New(Options{Store: f.store, Now: f.clock.Now, Accounts: Accounts{Secrets: secrets}, Market: Market{Desk: desk}})
	key := desk.Key("fred")
	if key() != "" {
		t.Error("there is a key that nobody set")
	}
	wantError(t, s.SetProviderKey(ctx, f.another("eve@example.org"), "fred", "abc"), ErrForbidden, "a key set by anybody")
	wantError(t, s.SetProviderKey(ctx, c, "bloomberg", "abc"), ErrNoProvider, "a key of no source")
	wantFault(t, s.SetProviderKey(ctx, c, "polygon", "abc"), 0, "key", "a key that the environment has")
	wantFault(t, s.SetProviderKey(ctx, c, "yahoo", "abc"), 0, "key", "a key that nobody needs")
	f.must(s.SetProviderKey(ctx, c, "fred", " topsecretkey "))
	if key() != "topsecretkey" || desk.Key("polygon")() != "of the environment" {
		t.Errorf("the key is %q", key())
	}
	events, err := s.FindEvents(ctx, c, store.EventFilter{Action: "provider.", Limit: 10})
	f.must(err)
	text, err := json.Marshal(events)
	f.must(err)
	if len(events) != 1 || strings.Contains(string(text), "topsecret") {
		t.Errorf("the audit trail says %s", text)
	}
	f.must(s.ForgetProviderKey(ctx, c, "fred"))
	if key() != "" {
		t.Error("a key that was taken away is used")
	}
}
