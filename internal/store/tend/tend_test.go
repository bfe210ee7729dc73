package tend_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/storetest"
	"github.com/foliosight/foliosight/internal/store/tend"
)

var ctx = context.Background()

// filled is an SQLite database with two tenants: a copy of one that is made once.
func filled(t *testing.T) (path string, owner store.Identity, portfolio string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "books.db")
	if whole.content == nil {
		s, err := sqlite.Open(ctx, sqlite.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		whole.owner, whole.portfolio = storetest.Fill(t, s)
		if err := s.Close(); err != nil { // which also writes the log into the file
			t.Fatal(err)
		}
		if whole.content, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		return path, whole.owner, whole.portfolio
	}
	if err := os.WriteFile(path, whole.content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, whole.owner, whole.portfolio
}

var whole struct {
	content   []byte
	owner     store.Identity
	portfolio string
}

func open(t *testing.T, address string) *tend.Database {
	t.Helper()
	d, err := tend.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func verified(t *testing.T, d *tend.Database) tend.Report {
	t.Helper()
	r, err := tend.Verify(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSoundDatabaseHasNoFindings(t *testing.T) {
	path, _, _ := filled(t)
	r := verified(t, open(t, "sqlite:"+path))
	if len(r.Findings) != 0 || r.Tenants != 2 || r.Events < 20 || r.Blocks < 3 {
		t.Errorf("%+v", r)
	}
}

// Each kind of damage is found, on either database.
func TestDamageIsFound(t *testing.T) {
	damage := map[string]struct{ statement, object string }{
		"a version that was not noted":   {`UPDATE portfolios SET version = version + 1`, "portfolios"},
		"a row that disappeared":         {`DELETE FROM transactions WHERE superseded > 0`, "versions"},
		"a row out of its time":          {`UPDATE transactions SET entered = 99 WHERE entered = 2`, "transactions"},
		"an event that disappeared":      {`DELETE FROM events WHERE sequence = (SELECT MAX(sequence) FROM events)`, "tenants"},
		"an event that was changed":      {`UPDATE events SET action = 'nothing' WHERE sequence = 3`, "tenant "},
		"contents that were changed":     {`UPDATE event_contents SET after = '{}' WHERE sequence = 3`, "tenant "},
		"a block that was changed":       {`UPDATE blocks SET body = version_bytes`, "blocks"},
		"a day that was changed":         {`UPDATE days SET body = version_bytes`, "days"},
		"a version of the market lost":   {`DELETE FROM market_versions WHERE version = 1`, "market_versions"},
		"another file of a migration":    {`UPDATE migrations SET sha256 = 'x' WHERE name = '0002_ledger.sql'`, "migrations"},
		"a migration that was not run":   {`DELETE FROM migrations WHERE name = '0002_ledger.sql'`, "migrations"},
		"a tenant without an owner left": {`UPDATE users SET role = 'member'`, "users"},
	}
	for name, c := range damage {
		t.Run(name, func(t *testing.T) {
			path, _, _ := filled(t)
			d := open(t, "sqlite:"+path)
			statement := strings.Replace(c.statement, "version_bytes", "x'46534201020000'", 1)
			if _, err := d.DB.Exec(statement); err != nil {
				t.Fatal(err)
			}
			for _, f := range verified(t, d).Findings {
				if strings.HasPrefix(f.Object, c.object) {
					return
				}
			}
			t.Errorf("%s: not found", statement)
		})
	}
}

// Each migration is taken back and run again on SQLite too.
func TestDownAndUp(t *testing.T) {
	path, _, _ := filled(t)
	d := open(t, "sqlite:"+path)
	applied, err := d.Applied(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i := range applied {
		to := ""
		if i > 0 {
			to = applied[i-1].Name
		}
		if undone, err := d.Down(ctx, to, "", ""); err != nil || len(undone) != len(applied)-i {
			t.Fatalf("down to %q: %v, %v", to, undone, err)
		}
		if did, err := d.Up(ctx, "", ""); err != nil || len(did.Ran) != len(applied)-i {
			t.Fatalf("up from %q: %+v, %v", to, did, err)
		}
	}
	if r := verified(t, d); len(r.Findings) != 0 || r.Tenants != 0 {
		t.Errorf("%+v", r)
	}
}

// There and back again: the same rows, the same contents, the same figures.
func TestMove(t *testing.T) {
	p := pgtest.New(t)
	path, owner, portfolio := filled(t)
	from, there := open(t, "sqlite:"+path), open(t, p.AdminURL)
	back := open(t, "sqlite:"+filepath.Join(t.TempDir(), "back.db"))
	if _, err := tend.Move(ctx, from, there, nil); !errors.Is(err, store.ErrOlder) {
		t.Errorf("into a database without a schema: %v", err)
	}
	if _, err := there.Up(ctx, p.URL, ""); err != nil {
		t.Fatal(err)
	}
	sent, err := tend.Move(ctx, from, there, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tend.Move(ctx, from, there, nil); !errors.Is(err, tend.ErrNotEmpty) {
		t.Errorf("into a database that is not empty: %v", err)
	}
	if _, err := back.Up(ctx, "", ""); err != nil {
		t.Fatal(err)
	}
	returned, err := tend.Move(ctx, there, back, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := int64(0)
	for i := range sent {
		rows += sent[i].Rows
		if sent[i] != returned[i] {
			t.Errorf("sent %+v, returned %+v", sent[i], returned[i])
		}
	}
	if rows < 50 {
		t.Errorf("only %d rows were moved", rows)
	}
	// What is there is served.
	s := pgtest.OpenAt(t, postgres.Options{URL: p.URL, PoolSize: 2})
	err = s.Read(ctx, owner, func(ctx context.Context, v store.View) error {
		all, err := v.Transactions(ctx, portfolio, store.Latest)
		if err == nil && (len(all) != 2 || all[1].Price.Decimal.String() != "0.000000000000000001") {
			t.Errorf("served %+v", all)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if r := verified(t, there); len(r.Findings) != 0 {
		t.Errorf("%+v", r.Findings)
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "sqlite:", "mysql://x/y", "books.db"} {
		if _, err := tend.Open(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
