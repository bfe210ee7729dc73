package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// BenchmarkReads measures the handler of the reads that programs make most, over the
// demonstration's books in a SQLite file: no network, nothing but the answer.
func BenchmarkReads(b *testing.B) {
	ctx := context.Background()
	clock := func() time.Time { return now }
	db, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(b.TempDir(), "test.db"), Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	svc := service.New(service.Options{Store: db, Now: clock})
	in, err := svc.SetUp(ctx, service.NewOwner{Email: "ada@example.org", Password: "a sentence is easiest", Name: "Ada", BaseCurrency: "USD"})
	if err != nil {
		b.Fatal(err)
	}
	books, err := svc.SeedDemo(ctx, in.Caller, date.Must(2025, 6, 30))
	if err != nil {
		b.Fatal(err)
	}
	inner, err := api.New(svc, api.Options{Now: clock, Limits: api.Limits{Data: 1 << 30}})
	if err != nil {
		b.Fatal(err)
	}
	handler := api.Observe(slog.New(slog.DiscardHandler), inner)
	for _, row := range []struct{ name, path, encoding string }{
		{"portfolios", "/portfolios", ""},
		{"portfolio", "/portfolios/" + books[0].ID, ""},
		{"holdings", "/portfolios/" + books[0].ID + "/holdings", ""},
		{"holdings-gzip", "/portfolios/" + books[0].ID + "/holdings", "gzip"},
		{"fund-holdings", "/portfolios/" + books[2].ID + "/holdings", ""},
		{"analysis", "/portfolios/" + books[0].ID + "/analysis", ""},
		{"transactions", "/portfolios/" + books[0].ID + "/transactions", ""},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequest("GET", api.Prefix+row.path, nil)
					r.Header.Set("Authorization", "Bearer "+in.Token)
					if row.encoding != "" {
						r.Header.Set("Accept-Encoding", row.encoding)
					}
					w := &counter{header: http.Header{}}
					handler.ServeHTTP(w, r)
					if w.status != 200 {
						b.Fatalf("%s: %d", row.path, w.status)
					}
					b.SetBytes(int64(w.bytes))
				}
			})
		})
	}
}

// counter is an answer that is not kept.
type counter struct {
	header        http.Header
	status, bytes int
}

func (c *counter) Header() http.Header { return c.header }

func (c *counter) WriteHeader(status int) { c.status = status }

func (c *counter) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = 200
	}
	c.bytes += len(b)
	return len(b), nil
}
