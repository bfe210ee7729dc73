package audit

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// installation is one on a database of its own.
func installation(t *testing.T, environ ...string) Installation {
	t.Helper()
	data := t.TempDir()
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(data, "foliosight.db"), Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return Installation{Inspection: config.Inspect(config.Input{Environ: append([]string{"HOME=" + data}, environ...), Flags: map[string]string{"data": data}}), Kept: db, Now: noon}
}

func findings(r *check.Report) string {
	var names []string
	for _, c := range r.Checks {
		if c.State == check.Finding {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

func TestMonitor(t *testing.T) {
	ctx := context.Background()
	i := installation(t)
	monitor := func() string {
		r := check.Begin("monitor security", noon)
		i.Monitor(ctx, r)
		return findings(r)
	}
	if got := monitor(); got != "" {
		t.Errorf("a new installation: %s", got)
	}
	limit := store.AttemptLimit{Key: make([]byte, 32), Free: 100, First: time.Second, Longest: time.Second, Forget: time.Hour}
	for range manyOnOne {
		if _, err := i.Kept.(store.Store).SpendAttempt(ctx, []store.AttemptLimit{limit}, noon); err != nil {
			t.Fatal(err)
		}
	}
	key := store.SealedKey{ID: store.NewID(), Secret: make([]byte, 32), Created: noon.Add(-91 * 24 * time.Hour)}
	if err := i.Kept.(store.Store).RotateSigningKey(ctx, key, false, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := monitor(); got != "failed sign-ins, age of the signing key" {
		t.Errorf("found %q", got)
	}
	i.Kept, i.Why = nil, errors.New("no answer")
	r := check.Begin("monitor security", noon)
	if i.Monitor(ctx, r); r.Exit() != check.ExitUnknown {
		t.Errorf("without a database: exit %d\n%s", r.Exit(), r.Text())
	}
}

func TestSystem(t *testing.T) {
	ctx := context.Background()
	i := installation(t, "FRONTEND_URL=https://books.example.org", "SLACK_WEBHOOK_URL=https://hooks.example.org/x")
	safe := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if safe {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Referrer-Policy", "same-origin")
		}
	}))
	defer server.Close()
	system := func() string {
		r := check.Begin("audit system", noon)
		i.System(ctx, server.Client(), server.URL, r)
		return findings(r)
	}
	if got := system(); got != "backups made, backups tried, way back from a disaster, performance measured" {
		t.Errorf("nothing was run: %q", got)
	}
	run := func(command, outcome string, ago time.Duration) {
		t.Helper()
		began := noon.Add(-ago)
		if err := i.Kept.RecordOperation(ctx, store.Operation{ID: store.NewID(), Command: command, Began: began, Ended: began, Outcome: outcome, Report: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	run("backup create --full", "fine", time.Hour)
	run("backup verify", "finding", time.Hour)
	run("drill restore", "fine", 36*24*time.Hour)
	run("perf baseline", "fine", time.Hour)
	safe = false
	if got := system(); got != "backups tried, way back from a disaster, headers of pages" {
		t.Errorf("found %q", got)
	}
}
