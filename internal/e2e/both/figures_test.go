package both

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// now is the time in all tests here.
func now() time.Time { return time.Date(2025, 7, 1, 6, 0, 0, 0, time.UTC) }

// engines open an empty store on each database.
var engines = []struct {
	name string
	open func(t *testing.T) store.Store
}{
	{"SQLite", func(t *testing.T) store.Store {
		db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}},
	{"PostgreSQL", func(t *testing.T) store.Store {
		return pgtest.OpenAt(t, postgres.Options{URL: pgtest.Migrated(t).URL, Now: now})
	}},
}

// brokers are files of three formats: a broker's XML, a table, and a bank's statement.
var brokers = []string{"../testdata/broker.xml", "testdata/broker.csv", "testdata/bank.ofx"}

// TestFiguresOfAnImportAreTheSame imports the same files and prices into both databases
// and compares every figure of the analysis, and the document of a night's snapshot,
// byte for byte. Ids, which differ, are numbered in the order in which they appear.
func TestFiguresOfAnImportAreTheSame(t *testing.T) {
	said := map[string]map[string][]byte{}
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { said[e.name] = figuresOn(t, e.open(t)) })
	}
	first, second := said[engines[0].name], said[engines[1].name]
	if first == nil || second == nil {
		t.Skip("one of the databases is not there to compare with")
	}
	for name, want := range first {
		if got := second[name]; !bytes.Equal(got, want) {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			near := func(b []byte) []byte { return b[max(0, min(at, len(b))-120):min(len(b), at+80)] }
			t.Errorf("%s: %s says …%s…, %s …%s…", name, engines[0].name, near(want), engines[1].name, near(got))
		}
	}
}

var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// numbered replaces ids by numbers.
func numbered(text []byte) []byte {
	known := map[string]int{}
	return ids.ReplaceAllFunc(text, func(id []byte) []byte {
		n, ok := known[string(id)]
		if !ok {
			n = len(known) + 1
			known[string(id)] = n
		}
		return fmt.Appendf(nil, "id-%d", n)
	})
}

// figuresOn is everything that is said of the imports on one database, by what it is.
func figuresOn(t *testing.T, db store.Store) map[string][]byte {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(path string) service.File {
		content, err := os.ReadFile(path)
		must(err)
		return service.File{Name: filepath.Base(path), Content: content}
	}
	ctx, svc := t.Context(), service.New(service.Options{Store: db, Now: now})
	in, err := svc.SetUp(ctx, service.NewOwner{Email: "ada@example.org", Password: "a sentence is easiest", Name: "Ada", BaseCurrency: "EUR"})
	must(err)
	operator := in.Caller
	operator.Operator = true
	_, err = svc.ImportPrices(ctx, operator, []service.File{read("testdata/closes.csv"), read("testdata/rates.csv")}, service.PriceOptions{Basis: "traded"})
	must(err)
	p, err := svc.CreatePortfolio(ctx, in.Caller, service.NewPortfolio{Name: "Family", Base: "EUR", Benchmark: "INDEX"})
	must(err)
	for _, name := range brokers {
		preview, err := svc.CommitImport(ctx, in.Caller, p.ID, read(name), service.ImportOptions{Expected: store.AnyVersion, Account: "Bank"})
		must(err)
		if preview.Bookings == 0 {
			t.Fatalf("%s: nothing was booked", name)
		}
	}
	said := map[string][]byte{}
	for _, period := range []string{"Max", "YTD", "3M", "1M"} {
		a, err := svc.Analysis(ctx, in.Caller, service.Question{Portfolios: []string{p.ID}, Period: period})
		must(err)
		if !a.Summary.Value.Known() || !a.Returns.TimeWeighted.Known() || !a.Risk.Realised.Volatility.Known() || len(a.Holdings) < 2 {
			t.Fatalf("%s: the analysis says too little to compare: value %v, return %v", period, a.Summary.Value, a.Returns.TimeWeighted)
		}
		text, err := json.Marshal(a)
		must(err)
		said["analysis of "+period] = numbered(text)
	}
	night := date.MustParse("2025-06-30")
	n, err := svc.BeginAnalysis(ctx, service.Work{Tenant: in.Caller.Tenant, User: in.Caller.User, Portfolio: p.ID, Day: night}, 1, 1)
	must(err)
	for _, section := range n.Sections() {
		must(n.Make(ctx, section))
	}
	must(n.Finish(ctx, func(context.Context, store.Tx) error { return nil }))
	kept, err := svc.Snapshot(ctx, in.Caller, p.ID, night, 0)
	must(err)
	if len(kept.Document) < 1000 {
		t.Fatalf("the snapshot is %d bytes", len(kept.Document))
	}
	said["snapshot"] = numbered(kept.Document)
	return said
}
