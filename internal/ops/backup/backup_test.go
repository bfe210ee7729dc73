package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
	"github.com/foliosight/foliosight/internal/store/storetest"
	"github.com/foliosight/foliosight/internal/store/tend"
)

var ctx = context.Background()

func keysOf(t testing.TB, b byte) *secret.Keys {
	t.Helper()
	k, err := secret.New(bytes.Repeat([]byte{b}, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// books is a filled SQLite database in a directory of its own.
func books(t testing.TB) (s backup.Source, path string) {
	t.Helper()
	directory := t.TempDir()
	path = filepath.Join(directory, "books.db")
	full.Do(func() { fullContent = filledFile(t) })
	if fullContent == nil {
		t.Fatal("the database of the tests could not be made")
	}
	if err := os.WriteFile(path, fullContent, 0o600); err != nil {
		t.Fatal(err)
	}
	return sourceOf(t, "sqlite:"+path, directory), path
}

var (
	full        sync.Once
	fullContent []byte
)

func filledFile(t testing.TB) []byte {
	path := filepath.Join(t.TempDir(), "full.db")
	s, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t.(*testing.T), s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func sourceOf(t testing.TB, address, directory string) backup.Source {
	return backup.Source{Address: address, Work: filepath.Join(directory, "work"), Keys: keysOf(t, 1), Version: "1.2.3", Commit: "abc", Now: time.Now}
}

func create(t testing.TB, s backup.Source, p backup.Place, extras []backup.Extra) backup.Created {
	t.Helper()
	c, err := backup.Create(ctx, s, []backup.Place{p}, extras)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// everyTable is what a database holds, table by table.
func everyTable(t testing.TB, address string) map[string]tend.Moved {
	t.Helper()
	d, err := tend.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	tx, err := d.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	all, err := tend.Contents(ctx, d, tx)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]tend.Moved{}
	for _, m := range all {
		out[m.Table] = m
	}
	return out
}

func same(t testing.TB, got, want map[string]tend.Moved) {
	t.Helper()
	if len(want) < 20 || len(got) != len(want) {
		t.Fatalf("%d tables, want %d", len(got), len(want))
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("table %s: %+v, want %+v", name, got[name], w)
		}
	}
}

// emptyOf fails if a directory holds anything but what is named.
func emptyOf(t testing.TB, directory string, but ...string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		ok := false
		for _, b := range but {
			ok = ok || e.Name() == b
		}
		if !ok {
			t.Errorf("%s was left in %s", e.Name(), directory)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	s, path := books(t)
	before := everyTable(t, s.Address)
	place := backup.Directory(filepath.Join(filepath.Dir(path), "backups"))
	log := filepath.Join(t.TempDir(), "a.log")
	if err := os.WriteFile(log, []byte("a line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := create(t, s, place, []backup.Extra{{Name: "settings.json", Text: []byte(`[]`)}, {Name: "logs/1-a.log", Path: log}})
	m, err := backup.Verify(ctx, place, c.Name, s.Keys)
	if err != nil || len(m.Parts) != 3 || m.Kind != backup.System || m.Version != "1.2.3" || m.Rows() == 0 || m.Newest.IsZero() {
		t.Fatalf("%+v, %v", m, err)
	}
	if info, err := os.Stat(filepath.Join(string(place), c.Name)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others may read it", info.Mode(), err)
	}
	content, err := os.ReadFile(filepath.Join(string(place), c.Name))
	if err != nil || bytes.Contains(content, []byte("transactions")) || bytes.Contains(content, []byte("SQLite")) {
		t.Errorf("it can be read without the key, %v", err)
	}
	into := filepath.Join(t.TempDir(), "new.db")
	r, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Into: "sqlite:" + into})
	if err != nil || !r.Swapped || r.Aside != "" || r.HasData {
		t.Fatalf("%+v, %v", r, err)
	}
	same(t, everyTable(t, "sqlite:"+into), before)
	emptyOf(t, filepath.Dir(into), "new.db", "new.db.lock")
	emptyOf(t, s.Work)
	db, err := sqlite.Open(ctx, sqlite.Options{Path: into})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// What is live is never replaced by accident, and kept aside where it is on purpose.
func TestLiveDataStay(t *testing.T) {
	s, path := books(t)
	place := backup.Directory(t.TempDir())
	c := create(t, s, place, nil)
	server, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	found(t, server, "late")
	if _, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Replace: "books.db"}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("while a server holds it: %v", err)
	}
	if r, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Dry: true}); err != nil || r.Swapped || !r.HasData {
		t.Errorf("dry, while a server holds it: %+v, %v", r, err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	live := everyTable(t, s.Address)
	for _, name := range []string{"", "books", "BOOKS.DB"} {
		if _, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Replace: name}); !errors.Is(err, backup.ErrLive) {
			t.Errorf("--replace %q: %v", name, err)
		}
	}
	same(t, everyTable(t, s.Address), live)
	r, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Replace: "books.db"})
	if err != nil || !r.Swapped || r.Aside == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	same(t, everyTable(t, "sqlite:"+r.Aside), live)
	if now := everyTable(t, s.Address); now["users"] == live["users"] || now["users"].Rows != live["users"].Rows-1 {
		t.Errorf("users after: %+v, before %+v", now["users"], live["users"])
	}
}

func found(t testing.TB, s store.Store, name string) {
	t.Helper()
	id := store.NewID()
	if err := s.Found(ctx, store.Tenant{ID: id, Name: name}, store.User{ID: store.NewID(), Email: name + "@example.org"}, false); err != nil {
		t.Fatal(err)
	}
}

// A snapshot under load is of one moment: each booking is in it whole or not at all, and
// nobody who books waits for it.
func TestUnderLoad(t *testing.T) {
	s, path := books(t)
	server, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	stop, booked := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				booked <- n
				return
			default:
				found(t, server, fmt.Sprintf("n%d", n))
			}
		}
	}()
	place := backup.Directory(t.TempDir())
	var made []backup.Created
	for range 3 {
		made = append(made, create(t, s, place, nil))
	}
	close(stop)
	if n := <-booked; n == 0 {
		t.Error("nobody could book meanwhile")
	}
	for _, c := range made {
		into := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
		if _, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Into: into}); err != nil { // which verifies every trail
			t.Error(err)
		}
	}
	kept, err := place.List(ctx)
	if err != nil || len(kept) != 3 {
		t.Errorf("%d backups, %v", len(kept), err)
	}
}

// Whatever is wrong with a file is found, said and changes nothing.
func TestDamage(t *testing.T) {
	s, _ := books(t)
	place := backup.Directory(t.TempDir())
	c := create(t, s, place, nil)
	whole, err := os.ReadFile(filepath.Join(string(place), c.Name))
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, content []byte, keys *secret.Keys, want error) {
		t.Helper()
		into := t.TempDir()
		broken := backup.Directory(t.TempDir())
		if err := os.WriteFile(filepath.Join(string(broken), c.Name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		source := s
		source.Keys = keys
		if _, err := backup.Verify(ctx, broken, c.Name, keys); !errors.Is(err, want) {
			t.Errorf("%s: verify: %v", what, err)
		}
		if _, err := backup.Restore(ctx, source, broken, c.Name, backup.RestoreOptions{Into: "sqlite:" + filepath.Join(into, "x.db")}); !errors.Is(err, want) {
			t.Errorf("%s: restore: %v", what, err)
		}
		emptyOf(t, into, "x.db.lock")
	}
	for _, at := range []int{3, 20, 60, len(whole) / 3, len(whole) / 2, len(whole) - 1} {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 4
		want := backup.ErrDamaged
		if at > 8 && at < 17 {
			want = secret.ErrUnknown
		}
		try(fmt.Sprintf("a bit of byte %d", at), flipped, s.Keys, want)
	}
	for _, n := range []int{0, 10, 49, 100, len(whole) / 2, len(whole) - 1} {
		try(fmt.Sprintf("%d bytes of %d", n, len(whole)), whole[:n], s.Keys, backup.ErrDamaged)
	}
	try("more than it was", append(bytes.Clone(whole), 'x'), s.Keys, backup.ErrDamaged)
	try("another key", whole, keysOf(t, 2), secret.ErrUnknown)
	try("no key", whole, nil, secret.ErrNoKey)
	if _, err := backup.Create(ctx, backup.Source{Address: s.Address, Work: s.Work, Now: time.Now}, []backup.Place{place}, nil); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("create without a key: %v", err)
	}
}

// A schema that this program does not know is refused before anything is restored.
func TestNewer(t *testing.T) {
	s, path := books(t)
	db, release, err := sqlite.Raw(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO migrations (name, sha256, applied) VALUES ('9999_later.sql', 'x', '2030-01-01T00:00:00Z')`); err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	place := backup.Directory(t.TempDir())
	c := create(t, s, place, nil)
	if _, err := backup.Verify(ctx, place, c.Name, s.Keys); !errors.Is(err, store.ErrNewer) {
		t.Error(err)
	}
	if _, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Into: "sqlite:" + filepath.Join(t.TempDir(), "x.db")}); !errors.Is(err, store.ErrNewer) {
		t.Error(err)
	}
}

func TestPrune(t *testing.T) {
	place := backup.Directory(t.TempDir())
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	put := func(kind string, days int) {
		name := "foliosight-" + now.AddDate(0, 0, -days).Format("20060102T150405Z") + "-" + kind + ".backup"
		if err := os.WriteFile(filepath.Join(string(place), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, days := range []int{0, 1, 30, 31, 40} {
		put("data", days)
	}
	for days := range 10 {
		put("system", days)
	}
	other := filepath.Join(string(place), "mine.txt")
	left := filepath.Join(string(place), "foliosight-20260101T000000Z-data.backup.1.partial")
	for _, p := range []string{other, left} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, now, now.AddDate(0, -2, 0)); err != nil {
			t.Fatal(err)
		}
	}
	keep := backup.Retention{Age: 30 * 24 * time.Hour, Systems: 7}
	if did, err := backup.Prune(ctx, place, keep, now, true); err != nil || did.Kept != 10 || len(did.Removed) != 5 {
		t.Errorf("dry: %+v, %v", did, err)
	}
	did, err := backup.Prune(ctx, place, keep, now, false)
	if err != nil || did.Kept != 10 || len(did.Removed) != 6 {
		t.Errorf("%+v, %v", did, err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("what is no backup was removed")
	}
	// However old, the newest stays.
	if did, err = backup.Prune(ctx, place, keep, now.AddDate(1, 0, 0), false); err != nil || did.Kept != 8 {
		t.Errorf("a year later: %+v, %v", did, err)
	}
}

func TestDrill(t *testing.T) {
	s, path := books(t)
	place := backup.Directory(t.TempDir())
	if _, err := backup.Drill(ctx, s, place); !errors.Is(err, backup.ErrNone) {
		t.Error(err)
	}
	create(t, s, place, nil)
	server, err := sqlite.Open(ctx, sqlite.Options{Path: path}) // which it drills beside
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	book(t, server, 3)
	figures := func(other string) func(context.Context, string, time.Time, []string) (map[string][]byte, error) {
		return func(_ context.Context, address string, known time.Time, _ []string) (map[string][]byte, error) {
			if known.IsZero() {
				t.Error("figures of now, not of then")
			}
			text := []byte("figures")
			if other != "" && filepath.Base(address) == "sqlite:live.sqlite" || filepath.Base(address) == "live.sqlite" {
				text = append(text, other...)
			}
			return map[string][]byte{"p": text}, nil
		}
	}
	s.Figures = figures("")
	d, err := backup.Drill(ctx, s, place)
	if err != nil || d.Unseen != "" || d.Figures != 1 || d.Rows == 0 || d.RTO <= 0 || d.Age <= 0 || d.Lost <= 0 || !d.Live.After(d.Newest) {
		t.Errorf("%+v, %v", d, err)
	}
	s.Figures = figures("others")
	if _, err := backup.Drill(ctx, s, place); !errors.Is(err, backup.ErrDiffers) {
		t.Errorf("other figures: %v", err)
	}
	emptyOf(t, s.Work)
}

// book founds somebody with a portfolio of n bookings.
func book(t testing.TB, s *sqlstore.Store, n int) {
	t.Helper()
	id, portfolio := store.Identity{Tenant: store.NewID(), User: store.NewID()}, store.NewID()
	if err := s.Found(ctx, store.Tenant{ID: id.Tenant, Name: "t"}, store.User{ID: id.User, Email: id.User + "@example.org"}, false); err != nil {
		t.Fatal(err)
	}
	all := make([]store.Entry, n)
	for i := range all {
		all[i].Transaction = ledger.Transaction{ID: store.NewID(), Date: date.Must(2015, 1, 1) + date.Date(i%3650), Type: ledger.Buy, Account: "depot",
			Symbol: fmt.Sprintf("S%d", i%50), Quantity: money.Some(money.MustParse("1.5")), Price: money.Some(money.MustParse("100.25")), Currency: "USD",
			Fees: money.Some(money.MustParse("0.99")), Source: fmt.Sprintf("REF:%d", i)}
	}
	err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		if err := tx.CreatePortfolio(ctx, store.Portfolio{ID: portfolio, Name: "Main", Base: "USD"}); err != nil {
			return err
		}
		_, err := tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: all})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
