package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// everything is a booking with every field filled, its decimals as long as they may be.
func everything() ledger.Transaction {
	clock, _ := ledger.ParseClock("15:04:05")
	return ledger.Transaction{
		ID: store.NewID(), Date: date.MustParse("2024-02-29"), Time: clock, Type: ledger.InternalMove,
		Account: "depot", CashAccount: "giro", ToAccount: "other", Symbol: "ÄCME.DE", ToSymbol: "NEW",
		Quantity: some("12345678901234567890.123456789012345678"), Price: some("0.000000000000000001"),
		Amount: some("-99999999999999999999.999999999999999999"), Currency: "EUR", Fees: some("0"), Taxes: some("1.10"),
		ToAmount: some("3.000000000000000001"), ToCurrency: "USD",
		GrossForeign: &ledger.Foreign{Currency: "USD", Amount: money.MustParse("1.000000000000000001"), Rate: money.MustParse("0.912345678901234567")},
		Ratio:        &ledger.Ratio{New: money.MustParse("2"), Old: money.MustParse("1.5")},
		CostFraction: some("0.333333333333333333"),
		LotSpec:      &ledger.LotSpec{Cost: some("10.5"), Currency: "EUR", Date: date.MustParse("2020-01-01"), Label: "first"},
		LotDate:      date.MustParse("1999-12-31"), LotLabel: "old", Note: "a note\nin two lines, 'quoted' $1 ?", Source: "REF:1",
		Tags: ledger.NewTags("Core", "größe_1", "savings plan"),
	}
}

var sameDecimals = cmp.Comparer(func(a, b money.Decimal) bool { return a.Equal(b) })

func bookingRoundTrip(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	full := everything()
	bare := ledger.Transaction{ID: store.NewID(), Date: date.MustParse("1970-01-01"), Type: ledger.Deposit, Amount: some("5")}
	midnight, _ := ledger.ParseClock("00:00")
	early := ledger.Transaction{ID: store.NewID(), Date: date.MustParse("1600-01-01"), Time: midnight, Type: ledger.Deposit, LotSpec: &ledger.LotSpec{}, Currency: "EUR"}
	book(t, s, h.owner, h.portfolio, full, bare, early)
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		got, err := v.Transactions(ctx, h.portfolio, store.Latest)
		check(t, err)
		if diff := cmp.Diff([]ledger.Transaction{full, bare, early}, got, sameDecimals); diff != "" {
			t.Errorf("bookings differ (want -, got +):\n%s", diff)
		}
		row, err := v.Row(ctx, h.portfolio, full.ID)
		check(t, err)
		if diff := cmp.Diff(store.Row{Transaction: full, Origin: full.ID, Sequence: 1, Entered: 1}, row, sameDecimals); diff != "" {
			t.Errorf("row differs:\n%s", diff)
		}
		// The digits themselves, not a number near them.
		wantEqual(t, row.Quantity.Decimal.String(), "12345678901234567890.123456789012345678", "digits kept")
	})
}

func versions(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	a, b, c := buy("2025-03-01", "A", "1", "1"), buy("2025-01-15", "B", "2", "1"), buy("2025-02-01", "C", "3", "1")
	wantEqual(t, book(t, s, h.owner, h.portfolio, a, b).Version, int64(1), "first version")
	second := book(t, s, h.owner, h.portfolio, c)
	wantEqual(t, second.Version, int64(2), "second version")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		v, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: 2, Kind: store.Deleted, Reason: "typed twice", Remove: []string{b.ID}})
		check(t, err)
		wantEqual(t, v.Version, int64(3), "third version")
		none, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: 3, Kind: store.Booked})
		check(t, err)
		wantEqual(t, none.Version, int64(3), "version after a change of nothing")
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.Versions(ctx, h.portfolio, 0)
		check(t, err)
		wantEqual(t, len(all), 3, "versions")
		wantEqual(t, all[0].FirstDate.String(), "2025-01-15", "first day of version 1")
		wantEqual(t, all[0].Entered, 2, "rows of version 1")
		wantEqual(t, all[2].FirstDate.String(), "2025-01-15", "first day of version 3")
		wantEqual(t, all[2].Removed, 1, "rows that went out with version 3")
		wantEqual(t, all[2].Kind, store.Deleted, "kind of version 3")
		wantEqual(t, all[2].Reason, "typed twice", "reason of version 3")
		wantEqual(t, all[2].User, h.owner.User, "user of version 3")
		for i := 1; i < len(all); i++ {
			if all[i].Committed.Before(all[i-1].Committed) {
				t.Errorf("version %d was committed before version %d", i+1, i)
			}
		}
		entered, removed, err := v.ChangedIn(ctx, h.portfolio, 3)
		check(t, err)
		if len(entered) != 0 || len(removed) != 1 || removed[0].ID != b.ID {
			t.Errorf("changed in version 3: %v in, %v out", entered, removed)
		}
		p, err := v.Portfolio(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, p.Version, int64(3), "version of the portfolio")
		since, err := v.Versions(ctx, h.portfolio, 2)
		check(t, err)
		wantEqual(t, len(since), 1, "versions after 2")
	})
	for version, want := range map[int64]string{
		0: "[]", 1: "[2025-03-01 A 1 2025-01-15 B 2]", 2: "[2025-03-01 A 1 2025-01-15 B 2 2025-02-01 C 3]",
		3: "[2025-03-01 A 1 2025-02-01 C 3]", store.Latest: "[2025-03-01 A 1 2025-02-01 C 3]",
	} {
		wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, version)), want, fmt.Sprintf("ledger of version %d", version))
	}
}

func edits(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	first, other := buy("2025-01-02", "A", "1", "1"), buy("2025-01-02", "B", "1", "1")
	book(t, s, h.owner, h.portfolio, first, other)
	change := func(kind store.Kind, replaces string, tx ledger.Transaction) error {
		return s.As(ctx, h.owner, func(ctx context.Context, w store.Tx) error {
			_, err := w.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: kind, Enter: []store.Entry{{Transaction: tx, Replaces: replaces}}})
			return err
		})
	}
	second := buy("2025-01-02", "A", "7", "1")
	check(t, change(store.Edited, first.ID, second))
	wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), "[2025-01-02 A 7 2025-01-02 B 1]", "the edit in its old place")
	wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, 1)), "[2025-01-02 A 1 2025-01-02 B 1]", "the ledger before the edit")

	wantError(t, change(store.Edited, first.ID, buy("2025-01-02", "A", "8", "1")), store.ErrStale, "editing a row that was replaced")
	wantError(t, change(store.Edited, store.NewID(), buy("2025-01-02", "A", "8", "1")), store.ErrNotFound, "editing a row that is not")
	remove := func(id string) error {
		return s.As(ctx, h.owner, func(ctx context.Context, w store.Tx) error {
			_, err := w.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Deleted, Remove: []string{id}})
			return err
		})
	}
	wantError(t, remove(first.ID), store.ErrStale, "deleting a row that was replaced")
	check(t, remove(second.ID))
	wantError(t, remove(second.ID), store.ErrStale, "deleting a row twice")

	// A deleted booking is restored by continuing its history.
	third := buy("2025-01-02", "A", "7", "1")
	check(t, change(store.Restored, second.ID, third))
	wantError(t, change(store.Restored, second.ID, buy("2025-01-02", "A", "7", "1")), store.ErrStale, "restoring twice")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		for _, id := range []string{first.ID, second.ID, third.ID} {
			history, err := v.Booking(ctx, h.portfolio, id)
			check(t, err)
			var got []string
			for _, r := range history {
				got = append(got, fmt.Sprintf("%s %d-%d", r.Quantity.Decimal, r.Entered, r.Superseded))
				wantEqual(t, r.Origin, first.ID, "origin")
				wantEqual(t, r.Sequence, int64(1), "place")
			}
			wantEqual(t, fmt.Sprint(got), "[1 1-2 7 2-3 7 4-0]", "history")
		}
		all, err := v.History(ctx, h.portfolio)
		check(t, err)
		wantEqual(t, len(all), 4, "rows ever written")
	})
}

func knownOn(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	first := book(t, s, h.owner, h.portfolio, buy("2025-01-02", "A", "1", "1"))
	time.Sleep(2 * time.Millisecond)
	second := book(t, s, h.owner, h.portfolio, buy("2020-01-02", "B", "1", "1"))
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		for _, c := range []struct {
			at   time.Time
			want int64
		}{
			{first.Committed.Add(-time.Microsecond), 0},
			{first.Committed, 1},
			{second.Committed.Add(-time.Microsecond), 1},
			{second.Committed, 2},
			{second.Committed.AddDate(1, 0, 0), 2},
		} {
			got, err := v.VersionKnownOn(ctx, h.portfolio, c.at)
			check(t, err)
			wantEqual(t, got, c.want, "version known on "+c.at.Format(time.RFC3339Nano))
		}
	})
}

func stale(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	book(t, s, h.owner, h.portfolio, buy("2025-01-02", "A", "1", "1"))
	for _, expected := range []int64{0, 2, 99} {
		err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: expected, Kind: store.Booked, Enter: entries(buy("2025-01-03", "A", "1", "1"))})
			return err
		})
		wantError(t, err, store.ErrStale, fmt.Sprintf("a change of version %d", expected))
	}
	wantEqual(t, len(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), 1, "bookings")
}

func bounds(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	long, wide := buy("2025-01-02", "A", "0.1234567890123456789", "1"), buy("2025-01-02", "A", "1", "123456789012345678901")
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Booked,
			Enter: entries(buy("2025-01-02", "A", "1", "1"), long, wide)})
		return err
	})
	var faults ledger.Faults
	if !errors.As(err, &faults) || len(faults) != 2 {
		t.Fatalf("got %v, want two faults", err)
	}
	wantEqual(t, fmt.Sprintf("%d %s, %d %s", faults[0].Row, faults[0].Field, faults[1].Row, faults[1].Field), "2 quantity, 3 price", "places")
	wantError(t, err, money.ErrRange, "out of bounds")
	wantEqual(t, len(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), 0, "bookings")
}

func importUndo(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	own := buy("2025-01-01", "OWN", "1", "1")
	book(t, s, h.owner, h.portfolio, own)
	id := store.NewID()
	a, b := buy("2025-01-02", "A", "1", "1"), buy("2025-01-03", "B", "1", "1")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.RecordImport(ctx, store.Import{ID: id, Portfolio: h.portfolio, File: "broker.csv", SHA256: "ab", Format: "csv", Read: 5, Booked: 2, Present: 1, Refused: 1, Ignored: 1}))
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: 1, Kind: store.Imported, Import: id, Enter: entries(a, b)})
		check(t, err)
	})
	// One of its rows is edited before the import is undone: the edit goes with it.
	edited := buy("2025-01-03", "B", "9", "1")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: 2, Kind: store.Edited, Enter: []store.Entry{{Transaction: edited, Replaces: b.ID}}})
		check(t, err)
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		i, err := v.Import(ctx, h.portfolio, id)
		check(t, err)
		wantEqual(t, fmt.Sprint(i.Read, i.Booked, i.Present, i.Refused, i.Ignored, i.Version, i.Undone), "5 2 1 1 1 2 0", "counts")
		wantEqual(t, i.User, h.owner.User, "user")
	})
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		v, err := tx.UndoImport(ctx, h.portfolio, id, 3, "wrong file")
		check(t, err)
		wantEqual(t, v.Version, int64(4), "version of the undo")
		wantEqual(t, v.Removed, 2, "rows that went out")
		wantEqual(t, v.FirstDate.String(), "2025-01-02", "first day")
	})
	wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), "[2025-01-01 OWN 1]", "ledger after the undo")
	wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, 3)), "[2025-01-01 OWN 1 2025-01-02 A 1 2025-01-03 B 9]", "ledger before the undo")
	undo := func() error {
		return s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.UndoImport(ctx, h.portfolio, id, store.AnyVersion, "")
			return err
		})
	}
	wantError(t, undo(), store.ErrStale, "undoing twice")

	// Undoing the undo brings the rows back and the import stands again.
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		_, removed, err := tx.ChangedIn(ctx, h.portfolio, 4)
		check(t, err)
		var again []store.Entry
		for _, r := range removed {
			e := store.Entry{Transaction: r.Transaction, Replaces: r.ID}
			e.ID = store.NewID()
			again = append(again, e)
		}
		_, err = tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: 4, Kind: store.Restored, Import: id, Enter: again})
		check(t, err)
		i, err := tx.Import(ctx, h.portfolio, id)
		check(t, err)
		wantEqual(t, fmt.Sprint(i.Version, i.Undone), "2 0", "version and undone of the restored import")
	})
	wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), "[2025-01-01 OWN 1 2025-01-02 A 1 2025-01-03 B 9]", "ledger restored")
	check(t, undo())
	wantEqual(t, fmt.Sprint(ledgerOf(t, s, h.owner, h.portfolio, store.Latest)), "[2025-01-01 OWN 1]", "ledger after the second undo")
}

func find(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	var all []ledger.Transaction
	for i := range 25 {
		b := buy(date.Date(20000+i/2).String(), fmt.Sprintf("S%d", i%3), fmt.Sprint(i+1), "1")
		if i%5 == 0 {
			b.Type, b.Note = ledger.Sell, "Größe"
		}
		if i == 7 {
			b.ToAccount = "elsewhere"
		}
		all = append(all, b)
	}
	book(t, s, h.owner, h.portfolio, all...)
	pages := func(f store.Filter) (quantities []string, total int) {
		read(t, s, h.owner, func(ctx context.Context, v store.View) {
			for range 20 {
				p, err := v.Find(ctx, h.portfolio, f)
				check(t, err)
				if f.Limit > 0 && len(p.Rows) > f.Limit {
					t.Errorf("page of %d rows", len(p.Rows))
				}
				total = p.Total
				for _, r := range p.Rows {
					quantities = append(quantities, r.Quantity.Decimal.String())
				}
				if f.After = p.Next; p.Next == "" {
					return
				}
			}
			t.Error("pages do not end")
		})
		return quantities, total
	}
	var newest []string
	for i := 25; i >= 1; i-- {
		newest = append(newest, fmt.Sprint(i))
	}
	oldest := slices.Clone(newest)
	slices.Reverse(oldest)
	for _, c := range []struct {
		name   string
		filter store.Filter
		want   []string
	}{
		{"all, newest first", store.Filter{}, newest},
		{"in pages", store.Filter{Limit: 4}, newest},
		{"oldest first, in pages", store.Filter{Limit: 7, Oldest: true}, oldest},
		{"a page that ends exactly", store.Filter{Limit: 5}, newest},
		{"days", store.Filter{From: 20003, To: 20004, Oldest: true}, []string{"7", "8", "9", "10"}},
		{"a type", store.Filter{Types: []ledger.Type{ledger.Sell}, Oldest: true}, []string{"1", "6", "11", "16", "21"}},
		{"types and a symbol", store.Filter{Types: []ledger.Type{ledger.Sell, ledger.Dividend}, Symbols: []string{"S0"}}, []string{"16", "1"}},
		{"an account on the other side", store.Filter{Accounts: []string{"elsewhere"}}, []string{"8"}},
		{"text in any case", store.Filter{Text: "GRÖSSE"}, nil},
		{"text in any case, of one letter more", store.Filter{Text: "größE", Oldest: true, Limit: 2}, []string{"1", "6", "11", "16", "21"}},
		{"text, newest first in pages", store.Filter{Text: "größe", Limit: 2}, []string{"21", "16", "11", "6", "1"}},
		{"nothing", store.Filter{Symbols: []string{"NONE"}}, nil},
	} {
		got, total := pages(c.filter)
		if !slices.Equal(got, c.want) || total != len(c.want) {
			t.Errorf("%s: got %v of %d, want %v", c.name, got, total, c.want)
		}
	}
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		var fault *ledger.Fault
		if _, err := v.Find(ctx, h.portfolio, store.Filter{After: "2024-01-01'; --"}); !errors.As(err, &fault) || fault.Field != "cursor" {
			t.Errorf("a made-up cursor: %v", err)
		}
	})
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: 1, Kind: store.Deleted, Remove: []string{all[3].ID}})
		check(t, err)
	})
	if got, total := pages(store.Filter{Limit: 6}); len(got) != 24 || total != 24 {
		t.Errorf("after a delete: %d of %d", len(got), total)
	}
	if got, total := pages(store.Filter{Limit: 6, All: true}); len(got) != 25 || total != 25 {
		t.Errorf("with what is no longer in force: %d of %d", len(got), total)
	}
}
