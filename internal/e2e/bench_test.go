package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/workload"
)

// stored keeps a workload in a database as a user would have brought it there, through
// import files, and returns the directory and the portfolio.
func stored(b *testing.B, size workload.Size) (data, portfolio string) {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	data = b.TempDir()
	files := filepath.Join(data, "files")
	must(os.Mkdir(files, 0o700))
	must(workload.New(size, 1).Write(files))
	db, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(data, "foliosight.db")})
	must(err)
	defer db.Close()
	svc := service.New(service.Options{Store: db})
	in, err := svc.SetUp(b.Context(), service.NewOwner{Email: demoEmail, Password: demoPassword, Name: "Ada", BaseCurrency: "USD"})
	must(err)
	p, err := svc.CreatePortfolio(b.Context(), in.Caller, service.NewPortfolio{Name: size.Name, Base: "USD", Benchmark: workload.Benchmark})
	must(err)
	read := func(name string) service.File {
		content, err := os.ReadFile(filepath.Join(files, name))
		must(err)
		return service.File{Name: name, Content: content}
	}
	caller := in.Caller
	caller.Operator = true
	_, err = svc.ImportPrices(b.Context(), caller, []service.File{read("prices.csv"), read("bench.csv")}, service.PriceOptions{Basis: "traded", Currency: "USD"})
	must(err)
	preview, err := svc.CommitImport(b.Context(), in.Caller, p.ID, read("transactions.csv"), service.ImportOptions{Expected: store.AnyVersion})
	must(err)
	if preview.Bookings != size.Transactions {
		b.Fatalf("%d bookings of %d were made", preview.Bookings, size.Transactions)
	}
	return data, p.ID
}

// visitor is a client that is signed in.
func visitor(b *testing.B, site *Site) *http.Client {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	answer, err := client.PostForm(site.URL+"/sign-in", url.Values{"email": {demoEmail}, "password": {demoPassword}})
	if err != nil {
		b.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("sign in: %s", answer.Status)
	}
	return client
}

// BenchmarkPages serves the pages of a portfolio with 14,400 transactions of 250
// instruments over twelve years, and says how long the slowest request in a hundred took.
func BenchmarkPages(b *testing.B) {
	data, portfolio := stored(b, workload.Office)
	b.Run("start-and-first-overview", func(b *testing.B) { // with a sign-in in between
		for b.Loop() {
			site, err := Serve(b.Context(), map[string]string{"data": data})
			if err != nil {
				b.Fatal(err)
			}
			visitor(b, site)
			if err := site.Stop(); err != nil {
				b.Fatal(err)
			}
		}
	})
	site, err := Serve(b.Context(), map[string]string{"data": data})
	if err != nil {
		b.Fatal(err)
	}
	defer site.Stop()
	client := visitor(b, site)
	b.Run("overview-after-an-edit", func(b *testing.B) {
		account := workload.New(workload.S, 1).Transactions[0].Account
		for b.Loop() {
			answer, err := client.PostForm(site.URL+"/p/"+portfolio+"/transactions/new", url.Values{"type": {"deposit"}, "date": {"2026-01-05"}, "account": {account}, "amount": {"100"}, "currency": {"USD"}})
			if err != nil {
				b.Fatal(err)
			}
			answer.Body.Close()
			if answer, err = client.Get(site.URL + "/p/" + portfolio); err != nil {
				b.Fatal(err)
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	})
	for _, page := range []struct{ name, address string }{
		{"overview", "/p/" + portfolio}, {"overview-5Y", "/p/" + portfolio + "?period=5Y"}, {"chart", "/p/" + portfolio + "/charts/value?period=1Y"},
		{"holdings", "/p/" + portfolio + "/holdings"}, {"performance", "/p/" + portfolio + "/performance"}, {"risk", "/p/" + portfolio + "/risk"}, {"transactions", "/p/" + portfolio + "/transactions"},
		{"api", "/api/v1/portfolios/" + portfolio + "/analysis"},
	} {
		b.Run(page.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				answer, err := client.Get(site.URL + page.address)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				took = append(took, time.Since(began))
				if err != nil || answer.StatusCode != http.StatusOK || n < 1000 {
					b.Fatalf("%s: %s, %d bytes, %v", page.address, answer.Status, n, err)
				}
			}
			slices.Sort(took)
			at := func(part float64) float64 {
				return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000
			}
			b.ReportMetric(at(0.5), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
			b.ReportMetric(at(1), "max-ms")
		})
	}
}

// BenchmarkDemoReady starts the demonstration until it answers.
func BenchmarkDemoReady(b *testing.B) {
	for b.Loop() {
		site, err := Serve(b.Context(), map[string]string{"demo": "true", "as-of": "2026-09-30"})
		if err != nil {
			b.Fatal(err)
		}
		answer, err := http.Get(site.URL + "/health")
		if err != nil {
			b.Fatal(err)
		}
		answer.Body.Close()
		if err := site.Stop(); err != nil {
			b.Fatal(fmt.Errorf("stop: %w", err))
		}
	}
}
