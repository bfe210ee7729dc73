package storetest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// bars are symbols with prices as quoted, in cents, on the weekdays of some days.
func bars(from, to int, first, last date.Date) store.Batch {
	b := store.Batch{Source: "file"}
	for k := from; k < to; k++ {
		s := store.Series{Kind: store.Prices, Symbol: "S" + strconv.Itoa(k), Currency: "USD"}
		cents := 10_000 + k
		for d := first; d <= last; d++ {
			if d.IsWeekend() {
				continue
			}
			cents = max(cents+(int(d)*7919+k*104729)%301-150, 100)
			s.Dates = append(s.Dates, d)
			s.Close = append(s.Close, float64(cents)/100)
			s.Open = append(s.Open, float64(cents-7)/100)
			s.High = append(s.High, float64(cents+31)/100)
			s.Low = append(s.Low, float64(cents-40)/100)
			s.Volume = append(s.Volume, float64(1_000_000+cents*13))
		}
		b.Series = append(b.Series, s)
	}
	return b
}

// The market of the benchmark: so many symbols over twenty years, to a Friday.
const benchSymbols = 5000

var (
	benchFirst = date.Must(2006, 1, 2)
	benchLast  = date.Must(2025, 12, 26)
)

// Benchmark measures what market data take: 5,000 symbols over twenty years written,
// 500 of them over ten years read, and a new day of all of them.
func Benchmark(b *testing.B, s store.Store) {
	id := store.Identity{Tenant: store.NewID(), User: store.NewID(), Operator: true}
	if err := s.Found(ctx, store.Tenant{ID: id.Tenant, Name: "t"}, user(id.User, "a@example.org"), true); err != nil {
		b.Fatal(err)
	}
	write := func(batch store.Batch) {
		if err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) error { _, err := tx.WriteMarket(ctx, batch); return err }); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("write 5000 x 20 years", func(b *testing.B) {
		written := 0
		for b.Loop() {
			if written > 0 {
				b.Fatal("the market is written once: use -benchtime 1x")
			}
			for from := 0; from < benchSymbols; from += 250 {
				b.StopTimer()
				batch := bars(from, from+250, benchFirst, benchLast)
				b.StartTimer()
				write(batch)
				written += 250 * len(batch.Series[0].Dates)
			}
		}
		b.ReportMetric(float64(written)/b.Elapsed().Seconds(), "bars/s")
	})
	symbols := make([]string, 500)
	for i := range symbols {
		symbols[i] = "S" + strconv.Itoa(i*benchSymbols/len(symbols))
	}
	panel := func(b *testing.B, symbols []string, full bool, days int) {
		for range days {
			err := s.Read(ctx, id, func(ctx context.Context, v store.View) error {
				all, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Symbols: symbols, From: date.Must(2016, 1, 1), Version: store.LatestMarket, Full: full})
				if len(all) != len(symbols) {
					b.Fatal(len(all))
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	reads := func(b *testing.B) {
		b.Run("panel 500 x 10 years", func(b *testing.B) {
			for b.Loop() {
				panel(b, symbols, false, 1)
			}
		})
		b.Run("panel 20 x 10 years", func(b *testing.B) {
			for b.Loop() {
				panel(b, symbols[:20], false, 1)
			}
		})
		b.Run("one symbol with all columns", func(b *testing.B) {
			for b.Loop() {
				panel(b, symbols[:1], true, 1)
			}
		})
	}
	b.Run("before", reads)
	day := benchLast + 3
	newDays := func(b *testing.B, n int) {
		for range n {
			b.StopTimer()
			batch := bars(0, benchSymbols, day, day)
			b.StartTimer()
			write(batch)
			if day++; day.IsWeekend() {
				day += 2
			}
		}
	}
	b.Run("new day of 5000", func(b *testing.B) {
		for b.Loop() {
			newDays(b, 1)
		}
	})
	b.Run("after", reads)
	b.Run("ten more", func(b *testing.B) {
		for b.Loop() {
			newDays(b, 10)
		}
		b.ReportMetric(b.Elapsed().Seconds()*1000/float64(10*b.N), "ms/day")
	})
	b.Run("with eleven days apart", reads)
	b.Run("fold them", func(b *testing.B) {
		var longest time.Duration
		pieces := 0
		for b.Loop() {
			for left := true; left; pieces++ {
				begun := time.Now()
				err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) {
					left, err = tx.FoldDays(ctx, false, 10, 250)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				longest = max(longest, time.Since(begun))
			}
		}
		b.ReportMetric(float64(longest.Milliseconds()), "ms/longest-piece")
		b.ReportMetric(float64(pieces), "pieces")
	})
	b.Run("after that", reads)
}
