package both

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/cputime"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/marketdata/yahoo"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// BenchmarkDailySync asks for the new day of 5,000 symbols (SYNC_SYMBOLS) that have a year
// of prices, of a source without limits on this machine that answers at once: what is left
// is what our side of a sync costs. The memory is the highest that the whole process had
// meanwhile, with the source and its answers in it; use -benchtime 1x.
func BenchmarkDailySync(b *testing.B) {
	n := 5000
	if text := os.Getenv("SYNC_SYMBOLS"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	begin := func() *replay.Clock { return replay.NewClock(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)) } // a clock only goes on
	b.Run("SQLite", func(b *testing.B) {
		clock := begin()
		db, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "books.db"), Now: clock.Now})
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		dailySync(b, db, clock, n)
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		clock := begin()
		dailySync(b, pgtest.OpenAt(b, postgres.Options{URL: pgtest.Migrated(b).URL, Now: clock.Now}), clock, n)
	})
}

// unlimited is a source whose plan has no limits.
type unlimited struct{ marketdata.Provider }

func (unlimited) Limits() map[string][]marketdata.Limit {
	return map[string][]marketdata.Limit{"": {{Window: time.Minute, Most: 1 << 30}}}
}

func dailySync(b *testing.B, db store.Store, clock *replay.Clock, n int) {
	ctx := b.Context()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	symbols := make([]string, n)
	for k := range symbols {
		symbols[k] = fmt.Sprintf("SYM%04d", k)
	}
	first, last := date.Must(2025, 6, 2), date.Must(2026, 5, 29)
	market := replay.NewMarket(7, symbols, first, last)
	clear(market.Dividends)
	server, err := replay.Start(market, replay.Calm, clock.Now)
	must(err)
	defer server.Close()
	provider := unlimited{yahoo.New()}
	desk := service.NewDesk([]marketdata.Provider{provider}, nil)
	source, err := fetch.New(fetch.Source{Provider: provider, Base: server.Base("yahoo"), Key: desk.Key("yahoo")}, fetch.Options{Allowance: desk.Allowance(), Now: clock.Now, Sleep: clock.Sleep})
	must(err)
	rules, err := route.ParseRules("bars,splits,dividends,fx: yahoo")
	must(err)
	router, err := route.New([]route.Source{source}, rules, route.Options{Now: clock.Now, Sleep: clock.Sleep})
	must(err)
	svc := service.New(service.Options{Store: db, Now: clock.Now, Market: service.Market{Sources: router, Desk: desk}})
	in, err := svc.SetUp(ctx, service.NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "USD"})
	must(err)
	p, err := svc.CreatePortfolio(ctx, in.Caller, service.NewPortfolio{Name: "Savings"})
	must(err)
	var bookings []ledger.Transaction
	for _, symbol := range symbols {
		bookings = append(bookings, ledger.Transaction{Date: last - 30, Account: "Depot", Type: ledger.Buy, Symbol: symbol, Quantity: money.Some(money.Int(1)), Price: money.Some(money.Int(90)), Currency: "USD"})
	}
	_, err = svc.Book(ctx, in.Caller, p.ID, store.AnyVersion, bookings)
	must(err)
	id := in.Caller.Identity
	id.Operator = true
	must(db.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		batch := store.Batch{Source: "yahoo", Reason: "before"}
		var supplies []store.Supply
		var needs []store.Need
		for _, symbol := range symbols {
			s := store.Series{Kind: store.Prices, Symbol: symbol, Currency: "USD"}
			for _, r := range market.Bars[symbol] {
				s.Dates, s.Close, s.Open = append(s.Dates, r.Day), append(s.Close, r.Close), append(s.Open, r.Open)
				s.High, s.Low, s.Volume = append(s.High, r.High), append(s.Low, r.Low), append(s.Volume, r.Volume)
			}
			batch.Series = append(batch.Series, s)
			market.Bars[symbol] = slices.Clone(market.Bars[symbol][len(market.Bars[symbol])-5:]) // the source is asked for the end alone
			for _, kind := range []marketdata.Kind{marketdata.Bars, marketdata.Splits, marketdata.Dividends, marketdata.Profiles, marketdata.Holdings, marketdata.Earnings, marketdata.Statements, marketdata.News} {
				row := store.Supply{Kind: string(kind), Symbol: symbol, Provider: "yahoo", Asked: clock.Now(), Succeeded: clock.Now(), First: date.Must(2020, 1, 1), Last: last, Due: clock.Now().Add(30 * 24 * time.Hour)}
				if kind == marketdata.Bars {
					row.Due = clock.Now().Add(time.Hour)
				}
				supplies, needs = append(supplies, row), append(needs, store.Need{Kind: string(kind), Symbol: symbol, Due: row.Due})
			}
		}
		if _, err := tx.WriteMarket(ctx, batch); err != nil {
			return err
		}
		if err := tx.NeedSupplies(ctx, needs); err != nil {
			return err
		}
		return tx.PutSupplies(ctx, supplies)
	}))
	for symbol, rows := range market.Bars {
		next := rows[len(rows)-1]
		next.Day = date.Must(2026, 6, 1)
		market.Bars[symbol] = append(rows, next)
	}
	clock.Move(time.Date(2026, 6, 2, 6, 0, 0, 0, time.UTC).Sub(clock.Now()))
	bookings = nil
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // where there is none the peak is of the preparation too
	prepared := resident("VmRSS")
	b.ResetTimer()
	end := cputime.Report(b)
	for b.Loop() {
		r, err := svc.SyncDue(ctx, service.SyncOptions{})
		must(err)
		added, said := 0, ""
		for _, o := range r.Outcomes {
			if o.Kind == string(marketdata.Bars) && strings.HasPrefix(o.Symbol, "SYM") {
				if added += o.Added; o.Added == 0 {
					said = o.Symbol + ": " + o.Said
				}
			}
		}
		if added != n {
			b.Fatalf("%d days came of %d symbols: %s; %s", added, n, r, said)
		}
	}
	end()
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "symbols/s")
	b.ReportMetric(float64(len(server.Arrivals(""))), "calls")
	if mb := resident("VmHWM"); mb > 0 {
		b.ReportMetric(mb, "MB-peak")
		b.ReportMetric(prepared, "MB-before")
	}
}

// resident is memory of the process in megabytes: what it has now (VmRSS) or had at most
// (VmHWM); 0: nobody says.
func resident(which string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, is := strings.CutPrefix(line, which+":"); is {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err == nil {
				return kb / 1024
			}
		}
	}
	return 0
}
