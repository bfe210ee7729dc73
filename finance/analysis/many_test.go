package analysis_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/exante"
)

// BenchmarkManyPortfolios analyses a thousand long/short books that share a panel and a
// factor model on all cores, as a nightly run does.
func BenchmarkManyPortfolios(b *testing.B) {
	const portfolios = 1000
	in := demoInput(b, "fund")
	in.Market = exante.NewMarket(in.Panel, in.AsOf, in.Book.Base, "")
	for b.Loop() {
		var next atomic.Int64
		var wait sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wait.Go(func() {
				for next.Add(1) <= portfolios {
					if _, err := analysis.Run(in); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wait.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/portfolios, "ms/portfolio")
}
