package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

func answers(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	now := time.Now()
	a := store.Answer{Key: "k1", Method: "POST", Path: "/api/v1/x", RequestHash: []byte{1, 2}, Status: 201, Header: json.RawMessage(`{"ETag":"1"}`), Body: []byte("made"), Expires: now.Add(time.Hour)}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Answered(ctx, "k1", now)
		wantError(t, err, store.ErrNotFound, "an answer before it is given")
		check(t, tx.KeepAnswer(ctx, a))
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		got, err := v.Answered(ctx, "k1", now)
		check(t, err)
		wantEqual(t, fmt.Sprint(got.Method, got.Path, got.RequestHash, got.Status, string(got.Body)), "POST/api/v1/x[1 2] 201made", "answer")
		_, err = v.Answered(ctx, "k1", now.Add(2*time.Hour))
		wantError(t, err, store.ErrNotFound, "an expired answer")
	})
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		_, err := v.Answered(ctx, "k1", now)
		wantError(t, err, store.ErrNotFound, "another user's key")
	})
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.KeepAnswer(ctx, a) })
	wantError(t, err, store.ErrExists, "a key in use")
	// A body that is sealed, or not kept, is told from one that is as it was.
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		for _, one := range []store.Answer{{Key: "sealed", Sealed: []byte{9, 8}}, {Key: "withheld", Withheld: true}} {
			one.Method, one.Path, one.Expires = "POST", "/", now.Add(time.Minute)
			check(t, tx.KeepAnswer(ctx, one))
		}
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		for key, want := range map[string]string{"k1": "[] false made", "sealed": "[9 8] false ", "withheld": "[] true "} {
			got, err := v.Answered(ctx, key, now)
			check(t, err)
			wantEqual(t, fmt.Sprint(got.Sealed, got.Withheld, " "+string(got.Body)), want, "how the answer of "+key+" is kept")
			wantEqual(t, got.Sealed == nil, key != "sealed", "whether "+key+" is not sealed")
		}
	})

	// An answer that expired frees its key; Expire clears it away.
	old := a
	old.Key, old.Expires = "k2", now.Add(-time.Minute)
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.KeepAnswer(ctx, old)) })
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.KeepAnswer(ctx, old))
		check(t, tx.Expire(ctx, now.Add(2*time.Hour)))
		_, err := tx.Answered(ctx, "k1", now)
		wantError(t, err, store.ErrNotFound, "an answer that was cleared away")
	})
}

func settings(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutSetting(ctx, store.OfUser, "theme", json.RawMessage(`"dark"`)))
		check(t, tx.PutSetting(ctx, store.OfUser, "theme", json.RawMessage(`"light"`)))
		check(t, tx.PutSetting(ctx, store.OfTenant, "limit", json.RawMessage(`7`)))
		check(t, tx.PutSetting(ctx, store.OfTenant, "gone", json.RawMessage(`1`)))
		check(t, tx.PutSetting(ctx, store.OfTenant, "gone", nil))
	})
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		all, err := v.Settings(ctx, store.OfTenant)
		check(t, err)
		wantEqual(t, fmt.Sprintf("%s", all), "map[limit:7]", "settings of the tenant")
		_, err = v.Setting(ctx, store.OfUser, "theme")
		wantError(t, err, store.ErrNotFound, "another user's setting")
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		theme, err := v.Setting(ctx, store.OfUser, "theme")
		check(t, err)
		wantEqual(t, string(theme), `"light"`, "own setting")
	})
	err := s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error {
		return tx.PutSetting(ctx, store.OfTenant, "limit", json.RawMessage(`8`))
	})
	wantError(t, err, store.ErrForbidden, "a member changing the tenant's setting")
}

func audit(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	furnish(t, s, h)
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.Note(ctx, store.Event{Action: "look", Object: "portfolio/" + h.portfolio, Portfolio: h.portfolio}))
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		events, err := v.Events(ctx, 0, 1000)
		check(t, err)
		actions := map[string]int{}
		for i, e := range events {
			actions[e.Action]++
			wantEqual(t, e.Sequence, int64(i+1), "sequence")
			if i > 0 && string(e.PrevHash) != string(events[i-1].Hash) {
				t.Errorf("event %d does not follow the one before", e.Sequence)
			}
			if e.Action == "user.create" && (e.After == nil || string(e.After) == "" || len(e.AfterHash) != 32) {
				t.Errorf("event %d has no contents", e.Sequence)
			}
		}
		for _, want := range []string{"tenant.found", "user.create", "portfolio.create", "import.record", "ledger.import", "account.put", "setting.put", "session.create", "price.set", "look"} {
			if actions[want] == 0 {
				t.Errorf("no event %s in %v", want, actions)
			}
		}
		n, err := v.VerifyEvents(ctx)
		check(t, err)
		wantEqual(t, n, int64(len(events)), "events verified")
		rest, err := v.Events(ctx, 3, 2)
		check(t, err)
		if len(rest) != 2 || rest[0].Sequence != 4 {
			t.Errorf("two events after the third: %+v", rest)
		}
		last := events[len(events)-1]
		for what, f := range map[string]store.EventFilter{
			"all":                    {Limit: 1000},
			"of a person":            {User: h.owner.User, Limit: 1000},
			"of a kind":              {Action: "portfolio.", Limit: 1000},
			"of a portfolio":         {Portfolio: h.portfolio, Limit: 1000},
			"until the last":         {To: last.At, Limit: 1000},
			"from the last on":       {From: last.At, Limit: 1000},
			"before the fourth, two": {Before: 4, Limit: 2},
		} {
			found, err := v.FindEvents(ctx, f)
			check(t, err)
			var want []int64
			for _, e := range slices.Backward(events) {
				if (f.User == "" || e.User == f.User) && strings.HasPrefix(e.Action, f.Action) && (f.Portfolio == "" || e.Portfolio == f.Portfolio) &&
					(f.To.IsZero() || e.At.Before(f.To)) && !e.At.Before(f.From) && (f.Before == 0 || e.Sequence < f.Before) && len(want) < f.Limit {
					want = append(want, e.Sequence)
				}
			}
			var got []int64
			for _, e := range found {
				got = append(got, e.Sequence)
			}
			wantEqual(t, fmt.Sprint(got), fmt.Sprint(want), "events "+what)
			if len(want) == 0 {
				t.Errorf("events %s: there are none to be found", what)
			}
		}
	})
}

// atomic: what fails, is refused or panics leaves nothing behind.
func atomic(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	stop := errors.New("stop")
	one := func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(buy("2025-01-01", "A", "1", "1"))})
		check(t, err)
	}
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { one(ctx, tx); return stop })
	wantError(t, err, stop, "an error of the caller")
	func() {
		defer func() { wantEqual(t, fmt.Sprint(recover()), "oh", "panic passed on") }()
		s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { one(ctx, tx); panic("oh") })
	}()
	// A refused write takes the transaction with it, even if the caller ignores it.
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		one(ctx, tx)
		tx.CreatePortfolio(ctx, store.Portfolio{ID: store.NewID(), Name: "Main", Base: "EUR"})
		return nil
	})
	wantError(t, err, store.ErrExists, "a refusal that was ignored")
	cancelled, cancel := context.WithCancel(ctx)
	err = s.As(cancelled, h.owner, func(ctx context.Context, tx store.Tx) error { one(ctx, tx); cancel(); return ctx.Err() })
	wantError(t, err, context.Canceled, "a cancelled write")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		version, err := v.LedgerVersion(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, version, int64(0), "version after four failures")
		rows, err := v.History(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(rows), 0, "rows after four failures")
		_, err = v.VerifyEvents(ctx)
		check(t, err)
	})
}

func nested(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, s.As(ctx, ada.owner, func(ctx context.Context, inner store.Tx) error {
			return inner.PutSetting(ctx, store.OfUser, "a", json.RawMessage(`1`))
		}))
		// A read within a write sees what was written.
		check(t, s.Read(ctx, ada.owner, func(ctx context.Context, v store.View) error {
			_, err := v.Setting(ctx, store.OfUser, "a")
			return err
		}))
	})
	err := s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		return s.As(ctx, bob.owner, func(context.Context, store.Tx) error { return nil })
	})
	wantError(t, err, store.ErrNested, "a write for another identity inside a write")
	err = s.Read(ctx, ada.owner, func(ctx context.Context, v store.View) error {
		return s.As(ctx, ada.owner, func(context.Context, store.Tx) error { return nil })
	})
	wantError(t, err, store.ErrNested, "a write inside a read")
	// The error of an inner write takes the outer with it.
	stop := errors.New("stop")
	err = s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		s.As(ctx, ada.owner, func(context.Context, store.Tx) error { return stop })
		return nil
	})
	wantError(t, err, stop, "an inner error that was ignored")
}

// heldLedger has writers hold a ledger before they look at it: none is ever too late.
func heldLedger(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	const writers, each = 6, 10
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
					if err := tx.Hold(ctx, h.portfolio); err != nil {
						return err
					}
					p, err := tx.Portfolio(ctx, h.portfolio)
					if err != nil {
						return err
					}
					_, err = tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: p.Version, Kind: store.Booked,
						Enter: entries(buy("2025-01-01", fmt.Sprintf("S%d", w), fmt.Sprint(i+1), "1"))})
					return err
				})
				if err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	wait.Wait()
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		version, err := v.LedgerVersion(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, version, int64(writers*each), "version")
	})
	err := s.As(ctx, build(t, s, "bob").owner, func(ctx context.Context, tx store.Tx) error { return tx.Hold(ctx, h.portfolio) })
	wantError(t, err, store.ErrNotFound, "holding another's ledger")
}

func concurrentWriters(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	const writers, each = 8, 15
	var wait sync.WaitGroup
	stale := make([]int, writers)
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				for { // optimistic: read the version, write on it, again if it moved
					var version int64
					err := s.Read(ctx, h.owner, func(ctx context.Context, v store.View) (err error) {
						version, err = v.LedgerVersion(ctx, h.portfolio)
						return err
					})
					if err == nil {
						err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
							_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: version, Kind: store.Booked,
								Enter: entries(buy("2025-01-01", fmt.Sprintf("S%d", w), fmt.Sprint(i+1), "1"))})
							return err
						})
					}
					if errors.Is(err, store.ErrStale) {
						stale[w]++
						continue
					}
					if err != nil {
						t.Errorf("writer %d: %v", w, err)
						return
					}
					break
				}
			}
		})
	}
	wait.Wait()
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		rows, err := v.Rows(ctx, h.portfolio, store.Latest)
		check(t, err)
		wantEqual(t, len(rows), writers*each, "rows")
		seen := map[int64]bool{}
		for i, r := range rows {
			seen[r.Entered] = true
			wantEqual(t, r.Sequence, int64(i+1), "sequence")
		}
		wantEqual(t, len(seen), writers*each, "versions")
		_, err = v.VerifyEvents(ctx)
		check(t, err)
	})
}

// snapshot: a write between two looks of one read is not seen by the second.
func snapshot(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		before, err := v.LedgerVersion(ctx, h.portfolio)
		check(t, err)
		book(t, s, h.owner, h.portfolio, buy("2025-01-01", "A", "1", "1"))
		after, err := v.LedgerVersion(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, after, before, "version within one read")
		var all []ledger.Transaction
		all, err = v.Transactions(ctx, h.portfolio, store.Latest)
		check(t, err)
		wantEqual(t, len(all), 0, "bookings within one read")
	})
}

func lookedAt(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	guest := store.Identity{Tenant: ada.tenant, User: bob.owner.User}
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: guest.User, Role: store.CanView}))
	})
	looks := func() (by []string) {
		read(t, s, ada.owner, func(ctx context.Context, v store.View) {
			events, err := v.Events(ctx, 0, 1000)
			check(t, err)
			for _, e := range events {
				if e.Action == "portfolio.look" && e.Portfolio == ada.portfolio {
					by = append(by, e.User)
				}
			}
		})
		return by
	}
	read(t, s, ada.owner, func(ctx context.Context, v store.View) { // one's own is no look
		_, err := v.Transactions(ctx, ada.portfolio, store.Latest)
		check(t, err)
	})
	wantEqual(t, len(looks()), 0, "looks at one's own portfolio")
	for range 3 { // several requests within the hour
		read(t, s, guest, func(ctx context.Context, v store.View) {
			_, err := v.Transactions(ctx, ada.portfolio, store.Latest)
			check(t, err)
			_, err = v.Portfolio(ctx, ada.portfolio)
			check(t, err)
		})
	}
	if got := looks(); len(got) != 1 || got[0] != guest.User {
		t.Errorf("looks of another: %v", got)
	}
	for range 2 { // what is not there for somebody is noted where they belong
		err := s.As(ctx, bob.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: ada.portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(buy("2025-01-01", "EVIL", "1", "1"))})
			return err
		})
		wantError(t, err, store.ErrNotFound, "a booking in another tenant's portfolio")
	}
	probes := 0
	read(t, s, bob.owner, func(ctx context.Context, v store.View) {
		events, err := v.Events(ctx, 0, 1000)
		check(t, err)
		for _, e := range events {
			if e.Action == "portfolio.probe" && e.Object == "portfolio/"+ada.portfolio && e.User == bob.owner.User {
				probes++
			}
		}
	})
	wantEqual(t, probes, 1, "probes in the trail of who asked")
	for _, id := range []store.Identity{ada.owner, bob.owner} {
		read(t, s, id, func(ctx context.Context, v store.View) {
			_, err := v.VerifyEvents(ctx)
			check(t, err)
		})
	}
}
