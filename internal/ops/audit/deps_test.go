package audit

import (
	"archive/zip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

const mit = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"

// entry is an advisory as the OSV database has it.
const entry = `{"id": "GO-2026-0001", "modified": "2026-02-20T00:00:00Z", "summary": "Reads past the end",
	"affected": [{"package": {"ecosystem": "Go", "name": "example.org/Books/reader"},
		"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.0"}, {"introduced": "1.3.0-rc.1"}, {"fixed": "1.3.4"}]}]}]}`

func TestDeps(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	cache, database := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(database, "GO-2026-0001.json"), entry)
	zipped := filepath.Join(t.TempDir(), "all.zip")
	f, err := os.Create(zipped)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("GO-2026-0001.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(entry)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, version, licence, database string
		now                              time.Time
		exit                             int
		says                             string
	}{
		{"before it was fixed", "v1.1.9", mit, database, now, 1, "1.2.0 or later"},
		{"the same of the zip", "v1.1.9", mit, zipped, now, 1, "1.2.0 or later"},
		{"fixed", "v1.2.0", mit, database, now, 0, "none is about"},
		{"brought in again", "v1.3.0", mit, database, now, 1, "1.3.4 or later"},
		{"a release before that pre-release", "v1.3.0-beta", mit, database, now, 0, "none is about"},
		{"no database", "v1.2.0", mit, "", now, 3, "no database of advisories"},
		{"a database that is not there", "v1.2.0", mit, filepath.Join(database, "gone"), now, 3, "gone"},
		{"an old database", "v1.2.0", mit, database, now.AddDate(0, 3, 0), 1, "download the database anew"},
		{"a licence that binds", "v1.2.0", "GNU GENERAL PUBLIC LICENSE\nVersion 3", database, now, 1, "GPL"},
		{"no licence", "v1.2.0", "All rights reserved.", database, now, 1, "not known"},
		{"not in the cache", "v1.2.0", "", database, now, 3, "not in the module cache"},
	} {
		dir := filepath.Join(cache, "example.org", "!books", "reader@"+c.version)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if c.licence != "" {
			write(filepath.Join(dir, "LICENSE"), c.licence)
		}
		r := check.Begin("audit deps", now)
		build := &debug.BuildInfo{GoVersion: "go1.26.1", Deps: []*debug.Module{{Path: "example.org/Books/reader", Version: c.version, Sum: "h1:x"}}}
		Deps(DepsOptions{Build: build, Cache: cache, Database: c.database, Now: c.now}, r)
		if r.Exit() != c.exit || !strings.Contains(r.Text(), c.says) {
			t.Errorf("%s: exit %d, want %d with %q\n%s", c.name, r.Exit(), c.exit, c.says, r.Text())
		}
	}
	r := check.Begin("audit deps", now)
	Deps(DepsOptions{Build: &debug.BuildInfo{Deps: []*debug.Module{{Path: "example.org/x", Version: "v1.0.0", Replace: &debug.Module{Path: "../x"}}}}, Cache: cache, Now: now}, r)
	if r.Exit() != check.ExitFinding {
		t.Error("a module built from a directory is fine")
	}
}

func TestVersions(t *testing.T) {
	// Semantic Versioning 2.0.0, chapter 11.
	order := []string{"v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2", "v1.0.0-beta.11", "v1.0.0-rc.1", "v1.0.0", "v1.0.1", "v1.10.0", "v2.0.0"}
	for i := range order[1:] {
		if compareVersions(parseVersion(order[i]), parseVersion(order[i+1])) >= 0 {
			t.Errorf("%s is not before %s", order[i], order[i+1])
		}
	}
	if compareVersions(parseVersion("v1.2.3+incompatible"), parseVersion("1.2.3")) != 0 {
		t.Error("what stands after + counts")
	}
}
