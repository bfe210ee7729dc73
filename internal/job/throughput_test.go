package job

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// What the night is measured on: every portfolio holds thirty of the symbols, bought,
// topped up and partly sold over three years; prices go back ten years.
const (
	positions = 30
	universe  = 300
	history   = 2520
	aTenant   = 10 // portfolios of one tenant
)

// TestNightlyThroughput measures the nightly analysis of NIGHTLY_PORTFOLIOS portfolios on
// PostgreSQL with one worker process and with two (`make bench-nightly`). Each process
// computes on one core, as each would on a machine of its own; they share the machine
// with the database. It fails where an analysis does, or a snapshot is larger than it may
// be.
func TestNightlyThroughput(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("NIGHTLY_PORTFOLIOS"))
	if err != nil || n < 1 {
		t.Skip("NIGHTLY_PORTFOLIOS is not set: make bench-nightly measures")
	}
	binary := filepath.Join(t.TempDir(), "foliosight")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/foliosight/foliosight/cmd/foliosight").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	d := pgtest.Migrated(t)
	role, err := postgres.Role(d.URL, "")
	ok(t, err)
	ok(t, postgres.AsOwner(ctx, d.AdminURL, func(ctx context.Context, db *sql.DB) error { return Install(ctx, db, role) }))
	st, err := postgres.Open(ctx, postgres.Options{URL: d.URL})
	ok(t, err)
	defer st.Close()
	day, err := service.NightBefore(service.ExchangeOf("USD"), time.Now())
	ok(t, err)
	begun := time.Now()
	fillMarket(t, st, day, n)
	t.Logf("%d portfolios made in %s", n, time.Since(begun).Round(time.Second))
	admin, err := sql.Open("pgx", d.Super)
	ok(t, err)
	defer admin.Close()
	rates := map[int]float64{}
	for _, processes := range []int{1, 2} {
		for _, statement := range []string{`DELETE FROM river.river_job`, `DELETE FROM foliosight.job_runs`, `DELETE FROM foliosight.snapshots`} {
			_, err := admin.ExecContext(ctx, statement)
			ok(t, err)
		}
		rates[processes] = measure(t, binary, d.URL, admin, n, processes)
	}
	t.Logf("two processes are %.2f times as fast as one", rates[2]/rates[1])
	var largest, mean float64
	ok(t, admin.QueryRowContext(ctx, `SELECT max(size), avg(size) FROM foliosight.snapshots`).Scan(&largest, &mean))
	t.Logf("snapshots: %.0f bytes on average, %.0f at most", mean, largest)
	if largest > 10_000 {
		t.Errorf("a snapshot of %d positions has %.0f bytes, at most 10,000 are allowed", positions, largest)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// measure lets processes work until all analyses are done, and returns how many a second.
func measure(t *testing.T, binary, url string, admin *sql.DB, n, processes int) float64 {
	t.Helper()
	var all []*exec.Cmd
	for range processes {
		c := exec.Command(binary, "--database", url, "--data", t.TempDir(), "serve", "--roles", "worker", "--listen", "127.0.0.1:0", "--log-level", "warn")
		c.Env = append(os.Environ(), "GOMAXPROCS=1", "ENCRYPTION_KEY=01234567890123456789012345678901", "SECRET_KEY=01234567890123456789012345678901")
		c.Stderr = os.Stderr
		ok(t, c.Start())
		all = append(all, c)
	}
	begun := time.Now()
	done := 0
	for end := begun.Add(time.Hour); done < n; time.Sleep(200 * time.Millisecond) {
		var failed int
		ok(t, admin.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE jsonb_array_length(to_jsonb(errors)) > 0) FROM river.river_job WHERE kind = 'analysis'`).Scan(&done, &failed))
		if failed > 0 {
			var why string
			ok(t, admin.QueryRowContext(ctx, `SELECT errors[1]->>'error' FROM river.river_job WHERE kind = 'analysis' AND errors IS NOT NULL LIMIT 1`).Scan(&why))
			t.Fatalf("%d analyses failed: %s", failed, why)
		}
		if time.Now().After(end) {
			t.Fatalf("after an hour %d of %d are done", done, n)
		}
	}
	var span float64
	ok(t, admin.QueryRowContext(ctx, `SELECT extract(epoch FROM max(finalized_at) - min(attempted_at)) FROM river.river_job WHERE kind = 'analysis'`).Scan(&span))
	var peaks, spent []string
	for _, c := range all {
		peaks = append(peaks, peak(c.Process.Pid))
		ok(t, c.Process.Signal(syscall.SIGTERM))
		ok(t, c.Wait())
		spent = append(spent, (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Round(100*time.Millisecond).String())
	}
	rate := float64(n) / span
	t.Logf("%d process(es): %.1f s from the first analysis to the last, %.1f a second (whole night %s); peak memory %s; processor time %s", processes, span, rate,
		time.Since(begun).Round(100*time.Millisecond), strings.Join(peaks, " and "), strings.Join(spent, " and "))
	return rate
}

// peak is the most memory that a process had.
func peak(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "not known"
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "not known"
}

// fillMarket writes prices, and tenants with portfolios.
func fillMarket(t *testing.T, st store.Store, last date.Date, n int) {
	t.Helper()
	var days []date.Date
	for d := last; len(days) < history; d-- {
		if !d.IsWeekend() {
			days = append(days, d)
		}
	}
	slices.Reverse(days)
	g := rand.New(rand.NewPCG(1, 2026))
	var symbols []string
	for i := range universe {
		symbols = append(symbols, fmt.Sprintf("Q%c%c%c", 'A'+i/676%26, 'A'+i/26%26, 'A'+i%26))
	}
	market := make([]float64, len(days))
	for k := range market {
		market[k] = 0.0003 + 0.01*g.NormFloat64()
	}
	b := store.Batch{Source: "file", Reason: "measure"}
	prices := map[string][]float64{}
	for _, symbol := range slices.Concat(symbols, exante.Symbols()) {
		beta, level := 0.6+0.8*g.Float64(), 20+80*g.Float64()
		closes, volumes := make([]float64, len(days)), make([]float64, len(days))
		for k := range days {
			level *= math.Exp(beta*market[k] + 0.012*g.NormFloat64())
			closes[k], volumes[k] = math.Round(level*100)/100, 1e6
		}
		prices[symbol] = closes
		b.Series = append(b.Series, store.Series{Kind: store.Prices, Symbol: symbol, Currency: "USD", Dates: days, Close: closes, Volume: volumes})
	}
	var id store.Identity
	for made := range n {
		if made%aTenant == 0 {
			id = store.Identity{Tenant: store.NewID(), User: store.NewID()}
			ok(t, st.Found(ctx, store.Tenant{ID: id.Tenant, Name: "measured"}, store.User{ID: id.User, Email: id.User + "@example.org", Name: "M", PasswordHash: "none", BaseCurrency: "USD", Locale: "en", TimeZone: "UTC"}, false))
		}
		if made == 0 {
			operator := id
			operator.Operator = true
			ok(t, st.As(ctx, operator, func(ctx context.Context, tx store.Tx) error { _, err := tx.WriteMarket(ctx, b); return err }))
		}
		ok(t, st.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
			p := store.Portfolio{ID: store.NewID(), Name: fmt.Sprint("P", made), Base: "USD", Benchmark: "SPY"}
			if err := tx.CreatePortfolio(ctx, p); err != nil {
				return err
			}
			_, err := tx.Append(ctx, store.Change{Portfolio: p.ID, Expected: store.AnyVersion, Kind: store.Booked, Enter: history30(g, days, symbols, prices)})
			return err
		}))
	}
}

// history30 is a deposit and three bookings of each of thirty symbols.
func history30(g *rand.Rand, days []date.Date, symbols []string, prices map[string][]float64) (all []store.Entry) {
	first := len(days) - 756
	enter := func(k int, kind ledger.Type, symbol string, quantity, amount int64) {
		b := ledger.Transaction{ID: store.NewID(), Date: days[k], Type: kind, Account: "depot", Currency: "USD"}
		if symbol == "" {
			b.Amount = money.Some(money.Int(amount))
		} else {
			price, _ := money.FromFloat(prices[symbol][k])
			b.Symbol, b.Quantity, b.Price = symbol, money.Some(money.Int(quantity)), money.Some(price.Round(2))
		}
		all = append(all, store.Entry{Transaction: b})
	}
	enter(first, ledger.Deposit, "", 0, 2_000_000)
	for _, i := range g.Perm(len(symbols))[:positions] {
		quantity := int64(50 + g.IntN(200))
		enter(first+1+g.IntN(50), ledger.Buy, symbols[i], quantity, 0)
		enter(first+100+g.IntN(200), ledger.Buy, symbols[i], 20, 0)
		enter(first+400+g.IntN(200), ledger.Sell, symbols[i], quantity/3, 0)
	}
	slices.SortStableFunc(all, func(a, b store.Entry) int { return int(a.Date - b.Date) })
	return all
}
