package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// secretResearch counts what a view shows of what furnish gave the owner of a house.
func secretResearch(ctx context.Context, v store.View, h house) map[string]int {
	n := map[string]int{}
	lists, _ := v.Watchlists(ctx)
	for _, w := range lists {
		if w.Name == "List of "+h.tenant {
			n["watchlists"]++
		}
	}
	notes, _ := v.ResearchNotes(ctx, "")
	for _, one := range notes {
		if one.Text == "of "+h.tenant {
			n["notes"]++
		}
	}
	page, _ := v.Proposals(ctx, store.ProposalFilter{Limit: 1000})
	for _, p := range page.Proposals {
		if p.Portfolio == h.portfolio {
			n["proposals"]++
		}
	}
	if v.Identity().Tenant != h.tenant {
		values, _ := v.HeldValues(ctx, store.HeldFilter{Limit: 1000})
		for _, one := range values {
			if one.Source == "mine of "+h.tenant {
				n["held values"]++
			}
		}
	}
	return n
}

func watchlists(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	list := store.Watchlist{ID: store.NewID(), Name: "Tech", Position: 2}
	put := func(id store.Identity, w store.Watchlist) (kept store.Watchlist, err error) {
		err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) { kept, err = tx.PutWatchlist(ctx, w); return err })
		return kept, err
	}
	kept, err := put(ada.owner, list)
	check(t, err)
	_, err = put(ada.owner, store.Watchlist{ID: store.NewID(), Name: "Tech"})
	wantError(t, err, store.ErrExists, "a second list of one name")
	_, err = put(ada.member, store.Watchlist{ID: store.NewID(), Name: "Tech"})
	check(t, err)
	_, err = put(ada.owner, store.Watchlist{ID: store.NewID(), Name: "First", Position: 1})
	check(t, err)
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		for _, symbol := range []string{"C", "A", "B", "A"} {
			check(t, tx.PutWatchEntry(ctx, list.ID, store.WatchEntry{Symbol: symbol, Note: "note on " + symbol}))
		}
		check(t, tx.PutWatchEntry(ctx, list.ID, store.WatchEntry{Symbol: "C", Note: "other"}))
	})
	show := func(id store.Identity) string {
		t.Helper()
		var lines []string
		read(t, s, id, func(ctx context.Context, v store.View) {
			all, err := v.Watchlists(ctx)
			check(t, err)
			for _, w := range all {
				line := w.Name
				for _, e := range w.Entries {
					line += " " + e.Symbol
				}
				lines = append(lines, line)
			}
		})
		return strings.Join(lines, ", ")
	}
	wantEqual(t, show(ada.owner), "First, Tech C A B", "lists")
	wantEqual(t, show(ada.member), "Tech", "lists of another member")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.OrderWatchlist(ctx, list.ID, []string{"B", "C"}))
		w, err := tx.Watchlist(ctx, list.ID)
		check(t, err)
		if len(w.Entries) != 3 || w.Entries[1].Symbol != "C" || w.Entries[1].Note != "other" || w.Entries[1].Added.IsZero() || w.Entries[2].Symbol != "A" {
			t.Errorf("list %+v", w)
		}
		check(t, tx.DropWatchEntry(ctx, list.ID, "C"))
	})
	kept.Shared = true
	shared, err := put(ada.owner, kept)
	check(t, err)
	_, err = put(ada.owner, kept)
	wantError(t, err, store.ErrStale, "a change of an older revision")
	wantEqual(t, show(ada.member), "Tech, Tech B A", "lists of another member, with the shared one")
	wantEqual(t, show(bob.owner), "", "lists of another tenant")
	for who, want := range map[store.Identity]error{ada.member: store.ErrForbidden, bob.owner: store.ErrNotFound} {
		for what, write := range map[string]func(context.Context, store.Tx) error{
			"PutWatchlist":    func(ctx context.Context, tx store.Tx) error { _, err := tx.PutWatchlist(ctx, shared); return err },
			"DeleteWatchlist": func(ctx context.Context, tx store.Tx) error { return tx.DeleteWatchlist(ctx, list.ID) },
			"PutWatchEntry": func(ctx context.Context, tx store.Tx) error {
				return tx.PutWatchEntry(ctx, list.ID, store.WatchEntry{Symbol: "EVIL"})
			},
			"DropWatchEntry": func(ctx context.Context, tx store.Tx) error { return tx.DropWatchEntry(ctx, list.ID, "A") },
			"OrderWatchlist": func(ctx context.Context, tx store.Tx) error {
				return tx.OrderWatchlist(ctx, list.ID, []string{"A"})
			},
		} {
			wantError(t, s.As(ctx, who, write), want, what+" of another's list")
		}
	}
	err = s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		return tx.OrderWatchlist(ctx, list.ID, []string{"A", "A"})
	})
	wantError(t, err, store.ErrNotFound, "an order with a name twice")
	err = s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error { return tx.DropWatchEntry(ctx, list.ID, "C") })
	wantError(t, err, store.ErrNotFound, "dropping what is not there")
	shared.Shared = false
	_, err = put(ada.owner, shared)
	check(t, err)
	wantEqual(t, show(ada.member), "Tech", "lists of another member when it is shared no more")
	watch, err := s.Watchers(ctx)
	check(t, err)
	wantEqual(t, len(watch) == 1 && watch[0] == ada.owner, true, "who watches")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteWatchlist(ctx, list.ID)) })
	wantEqual(t, show(ada.owner), "First", "lists after one is gone")
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		events, err := v.FindEvents(ctx, store.EventFilter{Action: "watchlist.", User: ada.owner.User, Limit: 100})
		check(t, err)
		wantEqual(t, len(events), 2+4+1+1+2+1, "events: two lists, three entries and a note, an order, a drop, two changes, a delete")
	})
}

func targets(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	set := func(price, note string) store.Target {
		t.Helper()
		var g store.Target
		as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
			var err error
			g, err = tx.SetTarget(ctx, store.Target{Symbol: "ACME", Price: some(price), Currency: "USD", Horizon: date.MustParse("2027-06-30"), Note: note})
			check(t, err)
		})
		return g
	}
	wantEqual(t, set("120.000000000000000001", "cheap").Sequence, int64(1), "sequence of the first")
	wantEqual(t, set("120.000000000000000001", "cheap").Sequence, int64(1), "sequence of the same again")
	wantEqual(t, set("130", "cheap").Sequence, int64(2), "sequence of the second")
	show := func(id store.Identity, symbols []string) string {
		t.Helper()
		var lines []string
		read(t, s, id, func(ctx context.Context, v store.View) {
			all, err := v.Targets(ctx, symbols)
			check(t, err)
			for _, g := range all {
				lines = append(lines, fmt.Sprint(g.Symbol, g.Sequence, " ", g.Price.Decimal, g.Currency, " ", g.Horizon))
			}
		})
		return strings.Join(lines, ", ")
	}
	wantEqual(t, show(h.owner, nil), "ACME2 130USD 2027-06-30", "targets in force")
	wantEqual(t, show(h.owner, []string{"BETA"}), "", "targets of another symbol")
	wantEqual(t, show(h.member, nil), "", "targets of another member")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DropTarget(ctx, "ACME")) })
	wantEqual(t, show(h.owner, nil), "", "targets after it was taken back")
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.DropTarget(ctx, "ACME") })
	wantError(t, err, store.ErrNotFound, "taking it back twice")
	wantEqual(t, set("125", "").Sequence, int64(4), "sequence after it was taken back")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.TargetHistory(ctx, "ACME")
		check(t, err)
		if len(all) != 4 || all[3].Price.Decimal.String() != "120.000000000000000001" || all[1].Price.Known || all[3].Set.IsZero() || all[3].Note != "cheap" {
			t.Errorf("history %+v", all)
		}
	})
	for who, want := range map[store.Identity]int{h.owner: 4, h.member: 0} {
		read(t, s, who, func(ctx context.Context, v store.View) {
			all, err := v.AllTargets(ctx)
			check(t, err)
			wantEqual(t, len(all), want, "targets that were ever set")
		})
	}
	for _, bad := range []store.Target{{Symbol: "ACME", Currency: "USD"}, {Symbol: "ACME", Price: some("-1"), Currency: "USD"}, {Symbol: "ACME", Price: some("1")}, {Price: some("1"), Currency: "USD"}, {Symbol: "ACME", Price: some("0.1234567890123456789"), Currency: "USD"}} {
		err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { _, err := tx.SetTarget(ctx, bad); return err })
		var fault *ledger.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func researchNotes(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	put := func(id store.Identity, n store.ResearchNote) (kept store.ResearchNote, err error) {
		err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) { kept, err = tx.PutResearchNote(ctx, n); return err })
		return kept, err
	}
	n, err := put(ada.owner, store.ResearchNote{ID: store.NewID(), Symbol: "ACME", Text: "# Thesis\n'quoted'"})
	check(t, err)
	_, err = put(ada.owner, store.ResearchNote{ID: store.NewID(), Symbol: "BETA", Text: "other"})
	check(t, err)
	count := func(id store.Identity, symbol string) (n int) {
		read(t, s, id, func(ctx context.Context, v store.View) {
			all, err := v.ResearchNotes(ctx, symbol)
			check(t, err)
			n = len(all)
		})
		return n
	}
	wantEqual(t, count(ada.owner, ""), 2, "notes")
	wantEqual(t, count(ada.owner, "ACME"), 1, "notes on one")
	wantEqual(t, count(ada.member, ""), 0, "notes that another member sees")
	changed := n
	changed.Text, changed.Shared = "better", true
	kept, err := put(ada.owner, changed)
	check(t, err)
	wantEqual(t, kept.Revision, int64(2), "revision")
	_, err = put(ada.owner, changed)
	wantError(t, err, store.ErrStale, "a change of an older revision")
	wantEqual(t, count(ada.member, ""), 1, "shared notes that another member sees")
	wantEqual(t, count(bob.owner, ""), 0, "notes that another tenant sees")
	read(t, s, ada.member, func(ctx context.Context, v store.View) {
		got, err := v.ResearchNote(ctx, n.ID)
		check(t, err)
		wantEqual(t, got.Text == "better" && got.User == ada.owner.User && got.Symbol == "ACME" && !got.Created.IsZero() && !got.Edited.Before(got.Created), true, "note read back")
	})
	_, err = put(ada.member, kept)
	wantError(t, err, store.ErrForbidden, "another's note")
	_, err = put(bob.owner, kept)
	wantError(t, err, store.ErrNotFound, "another tenant's note")
	err = s.As(ctx, ada.member, func(ctx context.Context, tx store.Tx) error { return tx.DeleteResearchNote(ctx, n.ID) })
	wantError(t, err, store.ErrForbidden, "deleting another's note")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteResearchNote(ctx, n.ID)) })
	wantEqual(t, count(ada.owner, ""), 1, "notes after one is gone")
}
