package job

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/foliosight/foliosight/internal/service"
)

func TestOperationsRunOnce(t *testing.T)      { testOperations(t, newWorld) }
func TestOperationKilled(t *testing.T)        { testOperationKilled(t, newWorld) }
func TestOperationKilledTwice(t *testing.T)   { testOperationKilledTwice(t, newWorld) }
func TestOperationCancelled(t *testing.T)     { testOperationCancelled(t, newWorld) }
func TestOperationStopped(t *testing.T)       { testOperationStopped(t, newWorld) }
func TestOperationSaysItLives(t *testing.T)   { testOperationLives(t, newWorld) }
func TestOperationsNeedSomebody(t *testing.T) { testOperationsOff(t, newWorld) }

// duties are operations that are due until they were run.
type duties struct {
	mu        sync.Mutex
	due       []string
	runs      []string
	abandoned []string
	at, most  int // how many run now, and ran at once
	do        func(ctx context.Context, command string) error
}

func (d *duties) Due(context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.due) == 0 {
		return "", nil
	}
	return d.due[0], nil
}

func (d *duties) Run(ctx context.Context, command string, _ time.Time) (string, error) {
	d.mu.Lock()
	if !slices.Contains(d.due, command) {
		d.mu.Unlock()
		return "nothing was due", nil
	}
	d.at++
	d.most = max(d.most, d.at)
	d.mu.Unlock()
	var err error
	if d.do != nil {
		err = d.do(ctx, command)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at--
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	d.runs = append(d.runs, command)
	d.due = slices.DeleteFunc(d.due, func(c string) bool { return c == command })
	return "fine", err
}

func (d *duties) Abandon(_ context.Context, command, why string, finding bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if finding {
		why = "!! " + why
	}
	d.abandoned = append(d.abandoned, command+": "+why)
	d.due = slices.DeleteFunc(d.due, func(c string) bool { return c == command })
	return nil
}

func (d *duties) ran() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.runs)
}

// works starts workers that run duties; it is stopped with the test.
func (w *world) works(d *duties) *Workers {
	w.t.Helper()
	o := WorkOptions{Service: w.service, Now: now, NoSchedules: true, ByHand: true}
	if d != nil {
		o.Operations = d
	}
	workers, err := w.queue.Start(ctx, o)
	w.must(err)
	w.t.Cleanup(func() {
		stop, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		workers.Stop(stop)
	})
	return workers
}

// eventually waits until something holds.
func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatal("it did not come to that: " + what)
		}
	}
}

// put puts an operation into the queue as somebody else who found it due.
func (w *world) put(command string) int64 {
	w.t.Helper()
	p := (&Workers{now: now}).operation(command)
	made, err := w.queue.client.InsertMany(ctx, []river.InsertManyParams{p})
	w.must(err)
	return made[0].Job.ID
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	_, err := w.queue.DB.ExecContext(ctx, query, args...)
	w.must(err)
}

// Two processes see the same things due: each is run once, one at a time.
func testOperations(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	d := &duties{due: []string{"quality check", "backup create", "maintain daily"}, do: func(context.Context, string) error { time.Sleep(20 * time.Millisecond); return nil }}
	both := []*Workers{w.works(d), w.works(d)}
	var looking sync.WaitGroup
	for range 3 {
		for _, one := range both {
			looking.Go(func() {
				if err := one.Look(ctx); err != nil {
					t.Error(err)
				}
			})
		}
	}
	looking.Wait()
	w.eventually("three runs", func() bool { return len(d.ran()) == 3 })
	if got := d.ran(); !slices.Equal(got, []string{"quality check", "backup create", "maintain daily"}) || d.most != 1 {
		t.Errorf("%q, %d at once", got, d.most)
	}
	var seen map[string]Ran
	w.eventually("three that are done", func() bool {
		var err error
		seen, err = w.queue.Operations(ctx)
		w.must(err)
		return len(seen) == 3 && seen["maintain daily"].State == service.JobDone
	})
	if r := seen["backup create"]; !r.Found.Equal(now()) || r.Note != "fine" {
		t.Errorf("the queue remembers %+v", r)
	}
	// What is run often does not fill the queue.
	for range 2 {
		time.Sleep(500 * time.Millisecond) // until River has looked once more at what ended
		d.mu.Lock()
		d.due = []string{"quality check"}
		d.mu.Unlock()
		before := len(d.ran())
		w.exec(`UPDATE `+w.queue.table()+` SET finalized_at = $1 WHERE state = 'completed'`, w.queue.instant(time.Now().Add(-2*forgetAfter)))
		w.must(both[0].Look(ctx))
		w.eventually("another check", func() bool { return len(d.ran()) > before })
		w.eventually("one job of each command", func() bool {
			all, err := w.queue.Jobs(ctx, service.JobFilter{Kind: service.WorkOperation, Limit: 50})
			w.must(err)
			return len(all) == 3 && all[0].State == service.JobDone
		})
	}
}

// A run whose process was killed is taken up again.
func testOperationKilled(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	id := w.put("backup create")
	w.exec(`UPDATE `+w.queue.table()+` SET state = 'running', attempt = 1, attempted_at = $1 WHERE id = $2`, w.queue.instant(time.Now().Add(-2*stuckAfter)), id)
	d := &duties{due: []string{"backup create"}}
	w.must(w.works(d).Look(ctx)) // there is one in the queue
	w.until(id, service.JobWaiting)
	if _, err := w.queue.Retry(ctx, id); err != nil { // at once, not in two seconds
		t.Fatal(err)
	}
	w.until(id, service.JobDone)
	if got := d.ran(); len(got) != 1 || len(d.abandoned) != 0 {
		t.Errorf("%q, %q", got, d.abandoned)
	}
}

// What killed its process twice is left to its next time, and somebody is told.
func testOperationKilledTwice(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	id := w.put("drill restore")
	died := `{"at":"2026-05-30T12:00:00Z","attempt":1,"error":"Stuck job rescued by JobRescuer","trace":""}`
	if w.queue.Postgres {
		w.exec(`UPDATE `+w.queue.table()+` SET attempt = 2, errors = ARRAY[$1::jsonb, $1::jsonb] WHERE id = $2`, died, id)
	} else {
		w.exec(`UPDATE `+w.queue.table()+` SET attempt = 2, errors = json_array(json($1), json($1)) WHERE id = $2`, died, id)
	}
	d := &duties{due: []string{"drill restore"}}
	w.works(d)
	w.until(id, service.JobDone)
	if got := d.ran(); len(got) != 0 || !slices.Equal(d.abandoned, []string{"drill restore: !! the process that ran it ended 2 times before it had"}) {
		t.Errorf("%q, %q", got, d.abandoned)
	}
}

// A run that is cancelled ends soon, is noted, and lets others run.
func testOperationCancelled(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	began := make(chan struct{}, 1)
	d := &duties{due: []string{"backup create", "maintain daily"}}
	d.do = func(ctx context.Context, command string) error {
		if command == "backup create" {
			began <- struct{}{}
			<-ctx.Done()
		}
		return ctx.Err()
	}
	workers := w.works(d)
	w.must(workers.Look(ctx))
	<-began
	all, err := w.queue.Jobs(ctx, service.JobFilter{Kind: service.WorkOperation, Limit: 2})
	w.must(err)
	_, err = w.queue.Cancel(ctx, all[0].ID)
	w.must(err)
	w.until(all[0].ID, service.JobCancelled)
	if !slices.Equal(d.abandoned, []string{"backup create: it was cancelled"}) {
		t.Errorf("%q", d.abandoned)
	}
	w.must(workers.Look(ctx))
	w.eventually("the next", func() bool { return slices.Equal(d.ran(), []string{"maintain daily"}) })
}

// A run whose process stops in order goes on at the next start, and counts for nothing.
func testOperationStopped(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	began := make(chan struct{}, 1)
	d := &duties{due: []string{"backup create"}, do: func(ctx context.Context, _ string) error { began <- struct{}{}; <-ctx.Done(); return ctx.Err() }}
	workers := w.works(d)
	w.must(workers.Look(ctx))
	<-began
	stop, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	w.must(workers.Stop(stop))
	all, err := w.queue.Jobs(ctx, service.JobFilter{Kind: service.WorkOperation, Limit: 2})
	w.must(err)
	if len(all) != 1 || all[0].State != service.JobQueued || all[0].Attempt != 0 || len(d.ran())+len(d.abandoned) != 0 {
		t.Fatalf("%+v, %q, %q", all, d.ran(), d.abandoned)
	}
	d.do = nil
	w.works(d)
	w.until(all[0].ID, service.JobDone)
	if got := d.ran(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// A run that takes long says that it lives, so that nobody takes it for dead; when it began
// stays known. One that another attempt has overtaken ends.
func testOperationLives(t *testing.T, open func(testing.TB) *world) {
	before := beatsEvery
	beatsEvery = 10 * time.Millisecond
	t.Cleanup(func() { beatsEvery = before })
	w := open(t)
	began, ended := make(chan struct{}, 1), make(chan error, 1)
	d := &duties{due: []string{"backup create"}, do: func(ctx context.Context, _ string) error {
		began <- struct{}{}
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return ctx.Err()
	}}
	w.must(w.works(d).Look(ctx))
	<-began
	all, err := w.queue.Jobs(ctx, service.JobFilter{Kind: service.WorkOperation, Limit: 2})
	w.must(err)
	id := all[0].ID
	w.exec(`UPDATE `+w.queue.table()+` SET attempted_at = $1 WHERE id = $2`, w.queue.instant(time.Now().Add(-time.Hour)), id)
	w.eventually("it is not stuck", func() bool {
		j, err := w.queue.Job(ctx, id)
		w.must(err)
		return j.State == service.JobRunning && time.Since(j.Started) < time.Minute
	})
	w.exec(`UPDATE `+w.queue.table()+` SET state = 'available', attempt = 2 WHERE id = $1`, id)
	if err := <-ended; !errors.Is(err, errOvertaken) {
		t.Errorf("it ended with %v", err)
	}
}

// Where nobody keeps the schedule an operation waits, and other jobs go on.
func testOperationsOff(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	id := w.put("backup create")
	w.works(nil)
	w.until(w.analysis(0).ID, service.JobDone)
	if j, err := w.queue.Job(ctx, id); err != nil || j.State != service.JobQueued {
		t.Errorf("%+v, %v", j, err)
	}
}
