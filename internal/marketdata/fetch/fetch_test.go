package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
)

// little is a source that answers with a list of closes from 2026-01-01 on, in pages, or
// with a reason why not.
type little struct{ limits []marketdata.Limit }

type littleAnswer struct {
	Closes []float64
	Next   string // the next page
	Reason marketdata.Reason
	Window time.Duration
	Said   string
	Only   string // Refusal.Parameter
}

func (little) Name() string   { return "little" }
func (little) Base() string   { return "https://little.example" }
func (little) NeedsKey() bool { return true }
func (l little) Limits() map[string][]marketdata.Limit {
	return map[string][]marketdata.Limit{"": l.limits, "gold": nil}
}
func (little) Offers(r marketdata.Request) bool { return r.Kind != marketdata.News }
func (little) Ask(r marketdata.Request) (marketdata.Call, error) {
	return page(r.Instrument.Symbol, "0"), nil
}
func (little) Sign(h *http.Request, key string) {
	h.URL.RawQuery += "&apikey=" + url.QueryEscape(key)
}

func page(symbol, n string) marketdata.Call {
	return marketdata.Call{Endpoint: "closes", Path: "/closes/" + symbol, Query: url.Values{"page": {n}}, Credits: 2}
}

var newYear = date.Must(2026, 1, 1)

func (little) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, next *marketdata.Call, err error) {
	refuse := func(reason marketdata.Reason, said string) error {
		return &marketdata.Refusal{Provider: "little", Endpoint: c.Endpoint, Reason: reason, Said: said, RetryAfter: marketdata.RetryAfter(a.Header, a.At)}
	}
	if a.Status == http.StatusTooManyRequests {
		return d, nil, refuse(marketdata.Limited, "too many")
	}
	if a.Status >= 500 {
		return d, nil, refuse(marketdata.Failed, string(a.Body))
	}
	if string(a.Body) == "panic" {
		panic("a mistake of a reader: " + string(a.Body))
	}
	var got littleAnswer
	if json.Unmarshal(a.Body, &got) != nil {
		return d, nil, refuse(marketdata.Garbled, "no JSON: "+string(a.Body))
	}
	if got.Reason != "" {
		refused := refuse(got.Reason, got.Said).(*marketdata.Refusal)
		refused.Window, refused.Parameter = got.Window, got.Only
		return d, nil, refused
	}
	s := marketdata.BarSeries{Symbol: r.Instrument.Symbol, Currency: "USD", Basis: marketdata.AsTraded}
	begin := 0
	if _, err := fmt.Sscan(c.Query.Get("page"), &begin); err != nil {
		return d, nil, refuse(marketdata.Refused, "page")
	}
	for i, x := range got.Closes {
		s.Dates, s.Close = append(s.Dates, newYear+date.Date(begin+i)), append(s.Close, x)
	}
	d.Bars = []marketdata.BarSeries{s}
	if got.Next != "" {
		n := page(r.Instrument.Symbol, got.Next)
		next = &n
	}
	return d, next, nil
}

// bench is a fetcher of the little source, with a server that answers by a function.
type bench struct {
	*fetch.Fetcher
	clock *replay.Clock
	calls atomic.Int32
	key   atomic.Value
	log   bytes.Buffer
	count *allowance.Memory
	slept atomic.Int64
}

const secret = "Key/With+Signs 0123"

func newBench(t *testing.T, limits []marketdata.Limit, handler func(w http.ResponseWriter, r *http.Request, n int)) *bench {
	t.Helper()
	b := &bench{clock: replay.NewClock(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)), count: allowance.NewMemory()}
	b.key.Store(secret)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(w, r, int(b.calls.Add(1))) }))
	t.Cleanup(server.Close)
	f, err := fetch.New(fetch.Source{Provider: little{limits}, Base: server.URL + "/base/", Key: func() string { return b.key.Load().(string) }}, fetch.Options{
		Allowance: b.count, Now: b.clock.Now, Random: func() float64 { return 0.5 }, Log: slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Sleep: func(ctx context.Context, d time.Duration) error { b.slept.Add(int64(d)); return b.clock.Sleep(ctx, d) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Fetcher = f
	return b
}

func bars(symbol string) marketdata.Request {
	return marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: symbol, Class: instrument.Equity}}
}

func say(w http.ResponseWriter, a littleAnswer) { _ = json.NewEncoder(w).Encode(a) }

func reason(t *testing.T, err error) *marketdata.Refusal {
	t.Helper()
	var refused *marketdata.Refusal
	if !errors.As(err, &refused) {
		t.Fatalf("%v is no refusal", err)
	}
	return refused
}

func TestPagesBecomeOneSeries(t *testing.T) {
	b := newBench(t, nil, func(w http.ResponseWriter, r *http.Request, n int) {
		if r.URL.Path != "/base/closes/AAA" || r.URL.Query().Get("apikey") != secret {
			t.Errorf("asked %s", r.URL)
		}
		say(w, []littleAnswer{{Closes: []float64{1, 2}, Next: "2"}, {Closes: []float64{3}, Next: "3"}, {Closes: []float64{4, 5}}}[n-1])
	})
	d, err := b.Fetch(t.Context(), bars("AAA"), 0)
	if err != nil || len(d.Bars) != 1 || fmt.Sprint(d.Bars[0].Close) != "[1 2 3 4 5]" || d.Bars[0].Dates[4] != newYear+4 {
		t.Fatalf("%+v %v", d, err)
	}
}

// A page that cannot be had leaves nothing of the ones before.
func TestHalfTheCallsAreNoAnswer(t *testing.T) {
	b := newBench(t, nil, func(w http.ResponseWriter, r *http.Request, n int) {
		if n > 1 {
			http.Error(w, "sorry", http.StatusBadGateway)
			return
		}
		say(w, littleAnswer{Closes: []float64{1, 2}, Next: "2"})
	})
	d, err := b.Fetch(t.Context(), bars("AAA"), 0)
	if reason(t, err).Reason != marketdata.Failed || len(d.Bars) != 0 || b.calls.Load() != 4 {
		t.Errorf("%+v %v after %d calls; want a failure after one page and three attempts", d, err, b.calls.Load())
	}
	// 500 ms, then a second, each between half and all of it: the dice say three quarters.
	if want := 1125 * time.Millisecond; time.Duration(b.slept.Load()) != want {
		t.Errorf("slept %s, want %s", time.Duration(b.slept.Load()), want)
	}
}

func TestAPageThatLeadsToItselfEnds(t *testing.T) {
	b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) {
		say(w, littleAnswer{Closes: []float64{1}, Next: "0"})
	})
	if _, err := b.Fetch(t.Context(), bars("AAA"), 0); reason(t, err).Reason != marketdata.Garbled || b.calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, b.calls.Load())
	}
	endless := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, n int) {
		say(w, littleAnswer{Closes: []float64{1}, Next: fmt.Sprint(n)})
	})
	if _, err := endless.Fetch(t.Context(), bars("AAA"), 0); reason(t, err).Reason != marketdata.Refused || endless.calls.Load() != 500 {
		t.Errorf("%v after %d calls", err, endless.calls.Load())
	}
}

func TestCompressedAnswersAreRead(t *testing.T) {
	b := newBench(t, nil, func(w http.ResponseWriter, r *http.Request, n int) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Error("no compression is asked for")
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		say(httptestWriter{z, w}, littleAnswer{Closes: []float64{7}})
		_ = z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		if n == 1 {
			packed.Truncate(packed.Len() - 6) // the length and a part of the checksum are cut off
		}
		_, _ = w.Write(packed.Bytes())
	})
	d, err := b.Fetch(t.Context(), bars("AAA"), 0)
	if err != nil || d.Bars[0].Close[0] != 7 || b.calls.Load() != 2 {
		t.Errorf("%+v %v after %d calls; want the second, which is whole", d, err, b.calls.Load())
	}
}

type httptestWriter struct {
	z *gzip.Writer
	http.ResponseWriter
}

func (w httptestWriter) Write(p []byte) (int, error) { return w.z.Write(p) }

// The sources' words, our errors, the log and the state hold neither key nor address.
func TestTheKeyStaysOut(t *testing.T) {
	var server *httptest.Server
	answers := []func(w http.ResponseWriter){
		func(w http.ResponseWriter) {
			say(w, littleAnswer{Reason: marketdata.Limited, Said: "We have detected your key as " + secret + " or " + url.QueryEscape(secret)})
		},
		func(w http.ResponseWriter) {
			c, _, _ := http.NewResponseController(w).Hijack()
			_ = c.Close()
		},
		func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://elsewhere.example/?apikey="+url.QueryEscape(secret))
			w.WriteHeader(http.StatusFound)
		},
		func(w http.ResponseWriter) { _, _ = fmt.Fprint(w, "no JSON with "+secret) },
		func(w http.ResponseWriter) { _, _ = fmt.Fprint(w, "panic") },
		func(w http.ResponseWriter) {
			c, _, _ := http.NewResponseController(w).Hijack()
			_, _ = fmt.Fprintf(c, "HTTP/1.1 nonsense %s\r\n\r\n", secret)
			_ = c.Close()
		},
		func(http.ResponseWriter) { time.Sleep(400 * time.Millisecond) },
	}
	for i, answer := range answers {
		var log bytes.Buffer
		count := allowance.NewMemory()
		server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
		f, err := fetch.New(fetch.Source{Provider: little{}, Base: server.URL, Key: func() string { return secret + "\n" }},
			fetch.Options{Allowance: count, Timeout: 200 * time.Millisecond, Attempts: 1, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Fetch(t.Context(), bars("AAA"), 0)
		reason(t, err)
		status, bad := f.Status(t.Context())
		if bad != nil {
			t.Fatal(bad)
		}
		words, _ := json.Marshal(status)
		all := err.Error() + log.String() + strings.ReplaceAll(string(words), status.Host, "")
		for _, s := range []string{secret, url.QueryEscape(secret), "0123", "http://", "apikey"} {
			if strings.Contains(all, s) {
				t.Errorf("answer %d: %q is in %s", i, s, all)
			}
		}
		if status.Refused == "" || log.Len() == 0 {
			t.Errorf("answer %d: nothing is said of it: %+v, %q", i, status, log.String())
		}
		server.Close()
	}
	f, err := fetch.New(fetch.Source{Provider: little{}, Base: server.URL, Key: func() string { return secret }}, fetch.Options{Allowance: allowance.NewMemory(), Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(t.Context(), bars("AAA"), 0); err.Error() != `little (closes): it cannot be reached: "the connection is refused"` {
		t.Errorf("a server that is away: %v", err)
	}
}

// Everybody who wants the same at the same time is one call, also when the one who asked
// first goes away.
func TestTheSameIsAskedOnce(t *testing.T) {
	release := make(chan struct{})
	b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) {
		<-release
		say(w, littleAnswer{Closes: []float64{1, 2}})
	})
	leader, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := b.Fetch(leader, bars("AAA"), 0)
		gone <- err
	}()
	for b.calls.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	var all sync.WaitGroup
	var joined atomic.Int32
	for i := range 10 {
		all.Go(func() {
			q := bars("AAA")
			q.To = newYear + date.Date(i%2) // other requests, the same call
			joined.Add(1)
			d, err := b.Fetch(t.Context(), q, 0)
			if err != nil || len(d.Bars) != 1 || len(d.Bars[0].Close) != 2 {
				t.Errorf("%+v %v", d, err)
				return
			}
			d.Bars[0].Close[0]++ // nobody else's
			if d.Bars[0].Close[0] != 2 {
				t.Errorf("an answer is shared: %v", d.Bars[0].Close)
			}
		})
	}
	for joined.Load() < 10 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond) // the last has said that it will ask; now it waits
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(release)
	all.Wait()
	if n := b.calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// A call that nobody waits for any more ends, and says nothing against the source.
func TestTheLastToLeaveEndsTheCall(t *testing.T) {
	ended := make(chan struct{})
	b := newBench(t, nil, func(_ http.ResponseWriter, r *http.Request, _ int) {
		<-r.Context().Done()
		close(ended)
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		for b.calls.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		leave()
	}()
	if _, err := b.Fetch(ctx, bars("AAA"), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	<-ended
	if s, err := b.Status(t.Context()); err != nil || s.Failures != 0 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for _, c := range []struct{ after string }{{"30"}, {"Mon, 02 Mar 2026 12:00:30 GMT"}} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, n int) {
				if n == 1 {
					w.Header().Set("Retry-After", c.after)
					w.WriteHeader(status)
					return
				}
				say(w, littleAnswer{Closes: []float64{1}})
			})
			_, err := b.Fetch(t.Context(), bars("AAA"), 29*time.Second)
			if refused := reason(t, err); refused.RetryAfter != 30*time.Second || b.calls.Load() != 1 {
				t.Fatalf("%d, %s: %v after %d calls", status, c.after, err, b.calls.Load())
			}
			// Nobody else asks it either, whatever they want; not even after a restart.
			b.clock.Move(29 * time.Second)
			_, err = b.Fetch(t.Context(), bars("BBB"), 0)
			if refused := reason(t, err); refused.Reason != marketdata.Limited || refused.RetryAfter != time.Second || b.calls.Load() != 1 {
				t.Fatalf("%d, %s: %v after %d calls", status, c.after, err, b.calls.Load())
			}
			if s, _ := b.Status(t.Context()); s.Ready || s.PausedUntil.IsZero() || s.Blocked != "left alone until 2026-03-02 12:00:30 UTC" {
				t.Errorf("%+v", s)
			}
			if _, err = b.Fetch(t.Context(), bars("BBB"), 2*time.Second); err != nil || b.calls.Load() != 2 {
				t.Errorf("with the patience: %v", err)
			}
		}
	}
}

// A limit whose window is named is waited for to its end; midnight where it has one.
func TestALimitThatIsNamed(t *testing.T) {
	b := newBench(t, []marketdata.Limit{{Window: marketdata.Day, Most: 100, Resets: "UTC"}}, func(w http.ResponseWriter, _ *http.Request, _ int) {
		say(w, littleAnswer{Reason: marketdata.Limited, Window: marketdata.Day})
	})
	_, err := b.Fetch(t.Context(), bars("AAA"), time.Hour)
	if refused := reason(t, err); refused.RetryAfter != 12*time.Hour {
		t.Errorf("%s, want until midnight", refused.RetryAfter)
	}
}

func TestOurOwnCountComesFirst(t *testing.T) {
	b := newBench(t, []marketdata.Limit{{Window: marketdata.Minute, Most: 2}, {Window: marketdata.Day, Most: 8, Credits: true}}, func(w http.ResponseWriter, _ *http.Request, _ int) { say(w, littleAnswer{Closes: []float64{1}}) })
	for range 2 {
		if _, err := b.Fetch(t.Context(), bars("AAA"), 0); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.Fetch(t.Context(), bars("AAA"), 59*time.Second)
	if refused := reason(t, err); refused.Reason != marketdata.Limited || refused.Window != marketdata.Minute || b.calls.Load() != 2 || !strings.Contains(err.Error(), "2 calls a minute") {
		t.Fatalf("%v after %d calls", err, b.calls.Load())
	}
	if _, err := b.Fetch(t.Context(), bars("AAA"), 2*time.Minute); err != nil || b.slept.Load() < int64(time.Minute) {
		t.Fatalf("with patience: %v, slept %s", err, time.Duration(b.slept.Load()))
	}
	if _, err := b.Fetch(t.Context(), bars("AAA"), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err = b.Fetch(t.Context(), bars("AAA"), 2*time.Hour)
	if refused := reason(t, err); refused.Reason != marketdata.Limited || !strings.Contains(err.Error(), "8 credits a day") {
		t.Errorf("the credits: %v", err)
	}
	s, err := b.Status(t.Context())
	if err != nil || len(s.Windows) != 2 || s.Windows[1].Used != 8 || s.Windows[1].Most != 8 || !s.Windows[1].Credits || s.Ready || s.LastSuccess.IsZero() {
		t.Errorf("%+v %v", s, err)
	}
}

// deadlined is a context whose deadline is one of the test's clock.
type deadlined struct {
	context.Context
	at time.Time
}

func (d deadlined) Deadline() (time.Time, bool) { return d.at, true }

func TestNoWaitGoesBeyondTheDeadline(t *testing.T) {
	b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusBadGateway) })
	ctx := deadlined{t.Context(), b.clock.Now().Add(400 * time.Millisecond)}
	if _, err := b.Fetch(ctx, bars("AAA"), time.Hour); reason(t, err).Reason != marketdata.Failed || b.calls.Load() != 2 || b.slept.Load() != int64(375*time.Millisecond) {
		t.Errorf("%v after %d calls and %s", err, b.calls.Load(), time.Duration(b.slept.Load()))
	}
}

func TestTheBreakerOpensAndClosesAgain(t *testing.T) {
	broken := atomic.Bool{}
	broken.Store(true)
	b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		say(w, littleAnswer{Closes: []float64{1}})
	})
	ask := func() error { _, err := b.Fetch(t.Context(), bars("AAA"), 0); return err }
	for range 2 { // three attempts, then two
		if ask() == nil {
			t.Fatal("no error")
		}
	}
	if n := b.calls.Load(); n != 5 {
		t.Fatalf("%d calls until it opened, want 5", n)
	}
	if s, _ := b.Status(t.Context()); s.Breaker != fetch.Open || s.Ready {
		t.Fatalf("%+v", s)
	}
	err := ask()
	if refused := reason(t, err); refused.Reason != marketdata.Failed || refused.RetryAfter > time.Minute || b.calls.Load() != 5 {
		t.Fatalf("open: %v after %d calls", err, b.calls.Load())
	}
	// Another process, whose breaker has seen nothing, leaves it alone too.
	if got, _ := b.count.Take(t.Context(), allowance.Call{Provider: "little", At: b.clock.Now(), Latest: b.clock.Now()}); got.OK || !strings.Contains(got.Why, "out of order") {
		t.Errorf("another process: %+v", got)
	}
	b.clock.Move(time.Minute)
	if s, _ := b.Status(t.Context()); s.Breaker != fetch.HalfOpen {
		t.Errorf("after a minute: %+v", s)
	}
	if ask() == nil || b.calls.Load() != 6 {
		t.Fatalf("half-open: %d calls, want one more", b.calls.Load())
	}
	b.clock.Move(time.Minute + time.Second)
	if ask() == nil || b.calls.Load() != 6 {
		t.Fatal("the second rest is no longer than the first")
	}
	b.clock.Move(time.Minute)
	broken.Store(false)
	if err := ask(); err != nil || b.calls.Load() != 7 {
		t.Fatalf("it works again: %v", err)
	}
	if s, _ := b.Status(t.Context()); s.Breaker != fetch.Closed || s.Failures != 0 || !s.Ready {
		t.Errorf("closed: %+v", s)
	}
}

// What a key is refused is not asked again until the key is another.
func TestWhatAKeyCannotIsRemembered(t *testing.T) {
	var say1 littleAnswer
	b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) { say(w, say1) })
	ask := func(q marketdata.Request) marketdata.Reason {
		_, err := b.Fetch(t.Context(), q, 0)
		if err == nil {
			return ""
		}
		return reason(t, err).Reason
	}
	step := func(what string, q marketdata.Request, want marketdata.Reason, calls int32) {
		t.Helper()
		if got := ask(q); got != want || b.calls.Load() != calls {
			t.Fatalf("%s: %q after %d calls, want %q after %d", what, got, b.calls.Load(), want, calls)
		}
	}
	quote := bars("AAA")
	quote.Kind = marketdata.Splits
	index := bars("AAA")
	index.Instrument.Class = instrument.Index
	say1 = littleAnswer{Reason: marketdata.NotInPlan, Only: "symbol"}
	step("a symbol outside the plan", bars("AAA"), marketdata.NotInPlan, 1)
	step("the same", bars("AAA"), marketdata.NotInPlan, 1)
	step("another symbol", bars("BBB"), marketdata.NotInPlan, 2)
	say1 = littleAnswer{Reason: marketdata.NotInPlan, Only: "period"}
	step("another period may be had", bars("CCC"), marketdata.NotInPlan, 3)
	step("so it is asked again", bars("CCC"), marketdata.NotInPlan, 4)
	say1 = littleAnswer{Reason: marketdata.NotInPlan}
	step("the kind", bars("CCC"), marketdata.NotInPlan, 5)
	step("any symbol of it", bars("DDD"), marketdata.NotInPlan, 5)
	step("another kind", quote, marketdata.NotInPlan, 6)
	step("another class", index, marketdata.NotInPlan, 7)
	if s, _ := b.Status(t.Context()); fmt.Sprint(s.NotInPlan) != "[bars of class equity bars of class index splits of class equity bars of 2 symbols]" {
		t.Errorf("%q", s.NotInPlan)
	}
	b.key.Store("another")
	say1 = littleAnswer{Reason: marketdata.BadKey}
	step("another key", bars("DDD"), marketdata.BadKey, 8)
	step("which is wrong", quote, marketdata.BadKey, 8)
	if s, _ := b.Status(t.Context()); !s.KeyRefused || s.Ready {
		t.Errorf("%+v", s)
	}
	b.key.Store("")
	step("no key", bars("DDD"), marketdata.BadKey, 8)
	b.key.Store("a third")
	say1 = littleAnswer{Closes: []float64{1}}
	step("a third key", bars("DDD"), "", 9)
}

func TestNothingIsNoAnswer(t *testing.T) {
	b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) { say(w, littleAnswer{}) })
	if _, err := b.Fetch(t.Context(), bars("AAA"), 0); reason(t, err).Reason != marketdata.Empty {
		t.Errorf("no bars: %v", err)
	}
	dividends := bars("AAA")
	dividends.Kind = marketdata.Dividends
	if d, err := b.Fetch(t.Context(), dividends, 0); err != nil || len(d.Dividends) != 0 {
		t.Errorf("no dividends are an answer: %v", err)
	}
	news := bars("AAA")
	news.Kind = marketdata.News
	if _, err := b.Fetch(t.Context(), news, 0); !errors.Is(err, fetch.ErrNotOffered) {
		t.Errorf("%v", err)
	}
}

// A status that a reader takes for data is none.
func TestAStatusThatAReaderOverlooks(t *testing.T) {
	for status, want := range map[int]marketdata.Reason{http.StatusNotFound: marketdata.NotFound, http.StatusForbidden: marketdata.Failed, http.StatusPaymentRequired: marketdata.NotInPlan,
		http.StatusUnauthorized: marketdata.BadKey, http.StatusBadRequest: marketdata.Refused} {
		b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.WriteHeader(status)
			say(w, littleAnswer{Closes: []float64{1}})
		})
		if _, err := b.Fetch(t.Context(), bars("AAA"), 0); reason(t, err).Reason != want {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}

// broken is a count that cannot be kept.
type broken struct{ *allowance.Memory }

func (broken) Take(context.Context, allowance.Call) (allowance.Taken, error) {
	return allowance.Taken{}, errors.New("the disk is full")
}

func TestWithoutACountNothingIsAsked(t *testing.T) {
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer server.Close()
	f, err := fetch.New(fetch.Source{Provider: little{}, Base: server.URL, Key: func() string { return "key" }}, fetch.Options{Allowance: broken{allowance.NewMemory()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(t.Context(), bars("AAA"), 0); err == nil || !strings.Contains(err.Error(), "the disk is full") || called {
		t.Errorf("%v, called: %v", err, called)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	for _, c := range []struct {
		source fetch.Source
		want   string
	}{
		{fetch.Source{Base: "ftp://x"}, "only http and https"}, {fetch.Source{Base: "https://u:p@x"}, "a name and password"}, {fetch.Source{Base: "https://x/?a=b"}, "after ? or #"},
		{fetch.Source{Plan: "silver"}, `plan "silver" of little: it has the usual one (leave it empty), gold`},
	} {
		c.source.Provider = little{}
		if _, err := fetch.New(c.source, fetch.Options{Allowance: allowance.NewMemory()}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.source, err, c.want)
		}
	}
	if _, err := fetch.New(fetch.Source{Provider: little{}}, fetch.Options{}); err == nil {
		t.Error("a fetcher that counts nothing")
	}
}

// A private address is reached only where it was configured.
func TestOnlyTheConfiguredHostMayBePrivate(t *testing.T) {
	f, err := fetch.New(fetch.Source{Provider: private{}, Key: func() string { return "key" }}, fetch.Options{Allowance: allowance.NewMemory(), Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(t.Context(), bars("AAA"), 0); !strings.Contains(err.Error(), "not on the public internet") {
		t.Errorf("%v", err)
	}
}

type private struct{ little }

func (private) Base() string { return "http://127.0.0.1:9" }

// A table that ends with the connection may have been cut; JSON would show that itself.
func TestAnAnswerWithoutAnEnd(t *testing.T) {
	for body, want := range map[string]string{"Date,Close\n2026-01-01,1\n": "does not say where it ends", `{"Closes":[1]}`: ""} {
		b := newBench(t, nil, func(w http.ResponseWriter, _ *http.Request, _ int) {
			c, _, _ := http.NewResponseController(w).Hijack()
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", body)
			_ = c.Close()
		})
		_, err := b.Fetch(t.Context(), bars("AAA"), 0)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", body, err, want)
		}
	}
}
