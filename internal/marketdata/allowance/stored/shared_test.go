package stored_test

import (
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/stored"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

const workers = 4

// opener opens the same database for a worker, anew each time.
type opener func(t *testing.T, now func() time.Time) func() store.Store

// Four workers that call at once, each with connections of its own on PostgreSQL, are
// ended and begun anew, and lose answers: in no window more calls reach the source than
// its plan allows.
func TestWorkersShareALimit(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		shareALimit(t, true, func(t *testing.T, now func() time.Time) func() store.Store {
			path := filepath.Join(t.TempDir(), "books.db")
			return func() store.Store {
				s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Now: now})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		shareALimit(t, false, func(t *testing.T, now func() time.Time) func() store.Store {
			address := pgtest.Migrated(t).URL
			return func() store.Store {
				s, err := postgres.Open(t.Context(), postgres.Options{URL: address, Now: now, PoolSize: 3})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
		})
	})
}

// shareALimit goes through random sequences. together: all workers are of one process,
// which has the database to itself.
func shareALimit(t *testing.T, together bool, open opener) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 4))
		clock := replay.NewClock(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)) // three hours before New York's day ends
		server, err := replay.Start(replay.NewMarket(1, nil, date.Must(2026, 1, 1), date.Must(2026, 1, 2)), replay.Calm, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		server.Handle("source", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		again := open(t, clock.Now)
		stores := make([]store.Store, workers)
		restart := func(k int) {
			for n := range stores {
				if n != k && !together {
					continue
				}
				if stores[n] != nil && (!together || n == 0) {
					if err := stores[n].Close(); err != nil {
						t.Fatal(err)
					}
				}
				if stores[n] = stores[0]; !together || n == 0 {
					stores[n] = again()
				}
			}
		}
		for k := range stores {
			if !together || k == 0 {
				restart(k)
			}
		}
		id := store.Identity{Tenant: store.NewID(), User: store.NewID(), Operator: true}
		if err := stores[0].Found(t.Context(), store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: "a@example.org"}, true); err != nil {
			t.Fatal(err)
		}
		limits := []marketdata.Limit{{Window: marketdata.Second, Most: 2}, {Window: marketdata.Minute, Most: 3 + r.IntN(6)}, {Window: marketdata.Day, Most: 25 + r.IntN(30), Resets: "America/New_York"}}
		if r.IntN(2) == 0 {
			limits = append(limits, marketdata.Limit{Window: time.Hour, Most: 12 + r.IntN(10)})
		}
		crew := make([]*caller, workers)
		for k := range crew {
			crew[k] = &caller{t: t, server: server, limits: limits, random: rand.New(rand.NewPCG(seed, uint64(k)+10))}
		}
		for range 60 {
			now := clock.Now()
			var all sync.WaitGroup
			for k, c := range crew {
				a := stored.New(stores[k], id)
				all.Go(func() { c.round(a, now) })
			}
			all.Wait()
			if r.IntN(5) == 0 {
				restart(r.IntN(workers))
			}
			clock.Move(time.Duration(r.ExpFloat64() * float64([]time.Duration{time.Second / 2, 10 * time.Second, 10 * time.Minute}[r.IntN(3)])))
		}
		refused := 0
		for _, c := range crew {
			refused += c.refused
		}
		arrivals := server.Arrivals("source")
		if l, bad := replay.Exceeded(limits, arrivals); bad {
			t.Errorf("seed %d: of %d calls more came than %s", seed, len(arrivals), allowance.Name(l))
		}
		if len(arrivals) < 20 || refused < 40 {
			t.Errorf("seed %d: only %d calls came and %d were refused", seed, len(arrivals), refused)
		}
		for k, s := range stores {
			if !together || k == 0 {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
}

// late is how long a call may be on its way.
const late = 30 * time.Second

// caller is a worker.
type caller struct {
	t       *testing.T
	server  *replay.Server
	limits  []marketdata.Limit
	random  *rand.Rand
	held    []call // on their way still
	refused int
}

type call struct {
	id     string
	latest time.Time
}

// round sends what is on its way still, unless it can no longer arrive, and calls anew.
func (c *caller) round(a allowance.Allowance, now time.Time) {
	c.held = slices.DeleteFunc(c.held, func(one call) bool {
		if one.latest.Before(now) {
			return true
		}
		if c.random.IntN(2) == 0 {
			return false
		}
		c.send(a, one, now)
		return true
	})
	for range 1 + c.random.IntN(3) {
		taken, err := a.Take(c.t.Context(), allowance.Call{Provider: "source", At: now, Latest: now.Add(late), Windows: allowance.Windows(c.limits, now)})
		switch {
		case err != nil:
			c.t.Error(err)
		case !taken.OK:
			c.refused++
		case c.random.IntN(4) == 0: // it takes its time
			c.held = append(c.held, call{taken.ID, now.Add(late)})
		default:
			c.send(a, call{taken.ID, now.Add(late)}, now)
		}
	}
}

// send calls the source, and says so unless the worker ends before it has the answer.
func (c *caller) send(a allowance.Allowance, one call, now time.Time) {
	q, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.server.Base("source")+"/bars", nil)
	if err == nil {
		var answer *http.Response
		if answer, err = http.DefaultClient.Do(q); err == nil {
			err = answer.Body.Close()
		}
	}
	if err == nil && c.random.IntN(4) > 0 {
		err = a.Done(c.t.Context(), "source", one.id, allowance.Outcome{At: now, Answered: true, Endpoint: "bars"})
	}
	if err != nil {
		c.t.Error(err)
	}
}
