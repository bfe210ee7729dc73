package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// tagsIn are the tags of the bookings of a portfolio, in entry order.
func (w *world) tagsIn(portfolio string) string {
	w.t.Helper()
	var all []string
	w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
		bookings, err := v.Transactions(ctx, portfolio, store.Latest)
		for i := range bookings {
			all = append(all, bookings[i].Tags.String())
		}
		return err
	}))
	return strings.Join(all, " | ")
}

func (w *world) wantTags(portfolio, want string) {
	w.t.Helper()
	if got := w.tagsIn(portfolio); got != want {
		w.t.Errorf("tags are %q, want %q", got, want)
	}
}

func TestTagBookings(t *testing.T) {
	w := newWorld(t)
	b := w.book("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100", "2024-03-01 sell 4 ACME @ 120")
	made, err := w.s.TagBookings(ctx, w.owner, w.portfolio, 1, b.IDs[1:], TagChange{Add: []string{" Core", "core", "Savings Plan"}})
	w.must(err)
	w.wantTags(w.portfolio, " | core;savings plan | core;savings plan")
	if made.Version.Version != 2 || made.Version.Entered != 2 || made.Version.Kind != store.Edited || made.Version.Reason != "tagged core, savings plan" {
		t.Errorf("version %+v", made.Version)
	}
	w.wantLedger("2024-01-02 deposit 10000", "2024-01-03 buy 10 ACME @ 100", "2024-03-01 sell 4 ACME @ 120")

	// What bears them already is not written again.
	again, err := w.s.TagBookings(ctx, w.owner, w.portfolio, store.AnyVersion, made.IDs, TagChange{Add: []string{"core"}, Remove: []string{"not there"}})
	w.must(err)
	if again.Version.Version != 2 || len(again.IDs) != 0 {
		t.Errorf("nothing changed, and made %+v", again)
	}
	_, err = w.s.TagBookings(ctx, w.owner, w.portfolio, store.AnyVersion, b.IDs[1:], TagChange{Add: []string{"x"}})
	wantError(t, err, ErrStale, "rows of before")
	_, err = w.s.TagBookings(ctx, w.owner, w.portfolio, store.AnyVersion, []string{made.IDs[0], made.IDs[0]}, TagChange{Add: []string{"x"}})
	wantFault(t, err, 2, "ids", "one row twice")
	_, err = w.s.TagBookings(ctx, w.owner, w.portfolio, store.AnyVersion, made.IDs, TagChange{Add: []string{"a;b"}})
	wantFault(t, err, 0, "add", "what is no tag")
	_, err = w.s.TagBookings(ctx, w.owner, w.portfolio, store.AnyVersion, made.IDs, TagChange{})
	wantFault(t, err, 0, "add", "no change")
	var many []string
	for i := range ledger.MaxTags - 1 {
		many = append(many, fmt.Sprint(i))
	}
	_, err = w.s.TagBookings(ctx, w.owner, w.portfolio, store.AnyVersion, []string{b.IDs[0], made.IDs[0]}, TagChange{Add: many})
	wantFault(t, err, 2, "tags", "one tag too many")

	// An edit says the tags like the rest, and a version is undone whole.
	edited := booking(t, "2024-01-03 buy 10 ACME @ 100")
	edited.Tags = ledger.NewTags("Other")
	_, err = w.s.Edit(ctx, w.owner, w.portfolio, made.IDs[0], store.AnyVersion, edited)
	w.must(err)
	w.wantTags(w.portfolio, " | other | core;savings plan")
	_, err = w.s.UndoVersion(ctx, w.owner, w.portfolio, 3, store.AnyVersion)
	w.must(err)
	w.wantTags(w.portfolio, " | core;savings plan | core;savings plan")

	_, err = w.s.CloseBooks(ctx, w.owner, w.portfolio, date.MustParse("2024-01-31"), "")
	w.must(err)
	now, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{Oldest: true})
	w.must(err)
	_, err = w.s.TagBookings(ctx, w.owner, w.portfolio, store.AnyVersion, []string{now.Rows[1].ID, now.Rows[2].ID}, TagChange{Remove: []string{"core"}})
	wantError(t, err, ErrClosed, "a booking of a closed period")
	w.wantTags(w.portfolio, " | core;savings plan | core;savings plan")
}

// A tag is renamed, merged and deleted wherever the caller owns it: in one go, one
// version a ledger; closed periods and other people's portfolios stay.
func TestTagsEverywhere(t *testing.T) {
	w := newWorld(t)
	second := w.create("Second")
	tag := func(c Caller, portfolio string, tags ...string) {
		t.Helper()
		var all []ledger.Transaction
		for i, list := range tags {
			b := booking(t, fmt.Sprintf("2024-%02d-02 deposit 10", i+1))
			b.Tags = ledger.ReadTags(list)
			all = append(all, b)
		}
		_, err := w.s.Book(ctx, c, portfolio, store.AnyVersion, all)
		w.must(err)
	}
	tag(w.owner, w.portfolio, "core", "core;dca", "", "income")
	tag(w.owner, second, "dca", "core")
	bob := w.another("bob@example.org")
	his, err := w.s.CreatePortfolio(ctx, bob, NewPortfolio{Name: "His"})
	w.must(err)
	tag(bob, his.ID, "core")
	w.must(w.store.As(ctx, bob.Identity, func(ctx context.Context, tx store.Tx) error {
		return tx.PutGrant(ctx, store.Grant{Portfolio: his.ID, User: w.owner.User, Role: store.CanTrade})
	}))
	_, err = w.s.CloseBooks(ctx, w.owner, w.portfolio, date.MustParse("2024-01-31"), "")
	w.must(err)

	want := func(portfolio string, want ...string) {
		t.Helper()
		uses, err := w.s.Tags(ctx, w.owner, portfolio)
		w.must(err)
		var got []string
		for _, u := range uses {
			got = append(got, fmt.Sprintf("%s %d in %d, last %s", u.Tag, u.Count, u.Portfolios, u.Last))
		}
		if !slices.Equal(got, want) {
			t.Errorf("tags are %q, want %q", got, want)
		}
	}
	want("", "core 3 in 2, last 2024-02-02", "dca 2 in 2, last 2024-02-02", "income 1 in 1, last 2024-04-02")
	want(second, "core 1 in 1, last 2024-02-02", "dca 1 in 1, last 2024-01-02")
	want(his.ID, "core 1 in 1, last 2024-01-02")

	done, err := w.s.RenameTag(ctx, w.owner, "", "Core", "Buy and Hold")
	w.must(err)
	got := map[string]Retagged{}
	for _, r := range done {
		got[r.Name] = r
	}
	if r := got["Main"]; r.Version != 2 || r.Changed != 1 || r.Left != 1 || r.Reason != "the books are closed through 2024-01-31" {
		t.Errorf("renamed in Main: %+v", r)
	}
	if r := got["Second"]; len(done) != 2 || r.Version != 2 || r.Changed != 1 || r.Left != 0 || r.Reason != "" {
		t.Errorf("renamed in Second: %+v", done)
	}
	w.wantTags(w.portfolio, "core | buy and hold;dca |  | income")
	w.wantTags(second, "dca | buy and hold")
	w.wantTags(his.ID, "core")

	_, err = w.s.RenameTag(ctx, w.owner, "", "dca", "income")
	wantError(t, err, ErrExists, "a name that is taken")
	wantFault(t, err, 0, "name", "a name that is taken")
	_, err = w.s.RenameTag(ctx, w.owner, "", "dca", "=1")
	wantFault(t, err, 0, "name", "no name")
	_, err = w.s.RenameTag(ctx, w.owner, second, "income", "x")
	wantError(t, err, ErrNotFound, "a tag of another portfolio")

	done, err = w.s.MergeTags(ctx, w.owner, "", []string{"dca", "Buy and hold", "income"}, "income")
	w.must(err)
	if len(done) != 2 {
		t.Errorf("merged in %+v", done)
	}
	w.wantTags(w.portfolio, "core | income |  | income")
	w.wantTags(second, "income | income")
	_, err = w.s.MergeTags(ctx, w.owner, "", []string{"Income"}, "income")
	wantFault(t, err, 0, "tags", "nothing to merge")

	_, err = w.s.DeleteTag(ctx, w.owner, second, "income")
	w.must(err)
	w.wantTags(second, " | ")
	w.wantTags(w.portfolio, "core | income |  | income")

	// All that is left is of a closed period: nothing is written, and it is said.
	done, err = w.s.DeleteTag(ctx, w.owner, "", "core")
	w.must(err)
	if len(done) != 1 || done[0].Version != 0 || done[0].Left != 1 || done[0].Changed != 0 {
		t.Errorf("a tag of closed bookings alone: %+v", done)
	}

	// What another shared is changed only when it is named, and only by who may.
	_, err = w.s.DeleteTag(ctx, w.owner, his.ID, "core")
	w.must(err)
	w.wantTags(his.ID, "")
	reader := w.owner
	reader.Scope = ScopeRead
	_, err = w.s.DeleteTag(ctx, reader, "", "income")
	if scope := (*ScopeError)(nil); !errors.As(err, &scope) || scope.Needed != ScopeTrade {
		t.Errorf("a token that only reads: %v", err)
	}

	w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
		events, err := v.FindEvents(ctx, store.EventFilter{Action: "tag.", Limit: 10})
		var said []string
		for _, e := range events {
			said = append(said, e.Action+" "+e.Object)
		}
		if want := []string{"tag.delete tag/core", "tag.delete tag/core", "tag.delete tag/income", "tag.merge tag/buy and hold;dca", "tag.rename tag/core"}; !slices.Equal(said, want) {
			t.Errorf("audited: %q, want %q", said, want)
		}
		return err
	}))
}
