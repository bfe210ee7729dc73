package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// usualKills is how often each database's program is killed in the normal tests; KILLS
// says otherwise. DATABASE names one of them (sqlite, postgres), or both.
const usualKills = 3

// Everybody is at work while the program is killed: people book and import, sources are
// asked, jobs run, and beside the server its commands back up and look after the
// database. What was acknowledged is there once, and whole.
func TestKills(t *testing.T) {
	only := os.Getenv("DATABASE")
	kills := number(t, "KILLS", usualKills)
	t.Run("sqlite", func(t *testing.T) {
		if only != "" && only != "both" && only != "sqlite" {
			t.Skip("DATABASE=" + only)
		}
		underKills(t, kills, "FOLIOSIGHT_DATA="+t.TempDir())
	})
	t.Run("postgres", func(t *testing.T) {
		if only != "" && only != "both" && only != "postgres" {
			t.Skip("DATABASE=" + only)
		}
		d := pgtest.Migrated(t)
		underKills(t, kills, "DATABASE_URL="+d.URL, "DATABASE_ADMIN_URL="+d.AdminURL, "FOLIOSIGHT_DATA="+t.TempDir())
	})
}

// rowsOfImport is how many bookings a file has, mostImports how many files a day brings (a
// plan allows 1,000); changeBooks is after how many kills people
// go on in another portfolio, so that none grows too large to be looked through.
const (
	rowsOfImport = 20
	mostImports  = 900
	changeBooks  = 25
)

// crowd is everybody at work.
type crowd struct {
	*program
	people *client

	mu           sync.Mutex
	portfolio    string              // that they book in now
	portfolios   []string            // all so far
	acknowledged map[string][]string // notes, by portfolio

	bookings, imports, broken, jobs, syncs, ran, shot atomic.Int64
	faults                                            chan string
}

func (c *crowd) fault(format string, args ...any) {
	select {
	case c.faults <- fmt.Sprintf(format, args...):
	default:
	}
}

func underKills(t *testing.T, kills int, database ...string) {
	last := date.FromTime(time.Now()) - 5
	market, err := replay.Start(replay.NewMarket(7, []string{"BOLT", "NUTS", "GEAR"}, last-400, last), func(int, string) replay.Fault { return replay.Fault{} }, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer market.Close()
	env := append(database, "MARKET_DATA=on", "MARKET_DATA_ORDER=*: stooq")
	for name, source := range map[string]string{"VANTAGE": "alphavantage", "POLYGON": "polygon", "FMP": "fmp", "FRED": "fred", "TRADEFEEDS": "tradefeeds", "YAHOO": "yahoo", "STOOQ": "stooq", "ECB": "ecb"} {
		env = append(env, name+"_BASE_URL="+market.Base(source))
	}
	c := &crowd{program: newProgram(t, env...), acknowledged: map[string][]string{}, faults: make(chan string, 50)}
	c.start()
	c.people = c.client()
	c.use(c.people.found(t))

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var working sync.WaitGroup
	for person := range 3 {
		working.Go(func() { c.book(ctx, person) })
	}
	working.Go(func() { c.importFiles(ctx) })
	working.Go(func() { c.ask(ctx) })
	working.Go(func() { c.operate(ctx) })
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	starting := 0
	for n := range kills {
		if n%5 == 4 { // while it starts
			starting++
			time.Sleep(time.Duration(random.IntN(250_000)) * time.Microsecond)
		} else {
			if err := c.ready(time.Minute); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(50_000+random.IntN(700_000)) * time.Microsecond)
		}
		if !c.kill() {
			t.Fatalf("kill %d: the server had ended by itself: %s", n+1, c.said())
		}
		if (n+1)%changeBooks == 0 {
			c.fine("db", "verify")
		}
		c.launch()
		if (n+1)%changeBooks == 0 {
			if err := c.ready(time.Minute); err != nil {
				t.Fatal(err)
			}
			c.use(c.people.must(t, 201, "POST", "/portfolios", map[string]string{"name": fmt.Sprint("After ", n+1)}).field("id"))
		}
	}
	if err := c.ready(time.Minute); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	stop()
	working.Wait()
	lost, doubled := c.compare(t)
	if a := c.people.must(t, 200, "GET", "/audit/verification", nil); a.body["intact"] != true {
		t.Errorf("the audit trail: %s", a)
	}
	c.stop()
	c.fine("db", "verify")
	backups := c.backups(t)
	close(c.faults)
	for fault := range c.faults {
		t.Error(fault)
	}
	t.Logf("%d kills, %d while starting: %d bookings and %d imports acknowledged, %d lost, %d doubled or half; %d connections broke; %d jobs and %d syncs asked for; %d commands ran, %d of them killed too; %d backups, all whole",
		kills, starting, c.bookings.Load(), c.imports.Load(), lost, doubled, c.broken.Load(), c.jobs.Load(), c.syncs.Load(), c.ran.Load(), c.shot.Load(), backups)
	if c.bookings.Load() < int64(kills) || c.ran.Load() == 0 {
		t.Error("too little happened")
	}
}

// use has people go on in a portfolio.
func (c *crowd) use(portfolio string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.portfolio, c.portfolios = portfolio, append(c.portfolios, portfolio)
}

func (c *crowd) books() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.portfolio
}

func (c *crowd) acknowledge(portfolio string, notes ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledged[portfolio] = append(c.acknowledged[portfolio], notes...)
}

// insist sends a change with one key until it is acknowledged, however often the program
// is killed meanwhile; false: the time is over, and whether it was made is not known.
func (c *crowd) insist(ctx context.Context, what, path, contentType string, body []byte) bool {
	key := store.NewID()
	for ctx.Err() == nil {
		a, err := c.people.send(ctx, "POST", "/api/v1"+path, contentType, body, key)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errBroken):
			c.broken.Add(1)
			time.Sleep(20 * time.Millisecond)
		case err == nil && a.status == 201:
			return true
		case err == nil && a.status == 409 && a.field("type") == "/docs#problem-in-progress":
			time.Sleep(50 * time.Millisecond) // the first try is still under way
		default:
			c.fault("%s: %s %v", what, a, err)
			return false
		}
	}
	return false
}

func (c *crowd) book(ctx context.Context, person int) {
	for n := 0; ctx.Err() == nil; n++ {
		note, portfolio := fmt.Sprintf("%d/%d", person, n), c.books()
		body, err := json.Marshal(deposit(note))
		if err != nil {
			panic(err)
		}
		if c.insist(ctx, "booking "+note, "/portfolios/"+portfolio+"/transactions", "application/json", body) {
			c.acknowledge(portfolio, note)
			c.bookings.Add(1)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (c *crowd) importFiles(ctx context.Context) {
	for n := 0; ctx.Err() == nil && n < mostImports; n++ {
		portfolio := c.books()
		text, notes := strings.Builder{}, make([]string, rowsOfImport)
		text.WriteString("date,account,type,symbol,quantity,price,amount,fee,currency,note\n")
		for i := range notes {
			notes[i] = fmt.Sprintf("file %d row %d", n, i)
			fmt.Fprintf(&text, "2025-03-%02d,bank,deposit,,,,%d,,EUR,%s\n", 1+i, 1000+n, notes[i])
		}
		kind, body := file(fmt.Sprint("file", n, ".csv"), []byte(text.String()))
		if c.insist(ctx, fmt.Sprint("import ", n), "/portfolios/"+portfolio+"/imports", kind, body) {
			c.acknowledge(portfolio, notes...)
			c.imports.Add(1)
		}
		time.Sleep(150 * time.Millisecond)
	}
}

// ask has sources asked and analyses made; what becomes of each is no matter here.
func (c *crowd) ask(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		day := date.FromTime(time.Now()) - date.Date(7+n%60)
		if a, err := c.people.ask(ctx, "POST", "/jobs", map[string]string{"kind": "analysis", "portfolio": c.books(), "day": day.String()}, ""); err == nil {
			if c.jobs.Add(1); a.status != 202 && ctx.Err() == nil {
				c.fault("asking for an analysis: %s", a)
			}
		}
		if a, err := c.people.ask(ctx, "POST", "/sync", map[string]any{}, ""); err == nil {
			if c.syncs.Add(1); a.status != 202 && ctx.Err() == nil {
				c.fault("asking for market data: %s", a)
			}
		}
		trade := map[string]any{"transactions": []map[string]any{{"date": "2025-03-03", "type": "buy", "account": "bank", "symbol": "BOLT", "quantity": "1", "price": "10", "currency": "USD", "note": fmt.Sprint("buy ", n)}}}
		_, _ = c.people.ask(ctx, "POST", "/portfolios/"+c.books()+"/transactions", trade, "") // something to ask the sources for
		time.Sleep(150 * time.Millisecond)
	}
}

// operate runs commands beside the server; some are killed, too.
func (c *crowd) operate(ctx context.Context) {
	commands := [][]string{{"backup", "create", "--json"}, {"maintain", "daily", "--json"}, {"backup", "create", "--verify", "--json"}, {"maintain", "weekly", "--json"}}
	for n := 0; ctx.Err() == nil; n++ {
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		doomed := n%3 == 2
		if doomed {
			time.AfterFunc(time.Duration(rand.IntN(600))*time.Millisecond, cancel) // CommandContext kills
		}
		command := commands[n%len(commands)]
		status, out := c.run(limited, command...)
		cancel()
		switch {
		case ctx.Err() != nil:
		case doomed && status == -1:
			c.shot.Add(1)
		case status == 2 || status == -1: // 1 and 3: findings, and a server that is not there
			c.fault("foliosight %s: %d %.2000s", strings.Join(command, " "), status, out)
		default:
			c.ran.Add(1)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// compare holds what is there against what was acknowledged.
func (c *crowd) compare(t *testing.T) (lost, doubled int) {
	t.Helper()
	for _, portfolio := range c.portfolios {
		there := c.people.notes(t, portfolio)
		for _, note := range c.acknowledged[portfolio] {
			if there[note] == 0 {
				lost++
				t.Errorf("%s was acknowledged and is lost", note)
			}
		}
		rows := map[string]int{}
		for note, n := range there {
			if n > 1 {
				doubled++
				t.Errorf("%s is there %d times", note, n)
			}
			if name, _, ok := strings.Cut(note, " row "); ok {
				rows[name]++
			}
		}
		for name, n := range rows {
			if n != rowsOfImport {
				doubled++
				t.Errorf("half an import: %d of the %d rows of %s are there", n, rowsOfImport, name)
			}
		}
	}
	return lost, doubled
}

// backups reads every backup that is listed through; what a kill cut short has no name.
func (c *crowd) backups(t *testing.T) int {
	t.Helper()
	var names []string
	for _, e := range strings.Fields(c.fine("backup", "list")) {
		if strings.HasPrefix(filepath.Base(e), "foliosight-") && strings.HasSuffix(e, ".backup") {
			names = append(names, filepath.Base(e))
		}
	}
	if len(names) == 0 {
		t.Error("there is no backup: the test says nothing of them")
		return 0
	}
	c.fine(append([]string{"backup", "verify"}, names...)...)
	return len(names)
}

// The program is killed while it makes its tables, on a database that is new each time;
// the next start makes what is missing, and everything works.
func TestKilledWhileMigrating(t *testing.T) {
	only, most := os.Getenv("DATABASE"), max(1, number(t, "KILLS", 0)/10)
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	during := 0
	round := func(t *testing.T, longest time.Duration, env ...string) {
		p := newProgram(t, env...)
		p.launch()
		time.Sleep(5*time.Millisecond + time.Duration(random.Int64N(int64(longest))))
		if !strings.Contains(p.said(), "FolioSight: http") { // which it says when it begins to answer
			during++
		}
		if !p.kill() {
			t.Fatalf("it ended by itself: %s", p.said())
		}
		p.start()
		c := p.client()
		c.must(t, 201, "POST", "/portfolios/"+c.found(t)+"/transactions", deposit("after"))
		p.stop()
		p.fine("db", "verify")
	}
	t.Run("sqlite", func(t *testing.T) {
		if only != "" && only != "both" && only != "sqlite" {
			t.Skip("DATABASE=" + only)
		}
		for range most {
			round(t, 250*time.Millisecond, "FOLIOSIGHT_DATA="+t.TempDir())
		}
	})
	t.Run("postgres", func(t *testing.T) {
		if only != "" && only != "both" && only != "postgres" {
			t.Skip("DATABASE=" + only)
		}
		for range most {
			d := pgtest.New(t)
			round(t, 1200*time.Millisecond, "DATABASE_URL="+d.URL, "DATABASE_ADMIN_URL="+d.AdminURL, "FOLIOSIGHT_DATA="+t.TempDir())
		}
	})
	t.Logf("%d kills a database, %d before it was ready", most, during)
}
