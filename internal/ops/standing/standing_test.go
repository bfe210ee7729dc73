package standing

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// board is marks in memory.
type board struct {
	marks    map[string]store.Mark
	answered []string
	away     bool
}

var errAway = errors.New("the database is away")

func (b *board) Marks(context.Context) (all []store.Mark, err error) {
	if b.away {
		return nil, errAway
	}
	for _, m := range b.marks {
		all = append(all, m)
	}
	return all, nil
}

func (b *board) SetMark(_ context.Context, m store.Mark) (store.Mark, error) {
	if b.marks == nil {
		b.marks = map[string]store.Mark{}
	}
	m.Version = b.marks[m.Name].Version + 1
	b.marks[m.Name] = m
	return m, nil
}

func (b *board) AnswerMark(_ context.Context, name string, a store.MarkAnswer) error {
	b.answered = append(b.answered, name+" "+string(a.Contents))
	return nil
}

func (b *board) MarkAnswers(context.Context, string, int64) ([]store.MarkAnswer, error) {
	return nil, nil
}

func TestOneWordReachesAProcess(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	b, clears, holds := &board{}, 0, []bool{}
	w := New(Options{Marks: b, Now: func() time.Time { return now }, Process: "web1/1",
		Clear: func() []Cleared { clears++; return []Cleared{{"answers", 3, 700}} },
		Hold:  func(_ context.Context, held bool) error { holds = append(holds, held); return nil }})
	set := func(m Maintenance) {
		t.Helper()
		if _, err := SetMaintenance(ctx, b, m, now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.SetMark(ctx, store.Mark{Name: MarkCaches, Contents: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	w.follow(ctx)
	if clears != 0 || len(b.answered) != 0 || w.Maintenance().On {
		t.Errorf("a process that starts clears %d times, answers %v, is in %+v", clears, b.answered, w.Maintenance())
	}
	if _, err := b.SetMark(ctx, store.Mark{Name: MarkCaches, Contents: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	set(Maintenance{On: true, Reason: "a larger disk", Until: now.Add(time.Hour), By: "ops"})
	w.follow(ctx)
	w.follow(ctx)
	if clears != 1 || len(b.answered) != 2 || !strings.Contains(strings.Join(b.answered, " "), `caches [{"name":"answers","entries":3,"bytes":700}]`) {
		t.Errorf("it cleared %d times and answered %v", clears, b.answered)
	}
	if m := w.Maintenance(); !m.On || m.Reason != "a larger disk" || m.Word() != "maintenance" || m.Retry(now) != time.Hour {
		t.Errorf("it holds %+v, retry in %s", m, m.Retry(now))
	}
	b.away = true
	w.follow(ctx)
	if !w.Maintenance().On {
		t.Error("what was last seen does not hold where the database is away")
	}
	now = now.Add(2 * time.Hour)
	b.away = false
	w.follow(ctx)
	if w.Maintenance() != (Maintenance{}) {
		t.Error("it did not end by itself")
	}
	set(Maintenance{On: true, ReadOnly: true})
	w.follow(ctx)
	if m := w.Maintenance(); m.Word() != "read-only" || m.Retry(now) != time.Minute || !strings.Contains(m.Says(), "nothing can be changed") {
		t.Errorf("%+v: %s", m, m.Says())
	}
	set(Maintenance{})
	w.follow(ctx)
	if got, _ := json.Marshal(holds); string(got) != "[false,true,false,true,false]" {
		t.Errorf("workers were told %s", got)
	}
	m, of, err := ReadMaintenance(ctx, b)
	if err != nil || m.On || of.Version != 3 {
		t.Errorf("read back as %+v of version %d, %v", m, of.Version, err)
	}
}

func TestAMarkThatCannotBeReadChangesNothing(t *testing.T) {
	ctx := context.Background()
	b := &board{}
	w := New(Options{Marks: b})
	if _, err := SetMaintenance(ctx, b, Maintenance{On: true}, time.Now()); err != nil {
		t.Fatal(err)
	}
	w.follow(ctx)
	if _, err := b.SetMark(ctx, store.Mark{Name: MarkMaintenance, Contents: []byte(`[`)}); err != nil {
		t.Fatal(err)
	}
	if err := w.Look(ctx); err == nil || !w.Maintenance().On {
		t.Errorf("%v, and it holds %+v", err, w.Maintenance())
	}
}
