package crash

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// tally counts what the kills hit, so that a series that hit nothing shows.
type tally struct {
	acknowledged, refused, under, beyond, opening, standing, valued int
	took                                                            time.Duration // by the changes acknowledged
}

// usual is how long a change takes.
func (a *tally) usual() time.Duration {
	if a.acknowledged == 0 {
		return 4 * time.Millisecond
	}
	return max(time.Millisecond, a.took/time.Duration(a.acknowledged))
}

// known is what the parent saw in the file after the last kill; the next check starts
// from there.
type known struct {
	version int64
	rows    map[string]store.Row // in force, by id
	prices  map[string]string    // entered by hand and in force, by day
	history [sha256.Size]byte    // of everything ever written up to version
	imports map[string]bool      // that stand, by id
}

// found is what is in the file now.
type found struct {
	version  int64
	rows     []store.Row
	history  []store.Row
	versions []store.Version
	imports  []store.Import
	own      []store.OwnPrice
	series   []store.Series
	changed  map[int64]change
	figures  figures
}

type change struct{ entered, removed []store.Row }

// check opens the file as the program does and compares it with what was said.
func (k *known) check(path string, said spoken, all *tally) error {
	f, err := look(path, k.version)
	if err != nil {
		return err
	}
	if err := sound(path); err != nil {
		return err
	}
	if f == nil { // the owner was not set up before the kill
		if k.version > 0 || said.opened {
			return fmt.Errorf("the owner is gone")
		}
		all.opening++
		return nil
	}
	if !said.opened {
		all.opening++
	}
	under, err := k.follow(f, said, all)
	if err != nil {
		return err
	}
	if under != "" {
		all.under++
	}
	if err := f.whole(); err != nil {
		return err
	}
	if err := f.figures.check(f); err != nil {
		return err
	}
	all.valued += f.figures.valued
	k.remember(f)
	all.standing = len(k.imports)
	return nil
}

// look reads everything, through the store and the services; nil where nobody was set up.
func look(path string, since int64) (*found, error) {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		return nil, fmt.Errorf("the database does not open: %w", err)
	}
	defer db.Close()
	svc := service.New(service.Options{Store: db})
	if fresh, err := svc.NeedsSetup(ctx); err != nil || fresh {
		return nil, err
	}
	caller, err := svc.Owner(ctx)
	if err != nil {
		return nil, err
	}
	f := &found{changed: map[int64]change{}}
	portfolios, err := svc.Portfolios(ctx, caller, false)
	if err != nil || len(portfolios) == 0 {
		return f, err
	}
	id := portfolios[0].ID
	err = db.Read(ctx, caller.Identity, func(ctx context.Context, v store.View) (err error) {
		f.version = portfolios[0].Version
		read := []func() error{
			func() error { f.rows, err = v.Rows(ctx, id, store.Latest); return err },
			func() error { f.history, err = v.History(ctx, id); return err },
			func() error { f.versions, err = v.Versions(ctx, id, 0); return err },
			func() error { f.imports, err = v.Imports(ctx, id); return err },
			func() error { f.own, err = v.OwnPrices(ctx, nil, store.LatestMarket); return err },
			func() error {
				f.series, err = v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Version: store.LatestMarket})
				return err
			},
			func() error { _, err := v.VerifyEvents(ctx); return err },
		}
		for _, r := range read {
			if err := r(); err != nil {
				return err
			}
		}
		for version := since + 1; version <= f.version; version++ {
			var c change
			if c.entered, c.removed, err = v.ChangedIn(ctx, id, version); err != nil {
				return err
			}
			f.changed[version] = c
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.figures, err = figuresOf(ctx, svc, caller, id)
	return f, err
}

// follow goes from what was known to what is there, one acknowledged change after the
// other. It returns the operation that was under way, if one was.
func (k *known) follow(f *found, said spoken, all *tally) (under string, err error) {
	if f.version < k.version {
		return "", fmt.Errorf("the ledger is at version %d, it was at %d", f.version, k.version)
	}
	if got := digest(f.history, k.version); k.version > 0 && got != k.history {
		return "", fmt.Errorf("what was booked up to version %d is no longer the same", k.version)
	}
	version, prices, rows := k.version, clone(k.prices), 0
	for _, l := range said.lines {
		switch {
		case l.Intent != "":
			under, rows = l.Intent, l.Rows
			continue
		case l.Refused != "":
			all.refused++
		case l.Price != nil:
			prices[l.Price.Date.String()] = l.Price.Price.String()
		default:
			if l.Version != version+1 {
				return "", fmt.Errorf("%s was acknowledged as version %d after version %d", l.Done, l.Version, version)
			}
			if version++; version > f.version {
				return "", fmt.Errorf("%s, acknowledged as version %d, is gone: the ledger is at %d", l.Done, version, f.version)
			}
			if err := f.changed[version].says(l); err != nil {
				return "", fmt.Errorf("version %d, %s: %w", version, l.Done, err)
			}
		}
		under = ""
	}
	switch {
	case f.version > version+1, f.version > version && (under == "" || under == "price"):
		return "", fmt.Errorf("version %d is there, only %d was acknowledged and %q under way", f.version, version, under)
	case f.version > version:
		all.beyond++
		if entered := len(f.changed[f.version].entered); under == "import" && entered != rows {
			return "", fmt.Errorf("half an import: %d of its %d bookings are there", entered, rows)
		}
	}
	if err := k.sameRows(f); err != nil {
		return "", err
	}
	return under, samePrices(prices, f.own, under, all)
}

// says compares a change with what its acknowledgement said.
func (c change) says(l line) error {
	if len(l.Entered) == 0 {
		return nil
	}
	if len(c.entered) != len(l.Entered) {
		return fmt.Errorf("%d bookings came in, %d were acknowledged", len(c.entered), len(l.Entered))
	}
	there := map[string]string{}
	for i := range c.entered {
		there[c.entered[i].ID] = text(c.entered[i].Transaction)
	}
	for i := range l.Entered {
		if got, want := there[l.Entered[i].ID], text(l.Entered[i]); got != want {
			return fmt.Errorf("the booking is %s, acknowledged was %s", got, want)
		}
	}
	return nil
}

// text is a booking in words that are the same for equal bookings.
func text(t ledger.Transaction) string {
	t.Source = "" // an import's reference is the importer's to make
	b, err := json.Marshal(t)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// sameRows applies the changes to what was in force and compares.
func (k *known) sameRows(f *found) error {
	want := map[string]store.Row{}
	for id, r := range k.rows {
		want[id] = r
	}
	for version := k.version + 1; version <= f.version; version++ {
		for _, r := range f.changed[version].removed {
			if _, there := want[r.ID]; !there {
				return fmt.Errorf("version %d took out booking %s, which was not in force", version, r.ID)
			}
			delete(want, r.ID)
		}
		for _, r := range f.changed[version].entered {
			want[r.ID] = r
		}
	}
	if len(want) != len(f.rows) {
		return fmt.Errorf("%d bookings are in force, the changes leave %d", len(f.rows), len(want))
	}
	for i := range f.rows {
		if w, there := want[f.rows[i].ID]; !there || text(w.Transaction) != text(f.rows[i].Transaction) {
			return fmt.Errorf("booking %s is not as the changes left it", f.rows[i].ID)
		}
	}
	return nil
}

// samePrices compares the prices entered by hand; one more, or one other, may be there
// when a price was being entered.
func samePrices(want map[string]string, own []store.OwnPrice, under string, all *tally) error {
	differ, there := 0, map[string]string{}
	for _, p := range own {
		there[p.Date.String()] = p.Price.String()
		if want[p.Date.String()] != p.Price.String() {
			differ++
		}
	}
	for day := range want {
		if there[day] == "" {
			return fmt.Errorf("the price of %s is gone", day)
		}
	}
	if differ > 1 || differ == 1 && under != "price" {
		return fmt.Errorf("%d prices are not those acknowledged, with %q under way", differ, under)
	}
	all.beyond += differ
	return nil
}

// whole looks for halves: versions without all their rows, imports without their
// bookings or prices, prices without their import.
func (f *found) whole() error {
	if int64(len(f.versions)) != f.version {
		return fmt.Errorf("%d versions are noted, the ledger is at %d", len(f.versions), f.version)
	}
	entered, removed := map[int64]int{}, map[int64]int{}
	for i := range f.history {
		entered[f.history[i].Entered]++
		if gone := f.history[i].Superseded; gone != 0 {
			removed[gone]++
		}
	}
	for _, v := range f.versions {
		if entered[v.Version] != v.Entered || removed[v.Version] != v.Removed {
			return fmt.Errorf("version %d has %d rows in and %d out, it says %d and %d", v.Version, entered[v.Version], removed[v.Version], v.Entered, v.Removed)
		}
	}
	brought := map[string]int{}
	for i := range f.series {
		brought[f.series[i].Source] += len(f.series[i].Dates)
	}
	for _, i := range f.imports {
		prices := brought["import/"+i.ID]
		delete(brought, "import/"+i.ID)
		switch {
		case i.Version == 0 || entered[i.Version] != i.Booked:
			return fmt.Errorf("half an import: %s says %d bookings, its version %d has %d", i.File, i.Booked, i.Version, entered[i.Version])
		case i.Undone == 0 && prices != 40:
			return fmt.Errorf("half an import: %s has %d of its 40 prices", i.File, prices)
		case i.Undone != 0 && prices != 0:
			return fmt.Errorf("half an undo: %s was undone and left %d prices", i.File, prices)
		}
	}
	for source := range brought {
		if strings.HasPrefix(source, "import/") {
			return fmt.Errorf("half an import: prices of %s are there without it", source)
		}
	}
	return nil
}

func (k *known) remember(f *found) {
	k.version, k.rows, k.prices, k.imports = f.version, map[string]store.Row{}, map[string]string{}, map[string]bool{}
	for i := range f.rows {
		k.rows[f.rows[i].ID] = f.rows[i]
	}
	for _, p := range f.own {
		k.prices[p.Date.String()] = p.Price.String()
	}
	for _, i := range f.imports {
		if i.Undone == 0 {
			k.imports[i.ID] = true
		}
	}
	k.history = digest(f.history, f.version)
}

// digest is of every row up to a version, as it was then.
func digest(history []store.Row, version int64) (sum [sha256.Size]byte) {
	h := sha256.New()
	for i := range history {
		r := history[i]
		if r.Entered > version {
			continue
		}
		if r.Superseded > version {
			r.Superseded = 0
		}
		fmt.Fprintln(h, text(r.Transaction), r.Transaction.Source, r.Origin, r.Replaces, r.Sequence, r.Entered, r.Superseded, r.Import)
	}
	h.Sum(sum[:0])
	return sum
}

func clone(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// sound asks SQLite itself about the file.
func sound(path string) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		return fmt.Errorf("integrity_check: %s %w", verdict, err)
	}
	rows, err := db.Query(`PRAGMA foreign_key_check`)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		return fmt.Errorf("foreign_key_check finds a row without its parent")
	}
	return rows.Err()
}
