package backup_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/backup"
)

// Of backups of one second the later one is the newer, however many there are.
func TestOneSecond(t *testing.T) {
	s, _ := books(t)
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { return at }
	place := backup.Directory(t.TempDir())
	var names []string
	for range 12 {
		names = append(names, create(t, s, place, nil).Name)
	}
	kept, err := place.List(ctx)
	if err != nil || len(kept) != len(names) {
		t.Fatalf("%d backups, %v", len(kept), err)
	}
	for i, k := range kept {
		if want := names[len(names)-1-i]; k.Name != want {
			t.Errorf("%d. is %s, want %s", i+1, k.Name, want)
		}
	}
}

// late is a place in which somebody else takes a name after it was found free.
type late struct {
	backup.Directory
	once sync.Once
}

func (l *late) Put(ctx context.Context, name, path string) (err error) {
	l.once.Do(func() { err = os.WriteFile(filepath.Join(l.String(), name), []byte("somebody else's"), 0o600) })
	if err != nil {
		return err
	}
	return l.Directory.Put(ctx, name, path)
}

// What two make in one second is not one over the other.
func TestNameTakenMeanwhile(t *testing.T) {
	s, _ := books(t)
	place := &late{Directory: backup.Directory(t.TempDir())}
	c := create(t, s, place, nil)
	kept, err := place.List(ctx)
	if err != nil || len(kept) != 2 || kept[0].Name != c.Name || kept[1].Bytes != int64(len("somebody else's")) {
		t.Errorf("%s in %+v, %v", c.Name, kept, err)
	}
	if _, err := backup.Verify(ctx, place, c.Name, s.Keys); err != nil {
		t.Error(err)
	}
	// The name is taken while the file is being written.
	directory := backup.Directory(t.TempDir())
	name := "foliosight-20261122T120000Z-data.backup"
	source := filepath.Join(t.TempDir(), "pipe")
	if err := os.WriteFile(source, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	both := make(chan error, 8)
	for range cap(both) {
		go func() { both <- directory.Put(ctx, name, source) }()
	}
	took := 0
	for range cap(both) {
		switch err := <-both; {
		case err == nil:
			took++
		case !errors.Is(err, fs.ErrExist):
			t.Error(err)
		}
	}
	if took != 1 {
		t.Errorf("%d have the name", took)
	}
	r, err := directory.Open(ctx, name, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if text, err := io.ReadAll(r); err != nil || string(text) != "one" {
		t.Errorf("%q, %v", text, err)
	}
	emptyOf(t, string(directory), name)
}
