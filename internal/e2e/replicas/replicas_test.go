package replicas

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// duration is given in the environment, or the default.
func duration(t *testing.T, name string, otherwise time.Duration) time.Duration {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s=%s: %v", name, text, err)
	}
	return d
}

// firm is what the test runs: two processes for programs, two that work.
type firm struct {
	apis, workers []*process
	owner         *client
	portfolio     string

	acknowledged sync.Map // note of a booking that was acknowledged
	bookings     atomic.Int64
	reads        atomic.Int64
	broken       atomic.Int64
	jobs         atomic.Int64
	faults       chan string
}

func (f *firm) fault(format string, args ...any) {
	select {
	case f.faults <- fmt.Sprintf(format, args...):
	default:
	}
}

// TestReplicas lets people book and read and jobs work, while one process after the
// other is killed. REPLICAS_FOR says how long.
func TestReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("several processes: left out of -short")
	}
	lasting := duration(t, "REPLICAS_FOR", 12*time.Second)
	d := pgtest.Migrated(t)
	env := []string{"DATABASE_URL=" + d.URL, "DATABASE_ADMIN_URL=" + d.AdminURL, "FOLIOSIGHT_DATA=" + t.TempDir(), "API_RATE_LIMIT=100000", "RATE_LIMIT_MAX=100000",
		"SECRET_KEY=" + strings.Repeat("replicas-share-this-", 3), "ENCRYPTION_KEY=" + strings.Repeat("k", 32)}
	f := &firm{faults: make(chan string, 100), owner: newClient()}
	for i := range 2 {
		f.apis = append(f.apis, newProcess(t, fmt.Sprintf("api%d", i+1), "api", env))
		f.workers = append(f.workers, newProcess(t, fmt.Sprintf("worker%d", i+1), "worker", env))
	}
	all := append(append([]*process{}, f.apis...), f.workers...)
	for _, p := range all {
		if _, err := p.start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
	}
	f.found(t)

	ctx, stop := context.WithTimeout(context.Background(), lasting)
	defer stop()
	var people sync.WaitGroup
	for i := range 4 {
		people.Go(func() { f.book(ctx, i) })
	}
	people.Go(func() { f.askForJobs(ctx) })
	kills := 0
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	var slowest time.Duration
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(time.Second + time.Duration(random.IntN(2000))*time.Millisecond):
			p := all[random.IntN(len(all))]
			p.kill()
			kills++
			took, err := p.start()
			if err != nil {
				t.Fatal(err)
			}
			slowest = max(slowest, took)
		}
	}
	people.Wait()
	f.settle(t)
	f.compare(t, d)
	for _, p := range all {
		if err := p.end(); err != nil {
			t.Errorf("%s did not stop well: %v", p.name, err)
		}
	}
	close(f.faults)
	for fault := range f.faults {
		t.Error(fault)
	}
	t.Logf("%s, %d kills: %d bookings acknowledged, %d reads, %d broken connections, %d jobs; the slowest start took %s",
		lasting, kills, f.bookings.Load(), f.reads.Load(), f.broken.Load(), f.jobs.Load(), slowest.Round(time.Millisecond))
	if f.bookings.Load() < 20 || f.jobs.Load() < 3 || kills < 2 {
		t.Error("too little happened")
	}
}

// found makes the owner and a portfolio.
func (f *firm) found(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	at := "http://" + f.apis[0].address + "/api/v1"
	status, answer, err := f.owner.ask(ctx, "POST", at+"/auth/register", map[string]string{"email": "ada@example.org", "password": "a sentence is easiest", "name": "Ada", "base_currency": "EUR"}, "")
	if err != nil || status != 201 {
		t.Fatalf("register: %d %v %v", status, answer, err)
	}
	if f.owner.token, _ = answer["access_token"].(string); f.owner.token == "" {
		f.owner.token, _ = answer["token"].(string)
	}
	status, answer, err = f.owner.ask(ctx, "POST", at+"/portfolios", map[string]string{"name": "Main"}, "")
	if err != nil || status != 201 {
		t.Fatalf("portfolio: %d %v %v", status, answer, err)
	}
	f.portfolio = answer["id"].(string)
}

// any is the address of one of the processes for programs, each in its turn.
func (f *firm) any(n int) string {
	return "http://" + f.apis[n%len(f.apis)].address + "/api/v1"
}

// book enters deposits. A broken connection leaves it open whether the booking was
// made: it is sent again with the same key until it is acknowledged. Then the other
// process must have it.
func (f *firm) book(ctx context.Context, person int) {
	for n := 0; ctx.Err() == nil; n++ {
		note := fmt.Sprintf("%d/%d", person, n)
		key := store.NewID()
		body := map[string]any{"transactions": []map[string]any{{"date": "2025-03-03", "type": "deposit", "account": "bank", "amount": "1", "currency": "EUR", "note": note}}}
		for try := 0; ; try++ {
			at := f.any(person + n + try)
			status, answer, err := f.owner.ask(ctx, "POST", at+"/portfolios/"+f.portfolio+"/transactions", body, key)
			if ctx.Err() != nil {
				return // whether it was booked is not known: it may be there once
			}
			if errors.Is(err, errBroken) {
				f.broken.Add(1)
				time.Sleep(20 * time.Millisecond)
				continue
			}
			if err != nil || status != 201 {
				if status == 409 && answer["type"] == "/docs#problem-in-progress" {
					time.Sleep(50 * time.Millisecond)
					continue // the first try is still under way
				}
				f.fault("booking %s: %d %v %v", note, status, answer, err)
				return
			}
			f.acknowledged.Store(note, true)
			f.bookings.Add(1)
			version, _ := answer["version"].(float64)
			f.reread(ctx, person+n+try+1, int64(version), note)
			break
		}
	}
}

// reread asks another process for the ledger: it must be no older than the booking.
func (f *firm) reread(ctx context.Context, where int, version int64, note string) {
	status, answer, err := f.owner.ask(ctx, "GET", f.any(where)+"/portfolios/"+f.portfolio, nil, "")
	switch seen, _ := answer["ledger_version"].(float64); {
	case ctx.Err() != nil:
	case errors.Is(err, errBroken):
		f.broken.Add(1)
	case err != nil || status != 200:
		f.fault("reading after %s: %d %v %v", note, status, answer, err)
	case int64(seen) < version:
		f.fault("after %s was booked in version %d another process still saw %d", note, version, int64(seen))
	default:
		f.reads.Add(1)
	}
}

// askForJobs has the portfolio analysed for one day after the other, each asked for
// twice and of both processes.
func (f *firm) askForJobs(ctx context.Context) {
	days := []string{"2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-10", "2025-03-11", "2025-03-12", "2025-03-13", "2025-03-14"}
	for n := 0; ctx.Err() == nil && n < len(days); n++ {
		for try := 0; ctx.Err() == nil; try++ {
			status, answer, err := f.owner.ask(ctx, "POST", f.any(n+try)+"/jobs", map[string]string{"kind": "analysis", "portfolio": f.portfolio, "day": days[n]}, "")
			if errors.Is(err, errBroken) {
				f.broken.Add(1)
				time.Sleep(20 * time.Millisecond)
				continue
			}
			if ctx.Err() == nil && (err != nil || status != 202) {
				f.fault("asking for the analysis of %s: %d %v %v", days[n], status, answer, err)
			}
			break
		}
		f.jobs.Add(1)
		time.Sleep(700 * time.Millisecond)
	}
}

// settle waits until every job has ended.
func (f *firm) settle(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	for end := time.Now().Add(4 * time.Minute); ; time.Sleep(500 * time.Millisecond) {
		status, answer, err := f.owner.ask(ctx, "GET", f.any(0)+"/jobs?kind=analysis&limit=199", nil, "")
		if err != nil || status != 200 {
			t.Fatalf("jobs: %d %v %v", status, answer, err)
		}
		open := 0
		items, _ := answer["items"].([]any)
		for _, item := range items {
			switch job := item.(map[string]any); job["state"] {
			case "done":
			case "failed", "cancelled":
				t.Errorf("job %v of %v ended as %v: %v", job["id"], job["day"], job["state"], job["reason"])
			default:
				open++
			}
		}
		if open == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d jobs have not ended: %v", open, answer)
		}
	}
}

// compare holds what is stored against what was acknowledged.
func (f *firm) compare(t *testing.T, d pgtest.Database) {
	t.Helper()
	ctx := context.Background()
	there := map[string]int{}
	for cursor := ""; ; {
		status, answer, err := f.owner.ask(ctx, "GET", f.any(0)+"/portfolios/"+f.portfolio+"/transactions?limit=500&cursor="+cursor, nil, "")
		if err != nil || status != 200 {
			t.Fatalf("transactions: %d %v %v", status, answer, err)
		}
		for _, item := range answer["items"].([]any) {
			there[item.(map[string]any)["note"].(string)]++
		}
		if cursor, _ = answer["next"].(string); cursor == "" {
			break
		}
	}
	f.acknowledged.Range(func(note, _ any) bool {
		if there[note.(string)] == 0 {
			t.Errorf("booking %v was acknowledged and is lost", note)
		}
		return true
	})
	for note, n := range there {
		if n > 1 {
			t.Errorf("booking %s is there %d times", note, n)
		}
	}
	status, answer, err := f.owner.ask(ctx, "GET", f.any(1)+"/audit/verification", nil, "")
	if err != nil || status != 200 || answer["intact"] != true {
		t.Errorf("the audit trail: %d %v %v", status, answer, err)
	}
	doubled := 0
	err = pgtest.SQL(t, d.Super).QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM foliosight.snapshots GROUP BY tenant_id, portfolio_id, day, ledger, market_shared, market_own, settings, engine HAVING COUNT(*) > 1) twice`).Scan(&doubled)
	if err != nil || doubled > 0 {
		t.Errorf("%d snapshots were made twice from the same versions (%v)", doubled, err)
	}
}
