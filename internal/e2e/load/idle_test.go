package load

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/ratelimit"
	"github.com/foliosight/foliosight/internal/service"
)

// TestIdlePeopleWeighLittle holds what somebody who signed in and then does nothing
// leaves in the server's memory.
func TestIdlePeopleWeighLittle(t *testing.T) {
	for i, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			if each := idle(t, i, 300); each > wantedIdle {
				t.Errorf("%.0f bytes for each person, want %.0f at most", each, wantedIdle)
			} else {
				t.Logf("%.0f bytes for each person", each)
			}
		})
	}
}

// idle is how many bytes of heap are left, after everything unused was collected, of each
// of so many people who signed in and asked once, with the limits on requests in force.
// Their connections are closed.
func idle(t *testing.T, engine, people int) float64 {
	t.Helper()
	db, closed, _, _ := engines[engine].make(t)
	defer closed()
	svc := service.New(service.Options{Store: db})
	limits := api.Limits{Data: 600, Heavy: 10, Login: 5, Window: time.Minute, Counter: ratelimit.NewLocal()}
	face, err := api.New(svc, api.Options{Version: "load", Limits: limits, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	enter := func(from, to int) {
		for i := from; i < to; i++ {
			in, err := svc.Lodge(t.Context(), fmt.Sprintf("person%d", i))
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/auth/me", nil)
			r.Header.Set("Authorization", "Bearer "+in.Token)
			w := httptest.NewRecorder()
			if face.ServeHTTP(w, r); w.Code != http.StatusOK {
				t.Fatalf("person %d: %d %s", i, w.Code, w.Body)
			}
		}
	}
	heap := func() float64 {
		runtime.GC()
		runtime.GC() // what the first one's finalizers let go
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	enter(0, 50) // what is made once
	before := heap()
	enter(50, 50+people)
	after := heap()
	runtime.KeepAlive(face)
	return max(0, after-before) / float64(people)
}
