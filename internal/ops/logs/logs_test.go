package logs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/logs"
	"github.com/foliosight/foliosight/internal/ops/request"
)

func TestALineHasWhatIsKnown(t *testing.T) {
	var out bytes.Buffer
	l, err := logs.Open(logs.Options{Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	ctx, m := request.With(context.Background(), "req-1")
	m.From("user-1")
	m.About("portfolio-1")
	l.Logger().DebugContext(ctx, "not logged")
	l.Logger().ErrorContext(ctx, "request failed", "error", errors.New("disk is full"), "took", 1500*time.Microsecond)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for key, want := range map[string]any{"level": "error", "logger": "ops/logs_test", "message": "request failed", "request_id": "req-1", "user_id": "user-1", "portfolio_id": "portfolio-1", "error": "disk is full", "took": "1.5ms"} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	if at, err := time.Parse(time.RFC3339Nano, line["timestamp"].(string)); err != nil || time.Since(at) > time.Minute {
		t.Errorf("timestamp %v: %v", line["timestamp"], err)
	}
	last, counts := l.Recent(time.Now().Add(-time.Minute))
	if len(last) != 1 || last[0].Message != "request failed" || last[0].RequestID != "req-1" || counts["error"] != 1 || counts["warn"] != 0 {
		t.Errorf("remembered %+v, %v", last, counts)
	}
	if text, _ := json.Marshal(last); strings.Contains(string(text), "disk is full") {
		t.Errorf("what it was about is remembered: %s", text)
	}
}

// TestDebuggingEnds: everything is logged for the time that was asked for and not longer.
func TestDebuggingEnds(t *testing.T) {
	clock := time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	l, err := logs.Open(logs.Options{Out: &out, Level: slog.LevelWarn, Debug: 10 * time.Minute, Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	l.Logger().Debug("first")
	clock = clock.Add(10*time.Minute - 1)
	l.Logger().Debug("second")
	clock = clock.Add(1)
	l.Logger().Debug("third")
	l.Logger().Info("fourth")
	text := out.String()
	if !strings.Contains(text, "first") || !strings.Contains(text, "second") || strings.Contains(text, "third") || strings.Contains(text, "fourth") || !strings.Contains(text, "2025-07-01T12:10:00Z") {
		t.Errorf("%s", text)
	}
	for text, want := range map[string]time.Duration{"true": 30 * time.Minute, "false": 0, "10m": 10 * time.Minute, "24h": 24 * time.Hour} {
		if got, err := logs.Lasts(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"25h", "-1m", "soon", "10"} {
		if _, err := logs.Lasts(text); err == nil {
			t.Errorf("%q is taken for a length of time", text)
		}
	}
}

func TestAFileRotates(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "logs", "foliosight.log")
	clock := time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	f, err := logs.OpenFile(logs.FileOptions{Path: path, Bytes: 100, Age: time.Hour, Keep: 2, Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	write := func(text string) {
		t.Helper()
		clock = clock.Add(time.Second)
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	line := strings.Repeat("x", 39) + "\n"
	for range 9 { // two fit into a file: five files
		write(line)
	}
	old, err := f.Old()
	if err != nil || len(old) != 2 {
		t.Fatalf("%d old files are kept, want 2 (%v)", len(old), err)
	}
	for _, path := range append(old, path) {
		content, err := os.ReadFile(path)
		if err != nil || len(content) == 0 || len(content) > 100 || len(content)%len(line) != 0 {
			t.Errorf("%s has %d bytes, %v", filepath.Base(path), len(content), err)
		}
	}
	clock = clock.Add(2 * time.Hour)
	write("after an hour\n")
	if content, err := os.ReadFile(path); err != nil || string(content) != "after an hour\n" {
		t.Errorf("an old file goes on: %q, %v", content, err)
	}
	// Another program renames the file: lines go on into it until it is opened anew.
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write("still there\n")
	if err := f.Reopen(); err != nil {
		t.Fatal(err)
	}
	write("anew\n")
	if content, err := os.ReadFile(path); err != nil || string(content) != "anew\n" {
		t.Errorf("%q, %v", content, err)
	}
	if content, err := os.ReadFile(path + ".1"); err != nil || string(content) != "after an hour\nstill there\n" {
		t.Errorf("%q, %v", content, err)
	}
	if _, err := logs.OpenFile(logs.FileOptions{Path: directory}); err == nil || !strings.Contains(err.Error(), "LOG_FILE") {
		t.Errorf("a directory is a file: %v", err)
	}
}

// TestARestartKeepsTheAge: a file that was begun before the start is closed at its age.
func TestARestartKeepsTheAge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "foliosight.log")
	clock := time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	if err := os.WriteFile(path, []byte(`{"timestamp":"2025-06-30T11:00:00.000Z","level":"info"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := logs.OpenFile(logs.FileOptions{Path: path, Age: 24 * time.Hour, Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, "today\n"); err != nil {
		t.Fatal(err)
	}
	if old, err := f.Old(); err != nil || len(old) != 1 {
		t.Errorf("%d old files, %v", len(old), err)
	}
}
