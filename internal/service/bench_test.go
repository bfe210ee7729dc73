package service

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/workload"
)

// office is a service over a small office's whole history: 14,400 bookings, 250
// symbols, twelve years.
func office(b *testing.B) (*Service, Caller, string) {
	b.Helper()
	ok := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(dir, "books.db")})
	ok(err)
	b.Cleanup(func() { st.Close() })
	s := New(Options{Store: st})
	in, err := s.SetUp(ctx, NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "USD"})
	ok(err)
	p, err := s.CreatePortfolio(ctx, in.Caller, NewPortfolio{Name: "Office"})
	ok(err)
	ok(workload.New(workload.Office, 1).Write(dir))
	read := func(name string) File {
		content, err := os.ReadFile(filepath.Join(dir, name))
		ok(err)
		return File{Name: name, Content: content}
	}
	begun := time.Now()
	r, err := s.ImportPrices(ctx, in.Caller, []File{read("prices.csv"), read("bench.csv")}, PriceOptions{Basis: "traded", Currency: "USD"})
	ok(err)
	b.Logf("%d prices imported in %s", r.Added, time.Since(begun).Round(time.Millisecond))
	begun = time.Now()
	v, err := s.CommitImport(ctx, in.Caller, p.ID, read("transactions.csv"), ImportOptions{Expected: store.AnyVersion})
	ok(err)
	b.Logf("%d bookings imported in %s", v.Bookings, time.Since(begun).Round(time.Millisecond))
	return s, in.Caller, p.ID
}

func BenchmarkOffice(b *testing.B) {
	s, c, id := office(b)
	ask := func(period string) {
		if _, err := s.Analysis(ctx, c, Question{Portfolios: []string{id}, Period: period, Benchmark: workload.Benchmark}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first question", func(b *testing.B) {
		for b.Loop() {
			s.analyses = newAnalyses()
			ask("1Y")
		}
	})
	b.Run("another period", func(b *testing.B) {
		periods := []string{"1M", "3M", "6M", "YTD", "1Y", "3Y", "5Y", "Max"}
		for i := 0; b.Loop(); i++ {
			s.analyses.answers.InvalidateAll()
			ask(periods[i%len(periods)])
		}
	})
	b.Run("the same again", func(b *testing.B) {
		for b.Loop() {
			ask("1Y")
		}
	})
	b.Run("book", func(b *testing.B) {
		t := ledger.Transaction{Date: 19000, Type: ledger.Deposit, Account: "A0", Currency: "USD", Amount: thousand}
		for b.Loop() {
			if _, err := s.Book(ctx, c, id, store.AnyVersion, []ledger.Transaction{t}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("book and ask", func(b *testing.B) {
		t := ledger.Transaction{Date: 19000, Type: ledger.Deposit, Account: "A0", Currency: "USD", Amount: thousand}
		for b.Loop() {
			if _, err := s.Book(ctx, c, id, store.AnyVersion, []ledger.Transaction{t}); err != nil {
				b.Fatal(err)
			}
			ask("1Y")
		}
	})
	b.Run("page of transactions", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Transactions(ctx, c, id, store.Filter{Limit: 50}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

var thousand = money.Some(money.Int(1000))
