package route_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/marketdata/route"
)

// scripted answers with what it has next; nil is an answer.
type scripted struct {
	name  string
	says  []error
	calls int
}

func (s *scripted) Name() string { return s.name }
func (s *scripted) Fetch(context.Context, marketdata.Request, time.Duration) (marketdata.Delivery, error) {
	s.calls++
	if s.calls > len(s.says) {
		return marketdata.Delivery{}, nil
	}
	return marketdata.Delivery{}, s.says[s.calls-1]
}
func (s *scripted) Status(context.Context) (fetch.Status, error) {
	return fetch.Status{Provider: s.name}, nil
}

func no(name string, reason marketdata.Reason, after time.Duration) error {
	return &marketdata.Refusal{Provider: name, Endpoint: "daily", Reason: reason, RetryAfter: after}
}

func routed(t *testing.T, rules string, sources ...*scripted) (*route.Router, *replay.Clock) {
	t.Helper()
	parsed, err := route.ParseRules(rules)
	if err != nil {
		t.Fatal(err)
	}
	clock := replay.NewClock(monday)
	var all []route.Source
	for _, s := range sources {
		all = append(all, s)
	}
	r, err := route.New(all, parsed, route.Options{Now: clock.Now, Sleep: clock.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	return r, clock
}

var question = marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: "AAA"}}

func TestAnotherSourceIsAskedWhereOneRefuses(t *testing.T) {
	for _, reason := range []marketdata.Reason{marketdata.NotFound, marketdata.NotInPlan, marketdata.Empty, marketdata.Failed, marketdata.Garbled, marketdata.Limited, marketdata.BadKey, marketdata.Refused} {
		one, two, three := &scripted{name: "one", says: []error{no("one", reason, 0)}}, &scripted{name: "two"}, &scripted{name: "three"}
		r, _ := routed(t, "", one, two, three)
		a, err := r.Answer(t.Context(), question, 0)
		if err != nil || a.Provider != "two" || len(a.Attempts) != 2 || a.Attempts[0].Reason != reason || a.Attempts[0].Endpoint != "daily" || a.Attempts[1].Reason != "" || three.calls != 0 {
			t.Errorf("%s: %+v %v", reason, a, err)
		}
	}
}

func TestWhenAllAreExhaustedEachSaysWhy(t *testing.T) {
	r, _ := routed(t, "", &scripted{name: "one", says: []error{no("one", marketdata.Limited, time.Hour)}}, &scripted{name: "two", says: []error{no("two", marketdata.NotFound, 0)}},
		&scripted{name: "three", says: []error{no("three", marketdata.Limited, 20*time.Minute)}}, &scripted{name: "four", says: []error{fmt.Errorf("four: %w", fetch.ErrNotOffered)}})
	_, err := r.Answer(t.Context(), question, time.Minute)
	var exhausted *route.Exhausted
	if !errors.As(err, &exhausted) || !exhausted.Retry.Equal(monday.Add(20*time.Minute)) || len(exhausted.Attempts) != 4 || exhausted.Attempts[3].Reason != route.NotOffered || exhausted.Known() {
		t.Fatalf("%+v", err)
	}
	const want = "no source has bars of AAA: one (daily): its limit of calls is reached; two (daily): it does not know this symbol; three (daily): its limit of calls is reached; " +
		"four: the source does not offer this; ask again after 2026-03-02 15:20:00 UTC"
	if err.Error() != want {
		t.Errorf("%s\nwant\n%s", err, want)
	}
}

func TestKnownMeansThatAllWhoCouldSaySaidSo(t *testing.T) {
	for _, c := range []struct {
		reasons []marketdata.Reason
		want    bool
	}{
		{[]marketdata.Reason{marketdata.NotFound, marketdata.Empty}, true}, {[]marketdata.Reason{marketdata.NotFound, marketdata.NotInPlan, route.NotOffered}, true},
		{[]marketdata.Reason{marketdata.NotInPlan, marketdata.BadKey}, false}, {[]marketdata.Reason{marketdata.NotFound, marketdata.Failed}, false}, {nil, false},
	} {
		e := &route.Exhausted{}
		for _, r := range c.reasons {
			e.Attempts = append(e.Attempts, route.Attempt{Reason: r})
		}
		if e.Known() != c.want {
			t.Errorf("%v: %v", c.reasons, e.Known())
		}
	}
}

// With patience the router waits for the first that is free, and goes through all again.
func TestPatience(t *testing.T) {
	one := &scripted{name: "one", says: []error{no("one", marketdata.Limited, time.Hour), no("one", marketdata.Limited, 40*time.Minute)}}
	two := &scripted{name: "two", says: []error{no("two", marketdata.Limited, 20*time.Minute)}}
	r, clock := routed(t, "", one, two)
	a, err := r.Answer(t.Context(), question, 30*time.Minute)
	if err != nil || a.Provider != "two" || len(a.Attempts) != 4 || !clock.Now().Equal(monday.Add(20*time.Minute)) {
		t.Errorf("%+v %v at %s", a, err, clock.Now())
	}
	// Patience is counted once: 20 minutes and 15 do not fit into 30.
	two.says, two.calls, one.calls = []error{no("two", marketdata.Limited, 20*time.Minute), no("two", marketdata.Limited, 15*time.Minute)}, 0, 0
	if _, err := r.Answer(t.Context(), question, 30*time.Minute); err == nil || two.calls != 2 {
		t.Errorf("%v after %d calls", err, two.calls)
	}
}

func TestWhoIsAskedForWhat(t *testing.T) {
	r, _ := routed(t, `bars,dividends exchange=XLON,XPAR: b, a; bars class=crypto,unknown currency=usd: c
		fx pair=EUR/*,*/CHF: a; *: c, b`, &scripted{name: "a"}, &scripted{name: "b"}, &scripted{name: "c"})
	for _, c := range []struct {
		q    marketdata.Request
		want string
	}{
		{marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Exchange: "XLON"}}, "b a"},
		{marketdata.Request{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Exchange: "XLON"}}, "c b"},
		{marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Currency: "USD", Class: instrument.Crypto}}, "c"},
		{marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Currency: "USD"}}, "c"},
		{marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Currency: "USD", Class: instrument.Equity}}, "c b"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}}, "a"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "USD", Quote: "CHF"}}, "a"},
		{marketdata.Request{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "USD", Quote: "JPY"}}, "c b"},
	} {
		if got := strings.Join(r.Sources(c.q), " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.q, got, c.want)
		}
	}
}

func TestRulesAreCheckedAndWrittenBack(t *testing.T) {
	const text = "bars,fx class=equity exchange=XLON currency=GBX pair=EUR/*: yahoo, stooq"
	rules, err := route.ParseRules(text + "; *: ecb;\n")
	if err != nil || len(rules) != 2 || rules[0].String() != text || rules[1].String() != "*: ecb" {
		t.Errorf("%v %v", rules, err)
	}
	for text, want := range map[string]string{
		"bars yahoo": "a colon", "bars:": "names no source", "prices: yahoo": `no kind "prices"`, "bars class=stock: yahoo": `no class "stock"`, "fx pair=EURUSD: ecb": "EUR/USD", "bars market=US: yahoo": `no condition "market"`,
	} {
		if _, err := route.ParseRules(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	rules, _ = route.ParseRules("*: nobody")
	if _, err := route.New([]route.Source{&scripted{name: "one"}}, rules, route.Options{}); err == nil || !strings.Contains(err.Error(), `no source "nobody"; there are one`) {
		t.Errorf("%v", err)
	}
	if _, err := route.New([]route.Source{&scripted{name: "one"}, &scripted{name: "one"}}, nil, route.Options{}); err == nil {
		t.Error("a source twice")
	}
}

// away is a source to which there is no way; it notes that somebody looked for it.
type away struct {
	scripted
	looked atomic.Int32
}

func (a *away) Reach(context.Context) { a.looked.Add(1) }

// Without a network all others are looked for at once, and nobody waits for it to come back.
func TestWithoutANetwork(t *testing.T) {
	unreached := func(name string) error {
		return &marketdata.Refusal{Provider: name, Reason: marketdata.Unreached, Host: name + ".example", RetryAfter: time.Second}
	}
	one := &away{scripted: scripted{name: "one", says: []error{unreached("one"), unreached("one")}}}
	two := &away{scripted: scripted{name: "two", says: []error{unreached("two"), unreached("two")}}}
	three := &away{scripted: scripted{name: "three", says: []error{no("three", marketdata.BadKey, 0), no("three", marketdata.NotFound, 0)}}}
	clock := replay.NewClock(monday)
	r, err := route.New([]route.Source{one, two, three}, nil, route.Options{Now: clock.Now, Sleep: func(context.Context, time.Duration) error { t.Error("it waits"); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Answer(t.Context(), question, time.Hour)
	var e *route.Exhausted
	if !errors.As(err, &e) || strings.Join(e.Unreached(), " ") != "one.example two.example" || e.Retry.IsZero() {
		t.Errorf("%+v", err)
	}
	if one.looked.Load() != 0 || two.looked.Load() != 1 || three.looked.Load() != 1 {
		t.Errorf("looked for %d, %d and %d times, want all but the first once", one.looked.Load(), two.looked.Load(), three.looked.Load())
	}
	if _, err = r.Answer(t.Context(), question, time.Hour); !errors.As(err, &e) || e.Unreached() != nil {
		t.Errorf("somebody answered: %v", err)
	}
}
