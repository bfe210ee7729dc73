package service

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/store"
)

// A whole sync without a network makes one attempt a source, says once what is wrong, and is
// worth another attempt soon.
func TestSyncSaysOnceThatThereIsNoNetwork(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 AAA @ 100", "2026-01-06 buy 10 BBB @ 100")
	f.must(f.server.Close())
	began := time.Now()
	r := f.sync(SyncOptions{Patience: 2 * time.Minute, PricesOnly: true})
	if took := time.Since(began); took > 5*time.Second || f.clock.Now().Sub(r.Started) > time.Second {
		t.Errorf("%d subjects took %s, and %s were waited", len(r.Outcomes), took, f.clock.Now().Sub(r.Started))
	}
	if len(r.Outcomes) < 50 || len(r.Reasons) != 1 || r.Reasons[0].Reason != string(marketdata.Unreached) || len(r.Unreached) != 1 {
		t.Fatalf("%d outcomes, for the reasons %+v, tried %v", len(r.Outcomes), r.Reasons, r.Unreached)
	}
	text := r.String()
	if n := strings.Count(text, "is there a network?"); n != 1 || !strings.Contains(text, "no provider could be reached: is there a network? Tried 127.0.0.1:") {
		t.Errorf("it says %q", text)
	}
	if wait := r.Next.Sub(r.Started); wait <= 0 || wait > 10*time.Minute {
		t.Errorf("it is tried again after %s", wait)
	}
	if one := f.supply(marketdata.Bars, "AAA"); one.Failures != 0 || one.Reason != string(marketdata.Unreached) {
		t.Errorf("that there is no network counts against the series: %+v", one.Supply)
	}
	statuses, err := f.s.sources.Status(ctx)
	f.must(err)
	for _, s := range statuses {
		for _, w := range s.Windows {
			if w.Used != 0 {
				t.Errorf("%s: %d of %s are used, though no call left", s.Provider, w.Used, w.Name)
			}
		}
		if !s.Unreached {
			t.Errorf("%s is not known to be unreachable: %+v", s.Provider, s)
		}
	}
	r = f.sync(SyncOptions{Patience: time.Minute, PricesOnly: true})
	if len(r.Outcomes) != 0 {
		t.Errorf("asked again at once: %s", r)
	}
}

// What people hold comes first, what only the risk model needs last.
func TestSyncAsksForWhatIsHeldFirst(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000", "2026-01-06 buy 10 ZZZ @ 100", "2026-01-06 buy 10 BBB @ 100")
	var order []string
	f.sync(SyncOptions{PricesOnly: true, Progress: func(p SyncProgress) {
		if len(order) == 0 || order[len(order)-1] != p.Last.Symbol {
			order = append(order, p.Last.Symbol)
		}
	}})
	if len(order) < 20 || order[0] != "BBB" || order[1] != "ZZZ" {
		t.Fatalf("the order is %v", order)
	}
	for _, early := range order[:6] {
		if early == "HYG" || early == "IEF" || early == "QUAL" {
			t.Errorf("a series of the risk model is among the first: %v", order)
		}
	}
}

// Reasons that many series share are said once, those that are a series' own beside it.
func TestReasonsAreGrouped(t *testing.T) {
	noon, feeds := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), []Feed(nil)
	add := func(symbol string, reason marketdata.Reason, provider, words string, due time.Time) {
		feeds = append(feeds, Feed{Supplied: Supplied{Supply: store.Supply{Kind: "bars", Symbol: symbol, Needed: true, Reason: string(reason), Provider: provider, Words: words, Due: due}}})
	}
	for i := range 23 {
		add(fmt.Sprintf("S%02d", i), marketdata.Limited, "yahoo", fmt.Sprintf("yahoo (chart): in %d seconds", i), noon.Add(time.Duration(2+i%3)*time.Hour))
	}
	add("XXX", marketdata.NotFound, "stooq", "stooq: no data", time.Time{})
	add("YYY", reasonUnsettled, "yahoo", "yahoo: the basis is not known", noon)
	add("ZZZ", "", "yahoo", "", noon) // it came
	got := FeedReasons(feeds)
	if len(got) != 3 || got[0].Provider != "yahoo" || got[0].Says != "its limit of calls is reached" || len(got[0].Symbols) != 23 || !got[0].Next.Equal(noon.Add(2*time.Hour)) {
		t.Fatalf("%+v", got)
	}
	if got[1].Says != "it does not know this symbol" || got[1].Symbols[0] != "XXX" || got[2].Says != "yahoo: the basis is not known" || got[2].Provider != "" {
		t.Errorf("%+v", got[1:])
	}
}

// On a day on which the whole market falls, no single share is held back for falling with
// it; one that rises against it is.
func TestACrashHoldsNothingBack(t *testing.T) {
	bookings := []string{"2026-01-05 deposit 1000000"}
	var symbols []string
	for i := range 11 {
		symbols = append(symbols, fmt.Sprintf("C%02d", i))
		bookings = append(bookings, fmt.Sprintf("2026-01-06 buy 10 C%02d @ 100", i))
	}
	f := newFeed(t, bookings...)
	made := replay.NewMarket(9, symbols, feedFirst, feedLast)
	for _, symbol := range symbols {
		f.market.Bars[symbol] = made.Bars[symbol]
	}
	f.untilDone(symbols...)
	// Monday: all fall by 27 to 31 %, and one rises by 40 %, which nothing explains.
	crash := date.Must(2026, 6, 1)
	for i, symbol := range symbols {
		rows := f.market.Bars[symbol]
		before := rows[len(rows)-1]
		left := 0.73 - 0.003*float64(i) // further from any split than 3 for 4
		if i == 10 {
			left = 1.40
		}
		after := math.Round(before.Close*left*100) / 100
		f.market.Bars[symbol] = append(rows, replay.Row{Day: crash, Open: after, High: after, Low: after, Close: after, Volume: before.Volume})
	}
	f.clock.Move(time.Date(2026, 6, 2, 6, 0, 0, 0, time.UTC).Sub(f.clock.Now()))
	r := f.sync(SyncOptions{Patience: time.Minute, PricesOnly: true, Symbols: symbols})
	released := 0
	for _, o := range r.Outcomes {
		released += o.Released
	}
	c := f.owner
	c.Operator = true
	page, err := f.s.HeldBack(ctx, c, HeldFilter{Decision: store.HeldOpen})
	f.must(err)
	if len(page.Values) != 1 || page.Values[0].Symbol != "C10" {
		t.Errorf("%d values wait, want that of C10 alone: %+v", len(page.Values), page.Values)
	}
	if released == 0 {
		t.Error("nothing was held back before the others were known, so that this test shows nothing")
	}
	for _, symbol := range symbols[:10] {
		if bad := f.untrue(symbol, date.Must(2026, 1, 6)-riskDays); bad != "" {
			t.Errorf("%s: %s", symbol, bad)
		}
		if one := f.supply(marketdata.Bars, symbol); one.Score == nil || *one.Score != 100 {
			t.Errorf("the score of %s is %v: %+v", symbol, one.Score, one.Scored)
		}
	}
}

// jobsOf is a queue that tells of jobs as they are given.
type jobsOf struct {
	Queue
	jobs []Job
}

func (q jobsOf) Jobs(_ context.Context, _ JobFilter) ([]Job, error) { return q.jobs, nil }

// A fetch in pieces began with the first of them; one that waits for a limit does not run.
func TestAFetchInPieces(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	s := &Service{now: func() time.Time { return noon }}
	old := Job{ID: 1, State: JobDone, Created: noon.Add(-time.Hour), Ended: noon.Add(-time.Hour)}
	first := Job{ID: 2, State: JobDone, Created: noon.Add(-2 * time.Minute), Ended: noon.Add(-time.Minute)}
	second := Job{ID: 3, State: JobRunning, Work: Work{After: "1"}, Created: noon.Add(-time.Minute)}
	later := Job{ID: 4, State: JobQueued, Work: Work{After: "2"}, Created: noon.Add(-time.Second), Due: noon.Add(20 * time.Minute)}
	for _, c := range []struct {
		name    string
		jobs    []Job
		began   time.Time
		running bool
		next    time.Time
	}{
		{"one", []Job{old}, old.Created, false, time.Time{}},
		{"the second of two", []Job{second, first, old}, first.Created, true, time.Time{}},
		{"one that waits", []Job{later, {ID: 3, State: JobDone, Work: Work{After: "1"}, Created: second.Created, Ended: noon}, first, old}, first.Created, false, later.Due},
		{"one that waits beside one that runs", []Job{later, second, first, old}, first.Created, true, time.Time{}},
		{"one that begins now", []Job{{ID: 5, State: JobQueued, Created: noon, Due: noon}, first, old}, noon, true, time.Time{}},
	} {
		s.queue = jobsOf{jobs: c.jobs}
		var f Fetching
		if err := f.work(ctx, s); err != nil || !f.Began.Equal(c.began) || f.Running() != c.running || !f.Next.Equal(c.next) {
			t.Errorf("%s: began %s, running %v, next %s: %v", c.name, f.Began, f.Running(), f.Next, err)
		}
	}
}

// unwanting is a store that cannot say what anybody wants.
type unwanting struct{ store.Store }

var errUnwanting = errors.New("the list cannot be read")

func (unwanting) Wanted(context.Context) ([]store.Wanted, error) { return nil, errUnwanting }

// A sync that cannot go on gives back the calls it took ahead and did not make.
func TestASyncThatFailsSettlesItsCalls(t *testing.T) {
	f := newFeed(t, "2026-01-05 deposit 10000")
	windows := allowance.Windows([]marketdata.Limit{{Window: marketdata.Minute, Most: 3000}}, f.clock.Now())
	for range 20 {
		call := allowance.Call{Provider: "polygon", At: f.clock.Now(), Latest: f.clock.Now().Add(time.Minute), Windows: windows}
		taken, err := f.s.desk.leases.Take(ctx, call)
		f.must(err)
		f.must(f.s.desk.leases.Done(ctx, "polygon", taken.ID, allowance.Outcome{At: f.clock.Now(), Answered: true}))
	}
	used := func() int {
		state, err := f.s.desk.leases.State(ctx, "polygon", windows)
		f.must(err)
		return state.Used[0]
	}
	if used() <= 20 {
		t.Fatalf("%d calls are counted, so that none was taken ahead and this test shows nothing", used())
	}
	f.s.store = unwanting{f.s.store}
	if _, err := f.s.SyncDue(ctx, SyncOptions{}); !errors.Is(err, errUnwanting) {
		t.Errorf("the sync ended with %v", err)
	}
	if n := used(); n != 20 {
		t.Errorf("%d calls are counted, 20 were made", n)
	}
}
