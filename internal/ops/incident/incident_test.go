package incident

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

var noon = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)

// clock gives a later second each time.
func clock() func() time.Time {
	at := noon
	return func() time.Time { at = at.Add(time.Second); return at }
}

// hands note what they were asked to do.
func hands(did *[]string, kind string) map[string]Hand {
	all := map[string]Hand{}
	for _, p := range Playbook(kind) {
		all[p.Name] = func(_ context.Context, r *check.Report) error {
			*did = append(*did, p.Name)
			if p.Name == "disk" {
				r.Find("disk", "full", "make room: `foliosight backup prune`")
				return nil
			}
			r.Fine(p.Name, "well")
			return nil
		}
	}
	return all
}

func open(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestWhatLocksOutNeedsAConfirmation goes through each playbook without one and with one.
func TestWhatLocksOutNeedsAConfirmation(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	for _, kind := range Kinds() {
		if len(Playbook(kind)) != len(playbooks[kind]) || len(Playbook(kind)) == 0 || severities[kind] == "" || len(Afterwards(kind)) == 0 {
			t.Errorf("the playbook of %s names parts that there are not", kind)
		}
		var did []string
		now := clock()
		o := Options{Kind: kind, Note: "pages are white", By: "ops@db1", Now: now, Hands: hands(&did, kind), Keeper: &Keeper{Gate: s, Dir: t.TempDir()}}
		r, err := Respond(ctx, o, check.Begin("", noon))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range Playbook(kind) {
			if slices.Contains(did, p.Name) == p.Confirm {
				t.Errorf("%s without a confirmation: %s", kind, p.Name)
			}
			if p.Confirm && !strings.Contains(strings.Join(commands(r.Remains()), "\n"), "foliosight") {
				t.Errorf("%s: %s is not among what remains: %+v", kind, p.Name, r.Remains())
			}
		}
		kept, err := o.Keeper.Get(ctx, r.ID)
		if err != nil || len(kept.Timeline) != len(r.Timeline) || kept.Timeline[0].Says != "pages are white" || kept.State != Open {
			t.Fatalf("%s is kept as %+v, %v", kind, kept, err)
		}
		did = nil
		o.Confirm, o.Into = true, r.ID
		again, err := Respond(ctx, o, check.Begin("", noon))
		if err != nil || again.ID != r.ID || len(did) != len(Playbook(kind)) {
			t.Errorf("%s with a confirmation did %v in %s, %v", kind, did, again.ID, err)
		}
		for _, one := range again.Remains() {
			if strings.Contains(one.What, "without --confirm") {
				t.Errorf("%s: what was done remains: %+v", kind, one)
			}
		}
		if i, j := slices.Index(did, "evidence"), slices.Index(did, "sessions"); i > j {
			t.Error("evidence is sealed after the sessions ended")
		}
	}
	if did, want := Rehearse(SecurityBreach, false), Playbook(SecurityBreach); len(did) != len(want) || did[len(did)-1].Does != DoesLeave {
		t.Errorf("the rehearsal tells of %+v", did)
	}
}

func commands(all []Remaining) (out []string) {
	for _, one := range all {
		out = append(out, one.Command)
	}
	return out
}

// gone is a database that goes away after some lines.
type gone struct {
	store.IncidentGate
	left int
}

var errGone = errors.New("connection refused")

func (g *gone) AppendIncident(ctx context.Context, id string, e []store.IncidentEntry) error {
	if g.left--; g.left < 0 {
		return errGone
	}
	return g.IncidentGate.AppendIncident(ctx, id, e)
}

// TestTheRecordOutlivesTheDatabase: away from the start, and from the middle on, it is in
// a file, and the next command has it in the database, once.
func TestTheRecordOutlivesTheDatabase(t *testing.T) {
	ctx := context.Background()
	s, dir := open(t), t.TempDir()
	var did []string
	o := Options{Kind: ServiceDown, By: "ops", Now: clock(), Hands: hands(&did, ServiceDown), Keeper: &Keeper{Away: errGone, Dir: dir}}
	first, err := Respond(ctx, o, check.Begin("", noon))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, first.ID+".json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if all, err := o.Keeper.List(ctx, 0); err != nil || len(all) != 1 {
		t.Errorf("while it is away the list is %v, %v", all, err)
	}
	o.Now, o.Keeper = clock(), &Keeper{Gate: &gone{s, 2}, Dir: dir}
	second, err := Respond(ctx, o, check.Begin("", noon))
	if err != nil || second.ID != first.ID+"-2" || o.Keeper.Gate != nil {
		t.Fatalf("%s, %v", second.ID, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "INC-bad.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	k := &Keeper{Gate: s, Dir: dir}
	taken, err := k.TakeIn(ctx)
	if len(taken) != 2 || err == nil || !strings.Contains(err.Error(), "INC-bad.json") {
		t.Errorf("taken in: %v, %v", taken, err)
	}
	for _, want := range []Record{first, second} {
		got, err := k.Get(ctx, want.ID)
		if err != nil || len(got.Timeline) != len(want.Timeline) {
			t.Errorf("%s has %d lines of %d, %v", want.ID, len(got.Timeline), len(want.Timeline), err)
		}
	}
	if taken, _ := k.TakeIn(ctx); len(taken) != 0 {
		t.Errorf("taken in again: %v", taken)
	}
}

func TestReview(t *testing.T) {
	r := Record{ID: "INC-20250701-120000", Kind: ServiceDown, Severity: "critical", State: Open, Opened: noon, By: "ops@db1", Timeline: []Line{{ID: "1", At: noon, By: "ops@db1", Does: DoesOpen, Says: "white | pages"},
		{ID: "2", At: noon.Add(time.Second), Does: DoesLook, Part: "disk", Says: "the disk", State: check.Finding, Checks: []check.Check{{Name: "disk", State: check.Finding, Says: "full", Cure: "make room"}}},
		{ID: "3", At: noon.Add(2 * time.Second), Does: DoesAct, Part: "backup", Says: "back up", State: check.Fine, Checks: []check.Check{{Name: "backup", State: check.Fine, Says: "it is sealed"}}}}}
	if err := r.Note("room was made", Mitigated, "ops@db1", noon.Add(time.Minute)); err != nil || r.State != Mitigated {
		t.Fatal(err)
	}
	if err := r.Close("a log grew", "ops@db1", noon.Add(90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if r.Close("again", "", noon) == nil || r.Note("more", "", "", noon) == nil {
		t.Error("what is closed changes")
	}
	hour := func(h int, requests, failed int64) store.RequestHour {
		return store.RequestHour{Hour: noon.Add(time.Duration(h) * time.Hour), Route: "/p/{portfolio}", Method: "GET", Requests: requests, Failed: failed, Total: time.Second}
	}
	text := Review(r, []store.RequestHour{hour(-1, 1000, 900), hour(0, 60, 6), hour(1, 40, 4), hour(2, 1000, 900)}, time.Time{}, noon.Add(24*time.Hour))
	for _, want := range []string{"# Review of INC-20250701-120000: service-down", "| Duration | 1h30m0s |", "Requests: 100,", "Failed (5xx): 10 (10.00 %)", "| GET /p/{portfolio} | 10 | 100 |", `white \| pages`,
		"disk, disk: full (finding)", "backup, backup: it is sealed (fine)", "room was made", "a log grew", "## Lessons", "## Actions"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if none := Review(r, nil, time.Time{}, noon); !strings.Contains(none, "not known") || strings.Contains(none, "Requests: 0") {
		t.Error("what was not recorded is counted as nothing")
	}
}
