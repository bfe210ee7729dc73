package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
	count "sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// take asks for an allowance as an operator does.
func take(t *testing.T, s store.Store, id store.Identity, provider string, windows ...store.Window) (ok bool, free time.Time) {
	t.Helper()
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		var err error
		ok, free, err = tx.TakeAllowance(ctx, provider, windows)
		check(t, err)
	})
	return ok, free
}

// today is a window that is open while the tests run.
func today(most, cost int64) store.Window {
	begun := time.Now().UTC().Truncate(24 * time.Hour)
	return store.Window{Name: "day", Begun: begun, Until: begun.Add(48 * time.Hour), Most: most, Cost: cost}
}

func allowances(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	minute := func(cost int64) store.Window { return store.Rolling("minute", time.Minute, time.Now(), 3, cost) }
	for range 3 {
		ok, free := take(t, s, id, "polygon", minute(1), today(10, 2))
		wantEqual(t, ok && free.IsZero(), true, "a call within both limits")
	}
	ok, free := take(t, s, id, "polygon", minute(1), today(10, 2))
	wantEqual(t, ok, false, "a fourth call within a minute")
	if wait := time.Until(free); wait < 50*time.Second || wait > 62*time.Second {
		t.Errorf("free in %s", wait)
	}
	ok, free = take(t, s, id, "polygon", today(10, 5))
	wantEqual(t, !ok && free.Equal(today(10, 5).Until), true, "more credits than are left")
	// Nothing was taken of either by those that were refused; another provider is free.
	ok, _ = take(t, s, id, "fmp", minute(3))
	wantEqual(t, ok, true, "another provider")
	ended := store.Window{Name: "day", Begun: epoch.Add(-time.Hour), Until: epoch, Most: 5, Cost: 5}
	for range 2 { // a window that is over counts no more
		ok, _ = take(t, s, id, "stooq", ended)
		wantEqual(t, ok, true, "a window that is over")
	}
	// What is settled counts until then, once.
	long, short := today(1, 1), today(1, 1)
	short.Until = time.Now().UTC().Add(-time.Second)
	ok, _ = take(t, s, id, "ecb", long)
	wantEqual(t, ok, true, "a call of the day")
	for range 2 {
		as(t, s, id, func(ctx context.Context, tx store.Tx) {
			check(t, tx.SettleAllowance(ctx, "ecb", []store.Window{long}, []store.Window{short}))
		})
	}
	for _, want := range []bool{true, false} {
		ok, _ = take(t, s, id, "ecb", long)
		wantEqual(t, ok, want, "after it was settled")
	}
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		check(t, tx.SettleAllowance(ctx, "ecb", []store.Window{long}, []store.Window{short}))
	})
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		all, err := v.Allowances(ctx)
		check(t, err)
		var lines []string
		for _, a := range all {
			lines = append(lines, fmt.Sprint(a.Provider, " ", a.Name, " ", a.Used))
		}
		wantEqual(t, fmt.Sprint(lines), "[fmp minute 3 polygon day 6 polygon minute 3]", "what counts")
	})
	for what, w := range map[string]store.Window{"more than there ever is": today(4, 5), "less than nothing": today(4, -1), "a window without a length": {Name: "x", Begun: epoch, Until: epoch, Most: 1}} {
		err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
			_, _, err := tx.TakeAllowance(ctx, "polygon", []store.Window{w})
			return err
		})
		var fault *ledger.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v", what, err)
		}
	}
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		_, _, err := tx.TakeAllowance(ctx, "polygon", []store.Window{today(4, 1)})
		return err
	})
	wantError(t, err, store.ErrForbidden, "an allowance for who is no operator")
}

// allowancesTogether: of many that ask at once, by operators of several tenants, exactly
// as many as there is room for are let through.
func allowancesTogether(t *testing.T, s store.Store) {
	ids := []store.Identity{operator(build(t, s, "ada").owner), operator(build(t, s, "bob").owner)}
	const most, asking = 7, 24
	var passed count.Int64
	var wait sync.WaitGroup
	for i := range asking {
		wait.Go(func() {
			err := s.As(ctx, ids[i%2], func(ctx context.Context, tx store.Tx) error {
				ok, _, err := tx.TakeAllowance(ctx, "polygon", []store.Window{today(most, 1), store.Rolling("minute", time.Minute, time.Now(), asking, 1)})
				if ok {
					passed.Add(1)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	wantEqual(t, passed.Load(), int64(most), "calls let through")
	read(t, s, ids[0], func(ctx context.Context, v store.View) {
		all, err := v.Allowances(ctx)
		check(t, err)
		for _, a := range all {
			wantEqual(t, a.Used, int64(most), "used of "+a.Name)
		}
		wantEqual(t, len(all), 2, "limits")
	})
}

func providers(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	id := operator(ada.owner)
	lack := store.Lack{Kind: "chain", Fingerprint: "a1b2", At: epoch}
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		p, err := tx.UpdateProvider(ctx, "fmp", func(p *store.Provider) {
			p.Refused, p.Reason, p.Endpoint, p.Words, p.Failures, p.OpenUntil = epoch, "not-in-plan", "quote", "not\x00 in \xff your plan", p.Failures+1, epoch.Add(time.Hour)
			p.Lacks = append(p.Lacks, lack)
		})
		check(t, err)
		wantEqual(t, p.Name, "fmp", "name")
	})
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		_, err := tx.UpdateProvider(ctx, "fmp", func(p *store.Provider) { p.Failures++ })
		check(t, err)
	})
	one := func(id store.Identity) store.Provider {
		t.Helper()
		var all []store.Provider
		read(t, s, id, func(ctx context.Context, v store.View) {
			var err error
			all, err = v.Providers(ctx)
			check(t, err)
		})
		if len(all) != 1 {
			t.Fatalf("%+v", all)
		}
		return all[0]
	}
	got := one(bob.member)
	if got.Failures != 2 || got.Words != "not in \uFFFD your plan" || !got.Refused.Equal(epoch) || !got.Succeeded.IsZero() || !got.OpenUntil.Equal(epoch.Add(time.Hour)) || len(got.Lacks) != 1 || got.Lacks[0] != lack {
		t.Errorf("provider read back: %+v", got)
	}
	err := s.As(ctx, bob.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.UpdateProvider(ctx, "fmp", func(p *store.Provider) {})
		return err
	})
	wantError(t, err, store.ErrForbidden, "a provider changed by who is no operator")

	key := store.ProviderKey{Provider: "fmp", Sealed: []byte("sealed"), Fingerprint: "c3d4", Plan: "starter"}
	as(t, s, id, func(ctx context.Context, tx store.Tx) { check(t, tx.SetProviderKey(ctx, key)) })
	if got := one(ada.owner); got.Failures != 0 || !got.OpenUntil.IsZero() || len(got.Lacks) != 1 {
		t.Errorf("provider with a new key: %+v", got)
	}
	read(t, s, id, func(ctx context.Context, v store.View) {
		all, err := v.ProviderKeys(ctx)
		check(t, err)
		if len(all) != 1 || string(all[0].Sealed) != "sealed" || all[0].Fingerprint != "c3d4" || all[0].Plan != "starter" || all[0].SetBy != ada.owner.User || all[0].SetAt.IsZero() {
			t.Errorf("keys: %+v", all)
		}
		events, err := v.FindEvents(ctx, store.EventFilter{Action: "provider.", Limit: 10})
		check(t, err)
		if len(events) != 1 || string(events[0].After) == "" || json.Valid(events[0].After) && string(events[0].After) != `{"fingerprint":"c3d4","plan":"starter"}` {
			t.Errorf("events: %+v", events)
		}
	})
	err = s.Read(ctx, ada.owner, func(ctx context.Context, v store.View) error { _, err := v.ProviderKeys(ctx); return err })
	wantError(t, err, store.ErrForbidden, "keys for who is no operator")
	as(t, s, id, func(ctx context.Context, tx store.Tx) { check(t, tx.DropProviderKey(ctx, "fmp")) })
	err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) error { return tx.DropProviderKey(ctx, "fmp") })
	wantError(t, err, store.ErrNotFound, "dropping a key that is not there")
}

func supplies(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	score := 87
	acme := store.Supply{Kind: "bars", Symbol: "ACME", Provider: "yahoo", Asked: epoch, Succeeded: epoch, Due: epoch.Add(time.Hour), First: date.MustParse("2010-01-04"), Last: date.MustParse("2026-01-02"),
		Score: &score, Parts: json.RawMessage(`{"age":40}`)}
	beta := store.Supply{Kind: "bars", Symbol: "BETA", Provider: "stooq", Asked: epoch, Failures: 2, Reason: "limited", Words: "slow down", Due: epoch.Add(time.Minute)}
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		check(t, tx.NeedSupplies(ctx, []store.Need{{Kind: "bars", Symbol: "BETA"}, {Kind: "bars", Symbol: "ACME"}, {Kind: "bars", Symbol: "ACME"}, {Kind: "profiles", Symbol: "ACME"}, {Kind: "bars", Symbol: "A_C"}}))
		check(t, tx.PutSupplies(ctx, []store.Supply{beta, acme, {Kind: "bars", Symbol: "IDLE", Asked: epoch, Due: epoch}}))
	})
	due := func(at time.Time, limit int) string {
		t.Helper()
		var names []string
		read(t, s, h.member, func(ctx context.Context, v store.View) {
			all, err := v.SuppliesDue(ctx, at, limit)
			check(t, err)
			for _, one := range all {
				names = append(names, one.Kind+" "+one.Symbol)
			}
		})
		return fmt.Sprint(names)
	}
	wantEqual(t, due(epoch.Add(time.Minute), 10), "[bars BETA]", "due after a minute")
	wantEqual(t, due(epoch.Add(2*time.Hour), 10), "[bars BETA bars ACME]", "due after two hours")
	wantEqual(t, due(time.Now().Add(time.Hour), 3), "[bars BETA bars ACME bars A_C]", "due now, three at most")
	// What is needed already keeps when it is due, unless it is wanted sooner.
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		check(t, tx.NeedSupplies(ctx, []store.Need{{Kind: "bars", Symbol: "ACME", Due: epoch.Add(30 * time.Second)}, {Kind: "bars", Symbol: "BETA"}, {Kind: "bars", Symbol: "IDLE", Due: epoch.Add(time.Hour)}}))
		check(t, tx.UnneedSupplies(ctx, []store.Need{{Kind: "profiles", Symbol: "ACME"}, {Kind: "bars", Symbol: "A_C"}, {Kind: "bars", Symbol: "NONE"}}))
	})
	wantEqual(t, due(time.Now().Add(time.Hour), 10), "[bars IDLE bars ACME bars BETA]", "due after it was needed anew")

	read(t, s, h.member, func(ctx context.Context, v store.View) {
		got, err := v.Supply(ctx, "bars", "ACME")
		check(t, err)
		if got.Provider != "yahoo" || !got.Asked.Equal(epoch) || got.First != acme.First || got.Last != acme.Last || got.Score == nil || *got.Score != 87 || !got.Needed {
			t.Errorf("supply read back: %+v", got)
		}
		got, err = v.Supply(ctx, "bars", "BETA")
		check(t, err)
		if got.Failures != 2 || got.Reason != "limited" || got.Words != "slow down" || !got.Succeeded.IsZero() || !got.First.IsNone() || got.Score != nil {
			t.Errorf("supply read back: %+v", got)
		}
		_, err = v.Supply(ctx, "bars", "NONE")
		wantError(t, err, store.ErrNotFound, "a supply that is none")
		for want, f := range map[string]store.SupplyFilter{
			"ACME A_C BETA IDLE ACME": {}, "ACME BETA IDLE": {Needed: true, Limit: 1}, "ACME": {Kind: "bars", Prefix: "AC"}, "BETA IDLE": {Symbols: []string{"IDLE", "NONE", "BETA"}, Limit: 1}, "A_C": {Prefix: "A_"},
			"BETA": {Status: store.SupplyRefused}, "ACME IDLE": {Status: store.SupplyGood, Limit: 1}, "A_C ACME": {Status: store.SupplyNever, Limit: 2},
		} {
			var names string
			for pages := 0; pages < 10; pages++ {
				p, err := v.Supplies(ctx, f)
				check(t, err)
				for _, one := range p.Supplies {
					names += " " + one.Symbol
				}
				if f.After = p.Next; p.Next == "" {
					break
				}
			}
			if names != " "+want && names != " A_C ACME BETA IDLE ACME" { // where _ sorts before C
				t.Errorf("%+v: got%s, want %s", f, names, want)
			}
		}
		_, err = v.Supplies(ctx, store.SupplyFilter{After: "?"})
		var fault *ledger.Fault
		if !errors.As(err, &fault) {
			t.Errorf("a cursor that is none: %v", err)
		}
	})
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.PutSupplies(ctx, []store.Supply{acme}) })
	wantError(t, err, store.ErrForbidden, "a supply written by who is no operator")
}

// closeOf is a bar of which only the close is known.
func closeOf(v float64) store.Bar {
	n := math.NaN()
	return store.Bar{Open: n, High: n, Low: n, Close: v, Volume: n, Adjusted: n}
}

func heldValues(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	id := operator(ada.owner)
	spike := store.HeldValue{Kind: store.Prices, Symbol: "ACME", Source: "yahoo", Day: date.MustParse("2026-01-02"), Bar: store.Bar{Open: 10, High: 1e6, Low: 9.5, Close: 1.0 / 3, Volume: math.NaN(), Adjusted: -0.5},
		Finding: "spike", Reason: "a hundred times the day before", Expected: 10.25}
	own := store.HeldValue{Own: true, Kind: store.Prices, Symbol: "HOUSE", Source: "mine", Day: date.MustParse("2026-01-02"), Bar: closeOf(0), Finding: "zero", Expected: math.NaN()}
	hold := func(id store.Identity, h store.HeldValue) (open []store.HeldValue) {
		t.Helper()
		as(t, s, id, func(ctx context.Context, tx store.Tx) {
			var err error
			open, err = tx.HoldValues(ctx, []store.HeldValue{h})
			check(t, err)
		})
		return open
	}
	version := func(id store.Identity) (got store.MarketVersion) {
		t.Helper()
		read(t, s, id, func(ctx context.Context, v store.View) {
			var err error
			got, err = v.MarketVersion(ctx)
			check(t, err)
		})
		return got
	}
	began := version(ada.member)
	first := hold(id, spike)[0]
	wantEqual(t, version(ada.member), store.MarketVersion{Shared: began.Shared + 1, Own: began.Own}, "version after a value was held back")
	wantEqual(t, hold(id, spike)[0].ID, first.ID, "found again")
	wantEqual(t, version(ada.member).Shared, began.Shared+1, "version after it was found again")
	hold(ada.member, own)
	wantEqual(t, version(ada.member), store.MarketVersion{Shared: began.Shared + 1, Own: began.Own + 1}, "version after an own value was held back")
	err := s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.HoldValues(ctx, []store.HeldValue{spike})
		return err
	})
	wantError(t, err, store.ErrForbidden, "a shared value held back by who is no operator")

	list := func(id store.Identity, f store.HeldFilter) (all []store.HeldValue) {
		t.Helper()
		read(t, s, id, func(ctx context.Context, v store.View) {
			var err error
			all, err = v.HeldValues(ctx, f)
			check(t, err)
		})
		return all
	}
	wantEqual(t, len(list(ada.owner, store.HeldFilter{})), 2, "held values of ada and of all")
	wantEqual(t, len(list(bob.owner, store.HeldFilter{})), 1, "held values of all")
	got := list(bob.owner, store.HeldFilter{Kind: store.Prices, Symbol: "ACME", Source: "yahoo", Decision: store.HeldOpen})[0]
	if got.Own || got.Day != spike.Day || got.Bar.High != 1e6 || got.Bar.Close != 1.0/3 || !math.IsNaN(got.Bar.Volume) || got.Bar.Adjusted != -0.5 || got.Expected != 10.25 || !math.IsNaN(got.Corrected) ||
		got.Finding != "spike" || got.Reason != spike.Reason || got.Found.IsZero() || !got.Decided.IsZero() {
		t.Errorf("held value read back: %+v", got)
	}
	decide := func(id store.Identity, value string, v store.Verdict) (h store.HeldValue, err error) {
		err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) { h, err = tx.DecideHeld(ctx, value, v); return err })
		return h, err
	}
	_, err = decide(bob.owner, first.ID, store.Verdict{Decision: store.HeldAccepted})
	wantError(t, err, store.ErrForbidden, "a shared value decided by who is no operator")
	_, err = decide(operator(bob.owner), list(ada.owner, store.HeldFilter{Symbol: "HOUSE"})[0].ID, store.Verdict{Decision: store.HeldDropped})
	wantError(t, err, store.ErrNotFound, "another tenant's value")
	for _, bad := range []store.Verdict{{Decision: store.HeldCorrected, Corrected: math.NaN()}, {Decision: "perhaps"}} {
		_, err = decide(id, first.ID, bad)
		var fault *ledger.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	h, err := decide(id, first.ID, store.Verdict{Decision: store.HeldCorrected, Corrected: 10.3, Note: "as the exchange says"})
	check(t, err)
	if h.Corrected != 10.3 || h.By != ada.owner.User || h.Decided.IsZero() {
		t.Errorf("decided: %+v", h)
	}
	wantEqual(t, version(ada.member).Shared, began.Shared+2, "version after a decision")
	_, err = decide(id, first.ID, store.Verdict{Decision: store.HeldAccepted})
	wantError(t, err, store.ErrStale, "a second decision")
	wantEqual(t, version(ada.member).Shared, began.Shared+2, "version after a decision that was refused")
	wantEqual(t, len(hold(id, spike)), 0, "open after it was decided and found again as it was")
	got = list(id, store.HeldFilter{Decision: store.HeldCorrected})[0]
	wantEqual(t, got.Corrected == 10.3 && got.Note == "as the exchange says" && got.By == ada.owner.User, true, "decision read back")
	other := spike
	other.Bar.Close = 5
	again := hold(id, other)
	wantEqual(t, len(again) == 1 && again[0].ID == first.ID, true, "open again where the source says something else")
	_, err = decide(id, first.ID, store.Verdict{Decision: store.HeldDropped})
	check(t, err)
	h, err = decide(id, first.ID, store.Verdict{Decision: store.HeldOpen})
	check(t, err)
	wantEqual(t, h.Decision == store.HeldOpen && h.By == "" && h.Decided.IsZero(), true, "a decision taken back")
	read(t, s, id, func(ctx context.Context, v store.View) {
		events, err := v.FindEvents(ctx, store.EventFilter{Action: "held-value.decide", Limit: 10})
		check(t, err)
		wantEqual(t, len(events), 3, "decisions in the trail")
	})
	before := list(id, store.HeldFilter{})
	wantEqual(t, len(list(id, store.HeldFilter{Before: before[0].ID})), 1, "the page after the first")
}
