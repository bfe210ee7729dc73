package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

const nightly = "analysis"

var jobDay = date.MustParse("2026-01-05")

func portfoliosDue(t *testing.T, s store.Store) {
	first, second := build(t, s, "ada"), build(t, s, "bob")
	all, err := s.PortfoliosDue(ctx, "", 10)
	check(t, err)
	wantEqual(t, len(all), 0, "due before anything is booked")
	book(t, s, first.owner, first.portfolio, buy("2026-01-02", "ACME", "10", "100"))
	book(t, s, second.owner, second.portfolio, buy("2026-01-02", "ACME", "10", "100"))
	all, err = s.PortfoliosDue(ctx, "", 1)
	check(t, err)
	rest, err := s.PortfoliosDue(ctx, all[0].Portfolio, 10)
	check(t, err)
	all = append(all, rest...)
	wantEqual(t, len(all), 2, "due in two pages")
	for i, h := range []house{first, second} {
		wantEqual(t, all[i], store.Due{Tenant: h.tenant, Owner: h.owner.User, Portfolio: h.portfolio, Base: "EUR"}, "due")
	}
	as(t, s, second.owner, func(ctx context.Context, tx store.Tx) {
		p, err := tx.Portfolio(ctx, second.portfolio)
		check(t, err)
		p.Archived = epoch
		_, err = tx.UpdatePortfolio(ctx, p)
		check(t, err)
	})
	all, err = s.PortfoliosDue(ctx, "", 10)
	check(t, err)
	wantEqual(t, len(all), 1, "due without the archived one")
}

func jobRuns(t *testing.T, s store.Store) {
	h, other := build(t, s, "ada"), build(t, s, "bob")
	step := func(name string) store.Step {
		return store.Step{Name: name, Status: "complete", Started: epoch, Ended: epoch.Add(time.Second), Output: []byte(name)}
	}
	run := store.Run{Portfolio: h.portfolio, Kind: nightly, Day: jobDay, Job: 7, Attempt: 1, State: store.RunRunning, Started: epoch,
		Basis: store.Basis{Ledger: 3, Market: store.MarketVersion{Shared: 5, Own: 1}, Engine: "2"}, Steps: []store.Step{step("values"), step("exposures")}}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.PutRun(ctx, run)) })
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		got, err := v.Run(ctx, h.portfolio, nightly, jobDay)
		check(t, err)
		wantEqual(t, got.Basis, run.Basis, "basis")
		wantEqual(t, len(got.Steps), 2, "steps")
		wantEqual(t, string(got.Steps[1].Output), "exposures", "output of a step under way")
		wantEqual(t, got.Started.Equal(epoch) && got.Ended.IsZero(), true, "times")
	})
	run.State, run.Attempt, run.Ended = store.RunDone, 2, epoch.Add(time.Minute)
	run.Steps = append(run.Steps, step("snapshot"))
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.PutRun(ctx, run)) })
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		got, err := v.Run(ctx, h.portfolio, nightly, jobDay)
		check(t, err)
		wantEqual(t, got.State, store.RunDone, "state")
		wantEqual(t, len(got.Steps), 3, "steps")
		wantEqual(t, len(got.Steps[0].Output), 0, "output once the run is done")
		all, err := v.Runs(ctx, h.portfolio, 5)
		check(t, err)
		wantEqual(t, len(all), 1, "runs")
		_, err = v.Run(ctx, h.portfolio, nightly, jobDay+1)
		wantError(t, err, store.ErrNotFound, "run of another day")
	})
	read(t, s, other.owner, func(ctx context.Context, v store.View) {
		_, err := v.Run(ctx, h.portfolio, nightly, jobDay)
		wantError(t, err, store.ErrNotFound, "another's run")
		_, err = v.Runs(ctx, h.portfolio, 5)
		wantError(t, err, store.ErrNotFound, "another's runs")
	})
	err := s.As(ctx, other.owner, func(ctx context.Context, tx store.Tx) error { return tx.PutRun(ctx, run) })
	wantError(t, err, store.ErrNotFound, "a run of another's portfolio")
}

func snapshots(t *testing.T, s store.Store) {
	h, other := build(t, s, "ada"), build(t, s, "bob")
	body := bytes.Repeat([]byte{0, 1, 255, '\n'}, 40)
	sum := sha256.Sum256(body)
	shot := store.Snapshot{Portfolio: h.portfolio, Day: jobDay, Basis: store.Basis{Ledger: 3, Market: store.MarketVersion{Shared: 5}, Engine: "2"},
		Settings: 1, Format: "1+deflate", SHA256: sum[:], Body: body}
	keep := func(want int, what string) {
		t.Helper()
		as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
			got, err := tx.KeepSnapshot(ctx, shot)
			check(t, err)
			wantEqual(t, got, want, what)
		})
	}
	keep(1, "first")
	keep(1, "the same again")
	shot.Ledger = 4
	keep(2, "of another ledger version")
	shot.Settings = 2
	keep(3, "of other settings")
	shot.Day++
	keep(1, "of the next day")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.Snapshots(ctx, h.portfolio, date.None, 10)
		check(t, err)
		wantEqual(t, len(all), 4, "snapshots")
		wantEqual(t, all[0].Day, jobDay+1, "newest first")
		wantEqual(t, all[1].Revision, 3, "last revision first")
		wantEqual(t, len(all[0].Body), 0, "body in a list")
		all, err = v.Snapshots(ctx, h.portfolio, jobDay+1, 1)
		check(t, err)
		wantEqual(t, len(all) == 1 && all[0].Day == jobDay, true, "a page before a day")
		got, err := v.Snapshot(ctx, h.portfolio, jobDay, 1)
		check(t, err)
		wantEqual(t, bytes.Equal(got.Body, body) && bytes.Equal(got.SHA256, sum[:]), true, "bytes")
		wantEqual(t, got.Basis, store.Basis{Ledger: 3, Market: store.MarketVersion{Shared: 5}, Engine: "2"}, "basis")
		wantEqual(t, got.Size, len(body), "size")
		got, err = v.Snapshot(ctx, h.portfolio, jobDay, 0)
		check(t, err)
		wantEqual(t, got.Revision, 3, "the last of a day")
		_, err = v.Snapshot(ctx, h.portfolio, jobDay-1, 0)
		wantError(t, err, store.ErrNotFound, "a day without one")
	})
	read(t, s, other.owner, func(ctx context.Context, v store.View) {
		_, err := v.Snapshot(ctx, h.portfolio, jobDay, 0)
		wantError(t, err, store.ErrNotFound, "another's snapshot")
		_, err = v.Snapshots(ctx, h.portfolio, date.None, 10)
		wantError(t, err, store.ErrNotFound, "another's snapshots")
	})
	err := s.As(ctx, other.owner, func(ctx context.Context, tx store.Tx) error { _, err := tx.KeepSnapshot(ctx, shot); return err })
	wantError(t, err, store.ErrNotFound, "a snapshot of another's portfolio")
}

func drafts(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	expires := time.Now().Add(time.Hour)
	keep := func(id string, size int) {
		t.Helper()
		as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
			check(t, tx.KeepDraft(ctx, store.Draft{ID: id, Expires: expires, Body: bytes.Repeat([]byte{7}, size)}, 1000))
		})
	}
	first, second, third := store.NewID(), store.NewID(), store.NewID()
	keep(first, 600)
	keep(second, 300)
	has := func(id store.Identity, draft string, now time.Time) (ok bool) {
		read(t, s, id, func(ctx context.Context, v store.View) {
			d, err := v.Draft(ctx, draft, now)
			if ok = err == nil; ok {
				wantEqual(t, len(d.Body) > 0, true, "body")
			} else {
				wantError(t, err, store.ErrNotFound, "draft")
			}
		})
		return ok
	}
	wantEqual(t, has(h.owner, first, time.Now()), true, "own draft")
	wantEqual(t, has(h.member, first, time.Now()), false, "another's draft of the same tenant")
	wantEqual(t, has(h.owner, first, expires.Add(time.Second)), false, "expired draft")
	keep(third, 300)
	wantEqual(t, has(h.owner, first, time.Now()), false, "the oldest goes where there are too many bytes")
	wantEqual(t, has(h.owner, second, time.Now()) && has(h.owner, third, time.Now()), true, "the others stay")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DropDraft(ctx, second)) })
	wantEqual(t, has(h.owner, second, time.Now()), false, "dropped draft")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.Expire(ctx, expires)) })
	wantEqual(t, has(h.owner, third, time.Now()), false, "draft after the clean-up")
}
