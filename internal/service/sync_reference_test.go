package service

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/fmp"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/marketdata/tradefeeds"
	"github.com/foliosight/foliosight/internal/marketdata/yahoo"
	"github.com/foliosight/foliosight/internal/store"
)

// anvils is a company and a fund that holds it, as sources tell of them on 2026-06-01.
func anvils() map[string]replay.About {
	return map[string]replay.About{
		"AAA": {Name: "Anvils Inc.", Exchange: "NASDAQ", Sector: "Technology", Country: "US", ISIN: "US0000000018",
			Reports: []replay.Report{{End: date.Must(2026, 6, 30), Told: date.Must(2026, 7, 30), EPS: 1.1}, {End: date.Must(2026, 3, 31), Told: date.Must(2026, 4, 30), Revenue: 250, EPS: 1},
				{End: date.Must(2025, 12, 31), Told: date.Must(2026, 1, 29), Annual: true, Revenue: 1000, EPS: 4}},
			Articles: []replay.Article{{Address: "https://example.org/1", Title: "Anvils fall", At: time.Date(2026, 5, 30, 12, 0, 0, 0, time.UTC)}}},
		"BBB": {Name: "Heavy Things ETF", Exchange: "NYSE", Sector: "Financial Services", Country: "US", Fund: true, AsOf: date.Must(2026, 5, 20),
			Held:    []replay.Held{{Symbol: "AAA", Name: "Anvils Inc.", ISIN: "US0000000018", Percent: 60}, {Symbol: "CCC", Name: "Weights plc", ISIN: "US0000000026", Percent: 39.5}},
			Sectors: map[string]float64{"Technology": 60, "Basic Materials": 40}},
	}
}

// referenceFeed is a feed whose sources tell of companies too. limits are those of fmp.
func referenceFeed(t *testing.T, legacy bool, limits ...marketdata.Limit) *feed {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100", "2026-01-06 buy 5 BBB @ 100")
	f.market.About = anvils()
	f.tell(legacy, "fx: fmp; rates: fmp; bars,splits,dividends: yahoo; holdings: fmp, tradefeeds; *: fmp", limits)
	return f
}

func (f *feed) tell(legacy bool, order string, limits []marketdata.Limit) {
	f.t.Helper()
	all := []marketdata.Provider{yahoo.New(), fmp.New(fmp.Options{Legacy: legacy}), tradefeeds.New()}
	desk := NewDesk(all, map[string]string{"fmp": "SECRET1", "tradefeeds": "SECRET2"})
	var sources []route.Source
	for _, p := range all {
		source := fetch.Source{Provider: stamped{p, f.server}, Base: f.server.Base(p.Name()), Key: desk.Key(p.Name())}
		if p.Name() == fmp.Name {
			source.Limits = limits
		}
		one, err := fetch.New(source, fetch.Options{Allowance: desk.Allowance(), Now: f.clock.Now, Sleep: f.clock.Sleep, Timeout: time.Second, Large: time.Second, Log: slog.New(slog.NewTextHandler(&f.log, nil))})
		f.must(err)
		sources = append(sources, one)
	}
	rules, err := route.ParseRules(order)
	f.must(err)
	router, err := route.New(sources, rules, route.Options{Now: f.clock.Now, Sleep: f.clock.Sleep})
	f.must(err)
	f.s = New(Options{Store: f.store, Now: f.clock.Now, Market: Market{Sources: router, Desk: desk}})
}

// kept are all documents, in words.
func (f *feed) kept() (all []string) {
	f.t.Helper()
	f.must(f.store.Read(ctx, f.owner.Identity, func(ctx context.Context, v store.View) error {
		for _, kind := range []store.DocumentKind{store.ProfileDocument, store.StatementDocument, store.EarningsDocument, store.HoldingsDocument} {
			docs, err := v.Documents(ctx, store.DocumentQuery{Kind: kind})
			if err != nil {
				return err
			}
			for _, d := range docs {
				day := "-"
				if !unset(d.AsOf) {
					day = d.AsOf.String()
				}
				all = append(all, fmt.Sprintf("%s %s %s %s %s", d.Symbol, d.Kind, d.Key, day, d.Source))
			}
		}
		page, err := v.Articles(ctx, store.ArticleQuery{})
		for _, d := range page.Articles {
			all = append(all, fmt.Sprintf("article %s %s", d.Key, d.Source))
		}
		return err
	}))
	slices.Sort(all)
	return all
}

// referenceCalls are what was asked that is not about prices.
func (f *feed) referenceCalls() (all []string) {
	for _, a := range f.server.Arrivals("") {
		if a.Provider != "yahoo" && !strings.Contains(a.Call, "historical-price") && !strings.Contains(a.Call, "treasury") {
			all = append(all, a.Provider+" "+a.Call)
		}
	}
	return all
}

func TestSyncReference(t *testing.T) {
	for _, legacy := range []bool{false, true} {
		f := referenceFeed(t, legacy)
		key := "date/"
		quarters := []string{"2026-04-30", "2026-07-30"}
		if legacy { // the older addresses say which quarter it is
			key, quarters = "fiscal/", []string{"2026-03-31", "2026-06-30"}
		}
		want := []string{"AAA profile profile - fmp", "BBB profile profile - fmp", "BBB holdings holdings 2026-05-20 fmp", "BBB holdings sectors - fmp",
			"AAA earnings " + key + quarters[0] + " 2026-04-30 fmp", "AAA earnings " + key + quarters[1] + " 2026-07-30 fmp", "article https://example.org/1 fmp"}
		for _, part := range []string{"income", "balance", "cash-flow"} {
			want = append(want, "AAA statement "+part+"/annual/2025-12-31 2025-12-31 fmp", "AAA statement "+part+"/quarter/2026-03-31 2026-03-31 fmp")
		}
		slices.Sort(want)
		r := f.sync(SyncOptions{Patience: time.Minute})
		if got := f.kept(); !slices.Equal(got, want) {
			t.Errorf("kept:\n%s\nwant:\n%s\nfrom %+v", strings.Join(got, "\n"), strings.Join(want, "\n"), r.Outcomes)
		}
		// The first call that is not about prices comes after the last that is.
		all := f.server.Arrivals("")
		first := slices.IndexFunc(all, func(a replay.Arrival) bool { return strings.Contains(a.Call, "profile") })
		if slices.ContainsFunc(all[max(first, 0):], func(a replay.Arrival) bool { return a.Provider == "yahoo" }) || first < 0 {
			t.Error("prices were asked for after what instruments are")
		}
		calls := len(f.referenceCalls())
		if again := f.sync(SyncOptions{Patience: time.Minute}); len(f.referenceCalls()) != calls {
			t.Errorf("asked again: %v", again.Outcomes)
		}
		for _, c := range []struct {
			kind   marketdata.Kind
			symbol string
			days   int
		}{{marketdata.Profiles, "AAA", 30}, {marketdata.Holdings, "BBB", 30}, {marketdata.Earnings, "AAA", 7}, {marketdata.Statements, "AAA", 7}, {marketdata.News, "AAA", 1}} {
			one := f.supply(c.kind, c.symbol)
			if one.State != SupplyCurrent || one.Provider != "fmp" || one.Due.Sub(one.Succeeded) != time.Duration(c.days)*24*time.Hour {
				t.Errorf("%s of %s: %s, %q, due %s after %s", c.kind, c.symbol, one.State, one.Says, one.Due, one.Succeeded)
			}
		}
		// A day later there is news, and nothing else is asked for.
		f.clock.Move(25 * time.Hour)
		f.server.Reset(replay.Calm)
		f.sync(SyncOptions{Patience: time.Minute})
		for _, call := range f.referenceCalls() {
			if !strings.Contains(call, "news") {
				t.Errorf("asked for %s after a day", call)
			}
		}
		if strings.Contains(f.log.String(), "SECRET") {
			t.Error("a key stands in the log")
		}
	}
}

// What sources say reaches the instrument, where nobody said better.
func TestSyncReferenceDescribes(t *testing.T) {
	f := referenceFeed(t, false)
	f.must(f.s.DescribeInstrument(ctx, f.owner, instrument.Instrument{Symbol: "AAA", Currency: "USD", Name: "My anvils", Country: "DE"}))
	f.sync(SyncOptions{Patience: time.Minute})
	all, err := f.s.Instruments(ctx, f.owner, []string{"AAA", "BBB"}, false)
	f.must(err)
	a, b := all["AAA"], all["BBB"]
	if a.Name != "My anvils" || a.Country != "DE" || a.Exchange != "XNAS" || a.Class != instrument.Equity || a.Sector != "Information Technology" || a.ISIN != "US0000000018" {
		t.Errorf("AAA is %+v", a)
	}
	if b.Class != instrument.ETF || b.Exchange != "XNYS" || b.Sector != "" || b.Composition == nil {
		t.Fatalf("BBB is %+v", b)
	}
	if c := b.Composition; len(c.Constituents) != 2 || c.Constituents[0].Weight.String() != "0.6" || c.Source != "fmp" || c.AsOf != date.Must(2026, 5, 20) || len(c.Sectors) != 2 || c.Sectors[0].Sector != "Materials" || c.Sectors[1].Sector != "Information Technology" {
		t.Errorf("BBB holds %+v", c)
	}
	if bars := f.supply(marketdata.Bars, "AAA"); bars.Calendar != "XNYS" {
		t.Errorf("the sessions of AAA are those of %q", bars.Calendar)
	}
	d, err := f.s.Instrument(ctx, f.owner, Question{Portfolios: []string{f.portfolio}, Symbol: "AAA"})
	f.must(err)
	if d.Reference.Profile == nil || d.Reference.Profile.Instrument.Sector != "Technology" || len(d.Reference.Statements) != 6 || len(d.Reference.Earnings) != 2 || len(d.Reference.News) != 1 || len(d.Reference.Missing) != 0 {
		t.Errorf("the dossier has %+v", d.Reference)
	}
}

// A source that refuses is written down with what it said, and another is asked.
func TestSyncReferenceRefused(t *testing.T) {
	f := referenceFeed(t, false)
	f.server.Reset(func(_ int, provider string) replay.Fault {
		if provider == "fmp" {
			return replay.Fault{Kind: replay.Payment}
		}
		return replay.Fault{}
	})
	f.sync(SyncOptions{Patience: time.Minute})
	if got := f.kept(); len(got) != 0 {
		t.Errorf("kept: %v", got)
	}
	one := f.supply(marketdata.Profiles, "AAA")
	if one.State != SupplyRefused || one.Reason != string(marketdata.NotInPlan) || !strings.Contains(one.Says, "plan") {
		t.Errorf("profiles: %s, %q, %q", one.State, one.Reason, one.Says)
	}
	found, err := f.s.Doctor(ctx, f.owner, []string{"AAA"})
	f.must(err)
	at := slices.IndexFunc(found[0].Steps, func(s Step) bool { return s.What == "profile and fundamentals" })
	if at < 0 || found[0].Steps[at].Good || !strings.Contains(found[0].Steps[at].Says, "plan") || found[0].Says == found[0].Steps[at].Says {
		t.Errorf("the doctor says %+v", found[0])
	}
	// The fund's list comes from the next source in the order.
	f.server.Reset(func(_ int, provider string) replay.Fault { return replay.Fault{} })
	f.tell(false, "bars,splits,dividends: yahoo; holdings: tradefeeds, fmp; *: fmp", nil)
	f.clock.Move(25 * time.Hour)
	f.sync(SyncOptions{Patience: time.Minute})
	if holdings := f.supply(marketdata.Holdings, "BBB"); holdings.State != SupplyCurrent {
		t.Errorf("holdings: %s, %q", holdings.State, holdings.Says)
	}
	if got := f.kept(); !slices.Contains(got, "BBB holdings holdings 2026-05-20 tradefeeds") || !slices.Contains(got, "BBB holdings sectors - fmp") {
		t.Errorf("kept: %v", got)
	}
	all, err := f.s.Instruments(ctx, f.owner, []string{"BBB"}, false)
	f.must(err)
	if c := all["BBB"].Composition; c == nil || c.Source != "tradefeeds, sectors of fmp" || c.Constituents[0].ISIN != "US0000000018" {
		t.Errorf("BBB holds %+v", c)
	}
}

// Prices take what a limit leaves; the rest waits, goes on where it stopped, and asks
// nothing twice.
func TestSyncReferenceWithinLimits(t *testing.T) {
	f := referenceFeed(t, false, marketdata.Limit{Window: marketdata.Day, Most: 8})
	day := f.sync(SyncOptions{})
	if bad := f.untrue("AAA", date.Must(2026, 1, 6)-riskDays); bad != "" {
		t.Error(bad)
	}
	waits := 0
	for _, o := range day.Outcomes {
		if isReference(marketdata.Kind(o.Kind)) && o.Reason == string(marketdata.Limited) {
			waits++
		}
	}
	if n := len(f.server.Arrivals("fmp")); n > 8 || waits == 0 || day.Next.IsZero() {
		t.Errorf("%d calls, %d wait, next %s", n, waits, day.Next)
	}
	seen := map[string]int{}
	for range 12 {
		f.clock.Move(25 * time.Hour)
		f.sync(SyncOptions{})
	}
	for _, call := range f.referenceCalls() {
		if !strings.Contains(call, "news") && !strings.Contains(call, "earning") {
			seen[call]++
		}
	}
	if got := f.kept(); len(got) != 13 {
		t.Errorf("%d documents: %v", len(got), got)
	}
	for call, n := range seen {
		if n > 1 && !strings.Contains(call, "statement") { // these follow a report by the week
			t.Errorf("%s was asked %d times", call, n)
		}
	}
	if l, bad := replay.Exceeded([]marketdata.Limit{{Window: marketdata.Day, Most: 8}}, f.server.Arrivals("fmp")); bad {
		t.Errorf("more calls than %d in %s", l.Most, l.Window)
	}
}

// A source that supplies prices keeps as many calls of its day as the next session takes.
func TestSyncReferenceLeavesCallsToPrices(t *testing.T) {
	f := newFeed(t)
	y := &syncing{s: f.s, now: f.clock.Now(), rows: map[subjectKey]store.Supply{}, ref: referencing{most: 2}}
	for i := range 20 {
		symbol := fmt.Sprint("S", i)
		y.rows[subjectKey{marketdata.Bars, symbol}] = store.Supply{Provider: "alphavantage", Due: y.now}
		y.rows[subjectKey{marketdata.Dividends, symbol}] = store.Supply{Provider: "alphavantage", Due: y.now}
		y.rows[subjectKey{marketdata.News, symbol}] = store.Supply{Provider: "alphavantage", Due: y.now}
	}
	f.must(y.keepForPrices(ctx))
	if got := y.ref.reserve["alphavantage"]; got != 23 { // 20 series, and 20 lists a week
		t.Errorf("%d calls a day are kept", got)
	}
	why, until := y.spare(ctx, "alphavantage") // 25 a day
	if !strings.Contains(why, "kept for prices") || !until.After(y.now) {
		t.Errorf("%q until %s", why, until)
	}
	if why, _ := y.spare(ctx, "yahoo"); why != "" {
		t.Errorf("yahoo: %q", why)
	}
	y.report.Outcomes = []SyncOutcome{{Kind: string(marketdata.Bars), Symbol: "AAA", Reason: string(marketdata.Limited)}}
	f.must(y.keepForPrices(ctx))
	if why, _ := y.spare(ctx, "polygon"); cmp.Or(why, "nothing") != "its calls are kept for prices that wait for them" {
		t.Errorf("while prices wait: %q", why)
	}
}
