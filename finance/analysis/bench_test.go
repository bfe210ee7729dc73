package analysis_test

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/cputime"
	"github.com/foliosight/foliosight/internal/workload"
)

func large(b *testing.B) (*workload.Workload, analysis.Input) {
	b.Helper()
	w, err := workload.Get(workload.L)
	if err != nil {
		b.Fatal(err)
	}
	book, err := portfolio.Fold(w.Input())
	if err != nil {
		b.Fatal(err)
	}
	last := w.Days[len(w.Days)-1]
	in := analysis.Input{Name: "L", Book: book, Panel: w.Panel(), AsOf: last, Benchmark: workload.Benchmark}
	in.Period, err = analysis.NewPeriod("Max", last, book.First())
	if err != nil {
		b.Fatal(err)
	}
	return w, in
}

// BenchmarkAnalysis is every figure of workload L, from the folded book.
func BenchmarkAnalysis(b *testing.B) {
	_, in := large(b)
	for b.Loop() {
		if _, err := analysis.Run(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReturnsFromMemory is what a vectorised program does with workload L: daily
// values, time-weighted return and money-weighted rate from transactions and prices.
func BenchmarkReturnsFromMemory(b *testing.B) {
	w, in := large(b)
	axis := in.Book.Axis(in.Panel, w.Days[0]-1, in.AsOf)
	defer cputime.Report(b)()
	for b.Loop() {
		t := portfolio.NewView(in.Book, in.Panel, axis).Timeline(portfolio.Node{})
		s := performance.NewSpan(t, in.Period.Start, in.Period.End)
		if _, err := performance.TWR(t, s); err != nil {
			b.Fatal(err)
		}
		if _, err := performance.MoneyWeighted(t, s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLotsAndGains is the fold with exact lots of workload L and the exact gains of
// its whole life.
func BenchmarkLotsAndGains(b *testing.B) {
	w, in := large(b)
	defer cputime.Report(b)()
	for b.Loop() {
		book, err := portfolio.Fold(w.Input())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := performance.NewGains(book, in.Panel, in.Period.Start, in.Period.End, performance.AsBooked); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGains is the exact gains alone.
func BenchmarkGains(b *testing.B) {
	_, in := large(b)
	for b.Loop() {
		if _, err := performance.NewGains(in.Book, in.Panel, in.Period.Start, in.Period.End, performance.AsBooked); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMoneyWeighted is the rate alone, from the daily flows of the whole life.
func BenchmarkMoneyWeighted(b *testing.B) {
	w, in := large(b)
	t := portfolio.NewView(in.Book, in.Panel, in.Book.Axis(in.Panel, w.Days[0]-1, in.AsOf)).Timeline(portfolio.Node{})
	s := performance.NewSpan(t, in.Period.Start, in.Period.End)
	for b.Loop() {
		if _, err := performance.MoneyWeighted(t, s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkJSON writes the analysis of workload L.
func BenchmarkJSON(b *testing.B) {
	_, in := large(b)
	a, err := analysis.Run(in)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := json.NewEncoder(io.Discard).Encode(a); err != nil {
			b.Fatal(err)
		}
	}
	_ = date.None
}

// BenchmarkSecondPeriod is another period of the same portfolio, after the first.
func BenchmarkSecondPeriod(b *testing.B) {
	_, in := large(b)
	prepared := analysis.Prepare(in)
	if _, err := prepared.Run(in.Period); err != nil {
		b.Fatal(err)
	}
	for _, label := range []string{"1M", "1Y", "3Y", "5Y", "Max"} {
		period, err := analysis.NewPeriod(label, in.AsOf, in.Book.First())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(label, func(b *testing.B) {
			defer cputime.Report(b)()
			for b.Loop() {
				if _, err := prepared.Run(period); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkNode is the whole analysis of one account of ten, and of one holding, from
// the same memory.
func BenchmarkNode(b *testing.B) {
	_, in := large(b)
	prepared := analysis.Prepare(in)
	prepared.Node(portfolio.Node{Accounts: []string{"A03"}})
	period, err := analysis.NewPeriod("1Y", in.AsOf, in.Book.First())
	if err != nil {
		b.Fatal(err)
	}
	for name, node := range map[string]portfolio.Node{"account": {Accounts: []string{"A03"}}, "holding": {Symbols: in.Book.Symbols[:1]}} {
		b.Run(name, func(b *testing.B) {
			defer cputime.Report(b)()
			for b.Loop() {
				if _, err := prepared.Node(node).Run(period); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAskedApart is what the standard analysis leaves out, on the 30-position book
// with options: 100,000 paths of the factor model priced in full, and the fits of every
// model of volatility.
func BenchmarkAskedApart(b *testing.B) {
	prepared := analysis.Prepare(demoInput(b, "fund"))
	b.Run("simulation", func(b *testing.B) {
		defer cputime.Report(b)()
		for b.Loop() {
			if _, err := prepared.Simulate(analysis.SimulationAsked{Paths: analysis.MostPaths, Seed: 1, Horizon: 1, Confidence: 0.99}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("forecasts", func(b *testing.B) {
		defer cputime.Report(b)()
		for b.Loop() {
			if len(prepared.Forecasts()) < 5 {
				b.Fatal("a model is missing")
			}
		}
	})
}
