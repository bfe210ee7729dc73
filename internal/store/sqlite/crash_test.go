package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// The child of TestKill: it books imports and edits for ever and says on standard
// output which version was acknowledged.
const (
	childPath  = "FOLIOSIGHT_TEST_CHILD_PATH"
	childWhere = "FOLIOSIGHT_TEST_CHILD_WHERE"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := writeForEver(path, strings.Fields(os.Getenv(childWhere))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

const rowsAnImport = 40

func writeForEver(path string, where []string) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		return err
	}
	id, portfolio := store.Identity{Tenant: where[0], User: where[1]}, where[2]
	fmt.Println("open")
	for n := 0; ; n++ {
		var v store.Version
		err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) {
			if n%3 == 2 { // an edit of one row between the imports
				page, err := tx.Find(ctx, portfolio, store.Filter{Limit: 1})
				if err != nil {
					return err
				}
				e := store.Entry{Transaction: page.Rows[0].Transaction, Replaces: page.Rows[0].ID}
				e.ID, e.Note = store.NewID(), "edited"
				v, err = tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Edited, Enter: []store.Entry{e}})
				return err
			}
			i := store.Import{ID: store.NewID(), Portfolio: portfolio, File: "f.csv", Booked: rowsAnImport}
			if err := tx.RecordImport(ctx, i); err != nil {
				return err
			}
			c := store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Imported, Import: i.ID}
			for k := range rowsAnImport {
				c.Enter = append(c.Enter, store.Entry{Transaction: ledger.Transaction{ID: store.NewID(), Date: date.Date(20000 + k), Type: ledger.Deposit, Amount: money.Some(money.Int(int64(k))), Currency: "EUR"}})
			}
			v, err = tx.Append(ctx, c)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Println(v.Version)
	}
}

// A process killed at any moment loses nothing it acknowledged and leaves no half of
// anything: every import is there with all its rows or not at all.
func TestKill(t *testing.T) {
	kills := 12
	if n, err := strconv.Atoi(os.Getenv("FOLIOSIGHT_TEST_KILLS")); err == nil {
		kills = n
	}
	if testing.Short() {
		kills = 3
	}
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "books.db")
	id, portfolio := store.Identity{Tenant: store.NewID(), User: store.NewID()}, store.NewID()
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Found(ctx, store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: "a@example.org"}, true); err != nil {
		t.Fatal(err)
	}
	err = s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		return tx.CreatePortfolio(ctx, store.Portfolio{ID: portfolio, Name: "p", Base: "EUR"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	for kill := range kills {
		acknowledged := runAndKill(t, path, id, portfolio, time.Duration(r.IntN(60_000))*time.Microsecond)
		if err := intact(path, id, portfolio, acknowledged); err != nil {
			t.Fatalf("kill %d (seed %d), version %d acknowledged: %v", kill, seed, acknowledged, err)
		}
	}
}

// runAndKill runs the child, kills it some time after it opened the store, and returns
// the last version it acknowledged.
func runAndKill(t *testing.T, path string, id store.Identity, portfolio string, after time.Duration) (acknowledged int64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childPath+"="+path, childWhere+"="+id.Tenant+" "+id.User+" "+portfolio)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "open" {
		t.Fatalf("the child did not open the store: %q", lines.Text())
	}
	time.AfterFunc(after, func() { child.Process.Kill() })
	for lines.Scan() {
		if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
			acknowledged = n
		}
	}
	child.Wait()
	return acknowledged
}

func intact(path string, id store.Identity, portfolio string, acknowledged int64) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Read(ctx, id, func(ctx context.Context, v store.View) error {
		version, err := v.LedgerVersion(ctx, portfolio)
		if err != nil {
			return err
		}
		if version < acknowledged {
			return fmt.Errorf("the ledger is at version %d", version)
		}
		all, err := v.Versions(ctx, portfolio, 0)
		if err != nil {
			return err
		}
		if int64(len(all)) != version {
			return fmt.Errorf("%d versions noted, the ledger is at %d", len(all), version)
		}
		rows, err := v.History(ctx, portfolio)
		if err != nil {
			return err
		}
		want, entered, got := 0, map[int64]int{}, 0
		for _, v := range all {
			want += v.Entered
		}
		for _, r := range rows {
			entered[r.Entered]++
			got++
		}
		for _, v := range all {
			if entered[v.Version] != v.Entered {
				return fmt.Errorf("version %d has %d rows of %d", v.Version, entered[v.Version], v.Entered)
			}
		}
		if got != want {
			return fmt.Errorf("%d rows, the versions say %d", got, want)
		}
		_, err = v.VerifyEvents(ctx)
		return err
	})
}
