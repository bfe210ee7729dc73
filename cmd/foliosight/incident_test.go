package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/ops/incident"
)

// TestEveryPartHasAHand holds the playbooks against what this program can do.
func TestEveryPartHasAHand(t *testing.T) {
	all := hands{}.all()
	for _, kind := range incident.Kinds() {
		for _, p := range incident.Playbook(kind) {
			if all[p.Name] == nil {
				t.Errorf("%s: nothing does %s", kind, p.Name)
			}
		}
	}
}

// filesOf is the hash of every file of a directory.
func filesOf(t *testing.T, directory string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(directory, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s %x\n", path, sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// id is the incident that a command told of as JSON.
func id(t *testing.T, o outcome) string {
	t.Helper()
	var got struct{ Incident struct{ ID string } }
	if err := json.Unmarshal([]byte(o.result), &got); err != nil || !strings.HasPrefix(got.Incident.ID, "INC-") {
		t.Fatalf("%s: %v\n%s\n%s", o.what, err, o.result, o.beside)
	}
	return got.Incident.ID
}

// TestIncidentCommands: a rehearsal changes no file, a response without a confirmation
// leaves people signed in, one with it does not, and the rest tells of it.
func TestIncidentCommands(t *testing.T) {
	ctx := context.Background()
	data, directory := home(t)
	t.Setenv("FOLIOSIGHT_LISTEN", "127.0.0.1:1") // nobody is there
	foliosight(t, data, "user", "list").is(0, "", "")
	foliosight(t, data, "user", "list").is(0, "", "")
	before := filesOf(t, directory)
	for _, kind := range incident.Kinds() {
		foliosight(t, data, "incident", "respond", kind, "--dry-run", "--confirm").is(0, "nothing was looked at, done or recorded", "")
		foliosight(t, data, "incident", "respond", kind, "--dry-run", "--json").is(0, `"dry_run": true`, "")
	}
	if after := filesOf(t, directory); after != before {
		t.Errorf("a rehearsal changed\n%s\ninto\n%s", before, after)
	}
	foliosight(t, data, "incident", "respond", "flood").is(2, "", "flood")

	cfg, err := (&globals{Data: directory}).load(map[string]string{"data": directory})
	if err != nil {
		t.Fatal(err)
	}
	switched := func() (n int) {
		t.Helper()
		aside, err := app.Beside(ctx, cfg, app.Outside{})
		if err != nil {
			t.Fatal(err)
		}
		defer aside.Close()
		who, err := aside.Owner(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all, err := aside.Features(ctx, who)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			if f.Enabled {
				n++
			}
		}
		return n
	}
	on := switched()
	o := foliosight(t, data, "incident", "respond", "security-breach", "--note", "a strange sign-in", "--json")
	opened := id(t, o)
	if o.status != 1 || !strings.Contains(o.result, "Not done without --confirm") || !strings.Contains(o.result, "respond security-breach --into "+opened+" --confirm") || switched() != on {
		t.Errorf("without a confirmation: status %d, %d of %d features are on\n%.2000s", o.status, switched(), on, o.result)
	}
	if sealed, err := filepath.Glob(filepath.Join(directory, "backups", "*")); err != nil || len(sealed) != 1 {
		t.Errorf("evidence: %v, %v", sealed, err)
	}
	o = foliosight(t, data, "incident", "respond", "security-breach", "--into", opened, "--confirm").is(1, "everybody signs in anew", "")
	if switched() != 0 || strings.Contains(o.result, "Not done without") {
		t.Errorf("with a confirmation %d features are on\n%s", switched(), o.result)
	}
	foliosight(t, data, "incident", "note", opened, "the token was a colleague's", "--state=mitigated").is(0, "noted", "")
	foliosight(t, data, "incident", "show", opened).is(0, "a strange sign-in", "")
	foliosight(t, data, "incident", "list").is(0, opened, "")
	foliosight(t, data, "incident", "list", "--json").is(0, `"state": "mitigated"`, "")
	foliosight(t, data, "incident", "close", opened, "--cause=a shared password").is(0, "closed", "")
	foliosight(t, data, "incident", "close", opened, "--cause=again").is(2, "", "closed already")
	foliosight(t, data, "incident", "show", "INC-0").is(1, "", "there is no incident INC-0")
	review := filepath.Join(t.TempDir(), "review.md")
	foliosight(t, data, "incident", "report", opened, "--out", review).is(0, "", "written to")
	foliosight(t, data, "incident", "report", opened, "--out", review).is(2, "", "is there already")
	foliosight(t, data, "incident", "report", opened).is(0, "a shared password", "")
	foliosight(t, data, "operations", "--command", "incident").is(0, "incident respond security-breach --confirm", "")

	// Without a database the record waits in a file.
	path := filepath.Join(directory, "foliosight.db")
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	o = foliosight(t, data, "incident", "respond", "service-down", "--json").is(1, "", "")
	waiting := id(t, o)
	foliosight(t, data, "incident", "show", waiting).is(0, "service-down", "")
	foliosight(t, data, "incident", "close", waiting, "--cause=x").is(3, "", "")
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	foliosight(t, data, "incident", "list").is(0, waiting, waiting+" was kept in a file")
	foliosight(t, data, "incident", "respond", "database-issue").is(1, "backup: backup", "")
	foliosight(t, data, "incident", "respond", "performance-degradation").is(1, "statistics", "")
}

func TestMaintenanceAndCacheCommands(t *testing.T) {
	data, _ := home(t)
	foliosight(t, data, "maintenance", "status").is(3, "", "")
	foliosight(t, data, "user", "list").is(0, "", "")
	foliosight(t, data, "maintenance", "status").is(0, "there is none", "")
	foliosight(t, data, "maintenance", "on", "--until=yesterday").is(2, "", "it is no time")
	foliosight(t, data, "maintenance", "on", "--until=2020-01-01T00:00:00Z").is(2, "", "is past")
	foliosight(t, data, "maintenance", "on", "--reason=a larger disk", "--until=45m", "--read-only", "--wait=0s", "--json").is(0, `"read_only": true`, "")
	foliosight(t, data, "maintenance", "status").is(0, "nothing can be changed: a larger disk, until", "")
	foliosight(t, data, "maintenance", "off", "--wait=0s").is(0, "there is none", "")
	foliosight(t, data, "maintenance", "status", "--json").is(0, `"on": false`, "")
	foliosight(t, data, "operations", "--command=maintenance").is(0, "maintenance on", "")
	foliosight(t, data, "cache", "clear", "--wait=0s", "--json").is(0, `"processes": []`, "")
	foliosight(t, data, "cache", "clear", "--url=http://127.0.0.1:1").is(3, "no server answers", "")
}

// TestTheChapterOfIncidents runs every command of the chapter, in its order: none may be
// one that there is not.
func TestTheChapterOfIncidents(t *testing.T) {
	data, _ := home(t)
	t.Setenv("FOLIOSIGHT_LISTEN", "127.0.0.1:1")
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations", "incidents.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	foliosight(t, data, "user", "list").is(0, "", "")
	opened, ran := "", 0
	for line := range strings.Lines(string(text)) {
		command, is := strings.CutPrefix(line, "    foliosight ")
		if !is || strings.Contains(command, "--url https://") {
			continue
		}
		var args []string
		for i, part := range strings.Split(strings.TrimSpace(command), `"`) {
			if i%2 == 1 {
				args = append(args, part)
			} else {
				args = append(args, strings.Fields(part)...)
			}
		}
		for i, a := range args {
			if strings.HasPrefix(a, "INC-") {
				args[i] = opened
			}
		}
		switch args[0] {
		case "maintenance", "cache":
			if args[1] != "status" {
				args = append(args, "--wait=0s")
			}
		}
		o := foliosight(t, append([]string{data}, args...)...)
		if ran++; o.status == exitUsage || strings.Contains(o.beside, "panic") {
			t.Errorf("%s: status %d\n%s", o.what, o.status, o.beside)
		}
		if first, _, ok := strings.Cut(o.result, " "); ok && strings.HasPrefix(first, "INC-") && opened == "" {
			opened = first
		}
	}
	if ran < 11 || opened == "" {
		t.Errorf("%d commands were run, %q was opened", ran, opened)
	}
	if review, err := os.ReadFile("review.md"); err != nil || !strings.Contains(string(review), "a log filled the disk") {
		t.Errorf("the review: %v\n%s", err, review)
	}
}
