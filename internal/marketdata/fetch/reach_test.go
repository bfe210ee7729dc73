package fetch_test

import (
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
)

// A source to which there is no connection is left alone after the first attempt: the call
// has not gone out and does not count, nobody waits for the next, and other processes, which
// may have another way to it, are not told to wait.
func TestASourceThatCannotBeReached(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := gone.Addr().String()
	gone.Close()
	clock, count := replay.NewClock(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)), allowance.NewMemory()
	limits := []marketdata.Limit{{Window: marketdata.Day, Most: 25}}
	f, err := fetch.New(fetch.Source{Provider: little{limits}, Base: "http://" + address, Key: func() string { return secret }}, fetch.Options{Allowance: count, Now: clock.Now, Sleep: clock.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		_, err := f.Fetch(t.Context(), bars("AAA"), time.Hour)
		refused := reason(t, err)
		if refused.Reason != marketdata.Unreached || refused.Host != address || !strings.Contains(err.Error(), "it cannot be reached") {
			t.Fatalf("attempt %d: %+v", i, refused)
		}
	}
	s, err := f.Status(t.Context())
	if err != nil || s.Breaker != fetch.Open || !s.Unreached || s.Failures != 1 || s.Windows[0].Used != 0 || !s.PausedUntil.IsZero() || !strings.HasPrefix(s.Blocked, "it cannot be reached") {
		t.Errorf("%+v %v", s, err)
	}
	if got, _ := count.Take(t.Context(), allowance.Call{Provider: "little", At: clock.Now(), Latest: clock.Now()}); !got.OK {
		t.Errorf("another process is told to wait: %+v", got)
	}
	// It rests for no longer when the network stays away, so that it is asked soon after.
	for range 5 {
		clock.Move(time.Minute)
		if _, err := f.Fetch(t.Context(), bars("AAA"), 0); reason(t, err).Reason != marketdata.Unreached {
			t.Fatal(err)
		}
	}
	clock.Move(time.Minute)
	back, err := net.Listen("tcp", address)
	if err != nil {
		t.Skip("somebody else took the port")
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, littleAnswer{Closes: []float64{1}}) })}
	go server.Serve(back)
	t.Cleanup(func() { server.Close() })
	if _, err := f.Fetch(t.Context(), bars("AAA"), 0); err != nil {
		t.Fatalf("it is back: %v", err)
	}
	if s, _ := f.Status(t.Context()); s.Breaker != fetch.Closed || s.Unreached {
		t.Errorf("it is back: %+v", s)
	}
}

// A source that could not be reached once, and is there again but fails, is asked again:
// what fails now is counted from there.
func TestASourceThatComesBackFailing(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := gone.Addr().String()
	gone.Close()
	clock := replay.NewClock(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	f, err := fetch.New(fetch.Source{Provider: little{}, Base: "http://" + address, Key: func() string { return secret }}, fetch.Options{Allowance: allowance.NewMemory(), Now: clock.Now, Sleep: clock.Sleep, Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(t.Context(), bars("AAA"), 0); reason(t, err).Reason != marketdata.Unreached {
		t.Fatal(err)
	}
	back, err := net.Listen("tcp", address)
	if err != nil {
		t.Skip("somebody else took the port")
	}
	var asked atomic.Int64
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		say(w, littleAnswer{Closes: []float64{1}})
	})}
	go server.Serve(back)
	t.Cleanup(func() { server.Close() })
	clock.Move(time.Hour)
	if _, err := f.Fetch(t.Context(), bars("AAA"), 0); reason(t, err).Reason != marketdata.Failed || asked.Load() != 1 {
		t.Fatalf("it is back, and fails: %v after %d calls", err, asked.Load())
	}
	clock.Move(time.Hour)
	if _, err := f.Fetch(t.Context(), bars("AAA"), 0); err != nil {
		t.Fatalf("it is not asked any more: %v", err)
	}
}

// To look for a source asks it nothing.
func TestToLookForASourceIsNoCall(t *testing.T) {
	b := newBench(t, []marketdata.Limit{{Window: marketdata.Day, Most: 1}}, func(w http.ResponseWriter, _ *http.Request, _ int) { say(w, littleAnswer{Closes: []float64{1}}) })
	b.Reach(t.Context())
	if s, err := b.Status(t.Context()); err != nil || b.calls.Load() != 0 || s.Windows[0].Used != 0 || s.Unreached || !s.Ready {
		t.Errorf("%+v %v after %d calls", s, err, b.calls.Load())
	}
}
