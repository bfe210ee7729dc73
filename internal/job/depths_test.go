package job

import (
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/service"
)

func TestDepths(t *testing.T) { testDepths(t, func(t testing.TB) *world { return newWorld(t) }) }

// testDepths: what waits is counted by kind and state, with since when; what failed too,
// and what was cancelled.
func testDepths(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	before := time.Now().Add(-time.Minute)
	w.analysis(0)
	w.analysis(1)
	cancelled := w.analysis(2)
	_, err := w.queue.Cancel(ctx, cancelled.ID)
	w.must(err)
	all, err := w.queue.Depths(ctx)
	w.must(err)
	found := map[service.JobState]Depth{}
	for _, d := range all {
		if d.Kind == service.WorkAnalysis {
			found[d.State] = d
		}
	}
	waiting := found[service.JobQueued]
	if waiting.Count != 2 || waiting.Oldest.Before(before) || waiting.Oldest.After(time.Now().Add(time.Minute)) {
		t.Errorf("waiting: %+v", waiting)
	}
	if gone := found[service.JobCancelled]; gone.Count != 1 || !gone.Oldest.IsZero() {
		t.Errorf("cancelled: %+v", gone)
	}
	w.must(w.queue.Ping(ctx))
	if s := w.queue.Stats(); s.MaxOpenConnections < 1 {
		t.Errorf("%+v", s)
	}
}
