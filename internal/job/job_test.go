package job

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

var (
	ctx   = context.Background()
	night = date.MustParse("2026-05-29")
)

// world is a service with a queue, over the demonstration's books.
type world struct {
	t          testing.TB
	path       string
	store      store.Store
	queue      *Queue
	service    *service.Service
	owner      service.Caller
	portfolios []store.Portfolio
}

func now() time.Time { return time.Date(2026, 5, 30, 12, 0, 0, 0, time.UTC) }

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "books.db")}
	st, err := sqlite.Open(ctx, sqlite.Options{Path: w.path, Now: now})
	w.must(err)
	t.Cleanup(func() { st.Close() })
	db, err := sqlite.Queue(w.path)
	w.must(err)
	o := Options{DB: db, Poll: 20 * time.Millisecond, Cooldown: 5 * time.Millisecond}
	w.must(Migrate(ctx, o))
	w.must(Migrate(ctx, o)) // a second time there is nothing to do
	w.queue, err = Open(o)
	w.must(err)
	t.Cleanup(func() { w.queue.Close() })
	w.store = st
	w.fill()
	return w
}

// fill makes the service, its owner and the demonstration's books.
func (w *world) fill() {
	w.t.Helper()
	w.service = service.New(service.Options{Store: w.store, Now: now, Queue: w.queue})
	in, err := w.service.SetUp(ctx, service.NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "USD"})
	w.must(err)
	w.owner = in.Caller
	w.portfolios, err = w.service.SeedDemo(ctx, w.owner, night)
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) start() *Workers {
	w.t.Helper()
	workers, err := w.queue.Start(ctx, WorkOptions{Service: w.service, Now: now, NoSchedules: true})
	w.must(err)
	w.t.Cleanup(func() {
		stop, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		workers.Stop(stop)
	})
	return workers
}

// until waits for a job to be in a state.
func (w *world) until(id int64, state service.JobState) service.Job {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		j, err := w.queue.Job(ctx, id)
		w.must(err)
		if j.State == state {
			return j
		}
		if time.Now().After(end) {
			w.t.Fatalf("job %d is %s (%s), want %s", id, j.State, j.Reason, state)
		}
	}
}

// replace does the work of a kind in another way until the test ends.
func replace(t *testing.T, name string, do func(context.Context, *task) error) {
	before := kinds[name]
	k := before
	k.do = do
	kinds[name] = k
	t.Cleanup(func() { kinds[name] = before })
}

func (w *world) analysis(i int) service.Job {
	w.t.Helper()
	j, err := w.service.RunJob(ctx, w.owner, service.WorkAnalysis, service.Work{Portfolio: w.portfolios[i].ID, Day: night})
	w.must(err)
	return j
}

// On SQLite; on PostgreSQL in postgres_test.go.
func TestNight(t *testing.T)                 { testNight(t, newWorld) }
func TestEnqueuedWithTheChange(t *testing.T) { testEnqueued(t, newWorld) }
func TestFailure(t *testing.T)               { testFailure(t, newWorld) }
func TestCancel(t *testing.T)                { testCancel(t, newWorld) }
func TestOneEffect(t *testing.T)             { testOneEffect(t, newWorld) }
func TestOvertaken(t *testing.T)             { testOvertaken(t, newWorld) }
func TestStuck(t *testing.T)                 { testStuck(t, newWorld) }
func TestJobsAreApart(t *testing.T)          { testApart(t, newWorld) }
func TestHandOutInPieces(t *testing.T)       { testPieces(t, newWorld) }

// A night: the market data's job, the handing out, an analysis and a snapshot for each
// portfolio of the exchange, each once.
func testNight(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	w.start()
	for range 2 { // the second time everything was done already
		j, err := w.service.RunJob(ctx, w.owner, service.WorkMarket, service.Work{Exchange: "XNYS", Day: night})
		w.must(err)
		j = w.until(j.ID, service.JobDone)
		if !strings.Contains(j.Note, "no prices are stored") {
			t.Errorf("freshness: %q", j.Note)
		}
	}
	done := 0
	for _, p := range w.portfolios {
		if service.ExchangeOf(p.Base).Code != "XNYS" {
			continue
		}
		done++
		all, err := w.service.Jobs(ctx, w.owner, service.JobFilter{Kind: service.WorkAnalysis, Portfolios: []string{p.ID}})
		for end := time.Now().Add(10 * time.Second); err == nil && len(all) == 0 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			all, err = w.service.Jobs(ctx, w.owner, service.JobFilter{Kind: service.WorkAnalysis, Portfolios: []string{p.ID}})
		}
		w.must(err)
		if len(all) != 1 {
			t.Fatalf("%s: %d analyses", p.Name, len(all))
		}
		w.until(all[0].ID, service.JobDone)
		shots, err := w.service.Snapshots(ctx, w.owner, p.ID, date.None, 0)
		w.must(err)
		if len(shots) != 1 || shots[0].Day != night {
			t.Errorf("%s: snapshots %+v", p.Name, shots)
		}
		detail, err := w.service.Job(ctx, w.owner, all[0].ID)
		w.must(err)
		if detail.Run == nil || len(detail.Run.Steps) != len(service.AnalysisSteps()) || detail.Run.State != store.RunDone {
			t.Errorf("%s: run %+v", p.Name, detail.Run)
		}
	}
	if done == 0 {
		t.Fatal("no portfolio of the demonstration follows New York")
	}
	all, err := w.service.Jobs(ctx, w.owner, service.JobFilter{Limit: 2})
	w.must(err)
	rest, err := w.service.Jobs(ctx, w.owner, service.JobFilter{Before: all[1].ID})
	w.must(err)
	if len(all) != 2 || all[0].ID <= all[1].ID || len(rest) == 0 || rest[0].ID >= all[1].ID {
		t.Errorf("pages of jobs: %+v, then %+v", all, rest)
	}
	counts, err := w.service.JobCounts(ctx, w.owner)
	w.must(err)
	if counts[service.JobDone] < done+2 || counts[service.JobFailed]+counts[service.JobStuck] != 0 {
		t.Errorf("counts %v", counts)
	}
}

// Work about the same things is in the queue once; what was rolled back is not in it.
func testEnqueued(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	about := service.Work{Tenant: w.owner.Tenant, User: w.owner.User, Portfolio: w.portfolios[0].ID, Day: night}
	failing := errors.New("the change failed")
	enqueue := func(after error) error {
		return w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
			if err := w.queue.Enqueue(ctx, tx, service.WorkAnalysis, about); err != nil {
				return err
			}
			return after
		})
	}
	if err := enqueue(failing); !errors.Is(err, failing) {
		t.Fatal(err)
	}
	count := func() int {
		all, err := w.queue.Jobs(ctx, service.JobFilter{Limit: 10})
		w.must(err)
		return len(all)
	}
	if count() != 0 {
		t.Fatal("a change that was rolled back left a job")
	}
	for range 3 {
		w.must(enqueue(nil))
	}
	if count() != 1 {
		t.Fatalf("the same work is in the queue %d times", count())
	}
	about.Day++
	w.must(enqueue(nil))
	if count() != 2 {
		t.Fatal("another day is other work")
	}
	if err := w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		return w.queue.Enqueue(ctx, tx, "unheard-of", about)
	}); err == nil {
		t.Error("a kind that does not exist was taken")
	}
}

// A failure keeps its reason and is followed by another attempt; other portfolios are
// not touched by it.
func testFailure(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	broken := w.portfolios[0].ID
	before := waits
	waits = []time.Duration{time.Hour} // until somebody has it tried again
	t.Cleanup(func() { waits = before })
	replace(t, service.WorkAnalysis, func(ctx context.Context, t *task) error {
		if t.Portfolio == broken && t.Attempt == 1 {
			return errors.New("prices.csv, row 7: no such day")
		}
		return analyse(ctx, t)
	})
	w.start()
	first, second := w.analysis(0), w.analysis(1)
	w.until(second.ID, service.JobDone)
	j := w.until(first.ID, service.JobWaiting)
	if !strings.Contains(j.Reason, "row 7") || j.Attempt != 1 || j.Attempts != attempts {
		t.Errorf("waiting job %+v", j)
	}
	_, err := w.service.RetryJob(ctx, w.owner, first.ID)
	w.must(err)
	if j := w.until(first.ID, service.JobDone); j.Attempt != 2 {
		t.Errorf("done at attempt %d", j.Attempt)
	}
}

// A running job that is cancelled stops soon and leaves no snapshot; run again it has
// one. A job that waits is cancelled at once.
func testCancel(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	began := make(chan struct{}, 1)
	replace(t, service.WorkAnalysis, func(ctx context.Context, task *task) error {
		if task.Attempt > 1 {
			return analyse(ctx, task)
		}
		n, err := task.workers.service.BeginAnalysis(ctx, task.Work, task.ID, task.Attempt)
		if err != nil {
			return err
		}
		if err := n.Make(ctx, n.Sections()[0]); err != nil {
			return err
		}
		began <- struct{}{}
		<-ctx.Done()
		last := context.WithoutCancel(ctx)
		return errors.Join(ctx.Err(), n.Failed(last, "it was cancelled", true))
	})
	waiting := w.analysis(1)
	if j, err := w.service.CancelJob(ctx, w.owner, waiting.ID); err != nil || j.State != service.JobCancelled {
		t.Fatalf("a waiting job: %+v, %v", j, err)
	}
	w.start()
	j := w.analysis(0)
	<-began
	asked, err := w.service.CancelJob(ctx, w.owner, j.ID)
	w.must(err)
	if !asked.Asked || asked.State != service.JobRunning {
		t.Errorf("a running job that was told to stop: %+v", asked)
	}
	w.until(j.ID, service.JobCancelled)
	if _, err := w.service.Snapshot(ctx, w.owner, w.portfolios[0].ID, night, 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("snapshot of a cancelled job: %v", err)
	}
	d, err := w.service.Job(ctx, w.owner, j.ID)
	w.must(err)
	if d.Run == nil || d.Run.State != store.RunCancelled || len(d.Run.Steps) != 1 {
		t.Errorf("its run %+v", d.Run)
	}
	again := w.analysis(0)
	if again.ID != j.ID {
		t.Errorf("run again it is job %d, was %d", again.ID, j.ID)
	}
	w.until(j.ID, service.JobDone)
	if _, err := w.service.Snapshot(ctx, w.owner, w.portfolios[0].ID, night, 0); err != nil {
		t.Error(err)
	}
}

// The effect and the completion of a job are one: where the completion is not possible
// any more, as another attempt was faster, there is no second effect.
func testOneEffect(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	effects := make(chan error, 2)
	replace(t, service.WorkAnalysis, func(ctx context.Context, t *task) error {
		for range 2 { // the second time the job is completed already
			effects <- t.workers.service.ChangeFor(ctx, t.Work, t.complete)
		}
		return nil
	})
	w.start()
	j := w.analysis(0)
	if err := <-effects; err != nil {
		t.Fatal(err)
	}
	if err := <-effects; err == nil {
		t.Error("a completed job was completed once more")
	}
	w.until(j.ID, service.JobDone)
}

// An attempt that was taken for dead has no effect while another has the job.
func testOvertaken(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	result := make(chan error, 1)
	replace(t, service.WorkAnalysis, func(ctx context.Context, t *task) error {
		if t.Attempt > 1 {
			return analyse(ctx, t)
		}
		_, err := t.workers.queue.DB.ExecContext(ctx, `UPDATE `+t.workers.queue.table()+` SET attempt = attempt + 1 WHERE id = $1`, t.ID)
		if err == nil {
			err = analyse(ctx, t)
		}
		result <- err
		return err
	})
	other := w.analysis(1)
	w.start()
	if err := <-result; !errors.Is(err, errOvertaken) {
		t.Errorf("an attempt that lost its job ended with %v", err)
	}
	if _, err := w.service.Snapshot(ctx, w.owner, w.portfolios[1].ID, night, 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("its snapshot: %v", err)
	}
	w.until(other.ID, service.JobDone)
}

// A job whose process died is shown as stuck, and is rescued.
func testStuck(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	j := w.analysis(0)
	long := time.Now().Add(-2 * stuckAfter)
	_, err := w.queue.DB.ExecContext(ctx, `UPDATE `+w.queue.table()+` SET state = 'running', attempt = 1, attempted_at = $1 WHERE id = $2`, w.queue.instant(long), j.ID)
	w.must(err)
	for state, want := range map[service.JobState]int{service.JobStuck: 1, service.JobRunning: 0} {
		all, err := w.service.Jobs(ctx, w.owner, service.JobFilter{State: state})
		w.must(err)
		if len(all) != want {
			t.Errorf("%d jobs are %s, want %d", len(all), state, want)
		}
	}
	counts, err := w.queue.Count(ctx)
	w.must(err)
	if counts[service.JobStuck] != 1 || counts[service.JobRunning] != 0 {
		t.Errorf("counts %v", counts)
	}
	if j, err = w.queue.Job(ctx, j.ID); err != nil || j.State != service.JobStuck {
		t.Errorf("%+v, %v", j, err)
	}
}

// Members see the jobs of their own portfolios, and no others.
func testApart(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	mine := w.analysis(0)
	member := service.Caller{Identity: store.Identity{Tenant: w.owner.Tenant, User: store.NewID()}}
	w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		return tx.CreateUser(ctx, store.User{ID: member.User, Email: "bob@example.org", Name: "Bob", Role: store.Member, PasswordHash: "none", BaseCurrency: "USD", Locale: "en", TimeZone: "UTC"})
	}))
	p, err := w.service.CreatePortfolio(ctx, member, service.NewPortfolio{Name: "Bob's", Base: "USD"})
	w.must(err)
	own, err := w.service.RunJob(ctx, member, service.WorkAnalysis, service.Work{Portfolio: p.ID})
	w.must(err)
	all, err := w.service.Jobs(ctx, member, service.JobFilter{})
	w.must(err)
	if len(all) != 1 || all[0].ID != own.ID {
		t.Errorf("a member sees %+v", all)
	}
	for what, do := range map[string]func(int64) error{
		"look":   func(id int64) error { _, err := w.service.Job(ctx, member, id); return err },
		"retry":  func(id int64) error { _, err := w.service.RetryJob(ctx, member, id); return err },
		"cancel": func(id int64) error { _, err := w.service.CancelJob(ctx, member, id); return err },
	} {
		if err := do(mine.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s at another's job: %v", what, err)
		}
		if err := do(own.ID); err != nil {
			t.Errorf("%s at one's own job: %v", what, err)
		}
	}
	if _, err := w.service.RunJob(ctx, member, service.WorkCleanUp, service.Work{}); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("a member ran a clean-up: %v", err)
	}
	if _, err := w.service.JobCounts(ctx, member); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("a member counted all jobs: %v", err)
	}
	if all, err = w.service.Jobs(ctx, w.owner, service.JobFilter{}); err != nil || len(all) != 2 {
		t.Errorf("who runs the installation sees %d jobs, %v", len(all), err)
	}
}

// Pieces of a night follow one another through all portfolios.
func testPieces(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	first, next, err := w.service.NightOf(ctx, "XNYS", "", 1)
	w.must(err)
	seen := len(first)
	for pages := 1; next != ""; pages++ {
		if pages > 10 {
			t.Fatal("the pages do not end")
		}
		var more []store.Due
		more, next, err = w.service.NightOf(ctx, "XNYS", next, 1)
		w.must(err)
		seen += len(more)
	}
	whole, _, err := w.service.NightOf(ctx, "XNYS", "", 100)
	w.must(err)
	if seen != len(whole) || seen == 0 {
		t.Errorf("%d portfolios in pieces, %d at once", seen, len(whole))
	}
}
