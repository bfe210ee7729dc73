package migrations_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/storetest"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// What each schema held is carried as plain SQL in testdata/released, a file a migration:
// the rows of the tables that it made, and what the columns hold that it added. A database
// of schema N is migration 1 to N with the rows of 1 to N. The files of released schemas
// are never made anew; `go test ./internal/store/migrations -run Released -write` adds
// those of migrations that have none yet.
var write = flag.Bool("write", false, "write the rows of migrations that have none yet")

const released = "testdata/released"

// names are the migrations, in order.
func names(t *testing.T) []string {
	t.Helper()
	all, err := fs.Glob(migrations.Common(), "*.sql")
	if err != nil || len(all) == 0 {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// upTo are the first n migrations.
func upTo(t *testing.T, n int) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	for _, name := range names(t)[:n] {
		text, err := fs.ReadFile(migrations.Common(), name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: text}
	}
	return out
}

// shape are the columns of each table.
type shape map[string][]string

func shapeOf(t *testing.T, db *sql.DB, postgres bool) shape {
	t.Helper()
	query := `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.name`
	if postgres {
		query = `SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE c.relnamespace = to_regnamespace('foliosight') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attname COLLATE "C"`
	}
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := shape{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		if table != "migrations" && table != "goose_versions" {
			all[table] = append(all[table], column)
		}
	}
	return all
}

// contents are the rows of each table in the columns of a shape, as sorted text.
func contents(t *testing.T, db *sql.DB, s shape) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for table, columns := range s {
		rows, err := db.Query(`SELECT ` + strings.Join(columns, ", ") + ` FROM ` + table)
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		all[table] = []string{}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			all[table] = append(all[table], fmt.Sprintf("%v", values))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[table])
	}
	return all
}

// same reports what of the contents before is not there after.
func same(t *testing.T, what string, before, after map[string][]string) {
	t.Helper()
	for table, rows := range before {
		if !slices.Equal(rows, after[table]) {
			t.Errorf("%s: table %s had %d rows and has %d, or others:\n%v\n%v", what, table, len(rows), len(after[table]), rows, after[table])
		}
	}
}

var blob = regexp.MustCompile(`X'([0-9A-F]*)'`)

// put writes the rows of the first n migrations.
func put(t *testing.T, db *sql.DB, n int, postgres bool) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, name := range names(t)[:n] {
		text, err := os.ReadFile(filepath.Join(released, name))
		if err != nil {
			t.Fatalf("%v; write it with -write", err)
		}
		for _, statement := range strings.Split(string(text), ";\n") {
			if statement = strings.TrimSpace(statement); statement == "" {
				continue
			}
			if postgres {
				statement = blob.ReplaceAllString(statement, `'\x$1'`)
			}
			if _, err := tx.Exec(statement); err != nil {
				t.Fatalf("%s: %.200s: %v", name, statement, err)
			}
		}
	}
	if n < 4 { // before there were events
		if _, err := tx.Exec(`UPDATE tenants SET event_sequence = 0, event_hash = NULL`); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// The figures of the small portfolio, worked out by hand: 5000 paid in, 10 bought at 100
// with 5 of fees, 12 of dividends, 4 sold at 130; 6 are left at 120.
//
//	value    5000 − 1005 + 12 + 520 + 6 × 120 = 5247
//	realised 520 − 4 × 100.5                  = 118
var worth = map[string]float64{"value": 5247, "cash": 4527, "paid_in": 5000, "gain": 247, "realised": 118, "income": 12, "cost": 603, "unrealised": 117}

var valuedOn = date.Must(2025, 1, 3)

// figures are those of the small portfolio, as today's program works them out.
func figures(t *testing.T, s store.Store, whose store.Identity, portfolio string) map[string]float64 {
	t.Helper()
	ctx := context.Background()
	on := service.New(service.Options{Store: s, Now: func() time.Time { return time.Date(2025, 1, 4, 12, 0, 0, 0, time.UTC) }})
	a, err := on.Analysis(ctx, service.Caller{Identity: whose}, service.Question{Portfolios: []string{portfolio}, AsOf: valuedOn})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(a.Summary)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]struct{ Value *json.Number }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{"bookings": float64(a.Bookings)}
	for name, f := range all {
		if f.Value == nil {
			continue
		}
		if out[name], err = f.Value.Float64(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// small finds the small portfolio.
func small(t *testing.T, db *sql.DB) (whose store.Identity, portfolio string) {
	t.Helper()
	if err := db.QueryRow(`SELECT CAST(tenant_id AS text), CAST(owner_id AS text), CAST(id AS text) FROM portfolios WHERE name = 'Small'`).Scan(&whose.Tenant, &whose.User, &portfolio); err != nil {
		t.Fatal(err)
	}
	return whose, portfolio
}

// Whoever comes from any schema there ever was finds every row and the same figures, and
// again after going back to it.
func TestReleasedSchemas(t *testing.T) {
	if *write {
		writeRows(t)
	}
	all := names(t)
	for n := 1; n <= len(all); n++ {
		t.Run("sqlite "+all[n-1], func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "books.db")
			db, closing, err := sqlite.Raw(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(`PRAGMA synchronous = OFF`); err != nil {
				t.Fatal(err)
			}
			if _, err := migrations.Up(context.Background(), goose.DialectSQLite3, db, upTo(t, n), time.Now); err != nil {
				t.Fatal(err)
			}
			before := shapeOf(t, db, false)
			put(t, db, n, false)
			held := contents(t, db, before)
			if err := closing(); err != nil {
				t.Fatal(err)
			}
			backAndForth(t, "sqlite:"+path, "", n, held, before, func() (store.Store, error) {
				return sqlite.Open(context.Background(), sqlite.Options{Path: path})
			})
		})
	}
}

// The same on PostgreSQL, with the policies and grants of today afterwards.
func TestReleasedSchemasPostgreSQL(t *testing.T) {
	pgtest.Cluster(t)
	ctx := context.Background()
	all := names(t)
	for n := 1; n <= len(all); n++ {
		if os.Getenv("CI") != "true" && n != 3 && n != 9 && n < len(all)-1 {
			continue // policies are made anew each time, which takes a second; CI tries every schema
		}
		t.Run(all[n-1], func(t *testing.T) {
			p := pgtest.New(t)
			d, err := tend.Open(p.AdminURL)
			if err != nil {
				t.Fatal(err)
			}
			if err := postgres.Prepare(ctx, d.DB); err != nil {
				t.Fatal(err)
			}
			if _, err := migrations.Up(ctx, goose.DialectPostgres, d.DB, upTo(t, n), time.Now); err != nil {
				t.Fatal(err)
			}
			before := shapeOf(t, d.DB, true)
			put(t, d.DB, n, true)
			held := contents(t, d.DB, before)
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			backAndForth(t, p.AdminURL, p.URL, n, held, before, func() (store.Store, error) {
				return postgres.Open(ctx, postgres.Options{URL: p.URL, PoolSize: 2})
			})
		})
	}
}

func backAndForth(t *testing.T, address, server string, n int, held map[string][]string, before shape, open func() (store.Store, error)) {
	ctx := context.Background()
	rows := 0
	for _, r := range held {
		rows += len(r)
	}
	if rows == 0 {
		t.Fatal("the database of this schema holds nothing")
	}
	d, err := tend.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	name := names(t)[n-1]
	did, err := d.Up(ctx, server, "")
	if err != nil || len(did.Ran) != len(names(t))-n {
		t.Fatalf("up: %+v, %v", did, err)
	}
	same(t, "up", held, contents(t, d.DB, before))
	if undone, err := d.Down(ctx, name, server, ""); err != nil || len(undone) != len(did.Ran) {
		t.Fatalf("down to %s: %v, %v", name, undone, err)
	}
	if again := shapeOf(t, d.DB, d.Postgres); fmt.Sprint(again) != fmt.Sprint(before) {
		t.Errorf("down to %s the schema is another:\n%v\n%v", name, before, again)
	}
	same(t, "down", held, contents(t, d.DB, before))
	if _, err := d.Up(ctx, server, ""); err != nil {
		t.Fatal(err)
	}
	same(t, "up again", held, contents(t, d.DB, before))
	r, err := tend.Verify(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("after the upgrade: %s: %s", f.Object, f.Problem)
	}
	if n < 2 { // there were no ledgers
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	whose, portfolio := small(t, d.DB)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := figures(t, s, whose, portfolio)
	if got["bookings"] != 4 || got["cash"] != 4527 || got["income"] != 12 || got["realised"] != 118 {
		t.Errorf("what was booked: %v", got)
	}
	if n < 3 { // there were no prices
		return
	}
	for name, want := range worth {
		if diff := got[name] - want; diff > 1e-9 || diff < -1e-9 {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

// A program of an earlier release leaves a later schema alone, forwards and backwards.
func TestEarlierProgramsRefuse(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "books.db")
	db, closing, err := sqlite.Raw(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.Up(ctx, goose.DialectSQLite3, db, migrations.Common(), time.Now); err != nil {
		t.Fatal(err)
	}
	before := shapeOf(t, db, false)
	for n := 1; n < len(names(t)); n++ {
		earlier := upTo(t, n)
		if ran, err := migrations.Up(ctx, goose.DialectSQLite3, db, earlier, time.Now); !errors.Is(err, store.ErrNewer) || len(ran) > 0 {
			t.Errorf("a program of %d migrations: ran %v, %v", n, ran, err)
		}
		if undone, err := migrations.Down(ctx, goose.DialectSQLite3, db, earlier, ""); !errors.Is(err, store.ErrNewer) || len(undone) > 0 {
			t.Errorf("a program of %d migrations took back %v, %v", n, undone, err)
		}
	}
	if fmt.Sprint(shapeOf(t, db, false)) != fmt.Sprint(before) {
		t.Error("an earlier program changed the schema")
	}
	if _, err := db.Exec(`INSERT INTO migrations (name, sha256, applied) VALUES ('9999_later.sql', 'x', '2030-01-01T00:00:00Z')`); err != nil {
		t.Fatal(err)
	}
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	if s, err := sqlite.Open(ctx, sqlite.Options{Path: path}); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "9999_later.sql") {
		t.Errorf("this program opened a later schema: %v, %v", s, err)
	}
}

// writeRows writes the rows of migrations that have none yet, of a database that this
// program filled.
func writeRows(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "filled.db")
	s, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	owner, _ := storetest.Fill(t, s)
	book(t, s, service.Caller{Identity: owner})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	full, closing, err := sqlite.Raw(path)
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	was := shape{}
	for n, name := range names(t) {
		then, end, err := sqlite.Raw(filepath.Join(t.TempDir(), fmt.Sprintf("%d.db", n)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := migrations.Up(ctx, goose.DialectSQLite3, then, upTo(t, n+1), time.Now); err != nil {
			t.Fatal(err)
		}
		is := shapeOf(t, then, false)
		if err := end(); err != nil {
			t.Fatal(err)
		}
		into := filepath.Join(released, name)
		if _, err := os.Stat(into); errors.Is(err, os.ErrNotExist) {
			if err := os.WriteFile(into, []byte(rowsOf(t, full, was, is)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		was = is
	}
}

// book makes the small portfolio.
func book(t *testing.T, s store.Store, who service.Caller) {
	t.Helper()
	ctx := context.Background()
	on := service.New(service.Options{Store: s, Now: func() time.Time { return time.Date(2025, 1, 4, 12, 0, 0, 0, time.UTC) }})
	p, err := on.CreatePortfolio(ctx, who, service.NewPortfolio{Name: "Small", Base: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	d := func(text string) money.Optional { return money.Some(money.MustParse(text)) }
	of := func(day string, kind ledger.Type) ledger.Transaction {
		return ledger.Transaction{Date: date.MustParse(day), Type: kind, Account: "Depot", Currency: "EUR"}
	}
	deposit, buy, dividend, sell := of("2024-01-02", ledger.Deposit), of("2024-01-03", ledger.Buy), of("2024-06-03", ledger.Dividend), of("2024-09-02", ledger.Sell)
	deposit.Amount = d("5000")
	buy.Symbol, buy.Quantity, buy.Price, buy.Fees = "SMALL", d("10"), d("100"), d("5")
	dividend.Symbol, dividend.Amount = "SMALL", d("12")
	sell.Symbol, sell.Quantity, sell.Price = "SMALL", d("4"), d("130")
	if _, err := on.Book(ctx, who, p.ID, store.AnyVersion, []ledger.Transaction{deposit, buy, dividend, sell}); err != nil {
		t.Fatal(err)
	}
	if err := on.SetOwnPrices(ctx, who, []store.OwnPrice{{Symbol: "SMALL", Date: valuedOn, Price: money.MustParse("120"), Currency: "EUR"},
		{Symbol: "SMALL", Date: deposit.Date, Price: money.MustParse("100"), Currency: "EUR"}}); err != nil {
		t.Fatal(err)
	}
}

// rowsOf is what a migration's tables and columns hold, as SQL.
func rowsOf(t *testing.T, db *sql.DB, was, is shape) string {
	t.Helper()
	var b strings.Builder
	for _, table := range migrations.Catalogue() {
		columns, known := is[table.Name], was[table.Name]
		switch {
		case len(columns) == 0 || len(columns) == len(known):
		case len(known) == 0:
			for _, row := range quoted(t, db, table.Name, columns) {
				fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES (%s);\n", table.Name, strings.Join(columns, ", "), strings.Join(row, ", "))
			}
		default:
			added := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return slices.Contains(known, c) })
			key := keyOf(t, db, table.Name)
			for _, row := range quoted(t, db, table.Name, append(slices.Clone(added), key...)) {
				set, where := make([]string, len(added)), make([]string, len(key))
				for i, c := range added {
					set[i] = c + " = " + row[i]
				}
				for i, c := range key {
					where[i] = c + " = " + row[len(added)+i]
				}
				fmt.Fprintf(&b, "UPDATE %s SET %s WHERE %s;\n", table.Name, strings.Join(set, ", "), strings.Join(where, " AND "))
			}
		}
	}
	return b.String()
}

// quoted are the values of each row as literals that both databases read (X'…' apart).
func quoted(t *testing.T, db *sql.DB, table string, columns []string) (all [][]string) {
	t.Helper()
	asked := make([]string, len(columns))
	for i, c := range columns {
		asked[i] = fmt.Sprintf(`CASE WHEN (SELECT type FROM pragma_table_info('%s') WHERE name = '%s') = 'boolean' AND %s IS NOT NULL THEN CASE WHEN %s THEN 'TRUE' ELSE 'FALSE' END ELSE quote(%s) END`, table, c, c, c, c)
	}
	order := "rowid"
	rows, err := db.Query(`SELECT ` + strings.Join(asked, ", ") + ` FROM ` + table + ` ORDER BY ` + order)
	if err != nil { // a table without row ids
		if rows, err = db.Query(`SELECT ` + strings.Join(asked, ", ") + ` FROM ` + table + ` ORDER BY ` + strings.Join(keyOf(t, db, table), ", ")); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	defer rows.Close()
	for rows.Next() {
		row, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

func keyOf(t *testing.T, db *sql.DB, table string) (key []string) {
	t.Helper()
	rows, err := db.Query(`SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk`, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		key = append(key, name)
	}
	return key
}
