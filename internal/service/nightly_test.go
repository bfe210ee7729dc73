package service

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/snapshot"
	"github.com/foliosight/foliosight/internal/store"
)

var night = date.MustParse("2026-05-29") // a Friday

// analysed works a nightly analysis through in one go.
func (w *world) analysed(work Work, job int64) *NightlyAnalysis {
	w.t.Helper()
	n, err := w.s.BeginAnalysis(ctx, work, job, 1)
	w.must(err)
	for _, name := range n.Sections() {
		w.must(n.Make(ctx, name))
	}
	w.must(n.Finish(ctx, func(context.Context, store.Tx) error { return nil }))
	return n
}

// demoWorks are the demonstration's books as a night finds them.
func demoWorks(w *world) (works []Work) {
	_, err := w.s.SeedDemo(ctx, w.owner, night)
	w.must(err)
	due, next, err := w.s.NightOf(ctx, "XNYS", "", 100)
	w.must(err)
	european, _, err := w.s.NightOf(ctx, "XETR", "", 100)
	w.must(err)
	if next != "" || len(due)+len(european) != 3 {
		w.t.Fatalf("%d and %d portfolios are due, three have bookings", len(due), len(european))
	}
	for _, d := range append(due, european...) {
		works = append(works, Work{Tenant: d.Tenant, User: d.Owner, Portfolio: d.Portfolio, Day: night})
	}
	return works
}

// A snapshot made from shelves that portfolios share is byte for byte the one computed
// from each portfolio's own panel, is small, and stays what it was when the books change.
func TestSnapshotsAreRecomputedToTheByte(t *testing.T) {
	w := newWorld(t)
	works := demoWorks(w)
	for _, work := range works {
		w.analysed(work, 1)
	}
	for _, work := range works {
		again, err := w.s.Recompute(ctx, w.owner, work.Portfolio, night, 0)
		w.must(err)
		if !again.Same {
			kept, _ := w.s.Snapshot(ctx, w.owner, work.Portfolio, night, 0)
			t.Errorf("%s: other bytes:\n%s\n%s", work.Portfolio, kept.Document, again.Text)
		}
		if size := again.Snapshot.Size; size > 10_000 {
			t.Errorf("%s: %d bytes, a snapshot of this size has at most 10,000", work.Portfolio, size)
		} else {
			t.Logf("%d bytes, %d unpacked", size, len(again.Text))
		}
	}
	kept, err := w.s.Snapshot(ctx, w.owner, works[0].Portfolio, night, 0)
	w.must(err)
	d, err := snapshot.Decode(kept.Document)
	w.must(err)
	for name, section := range map[string]json.RawMessage{"values": d.Values, "exposures": d.Exposures, "greeks": d.Greeks, "factors": d.Factors, "correlations": d.Correlations, "stress": d.Stress} {
		if len(section) < 20 {
			t.Errorf("section %s is %q", name, section)
		}
	}
	p, err := w.s.Portfolio(ctx, w.owner, works[0].Portfolio)
	w.must(err)
	page, err := w.s.Transactions(ctx, w.owner, p.ID, store.Filter{Limit: 1})
	w.must(err)
	_, err = w.s.Delete(ctx, w.owner, p.ID, p.Version, []string{page.Rows[0].ID})
	w.must(err)
	again, err := w.s.Recompute(ctx, w.owner, p.ID, night, 0)
	w.must(err)
	if !again.Same {
		t.Error("a booking deleted since then changed a snapshot")
	}
	w.analysed(works[0], 2)
	all, err := w.s.Snapshots(ctx, w.owner, p.ID, date.None, 10)
	w.must(err)
	if len(all) != 2 || all[0].Revision != 2 || all[0].Ledger != p.Version+1 {
		t.Errorf("after another night there are %+v", all)
	}
}

// An interrupted analysis goes on with the first section that is missing, on the
// versions that it began with.
func TestAnalysisGoesOnAfterAKill(t *testing.T) {
	w := newWorld(t)
	work := demoWorks(w)[0]
	first, err := w.s.BeginAnalysis(ctx, work, 7, 1)
	w.must(err)
	for _, name := range first.Sections()[:5] {
		w.must(first.Make(ctx, name))
	}
	w.must(first.Save(ctx))
	cancelled, stop := context.WithCancel(ctx)
	stop()
	if err := first.Make(cancelled, "correlations"); !errors.Is(err, context.Canceled) {
		t.Fatalf("a section of a cancelled job: %v", err)
	}
	w.must(first.Failed(ctx, "killed", false))
	page, err := w.s.Transactions(ctx, w.owner, work.Portfolio, store.Filter{Limit: 1})
	w.must(err)
	_, err = w.s.Delete(ctx, w.owner, work.Portfolio, store.AnyVersion, []string{page.Rows[0].ID})
	w.must(err)

	second, err := w.s.BeginAnalysis(ctx, work, 7, 2)
	w.must(err)
	if got := strings.Join(second.Sections(), " "); got != "correlations stress" || second.Resumed() != 5 {
		t.Fatalf("left to do: %s, resumed %d", got, second.Resumed())
	}
	for _, name := range second.Sections() {
		w.must(second.Make(ctx, name))
	}
	failing := errors.New("the queue is gone")
	if err := second.Finish(ctx, func(context.Context, store.Tx) error { return failing }); !errors.Is(err, failing) {
		t.Fatalf("completion that fails: %v", err)
	}
	if _, err := w.s.Snapshot(ctx, w.owner, work.Portfolio, night, 0); !errors.Is(err, ErrNotFound) {
		t.Fatalf("a snapshot without the completion of its job: %v", err)
	}
	w.must(second.Finish(ctx, func(context.Context, store.Tx) error { return nil }))
	again, err := w.s.Recompute(ctx, w.owner, work.Portfolio, night, 0)
	w.must(err)
	if !again.Same || again.Snapshot.Ledger != first.run.Ledger {
		t.Errorf("same bytes: %v, ledger version %d, begun with %d", again.Same, again.Snapshot.Ledger, first.run.Ledger)
	}
	w.must(w.s.read(ctx, w.owner, func(ctx context.Context, v store.View) error {
		run, err := v.Run(ctx, work.Portfolio, WorkAnalysis, night)
		w.must(err)
		var names []string
		for _, s := range run.Steps {
			names = append(names, s.Name)
			if s.Ended.Before(s.Started) || s.Status == "" {
				t.Errorf("step %+v", s)
			}
		}
		if got, want := strings.Join(names, " "), strings.Join(AnalysisSteps(), " "); got != want || run.State != store.RunDone {
			t.Errorf("%s: steps %s, want %s", run.State, got, want)
		}
		if last := run.Steps[len(run.Steps)-1]; last.Reason == "" {
			t.Errorf("alerts: %q", last.Reason)
		}
		return nil
	}))
}

// A night begins on the exchange's own clock, after its close and the time until prices
// are final. Closes: NYSE 16:00, 13:00 on the day after Thanksgiving; Xetra 17:30, 14:00
// on 30 December; the clocks of New York and Frankfurt change on different Sundays.
func TestNights(t *testing.T) {
	for _, x := range []struct{ exchange, after, begins, session string }{
		{"XNYS", "2026-01-05T12:00:00Z", "2026-01-05T21:45:00Z", "2026-01-05"},
		{"XNYS", "2026-01-05T21:45:00Z", "2026-01-06T21:45:00Z", "2026-01-06"},
		{"XNYS", "2026-03-06T22:00:00Z", "2026-03-09T20:45:00Z", "2026-03-09"}, // summer time since the 8th
		{"XETR", "2026-03-09T00:00:00Z", "2026-03-09T17:15:00Z", "2026-03-09"}, // not yet here
		{"XNYS", "2026-11-25T22:00:00Z", "2026-11-27T18:45:00Z", "2026-11-27"}, // Thanksgiving, early close
		{"XNYS", "2026-07-02T21:00:00Z", "2026-07-06T20:45:00Z", "2026-07-06"}, // Independence Day observed on Friday
		{"XETR", "2025-12-30T00:00:00Z", "2025-12-30T13:45:00Z", "2025-12-30"},
	} {
		c, _ := calendar.For(x.exchange)
		after, err := time.Parse(time.RFC3339, x.after)
		if err != nil {
			t.Fatal(err)
		}
		begins, session, err := NightAfter(c, after)
		if err != nil {
			t.Fatal(err)
		}
		if got := begins.UTC().Format(time.RFC3339); got != x.begins || session.String() != x.session {
			t.Errorf("%s after %s: %s of %s, want %s of %s", x.exchange, x.after, got, session, x.begins, x.session)
		}
	}
}
