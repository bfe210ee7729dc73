package portfolio_test

import (
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/cputime"
	"github.com/foliosight/foliosight/internal/workload"
)

func large(b *testing.B) *workload.Workload {
	b.Helper()
	w, err := workload.Get(workload.L)
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// BenchmarkFold folds workload L with exact lots.
func BenchmarkFold(b *testing.B) {
	in := large(b).Input()
	defer cputime.Report(b)()
	for b.Loop() {
		if _, err := portfolio.Fold(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFoldWithoutLots folds workload L for values and returns alone.
func BenchmarkFoldWithoutLots(b *testing.B) {
	in := large(b).Input()
	in.WithoutLots = true
	for b.Loop() {
		if _, err := portfolio.Fold(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTimeline values workload L on 2,520 days, prices and rates already on the axis.
func BenchmarkTimeline(b *testing.B) {
	w := large(b)
	book := mustFold(b, w.Input())
	panel := w.Panel()
	v := portfolio.NewView(book, panel, book.Axis(panel, book.First()-1, book.Last()))
	v.Timeline(portfolio.Node{})
	for b.Loop() {
		v.Timeline(portfolio.Node{})
	}
}

// BenchmarkNode is the timeline of one account of ten.
func BenchmarkNode(b *testing.B) {
	w := large(b)
	book := mustFold(b, w.Input())
	panel := w.Panel()
	v := portfolio.NewView(book, panel, book.Axis(panel, book.First()-1, book.Last()))
	v.Timeline(portfolio.Node{})
	for b.Loop() {
		v.Timeline(portfolio.Node{Accounts: []string{"A03"}})
	}
}

// BenchmarkRefold is workload L after one purchase was changed: early, and in the last
// week. BenchmarkFold is what it saves.
func BenchmarkRefold(b *testing.B) {
	in := large(b).Input()
	previous := mustFold(b, in)
	for name, back := range map[string]int{"last week": 200, "first year": len(in.Transactions) - 5000} {
		at := len(in.Transactions) - back
		for in.Transactions[at].Type != ledger.Buy {
			at++
		}
		next := in
		next.Transactions = slices.Clone(in.Transactions)
		t := &next.Transactions[at]
		t.Quantity, t.Amount = money.Some(t.Quantity.Decimal.Add(money.One)), money.Some(t.Amount.Decimal.Add(t.Price.Decimal))
		b.Run(name, func(b *testing.B) {
			defer cputime.Report(b)()
			for b.Loop() {
				if _, err := portfolio.Refold(previous, next, t.Date); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
