package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

func operations(t *testing.T, s store.Store) {
	none, err := s.Operations(ctx, store.OperationFilter{})
	check(t, err)
	wantEqual(t, len(none), 0, "runs before the first")

	run := func(command, outcome string, after time.Duration) store.Operation {
		o := store.Operation{ID: store.NewID(), Command: command, Began: epoch.Add(after), Ended: epoch.Add(after + 1500*time.Millisecond),
			Outcome: outcome, By: "ops@db1", Report: []byte(fmt.Sprintf(`{"command": %q, "checks": []}`, command))}
		check(t, s.RecordOperation(ctx, o))
		return o
	}
	first := run("audit sql", "fine", 0)
	run("audit security --full", "finding", time.Hour)
	run("auditor", "fine", 2*time.Hour)
	run("env check --profile production", "unknown", 3*time.Hour)

	for _, c := range []struct {
		filter store.OperationFilter
		want   string
	}{
		{store.OperationFilter{}, "env check --profile production, auditor, audit security --full, audit sql"},
		{store.OperationFilter{Limit: 2}, "env check --profile production, auditor"},
		{store.OperationFilter{Command: "audit"}, "audit security --full, audit sql"},
		{store.OperationFilter{Command: "audit  sql"}, "audit sql"},
		{store.OperationFilter{Since: epoch.Add(2 * time.Hour)}, "env check --profile production, auditor"},
		{store.OperationFilter{Command: "restore"}, ""},
	} {
		all, err := s.Operations(ctx, c.filter)
		check(t, err)
		var commands []string
		for _, o := range all {
			commands = append(commands, o.Command)
		}
		wantEqual(t, strings.Join(commands, ", "), c.want, fmt.Sprintf("runs of %+v", c.filter))
	}
	all, err := s.Operations(ctx, store.OperationFilter{Command: "audit sql"})
	check(t, err)
	got := all[0]
	if got.ID != first.ID || !got.Began.Equal(first.Began) || !got.Ended.Equal(first.Ended) || got.Outcome != "fine" || got.By != "ops@db1" {
		t.Errorf("read back as %+v", got)
	}
	var report struct{ Command string }
	check(t, json.Unmarshal(got.Report, &report))
	wantEqual(t, report.Command, "audit sql", "the report")

	wantError(t, s.RecordOperation(ctx, first), store.ErrExists, "a run recorded twice")
	wrong := first
	wrong.ID, wrong.Outcome = store.NewID(), "perhaps"
	if err := s.RecordOperation(ctx, wrong); err == nil {
		t.Error("an outcome that there is not was recorded")
	}
}

func failedAttempts(t *testing.T, s store.Store) {
	limit := func(b byte) store.AttemptLimit {
		return store.AttemptLimit{Key: hash(b), Free: 2, First: time.Hour, Longest: time.Hour, Forget: 24 * time.Hour}
	}
	for _, b := range []byte{1, 1, 1, 2, 3} {
		_, err := s.SpendAttempt(ctx, []store.AttemptLimit{limit(b)}, epoch)
		check(t, err)
	}
	check(t, s.GoodAttempt(ctx, hash(3), hash(9)))
	got, err := s.FailedAttempts(ctx, epoch.Add(-time.Hour), epoch.Add(time.Minute))
	check(t, err)
	wantEqual(t, got, store.Failed{Keys: 2, Failures: 3, Waiting: 1, Most: 2}, "what failed") // the third had to wait and was not made
	got, err = s.FailedAttempts(ctx, epoch.Add(time.Minute), epoch.Add(time.Minute))
	check(t, err)
	wantEqual(t, got, store.Failed{}, "what failed since")
}
