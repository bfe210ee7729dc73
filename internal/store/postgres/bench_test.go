package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/storetest"
)

func bookings(n int) []store.Entry {
	all := make([]store.Entry, n)
	for i := range all {
		all[i].Transaction = ledger.Transaction{ID: store.NewID(), Date: date.Must(2015, 1, 1) + date.Date(i%3650), Type: ledger.Buy, Account: "depot",
			Symbol: fmt.Sprintf("S%d", i%250), Quantity: money.Some(money.MustParse("1.5")), Price: money.Some(money.MustParse("100.25")), Currency: "USD",
			Fees: money.Some(money.MustParse("0.99")), Source: fmt.Sprintf("REF:%d", i)}
	}
	return all
}

// A household's whole history in one import, and taking it back.
func BenchmarkImport14400(b *testing.B) {
	s, _ := pgtest.Open(b)
	id, portfolio := newOwner(b, s)
	for b.Loop() {
		change(b, s, id, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: bookings(14_400)})
			return err
		})
	}
}

// One booking, durable as the cluster's settings make it.
func BenchmarkBooking(b *testing.B) {
	s, _ := pgtest.Open(b)
	id, portfolio := newOwner(b, s)
	for b.Loop() {
		change(b, s, id, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: bookings(1)})
			return err
		})
	}
}

// 100 symbols over ten years, as new.
func BenchmarkWriteMarket(b *testing.B) {
	s, _ := pgtest.Open(b)
	id, _ := newOwner(b, s)
	id.Operator = true
	round := 0
	for b.Loop() {
		round++
		batch := store.Batch{Source: "file"}
		for k := range 100 {
			one := store.Series{Kind: store.Prices, Symbol: fmt.Sprintf("S%d.%d", k, round), Currency: "USD"}
			for d := date.Must(2015, 1, 1); d < date.Must(2025, 1, 1); d++ {
				if !d.IsWeekend() {
					one.Dates, one.Close = append(one.Dates, d), append(one.Close, float64((int(d)*7919+k)%10_000)/100)
					one.Volume = append(one.Volume, float64(int(d)*k))
				}
			}
			batch.Series = append(batch.Series, one)
		}
		change(b, s, id, func(ctx context.Context, tx store.Tx) error { _, err := tx.WriteMarket(ctx, batch); return err })
	}
}

// Reading a ledger of 14,400 rows, and the version alone.
func BenchmarkRead(b *testing.B) {
	s, _ := pgtest.Open(b)
	id, portfolio := newOwner(b, s)
	change(b, s, id, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: bookings(14_400)})
		return err
	})
	for name, read := range map[string]func(context.Context, store.View) error{
		"ledger": func(ctx context.Context, v store.View) error {
			_, err := v.Transactions(ctx, portfolio, store.Latest)
			return err
		},
		"version": func(ctx context.Context, v store.View) error { _, err := v.LedgerVersion(ctx, portfolio); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := s.Read(ctx, id, read); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func newOwner(t testing.TB, s store.Store) (id store.Identity, portfolio string) {
	t.Helper()
	id, portfolio = store.Identity{Tenant: store.NewID(), User: store.NewID()}, store.NewID()
	if err := s.Found(ctx, store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: id.User + "@example.org"}, false); err != nil {
		t.Fatal(err)
	}
	change(t, s, id, func(ctx context.Context, tx store.Tx) error {
		return tx.CreatePortfolio(ctx, store.Portfolio{ID: portfolio, Name: "Main", Base: "USD"})
	})
	return id, portfolio
}

func change(t testing.TB, s store.Store, id store.Identity, fn func(context.Context, store.Tx) error) {
	t.Helper()
	if err := s.As(ctx, id, fn); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkMarket measures a market of 5,000 symbols; use -benchtime 1x.
func BenchmarkMarket(b *testing.B) {
	s, _ := pgtest.Open(b)
	storetest.Benchmark(b, s)
}
