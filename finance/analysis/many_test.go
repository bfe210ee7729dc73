package analysis_test

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/cputime"
)

// BenchmarkManyPortfolios folds and analyses long/short books that share a panel and a
// factor model on all cores, as a nightly run does. Every book is another one: each
// symbol's trades have a size of their own in it. peak-MB is what the
// process had from the system at most, with the demonstration's market in it.
func BenchmarkManyPortfolios(b *testing.B) {
	for _, portfolios := range []int{1000, 2500, 5000, 10000} {
		b.Run(fmt.Sprint(portfolios), func(b *testing.B) { manyPortfolios(b, portfolios) })
	}
}

func manyPortfolios(b *testing.B, portfolios int) {
	in := demoInput(b, "fund")
	in.Market = exante.NewMarket(in.Panel, in.AsOf, in.Book.Base, "")
	defer cputime.Report(b)()
	for b.Loop() {
		var next atomic.Int64
		var wait sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wait.Go(func() {
				for {
					i := int(next.Add(1))
					if i > portfolios {
						return
					}
					own := in
					book, err := portfolio.Fold(resized(b, i))
					if err == nil {
						own.Book = book
						_, err = analysis.Run(own)
					}
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wait.Wait()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "peak-MB")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/float64(portfolios), "ms/portfolio")
}

// resized is the fund with all bookings of a symbol and its options times one, two or
// three, by the number of the book, and its deposits twice as large.
func resized(b *testing.B, number int) portfolio.Input {
	in := demoBook(b, "fund")
	in.Transactions = slices.Clone(in.Transactions)
	factors := map[string]int64{"": 2}
	for i := range in.Transactions {
		t := &in.Transactions[i]
		symbol := t.Symbol
		if symbol != "" {
			symbol = cmp.Or(in.Instrument(symbol).Underlying, symbol)
		}
		if factors[symbol] == 0 {
			factors[symbol] = 1 + int64(number/len(factors)+number)%3
		}
		by := money.Int(factors[symbol])
		for _, x := range []*money.Optional{&t.Quantity, &t.Amount, &t.Fees, &t.Taxes, &t.ToAmount} {
			if x.Known {
				x.Decimal = x.Decimal.Mul(by)
			}
		}
	}
	return in
}
