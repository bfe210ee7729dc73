package load

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/workload"
)

// What everybody has.
const (
	password    = "a sentence is easiest"
	positions   = 30
	instruments = 120
	days        = 756 // three years of prices
	account     = "Broker"
)

// person is somebody with a portfolio.
type person struct {
	email     string
	token     string // of their session, once they signed in
	portfolio string
	symbol    string // something they hold, to buy more of
	price     string
}

// crowd is everybody, and where the program finds them.
type crowd struct {
	people  []person
	lastDay string
	environ []string // of a server over their database
	engine  string
	cluster string // address of the database's cluster as its own role; PostgreSQL only
}

// engines are the databases; each makes an empty one and says how to reach it.
var engines = []struct {
	name string
	make func(t *testing.T) (db store.Store, closed func(), environ []string, cluster string)
}{
	{"SQLite", func(t *testing.T) (store.Store, func(), []string, string) {
		data := t.TempDir()
		db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(data, "foliosight.db")})
		if err != nil {
			t.Fatal(err)
		}
		return db, func() { db.Close() }, []string{"FOLIOSIGHT_DATA=" + data}, ""
	}},
	{"PostgreSQL", func(t *testing.T) (store.Store, func(), []string, string) {
		d := pgtest.Migrated(t)
		db, err := postgres.Open(t.Context(), postgres.Options{URL: d.URL, PoolSize: 4})
		if err != nil {
			t.Fatal(err)
		}
		// The queue of jobs is made by the server's own start.
		return db, func() { db.Close() }, []string{"FOLIOSIGHT_DATA=" + t.TempDir(), "DATABASE_URL=" + d.URL, "DATABASE_ADMIN_URL=" + d.AdminURL}, d.Super
	}},
}

// gather makes so many people in an empty database, each in a tenant of their own. All
// have the one password, which is hashed once.
func gather(t *testing.T, engine int, n int) *crowd {
	t.Helper()
	e := engines[engine]
	db, closed, environ, cluster := e.make(t)
	defer closed()
	c := &crowd{engine: e.name, environ: environ, cluster: cluster}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, svc := t.Context(), service.New(service.Options{Store: db})
	in, err := svc.SetUp(ctx, service.NewOwner{Email: "owner@example.org", Password: password, Name: "Owner", BaseCurrency: "USD"})
	must(err)
	known, err := db.Credentials(ctx, "owner@example.org")
	must(err)
	market := workload.New(workload.Size{Name: "load", Transactions: 1, Instruments: instruments, Days: days}, 1)
	files := t.TempDir()
	must(market.Write(files))
	operator := in.Caller
	operator.Operator = true
	var prices []service.File
	for _, name := range []string{"prices.csv", "bench.csv"} {
		content, err := os.ReadFile(filepath.Join(files, name))
		must(err)
		prices = append(prices, service.File{Name: name, Content: content})
	}
	_, err = svc.ImportPrices(ctx, operator, prices, service.PriceOptions{Basis: "traded", Currency: "USD"})
	must(err)
	c.lastDay = market.Days[days-1].String()
	random := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		p, err := settle(ctx, db, svc, market, random, known.PasswordHash, i)
		must(err)
		c.people = append(c.people, p)
	}
	return c
}

// settle makes one person with thirty positions bought over three years.
func settle(ctx context.Context, db store.Store, svc *service.Service, market *workload.Workload, random *rand.Rand, hash string, i int) (person, error) {
	p := person{email: fmt.Sprintf("person%d@example.org", i)}
	tenant := store.Tenant{ID: store.NewID(), Name: p.email}
	user := store.User{ID: store.NewID(), Email: p.email, Name: fmt.Sprintf("Person %d", i), Role: store.Owner, PasswordHash: hash, BaseCurrency: "USD", Locale: "en", TimeZone: "UTC"}
	if err := db.Found(ctx, tenant, user, false); err != nil {
		return p, err
	}
	caller := service.Caller{Identity: store.Identity{Tenant: tenant.ID, User: user.ID}}
	made, err := svc.CreatePortfolio(ctx, caller, service.NewPortfolio{Name: "Savings", Base: "USD", Benchmark: workload.Benchmark})
	if err != nil {
		return p, err
	}
	p.portfolio = made.ID
	booked := []ledger.Transaction{{Date: market.Days[0], Account: account, Type: ledger.Deposit, Amount: money.Some(money.Int(5_000_000)), Currency: "USD"}}
	for _, s := range random.Perm(instruments)[:positions] {
		day := 1 + random.IntN(days-2)
		price := exact(market.Prices[s][day])
		booked = append(booked, ledger.Transaction{Date: market.Days[day], Account: account, Type: ledger.Buy, Symbol: market.Symbols[s],
			Quantity: money.Some(money.Int(1 + random.Int64N(200))), Price: money.Some(price), Currency: "USD"})
		p.symbol, p.price = market.Symbols[s], exact(market.Prices[s][days-1]).String()
	}
	_, err = svc.Book(ctx, caller, made.ID, store.AnyVersion, booked)
	return p, err
}

// exact is a price of four decimals.
func exact(x float64) money.Decimal { return money.New(int64(math.Round(x*1e4)), 4) }
