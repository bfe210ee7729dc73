package route_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/alphavantage"
	"github.com/foliosight/foliosight/internal/marketdata/ecb"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/fred"
	"github.com/foliosight/foliosight/internal/marketdata/polygon"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/marketdata/stooq"
	"github.com/foliosight/foliosight/internal/marketdata/yahoo"
)

var (
	providers = []marketdata.Provider{polygon.New(), alphavantage.New(), yahoo.New(), stooq.New(), ecb.New(), fred.New()}
	symbols   = []string{"AAA", "BBB", "CCC"}
	monday    = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	first     = date.Must(2025, 8, 4)
	last      = date.Must(2026, 2, 27)
)

// storm is a market, the sources with their faults and who asks them.
type storm struct {
	market *replay.Market
	server *replay.Server
	clock  *replay.Clock
	ledger *allowance.Memory
	log    bytes.Buffer
}

func newStorm(t testing.TB) *storm {
	s := &storm{market: replay.NewMarket(7, symbols, first, last), clock: replay.NewClock(monday)}
	server, err := replay.Start(s.market, replay.Calm, func() time.Time { return s.clock.Now() })
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	return s
}

// stamped notes when a call is sent.
type stamped struct {
	marketdata.Provider
	server *replay.Server
}

func (s stamped) Sign(r *http.Request, key string) {
	s.Provider.Sign(r, key)
	s.server.Stamp(r)
}

func secret(name string) string { return "SECRET/" + name + "+0123456789" }

// router is what a process starts with; the count of calls is what it shares with others.
func (s *storm) router(seed uint64) (*route.Router, error) {
	jitter := rand.New(rand.NewPCG(seed, 3))
	var mu sync.Mutex
	var sources []route.Source
	for _, p := range providers {
		key := ""
		if p.NeedsKey() {
			key = secret(p.Name())
		}
		f, err := fetch.New(fetch.Source{Provider: stamped{p, s.server}, Base: s.server.Base(p.Name()), Key: func() string { return key }}, fetch.Options{
			Allowance: s.ledger, Now: s.clock.Now, Sleep: s.clock.Sleep, Timeout: 200 * time.Millisecond, Large: 200 * time.Millisecond,
			Random: func() float64 { mu.Lock(); defer mu.Unlock(); return jitter.Float64() },
			Log:    slog.New(slog.NewTextHandler(&s.log, nil)),
		})
		if err != nil {
			return nil, err
		}
		sources = append(sources, f)
	}
	rules, err := route.ParseRules("fx: ecb, yahoo, stooq; rates: fred; dividends: polygon, alphavantage, yahoo; bars: yahoo, polygon, stooq, alphavantage")
	if err != nil {
		return nil, err
	}
	return route.New(sources, rules, route.Options{Now: s.clock.Now, Sleep: s.clock.Sleep})
}

func anyRequest(r *rand.Rand) marketdata.Request {
	q := marketdata.Request{Instrument: instrument.Instrument{Symbol: append(symbols, "ZZZZ")[r.IntN(4)], Currency: "USD", Class: instrument.Equity}}
	q.From = first + date.Date(r.IntN(int(last-first)))
	q.To = min(q.From+date.Date(r.IntN(300)), last)
	switch r.IntN(8) {
	case 0, 1, 2, 3:
		q.Kind = marketdata.Bars
		if r.IntN(4) == 0 {
			q.From, q.To = 0, 0
		}
	case 4:
		q.Kind = marketdata.Dividends
	case 5, 6:
		q = marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: []string{"USD", "GBP", "SEK"}[r.IntN(3)]}, From: q.From, To: q.To}
	case 7:
		q = marketdata.Request{Kind: marketdata.Rates, Series: []string{"DGS10", "DGS99"}[r.IntN(2)], From: q.From, To: q.To}
	}
	return q
}

func within(q marketdata.Request, day date.Date) bool {
	return (q.From == 0 || day >= q.From) && (q.To == 0 || day <= q.To)
}

// untrue says what of an answer is not true, or is not all although nothing says so.
func (s *storm) untrue(q marketdata.Request, a route.Answer) string {
	partial := len(a.Left) > 0
	switch q.Kind {
	case marketdata.Bars:
		if len(a.Bars) != 1 {
			return fmt.Sprintf("%d series", len(a.Bars))
		}
		var want []replay.Row
		for _, r := range s.market.Bars[q.Instrument.Symbol] {
			if within(q, r.Day) {
				want = append(want, r)
			}
		}
		if bad := sameBars(want, a.Bars[0], partial); bad != "" {
			return bad
		}
		return s.untrueDividends(q, a, true)
	case marketdata.Dividends:
		return s.untrueDividends(q, a, partial)
	case marketdata.FX:
		return sameRates(q, s.market.FX[q.Pair.Quote], a.FX, q.Pair.String(), 1, partial)
	}
	return sameRates(q, s.market.Rates[q.Series], a.Rates, q.Series, 100, partial)
}

func sameBars(want []replay.Row, b marketdata.BarSeries, partial bool) string {
	i := 0
	for _, r := range want {
		if i == len(b.Dates) || b.Dates[i] != r.Day {
			if !partial {
				return fmt.Sprintf("%s is missing", r.Day)
			}
			continue
		}
		for name, pair := range map[string][2]float64{"open": {b.Open[i], r.Open}, "high": {b.High[i], r.High}, "low": {b.Low[i], r.Low}, "close": {b.Close[i], r.Close}, "volume": {b.Volume[i], r.Volume}} {
			if pair[0] != pair[1] {
				return fmt.Sprintf("%s of %s is %v, true is %v", name, r.Day, pair[0], pair[1])
			}
		}
		i++
	}
	if i < len(b.Dates) {
		return fmt.Sprintf("%s does not exist", b.Dates[i])
	}
	return ""
}

// untrueDividends also looks at those that came along with prices, of which some may be
// missing.
func (s *storm) untrueDividends(q marketdata.Request, a route.Answer, partial bool) string {
	have := map[date.Date]string{}
	for _, d := range a.Dividends {
		if have[d.ExDate] != "" {
			return fmt.Sprintf("the dividend of %s twice", d.ExDate)
		}
		have[d.ExDate] = fmt.Sprintf("%.2f", d.Amount.Float64())
	}
	for _, d := range s.market.Dividends[q.Instrument.Symbol] {
		want := fmt.Sprintf("%.2f", float64(d.Cents)/100)
		if got := have[d.Ex]; got != want && (got != "" || within(q, d.Ex) && !partial) {
			return fmt.Sprintf("the dividend of %s is %q, true is %s", d.Ex, got, want)
		}
		delete(have, d.Ex) // those of other days may come along
	}
	for day := range have {
		return fmt.Sprintf("a dividend of %s that does not exist", day)
	}
	return ""
}

func sameRates(q marketdata.Request, truth []replay.Value, all []marketdata.RateSeries, name string, over float64, partial bool) string {
	if len(all) != 1 || all[0].Name != name {
		return fmt.Sprintf("%d series", len(all))
	}
	i, got := 0, all[0]
	for _, v := range truth {
		if !within(q, v.Day) || math.IsNaN(v.Value) {
			continue
		}
		if i == len(got.Dates) || got.Dates[i] != v.Day {
			if !partial {
				return fmt.Sprintf("%s is missing", v.Day)
			}
			continue
		}
		if math.Abs(got.Values[i]-v.Value/over) > 1e-12 {
			return fmt.Sprintf("%s is %v, true is %v", v.Day, got.Values[i], v.Value/over)
		}
		i++
	}
	if i < len(got.Dates) {
		return fmt.Sprintf("%s does not exist", got.Dates[i])
	}
	return ""
}

// tally is what became of the requests of all sequences.
type tally struct {
	mu                                  sync.Mutex
	answers, partial, refused, arrivals int
	reasons                             map[marketdata.Reason]int
	faults                              map[replay.Kind]int
}

// run is one sequence: some requests, with faults, a crash between, and time that passes.
func (s *storm) run(seed uint64, count *tally) error {
	r := rand.New(rand.NewPCG(seed, 2))
	*s.clock = *replay.NewClock(monday.Add(time.Duration(r.IntN(48*3600)) * time.Second))
	s.ledger = allowance.NewMemory()
	s.log.Reset()
	s.server.Reset(replay.Seeded(seed, []float64{0.1, 0.4, 0.8}[r.IntN(3)], 300*time.Millisecond))
	router, err := s.router(seed)
	if err != nil {
		return err
	}
	for i := range 2 + r.IntN(2) {
		if r.IntN(4) == 0 { // the process died and another starts
			if router, err = s.router(seed + uint64(i)); err != nil {
				return err
			}
		}
		q := anyRequest(r)
		answer, err := router.Answer(context.Background(), q, []time.Duration{0, 0, 5 * time.Second, 2 * time.Minute, 3 * time.Hour}[r.IntN(5)])
		if err := s.judge(q, answer, err, count); err != nil {
			return fmt.Errorf("request %d, %s of %s%s%s from %s to %s: %w", i, q.Kind, q.Instrument.Symbol, q.Pair, q.Series, q.From, q.To, err)
		}
		s.clock.Move(time.Duration(r.ExpFloat64() * float64([]time.Duration{time.Second, time.Minute, 6 * time.Hour}[r.IntN(3)])))
	}
	for _, p := range providers {
		arrivals := s.server.Arrivals(p.Name())
		if l, bad := replay.Exceeded(p.Limits()[""], arrivals); bad {
			return fmt.Errorf("%s got more than %s", p.Name(), allowance.Name(l))
		}
		count.mu.Lock()
		count.arrivals += len(arrivals)
		for _, a := range arrivals {
			count.faults[a.Fault.Kind]++
		}
		count.mu.Unlock()
	}
	return s.leaks(s.log.String())
}

func (s *storm) leaks(text string) error {
	for _, p := range providers {
		for _, bad := range []string{secret(p.Name()), "SECRET%2F", "0123456789", "http://", "127.0.0.1"} {
			if strings.Contains(text, bad) {
				return fmt.Errorf("%q is in %q", bad, text)
			}
		}
	}
	return nil
}

// judge accepts the truth, a part of it that says so, and a named refusal.
func (s *storm) judge(q marketdata.Request, a route.Answer, err error, count *tally) error {
	count.mu.Lock()
	defer count.mu.Unlock()
	if err == nil {
		count.answers++
		if len(a.Left) > 0 {
			count.partial++
		}
		if bad := s.untrue(q, a); bad != "" {
			return fmt.Errorf("%s answered what is not true: %s (left: %q)", a.Provider, bad, a.Left)
		}
		return s.leaks(strings.Join(a.Left, " "))
	}
	count.refused++
	var exhausted *route.Exhausted
	if !errors.As(err, &exhausted) {
		return fmt.Errorf("an error without a name: %w", err)
	}
	for _, attempt := range exhausted.Attempts {
		count.reasons[attempt.Reason]++
		if attempt.Reason == "" || attempt.Said == "" || attempt.Provider == "" {
			return fmt.Errorf("an attempt that says nothing: %+v", attempt)
		}
	}
	if exhausted.Known() && s.exists(q) && !slices.ContainsFunc(exhausted.Attempts, func(a route.Attempt) bool { return a.Reason == marketdata.NotInPlan }) {
		return fmt.Errorf("said to be nowhere although it is: %w", err)
	}
	return s.leaks(err.Error())
}

// exists reports whether any day of what is asked has a value.
func (s *storm) exists(q marketdata.Request) bool {
	switch q.Kind {
	case marketdata.Bars:
		return slices.ContainsFunc(s.market.Bars[q.Instrument.Symbol], func(r replay.Row) bool { return within(q, r.Day) })
	case marketdata.FX:
		return slices.ContainsFunc(s.market.FX[q.Pair.Quote], func(v replay.Value) bool { return within(q, v.Day) })
	case marketdata.Rates:
		return slices.ContainsFunc(s.market.Rates[q.Series], func(v replay.Value) bool { return within(q, v.Day) && !math.IsNaN(v.Value) })
	}
	return false
}

// After any sequence of faults what was given is exactly the truth or a named refusal, and
// no source got more calls than it takes. Slow answers take real time: several storms rage
// at once, each with its own server and clock. FAULT_SEQUENCES says how many sequences there
// are: make storm goes through a thousand.
func TestSequencesOfFaults(t *testing.T) {
	sequences, storms := uint64(150), uint64(12)
	if text := os.Getenv("FAULT_SEQUENCES"); text != "" {
		var err error
		if sequences, err = strconv.ParseUint(text, 10, 64); err != nil || sequences < 100 {
			t.Fatalf("FAULT_SEQUENCES=%s: give a number from 100 on", text)
		}
	}
	count := &tally{reasons: map[marketdata.Reason]int{}, faults: map[replay.Kind]int{}}
	var all sync.WaitGroup
	for n := range storms {
		s := newStorm(t)
		all.Go(func() {
			defer s.server.Close()
			for seed := n; seed < sequences; seed += storms {
				if err := s.run(seed, count); err != nil {
					t.Errorf("sequence %d: %v", seed, err)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d answers (%d that say what they lack), %d refused, %d calls, reasons %v, faults %v", count.answers, count.partial, count.refused, count.arrivals, count.reasons, count.faults)
	// The test must see both: truth that comes through and every kind of fault.
	if count.answers < int(sequences) || count.refused < int(sequences)/4 || len(count.faults) < 20 {
		t.Errorf("the storm is no storm, or nothing comes through: %d answers, %d refused, %d kinds of faults", count.answers, count.refused, len(count.faults))
	}
}
