package sqlite

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/storetest"
)

func dates(days ...date.Date) []date.Date { return days }

// market is n symbols over ten years of weekdays, quoted in cents.
func market(n int) store.Batch {
	b := store.Batch{Source: "file"}
	for k := range n {
		s := store.Series{Kind: store.Prices, Symbol: "S" + strconv.Itoa(k), Currency: "USD"}
		cents := 10_000 + k
		for d := date.Must(2015, 1, 1); d < date.Must(2025, 1, 1); d++ {
			if d.IsWeekend() {
				continue
			}
			cents += (int(d)*7919+k*104729)%301 - 150
			if cents < 100 {
				cents = 100
			}
			s.Dates = append(s.Dates, d)
			s.Close = append(s.Close, float64(cents)/100)
			s.Open = append(s.Open, float64(cents-7)/100)
			s.High = append(s.High, float64(cents+31)/100)
			s.Low = append(s.Low, float64(cents-40)/100)
			s.Volume = append(s.Volume, float64(1_000_000+cents*13))
			s.Adjusted = append(s.Adjusted, float64(cents)/100*0.987654321)
		}
		b.Series = append(b.Series, s)
	}
	return b
}

func openBench(b *testing.B) (*storeAt, store.Identity) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "books.db")
	s, err := Open(context.Background(), Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	id := store.Identity{Tenant: store.NewID(), User: store.NewID(), Operator: true}
	if err := s.Found(context.Background(), store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: "a@example.org"}, true); err != nil {
		b.Fatal(err)
	}
	return &storeAt{s}, id
}

type storeAt struct{ store.Store }

func (s *storeAt) as(b *testing.B, id store.Identity, fn func(context.Context, store.Tx) error) {
	b.Helper()
	if err := s.As(context.Background(), id, fn); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkWriteMarket(b *testing.B) {
	s, id := openBench(b)
	batch := market(100)
	bars := 0
	for b.Loop() {
		for i := range batch.Series {
			batch.Series[i].Symbol += "'"
			bars += len(batch.Series[i].Dates)
		}
		s.as(b, id, func(ctx context.Context, tx store.Tx) error { _, err := tx.WriteMarket(ctx, batch); return err })
	}
	b.ReportMetric(float64(bars)/b.Elapsed().Seconds(), "bars/s")
}

// BenchmarkLoadSeries loads the closes of 500 symbols over ten years.
func BenchmarkLoadSeries(b *testing.B) {
	s, id := openBench(b)
	batch := market(500)
	s.as(b, id, func(ctx context.Context, tx store.Tx) error { _, err := tx.WriteMarket(ctx, batch); return err })
	for _, n := range []int{500, 50} {
		symbols := make([]string, n)
		for i := range symbols {
			symbols[i] = "S" + strconv.Itoa(i)
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				err := s.Read(context.Background(), id, func(ctx context.Context, v store.View) error {
					all, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Symbols: symbols, Version: store.LatestMarket})
					if len(all) != n {
						b.Fatal(len(all))
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLedger appends and reads a ledger of 14,400 bookings.
func BenchmarkLedger(b *testing.B) {
	s, id := openBench(b)
	fill := func() string {
		portfolio := store.NewID()
		s.as(b, id, func(ctx context.Context, tx store.Tx) error {
			if err := tx.CreatePortfolio(ctx, store.Portfolio{ID: portfolio, Name: portfolio, Base: "EUR"}); err != nil {
				return err
			}
			c := store.Change{Portfolio: portfolio, Kind: store.Imported}
			for i := range 14_400 {
				c.Enter = append(c.Enter, store.Entry{Transaction: ledger.Transaction{ID: store.NewID(), Date: date.Date(16000 + i/5), Type: ledger.Buy, Account: "depot", Symbol: "S" + strconv.Itoa(i%250),
					Quantity: money.Some(money.Int(int64(i%90 + 1))), Price: money.Some(money.New(int64(1000+i), 2)), Currency: "USD", Fees: money.Some(money.One), Source: "R" + strconv.Itoa(i)}})
			}
			_, err := tx.Append(ctx, c)
			return err
		})
		return portfolio
	}
	b.Run("append", func(b *testing.B) {
		for b.Loop() {
			fill()
		}
	})
	portfolio := fill()
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			err := s.Read(context.Background(), id, func(ctx context.Context, v store.View) error {
				_, err := v.Transactions(ctx, portfolio, store.Latest)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			err := s.Read(context.Background(), id, func(ctx context.Context, v store.View) error {
				_, err := v.Find(ctx, portfolio, store.Filter{Limit: 50})
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("book one", func(b *testing.B) {
		for b.Loop() {
			s.as(b, id, func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked,
					Enter: []store.Entry{{Transaction: ledger.Transaction{ID: store.NewID(), Date: 20000, Type: ledger.Deposit, Amount: money.Some(money.One), Currency: "EUR"}}}})
				return err
			})
		}
	})
	b.Run("look", func(b *testing.B) {
		for b.Loop() {
			err := s.Read(context.Background(), id, func(ctx context.Context, v store.View) error {
				if _, err := v.Portfolios(ctx, false); err != nil {
					return err
				}
				_, err := v.MarketVersion(ctx)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkMarket measures a market of 5,000 symbols; use -benchtime 1x.
func BenchmarkMarket(b *testing.B) {
	s, err := Open(context.Background(), Options{Path: filepath.Join(b.TempDir(), "books.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	storetest.Benchmark(b, s)
}
