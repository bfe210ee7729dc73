package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

func marks(t *testing.T, s store.Store) {
	none, err := s.Marks(ctx)
	check(t, err)
	wantEqual(t, len(none), 0, "marks before the first")
	set := func(name, contents string, version int64) {
		m, err := s.SetMark(ctx, store.Mark{Name: name, Contents: []byte(contents), Changed: epoch.Add(time.Duration(version) * time.Second), By: "ops@db1"})
		check(t, err)
		wantEqual(t, m.Version, version, "version of "+name)
	}
	answer := func(version int64, process, contents string) {
		check(t, s.AnswerMark(ctx, "caches", store.MarkAnswer{Version: version, Process: process, At: epoch, Contents: []byte(contents)}))
	}
	answered := func(version int64) string {
		all, err := s.MarkAnswers(ctx, "caches", version)
		check(t, err)
		var said []string
		for _, a := range all {
			said = append(said, a.Process+strings.ReplaceAll(string(a.Contents), " ", ""))
		}
		return strings.Join(said, " ")
	}
	set("caches", `{}`, 1)
	set("maintenance", `{"on":true}`, 1)
	set("caches", `{"n":2}`, 2)
	answer(2, "web2/2", `{}`)
	answer(2, "web1/1", `{"bytes":1}`)
	answer(2, "web1/1", `{"bytes":7}`)
	wantEqual(t, answered(2), `web1/1{"bytes":7} web2/2{}`, "answers")
	wantEqual(t, answered(1), "", "answers to an earlier version")
	set("caches", `{"n":3}`, 3)
	wantEqual(t, answered(2), "", "answers to what is over")
	all, err := s.Marks(ctx)
	check(t, err)
	wantEqual(t, len(all), 2, "marks")
	if m := all[0]; m.Name != "caches" || m.Version != 3 || strings.ReplaceAll(string(m.Contents), " ", "") != `{"n":3}` || !m.Changed.Equal(epoch.Add(3*time.Second)) || m.By != "ops@db1" {
		t.Errorf("read back as %+v", m)
	}
}

func incidents(t *testing.T, s store.Store) {
	entry := func(after time.Duration, said string) store.IncidentEntry {
		return store.IncidentEntry{ID: store.NewID(), At: epoch.Add(after), By: "ops@db1", Contents: []byte(`{"said":"` + said + `"}`)}
	}
	first := store.Incident{ID: "INC-20250101-000000", Kind: "service-down", Severity: "critical", State: "open", Opened: epoch, By: "ops@db1", Entries: []store.IncidentEntry{entry(time.Second, "b"), entry(0, "a")}}
	check(t, s.OpenIncident(ctx, first))
	wantError(t, s.OpenIncident(ctx, first), store.ErrExists, "one opened twice")
	check(t, s.AppendIncident(ctx, first.ID, []store.IncidentEntry{entry(2*time.Second, "c")}))
	wantError(t, s.AppendIncident(ctx, "INC-0", []store.IncidentEntry{entry(0, "x")}), store.ErrNotFound, "an entry of none")

	got, err := s.Incident(ctx, first.ID)
	check(t, err)
	said := func(i store.Incident) (all string) {
		for _, e := range i.Entries {
			text := strings.ReplaceAll(string(e.Contents), " ", "")
			all += strings.TrimSuffix(strings.TrimPrefix(text, `{"said":"`), `"}`)
		}
		return all
	}
	wantEqual(t, said(got), "abc", "the timeline")
	if got.Kind != first.Kind || got.Severity != "critical" || got.State != "open" || !got.Opened.Equal(epoch) || got.By != "ops@db1" || !got.Closed.IsZero() || got.Cause != "" || got.Entries[0].By != "ops@db1" || !got.Entries[1].At.Equal(epoch.Add(time.Second)) {
		t.Errorf("read back as %+v", got)
	}
	got.State, got.Severity, got.Closed, got.Cause = "closed", "minor", epoch.Add(time.Hour), "the disk was full"
	got.Entries = append(got.Entries, entry(time.Hour, "d"))
	check(t, s.SaveIncident(ctx, got))
	again, err := s.Incident(ctx, first.ID)
	check(t, err)
	wantEqual(t, said(again), "abcd", "the timeline, with what was not there yet")
	if again.State != "closed" || again.Severity != "minor" || !again.Closed.Equal(got.Closed) || again.Cause != got.Cause {
		t.Errorf("saved as %+v", again)
	}
	later := store.Incident{ID: "INC-20250102-000000", Kind: "database-issue", Severity: "major", State: "mitigated", Opened: epoch.Add(24 * time.Hour), By: "x", Entries: []store.IncidentEntry{entry(0, "z")}}
	check(t, s.SaveIncident(ctx, later))
	all, err := s.Incidents(ctx, 0)
	check(t, err)
	if len(all) != 2 || all[0].ID != later.ID || len(all[0].Entries) != 0 {
		t.Errorf("the list is %+v", all)
	}
	one, err := s.Incidents(ctx, 1)
	check(t, err)
	wantEqual(t, len(one), 1, "of at most one")
	_, err = s.Incident(ctx, "INC-0")
	wantError(t, err, store.ErrNotFound, "one that is not there")
	wrong := first
	wrong.ID, wrong.State = "INC-1", "perhaps"
	if err := s.OpenIncident(ctx, wrong); err == nil {
		t.Error("a state that there is not was kept")
	}
}
