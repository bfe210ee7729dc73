package service

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// flatRate stores an exchange rate of every day of the market.
func (f *feed) flatRate() {
	f.t.Helper()
	s := store.Series{Kind: store.FX, Symbol: "EUR/USD", Currency: "USD"}
	for _, r := range f.market.Bars["AAA"] {
		s.Dates, s.Close = append(s.Dates, r.Day), append(s.Close, 1.25)
	}
	c := f.owner
	c.Operator = true
	f.must(f.store.As(ctx, c.Identity, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.WriteMarket(ctx, store.Batch{Source: "test", Reason: "test", Series: []store.Series{s}})
		return err
	}))
}

// A value that is held back is said of every figure that an older one stands in for, at
// once, and no more once somebody has decided.
func TestFiguresSayWhatIsHeldBack(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100")
	ask := func() *analysis.Analysis {
		t.Helper()
		a, err := f.s.Analysis(ctx, f.owner, Question{Portfolios: []string{f.portfolio}, Period: "Max", AsOf: feedLast})
		f.must(err)
		return a
	}
	f.sync(SyncOptions{Patience: time.Minute, Symbols: []string{"AAA"}})
	f.flatRate()
	rows := f.market.Bars["AAA"]
	last, before := rows[len(rows)-1], rows[len(rows)-2]
	a := ask()
	if h := a.Holdings[0]; h.Value.Status != analysis.Complete || h.PriceDate != last.Day {
		t.Fatalf("nothing is held back, and the value is %s of %s: %q", h.Value.Status, h.PriceDate, h.Value.Reasons)
	}
	clean := a.Returns.TimeWeighted
	// The last close turns out to be ten times too much when the source is asked again.
	c := f.owner
	c.Operator = true
	wrong := last
	wrong.Close *= 10
	var id string
	f.must(f.store.As(ctx, c.Identity, func(ctx context.Context, tx store.Tx) error {
		series, err := tx.Series(ctx, store.SeriesQuery{Kind: store.Prices, Symbols: []string{"AAA"}, From: date.None, To: lastDay, Version: store.LatestMarket, Full: true})
		if err != nil {
			return err
		}
		whole := withoutDay(series[0], len(series[0].Dates)-1)
		if _, err := tx.WriteMarket(ctx, store.Batch{Source: whole.Source, Reason: "test", Series: []store.Series{whole}, Whole: true}); err != nil {
			return err
		}
		return nil
	}))
	if h := ask().Holdings[0]; h.Value.Status != analysis.Complete || h.PriceDate != before.Day {
		t.Fatalf("without the last close the value is %s of %s: %q", h.Value.Status, h.PriceDate, h.Value.Reasons)
	}
	f.must(f.store.As(ctx, c.Identity, func(ctx context.Context, tx store.Tx) error {
		open, err := tx.HoldValues(ctx, []store.HeldValue{
			{Kind: store.Prices, Symbol: "AAA", Source: "yahoo", Day: last.Day, Bar: store.Bar{Close: wrong.Close}, Finding: string(quality.Spike), Reason: "ten times the day before", Expected: last.Close},
			{Kind: store.Prices, Symbol: "AAA", Source: "yahoo", Day: last.Day + 1, Bar: store.Bar{Close: 1}, Finding: string(quality.ClosedDay), Reason: "a Saturday"},
			{Kind: store.Prices, Symbol: "AAA", Source: "stooq", Day: before.Day, Bar: store.Bar{Close: 1}, Finding: string(quality.Spike), Reason: "yahoo has the day"},
		})
		for _, h := range open {
			if h.Day == last.Day {
				id = h.ID
			}
		}
		return err
	}))
	said := "the close of AAA of " + last.Day.String() + " from yahoo is held back: ten times the day before; that of " + before.Day.String() + " stands in"
	held := func(when string) {
		t.Helper()
		a := ask()
		h := &a.Holdings[0]
		if h.Value.Status != analysis.Estimated || len(h.Value.Reasons) != 1 || h.Value.Reasons[0] != said || h.PriceDate != before.Day {
			t.Errorf("%s the value is %s of %s: %q", when, h.Value.Status, h.PriceDate, h.Value.Reasons)
		}
		if h.Weight.Status != analysis.Estimated || a.Summary.Value.Status != analysis.Estimated || a.Returns.TimeWeighted.Status != analysis.Estimated {
			t.Errorf("%s weight, total and return are %s, %s and %s", when, h.Weight.Status, a.Summary.Value.Status, a.Returns.TimeWeighted.Status)
		}
		// Without a day it is that of the close that is held back, not the one before it.
		newest, err := f.s.Analysis(ctx, f.owner, Question{Portfolios: []string{f.portfolio}, Period: "Max"})
		f.must(err)
		if newest.AsOf != last.Day || newest.Holdings[0].Value.Status != analysis.Estimated || strings.Join(newest.Holdings[0].Value.Reasons, "") != said {
			t.Errorf("%s the newest day is %s: %s %q", when, newest.AsOf, newest.Holdings[0].Value.Status, newest.Holdings[0].Value.Reasons)
		}
	}
	decided := func(when string, price float64) {
		t.Helper()
		a := ask()
		h := &a.Holdings[0]
		if h.Value.Status != analysis.Complete || h.Price.Decimal.Float64() != price || a.Summary.Value.Status != analysis.Complete {
			t.Errorf("%s the value is %s at %s: %q", when, h.Value.Status, h.Price.Decimal, h.Value.Reasons)
		}
		if strings.Contains(strings.Join(a.Returns.TimeWeighted.Reasons, " "), "held back") {
			t.Errorf("%s the return still says %q", when, a.Returns.TimeWeighted.Reasons)
		}
	}
	decide := func(v store.Verdict) {
		t.Helper()
		_, err := f.s.Decide(ctx, c, id, v)
		f.must(err)
	}
	held("held back")
	decide(store.Verdict{Decision: store.HeldAccepted})
	decided("accepted", wrong.Close)
	decide(store.Verdict{Decision: store.HeldOpen})
	held("taken back")
	decide(store.Verdict{Decision: store.HeldCorrected, Corrected: last.Close})
	decided("corrected", last.Close)
	if got := ask().Returns.TimeWeighted; got.Float64() != clean.Float64() || got.Status != clean.Status {
		t.Errorf("corrected to what it was the return is %v, %s, not %v, %s", got.Float64(), got.Status, clean.Float64(), clean.Status)
	}
	decide(store.Verdict{Decision: store.HeldOpen})
	decide(store.Verdict{Decision: store.HeldDropped}) // the series is the same before and after
	decided("dropped", before.Close)
	decide(store.Verdict{Decision: store.HeldOpen})
	held("open again")
	f.nightKeepsDoubts(last.Day, said, func() { decide(store.Verdict{Decision: store.HeldAccepted}) })
	decide(store.Verdict{Decision: store.HeldOpen})
	// What was known before it was found says nothing of it.
	if a, err := f.s.Analysis(ctx, f.owner, Question{Portfolios: []string{f.portfolio}, Period: "Max", KnownOn: f.clock.Now().Add(-time.Minute)}); err == nil && len(a.Holdings) > 0 && strings.Contains(strings.Join(a.Holdings[0].Value.Reasons, " "), "held back") {
		t.Errorf("a minute before it was found it says %q", a.Holdings[0].Value.Reasons)
	}
}

// A series of a low score, and days that were doubtful when they were checked, weaken what
// rests on them over a period and leave the value of a good day as it is.
func TestFiguresSayHowWellASeriesIsKnown(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100")
	f.sync(SyncOptions{Patience: time.Minute, Symbols: []string{"AAA"}})
	f.flatRate()
	c := f.owner
	c.Operator = true
	row := f.supply(marketdata.Bars, "AAA").Supply
	points := 72
	row.Score = &points
	row.Parts = []byte(`{"from":"2025-01-02","to":"2026-05-29","sessions":350,"stale":0,"missing":98,"suspect":0,"doubtful":1,"findings":[
		{"kind":"jump","severity":"doubtful","from":"2026-02-03","to":"2026-02-03","reason":"news"},
		{"kind":"disagreement","severity":"doubtful","from":"2026-03-03","to":"2026-03-03","reason":"another source has half of it"}]}`)
	f.must(f.store.As(ctx, c.Identity, func(ctx context.Context, tx store.Tx) error { return tx.PutSupplies(ctx, []store.Supply{row}) }))
	a, err := f.s.Analysis(ctx, f.owner, Question{Portfolios: []string{f.portfolio}, Period: "Max"})
	f.must(err)
	why := strings.Join(a.Returns.TimeWeighted.Reasons, "; ")
	if a.Returns.TimeWeighted.Status != analysis.Estimated || !strings.Contains(why, "the close of AAA of 2026-03-03 from yahoo is doubtful: another source has half of it") ||
		!strings.Contains(why, "a score of 72 of 100") || strings.Contains(why, "news") {
		t.Errorf("the return is %s: %q", a.Returns.TimeWeighted.Status, why)
	}
	if h := a.Holdings[0]; h.Value.Status != analysis.Complete {
		t.Errorf("the value of today is %s: %q", h.Value.Status, h.Value.Reasons)
	}
	// Asked for again it is found to be good, and though no value is new figures say so.
	version := func() (v store.MarketVersion) {
		f.must(f.store.Read(ctx, c.Identity, func(ctx context.Context, view store.View) (err error) {
			v, err = view.MarketVersion(ctx)
			return err
		}))
		return v
	}
	was := version()
	for range 2 {
		f.clock.Move(time.Minute)
		r := f.sync(SyncOptions{Patience: time.Minute, Symbols: []string{"AAA"}, Full: true, PricesOnly: true})
		for _, o := range r.Outcomes {
			if o.Added+o.Replaced+o.Actions > 0 {
				t.Fatalf("something is new, so that this test shows nothing: %+v", o)
			}
		}
		if now := version(); now.Shared != was.Shared+1 {
			t.Fatalf("the market's version was %d and is %d: it is raised once, by the score", was.Shared, now.Shared)
		}
	}
	a, err = f.s.Analysis(ctx, f.owner, Question{Portfolios: []string{f.portfolio}, Period: "Max"})
	f.must(err)
	if why := strings.Join(a.Returns.TimeWeighted.Reasons, "; "); strings.Contains(why, "a score of") || strings.Contains(why, "another source") {
		t.Errorf("with a good score the return is %s: %q", a.Returns.TimeWeighted.Status, why)
	}
}

// nightKeepsDoubts makes a snapshot, which says what the page does, and stays so and is
// computed again to the same bytes when what was held back is decided.
func (f *feed) nightKeepsDoubts(day date.Date, said string, decide func()) {
	f.t.Helper()
	work := Work{Tenant: f.owner.Tenant, User: f.owner.User, Portfolio: f.portfolio, Day: day}
	f.analysed(work, 1)
	kept, err := f.s.Snapshot(ctx, f.owner, f.portfolio, day, 0)
	f.must(err)
	if n := strings.Count(string(kept.Document), said); n == 0 {
		f.t.Errorf("the snapshot does not say %q: %s", said, kept.Document)
	}
	decide()
	again, err := f.s.Recompute(ctx, f.owner, f.portfolio, day, 0)
	f.must(err)
	if !again.Same {
		f.t.Errorf("decided, the snapshot of before has other bytes:\n%s\n%s", kept.Document, again.Text)
	}
	f.analysed(work, 2)
	after, err := f.s.Snapshot(ctx, f.owner, f.portfolio, day, 0)
	f.must(err)
	if strings.Contains(string(after.Document), "held back") || string(after.Document) == string(kept.Document) {
		f.t.Errorf("decided, a new snapshot says %s", after.Document)
	}
}
