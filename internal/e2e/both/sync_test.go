package both

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
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
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// TestSyncFillsTheSameRows lets market data be asked for on both databases, of a server
// that answers as the sources do. Afterwards both hold the same rows: series, splits and
// dividends, what was held back, what is known of each series and of each source, and what
// was counted of their limits. Then there are faults, and processes that end and begin
// anew: which source answers depends on how busy this machine is, what it says does not.
func TestSyncFillsTheSameRows(t *testing.T) {
	opened := map[string]func(*testing.T, func() time.Time) store.Store{
		"SQLite": func(t *testing.T, now func() time.Time) store.Store {
			db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return db
		},
		"PostgreSQL": func(t *testing.T, now func() time.Time) store.Store {
			return pgtest.OpenAt(t, postgres.Options{URL: pgtest.Migrated(t).URL, Now: now})
		},
	}
	said := map[string]map[string][]byte{}
	for _, name := range []string{"SQLite", "PostgreSQL"} {
		t.Run(name, func(t *testing.T) { said[name] = syncedOn(t, opened[name]) })
	}
	if said["SQLite"] == nil || said["PostgreSQL"] == nil {
		t.Skip("one of the databases is not there to compare with")
	}
	for what, want := range said["SQLite"] {
		if got := said["PostgreSQL"][what]; !bytes.Equal(got, want) {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			near := func(b []byte) []byte { return b[max(0, min(at, len(b))-200):min(len(b), at+100)] }
			t.Errorf("%s: SQLite has …%s…, PostgreSQL …%s…", what, near(want), near(got))
		}
	}
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

// syncing is an installation whose market data come from a server on this machine.
type syncing struct {
	t      *testing.T
	db     store.Store
	owner  service.Caller
	market *replay.Market
	server *replay.Server
	clock  *replay.Clock
	svc    *service.Service
}

func (y *syncing) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

var sources = []marketdata.Provider{polygon.New(), alphavantage.New(), yahoo.New(), stooq.New(), ecb.New(), fred.New()}

// start is a process: what it remembers in memory ends with it. It waits so long for an
// answer.
func (y *syncing) start(patience time.Duration) {
	keys := map[string]string{}
	for _, p := range sources {
		if p.NeedsKey() {
			keys[p.Name()] = "key"
		}
	}
	desk := service.NewDesk(sources, keys)
	var all []route.Source
	for _, p := range sources {
		one, err := fetch.New(fetch.Source{Provider: stamped{p, y.server}, Base: y.server.Base(p.Name()), Key: desk.Key(p.Name())},
			fetch.Options{Allowance: desk.Allowance(), Now: y.clock.Now, Sleep: y.clock.Sleep, Timeout: patience, Large: patience})
		y.must(err)
		all = append(all, one)
	}
	rules, err := route.ParseRules("fx: ecb, yahoo; rates: fred; bars: yahoo, polygon, stooq, alphavantage; splits,dividends: polygon, alphavantage, yahoo")
	y.must(err)
	router, err := route.New(all, rules, route.Options{Now: y.clock.Now, Sleep: y.clock.Sleep})
	y.must(err)
	y.svc = service.New(service.Options{Store: y.db, Now: y.clock.Now, Market: service.Market{Sources: router, Desk: desk}})
}

func syncedOn(t *testing.T, open func(*testing.T, func() time.Time) store.Store) map[string][]byte {
	ctx := t.Context()
	y := &syncing{t: t, clock: replay.NewClock(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))}
	y.db = open(t, y.clock.Now)
	y.market = replay.NewMarket(7, []string{"AAA", "BBB"}, date.Must(2024, 1, 2), date.Must(2026, 5, 29))
	spike := len(y.market.Bars["AAA"]) - 40
	y.market.Bars["AAA"][spike].Close *= 10
	y.market.Bars["AAA"][spike].High *= 10
	var err error
	y.server, err = replay.Start(y.market, replay.Calm, y.clock.Now)
	y.must(err)
	t.Cleanup(func() { y.server.Close() })
	y.start(10 * time.Second)
	in, err := y.svc.SetUp(ctx, service.NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "EUR"})
	y.must(err)
	y.owner = in.Caller
	p, err := y.svc.CreatePortfolio(ctx, y.owner, service.NewPortfolio{Name: "Savings"})
	y.must(err)
	var bookings []ledger.Transaction
	for _, b := range []struct {
		symbol, day string
	}{{"AAA", "2026-01-06"}, {"BBB", "2025-09-01"}} {
		bookings = append(bookings, ledger.Transaction{Date: date.MustParse(b.day), Account: "Depot", Type: ledger.Buy, Symbol: b.symbol, Quantity: money.Some(money.Int(10)), Price: money.Some(money.Int(90)), Currency: "EUR"})
	}
	_, err = y.svc.Book(ctx, y.owner, p.ID, store.AnyVersion, bookings)
	y.must(err)
	said := map[string][]byte{}
	sync := func() {
		t.Helper()
		// One at a time: a clock that several move is no clock.
		_, err := y.svc.SyncDue(ctx, service.SyncOptions{Patience: time.Minute, AtOnce: 1})
		y.must(err)
		y.clock.Move(2 * time.Hour)
	}
	for range 3 {
		sync()
	}
	y.rows("when all went well", said)
	y.server.Reset(replay.Seeded(11, 0.5, 20*time.Millisecond))
	y.start(time.Second / 5)
	for day := date.Must(2026, 6, 1); day < date.Must(2026, 6, 3); day++ { // days that come while there are faults
		for symbol, rows := range y.market.Bars {
			next := rows[len(rows)-1]
			next.Day, next.Volume = day, next.Volume+1
			y.market.Bars[symbol] = append(rows, next)
		}
		y.clock.Move(20 * time.Hour)
		sync()
		y.start(time.Second / 5)
	}
	y.server.Reset(replay.Calm)
	y.start(10 * time.Second)
	for range 3 {
		y.clock.Move(20 * time.Hour)
		sync()
	}
	said["after faults: closes"] = y.closes()
	for _, p := range sources {
		if l, bad := replay.Exceeded(p.Limits()[""], y.server.Arrivals(p.Name())); bad {
			t.Errorf("%s got more calls than %d in %s", p.Name(), l.Most, l.Window)
		}
	}
	return said
}

// rows are all that a sync writes, in words.
func (y *syncing) rows(when string, into map[string][]byte) {
	y.t.Helper()
	y.marketRows(when, into)
	say := func(what string, v any) {
		text, err := json.Marshal(v)
		y.must(err)
		into[when+": "+what] = numbered(text)
	}
	y.must(y.db.Read(y.t.Context(), y.owner.Identity, func(ctx context.Context, v store.View) error {
		supplies, err := v.Supplies(ctx, store.SupplyFilter{Limit: 1000})
		if err != nil {
			return err
		}
		if len(supplies.Supplies) < 5 {
			y.t.Errorf("only %d supplies", len(supplies.Supplies))
		}
		for i := range supplies.Supplies { // its members have no order on PostgreSQL
			var parts any
			y.must(json.Unmarshal(supplies.Supplies[i].Parts, &parts))
			supplies.Supplies[i].Parts, err = json.Marshal(parts)
			y.must(err)
		}
		say("supplies", supplies)
		providers, err := v.Providers(ctx)
		if err != nil {
			return err
		}
		say("sources", providers)
		allowances, err := v.Allowances(ctx)
		say("allowances", allowances)
		return err
	}))
}

// closes are what is kept of the shares, whichever source said it, each day once.
func (y *syncing) closes() []byte {
	y.t.Helper()
	var b bytes.Buffer
	y.must(y.db.Read(y.t.Context(), y.owner.Identity, func(ctx context.Context, v store.View) error {
		all, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, From: date.None, Version: store.LatestMarket})
		if err != nil {
			return err
		}
		kept := map[string]map[date.Date]float64{"AAA": {}, "BBB": {}}
		for _, s := range all {
			for i, day := range s.Dates {
				if _, twice := kept[s.Symbol][day]; twice {
					y.t.Errorf("the close of %s on %s is kept twice", s.Symbol, day)
				}
				kept[s.Symbol][day] = s.Close[i]
			}
		}
		for _, symbol := range []string{"AAA", "BBB"} {
			for _, day := range slices.Sorted(maps.Keys(kept[symbol])) {
				fmt.Fprintf(&b, "%s %s %v\n", symbol, day, kept[symbol][day])
			}
			for _, r := range y.market.Bars[symbol] {
				if got, there := kept[symbol][r.Day]; r.Day > date.Must(2026, 4, 20) && (!there || got != r.Close) {
					y.t.Errorf("the close of %s on %s is %v, true is %v", symbol, r.Day, got, r.Close)
				}
			}
		}
		return nil
	}))
	return b.Bytes()
}

// marketRows are the market data themselves, with what was held back of them.
func (y *syncing) marketRows(when string, into map[string][]byte) {
	y.t.Helper()
	y.must(y.db.Read(y.t.Context(), y.owner.Identity, func(ctx context.Context, v store.View) error {
		var b bytes.Buffer
		days := 0
		for _, kind := range []store.SeriesKind{store.Prices, store.FX, store.Rates, store.Totals} {
			all, err := v.Series(ctx, store.SeriesQuery{Kind: kind, From: date.None, Version: store.LatestMarket, Full: true})
			if err != nil {
				return err
			}
			for _, s := range all {
				days += len(s.Dates)
				fmt.Fprintf(&b, "%s %s %s %s\n", kind, s.Symbol, s.Source, s.Currency)
				for i, day := range s.Dates {
					fmt.Fprintf(&b, "%s %x", day, math.Float64bits(s.Close[i]))
					for _, c := range [][]float64{s.Open, s.High, s.Low, s.Volume, s.Adjusted} {
						if len(c) > 0 {
							fmt.Fprintf(&b, " %x", math.Float64bits(c[i]))
						}
					}
					b.WriteByte('\n')
				}
			}
		}
		actions, err := v.Actions(ctx, nil, store.LatestMarket, false)
		if err != nil {
			return err
		}
		for _, a := range actions {
			fmt.Fprintf(&b, "%s %s %s %s %v %v %s %s\n", a.Symbol, a.Source, a.Kind, a.Date, a.Ratio, a.Amount, a.Currency, a.PayDate)
		}
		held, err := v.HeldValues(ctx, store.HeldFilter{})
		if err != nil {
			return err
		}
		for _, h := range held {
			fmt.Fprintf(&b, "held %s %s %s %v %v %s %s %s\n", h.Symbol, h.Source, h.Day, h.Bar, h.Expected, h.Finding, h.Reason, h.Decision)
		}
		if days < 700 || len(actions) == 0 || len(held) == 0 {
			y.t.Errorf("%s: only %d days, %d actions and %d held values are kept", when, days, len(actions), len(held))
		}
		into[when+": market data"] = b.Bytes()
		return nil
	}))
}
