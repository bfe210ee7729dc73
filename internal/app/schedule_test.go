package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// The schedule does what the commands do, inside the process that serves: every task of it
// runs, is recorded as its own and finds what the one before has left.
func TestScheduleDoesWhatCommandsDo(t *testing.T) {
	ctx := context.Background()
	in := config.Input{Flags: map[string]string{"data": t.TempDir()}, Environ: []string{"HOME=" + t.TempDir(), "MARKET_DATA=off"}}
	cfg, err := config.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	o := Outside{Version: "test", Now: func() time.Time { return at }, Upkeep: &Upkeep{Input: in, Commit: "abc"}}.complete()
	h, err := Open(ctx, cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if _, err := h.SetUp(ctx, service.NewOwner{Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "USD"}); err != nil {
		t.Fatal(err)
	}
	kept, err := h.keep(cfg, o, newWatch(cfg, h, o))
	if err != nil {
		t.Fatal(err)
	}
	if command, err := kept.Due(ctx); err != nil || command != "backup create" {
		t.Errorf("in a new installation %q is due, %v", command, err)
	}
	at = at.Add(time.Minute)
	want := map[string]string{"backup create": "fine", "backup verify": "fine"}
	for _, task := range (Upkeep{Config: cfg}).tasks(nil) {
		if task.Command == "health --full" { // after the backup that it looks for
			continue
		}
		if _, err := kept.Run(ctx, task.Command, at); err != nil {
			t.Fatalf("%s: %v", task.Command, err)
		}
	}
	if _, err := kept.Run(ctx, "health --full", at); err != nil {
		t.Fatal(err)
	}
	for _, task := range (Upkeep{Config: cfg}).tasks(nil) {
		all, err := h.Operations(ctx, store.OperationFilter{Command: task.Command})
		if err != nil || len(all) != 1 || all[0].By[:9] != "schedule@" {
			t.Fatalf("%s: %+v, %v", task.Command, all, err)
		}
		if w := want[task.Command]; w != "" && all[0].Outcome != w {
			t.Errorf("%s: %s", task.Command, all[0].Report)
		}
		var r check.Report
		if err := json.Unmarshal(all[0].Report, &r); err != nil || len(r.Checks) < 2 {
			t.Errorf("%s: %s, %v", task.Command, all[0].Report, err)
		}
		for _, c := range r.Checks {
			if (task.Command == "maintain daily" || task.Command == "health --full") && (c.Name == "backup" || c.Name == "database: statistics") && c.State != check.Fine {
				t.Errorf("%s: %+v", task.Command, c)
			}
		}
	}
	for what, off := range map[string]func(*config.Config, *Outside){
		"the switch":        func(c *config.Config, _ *Outside) { c.Operations.Schedule = false },
		"the demonstration": func(c *config.Config, _ *Outside) { c.Demo = true },
		"nobody asks":       func(_ *config.Config, o *Outside) { o.Upkeep = nil },
	} {
		c, out := cfg, o
		off(&c, &out)
		if kept, err := h.keep(c, out, newWatch(c, h, out)); kept != nil || err != nil {
			t.Errorf("%s: %v, %v", what, kept, err)
		}
	}
}

// Where the owner's address is not given it is said what is not done, and how to have it.
func TestScheduleWithoutOwner(t *testing.T) {
	cfg := config.Config{Database: "postgres://server@127.0.0.1:1/books"}
	r := check.Begin("backup create", time.Now())
	err := Upkeep{Config: cfg}.BackUp(context.Background(), r, BackupCreate{})
	if err == nil || len(r.Checks) != 0 || err.Error() != "this needs the role that owns the schema: set DATABASE_ADMIN_URL" {
		t.Errorf("%v, %+v", err, r.Checks)
	}
	for _, task := range (Upkeep{Config: cfg}).tasks(nil) {
		if task.Command == "backup verify" {
			if err := task.Do(context.Background(), r); err == nil || len(r.Checks) != 0 {
				t.Errorf("%v, %+v", err, r.Checks)
			}
		}
	}
}

// On PostgreSQL without the owner's address the schedule runs what it can, records once
// what it cannot with what to do about it, and says how it stands with the server's role.
func TestSchedulePostgres(t *testing.T) {
	ctx := context.Background()
	d := pgtest.Migrated(t)
	in := config.Input{Environ: []string{"HOME=" + t.TempDir(), "MARKET_DATA=off", "DATABASE_URL=" + d.URL, "DATABASE_ADMIN_URL=" + d.AdminURL, "ENCRYPTION_KEY=an encryption key of 32 letters."}}
	cfg, err := config.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	o := Outside{Version: "test", Now: func() time.Time { return at }, Upkeep: &Upkeep{Input: in}}.complete()
	h, err := Open(ctx, cfg, o) // with the owner's address, which makes the queue
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	cfg.Admin = ""
	kept, err := h.keep(cfg, o, newWatch(cfg, h, o))
	if err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Minute)
	var runs []string
	for {
		command, err := kept.Due(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if command == "" || len(runs) > 9 {
			break
		}
		if _, err := kept.Run(ctx, command, at); err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		if runs = append(runs, command); len(runs) == 1 {
			at = at.AddDate(0, 0, 40) // past a Sunday and a first
		}
	}
	if len(runs) != 10 || len(slices.Compact(slices.Sorted(slices.Values(runs[1:])))) != 9 {
		t.Errorf("%q", runs)
	}
	for _, command := range []string{"backup create", "backup verify", "drill restore"} {
		all, err := h.Operations(ctx, store.OperationFilter{Command: command, Limit: 1})
		if err != nil || len(all) != 1 || all[0].Outcome != string(check.Unknown) || !strings.Contains(string(all[0].Report), "DATABASE_ADMIN_URL") {
			t.Errorf("%s: %+v, %v", command, all, err)
		}
	}
	states, err := (Upkeep{Config: cfg, Now: o.Now}).Schedule(ctx)
	if err != nil || len(states) != 9 {
		t.Fatalf("%+v, %v", states, err)
	}
	for _, one := range states {
		if one.Last == nil || one.Due {
			t.Errorf("%+v", one)
		}
	}
}
